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
# 09 Spatial

You will build `spatial.py`: convolution, pooling, and a small network that
looks at pictures. Convolution comes in four steps. Each of them runs and is
tested before the next begins.

### Prerequisites

- **03 Activations**: `relu`.
- **04 Layers**: `Module`, `Parameter`, `Linear`, `Sequential`, `Flatten`.
- **02 Tensor** and **01 Setup**, which both of them need too: slices,
  `pad`, `transpose`, `concat`, `stack` and `tape`; `stopwatch`,
  `peak_bytes`, `human_bytes` and `make_rng`.

Nothing else is needed.

### Time and difficulty

About 5 hours. Difficulty 3 of 5. Eight exercises of 5 to 10 lines.

### Learning objectives

Afterwards you can

- say how large the result of a convolution is, for any stride and padding;
- compute a convolution by hand, and with four plain loops;
- turn the loops into shifted copies of the picture and one matrix product;
- keep a ledger of shapes through a whole network, and count its parameters;
- predict the time and the memory of a convolution before you run it.

### How the pieces hang together

```
  1  output_size          how many places are there?
          │
  2  conv2d_loops         step 1: one picture, one kernel
          │
  3  conv2d_loops_multi   step 2: batches, channels, bias, padding
          ┊
          ┊  the same numbers, without a loop over places
          ┊
  4  shifted_copies ──────────────┐        step 3
          │                       │
  5  side_by_side, conv2d    7  MaxPool2d  step 4
          │                     GlobalAvgPool
  6  Conv2d                       │
          └───────────┬───────────┘
  8  small_cnn        (N, 1, 8, 8)  ─▶  (N, 10)
```
"""

# %% [markdown]
"""
## Why convolution

A picture of 8 x 8 pixels is 64 numbers. With `Flatten` and `Linear` from 04
you can already read them: each unit gives every pixel a weight of its own.
But two facts about pictures are lost on the way.

**Pixels have neighbours.** To a `Linear`, pixel 12 is no closer to pixel 13
than to pixel 60. Shuffle the pixels of all pictures alike, and it would not
notice. You would.

**Things move.** Move a digit by one pixel, and nearly every input changes.
What a unit knows about one place is of no use at the next.

A **convolution** answers both with one idea: look through a small window,
and use the same few numbers at every place. Compare what that costs for a
colour photo of 224 x 224 pixels, with 16 results for each pixel:

```
                               weights
   Linear          150,528 · 802,816  =  121,000,000,000
   convolution      3 · 3 · 3 · 16    =              432
```

The catch: a window at every place sounds like a loop over all places. In
Python such a loop is slow. So here is the question of this module: **how do
you look at every place at once?**
"""

# %%
#| default_exp spatial
#| export
"""Convolution and pooling: shifted copies of a picture and one product."""

import math

import numpy as np
from tinytorch.activations import relu
from tinytorch.layers import Flatten, Linear, Module, Parameter, Sequential
from tinytorch.tensor import Tensor, concat, stack

# %% [markdown]
"""
That cell opens your library file. The next one brings the tools for tests,
pictures and measurements. They stay here.
"""

# %%
from tinytorch.env import human_bytes, make_rng, peak_bytes, stopwatch
from tinytorch.tensor import tape

from tinytutor.kit import (
    bars,
    connected,
    curve,
    digits,
    expect,
    gallery,
    refuses,
    run_tests,
    same,
    same_dtype,
    table,
    unchanged,
)

# %% [markdown]
"""
## 1. How many places?

A window of 3 pixels slides along a row of 8. At how many places can it
stand?

```
   pixels         0   1   2   3   4   5   6   7

   first place  [ 0   1   2 ]
   last place                       [ 5   6   7 ]      8 - 3 = 5

   stride 1       ▲   ▲   ▲   ▲   ▲   ▲                6 places
   stride 2       ▲       ▲       ▲                    3 places
```

The window starts at 0, and its last start is 8 - 3 = 5. From 0 to 5 there
are 6 starts, for both ends count.

- The **kernel** size is the width of the window, here 3.
- The **stride** is the step from one start to the next. With stride 2, the
  start 5 is never reached: a step that would go too far is not taken.
- The **padding** is a frame of extra pixels, on *both* sides. With padding
  1 the row is 10 pixels wide. Then a window of 3 has 8 places: as many as
  there were pixels.

```
   size  kernel  stride  padding      last start    places
      8       3       1        0               5         6
      8       3       2        0               5         3
      8       3       1        1               7         8
      5       5       1        0               0         1
      4       5       1        0              -1      none: refuse
```

**Your part.** Turn the table into a formula. One operator of Python divides
and rounds down at once.
"""


# %% nbgrader={"grade": false, "grade_id": "output_size", "locked": false, "schema_version": 3, "solution": true}
#| export
def output_size(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: int = 0,
) -> int:
    """The number of places of a window along one axis.

    Raises ValueError where there is no place. For a kernel of 5 on 4 pixels
    the message says "kernel 5", "4 pixels" and "padding 0".
    """
    if kernel < 1 or stride < 1:
        numbers = f"kernel {kernel} and stride {stride}"
        raise ValueError(f"{numbers}: both must be at least 1")
    ### BEGIN SOLUTION
    last_start = size + 2 * padding - kernel
    if last_start < 0:
        problem = f"kernel {kernel} does not fit into {size} pixels"
        raise ValueError(f"{problem} with padding {padding}: add padding")
    return last_start // stride + 1
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_output_size", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_output_size():
    # The plain case, then one setting at a time.
    wrong = {"the first place counts too: add 1": 5, "one too many": 7}
    same(output_size(8, 3), 6, "output_size(8, 3)", mistakes=wrong)
    wrong = {
        "a step that goes too far is not taken: round down": 4,
        "there is no half place: divide with //": 3.5,
        "stride was ignored": 6,
    }
    got = output_size(8, 3, stride=2)
    same(got, 3, "output_size(8, 3, stride=2)", mistakes=wrong)
    wrong = {"divide by the stride first, then add 1": 3}
    got = output_size(9, 3, stride=2)
    same(got, 4, "output_size(9, 3, stride=2)", mistakes=wrong)
    wrong = {
        "the frame has two sides: 2 * padding": 7,
        "padding was ignored": 6,
    }
    got = output_size(8, 3, padding=1)
    same(got, 8, "output_size(8, 3, padding=1)", mistakes=wrong)
    whole = isinstance(output_size(8, 3, 2), int)
    expect(whole, "a number of places is an int", hint="// instead of /")

    # All settings together.
    cases = [
        (1, 1, 1, 0, 1),
        (10, 3, 2, 0, 4),
        (10, 3, 2, 4, 8),
        (7, 2, 2, 0, 3),
        (11, 4, 3, 2, 4),
        (28, 5, 1, 2, 28),
        (16, 1, 1, 0, 16),
        (16, 1, 4, 0, 4),
        (224, 7, 2, 3, 112),
        (5, 5, 1, 0, 1),
        (5, 5, 3, 0, 1),
        (3, 5, 2, 1, 1),
    ]
    for size, kernel, stride, padding, places in cases:
        call = f"output_size({size}, {kernel}, {stride}, {padding})"
        same(output_size(size, kernel, stride, padding), places, call)

    # A window that does not fit, with stride 1 and with a larger one.
    says = ["kernel 5", "4 pixels", "padding 0"]
    with refuses(ValueError, "output_size(4, 5)", says=says):
        output_size(4, 5)
    says = ["kernel 6", "3 pixels", "padding 1"]
    with refuses(ValueError, "output_size(3, 6, 4, 1)", says=says):
        output_size(3, 6, 4, 1)
    with refuses(ValueError, "stride 0", says=["stride 0"]):
        output_size(8, 3, 0)


test_output_size()

# %% [markdown]
"""
## 2. Step 1: one picture, one kernel

A **kernel** is a small square of numbers. Lay it on the picture, multiply
each of its numbers by the pixel below, and add up the products. That sum is
one number of the result. Then move the kernel to the next place.

