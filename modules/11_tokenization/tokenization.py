# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# 11 Tokenization

You will build `tokenization.py`: text becomes whole numbers, and the
numbers become the same text again. First one number for each character.
Then one number for each *piece*, where your code finds the pieces itself.

### Prerequisites

- **01 Setup**: `stopwatch`, `human_bytes` and `make_rng`, for experiments
  and tests.
- Python: strings, lists, dictionaries, tuples, `sorted`, `while`.

Nothing else is needed. There is no array in this module, just Python.

### Time and difficulty

About 4 hours. Difficulty 3 of 5. Seven exercises of 1 to 10 lines.

### Learning objectives

Afterwards you can

- turn any text into ids and back without losing a character;
- say what UTF-8 bytes are, and why they know no unknown character;
- build byte-pair encoding from five small functions, and follow it by hand;
- explain why the oldest merge comes first when a new text is encoded;
- predict what a larger vocabulary saves, and what it costs.

### How the pieces hang together

```
 1  CharTokenizer     text ──▶ one id per character ──▶ text

      learn, once                        use, on any text

         a text                               a text
           │ its bytes                           │ its bytes
           ▼                                     ▼
 ┌──────────────────────┐             6  replay_merges     step 5
 │ 2  count_pairs       │ step 1                 │
 │ 3  most_common_pair  │ step 2                 ▼
 │ 4  merge_pair        │ step 3                ids
 └─────────┬────────────┘                        │
           │ again and again                     ▼
           ▼                          7  decode
   5  learn_merges        step 4                 │
           │                                     ▼
           ▼                                   the same text
    merges, in order  ──▶  6 and 7
```
"""

# %% [markdown]
"""
## Why tokens

A network computes with numbers. A text has none. So someone must give each
bit of text a number, its **id**. A bit of text with an id is a **token**,
all of them together are the **vocabulary**, and the code that goes both
ways is a **tokenizer**.

How large should a token be? Take `the cat sat on the mat`:

```
   one token per    ids    vocabulary                the catch
   character         22    some hundred characters   long rows of ids
   word               6    every word there is       "catnap" is unknown
```

Characters make rows long, and whatever reads the ids must work for each of
them. Words make rows short, but no list of words is ever complete.

Between the two lie pieces of words: `the`, `cat`, `at`. Frequent pieces get
an id of their own, and the rest is spelled out. But here is the question of
this module: **which pieces deserve an id, and who decides?**

**Take five minutes first**, with pencil and paper. Here is a text of 30
characters:

```
   the cat sat on the mat the cat
```

Write it with at most 12 numbers. You may make a list that says which piece
each number stands for. A friend who gets your numbers and your list must
get back the exact text, spaces included. How did you choose the pieces?
"""

# %%
#| default_exp tokenization
#| export
"""Tokenization: text to ids and back, by character and by learned piece."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

Pair = tuple[int, int]


def require_ids(ids: Iterable[int], vocab_size: int) -> None:
    """Raises IndexError, naming the id, unless all are below vocab_size."""
    for token_id in ids:
        if not 0 <= token_id < vocab_size:
            raise IndexError(
                f"id {token_id} is outside 0..{vocab_size - 1}: "
                "do the ids come from another tokenizer?"
            )


# %% [markdown]
"""
That cell opens your library file. `Pair` is a short name for the type of
two ids side by side, and `require_ids` waits for your two decoders. The
next cell brings the tools for tests and measurements. They stay here.
"""

# %%
import textwrap
from unittest.mock import patch

from tinytorch.env import human_bytes, make_rng, stopwatch

from tinytutor.kit import (
    Mismatch,
    bars,
    curve,
    expect,
    refuses,
    run_tests,
    same,
    table,
    tales,
)

# %% [markdown]
"""
One answer to the five minutes, with 11 numbers and 7 pieces:

```
   0 "the "   1 "cat"   2 " "   3 "s"   4 "at "   5 "on "   6 "m"

   the cat sat on the mat the cat   ─▶   0 1 2 3 4 5 0 6 4 0 1
```

You may have found others. Most people look for what comes often, and give
it a number. Remember that: your code will do the same, step by step.
"""

# %% [markdown]
"""
## 1. One id per character

The plainest tokenizer. Take every character that occurs, in order, and
number them from 0. With `banana`:

```
   characters   b a n a n a
   symbols      a = 0     b = 1     n = 2        3 of them, sorted
   ids          1 0 2 0 2 0
```

**Why sorted?** `set("banana")` gives each character once, but a set has no
order. Python may list it in another order each time it starts. A model that
learned "2 means n" yesterday would read nonsense today. Sorted symbols get
the same ids in every run.

**What about a character that never occurred?** It has no id. Say so, and
say which one: a silent gap would change the text.

**Going back** is looking up: id 2 is `symbols[2]`. But beware of Python's
kindness. `symbols[-1]` is the *last* symbol, so a wrong id could pass
unseen. `require_ids(ids, self.vocab_size)` refuses it.

**Your part.** Three short pieces: the two tables, `encode`, `decode`.
`"".join(list)` glues a list of strings together.
"""


