"""The reference library beside PyTorch, where that is installed: the same numbers, the same slopes.

PyTorch is no dependency: without it this file is skipped, and no student needs it.

Known differences, each held by a test below:
- a Linear keeps its weight as (in, out), PyTorch as (out, in);
- a Conv2d keeps its kernels as the columns of one matrix, PyTorch as (out, in, K, K);
- where two numbers are equal, `maximum` pays the second, PyTorch pays both by half;
- where pixels of a window are equal, a pool lets them share, PyTorch pays the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.modules.numerics.differences import Array, numbers
from tests.modules.numerics.language_cases import embedding_of
from tests.modules.numerics.library import Library, imported, walk, weights_for
from tests.modules.numerics.transformer_cases import holding

torch = pytest.importorskip("torch")

FORWARD, BACKWARD = 1e-5, 1e-4


@pytest.fixture(scope="module")
def lib(reference_folder: Path) -> Iterator[Library]:
    with imported(reference_folder) as library:
        yield library


def small(*shape: int, salt: int = 0) -> Array:
    return numbers(*shape, salt=salt).astype(np.float32)


def compare(
    lib: Library, ours: Callable[..., Any], theirs: Callable[..., Any], *inputs: Array
) -> None:
    """Value and slopes of both, the outputs weighted alike."""
    out, found = walk(lib, ours, *inputs)
    tensors = [torch.tensor(array, requires_grad=True) for array in inputs]
    right = theirs(*tensors)
    assert out.shape == tuple(right.shape)
    np.testing.assert_allclose(out.data, right.detach().numpy(), rtol=FORWARD, atol=FORWARD)
    (right * torch.tensor(weights_for(out.data))).sum().backward()
    for got, tensor in zip(found, tensors, strict=True):
        np.testing.assert_allclose(got, tensor.grad.numpy(), rtol=BACKWARD, atol=BACKWARD)


@pytest.mark.parametrize(
    ("a", "b"),
    [((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (5, 4, 2))],
)
def test_matmul(lib: Library, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    compare(lib, lambda x, y: x @ y, torch.matmul, small(*a), small(*b, salt=1))


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
@pytest.mark.parametrize("scale", [1, 40])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax(lib: Library, name: str, scale: int, axis: int) -> None:
    ours, theirs = getattr(lib.activations, name), getattr(torch, name)
    x = np.float32(scale) * small(2, 3, 4)
    compare(lib, lambda x: ours(x, axis=axis), lambda x: theirs(x, dim=axis), x)


@pytest.mark.parametrize("scale", [1, 4])
def test_activations(lib: Library, scale: int) -> None:
    x = np.float32(scale) * small(6, 7)
    functional = torch.nn.functional
    compare(lib, lib.activations.gelu, lambda x: functional.gelu(x, approximate="tanh"), x)
    compare(lib, lib.acceleration.fused_gelu, lambda x: functional.gelu(x, approximate="tanh"), x)
    compare(lib, lib.activations.sigmoid, torch.sigmoid, x)
    compare(lib, lib.activations.tanh, torch.tanh, x)
    compare(lib, lib.activations.relu, torch.relu, x)
    compare(lib, lib.activations.leaky_relu, functional.leaky_relu, x)


@pytest.mark.parametrize("scale", [1, 30])
def test_losses(lib: Library, scale: int) -> None:
    logits, target = np.float32(scale) * small(5, 4), np.abs(small(5, 4, salt=1)) / 3
    labels = np.array([3, 0, 2, 2, 1])
    functional = torch.nn.functional
    compare(
        lib,
        lambda x: lib.losses.cross_entropy(x, labels),
        lambda x: functional.cross_entropy(x, torch.tensor(labels)),
        logits,
    )
    compare(
        lib,
        lib.losses.bce_with_logits,
        functional.binary_cross_entropy_with_logits,
        logits,
        target,
    )
    compare(lib, lib.losses.mse_loss, functional.mse_loss, logits, target)


@pytest.mark.parametrize("axis", [None, 1, (0, 2)])
def test_of_several_largest_each_gets_its_share(lib: Library, axis: Any) -> None:
    x = np.array([[[1, 3, 3], [3, 0, 2]], [[3, 3, 3], [1, 1, 1]]], dtype=np.float32)
    axes = (0, 1, 2) if axis is None else axis
    compare(lib, lambda x: x.max(axis=axis), lambda x: torch.amax(x, axes), x)


OPTIMIZERS = [
    ("SGD", "SGD", {"lr": 0.1}),
    ("SGD", "SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", "SGD", {"lr": 0.05, "momentum": 0.5, "weight_decay": 0.2}),
    ("Adam", "Adam", {"lr": 0.01}),
    ("Adam", "AdamW", {"lr": 0.01, "weight_decay": 0.3}),
    ("Adam", "AdamW", {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
]


@pytest.mark.parametrize(("ours", "theirs", "chosen"), OPTIMIZERS)
def test_ten_steps_of_an_optimizer(lib: Library, ours: str, theirs: str, chosen: Any) -> None:
    shapes = ((3, 4), (4,))
    mine = [lib.layers.Parameter(small(*shape)) for shape in shapes]
    others = [torch.nn.Parameter(torch.tensor(small(*shape))) for shape in shapes]
    optimizer = getattr(lib.optim, ours)(mine, **chosen)
    reference = getattr(torch.optim, theirs)(others, **chosen)
    for step in range(10):
        grads = [small(*shape, salt=step + 1) for shape in shapes]
        optimizer.step(grads)
        for parameter, grad in zip(others, grads, strict=True):
            parameter.grad = torch.tensor(grad)
        reference.step()
        for parameter, other in zip(mine, others, strict=True):
            expected = other.detach().numpy()
            np.testing.assert_allclose(parameter.data, expected, rtol=FORWARD, atol=FORWARD)


def test_a_network_and_ten_steps_of_its_training(lib: Library) -> None:
    rng = np.random.default_rng(0)
    layers, activations = lib.layers, lib.activations
    model = layers.Sequential(
        layers.Flatten(),
        layers.Linear(6, 8, rng=rng),
        activations.gelu,
        layers.Linear(8, 3, rng=rng),
    )
    nn = torch.nn
    other = nn.Sequential(
        nn.Flatten(), nn.Linear(6, 8), nn.GELU(approximate="tanh"), nn.Linear(8, 3)
    )
    # Ours are (in, out) for x @ weight, PyTorch's (out, in): turned on the way.
    with torch.no_grad():
        for parameter, mine in zip(other.parameters(), model.parameters(), strict=True):
            parameter.copy_(torch.tensor(mine.data.T))
    x, labels = small(5, 2, 3), np.array([0, 2, 1, 1, 0])
    optimizer = lib.optim.Adam(model.parameters(), lr=0.02, weight_decay=0.1)
    reference = torch.optim.AdamW(other.parameters(), lr=0.02, weight_decay=0.1)
    for _ in range(10):
        loss, grads = lib.autograd.value_and_gradients(
            lambda: lib.losses.cross_entropy(model(lib.tensor.Tensor(x)), labels),
            model.parameters(),
        )
        reference.zero_grad()
        right = nn.functional.cross_entropy(other(torch.tensor(x)), torch.tensor(labels))
        right.backward()
        assert loss.item() == pytest.approx(right.item(), rel=BACKWARD)
        for grad, parameter in zip(grads, other.parameters(), strict=True):
            expected = parameter.grad.numpy().T
            np.testing.assert_allclose(grad, expected, rtol=BACKWARD, atol=BACKWARD)
        optimizer.step(grads)
        reference.step()


@pytest.mark.parametrize("most", [0.1, 1.0, 100.0])
def test_clipping(lib: Library, most: float) -> None:
    grads = [small(3, 4), small(4, salt=1)]
    parameters = [torch.nn.Parameter(torch.zeros(grad.shape)) for grad in grads]
    for parameter, grad in zip(parameters, grads, strict=True):
        parameter.grad = torch.tensor(grad)
    right = torch.nn.utils.clip_grad_norm_(parameters, most)
    clipped, norm = lib.training.clip_gradients(grads, most)
    assert norm == pytest.approx(right.item(), rel=FORWARD)
    for got, parameter in zip(clipped, parameters, strict=True):
        np.testing.assert_allclose(got, parameter.grad.numpy(), rtol=FORWARD, atol=FORWARD)


def rates(schedule: Callable[[Any], Any], peak: float, count: int) -> list[float]:
    """The learning rate of each of `count` steps under a schedule of PyTorch."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    scheduler = schedule(optimizer)
    found = []
    for _ in range(count):
        found.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return found


