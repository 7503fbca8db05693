"""The same numbers, sooner: products at least 300 times, convolutions at least 50 times."""

from time import process_time

import numpy as np
from tinytorch.acceleration import conv2d_windows, matmul_dots, matmul_rows
from tinytorch.profiling import by_operation, latency, profile
from tinytorch.spatial import as_weight, conv2d, conv2d_loops_multi
from tinytorch.tensor import Tensor, matmul_loops

from tinytutor.kit import expect, table

GATES = {"product": 300, "convolution": 50}
SIZE = 128


def run(seed):
    """Races each way to multiply and to convolve against plain loops."""
    rng = np.random.default_rng(seed)
    figures = {}
    for name, (title, ways, recorded) in (
        ("product", products(rng)),
        ("convolution", convolutions(rng)),
    ):
        operations = by_operation(profile(recorded))
        multiplications = operations["matmul"].flops // 2
        calls = sum(total.calls for total in operations.values())
        print(f"{title}: {multiplications:,} multiplications\n", flush=True)
        agree(name, ways)
        ratio = race(ways)
        steps = multiplications / calls
        print(f"\n{steps:,.0f} multiplications for each operation, 1 in the loops", flush=True)
        gate = GATES[name]
        expect(steps >= gate, f"{name}: {calls} operations are too many")
        expect(ratio >= gate, f"{name}: {ratio:.0f} times as fast, the gate is {gate}")
        print(f"the fastest is {ratio:,.0f} times as fast as the loops; the gate is {gate}\n")
        figures[f"{name}, times as fast"] = round(ratio)
        figures[f"{name}, multiplications for each operation"] = round(steps)
    return figures


def products(rng):
    """The ladder of module 16, slowest first, and what the profile looks at."""
    a, b = rng.standard_normal((2, SIZE, SIZE), dtype=np.float32)
    a_listed, b_listed, tensors = a.tolist(), b.tolist(), (Tensor(a), Tensor(b))
    ways = {
        "three loops": lambda: matmul_loops(a_listed, b_listed),
        "dot products": lambda: matmul_dots(a, b),
        "whole rows": lambda: matmul_rows(a, b),
        "a @ b": lambda: (tensors[0] @ tensors[1]).data,
    }
    return f"({SIZE}, {SIZE}) @ ({SIZE}, {SIZE})", ways, ways["a @ b"]


def convolutions(rng):
    """Loops, shifted copies and windows on four colour pictures of 16 x 16."""
    x = rng.standard_normal((4, 3, 16, 16), dtype=np.float32)
    kernels = rng.standard_normal((8, 3, 3, 3), dtype=np.float32)
    weight = as_weight(kernels)
    tensors = Tensor(x), Tensor(weight)
    ways = {
        "loops": lambda: conv2d_loops_multi(x, kernels, padding=1),
        "shifted copies": lambda: conv2d(*tensors, padding=1).data,
        "windows": lambda: conv2d_windows(x, weight, padding=1),
    }
    return "8 filters on 4 colour pictures of 16 x 16", ways, ways["shifted copies"]


def agree(name, ways):
    """A faster way to other numbers is no faster way."""
    results = {way: np.asarray(fn()) for way, fn in ways.items()}
    loops = next(iter(results.values()))
    for way, result in results.items():
        close = result.shape == loops.shape and np.allclose(result, loops, rtol=1e-3, atol=1e-3)
        expect(close, f"{name}: {way} gives other numbers than the loops")


def race(ways):
    """Prints the best time of each way; returns how many times the fastest beats the loops."""
    seconds = {way: best_seconds(fn) for way, fn in ways.items()}
    loops = next(iter(seconds.values()))
    rows = [(way, 1e3 * best, f"{loops / best:,.0f}x") for way, best in seconds.items()]
    table(rows, ["way", "ms", "as fast"])
    return loops / min(seconds.values())


def best_seconds(fn):
    """Of the processor, for one call: what other programs do meanwhile does not count.

    Takes many calls at a time, since some clocks of the processor tick slowly.
    """
    calls = 1 + int(0.05 / latency(fn, 1, 1)["best"])

    def many():
        for _ in range(calls):
            fn()

    return latency(many, 3, 0, clock=process_time)["best"] / calls