```
   picture         kernel         first place           second place

    1  2  3         1  2          [1  2] 3               1 [2  3]
    4  5  6         3  4          [4  5] 6               4 [5  6]
    7  8  9                        7  8  9               7  8  9

                             1·1 + 2·2 +           1·2 + 2·3 +
                             3·4 + 4·5 = 37        3·5 + 4·6 = 47

                                       result    37  47
                                                 67  77
```

Four loops do it. Two walk over the places `i, j`, two over the kernel
`di, dj`. With stride 1, the pixel below is `picture[i + di, j + dj]`.

A stride moves the *place*: the next start is `stride` pixels away. Inside
the window, neighbours stay neighbours.

```
   stride 2, kernel 3, along one row

   place 0   [ 0   1   2 ]
   place 1           [ 2   3   4 ]          not   [ 2   4   6 ]
```

(In mathematics the kernel is turned by 180 degrees first. Networks never do
that, and call it convolution all the same. Its proper name is correlation.)

This step and the next one work with plain NumPy arrays. They are slow, and
there to be understood.

**Your part.** Find the two sizes with `output_size`, start with zeros in
the picture's dtype, and write the loops.
"""


# %% nbgrader={"grade": false, "grade_id": "conv2d_loops", "locked": false, "schema_version": 3, "solution": true}
#| export
def conv2d_loops(
    picture: np.ndarray,
    kernel: np.ndarray,
    stride: int = 1,
) -> np.ndarray:
    """One kernel on one picture: (H, W) and (K, K) give (H', W').

    Both hold floats. The result has the picture's dtype. The kernel is not
    flipped.
    """
    k = kernel.shape[0]
    ### BEGIN SOLUTION
    height = output_size(picture.shape[0], k, stride)
    width = output_size(picture.shape[1], k, stride)
    out = np.zeros((height, width), dtype=picture.dtype)
    for i in range(height):
        for j in range(width):
            for di in range(k):
                for dj in range(k):
                    pixel = picture[i * stride + di, j * stride + dj]
                    out[i, j] += pixel * kernel[di, dj]
    return out
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_conv2d_loops", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_conv2d_loops():
    # The example from the text.
    picture = np.arange(1, 10, dtype=np.float32).reshape(3, 3)
    kernel = np.array([[1, 2], [3, 4]], np.float32)
    with unchanged(picture, kernel, what="conv2d_loops(picture, kernel)"):
        got = conv2d_loops(picture, kernel)
    flipped = "that is convolution of textbooks; networks use correlation"
    wrong = {
        f"the kernel is flipped: {flipped}": [[23, 33], [53, 63]],
        "its rows and columns are swapped": [[35, 45], [65, 75]],
        "only the last product counts: += adds up": [[20, 24], [32, 36]],
        "every place saw the first window": [[37, 37], [37, 37]],
    }
    what = "conv2d_loops(picture, kernel)"
    same(got, [[37, 47], [67, 77]], what, mistakes=wrong)
    same_dtype(got, np.float32, "the result of a float32 picture")
    double = conv2d_loops(picture.astype(np.float64), kernel)
    same_dtype(double, np.float64, "the result of a float64 picture")

    # More columns than rows, and a stride.
    rng = make_rng(2)
    picture = rng.standard_normal((7, 10), dtype=np.float32)
    kernel = rng.standard_normal((3, 3), dtype=np.float32)

    def at(i, j, apart):
        """The sum at one start; the pixels of the window lie `apart`."""
        rows = picture[i : i + 2 * apart + 1 : apart]
        return (rows[:, j : j + 2 * apart + 1 : apart] * kernel).sum()

    def sums(downs, rights, apart=1):
        """One sum for each pair of starts."""
        return [[at(i, j, apart) for j in rights] for i in downs]

    same(
        conv2d_loops(picture, kernel),
        sums(range(5), range(8)),
        "conv2d_loops of a picture (7, 10) and a kernel (3, 3)",
    )
    down, right = range(0, 5, 2), range(0, 8, 2)
    inside = sums(range(3), range(4), apart=2)
    same(
        conv2d_loops(picture, kernel, stride=2),
        sums(down, right),
        "conv2d_loops(picture, kernel, stride=2)",
        mistakes={
            "the stride moves the place, not the pixels inside": inside,
            "stride was ignored": sums(range(3), range(4)),
            "the stride counts for columns too": sums(down, range(4)),
            "the stride counts for rows too": sums(range(3), right),
        },
    )
    same(
        conv2d_loops(picture, kernel, stride=3),
        sums(range(0, 5, 3), range(0, 8, 3)),
        "conv2d_loops(picture, kernel, stride=3)",
    )

    # A kernel of one pixel, and one that does not fit.
    half = np.array([[0.5]], np.float32)
    same(conv2d_loops(picture, half), picture / 2, "a kernel [[0.5]]")
    says = ["kernel 8", "7 pixels"]
    with refuses(ValueError, "a kernel (8, 8) on (7, 10)", says=says):
        conv2d_loops(picture, np.ones((8, 8), np.float32))


test_conv2d_loops()

# %% [markdown]
"""
What is such a sum good for? The kernel below is -1 on the left and +1 on
the right. Where left and right are alike, the products cancel. Where dark
meets light, they do not. So it finds upright edges; turned, it finds flat
ones. A frame of one empty pixel keeps the result as large as the picture.
"""

# %% tags=["experiment"]
drawn, _ = digits(40, seed=5)
seven = drawn[13]
upright = np.array([[-1, 0, 1]] * 3, np.float32) / 3
framed = np.pad(seven, 1)
found = [np.abs(conv2d_loops(framed, k)) for k in (upright, upright.T)]
captions = ["a seven", "upright edges", "flat edges"]
gallery(np.stack([seven, *found]), captions)

# %% [markdown]
"""
## 3. Step 2: batches and channels

Real inputs have two more axes. A batch holds `N` pictures, and each picture
has `C` **channels**: red, green and blue, or the results of the convolution
before. The order of the axes is always `(N, C, H, W)`.

A **filter** has one kernel for each channel. Every kernel works on its own
channel; the results are added, and the filter's bias comes on top, once.
With `O` filters, the result has `O` channels.

```
   x[n]                  filter o                          out[n, o]

   channel 0  ┌──────┐   kernel [o, 0]
              │      │ ─────────────────▶ (H', W') ┐
   channel 1  ├──────┤   kernel [o, 1]             │
              │      │ ─────────────────▶ (H', W') ├─ + ──▶ (H', W')
   channel 2  ├──────┤   kernel [o, 2]             │  ▲
              │      │ ─────────────────▶ (H', W') ┘  │
              └──────┘                             bias[o]

   x (N, C, H, W)        weight (O, C, K, K)     out (N, O, H', W')
```

By hand, for one place: three channels see 5, 7 and -2, and the bias is 1.
Then the result is 5 + 7 - 2 + 1 = 11. Count the bias three times, and you
would get 13.

**Padding** puts a frame of zeros around each channel. `np.pad` takes one
pair for each axis: how many before, how many after. Batch and channels get
no frame:

```python
np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))   # (N, C, H + 2, W + 2)
```

