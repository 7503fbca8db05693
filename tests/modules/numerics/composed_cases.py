"""Activations, layers and losses, and what slides over pictures: composed of the primitives."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.modules.numerics.differences import Array, numbers
from tests.modules.numerics.rule_cases import Case, matrix_product


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
            lambda x, w, b: matrix_product(x, w) + b,
        )
    yield Case(
        "Linear without bias",
        (numbers(3, 4), weight),
        lambda lib, x, w: linear_layer(lib, w)(x),
        matrix_product,
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
        lambda x, w, b: np.exp(np.tanh(matrix_product(x, w) + b)),
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
    yield Case(
        "bce_with_logits", pair, lambda lib, x, t: lib.losses.bce_with_logits(x, t), bce_in_numpy
    )
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
    hidden = np.maximum(matrix_product(x, w1) + b1, 0)
    return cross_entropy_in_numpy(matrix_product(hidden, w2) + b2, LABELS)


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


def _spatial() -> Iterator[Case]:
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


COMPOSED_CASES = [*_activations(), *_layers(), *_losses()]
SPATIAL_CASES = [*_spatial()]
"""Apart, for a course without the module on pictures."""