# %% nbgrader={"grade": false, "grade_id": "char_tokenizer", "locked": false, "schema_version": 3, "solution": true}
#| export
class CharTokenizer:
    """One id for each character of a text."""

    def __init__(self, text: str):
        """Sets `symbols`, the characters of `text`: sorted, each one once.

        And `ids`, a dictionary from each symbol to its place in the list.
        """
        ### BEGIN SOLUTION
        self.symbols = sorted(set(text))
        places = enumerate(self.symbols)
        self.ids = {symbol: place for place, symbol in places}
        ### END SOLUTION

    @property
    def vocab_size(self) -> int:
        """How many ids there are."""
        return len(self.symbols)

    def encode(self, text: str) -> list[int]:
        """The id of each character.

        Raises ValueError for characters without an id. For "cab" after
        CharTokenizer("banana") it says "no id for ['c']".
        """
        ### BEGIN SOLUTION
        unknown = sorted(set(text) - set(self.ids))
        if unknown:
            raise ValueError(f"no id for {unknown}: build from more text")
        return [self.ids[symbol] for symbol in text]
        ### END SOLUTION

    def decode(self, ids: Sequence[int]) -> str:
        """The text of the ids. Raises IndexError for an id out of range."""
        ### BEGIN SOLUTION
        require_ids(ids, self.vocab_size)
        return "".join(self.symbols[token_id] for token_id in ids)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_char_tokenizer", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_char_tokenizer():
    # The example from the text.
    unsorted = "the symbols must be sorted: a set has no order, so that"
    unsorted = f"{unsorted} the ids changed between two runs"
    tokenizer = CharTokenizer("banana")
    symbols = "".join(tokenizer.symbols)
    complete = sorted(symbols) == ["a", "b", "n"]
    expect(not complete or symbols == "abn", unsorted)
    same(
        symbols,
        "abn",
        'the symbols of "banana"',
        mistakes={
            "each character once: start from set(text)": "banana",
            "each character once, also after sorting": "aaabnn",
        },
    )
    same(
        [tokenizer.ids[symbol] for symbol in "abn"],
        [0, 1, 2],
        'the ids of "a", "b" and "n"',
        mistakes={
            "ids count from 0": [1, 2, 3],
            "this counts how often each occurs, give its place": [3, 1, 2],
        },
    )
    same(tokenizer.encode("banana"), [1, 0, 2, 0, 2, 0], 'encode("banana")')
    text = tokenizer.decode([2, 0, 1])
    kind = type(text).__name__
    expect(kind == "str", f"decode gave a {kind}: join the symbols")
    same(text, "nab", "decode([2, 0, 1])")

    # A longer text: the order of a set would show.
    text = 'Zoë said: "No tea?"\n\t12 µm, Ünï, 猫 and 🙂.'
    tokenizer = CharTokenizer(text)
    expect(tokenizer.symbols == sorted(set(text)), unsorted)
    size = tokenizer.vocab_size
    same(size, len(set(text)), "vocab_size of a longer text")
    same(sorted(tokenizer.encode(text))[-1], size - 1, "the largest id")
    same(tokenizer.decode(tokenizer.encode(text)), text, "there and back")
    same(tokenizer.encode(""), [], 'encode("")')
    same(tokenizer.decode([]), "", "decode([])")
    same(CharTokenizer("").vocab_size, 0, 'vocab_size of CharTokenizer("")')

    # Characters and ids that nobody knows.
    tokenizer = CharTokenizer("banana")
    with refuses(ValueError, 'encode("cab")', "no id for ['c']"):
        tokenizer.encode("cab")
    says = f"no id for {list('qrstuvwxyz')}"
    what = 'encode("zazyxwvutsrq"), unknown ones once and sorted'
    with refuses(ValueError, what, says):
        tokenizer.encode("zazyxwvutsrq")
    for wrong in (3, -1):
        what = f"decode([0, {wrong}]) with 3 symbols"
        with refuses(IndexError, what, f"id {wrong} is outside 0..2"):
            tokenizer.decode([0, wrong])


test_char_tokenizer()

# %% [markdown]
"""
## 2. Step 1: count pairs

Now for pieces. The idea is **byte-pair encoding**, BPE. It starts from
small tokens and joins two neighbours into one, again and again. Which two?
Those that stand side by side most often. So first: count.

A **pair** is two neighbours in a row of ids. Every place but the last
begins one:

```
   ids       7   7   7   8
            (7 , 7)
                (7 , 7)                 counts   {(7, 7): 2,
                    (7 , 8)                       (7, 8): 1}
```

Note the two pairs `(7, 7)`: they overlap, and both count.

`pairwise(ids)` from Python's `itertools` walks over the neighbours: first
`(7, 7)`, then `(7, 7)` again, then `(7, 8)`. Each comes as a tuple, which
can be a key of a dictionary.

**Your part.** Fill a dictionary. `counts.get(pair, 0)` is the count so far,
and 0 for a pair that is new.
"""


# %% nbgrader={"grade": false, "grade_id": "count_pairs", "locked": false, "schema_version": 3, "solution": true}
#| export
def count_pairs(ids: Sequence[int]) -> dict[Pair, int]:
    """How often each pair of neighbours occurs, overlaps included.

    A dictionary in the order of first appearance; empty for less than two
    ids.
    """
    ### BEGIN SOLUTION
    counts: dict[Pair, int] = {}
    for pair in pairwise(ids):
        counts[pair] = counts.get(pair, 0) + 1
    return counts
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_count_pairs", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_count_pairs():
    # A run of five sevens: four pairs.
    ids = [6, 7, 7, 7, 7, 7, 8]
    counts = count_pairs(ids)
    expect(counts is not None, "count_pairs gave None: return the counts")
    kind = type(counts).__name__
    expect(isinstance(counts, dict), f"count_pairs gave a {kind}, no dict")
    expect(ids == [6, 7, 7, 7, 7, 7, 8], "count_pairs changed its input")
    expect(
        all(isinstance(pair, tuple) for pair in counts),
        "the keys must be pairs of neighbours, these are single ids",
    )

    def same_counts(ids, expected, mistakes=None):
        """The counts as rows: first id, second id, count."""
        rows = [[*pair, count] for pair, count in count_pairs(ids).items()]
        same(rows, expected, f"count_pairs({ids})", mistakes=mistakes)

    ring = [[6, 7, 1], [7, 7, 4], [7, 8, 1], [8, 6, 1]]
    overlap = "every place but the last begins a pair: overlaps count too"
    wrong = {
        overlap: [[6, 7, 1], [7, 7, 2]],
        f"{overlap}, in runs as well": [[6, 7, 1], [7, 7, 2], [7, 8, 1]],
        "add 1 to the count so far": [[6, 7, 1], [7, 7, 1], [7, 8, 1]],
        "a count starts from 0": [[6, 7, 2], [7, 7, 5], [7, 8, 2]],
        "the last pair is missing": [[6, 7, 1], [7, 7, 4]],
        "the first pair is missing": [[7, 7, 4], [7, 8, 1]],
        "the last id has no right neighbour": ring,
    }
    same_counts(ids, [[6, 7, 1], [7, 7, 4], [7, 8, 1]], wrong)

    # Order matters: (1, 2) and (2, 1) are two pairs.
    wrong = {
        "the left id comes first: (2, 1) is not (1, 2)": [[1, 2, 3]],
        "keep the order of first appearance": [[1, 2, 1], [2, 1, 2]],
    }
    same_counts([2, 1, 2, 1], [[2, 1, 2], [1, 2, 1]], wrong)
    same_counts([300, 5, 300], [[300, 5, 1], [5, 300, 1]])

    # Too short for a pair.
    for short in ([], [4]):
        none = count_pairs(short) == {}
        expect(none, f"count_pairs({short}) must be empty")
    expect(count_pairs((1, 2)) == {(1, 2): 1}, "a tuple of ids works too")