**Your part.** Sizes and zeros are given. Try it from the drawing for five
minutes before you ask for help. The inner two loops, over the window, are
already yours: call `conv2d_loops`.
"""


# %% nbgrader={"grade": false, "grade_id": "conv2d_loops_multi", "locked": false, "schema_version": 3, "solution": true}
#| export
def conv2d_loops_multi(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int = 1,
    padding: int = 0,
) -> np.ndarray:
    """Many filters on many pictures: x (N, C, H, W) gives (N, O, H', W').

    weight is (O, C, K, K), bias (O,) or None; all hold floats. The result
    has the dtype of x. x is not changed.
    """
    count, channels, rows, columns = x.shape
    filters, kernels, k, _ = weight.shape
    if kernels != channels:
        numbers = f"{kernels} kernels for {channels} channels"
        raise ValueError(f"{numbers}: a filter needs one for each")
    height = output_size(rows, k, stride, padding)
    width = output_size(columns, k, stride, padding)
    out = np.zeros((count, filters, height, width), dtype=x.dtype)
    # 1. Put the frame around every channel.
    # 2. For each picture and each filter: add up its channels.
    # 3. Add the bias.
    ### BEGIN SOLUTION
    frame = (padding, padding)
    x = np.pad(x, ((0, 0), (0, 0), frame, frame))
    for n in range(count):
        for o in range(filters):
            for c in range(channels):
                out[n, o] += conv2d_loops(x[n, c], weight[o, c], stride)
            if bias is not None:
                out[n, o] += bias[o]
    return out
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_conv2d_loops_multi", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_conv2d_loops_multi():
    rng = make_rng(3)
    x = rng.standard_normal((2, 3, 4, 6), dtype=np.float32)
    weight = rng.standard_normal((5, 3, 2, 2), dtype=np.float32)
    bias = rng.standard_normal(5, dtype=np.float32)
    per_filter = bias.reshape(5, 1, 1)

    def apart(picture, kernels, stride):
        """Each kernel on its channel, not yet added: (C, H', W')."""
        pairs = zip(picture, kernels, strict=True)
        return [conv2d_loops(channel, k, stride) for channel, k in pairs]

    def all_apart(pictures, stride=1):
        """The same for all pictures and filters: (N, O, C, H', W')."""
        rows = [[apart(p, f, stride) for f in weight] for p in pictures]
        return np.array(rows)

    # The plain case: stride 1, no frame; first without, then with a bias.
    each = all_apart(x)
    right = each.sum(axis=2)
    channels = {
        "each channel overwrites the one before: += adds up": each[:, :, 2],
        "only the first channel counts: add up all": each[:, :, 0],
        "the channels are added, not averaged": each.mean(axis=2),
    }
    same(
        conv2d_loops_multi(x, weight),
        right,
        "conv2d_loops_multi(x, weight), 3 channels",
        mistakes=channels,
    )
    thrice = right + 3 * per_filter
    with unchanged(x, weight, bias, what="conv2d_loops_multi"):
        got = conv2d_loops_multi(x, weight, bias)
    same(
        got,
        right + per_filter,
        "conv2d_loops_multi(x, weight, bias), 3 channels",
        mistakes={
            "the bias was counted 3 times, per channel": thrice,
            "the bias is missing": right,
        },
    )
    same_dtype(got, np.float32, "the result of float32 pictures")
    double = conv2d_loops_multi(x.astype(np.float64), weight, bias)
    same_dtype(double, np.float64, "the result of float64 pictures")

    # A frame of 1, and a frame of 2 with a stride.
    for stride, padding in ((1, 1), (2, 2), (3, 1)):
        rows, columns = 4 + 2 * padding, 6 + 2 * padding
        framed = np.zeros((2, 3, rows, columns), np.float32)
        framed[:, :, padding:-padding, padding:-padding] = x
        right = all_apart(framed, stride).sum(axis=2) + per_filter
        what = f"conv2d_loops_multi, stride {stride}, padding {padding}"
        with unchanged(x, what=what):
            got = conv2d_loops_multi(x, weight, bias, stride, padding)
        hint = "the frame goes around rows and columns"
        same(got, right, what, hint=hint)
    says = ["3 kernels", "2 channels"]
    with refuses(ValueError, "x with 2 channels", says=says):
        conv2d_loops_multi(x[:, :2], weight)


test_conv2d_loops_multi()

# %% [markdown]
"""
## 4. Step 3: the shifted copies

Those loops are correct and terribly slow. Now comes the trick: turn them
inside out. So far the places were outside and the window inside:

```
   for each place i, j              for each window position di, dj
     for each window position         for all places together:
       di, dj                           which pixels do they see?
```

Fix one window position, say `di = 0, dj = 1`, the upper right one of four.
At place `(i, j)` it sees the pixel `(i, j + 1)`. So all places together see
the picture itself, shifted by one column:

```
   picture         (0, 0)       (0, 1)       (1, 0)       (1, 1)

    1  2  3         1  2         2  3         4  5         5  6
    4  5  6         4  5         5  6         7  8         8  9
    7  8  9
                  copy 0       copy 1       copy 2       copy 3
```

A kernel of K x K numbers sees K * K such copies. The convolution is their
sum, each one multiplied by a single number. With the kernel 1, 2, 3, 4:

```
   1 · [1 2]  +  2 · [2 3]  +  3 · [4 5]  +  4 · [5 6]   =   [37 47]
       [4 5]         [5 6]         [7 8]         [8 9]       [67 77]
```

Those are the numbers of exercise 2. The loop over places is gone: a copy is
one slice. With a stride, the slice takes every `stride`-th pixel. A slice
of n items from `start` on, each `step` apart, looks like this:

```python
letters = "abcdefghij"
letters[1 : 1 + 2 * 3 : 2]          # "bdf": 3 items, 2 apart, from 1 on
```

From here on we work with tensors, so that every operation passes the door.
`x.pad(widths, value)` makes the frame. It costs a new array, so pad once,
and only if there is something to pad. The slices themselves are views: they
look at the old numbers and cost no memory.

The frame is zero unless `pad_value` says otherwise.

**Your part.** Pad, find the two sizes, return the list of slices. Go along
the row first: (0, 0), (0, 1), ..., then (1, 0).
"""


# %% nbgrader={"grade": false, "grade_id": "shifted_copies", "locked": false, "schema_version": 3, "solution": true}
#| export
def shifted_copies(
    x: Tensor,
    k: int,
    stride: int = 1,
    padding: int = 0,
    pad_value: float = 0.0,
) -> list[Tensor]:
    """What each of the k * k window positions sees, row by row.

    x is (N, C, H, W), each copy (N, C, H', W'). Copy number di * k + dj
    holds, for place (i, j), the pixel (i * stride + di, j * stride + dj) of
    the padded x.
    """
    if x.ndim != 4:
        wanted = "(batch, channels, height, width)"
        raise ValueError(f"pictures have 4 axes {wanted}, got {x.shape}")
    ### BEGIN SOLUTION
    if padding:
        frame = (padding, padding)
        x = x.pad(((0, 0), (0, 0), frame, frame), pad_value)
    down = stride * output_size(x.shape[2], k, stride)
    right = stride * output_size(x.shape[3], k, stride)
    return [
        x[:, :, di : di + down : stride, dj : dj + right : stride]
        for di in range(k)
        for dj in range(k)
    ]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_shifted_copies", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_shifted_copies():
    # The example from the text.
    x = Tensor(np.arange(1, 10, dtype=np.float32).reshape(1, 1, 3, 3))
    copies = shifted_copies(x, 2)
    expect(copies is not None, "shifted_copies gave None: a `return`?")
    expect(
        isinstance(copies, list) and len(copies) == 4,
        "shifted_copies(x, 2) must be a list of 4 tensors",
        hint="one copy for each of the k * k window positions",
    )
    tensors = all(isinstance(copy, Tensor) for copy in copies)
    expect(tensors, "each copy must be a Tensor: slice x, not x.data")
    lost = {
        "the last row is lost": [[1, 2]],
        "the last column is lost": [[1], [4]],
        "the last row and column are lost": [[1]],
    }
    first = copies[0].data[0, 0]
    same(first, [[1, 2], [4, 5]], "copy 0 of 1 to 9", mistakes=lost)
    second = copies[1].data[0, 0]
    wrong = {"go along the row first: copy 1 is (0, 1)": [[4, 5], [7, 8]]}
    same(second, [[2, 3], [5, 6]], "copy 1 of 1 to 9", mistakes=wrong)
    same(copies[3].data[0, 0], [[5, 6], [8, 9]], "copy 3 of 1 to 9")

    # Several pictures and channels, a stride, a frame.
    rng = make_rng(4)
    x = Tensor(rng.standard_normal((2, 3, 6, 9), dtype=np.float32))
    settings = [(3, 1, 0), (2, 2, 0), (3, 2, 0)]
    settings += [(3, 1, 1), (2, 3, 2), (1, 1, 0)]
    for k, stride, padding in settings:
        call = f"shifted_copies(x, {k}, stride={stride}, padding={padding})"
        frame = (padding, padding)
        framed = np.pad(x.data, ((0, 0), (0, 0), frame, frame))
        with unchanged(x, what=call):
            copies = shifted_copies(x, k, stride, padding)
        same(len(copies), k * k, f"the number of copies, {call}")
        for number, copy in enumerate(copies):
            di, dj = divmod(number, k)
            low = framed[:, :, di : framed.shape[2] - k + di + 1]
            seen = low[:, :, :, dj : framed.shape[3] - k + dj + 1]
            seen = seen[:, :, ::stride, ::stride]
            lost = {
                "the last row is lost": seen[:, :, :-1],
                "the last column is lost": seen[:, :, :, :-1],
                "the last row and column are lost": seen[:, :, :-1, :-1],
            }
            hint = "how many items must the slice have, and how far apart?"
            what = f"copy {number} of {call}"
            same(copy, seen, what, mistakes=lost, hint=hint)
            same_dtype(copy, np.float32, f"copy {number}")

    # The value of the frame.
    first = shifted_copies(x, 3, padding=1, pad_value=-5.0)[0]
    zeros = np.pad(x.data[0, 0], 1)[:6, :9]
    fives = np.pad(x.data[0, 0], 1, constant_values=-5.0)[:6, :9]
    wrong = {"pad_value was ignored": zeros}
    same(first.data[0, 0], fives, "copy 0, pad_value=-5", mistakes=wrong)

    # What it costs: one frame at most, and slices that are views.
    with tape() as records:
        copies = shifted_copies(x, 3)
    names = [record.name for record in records]
    expect("pad" not in names, "padding=0: do not pad, it costs an array")
    views = all(np.shares_memory(copy.data, x.data) for copy in copies)
    expect(views, "a copy must be a slice of x, with no new numbers")
    with tape() as records:
        shifted_copies(x, 3, padding=1)
    pads = [record.name for record in records].count("pad")
    expect(pads == 1, f"pad once, before the slices; here: {pads} times")

    def last_copy(pictures):
        return shifted_copies(pictures, 2, 1, 1)[3]

    connected(tape, last_copy, x, what="shifted_copies(x, 2, 1, 1)[3]")

    # What does not fit.
    says = ["kernel 7", "6 pixels"]
    with refuses(ValueError, "shifted_copies(x, 7)", says=says):
        shifted_copies(x, 7)
    with refuses(ValueError, "a single picture", says=["4 axes", "(8, 8)"]):
        shifted_copies(Tensor(np.ones((8, 8))), 3)


test_shifted_copies()

# %% [markdown]
"""
Look at the nine copies of a digit that a 3 x 3 kernel sees. The padding is
1, so the copies are as large as the picture. The fifth, copy 4, is the
picture itself. Copy 0 looks one pixel up and left, so the digit moves down
and right.
"""

# %% tags=["experiment"]
drawn, _ = digits(40, seed=5)
nine = shifted_copies(Tensor(drawn[13].reshape(1, 1, 8, 8)), 3, padding=1)
captions = [f"copy {n}  ({n // 3}, {n % 3})" for n in range(9)]
gallery(np.stack([copy.data[0, 0] for copy in nine]), captions, per_row=3)

# %% [markdown]
"""
## 5. Step 4: side by side, one product