def test_cosine_schedule(lib: Library) -> None:
    schedules = torch.optim.lr_scheduler
    falling = rates(lambda o: schedules.CosineAnnealingLR(o, 20, eta_min=0.01), 0.3, 21)
    ours = [lib.training.cosine_schedule(step, 20, 0.3, floor=0.01, warmup=0) for step in range(21)]
    np.testing.assert_allclose(ours, falling, rtol=FORWARD)
    rising = rates(lambda o: schedules.LinearLR(o, 1 / 5, total_iters=4), 0.3, 5)
    ours = [lib.training.cosine_schedule(step, 25, 0.3, floor=0.01, warmup=5) for step in range(26)]
    np.testing.assert_allclose(ours, [*rising, *falling], rtol=FORWARD)


@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_convolution(lib: Library, k: int, stride: int, padding: int) -> None:
    def theirs(x: Any, weight: Any, bias: Any) -> Any:
        # Rows of our weight run over row, column and channel of the window.
        kernels = weight.reshape(k, k, 3, 4).permute(3, 2, 0, 1)
        return torch.nn.functional.conv2d(x, kernels, bias, stride=stride, padding=padding)

    compare(
        lib,
        lambda x, w, b: lib.spatial.conv2d(x, w, b, stride=stride, padding=padding),
        theirs,
        small(2, 3, 6, 5),
        small(k * k * 3, 4, salt=1),
        small(4, salt=2),
    )


