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
# 13 Attention

You will build `attention.py`: every position of a sequence asks a question,
all positions offer answers, and the best fitting ones are mixed. At the end
several such questions are asked at once, in several heads.

### Prerequisites

- **03 Activations**: `softmax`.
- **04 Layers**: `Module` and `Linear`.
- **02 Tensor** and **01 Setup**, which both of them need too: `@` on stacks
  of matrices, `reshape`, `transpose` and `tape`; `stopwatch`, `human_bytes`
  and `make_rng`.

Nothing else is needed.

### Time and difficulty

About 5 hours. Difficulty 4 of 5. Eight exercises of 1 to 11 lines. The
code is short. The shapes are what takes care.

### Learning objectives

Afterwards you can

- compute attention for one position with a pencil;
- say why scores are divided by a square root, and what happens otherwise;
- hide the future from a sequence, without a single nan;
- follow one number through four changes of shape and back;
- predict time and memory of attention for a longer sequence.

### How the pieces hang together

```
   x (B, T, D)
     │
     ├──▶ query ──▶ 6 split_heads ──▶ q ┐
     ├──▶ key   ──▶ 6 split_heads ──▶ k ┤    2 attention_weights
     │                                  ├──▶   scores, 4 causal_mask,
     │                                  │      softmax
     │                                  │          │
     └──▶ value ──▶ 6 split_heads ──▶ v ┴──▶ 3 attention
                                                   │  mixes the values
            project                          7 merge_heads
                                                   │
                                                  out
            8 MultiHeadAttention                   │
                                                   ▼
   1 by hand     5 the ledger                y (B, T, D)
```
"""

# %% [markdown]
"""
## Why attention

Read these two sentences:

```
   The boat could not pass under the bridge, for it was too high.
   The boat could not pass under the bridge, for it was too low.
```

What does *it* mean? In the first sentence the boat, in the second the
bridge. To know, you look back and pick out what matters. How far you must
look depends on the sentence, and so does what you pick.

The layers that you know cannot do that. A `Linear` over the features of one
position never sees another position. A `Linear` over all positions at once
gives each place a weight of its own, for ever: "the second word matters
most", whatever the second word is.

So here is the question of this module: **how can a position choose, from
what it sees, which other positions to listen to?**

The answer uses nothing new: products, one `softmax`, and a sum.
"""

# %%
#| default_exp attention
#| export
"""Attention: every position mixes what it finds at the others."""

import math

import numpy as np
from tinytorch.activations import softmax
from tinytorch.layers import Linear, Module
from tinytorch.tensor import Tensor

# %% [markdown]
"""
That cell opens your library file. The next one brings the tools for tests,
pictures and measurements. They stay here.
"""

# %%
from tinytorch.env import human_bytes, make_rng, stopwatch
from tinytorch.tensor import tape

from tinytutor.kit import (
    bars,
    connected,
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
## 1. By hand: one query, three keys

Think of a shelf with three boxes. Each box has a label and a content. You
come with a wish, compare it with every label, and take most from the box
that fits best.

- The wish is called the **query**.
- The label is the **key**.
- The content is the **value**.

All three are just rows of numbers. How well do a query and a key fit? Take
their dot product: multiply number by number, and add up. Large means "this
is what I am looking for".

```
   query    1   2   0  -1

   key 0    2   1   5   0        value 0    10    0
   key 1    0   1   7   0        value 1     0   10
   key 2    1  -1   3  -1        value 2    10   10
```

Four steps lead to the answer:

1. **scores**: the dot product of the query with each key. The first is
   1·2 + 2·1 + 0·5 + (-1)·0 = 4.
2. **scaled**: each score divided by the square root of the width. A query
   has 4 numbers here, so divide by 2. Exercise 2 says why.
3. **weights**: the softmax of the scaled scores. Use that e to the power 0,
   -1, -2 is 1, 0.37, 0.14, and round to two places.
4. **mix**: each value times its weight, added up. Two numbers.

**Your part.** Take a pencil. Fill in the four rows, no code needed.
"""


# %% nbgrader={"grade": false, "grade_id": "by_hand", "locked": false, "schema_version": 3, "solution": true}
def attention_by_hand() -> dict[str, list[float]]:
    """The four rows of the example, computed with a pencil.

    "scores", "scaled" and "weights" hold three numbers each, "mix" two.
    """
    rows = {}
    ### BEGIN SOLUTION
    rows["scores"] = [4, 2, 0]
    rows["scaled"] = [2, 1, 0]
    rows["weights"] = [0.67, 0.24, 0.09]
    rows["mix"] = [7.6, 3.3]
    ### END SOLUTION
    return rows


# %% nbgrader={"grade": true, "grade_id": "test_by_hand", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_by_hand():
    query = np.array([1, 2, 0, -1])
    keys = np.array([[2, 1, 5, 0], [0, 1, 7, 0], [1, -1, 3, -1]])
    values = np.array([[10, 0], [0, 10], [10, 10]])
    scores = keys @ query

    def shares(row):
        return np.exp(row - row.max()) / np.exp(row - row.max()).sum()

    weights = shares(scores / 2)
    rows = attention_by_hand()
    for name in ("scores", "scaled", "weights", "mix"):
        expect(name in rows, f"the row {name!r} is missing")
    same(
        rows["scores"],
        scores,
        "the scores",
        mistakes={
            "add the products up": scores / 4,
            "-1 times -1 is +1": [4, 2, -2],
            "key 2 has a -1 where the query has 2": [4, 2, 4],
        },
        hint="multiply number by number, then add up",
    )
    same(
        rows["scaled"],
        scores / 2,
        "the scaled scores",
        mistakes={
            "divide by the square root of 4, not by 4": scores / 4,
            "there are 4 numbers in a query, not 3": scores / math.sqrt(3),
            "divide each score by 2": scores,
        },
    )
    same(
        rows["weights"],
        weights,
        "the weights",
        tolerance=0.01,
        mistakes={
            "take the softmax of the scaled scores": shares(scores),
            "the shares must add up to 1: divide by 1.51": [1, 0.37, 0.14],
            "no exponential: use 1, 0.37 and 0.14": [0.67, 0.33, 0],
        },
    )
    same(
        rows["mix"],
        weights @ values,
        "the mix",
        tolerance=0.02,
        mistakes={
            "use the weights, not the plain average": values.mean(axis=0),
            "value 2 counts too": weights[:2] @ values[:2],
            "take a share of each, not only the best fit": values[0],
        },
    )