test_count_pairs()

# %% [markdown]
"""
## 3. Step 2: pick the most common pair

Which pair is joined? The one with the highest count. That is one line,
until two pairs have the same count:

```
   {(5, 6): 2,  (9, 1): 4,  (2, 3): 4}       4 twice: which one?
```

A rule is needed, and any rule will do, as long as it is a rule. Ours: of
the most common pairs take the **smallest**, here `(2, 3)`. Then the same
text always gives the same vocabulary, whatever order its pairs came in.

Python orders tuples like words in a lexicon, by the first entry, and by the
second where the first is equal: `(2, 9) < (3, 1) < (3, 4)`.

That settles both wishes at once. Ask for the smallest *key*, where the key
of a pair is a tuple of two things:

```
   pair      key = (-count, pair)

   (5, 6)    (-2, (5, 6))
   (9, 1)    (-4, (9, 1))
   (2, 3)    (-4, (2, 3))       ◀─ the smallest: -4 first, then (2, 3)
```

**Your part.** One line: `min` takes a `key`, a function that gives the key
of each pair. `lambda pair:` begins such a function without a name.
"""


# %% nbgrader={"grade": false, "grade_id": "most_common_pair", "locked": false, "schema_version": 3, "solution": true}
#| export
def most_common_pair(counts: Mapping[Pair, int]) -> Pair:
    """The pair with the highest count; the smallest of those that tie.

    Raises ValueError for empty counts; it says "no pair".
    """
    if not counts:
        raise ValueError("there is no pair to pick: less than two ids?")
    ### BEGIN SOLUTION
    return min(counts, key=lambda pair: (-counts[pair], pair))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_most_common_pair", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_most_common_pair():
    # No tie.
    counts = {(5, 6): 2, (9, 1): 4, (2, 3): 3}
    before = dict(counts)
    same(
        most_common_pair(counts),
        (9, 1),
        "most_common_pair({(5, 6): 2, (9, 1): 4, (2, 3): 3})",
        mistakes={
            "that is the smallest pair: the count comes first": (2, 3),
            "that is the rarest pair: highest count, so -count": (5, 6),
            "that is the count, return the pair": 4,
        },
    )
    expect(counts == before, "most_common_pair changed the counts")
    got = most_common_pair({(1, 9): 2, (8, 2): 5})
    same(got, (8, 2), "most_common_pair({(1, 9): 2, (8, 2): 5})")
    same(most_common_pair({(4, 4): 1}), (4, 4), "the only pair")

    # A tie of four, beginning with each in turn.
    four = [((3, 3), 3), ((7, 1), 3), ((2, 9), 3), ((2, 5), 3)]
    tie = [*four, ((1, 1), 2)]
    for start in range(len(tie)):
        counts = dict(tie[start:] + tie[:start])
        same(
            most_common_pair(counts),
            (2, 5),
            f"most_common_pair({counts})",
            mistakes={
                "in a tie the smallest pair wins, not the first one": (
                    next(pair for pair in counts if pair != (1, 1))
                ),
                "in a tie the smallest pair wins, not the largest": (7, 1),
                "compare the second ids too: (2, 5) < (2, 9)": (2, 9),
                "the rarest pair": (1, 1),
            },
        )
    with refuses(ValueError, "most_common_pair({})", "no pair"):
        most_common_pair({})


test_most_common_pair()

# %% [markdown]
"""
## 4. Step 3: merge it

Joining a pair means: a new id takes its place, everywhere. Walk from left
to right. Where the pair stands, write the new id and go on **two** places.
Else write the old id and go on one.

```
   merge (1, 1) into 9

   place    0   1   2   3   4   5
   ids      1   1   1   2   1   1        result

            ▲───▲                        9               pair: +2
                    ▲───▲                9 1             (1, 2): +1
                        ▲───▲            9 1 2           (2, 1): +1
                            ▲───▲        9 1 2 9         pair: +2
```

In a run such as `1 1 1` the pair occurs twice, but the two share the middle
id. Only one of them can be merged: the left one, because you come from
there.

The input stays as it is. Build a new list.

**Your part.** A `while` loop with a place `i`. Take care at the end: the
last id has no right neighbour.
"""


