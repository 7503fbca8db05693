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
# 12 Embeddings

You will build `embeddings.py`: it turns the ids of a text into vectors, and
gives each vector a sense of where it stands.

### Prerequisites

- **04 Layers**: `Module` and `Parameter`.
- **11 Tokenization**: `CharTokenizer` and `BPETokenizer` make the ids.
- **02 Tensor** and **01 Setup**, which 04 needs too: `Tensor`, indexing,
  broadcasting and `tape`; `stopwatch`, `human_bytes`, `make_rng`.
- From school: sine and cosine, the coordinates of a point on a circle.

Nothing else is needed.

### Time and difficulty

About 2.5 hours. Difficulty 2 of 5. Six exercises of 1 to 7 lines.

### Learning objectives

Afterwards you can

- say why an id cannot be used as a number, and what a vector does better;
- show that looking up a row is a matrix product, and which of them to use;
- explain how clock hands tell positions apart, before you see the formula;
- measure how alike two vectors are;
- predict what an embedding costs in time and memory.

### How the pieces hang together

```
   text ──▶ tokenizer (11) ──▶ ids (B, T)
                                │
                 ┌──────────────┴───────────────┐
                 ▼                              ▼
      what is it?                     where does it stand?
   1  one_hot     the idea         3  clock_speeds       how fast
   2  Embedding   the table        4  sinusoidal_table   the hands' tips
                 │                              │
                 │    5  cosine_similarity      │
                 │       how alike are two?     │
                 └──────────────┬───────────────┘
                                ▼
                 6  TokenAndPosition  ──▶ (B, T, D)
```
"""

# %% [markdown]
"""
## Why vectors

With the tokenizer of module 11, "cab" is `[2, 0, 1]`. Can a network compute
with these ids? It would multiply them by weights. Then "c" would count
twice as much as "b", and "a" nothing at all. But an id is a **name**. It
says which, not how much.

A vector can say more. Give each token a row of numbers of its own:

```
   token    id    a row for it
     a       0    [ 0.31  -0.20   0.05 ]
     b       1    [-0.12   0.44   0.27 ]
     c       2    [-0.10   0.39   0.30 ]     near the row of b
```

Now two tokens can be near each other or far apart, in many respects at
once. Nobody types these numbers in. They are parameters, like the weights
of a `Linear`: they start at random and are learned.

One thing is still missing. Put the rows of a text together in any way that
ignores their order, for example by a sum, and "dog bites man" is the same
as "man bites dog". So here is the question of this module: **how do you put
into a row of numbers what a token is, and where it stands?**
"""

# %%
#| default_exp embeddings
#| export
"""Embeddings: ids to vectors, and a sense of position."""

from collections.abc import Sequence

import numpy as np
from tinytorch.layers import Module, Parameter
from tinytorch.tensor import Tensor

Array = np.ndarray
Ids = Tensor | Array | Sequence[int]  # whole numbers, any shape


def plain_ids(ids: Ids, count: int) -> Array:
    """The ids as an array of integers, all of them in 0..count-1.

    Raises TypeError, naming the dtype, for ids that are no integers, and
    IndexError, naming both ranges, for ids out of range.
    """
    array = np.asarray(ids.data if isinstance(ids, Tensor) else ids)
    if array.size == 0:
        return array.astype(np.int64)
    if not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"ids must be integers, not {array.dtype}")
    low, high = array.min(), array.max()
    if low < 0 or high >= count:
        came = f"got {low}..{high}: whose ids are these?"
        raise IndexError(f"ids must lie in 0..{count - 1}, {came}")
    return array


# %% [markdown]
"""
That cell opens your library file. `plain_ids` checks ids for you: without
it, NumPy would take -1 for the last row, and a mistake would pass unseen.
The next cell brings the tools for tests and measurements. They stay here.
"""

# %%
from tinytorch.env import human_bytes, make_rng, stopwatch
from tinytorch.tensor import tape
from tinytorch.tokenization import BPETokenizer, CharTokenizer

from tinytutor.kit import (
    bars,
    connected,
    curve,
    expect,
    gallery,
    quiet,
    refuses,
    run_tests,
    same,
    same_dtype,
    table,
    tales,
    unchanged,
)

# %% [markdown]
"""
## 1. One-hot rows

The plainest vector for an id has a place for every id. All places hold 0,
and its own holds 1. It is called **one-hot**:

```
   CharTokenizer("banana")      a = 0, b = 1, n = 2

   ids                          one_hot(ids, 3)
     1   b                      [ 0  1  0 ]
     0   a                      [ 1  0  0 ]
     2   n                      [ 0  0  1 ]
```

No token counts more than another, and any two are equally far apart. Now
multiply such a row by a table with a row for each id:

```
                          table (3, 2)
   n: [ 0  0  1 ]    @    [ 0.1  0.2 ]
                          [ 0.3  0.4 ]      =    [ 0.5  0.6 ]
                          [ 0.5  0.6 ]  ◀── row 2
```

Every other row is multiplied by 0. So **the product picks a row**, the row
of this id. Keep that in mind for the next exercise.

How do you build it without a loop? Ask, for each place, whether it is the
place of the id. Give the ids a new last axis, and compare with 0, 1, 2:

```
   ids[..., None]      (3, 1)     1          0 1 2
   np.arange(3)           (3,)    0    ==
   compared            (3, 3)     2
```

Broadcasting does the rest, as in module 02: `(3, 1)` beside `(3,)` gives
`(3, 3)`. It works for ids of any shape. `(B, T)` becomes `(B, T, count)`.

