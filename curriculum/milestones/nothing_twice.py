"""256 ids, written plain and with a cache: the same ids, a hundredth of the FLOPs."""

from time import process_time

import numpy as np
from tinytorch.caching import empty_cache, generate_cached
from tinytorch.env import human_bytes
from tinytorch.profiling import count_parameters, profile
from tinytorch.transformers import GPT, generate

from tinytutor.kit import bars, expect, table

FLOPS_GATE = 100
TIME_GATE = 3
RACES = 3
COUNT = 256
PROMPT = [3, 1, 4, 1]
WAYS = {"plain": generate, "cached": generate_cached}


def run(seed):
    """Writes greedily and counts FLOPs, then races the two ways, drawing by chance."""
    model = GPT(65, len(PROMPT) + COUNT, 128, heads=4, layers=4, rng=np.random.default_rng(seed))
    print(f"{count_parameters(model):,} parameters, {COUNT} new ids\n", flush=True)
    fewer = count(model)
    faster = race(model, seed)
    memory = empty_cache(model).nbytes
    print(f"the price: {human_bytes(memory)} for keys and values")
    return {"times fewer FLOPs": round(fewer, 1), "times as fast": round(faster, 1)}


def count(model):
    """How many times fewer FLOPs the cache needs for the same greedy text."""
    texts, flops = {}, {}
    for name, write in WAYS.items():
        rows = profile(lambda: texts.update({name: write(model, PROMPT, COUNT, 0)}))
        flops[name] = sum(row.flops for row in rows)
    agree("temperature 0", **texts)
    table([(name, f"{each / 1e9:.2f}") for name, each in flops.items()], ["way", "GFLOPs"])
    fewer = flops["plain"] / flops["cached"]
    print(f"\n{fewer:.0f} times fewer; the gate is {FLOPS_GATE}\n", flush=True)
    expect(fewer >= FLOPS_GATE, f"{fewer:.0f} times fewer FLOPs, the gate is {FLOPS_GATE}")
    return fewer


def race(model, seed):
    """How many times as fast the cache is, at best; ends as soon as the gate is passed."""
    ratios = []
    while len(ratios) < RACES and max(ratios, default=0) < TIME_GATE:
        texts, seconds = {}, {}
        for name, write in WAYS.items():
            texts[name], seconds[name] = timed(write, model, seed)
        agree("temperature 1", **texts)
        bars(seconds, unit="s of the processor")
        ratios.append(seconds["plain"] / seconds["cached"])
        print(f"\n{ratios[-1]:.1f} times as fast; the gate is {TIME_GATE}\n", flush=True)
    best = max(ratios)
    expect(best >= TIME_GATE, f"at best {best:.1f} times as fast, the gate is {TIME_GATE}")
    return best


def timed(write, model, seed):
    """A text drawn by chance, and its seconds.

    Of the processor: what other programs do meanwhile does not count.
    """
    write(model, PROMPT, 2, 0)
    start = process_time()
    text = write(model, PROMPT, COUNT, 1.0, np.random.default_rng(seed))
    return text, process_time() - start


def agree(how, plain, cached):
    """Another text is no faster way to the same one."""
    expect(len(plain) == len(cached) == len(PROMPT) + COUNT, f"{how}: ids are missing")
    pairs = enumerate(zip(plain, cached, strict=True))
    first = next((place for place, (one, other) in pairs if one != other), None)
    expect(first is None, f"{how}: the ids differ, first at place {first}")
    print(f"{how}: {len(plain)} ids, all the same\n", flush=True)
