"""What is differentiated: each case an expression of the library and the same in NumPy.

The NumPy side is written from the definition (`np.exp(x) / sum`, `np.logaddexp`, windows), not from
the lesson's steps, so that a case judges the value as well as the slopes.
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
    row = numbers(4, salt=2)
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
        yield Case(f"matmul {a} {b}", inputs, lambda lib, x, y: x @ y, _matrix_product)
    x = numbers(3, 4)
    yield Case("x @ x.T", (x,), lambda lib, x: x @ x.T, lambda x: _matrix_product(x, x.T))


def _matrix_product(a: Array, b: Array) -> Array:
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
    "a NumPy number": np.int64(1),
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
        yield Case(
            f"x[{name}]", (x,), lambda lib, x, i=index: x[i], lambda x, i=index: x[i]
        )
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


def softmax_in_numpy(x: Array, axis: int) -> Array:
    """The definition, for scores that are not too large."""
    return np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)


def gelu_in_numpy(x: Array) -> Array:
    """The tanh form, from the published formula."""
    return x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2


def _activations() -> Iterator[Case]:
    x = numbers(2, 3, 4)
    yield Case("relu", (x,), lambda lib, x: lib.activations.relu(x), lambda x: x * (x > 0))
    for slope in (0.0, 0.01, 0.3):
        yield Case(
            f"leaky_relu {slope}",
            (x,),
            lambda lib, x, s=slope: lib.activations.leaky_relu(x, s),
            lambda x, s=slope: np.where(x > 0, x, s * x),
        )
    yield Case(
        "sigmoid", (x,), lambda lib, x: lib.activations.sigmoid(x), lambda x: 1 / (1 + np.exp(-x))
    )
    yield Case("gelu", (x,), lambda lib, x: lib.activations.gelu(x), gelu_in_numpy)
    for axis in (0, 1, -1):
        yield Case(
            f"softmax axis={axis}",
            (x,),
            lambda lib, x, a=axis: lib.activations.softmax(x, axis=a),
            lambda x, a=axis: softmax_in_numpy(x, a),
        )
        yield Case(
            f"log_softmax axis={axis}",
            (x,),
            lambda lib, x, a=axis: lib.activations.log_softmax(x, axis=a),
            lambda x, a=axis: np.log(softmax_in_numpy(x, a)),
        )


def linear_layer(lib: Any, weight: Any, bias: Any = None) -> Any:
    """A Linear that holds these very tensors, so that slopes to them can be asked for."""
    layer = lib.layers.Linear(*weight.shape, bias=bias is not None, rng=np.random.default_rng(0))
    layer.weight, layer.bias = weight, bias
    return layer


def _layers() -> Iterator[Case]:
    weight, bias = numbers(4, 5, salt=1), numbers(5, salt=2)
    for shape in ((3, 4), (2, 3, 4)):
        yield Case(
            f"Linear {shape}",
            (numbers(*shape), weight, bias),
            lambda lib, x, w, b: linear_layer(lib, w, b)(x),
            lambda x, w, b: _matrix_product(x, w) + b,
        )
    yield Case(
        "Linear without bias",
        (numbers(3, 4), weight),
        lambda lib, x, w: linear_layer(lib, w)(x),
        _matrix_product,
    )
    pictures = numbers(2, 3, 2, 2)
    yield Case(
        "Flatten", (pictures,), lambda lib, x: lib.layers.Flatten()(x), lambda x: x.reshape(2, 12)
    )
    yield Case(
        "Sequential, nested, with a Dropout in eval mode",
        (numbers(3, 4), weight, bias),
        lambda lib, x, w, b: lib.layers.Sequential(
            lib.layers.Sequential(linear_layer(lib, w, b), lib.activations.tanh),
            lib.layers.Dropout(0.5),
            lib.activations.exp,
        ).eval()(x),
        lambda x, w, b: np.exp(np.tanh(_matrix_product(x, w) + b)),
    )


LABELS = np.array([4, 0, 2])


def cross_entropy_in_numpy(logits: Array, labels: Array) -> Array:
    """The mean of the logarithm of the sum of all powers, less the right score."""
    rows = np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(labels)), labels]
    return rows.mean()


def bce_in_numpy(logits: Array, target: Array) -> Array:
    """The cost of a yes for the share `target`, of a no for the rest."""
    return (target * np.logaddexp(0, -logits) + (1 - target) * np.logaddexp(0, logits)).mean()


def _losses() -> Iterator[Case]:
    pair = (numbers(3, 5), numbers(3, 5, salt=1))
    yield Case(
        "mse_loss",
        pair,
        lambda lib, p, t: lib.losses.mse_loss(p, t),
        lambda p, t: ((p - t) ** 2).mean(),
    )
    yield Case("bce_with_logits", pair, lambda lib, x, t: lib.losses.bce_with_logits(x, t), bce_in_numpy)
    yield Case(
        "cross_entropy",
        pair[:1],
        lambda lib, x: lib.losses.cross_entropy(x, LABELS),
        lambda x: cross_entropy_in_numpy(x, LABELS),
    )
    sizes = ((3, 4), (4, 6), (6,), (6, 5), (5,))
    yield Case(
        "a network and its loss",
        tuple(numbers(*shape, salt=salt) for salt, shape in enumerate(sizes)),
        _network,
        _network_in_numpy,
    )


def _network(lib: Any, x: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    first, last = linear_layer(lib, w1, b1), linear_layer(lib, w2, b2)
    model = lib.layers.Sequential(first, lib.activations.relu, last)
    return lib.losses.cross_entropy(model(x), LABELS)


def _network_in_numpy(x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Array:
    hidden = np.maximum(_matrix_product(x, w1) + b1, 0)
    return cross_entropy_in_numpy(_matrix_product(hidden, w2) + b2, LABELS)


def windows(x: Array, k: int, stride: int, padding: int = 0) -> Array:
    """(N, C, H, W) as (N, C, H', W', K, K): what the window sees at each place."""
    frame = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    every = np.lib.stride_tricks.sliding_window_view(np.pad(x, frame), (k, k), axis=(2, 3))
    return every[:, :, ::stride, ::stride]


def convolution_in_numpy(
    x: Array, weight: Array, bias: Array, k: int, stride: int, padding: int
) -> Array:
    """conv2d of the library's weight (K*K*C, O) through windows."""
    kernels = weight.reshape(k, k, x.shape[1], -1)
    seen = windows(x, k, stride, padding)
    return np.einsum("nchwij,ijco->nohw", seen, kernels) + bias[:, None, None]


