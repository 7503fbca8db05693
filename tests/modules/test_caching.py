"""Laws of the cache, for any sizes and cuts: the same numbers as without, and nothing twice."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.numerics.differences import numbers
from tests.modules.numerics.library import Library, imported

bounded = settings(max_examples=50, deadline=None, derandomize=True)
sizes = st.integers(1, 4)
ROOM = 9


@pytest.fixture(scope="module")
def lib(reference_folder: Path) -> Iterator[Library]:
    with imported(reference_folder) as library:
        yield library


def small_gpt(lib: Library, layers: int, seed: int) -> Any:
    """5 tokens, ROOM positions, all parameters large enough that each of them matters."""
    rng = np.random.default_rng(seed)
    model = lib.transformers.GPT(5, ROOM, 6, 2, layers, rng)
    for parameter in model.parameters():
        parameter.data[...] = rng.normal(0, 0.7, parameter.shape)
    return model


def pieces(data: st.DataObject, length: int) -> list[slice]:
    """Cuts 0..length into pieces of any sizes."""
    inner = data.draw(st.sets(st.integers(1, length - 1))) if length > 1 else set()
    ends = [*sorted(inner), length]
    return [slice(*pair) for pair in zip([0, *ends], ends, strict=False)]


@bounded
@given(
    sequences=st.integers(1, 3),
    length=st.integers(1, ROOM),
    layers=st.integers(1, 3),
    seed=st.integers(0, 9),
    data=st.data(),
)
def test_however_a_text_is_cut_the_logits_are_those_of_the_whole(
    lib: Library, sequences: int, length: int, layers: int, seed: int, data: st.DataObject
) -> None:
    model = small_gpt(lib, layers, seed)
    ids = np.random.default_rng(seed).integers(0, 5, (sequences, length))
    cache = lib.caching.empty_cache(model, sequences)
    cache.keys[...] = cache.values[...] = np.nan
    for piece in pieces(data, length):
        got = lib.caching.cached_forward(model, ids[:, piece], cache).data
        np.testing.assert_allclose(got, model(ids).data[:, piece], rtol=1e-3, atol=1e-4)
        assert got.dtype == np.float32
        assert cache.length == piece.stop


@bounded
@given(length=st.integers(2, ROOM), seed=st.integers(0, 9), data=st.data())
def test_a_text_can_be_taken_back_to_any_place(
    lib: Library, length: int, seed: int, data: st.DataObject
) -> None:
    model = small_gpt(lib, 2, seed)
    rng = np.random.default_rng(seed)
    first, other = rng.integers(0, 5, (2, 1, length))
    back = data.draw(st.integers(1, length - 1))
    cache = lib.caching.empty_cache(model)
    lib.caching.cached_forward(model, first, cache)
    cache.length = back
    got = lib.caching.cached_forward(model, other[:, back:], cache).data
    whole = np.concatenate([first[:, :back], other[:, back:]], axis=1)
    np.testing.assert_allclose(got, model(whole).data[:, back:], rtol=1e-3, atol=1e-4)


@bounded
@given(
    prompt=st.lists(st.integers(0, 4), min_size=1, max_size=ROOM),
    count=st.integers(0, ROOM),
    temperature=st.sampled_from([0, 0.5, 1.0, 3.0]),
    seed=st.integers(0, 9),
)
def test_the_same_ids_as_without_a_cache_or_a_refusal(
    lib: Library, prompt: list[int], count: int, temperature: float, seed: int
) -> None:
    model, before = small_gpt(lib, 2, seed), list(prompt)
    settings = temperature, np.random.default_rng(seed)
    if len(prompt) + count > ROOM:
        with pytest.raises(ValueError, match=f"{len(prompt)} ids and {count} new"):
            lib.caching.generate_cached(model, prompt, count, *settings)
        return
    cached = lib.caching.generate_cached(model, prompt, count, *settings)
    settings = temperature, np.random.default_rng(seed)
    assert cached == lib.transformers.generate(model, prompt, count, *settings)
    assert prompt == before


@pytest.mark.parametrize("count", [1, 5])
def test_every_position_goes_through_once(lib: Library, count: int) -> None:
    model = small_gpt(lib, 3, 0)
    rows = lib.profiling.profile(lambda: lib.caching.generate_cached(model, [1, 2, 3], count, 0))
    products = [row.shape for row in rows if row.name == "matmul"]
    logits = [shape for shape in products if len(shape) == 3 and shape[-1] == 5]
    assert logits == [(1, 3, 5)] + [(1, 1, 5)] * (count - 1)


@bounded
@given(known=st.integers(0, 30), new=st.integers(1, 30))
def test_new_rows_are_the_last_of_the_causal_mask(lib: Library, known: int, new: int) -> None:
    mask = lib.caching.new_rows_mask(known, new)
    np.testing.assert_array_equal(mask, lib.attention.causal_mask(known + new)[known:])
    assert mask.dtype == np.float32


@bounded
@given(layers=sizes, heads=sizes, width=sizes, length=sizes, sequences=sizes)
def test_the_price_is_what_the_arrays_take(
    lib: Library, layers: int, heads: int, width: int, length: int, sequences: int
) -> None:
    cache = lib.caching.KVCache(layers, heads, width, length, sequences)
    price = lib.caching.cache_bytes(layers, heads, width, length, sequences)
    assert price == cache.nbytes == cache.keys.nbytes + cache.values.nbytes


@bounded
@given(length=st.integers(1, ROOM), layers=sizes, sequences=sizes, data=st.data())
def test_rows_come_back_in_their_order_and_layer(
    lib: Library, length: int, layers: int, sequences: int, data: st.DataObject
) -> None:
    cache = lib.caching.KVCache(layers, 2, 3, length, sequences)
    shape = (layers, sequences, 2, length, 3)
    all_keys, all_values = (numbers(*shape, salt=salt).astype(np.float32) for salt in (1, 2))
    for piece in pieces(data, length):
        for layer in data.draw(st.permutations(range(layers))):
            new = (all_keys[layer, :, :, piece], all_values[layer, :, :, piece])
            keys, values = cache.append(layer, *map(lib.tensor.Tensor, new))
            np.testing.assert_array_equal(keys.data, all_keys[layer, :, :, : piece.stop])
            np.testing.assert_array_equal(values.data, all_values[layer, :, :, : piece.stop])
            assert np.shares_memory(keys.data, cache.keys)
        cache.advance(piece.stop - piece.start)
    row = lib.tensor.Tensor(numbers(sequences, 2, 1, 3))
    with pytest.raises(ValueError, match=f"{length + 1} positions, but room for {length}"):
        cache.append(0, row, row)
    np.testing.assert_array_equal(cache.keys, all_keys)
    assert cache.length == length


def test_one_line_remembers_and_three_count(lib: Library) -> None:
    """What the lesson says of the difference to 14; and a prompt takes the same lines as an id."""
    source = inspect.getsource(lib.caching.cached_forward)
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    del function.body[0]  # the docstring
    statements = [node for node in ast.walk(function) if isinstance(node, ast.Assign | ast.Expr)]
    lines = {ast.unparse(statement) for statement in statements}
    assert {line for line in lines if "cache." in line} == {
        "x = model.embed(new_ids, cache.length)",
        "mask = new_rows_mask(cache.length, new)",
        "k, v = cache.append(layer, k, v)",
        "cache.advance(new)",
    }
    assert not any(isinstance(node, ast.If | ast.IfExp) for node in ast.walk(function))
