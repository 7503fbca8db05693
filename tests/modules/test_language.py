"""Laws of tokens and of the vectors that stand for them, tried on many texts."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.modules.numerics.library import Library, imported
from tinytutor.kit import tales

bounded = settings(max_examples=60, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def lib(reference_folder: Path) -> Iterator[Library]:
    with imported(reference_folder) as library:
        yield library


texts = st.text(max_size=60) | st.text(alphabet="abé猫 ", max_size=60)
"""Any characters, and few of them, so that pairs repeat."""
ids_of_few = st.lists(st.integers(0, 2), max_size=30)
Merges = Mapping[tuple[int, int], int]


@bounded
@given(known=texts, text=texts, size=st.integers(256, 290))
def test_any_text_comes_back(lib: Library, known: str, text: str, size: int) -> None:
    tokenizer = lib.tokenization.BPETokenizer().train(known, size)
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert len(ids) <= len(text.encode("utf-8"))
    assert all(0 <= i < tokenizer.vocab_size <= size for i in ids)
    assert tokenizer.train("", 256).encode(text) == list(text.encode("utf-8"))


@bounded
@given(text=texts, data=st.data())
def test_characters_come_back_or_are_named(lib: Library, text: str, data: st.DataObject) -> None:
    tokenizer = lib.tokenization.CharTokenizer(text)
    again = data.draw(st.text(alphabet=sorted(set(text)) or "x", max_size=20))
    if text:
        assert tokenizer.decode(tokenizer.encode(again)) == again
    assert tokenizer.decode(range(tokenizer.vocab_size)) == "".join(sorted(set(text)))
    with pytest.raises(ValueError, match="no id for"):
        tokenizer.encode(again + "☂")


@bounded
@given(ids=st.lists(st.integers(0, 261), max_size=20))
def test_any_ids_are_some_text(lib: Library, ids: list[int]) -> None:
    tokenizer = lib.tokenization.BPETokenizer().train("猫の目 猫の手 猫の目", 262)
    assert tokenizer.vocab_size == 262
    whole = b"".join(tokenizer.pieces[i] for i in ids)
    assert tokenizer.decode(ids) == whole.decode("utf-8", errors="replace")


@bounded
@given(ids=ids_of_few)
def test_pairs_are_counted_as_they_stand(lib: Library, ids: list[int]) -> None:
    counts = lib.tokenization.count_pairs(ids)
    assert counts == Counter((ids[i], ids[i + 1]) for i in range(len(ids) - 1))
    assert sum(counts.values()) == max(0, len(ids) - 1)
    if counts:
        best = lib.tokenization.most_common_pair(counts)
        ranked = sorted(counts, key=lambda pair: (-counts[pair], pair))
        assert best == ranked[0]


@bounded
@given(ids=ids_of_few, pair=st.tuples(st.integers(0, 2), st.integers(0, 2)))
def test_a_merge_can_be_undone(lib: Library, ids: list[int], pair: tuple[int, int]) -> None:
    merged = lib.tokenization.merge_pair(ids, pair, 9)
    undone = itertools.chain.from_iterable(pair if i == 9 else (i,) for i in merged)
    assert list(undone) == ids
    assert pair not in set(itertools.pairwise(merged))
    assert len(ids) - len(merged) == merged.count(9)


def oldest_first(data: bytes, merges: Merges) -> list[int]:
    """Encoding by its definition: as long as a pair can be merged, take the oldest merge."""
    ids: list[int] = list(data)
    while True:
        known = [merges[pair] for pair in itertools.pairwise(ids) if pair in merges]
        if not known:
            return ids
        pair = next(pair for pair, new in merges.items() if new == min(known))
        place = next(i for i, found in enumerate(itertools.pairwise(ids)) if found == pair)
        ids[place : place + 2] = [min(known)]


@bounded
@given(known=texts, text=texts)
def test_encoding_takes_the_oldest_merge_first(lib: Library, known: str, text: str) -> None:
    merges = lib.tokenization.learn_merges(known, 280)
    got = lib.tokenization.replay_merges(text, merges)
    assert got == oldest_first(text.encode("utf-8"), merges)


@bounded
@given(text=texts, sizes=st.tuples(*[st.integers(256, 290)] * 2).map(sorted))
def test_a_larger_vocabulary_begins_like_a_smaller_one(
    lib: Library, text: str, sizes: list[int]
) -> None:
    small, large = (lib.tokenization.learn_merges(text, size) for size in sizes)
    assert list(large.items())[: len(small)] == list(small.items())
    assert list(large.values()) == list(range(256, 256 + len(large)))
    lengths = [len(lib.tokenization.replay_merges(text, m)) for m in (small, large)]
    assert lengths[1] <= lengths[0]
    if 256 + len(large) < sizes[1]:
        ids = lib.tokenization.replay_merges(text, large)
        assert max(Counter(itertools.pairwise(ids)).values(), default=0) < 2


def test_what_the_lesson_says_of_the_tales(lib: Library) -> None:
    known, new = tales(20_000, seed=0).text, tales(10_000, seed=1).text
    assert known.isascii()
    large = lib.tokenization.BPETokenizer().train(known, 600)
    tokens: dict[int, int] = {}
    characters: dict[int, float] = {}
    for size in (256, 270, 300, 400, 600):
        merges = dict(itertools.islice(large.merges.items(), size - 256))
        tokens[size] = len(lib.tokenization.replay_merges(known, merges))
        characters[size] = len(new) / len(lib.tokenization.replay_merges(new, merges))
    assert tokens == {256: 20057, 270: 15027, 300: 12069, 400: 7905, 600: 3901}
    assert characters[600] == pytest.approx(4.757, abs=1e-3)
    assert b". A kind word costs nothing" in large.pieces


@bounded
@given(
    shape=st.lists(st.integers(0, 4), max_size=3).map(tuple),
    count=st.integers(1, 6),
    seed=st.integers(0, 9),
)
def test_a_lookup_is_a_product_with_one_hot_rows(
    lib: Library, shape: tuple[int, ...], count: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, count, shape)
    layer = lib.embeddings.Embedding(count, 3, rng)
    hot = lib.embeddings.one_hot(ids, count)
    assert hot.shape == (*shape, count)
    np.testing.assert_allclose(layer(ids).data, hot @ layer.weight.data, rtol=1e-6)
    for wrong in (ids - count - 1, ids + count):
        if ids.size:
            with pytest.raises(IndexError, match="ids must lie in"):
                layer(wrong)
            with pytest.raises(TypeError, match="integers"):
                layer(ids.astype(np.float32))


@bounded
@given(
    hands=st.integers(1, 20),
    places=st.tuples(*[st.integers(0, 400)] * 2),
    shift=st.integers(0, 400),
)
def test_the_likeness_of_positions_depends_on_their_distance(
    lib: Library, hands: int, places: tuple[int, int], shift: int
) -> None:
    rows = lib.embeddings.sinusoidal_table(801, 2 * hands).astype(np.float64)
    here, there = (rows[[place, place + shift]] for place in places)
    alike = lib.embeddings.cosine_similarity(here, here)
    np.testing.assert_allclose(alike, lib.embeddings.cosine_similarity(there, there), atol=1e-5)
    assert alike[0, 0] == pytest.approx(1)
    speeds = lib.embeddings.clock_speeds(2 * hands)
    assert alike[0, 1] == pytest.approx(np.cos(shift * speeds).mean(), abs=1e-5)


@bounded
@given(ids=st.lists(st.integers(0, 5), min_size=2, max_size=9), data=st.data())
def test_a_text_in_parts_is_the_text(lib: Library, ids: Sequence[int], data: st.DataObject) -> None:
    layer: Any = lib.embeddings.TokenAndPosition(6, 9, 4, np.random.default_rng(0))
    cut = data.draw(st.integers(1, len(ids) - 1))
    parts = [layer(ids[:cut]).data, layer(ids[cut:], start=cut).data]
    np.testing.assert_array_equal(np.concatenate(parts), layer(ids).data)
    np.testing.assert_array_equal(layer([ids, ids]).data, np.stack([layer(ids).data] * 2))
    assume(len(ids) == 9)
    with pytest.raises(ValueError, match="last row is 8"):
        layer(ids, start=1)