@pytest.mark.parametrize("stride", [None, 1, 2, 3])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_pooling(lib: Library, k: int, stride: int | None) -> None:
    x = small(2, 3, 7, 6)
    theirs = torch.nn.functional.max_pool2d
    compare(lib, lib.spatial.MaxPool2d(k, stride), lambda x: theirs(x, k, stride), x)


def test_global_average(lib: Library) -> None:
    average = lib.spatial.GlobalAvgPool()
    compare(lib, average, lambda x: x.mean(dim=(2, 3)), small(2, 3, 5, 4))


@pytest.mark.parametrize("shape", [(), (4,), (2, 5)])
def test_embedding(lib: Library, shape: tuple[int, ...]) -> None:
    ids = np.random.default_rng(0).integers(0, 6, shape)
    functional = torch.nn.functional
    compare(
        lib,
        lambda weight: embedding_of(lib, weight)(ids),
        lambda weight: functional.embedding(torch.tensor(ids), weight),
        small(6, 3),
    )
    ours = lib.embeddings.one_hot(ids, 6)
    np.testing.assert_array_equal(ours, functional.one_hot(torch.tensor(ids), 6).numpy())


def test_cosine_similarity(lib: Library) -> None:
    a, b = small(4, 5), small(3, 5, salt=1)
    a[1] = 0
    ours = lib.embeddings.cosine_similarity(a, b)
    theirs = torch.nn.functional.cosine_similarity
    right = theirs(torch.tensor(a)[:, None], torch.tensor(b)[None], dim=-1)
    np.testing.assert_allclose(ours, right.numpy(), rtol=FORWARD, atol=FORWARD)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("stack", [(), (2,), (2, 3)])
def test_attention(lib: Library, stack: tuple[int, ...], causal: bool) -> None:
    mask = lib.attention.causal_mask(4) if causal else None
    theirs = torch.nn.functional.scaled_dot_product_attention
    compare(
        lib,
        lambda q, k, v: lib.attention.attention(q, k, v, mask),
        lambda q, k, v: theirs(q, k, v, is_causal=causal),
        *(small(*stack, 4, 5, salt=salt) for salt in range(3)),
    )


@pytest.mark.parametrize(("known", "new"), [(0, 4), (3, 4), (5, 1)])
def test_attention_of_new_rows(lib: Library, known: int, new: int) -> None:
    mask = lib.caching.new_rows_mask(known, new)
    theirs = torch.nn.functional.scaled_dot_product_attention
    seen = torch.ones(new, known + new, dtype=torch.bool).tril(diagonal=known)
    compare(
        lib,
        lambda q, k, v: lib.attention.attention(q, k, v, mask),
        lambda q, k, v: theirs(q, k, v, attn_mask=seen),
        small(2, new, 5),
        *(small(2, known + new, 5, salt=salt) for salt in (1, 2)),
    )


@pytest.mark.parametrize("shape", [(3, 6), (2, 3, 6)])
def test_layer_norm(lib: Library, shape: tuple[int, ...]) -> None:
    def ours(x: Any, gain: Any, shift: Any) -> Any:
        return holding(lib.transformers.LayerNorm(6), (gain, shift))(x)

    def theirs(x: Any, gain: Any, shift: Any) -> Any:
        return torch.nn.functional.layer_norm(x, (6,), gain, shift)

    compare(lib, ours, theirs, small(*shape), small(6, salt=1), small(6, salt=2))


