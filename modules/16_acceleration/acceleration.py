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
# 16 Acceleration

You will build `acceleration.py`: the same numbers, sooner. Each exercise
removes one kind of waste: steps of Python, reads in a bad order, arrays
that are written only to be read once.

### Prerequisites

- **15 Profiling**: `latency`, `profile`, the law of fixed cost and roof.
- **09 Spatial**: `conv2d`, its loops and its shifted copies.
- **06 Autograd**: `@rule`, `gradcheck`, `value_and_gradients`.
- Of the modules below them: `matmul_loops`, `run_op`, `concat`, `gelu`,
  `peak_bytes` and `make_rng`.

Nothing else is needed.

### Time and difficulty

About 4 hours. Difficulty 4 of 5. Seven exercises of 1 to 11 lines.

### Learning objectives

Afterwards you can

- replace a loop of Python by one call of NumPy, step by step;
- say where a number of an array lies in memory, and walk in that order;
- look at one array through overlapping windows without a copy;
- fuse many operations into one, and give it a rule for its gradient;
- choose a batch size that fits the machine.

### How the pieces hang together

```
   waste                           remedy

   steps of Python     ──▶  1  matmul_dots     n·m·k steps become n·m
                            2  matmul_rows     n·m steps become n
                       ──▶     @               one step

   a bad order         ──▶  3  memory order    what lies beside what?
                            4  conv2d_windows  windows without copies

   arrays in between   ──▶  5  fused_gelu      nine operations, one array
                            6  its rule        so that it can learn

   too much at once    ──▶  7  in_batches      what fits into the cache
```
"""

# %% [markdown]
"""
## Why the same numbers can come sooner

In 02 you multiplied matrices with three loops, and in 09 you convolved with
seven. Then came `@` and shifted copies, and the same numbers came hundreds of
times sooner. The arithmetic had not changed: not one product was saved.

So the time had gone elsewhere. In 15 you found three places:

```
   time  ≈  fixed cost of a call  +  the longer of   arithmetic / peak
                                                     traffic / bandwidth
```

A processor does billions of products in a second. Python takes some ten
million steps. If each product needs a step of Python, the processor spends
99 % of its time on other things than products.

The question of this module: **how much faster can the same arithmetic
become, and where does each factor come from?**
"""

# %%
#| default_exp acceleration
#| export
"""The same numbers, sooner: fewer steps, better order, fewer arrays."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from tinytorch.autograd import rule
from tinytorch.tensor import Tensor, concat, run_op

# %% [markdown]
"""
That cell opens your library file. The next one brings the tools for tests
and measurements, and your older functions for a race. They stay here.
"""

# %%
from functools import partial

from tinytorch.activations import gelu
from tinytorch.autograd import RULES, gradcheck, value_and_gradients
from tinytorch.env import human_bytes, make_rng, peak_bytes
from tinytorch.profiling import by_operation, latency, profile
from tinytorch.spatial import as_weight, conv2d, conv2d_loops_multi
from tinytorch.tensor import matmul_loops, tape

