"""Laws of the reference library's quantization, tried on many arrays."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.modules.numerics.differences import Array, numbers
from tests.modules.numerics.library import Library, imported

bounded = settings(max_examples=50, deadline=None, derandomize=True)
values = st.floats(-1e4, 1e4, width=32)
every_bits = st.integers(2, 8)


@pytest.fixture(scope="module")
def lib(reference_folder: Path) -> Iterator[Library]:
    with imported(reference_folder) as library:
        yield library


def arrays(shape: Any) -> Any:
    return hnp.arrays(np.float32, shape, elements=values)


@bounded
@given(
    x=arrays(hnp.array_shapes(min_dims=1, max_dims=3, max_side=6)),
    bits=every_bits,
    data=st.data(),
)
def test_a_reading_is_off_by_half_a_tick_at_most(
    lib: Library, x: Array, bits: int, data: st.DataObject
) -> None:
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1))
    quantization = lib.quantization
    tick = quantization.tick_size(x, bits, axis)
    readings = quantization.quantize(x, tick, bits)
    back = quantization.dequantize(readings, tick)
    assert (readings.dtype, back.dtype, np.asarray(tick).dtype) == (np.int8, np.float32, np.float32)
    last = 2 ** (bits - 1) - 1
    assert np.abs(readings.astype(int)).max() <= last
    error = np.abs(x.astype(np.float64) - back)
    assert (error <= np.float64(tick) * (0.5 + 1e-4)).all()
    np.testing.assert_array_equal(quantization.quantize(back, tick, bits), readings)
    np.testing.assert_array_equal(quantization.quantize(-x, tick, bits), -readings)


@bounded
@given(
    x=arrays(hnp.array_shapes(min_dims=1, max_dims=3, max_side=6)),
    bits=every_bits,
)
def test_the_largest_lands_on_the_last_mark(lib: Library, x: Array, bits: int) -> None:
    tick = lib.quantization.tick_size(x, bits)
    readings = np.abs(lib.quantization.quantize(x, tick, bits).astype(int))
    largest = np.abs(x).max()
    assert tick > 0
    if largest == 0:
        assert tick == 1
        assert not readings.any()
    elif largest > 1e-30:
        assert readings.max() == 2 ** (bits - 1) - 1


@bounded
@given(
    size=st.tuples(st.integers(1, 5), st.integers(1, 300), st.integers(1, 5)),
    seed=st.integers(0, 99),
    x_tick=st.floats(0.0078125, 1, width=32),
)
def test_whole_numbers_compute_the_exact_product(
    lib: Library, size: tuple[int, int, int], seed: int, x_tick: float
) -> None:
    rows, inputs, units = size
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 40 * x_tick, (rows, inputs)).astype(np.float32)
    weight = rng.integers(-127, 128, (inputs, units)).astype(np.int8)
    tick = rng.uniform(0.01, 1, (1, units)).astype(np.float32)
    got = lib.quantization.integer_product(x, weight, np.float32(x_tick), tick)
    readings = np.clip(np.rint(x / np.float32(x_tick)), -127, 127)
    exact = (readings.astype(np.float64) @ weight.astype(np.float64)) * (x_tick * tick)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, exact, rtol=1e-5)


@bounded
@given(
    widths=st.lists(st.integers(1, 9), min_size=2, max_size=5),
    bits=every_bits,
    seed=st.integers(0, 99),
    calibrated=st.booleans(),
)
def test_a_quantized_network_is_a_new_one(
    lib: Library, widths: list[int], bits: int, seed: int, calibrated: bool
) -> None:
    layers, rng = lib.layers, np.random.default_rng(seed)
    steps = [
        layers.Linear(before, after, bias=bool(after % 2), rng=rng)
        for before, after in itertools.pairwise(widths)
    ]
    model = layers.Sequential(layers.Sequential(*steps), lib.activations.relu)
    before = model.state_dict()
    x = lib.tensor.Tensor(numbers(4, widths[0], salt=seed).astype(np.float32))
    small = lib.quantization.quantize_model(model, x if calibrated else None, bits)
    small(x)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert small.parameters() == []
    found = lib.quantization.layers_of(small, lib.quantization.QuantizedLinear)
    assert len(found) == len(steps)
    assert all((layer.x_tick is not None) == calibrated for layer in found)
    floats = sum(step.weight.nbytes for step in steps)
    assert sum(layer.weight.nbytes for layer in found) * 4 == floats
    for parameter in model.parameters():
        parameter.data[...] = np.nan
    assert np.isfinite(small(x).data).all(), "the new network uses arrays of the old one"


@bounded
@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    scale=st.floats(0.0078125, 128, width=32),
)
def test_calibration_fits_what_each_layer_saw(lib: Library, sizes: list[int], scale: float) -> None:
    layer = lib.layers.Linear(3, 3, rng=np.random.default_rng(len(sizes)))
    model = lib.layers.Sequential(*[layer] * len(sizes))
    x = lib.tensor.Tensor((scale * numbers(5, 3)).astype(np.float32))
    seen, inputs = [], x
    for _ in sizes:
        seen.append(np.abs(inputs.data).max())
        inputs = layer(inputs)
    ticks = lib.quantization.calibrate(model, x)
    assert list(ticks) == [layer]
    assert ticks[layer] == pytest.approx(max(seen) / 127, rel=1e-6)