**Your part.** One line: compare, and turn True and False into float32.
"""


# %% nbgrader={"grade": false, "grade_id": "one_hot", "locked": false, "schema_version": 3, "solution": true}
#| export
def one_hot(ids: Ids, count: int) -> Array:
    """A 1 in the place of each id, else 0: ids (...) to (..., count).

    float32. Raises TypeError and IndexError as plain_ids does.
    """
    ids = plain_ids(ids, count)
    ### BEGIN SOLUTION
    return (ids[..., None] == np.arange(count)).astype(np.float32)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_one_hot", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_one_hot():
    # The example from the text, with one id more.
    ids = np.array([1, 0, 2, 0])
    with unchanged(ids, what="one_hot(ids, 3)"):
        got = one_hot(ids, 3)
    right = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0]])
    same(
        got,
        right,
        "one_hot([1, 0, 2, 0], 3)",
        mistakes={
            "one row for each id: the places are the last axis": right.T,
            "True belongs where the place is the id": 1 - right,
            "places count from 0": np.eye(4)[[0, 3, 1, 3], :3],
        },
    )
    same_dtype(got, np.float32, "one_hot([1, 0, 2, 0], 3)")
    kind = type(got).__name__
    expect(isinstance(got, np.ndarray), f"one_hot gave a {kind}, no array")

    # More places than ids, and ids of any shape.
    wrong = {"there are `count` places, whatever ids come": [[0, 1]]}
    same(one_hot([1], 4), [[0, 1, 0, 0]], "one_hot([1], 4)", mistakes=wrong)
    same(one_hot(2, 3), [0, 0, 1], "one_hot(2, 3)")
    ids = make_rng(3).integers(0, 6, (2, 5))
    got = one_hot(Tensor(ids), 6)
    same(got.shape, (2, 5, 6), "the shape of one_hot of ids (2, 5)")
    same(got.argmax(axis=-1), ids, "the places of the ones")
    same(got.sum(axis=-1), np.ones((2, 5)), "ones in each row")
    same(one_hot([], 3).shape, (0, 3), "the shape of one_hot([], 3)")

    # The product picks rows.
    rows = make_rng(4).standard_normal((6, 3)).astype(np.float32)
    same(one_hot(ids, 6) @ rows, rows[ids], "one_hot(ids, 6) @ table")

    with refuses(IndexError, "one_hot([3], 3)", ["0..2", "3..3"]):
        one_hot([3], 3)
    with refuses(TypeError, "one_hot([1.0], 3)", ["integers", "float64"]):
        one_hot([1.0], 3)


test_one_hot()

# %% [markdown]
"""
## 2. Embedding: the table

The product with a one-hot row is a clumsy way to fetch a row. With 5,000
tokens it multiplies 4,999 rows by 0. Indexing fetches the row at once:

```
   weight (5, 2)                 ids (2, 3)          weight[ids] (2, 3, 2)
   0  [ 0.1  0.2 ]               4  0  4             [ .9 1. ] [ .1 .2 ] …
   1  [ 0.3  0.4 ]               1  1  2             [ .3 .4 ] [ .3 .4 ] …
   2  [ 0.5  0.6 ]
   3  [ 0.7  0.8 ]          every id becomes its row: a new last axis
   4  [ 0.9  1.0 ]
```

This table is an **embedding**. It is a `Module` whose only parameter is
`weight`, of the shape `(count, dim)`. Index the *Parameter*, not its
`.data`: then the lookup goes through the door of module 02, and the log
knows where the rows came from.

**Start values.** A row is not summed up over many inputs as in `Linear`, so
its size need not depend on the width. The rows start small and different: a
normal bell curve of spread 0.02. `rng.standard_normal(shape)` draws one of
spread 1.