# %% nbgrader={"grade": false, "grade_id": "merge_pair", "locked": false, "schema_version": 3, "solution": true}
#| export
def merge_pair(ids: Sequence[int], pair: Pair, new_id: int) -> list[int]:
    """A new list: `new_id` in the place of each `pair`, left to right."""
    ### BEGIN SOLUTION
    merged: list[int] = []
    i, last = 0, len(ids) - 1
    while i <= last:
        if i < last and (ids[i], ids[i + 1]) == pair:
            merged.append(new_id)
            i += 2
        else:
            merged.append(ids[i])
            i += 1
    return merged
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_merge_pair", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_merge_pair():
    # The example from the text, and one pair more.
    ids = [1, 1, 1, 2, 1, 1, 3, 1, 1]
    before = list(ids)
    got = merge_pair(ids, (1, 1), 9)
    expect(ids == before, "merge_pair changed its input: build a new list")
    last_pair = "the last pair is missing: how far does the loop go?"
    from_left = "come from the left: of two that overlap, the left"
    wrong = {
        "after a match go on two places": [9, 9, 1, 2, 9, 1, 3, 9, 1],
        "after any other id go on one place": [9, 1, 9, 3, 1],
        last_pair: [9, 1, 2, 9, 3, 1, 1],
        "go on after the first match": [9, 1, 2, 1, 1, 3, 1, 1],
        from_left: [1, 9, 2, 9, 3, 9],
        "write the other ids too": [9, 9, 9],
    }
    what = f"merge_pair({before}, (1, 1), 9)"
    same(got, [9, 1, 2, 9, 3, 9], what, mistakes=wrong)
    kind = type(got).__name__
    expect(isinstance(got, list), f"merge_pair gave a {kind}, not a list")

    # The last id stands alone; the order in the pair counts.
    wrong = {"the last id is missing: it begins no pair, but it stays": [9]}
    got = merge_pair([1, 2, 1], (1, 2), 9)
    same(got, [9, 1], "merge_pair([1, 2, 1], (1, 2), 9)", mistakes=wrong)
    wrong = {"(2, 1) is not (1, 2)": [9]}
    got = merge_pair([2, 1], (1, 2), 9)
    same(got, [2, 1], "merge_pair([2, 1], (1, 2), 9)", mistakes=wrong)
    cases = [
        ([1, 1, 1, 1], (1, 1), 9, [9, 9]),
        ([4, 300, 4], (300, 4), 301, [4, 301]),
        ([3, 1, 2, 2], (1, 2), 9, [3, 9, 2]),
        ([1, 1, 2, 2], (1, 2), 9, [1, 9, 2]),
        ([1, 3, 2], (1, 2), 9, [1, 3, 2]),
        ([1], (1, 1), 9, [1]),
        ([], (1, 1), 9, []),
        ([0, 0, 5], (0, 0), 0, [0, 5]),
    ]
    for ids, pair, new_id, expected in cases:
        what = f"merge_pair({ids}, {pair}, {new_id})"
        same(merge_pair(ids, pair, new_id), expected, what)


test_merge_pair()

# %% [markdown]
"""
Three steps of five are done. Before you put them in a loop, see them work
once on the letters of `aaabdaaabac`. As ids, "a" is 97, "b" 98, "c" 99 and
"d" 100: their numbers in nearly every computer since the sixties.
"""

# %% tags=["experiment"]
ids = list(b"aaabdaaabac")
counts = count_pairs(ids)
rows = [
    (f"{chr(first)}{chr(second)}", (first, second), count)
    for (first, second), count in counts.items()
]
table(rows, ["pair", "ids", "count"])
best = most_common_pair(counts)
print("\nmost common  ", best)
print("before       ", ids)
print("after        ", merge_pair(ids, best, 256))

# %% [markdown]
"""
## 5. Step 4: repeat

Merging makes new ids, and new ids make new pairs. So the loop can join what
it joined before, and pieces grow:

```
   aaabdaaabac
                          the 11 ids, one per letter
   a|a|a|b|d|a|a|a|b|a|c
                          (97, 97) 4 times       256 = "aa"
   aa|a|b|d|aa|a|b|a|c
                          (97, 98) 2 times       257 = "ab"
   aa|ab|d|aa|ab|a|c
                          (256, 257) 2 times     258 = "aaab"
   aaab|d|aaab|a|c
                          no pair twice: stop
```

In the second round `(256, 97)` came twice as well, and the smaller pair
won. In the first round the count was 4 and only 2 pairs were merged: the
others overlapped.

### Where the first ids come from

Every text is stored as **bytes**: numbers from 0 to 255. The usual code is
UTF-8. An English letter takes one byte, other characters take two to four:

```
   "a"   97                "é"   195 169          "猫"   231 140 171
```

So the 256 bytes are the first 256 ids, and every text in the world can be
written with them. There is no unknown character left. New ids begin at 256.

`list(text.encode("utf-8"))` gives the bytes of a text as a list of numbers.

### What is learned

The list of merges, in the order in which they were made: a dictionary such
as `{(97, 97): 256, (97, 98): 257}`. Python's dictionaries keep that order.

`spell_pieces` below tells the bytes of each id. It relies on that order:
when a merge comes, the spelling of both its parts is known already.
"""


# %%
#| export
BYTES = 256
"""The first ids: one for each value of a byte."""


def spell_pieces(merges: Iterable[Pair]) -> list[bytes]:
    """The bytes of each id: 256 single bytes, then one piece per merge."""
    pieces = [bytes([value]) for value in range(BYTES)]
    for left, right in merges:
        pieces.append(pieces[left] + pieces[right])
    return pieces


# %%
def shown(ids, merges):
    """The pieces of the ids with bars between: "aa|b"."""
    pieces = spell_pieces(merges)
    texts = [pieces[token_id].decode(errors="replace") for token_id in ids]
    return "|".join(texts).replace(" ", "·").replace("\n", "¶")


print(shown([256, 97, 257], {(97, 97): 256, (256, 98): 257}))  # aa|a|aab

