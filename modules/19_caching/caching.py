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
# 19 Caching

You will build `caching.py`: a memory for what your GPT has computed
already. The text that it writes stays the same, id for id. Nearly all of
the work disappears.

### Prerequisites

- **14 Transformers**: `GPT` and its blocks, `pick_next`, and the slow loop
  `generate`. Through it `MultiHeadAttention` with its two halves `project`
  and `finish`, `HIDDEN` and `causal_mask` of 13; the `start` of
  `TokenAndPosition` of 12; `Module` of 04; `Tensor`, `concat` and `extend`
  of 02.
- **15 Profiling**: `profile` counts FLOPs, `count_parameters` counts
  numbers. `human_bytes`, `make_rng` and `stopwatch` are from 01.

Nothing else is needed.

### Time and difficulty

About 4 hours. Difficulty 4 of 5. Six exercises of 2 to 10 lines.

### Learning objectives

Afterwards you can

- say which numbers of a round come back unchanged in the next, and why;
- lay out memory for keys and values, and compute its bytes with a pencil;
- run a model on new ids only, with the past from a memory;
- hide the right places from several new rows at once;
- weigh the bytes of a cache against the time that it saves.

### How the pieces hang together

```
   ids that are new  (B, n)
     │
   embed, from position cache.length on
     │
     ├──▶ for each block
     │      q, k, v of the new rows
     │         │  │
     │         ▼  ▼
     │      3 append ──▶ 2 KVCache      keys and values of all positions
     │         │  │
     │         ▼  ▼
     │      attention, with 4 new_rows_mask
     │
   3 advance, norm, head
     │
   5 cached_forward                     logits of the new ids (B, n, V)
     │
   6 generate_cached                    prompt first, then id by id

   1 what repeats?                      2 cache_bytes: what it costs
```
"""

# %% [markdown]
"""
## Why a cache

In 14 you measured how a GPT writes. To find the next token, `generate`
sends the whole text through the model, takes the last row of logits, and
throws away the rest. Then it does the same with a text that is longer by
one.

```
   round 1    Long ago a fox
   round 2    Long ago a fox lived
   round 3    Long ago a fox lived behind
              └──────────────────┘
               sent again in round 3
```

For 256 tokens after a prompt of one, 32,896 positions went through the
model. 256 of them were new. You would not read a book like that: after each
word, start again from page one. You remember what you read.

What would a GPT have to remember? Not the text alone, it has that. It must
keep something that it *computed* from the text. If it keeps too little, it
computes again. If it keeps the wrong thing, it writes another text.

The question of this module: **which numbers does the next round need from
the past, and where do they stay meanwhile?**
"""

# %%
#| default_exp caching
#| export
"""Caching: the GPT of 14, which computes each position only once."""

from collections.abc import Sequence

import numpy as np
from tinytorch.attention import HIDDEN
from tinytorch.tensor import Tensor, extend
from tinytorch.transformers import GPT, pick_next

# %% [markdown]
"""
That cell opens your library file. The next one brings the tools for tests
and measurements. They stay here.
"""

# %%
from tinytorch.attention import causal_mask
from tinytorch.env import human_bytes, make_rng, stopwatch
from tinytorch.layers import Module
from tinytorch.profiling import count_parameters, profile
from tinytorch.tensor import concat
from tinytorch.transformers import generate

from tinytutor.kit import (
    bars,
    curve,
    expect,
    refuses,
    run_tests,
    same,
    same_dtype,
    table,
    unchanged,
)

# %% [markdown]
"""
## 1. What repeats?

Before you build a memory, look at what there is to remember. Two rounds of
`generate` differ by one id at the end:

```
   round        ids              keys of a block, a row for each position

   before       3 1 4 1          k0  k1  k2  k3
   after        3 1 4 1 5        k0? k1? k2? k3? k4
```

Are the first four rows the same in both rounds? The mask says that a
position sees only what stands before it. The new id stands behind. So the
old rows cannot know of it, in no block. But do not take that on trust.

Two helpers are given. `keys_of(model, ids)` runs a GPT and hands out the
keys of each block. `equal_rows(before, after)` counts the positions whose
keys are the same in both.

**Your part.** Compare the round with all ids and the one before it. Give
one count for each block. Two or three lines.
"""


# %%
def keys_of(model: GPT, ids: np.ndarray) -> list[np.ndarray]:
    """For ids (B, T): the keys of each block, (B, H, T, D / H)."""
    x, mask = model.embed(ids), causal_mask(ids.shape[1])
    keys = []
    for block in model.blocks:
        _, k, _ = block.attn.project(block.norm1(x))
        keys.append(k.data)
        x = block(x, mask)
    return keys


def equal_rows(before: np.ndarray, after: np.ndarray) -> int:
    """How many positions, counted from 0, have the same keys in both."""
    shared = min(before.shape[2], after.shape[2])
    first, second = before[:, :, :shared], after[:, :, :shared]
    equal = np.isclose(first, second, rtol=1e-3, atol=1e-4)
    return int(equal.all(axis=(0, 1, 3)).sum())


# %% nbgrader={"grade": false, "grade_id": "repeated_rows", "locked": false, "schema_version": 3, "solution": true}
def repeated_rows(model: GPT, ids: list[int]) -> list[int]:
    """For each block: rows of keys that the round before had already.

    The round before saw all but the last of `ids`; there are two or more.
    """
    ### BEGIN SOLUTION
    before = keys_of(model, np.array([ids[:-1]]))
    after = keys_of(model, np.array([ids]))
    return [equal_rows(*pair) for pair in zip(before, after, strict=True)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_repeated_rows", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_repeated_rows():
    for layers, ids in ((3, [2, 7, 1, 8, 5]), (2, [4, 9]), (1, [0, 3, 6])):
        model = GPT(11, 8, 6, heads=2, layers=layers, rng=make_rng(1))
        shown = list(ids)
        got = repeated_rows(model, shown)
        expect(shown == ids, "the caller's list was changed: slice it")
        length = len(ids)
        total = (length - 1) * layers
        same(
            got,
            [length - 1] * layers,
            f"repeated_rows(model, {ids}), {layers} blocks",
            mistakes={
                "a round was compared with itself": [length] * layers,
                "leave out the last id, not the first": [0] * layers,
                "leave out one id, not two": [length - 2] * layers,
                "one count for each block: a list": length - 1,
                "one count for each block, not their sum": total,
            },
            hint="before: ids[:-1], after: ids",
        )
    expect(isinstance(got, list), "repeated_rows(...) gives a list of ints")


test_repeated_rows()

# %% [markdown]
"""
All rows but the newest repeat, in every block. The values do too, for they
come from the same rows. So keep both. Now change something else between the
two rounds:
"""

# %% tags=["experiment"]
model = GPT(65, 16, 32, heads=4, layers=3, rng=make_rng(2))
ids = np.array([[31, 4, 15, 9, 26, 5, 35, 8]])
other_start = ids.copy()
other_start[0, 0] += 1
changes = {
    "one id more at the end": np.append(ids, [[40]], axis=1),
    "another id in front": other_start,
    "all ids one place earlier": ids[:, 1:],
}
before = keys_of(model, ids)
table(
    [
        (what, *map(equal_rows, before, keys_of(model, changed)))
        for what, changed in changes.items()
    ],
    ["8 ids, and then", "block 0", "block 1", "block 2"],
)

# %% [markdown]
"""
A new id at the end leaves all eight rows as they were. Another id in front
changes its own row in block 0. From block 1 on it changes every row, for
all have listened to it.

