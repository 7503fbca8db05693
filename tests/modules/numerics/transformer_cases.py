"""Attention and what is built of it, up to a small GPT, beside the same in NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tests.modules.numerics.composed_cases import gelu_in_numpy
from tests.modules.numerics.differences import Array, numbers
from tests.modules.numerics.rule_cases import Case

IDS = np.array([[4, 0, 4], [1, 1, 2]])
Parameters = Mapping[str, Array]


def holding(module: Any, tensors: Sequence[Any]) -> Any:
    """The module with these very tensors as its parameters, in the order of their names."""
    names = [name for name, _ in module.named_parameters()]
    for name, tensor in zip(names, tensors, strict=True):
        *path, last = name.split(".")
        owner = module
        for step in path:
            owner = owner[int(step)] if step.isdigit() else getattr(owner, step)
        setattr(owner, last, tensor)
    return module


def causal(length: int) -> Array:
    return np.where(np.tri(length) == 1, 0.0, -np.inf)


def attention_in_numpy(q: Array, k: Array, v: Array, mask: Array | float = 0.0) -> Array:
    scores = np.einsum("...id,...jd->...ij", q, k) / np.sqrt(q.shape[-1]) + mask
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares = powers / powers.sum(axis=-1, keepdims=True)
    return np.einsum("...ij,...jd->...id", shares, v)


def layer_norm_in_numpy(x: Array, gain: Array, shift: Array) -> Array:
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    return (x - x.mean(axis=-1, keepdims=True)) / spread * gain + shift


def heads_in_numpy(x: Array, own: Parameters, heads: int, mask: Array | float) -> Array:
    """Multi-head attention, one head after the other."""
    q, k, v = (x @ own[f"{n}.weight"] + own[f"{n}.bias"] for n in ("query", "key", "value"))
    pieces = [np.split(array, heads, axis=-1) for array in (q, k, v)]
    mixed = [attention_in_numpy(*piece, mask) for piece in zip(*pieces, strict=True)]
    return np.concatenate(mixed, axis=-1) @ own["out.weight"] + own["out.bias"]


def block_in_numpy(x: Array, own: Parameters, heads: int, mask: Array | float) -> Array:
    normed = layer_norm_in_numpy(x, own["norm1.gain"], own["norm1.shift"])
    x = x + heads_in_numpy(normed, below("attn", own), heads, mask)
    normed = layer_norm_in_numpy(x, own["norm2.gain"], own["norm2.shift"])
    wide = gelu_in_numpy(normed @ own["mlp.steps.0.weight"] + own["mlp.steps.0.bias"])
    return x + wide @ own["mlp.steps.2.weight"] + own["mlp.steps.2.bias"]


def gpt_in_numpy(ids: Array, own: Parameters, heads: int, layers: int) -> Array:
    length = ids.shape[1]
    x = own["embed.token.weight"][ids] + own["embed.position.weight"][:length]
    for number in range(layers):
        x = block_in_numpy(x, below(f"blocks.{number}", own), heads, causal(length))
    return layer_norm_in_numpy(x, own["norm.gain"], own["norm.shift"]) @ own["head.weight"]


def below(name: str, own: Parameters) -> Parameters:
    """The parameters under a name, called by the rest of theirs."""
    return {path.removeprefix(f"{name}."): a for path, a in own.items() if path.startswith(name)}


ATTENTION = {
    "query.weight": (4, 4), "query.bias": (4,),
    "key.weight": (4, 4), "key.bias": (4,),
    "value.weight": (4, 4), "value.bias": (4,),
    "out.weight": (4, 4), "out.bias": (4,),
}  # fmt: skip
BLOCK = {
    "norm1.gain": (4,), "norm1.shift": (4,),
    **{f"attn.{name}": shape for name, shape in ATTENTION.items()},
    "norm2.gain": (4,), "norm2.shift": (4,),
    "mlp.steps.0.weight": (4, 16), "mlp.steps.0.bias": (16,),
    "mlp.steps.2.weight": (16, 4), "mlp.steps.2.bias": (4,),
}  # fmt: skip
GPT = {
    "embed.token.weight": (5, 4), "embed.position.weight": (3, 4),
    **{f"blocks.{n}.{name}": shape for n in range(2) for name, shape in BLOCK.items()},
    "norm.gain": (4,), "norm.shift": (4,),
    "head.weight": (4, 5),
}  # fmt: skip
"""Every parameter's name and shape for 4 features, in the order in which the library lists them."""


def _filled(shapes: Mapping[str, tuple[int, ...]]) -> tuple[Array, ...]:
    return tuple(numbers(*shape, salt=salt) for salt, shape in enumerate(shapes.values(), 1))


def _named(shapes: Mapping[str, tuple[int, ...]], arrays: Sequence[Array]) -> Parameters:
    return dict(zip(shapes, arrays, strict=True))


def _attention() -> Iterator[Case]:
    for name, q, k, v in (
        ("matrices", (3, 4), (5, 4), (5, 2)),
        ("a stack", (2, 3, 3, 4), (2, 3, 5, 4), (2, 3, 5, 2)),
    ):
        shapes = enumerate((q, k, v))
        yield Case(
            f"attention, {name}",
            tuple(numbers(*shape, salt=salt) for salt, shape in shapes),
            lambda lib, q, k, v: lib.attention.attention(q, k, v),
            attention_in_numpy,
        )
    yield Case(
        "causal attention",
        tuple(numbers(2, 4, 3, salt=salt) for salt in range(3)),
        lambda lib, q, k, v: lib.attention.attention(q, k, v, lib.attention.causal_mask(4)),
        lambda q, k, v: attention_in_numpy(q, k, v, causal(4)),
    )
    x = numbers(2, 3, 4)
    for heads in (1, 2, 4):
        yield Case(
            f"MultiHeadAttention, {heads} heads",
            (x, *_filled(ATTENTION)),
            lambda lib, x, *own, h=heads: holding(lib.attention.MultiHeadAttention(4, h), own)(
                x, lib.attention.causal_mask(3)
            ),
            lambda x, *own, h=heads: heads_in_numpy(x, _named(ATTENTION, own), h, causal(3)),
        )


def _transformers() -> Iterator[Case]:
    x = numbers(2, 3, 4)
    yield Case(
        "LayerNorm",
        (x, numbers(4, salt=1), numbers(4, salt=2)),
        lambda lib, x, *own: holding(lib.transformers.LayerNorm(4), own)(x),
        layer_norm_in_numpy,
    )
    yield Case(
        "TransformerBlock",
        (x, *_filled(BLOCK)),
        lambda lib, x, *own: holding(lib.transformers.TransformerBlock(4, 2), own)(
            x, lib.attention.causal_mask(3)
        ),
        lambda x, *own: block_in_numpy(x, _named(BLOCK, own), 2, causal(3)),
    )
    yield Case(
        "GPT",
        _filled(GPT),
        lambda lib, *own: holding(lib.transformers.GPT(5, 3, 4, 2, 2), own)(IDS),
        lambda *own: gpt_in_numpy(IDS, _named(GPT, own), heads=2, layers=2),
    )


TRANSFORMER_CASES = [*_attention(), *_transformers()]