Nine copies, nine multiplications, eight sums: that would work already. But
there is a better way. Write each copy as one column, and put the columns
side by side. Here are the four copies of the numbers 1 to 9 again:

```
                 copy 0  copy 1  copy 2  copy 3      kernel

   place (0, 0)     1       2       4       5          1         37
   place (0, 1)     2       3       5       6     @    2    =    47
   place (1, 0)     4       5       7       8          3         67
   place (1, 1)     5       6       8       9          4         77
```

Read it down: a column is a shifted copy. Read it across: a row is what the
kernel sees at one place. So the product with the kernel as a column adds up
every window at once. A second filter is a second column on the right.

**With channels**, each copy contributes C columns. A row then holds, for
the window positions in their order, all channels of that pixel:

```
   C = 2, K = 2, one row      (0, 0)    (0, 1)    (1, 0)    (1, 1)
   channel                    0   1     0   1     0   1     0   1
   column                     0   1     2   3     4   5     6   7
```

The weight has one row for each of those columns, and one column for each
filter: `(K*K*C, O)`. Its order is *row, column, channel*. This ledger shows
all shapes on the way:

```
   copies           K*K of them   (N, C, H', W')
   concat, axis 1                 (N, K*K*C, H', W')
   channels last                  (N, H', W', K*K*C)
   a row per place                (N*H'*W', K*K*C)         side_by_side
   ─────────────────────────────────────────────────────────────────────
   @ weight, + bias               (N*H'*W', O)
   places again                   (N, H', W', O)
   channels back                  (N, O, H', W')           conv2d
```

Why must the channels go last before `reshape`? Because reshape keeps the
reading order. A row of the matrix can only take numbers that are read one
after the other, and those must belong to one place.

Three helpers are given. `_kernel_size` finds K. `as_weight` and
`as_kernels` translate between our weight and the (O, C, K, K) of step 2.
"""


# %%
#| export
def _kernel_size(weight: Tensor, channels: int) -> int:
    """K, if the weight has K * K * channels rows; ValueError if not."""
    rows = weight.shape[0]
    k = math.isqrt(rows // channels)
    if k * k * channels != rows:
        numbers = f"{rows} rows for {channels} channels"
        raise ValueError(f"{numbers}: the weight needs K * K rows for each")
    return k


def as_weight(kernels: np.ndarray) -> np.ndarray:
    """(O, C, K, K) as (K*K*C, O)."""
    return kernels.transpose(2, 3, 1, 0).reshape(-1, len(kernels))


def as_kernels(weight: np.ndarray, channels: int) -> np.ndarray:
    """(K*K*C, O) as (O, C, K, K): the kernels, to look at."""
    k = math.isqrt(len(weight) // channels)
    return weight.reshape(k, k, channels, -1).transpose(3, 2, 0, 1)


# %% nbgrader={"grade": false, "grade_id": "conv2d", "locked": false, "schema_version": 3, "solution": true}
#| export
def side_by_side(copies: list[Tensor]) -> Tensor:
    """A row for each place: K*K copies (N, C, H', W') as (N*H'*W', K*K*C).

    The places in reading order, picture after picture; within a row copy
    after copy, and within a copy its channels.
    """
    ### BEGIN SOLUTION
    channels_last = concat(copies, axis=1).transpose(0, 2, 3, 1)
    return channels_last.reshape(-1, channels_last.shape[3])
    ### END SOLUTION


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int = 1,
    padding: int = 0,
) -> Tensor:
    """Convolution by one product: x (N, C, H, W) gives (N, O, H', W').

    weight is (K*K*C, O) in the order row, column, channel; bias is (O,) or
    None. Raises ValueError where the weight does not fit the channels.
    """
    k = _kernel_size(weight, x.shape[1])
    copies = shifted_copies(x, k, stride, padding)
    count, _, height, width = copies[0].shape
    # 1. One product, then the bias.
    # 2. Places again: (N, H', W', O).
    # 3. Channels back to axis 1.
    ### BEGIN SOLUTION
    out = side_by_side(copies) @ weight
    if bias is not None:
        out = out + bias
    places = out.reshape(count, height, width, weight.shape[1])
    return places.transpose(0, 3, 1, 2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_conv2d", "locked": true, "points": 20, "schema_version": 3, "solution": false}
def test_conv2d():
    # The matrix from the text.
    x = Tensor(np.arange(1, 10, dtype=np.float32).reshape(1, 1, 3, 3))
    matrix = [[1, 2, 4, 5], [2, 3, 5, 6], [4, 5, 7, 8], [5, 6, 8, 9]]
    copies = shifted_copies(x, 2)
    last = "the channels must be last, before reshape"
    wrong = {last: np.concatenate([copy.data[0, 0] for copy in copies])}
    what = "side_by_side of the copies of 1 to 9"
    same(side_by_side(copies), matrix, what, mistakes=wrong)

    # That matrix equals its transpose; this one does not.
    # Two pictures, three channels: 2 * 3 * 4 places, 2 * 2 * 3 columns.
    rng = make_rng(5)
    x = Tensor(rng.standard_normal((2, 3, 4, 5), dtype=np.float32))
    copies = shifted_copies(x, 2)
    with unchanged(*copies, what="side_by_side(copies)"):
        matrix = side_by_side(copies)
    wrong = {
        "a row is a place, a column a copy: turn it": (12, 24),
        "a copy gives a column for each of its channels": (72, 4),
    }
    what = "the shape of side_by_side of 4 copies (2, 3, 3, 4)"
    same(matrix.shape, (24, 12), what, mistakes=wrong)
    piled = np.stack([copy.data for copy in copies])  # (4, 2, 3, 3, 4)
    row = piled[:, 0, :, 0, 0]  # copy by channel, at the first place
    last_row = piled[:, 1, :, 2, 3]
    as_piled = piled.transpose(1, 0, 2, 3, 4).reshape(24, 12)
    mixed = "columns are mixed up"
    wrong = {
        f"{mixed}: channels must be last before reshape": as_piled[0],
        f"{mixed}: a copy keeps its channels together": row.T.ravel(),
        f"{mixed}: the rows run through the pictures": piled.ravel()[:12],
    }
    same(matrix.data[0], row.ravel(), "row 0, place (0, 0)", mistakes=wrong)
    same(matrix.data[23], last_row.ravel(), "row 23, the last place")

    # The same numbers as with loops.
    x = Tensor(rng.standard_normal((2, 3, 6, 7), dtype=np.float32))
    kernels = rng.standard_normal((4, 3, 3, 3), dtype=np.float32)
    bias = Tensor(rng.standard_normal(4, dtype=np.float32))
    weight = Tensor(as_weight(kernels))
    for stride, padding in ((1, 0), (2, 1), (1, 1), (3, 2)):
        what = f"conv2d with stride {stride}, padding {padding}"
        arrays, settings = (x.data, kernels), (stride, padding)
        right = conv2d_loops_multi(*arrays, bias.data, *settings)
        alone = conv2d_loops_multi(*arrays, None, *settings)
        not_back = right.transpose(0, 2, 3, 1)
        cut = not_back.reshape(right.shape)
        with unchanged(x, weight, bias, what=what):
            got = conv2d(x, weight, bias, stride, padding)
        same(
            got,
            right,
            what,
            mistakes={
                "the bias is missing": alone,
                "the bias is subtracted": 2 * alone - right,
                "the channels are still last: bring them back": not_back,
                "reshape cannot move the channels: transpose": cut,
            },
        )
        without = conv2d(x, weight, None, stride, padding)
        same(without, alone, f"{what}, without a bias")
    same_dtype(got, np.float32, "conv2d of float32 tensors")

    # One product, and all of it on the tape.
    with tape() as records:
        conv2d(x, weight, bias, 1, 1)
    products = [record.name for record in records].count("matmul")
    expect(products == 1, f"one product is enough, you filed {products}")
    connected(tape, conv2d, x, weight, bias, what="conv2d(x, weight, bias)")
    says = ["27 rows", "2 channels"]
    with refuses(ValueError, "27 rows for 2 channels", says=says):
        conv2d(x[:, :2], weight)


test_conv2d()

# %% [markdown]
"""
## 6. Conv2d: a module that owns its filters

