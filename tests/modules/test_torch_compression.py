"""The reference library's quantization and compression beside PyTorch, where that is installed.

Known difference: PyTorch rounds as we do, to the nearest mark and a half to the even one, but its
ruler of 8 bits ends at -128 unless it is told otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.modules.numerics.differences import Array, numbers
from tests.modules.numerics.library import Library, imported

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def lib(reference_folder: Path) -> Iterator[Library]:
    with imported(reference_folder) as library:
        yield library


def small(*shape: int, salt: int = 0) -> Array:
    return numbers(*shape, salt=salt).astype(np.float32)


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_one_ruler(lib: Library, bits: int) -> None:
    values = small(20, 30)
    tick = lib.quantization.tick_size(values, bits)
    last = 2 ** (bits - 1) - 1
    ours = lib.quantization.dequantize(lib.quantization.quantize(values, tick, bits), tick)
    theirs = torch.fake_quantize_per_tensor_affine(
        torch.tensor(values), float(tick), 0, -last, last
    )
    # A value half way between two marks may go either way, as its quotient is rounded.
    assert (np.abs(ours - theirs.numpy()) > 1e-6).mean() < 0.01
    assert np.abs(ours - theirs.numpy()).max() <= tick * 1.001


@pytest.mark.parametrize("axis", [0, 1])
def test_a_ruler_for_each_channel(lib: Library, axis: int) -> None:
    values = small(6, 5) * np.logspace(-2, 2, 5, dtype=np.float32)
    ticks = lib.quantization.tick_size(values, axis=axis)
    ours = lib.quantization.dequantize(lib.quantization.quantize(values, ticks), ticks)
    theirs = torch.fake_quantize_per_channel_affine(
        torch.tensor(values),
        torch.tensor(ticks.ravel()),
        torch.zeros(ticks.size, dtype=torch.int32),
        axis,
        -127,
        127,
    ).numpy()
    assert (np.abs(ours - theirs) <= np.broadcast_to(ticks, values.shape) * 1.001).all()
    assert (np.abs(ours - theirs) > 1e-6 * np.abs(values)).mean() < 0.1


@pytest.mark.parametrize("fraction", [0.0, 0.3, 0.8])
def test_pruning_by_size(lib: Library, fraction: float) -> None:
    from torch.nn.utils import prune

    layers = [torch.nn.Linear(7, 9, bias=False), torch.nn.Linear(9, 4, bias=False)]
    model = lib.layers.Sequential(
        lib.layers.Linear(7, 9, rng=np.random.default_rng(0)),
        lib.layers.Linear(9, 4, rng=np.random.default_rng(1)),
    )
    with torch.no_grad():
        for layer, mine in zip(layers, model.steps, strict=True):
            layer.weight.copy_(torch.tensor(mine.weight.data.T))
    amount = round(fraction * 99)
    prune.global_unstructured(
        [(layer, "weight") for layer in layers], prune.L1Unstructured, amount=amount
    )
    lib.compression.apply_masks(model, lib.compression.magnitude_masks(model, fraction))
    for layer, mine in zip(layers, model.steps, strict=True):
        np.testing.assert_array_equal(mine.weight.data, layer.weight.detach().numpy().T)


@pytest.mark.parametrize("temperature", [1.0, 3.0])
def test_distillation_has_the_slopes_of_the_divergence(lib: Library, temperature: float) -> None:
    student, teacher = small(4, 6), small(4, 6, salt=1)
    mine = lib.tensor.Tensor(student)
    _, (slope,) = lib.autograd.value_and_gradients(
        lambda: lib.compression.distillation_loss(mine, lib.tensor.Tensor(teacher), temperature),
        [mine],
    )
    scores = torch.tensor(student, requires_grad=True)
    functional = torch.nn.functional
    divergence = functional.kl_div(
        functional.log_softmax(scores / temperature, dim=1),
        functional.softmax(torch.tensor(teacher) / temperature, dim=1),
        reduction="batchmean",
    )
    (divergence * temperature**2).backward()
    np.testing.assert_allclose(slope, scores.grad.numpy(), rtol=1e-4, atol=1e-5)