**Your part.** Make the `weight`, check the ids, and look up.
"""


# %% nbgrader={"grade": false, "grade_id": "embedding", "locked": false, "schema_version": 3, "solution": true}
#| export
class Embedding(Module):
    """A row of `dim` numbers for each id: (...) to (..., dim)."""

    def __init__(
        self,
        count: int,
        dim: int,
        rng: np.random.Generator | None = None,
    ):
        """Sets `weight`, a Parameter (count, dim) in float32.

        Drawn by `rng` from a normal bell curve of spread 0.02 around 0.
        """
        rng = np.random.default_rng() if rng is None else rng
        ### BEGIN SOLUTION
        start = 0.02 * rng.standard_normal((count, dim))
        self.weight = Parameter(start, dtype=np.float32)
        ### END SOLUTION

    def forward(self, ids: Ids) -> Tensor:
        """The rows of the ids, looked up in one operation.

        Raises TypeError for ids that are no integers, IndexError for ids
        out of range, as plain_ids does.
        """
        ### BEGIN SOLUTION
        return self.weight[plain_ids(ids, self.weight.shape[0])]
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_embedding", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_embedding():
    layer = Embedding(7, 3, rng=make_rng(5))
    names = [name for name, _ in layer.named_parameters()]
    expect(names == ["weight"], f"the parameters are {names}, not weight")
    weight = layer.weight
    wrong = {"a row for each id: (count, dim)": (3, 7)}
    same(weight.shape, (7, 3), "the shape of weight", mistakes=wrong)
    same_dtype(weight, np.float32, "weight", hint="rng draws float64")

    # Looking up is the product with one-hot rows.
    ids = np.array([[4, 0, 4, 2], [6, 1, 1, 5]])
    with unchanged(ids, weight, what="Embedding(7, 3)(ids)"):
        got = layer(ids)
    kind = type(got).__name__
    expect(isinstance(got, Tensor), f"Embedding gave a {kind}, no Tensor")
    same(
        got,
        one_hot(ids, 7) @ weight.data,
        "Embedding(7, 3)(ids), ids of shape (2, 4)",
    )
    same_dtype(got, np.float32, "Embedding(7, 3)(ids)")
    same(layer(3), weight.data[3], "Embedding(7, 3)(3)")
    same(layer([5, 5]), weight.data[[5, 5]], "Embedding(7, 3)([5, 5])")
    same(layer(Tensor(ids)), got.data, "Embedding(7, 3) of ids in a Tensor")
    same(layer([]).shape, (0, 3), "the shape of Embedding(7, 3)([])")

    with tape() as records:
        layer(ids)
    count = len(records)
    expect(count > 0, "nothing was logged: index the Parameter, not .data")
    expect(count == 1, f"{count} operations, not 1: look up all at once")
    says = "Embedding(7, 3) of weight"
    connected(tape, lambda _: layer(ids), weight, what=says)

    # The start: small, of both signs, from rng.
    start = Embedding(400, 50, rng=make_rng(6)).weight.data
    same(
        start.std() / 0.02,
        1.0,
        "the spread of the start values, divided by 0.02",
        tolerance=0.03,
        mistakes={
            "standard_normal has spread 1: times 0.02": 50.0,
            "that is even between -0.02 and 0.02": 1 / np.sqrt(3),
        },
    )
    same(start.mean(), 0.0, "the mean of the start values", tolerance=1e-3)
    widest = np.abs(start).max() > 0.06
    expect(widest, "a bell curve has a few large values: standard_normal")
    one, two = (Embedding(4, 2, make_rng(1)).weight.data for _ in range(2))
    expect((one == two).all(), "the same seed gave other rows: use rng")
    rng = make_rng(1)
    one, two = (Embedding(4, 2, rng).weight.data for _ in range(2))
    expect((one != two).any(), "two tables from one rng start as copies")

    # Ids that have no row.
    for wrong, came in ((-1, "-1..2"), (7, "2..7")):
        with refuses(IndexError, f"Embedding(7, 3)([2, {wrong}])", came):
            layer([2, wrong])
    with refuses(TypeError, "Embedding(7, 3)([2.0])", "integers"):
        layer([2.0])


test_embedding()

# %% [markdown]
"""
## 3. Clock hands

Rows say *what* a token is. Now for *where* it stands. Position 0, 1, 2 and
so on: why not add that number to the row? Because it grows. The rows start
at 0.02, and at position 1,000 nothing would be left of them.

What shows a number that grows and grows, and never grows itself? **A
clock.** Its hands go round and round, and yet it tells the seconds of half
a day apart:

```
                 seconds hand     minute hand      hour hand
   one turn in   a minute         an hour          12 hours
   good for      neighbours       the middle       far apart
   but           repeats soon     a bit slow       hardly moves
```

No hand can do it alone. The fast one tells neighbours apart, but after a
turn it begins anew. The slow one takes long to repeat, but between two
neighbours it hardly moves. Together they are fine *and* unmistakable.

Here are three hands that turn once in 8, 64 and 512 steps:

```
                       fast      middle     slow
                       ╭───╮     ╭───╮     ╭───╮
        position 0     │ ↑ │     │ ↑ │     │ ↑ │
                       ╰───╯     ╰───╯     ╰───╯
                       ╭───╮     ╭───╮     ╭───╮
        position 1     │ ↗ │     │ ↑ │     │ ↑ │      one fast step on
                       ╰───╯     ╰───╯     ╰───╯
                       ╭───╮     ╭───╮     ╭───╮
        position 7     │ ↖ │     │ ↗ │     │ ↑ │      nearly round
                       ╰───╯     ╰───╯     ╰───╯
```

At position 8 the fast hand points up again, as at 0. The middle one tells
the two apart.

### How fast?

An angle is measured in radians: a full turn is 2π = 6.28. The speed of a
hand is its angle per step. The fastest gets **1** radian a step, so it
turns in 6.28 steps. From hand to hand the speed shrinks by the same factor,
down to about 1/10,000. A vector of 8 numbers has room for 4 hands, because
a hand will need two numbers:

```
   dim 8        hand 0      hand 1      hand 2      hand 3
   speed        1           0.1         0.01        0.001
              = 10000^0   10000^(-2/8) 10000^(-4/8) 10000^(-6/8)
   one turn     6.3         63          628         6283      steps
```

Look at the exponents: -0/8, -2/8, -4/8, -6/8. They are -2i/dim for hand i.