from tinytutor.kit import (
    Mismatch,
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
A speed-up must not be taken on trust, and a test must not look at the
clock. So the tests count. `Counted` is a NumPy array that counts two
things: how often something is **picked** out of it with `[ ]`, and how
often NumPy is **called** with it.
"""


# %%
class Counted(np.ndarray):
    """An array that counts the picks from it and the calls with it."""

    picks = 0
    calls = 0

    def __getitem__(self, index):
        Counted.picks += 1
        return super().__getitem__(index)

    def __array_ufunc__(self, ufunc, method, *inputs, **settings):
        Counted.calls += 1
        return getattr(ufunc, method)(*map(uncounted, inputs), **settings)

    def __array_function__(self, function, types, args, settings):
        Counted.calls += 1
        return super().__array_function__(function, types, args, settings)

    def dot(self, other):
        return self @ other


def uncounted(value):
    """The value as it is, or a Counted as a plain array."""
    return value.view(np.ndarray) if isinstance(value, Counted) else value


def counts_of(fn, *arrays):
    """How many picks and calls fn needs for these arrays."""
    Counted.picks = Counted.calls = 0
    fn(*(array.view(Counted) for array in arrays))
    return Counted.picks, Counted.calls


demo = np.arange(6.0).reshape(2, 3)
print(counts_of(lambda a: a[0, 1] + a[1, 2], demo))  # (2, 0)
print(counts_of(lambda a: a + a, demo))  # (0, 1)

# %% [markdown]
"""
Two numbers are picked in the first line, and Python adds them. In the
second line NumPy is called once, and all six sums happen inside the call.
"""

# %% [markdown]
"""
## 1. Remove the inner loop

Here is the product of two matrices as in 02, with arrays instead of lists.
One output number needs a whole inner loop:

```python
for i in range(n):
    for j in range(m):
        for k in range(inner):
            out[i, j] += a[i, k] * b[k, j]
```

The inner loop multiplies a row of `a` by a column of `b` and adds up. For
two vectors NumPy does that in one step, the **dot product**:

```
   row     [ 1  2  3 ]
   column  [ 4  5  6 ]        row @ column   ─▶   1·4 + 2·5 + 3·6 = 32
```

So the loop over k goes. What remains are n · m steps of Python.

One more thing. The numbers of a *column* do not lie side by side in memory:
you will see that in exercise 3. Make the columns rows first, once and
outside of the loops. `np.ascontiguousarray(b.T)` writes the transpose down
anew, and then `columns[j]` is column j in one piece.
"""


# %% nbgrader={"grade": false, "grade_id": "dots", "locked": false, "schema_version": 3, "solution": true}
#| export
Array = npt.NDArray[np.floating]


def matmul_dots(a: Array, b: Array) -> Array:
    """(n, inner) @ (inner, m) by n * m dot products; the dtype of a."""
    out = np.empty((a.shape[0], b.shape[1]), dtype=a.dtype)
    ### BEGIN SOLUTION
    columns = np.ascontiguousarray(b.T)
    for i in range(a.shape[0]):
        row = a[i]
        for j in range(b.shape[1]):
            out[i, j] = row @ columns[j]
    ### END SOLUTION
    return out


# %% nbgrader={"grade": true, "grade_id": "test_dots", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_dots():
    # Small enough to follow, with sizes that differ.
    a = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    b = np.array([[1, 0, 2, -1], [3, 1, 0, 2], [0, 2, 1, 1]], np.float32)
    with unchanged(a, b, what="matmul_dots(a, b)"):
        got = matmul_dots(a, b)
    same(got, a @ b, "matmul_dots(a, b), shapes (2, 3) and (3, 4)")
    same_dtype(got, np.float32, "matmul_dots of float32 arrays")
    wide = matmul_dots(a.astype(np.float64), b.astype(np.float64))
    same_dtype(wide, np.float64, "matmul_dots of float64 arrays")

    # Square matrices: here a row times a row would fit, too.
    rng = make_rng(1)
    a, b = rng.standard_normal((2, 8, 8))
    same(
        matmul_dots(a, b),
        a @ b,
        "matmul_dots(a, b), both (8, 8)",
        mistakes={
            "a row of a meets a column of b, not a row": a @ b.T,
            "that is b @ a: the rows come from a": b @ a,
            "that is the transpose of the product": (a @ b).T,
            "that multiplies element by element": a * b,
        },
    )
    loops = matmul_loops(a.tolist(), b.tolist())
    same(matmul_dots(a, b), loops, "matmul_dots beside matmul_loops")

    # The steps: 5 * 7 dot products, and no single numbers.
    a, b = rng.standard_normal((5, 20)), rng.standard_normal((20, 7))
    picks, calls = counts_of(matmul_dots, a, b)
    expect(
        picks <= 2 * 5 * 7 + 7,
        f"{picks} picks for 5 · 7 numbers: a loop over k is left",
        hint="row @ column multiplies and adds all 20 numbers in one step",
    )
    expect(
        calls <= 2 * 5 * 7,
        f"{calls} calls of NumPy for 5 · 7 numbers: one dot product each",
        hint="make the columns before the loops, once",
    )


test_dots()

# %% [markdown]
"""
## 2. Remove two loops

A row of the result needs one row of `a` and *all* of `b`. So hand NumPy
the whole row of work at once. A vector times a matrix is a vector:

```
                        b (3, 4)
                     [ 1  0  2 -1 ]
   row of a          [ 3  1  0  2 ]            row of the result
   [ 1  2  3 ]   @   [ 0  2  1  1 ]     ─▶     [ 7  8  5  6 ]
```

The loop over the rows of `a` is left: n steps. Gather the rows and put them
on top of each other: `np.stack` of NumPy does for arrays what your `stack`
does for tensors.
"""


# %% nbgrader={"grade": false, "grade_id": "rows", "locked": false, "schema_version": 3, "solution": true}
#| export
def matmul_rows(a: Array, b: Array) -> Array:
    """(n, inner) @ (inner, m) by n products of a row and all of b."""
    ### BEGIN SOLUTION
    return np.stack([row @ b for row in a])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_rows", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_rows():
    a = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    b = np.array([[1, 0, 2, -1], [3, 1, 0, 2], [0, 2, 1, 1]], np.float32)
    with unchanged(a, b, what="matmul_rows(a, b)"):
        got = matmul_rows(a, b)
    same(
        got,
        a @ b,
        "matmul_rows(a, b), shapes (2, 3) and (3, 4)",
        mistakes={
            "the result is transposed: its rows come from a": (a @ b).T,
            "the rows stand behind each other: stack them": (a @ b).ravel(),
            "that is the last row only": (a @ b)[-1],
        },
    )
    same_dtype(got, np.float32, "matmul_rows of float32 arrays")
    rng = make_rng(2)
    a, b = rng.standard_normal((2, 8, 8))
    same(
        matmul_rows(a, b),
        a @ b,
        "matmul_rows(a, b), both (8, 8)",
        mistakes={
            "the row stands on the left: row @ b": a @ b.T,
            "that is b @ a: the rows come from a": b @ a,
            "that multiplies element by element": a * b,
        },
    )

    # The steps: a product for each of 5 rows, not for each of 35 numbers.
    a, b = rng.standard_normal((5, 20)), rng.standard_normal((20, 7))
    picks, calls = counts_of(matmul_rows, a, b)
    expect(
        calls >= 5,
        f"{calls} calls of NumPy: use one product for each row",
        hint="`a @ b` is the next step of the ladder, not this one",
    )
    expect(
        picks <= 2 * 5 + 2 and calls <= 2 * 5 + 2,
        f"{picks} picks, {calls} calls: one product per row is enough",
        hint="row @ b makes a whole row of the result",
    )


test_rows()

# %% [markdown]
"""
The last loop goes with `a @ b`. How much did each step bring?
"""

# %% tags=["experiment"]
a, b = make_rng(3).standard_normal((2, 64, 64), dtype=np.float32)
a_listed, b_listed = a.tolist(), b.tolist()
ladder = {
    "three loops": lambda: matmul_loops(a_listed, b_listed),
    "matmul_dots": lambda: matmul_dots(a, b),
    "matmul_rows": lambda: matmul_rows(a, b),
    "a @ b": lambda: a @ b,
}
ladder_rows = []
for name, work in ladder.items():
    ms = 1e3 * latency(work, repeats=5, warmup=1)["best"]
    slowest = ladder_rows[0][1] if ladder_rows else ms
    ladder_rows.append((name, ms, round(slowest / ms)))
table(ladder_rows, ["64 x 64", "ms", "times faster"])

# %% [markdown]
"""
## 3. What lies beside what?

Memory is one long line of bytes. A matrix has rows and columns, so somebody
must decide in which order its numbers stand in that line. NumPy writes
**row after row**:

```
   a, float32           in memory

   ┌  0  1  2  3 ┐
   │  4  5  6  7 │      0 1 2 3 4 5 6 7 8 9 10 11
   └  8  9 10 11 ┘      ─▶ 4 bytes to the right neighbour
                        ───────▶ 16 bytes to the one below
```

The two steps, in bytes, are the **strides** of the array: `(16, 4)`. To the
right neighbour it is one number, so 4 bytes. To the one below it is a whole
row, so 4 · 4 bytes.

An array is no more than a place in memory, a shape and strides. Now you
see how a view can cost nothing: it keeps the bytes and changes the strides.

```
   a.T           shape (4, 3)    strides (4, 16)    the steps swapped
   a[:, ::3]     shape (3, 2)    strides (16, 12)   three numbers a step
   a[::-1]       shape (3, 4)    strides (-16, 4)   from the last row up
```

And a copy? It is written anew, row after row. So its strides follow from
its own shape and dtype.

**Your part.** Predict five strides. No code is needed; the test asks NumPy
afterwards.
"""


# %% nbgrader={"grade": false, "grade_id": "memory_order", "locked": false, "schema_version": 3, "solution": true}
def predicted_strides() -> dict[str, tuple[int, int]]:
    """Expression: bytes to the one below, bytes to the right neighbour.

    a is float32 and has shape (3, 4). The five expressions are
    "a[1:]"                      a slice of rows: a view
    "a[:, ::2]"                  every second column: a view
    "a.T[::2]"                   every second row of a.T: a view
    "a.astype(np.float64)"       a copy
    "np.ascontiguousarray(a.T)"  a copy
    """
    strides = {}
    ### BEGIN SOLUTION
    strides["a[1:]"] = (16, 4)
    strides["a[:, ::2]"] = (16, 8)
    strides["a.T[::2]"] = (8, 16)
    strides["a.astype(np.float64)"] = (32, 8)
    strides["np.ascontiguousarray(a.T)"] = (12, 4)
    ### END SOLUTION
    return strides


# %% nbgrader={"grade": true, "grade_id": "test_memory_order", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_memory_order():
    a = np.arange(12, dtype=np.float32).reshape(3, 4)
    old_steps = "a view keeps the bytes where they are"
    own_rows = "a copy of shape (4, 3) is written by its own rows"
    cases = {
        "a[1:]": (a[1:], {}),
        "a[:, ::2]": (a[:, ::2], {old_steps: (8, 4)}),
        "a.T[::2]": (a.T[::2], {"a.T is right, then ::2 doubles": (4, 16)}),
        "a.astype(np.float64)": (
            a.astype(np.float64),
            {"a float64 has 8 bytes": (16, 4)},
        ),
        "np.ascontiguousarray(a.T)": (
            np.ascontiguousarray(a.T),
            {
                own_rows: (4, 16),
                "its rows have 3 numbers, not 4": (16, 4),
            },
        ),
    }
    predicted = predicted_strides()
    for text, (array, mistakes) in cases.items():
        expect(text in predicted, f"there is no prediction for {text}")
        below, right = array.strides
        numbers = below // array.itemsize, right // array.itemsize
        named = {
            "strides are bytes, not numbers": numbers,
            **mistakes,
            "first the one below, then the right one": (right, below),
        }
        what = f"the strides of {text}"
        same(predicted[text], (below, right), what, mistakes=named)


test_memory_order()

# %% [markdown]
"""
### Rows or columns?

Add up a matrix of 2048 x 2048 numbers, once row by row, once column by
column. Both ways touch each number once and call NumPy 2,048 times.

```
   by rows                             by columns

   ┌ ─▶ ─▶ ─▶ ─▶ ┐                     ┌ │  │  │  │ ┐
   │ ─▶ ─▶ ─▶ ─▶ │                     │ ▼  ▼  ▼  ▼ │
   └ ─▶ ─▶ ─▶ ─▶ ┘                     └ ▼  ▼  ▼  ▼ ┘
   0 1 2 3 4 5 6 7 8 ...               0 4 8 ...  1 5 9 ...
   neighbours in memory                far jumps
```
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** How many times longer does the walk by columns take?

1. equally long: both do the same additions
2. about twice as long
3. five times as long, or more
"""


# %% tags=["experiment"]
grid = make_rng(4).standard_normal((2048, 2048), dtype=np.float32)
walks = {
    "by rows": lambda: [grid[i].sum() for i in range(2048)],
    "by columns": lambda: [grid[:, j].sum() for j in range(2048)],
}
walk_ms = {}
for name, walk in walks.items():
    walk_ms[name] = 1e3 * latency(walk, repeats=5, warmup=1)["best"]
bars(walk_ms, unit="ms")
print(f"\nratio {walk_ms['by columns'] / walk_ms['by rows']:.1f}")

# %% [markdown]
"""
On a small laptop-class machine, with one thread, we measured 8 ms by rows
and 65 ms by columns: eight times as long. Memory is not fetched in single
numbers but in **cache lines** of 64 bytes, here 16 numbers. The walk by
rows uses all 16. The walk by columns uses one and needs the next line. When
it comes back for the neighbour, that line may be gone from the cache.

So with the right order you save no arithmetic and no step of Python. You
save traffic.
"""

# %% [markdown]
"""
## 4. Windows without copies

In 09 you made K * K shifted copies and wrote them side by side. Strides can
do that in one step. Look at one row and a window of 3:

```
   row      [ 0  1  2  3  4 ]         in memory: 0 1 2 3 4

   windows  ┌ 0  1  2 ┐    one place on:      4 bytes
            │ 1  2  3 │    one number on:     4 bytes
            └ 2  3  4 ┘    strides (4, 4)
```

Both axes step by one number. So the number 2 appears in three windows and
exists once. NumPy builds such a view of all windows:

```python
sliding_window_view(x, (k, k), axis=(2, 3))

   x        (N, C, H, W)
   result   (N, C, H - k + 1, W - k + 1, k, k)
                   └─── the places ───┘  └──┴─ inside the window
```

With a stride, only every second or third place counts. That is a slice of
the two axes of the *places*, and a slice is a view again.

**Your part.** First `window_view`. Then the convolution, by the ledger of
shapes below. The weight is that of `conv2d`, with the order row, column,
channel. So the axes inside the window come first, then the channels.

```
   x                 (N, C, H, W)
   np.pad            a frame around the last two axes
   window_view       (N, C, H', W', K, K)
   transpose         (N, H', W', K, K, C)
   reshape           (N·H'·W', K·K·C)        here the numbers are copied
   @ weight          (N·H'·W', O)
   reshape           (N, H', W', O)
   transpose         (N, O, H', W')
```

Everything is a plain array: this is for using a network, not for training
it. Training wants records.
"""


# %% nbgrader={"grade": false, "grade_id": "windows", "locked": false, "schema_version": 3, "solution": true}
#| export
def window_view(x: Array, k: int, stride: int = 1) -> Array:
    """All k x k windows of x (N, C, H, W): a view (N, C, H', W', k, k)."""
    ### BEGIN SOLUTION
    every = sliding_window_view(x, (k, k), axis=(2, 3))
    return every[:, :, ::stride, ::stride]
    ### END SOLUTION


def conv2d_windows(
    x: Array,
    weight: Array,
    stride: int = 1,
    padding: int = 0,
) -> Array:
    """conv2d of arrays: x (N, C, H, W) and weight (K*K*C, O).

    Gives (N, O, H', W') in the dtype of x. Does not change x.
    """
    k = math.isqrt(weight.shape[0] // x.shape[1])
    ### BEGIN SOLUTION
    frame = (padding, padding)
    view = window_view(np.pad(x, ((0, 0), (0, 0), frame, frame)), k, stride)
    count, _, height, width, _, _ = view.shape
    seen = view.transpose(0, 2, 3, 4, 5, 1)
    out = seen.reshape(count * height * width, -1) @ weight
    return out.reshape(count, height, width, -1).transpose(0, 3, 1, 2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_windows", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_windows():
    # The windows alone: right numbers, and no copy.
    x = np.arange(2 * 3 * 5 * 6, dtype=np.float32).reshape(2, 3, 5, 6)
    view = window_view(x, 3)
    expect(view is not None, "window_view(x, 3) gave None: a `return`?")
    expect(
        view.shape == (2, 3, 3, 4, 3, 3),
        f"window_view(x, 3): {view.shape}, expected (2, 3, 3, 4, 3, 3)",
        hint="axis=(2, 3): the windows slide along height and width",
    )
    right = x[1, 2, 2:5, 1:4]
    same(view[1, 2, 2, 1], right, "window_view(x, 3)[1, 2, 2, 1]")
    expect(
        np.shares_memory(view, x),
        "window_view(x, 3) copied x: a view costs nothing",
        hint="sliding_window_view and slices; no copy, no reshape",
    )
    halved = window_view(x, 2, stride=2)
    what = "window_view(x, 2, stride=2)"
    inside = "the stride is for the places, axes 2 and 3, not the window"
    expect(halved.shape != (2, 3, 4, 5, 1, 1), inside)
    expect(
        halved.shape == (2, 3, 2, 3, 2, 2),
        f"{what}: {halved.shape}, expected (2, 3, 2, 3, 2, 2)",
        hint="both axes of the places: ::stride",
    )
    right = x[1, 2, 2:4, 4:6]
    same(halved[1, 2, 1, 2], right, f"{what}[1, 2, 1, 2]")
    expect(np.shares_memory(halved, x), f"{what} copied x")

    # The convolution, beside yours of module 09.
    def channels_first(x, weight, *settings):
        """What comes out if the channels stand before rows and columns."""
        ordered = weight.reshape(3, 3, 3, -1).transpose(1, 2, 0, 3)
        tensors = Tensor(x), Tensor(ordered.reshape(weight.shape))
        return conv2d(*tensors, None, *settings).data

    rng = make_rng(5)
    x = rng.standard_normal((2, 3, 7, 8)).astype(np.float32)
    kernels = rng.standard_normal((4, 3, 3, 3)).astype(np.float32)
    weight = as_weight(kernels)
    for stride, padding in ((1, 0), (1, 1), (2, 1), (3, 2)):
        what = f"conv2d_windows, stride {stride}, padding {padding}"
        tensors = Tensor(x), Tensor(weight)
        right = conv2d(*tensors, stride=stride, padding=padding).data
        with unchanged(x, weight, what=what):
            got = conv2d_windows(x, weight, stride, padding)
        pixels = right.transpose(0, 2, 3, 1)
        mixed = pixels.reshape(right.shape)
        same(
            got,
            right,
            what,
            tolerance=1e-4,
            mistakes={
                "the channels go to axis 1 at the end: transpose": pixels,
                "transpose at the end, a reshape mixes up": mixed,
                "the channels come last inside the window": channels_first(
                    x, weight, stride, padding
                ),
            },
        )
        same_dtype(got, np.float32, what)
    loops = conv2d_loops_multi(x, kernels, padding=1)
    got = conv2d_windows(x, weight, padding=1)
    same(got, loops, "conv2d_windows beside the loops", tolerance=1e-4)
    one = conv2d_windows(x, weight[:3, :2])
    alone = (x.transpose(0, 2, 3, 1) @ weight[:3, :2]).transpose(0, 3, 1, 2)
    same(one, alone, "conv2d_windows with a 1 x 1 kernel", tolerance=1e-4)


test_windows()

# %% [markdown]
"""
## 5. One operation instead of nine

`gelu` of 03 goes nine times through the door. Each time NumPy reads an
array, writes a new one, and the next operation reads it again:

```
   x * x     * x     * 0.0447   x +      * 0.798   tanh     1 +   ...
     │        │         │        │          │        │       │
   read     read      read     read       read     read    read
   write    write     write    write      write    write   write
```

The law of 15 says what that costs: nine fixed costs, and 22 times the bytes
of x. To **fuse** operations means to make one of them: one door, one new
array, and all steps *in place*. In place means that the result lands in an
array that is there already:

```python
out *= a                     # out = out * a, without a new array
np.tanh(out, out=out)        # the same for a function
```

The formula from 03, and the order in which one array is enough:

```
   0.5 · a · (1 + tanh( ROOT · (a + CUBE · a · a · a) ))

   a·a ─▶ ·a ─▶ ·CUBE ─▶ +a ─▶ ·ROOT ─▶ tanh ─▶ +1 ─▶ ·a ─▶ ·0.5
```

The one danger: `a` must stay as it is. It belongs to the caller, and you
need it three more times. So the first step writes into the new array `out`,
and all others change `out` alone.
"""


# %% nbgrader={"grade": false, "grade_id": "fused_gelu", "locked": false, "schema_version": 3, "solution": true}
#| export
ROOT = math.sqrt(2.0 / math.pi)
CUBE = 0.044715


def gelu_in_one_array(a: Array) -> Array:
    """gelu of an array of floats; makes one new array and keeps a."""
    out = np.empty_like(a)
    np.multiply(a, a, out=out)
    ### BEGIN SOLUTION
    out *= a
    out *= CUBE
    out += a
    out *= ROOT
    np.tanh(out, out=out)
    out += 1.0
    out *= a
    out *= 0.5
    ### END SOLUTION
    return out


def fused_gelu(x: Tensor) -> Tensor:
    """gelu as one operation, recorded as "fused_gelu"."""
    return run_op("fused_gelu", gelu_in_one_array, x)


# %% nbgrader={"grade": true, "grade_id": "test_fused_gelu", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_fused_gelu():
    values = np.array([[-3, -1, -0.25, 0], [0.5, 1, 2.5, 0.1]], np.float32)
    x = Tensor(values)
    try:
        with unchanged(x, what="fused_gelu(x)"):
            got = fused_gelu(x)
    except Mismatch:
        raise Mismatch(
            "your input changed: x belongs to the caller",
            hint="change `out` in place, never `a`",
        ) from None

    def form(scale=ROOT, factor=CUBE, power=3, one=1.0):
        inner = scale * (values + factor * values**power)
        return 0.5 * values * (one + np.tanh(inner))

    linear = 0.5 * values * (1 + ROOT * (values + CUBE * values**3))

    same(
        got,
        gelu(x).data,
        "fused_gelu(x) beside gelu(x)",
        mistakes={
            "the last half is missing": 2 * form(),
            "the 1 after tanh is missing": form(one=0),
            "a must be cubed: multiply by a twice": form(power=2),
            "CUBE is missing": form(factor=1),
            "ROOT is missing": form(scale=1),
            "the a that is added to the cube is missing": (
                0.5 * values * (1 + np.tanh(ROOT * CUBE * values**3))
            ),
            "the a after tanh is missing": (
                0.5 * (1 + np.tanh(ROOT * (values + CUBE * values**3)))
            ),
            "tanh is missing": linear,
        },
    )
    same_dtype(got, np.float32, "fused_gelu of float32")
    large = fused_gelu(Tensor([-1000.0, 1000.0]))
    same(large, [0, 1000], "fused_gelu of -1000 and 1000")

    with tape() as records:
        fused_gelu(x)
    names = [record.name for record in records]
    expect(names == ["fused_gelu"], f"one record, but the log has {names}")

    # One new array of 1 MB, and nothing else.
    megabyte = Tensor(np.ones(250_000, np.float32))
    times = peak_bytes(lambda: fused_gelu(megabyte)) / megabyte.nbytes
    expect(
        times <= 1.3,
        f"the peak is {times:.1f} times x: a step makes a new array",
        hint="out = out * a makes one, out *= a does not; tanh has out=",
    )
    single = Tensor(0.5)
    same(fused_gelu(single), gelu(single).data, "fused_gelu of one number")


test_fused_gelu()

# %% [markdown]
"""
What the profile of 15 says about it:
"""


# %% tags=["experiment"]
x = Tensor(make_rng(6).standard_normal((256, 1024), dtype=np.float32))


def cost_of(fn):
    """Operations, bytes and peak in times x, and ms of fn(x)."""
    total = by_operation(profile(lambda: fn(x))).values()
    calls = sum(t.calls for t in total)
    traffic = sum(t.nbytes for t in total) / x.nbytes
    peak = peak_bytes(lambda: fn(x)) / x.nbytes
    return calls, traffic, peak, 1e3 * latency(lambda: fn(x))["best"]


gelu_rows = [(fn.__name__, *cost_of(fn)) for fn in (gelu, fused_gelu)]
table(gelu_rows, ["function", "operations", "bytes", "peak", "ms"])
print("\nbytes and peak: in times the size of x")

# %% [markdown]
"""
The count of bytes for `fused_gelu` is too kind. It sees x read once and out
written once, and not what the eight steps inside do with `out`. But those
steps work on the same array again and again, and it stays in the cache.
"""

# %% [markdown]
"""
## 6. A rule for the new operation

Your library has never heard of `fused_gelu`. What happens if you ask for a
gradient through it?
"""

# %% tags=["experiment"]
try:
    value_and_gradients(lambda: fused_gelu(x).sum(), [x])
    print("there is a rule already")
except (KeyError, NotImplementedError) as problem:
    print(type(problem).__name__)
    print(*problem.args)

# %% [markdown]
"""
A **fused** operation needs a rule of its own: the walk of 06 sees one
record and looks for one rule. The composed `gelu` needed none, for each of
its nine operations has one. That is the price of fusing.

Write t for the tanh, and u for what stands inside it:

```
   y = 0.5 · a · (1 + t)      t = tanh(u)      u = ROOT · (a + CUBE · a³)
```

Nudge a. Two things move: the factor a, and t behind it. Add both up.

```
   through the factor a        0.5 · (1 + t)
   through t                   0.5 · a · slope of t

   slope of t    =  (1 - t²) · slope of u               as in 06
   slope of u    =  ROOT · (1 + 3 · CUBE · a²)
```

At a = 1: t is 0.682, the first part 0.841, the second 0.242. So the slope
is 1.083: a little steeper than the line y = a.

A rule gets g, the output, then the input, all as arrays. The output looks
tempting: 0.5 · (1 + t) is `out / a`. But at a = 0 that is 0 / 0.
"""


# %% nbgrader={"grade": false, "grade_id": "fused_rule", "locked": false, "schema_version": 3, "solution": true}
#| export
@rule("fused_gelu")
def fused_gelu_rule(g: Array, out: Array, a: Array) -> tuple[Array]:
    """To the input: g times the slope of gelu at a."""
    ### BEGIN SOLUTION
    square = a * a
    t = np.tanh(ROOT * (a + CUBE * square * a))
    slope_of_t = (1.0 - t * t) * ROOT * (1.0 + 3.0 * CUBE * square)
    return (g * 0.5 * (1.0 + t + a * slope_of_t),)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_fused_rule", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_fused_rule():
    expect("fused_gelu" in RULES, 'there is no rule: @rule("fused_gelu")')
    a = np.array([1.0, 0.0, -2.0, 0.5])
    g = np.array([1.0, 10.0, 100.0, 2.0])
    with unchanged(g, a, what="the rule for fused_gelu"):
        pieces = RULES["fused_gelu"](g, gelu_in_one_array(a), a)
    tupled = isinstance(pieces, tuple) and len(pieces) == 1
    expect(tupled, "1 input needs 1 array, in a tuple: return (array,)")

    t = np.tanh(ROOT * (a + CUBE * a**3))
    flat = 1 - t**2
    inner = ROOT * (1 + 3 * CUBE * a**2)
    first, second = 0.5 * (1 + t), 0.5 * a * flat * inner
    with np.errstate(invalid="ignore", divide="ignore"):
        divided = g * (gelu_in_one_array(a) / a + second)
    steep = g * (first + 0.5 * a * inner)
    same(
        pieces[0],
        g * (first + second),
        "the rule for fused_gelu at 1, 0, -2 and 0.5",
        mistakes={
            "the part through tanh is missing": g * first,
            "the part through the factor a is missing": g * second,
            "g is missing: multiply the slope by it": first + second,
            "the slope of tanh, 1 - t², is missing": steep,
            "the slope of u is missing": g * (first + 0.5 * a * flat),
            "a² has the factor 3 in the slope of u": (
                g * (first + 0.5 * a * flat * ROOT * (1 + CUBE * a**2))
            ),
            "out / a is 0 / 0 where a is 0: compute 0.5 · (1 + t)": divided,
        },
    )

    # The walk of 06, beside nudging and beside the composed gelu.
    rng = make_rng(7)
    x = Tensor(rng.standard_normal((3, 4)))
    weights = Tensor(rng.standard_normal((3, 4)))

    def weighed():
        return (fused_gelu(x) * weights).sum()

    try:
        gradcheck(weighed, [x])
    except ValueError as problem:
        raise Mismatch(f"gradcheck of fused_gelu: {problem}") from None
    _, (fused,) = value_and_gradients(weighed, [x])

    def weighed_composed():
        return (gelu(x) * weights).sum()

    _, (composed,) = value_and_gradients(weighed_composed, [x])
    same(fused, composed, "the gradient, fused beside composed")
    far = Tensor([-1000.0, -20.0, 20.0, 1000.0])
    _, (slopes,) = value_and_gradients(lambda: fused_gelu(far).sum(), [far])
    same(slopes, [0, 0, 1, 1], "the slopes at -1000, -20, 20 and 1000")
    same_dtype(slopes, np.float32, "the gradient of a float32 tensor")


test_fused_rule()

# %% [markdown]
"""
## 7. In batches

One call for everything has the lowest fixed cost. But a large input makes
large arrays in between. They must fit into memory, and they run fastest
where they fit into the cache. So cut the input into batches, and join the
results:

```
   x (10, ...)      size 4

   rows 0 1 2 3  ─▶  fn  ─▶  4 results ┐
   rows 4 5 6 7  ─▶  fn  ─▶  4 results ├─ concat ─▶  10 results
   rows 8 9      ─▶  fn  ─▶  2 results ┘
                     └─ the last part is shorter, and it counts
```

This changes nothing in the result, as long as `fn` treats each row by
itself. All layers so far do, in eval mode.

`range(0, 10, 4)` gives 0, 4 and 8: the starts. A slice that reaches beyond
the end simply ends there. A size below 1 makes no sense; refuse it before
anything runs.
"""


# %% nbgrader={"grade": false, "grade_id": "in_batches", "locked": false, "schema_version": 3, "solution": true}
#| export
def in_batches(
    fn: Callable[[Tensor], Tensor],
    x: Tensor,
    size: int,
) -> Tensor:
    """fn(x), computed for at most `size` rows of x at a time.

    fn must treat each row by itself. Raises ValueError for a size below 1;
    it says "size" and the value.
    """
    ### BEGIN SOLUTION
    if size < 1:
        raise ValueError(f"size must be at least 1, got {size}")
    starts = range(0, x.shape[0], size)
    return concat([fn(x[start : start + size]) for start in starts])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_in_batches", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_in_batches():
    x = Tensor(make_rng(8).standard_normal((10, 3), dtype=np.float32))
    sizes = []

    def double(part):
        sizes.append(part.shape[0])
        return part * 2.0

    for size, wanted in (
        (4, [4, 4, 2]),
        (5, [5, 5]),
        (7, [7, 3]),
        (1, [1] * 10),
        (10, [10]),
        (64, [10]),
    ):
        sizes.clear()
        what = f"in_batches(double, x, {size}), x of 10 rows"
        with unchanged(x, what=what):
            got = in_batches(double, x, size)
        dropped = 10 - sum(sizes)
        expect(
            dropped <= 0,
            f"{what}: {dropped} rows were dropped",
            hint="the last part is shorter, and it counts",
        )
        parts = f"parts of {sizes}, expected {wanted}"
        expect(sizes == wanted, f"{what}: {parts}")
        same(got, x.data * 2, what)
        expect(isinstance(got, Tensor), f"{what} must be a Tensor")
    sums = in_batches(lambda part: part.sum(axis=1), x, 4)
    same(sums, x.data.sum(axis=1), "in_batches of the sums of rows")
    for size in (0, -3):
        sizes.clear()
        what = f"in_batches(fn, x, {size})"
        with refuses(ValueError, what, says=["size", str(size)]):
            in_batches(double, x, size)
        expect(not sizes, f"{what}: fn ran; check the size first")

    # Gradients pass through: the parts are joined by an operation.

    def total():
        return in_batches(double, x, 4).sum()

    _, (slopes,) = value_and_gradients(total, [x])
    same(slopes, np.full((10, 3), 2), "the gradient through in_batches")


test_in_batches()

# %% [markdown]
"""
## Systems analysis

Three measurements: the ladder of the matrix product, three ways to
convolve, and the right size of a batch.

### The ladder

Four ways to the same product of n x n matrices.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** For n = 128, how many times faster is `a @ b` than the
three loops? And how much of that factor comes from the very first step,
from three loops to dot products?
"""


# %% tags=["experiment"]
def climb(n):
    """n, and the best ms of each way to multiply (n, n) by (n, n)."""
    a, b = make_rng(n).standard_normal((2, n, n), dtype=np.float32)
    a_listed, b_listed = a.tolist(), b.tolist()
    ways = (
        (lambda: matmul_loops(a_listed, b_listed), 2),
        (lambda: matmul_dots(a, b), 5),
        (lambda: matmul_rows(a, b), 20),
        (lambda: a @ b, 50),
    )
    return n, *(1e3 * latency(way, times, 1)["best"] for way, times in ways)


names = ("three loops", "matmul_dots", "matmul_rows", "a @ b")
climbed = [climb(n) for n in (8, 16, 32, 64, 128)]
table(climbed, ["n", *(f"{name} ms" for name in names)])
print()
table(
    [
        (n, round(loops / blas), loops / dots, dots / rows, rows / blas)
        for n, loops, dots, rows, blas in climbed
    ],
    ["n", "in all", "loops to dots", "dots to rows", "rows to @"],
)
print()
lines = {name: [] for name in names}
for n, *times in climbed:
    for name, ms in zip(names, times, strict=True):
        lines[name].append((n, ms))
curve(
    lines,
    x="n",
    y="ms (both scales logarithmic)",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured:

```
     n     three loops     dots      rows       a @ b     in all
     8        0.08 ms    0.18 ms   0.04 ms    0.003 ms        20
    32        3.8        2.7       0.12       0.006          650
   128      255         43         0.62       0.25         1,000
```

Each way has a law of its own, and you can read it from its line:

```
   three loops    0.12 µs · n³      a step of Python for each product
   matmul_dots    2.6 µs · n²       a call of NumPy for each number
   matmul_rows    4 µs · n          a call for each row, and arithmetic
   a @ b          3 µs              one call, and arithmetic
```

**The slope is the number of loops that are left.** The first step brought
a factor of 6. A call costs as much as 22 steps of the inner loop, so below
n = 22 the dots are even slower. The second step brought 70. It took away
the square.

In the last column the arithmetic begins to show. At n = 128 a product needs
0.25 ms, and only 0.003 ms of them are the call. From here on no loop is
left to remove, and you are at the roof of 15.

### Three ways to convolve

Colour pictures of 16 x 16 pixels, eight filters of 3 x 3, padding 1, as in
the race of 09. The third runner is your view of windows.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** The shifted copies go 16 times through the door, the
windows never. And a view is free. So how many times faster are the windows:
for 1 picture, and for 16?
"""


# %% tags=["experiment"]
def convolve(count):
    """Pictures; ms by loops, copies, windows; peaks of the last two."""
    rng = make_rng(count)
    x = rng.standard_normal((count, 3, 16, 16), dtype=np.float32)
    kernels = rng.standard_normal((8, 3, 3, 3), dtype=np.float32)
    weight = as_weight(kernels)
    tensors = Tensor(x), Tensor(weight)

    def loops():
        return conv2d_loops_multi(x, kernels, padding=1)

    def copies():
        return conv2d(*tensors, padding=1)

    def views():
        return conv2d_windows(x, weight, padding=1)

    slow = 1e3 * latency(loops, 1, 0)["best"] if count <= 4 else math.nan
    fast = (1e3 * latency(way, 20)["best"] for way in (copies, views))
    peaks = (peak_bytes(way) / x.nbytes for way in (copies, views))
    return count, slow, *fast, *peaks


races = [convolve(count) for count in (1, 4, 16, 64)]
headers = ["pictures", "loops ms", "copies ms", "windows ms"]
table(races, [*headers, "peak copies", "peak windows"])
print("\npeak: in times the size of x\n")
first = races[0]
bars({"copies": first[2], "windows": first[3]}, unit="ms for 1 picture")

# %% [markdown]
"""
### What to see

On the same machine we measured:

```
   pictures    loops     copies     windows     peak: copies   windows
       1        70 ms    0.26 ms    0.19 ms           14x        14x
       4       285       0.31       0.27              20x        13x
      16         -       0.51       0.60              19x        13x
      64         -       3.5        2.1               19x        13x
```

With 4 pictures both are about 1,000 times faster than the loops. Between
the two of them it is close. For one picture the windows win: they skip the
16 trips through the door. For 16 the copies do.

How can a free view lose? **A view costs nothing until somebody reads it.**
The `reshape` reads it in the order row, column, channel. In x, the channels
of one pixel lie 16 · 16 numbers apart. That is a walk by columns. The
copies pay for two passes, but each of them reads long runs.

What the windows always save is memory: the copies write 9 times x twice,
once in `concat` and once in the `reshape`, the windows once.

### The size of a batch

`gelu` of 2048 rows of 512 numbers, 4 MiB, in batches of 2 to 2048 rows.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** Which size is fastest for the composed `gelu`?

1. 2 rows: the smallest arrays
2. all rows: the fewest calls
3. a size in between
"""


# %% tags=["experiment"]
many = Tensor(make_rng(9).standard_normal((2048, 512), dtype=np.float32))


def by_size(size):
    """Rows, bytes of a batch, ns per number and peak, for both gelus."""
    row = [size, size * 512 * 4]
    for fn in (gelu, fused_gelu):
        work = partial(in_batches, fn, many, size)
        row.append(1e9 * latency(work, 3, 1)["best"] / many.size)
        row.append(peak_bytes(work) / many.nbytes)
    return row


batch_rows = [by_size(2 * 4**power) for power in range(6)]
table(
    [
        (
            size,
            human_bytes(nbytes),
            ns,
            f"{peak:.1f}x",
            ns_1,
            f"{peak_1:.1f}x",
        )
        for size, nbytes, ns, peak, ns_1, peak_1 in batch_rows
    ],
    ["rows", "a batch", "gelu ns", "peak", "fused ns", "peak"],
)
print("\nns: for each number; peak: in times the size of x\n")
curve(
    {
        "gelu": [(row[0], row[2]) for row in batch_rows],
        "fused_gelu": [(row[0], row[4]) for row in batch_rows],
    },
    x="rows in a batch",
    y="ns for each number (both scales logarithmic)",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

On the same machine we measured, in ns for each number:

```
   rows            2       8      32      128     512    2048
   a batch      4 KiB  16 KiB  64 KiB  256 KiB   1 MiB   4 MiB
   gelu           99      33      17       13      17      19
   fused_gelu     37      17      12       11      12      15
```

Answer 3. **The law: small batches pay the fixed costs, large ones leave the
cache; the best size lies between.** At 2 rows, the ten calls of `gelu` are
shared by 1,024 numbers only. At 128 rows a batch has 256 KiB, and the
arrays in between are still in the cache when the next operation reads them.
At 2,048 they are not.

The fused one is flatter at both ends, for the same reasons: fewer calls,
fewer arrays. And the peak tells why large models are run in batches even
where it costs time: in one piece `gelu` needs 4 times x at once. In batches
it needs 2 times: the parts of the result, and then the result.

### And more threads?

A matrix product can use several cores. NumPy's BLAS library decides how
many when it is loaded. The setting `OPENBLAS_NUM_THREADS=1` in the
environment says: one.

We took 24 steps of gradients of `small_cnn`, on two cores that other
programs wanted too:

```
                              1 thread     2 threads
   24 steps, by the clock       0.20 s        0.71 s
   24 steps, of the processor   0.19 s        0.74 s
```

Two threads took more than three times as long, for four times the work. The
products are so small that the threads spend their time waiting for each
other. More threads help where each has much to do by itself.
"""

# %% [markdown]
"""
## In production

The order of the work is always the same: **vectorise, fuse, tile,
parallelise.** You did the first two.

- **Vectorise.** NumPy, PyTorch and JAX all want whole arrays. `jax.vmap`
  rewrites a function for one example into one for a batch.
- **Fuse.** `torch.compile` and XLA find chains like `gelu` in your records
  and make one kernel of them. They write its gradient, too.
- **Tile.** A BLAS library cuts matrices into blocks that fit the cache, as
  `in_batches` does with rows. Then each byte serves many products.
- **Parallelise.** Threads, graphics cards, many machines. This comes last,
  since it multiplies what is there, waste included.
- **Strides** exist everywhere: `tensor.stride()` and `.contiguous()` in
  PyTorch. `torch.as_strided` is as powerful as your window view, and as
  dangerous: nobody checks that a stride stays inside the memory.
"""

# %% [markdown]
"""
## Misconceptions

**"NumPy is slow because Python is slow."** `a @ b` runs no step of Python
for its products. What is slow is to call NumPy for every single number.

**"In place is always faster."** It saves an array. If the array would have
stayed in the cache, little is gained. And whoever else holds the array sees
it change: records of 06 would give wrong gradients.

**"A view is always better than a copy."** It moves the cost to the reader.
If you read it often, and in a bad order, copy it once.

**"More threads are more speed."** Only if the parts are large. You saw
three times as long with twice the threads.

**"Faster code computes something else."** It must not. All your tests
compare with the slow way first, and only then count steps.
"""

# %% [markdown]
"""
## Questions to think about

1. `matmul_rows` walks over the rows of `a`. Write down the same idea for
   the columns of `b`. Which of the two suits the memory better?
2. Three loops can be nested in six orders. In which of them does the inner
   loop of a product walk along rows only?
3. `fused_gelu_rule` computes tanh once more. What could it do instead, and
   what would that cost in memory?
4. For `in_batches`, `fn` must treat each row by itself. Find a function
   from 03 for which that depends on a setting.
5. On a chip with a cache of 32 MiB, where would you expect the best batch
   of the composed `gelu`?
"""

# %% [markdown]
"""
## Quick reference

```
matmul_dots(a, b)                     n·m dot products
matmul_rows(a, b)                     n products of a row and a matrix
window_view(x, k, stride)             (N, C, H', W', k, k), no copy
conv2d_windows(x, weight, stride, padding)       arrays, forward only
fused_gelu(x)                         one record, one new array
in_batches(fn, x, size)               size rows at a time, then concat
```

```
strides    bytes to the next along each axis; a.T swaps, ::2 doubles
row order  the last axis has the neighbours: walk along it
fuse       run_op("name", fn, x), fn works in place on one new array
rule       @rule("name") def f(g, out, a): return (g * slope,)
```

```
step of the ladder       brought us      it removes
loops to dots                    6       a loop over products
dots to rows                    70       a loop over numbers
rows to a @ b                    2       the last loop
fused instead of composed        2       arrays in between
the right batch size           1.5       trips out of the cache
one thread for small work        3       waiting
```
"""

# %% [markdown]
"""
## Looking ahead

With this module you reach the milestone *Hundredfold*, which puts all your
ways side by side. **20 Benchmarking** asks when a speed-up is more than
noise. **13 Attention** has a chain of operations that every large model
fuses and tiles. Its fused form, FlashAttention, does more arithmetic than
the plain way and moves far fewer bytes.
"""

# %% [markdown]
"""
## Summary and what comes next

You took a matrix product from three loops to one call and gained a factor
of a thousand without saving a single multiplication. You know where a
number lies in memory, and why the order of a walk matters. You looked at
windows without copying them, fused nine operations into one, and taught
your library its gradient. And you cut work into parts that fit the cache.

The law to take along: first fewer steps of Python, then fewer bytes, then
more hands.

Together with 17, 18 and 19, this module opens 20 Benchmarking.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_dots,
        test_rows,
        test_memory_order,
        test_windows,
        test_fused_gelu,
        test_fused_rule,
        test_in_batches,
    )