And the last line? Every row now stands at another position, so none is the
same. When a text outgrows `max_length`, `generate` moves its window just
like that, and all that was remembered is worthless. So a cache is for texts
that fit.
"""

# %% [markdown]
"""
## 2. Room for keys and values

What does a new row need from the past? Look at attention once more:

```
   query of the new row    ─▶ compared with the keys of all positions
   weights of the new row  ─▶ mix the values of all positions
```

The old *keys* and the old *values*. Nobody asks for the old queries: they
had their answer in their own round. What is kept is therefore called a **KV
cache**: K for keys, V for values.

How should it be kept? One could join old and new rows in each round. But
joining copies all old rows every time. It is better to take the room once,
for as many positions as will ever come, and to fill it from the left:

```
   keys of one block, one head           max_length = 8, length = 5

   position   0    1    2    3    4    5    6    7
             k0   k1   k2   k3   k4    .    .    .
             └──────── known ──────┘   └── room ─┘
```

Every block has keys of its own, and in it every head. So the whole store is
one array for the keys, and one just like it for the values:

```
   (layers, sequences, heads, max_length, head_dim)      float32
```

`head_dim` is the width of one head, D / H. `np.empty(shape, dtype)` takes
room without filling it. What stands there at first is chance. No one may
read it before it is written.

**Its price.** Two arrays, five factors, 4 bytes for each number. For a
machine that serves many people, this sum decides how many fit. The function
`cache_bytes` tells it before any memory is taken.

**Your part.** Two arrays and a `length` in `__init__`, and one product.
"""


# %% nbgrader={"grade": false, "grade_id": "kv_cache", "locked": false, "schema_version": 3, "solution": true}
#| export
class KVCache:
    """Keys and values of the positions that a model has seen."""

    def __init__(
        self,
        layers: int,
        heads: int,
        head_dim: int,
        max_length: int,
        sequences: int = 1,
    ):
        """Sets `keys`, `values` and `length`, the positions known: 0.

        keys and values are two float32 arrays of the shape (layers,
        sequences, heads, max_length, head_dim).
        """
        ### BEGIN SOLUTION
        shape = (layers, sequences, heads, max_length, head_dim)
        self.keys = np.empty(shape, np.float32)
        self.values = np.empty(shape, np.float32)
        self.length = 0
        ### END SOLUTION

    @property
    def nbytes(self) -> int:
        """The bytes of both arrays."""
        return self.keys.nbytes + self.values.nbytes


#| export
def cache_bytes(
    layers: int,
    heads: int,
    head_dim: int,
    length: int,
    sequences: int = 1,
    bytes_per_number: int = 4,
) -> int:
    """The bytes of the keys and values of `length` positions."""
    ### BEGIN SOLUTION
    numbers = layers * sequences * heads * length * head_dim
    return 2 * numbers * bytes_per_number
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_kv_cache", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_kv_cache():
    # 6 layers, 3 heads, width 5, room for 7, 9 sequences: all different.
    cache = KVCache(6, 3, 5, 7, sequences=9)
    for name in ("keys", "values"):
        array = getattr(cache, name, None)
        what = f"KVCache(6, 3, 5, 7, sequences=9).{name}"
        expect(isinstance(array, np.ndarray), f"{what}: must be an array")
        same(
            array.shape,
            (6, 9, 3, 7, 5),
            f"{what}.shape",
            mistakes={
                "the sequences have an axis too": (6, 3, 7, 5),
                "the heads stand before the positions": (6, 9, 7, 3, 5),
                "the sequences stand before the heads": (6, 3, 9, 7, 5),
                "the positions stand before the width": (6, 9, 3, 5, 7),
                "sequences was ignored": (6, 1, 3, 7, 5),
                "every layer needs room of its own": (9, 3, 7, 5),
            },
            hint="(layers, sequences, heads, max_length, head_dim)",
        )
        same_dtype(array, np.float32, what)
    shared = np.shares_memory(cache.keys, cache.values)
    expect(not shared, "keys and values need an array each")
    length = getattr(cache, "length", None)
    same(length, 0, "the length of a new cache", hint="self.length = 0")
    shape = KVCache(6, 3, 5, 7).keys.shape
    same(shape, (6, 1, 3, 7, 5), "KVCache(6, 3, 5, 7).keys.shape")

    # The price, by the formula and by NumPy.
    right = 2 * 6 * 9 * 3 * 7 * 5 * 4
    got = cache_bytes(6, 3, 5, 7, sequences=9)
    same(
        got,
        right,
        "cache_bytes(6, 3, 5, 7, sequences=9)",
        mistakes={
            "keys and values: twice as many": right // 2,
            "that counts numbers: 4 bytes each": right // 4,
            "float32 has 4 bytes, not 8": 2 * right,
            "sequences was ignored": right // 9,
            "every layer has keys and values": right // 6,
        },
    )
    expect(type(got) is int, "a number of bytes is an int")
    same(got, cache.nbytes, "cache_bytes(...), beside cache.nbytes")
    same(
        cache_bytes(12, 11, 64, 1000),
        67_584_000,
        "cache_bytes(12, 11, 64, 1000)",
    )
    same(
        cache_bytes(12, 11, 64, 1000, bytes_per_number=2),
        33_792_000,
        "cache_bytes(12, 11, 64, 1000, bytes_per_number=2)",
        mistakes={"bytes_per_number was ignored": 67_584_000},
    )


test_kv_cache()

# %% [markdown]
"""
## 3. Fill it