test_by_hand()

# %% [markdown]
"""
## 2. From scores to weights

Now for all queries and all keys at once. Put the queries in the rows of q
and the keys in the rows of k. Then one product gives every score: row i of
the result belongs to query i, column j to key j.

```
   q (Tq, D)         k turned (D, Tk)          scores (Tq, Tk)

   query 0                                     0·0  0·1  0·2  0·3  0·4
   query 1     @     key 0 ... key 4     =     1·0  1·1  1·2  1·3  1·4
   query 2             in columns              2·0  2·1  2·2  2·3  2·4

   3 queries         5 keys                    softmax along each row  ─▶
```

Each *query* spreads one whole over the keys. So the rows sum to 1, and the
softmax runs along the last axis.

### Why divide by the square root

A dot product of width D is a sum of D terms. If the numbers are about as
large as 1, with random signs, the sum is about as large as √D. That rule
you met at the start values of 04. With D = 64, scores of 8 and -8 are
common, and a softmax of those is nearly all or nothing:

```
   softmax of   1    0   -1           0.67   0.24   0.09
   softmax of   8    0   -8           1.00   0.00   0.00
```

Such a choice leaves nothing to adjust. Divide by √D, and the scores are
about as large as 1 again, whatever the width.

### The mask

Sometimes a query must not see a key. Then a very negative number is added
to that score, and softmax gives it a share of 0. A **mask** is the array of
what is added: 0 where a query may look, very negative where not. Its shape
is (Tq, Tk), and it serves the whole stack. It is added *after* the scaling.

The axes before the last two are a stack, as ever. `swap_last_axes` is
given: it turns each matrix of a stack.

**Your part.** Four steps: scores, scaling, mask if there is one, softmax.
`math.sqrt` gives a plain number, so float32 stays float32.
"""


# %%
#| export
def swap_last_axes(x: Tensor) -> Tensor:
    """(..., rows, columns) to (..., columns, rows)."""
    return x.transpose(*range(x.ndim - 2), x.ndim - 1, x.ndim - 2)