**Your part.** One line. `np.arange(0, dim, 2)` gives 0, 2, 4, 6.
"""


# %% nbgrader={"grade": false, "grade_id": "clock_speeds", "locked": false, "schema_version": 3, "solution": true}
#| export
def clock_speeds(dim: int) -> Array:
    """The radians per step of dim/2 hands, the fastest first: float64.

    From 1 down to nearly 1/10000, by equal factors. Raises ValueError for
    an odd dim; it says "even".
    """
    if dim % 2:
        raise ValueError(f"dim must be even, 2 numbers a hand, got {dim}")
    ### BEGIN SOLUTION
    return 10000.0 ** (-np.arange(0, dim, 2) / dim)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_clock_speeds", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_clock_speeds():
    # The four hands from the text.
    hands = np.arange(4)
    numbers = np.arange(8)
    wrong = {
        "the slowest hand is too fast: 2i, not i": 10000.0 ** (-hands / 8),
        "the exponent is negative, hands get slower": [1, 10, 100, 1000],
        "2 numbers a hand: dim/2 hands": 10000.0 ** (-numbers / 8),
        "dim/2 hands, not dim": 10000.0 ** (-2 * numbers / 8),
        "equal factors, not equal steps": np.linspace(1, 0.001, 4),
        "the last exponent is -(dim - 2)/dim": np.geomspace(1, 1e-4, 4),
        "the fastest hand comes first": [0.001, 0.01, 0.1, 1],
        "the first hand has speed 1: i from 0": [0.1, 0.01, 0.001, 0.0001],
    }
    got = clock_speeds(8)
    right = [1, 0.1, 0.01, 0.001]
    same(got, right, "clock_speeds(8)", tolerance=1e-9, mistakes=wrong)
    same_dtype(got, np.float64, "clock_speeds(8)", hint="no need to round")
    same(clock_speeds(2), [1.0], "clock_speeds(2)")
    speeds = clock_speeds(16)
    same(speeds[[0, 4, 7]], [1, 0.01, 10**-3.5], "hands 0, 4, 7 of dim 16")
    same(speeds[1:] / speeds[:-1], np.full(7, 10**-0.5), "the factors")
    for odd in (7, 1):
        says = ["even", str(odd)]
        with refuses(ValueError, f"clock_speeds({odd})", says):
            clock_speeds(odd)


test_clock_speeds()

# %% [markdown]
"""
## 4. A row for each position

After `p` steps a hand has turned by the angle `p · speed`. How do you write
a hand as numbers? Not as its angle: 6.28 and 0 look far apart, and the hand
points the same way. Take its **tip**. A hand of length 1 that points up at
the start and turns clockwise has its tip at

```
                  up
                  │    ╱ the hand, turned by an angle
          cos ────┼───╱
                  │  ╱ │          right = sin(angle)
                  │ ╱  │          up    = cos(angle)
                  │╱   │
     ─────────────┼────┼─────     at the start: (0, 1)
                  │   sin         after a quarter turn: (1, 0)
```

Both numbers stay between -1 and 1 for ever, and they change smoothly. Write
the tips of all hands into one row, two numbers a hand:

```
   position      hand 0          hand 1         …
               right    up     right    up
      0         0.00   1.00     0.00   1.00
      1         0.84   0.54     0.10   1.00
      2         0.91  -0.42     0.20   0.98
      7         0.66   0.75     0.64   0.76
```

So the even columns hold sines and the odd ones cosines. `row[:, 0::2]` are
the even columns: every second one, from 0.

**Your part.** The angles of all positions and hands at once: positions as a
column `(length, 1)` times speeds `(dim/2,)` gives `(length, dim/2)`. Then
fill the table.
"""


# %% nbgrader={"grade": false, "grade_id": "sinusoidal_table", "locked": false, "schema_version": 3, "solution": true}
#| export
def sinusoidal_table(length: int, dim: int) -> Array:
    """Row p holds the tips of the clock hands after p steps.

    (length, dim) float32: the sine of hand 0, its cosine, the sine of hand
    1, and so on. Raises ValueError for an odd dim.
    """
    ### BEGIN SOLUTION
    angles = np.arange(length)[:, None] * clock_speeds(dim)
    rows = np.zeros((length, dim), dtype=np.float32)
    rows[:, 0::2] = np.sin(angles)
    rows[:, 1::2] = np.cos(angles)
    return rows
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sinusoidal_table", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_sinusoidal_table():
    # At the start every hand points up, and one step on.
    rows = sinusoidal_table(9, 8)
    same(rows.shape, (9, 8), "the shape of sinusoidal_table(9, 8)")
    wrong = {
        "right is the sine, up is the cosine": [1, 0, 1, 0, 1, 0, 1, 0],
        "a hand's numbers stand side by side": [0, 0, 0, 0, 1, 1, 1, 1],
    }
    start = [0, 1, 0, 1, 0, 1, 0, 1]
    same(rows[0], start, "row 0 of sinusoidal_table(9, 8)", mistakes=wrong)
    speeds = np.array([1, 0.1, 0.01, 0.001])

    def tips(angles):
        """Sine and cosine, side by side for each hand."""
        return np.stack([np.sin(angles), np.cos(angles)], axis=-1).ravel()

    same(
        rows[7],
        tips(7 * speeds),
        "row 7 of sinusoidal_table(9, 8)",
        mistakes={
            "the angle is position times speed": tips(7 / speeds),
            "row 0 is position 0": tips(8 * speeds),
            "sin and cos take radians": tips(np.radians(7 * speeds)),
            "each hand has its own speed": tips(7 * np.ones(4)),
            "right is the sine, up is the cosine": (
                tips(7 * speeds).reshape(4, 2)[:, ::-1].ravel()
            ),
        },
    )
    same_dtype(rows, np.float32, "sinusoidal_table(9, 8)")

    # Many positions: all of them, each tip on its circle, no two alike.
    rows = sinusoidal_table(300, 16)
    speeds = 10000.0 ** (-np.arange(8) / 8)
    wanted = np.stack([tips(p * speeds) for p in range(300)])
    same(rows, wanted, "sinusoidal_table(300, 16)")
    length = (rows.reshape(300, 8, 2) ** 2).sum(axis=2)
    same(length, np.ones((300, 8)), "the squared length of every hand")
    different = len(np.unique(rows.round(4), axis=0))
    expect(different == 300, "two positions have the same row")
    same(sinusoidal_table(0, 4).shape, (0, 4), "the shape for length 0")
    with refuses(ValueError, "sinusoidal_table(9, 5)", "even"):
        sinusoidal_table(9, 5)


test_sinusoidal_table()

# %% [markdown]
"""
And now the formula. In papers it looks like this, for position p and hand i
of a row with D numbers:

```
   row[p, 2i]     = sin( p / 10000^(2i/D) )
   row[p, 2i + 1] = cos( p / 10000^(2i/D) )
```

You have just written it. Dividing by `10000^(2i/D)` is multiplying by the
speed of hand i. Look at the clocks of 24 positions. Each pair of columns is
a hand, a full block is 1 and blank is -1:
"""

# %% tags=["experiment"]
rows = sinusoidal_table(24, 16)
gallery((rows[None] + 1) / 2, ["24 positions, 8 hands"])

# %% [markdown]
"""
On the left the fast hand flickers. To the right, each hand changes more
slowly than its neighbour. The last ones seem to stand still: they wait for
texts of thousands of tokens.
"""

# %% [markdown]
"""
## 5. How alike are two vectors?

Two rows are alike if they point the same way. The **cosine similarity**
says how much: 1 for the same direction, 0 for a right angle, -1 for
opposite directions. Scale both to length 1, and take their dot product:

```
   a = [3, 4]      length 5       a / 5 = [0.6, 0.8]
   b = [4, 3]      length 5       b / 5 = [0.8, 0.6]

   0.6 · 0.8 + 0.8 · 0.6 = 0.96        nearly the same way
```

Ten times `b` is as similar to `a` as `b` is: only the direction counts.

With `n` rows in `a` and `m` in `b`, all pairs at once are one product:
`(n, d) @ (d, m)` gives `(n, m)`, if `b` stands there transposed.

A row of zeros has no direction, and 0 / 0 is `nan`. Let it be similar to
nothing: where the length is 0, divide by a tiny number instead.
`np.maximum(length, 1e-12)` does that, and leaves other lengths alone.

**Your part.** Two to four lines. `np.linalg.norm(x, axis=-1,
keepdims=True)` gives the length of each row as a column.
"""


# %% nbgrader={"grade": false, "grade_id": "cosine_similarity", "locked": false, "schema_version": 3, "solution": true}
#| export
def cosine_similarity(a: Array, b: Array) -> Array:
    """For every row of a with every row of b: (n, d), (m, d) to (n, m).

    From -1 to 1; 0 for a row of zeros.
    """
    ### BEGIN SOLUTION
    a_length = np.linalg.norm(a, axis=-1, keepdims=True)
    b_length = np.linalg.norm(b, axis=-1, keepdims=True)
    a_unit = a / np.maximum(a_length, 1e-12)
    b_unit = b / np.maximum(b_length, 1e-12)
    return a_unit @ b_unit.T
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_cosine_similarity", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_cosine_similarity():
    # The example from the text, and two rows more.
    a = np.array([[3.0, 4.0], [0.0, 2.0]])
    b = np.array([[4.0, 3.0], [40.0, 30.0], [-3.0, -4.0]])
    with unchanged(a, b, what="cosine_similarity(a, b)"):
        got = cosine_similarity(a, b)
    right = np.array([[0.96, 0.96, -1.0], [0.6, 0.6, -0.8]])
    a_length, b_length = [[5.0], [2.0]], [[5.0], [50.0], [5.0]]
    a_unit, b_unit = a / a_length, b / b_length
    squared = (a_unit / a_length) @ (b_unit / b_length).T
    a_column = a / np.linalg.norm(a, axis=0)
    b_column = b / np.linalg.norm(b, axis=0)
    wrong = {
        "only the direction counts: divide by both lengths": a @ b.T,
        "the rows of b need length 1 too": a_unit @ b.T,
        "the rows of a need length 1 too": a @ b_unit.T,
        "rows of a down, rows of b across": right.T,
        "the length of each row, axis -1": a_column @ b_column.T,
        "divide by the length, not by its square": squared,
    }
    what = "cosine_similarity(a, b), a (2, 2), b (3, 2)"
    same(got, right, what, mistakes=wrong)

    # Many rows, one by one.
    rng = make_rng(8)
    a, b = rng.standard_normal((4, 5)), rng.standard_normal((3, 5))
    wanted = [[x @ y / np.sqrt((x @ x) * (y @ y)) for y in b] for x in a]
    same(cosine_similarity(a, b), wanted, "cosine_similarity, d = 5")
    small = cosine_similarity(a / 1e6, b / 1e6)
    same(small, wanted, "cosine_similarity of very short rows")
    itself = np.diag(cosine_similarity(a, a))
    same(itself, np.ones(4), "rows with themselves")

    # A row without a direction.
    a[2] = 0
    with quiet("cosine_similarity of a row of zeros", hint="0 / 0 is nan"):
        got = cosine_similarity(a, b)
        turned = cosine_similarity(b, a)
    same(got[2], np.zeros(3), "a row of zeros in a")
    same(turned[:, 2], np.zeros(3), "a row of zeros in b")
    same(got[[0, 1, 3]], np.array(wanted)[[0, 1, 3]], "the rows beside it")


test_cosine_similarity()

# %% [markdown]
"""
Two things to look at with your new measure. First the clocks. How alike is
position 10 to its neighbours and to others?
"""

# %% tags=["experiment"]
rows = sinusoidal_table(64, 16)
alike = cosine_similarity(rows, rows)
others = (10, 11, 12, 15, 20, 40)
bars({f"10 and {other}": alike[10, other] for other in others})
print()
table(
    [(f"{p} and {p + 3}", alike[p, p + 3]) for p in (0, 10, 27, 60)],
    ["3 steps apart", "similarity"],
)
print()
shades = np.clip(alike[None, :24, :24], 0, 1)
gallery(shades, ["24 positions with each other"])

# %% [markdown]
"""
Close positions are alike, far ones less, on the whole. Five steps apart are
more alike than three, 0.77 and 0.69: the fast hand is nearly round again.
And look at the table: three steps are three steps, wherever you stand. In
the picture every diagonal has one shade. The reason: take one hand at two
positions. The dot product of its two tips is the cosine of the angle
*between* them, and that angle depends on the distance alone. So a network
can learn "the token before me" once, for all positions.

