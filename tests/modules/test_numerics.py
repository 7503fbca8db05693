"""The reference library computes what mathematics says: values, slopes, update steps.

Judged by NumPy and by central differences, never by the lessons' own tools.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.modules.numerics import updates
from tests.modules.numerics.composed_cases import COMPOSED_CASES, SPATIAL_CASES
from tests.modules.numerics.differences import Array, assert_slopes, numbers, slopes
from tests.modules.numerics.language_cases import EMBEDDING_CASES
from tests.modules.numerics.library import Library, imported, walk, weights_for
from tests.modules.numerics.rule_cases import RULE_CASES, Case
from tests.modules.numerics.transformer_cases import TRANSFORMER_CASES

CASES = [
    *RULE_CASES,
    *COMPOSED_CASES,
    *SPATIAL_CASES,
    *EMBEDDING_CASES,
    *TRANSFORMER_CASES,
]


@pytest.fixture(scope="module")
def lib(reference_folder: Path) -> Iterator[Library]:
    with imported(reference_folder) as library:
        yield library


def test_the_library_is_forgotten_afterwards(reference_folder: Path) -> None:
    def loaded() -> dict[str, Any]:
        return {name: sys.modules[name] for name in sys.modules if name.startswith("tinytorch")}

    path, modules = list(sys.path), loaded()
    with imported(reference_folder) as library:
        assert Path(library.tensor.__file__).is_relative_to(reference_folder)
        assert library.activations.Tensor is library.tensor.Tensor
    assert sys.path == path
    assert loaded() == modules


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_value_and_slopes(lib: Library, case: Case) -> None:
    out, found = walk(lib, lambda *tensors: case.build(lib, *tensors), *case.inputs)
    expected = np.asarray(case.oracle(*case.inputs))
    assert out.shape == expected.shape
    np.testing.assert_allclose(out.data, expected, rtol=1e-12, atol=1e-12)
    right = slopes(case.oracle, case.inputs, weights_for(expected))
    for number, (got, slope) in enumerate(zip(found, right, strict=True)):
        assert_slopes(got, slope, f"{case.name}, input {number}")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_float32_stays_float32(lib: Library, case: Case) -> None:
    inputs = [array.astype(np.float32) for array in case.inputs]
    out, found = walk(lib, lambda *tensors: case.build(lib, *tensors), *inputs)
    _, exact = walk(lib, lambda *tensors: case.build(lib, *tensors), *case.inputs)
    assert out.dtype == np.float32
    for got, slope in zip(found, exact, strict=True):
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, slope, rtol=1e-3, atol=1e-4)


def test_the_cases_try_every_rule(lib: Library) -> None:
    tried = set()
    for case in RULE_CASES:
        with lib.tensor.tape() as records:
            case.build(lib, *(lib.tensor.Tensor(array) for array in case.inputs))
        tried |= {record.name for record in records}
    assert tried == set(lib.autograd.RULES)


def test_dropout_pays_what_it_passed_on(lib: Library) -> None:
    x = numbers(20, 30)
    layer = lib.layers.Dropout(0.25, rng=np.random.default_rng(3))
    out, (slope,) = walk(lib, layer, x)
    factor = out.data / x
    np.testing.assert_allclose(np.unique(factor.round(12)), [0, 1 / 0.75])
    assert abs((factor == 0).mean() - 0.25) < 4 * math.sqrt(0.25 * 0.75 / x.size)
    np.testing.assert_allclose(slope, weights_for(out.data) * factor, rtol=1e-12)


def test_a_long_chain_and_a_wide_fan(lib: Library) -> None:
    def chain(x: Any) -> Any:
        for _ in range(3000):
            x = x + x * 0.001
        return x

    _, (slope,) = walk(lib, chain, np.ones(2))
    np.testing.assert_allclose(slope, weights_for(np.ones(2)) * 1.001**3000, rtol=1e-10)
    _, (slope,) = walk(lib, lambda x: sum((x * n for n in range(300)), 0 * x), np.ones(2))
    np.testing.assert_allclose(slope, weights_for(np.ones(2)) * 44850, rtol=1e-12)


def test_slopes_to_results_on_the_way(lib: Library) -> None:
    x = lib.tensor.Tensor(numbers(3))
    with lib.tensor.tape() as records:
        square = x * x
        total = (square * square).sum()
    to_square, to_x = lib.autograd.gradients(total, [square, x], records)
    np.testing.assert_allclose(to_square, 2 * x.data**2, rtol=1e-12)
    np.testing.assert_allclose(to_x, 4 * x.data**3, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "extra", "expected"),
    [("relu", (), 0.0), ("leaky_relu", (0.2,), 0.2), ("gelu", (), 0.5), ("sigmoid", (), 0.25)],
)
def test_activations_at_zero(
    lib: Library, name: str, extra: tuple[float, ...], expected: float
) -> None:
    fn = getattr(lib.activations, name)
    _, (slope,) = walk(lib, lambda x: fn(x, *extra), np.zeros(3))
    np.testing.assert_allclose(slope, weights_for(np.zeros(3)) * expected, rtol=1e-12)


def test_of_two_equal_numbers_maximum_pays_the_second(lib: Library) -> None:
    values = numbers(2, 3)
    _, (to_first, to_second) = walk(lib, lib.activations.maximum, values, values)
    np.testing.assert_array_equal(to_first, np.zeros((2, 3)))
    np.testing.assert_array_equal(to_second, weights_for(values))


@pytest.mark.parametrize("keepdims", [False, True])
def test_equal_maxima_share(lib: Library, keepdims: bool) -> None:
    x = np.array([[5.0, 1, 5, 5], [2, 7, 7, 0], [1, 2, 3, 4]])
    out, (slope,) = walk(lib, lambda t: t.max(axis=1, keepdims=keepdims), x)
    shares = np.array([[1, 0, 1, 1], [0, 1, 1, 0], [0, 0, 0, 1]]) / [[3], [2], [1]]
    np.testing.assert_allclose(slope, shares * weights_for(out.data).reshape(3, 1), rtol=1e-12)
    _, (slope,) = walk(lib, lambda t: t.max(), np.ones((2, 2)))
    np.testing.assert_allclose(slope, weights_for(np.array(0.0)) * np.full((2, 2), 0.25))


def test_equal_pixels_of_a_pool_share(lib: Library) -> None:
    _, (slope,) = walk(lib, lib.spatial.MaxPool2d(2), np.ones((1, 1, 2, 2)))
    weight = weights_for(np.zeros((1, 1, 1, 1)))
    np.testing.assert_allclose(slope, np.broadcast_to(weight / 4, (1, 1, 2, 2)))


def test_a_logit_of_zero(lib: Library) -> None:
    target = np.array([0.0, 1.0, 0.3])
    _, (slope, _) = walk(lib, lib.losses.bce_with_logits, np.zeros(3), target)
    np.testing.assert_allclose(slope, weights_for(np.array(0.0)) * (0.5 - target) / 3, rtol=1e-12)


SHAPES = ((3, 4), (4,), ())

SGD_SETTINGS = [
    {"lr": lr, "momentum": momentum, "weight_decay": decay}
    for lr, momentum, decay in [(0.1, 0, 0), (0.05, 0.9, 0), (0.1, 0, 0.3), (0.02, 0.5, 0.1)]
]
ADAM_SETTINGS = [
    {"lr": lr, "betas": betas, "eps": eps, "weight_decay": decay}
    for lr, betas, eps, decay in [
        (1e-3, (0.9, 0.999), 1e-8, 0.0),
        (0.1, (0.9, 0.99), 1e-8, 0.2),
        (0.01, (0.5, 0.6), 1e-2, 0.0),
        (0.05, (0.0, 0.9), 1e-4, 0.5),
    ]
]
OPTIMIZERS = [
    *(("SGD", updates.sgd, chosen) for chosen in SGD_SETTINGS),
    *(("Adam", updates.adamw, chosen) for chosen in ADAM_SETTINGS),
]
each_optimizer = pytest.mark.parametrize(("name", "oracle", "chosen"), OPTIMIZERS)


def ten_gradients(shape: tuple[int, ...], dtype: Any) -> list[Array]:
    return [numbers(*shape, salt=step).astype(dtype) for step in range(10)]


@each_optimizer
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-6)])
def test_ten_steps_of_an_optimizer(
    lib: Library, name: str, oracle: Any, chosen: Any, dtype: Any, tolerance: float
) -> None:
    starts = [numbers(*shape, salt=20).astype(dtype) for shape in SHAPES]
    grads = [ten_gradients(shape, dtype) for shape in SHAPES]
    parameters = [lib.layers.Parameter(start.copy()) for start in starts]
    optimizer = getattr(lib.optim, name)(iter(parameters), **chosen)
    for step in range(10):
        optimizer.step([own[step] for own in grads])
    for parameter, start, own in zip(parameters, starts, grads, strict=True):
        assert parameter.dtype == dtype
        expected = oracle(start, own, **chosen)
        np.testing.assert_allclose(parameter.data, expected, rtol=tolerance, atol=tolerance)
        assert np.abs(expected - start).max() > 100 * tolerance, "ten steps go somewhere"


@each_optimizer
def test_an_optimizer_goes_on_from_its_state(
    lib: Library, name: str, oracle: Any, chosen: Any
) -> None:
    grads = [ten_gradients(shape, np.float32) for shape in SHAPES]
    starts = [numbers(*shape, salt=20).astype(np.float32) for shape in SHAPES]

    def run(parts: Sequence[range]) -> list[Array]:
        parameters = [lib.layers.Parameter(start.copy()) for start in starts]
        state = None
        for part in parts:
            optimizer = getattr(lib.optim, name)(parameters, **chosen)
            if state is not None:
                optimizer.load_state_dict(state)
            for step in part:
                optimizer.step([own[step] for own in grads])
            state = optimizer.state_dict()
        return [parameter.data for parameter in parameters]

    for whole, resumed in zip(run([range(10)]), run([range(4), range(4, 10)]), strict=True):
        np.testing.assert_array_equal(whole, resumed)