A model with four blocks sees two new ids. Each block has keys and values
for two new rows, and all four write them at the *same* positions:

```
                      position   0    1    2    3    4    5
   length = 2
   append(0, k, v)    block 0    old  old  new  new   .    .
   append(1, k, v)    block 1    old  old  new  new   .    .
   append(2, k, v)    block 2    old  old  new  new   .    .
   append(3, k, v)    block 3    old  old  new  new   .    .
   advance(2)                                                 length = 4
```

So `append` must not move `length`, or block 1 would write behind block 0.
Once all blocks are through, `advance` moves it, once.

What does a block get back? All rows that it knows now, the past in front
and the new ones behind: positions 0 to length + n - 1. Slices of the two
arrays are enough. They are **views**, as you know from 02: no number is
copied. `Tensor(array)` keeps the view.

A full cache refuses to take more. If it wrote less in silence, the text
would go wrong, and nobody would know why.

**Your part.** `append` in seven lines or so, `advance` in one. k and v have
the shape (sequences, heads, n, head_dim). Refuse first, then write.
"""


# %% nbgrader={"grade": false, "grade_id": "append", "locked": false, "schema_version": 3, "solution": true}
#| export
@extend(KVCache)
class _:
    def append(
        self,
        layer: int,
        k: Tensor,
        v: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Writes new rows behind the known ones; gives all, new ones too.

        k and v, (sequences, heads, n, head_dim), belong to the positions
        length to length + n - 1. Gives views (sequences, heads, length + n,
        head_dim); `length` stays. Raises ValueError where they do not fit,
        before it writes: for 9 positions with room for 8 it says "9
        positions" and "room for 8".
        """
        ### BEGIN SOLUTION
        start, end = self.length, self.length + k.shape[2]
        room = self.keys.shape[3]
        if end > room:
            raise ValueError(f"{end} positions, but room for {room} only")
        self.keys[layer, :, :, start:end] = k.data
        self.values[layer, :, :, start:end] = v.data
        keys, values = self.keys[layer], self.values[layer]
        return Tensor(keys[:, :, :end]), Tensor(values[:, :, :end])
        ### END SOLUTION

    def advance(self, count: int) -> None:
        """All layers have appended `count` rows: they are known now."""
        ### BEGIN SOLUTION
        self.length += count
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_append", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_append():
    # 4 layers, 2 sequences, 3 heads, room for 8, width 5.
    cache = KVCache(4, 3, 5, 8, sequences=2)
    cache.keys[...], cache.values[...] = np.nan, np.nan
    rng = make_rng(3)
    every_k, every_v = rng.standard_normal(
        (2, 4, 2, 3, 8, 5),
        dtype=np.float32,
    )

    def append(layer, start, end):
        """Appends the rows start to end; gives what append gave."""
        k = Tensor(every_k[layer, :, :, start:end])
        v = Tensor(every_v[layer, :, :, start:end])
        with unchanged(k, v, what="cache.append(layer, k, v)"):
            got = cache.append(layer, k, v)
        expect(got is not None, "append(...) gave None: a `return`?")
        expect(len(got) == 2, "append gives two tensors: keys and values")
        are_tensors = all(isinstance(one, Tensor) for one in got)
        expect(are_tensors, "append gives tensors: Tensor(...)")
        return got

    # Two rows into the empty cache, all layers.
    for layer in range(4):
        what = f"append({layer}, k, v) of 2 rows"
        right_k = every_k[layer, :, :, :2]
        right_v = every_v[layer, :, :, :2]
        keys, values = append(layer, 0, 2)
        moved = f"append moved the length to {cache.length}: the next layer"
        expect(cache.length == 0, f"{moved} must write at 0 too")
        mixed = "keys and values changed places"
        same(keys, right_k, f"{what}: keys", mistakes={mixed: right_v})
        same(values, right_v, f"{what}: values", mistakes={mixed: right_k})
    cache.advance(2)
    same(
        cache.length,
        2,
        "the length after 2 rows in 4 layers and advance(2)",
        mistakes={
            "advance(n) moves the length by n": 1,
            "the length must move: self.length += count": 0,
        },
    )

    # One more row, and then three: the past comes first.
    for start, end in ((2, 3), (3, 6)):
        for layer in range(4):
            rows = f"rows {start} to {end - 1}"
            what = f"append({layer}, k, v) of {rows}"
            pairs = (("keys", every_k), ("values", every_v))
            got = append(layer, start, end)
            for tensor, (name, every) in zip(got, pairs, strict=True):
                past = every[layer, :, :, :start]
                new = every[layer, :, :, start:end]
                swapped = np.concatenate([new, past], axis=2)
                unwritten = np.full((2, 3, 8, 5), np.nan, np.float32)
                unwritten[:, :, :end] = every[layer, :, :, :end]
                over = np.full_like(unwritten[:, :, :end], np.nan)
                over[:, :, :start] = past
                over[:, :, : end - start] = new
                last = every[3, :, :, :start]
                other = np.concatenate([last, new], axis=2)
                same(
                    tensor,
                    every[layer, :, :, :end],
                    f"{what}: {name}",
                    mistakes={
                        "the new rows alone: give the past too": new,
                        "the past alone: give the new rows too": past,
                        "the new rows stand behind the past": swapped,
                        "rows that nobody wrote: up to the end": unwritten,
                        "the past was overwritten: from length on": over,
                        "another layer wrote over the past": other,
                    },
                )
        cache.advance(end - start)
        same(cache.length, end, f"the length after advance({end - start})")

    # Views, float32.
    keys, values = append(1, 6, 7)
    for tensor, array in ((keys, cache.keys), (values, cache.values)):
        view = np.shares_memory(tensor.data, array)
        expect(view, "append copied the past: give a slice of the array")
        same_dtype(tensor, np.float32, "what append gives")

    # Full to the last row, and not beyond.
    cache.advance(1)
    append(2, 7, 8)
    cache.advance(1)
    for count in (1, 3):
        row = Tensor(np.ones((2, 3, count, 5), np.float32))
        says = [f"{8 + count} positions", "room for 8"]
        what = f"append of {count} into a full cache of 8"
        with refuses(ValueError, what, says=says):
            cache.append(0, row, row)
    cache = KVCache(1, 2, 3, 4)
    cache.keys[...], cache.values[...] = 0, 0
    before = cache.keys.copy(), cache.values.copy()
    row = Tensor(np.ones((1, 2, 5, 3), np.float32))
    says = ["5 positions", "room for 4"]
    with refuses(ValueError, "append of 5 rows, room for 4", says=says):
        cache.append(0, row, row)
    what = "the cache, after it refused"
    same(cache.keys, before[0], what, hint="refuse first, then write")
    same(cache.values, before[1], what, hint="refuse first, then write")


