"""256 ids, written plain and with a cache: the same ids, a hundredth of the FLOPs."""

from time import process_time

import numpy as np
from tinytorch.caching import empty_cache, generate_cached
from tinytorch.env import human_bytes
from tinytorch.profiling import count_parameters, latency, profile
from tinytorch.transformers import GPT, generate

from tinytutor.kit import bars, expect, table

FLOPS_GATE = 100
TIME_GATE = 3
RACES = 3
COUNT = 256
PROMPT = [3, 1, 4, 1]


def run(seed):
    """Writes greedily and by chance, counts FLOPs, then races the two ways."""
    model = GPT(65, len(PROMPT) + COUNT, 128, heads=4, layers=4, rng=np.random.default_rng(seed))
    ways = {"plain": generate, "cached": generate_cached}
    print(f"{count_parameters(model):,} parameters, {COUNT} new ids\n", flush=True)
    flops = {name: greedy_flops(model, write) for name, write in ways.items()}
    same_ids(model, ways, seed)
    fewer = flops["plain"] / flops["cached"]
    rows = [(name, f"{count / 1e9:.2f}") for name, count in flops.items()]
    table(rows, ["way", "GFLOPs"])
    print(f"\n{fewer:.0f} times fewer; the gate is {FLOPS_GATE}\n", flush=True)
    expect(fewer >= FLOPS_GATE, f"{fewer:.0f} times fewer FLOPs, the gate is {FLOPS_GATE}")
    faster = race(model, ways)
    memory = empty_cache(model).nbytes
    print(f"the price: {human_bytes(memory)} for keys and values")
    return {"times fewer FLOPs": round(fewer, 1), "times as fast": round(faster, 1)}


def greedy_flops(model, write):
    """The FLOPs of a whole text at temperature 0."""
    return sum(row.flops for row in profile(lambda: write(model, PROMPT, COUNT, 0)))


def same_ids(model, ways, seed):
    """Both ways must give the same ids, greedy and by chance."""
    for temperature in (0, 1.0):
        texts = {
            name: write(model, PROMPT, COUNT, temperature, np.random.default_rng(seed))
            for name, write in ways.items()
        }
        plain, cached = texts.values()
        pairs = enumerate(zip(plain, cached, strict=False))
        first = next((place for place, (a, b) in pairs if a != b), min(len(plain), len(cached)))
        alike = plain == cached
        expect(alike, f"temperature {temperature}: the ids differ from place {first} on")
        print(f"temperature {temperature}: {len(plain)} ids, all the same", flush=True)
    print()


def race(model, ways):
    """How many times as fast the cache is, at best; ends as soon as the gate is passed."""
    ratios = []
    while len(ratios) < RACES and max(ratios, default=0) < TIME_GATE:
        seconds = {name: seconds_of(model, write) for name, write in ways.items()}
        bars(seconds, unit="s of the processor")
        ratios.append(seconds["plain"] / seconds["cached"])
        print(f"\n{ratios[-1]:.1f} times as fast; the gate is {TIME_GATE}\n", flush=True)
    best = max(ratios)
    expect(best >= TIME_GATE, f"at best {best:.1f} times as fast, the gate is {TIME_GATE}")
    return best


def seconds_of(model, write):
    """Of the processor, for one text: what other programs do meanwhile does not count."""
    write(model, PROMPT, 2, 0)
    timed = latency(lambda: write(model, PROMPT, COUNT, 0), 1, 0, clock=process_time)
    return timed["best"]
