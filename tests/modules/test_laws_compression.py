"""Laws of the reference library's compression, tried on many networks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.modules.numerics.composed_cases import softmax_in_numpy
from tests.modules.numerics.differences import Array, numbers, slopes
from tests.modules.numerics.library import Library, imported

bounded = settings(max_examples=50, deadline=None, derandomize=True)
fractions = st.floats(0, 0.99)


@pytest.fixture(scope="module")
def lib(reference_folder: Path) -> Iterator[Library]:
    with imported(reference_folder) as library:
        yield library


def network(lib: Library, widths: Sequence[int], seed: int) -> Any:
    rng = np.random.default_rng(seed)
    layers = lib.layers
    steps = [layers.Linear(*pair, rng=rng) for pair in itertools.pairwise(widths)]
    return layers.Sequential(*steps)


widths_of_networks = st.lists(st.integers(1, 7), min_size=2, max_size=4)


@bounded
@given(
    x=hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=1, max_dims=3, max_side=6),
        elements=st.integers(-3, 3).map(float),
    ),
    fraction=fractions,
)
def test_exactly_the_smallest_go(lib: Library, x: Array, fraction: float) -> None:
    keep = lib.compression.keep_largest(x, fraction)
    assert (keep.shape, keep.dtype) == (x.shape, np.bool_)
    assert (~keep).sum() == round(fraction * x.size)
    if keep.any() and not keep.all():
        assert np.abs(x[~keep]).max() <= np.abs(x[keep]).min()


@bounded
@given(widths=widths_of_networks, fraction=fractions, seed=st.integers(0, 99))
def test_masks_remove_the_share_that_was_asked_for(
    lib: Library, widths: list[int], fraction: float, seed: int
) -> None:
    compression, model = lib.compression, network(lib, widths, seed)
    for p in model.parameters():
        p.data += 1
    before = model.state_dict()
    total = sum(p.size for p in model.parameters() if p.ndim > 1)
    masks = compression.magnitude_masks(model, fraction)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    compression.apply_masks(model, masks)
    assert compression.sparsity(model) == pytest.approx(round(fraction * total) / total)
    for name, array in model.state_dict().items():
        expected = np.where(masks[name], before[name], 0) if name in masks else before[name]
        np.testing.assert_array_equal(array, expected)
    by_layer = compression.magnitude_masks(network(lib, widths, seed), fraction, scope="layer")
    for mask in by_layer.values():
        assert (~mask).sum() == round(fraction * mask.size)


@bounded
@given(widths=widths_of_networks, fraction=fractions, seed=st.integers(0, 99))
def test_pruned_weights_stay_away_while_the_others_learn(
    lib: Library, widths: list[int], fraction: float, seed: int
) -> None:
    model = network(lib, widths, seed)
    masks = lib.compression.magnitude_masks(model, fraction)
    x = lib.tensor.Tensor(numbers(6, widths[0]).astype(np.float32))
    y = lib.tensor.Tensor(numbers(6, widths[-1], salt=1).astype(np.float32))
    optimizer = lib.optim.Adam(model.parameters(), lr=0.01)
    losses = lib.compression.fine_tune(model, masks, lib.losses.mse_loss, optimizer, [(x, y)], 5)
    assert len(losses) == 5
    for name, mask in masks.items():
        assert not dict(model.named_parameters())[name].data[~mask].any()


@bounded
@given(
    sizes=st.tuples(*[st.integers(1, 8)] * 3),
    dead=st.sets(st.integers(0, 7)),
    seed=st.integers(0, 99),
)
def test_units_that_do_nothing_leave_without_a_trace(
    lib: Library, sizes: tuple[int, int, int], dead: set[int], seed: int
) -> None:
    inputs, units, outputs = sizes
    dead = {unit for unit in dead if unit < units}
    assume(len(dead) < units)
    first, second = network(lib, sizes, seed).steps
    first.bias.data += 0.5
    second.weight.data[sorted(dead)] = 0
    one, two = lib.compression.prune_neurons(first, second, units - len(dead))
    x = lib.tensor.Tensor(numbers(3, inputs).astype(np.float32))
    relu = lib.activations.relu
    expected = second(relu(first(x))).data
    np.testing.assert_allclose(two(relu(one(x))).data, expected, rtol=1e-4, atol=1e-5)
    assert one.weight.shape == (inputs, units - len(dead))
    assert two.weight.shape == (units - len(dead), outputs)


@bounded
@given(
    sizes=st.tuples(st.integers(1, 8), st.integers(1, 8)), data=st.data(), seed=st.integers(0, 99)
)
def test_a_rank_loses_what_the_dropped_strengths_say(
    lib: Library, sizes: tuple[int, int], data: st.DataObject, seed: int
) -> None:
    linear = network(lib, sizes, seed).steps[0]
    rank = data.draw(st.integers(1, min(sizes)))
    thin = lib.compression.low_rank(linear, rank)
    first, second = (step.weight.data.astype(np.float64) for step in thin.steps)
    strengths = np.linalg.svd(linear.weight.data.astype(np.float64))[1]
    lost = ((linear.weight.data - first @ second) ** 2).sum()
    np.testing.assert_allclose(lost, (strengths[rank:] ** 2).sum(), rtol=1e-4, atol=1e-6)
    assert sum(p.size for p in thin.parameters()) == rank * sum(sizes) + sizes[1]


@bounded
@given(
    shape=st.tuples(st.integers(1, 4), st.integers(2, 5)),
    temperature=st.floats(0.5, 8),
    salt=st.integers(0, 9),
)
def test_distillation_is_a_softened_cross_entropy(
    lib: Library, shape: tuple[int, int], temperature: float, salt: int
) -> None:
    student, teacher = numbers(*shape, salt=salt), 2 * numbers(*shape, salt=salt + 1)
    shares = softmax_in_numpy(teacher / temperature, -1)

    def oracle(scores: Array) -> Array:
        logs = np.log(softmax_in_numpy(scores / temperature, -1))
        return np.asarray(temperature**2 * -(shares * logs).sum(axis=-1).mean())

    tensors = [lib.tensor.Tensor(array) for array in (student, teacher)]

    def loss() -> Any:
        return lib.compression.distillation_loss(*tensors, temperature)

    got, (slope,) = lib.autograd.value_and_gradients(loss, tensors[:1])
    np.testing.assert_allclose(got.item(), oracle(student), rtol=1e-9)
    (expected,) = slopes(oracle, [student], np.asarray(1.0))
    np.testing.assert_allclose(slope, expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError):
        lib.autograd.value_and_gradients(loss, tensors[1:])
    same = lib.tensor.Tensor(teacher + 3)
    _, (slope,) = lib.autograd.value_and_gradients(
        lambda: lib.compression.distillation_loss(same, tensors[1], temperature), [same]
    )
    np.testing.assert_allclose(slope, 0, atol=1e-12)