# %% [markdown]
"""
**Your part.** A loop around your three steps:

1. Start with the bytes and no merges.
2. As long as the vocabulary has room: count. If no pair comes at least
   twice, stop: a merge that saves nothing is no merge.
3. Pick the most common pair, give it the next id, merge it.

The next id is 256 plus the number of merges so far. And keep the merged
ids: the next round counts *them*, not the bytes again.
"""


# %% nbgrader={"grade": false, "grade_id": "learn_merges", "locked": false, "schema_version": 3, "solution": true}
#| export
def learn_merges(text: str, vocab_size: int) -> dict[Pair, int]:
    """Learns which pairs to join: pair -> new id, in the order learned.

    New ids count up from 256. Stops when the vocabulary has `vocab_size`
    ids, or when no pair comes twice.

    Raises ValueError for a vocab_size below 256; it says "at least 256".
    """
    if vocab_size < BYTES:
        problem = f"vocab_size {vocab_size} has no room for the bytes"
        raise ValueError(f"{problem}: it must be at least {BYTES}")
    ### BEGIN SOLUTION
    ids = list(text.encode("utf-8"))
    merges: dict[Pair, int] = {}
    while BYTES + len(merges) < vocab_size:
        counts = count_pairs(ids)
        if max(counts.values(), default=0) < 2:
            break
        pair = most_common_pair(counts)
        merges[pair] = BYTES + len(merges)
        ids = merge_pair(ids, pair, merges[pair])
    return merges
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_learn_merges", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_learn_merges():
    class Watched(str):
        """A text that gives its bytes once."""

        asked = 0

        def encode(self, *how, **ways):
            self.asked += 1
            if self.asked > 1:
                again = "each round encodes the text again"
                raise Mismatch(f"{again}: go on with the merged ids")
            return super().encode(*how, **ways)

    rounds = []

    def counted(ids):
        """Your count_pairs, as long as the loop gets on."""
        rounds.append(list(ids))
        if rounds[-2:-1] == rounds[-1:]:
            stuck = "two rounds counted the same ids"
            raise Mismatch(f"{stuck}: keep what merge_pair returns")
        return count_pairs_of_yours(ids)

    count_pairs_of_yours = count_pairs

    def learned(text, vocab_size):
        rounds.clear()
        # Its own globals: a test that runs apart from your cells has others.
        with patch.dict(learn_merges.__globals__, count_pairs=counted):
            return learn_merges(Watched(text), vocab_size)

    def same_merges(text, vocab_size, expected, mistakes=None):
        """The merges as rows: first id, second id, new id."""
        merges = learned(text, vocab_size)
        what = f"learn_merges({text!r}, {vocab_size})"
        kind = type(merges).__name__
        expect(isinstance(merges, dict), f"{what} gave a {kind}, no dict")
        rows = [[*pair, new_id] for pair, new_id in merges.items()]
        same(rows, expected, what, mistakes=mistakes)

    # The example from the text, one merge more each time.
    text = "aaabdaaabac"
    three = [[97, 97, 256], [97, 98, 257], [256, 257, 258]]
    wrong = {
        "id 0 is already a byte: new ids begin at 256": [[97, 97, 0]],
        "id 1 is already a byte: new ids begin at 256": [[97, 97, 1]],
        "the first free id is 256": [[97, 97, 257]],
        "there is room for one id only: 256 bytes, 1 piece": three[:2],
        "vocab_size counts the 256 bytes too": three,
    }
    same_merges(text, 257, three[:1], wrong)
    wrong = {"a pair that comes twice saves a token: merge it": three[:1]}
    same_merges(text, 258, three[:2], wrong)
    same_merges(text, 259, three)

    # Room for more, but nothing comes twice.
    four = [*three, [97, 99, 259]]
    wrong = {"a pair that comes once saves nothing: stop": four}
    same_merges(text, 260, three, wrong)
    same_merges("abab", 300, [[97, 98, 256]])
    same_merges("abcdefg", 300, [])
    same_merges("", 300, [])
    same_merges("x", 300, [])
    same_merges(text, 256, [])

    # Bytes, not characters: é is 195 169.
    wrong = {"these are characters, start from the bytes": []}
    same_merges("éé", 300, [[195, 169, 256]], wrong)
    text = "the cat sat on the mat the cat"
    merges = learned(text, 300)
    pieces = b"|".join(spell_pieces(merges)[256:])
    wanted = "at|e |he |the |at |the c"
    same(pieces.decode(), wanted, f"the pieces learned from {text!r}")

    for small in (255, 0):
        what = f"learn_merges('abab', {small})"
        with refuses(ValueError, what, "at least 256"):
            learn_merges("abab", small)


test_learn_merges()

# %% [markdown]
"""
Now let it loose on the text of the five minutes. Each line shows one merge.
A dot stands for a space. Whose pieces are better, yours or these?
"""

# %% tags=["experiment"]
text = "the cat sat on the mat the cat"
learned = {}
print(f"{len(text):3} ids   {shown(text.encode(), learned)}")
ids = list(text.encode())
for pair, new_id in learn_merges(text, 300).items():
    learned[pair] = new_id
    ids = merge_pair(ids, pair, new_id)
    print(f"{len(ids):3} ids   {shown(ids, learned)}")

# %% [markdown]
"""
## 6. Step 5: encode by replaying

The merges are learned, the text they came from is gone. Now a *new* text
arrives. How is it cut into pieces?

Do what training did: take the bytes, then **replay the merges, oldest
first**. Let these be learned, in this order:

```
   1  ("b", "c")    256 = "bc"
   2  ("a", "b")    257 = "ab"
   3  (257, "c")    258 = "abc"

   text            a|b|c
   replay 1        a|bc           b and c are joined
   replay 2        a|bc           no pair a, b is left
   replay 3        a|bc           no pair 257, c either
```

The result is `a|bc`, two ids, although "abc" has an id of its own. Who
picks the longest piece first, gets another answer. Both can be decoded. But
a model learned from texts that were cut in *one* way, so a new text must be
cut in the same way.

One round per merge is enough. A merge makes one new id, and only younger
merges can use it.

**Your part.** Bytes, then a loop over `merges.items()`. It gives each pair
and its new id in the order learned, and `merge_pair` does the rest.
"""