Second, letters. Can vectors know that `a` is like `o`? Here is a way
without any learning: count. For each letter of the tales, which letters
stand before it and behind it, and how often? That makes a row of numbers
for each letter. One-hot rows do the counting: column `i` of `before` says
where letter `i` stands, so the product counts how often `i` is followed by
`j`.
"""

# %% tags=["experiment"]
text = tales(20_000, seed=0).text
tokenizer = CharTokenizer(text)
size = tokenizer.vocab_size
ids = np.array(tokenizer.encode(text))
before, behind = one_hot(ids[:-1], size), one_hot(ids[1:], size)
followed_by = before.T @ behind
neighbours = np.concatenate([followed_by, followed_by.T], axis=1)
alike = cosine_similarity(neighbours, neighbours)
letter_rows = []
for letter in "taibk":
    this = tokenizer.ids[letter]
    nearest = np.argsort(-alike[this])[1:4]
    letter_rows.append(
        (
            letter,
            *(f"{tokenizer.symbols[i]} {alike[this, i]:.2f}" for i in nearest),
        )
    )
table(letter_rows, ["letter", "nearest", "second", "third"])

# %% [markdown]
"""
`t` finds its capital, vowels find vowels, `b` finds other consonants that
begin a word. Nobody told the program what a vowel is. **Tokens with similar
neighbours get similar rows**: that is all. A network that learns its table
finds such rows by itself, and with far fewer numbers than there are tokens.
"""

# %% [markdown]
"""
## 6. What and where together

Now both: the row that says what, plus a row that says where. Simply add
them. The sum is as long as before, and a network can learn to keep both
readable in it.

There are two ways to get the rows for positions. The clocks are **fixed**:
nothing to learn, any length. Or take a second `Embedding`, with a row for
each position: **learned**, up to a largest length. Small models do well
with the second, and you will use it:

```
   ids       (B, T)    [[ 4  0  4 ]          token    (vocab, D)
                        [ 1  1  2 ]]         position (max_length, D)

   token of the ids          (B, T, D)
   position of start + 0, 1, 2  (T, D)       one row for each column,
                                             the same for every text
   sum                       (B, T, D)
```

The positions count along the **last** axis of the ids. The first axis says
which text it is, and that must not matter.

**Why a start?** Someone may hand you a text in parts: first 6 ids, later
the next 3. Those stand at positions 6, 7 and 8, not at 0, 1 and 2. The
caller says `start=6`.

With 8 rows there is no position 8. Say so, in numbers that help.