# %% nbgrader={"grade": false, "grade_id": "attention_weights", "locked": false, "schema_version": 3, "solution": true}
#| export
def attention_weights(
    q: Tensor,
    k: Tensor,
    mask: np.ndarray | None = None,
) -> Tensor:
    """How much each query listens to each key.

    q (..., Tq, D) and k (..., Tk, D) give (..., Tq, Tk); every row sums to
    1. mask: (Tq, Tk), is added to the scaled scores. Raises ValueError
    where the widths differ.
    """
    if q.shape[-1] != k.shape[-1]:
        widths = f"queries of {q.shape[-1]} numbers, keys of {k.shape[-1]}"
        raise ValueError(f"{widths}: a dot product needs equal widths")
    # 1. scores
    # 2. scaling
    # 3. mask
    # 4. softmax
    ### BEGIN SOLUTION
    scores = q @ swap_last_axes(k)
    scores = scores / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + mask
    return softmax(scores, axis=-1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_attention_weights", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_attention_weights():
    def shares(scores, axis=-1):
        powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
        return powers / powers.sum(axis=axis, keepdims=True)

    rng = make_rng(1)

    def pair(*sizes):
        """Queries and keys: the last two sizes are Tq and Tk."""
        *stack, rows, columns = sizes
        shapes = (*stack, rows, 8), (*stack, columns, 8)
        return [rng.standard_normal(s, dtype=np.float32) for s in shapes]

    # 3 queries, 5 keys, 8 numbers each, 2 in a stack.
    q, k = pair(2, 3, 5)
    scores = q @ k.transpose(0, 2, 1)
    tensors = Tensor(q), Tensor(k)
    with unchanged(*tensors, what="attention_weights(q, k)"):
        got = attention_weights(*tensors)
    scaled = scores / math.sqrt(8)
    by_keys = shares(scores / math.sqrt(5))
    by_query = shares(scaled, axis=-2)
    same(
        got,
        shares(scaled),
        "attention_weights(q, k)",
        mistakes={
            "the scores were not scaled: divide by √D": shares(scores),
            "divide by the square root of D, not by D": shares(scores / 8),
            "divide by √D, do not multiply": shares(scores * math.sqrt(8)),
            "D is the width of a query, not the number of keys": by_keys,
            "softmax ran over the queries: each row sums to 1": by_query,
            "these are the scores: softmax is missing": scaled,
        },
    )
    same_dtype(got, np.float32, "attention_weights(q, k)")
    doubles = [Tensor(array.astype(np.float64)) for array in (q, k)]
    same_dtype(attention_weights(*doubles), np.float64, "float64 weights")

    # Two axes, and four.
    for sizes in ((3, 5), (2, 4, 3, 5), (4, 1, 6)):
        q, k = pair(*sizes)
        right = shares(q @ np.swapaxes(k, -1, -2) / math.sqrt(8))
        what = f"attention_weights of q {q.shape} and k {k.shape}"
        same(attention_weights(Tensor(q), Tensor(k)), right, what)
    alike = Tensor(np.ones((5, 8), np.float32))
    fifths = np.full((3, 5), 0.2)
    asked = Tensor(pair(3, 5)[0])
    same(attention_weights(asked, alike), fifths, "five equal keys")

    # A mask is added to what was scaled.
    q, k = pair(2, 3, 5)
    mask = rng.standard_normal((3, 5), dtype=np.float32)
    scaled = q @ k.transpose(0, 2, 1) / math.sqrt(8)
    with unchanged(mask, what="attention_weights(q, k, mask)"):
        got = attention_weights(Tensor(q), Tensor(k), mask)
    late = shares(scaled + mask / math.sqrt(8))
    same(
        got,
        shares(scaled + mask),
        "attention_weights(q, k, mask)",
        mistakes={
            "the mask was ignored": shares(scaled),
            "the mask is added, not multiplied": shares(scaled * mask),
            "add the mask, do not subtract it": shares(scaled - mask),
            "scale first, then add the mask": late,
            "add the mask before the softmax": shares(scaled) + mask,
        },
    )
    same_dtype(got, np.float32, "attention_weights(q, k, mask)")
    hidden = np.zeros((3, 5), np.float32)
    hidden[:, 1] = -1e9
    got = attention_weights(Tensor(q), Tensor(k), hidden).data[:, :, 1]
    same(got, np.zeros((2, 3)), "the share of a key that is hidden")

    what = "attention_weights(q, k)"
    connected(tape, attention_weights, *tensors, what=what)
    says = ["queries of 8", "keys of 6"]
    with refuses(ValueError, "q (3, 8) and k (5, 6)", says=says):
        attention_weights(asked, Tensor(np.ones((5, 6), np.float32)))


test_attention_weights()

# %% [markdown]
"""
## 3. Mix the values

The weights say how much, the values say of what. Row i of the result is the
mix for query i:

```
   weights (Tq, Tk)            v (Tk, Dv)            result (Tq, Dv)

   0.67  0.24  0.09      @     10   0         =      7.6   3.3
                                0  10
                               10  10
```

That is the fourth row of your example in exercise 1. The values may have
another width than queries and keys: Dv numbers come out.

**Your part.** One line. Which two things meet in the product?
"""


# %% nbgrader={"grade": false, "grade_id": "attention", "locked": false, "schema_version": 3, "solution": true}
#| export
def attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: np.ndarray | None = None,
) -> Tensor:
    """For each query, the mix of the values that its weights ask for.

    q (..., Tq, D), k (..., Tk, D) and v (..., Tk, Dv) give (..., Tq, Dv).
    mask as in attention_weights.
    """
    ### BEGIN SOLUTION
    return attention_weights(q, k, mask) @ v
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_attention", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_attention():
    # The example of exercise 1.
    q = Tensor([[1.0, 2.0, 0.0, -1.0]])
    k = Tensor([[2.0, 1, 5, 0], [0.0, 1, 7, 0], [1.0, -1, 3, -1]])
    v = Tensor([[10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])
    got = attention(q, k, v)
    same(got, [[7.5527, 3.3476]], "attention(q, k, v)", tolerance=1e-4)

    # One query after the other, one key after the other, in plain loops.
    def loops(q, k, v, mask):
        mixes = np.zeros((len(q), v.shape[1]))
        for i, query in enumerate(q):
            scores = [query @ key / math.sqrt(len(query)) for key in k]
            powers = np.exp(np.array(scores) + mask[i])
            for power, value in zip(powers, v, strict=True):
                mixes[i] += power / powers.sum() * value
        return mixes

    rng = make_rng(2)
    sizes = (2, 3, 6), (2, 5, 6), (2, 5, 6)
    arrays = [rng.standard_normal(s, dtype=np.float32) for s in sizes]
    tensors = [Tensor(array) for array in arrays]
    mask = rng.standard_normal((3, 5), dtype=np.float32)
    none = np.zeros((3, 5))

    def in_loops(q, k, v, mask=none):
        layers = zip(q, k, v, strict=True)
        return np.stack([loops(*layer, mask) for layer in layers])

    with unchanged(*tensors, what="attention(q, k, v)"):
        got = attention(*tensors)
    q, k, v = arrays
    compared = "compare the queries with the keys, not with the values"
    same(
        got,
        in_loops(q, k, v),
        "attention(q, k, v)",
        mistakes={
            "the weights mix the values, not the keys": in_loops(q, k, k),
            compared: in_loops(q, v, v),
        },
    )
    same_dtype(got, np.float32, "attention(q, k, v)")
    same(
        attention(*tensors, mask),
        in_loops(q, k, v, mask),
        "attention(q, k, v, mask)",
        mistakes={"the mask was not handed on": in_loops(q, k, v)},
    )
    wide = rng.standard_normal((2, 5, 7), dtype=np.float32)
    right = in_loops(q, k, wide)
    got = attention(Tensor(q), Tensor(k), Tensor(wide))
    same(got, right, "attention with values of another width")
    connected(tape, attention, *tensors, what="attention(q, k, v)")


test_attention()

# %% [markdown]
"""
## 4. Hide the future

Suppose a sequence is to be continued: at each position, say what comes
next. Then position 3 must not look at position 4, for there the answer
stands. It may look at itself and at what came before.

That is a mask of T x T. Row i is the query at position i, column j the key
at position j. Put 0 where j is at most i, and a very negative number
elsewhere:

```
   causal_mask(4)            key 0    key 1    key 2    key 3

   query 0                     0       -1e9     -1e9     -1e9
   query 1                     0        0       -1e9     -1e9
   query 2                     0        0        0       -1e9
   query 3                     0        0        0        0
```

The mask is called **causal**: causes come before effects.

Why -1e9 and not minus infinity? Softmax subtracts the largest score of a
row. If a row holds nothing but minus infinity, that is infinity minus
infinity, or nan, and one nan spoils everything after it. A large finite
number gives the same zeros and never a nan.

`np.triu(array, k=1)` keeps what stands above the diagonal and sets the rest
to 0. (`k=0` would keep the diagonal itself too.)

**Your part.** Two lines at most. The dtype is float32.
"""


# %%
#| export
HIDDEN = -1e9
"""What a mask adds to a score that must not count."""


# %% nbgrader={"grade": false, "grade_id": "causal_mask", "locked": false, "schema_version": 3, "solution": true}
#| export
def causal_mask(length: int) -> np.ndarray:
    """(length, length) float32: position i may look at j up to i.

    0 on and below the diagonal, HIDDEN above it.
    """
    ### BEGIN SOLUTION
    everywhere = np.full((length, length), HIDDEN, dtype=np.float32)
    return np.triu(everywhere, k=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_causal_mask", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_causal_mask():
    mask = causal_mask(4)
    expect(mask is not None, "causal_mask(4) gave None: a `return`?")
    wall = np.full((4, 4), -1e9)
    infinite = np.full((4, 4), -np.inf)
    ones = np.ones((4, 4))
    never_nan = "a row with nothing left to look at would become nan"
    same(
        mask,
        np.triu(wall, k=1),
        "causal_mask(4)",
        mistakes={
            "upside down: hide what comes after": np.tril(wall, k=-1),
            "upside down, and each position hides itself": np.tril(wall),
            "each position must see itself": np.triu(wall),
            "the next position is still in sight": np.triu(wall, k=2),
            f"{never_nan}: use HIDDEN, not -inf": np.triu(infinite, k=1),
            "1 hides nothing: the mask is added": np.triu(ones, k=1),
            "this mask would be multiplied; ours is added": np.tril(ones),
            "nothing may be looked at": wall,
            "HIDDEN is negative already": np.triu(-wall, k=1),
        },
    )
    same_dtype(mask, np.float32, "causal_mask(4)", hint="dtype=")
    same(causal_mask(1), [[0]], "causal_mask(1)")
    seven = np.triu(np.full((7, 7), -1e9), k=1)
    same(causal_mask(7), seven, "causal_mask(7)")

    # What it does: change the future, and look at what came before.
    rng = make_rng(3)
    shape = (2, 5, 6)
    q, k, v = (rng.standard_normal(shape, dtype=np.float32) for _ in "qkv")
    new_k, new_v = k.copy(), v.copy()
    new_k[:, 3:] += 5
    new_v[:, 3:] -= 7
    mask = causal_mask(5)
    before = attention(Tensor(q), Tensor(k), Tensor(v), mask).data
    after = attention(Tensor(q), Tensor(new_k), Tensor(new_v), mask).data
    hint = "the mask must hide every j above i"
    what = "positions 0 to 2, when 3 and 4 are changed"
    same(after[:, :3], before[:, :3], what, hint=hint)
    same(before[:, 0], v[:, 0], "position 0, which sees only itself")


test_causal_mask()

# %% [markdown]
"""
### What a head can look for

What do the weights look like? Let us build two by hand. Each letter of
"abracadabra" becomes a row of 16 numbers: 5 say which letter it is, 11 say
where it stands. Exactly one of each group is 1.

A query is x @ wq, a key is x @ wk. Which matrices you choose decides what
fits what:

- **the same letter**: both keep the letter part. Two rows fit where the
  letters agree.
- **one step back**: the key is the position, the query is the position
  *minus one*.

In the picture, each line is a query and each column a key. Darker is more.
Before you run it: at which places will the last line of each be dark?
"""


# %%
def heat_map(weights, names):
    """One line for each query, one column for each key."""
    print("      " + " ".join(names))
    for name, row in zip(names, weights, strict=True):
        shades = [" ░▒▓█"[round(4 * float(share))] for share in row]
        print(f"   {name}  " + "".join(2 * shade for shade in shades))


# %% tags=["experiment"]
text = "abracadabra"
letters = sorted(set(text))
which = np.array([[a == b for b in letters] for a in text])
where = np.eye(len(text))
x = Tensor(np.hstack([which, where]).astype(np.float32))

keep_letter = np.vstack([np.eye(5), np.zeros((11, 5))])
keep_place = np.vstack([np.zeros((5, 11)), np.eye(11)])
step_back = np.vstack([np.zeros((5, 11)), np.eye(11, k=-1)])
heads = {
    "the same letter": (keep_letter, keep_letter),
    "one step back": (step_back, keep_place),
}
for name, (wq, wk) in heads.items():
    q = x @ Tensor(30 * wq.astype(np.float32))
    k = x @ Tensor(wk.astype(np.float32))
    print(name)
    heat_map(attention_weights(q, k, causal_mask(len(text))).data, text)
    print()

# %% [markdown]
"""
The last line of the first picture has five grey squares: the five letters
a, itself included, got a fifth each. In the second picture every line is
dark at one place, just left of the diagonal. Only the first position has
nothing before it, so it must look at itself.

So attention does *not* simply look at itself, or at what is near. It looks
where the matrices lead it. In a network nobody writes them by hand; they
are parameters like any other.
"""

# %% [markdown]
"""
## 5. The ledger of shapes

One pair of matrices looks for one thing. But a position may want to know
several: which letter came before, *and* where did I see this letter? So
attention is done in several **heads** at once, each with a part of the
features.

Nothing about that is hard, except to keep the axes apart. So before any
code comes a ledger. These four sizes cannot be confused:

```
   B = 2    sequences in the batch
   T = 5    positions in each
   D = 12   features at each position
   H = 3    heads, of D / H = 4 features each
```

Follow one position of one sequence. Its 12 features are cut into 3 pieces,
and each head gets one:

```
   features   0  1  2  3 │ 4  5  6  7 │ 8  9  10  11

               head 0        head 1        head 2
```

Cutting is a `reshape` of the last axis: (2, 5, 12) becomes (2, 5, 3, 4).
Now each head needs its 5 positions in one matrix of 5 rows, as exercise 2
had it. A matrix is made of the last two axes. So the axis of the heads must
move forward, into the stack: swap the axes T and H.

```
   line                what happens                        shape
   x                                                       (2, 5, 12)
   query               Linear(12, 12) of x                 ?
   cut                 12 features in 3 heads              ?
   heads forward       swap positions and heads            ?
   scores              q times k turned                    ?
   weights             softmax along the last axis         ?
   mixed               weights times v                     ?
   heads back          swap heads and positions            ?
   glued               3 heads to 12 features              ?
   out                 Linear(12, 12)                      ?
```

**Your part.** Fill in the nine shapes. Say each aloud as a sentence: "two
sequences, three heads, five queries, ...". Keep the ledger beside you for
the rest of this module.
"""


# %% nbgrader={"grade": false, "grade_id": "shape_ledger", "locked": false, "schema_version": 3, "solution": true}
def shape_ledger() -> dict[str, tuple[int, ...]]:
    """Line of the ledger: its shape, for B = 2, T = 5, D = 12, H = 3.

    The lines are "query", "cut", "heads forward", "scores", "weights",
    "mixed", "heads back", "glued" and "out".
    """
    shapes = {"x": (2, 5, 12)}
    ### BEGIN SOLUTION
    shapes["query"] = (2, 5, 12)
    shapes["cut"] = (2, 5, 3, 4)
    shapes["heads forward"] = (2, 3, 5, 4)
    shapes["scores"] = (2, 3, 5, 5)
    shapes["weights"] = (2, 3, 5, 5)
    shapes["mixed"] = (2, 3, 5, 4)
    shapes["heads back"] = (2, 5, 3, 4)
    shapes["glued"] = (2, 5, 12)
    shapes["out"] = (2, 5, 12)
    ### END SOLUTION
    return shapes


# %% nbgrader={"grade": true, "grade_id": "test_shape_ledger", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_shape_ledger():
    batch, positions, features, heads = 2, 5, 12, 3
    piece = features // heads
    whole = (batch, positions, features)
    cut = (batch, positions, heads, piece)
    forward = (batch, heads, positions, piece)
    square = (batch, heads, positions, positions)
    every_query = "each query has a score for each key: 5 x 5"
    lines = [
        ("query", whole, "a Linear changes only the last axis"),
        ("cut", cut, "reshape cuts the last axis: 12 = 3 · 4"),
        ("heads forward", forward, "swap 5 positions and 3 heads"),
        ("scores", square, every_query),
        ("weights", square, "softmax keeps the shape"),
        ("mixed", forward, "(5, 5) @ (5, 4) for each head"),
        ("heads back", cut, "undo the line 'heads forward'"),
        ("glued", whole, "undo the line 'cut'"),
        ("out", whole, "a Linear changes only the last axis"),
    ]
    shapes = shape_ledger()
    numbers = math.prod(whole)
    for line, right, hint in lines:
        expect(line in shapes, f"the line {line!r} is missing")
        written = tuple(shapes[line])
        if right != square:
            count = math.prod(written)
            lost = f"line {line!r}: {written} holds {count} numbers, not"
            expect(count == numbers, f"{lost} {numbers}", hint=hint)
        wrong = f"line {line!r}: you wrote {written}"
        expect(written == right, wrong, hint=hint)


test_shape_ledger()

# %% [markdown]
"""
## 6. Split the heads

Lines "cut" and "heads forward" of the ledger, as code. One number on its
way, the feature 6 at position 2 of sequence 0:

```
   x[0, 2, 6]                             6 = 1 · 4 + 2
      │  reshape (2, 5, 3, 4)
   cut[0, 2, 1, 2]                        head 1, its feature 2
      │  swap axes 1 and 2
   split[0, 1, 2, 2]                      head 1, position 2, feature 2
```

Why two steps? `reshape` never moves a number; it only cuts the long row of
all numbers anew. Asked for (2, 3, 5, 4) at once, it would do so without
complaint. But then head 0 would get the features of some positions, and
head 1 those of others: all numbers are there, at the wrong places.

**Your part.** Cut, then swap. `transpose` wants the old places of the axes
in their new order.
"""


# %% nbgrader={"grade": false, "grade_id": "split_heads", "locked": false, "schema_version": 3, "solution": true}
#| export
def split_heads(x: Tensor, heads: int) -> Tensor:
    """(B, T, D) to (B, heads, T, D / heads), the first features first.

    Raises ValueError unless x has 3 axes, and unless D can be divided; for
    12 features and 5 heads the message says "12 features" and "5".
    """
    if x.ndim != 3:
        wanted = "(batch, positions, features)"
        raise ValueError(f"split_heads takes {wanted}, got {x.shape}")
    batch, positions, features = x.shape
    ### BEGIN SOLUTION
    if features % heads:
        problem = f"{features} features can't be cut into {heads} heads"
        raise ValueError(f"{problem} of equal size: choose a divisor")
    cut = x.reshape(batch, positions, heads, features // heads)
    return cut.transpose(0, 2, 1, 3)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_split_heads", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_split_heads():
    # The number says where it comes from: 10 · position + feature.
    x = 10.0 * np.arange(3)[:, None] + np.arange(4)
    x = Tensor(np.stack([x, x + 100]).astype(np.float32))
    with unchanged(x, what="split_heads(x, 2)"):
        got = split_heads(x, 2)
    values = x.data
    at_once = values.reshape(2, 2, 3, 2)
    cut = values.reshape(2, 3, 2, 2)
    every_second = values[:, :, ::2], values[:, :, 1::2]
    turns = "every second feature went to a head: head 0 has the first"
    same(
        got,
        np.stack([values[:, :, :2], values[:, :, 2:]], axis=1),
        "split_heads(x, 2), x of shape (2, 3, 4)",
        mistakes={
            "the numbers are of other positions: cut, then swap": at_once,
            "the heads are still behind: swap axes 1 and 2": cut,
            turns: np.stack(every_second, axis=1),
            "the positions came last": cut.transpose(0, 2, 3, 1),
            "the batch must stay first": cut.transpose(2, 0, 1, 3),
        },
    )

    # The ledger's sizes.
    x = Tensor(make_rng(4).standard_normal((2, 5, 12), dtype=np.float32))
    got = split_heads(x, 3)
    wanted = "split_heads: (2, 5, 12) and 3 heads give (2, 3, 5, 4)"
    expect(got.shape == (2, 3, 5, 4), f"{wanted}, not {got.shape}")
    for head in range(3):
        first, last = 4 * head, 4 * head + 3
        what = f"head {head}, which has the features {first} to {last}"
        same(got.data[:, head], x.data[:, :, first : last + 1], what)
    same_dtype(got, np.float32, "split_heads(x, 3)")
    same(split_heads(x, 1), x.data[:, None], "split_heads(x, 1)")
    shape = split_heads(x, 12).shape
    same(shape, (2, 12, 5, 1), "the shape of split_heads(x, 12)")

    def three_heads(x):
        return split_heads(x, 3)

    connected(tape, three_heads, x, what="split_heads(x, 3)")
    for heads in (5, 24):
        says = ["12 features", str(heads)]
        with refuses(ValueError, f"{heads} heads of 12", says=says):
            split_heads(x, heads)
    with refuses(ValueError, "x with 2 axes", says=["(5, 12)"]):
        split_heads(x[0], 3)


test_split_heads()

# %% [markdown]
"""
## 7. Merge the heads

And back: "heads back" and "glued". What was done last is undone first, like
shoes and socks. First swap, then `reshape`:

```
   mixed (2, 3, 5, 4)
      │  swap axes 1 and 2
   back  (2, 5, 3, 4)
      │  reshape: the last two axes become one
   glued (2, 5, 12)
```

**Your part.** Two lines. A test will split and merge, and every number must
come home.
"""


# %% nbgrader={"grade": false, "grade_id": "merge_heads", "locked": false, "schema_version": 3, "solution": true}
#| export
def merge_heads(x: Tensor) -> Tensor:
    """(B, heads, T, width) to (B, T, heads * width): undoes a split."""
    batch, heads, positions, width = x.shape
    ### BEGIN SOLUTION
    back = x.transpose(0, 2, 1, 3)
    return back.reshape(batch, positions, heads * width)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_merge_heads", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_merge_heads():
    rng = make_rng(5)
    x = Tensor(rng.standard_normal((2, 3, 5, 4), dtype=np.float32))
    with unchanged(x, what="merge_heads(x)"):
        got = merge_heads(x)
    values = x.data
    at_once = values.reshape(2, 5, 12)
    along_time = values.reshape(2, 15, 4)
    beside = values.transpose(0, 2, 1, 3)
    in_turns = values.transpose(0, 2, 3, 1).reshape(2, 5, 12)
    same(
        got,
        np.concatenate([values[:, head] for head in range(3)], axis=-1),
        "merge_heads(x), x of shape (2, 3, 5, 4)",
        mistakes={
            "the heads were not moved back first": at_once,
            "glue the features, not the positions": along_time,
            "swap positions and heads, not heads and features": in_turns,
            "the heads are side by side, but not glued": beside,
            "heads are put side by side, not added": values.sum(axis=1),
        },
    )
    same_dtype(got, np.float32, "merge_heads(x)")
    connected(tape, merge_heads, x, what="merge_heads(x)")
    whole = Tensor(rng.standard_normal((2, 5, 12), dtype=np.float32))
    for heads in (1, 3, 4, 12):
        home = merge_heads(split_heads(whole, heads))
        same(home, whole.data, f"split in {heads} heads and merged again")


test_merge_heads()

# %% [markdown]
"""
## 8. Multi-head attention

All pieces are there. Where do q, k and v come from? All three are made from
the same x, by three `Linear` layers: what I ask, how I can be found, what I
give. A fourth `Linear`, `out`, mixes what the heads brought home.

```
   project(x)      query(x), key(x), value(x), each split into heads
   finish(q,k,v)   attention ─▶ merge_heads ─▶ out
   forward(x)      project, then finish
```

Why two methods and not one? Between them, all queries, keys and values lie
open. Somebody may want to look at them, or to do more with them.

All four layers take D features and give D features, whatever the number of
heads: more heads only cut the same D into smaller pieces.

**Your part.** Eleven lines, none of them long. Draw the start values in the
order query, key, value, out, all from the same `rng`.
"""


# %% nbgrader={"grade": false, "grade_id": "multi_head_attention", "locked": false, "schema_version": 3, "solution": true}
#| export
class MultiHeadAttention(Module):
    """Each position mixes what all positions offer, in several heads."""

    def __init__(
        self,
        dim: int,
        heads: int,
        rng: np.random.Generator | None = None,
    ):
        """Sets `heads`, and the layers `query`, `key`, `value` and `out`.

        Each is a Linear(dim, dim); their start values come from `rng`, in
        this order.
        """
        ### BEGIN SOLUTION
        self.heads = heads
        self.query = Linear(dim, dim, rng=rng)
        self.key = Linear(dim, dim, rng=rng)
        self.value = Linear(dim, dim, rng=rng)
        self.out = Linear(dim, dim, rng=rng)
        ### END SOLUTION

    def project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x (B, T, dim) to q, k and v, each (B, heads, T, dim / heads)."""
        ### BEGIN SOLUTION
        layers = (self.query, self.key, self.value)
        q, k, v = (split_heads(layer(x), self.heads) for layer in layers)
        return q, k, v
        ### END SOLUTION

    def finish(
        self,
        q: Tensor,
        k: Tensor,
        v: Tensor,
        mask: np.ndarray | None = None,
    ) -> Tensor:
        """From q, k and v in heads to the result (B, Tq, dim)."""
        ### BEGIN SOLUTION
        return self.out(merge_heads(attention(q, k, v, mask)))
        ### END SOLUTION

    def forward(self, x: Tensor, mask: np.ndarray | None = None) -> Tensor:
        """x (B, T, dim) to (B, T, dim). mask: (T, T), added to scores."""
        ### BEGIN SOLUTION
        q, k, v = self.project(x)
        return self.finish(q, k, v, mask)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_multi_head_attention", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_multi_head_attention():
    # What it owns.
    layer = MultiHeadAttention(12, 3, make_rng(6))
    names = " ".join(name for name, _ in layer.named_parameters())
    layers = ("query", "key", "value", "out")
    right = " ".join(f"{name}.weight {name}.bias" for name in layers)
    same(names, right, "the parameters of MultiHeadAttention(12, 3)")
    total = sum(parameter.size for parameter in layer.parameters())
    same(
        total,
        4 * (12 * 12 + 12),
        "the number of parameters of MultiHeadAttention(12, 3)",
        mistakes={"every layer goes from dim to dim": 4 * (12 * 4 + 4)},
        hint="four layers of their own, none used twice",
    )
    starts = layer.state_dict()
    rng = make_rng(6)
    for name in layers:
        twin = Linear(12, 12, rng=rng).weight.data
        what = f"{name}.weight of MultiHeadAttention(12, 3, make_rng(6))"
        hint = "query, key, value, out, in this order, all from rng"
        same(starts[f"{name}.weight"], twin, what, hint=hint)

    # What it computes, head by head, in plain NumPy.
    rng = make_rng(7)
    for parameter in layer.parameters():
        parameter.data[...] = 0.5 * rng.standard_normal(parameter.shape)
    x = rng.standard_normal((2, 5, 12), dtype=np.float32)

    def linear(name, x):
        own = getattr(layer, name)
        return x @ own.weight.data + own.bias.data

    def heads_in_numpy(x, mask, q="query", k="key", v="value", scale=2.0):
        """The heads side by side, before `out`."""
        q, k, v = (linear(name, x) for name in (q, k, v))
        mixes = []
        for start in (0, 4, 8):
            own = slice(start, start + 4)
            turned = k[:, :, own].transpose(0, 2, 1)
            powers = np.exp(q[:, :, own] @ turned / scale + mask)
            weights = powers / powers.sum(axis=-1, keepdims=True)
            mixes.append(weights @ v[:, :, own])
        return np.concatenate(mixes, axis=-1)

    def in_numpy(x, mask=0.0, **changed):
        return linear("out", heads_in_numpy(x, mask, **changed))

    parts = layer.project(Tensor(x))
    expect(parts is not None, "project(x) gave None: a `return`?")
    expect(len(parts) == 3, "project(x) gives three: q, k and v")
    for name, part in zip("qkv", parts, strict=True):
        expect(
            part.shape == (2, 3, 5, 4),
            f"project(x): {name} must be (2, 3, 5, 4), not {part.shape}",
            hint="the line 'heads forward' of the ledger",
        )

    what = "MultiHeadAttention(12, 3)(x)"
    with unchanged(Tensor(x), *layer.parameters(), what=what):
        got = layer(Tensor(x))
    turned = in_numpy(x, q="key", k="query")
    swapped = in_numpy(x, k="value", v="key")
    same(
        got,
        in_numpy(x),
        what,
        mistakes={
            "`out` is missing at the end": heads_in_numpy(x, 0.0),
            "queries and keys share one layer": in_numpy(x, k="query"),
            "keys and values share one layer": in_numpy(x, v="key"),
            "values and queries share one layer": in_numpy(x, v="query"),
            "queries and keys changed places": turned,
            "keys and values changed places": swapped,
            "the width of a head is 4, not 12": in_numpy(x, scale=12**0.5),
        },
    )
    same_dtype(got, np.float32, what)
    mask = causal_mask(5)
    masked = "MultiHeadAttention(12, 3)(x, mask)"
    same(
        layer(Tensor(x), mask),
        in_numpy(x, mask),
        masked,
        mistakes={"the mask did not reach the scores": in_numpy(x)},
    )

    # Its two halves.
    for name, own, part in zip("qkv", layers[:3], parts, strict=True):
        pieces = np.split(linear(own, x), 3, axis=-1)
        same(part, np.stack(pieces, axis=1), f"project(x): {name}")
    same(layer.finish(*parts), in_numpy(x), "finish(*project(x))")
    same(
        layer.finish(*parts, mask),
        in_numpy(x, mask),
        "finish(*project(x), mask)",
        mistakes={"the mask did not reach the scores": in_numpy(x)},
    )
    q, k, v = parts
    last = layer.finish(q[:, :, 3:], k, v, mask[3:])
    what = "finish with 2 queries and 5 keys"
    same(last, in_numpy(x, mask)[:, 3:], what)

    # Without positions, it doesn't care about order.
    order = [3, 1, 4, 0, 2]
    shuffled = layer(Tensor(x[:, order]))
    what = "x in another order: the result in the same other order"
    same(shuffled, in_numpy(x)[:, order], what, tolerance=1e-4)

    def run(*_):
        return layer(tensor)

    tensor = Tensor(x)
    inputs = (tensor, *layer.parameters())
    connected(tape, run, *inputs, what="layer of (x, parameters)")


test_multi_head_attention()

# %% [markdown]
"""
Now look at your ledger once more, beside what the door of 02 recorded. The
last column names the lines of your ledger with that very shape. Walk down
the records and say for each which of them it is. Some appear three times:
for q, for k and for v.
"""

# %% tags=["experiment"]
layer = MultiHeadAttention(12, 3, make_rng(0))
with tape() as records:
    layer(Tensor(np.ones((2, 5, 12), np.float32)), causal_mask(5))
ledger = shape_ledger()
ledger_rows = []
for record in records:
    shape = record.output.shape
    lines = [line for line, written in ledger.items() if written == shape]
    ledger_rows.append((record.name, shape, ", ".join(lines)))
table(ledger_rows, ["operation", "shape", "lines of the ledger"])

# %% [markdown]
"""
## Systems analysis

### Twice the length

Every query meets every key. What does that mean for a longer sequence?
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** Attention with 4 heads of 32 features takes 3 ms for 256
positions, and the scores fill 1 MiB. What do 1,024 positions need?

1. 12 ms and 4 MiB: four times as many positions
2. 48 ms and 16 MiB, or somewhat more: four times the queries and the keys
3. 768 ms and 256 MiB: it grows with the fourth power
"""


# %% tags=["experiment"]
def attention_of(length):
    """Time and memory of attention: a row of the table."""
    rng = make_rng(length)
    stack = rng.standard_normal((3, 1, 4, length, 32), dtype=np.float32)
    q, k, v = (Tensor(array) for array in stack)
    seconds = stopwatch(lambda: attention(q, k, v), repeats=5)
    scores = human_bytes(attention_weights(q, k).nbytes)
    return length, 1e3 * seconds, scores, 1e9 * seconds / length**2


lengths = (64, 128, 256, 512, 1024)
length_rows = [attention_of(length) for length in lengths]
table(length_rows, ["positions", "ms", "scores", "ns per pair"])
print()
curve(
    {"measured": [(row[0], row[1]) for row in length_rows]},
    x="positions",
    y="ms",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

Answer 2. On a small laptop-class machine, with one thread, the best of
several runs was

```
   positions       64       128       256      512      1,024
   ms             0.3       0.8       3.1       13         63
   scores       64 KiB   256 KiB    1 MiB    4 MiB     16 MiB
```

**The law: T² pairs.** Each position meets each other one, so twice the
length is four times the scores. For the bytes this is exact: 4 bytes for
each of the 4 · T² scores.

The time follows at about 50 ns for each pair. In that time four heads take
64 products each, and softmax goes over their scores five times. Short
sequences pay for the trips through the door on top. Long ones pay in
another way: from some size on, the scores no longer fit into the fast
memory of the processor, and the last step costs five times instead of four.

### Where the work is

The four `Linear` layers cost something too. For T positions and D features
they need 4 · T · D² multiplications. Scores and mix need T · T · D each.

```
   layers       4 · T · D²            equal where   4 · D = 2 · T
   attention    2 · T² · D                          T = 2 · D
```
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** A `MultiHeadAttention(128, heads)` on 256 positions: its
layers and its scores need equally many multiplications. What happens if you
change the number of heads from 1 to 16?

1. 16 times the parameters, 16 times the time
2. the same parameters; the time grows somewhat
3. nothing at all changes
"""


# %% tags=["experiment"]
def heads_of(heads):
    """One number of heads: a row of the table."""
    layer = MultiHeadAttention(128, heads, make_rng(0))
    shape = (1, 256, 128)
    x = Tensor(make_rng(1).standard_normal(shape, dtype=np.float32))
    seconds = stopwatch(lambda: layer(x), repeats=7)
    with tape() as records:
        layer(x)
    largest = max(record.output.nbytes for record in records)
    parameters = sum(p.size for p in layer.parameters())
    return heads, parameters, human_bytes(largest), 1e3 * seconds


head_rows = [heads_of(heads) for heads in (1, 2, 4, 8, 16)]
table(head_rows, ["heads", "parameters", "scores", "ms"])
print()
bars({f"{heads:2} heads": ms for heads, _, _, ms in head_rows}, unit="ms")

# %% [markdown]
"""
### What to see

On the same machine:

```
   heads           1       2       4       8      16
   parameters   66,048  66,048  66,048  66,048  66,048
   ms             2.8     3.3     4.4     6.8    11.3
```

Answer 2. **The law: time = 2.3 ms + 0.56 ms · heads.** The parameters do
not change, and neither do the multiplications: twice the heads with half
the features each. But each head has 256 · 256 scores of its own. They are
scaled, shifted, raised to a power, summed and divided, and each of these
steps reads and writes them all.
"""

# %% [markdown]
"""
## In production

- **PyTorch** has `torch.nn.functional.scaled_dot_product_attention`. Given
  `is_causal=True`, it needs no mask array at all. Its
  `nn.MultiheadAttention` keeps query, key and value in one matrix of
  (3 · D, D), so that one product makes all three.
- **FlashAttention** never writes the scores to main memory. It works
  through blocks of keys, keeps the largest score and the sum so far, and
  mends them as it goes. The memory then grows with T, not with T².
- **Grouped-query attention** lets several query heads share one head of
  keys and values. There is less to store, and quality hardly suffers.
- **Sliding windows** let a position look back at a few thousand others and
  no further. Several layers in a row still carry news from far away.
- **Minus infinity** is common as a mask. Libraries that allow it treat rows
  with nothing in sight as a special case.
"""

# %% [markdown]
"""
## Misconceptions

**"Query, key and value are different inputs."** Here all three are made
from the same x, by three layers. (Attention between two sequences exists
too: there the queries come from one, keys and values from the other.)

**"More heads are more parameters."** They cut the same D features into
smaller pieces. The parameters are 4 · (D² + D), whatever the heads.

**"The mask multiplies."** It is added before the softmax. A weight that is
set to 0 afterwards leaves a row that no longer sums to 1.

**"Attention knows what stands where."** Not by itself. Without a mask,
shuffle the positions, and the results come out shuffled alike. You tested
that.

**"A position looks at itself most."** Only if its query fits its own key.
Your head "one step back" never does, except where it must.

**"The weights are parameters."** They are computed anew for each input. The
parameters are in the four layers.
"""

# %% [markdown]
"""
## Questions to think about

1. Two keys are equal, and one of the values is twice the other. What does a
   query that fits both get?
2. All values are the same row. What comes out, for any queries and keys?
3. Why is the mask (T, T) enough for a batch of sequences with many heads?
4. `finish` takes queries, keys and values of different lengths. When would
   you pass one query and many keys?
5. Cut 12 features into 12 heads. What is a score then, and what can such a
   head still look for?
"""

# %% [markdown]
"""
## Quick reference

```
attention_weights(q, k, mask)    softmax(q @ kᵀ / √D + mask)
  q (..., Tq, D)  k (..., Tk, D)  ─▶ (..., Tq, Tk), rows sum to 1
attention(q, k, v, mask)         weights @ v      ─▶ (..., Tq, Dv)

causal_mask(4)     0 -1e9 -1e9 -1e9       added after the scaling,
                   0   0  -1e9 -1e9       before the softmax
                   0   0    0  -1e9
                   0   0    0    0

the ledger, B = 2, T = 5, D = 12, H = 3
  x            (2, 5, 12)      ┐
  query key value  (2, 5, 12)  │ project
  cut          (2, 5, 3, 4)    │   split_heads
  forward      (2, 3, 5, 4)    ┘
  scores       (2, 3, 5, 5)    ┐
  mixed        (2, 3, 5, 4)    │ finish
  back         (2, 5, 3, 4)    │   merge_heads
  glued, out   (2, 5, 12)      ┘

MultiHeadAttention(D, H, rng)    4 · (D² + D) parameters for any H
multiplications                  4 · T · D²  +  2 · T² · D
numbers in the scores            B · H · T²
```
"""

# %% [markdown]
"""
## Looking ahead

- **12 Embeddings** turns symbols into rows of features and tells each row
  where it stands. That is what attention alone cannot know.
- **14 Transformers** stacks your layer into a model that writes.
- **19 Caching** keeps what `project` made and calls `finish` with a single
  query. That is why there are two methods.
"""

# %% [markdown]
"""
## Summary and what comes next

You compared queries with keys, turned the scores into shares, and mixed
values. A mask hides what must not be seen. A ledger of shapes led you
through four changes of shape and home again. Four `Linear` layers around it
made it a module with several heads.

Attention costs T² in time and memory: every position meets every other.

Together with 12 this module opens 14 Transformers. If you have not done 11
and 12 yet, take them next.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_by_hand,
        test_attention_weights,
        test_attention,
        test_causal_mask,
        test_shape_ledger,
        test_split_heads,
        test_merge_heads,
        test_multi_head_attention,
    )
