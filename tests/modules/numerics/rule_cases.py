"""Every primitive operation of the library, beside the same in NumPy.

A case judges the value as well as the slopes: NumPy's side is written from the definition, not from
a lesson's steps, and it is what the differences are taken of.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.modules.numerics.differences import Array, numbers

Build = Callable[..., Any]
Oracle = Callable[..., Array]


@dataclass(frozen=True)
class Case:
    """One expression at one place."""

    name: str
    inputs: tuple[Array, ...]
    """Float64; the slopes to all of them are compared."""
    build: Build
    """(library, *tensors) → the tensor that the library computes."""
    oracle: Oracle
    """(*arrays) → what it should be."""


SHAPE_PAIRS = [
    ((2, 3, 4), (2, 3, 4)),
    ((2, 3, 4), (4,)),
    ((4,), (2, 3, 4)),
    ((2, 3, 4), (3, 1)),
    ((2, 1, 4), (2, 3, 4)),
    ((2, 1, 4), (1, 3, 1)),
    ((3, 1), (4,)),
    ((1, 1), (2, 3)),
    ((2, 3), ()),
    ((), ()),
    ((3, 0), (3, 1)),
]
"""Equal, stretched, missing and empty axes, on either side and on both."""


def _binary() -> Iterator[Case]:
    for a, b in SHAPE_PAIRS:
        inputs = (numbers(*a), numbers(*b, salt=1))
        for name in ("add", "sub", "mul", "truediv"):
            fn = getattr(operator, name)
            yield Case(f"{name} {a} {b}", inputs, lambda lib, x, y, fn=fn: fn(x, y), fn)
        yield Case(
            f"maximum {a} {b}",
            inputs,
            lambda lib, x, y: lib.activations.maximum(x, y),
            np.maximum,
        )
    x = numbers(3, 4)
    row = numbers(4, salt=2).astype(np.float32)
    for name, fn in {
        "x + array": lambda x: x + row,
        "array - x": lambda x: row - x,
        "3 - x": lambda x: 3 - x,
        "x * 2.5": lambda x: x * 2.5,
        "2 / x": lambda x: 2 / x,
        "x / array": lambda x: x / row,
        "array @ x": lambda x: row[None, :3] @ x,
        "x @ array": lambda x: x @ row[:, None],
        "x * x": lambda x: x * x,
        "x / (x * x + 1) - x": lambda x: x / (x * x + 1) - x,
    }.items():
        yield Case(name, (x,), lambda lib, x, fn=fn: fn(x), fn)
    yield Case("maximum(x, 0.5)", (x,), lambda lib, x: lib.activations.maximum(x, 0.5), _above_half)


def _above_half(x: Array) -> Array:
    return np.where(x > 0.5, x, 0.5)


def _elementwise() -> Iterator[Case]:
    x, positive = numbers(3, 4), np.abs(numbers(3, 4))
    yield Case("neg", (x,), lambda lib, x: -x, np.negative)
    for exponent in (0, 1, 2, 3, -1, -2):
        yield Case(f"x ** {exponent}", (x,), *_power(exponent))
    for exponent in (0.5, -1.5):
        yield Case(f"x ** {exponent}", (positive,), *_power(exponent))
    yield Case("exp", (x,), lambda lib, x: lib.activations.exp(x), np.exp)
    yield Case("log", (positive,), lambda lib, x: lib.activations.log(x), np.log)
    yield Case("tanh", (x,), lambda lib, x: lib.activations.tanh(x), np.tanh)


def _power(exponent: float) -> tuple[Build, Oracle]:
    return lambda lib, x: x**exponent, lambda x: np.power(x, float(exponent))


MATRIX_SHAPES = [
    ((3, 4), (4, 5)),
    ((1, 4), (4, 1)),
    ((2, 3, 4), (4, 5)),
    ((3, 4), (2, 4, 5)),
    ((2, 3, 4), (2, 4, 5)),
    ((1, 3, 4), (2, 4, 5)),
    ((2, 1, 3, 4), (5, 4, 2)),
    ((2, 5, 3, 4), (2, 1, 4, 2)),
]


def _matmul() -> Iterator[Case]:
    for a, b in MATRIX_SHAPES:
        inputs = (numbers(*a), numbers(*b, salt=1))
        yield Case(f"matmul {a} {b}", inputs, lambda lib, x, y: x @ y, matrix_product)
    x = numbers(3, 4)
    yield Case("x @ x.T", (x,), lambda lib, x: x @ x.T, lambda x: matrix_product(x, x.T))


def matrix_product(a: Array, b: Array) -> Array:
    """Stacks of matrices, by the sum that defines the product."""
    return np.einsum("...ik,...kj->...ij", a, b)


AXES = (None, 0, 1, -1, (0,), (0, 2), (-1, 0), (0, 1, 2))


def _reductions() -> Iterator[Case]:
    x = numbers(2, 3, 4)
    for name, axis, keepdims in itertools.product(("sum", "max", "mean"), AXES, (False, True)):
        yield Case(
            f"{name} axis={axis} keepdims={keepdims}",
            (x,),
            lambda lib, x, n=name, a=axis, k=keepdims: getattr(x, n)(axis=a, keepdims=k),
            lambda x, n=name, a=axis, k=keepdims: getattr(np, n)(x, axis=a, keepdims=k),
        )


MASK = numbers(2, 3, 4, salt=7) > 0

INDEXES = {
    "0": 0,
    "-1": -1,
    "()": (),
    "1:": slice(1, None),
    "::-1": slice(None, None, -1),
    ":, 1": (slice(None), 1),
    "..., ::2": (..., slice(None, None, 2)),
    "None, 0": (None, 0),
    "1, 2, 3": (1, 2, 3),
    "0:0": slice(0, 0),
    "[1, 1, 0, 1]": [1, 1, 0, 1],
    "array 2 x 2": np.array([[0, 1], [1, 1]]),
    ":, [2, 0, 2]": (slice(None), [2, 0, 2]),
    "pairs [1, 1, 0], [2, 2, 1]": ([1, 1, 0], [2, 2, 1]),
    "[[0], [1]], [2, 2]": (np.array([[0], [1]]), [2, 2]),
    "[1, 1], :, [-1, 3]": ([1, 1], slice(None), [-1, 3]),
    "np.int64(1)": np.int64(1),
    "mask": MASK,
    "0, mask": (0, MASK[0]),
}
"""For a (2, 3, 4): once and several times the same element, in every style of NumPy."""


def _shapes() -> Iterator[Case]:
    x = numbers(2, 3, 4)
    for shape in ((24,), (4, 6), (-1, 2), (2, 1, 3, 4)):
        yield Case(
            f"reshape {shape}",
            (x,),
            lambda lib, x, s=shape: x.reshape(s),
            lambda x, s=shape: x.reshape(s),
        )
    yield Case("transpose()", (x,), lambda lib, x: x.transpose(), np.transpose)
    yield Case("T of a vector", (numbers(4),), lambda lib, x: x.T, lambda x: x)
    for axes in (*itertools.permutations(range(3)), (0, -1, 1), (-2, 0, -1)):
        yield Case(
            f"transpose {axes}",
            (x,),
            lambda lib, x, a=axes: x.transpose(a),
            lambda x, a=axes: x.transpose(a),
        )
    for name, index in INDEXES.items():
        yield Case(f"x[{name}]", (x,), lambda lib, x, i=index: x[i], lambda x, i=index: x[i])
    chosen = np.array([1, 0, 1])
    yield Case("x[tensor]", (x,), lambda lib, x: x[lib.tensor.Tensor(chosen)], lambda x: x[chosen])
    for widths in (((0, 0), (0, 0), (0, 0)), ((1, 0), (0, 2), (3, 1))):
        yield Case(
            f"pad {widths}",
            (x,),
            lambda lib, x, w=widths: x.pad(w, 0.5),
            lambda x, w=widths: np.pad(x, w, constant_values=0.5),
        )


def _joins() -> Iterator[Case]:
    whole = numbers(2, 3, 4)
    for axis, part in ((0, (5, 3, 4)), (1, (2, 1, 4)), (-1, (2, 3, 2))):
        yield Case(
            f"concat axis={axis}",
            (whole, numbers(*part, salt=1), numbers(2, 3, 4, salt=2)),
            lambda lib, *pieces, a=axis: lib.tensor.concat(pieces, axis=a),
            lambda *pieces, a=axis: np.concatenate(pieces, axis=a),
        )
    yield Case(
        "concat x, x",
        (whole,),
        lambda lib, x: lib.tensor.concat([x, x], axis=1),
        lambda x: np.concatenate([x, x], axis=1),
    )
    for axis in (0, 1, 3, -1, -4):
        yield Case(
            f"stack axis={axis}",
            (whole, numbers(2, 3, 4, salt=1)),
            lambda lib, *pieces, a=axis: lib.tensor.stack(pieces, axis=a),
            lambda *pieces, a=axis: np.stack(pieces, axis=a),
        )


def _fused() -> Iterator[Case]:
    yield Case(
        "fused_gelu",
        (numbers(2, 3, 4),),
        lambda lib, x: lib.acceleration.fused_gelu(x),
        lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2,
    )


RULE_CASES = [
    *_binary(), *_elementwise(), *_matmul(), *_reductions(), *_shapes(), *_joins(), *_fused()
]  # fmt: skip
"""Every primitive operation."""