**Your part.** Two tables, both drawn by `rng`, the token table first. Then
`forward`: end = start + how many; refuse what does not fit; look up; add.
"""


# %% nbgrader={"grade": false, "grade_id": "token_and_position", "locked": false, "schema_version": 3, "solution": true}
#| export
class TokenAndPosition(Module):
    """What a token is plus where it stands: (..., T) to (..., T, dim)."""

    def __init__(
        self,
        vocab_size: int,
        max_length: int,
        dim: int,
        rng: np.random.Generator | None = None,
    ):
        """Sets two Embeddings: `token`, vocab_size rows, and `position`.

        The latter has max_length rows. `rng` draws token first.
        """
        rng = np.random.default_rng() if rng is None else rng
        ### BEGIN SOLUTION
        self.token = Embedding(vocab_size, dim, rng)
        self.position = Embedding(max_length, dim, rng)
        ### END SOLUTION

    def forward(self, ids: Ids, start: int = 0) -> Tensor:
        """Token rows plus position rows; the first id stands at `start`.

        Raises ValueError where the ids reach beyond the last position. For
        3 ids from start=6 with 8 positions it says "6..8" and "row is 7".

        Raises TypeError and IndexError for ids as Embedding does.
        """
        ids = plain_ids(ids, self.token.weight.shape[0])
        positions = self.position.weight.shape[0]
        ### BEGIN SOLUTION
        end = start + ids.shape[-1]
        if end > positions:
            came = f"these ids stand at {start}..{end - 1}"
            raise ValueError(f"{came}, the last row is {positions - 1}")
        return self.token(ids) + self.position(np.arange(start, end))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_token_and_position", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_token_and_position():
    layer = TokenAndPosition(7, 9, 4, rng=make_rng(9))
    names = " ".join(name for name, _ in layer.named_parameters())
    same(names, "token.weight position.weight", "the parameters' names")
    wrong = {"max_length rows, one for each position": (7, 4)}
    token, position = layer.token.weight, layer.position.weight
    same(token.shape, (7, 4), "token.weight.shape")
    same(position.shape, (9, 4), "position.weight.shape", mistakes=wrong)
    twin = TokenAndPosition(7, 9, 4, rng=make_rng(9)).state_dict()
    for name, array in layer.state_dict().items():
        equal = np.array_equal(twin[name], array)
        expect(equal, f"the same seed gave another {name}: pass rng on")

    # Two texts of three tokens.
    ids = np.array([[4, 0, 4], [1, 1, 2]])
    what, where = token.data, position.data
    with unchanged(ids, token, position, what="layer(ids)"):
        got = layer(ids)
    right = what[ids] + where[:3]
    by_text = "positions count along the last axis, not from text to text"
    joined = np.concatenate([what[ids], np.stack([where[:3]] * 2)], axis=-1)
    wrong = {
        "the positions are missing": what[ids],
        "the tokens are missing": np.stack([where[:3]] * 2),
        by_text: what[ids] + where[:2, None],
        "ids do not choose the position": what[ids] + where[ids],
        "positions count from 0": what[ids] + where[1:4],
        "the two rows are added, not joined": joined,
        "each place has its own position": what[ids] + where[0],
    }
    says = "TokenAndPosition(7, 9, 4)(ids), ids of shape (2, 3)"
    same(got, right, says, mistakes=wrong)
    same_dtype(got, np.float32, "TokenAndPosition(7, 9, 4)(ids)")
    same(layer([5, 3]), what[[5, 3]] + where[:2], "one text: ids [5, 3]")
    same(layer(Tensor(ids)), right, "ids in a Tensor")

    # The second part of a text, up to the last position.
    wrong = {
        "start was ignored: these ids stand at 6, 7 and 8": right,
        "start, start + 1, start + 2": what[ids] + where[6],
    }
    got = layer(ids, start=6)
    same(got, what[ids] + where[6:], "layer(ids, start=6)", mistakes=wrong)
    whole = layer([4, 0, 6, 2, 1]).data
    parts = [layer([4, 0, 6]).data, layer([2, 1], start=3).data]
    same(np.concatenate(parts), whole, "a text in two parts")

    # Too long, by one and by many; ids that nobody knows.
    says = ["7..9", "last row is 8"]
    with refuses(ValueError, "layer(ids, start=7)", says):
        layer(ids, start=7)
    with refuses(ValueError, "layer of 12 ids", ["0..11", "last row is 8"]):
        layer([0] * 12)
    with refuses(IndexError, "layer([7])", ["0..6", "7..7"]):
        layer([7])

    def run(*_):
        return layer(ids)

    says = "TokenAndPosition of (token.weight, position.weight)"
    connected(tape, run, token, position, what=says)


test_token_and_position()

# %% [markdown]
"""
From text to vectors, with both of your tokenizers. Each of the rows on the
right is what a network will get to see.
"""

# %% tags=["experiment"]
text = tales(4_000, seed=0).text
journey_rows = []
for made in (CharTokenizer(text), BPETokenizer().train(text, 300)):
    ids = made.encode("The lion asked the owl.")
    layer = TokenAndPosition(made.vocab_size, 48, 64, make_rng(0))
    name = type(made).__name__
    vectors = layer([ids])
    journey_rows.append((name, made.vocab_size, len(ids), vectors.shape))
table(journey_rows, ["tokenizer", "vocabulary", "ids", "vectors"])

# %% [markdown]
"""
## Systems analysis

You know two ways to the same rows: multiply one-hot rows by the table, or
look them up. Both give the same numbers. Take 256 ids and a table of 5,000
rows of 64 numbers.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** The lookup takes some hundredths of a millisecond. What
does the product with one-hot rows take, with the rows made beforehand?

1. the same: it gives the same numbers
2. about 10 times as long
3. more than 100 times as long
4. 5,000 times as long: it reads 5,000 rows instead of one
"""


# %% tags=["experiment"]
def two_ways(count, dim=64, wanted=256):
    """The same rows by lookup and by product: ms and size of the input."""
    rng = make_rng(count)
    layer = Embedding(count, dim, rng)
    ids = rng.integers(0, count, wanted)
    hot = Tensor(one_hot(ids, count))
    same(layer(ids), (hot @ layer.weight).data, "both ways")
    look_up = 1e3 * stopwatch(lambda: layer(ids), repeats=51)
    multiply = 1e3 * stopwatch(lambda: hot @ layer.weight, repeats=9)
    return layer, (look_up, ids.nbytes), (multiply, hot.nbytes)


_, looked_up, multiplied = two_ways(5000)
way_rows = [
    ("look up", looked_up[0], human_bytes(looked_up[1])),
    ("multiply", multiplied[0], human_bytes(multiplied[1])),
]
table(way_rows, ["256 of 5,000 ids", "ms", "size of the input"])
print(f"\nratio of the times: {multiplied[0] / looked_up[0]:.0f}\n")

count_rows = []
for count in (250, 500, 1000, 2000, 4000, 8000):
    layer, looked_up, multiplied = two_ways(count)
    size = human_bytes(layer.weight.nbytes)
    count_rows.append((count, looked_up[0], multiplied[0], size))
table(count_rows, ["tokens", "look up, ms", "multiply, ms", "table"])
print()
curve(
    {
        "look up": [(row[0], row[1]) for row in count_rows],
        "multiply": [(row[0], row[2]) for row in count_rows],
    },
    x="tokens in the vocabulary",
    y="ms for 256 ids",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

**Time.** The lookup copies 256 rows of 64 numbers, however long the table
is. The product multiplies every row of it, so its time grows with the
vocabulary:

```
   tokens           250     1000     4000     8000
   look up, ms     0.03     0.03     0.03     0.03
   multiply, ms    0.75     2.2      18       42
```

That was a small laptop-class machine with one thread, busy with other work.
Yours may be faster, but the two lines will have the same shape. At 5,000
tokens the product makes 82 million multiplications to copy 16,384 numbers.
The ratio of times is smaller than that, some hundreds: nearly all of the
0.03 ms is the way through Python, the check of the ids and the door of
module 02.

**Memory.** 256 ids are 2 KiB. The same ids as one-hot rows of 5,000 are 4.9
MiB, and nearly all of that is zeros. So one-hot rows explain an embedding.
Nobody runs it that way.

**The table itself** is the price of a vocabulary: `4 · vocab · dim` bytes.
Twice the tokens or twice the width, twice the bytes. In module 11 a larger
vocabulary made shorter rows of ids. Here is what it costs.
"""