Now the function becomes a layer: an object that owns a weight and a bias,
as `Linear` does. So `parameters()` and `state_dict()` of 04 work at once.

**How large should the start values be?** A result adds up
`fan_in = K * K * C` products. With weights of spread `s`, the spread grows
by `s * sqrt(fan_in)`, as you saw in 04. But here a `relu` follows. It turns
half of the numbers into 0, and half of the squares are gone. Kaiming He's
rule makes up for that with a factor of 2:

```
   spread = sqrt(2 / fan_in)

   Conv2d(16, 32, 3)     fan_in = 3 · 3 · 16 = 144      spread = 0.118
```

Mind the `K * K`. Forget it for a 3 x 3 kernel, and the weights start 3
times too large. After ten such layers the results are too large by 3 to the
power of 10, about 59,000.

Draw with `rng.standard_normal(shape)`, whose spread is 1, and scale. The
bias has one number for each *filter*, and starts at zero. It has none for a
place: the same numbers serve all places.

**Channels last?** Many programs store pictures as `(N, H, W, C)`. It is the
most common slip of all. So check the shape first, and ask that question in
the message.
"""


# %% nbgrader={"grade": false, "grade_id": "conv2d_layer", "locked": false, "schema_version": 3, "solution": true}
#| export
class Conv2d(Module):
    """Filters on pictures: (N, in_channels, H, W) to (N, out, H', W')."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ):
        """Draws the start values.

        Sets `weight`, a Parameter (K*K*in_channels, out_channels), drawn
        from a normal bell curve by `rng` with He's spread; and `bias`, a
        Parameter (out_channels,) of zeros. Both float32.
        """
        rng = np.random.default_rng() if rng is None else rng
        self.in_channels = in_channels
        self.stride = stride
        self.padding = padding
        ### BEGIN SOLUTION
        fan_in = kernel_size * kernel_size * in_channels
        spread = np.sqrt(2 / fan_in)
        start = rng.standard_normal((fan_in, out_channels))
        self.weight = Parameter(spread * start, dtype=np.float32)
        self.bias = Parameter(np.zeros(out_channels), dtype=np.float32)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """The convolution of x, with the stride and padding of this layer.

        Raises ValueError unless x has 4 axes, and in_channels on axis 1.
        For Conv2d(3, ...) and x (2, 8, 8, 3) the message says "3 channels",
        "(2, 8, 8, 3)" and "channels last?".
        """
        ### BEGIN SOLUTION
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            wanted = f"(batch, {self.in_channels} channels, height, width)"
            problem = f"Conv2d takes {wanted}, got {x.shape}"
            raise ValueError(f"{problem}: channels last?")
        return conv2d(x, self.weight, self.bias, self.stride, self.padding)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_conv2d_layer", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_conv2d_layer():
    # What it owns.
    layer = Conv2d(3, 5, 2, rng=make_rng(6))
    names = " ".join(name for name, _ in layer.named_parameters())
    same(names, "weight bias", "the parameters of Conv2d(3, 5, 2)")
    same(
        layer.weight.shape,
        (12, 5),
        "Conv2d(3, 5, 2).weight.shape",
        mistakes={
            "a column for each filter, a row for each input": (5, 12),
            "the rows are K*K*C: the channels are missing": (4, 5),
            "the rows are K*K*C: the K*K is missing": (3, 5),
        },
    )
    shape = layer.bias.shape
    rule = "one bias for each filter, the same at every place"
    expect(shape == (5,), f"{rule}: (5,), not {shape}")
    same(layer.bias, np.zeros(5), "Conv2d(3, 5, 2).bias")
    same_dtype(layer.weight, np.float32, "weight", hint="rng draws float64")
    same_dtype(layer.bias, np.float32, "bias", hint="zeros are float64")

    # How large the weights start.
    for channels, filters, k in ((8, 400, 3), (16, 300, 5), (60, 500, 1)):
        layer = f"Conv2d({channels}, {filters}, {k})"
        weight = Conv2d(channels, filters, k, rng=make_rng(7)).weight.data
        fan_in = k * k * channels
        he = np.sqrt(2 / fan_in)
        xavier = np.sqrt(2 / (fan_in + filters))
        by_filters = np.sqrt(2 / filters)
        same(
            weight.std() / he,
            1.0,
            f"the spread of {layer}, divided by He's",
            tolerance=0.02,
            mistakes={
                "fan_in is K*K*C, not C": k,
                "the square root is missing": he,
                "the factor 2 is missing": np.sqrt(0.5),
                "this is Xavier's: He's counts fan_in alone": xavier / he,
                "divide by fan_in, not by the filters": by_filters / he,
            },
        )
        middle = abs(weight.mean()) < 0.03 * he
        expect(middle, f"{layer}: the weights need both signs, mean 0")
        tails = np.abs(weight).max() > 3 * he
        expect(tails, f"{layer}: no bell curve; draw with standard_normal")

    def start(rng):
        return Conv2d(2, 3, 3, rng=rng).weight.data

    same_seed = "the same seed gave other weights: draw from rng"
    expect((start(make_rng(1)) == start(make_rng(1))).all(), same_seed)
    no_rng = "two layers without rng start as copies"
    expect((start(None) != start(None)).any(), no_rng)

    # What it computes.
    rng = make_rng(8)
    x = Tensor(rng.standard_normal((2, 3, 6, 7), dtype=np.float32))
    for stride, padding in ((1, 0), (2, 1), (1, 2)):
        layer = Conv2d(3, 5, 3, stride, padding, rng=rng)
        layer.bias.data[...] = [1, 2, 3, 4, 5]
        kernels = as_kernels(layer.weight.data, channels=3)
        arrays = (x.data, kernels, layer.bias.data)
        what = f"Conv2d(3, 5, 3, {stride}, {padding})(x)"
        with unchanged(x, layer.weight, layer.bias, what=what):
            got = layer(x)
        no_bias = conv2d_loops_multi(x.data, kernels, None, stride, padding)
        neither = conv2d_loops_multi(*arrays)
        no_padding = conv2d_loops_multi(*arrays, stride)
        no_stride = conv2d_loops_multi(*arrays, 1, padding)
        same(
            got,
            conv2d_loops_multi(*arrays, stride, padding),
            what,
            mistakes={
                "the bias is missing": no_bias,
                "stride and padding of the layer are ignored": neither,
                "the padding of the layer is ignored": no_padding,
                "the stride of the layer is ignored": no_stride,
            },
        )
    same_dtype(got, np.float32, what)

    def run(*_):
        return layer(x)

    tensors = (x, layer.weight, layer.bias)
    connected(tape, run, *tensors, what="Conv2d of (x, weight, bias)")

    # Shapes that it refuses.
    for shape in ((2, 8, 8, 3), (2, 4, 8, 8), (5, 3, 8), (2, 3, 4, 8, 8)):
        says = ["channels last?", "3 channels", str(shape)]
        with refuses(ValueError, f"Conv2d(3, 5, 3) on {shape}", says=says):
            layer(Tensor(np.ones(shape, np.float32)))