# %% nbgrader={"grade": false, "grade_id": "replay_merges", "locked": false, "schema_version": 3, "solution": true}
#| export
def replay_merges(text: str, merges: Mapping[Pair, int]) -> list[int]:
    """The ids of a text: its bytes, then every merge, the oldest first.

    merges: pair -> new id, in the order learned.
    """
    ### BEGIN SOLUTION
    ids = list(text.encode("utf-8"))
    for pair, new_id in merges.items():
        ids = merge_pair(ids, pair, new_id)
    return ids
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_replay_merges", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_replay_merges():
    # What training made of its own text.
    merges = {(97, 97): 256, (97, 98): 257, (256, 257): 258}
    before = list(merges.items())
    text_bytes = list(b"aaabdaaabac")
    first_only = [256, 97, 98, 100, 256, 97, 98, 97, 99]
    got = replay_merges("aaabdaaabac", merges)
    same(
        got,
        [258, 100, 258, 97, 99],
        'replay_merges("aaabdaaabac", the three merges of step 4)',
        mistakes={
            "each merge works on what the last one returned": text_bytes,
            "oldest merge first, this replays the newest first": (
                [256, 257, 100, 256, 257, 97, 99]
            ),
            "only the first merge was made": first_only,
        },
    )
    expect(list(merges.items()) == before, "the merges were changed")

    # The example from the text, where the ways to cut differ.
    merges = {(98, 99): 256, (97, 98): 257, (257, 99): 258}
    wrong = {
        "that is the longest piece; replay the oldest merge first": [258],
        "that is the newest merge first; begin with the oldest": [257, 99],
        "the merges are given, do not learn new ones": [97, 98, 99],
    }
    same(
        replay_merges("abc", merges),
        [97, 256],
        'replay_merges("abc", {bc, ab, abc in this order})',
        mistakes=wrong,
    )
    asked = "the most common pair of this text is not asked: oldest first"
    wrong = {asked: [258, 257, 257]}
    same(
        replay_merges("abcabab", merges),
        [97, 256, 257, 257],
        'replay_merges("abcabab", {bc, ab, abc in this order})',
        mistakes=wrong,
    )

    # New texts, empty ones, and no merges at all.
    wrong = {"these are the numbers of characters, take bytes": [233, 33]}
    got = replay_merges("é!", {})
    same(got, [195, 169, 33], 'replay_merges("é!", {})', mistakes=wrong)
    same(replay_merges("", merges), [], 'replay_merges("", merges)')
    same(
        replay_merges("xyz", merges),
        [120, 121, 122],
        "a text without pairs",
    )
    cat = {(97, 116): 256, (101, 32): 257, (104, 257): 258, (116, 258): 259}
    got = replay_merges("the cat, the hat", cat)
    wanted = [259, 99, 256, 44, 32, 259, 104, 256]
    same(got, wanted, "replay_merges of a text about a cat and a hat")


test_replay_merges()

# %% [markdown]
"""
Watch a new text being cut, merge by merge. Only merges that change
something get a line.
"""

# %% tags=["experiment"]
learned = learn_merges("the cat sat on the mat the cat", 300)
pieces = spell_pieces(learned)
ids = list(b"that hat, the catnap")
print(f"{'the bytes':15}  {shown(ids, learned)}")
for pair, new_id in learned.items():
    merged = merge_pair(ids, pair, new_id)
    if merged != ids:
        name = f"{new_id} = {pieces[new_id].decode()!r}"
        print(f"{name:15}  {shown(merged, learned)}")
    ids = merged

# %% [markdown]
"""
## 7. Back to text

Decoding is looking up: each id has its bytes, put one after the other.
There is one trap. **A piece need not be whole characters.** "猫" is three
bytes, and a tokenizer that met few cats may hold them as three ids:

```
   ids              231          140          171
   bytes            E7           8C           AB

   each alone       ?            ?            ?        no character yet
   joined           E7 8C AB  ─▶ 猫                    joined first: fine
```

So join **all** bytes first and turn them into text once.

And when a model writes half a cat? Cut off in the middle, the bytes are no
valid text, and Python raises an error. Nobody wants a program that dies of
that. `data.decode("utf-8", errors="replace")` puts the mark � in the place
of what can't be read.

`BPETokenizer` keeps merges and pieces together. Training and encoding are
given: your functions do the work.

**Your part.** `decode`: refuse ids out of range, join, decode.
`b"".join(list)` glues a list of bytes together.
"""


