"""Laws of the reference library that hold for any shape and any numbers, tried on many."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.modules.numerics.composed_cases import (
    bce_in_numpy,
    convolution_in_numpy,
    cross_entropy_in_numpy,
    softmax_in_numpy,
)
from tests.modules.numerics.differences import Array, numbers
from tests.modules.numerics.library import Library, imported, walk, weights_for

bounded = settings(max_examples=50, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def lib(reference_folder: Path) -> Iterator[Library]:
    with imported(reference_folder) as library:
        yield library


values = st.floats(-8, 8, width=32)
shapes = hnp.array_shapes(min_dims=0, max_dims=4, max_side=4)
full_shapes = hnp.array_shapes(min_dims=1, max_dims=4, max_side=4)


def arrays(shape: Any, dtype: Any = np.float64, elements: Any = values) -> Any:
    return hnp.arrays(dtype, shape, elements=elements)


@st.composite
def operands(draw: st.DrawFn, signature: str | None = None) -> tuple[Array, Array]:
    """Two arrays that broadcast, or the two factors of a product by the signature."""
    how = {"signature": signature} if signature else {"num_shapes": 2}
    drawn = draw(hnp.mutually_broadcastable_shapes(**how, max_dims=3, max_side=4))
    first, second = (draw(arrays(shape)) for shape in drawn.input_shapes)
    return first, second


@bounded
@given(pair=operands())
def test_arithmetic_broadcasts_like_numpy(lib: Library, pair: tuple[Array, Array]) -> None:
    for fn in (operator.add, operator.sub, operator.mul):
        out, found = walk(lib, fn, *pair)
        np.testing.assert_array_equal(out.data, fn(*pair))
        assert [slope.shape for slope in found] == [array.shape for array in pair]


@bounded
@given(data=st.data(), pair=operands())
def test_unbroadcast_is_what_undoes_broadcasting(
    lib: Library, data: st.DataObject, pair: tuple[Array, Array]
) -> None:
    whole = np.broadcast_shapes(pair[0].shape, pair[1].shape)
    small, grad = pair[0], data.draw(arrays(whole))
    back = lib.autograd.unbroadcast(grad, small.shape)
    assert back.shape == small.shape
    np.testing.assert_allclose((back * small).sum(), (grad * small).sum(), rtol=1e-9, atol=1e-9)


@bounded
@given(pair=operands("(m,k),(k,n)->(m,n)"))
def test_products_of_stacks(lib: Library, pair: tuple[Array, Array]) -> None:
    out, (to_a, to_b) = walk(lib, lambda a, b: a @ b, *pair)
    np.testing.assert_allclose(out.data, np.matmul(*pair), rtol=1e-12, atol=1e-12)
    # The product is linear in each factor, so that each factor's slopes weigh it to the total.
    total = (weights_for(out.data) * out.data).sum()
    np.testing.assert_allclose((to_a * pair[0]).sum(), total, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose((to_b * pair[1]).sum(), total, rtol=1e-9, atol=1e-9)
    a, b = (lib.tensor.Tensor(array) for array in pair)
    if a.ndim == b.ndim == 2:
        np.testing.assert_allclose((b.T @ a.T).data, out.data.T, rtol=1e-12, atol=1e-12)
        loops = lib.tensor.matmul_loops(a.data.tolist(), b.data.tolist())
        np.testing.assert_allclose(loops, out.data, rtol=1e-12, atol=1e-12)


@bounded
@given(data=st.data(), x=arrays(full_shapes), keepdims=st.booleans())
def test_reductions_over_any_axes(
    lib: Library, data: st.DataObject, x: Array, keepdims: bool
) -> None:
    axis = data.draw(st.none() | hnp.valid_tuple_axes(x.ndim, min_size=1))
    for name in ("sum", "max", "mean"):
        got = getattr(lib.tensor.Tensor(x), name)(axis=axis, keepdims=keepdims)
        expected = getattr(np, name)(x, axis=axis, keepdims=keepdims)
        assert got.shape == expected.shape
        np.testing.assert_allclose(got.data, expected, rtol=1e-12, atol=1e-12)


@bounded
@given(data=st.data(), x=arrays(full_shapes))
def test_indexing_is_numpys_and_pays_every_visit(
    lib: Library, data: st.DataObject, x: Array
) -> None:
    index = data.draw(
        hnp.basic_indices(x.shape, allow_newaxis=True) | hnp.integer_array_indices(x.shape)
    )
    out, (slope,) = walk(lib, lambda t: t[index], x)
    np.testing.assert_array_equal(out.data, x[index])
    visited = np.arange(x.size).reshape(x.shape)[index].ravel()
    paid = np.bincount(visited, weights_for(out.data).ravel(), minlength=x.size)
    np.testing.assert_allclose(slope, paid.reshape(x.shape), rtol=1e-12, atol=1e-12)


@bounded
@given(data=st.data(), x=arrays(full_shapes))
def test_pieces_join_to_the_whole(lib: Library, data: st.DataObject, x: Array) -> None:
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    places = data.draw(st.lists(st.integers(0, x.shape[axis]), max_size=3).map(sorted))
    pieces = [lib.tensor.Tensor(piece) for piece in np.split(x, places, axis=axis)]
    np.testing.assert_array_equal(lib.tensor.concat(pieces, axis=axis).data, x)
    slices = [lib.tensor.Tensor(piece) for piece in np.moveaxis(x, axis, 0)]
    np.testing.assert_array_equal(lib.tensor.stack(slices, axis=axis).data, x)


@bounded
@given(data=st.data(), x=arrays(full_shapes))
def test_arrangements_can_be_undone(lib: Library, data: st.DataObject, x: Array) -> None:
    tensor = lib.tensor.Tensor(x)
    axes = data.draw(st.permutations(range(x.ndim)))
    turned = tensor.transpose(axes)
    np.testing.assert_array_equal(turned.data, np.transpose(x, axes))
    np.testing.assert_array_equal(turned.transpose(np.argsort(axes).tolist()).data, x)
    np.testing.assert_array_equal(tensor.T.T.data, x)
    np.testing.assert_array_equal(tensor.reshape(-1).data, [*x.flat])
    np.testing.assert_array_equal(tensor.reshape(-1).reshape(x.shape).data, x)
    widths = data.draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=x.ndim, max_size=x.ndim)
    )
    padded = tensor.pad(widths, 9.0)
    inside = tuple(slice(a, a + n) for (a, _), n in zip(widths, x.shape, strict=True))
    np.testing.assert_array_equal(padded[inside].data, x)
    assert (padded.data == 9).sum() == padded.size - x.size


@bounded
@given(data=st.data(), x=arrays(full_shapes), shift=st.integers(-1000, 1000))
def test_softmax_gives_shares_and_ignores_shifts(
    lib: Library, data: st.DataObject, x: Array, shift: int
) -> None:
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    tensor = lib.tensor.Tensor(x)
    shares = lib.activations.softmax(tensor, axis=axis).data
    np.testing.assert_allclose(shares, softmax_in_numpy(x, axis), rtol=1e-12)
    np.testing.assert_allclose(shares.sum(axis=axis), 1, rtol=1e-12)
    moved = lib.activations.softmax(tensor + float(shift), axis=axis).data
    np.testing.assert_allclose(moved, shares, rtol=1e-9)
    logs = lib.activations.log_softmax(tensor, axis=axis).data
    np.testing.assert_allclose(logs, np.log(shares), rtol=1e-9, atol=1e-12)
    assert (logs <= 0).all()


huge = st.floats(-(2.0**120), 2.0**120, width=32)


@bounded
@given(x=arrays((3, 4), np.float32, huge))
def test_no_finite_score_is_too_large(lib: Library, x: Array) -> None:
    tensor = lib.tensor.Tensor(x)
    shares = lib.activations.softmax(tensor).data
    logs = lib.activations.log_softmax(tensor).data
    switch = lib.activations.sigmoid(tensor).data
    mirrored = lib.activations.sigmoid(-tensor).data
    cost = lib.losses.bce_with_logits(tensor, lib.tensor.Tensor((x > 0).astype(np.float32)))
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    assert np.isfinite(logs).all()
    np.testing.assert_allclose(logs.max(axis=1), np.log(shares.max(axis=1)), atol=1e-6)
    assert ((switch >= 0) & (switch <= 1)).all()
    np.testing.assert_allclose(switch + mirrored, 1, atol=1e-6)
    assert 0 <= cost.item() <= math.log(2) + 1e-6


@bounded
@given(
    data=st.data(),
    logits=arrays(hnp.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=values),
)
def test_losses_against_their_definitions(lib: Library, data: st.DataObject, logits: Array) -> None:
    rows, classes = logits.shape
    labels = data.draw(arrays(rows, np.int64, st.integers(0, classes - 1)))
    target = data.draw(arrays(logits.shape, elements=st.floats(0, 1, width=32)))
    tensor = lib.tensor.Tensor(logits)
    for form in (labels, lib.tensor.Tensor(labels), labels.tolist()):
        got = lib.losses.cross_entropy(tensor, form)
        assert got.shape == ()
        np.testing.assert_allclose(got.item(), cross_entropy_in_numpy(logits, labels), atol=1e-10)
    got = lib.losses.bce_with_logits(tensor, lib.tensor.Tensor(target)).item()
    np.testing.assert_allclose(got, bce_in_numpy(logits, target), atol=1e-10)
    got = lib.losses.mse_loss(tensor, lib.tensor.Tensor(target)).item()
    np.testing.assert_allclose(got, np.mean((logits - target) ** 2), atol=1e-10)
    hits = [max(range(classes), key=row.__getitem__) for row in logits.tolist()] == labels
    assert lib.losses.accuracy(tensor, labels) == pytest.approx(hits.mean())


@bounded
@given(
    sizes=st.lists(st.integers(1, 5), min_size=2, max_size=4),
    seeds=st.tuples(*[st.integers(0, 99)] * 2),
)
def test_a_state_makes_another_network_the_same(
    lib: Library, sizes: list[int], seeds: tuple[int, int]
) -> None:
    assume(seeds[0] != seeds[1])
    one, other = (network(lib, sizes, seed) for seed in seeds)
    x = lib.tensor.Tensor(numbers(3, sizes[0]).astype(np.float32))
    before, state = one(x).data, one.state_dict()
    assert sum(array.size for array in state.values()) == sum(p.size for p in one.parameters())
    other.load_state_dict(state)
    np.testing.assert_array_equal(other(x).data, before)
    for parameter in other.parameters():
        parameter.data += 1
    np.testing.assert_array_equal(one(x).data, before, "two networks share an array")
    for parameter in one.parameters():
        parameter.data += 1
    one.load_state_dict(state)
    np.testing.assert_array_equal(one(x).data, before, "the state followed the network")


def network(lib: Library, sizes: Sequence[int], seed: int) -> Any:
    rng = np.random.default_rng(seed)
    layers = [lib.layers.Linear(*pair, rng=rng) for pair in itertools.pairwise(sizes)]
    return lib.layers.Sequential(lib.layers.Sequential(*layers), lib.activations.tanh)


@bounded
@given(count=st.integers(2, 60), fraction=st.floats(0.05, 0.95), seed=st.integers(0, 9))
def test_a_split_is_disjoint_and_complete(
    lib: Library, count: int, fraction: float, seed: int
) -> None:
    assume(0 < round(count * fraction) < count)
    rows = np.arange(count)
    train, test = lib.data.train_test_split(rows, 10 * rows, test_fraction=fraction, seed=seed)
    assert len(test[0]) == round(count * fraction)
    assert sorted([*train[0], *test[0]]) == rows.tolist()
    for part in (train, test):
        np.testing.assert_array_equal(part[1], 10 * part[0], "rows came apart")


@bounded
@given(
    count=st.integers(1, 40),
    size=st.integers(1, 45),
    shuffle=st.booleans(),
    drop_last=st.booleans(),
    seed=st.integers(0, 9),
)
def test_a_loader_visits_each_row_once(
    lib: Library, count: int, size: int, shuffle: bool, drop_last: bool, seed: int
) -> None:
    x = np.stack([np.arange(count), np.arange(count)], axis=1).astype(np.float32)
    dataset = lib.data.ArrayDataset(x, np.arange(count))
    loader = lib.data.DataLoader(dataset, size, shuffle=shuffle, drop_last=drop_last, seed=seed)
    for _ in range(2):
        batches = list(loader)
        lengths = [len(labels) for _, labels in batches]
        assert len(loader) == len(batches)
        assert lengths[:-1] == [size] * (len(batches) - 1)
        kept = count - count % size if drop_last else count
        seen = [int(label) for _, labels in batches for label in labels.data]
        assert len(seen) == len(set(seen)) == kept
        assert set(seen) <= set(range(count))
        assert shuffle or seen == list(range(kept))
        for pictures, labels in batches:
            assert (pictures.dtype, labels.dtype) == (np.float32, np.int64)
            np.testing.assert_array_equal(pictures.data[:, 0], labels.data)


@bounded
@given(data=st.data(), shape=hnp.array_shapes(min_dims=2, max_dims=4, max_side=5))
def test_a_standardizer_centres_what_it_was_fitted_to(
    lib: Library, data: st.DataObject, shape: tuple[int, ...]
) -> None:
    x = data.draw(arrays(shape, elements=st.integers(-50, 50).map(float)))
    scaler = lib.data.Standardizer().fit(x)
    scaled = scaler(x)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-9)
    varies = np.ptp(x, axis=0) > 0
    np.testing.assert_allclose(scaled.std(axis=0)[varies], 1, rtol=1e-9)
    assert np.all(np.abs(scaled[:, ~varies]) < 1e-9)
    new = data.draw(arrays(shape))
    np.testing.assert_allclose(scaler(new) * scaler.spread + scaler.mean, new, atol=1e-9)


@bounded
@given(count=st.integers(1, 6), sides=st.tuples(*[st.integers(1, 4)] * 2), most=st.integers(0, 2))
def test_a_shifted_picture_is_a_window_of_the_framed_one(
    lib: Library, count: int, sides: tuple[int, int], most: int
) -> None:
    pictures = numbers(count, 2, *sides)
    shifted = lib.data.random_shift(pictures, np.random.default_rng(count), most)
    frame = ((0, 0), (0, 0), (most, most), (most, most))
    every = np.lib.stride_tricks.sliding_window_view(np.pad(pictures, frame), sides, axis=(2, 3))
    assert shifted.shape == pictures.shape
    for before, after in zip(every, shifted, strict=True):
        same = (before == after[:, None, None]).all(axis=(0, 3, 4))
        assert same.any(), "both channels move alike"


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[Array, Array, Array, int, int, int]:
    count, channels, filters = (draw(st.integers(1, 3)) for _ in range(3))
    k, stride, padding = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(0, 2))
    smallest = max(1, k - 2 * padding)
    height, width = (draw(st.integers(smallest, smallest + 4)) for _ in range(2))
    x = draw(arrays((count, channels, height, width)))
    weight = numbers(k * k * channels, filters)
    return x, weight, numbers(filters, salt=1), k, stride, padding


@bounded
@given(drawn=convolutions())
def test_convolution_is_what_loops_do(lib: Library, drawn: Any) -> None:
    x, weight, bias, k, stride, padding = drawn
    tensors = [lib.tensor.Tensor(array) for array in (x, weight, bias)]
    got = lib.spatial.conv2d(*tensors, stride=stride, padding=padding).data
    expected = convolution_in_numpy(x, weight, bias, k, stride, padding)
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-10)
    kernels = weight.reshape(k, k, x.shape[1], -1).transpose(3, 2, 0, 1)
    loops = lib.spatial.conv2d_loops_multi(x, kernels, bias, stride=stride, padding=padding)
    np.testing.assert_allclose(loops, expected, rtol=1e-10, atol=1e-10)
    places = [lib.spatial.output_size(side, k, stride, padding) for side in x.shape[2:]]
    assert list(expected.shape[2:]) == places


@bounded
@given(
    grads=st.lists(shapes.flatmap(arrays), min_size=1, max_size=4),
    most=st.floats(0.01, 100),
)
def test_clipping_never_raises_the_norm_nor_turns(
    lib: Library, grads: list[Array], most: float
) -> None:
    before = [grad.copy() for grad in grads]
    clipped, norm = lib.training.clip_gradients(grads, most)
    flat, short = (np.concatenate([part.ravel() for part in parts]) for parts in (grads, clipped))
    assert norm == pytest.approx(np.linalg.norm(flat), rel=1e-9)
    assert np.linalg.norm(short) <= min(most * (1 + 1e-6), norm * (1 + 1e-12))
    share = 1.0 if norm <= most else most / norm
    np.testing.assert_allclose(short, share * flat, rtol=1e-5, atol=1e-12)
    for grad, kept in zip(grads, before, strict=True):
        np.testing.assert_array_equal(grad, kept, "the caller's gradient was changed")
