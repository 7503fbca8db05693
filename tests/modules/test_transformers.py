"""Laws of attention and of what is built of it, for any sizes: order, future, windows, writing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.numerics.differences import Array, numbers
from tests.modules.numerics.library import Library, imported
from tests.modules.numerics.transformer_cases import GPT, attention_in_numpy, causal
from tinytutor.curriculum import Course

bounded = settings(max_examples=50, deadline=None, derandomize=True)
sizes = st.integers(1, 5)


@pytest.fixture(scope="module")
def lib(reference_folder: Path) -> Iterator[Library]:
    with imported(reference_folder) as library:
        yield library


@bounded
@given(stack=st.lists(sizes, max_size=2), rows=sizes, keys=sizes, width=sizes, scale=sizes)
def test_weights_are_shares_and_ask_for_values(
    lib: Library, stack: list[int], rows: int, keys: int, width: int, scale: int
) -> None:
    q, k, v = (
        numbers(*stack, *shape, salt=salt)
        for salt, shape in enumerate(((rows, width), (keys, width), (keys, 3)))
    )
    tensors = [lib.tensor.Tensor(array) for array in (scale**3 * q, k, v)]
    shares = lib.attention.attention_weights(*tensors[:2]).data
    assert shares.shape == (*stack, rows, keys)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=-1), 1, rtol=1e-12)
    got = lib.attention.attention(*tensors).data
    np.testing.assert_allclose(got, attention_in_numpy(scale**3 * q, k, v), rtol=1e-9)
    order = np.random.default_rng(rows).permutation(keys)
    tensors[1:] = [lib.tensor.Tensor(array[..., order, :]) for array in (k, v)]
    mixed = lib.attention.attention(*tensors).data
    np.testing.assert_allclose(mixed, got, rtol=1e-9, atol=1e-12)


@bounded
@given(batch=sizes, length=sizes, heads=sizes, width=sizes)
def test_heads_come_home(lib: Library, batch: int, length: int, heads: int, width: int) -> None:
    x = lib.tensor.Tensor(numbers(batch, length, heads * width))
    split = lib.attention.split_heads(x, heads)
    assert split.shape == (batch, heads, length, width)
    for head, piece in enumerate(np.split(x.data, heads, axis=-1)):
        np.testing.assert_array_equal(split.data[:, head], piece)
    np.testing.assert_array_equal(lib.attention.merge_heads(split).data, x.data)


@given(length=st.integers(1, 40))
@bounded
def test_a_causal_mask_hides_what_minus_infinity_hides(lib: Library, length: int) -> None:
    mask = lib.attention.causal_mask(length)
    assert np.isfinite(mask).all()
    assert mask.dtype == np.float32
    np.testing.assert_array_equal(mask == 0, causal(length) == 0)


def small_gpt(lib: Library, layers: int = 2, seed: int = 0) -> Any:
    """5 tokens, at most 8 positions, all parameters large enough that each of them matters."""
    rng = np.random.default_rng(seed)
    model = lib.transformers.GPT(5, 8, 4, 2, layers, rng)
    for parameter in model.parameters():
        parameter.data[...] = rng.normal(0, 0.7, parameter.shape)
    return model


ids_of = st.lists(st.integers(0, 4), min_size=2, max_size=8)


@bounded
@given(ids=ids_of, layers=st.integers(0, 3), data=st.data())
def test_the_future_changes_nothing(
    lib: Library, ids: list[int], layers: int, data: st.DataObject
) -> None:
    model = small_gpt(lib, layers)
    cut = data.draw(st.integers(1, len(ids) - 1))
    future = data.draw(st.lists(st.integers(0, 4), max_size=8 - cut))
    whole = model(np.array([ids])).data
    other = model(np.array([ids[:cut] + future])).data
    np.testing.assert_allclose(other[:, :cut], whole[:, :cut], rtol=1e-4, atol=1e-5)
    twice = model(np.array([ids, ids[::-1]])).data
    np.testing.assert_allclose(twice[:1], whole, rtol=1e-4, atol=1e-5)


def test_parameters_have_the_names_of_the_cases(lib: Library) -> None:
    model = lib.transformers.GPT(5, 3, 4, 2, 2)
    assert {name: p.shape for name, p in model.named_parameters()} == GPT


@bounded
@given(
    vocab=st.integers(1, 30),
    length=st.integers(1, 20),
    heads=st.integers(1, 3),
    width=st.integers(1, 4),
    layers=st.integers(0, 3),
)
def test_the_formula_of_parameters(
    lib: Library, vocab: int, length: int, heads: int, width: int, layers: int
) -> None:
    dim = heads * width
    model = lib.transformers.GPT(vocab, length, dim, heads, layers)
    blocks = layers * (12 * dim**2 + 13 * dim)
    total = sum(parameter.size for parameter in model.parameters())
    assert total == vocab * dim + length * dim + blocks + 2 * dim + dim * vocab


@bounded
@given(rows=sizes, width=st.integers(2, 6), scale=st.floats(1, 100), shift=st.floats(-50, 50))
def test_a_norm_takes_scale_and_shift_away(
    lib: Library, rows: int, width: int, scale: float, shift: float
) -> None:
    norm = lib.transformers.LayerNorm(width, eps=1e-12)
    x = numbers(rows, width)
    got = norm(lib.tensor.Tensor(x)).data
    np.testing.assert_allclose(got.mean(axis=-1), 0, atol=1e-9)
    np.testing.assert_allclose(got.var(axis=-1), 1, rtol=1e-6)
    moved = norm(lib.tensor.Tensor(scale * x + shift)).data
    np.testing.assert_allclose(moved, got, rtol=1e-6, atol=1e-6)


@bounded
@given(size=st.integers(2, 30), length=st.integers(1, 29), seed=st.integers(0, 9))
def test_windows_are_neighbours_and_every_start_is_drawn(
    lib: Library, size: int, length: int, seed: int
) -> None:
    ids, rng = 3 * np.arange(size), np.random.default_rng(seed)
    if size <= length:
        with pytest.raises(ValueError, match=f"{size} ids"):
            lib.transformers.windows(ids, length, 1, rng)
        return
    x, y = lib.transformers.windows(ids.tolist(), length, 40 * size, rng)
    np.testing.assert_array_equal(x - x[:, :1], np.broadcast_to(3 * np.arange(length), x.shape))
    np.testing.assert_array_equal(y, x + 3)
    assert set(x[:, 0]) == set(3 * np.arange(size - length))


@bounded
@given(
    prompt=ids_of,
    count=st.integers(0, 9),
    temperature=st.sampled_from([0, 0.5, 1.0, 3.0]),
    seed=st.integers(0, 9),
)
def test_writing_goes_on_from_what_is_written(
    lib: Library, prompt: list[int], count: int, temperature: float, seed: int
) -> None:
    model, before = small_gpt(lib, seed=seed), list(prompt)
    generate = lib.transformers.generate
    ids = generate(model, prompt, count, temperature, np.random.default_rng(seed))
    assert prompt == before
    assert ids[: len(prompt)] == prompt
    assert len(ids) == len(prompt) + count
    assert all(type(one) is int and 0 <= one < 5 for one in ids)
    rng, one_by_one = np.random.default_rng(seed), list(prompt)
    for _ in range(count):
        one_by_one = generate(model, one_by_one, 1, temperature, rng)
    assert one_by_one == ids


@bounded
@given(logits=st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=6))
def test_the_colder_the_surer(lib: Library, logits: list[float]) -> None:
    scores: Array = np.array(logits, np.float32)
    pick = lib.transformers.pick_next
    best = {i for i, score in enumerate(logits) if score == max(logits)}
    assert pick(scores, 0) == min(best)
    near = {i for i, score in enumerate(logits) if score > max(logits) - 1e-2}
    assert pick(scores, 1e-4, np.random.default_rng(0)) in near


def test_nothing_speaks_of_caches_before_they_are_taught(course: Course) -> None:
    """What was computed before is computed again, on purpose; only an outlook may name the cure."""
    lesson = course.module("14_transformers").lesson_path.read_text("utf-8")
    spoken, outlook = lesson.split("## Looking ahead")
    outlook, rest = outlook.split("# %%", 1)
    for text in (spoken, rest):
        assert not re.search(r"\b(caches?|cached|caching|past)\b", text, re.IGNORECASE)
    assert "19 Caching" in outlook