def _convolution_layer(lib: Any, x: Any, weight: Any, bias: Any, k: int, **settings: int) -> Any:
    layer = lib.spatial.Conv2d(x.shape[1], bias.shape[0], k, **settings)
    layer.weight, layer.bias = weight, bias
    return layer(x)


def spatial_cases() -> Iterator[Case]:
    """Convolution and pooling, for every way in which windows meet or miss the border."""
    x = numbers(2, 3, 5, 6)
    for k, stride, padding in itertools.product((1, 2, 3), (1, 2, 3), (0, 1, 2)):
        yield Case(
            f"Conv2d k={k} stride={stride} padding={padding}",
            (x, numbers(k * k * 3, 2, salt=1), numbers(2, salt=2)),
            lambda lib, x, w, b, k=k, s=stride, p=padding: _convolution_layer(
                lib, x, w, b, k, stride=s, padding=p
            ),
            lambda x, w, b, k=k, s=stride, p=padding: convolution_in_numpy(x, w, b, k, s, p),
        )
    for k, stride in itertools.product((1, 2, 3), (None, 1, 2)):
        yield Case(
            f"MaxPool2d k={k} stride={stride}",
            (x,),
            lambda lib, x, k=k, s=stride: lib.spatial.MaxPool2d(k, s)(x),
            lambda x, k=k, s=stride: windows(x, k, s or k).max(axis=(4, 5)),
        )
    yield Case(
        "GlobalAvgPool",
        (x,),
        lambda lib, x: lib.spatial.GlobalAvgPool()(x),
        lambda x: x.reshape(2, 3, -1).mean(axis=2),
    )


RULE_CASES = [*_binary(), *_elementwise(), *_matmul(), *_reductions(), *_shapes(), *_joins()]
"""Every primitive operation."""

COMPOSED_CASES = [*_activations(), *_layers(), *_losses()]
"""What is composed of them."""

SPATIAL_CASES = [*spatial_cases()]
"""The composed ones that slide over pictures."""