# %% nbgrader={"grade": false, "grade_id": "bpe_tokenizer", "locked": false, "schema_version": 3, "solution": true}
#| export
class BPETokenizer:
    """Text to ids and back, with pieces that are learned from a text.

    Before `train` the vocabulary is the 256 bytes, so any text works.
    """

    def __init__(self):
        self.merges: dict[Pair, int] = {}
        self.pieces: list[bytes] = spell_pieces(self.merges)

    @property
    def vocab_size(self) -> int:
        """How many ids there are."""
        return len(self.pieces)

    def train(self, text: str, vocab_size: int) -> "BPETokenizer":
        """Learns pieces from `text` and forgets old ones; returns self.

        Raises ValueError for a vocab_size below 256.
        """
        self.merges = learn_merges(text, vocab_size)
        self.pieces = spell_pieces(self.merges)
        return self

    def encode(self, text: str) -> list[int]:
        """The ids of any text."""
        return replay_merges(text, self.merges)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of the ids; � where bytes make no character.

        Raises IndexError for an id out of range.
        """
        ### BEGIN SOLUTION
        require_ids(ids, self.vocab_size)
        data = b"".join(self.pieces[token_id] for token_id in ids)
        return data.decode("utf-8", errors="replace")
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_bpe_tokenizer", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_bpe_tokenizer():
    # The example once more.
    tokenizer = BPETokenizer()
    tokenizer.merges = {(97, 97): 256, (97, 98): 257, (256, 257): 258}
    tokenizer.pieces = spell_pieces(tokenizer.merges)
    got = tokenizer.decode([258, 100, 258, 97, 99])
    kind = type(got).__name__
    expect(kind == "str", f"decode gave a {kind}: turn the bytes into text")
    same(got, "aaabdaaabac", "decode([258, 100, 258, 97, 99])")
    same(tokenizer.decode([]), "", "decode([])")

    # Characters of several bytes, each in an id of its own.
    plain = BPETokenizer()
    ids = plain.encode("a猫é")
    same(ids, [97, 231, 140, 171, 195, 169], 'encode("a猫é")')
    same(
        plain.decode(ids),
        "a猫é",
        'decode(encode("a猫é"))',
        mistakes={
            "join all bytes first, then turn them into text": "a�����",
            "the bytes are UTF-8": bytes(ids).decode("latin-1"),
            "bytes that are no ASCII count too": "a",
        },
    )

    # Cut in the middle of a character.
    wrong = {"put � where bytes make no character": "a"}
    try:
        got = plain.decode(ids[:3])
    except UnicodeDecodeError:
        says = "half a character raised an error: errors='replace'"
        raise Mismatch(f"decode of {says}") from None
    same(got, "a�", "decode([97, 231, 140]), half a cat", mistakes=wrong)

    # Ids that nobody knows, at both ends.
    for wrong in (259, -1):
        what = f"decode([97, {wrong}]) with 259 pieces"
        with refuses(IndexError, what, f"id {wrong} is outside 0..258"):
            tokenizer.decode([97, wrong])
    same(tokenizer.decode([0, 258]), "\0aaab", "the first and the last id")

    # Any text at all: 200 of them, of characters from everywhere.
    rng = make_rng(11)
    tokenizer.merges = {(97, 116): 256, (240, 159): 257, (228, 184): 258}
    tokenizer.pieces = spell_pieces(tokenizer.merges)
    scripts = [
        (32, 127),
        (0xA0, 0x250),
        (0x4E00, 0x5000),
        (0x1F600, 0x1F640),
    ]
    for number in range(200):
        low, high = scripts[number % len(scripts)]
        codes = rng.integers(low, high, size=number % 9)
        text = "the cat " + "".join(chr(code) for code in codes)
        back = tokenizer.decode(tokenizer.encode(text))
        same(back, text, f"decode(encode({text!r}))")


test_bpe_tokenizer()

# %% [markdown]
"""
## Systems analysis

A larger vocabulary makes rows shorter. That saves work later: whatever
reads the ids does something for each of them. What does it cost?

We learn from 20,000 characters of short tales, made by a small grammar. The
first one goes like this:
"""

# %% tags=["experiment"]
tale_text = tales(20_000, seed=0).text
new_text = tales(10_000, seed=1).text
print(textwrap.fill(tale_text.splitlines()[0], width=72))

# %% [markdown] tags=["prediction"]
"""
**Predict first.** The text has 20,000 bytes. With 400 ids, that is with 144
merges, some 8,000 tokens are left: 12,000 are saved. How many of these do
the first 44 merges save?

1. 3,700: every merge saves about the same
2. 6,000: about half
3. 8,000: two thirds
4. 11,900: nearly all
"""


# %% tags=["experiment"]
def measured(vocab_size):
    """Learns so many ids: the tokenizer, tokens left, seconds it took."""
    made = BPETokenizer()
    seconds = stopwatch(
        lambda: made.train(tale_text, vocab_size),
        repeats=1,
        warmup=0,
    )
    return made, len(made.encode(tale_text)), seconds


steps = [measured(vocab_size) for vocab_size in (256, 270, 300, 400, 600)]
size_rows = []
for (smaller, before, _), (made, tokens, seconds) in pairwise(steps):
    size = made.vocab_size
    saved_per_merge = (before - tokens) / (size - smaller.vocab_size)
    old = len(tale_text) / tokens
    new = len(new_text) / len(made.encode(new_text))
    row = (size, tokens, saved_per_merge, old, new, seconds)
    size_rows.append((*row, human_bytes(size * 64 * 4)))
names = ["ids", "tokens", "saved per merge", "chars each", "new text"]
table(size_rows, [*names, "seconds", "64 floats an id"])
print()
curve(
    {"tokens": [(made.vocab_size, tokens) for made, tokens, _ in steps]},
    x="vocabulary",
    y="tokens",
)
longest = sorted(made.pieces, key=len)[-3:]
print("\nthe first pieces  ", *made.pieces[256:264])
print("the longest pieces", *longest, sep="\n  ")

# %% [markdown]
"""
### What to see

A merge saves one token each time it is made, and the most common pair goes
first. So **the later a merge, the less it saves**. The seconds are from a
small laptop-class machine with one thread:

```
   merges        1 to 14   15 to 44   45 to 144   145 to 344
   saved each        359         99          42           20
   seconds          0.15       0.20        0.57         0.72
```

The first 44 merges saved 7,988 of 12,152 tokens, two thirds. The price does
not fall: a model keeps a row of numbers for each id, and every row is as
long as the first. With 64 floats an id costs 256 bytes, however rare it is.

**Time to learn.** Each merge walks twice over all ids that are left, once
to count and once to merge. So the time goes with *merges times tokens*:
above, 0.6 millionths of a second for each token and merge. It is paid once.

**Old text and new text.** Look at the two columns. Up to 400 ids the new
text is cut as well as the old one. At 600 it is not: the latest pieces are
half sentences such as `. A kind word costs nothing`. They fit the text they
come from, and little else.