# %% [markdown]
"""
## In production

- **PyTorch** calls it `nn.Embedding(count, dim)` and looks up just so. Its
  rows start with spread 1. On a graphics card a wrong id is reported late
  and without its number, so it pays to check ids before.
- **GPT-2** learned its positions: a table of 1,024 rows. Its smallest model
  has 50,257 tokens of 768 numbers: 39 of its 124 million parameters. Nearly
  a third of the model is that table.
- Many models use the token table **twice**: at the end, its rows are
  compared with the result, and the token whose row fits best is the answer.
  This is called *tied weights*.
- **Rotary positions** (RoPE) are your clock hands again. Most newer models
  do not add a position. They turn pairs of numbers by the angle of the
  hands, so that products of two rows depend on their distance.
- Services that **search** by meaning store a vector for each text, and
  answer a question with the texts of the highest cosine similarity.
"""

# %% [markdown]
"""
## Misconceptions

**"An embedding multiplies."** It could, with one-hot rows. It looks up, and
that gives the same numbers.

**"Larger ids are larger tokens."** An id is a name. Sort the vocabulary in
another way, and every id changes while the texts stay the same.

**"The position is a number that is added."** It is a row as long as the
token's. Each number of it moves at another speed, or is learned.

**"The clocks repeat after 6 steps."** The fast hand does. The slowest of 64
numbers turns once in some 47,000 steps.

**"The meaning of a row is in its single numbers."** Usually in none of
them. What counts is which other rows lie in the same direction.
"""

# %% [markdown]
"""
## Questions to think about

1. Rows of a table for 300 tokens, 16 numbers each. How can 300 tokens all
   be different in 16 numbers, when one-hot rows need 300?
2. What happens to a token that never occurs in the texts a network learns
   from? What does its row look like afterwards?
3. A clock row of dim 8, positions 0 to 1,000. Which hand would you take
   away first, and what would be lost?
4. The learned table has 48 rows, and a text has 49 tokens. What could you
   do with clocks that you can't do with the table?
5. Why are similarities of positions high even for 10 and 40? Think of the
   slow hands.
"""

# %% [markdown]
"""
## Quick reference

```
one_hot(ids, count)           (...) ─▶ (..., count)   float32
one_hot(ids, n) @ table       the same as table[ids]

Embedding(count, dim, rng)    (...) ─▶ (..., dim)
  weight (count, dim)         bell curve of spread 0.02
  TypeError                   ids that are no integers
  IndexError                  ids out of range, -1 too

clock_speeds(dim)             (dim/2,)  1, ..., nearly 1/10000
  hand i                      10000 ** (-2i / dim) radians a step
sinusoidal_table(length, dim) (length, dim)
  columns                     sin, cos of hand 0, sin, cos of hand 1, ...
  row 0                       0 1 0 1 0 1 ...
  similarity of two rows      depends on their distance alone

cosine_similarity(a, b)       (n, d), (m, d) ─▶ (n, m), -1 to 1

TokenAndPosition(vocab, max_length, dim, rng)
  (ids, start=0)              (..., T) ─▶ (..., T, dim)
                              token[ids] + position[start : start + T]

fixed clocks                  nothing to learn, any length
learned positions             fit the task, up to max_length
bytes of a table              4 · count · dim
```
"""

# %% [markdown]
"""
## Looking ahead

- **06 Autograd** goes through your lookup, too. An id that occurs twice
  gets both of its gradients added up in one row.
- **13 Attention** lets the rows of a text look at each other. It ignores
  their order, so without positions a sentence would be a bag of words. The
  clocks come from the paper that introduced it, in 2017.
- **14 Transformers** begins with your `TokenAndPosition`.
- **19 Caching** hands a text in part by part. It needs `start`.
"""

# %% [markdown]
"""
## Summary and what comes next

You turned ids into rows: by one-hot products to see why, by lookup to do
it. Clock hands of different speeds gave every position a row of its own, in
which distance shows. Cosine similarity measured it, and found that letters
with similar neighbours are alike. `TokenAndPosition` adds what and where.

Together with 13, this module unlocks 14.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_one_hot,
        test_embedding,
        test_clock_speeds,
        test_sinusoidal_table,
        test_cosine_similarity,
        test_token_and_position,
    )