test_append()

# %% [markdown]
"""
## 4. The mask of new rows

One new row may look at everything: all others stand before it. A whole
prompt is another matter. Its rows come together, and row 3 must not see
row 7.

The mask of 13 is square, for there the queries and the keys are the same
positions. Now there are more keys than queries. Say that 3 rows are known
and 4 are new:

```
   keys       0  1  2  3  4  5  6
              known  │  new                     · may look
   query 3    ·  ·  ·  ·  ×  ×  ×               × hidden
   query 4    ·  ·  ·  ·  ·  ×  ×
   query 5    ·  ·  ·  ·  ·  ·  ×
   query 6    ·  ·  ·  ·  ·  ·  ·               shape (4, 7)
```

Do you recognise it? It is the lower part of the square mask for 7. Make
only these rows: the square grows with the text, and this module is about
work that need not be done.

In 13 you filled an array with `HIDDEN` and kept its upper triangle by
`np.triu(array, k=1)`. The number `k` says where the triangle begins. With
`k=1` the first row is open in column 0 only. Which k opens it up to column
3, as in the picture?

**Your part.** Two lines, float32.
"""


# %% nbgrader={"grade": false, "grade_id": "new_rows_mask", "locked": false, "schema_version": 3, "solution": true}
#| export
def new_rows_mask(known: int, new: int) -> np.ndarray:
    """(new, known + new) float32: the mask of the last `new` positions.

    0 where a position may look, HIDDEN where a key stands after it.
    """
    ### BEGIN SOLUTION
    everywhere = np.full((new, known + new), HIDDEN, dtype=np.float32)
    return np.triu(everywhere, k=known + 1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_new_rows_mask", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_new_rows_mask():
    # The mask in the picture.
    wall = np.full((4, 7), HIDDEN)
    right = np.zeros((4, 7))
    right[0, 4:], right[1, 5:], right[2, 6:] = HIDDEN, HIDDEN, HIDDEN
    square = np.triu(np.full((4, 4), HIDDEN), k=1)
    got = new_rows_mask(3, 4)
    same(
        got,
        right,
        "new_rows_mask(3, 4)",
        mistakes={
            "known keys have columns too: (new, known + new)": square,
            "each new row may look at all known ones": np.triu(wall, k=1),
            "a row may look at itself: known + 1": np.triu(wall, k=3),
            "row 0 saw the row after it: known + 1": np.triu(wall, k=5),
            "what comes after must be hidden": np.zeros((4, 7)),
            "the triangle is upside down": np.tril(wall, k=3),
            "a row for each new position": right.T,
            "HIDDEN is negative already": -right,
        },
    )
    same_dtype(got, np.float32, "new_rows_mask(3, 4)")

    # One new row, a first prompt, and the last rows of the square.
    same(new_rows_mask(5, 1), np.zeros((1, 6)), "new_rows_mask(5, 1)")
    what = "new_rows_mask(0, 6), as causal_mask(6)"
    same(new_rows_mask(0, 6), causal_mask(6), what)
    for known, new in ((1, 5), (4, 2), (0, 1)):
        what = f"new_rows_mask({known}, {new})"
        rows = causal_mask(known + new)[known:]
        same(new_rows_mask(known, new), rows, what)


test_new_rows_mask()

# %% [markdown]
"""
## 5. Run the model on new ids only

All parts are there. Put side by side: what a GPT of 14 does, and what it
does with a memory. The block is written out here, for the cache must get in
between its two halves of attention.

```
   14, all ids                        with a cache, new ids only

   x = embed(ids)                     x = embed(ids, cache.length)     1
   mask = causal_mask(T)              mask = new_rows_mask(known, n)   2
   for each block:                    for each block:
     q, k, v = project(norm1(x))        q, k, v = project(norm1(x))
                                        k, v = cache.append(i, k, v)   ★
     x = x + finish(q, k, v, mask)      x = x + finish(q, k, v, mask)
     x = x + mlp(norm2(x))              x = x + mlp(norm2(x))
                                      cache.advance(n)                 3
   return head(norm(x))               return head(norm(x))
```

One line remembers: ★. After it, k and v hold the past and the new rows,
while q holds the new rows alone. So attention gets fewer queries than keys,
and your functions of 13 do not mind.

Three lines count. The new ids do not stand at position 0 but behind what is
known (1). The mask has a row for each new id (2). And at the end the new
ones are known (3).

There is no second way through this function. A prompt of twenty ids and a
single id take the same lines.

**Your part.** The right side, for `new_ids` of shape (B, n). With
`enumerate(model.blocks)` you get the number of each block.
"""


# %% nbgrader={"grade": false, "grade_id": "cached_forward", "locked": false, "schema_version": 3, "solution": true}
#| export
def cached_forward(
    model: GPT,
    new_ids: np.ndarray,
    cache: KVCache,
) -> Tensor:
    """Logits (B, n, V) of new ids (B, n), which follow those in `cache`.

    What model(all ids) gives for the last n. The cache, made for B
    sequences, knows the new ones afterwards. Raises ValueError where the
    positions do not fit into model or cache.
    """
    ### BEGIN SOLUTION
    x = model.embed(new_ids, cache.length)
    new = x.shape[1]
    mask = new_rows_mask(cache.length, new)
    for layer, block in enumerate(model.blocks):
        q, k, v = block.attn.project(block.norm1(x))
        k, v = cache.append(layer, k, v)
        x = x + block.attn.finish(q, k, v, mask)
        x = x + block.mlp(block.norm2(x))
    cache.advance(new)
    return model.head(model.norm(x))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_cached_forward", "locked": true, "points": 20, "schema_version": 3, "solution": false}
def test_cached_forward():
    # Large parameters, so that no path can be mistaken for another.
    model = GPT(11, 16, 6, heads=2, layers=3, rng=make_rng(4))
    rng = make_rng(5)
    for parameter in model.parameters():
        parameter.data[...] = 0.5 * rng.standard_normal(parameter.shape)
    ids = rng.integers(0, 11, (2, 15))
    plain = model(ids).data

    def one_by_one(place=lambda t: t, first=lambda t: 0, room=lambda i: i):
        """The same by lists of rows, with one thing done in another way."""
        rows, logits = {}, []
        for t in range(5):
            x = model.embed(ids[:, t : t + 1], place(t))
            for number, block in enumerate(model.blocks):
                q, k, v = block.attn.project(block.norm1(x))
                rows[room(number), t] = k, v
                seen = range(first(t), t + 1)
                past = [rows[room(number), known] for known in seen]
                k = concat([k for k, _ in past], axis=2)
                v = concat([v for _, v in past], axis=2)
                x = x + block.attn.finish(q, k, v)
                x = x + block.mlp(block.norm2(x))
            logits.append(model.head(model.norm(x)).data)
        return np.concatenate(logits, axis=1)

    def forward(new, cache):
        """cached_forward; says where the shapes did not fit together."""
        try:
            return cached_forward(model, new, cache)
        except ValueError as error:
            known = f"{new.shape[1]} new ids, {cache.length} known"
            hint = "k, v = cache.append(layer, k, v): the past too"
            expect(False, f"{known}: {error}", hint=hint)

    # One id at a time.
    cache, got = KVCache(3, 2, 3, 16, sequences=2), []
    cache.keys[...], cache.values[...] = np.nan, np.nan
    for t in range(5):
        new = ids[:, t : t + 1]
        with unchanged(new, what="cached_forward(model, new_ids, cache)"):
            logits = forward(new, cache)
        expect(logits is not None, "cached_forward gave None: a `return`?")
        same(
            cache.length,
            t + 1,
            f"cache.length after {t + 1} single ids",
            mistakes={
                "advance once for all blocks, not in each": 3 * (t + 1),
                "advance is missing": 0,
            },
        )
        shape = f"a single id: the shape must be (2, 1, 11), {logits.shape}"
        expect(logits.shape == (2, 1, 11), shape)
        got.append(logits.data)
    what = "the logits of 5 ids, one at a time"
    steps = "step 1 equal, step 2 not"
    at_zero = one_by_one(place=lambda t: 0)
    alone = one_by_one(first=lambda t: t)
    shared = one_by_one(room=lambda number: 0)
    same(
        np.concatenate(got, axis=1),
        plain[:, :5],
        what,
        tolerance=1e-4,
        mistakes={
            f"{steps}: where does the new id stand?": at_zero,
            "each id saw only itself: use what append gives": alone,
            "all blocks share the rows of one: append(layer, ...)": shared,
        },
        hint="model.embed(new_ids, cache.length), then block by block",
    )
    same_dtype(logits, np.float32, what)
    for number, keys in enumerate(keys_of(model, ids[:, :5])):
        kept = cache.keys[number, :, :, :5]
        same(kept, keys, f"the keys of block {number}", tolerance=1e-4)

    # A prompt at once, single ids after it, then several again.
    def unmasked(part):
        """All positions see all others."""
        x = model.embed(part)
        for block in model.blocks:
            x = block(x)
        return model.head(model.norm(x)).data

    cache = KVCache(3, 2, 3, 16, sequences=2)
    cuts = [0, 7, 8, 9, 13, 15]
    for start, end in zip(cuts, cuts[1:], strict=False):
        logits = forward(ids[:, start:end], cache)
        what = f"the logits of the ids {start} to {end - 1} at once"
        right = plain[:, start:end]
        wanted = f"{what}: the shape must be {right.shape}"
        got_shape = logits.shape
        expect(got_shape == right.shape, f"{wanted}, not {got_shape}")
        open_rows = unmasked(ids[:, :end])[:, start:]
        mistakes = {"a row saw what comes after it: the mask": open_rows}
        same(logits, right, what, tolerance=1e-4, mistakes=mistakes)
        what = f"cache.length after {end} ids"
        same(cache.length, end, what, hint="advance by all new ids")

    # What does not fit, by the positions of the model or of the cache.
    with refuses(ValueError, "ids 15 and 16 of a GPT of 16 positions"):
        cached_forward(model, ids[:, :2], cache)
    same(cache.length, 15, "cache.length after a refusal")
    small = KVCache(3, 2, 3, 4, sequences=2)
    with refuses(ValueError, "5 ids, room for 4", says="room for 4"):
        cached_forward(model, ids[:, :5], small)


test_cached_forward()

# %% [markdown]
"""
## 6. Write with it

The loop of 14 has one change: what is sent in each round.

```
                sent by generate           sent with a cache

   round 1      T h e _ f                  T h e _ f       the prompt
   round 2      T h e _ f o                          o     one id
   round 3      T h e _ f o x                          x   one id
```

In the first round nothing is known, so the prompt goes in whole. After that
each round sends the id that was just drawn, and nothing else. The scores
for the next one stand in the last row of the logits, as before.

The first round is called **prefill**, the others **decoding**. Prefill is a
few large products, decoding many small ones.

`empty_cache` is given. It reads the sizes from the model. A text that does
not fit is refused before any work is done: a moved window would make all of
the past worthless, as you saw in exercise 1.

**Your part.** At most seven lines. They give the same ids as `generate`, so
`temperature` and `rng` go to `pick_next` in the same way.
"""


# %%
#| export
def empty_cache(model: GPT, sequences: int = 1) -> KVCache:
    """Room for all positions that the model can take."""
    attn = model.blocks[0].attn
    head_dim = attn.query.weight.shape[1] // attn.heads
    room = (attn.heads, head_dim, model.max_length)
    return KVCache(len(model.blocks), *room, sequences)


# %% nbgrader={"grade": false, "grade_id": "generate_cached", "locked": false, "schema_version": 3, "solution": true}
#| export
def generate_cached(
    model: GPT,
    ids: Sequence[int],
    count: int,
    temperature: float = 1.0,
    rng: np.random.Generator | None = None,
) -> list[int]:
    """What `generate` gives, and each position goes through once.

    Raises ValueError where the prompt is empty, or where prompt and new ids
    together are longer than model.max_length.
    """
    if len(ids) == 0:
        raise ValueError("an empty prompt: give at least one id")
    if len(ids) + count > model.max_length:
        asked = f"{len(ids)} ids and {count} new ones"
        longest = f"the model takes {model.max_length}"
        raise ValueError(f"{asked}, {longest}: ask for fewer")
    ### BEGIN SOLUTION
    ids = list(ids)
    cache = empty_cache(model)
    new = ids
    for _ in range(count):
        logits = cached_forward(model, np.array([new]), cache).data[0, -1]
        ids.append(pick_next(logits, temperature, rng))
        new = ids[-1:]
    return ids
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_generate_cached", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_generate_cached():
    class Watched(Module):
        """Notes which ids go in, and from which position on."""

        def __init__(self, embed):
            self.embed = embed
            self.sent = []

        def forward(self, ids, start=0):
            axes = np.ndim(ids)
            expect(axes == 2, f"the model takes ids (1, T), got {ids}")
            self.sent.append((start, np.asarray(ids).tolist()))
            return self.embed(ids, start)

    def write(prompt, count, temperature=0.0, max_length=16):
        """What generate_cached gives, what it sent, and what is right."""
        rng = make_rng(9)
        model = GPT(11, max_length, 6, heads=2, layers=2, rng=rng)
        for parameter in model.parameters():
            parameter.data *= 5
        settings = temperature, make_rng(7)
        plain = generate(model, prompt, count, *settings)
        model.embed = Watched(model.embed)
        settings = temperature, make_rng(7)
        got = generate_cached(model, prompt, count, *settings)
        return got, model.embed.sent, plain

    # Which ids are sent in which round?
    prompt = [1, 7, 4, 2]
    got, sent, plain = write(prompt, 9, max_length=80)
    expect(prompt == [1, 7, 4, 2], "the caller's list was changed: copy it")
    expect(got is not None, "generate_cached gave None: a `return`?")
    expect(got[:4] == prompt, "the prompt must be kept in front")
    rounds = f"{len(sent)} rounds for 9 new ids"
    expect(len(sent) == 9, f"{rounds}: one for each")
    what = "the ids that the first round sends"
    hint = "the prompt first, all of it, as an array (1, T)"
    same(sent[0][1], [prompt], what, hint=hint)
    for number, (start, ids) in enumerate(sent[1:], 1):
        what = f"round {number + 1} sends {np.size(ids)} ids, only 1 is new"
        expect(np.size(ids) == 1, what, hint="the newest id: ids[-1:]")
        what = f"the position of the id in round {number + 1}"
        hint = "one cache for the whole text"
        same(start, 3 + number, what, hint=hint)
        what = f"the id that round {number + 1} sends"
        same(ids, [got[3 + number : 4 + number]], what, hint="the newest")
    same(
        got,
        plain,
        "generate_cached(model, [1, 7, 4, 2], 9, temperature=0)",
        hint="the last row of the logits, as in generate",
    )
    whole = all(type(one) is int for one in got)
    expect(isinstance(got, list) and whole, "the result is a list of ints")

    # By chance, with equal rng; and up to the last position.
    for temperature, count in ((1.0, 8), (3.0, 12)):
        got, _, plain = write(prompt, count, temperature)
        what = f"{count} ids at temperature {temperature}, equal rng"
        hint = "hand temperature and rng on to pick_next"
        same(got, plain, what, hint=hint)
    got, _, plain = write((5,), 3)
    same(got, plain, "a prompt of one id, as a tuple")
    same(write((5, 6), 0)[0], [5, 6], "generate_cached(model, (5, 6), 0)")

    # What is refused, and before any work.
    model = GPT(11, 16, 6, heads=2, layers=2, rng=make_rng(6))
    says = ["4 ids", "13 new", "16"]
    with refuses(ValueError, "4 + 13 ids in 16 positions", says=says):
        generate_cached(model, prompt, 13)
    with refuses(ValueError, "an empty prompt", says="empty prompt"):
        generate_cached(model, [], 3)


test_generate_cached()

# %% [markdown]
"""
Both loops, side by side. The text is noise, for the parameters are random.
But it is the same noise.
"""

# %% tags=["experiment"]
writer = GPT(65, 48, 32, heads=4, layers=3, rng=make_rng(8))
for name, write in (("plain", generate), ("cached", generate_cached)):
    written = write(writer, [31, 4, 15], 12, 1.0, make_rng(9))
    rows = profile(lambda write=write: write(writer, [31, 4, 15], 12, 0))
    megaflops = sum(row.flops for row in rows) / 1e6
    ids = " ".join(map(str, written))
    print(f"{name:<7} {megaflops:3.1f} million FLOPs  {ids}")

# %% [markdown]
"""
## Systems analysis

### What is saved

Two questions for a GPT with D = 128 and four blocks: how many FLOPs does a
text take, and how much time? `profile` counts, `stopwatch` times.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** The GPT writes 64 ids after a prompt of four, once plain
and once with a cache. How many times fewer FLOPs does the cache need, and
how many times less time?

1. about 2 times fewer, and half the time
2. about 30 times fewer, and a thirtieth of the time
3. about 30 times fewer, but not even half the time is saved
"""


# %% tags=["experiment"]
def cost_of(write):
    """FLOPs and seconds of one call, and what it gave."""
    rows, result = [], []

    def once():
        rows.extend(profile(lambda: result.extend(write())))

    seconds = stopwatch(once, repeats=1, warmup=0)
    return sum(row.flops for row in rows), seconds, result


def compared(model, count):
    """Both ways to write `count` ids: a row of the table."""
    prompt = [1, 2, 3, 4]
    plain = cost_of(lambda: generate(model, prompt, count, 0))
    cached = cost_of(lambda: generate_cached(model, prompt, count, 0))
    expect(plain[2] == cached[2], "both must write the same ids")
    flops, seconds = plain[0] / cached[0], plain[1] / cached[1]
    return count, plain[0] / 1e9, cached[0] / 1e9, flops, seconds


large = GPT(65, 160, 128, heads=4, layers=4, rng=make_rng(0))
generate_cached(large, [1, 2, 3, 4], 8, 0)  # a warm-up
text_rows = [compared(large, count) for count in (8, 16, 32, 64)]
table(
    [(*row[:3], f"{row[3]:.0f}x", f"{row[4]:.1f}x") for row in text_rows],
    ["new ids", "plain GFLOPs", "cached GFLOPs", "FLOPs", "time"],
)
print()
bars({f"{row[0]} ids, FLOPs": row[3] for row in text_rows}, unit="times")
bars({f"{row[0]} ids, time": row[4] for row in text_rows}, unit="times")

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured in processor
time:

```
   new ids               8      16      32      64
   plain GFLOPs       0.10    0.30     1.0     3.9
   cached GFLOPs     0.018   0.031   0.058    0.11
   fewer FLOPs          5x     10x     18x     34x
   less time          1.1x    1.3x    1.4x    1.6x
```

Answer 3. Twice as many ids are twice the work with a cache, and nearly four
times the work without. **The law: n · (n + 1) / 2 positions became n.** So
the ratio grows with the text, about as n / 2 does.

And the time? The number of operations is the same in both ways: a round
goes 267 times through the door, whether it carries one row or a hundred.
You know the law from 15: time is the fixed cost of each call plus the time
at the roof. The cache takes away the second part. The first one stays, and
for a small model it is most of it.

### The next id, early and late

Now a single round, with few and with many ids in front of it. This is the
GPT whose rounds you timed in 14: D = 64, two blocks.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** With a cache, how much longer does the round after 512
ids take than the round after 8?

1. 64 times: there are 64 times as many keys
2. about 3 times
3. hardly longer at all
"""


# %% tags=["experiment"]
writer = GPT(65, 513, 64, heads=4, layers=2, rng=make_rng(0))


def one_more(length):
    """The cost of a round after `length` ids: a row of the table."""
    ids = make_rng(length).integers(0, 65, (1, length))
    plain = stopwatch(lambda: writer(ids), repeats=5)
    cache = empty_cache(writer)
    cached_forward(writer, ids, cache)

    def step():
        cache.length = length - 1  # as it was before the last id
        cached_forward(writer, ids[:, -1:], cache)

    cached = stopwatch(step, repeats=20)
    return length, 1e3 * plain, 1e3 * cached, plain / cached


round_rows = [one_more(length) for length in (8, 16, 32, 64, 128, 256, 512)]
table(round_rows, ["length", "plain ms", "cached ms", "ratio"])
print()
curve(
    {
        "plain": [(row[0], row[1]) for row in round_rows],
        "cached": [(row[0], row[2]) for row in round_rows],
    },
    x="ids that are there",
    y="ms for one more",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

On the same machine, in processor time:

```
   ids there       8     32     64    128    256    512
   plain ms      2.4    2.9    3.5    7.1     19     50
   cached ms     2.1    2.0    2.2    2.2    2.0    2.1
   ratio         1.2    1.5    1.6    3.3      9     24
```

Answer 3. The upper line you know from 14. The lower one is flat: 2 ms, the
trips through the door and little else. It does more work for a longer text,
for the one query is compared with all keys. But 512 short dot products take
microseconds.

So a cache is worth more, the longer the text and the larger the model. At 8
ids it gains next to nothing.

### What it costs

Memory. Every position of every text keeps its rows, as long as the text is
being written.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** GPT-2 in its small form: 124 million parameters, 12
blocks, 12 heads of width 64, texts of 1,024 positions, all in float32. How
many full texts until the caches take more memory than the parameters?

1. 7
2. 70
3. 7,000
"""

# %% tags=["experiment"]
models = {
    "D 64, L 2": (2, 4, 16, 512, 4 * count_parameters(writer)),
    "D 128, L 4": (4, 4, 32, 160, 4 * count_parameters(large)),
    "GPT-2 small": (12, 12, 64, 1024, 4 * 124_439_808),
}
memory_rows = []
for name, (layers, heads, head_dim, length, weights) in models.items():
    one_id = cache_bytes(layers, heads, head_dim, 1)
    one_text = cache_bytes(layers, heads, head_dim, length)
    shown = [human_bytes(size) for size in (one_id, one_text, weights)]
    memory_rows.append((name, *shown, weights / one_text))
headers = ["model", "one id", "one text", "parameters"]
table(memory_rows, [*headers, "texts for as much"])
print()
megabytes = {"parameters": 4 * 124_439_808 / 1e6}
for count in (1, 7, 14, 28):
    nbytes = cache_bytes(12, 12, 64, 1024, sequences=count)
    megabytes[f"texts: {count}"] = nbytes / 1e6
bars(megabytes, unit="MB")

# %% [markdown]
"""
### What to see

```
   model          one id     one text    parameters    texts for as much
   D 64, L 2       1 KiB      512 KiB       552 KiB                  1.1
   D 128, L 4      4 KiB      640 KiB       3.2 MiB                  5.1
   GPT-2 small    72 KiB       72 MiB       475 MiB                  6.6
```

Answer 1: the seventh text tips the balance. One id of text costs 72 KiB of
memory, though the id itself is two bytes. **The law: linear** in the length
of a text, in the number of texts, in layers and in width. Parameters grow
with the square of the width, so large models carry their caches more
easily. But they are also asked for longer texts.

Time for memory: that is the trade of this module. You give bytes for every
position, and you never compute it again.
"""

# %% [markdown]
"""
## In production

- **Everyone does it.** Hugging Face's `transformers` hands the cache from
  round to round as `past_key_values`. JAX programs often write into an
  array of fixed size with `dynamic_update_slice`, as your `append` does.
  Servers sometimes run prefill and decoding on different machines.
- **Pages.** A server does not know how long a text will get. Room for
  `max_length` is mostly wasted. vLLM hands out room in small blocks, like
  the pages of an operating system, and keeps a table of who owns which.
- **Shared beginnings.** Many questions begin with the same instructions.
  Their rows are equal, so one copy serves all: prefix caching.
- **Fewer keys.** In grouped-query attention, several query heads share one
  head of keys and values. With 8 queries to a group, the cache is an eighth
  as large. Many large models are built so, mainly for this reason.
- **Smaller numbers.** Two bytes for each number are common, one byte is in
  use. That is `bytes_per_number`.
- **Bytes rule decoding.** Each round reads all parameters and the whole
  cache, to make one row. By 15, that is memory-bound. So servers decode
  many texts together: the parameters are then read once for all of them.
"""

# %% [markdown]
"""
## Misconceptions

**"A cache stores answers."** It stores keys and values: what the model has
worked out about each position. The next answer is computed as always.

**"It changes the text a little."** Each row is what the plain way computes,
up to rounding in the last digits. Equal draws give equal ids, unless two
scores are so close that the last digit decides.

**"It makes every use of the model faster."** It helps where ids come one
after the other. When a text is there already, one plain pass asks all its
questions at once, and there is nothing to remember.

**"100 times fewer FLOPs are 100 times less time."** Your table says
otherwise. When operations are tiny, their number counts, not their size.

**"With a cache, every id costs the same."** In the `Linear` layers it does.
But its query is compared with all keys. At T = 6 · D that is as much work
as all of them together, and beyond it is more.

**"Memory is cheap."** Seven texts of GPT-2 weigh as much as GPT-2. Servers
of long texts run out of memory long before they run out of FLOPs.
"""

# %% [markdown]
"""
## Questions to think about

1. Nobody keeps the queries. When would somebody need the old ones?
2. Suppose the mask were left out of your GPT. Which rows could a cache
   still keep, and in which blocks?
3. Two texts have the same first 30 ids, then differ. How would you copy a
   cache to save one of the two prefills? Which arrays, which slice?
4. `advance` could be left out if the last block's `append` moved `length`.
   What would be simpler, and what could go wrong?
5. With a cache, the logits of a whole prompt are computed, and only the
   last row is used. Which FLOPs could still be saved in `cached_forward`?
6. How would you take back the last three ids of a text? Look at what
   `length` means.
"""

# %% [markdown]
"""
## Quick reference

```
KVCache(layers, heads, head_dim, max_length, sequences=1)
  keys, values     (layers, sequences, heads, max_length, head_dim)
  length           positions known
  append(layer, k, v)   writes at length, gives all rows; length stays
  advance(n)            once, when all layers have appended

cache_bytes        2 · layers · heads · head_dim · length · sequences · 4

new_rows_mask(known, new)     (new, known + new), the last rows of the
                              causal mask
cached_forward(model, new_ids, cache)       logits (B, new, V)
generate_cached(model, ids, count, temperature, rng)
  prompt first, whole; then one id in each round
```

```
the difference to 14       x = embed(ids, cache.length)
                           mask = new_rows_mask(cache.length, n)
                     ★     k, v = cache.append(i, k, v)
                           cache.advance(n)
```

```
to write n ids          plain              with a cache
positions sent          n · (n + 1) / 2    n
keys and values kept    none               all of them
```
"""

# %% [markdown]
"""
## Looking ahead

**17 Quantization** shows how one byte can stand for a number; caches are a
favourite place for it. **20 Benchmarking** gives a ratio like yours an
interval, and asks whether it is proven.
"""

# %% [markdown]
"""
## Summary and what comes next

You saw that nearly everything in a round is there already. You gave the
keys and values a place, with room for all that will come. New ids go
through the model alone. One line remembers, three lines count, and the rest
is the GPT of 14. The ids are the same. The gain grows with the text, and so
does its price, the memory.

Next comes the milestone *Nothing twice*: 256 ids with and without a cache.
Together with 16, 17 and 18 this module opens 20, where all your
optimisations meet.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_repeated_rows,
        test_kv_cache,
        test_append,
        test_new_rows_mask,
        test_cached_forward,
        test_generate_cached,
    )