test_conv2d_layer()

# %% [markdown]
"""
## 7. Pooling: fewer places

After a convolution a picture is as large as before, and has more channels.
**Pooling** makes it smaller. A window slides over each channel, and what it
sees becomes one number: the largest.

```
   MaxPool2d(2)     windows of 2 x 2, stride 2

    1  5 │ -3 -1
    2  0 │ -4 -2            5  -1
   ──────┼──────     ─▶     9   6
    9  1 │  4  6
    3  3 │  0  2
```

Why the largest? If a kernel looks for an edge, its result is large where an
edge is. The largest of four then says: *there is one around here*. A digit
that moves by a pixel often gives the same answer.

**You have done the work already.** What do the four numbers of each window
have in common? They stand at the same place of the four shifted copies:

```
   copy 0   1 -3    copy 1   5 -1    copy 2   2 -4    copy 3   0 -2
            9  4             1  6             3  0             3  2

   the largest at each place         5 -1
                                     9  6
```

`stack(copies, axis=0)` of 02 piles them up along a new first axis. The rest
is one `max`. Without a `stride`, the windows lie side by side: the stride
is the kernel size. There is no padding, so a last row that fills no window
is left out. A frame of zeros would be wrong here: the largest of -3 and 0
is 0, and no pixel is 0.

**GlobalAvgPool** goes all the way: each channel becomes one number, its
mean. `(N, C, H, W)` becomes `(N, C)`, whatever H and W are.
"""


# %% nbgrader={"grade": false, "grade_id": "pooling", "locked": false, "schema_version": 3, "solution": true}
#| export
class MaxPool2d(Module):
    """The largest number of each window, in each channel of its own."""

    def __init__(self, kernel_size: int, stride: int | None = None):
        """Sets `kernel_size` and `stride`; None means the kernel size."""
        ### BEGIN SOLUTION
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, H', W'), without padding."""
        ### BEGIN SOLUTION
        copies = shifted_copies(x, self.kernel_size, self.stride)
        return stack(copies, axis=0).max(axis=0)
        ### END SOLUTION


class GlobalAvgPool(Module):
    """The mean of each channel: (N, C, H, W) to (N, C)."""

    def forward(self, x: Tensor) -> Tensor:
        """The mean over all rows and columns."""
        ### BEGIN SOLUTION
        return x.mean(axis=(2, 3))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_pooling", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_pooling():
    # The example from the text.
    rows = [[1, 5, -3, -1], [2, 0, -4, -2], [9, 1, 4, 6], [3, 3, 0, 2]]
    x = Tensor(np.array(rows, np.float32).reshape(1, 1, 4, 4))
    with unchanged(x, what="MaxPool2d(2)(x)"):
        got = MaxPool2d(2)(x)
    stride_1 = [[5, 5, -1], [9, 4, 6], [9, 4, 6]]
    same(
        got,
        [[[[5, -1], [9, 6]]]],
        "MaxPool2d(2)(x), the example",
        mistakes={
            "without a stride, the stride is the kernel size": [[stride_1]],
            "take the largest, not the mean": [[[[2, -2.5], [4, 3]]]],
            "take the largest, not the smallest": [[[[0, -4], [1, 0]]]],
            "the max of negatives became 0": [[[[5, 0], [9, 6]]]],
        },
    )
    same_dtype(got, np.float32, "MaxPool2d(2)(x)")

    # Only negative numbers, and an odd number of rows.
    rng = make_rng(9)
    x = Tensor(-1 - rng.random((2, 3, 5, 8), dtype=np.float32))
    pooled = MaxPool2d(2)(x)
    negative = (pooled.data < 0).all()
    expect(negative, "the max of negatives became 0: do not pad")
    what = "the shape of MaxPool2d(2)(x), x of shape (2, 3, 5, 8)"
    same(pooled.shape, (2, 3, 2, 4), what)

    # Other kernels and strides.
    def largest(k, stride):
        """The largest of each window, place by place."""
        down, right = range(0, 6 - k, stride), range(0, 9 - k, stride)
        places = [(i, j) for i in down for j in right]
        windows = [x.data[:, :, i : i + k, j : j + k] for i, j in places]
        found = np.stack([window.max((2, 3)) for window in windows], axis=2)
        return found.reshape(2, 3, len(down), len(right))

    for k, stride in ((2, 2), (3, 1), (2, 3), (3, 2), (1, 2)):
        what = f"MaxPool2d({k}, {stride})(x), x of shape (2, 3, 5, 8)"
        wrong = {"the stride was ignored": largest(k, k)}
        got = MaxPool2d(k, stride)(x)
        same(got, largest(k, stride), what, mistakes=wrong)
    connected(tape, MaxPool2d(2), x, what="MaxPool2d(2)(x)")
    says = ["kernel 6", "5 pixels"]
    with refuses(ValueError, "MaxPool2d(6)(x)", says=says):
        MaxPool2d(6)(x)
    owned = MaxPool2d(2).parameters() + GlobalAvgPool().parameters()
    expect(owned == [], "pooling owns no parameters")

    # The mean of each channel.
    with unchanged(x, what="GlobalAvgPool()(x)"):
        got = GlobalAvgPool()(x)
    values = x.data
    thick = values.mean((2, 3), keepdims=True)
    same(
        got,
        values.mean((2, 3)),
        "GlobalAvgPool()(x)",
        mistakes={
            "take the mean, not the sum": values.sum((2, 3)),
            "take the mean, not the largest": values.max((2, 3)),
            "the channels were mixed: keep axis 1": values.mean((1, 2, 3)),
            "the pictures were mixed: keep axis 0": values.mean((0, 1)),
            "the columns are still there": values.mean(2),
            "the result is (N, C), without axes of size 1": thick,
        },
    )
    same_dtype(got, np.float32, "GlobalAvgPool()(x)")
    connected(tape, GlobalAvgPool(), x, what="GlobalAvgPool()(x)")


test_pooling()

# %% [markdown]
"""
## 8. A network for digits

Now assemble: twice a convolution, a `relu` and a pooling, then `Flatten`
and a `Linear` with ten results, one for each digit. Each convolution has
more filters than the last, and each pooling halves the sides. Keep the
ledger of shapes beside you while you write:

```
   step                            shape              parameters

   input                           (N,  1, 8, 8)
   Conv2d     16 filters, 3 x 3    (N, 16, 8, 8)      9 ·  1 · 16 + 16
   relu                            (N, 16, 8, 8)      0
   MaxPool2d  2                    (N, 16, 4, 4)      0
   Conv2d     32 filters, 3 x 3    (N, 32, 4, 4)      9 · 16 · 32 + 32
   relu                            (N, 32, 4, 4)      0
   MaxPool2d  2                    (N, 32, 2, 2)      0
   Flatten                         (N, 128)           0
   Linear                          (N, 10)            128 · 10 + 10
```

Three questions lead to the numbers that are missing. Which padding keeps
8 x 8 at 8 x 8? How many channels arrive at the second convolution? How many
numbers leave `Flatten`?

The number of parameters does not depend on the size of the picture, except
in the last step. The helper `ledger` makes that table for any `Sequential`.
Where a step refuses its input, it says so in that line.
"""


# %%
def ledger(net, x):
    """(step, shape that comes out, parameters), one line for each step."""
    lines = [("input", x.shape, 0)]
    for step in net.steps:
        name = getattr(step, "__name__", type(step).__name__)
        inside = step.parameters() if isinstance(step, Module) else []
        try:
            x = step(x)
        except ValueError as problem:
            lines.append((name, f"refused: {problem}", 0))
            break
        lines.append((name, x.shape, sum(p.size for p in inside)))
    return lines


# %% nbgrader={"grade": false, "grade_id": "small_cnn", "locked": false, "schema_version": 3, "solution": true}
#| export
def small_cnn(rng: np.random.Generator | None = None) -> Sequential:
    """Eight steps from pictures (N, 1, 8, 8) to scores (N, 10).

    All start values come from `rng`. Without one, every layer makes its
    own generator.
    """
    ### BEGIN SOLUTION
    return Sequential(
        Conv2d(1, 16, 3, padding=1, rng=rng),
        relu,
        MaxPool2d(2),
        Conv2d(16, 32, 3, padding=1, rng=rng),
        relu,
        MaxPool2d(2),
        Flatten(),
        Linear(32 * 2 * 2, 10, rng=rng),
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_small_cnn", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_small_cnn():
    pictures, _ = digits(5, seed=1)
    x = Tensor(pictures.reshape(5, 1, 8, 8))
    net = small_cnn(make_rng(2))
    expect(isinstance(net, Sequential), "return Sequential(...)")

    # The ledger, line by line.
    wanted = [
        ("input", (5, 1, 8, 8), 0),
        ("Conv2d", (5, 16, 8, 8), 160),
        ("relu", (5, 16, 8, 8), 0),
        ("MaxPool2d", (5, 16, 4, 4), 0),
        ("Conv2d", (5, 32, 4, 4), 4640),
        ("relu", (5, 32, 4, 4), 0),
        ("MaxPool2d", (5, 32, 2, 2), 0),
        ("Flatten", (5, 128), 0),
        ("Linear", (5, 10), 1290),
    ]
    lines = ledger(net, x)
    for number, line in enumerate(lines[: len(wanted)]):
        step, shape, parameters = line
        right_step, right_shape, right_parameters = wanted[number]
        here = f"line {number} of the ledger"
        order = "the order of the steps in the ledger above"
        right = step == right_step
        expect(right, f"{here}: {step}, expected {right_step}", hint=order)
        here = f"{here}, {step}"
        right = shape == right_shape
        expect(right, f"{here}: {shape}, expected {right_shape}")
        same(parameters, right_parameters, f"the parameters in {here}")
    same(len(lines), len(wanted), "the number of lines in the ledger")
    same(sum(p.size for p in net.parameters()), 6090, "all parameters")

    # The scores, and the start values.
    with unchanged(x, what="small_cnn(rng)(x)"):
        scores = net(x)
    same_dtype(scores, np.float32, "the scores")
    expect(np.isfinite(scores.data).all(), "the scores must be finite")
    connected(tape, net, x, what="small_cnn(rng)(x)")
    twin = small_cnn(make_rng(2))
    for name, values in net.state_dict().items():
        alike = (values == twin.state_dict()[name]).all()
        expect(alike, f"{name}: the same seed, other numbers: pass rng on")
    first, second = (small_cnn().parameters()[0].data for _ in range(2))
    differ = (first != second).any()
    expect(differ, "two networks without rng start as copies")


test_small_cnn()

# %% [markdown]
"""
The whole network on a thousand digits. Its scores mean nothing yet: nobody
has told its filters what to look for. But the shapes fit, and it is fast.
"""

# %% tags=["experiment"]
thousand, _ = digits(1000, seed=3)
batch = Tensor(thousand.reshape(1000, 1, 8, 8))
net = small_cnn(make_rng(0))
table(ledger(net, batch), ["step", "shape", "parameters"])
net_ms = 1e3 * stopwatch(lambda: net(batch), repeats=3)
print(f"\n{sum(p.size for p in net.parameters()):,} parameters")
print(f"{net_ms:.0f} ms for 1,000 pictures")

# %% [markdown]
"""
## Systems analysis

The loops and the one product compute the same sums. How many times faster
is the product, what does it cost in memory, and when is it at its best?

### Loops against one product

Four colour pictures of 16 x 16 pixels, eight filters of 3 x 3, padding 1.
For each of the 4 · 16 · 16 places and each filter, 27 products are added:

```
   4 · 16 · 16 places  ·  8 filters  ·  27  =  221,184 multiplications
```
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** Both ways do these 221,184 multiplications. How many
times faster is `conv2d` than `conv2d_loops_multi`?

1. about 10 times
2. about 100 times
3. about 1,000 times
"""

# %% tags=["experiment"]
rng = make_rng(1)
kernels = rng.standard_normal((8, 3, 3, 3), dtype=np.float32)
filters = Tensor(as_weight(kernels))


def race(count):
    """Both ways on `count` pictures: a row of the table."""
    x = Tensor(rng.standard_normal((count, 3, 16, 16), dtype=np.float32))
    loops = stopwatch(
        lambda: conv2d_loops_multi(x.data, kernels, padding=1),
        repeats=3,
    )
    product = stopwatch(lambda: conv2d(x, filters, padding=1), repeats=99)
    work = count * 16 * 16 * 8 * 27
    ms = 1e3 * loops, 1e3 * product
    ns = round(1e9 * loops / work), 1e9 * product / work
    return count, work, *ms, round(loops / product), *ns


speed_rows = [race(count) for count in (1, 2, 4, 8)]
headers = ["pictures", "products", "loops ms", "conv2d ms", "ratio"]
table(speed_rows, [*headers, "loops ns", "conv2d ns"])
print("\nthe last two columns: time for one multiplication\n")
*_, loops_ns, product_ns = speed_rows[-1]
bars({"loops": loops_ns, "conv2d": product_ns}, unit="ns")

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured:

```
   pictures     loops     conv2d    ratio
       1        22 ms     72 µs       300
       2        42 ms     82 µs       520
       4        84 ms     96 µs       870
       8       169 ms    130 µs     1,290
```

**The loops obey a simple law: 385 ns for each multiplication.** Hardly any
of that is multiplying. Python looks up indices and wraps numbers.

**The product has two parts: about 63 µs for a call, and 8.4 µs for each
picture.** The first part is 16 trips through the door of 02. One picture
pays all of it alone, so the ratio is only 300. Eight pictures share it.
Without it the ratio would be 21,100 / 8.4, about 2,500.

### The price: memory
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** The copies are views and cost nothing. But `side_by_side`
must write them out. Let x have 8 pictures of 32 x 32 pixels with 16
channels, or 512 KiB. With a kernel of 5 x 5, how much memory does the
matrix need?
"""

