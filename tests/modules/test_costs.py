"""What the reference library counts is what happens, and what it speeds up stays the same."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.modules.numerics.composed_cases import convolution_in_numpy
from tests.modules.numerics.differences import Array, numbers
from tests.modules.numerics.library import Library, imported, walk

bounded = settings(max_examples=50, deadline=None, derandomize=True)
sizes = st.integers(1, 5)
shapes = hnp.array_shapes(min_dims=1, max_dims=4, max_side=4)


@pytest.fixture(scope="module")
def lib(reference_folder: Path) -> Iterator[Library]:
    with imported(reference_folder) as library:
        yield library


class Tallied:
    """A number that counts the products in which it takes part."""

    products = 0

    def __mul__(self, other: object) -> Tallied:
        Tallied.products += 1
        return self

    def __add__(self, other: object) -> Tallied:
        return self


def products_in(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    """How many scalar products NumPy does for tensors of these shapes."""
    Tallied.products = 0
    np.matmul(*(np.full(shape, Tallied(), dtype=object) for shape in (a, b)))
    return Tallied.products


@bounded
@given(stacks=hnp.mutually_broadcastable_shapes(signature="(m,k),(k,n)->(m,n)", max_side=4))
def test_flops_of_a_product_are_twice_its_multiplications(lib: Library, stacks: Any) -> None:
    a, b = stacks.input_shapes
    (row,) = lib.profiling.profile(lambda: lib.tensor.Tensor(numbers(*a)) @ numbers(*b))
    assert (row.name, row.shape) == ("matmul", stacks.result_shape)
    assert row.flops == 2 * products_in(a, b)


@bounded
@given(pair=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4))
def test_an_element_wise_operation_reads_both_and_writes_one(lib: Library, pair: Any) -> None:
    a, b = (lib.tensor.Tensor(numbers(*shape)) for shape in pair.input_shapes)
    (row,) = lib.profiling.profile(lambda: a * b)
    assert row.flops == math.prod(pair.result_shape)
    assert row.nbytes == 8 * (a.size + b.size + math.prod(pair.result_shape))


@bounded
@given(data=st.data(), shape=shapes)
def test_what_moves_no_bytes_is_a_view(lib: Library, data: st.DataObject, shape: Any) -> None:
    x = lib.tensor.Tensor(numbers(*shape))
    index = data.draw(hnp.basic_indices(shape) | hnp.integer_array_indices(shape))
    axes = data.draw(st.permutations(range(x.ndim)))
    for arranged in (lambda: x[index], lambda: x.transpose(axes).reshape(-1)):
        with lib.tensor.tape() as records:
            arranged()
        for record in records:
            moved = record.inputs[0].nbytes + record.output.nbytes
            view = np.shares_memory(record.inputs[0].data, record.output.data)
            assert lib.profiling.op_flops(record) == 0
            assert lib.profiling.op_bytes(record) == (0 if view else moved)


@bounded
@given(widths=st.lists(sizes, min_size=2, max_size=5), batch=sizes, bias=st.booleans())
def test_a_network_costs_what_its_widths_say(
    lib: Library, widths: list[int], batch: int, bias: bool
) -> None:
    pairs = list(itertools.pairwise(widths))
    net = lib.layers.Sequential(*(lib.layers.Linear(*pair, bias=bias) for pair in pairs))
    totals = lib.profiling.by_operation(
        lib.profiling.profile(lambda: net(lib.tensor.Tensor(numbers(batch, widths[0]))))
    )
    weights, biases = sum(a * b for a, b in pairs), bias * sum(widths[1:])
    assert lib.profiling.count_parameters(net) == weights + biases
    assert totals["matmul"].calls == len(pairs)
    assert totals["matmul"].flops == 2 * batch * weights
    assert ("add" in totals) == bias
    assert sum(total.flops for total in totals.values()) == 2 * batch * weights + batch * biases


@bounded
@given(
    drawn=st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 99), st.integers(0, 99), st.integers(0, 9))
    )
)
def test_totals_lose_nothing(lib: Library, drawn: list[tuple[str, int, int, int]]) -> None:
    rows = [lib.profiling.Row(name, (), *costs) for name, *costs in drawn]
    totals = lib.profiling.by_operation(rows)
    assert set(totals) == {row.name for row in rows}
    assert sum(total.calls for total in totals.values()) == len(rows)
    for field in ("flops", "nbytes", "seconds"):
        assert sum(getattr(total, field) for total in totals.values()) == sum(
            getattr(row, field) for row in rows
        )
    seconds = [total.seconds for total in totals.values()]
    assert seconds == sorted(seconds, reverse=True)


@bounded
@given(drawn=st.tuples(*[st.integers(1, 1000)] * 4), times=st.integers(2, 100))
def test_more_of_the_same_work_meets_the_same_limit(
    lib: Library, drawn: tuple[int, int, int, int], times: int
) -> None:
    flops, nbytes, peak, bandwidth = drawn
    limit = lib.profiling.bound(flops, nbytes, peak, bandwidth)
    right = "compute" if flops * bandwidth > nbytes * peak else "memory"
    assert limit == right or flops * bandwidth == nbytes * peak
    assert lib.profiling.bound(2**7 * flops, 2**7 * nbytes, peak, bandwidth) == limit
    if limit == "compute":
        assert lib.profiling.bound(times * flops, nbytes, peak, bandwidth) == "compute"
    else:
        assert lib.profiling.bound(flops, times * nbytes, peak, bandwidth) == "memory"


@bounded
@given(n=sizes, inner=sizes, m=sizes, double=st.booleans())
def test_every_rung_of_the_ladder_gives_the_product(
    lib: Library, n: int, inner: int, m: int, double: bool
) -> None:
    dtype = np.float64 if double else np.float32
    a, b = numbers(n, inner).astype(dtype), numbers(inner, m, salt=1).astype(dtype)
    for way in (lib.acceleration.matmul_dots, lib.acceleration.matmul_rows):
        got = way(a, b)
        assert got.dtype == dtype
        np.testing.assert_allclose(got, a @ b, rtol=1e-5, atol=1e-5)


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[Array, Array, int, int, int]:
    count, channels, filters = (draw(st.integers(1, 3)) for _ in range(3))
    k, stride, padding = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(0, 2))
    smallest = max(1, k - 2 * padding)
    height, width = (draw(st.integers(smallest, smallest + 4)) for _ in range(2))
    x = numbers(count, channels, height, width)
    return x, numbers(k * k * channels, filters, salt=1), k, stride, padding


@bounded
@given(drawn=convolutions())
def test_windows_convolve_as_the_definition_says(lib: Library, drawn: Any) -> None:
    x, weight, k, stride, padding = drawn
    before = x.copy()
    got = lib.acceleration.conv2d_windows(x, weight, stride, padding)
    zeros = np.zeros(weight.shape[1])
    expected = convolution_in_numpy(x, weight, zeros, k, stride, padding)
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(x, before)
    if k <= min(x.shape[2:]):
        view = lib.acceleration.window_view(x, k, stride)
        assert np.shares_memory(view, x)
        np.testing.assert_array_equal(view[..., 0, 0, :, :], x[..., :k, :k])


@bounded
@given(x=hnp.arrays(np.float64, shapes, elements=st.floats(-50, 50, width=32)))
def test_fused_is_composed_in_value_and_slope(lib: Library, x: Array) -> None:
    out, (slope,) = walk(lib, lib.acceleration.fused_gelu, x)
    right, (right_slope,) = walk(lib, lib.activations.gelu, x)
    np.testing.assert_allclose(out.data, right.data, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(slope, right_slope, rtol=1e-9, atol=1e-10)


@bounded
@given(rows=st.integers(1, 20), size=st.integers(1, 25))
def test_batches_of_any_size_change_nothing(lib: Library, rows: int, size: int) -> None:
    x, seen = numbers(rows, 3), []

    def fn(part: Any) -> Any:
        seen.append(part.shape[0])
        return (part * part).sum(axis=1)

    out, (slope,) = walk(lib, lambda t: lib.acceleration.in_batches(fn, t, size), x)
    np.testing.assert_allclose(out.data, (x * x).sum(axis=1))
    assert sum(seen) == rows
    assert len(seen) == math.ceil(rows / size)
    _, (whole,) = walk(lib, lambda t: (t * t).sum(axis=1), x)
    np.testing.assert_allclose(slope, whole)
