"""Three unknown models: your profile says of each what holds it up, and is right."""

from time import process_time

import numpy as np
from tinytorch.layers import Linear, Sequential
from tinytorch.profiling import bound, by_operation, count_parameters, latency, profile
from tinytorch.tensor import Tensor

from tinytutor.kit import expect, table

SHARE = 0.05
"""Work that could be done in a twentieth of its time is held up by something else: calls."""


def run(seed):
    """Measures two limits of the machine, then names the bottleneck of each model."""
    rng = np.random.default_rng(seed)
    peak, bandwidth = limits(rng)
    print(f"this machine: {peak / 1e9:.0f} GFLOP/s, {bandwidth / 1e9:.0f} GB/s\n", flush=True)
    suspects = [("calls", deep(rng)), ("memory", bending(rng)), ("compute", wide(rng))]
    rows, named = [], {}
    for letter, place in zip("ABC", rng.permutation(3), strict=True):
        right, (model, x) = suspects[place]
        found, facts = bottleneck(model, x, peak, bandwidth)
        named[letter] = found, right
        rows.append((letter, count_parameters(model), *facts, found))
    table(rows, ["model", "parameters", "operations", "ms", "ms at the roof", "slowest", "held by"])
    for letter, (found, right) in named.items():
        expect(found == right, f"model {letter} is held up by {right}, your profile says {found}")
    print("\nFewer calls help the first kind, fewer bytes the second, fewer FLOPs the third.")
    return {f"model {letter}": found for letter, (found, _) in named.items()}


def limits(rng):
    """FLOP/s of a large product and bytes/s of a large copy."""
    a = Tensor(rng.standard_normal((512, 512), dtype=np.float32))
    (product,) = profile(lambda: a @ a)
    source = np.ones(8_000_000, dtype=np.float32)
    target = np.empty_like(source)
    copied = best_seconds(lambda: np.copyto(target, source))
    return product.flops / best_seconds(lambda: a @ a), 2 * source.nbytes / copied


def best_seconds(fn):
    """Of the processor, for one call: what other programs do meanwhile does not count.

    Takes many calls at a time, since some clocks of the processor tick slowly.
    """
    calls = 1 + int(0.05 / latency(fn, 1, 1)["best"])

    def many():
        for _ in range(calls):
            fn()

    return latency(many, 3, 0, clock=process_time)["best"] / calls


def bottleneck(model, x, peak, bandwidth):
    """What holds up model(x), and the facts that say so."""
    rows = profile(lambda: model(x))
    seconds = best_seconds(lambda: model(x))
    at_the_roof = {"compute": 0.0, "memory": 0.0}
    for row in rows:
        limit = bound(row.flops, row.nbytes, peak, bandwidth)
        at_the_roof[limit] += max(row.flops / peak, row.nbytes / bandwidth)
    roof = sum(at_the_roof.values())
    found = max(at_the_roof, key=at_the_roof.get) if roof > SHARE * seconds else "calls"
    slowest = next(iter(by_operation(rows)))
    return found, (len(rows), 1e3 * seconds, 1e3 * roof, slowest)


def deep(rng):
    """Many small steps: 60 layers of width 4, and one example."""
    layers = [Linear(4, 4, rng=rng) for _ in range(60)]
    return Sequential(*layers), Tensor(rng.standard_normal((1, 4), dtype=np.float32))


def bending(rng):
    """Element by element over millions of numbers."""

    def bend(z):
        return z / (1.0 + z * z) ** 0.5

    x = Tensor(rng.standard_normal((1024, 1024), dtype=np.float32))
    return Sequential(bend, bend, Linear(1024, 1, rng=rng)), x


def wide(rng):
    """Three large products."""
    layers = [Linear(768, 768, rng=rng) for _ in range(3)]
    return Sequential(*layers), Tensor(rng.standard_normal((256, 768), dtype=np.float32))