Tales from a grammar repeat themselves a lot. On usual English, GPT-2's
50,257 ids reach about 4 characters per token. Ours pass that with 600.

Now another price. Who pays for the pieces that were not learned?
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** The tokenizer with 400 ids has only read English tales.
How many tokens does it need for one character of Greek?

1. 0.4, as for English: bytes are bytes
2. about 1: it falls back to characters
3. about 2: it falls back to bytes
4. none: it refuses characters that it never saw
"""

# %% tags=["experiment"]
sentences = {
    "English": "Good morning, where is the station?",
    "German": "Guten Morgen, wo ist der Bahnhof?",
    "Greek": "Καλημέρα, πού είναι ο σταθμός;",
    "Georgian": "დილა მშვიდობისა, სად არის სადგური?",
    "Japanese": "おはよう、駅はどこですか。",
    "Smileys": "🙂🙃🚉",
}
learned = BPETokenizer().train(tale_text, 400)
script_rows = []
for name, sentence in sentences.items():
    size = len(sentence.encode("utf-8"))
    tokens = len(learned.encode(sentence))
    row = (name, len(sentence), size, tokens, tokens / len(sentence))
    script_rows.append(row)
headers = ["", "characters", "bytes", "tokens", "tokens per character"]
table(script_rows, headers)
print()
bars({row[0]: row[4] for row in script_rows}, unit="tokens per character")

# %% [markdown]
"""
### What to see

```
               bytes per character    tokens per character
   English              1                    0.63
   Greek                1.8                  1.8
   Georgian             2.6                  2.6
   Japanese             3                    3
```

No Greek letter stood in the tales, so no merge joins its two bytes. Every
byte becomes a token (spaces and commas keep Greek below 2). Nothing is
refused, but the same sentence is three to five times as long. Where a
service counts tokens, its Greek users pay for that. The remedy is no other
algorithm. It is another text to learn from.
"""

# %% [markdown]
"""
## In production

- **GPT-2** and its successors use byte-level BPE like yours: 256 bytes,
  50,000 merges and one special id. The library is called *tiktoken*. Newer
  vocabularies have 100,000 to 200,000 ids.
- They first cut the text with a **pattern** into words, numbers and signs,
  a space going with the word behind it. Merges happen only inside these
  cuts. So `the c` cannot become a piece, as it did above.
- **Special tokens** stand for what is no text, such as "here a document
  ends". They have ids of their own, and no text encodes to them by
  accident.
- **SentencePiece** starts from characters instead, writes the space as
  `▁`, and can fall back to bytes. It also knows another method, *unigram*:
  begin with too many pieces and drop those that are missed least.
- Fast libraries do not count anew in each round. They keep every pair with
  its places, and after a merge they update its neighbours only.
"""

# %% [markdown]
"""
## Misconceptions

**"Tokens are words."** Some are. Others are `e `, `th`, `the c` or half a
sentence. The count decides, and it knows no grammar.

**"BPE finds the best cut."** It replays merges. `abc` became `a|bc`, though
"abc" had an id of its own.

**"One token is so many characters."** That depends on the text. Ours had
0.63 tokens for an English character, and 3 for a Japanese one.

**"Every id can be shown as text."** Not alone: it may hold a third of a
character. Join the bytes first.

**"A count of 4 means 4 merges."** Overlapping pairs share an id. In
`aaabdaaabac` the pair `aa` counts 4 and is merged twice.
"""

# %% [markdown]
"""
## Questions to think about

1. Why may `replay_merges` walk through the merges once, while training had
   to count again after each?
2. You train with 300 ids, then with 600 on the same text. What do the two
   lists of merges have in common?
3. Which text of 1,000 bytes gets no merge at all? Which gets the longest
   piece after the fewest merges?
4. A model counts the letters of "strawberry" wrongly. What did it see in
   place of the letters?
5. `CharTokenizer` refuses a new character, `BPETokenizer` never does. When
   would you want the refusal?
"""

# %% [markdown]
"""
## Quick reference

```
CharTokenizer(text)       symbols = sorted(set(text)), ids from 0
  .encode(text)           ValueError names characters without an id
  .decode(ids)            IndexError names an id out of range

byte-pair encoding        ids 0 to 255 are bytes, pieces from 256
  1  count_pairs(ids)          neighbours, overlaps included
  2  most_common_pair(counts)  highest count; the smallest in a tie
  3  merge_pair(ids, pair, id) left to right, two places on a match
  4  learn_merges(text, size)  1, 2, 3, until full or nothing twice
  5  replay_merges(text, m)    bytes, then the oldest merge first
  spell_pieces(merges)         the bytes of each id

BPETokenizer()            the 256 bytes
  .train(text, size)      learns, returns itself
  .encode(text)           never refuses
  .decode(ids)            joins all bytes, then UTF-8; � for the rest
  .vocab_size             256 + merges

a larger vocabulary       fewer tokens, ever less saved per merge;
                          each id costs the same
```
"""

# %% [markdown]
"""
## Looking ahead

- **12 Embeddings** turns each id into a vector. There the rows of numbers
  appear that a vocabulary has to pay for.
- **14 Transformers** reads rows of ids and predicts the next one. With 08
  it learns to write tales like those above, once with your characters and
  once with your pieces.
"""

# %% [markdown]
"""
## Summary and what comes next

You turned text into ids and back in two ways. `CharTokenizer` numbers the
characters that it met. `BPETokenizer` starts from bytes, so it takes any
text, and learns which neighbours to join: count, pick, merge, repeat. New
text is cut by replaying the merges, the oldest first. The first merges save
most, and each new id costs the same.

Together with 04, this module unlocks 12.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_char_tokenizer,
        test_count_pairs,
        test_most_common_pair,
        test_merge_pair,
        test_learn_merges,
        test_replay_merges,
        test_bpe_tokenizer,
    )