def their_attention(own: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Our four layers as PyTorch names and packs them: (out, in), three of them in one."""
    packed = [f"{before}{name}" for name in ("query", "key", "value")]
    return {
        "in_proj_weight": torch.cat([own[f"{name}.weight"].T for name in packed]),
        "in_proj_bias": torch.cat([own[f"{name}.bias"] for name in packed]),
        "out_proj.weight": own[f"{before}out.weight"].T,
        "out_proj.bias": own[f"{before}out.bias"],
    }


def their_block(own: Mapping[str, Any]) -> dict[str, Any]:
    attention = their_attention(own, "attn.")
    return {
        **{f"self_attn.{name}": tensor for name, tensor in attention.items()},
        **{f"{norm}.weight": own[f"{norm}.gain"] for norm in ("norm1", "norm2")},
        **{f"{norm}.bias": own[f"{norm}.shift"] for norm in ("norm1", "norm2")},
        "linear1.weight": own["mlp.steps.0.weight"].T,
        "linear1.bias": own["mlp.steps.0.bias"],
        "linear2.weight": own["mlp.steps.2.weight"].T,
        "linear2.bias": own["mlp.steps.2.bias"],
    }


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("heads", [1, 3])
def test_multi_head_attention(lib: Library, heads: int, causal: bool) -> None:
    layer = lib.attention.MultiHeadAttention(6, heads)
    other = torch.nn.MultiheadAttention(6, heads, batch_first=True)
    mask = lib.attention.causal_mask(4) if causal else None
    hidden = torch.ones(4, 4, dtype=torch.bool).triu(1) if causal else None
    names = [name for name, _ in layer.named_parameters()]

    def theirs(x: Any, *tensors: Any) -> Any:
        own = their_attention(dict(zip(names, tensors, strict=True)))
        chosen = {"attn_mask": hidden, "need_weights": False}
        return torch.func.functional_call(other, own, (x, x, x), chosen)[0]

    compare(
        lib,
        lambda x, *tensors: holding(layer, tensors)(x, mask),
        theirs,
        small(2, 4, 6),
        *(small(*p.shape, salt=salt) for salt, p in enumerate(layer.parameters(), 1)),
    )


@pytest.mark.parametrize("causal", [False, True])
def test_transformer_block(lib: Library, causal: bool) -> None:
    block = lib.transformers.TransformerBlock(6, 3)
    other = torch.nn.TransformerEncoderLayer(
        6, 3, 24, 0.0, torch.nn.GELU(approximate="tanh"), batch_first=True, norm_first=True
    )
    mask = lib.attention.causal_mask(4) if causal else None
    hidden = torch.ones(4, 4, dtype=torch.bool).triu(1) if causal else None
    names = [name for name, _ in block.named_parameters()]

    def theirs(x: Any, *tensors: Any) -> Any:
        own = their_block(dict(zip(names, tensors, strict=True)))
        return torch.func.functional_call(other, own, (x,), {"src_mask": hidden})

    compare(
        lib,
        lambda x, *tensors: holding(block, tensors)(x, mask),
        theirs,
        small(2, 4, 6),
        *(small(*p.shape, salt=salt) / 2 for salt, p in enumerate(block.parameters(), 1)),
    )


def slopes_of_both(
    lib: Library, ours: Callable[..., Any], theirs: Callable[..., Any], *inputs: Array
) -> tuple[list[Array], list[Array]]:
    tensors = [lib.tensor.Tensor(array) for array in inputs]
    _, mine = lib.autograd.value_and_gradients(lambda: ours(*tensors).sum(), tensors)
    others = [torch.tensor(array, requires_grad=True) for array in inputs]
    theirs(*others).sum().backward()
    return mine, [other.grad.numpy() for other in others]


def test_known_difference_of_two_equal_numbers(lib: Library) -> None:
    one = np.ones(2, dtype=np.float32)
    ours, theirs = slopes_of_both(lib, lib.activations.maximum, torch.maximum, one, one)
    assert np.array_equal(ours, [[0, 0], [1, 1]])
    assert np.array_equal(theirs, [[0.5, 0.5], [0.5, 0.5]])


def test_known_difference_of_equal_pixels(lib: Library) -> None:
    ones = np.ones((1, 1, 2, 2), dtype=np.float32)
    pool = torch.nn.functional.max_pool2d
    (ours,), (theirs,) = slopes_of_both(lib, lib.spatial.MaxPool2d(2), lambda x: pool(x, 2), ones)
    assert ours.ravel().tolist() == [0.25, 0.25, 0.25, 0.25]
    assert theirs.ravel().tolist() == [1, 0, 0, 0]