# %% tags=["experiment"]
x = Tensor(make_rng(2).standard_normal((8, 16, 32, 32), dtype=np.float32))
memory_rows = []
for k in (1, 3, 5, 7):
    shape = (k * k * 16, 16)
    weight = Tensor(make_rng(3).standard_normal(shape, dtype=np.float32))
    matrix = side_by_side(shifted_copies(x, k, padding=k // 2)).nbytes
    peak = peak_bytes(lambda w=weight, k=k: conv2d(x, w, padding=k // 2))
    times = matrix / x.nbytes
    memory_rows.append((k, human_bytes(matrix), times, human_bytes(peak)))
print(f"x has {human_bytes(x.nbytes)}\n")
table(memory_rows, ["kernel", "matrix", "times x", "peak of conv2d"])
print()
grown = {f"kernel {k}": times for k, _, times, _ in memory_rows}
bars(grown, unit="times x")

# %% [markdown]
"""
### What to see

```
   kernel      1         3         5          7
   matrix    512 KiB   4.5 MiB   12.5 MiB   24.5 MiB
   times x     1         9        25         49
   peak      1.0 MiB   9.6 MiB   25.6 MiB   49.7 MiB
```

**The law: the matrix needs K * K times the memory of x** where the padding
keeps the size. So 5 x 5 needs 25 times 512 KiB, or 12.5 MiB. It is exact:
there are as many places as pixels, and each place writes down K * K pixels
of every channel.

The peak is twice that. `concat` makes one large array, and `reshape` cannot
make rows of places from it without another.

A stride of 2 would divide the matrix by 4: a quarter of the places.

### Work for every byte
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** Take as many filters as channels, and let both grow from
1 to 256. The matrix grows with the channels; the multiplications grow with
their square. What happens to the time *for one multiplication*?

1. It stays the same.
2. It falls at first, and then stays the same.
3. It grows, since the matrix gets larger.
"""


# %% tags=["experiment"]
def work_of(channels):
    """A convolution from `channels` to as many: a row of the table."""
    layer = Conv2d(channels, channels, 3, padding=1, rng=make_rng(channels))
    shape = (8, channels, 16, 16)
    x = Tensor(make_rng(4).standard_normal(shape, dtype=np.float32))
    places, columns = 8 * 16 * 16, 9 * channels
    matrix = 4 * places * columns
    products = places * columns * channels
    seconds = stopwatch(lambda: layer(x), repeats=9)
    memory = human_bytes(matrix), products / matrix
    return channels, *memory, 1e3 * seconds, 1e9 * seconds / products


work_rows = [work_of(2**n) for n in range(9)]
headers = ["channels", "matrix", "products per byte", "ms"]
table(work_rows, [*headers, "ns per product"])
print()
curve(
    {"conv2d": [(row[0], row[4]) for row in work_rows]},
    x="channels and filters",
    y="ns for one multiplication",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

On the same machine we measured:

```
   channels            1      4      16     64     256
   products per byte   0.25   1      4      16      64
   ms                  0.10   0.17   0.62   3.9     39
   ns per product      5.5    0.57   0.13   0.05     0.03
```

Answer 2. **The law has three parts:**

```
   time       =     fixed    +    bytes of the matrix    +    products

   C channels       stays         grows with C                grows with C²
   per product      1 / C²        1 / C                       stays
```

With 1 channel nearly all is the fixed cost of the call. In the middle, the
matrix rules: each of its numbers is written, read and written again, and
then used for C multiplications. Double C, and each byte works twice as
much. At 256 channels, 0.03 ns is close to the 0.02 ns that the large
product of 02 took for a multiplication. Much faster it cannot get.

So wide layers use the machine well. The first layer of a network, with 1 or
3 channels, uses it worst.
"""

# %% [markdown]
"""
## In production

- **Side by side plus one product** is known as *im2col* and *GEMM*. PyTorch
  has the first half as `torch.nn.functional.unfold`. There each channel
  keeps its K * K numbers together; here each window position keeps its
  channels together.
- **Implicit GEMM.** The libraries for graphics cards never write the whole
  matrix down. They gather a small block of it in fast memory, multiply, and
  forget it. That saves the price which you just measured.
- **Winograd.** For 3 x 3 kernels there is a clever way to 2 x 2 results. It
  takes 16 multiplications for each channel instead of 36, and more sums.
  Libraries choose by size.
- **Order of axes.** PyTorch takes `(N, C, H, W)`, TensorFlow by default
  `(N, H, W, C)`. With `memory_format=torch.channels_last` PyTorch keeps its
  shapes and stores the channels last, for the same reason as you did.
- **Order of weights.** PyTorch stores `(O, C, K, K)`, Keras `(K, K, C, O)`.
  The latter, flattened to a matrix, is exactly your weight.
- **Pooling with padding** exists there: `torch.nn.MaxPool2d(3, padding=1)`
  pads with minus infinity, which is never the largest. Your `pad_value`
  could do the same.
"""

# %% [markdown]
"""
## Misconceptions

**"The kernel is flipped."** In mathematics, yes. Networks lay it on as it
is. Since its numbers are free to choose, nothing is lost.

**"Padding changes the number of parameters."** It changes the number of
places. The filters are the same at all of them.

**"Pooling has weights."** It takes the largest number and owns nothing.

**"A 3 x 3 kernel on 16 channels has 9 numbers."** It has 9 for each
channel: 144, and one bias.

**"The nine copies cost nine times the memory."** The copies are views and
cost nothing. Only the matrix does, as soon as you write them side by side.

**"A convolution ignores where things are."** Move the picture, and the
result moves along. Only pooling forgets the place, step by step.
"""

# %% [markdown]
"""
## Questions to think about

1. Two 3 x 3 convolutions in a row see a window of 5 x 5. How many weights
   do they need, and how many does one 5 x 5 convolution, for C channels?
2. A 1 x 1 kernel sees no neighbours. What does it compute, and which layer
   of 04 is that, applied at every place?
3. Does it matter whether `relu` stands before or after `MaxPool2d`? Which
   order is cheaper?
4. `small_cnn` takes 8 x 8 pictures only. Replace one step by
   `GlobalAvgPool` and change another one. Which sizes does it take then?
5. With padding 1, a pixel in the corner is part of 4 windows, and one in
   the middle of 9. What might that do to edges of the picture?
"""

# %% [markdown]
"""
## Quick reference

```
places on an axis   (size + 2 · padding - kernel) // stride + 1
same size           stride 1, odd kernel, padding = kernel // 2
multiplications     places · O · K·K·C          matrix   K·K times x

shifted_copies(x, k, stride, padding, pad_value)    K*K views, row by row
side_by_side(copies)                                (N*H'*W', K*K*C)
conv2d(x, weight, bias, stride, padding)            (N, O, H', W')
  weight (K*K*C, O) in the order row, column, channel; bias (O,)
as_weight(kernels), as_kernels(weight, C)           (O, C, K, K) and back

layer                             output             parameters
Conv2d(C, O, K, stride, padding)  (N, O, H', W')     K·K·C·O + O
MaxPool2d(k)                      (N, C, H/k, W/k)   0
GlobalAvgPool()                   (N, C)             0
small_cnn()                       (N, 10)            6,090

you see                 it means                try
channels last?          x is (N, H, W, C)       x.transpose(0, 3, 1, 2)
kernel 3 does not fit   pooled once too often   padding, fewer poolings
takes 256 features      Linear does not fit     the ledger's last lines
```
"""

# %% [markdown]
"""
## Looking ahead

- **08 Training** finds good numbers for the filters. With it and 10
  DataLoader, a network like `small_cnn` reads at least 97 of 100 digits
  that it never saw. That is a milestone.
- **16 Acceleration** puts your loops and your copies in a race against a
  third way that needs no list of copies.
- **15 Profiling** counts multiplications and bytes for any network.
"""

# %% [markdown]
"""
## Summary and what comes next

You computed a convolution with four loops, and then for batches and
channels. You turned the loops inside out: K * K shifted copies of the
picture, side by side in a matrix, and one product. The numbers stayed the
same, and the time fell by a factor of many hundreds.

`Conv2d` owns filters that serve every place alike. `MaxPool2d` reuses the
copies to keep the largest. Eight steps in a row make a network of 6,090
parameters that looks at digits.

This module opens 16 Acceleration, together with two others. Next on the map
are the modules of the learning machine, which give your filters something
to look for.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_output_size,
        test_conv2d_loops,
        test_conv2d_loops_multi,
        test_shifted_copies,
        test_conv2d,
        test_conv2d_layer,
        test_pooling,
        test_small_cnn,
    )
