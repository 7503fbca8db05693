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
# 17 Quantization

You will build `quantization.py`: it stores the weights of a network as
small whole numbers, one byte each instead of four. And it computes with
them. The network hardly notices.

### Prerequisites

- **03 Activations**: `relu`, the bend of the network in this lesson.
- **15 Profiling**: `latency`, for honest times.
- **04 Layers** and **02 Tensor**, which both of them need too: `Linear`,
  `Sequential`, `children`, `load_state_dict`; `tape`, `run_op` and its
  records. `human_bytes` and `make_rng` are from **01 Setup**.

Nothing else is needed. The network of this lesson comes with its weights:
it can read digits already.

### Time and difficulty

About 4 hours. Difficulty 3 of 5. Eight exercises of 1 to 10 lines.

### Learning objectives

Afterwards you can

- put numbers on a ruler of 255 marks, and say how far off each can be;
- explain why one large number spoils the ruler for all others;
- multiply matrices in whole numbers without an overflow;
- read off the records what a layer usually gets to see;
- say what became smaller, what did not, and whether anything got faster.

### How the pieces hang together

```
   one array of numbers                    a whole network

   1  tick_size       how far apart        5  QuantizedLinear
          │           are the marks?              │  whole numbers inside
   2  quantize        value → reading             │
          │                                6  integer_product
   3  dequantize      reading → value             │  inputs too
          │                                       │
   4  tick_per_channel                     7  calibrate
          │           a ruler for each            │  how large do they get?
          │           column                      │
          └───────────────┬───────────────────────┘
                   8  quantize_model       a new network, 3.6 times smaller
```
"""

# %% [markdown]
"""
## Why fewer bits

A network that reads digits has 4,810 numbers. Each is a float32: 4 bytes,
with about seven digits of precision. One of its weights is 0.15860893.

Does it matter whether that weight is 0.1586 or 0.1576? The network adds up
64 products for each unit. A small error in every weight, up in one and down
in another, mostly cancels. If so, most of those seven digits are luggage.

Luggage costs. A phone has to store it, load it, and move it from memory for
every single picture. Large networks often spend more time on moving weights
than on multiplying.

So the question of this module: **with how few different numbers can a
network do its work?** Would 255 be enough? That is what fits into a byte.
"""

# %%
#| default_exp quantization
#| export
"""Quantization: the weights of a network on a ruler of few marks."""

import numpy as np
from tinytorch.layers import Linear, Module, Sequential
from tinytorch.tensor import Tensor, run_op, tape

Array = np.ndarray
Tick = float | np.float32 | Array

# %% [markdown]
"""
That cell opens your library file. The next one brings the tools for tests
and measurements. They stay here.
"""

# %%
from functools import cache

from tinytorch.activations import relu
from tinytorch.env import human_bytes, make_rng
from tinytorch.layers import Flatten
from tinytorch.profiling import latency

from tinytutor.kit import (
    bars,
    connected,
    curve,
    digit_weights,
    digits,
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
## Worked example: a ruler with seven marks

Take a ruler and measure four numbers. It has seven marks, and each mark
carries a whole number from -3 to 3. The marks stand 0.5 apart.

```
   marks       -3      -2      -1       0       1       2       3
                ├───────┼───────┼───────┼───────┼───────┼───────┤
   stand for  -1.5    -1.0    -0.5     0.0     0.5     1.0     1.5

   numbers      ▲                 ▲      ▲             ▲
              -1.5              -0.4    0.1           0.9
```

For each number you write down the nearest mark: -3, -1, 0 and 2. These four
whole numbers are all that you keep. Whoever knows the distance 0.5 can turn
them back:

```
   number     reading     back     error
    -1.5         -3       -1.5      0.0
    -0.4         -1       -0.5      0.1
     0.1          0        0.0      0.1
     0.9          2        1.0      0.1
```

Four words are all there is to it:

- The **tick** is the distance between two marks, here 0.5.
- The **reading** of a number is the mark that lies nearest.
- The **error** is how far the mark is from the number. Between two marks it
  is half a tick at most, here 0.25.
- Beyond the last mark there is nothing to read. Such a number gets the last
  mark. It is **clipped**, and its error may be large.

You saw no formula so far, and you know quantization. What follows are the
same four words in Python.

The helper below draws such a ruler for any numbers. Try others.
"""


# %%
def ruler(values, tick, last=3):
    """Prints the marks -last to last, and below them where values lie."""
    apart = 60 // (2 * last)
    width = 2 * last * apart
    marks = range(-last, last + 1)

    def row(texts):
        line = [" "] * (width + 12)
        for place, text in texts:
            start = place + 5 - len(text) // 2
            line[start : start + len(text)] = text
        return "".join(line).rstrip()

    def place(value):
        return max(0, min(width, round((value / tick + last) * apart)))

    print("mark  ", row([((m + last) * apart, str(m)) for m in marks]))
    line = "┼".join(["─" * (apart - 1)] * (2 * last))
    print("      ", " " * 5 + f"├{line}┤")
    stand_for = [((m + last) * apart, f"{m * tick:.3g}") for m in marks]
    print("value ", row(stand_for))
    print("here  ", row([(place(v), "▲") for v in values]))


# %% tags=["experiment"]
ruler([-1.5, -0.4, 0.1, 0.9], tick=0.5)

# %% [markdown]
"""
## 1. How far apart are the marks?

With 8 bits a byte can hold 256 whole numbers, from -128 to 127. We use
those from **-127 to 127**. That leaves one unused, and makes both sides
alike: 0 is a mark, and -x is as good as x. With fewer bits the ruler has
fewer marks:

```
   bits     marks on each side     last mark     marks in all
     8             127                127            255
     4               7                  7             15
     3               3                  3              7
     2               1                  1              3
```

The given `last_reading(bits)` knows the third column.

Where should the last mark stand? If it is too near, large numbers are
clipped. If it is too far, the marks are wide apart for nothing. The largest
number should land **exactly on the last mark**. Large on either side: -1.5
is larger than 0.9 here.

```
   numbers        -1.5   -0.4   0.1   0.9
   largest         1.5                        whatever its sign
   last mark       3                          for 3 bits
   tick            1.5 / 3  =  0.5
```

One case needs care. If all numbers are 0, the largest is 0, and so would be
the tick. Dividing by it later gives nan. Any tick would serve, since 0 is
always a mark. So a tick of 0 becomes 1.

**Your part.** The largest size, the division, the special case. Return the
tick as `np.float32`. The case of an `axis` is exercise 4; until then `axis`
is None.
"""


# %%
#| export
def last_reading(bits: int) -> int:
    """The number at the last mark: 127 for 8 bits, 7 for 4.

    Raises ValueError unless bits is 2 to 8; it says "2 to 8".
    """
    if not 2 <= bits <= 8:
        raise ValueError(f"a reading has 2 to 8 bits, got {bits}")
    return 2 ** (bits - 1) - 1


def finite_sizes(values: Array) -> Array:
    """The sizes of the values, without their signs.

    Raises ValueError where there is no value or one is nan or infinite.
    """
    sizes = np.abs(values)
    if sizes.size == 0 or not np.isfinite(sizes.max()):
        problem = "no values" if sizes.size == 0 else "nan or infinity"
        place = f"an array {sizes.shape}"
        raise ValueError(f"no tick fits: {problem} in {place}")
    return sizes


# %% nbgrader={"grade": false, "grade_id": "tick_size", "locked": false, "schema_version": 3, "solution": true}
#| export
def tick_size(
    values: Array,
    bits: int = 8,
    axis: int | None = None,
) -> Tick:
    """The tick with which the largest value lands on the last mark.

    A np.float32, and 1 instead of 0. With an axis: an array, one tick for
    each place along it. Raises ValueError for nan and infinity.
    """
    if axis is not None:
        return tick_per_channel(values, bits, axis)  # exercise 4
    sizes = finite_sizes(values)
    ### BEGIN SOLUTION
    largest = sizes.max()
    tick = np.float32(largest / last_reading(bits))
    return tick if tick > 0 else np.float32(1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_tick_size", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_tick_size():
    # The plain case: the largest is negative, and 127 ticks away from 0.
    values = np.array([0.3, -2.54, 1.9], np.float32)
    with unchanged(values, what="tick_size(values)"):
        got = tick_size(values)
    same(
        got,
        0.02,
        "tick_size([0.3, -2.54, 1.9])",
        hint="largest / last mark, in the small table",
        mistakes={
            "divide by 127: with 128, +2.54 would not fit": 2.54 / 128,
            "-2.54 is larger than 1.9: look at sizes": 1.9 / 127,
            "from -2.54 to 1.9 is not symmetric": 4.44 / 255,
            "both sides get 127 marks, not 127 together": 5.08 / 127,
            "that is the largest: divide it": 2.54,
            "the other way round: largest / last mark": 127 / 2.54,
            "a ruler has 127 marks on each side, not 255": 2.54 / 255,
        },
    )
    same_dtype(got, np.float32, "the tick", hint="np.float32(...)")

    # Other bits, other shapes.
    wrong = {"bits was ignored: use last_reading(bits)": 0.02}
    got = tick_size(values, bits=4)
    same(got, 2.54 / 7, "tick_size(values, bits=4)", mistakes=wrong)
    same(tick_size(values, bits=2), 2.54, "tick_size(values, bits=2)")
    table_of_values = np.array([[0.5, -0.25], [0.125, 0.75]])
    got = tick_size(table_of_values, bits=3)
    same(got, 0.25, "tick_size of an array (2, 2), bits=3")
    same_dtype(got, np.float32, "the tick of float64 values")

    # Nothing but zeros, and what has no tick.
    same(
        tick_size(np.zeros(5, np.float32)),
        1.0,
        "tick_size of zeros",
        mistakes={"dividing by a tick of 0 gives nan: take 1": 0.0},
    )
    tiny = np.array([1e-45], np.float32)
    same(tick_size(tiny), 1.0, "a value so small that its tick rounds to 0")
    for values, problem in [
        (np.array([1.0, np.nan]), "nan"),
        (np.array([1.0, -np.inf]), "infinity"),
        (np.zeros((0, 3)), "no values"),
    ]:
        with refuses(ValueError, f"tick_size of {problem}", says=[problem]):
            tick_size(values)
    for bits in (1, 9):
        with refuses(ValueError, f"bits={bits}", says=["2 to 8"]):
            tick_size(np.ones(3), bits=bits)


test_tick_size()

# %% [markdown]
"""
Your function places the marks. Seven of them, for eight random numbers:
"""

# %% tags=["experiment"]
numbers = make_rng(4).normal(0, 0.3, 8)
ruler(numbers, tick_size(numbers, bits=3))

# %% [markdown]
"""
## 2. From numbers to readings

How many ticks is 0.9 away from 0, if a tick is 0.5? It is 0.9 / 0.5 = 1.8
ticks. The nearest mark is 2. So a reading takes three steps, in this order:

```
                    -1.5    -0.4     0.1     0.9      2.2
   in ticks         -3.0    -0.8     0.2     1.8      4.4
   nearest mark     -3      -1       0       2        4
   clipped          -3      -1       0       2        3     the last mark
```

The number 2.2 is no part of the four that chose the ruler. Such things
happen: a ruler is made once, and other numbers come later. There is no mark
4, so 2.2 reads 3.

**Round, do not cut.** Turning 1.8 into a whole number with `astype` cuts it
down to 1, and the error is nearly a full tick. `np.rint` rounds to the
nearest.

**Clip, before you convert.** A byte has no room for 200, and `astype` says
nothing. It wraps around like the counter of an old car:

```python
np.array([200, 300]).astype(np.int8)       # [-56, 44]
```

A large positive weight would turn into a negative one.

**Your part.** The three steps, and then `np.int8`. `np.clip(a, low, high)`
does the third.
"""


# %% nbgrader={"grade": false, "grade_id": "quantize", "locked": false, "schema_version": 3, "solution": true}
#| export
def quantize(values: Array, tick: Tick, bits: int = 8) -> Array:
    """The readings of the values: int8, in the same shape.

    The nearest mark of each value; beyond the last mark, the last one.
    `tick` is one number, or an array that broadcasts against the values.
    """
    # 1. In ticks.
    # 2. The nearest mark.
    # 3. Not beyond the last one.
    ### BEGIN SOLUTION
    last = last_reading(bits)
    marks = np.rint(values / tick)
    return np.clip(marks, -last, last).astype(np.int8)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_quantize", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_quantize():
    # The plain case: the numbers of the worked example.
    values = np.array([-1.5, -0.4, 0.1, 0.9], np.float32)
    tick = np.float32(0.5)
    with unchanged(values, what="quantize(values, tick, bits=3)"):
        got = quantize(values, tick, bits=3)
    same(
        got,
        [-3, -1, 0, 2],
        "quantize([-1.5, -0.4, 0.1, 0.9], 0.5, bits=3)",
        hint="the three rows of numbers above the exercise",
        mistakes={
            "cut off, not rounded: errors up to a full tick": [-3, 0, 0, 1],
            "rounded down, not to the nearest": [-3, -1, 0, 1],
            "rounded up, not to the nearest": [-3, 0, 1, 2],
            "divide by the tick: how many ticks is it?": [-1, 0, 0, 0],
            "these are values: a reading is a whole number": [
                -1.5,
                -0.5,
                0.0,
                1.0,
            ],
        },
    )
    same_dtype(got, np.int8, "the readings", hint="end with np.int8")

    # Beyond the last mark, on both sides.
    values = np.array([2.0, -3.0, 1.27, -1.28, 0.014, -0.636])
    same(
        quantize(values, 0.01),
        [127, -127, 127, -127, 1, -64],
        "quantize([2, -3, 1.27, -1.28, 0.014, -0.636], 0.01)",
        mistakes={
            "200 does not fit into a byte and wraps around: clip": [
                -56,
                -44,
                127,
                -128,
                1,
                -64,
            ],
            "the ruler ends at -127, not at -128": [
                127,
                -128,
                127,
                -128,
                1,
                -64,
            ],
            "bits was ignored: 8 bits end at 127": [7, -7, 7, -7, 1, -7],
        },
        hint="clip before you convert",
    )
    same(
        quantize(values, 0.01, bits=4),
        [7, -7, 7, -7, 1, -7],
        "the same with bits=4",
        mistakes={
            "bits was ignored: 4 bits end at 7": [
                127,
                -127,
                127,
                -127,
                1,
                -64,
            ],
        },
    )

    # A tick for each column, and any shape.
    columns = np.array([[1.0, 100.0], [-0.5, 30.0], [0.24, -70.0]])
    got = quantize(columns, np.array([[0.5, 50.0]], np.float32), bits=3)
    wanted = [[2, 2], [-1, 1], [0, -1]]
    same(got, wanted, "quantize with the ticks [[0.5, 50]], bits=3")
    same(quantize(np.zeros((2, 0, 3)), 1.0).shape, (2, 0, 3), "the shape")


test_quantize()

# %% [markdown]
"""
## 3. Back again, and the law of the error

The way back is the shortest exercise of the course. A reading of 2 means
two ticks, and so 2 * 0.5 = 1.0.

```
   readings      -3      -1       0       2
   values      -1.5    -0.5     0.0     1.0
```

Two dtypes meet here. The readings are int8, and a network computes in
float32. So turn the readings into float32 first. A product of int8 and a
Python float would become float64.

The way there and back is not exact. How far off can it be? The nearest mark
is never farther than half the way to the next:

```
            mark 1          half way          mark 2
              ├───────────────┼───────────────┤
              ◀── tick / 2 ──▶ ◀── tick / 2 ──▶

      law:    |value - back|  ≤  tick / 2     for all that is not clipped
```

**Your part.** One line. The test tries the law on 10,000 numbers.
"""


# %% nbgrader={"grade": false, "grade_id": "dequantize", "locked": false, "schema_version": 3, "solution": true}
#| export
def dequantize(readings: Array, tick: Tick) -> Array:
    """The values that the readings stand for: float32, the same shape.

    `tick` is what quantize got: a Python float, a np.float32, or a float32
    array that broadcasts against the readings.
    """
    ### BEGIN SOLUTION
    return readings.astype(np.float32) * tick
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_dequantize", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_dequantize():
    # The plain case: the worked example, back again.
    readings = np.array([-3, -1, 0, 2], np.int8)
    with unchanged(readings, what="dequantize(readings, 0.5)"):
        got = dequantize(readings, 0.5)
    same(
        got,
        [-1.5, -0.5, 0.0, 1.0],
        "dequantize([-3, -1, 0, 2], 0.5)",
        mistakes={
            "multiply by the tick, do not divide": [-6.0, -2.0, 0.0, 4.0],
            "the tick is missing": [-3.0, -1.0, 0.0, 2.0],
        },
    )
    advice = "readings to float32 first"
    same_dtype(got, np.float32, "the values", hint=advice)

    # No overflow: 100 ticks of 2 are 200, too many for a byte.
    large = np.array([100, -127, 3], np.int8)
    same(
        dequantize(large, np.float32(2)),
        [200, -254, 6],
        "dequantize([100, -127, 3], 2)",
        mistakes={"the product was computed in int8": [-56, 2, 6]},
    )
    ticks = np.array([[0.5, 50.0, 2.0, 1.0]], np.float32)
    readings = np.array([[2, -3, 1, 0], [0, 1, -1, 5]], np.int8)
    got = dequantize(readings, ticks)
    wanted = [[1, -150, 2, 0], [0, 50, -2, 5]]
    same(got, wanted, "dequantize with a tick for each column")
    same_dtype(got, np.float32, "the values, a tick for each column")

    # The law, on 10,000 numbers.
    values = np.random.default_rng(3).standard_normal(10_000)
    for bits in (8, 5, 2):
        tick = tick_size(values, bits)
        back = dequantize(quantize(values, tick, bits), tick)
        worst = np.abs(values - back).max()
        expect(
            worst <= 0.5001 * tick,
            f"{bits} bits: an error of {worst / tick:.2f} ticks, not 0.5",
            hint="the law above the exercise",
        )


test_dequantize()

# %% [markdown]
"""
Now the law at work. Each row has one bit less than the row above. The tick
doubles, and so does the error.
"""

# %% tags=["experiment"]
values = make_rng(1).standard_normal(10_000).astype(np.float32)
law_rows = []
for bits in range(8, 1, -1):
    tick = tick_size(values, bits)
    errors = np.abs(values - dequantize(quantize(values, tick, bits), tick))
    marks = 2 * last_reading(bits) + 1
    law_rows.append((bits, marks, tick, errors.max(), errors.max() / tick))
table(law_rows, ["bits", "marks", "tick", "largest error", "in ticks"])

# %% [markdown]
"""
## 4. A ruler for each column

A ruler is as coarse as its largest number demands. One large number makes
it coarse for all. Look at two units of a layer, each a column of weights:

```
                 unit 0    unit 1       one ruler for both, tick 1
               [  0.9      100   ]     [  1      100 ]
    weight     [ -0.4      -60   ]     [  0      -60 ]
               [  0.2      127   ]     [  0      127 ]

                                        unit 0 is ruined
```

Unit 1 is fine: an error of half a tick is 0.5, half a percent of its
weights. But all of unit 0 lies within one tick of 0.

The columns need not share a ruler. Unit 0 gets marks 0.9 / 127 = 0.00709
apart, and unit 1 gets marks 1 apart. The readings of both are bytes as
before. The price is one float32 more for each column.

Such a column is called a **channel**. The ticks come in an array that
broadcasts against the values. So the other axes stay, with size 1:

```
   values (3, 2), axis=1       ticks (1, 2)       [[0.00709, 1.0]]
   values (3, 2), axis=0       ticks (3, 1)       a ruler for each row
   values (2, 3, 4), axis=1    ticks (1, 3, 1)
```

`axis` is the axis that **keeps** its rulers apart. The largest value is
taken over all others.

**Your part.** The axes to take the largest over are given. Take it with
`keepdims=True`, divide, convert to float32, and put 1 in the place of 0.
`np.where(condition, a, b)` chooses element by element, and `np.float32(1)`
keeps the dtype.
"""


# %% nbgrader={"grade": false, "grade_id": "tick_per_channel", "locked": false, "schema_version": 3, "solution": true}
#| export
def tick_per_channel(values: Array, bits: int, axis: int) -> Array:
    """One tick for each place along `axis`, in float32.

    The shape is that of the values with size 1 on all other axes. A channel
    of zeros gets the tick 1. Raises ValueError for nan and infinity.
    """
    sizes = finite_sizes(values)
    kept = axis % values.ndim  # -1 is the last axis
    others = tuple(i for i in range(values.ndim) if i != kept)
    ### BEGIN SOLUTION
    largest = sizes.max(axis=others, keepdims=True)
    ticks = (largest / last_reading(bits)).astype(np.float32)
    return np.where(ticks > 0, ticks, np.float32(1))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_tick_per_channel", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_tick_per_channel():
    # The plain case: two units, one a hundred times as large.
    weight = np.array([[0.9, 100], [-1.27, -60], [0.2, 127]], np.float32)
    with unchanged(weight, what="tick_per_channel(weight, 8, axis=1)"):
        got = tick_per_channel(weight, 8, axis=1)
    rows = np.array([[100], [60], [127]]) / 127
    same(
        got,
        [[0.01, 1.0]],
        "tick_per_channel(weight (3, 2), 8, axis=1)",
        hint="the table of shapes above the exercise",
        mistakes={
            "that is a ruler for each row: axis 1 keeps columns": rows,
            "one ruler for both columns": 1.0,
            "one ruler for both columns, now as an array": [[1.0, 1.0]],
            "keep the other axes with size 1: keepdims=True": [0.01, 1.0],
            "these are the largest sizes: divide them": [[1.27, 127.0]],
            "-1.27 is larger than 0.9: use the sizes": [[0.9 / 127, 1.0]],
        },
    )
    same_dtype(got, np.float32, "the ticks")
    same(tick_per_channel(weight, 8, axis=0), rows, "the same with axis=0")
    got = tick_per_channel(weight, 8, axis=-1)
    same(got, [[0.01, 1.0]], "the same with axis=-1")
    wrong = {"bits was ignored: use last_reading(bits)": [[0.01, 1.0]]}
    got = tick_per_channel(weight, 4, axis=1)
    wanted = [[1.27 / 7, 127 / 7]]
    same(got, wanted, "the same with 4 bits", mistakes=wrong)

    # Three axes, and a channel of zeros.
    rng = np.random.default_rng(6)
    cube = rng.standard_normal((2, 3, 4))
    cube[:, 1] = 0
    got = tick_per_channel(cube, 8, axis=1)
    same(got.shape, (1, 3, 1), "the shape for values (2, 3, 4), axis=1")
    wanted = np.abs(cube).max(axis=(0, 2), keepdims=True) / 127
    wanted[:, 1] = 1
    zero = wanted.copy()
    zero[:, 1] = 0
    wrong = {"a channel of zeros needs the tick 1": zero}
    what = "the ticks of values (2, 3, 4), channel 1 all zeros"
    same(got, wanted, what, mistakes=wrong)
    same_dtype(got, np.float32, "the ticks of float64 values")
    with refuses(ValueError, "a nan among the values", says=["nan"]):
        tick_per_channel(np.array([[1.0, np.nan]]), 8, axis=1)

    # tick_size hands over, and every column keeps two digits.
    ticks = tick_size(weight, axis=1)
    back = dequantize(quantize(weight, ticks), ticks)
    error = (np.abs(weight - back).max(axis=0) / [1.27, 127]).max()
    expect(
        error < 0.0051,
        f"a column is off by {error:.1%} of its largest, at most 0.5%",
    )


test_tick_per_channel()

# %% [markdown]
"""
Here are the two units with one ruler, and with two. The error is measured
against the largest weight of each unit.
"""

# %% tags=["experiment"]
two_units = make_rng(2).standard_normal((64, 2)) * [1, 100]
channel_rows = []
for name, axis in [("one ruler", None), ("one for each", 1)]:
    tick = tick_size(two_units, axis=axis)
    back = dequantize(quantize(two_units, tick), tick)
    errors = np.abs(two_units - back).max(axis=0)
    shares = errors / np.abs(two_units).max(axis=0)
    channel_rows.append((name, *(f"{share:.2%}" for share in shares)))
table(channel_rows, ["", "error of unit 0", "of unit 1"])

# %% [markdown]
"""
## 5. A layer with whole numbers inside

Now a layer. `QuantizedLinear(linear)` takes over what a `Linear` knows and
stores its weight as readings, a ruler for each column. For a layer with 64
inputs and 64 units:

```
                     Linear                     QuantizedLinear
   weight (64, 64)   float32   16,384 bytes     int8       4,096 bytes
   tick   (1, 64)    -                          float32      256 bytes
   bias   (64,)      float32      256 bytes     float32      256 bytes
                               16,640                      4,608
```

The weight shrinks by a factor of exactly 4. The bias stays in float32.
There are 64 times fewer biases than weights, and each is added as it is. So
there is little to gain and something to lose.

To compute, the layer turns the readings back into values and multiplies as
ever:

```
   y  =  x @ dequantize(weight, tick)  +  bias
```

The values are made anew in each call, and forgotten. **Keep no copy of
them**, and none of the old layer. Otherwise nothing was saved.

`weight` and `tick` are plain arrays, not Parameters. Nobody should move
them in small steps, since they stand on marks.

One branch in `forward` belongs to exercise 6. Until then `x_tick` is None.

**Your part.** In `__init__`: the ticks, with `axis=1`, the readings, and a
copy of the bias, or None. In `forward`: the product and the bias. Wrap
arrays in a `Tensor`, so that `@` and `+` leave their records.
"""


# %% nbgrader={"grade": false, "grade_id": "quantized_linear", "locked": false, "schema_version": 3, "solution": true}
#| export
class QuantizedLinear(Module):
    """A Linear whose weight is stored as readings, one byte each."""

    def __init__(
        self,
        linear: Linear,
        x_tick: Tick | None = None,
        bits: int = 8,
    ):
        """Takes over the numbers of `linear`, which stays as it is.

        Sets `weight` (in, out) int8; `tick` (1, out) float32, a ruler for
        each column; `bias` (out,) float32, a copy, or None; and `x_tick`.
        `bits` is for the weight.
        """
        self.x_tick = x_tick
        ### BEGIN SOLUTION
        weight = linear.weight.data
        self.tick = tick_size(weight, bits, axis=1)
        self.weight = quantize(weight, self.tick, bits)
        self.bias = None if linear.bias is None else linear.bias.numpy()
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) to (..., out), close to what the Linear gave."""
        if self.x_tick is not None:
            y = run_op(  # exercise 6
                "integer_product",
                integer_product,
                x,
                Tensor(self.weight),
                x_tick=self.x_tick,
                tick=self.tick,
            )
        else:
            ### BEGIN SOLUTION
            y = x @ Tensor(dequantize(self.weight, self.tick))
            ### END SOLUTION
        ### BEGIN SOLUTION
        return y if self.bias is None else y + Tensor(self.bias)
        ### END SOLUTION

    @property
    def nbytes(self) -> int:
        """The bytes of weight, tick and bias."""
        arrays = (self.weight, self.tick, self.bias)
        return sum(array.nbytes for array in arrays if array is not None)


# %% nbgrader={"grade": true, "grade_id": "test_quantized_linear", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_quantized_linear():
    # The plain case: what is stored.
    rng = np.random.default_rng(5)
    linear = Linear(6, 4, rng=rng)
    linear.weight.data[:, 2] *= 50
    linear.bias.data[...] = [0.5, -1.0, 2.0, 0.25]
    weight, bias = linear.weight.data, linear.bias.data
    with unchanged(linear.weight, linear.bias, what="QuantizedLinear(...)"):
        layer = QuantizedLinear(linear)
    ticks = np.abs(weight).max(axis=0, keepdims=True) / 127
    same(
        layer.tick,
        ticks,
        "QuantizedLinear(Linear(6, 4)).tick",
        mistakes={
            "one ruler for all columns: axis=1": ticks.max(),
            "a ruler for each row: axis=1 keeps the columns": (
                np.abs(weight).max(axis=1, keepdims=True) / 127
            ),
        },
    )
    same(layer.weight, np.rint(weight / ticks), "the weight's readings")
    same_dtype(layer.weight, np.int8, "weight", hint="quantize gives int8")
    expect(isinstance(layer.weight, np.ndarray), "weight is a plain array")
    names = [name for name, _ in layer.named_parameters()]
    expect(names == [], f"{names} would be moved: no Parameter inside")
    same(
        layer.bias,
        bias,
        "the bias",
        tolerance=1e-6,
        mistakes={
            "the bias was quantized: it stays float32": dequantize(
                quantize(bias, tick_size(bias)),
                tick_size(bias),
            ),
        },
    )
    same_dtype(layer.bias, np.float32, "bias")

    # What it computes.
    x = Tensor(rng.standard_normal((3, 5, 6)).astype(np.float32))
    with unchanged(x, what="QuantizedLinear(...)(x)"):
        got = layer(x)
    stored = np.rint(weight / ticks)
    product = x.data @ (stored * ticks)
    same(
        got,
        product + bias,
        "QuantizedLinear(Linear(6, 4))(x), x of shape (3, 5, 6)",
        mistakes={
            "the bias is missing": product,
            "those are readings: dequantize them": x.data @ stored + bias,
        },
    )
    same_dtype(got, np.float32, "the result")
    allowed = np.abs(x.data).sum(axis=-1, keepdims=True) * ticks / 2
    near = (np.abs(got.data - linear(x).data) <= allowed * 1.001).all()
    expect(near, "farther from the Linear than half a tick per weight")
    connected(tape, layer, x, what="QuantizedLinear(...)(x)")

    # The old layer may change; without a bias; with fewer bits.
    before = layer(x).numpy()
    linear.weight.data[...] = 7
    linear.bias.data[...] = 7
    same(
        layer(x),
        before,
        "the result, after the old Linear was changed",
        hint="a copy of the bias: linear.bias.numpy()",
    )
    bare = Linear(6, 3, bias=False, rng=rng)
    layer = QuantizedLinear(bare, bits=4)
    expect(layer.bias is None, "a Linear without bias: bias is None")
    ticks = np.abs(bare.weight.data).max(axis=0, keepdims=True) / 7
    stored = np.rint(bare.weight.data / ticks)
    finer = np.rint(bare.weight.data / (ticks * 7 / 127))
    wrong = {"bits was not handed on": finer}
    what = "the readings of 4 bits"
    same(layer.weight, stored, what, mistakes=wrong)
    same(layer(x), x.data @ (stored * ticks), "the result with 4 bits")

    # The bytes: nothing of the old layer may hide in the new one.
    layer = QuantizedLinear(Linear(64, 64, rng=rng))
    layer(Tensor(rng.standard_normal((2, 64)).astype(np.float32)))
    hidden = 0
    for value in vars(layer).values():
        if isinstance(value, Module):
            hidden += sum(p.nbytes for p in value.parameters())
        elif isinstance(value, (Tensor, np.ndarray)):
            floating = np.issubdtype(value.dtype, np.floating)
            hidden += value.nbytes if floating else 0
    hidden -= layer.tick.nbytes + layer.bias.nbytes
    expect(
        hidden == 0,
        f"the layer still holds {hidden:,} float bytes: keep no copy",
    )
    same(layer.nbytes, 4608, "the bytes of QuantizedLinear(Linear(64, 64))")


test_quantized_linear()

# %% [markdown]
"""
## 6. Whole numbers all the way

The weights are whole numbers now. If the inputs were whole numbers too, the
product could be computed without any float. Small whole numbers need small
circuits. That is why many phones have special units for them.

Put the inputs on a ruler as well, with the tick `x_tick`. Then every
product is (reading times x_tick) times (reading times tick). The two ticks
are the same in every term of the sum, so they can wait until the end:

```
   x      =  [ 0.4    -1.0 ]         x_tick 0.2     readings [ 2   -5 ]
   column =  [ 0.3     0.6 ]         tick   0.1     readings [ 3    6 ]

   in floats            0.4 · 0.3   +  (-1.0) · 0.6          =  -0.48
   in whole numbers         2 · 3   +    (-5) · 6            =  -24
   both ticks, once                       -24 · (0.2 · 0.1)  =  -0.48
```

**The sum needs more room than its terms.** Two readings of 100 make a
product of 10,000. An int8 ends at 127 and an int16 at 32,767. Both wrap
around in silence. An int32 ends at 2,147,483,647. Even 4,096 products of
127 · 127 are only 66 million. So turn the readings into int32 *before* they
meet.

**Then float32, then the ticks.** NumPy makes a float64 of int32 times
float32, so convert the sum first.

**Your part.** Quantize x with 8 bits, multiply in int32, and scale by both
ticks. Everything is a plain array here.
"""


# %% nbgrader={"grade": false, "grade_id": "integer_product", "locked": false, "schema_version": 3, "solution": true}
#| export
def integer_product(
    x: Array,
    weight: Array,
    x_tick: Tick,
    tick: Tick,
) -> Array:
    """x @ (weight * tick), multiplied and added up in int32.

    x (..., in) holds floats and is put on a ruler of 8 bits with the tick
    x_tick; weight (in, out) holds readings, int8; tick is (1, out). The
    result (..., out) is float32.
    """
    # 1. The readings of x; both kinds of readings as int32.
    # 2. The product, in whole numbers.
    # 3. As float32, times both ticks.
    ### BEGIN SOLUTION
    readings = quantize(x, x_tick).astype(np.int32)
    sums = readings @ weight.astype(np.int32)
    return sums.astype(np.float32) * (x_tick * tick)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_integer_product", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_integer_product():
    # The plain case: the numbers of the text, and a second unit.
    x = np.array([[0.4, -1.0]], np.float32)
    weight = np.array([[3, -1], [6, 2]], np.int8)
    tick = np.array([[0.1, 0.5]], np.float32)
    x_tick = np.float32(0.2)
    with unchanged(x, weight, tick, what="integer_product(...)"):
        got = integer_product(x, weight, x_tick, tick)
    same(
        got,
        [[-0.48, -1.2]],
        "integer_product(x, [[3, -1], [6, 2]], 0.2, [[0.1, 0.5]])",
        hint="the three lines of the example above",
        mistakes={
            "the ticks are missing": [[-24.0, -12.0]],
            "the tick of x is missing: multiply by both": [[-2.4, -6.0]],
            "the tick of the weight is missing": [[-4.8, -2.4]],
            "the ticks are added: multiply them": [[-7.2, -8.4]],
        },
    )
    advice = "the sum to float32 first"
    same_dtype(got, np.float32, "the result", hint=advice)

    # Large sums: readings of 127, thousands of them.
    for count in (2, 4, 4096):
        many = np.full((1, count), 127, np.float32)
        weights = np.full((count, 1), 127, np.int8)
        one = np.ones((1, 1), np.float32)
        exact = np.array([[count * 127 * 127]])
        in_int8, in_int16 = exact.astype(np.int8), exact.astype(np.int16)
        same(
            integer_product(many, weights, np.float32(1), one),
            exact,
            f"{count} products of 127 · 127, both ticks 1",
            hint="int32 before they meet",
            mistakes={
                "summed up in int8, which ends at 127": in_int8,
                "summed up in int16, which ends at 32,767": in_int16,
            },
        )

    # Three axes, inputs beyond the ruler, against floats.
    rng = np.random.default_rng(8)
    x = rng.standard_normal((2, 3, 40)).astype(np.float32)
    weight = rng.integers(-127, 128, (40, 5)).astype(np.int8)
    tick = rng.uniform(0.01, 0.1, (1, 5)).astype(np.float32)
    x_tick = np.float32(0.02)
    on_ruler = np.clip(np.rint(x / x_tick), -127, 127) * x_tick
    exact = on_ruler.astype(np.float64) @ (weight * tick.astype(np.float64))
    what = "integer_product(x (2, 3, 40), ...)"
    cut = np.trunc(np.clip(x / x_tick, -127, 127)) * x_tick
    wrong = {
        "x was cut, not rounded: use quantize": cut @ (weight * tick),
        "x was not put on its ruler": x @ (weight * tick),
    }
    got = integer_product(x, weight, x_tick, tick)
    same(got, exact, what, tolerance=1e-4, mistakes=wrong)

    # The layer of exercise 5 makes use of it.
    linear = Linear(40, 5, rng=rng)
    layer = QuantizedLinear(linear, x_tick=x_tick)
    with tape() as records:
        got = layer(Tensor(x))
    weight, tick = layer.weight.astype(np.float64), layer.tick
    exact = on_ruler @ (weight * tick) + layer.bias
    same(got, exact, "QuantizedLinear(linear, x_tick)(x)", tolerance=1e-4)
    names = [record.name for record in records]
    expect(names[0] == "integer_product", f"the records are {names}")


test_integer_product()

# %% [markdown]
"""
## 7. How large do the inputs get?

A weight is there to be looked at, so its ruler is easy. The inputs of a
layer come later, with each new picture. How long must *their* ruler be?

Try it: send some typical examples through the network, and note how large
the inputs of each layer get. That is **calibration**. But who notes it? You
have an observer since module 02. Every product passes through the door, and
a record holds both sides of it:

```
   with tape() as records:         name       inputs
       net(examples)
                                   matmul     (x,  net.steps[0].weight)
   first Linear        ──────▶     add        (…,  net.steps[0].bias)
   relu                ──────▶     maximum    (…,  …)
   second Linear       ──────▶     matmul     (h,  net.steps[2].weight)
                                   add        (…,  net.steps[2].bias)
                                                │
                       whose weight is this? ───┘  then x is its input
```

A record belongs to a layer if its second input *is* that layer's weight,
the very object. `id(thing)` is the number of an object, and a fine key for
a dictionary.

A layer may be used more than once in a network. Then several records belong
to it, and its ruler must fit all of them.

The network is not touched, and no layer had to be rewritten to be watched.

The given `layers_of` lists all layers of a kind in a network.

**Your part.** Three steps: who owns which weight, what did each owner see,
and one tick for all that it saw.
"""


# %%
#| export
def layers_of(model: Module, kind: type) -> list[Module]:
    """All modules of this kind in the tree, each one once."""
    found = [model] if isinstance(model, kind) else []
    for _, child in model.children():
        found += layers_of(child, kind)
    return list(dict.fromkeys(found))


# %% nbgrader={"grade": false, "grade_id": "calibrate", "locked": false, "schema_version": 3, "solution": true}
#| export
def calibrate(model: Module, x: Tensor) -> dict[Linear, Tick]:
    """For each Linear that ran, the tick of 8 bits for its inputs.

    Runs the model once on the examples x, and changes nothing. A Linear
    that is used several times gets a tick for all its inputs together.
    """
    # 1. Which layer owns a weight?  {id of the weight: layer}
    # 2. What did each layer see?    {layer: [its inputs, flat]}
    # 3. A tick for each layer.
    ### BEGIN SOLUTION
    owners = {id(layer.weight): layer for layer in layers_of(model, Linear)}
    with tape() as records:
        model(x)
    seen: dict[Linear, list[Array]] = {}
    for record in records:
        if record.name == "matmul" and id(record.inputs[1]) in owners:
            layer = owners[id(record.inputs[1])]
            seen.setdefault(layer, []).append(record.inputs[0].data.ravel())
    joined = {layer: np.concatenate(parts) for layer, parts in seen.items()}
    return {layer: tick_size(values) for layer, values in joined.items()}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_calibrate", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_calibrate():
    # The plain case: two layers, and what each of them gets.
    rng = np.random.default_rng(9)
    first, last = Linear(4, 6, rng=rng), Linear(6, 3, rng=rng)
    net = Sequential(first, relu, last)
    values = rng.standard_normal((20, 4)).astype(np.float32)
    values[3, 1], values[19] = -5.08, 0.01
    x = Tensor(values)
    with unchanged(x, *net.parameters(), what="calibrate(net, x)"):
        ticks = calibrate(net, x)
    expect(isinstance(ticks, dict), "calibrate returns {layer: tick}")
    whole = set(ticks) == {first, last}
    expect(
        whole,
        f"found {len(ticks)} layers with a tick, expected both Linears",
        hint="the keys are the layers themselves",
    )
    hidden = relu(first(x)).data
    positive = np.maximum(values, 0)
    weight = first.weight.data
    outputs = values @ weight

    def largest(array):
        return np.abs(array).max()

    same(
        ticks[first],
        5.08 / 127,
        "the tick for the inputs of the first Linear",
        hint="inputs[0] is x, inputs[1] the weight",
        mistakes={
            "that is the range of its outputs": largest(outputs) / 127,
            "that is the range of its weight": largest(weight) / 127,
            "-5.08 is larger than any positive input": positive.max() / 127,
            "only the last example was looked at": 0.01 / 127,
        },
    )
    same_dtype(ticks[first], np.float32, "the tick")
    same(
        ticks[last],
        hidden.max() / 127,
        "the tick for the inputs of the second Linear",
        mistakes={
            "all layers got the range of x": 5.08 / 127,
            "that is what entered relu": largest(first(x).data) / 127,
        },
    )

    # Nested layers, a layer used twice, and one that never runs.
    square = Linear(4, 4, rng=rng)
    grow = lambda t: t * 30.0  # noqa: E731
    shrink = lambda t: t[:5] * 0.001  # noqa: E731
    net = Sequential(Sequential(square, grow), square, shrink, square)
    inputs = [values, square(x).data * 30]
    inputs.append(square(Tensor(inputs[1])).data[:5] * 0.001)
    sizes = [np.abs(array).max() / 127 for array in inputs]
    ticks = calibrate(net, x)
    what = "the tick of a Linear that is used three times"
    wrong = {
        "only its last use counts": sizes[2],
        "only its first use counts": sizes[0],
    }
    same(ticks[square], max(sizes), what, mistakes=wrong)

    class Idle(Module):
        def __init__(self):
            self.spare = Linear(4, 4)

        def forward(self, x):
            return x @ x.T

    idle = Idle()
    expect(calibrate(idle, x) == {}, "a layer that never ran has no tick")
    zeros = calibrate(first, Tensor(np.zeros((2, 4), np.float32)))
    same(zeros[first], 1.0, "the tick of a Linear that saw zeros")


test_calibrate()

# %% [markdown]
"""
Now for the network that reads digits. Its weights come with the course; the
pictures of seed 3 are new to it. What do its two layers see?
"""


# %%
@cache
def pictures(count, seed):
    """Digits as rows of 64 pixels, a Tensor, and their labels."""
    images, labels = digits(count, seed=seed)
    return Tensor(images.reshape(count, 64)), labels


def digit_reader():
    """A network that reads about 98 of 100 digits."""
    net = Sequential(Linear(64, 64), relu, Linear(64, 10))
    net.load_state_dict(digit_weights())
    return net


# %% tags=["experiment"]
reader = digit_reader()
examples, _ = pictures(200, seed=3)
seen_rows = []
for name, layer in reader.children():
    tick = calibrate(reader, examples)[layer]
    weight = np.abs(layer.weight.data).max()
    seen_rows.append((name, f"{weight:.2f}", f"{127 * tick:.2f}", tick))
heads = ["layer", "largest weight", "largest input", "tick of the inputs"]
table(seen_rows, heads)

# %% [markdown]
"""
## 8. A whole network

All parts are there. `quantize_model` makes a **new** network from an old
one. Each `Linear` becomes a `QuantizedLinear`; everything else goes over as
it is:

```
   net                                   small

   Sequential                            Sequential
   ├─ Linear(64, 64)      ──────▶        ├─ QuantizedLinear
   ├─ relu                ──────▶        ├─ relu
   └─ Sequential          ──────▶        └─ Sequential
      └─ Linear(64, 10)   ──────▶           └─ QuantizedLinear
```

The old network stays as it was, bit by bit. Whoever wants to compare needs
both. And whoever changes a network behind the back of its owner causes the
kind of bug that takes a day to find.

With examples to calibrate on, every layer gets its `x_tick` and computes in
whole numbers. Without them only the weights are quantized.

A `Sequential` may hold another one, as in the picture. A function that
calls itself on the inner one takes care of that.

**Your part.** The ticks, then a step by step copy. A `Linear` without a
tick gets None: `ticks.get(layer)`.
"""


# %% nbgrader={"grade": false, "grade_id": "quantize_model", "locked": false, "schema_version": 3, "solution": true}
#| export
def quantize_model(
    model: Sequential,
    calibration: Tensor | None = None,
    bits: int = 8,
) -> Sequential:
    """A new Sequential with a QuantizedLinear for each Linear.

    Also inside nested Sequentials; all other steps are taken over. `bits`
    is for the weights. With examples for calibration, the inputs get a
    ruler of 8 bits. The old model stays as it is.
    """
    ### BEGIN SOLUTION
    ticks = {} if calibration is None else calibrate(model, calibration)

    def quantized(step):
        if isinstance(step, Linear):
            return QuantizedLinear(step, ticks.get(step), bits)
        if isinstance(step, Sequential):
            return Sequential(*map(quantized, step.steps))
        return step

    return quantized(model)
    ### END SOLUTION


def model_bytes(model: Module) -> int:
    """The bytes of all parameters and quantized layers."""
    small = layers_of(model, QuantizedLinear)
    return sum(part.nbytes for part in (*model.parameters(), *small))


# %% nbgrader={"grade": true, "grade_id": "test_quantize_model", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_quantize_model():
    # The plain case: the network that reads digits, weights only.
    net = digit_reader()
    x, labels = pictures(300, seed=5)
    with unchanged(*net.parameters(), what="quantize_model(net)"):
        small = quantize_model(net)
    expect(small is not net, "the model came back itself: make a new one")
    expect(
        isinstance(small, Sequential),
        f"a {type(small).__name__} came back, expected a Sequential",
    )
    kinds = " ".join(type(step).__name__ for step in net.steps)
    same(kinds, "Linear function Linear", "the steps of the old network")
    kinds = " ".join(type(step).__name__ for step in small.steps)
    wanted = "QuantizedLinear function QuantizedLinear"
    same(kinds, wanted, "the steps of the new network")
    expect(small.steps[1] is relu, "relu is taken over as it is")
    ticks = [layer.x_tick for layer in layers_of(small, QuantizedLinear)]
    expect(ticks == [None, None], "without calibration: no x_tick")
    same(model_bytes(net), 19240, "the bytes of the old network")
    same(model_bytes(small), 5328, "the bytes of the new network")
    by_hand = net.steps[0], net.steps[2]
    one, two = (QuantizedLinear(layer) for layer in by_hand)
    same(small(x), two(relu(one(x))).data, "what the new network computes")

    # With calibration; the range of the inputs is that of the old network.
    examples, _ = pictures(200, seed=3)
    with unchanged(*net.parameters(), what="quantize_model(net, examples)"):
        whole = quantize_model(net, examples)
    seen = calibrate(net, examples)
    for number, layer in zip((0, 2), by_hand, strict=True):
        x_tick = whole.steps[number].x_tick
        expect(
            x_tick is not None,
            "the calibration was forgotten: pass the layer's tick on",
        )
        same(x_tick, seen[layer], f"the x_tick of step {number}")
    before = (net(x).argmax(axis=1).data == labels).mean()
    after = (whole(x).argmax(axis=1).data == labels).mean()
    expect(
        after >= before - 0.01,
        f"{after:.1%} right in whole numbers, {before:.1%} in floats",
        hint="at most one point should be lost",
    )

    # Fewer bits, nested networks, other modules.
    rng = np.random.default_rng(4)
    inner = Sequential(Linear(12, 5, rng=rng), relu)
    net = Sequential(Flatten(), inner, Linear(5, 2, rng=rng))
    small = quantize_model(net, bits=3)
    expect(small.steps[0] is net.steps[0], "Flatten is taken over as it is")
    expect(
        isinstance(small.steps[1].steps[0], QuantizedLinear),
        "a Linear inside a nested Sequential was left out",
        hint="call the same function on the inner Sequential",
    )
    expect(
        isinstance(inner.steps[0], Linear) and small.steps[1] is not inner,
        "the inner Sequential was changed: make a new one",
    )
    few = [layer.weight for layer in layers_of(small, QuantizedLinear)]
    largest = max(np.abs(readings).max() for readings in few)
    same(largest, 3, "the largest reading with bits=3")
    images = Tensor(rng.standard_normal((4, 3, 4)).astype(np.float32))
    deep = quantize_model(net, images).steps[1].steps[0]
    expect(deep.x_tick is not None, "the inner Linear got no x_tick")


test_quantize_model()

# %% [markdown]
"""
The moment of truth. 1,000 pictures that the network never saw:
"""


# %%
def share_right(model, count=1000, seed=11):
    """The share of unseen digits that the model reads correctly."""
    x, labels = pictures(count, seed=seed)
    return (model(x).argmax(axis=1).data == labels).mean()


# %% tags=["experiment"]
reader = digit_reader()
examples, _ = pictures(200, seed=3)
candidates = {
    "float32": reader,
    "8 bits, weights": quantize_model(reader),
    "8 bits, weights and inputs": quantize_model(reader, examples),
}
truth_rows = [
    (name, human_bytes(model_bytes(model)), f"{share_right(model):.1%}")
    for name, model in candidates.items()
]
table(truth_rows, ["network", "size", "right"])

# %% [markdown]
"""
## Systems analysis

Three questions: how many bits does it take, what exactly becomes smaller,
and does anything become faster?

### How many bits?

Each bit less about doubles the tick, and with it all errors. You saw this
for random numbers. The network adds up 64 products for each unit, and asks
only which of ten scores is the largest.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** With 8 bits the network keeps its accuracy. At how many
bits does it lose more than one point, and what is left with 2 bits, when
every weight is -1, 0 or 1 tick?
"""

# %% tags=["experiment"]
reader = digit_reader()
float_share = share_right(reader)
exact = reader(pictures(1000, seed=11)[0]).data
bit_rows = []
for bits in range(8, 1, -1):
    small = quantize_model(reader, bits=bits)
    scores = small(pictures(1000, seed=11)[0]).data
    error = np.sqrt(((scores - exact) ** 2).mean())
    lost = round(100 * (float_share - share_right(small)), 1)
    bit_rows.append((bits, 2 * last_reading(bits) + 1, error, lost))
heads = ["bits", "marks", "error of the scores", "points lost"]
table(bit_rows, heads)
print(f"\nfloat32: {float_share:.1%} right\n")
curve(
    {"error": [(bits, error) for bits, _, error, _ in bit_rows]},
    x="bits",
    y="error of the scores (logarithmic)",
    log_y=True,
)

# %% [markdown]
"""
### What to see

These figures should come out the same on your machine:

```
   bits                  8      6      5      4      3      2
   error of the scores   0.03   0.09   0.24   0.40   1.6    4.7
   points lost           0      0.1    0.2    0.2    2      36
```

**The law: each bit less about doubles the error.** From 8 to 4 bits it
grows 15 times, and 2 · 2 · 2 · 2 is 16. You see it as a line that falls
steadily on the logarithmic scale.

**The accuracy obeys another law: nothing, nothing, and then all at once.**
A wrong score does no harm as long as the right one stays the largest. For
a typical picture the best score is 6.5 above the second. So an error of 0.4
is swallowed, one of 1.6 shows, and one of 4.7 ruins the network.
With 2 bits a weight must be half as large as the largest of its column to
count at all. Most of them read 0.

So 4 bits would do. (Ours still take a whole byte each. Two of them would
fit into one, with some extra work.)

### What becomes smaller?

The weights need one byte instead of four. But a layer is more than its
weight: each column has a bias and a tick, and these are float32.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** A weight shrinks by a factor of 4. By which factor does a
whole `Linear(64, 64)` shrink? And one with 1,024 inputs? And one with a
single input?
"""


# %% tags=["experiment"]
def bytes_of(inputs, units=64):
    """A row of the table: the bytes of one layer, before and after."""
    linear = Linear(inputs, units)
    before, after = model_bytes(linear), QuantizedLinear(linear).nbytes
    law = 4 * (inputs + 1) / (inputs + 8)
    return inputs, before, after, round(before / after, 2), round(law, 2)


byte_rows = [bytes_of(2**n) for n in range(11)]
heads = ["inputs", "bytes, float32", "bytes, 8 bits", "ratio", "law"]
table(byte_rows, heads)
print()
curve(
    {"ratio": [(row[0], row[3]) for row in byte_rows]},
    x="inputs",
    y="times smaller",
    log_x=True,
)

# %% [markdown]
"""
### What to see

**The law: a column takes 4 · (in + 1) bytes before, and in + 8 after.**
Here `in` is the number of inputs. Of the 8 bytes, four are the bias and
four the tick:

```
   inputs      1      2      4      16      64     256     1024
   ratio      0.89   1.2    1.67   2.83    3.61   3.89    3.97
```

So "four times smaller" is true of the weights alone. A layer with 64 inputs
gets 3.6 times smaller, and a wide one nearly 4 times. With a single input,
the layer even grows: the tick takes as many bytes as the weight did. And
with *one* ruler for a whole array, the ticks would vanish from the sum. You
know what that costs.

### Does it become faster?

Whole numbers need smaller circuits, and one byte moves faster than four. So
let us take the time: a `Linear(512, 512)`, for one example and for 64.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** Compared with the float32 layer, how long does the layer
with whole numbers take *in NumPy*?

1. a quarter of the time: a quarter of the bytes
2. about as long
3. many times as long
"""


# %% tags=["experiment"]
def times_of(count):
    """A row of the table: ms for one call with `count` examples."""
    rng = make_rng(count)
    linear = Linear(512, 512, rng=rng)
    x = Tensor(rng.standard_normal((count, 512)).astype(np.float32))
    x_tick = calibrate(linear, x)[linear]
    layers = [
        linear,
        QuantizedLinear(linear),
        QuantizedLinear(linear, x_tick),
    ]
    ms = []
    for layer in layers:
        times = latency(lambda layer=layer: layer(x), repeats=7, warmup=1)
        ms.append(1000 * times["median"])
    return count, *ms


time_rows = [times_of(count) for count in (1, 8, 64)]
kinds = ["float32", "8-bit weights", "whole numbers"]
table(time_rows, ["examples", *(f"{kind}, ms" for kind in kinds)])
print("\n64 examples, in ms")
bars(dict(zip(kinds, time_rows[-1][1:], strict=True)), unit="ms")

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured:

```
   examples     float32    8-bit weights    whole numbers
       1        0.05 ms       0.2  ms           0.8 ms
       8        0.14 ms       0.5  ms           5.8 ms
      64        0.6  ms       1.2  ms            68 ms
```

Answer 3, and by far: 16 times as long for one example, and 110 times for
64. Both do the same 262,144 products for each example.

**The law of whole numbers in NumPy: about 4 ns for each product.** They run
in a plain loop. The float product goes to a library that people have tuned
for decades, and there a product takes 0.04 ns. Nobody tuned the other one.

**The law of the 8-bit weights: the float product, and some tenths of a
millisecond on top.** In each call 262,144 readings are turned back into
floats, whether for one example or for 64. The more examples share that, the
less it shows.

So in NumPy you saved memory and paid with time. Where the same readings
meet circuits made for int8, you win both. **Fewer bits are an offer. Only a
machine that takes it becomes faster.**
"""

# %% [markdown]
"""
## In production

- **Your recipe is the common one.** Weights with a symmetric ruler for each
  channel, inputs with one ruler for the whole array, sums in int32. Phones
  and servers have instructions that multiply int8 and add up in int32.
- **Observers.** PyTorch's quantization tools insert small modules that note
  ranges while examples pass through. That is your `calibrate`. Some ignore
  the most extreme values and let them be clipped.
- **Zero points.** After a `relu` there are no negative numbers, so half of
  a symmetric ruler lies idle. Many tools shift it: reading = round(value /
  tick) + zero point. The product then needs a correction.
- **Dynamic quantization** skips calibration. It looks at each input when it
  arrives, and chooses the tick on the spot.
- **4 bits and less.** Large language models are often stored with 4-bit
  weights, and one tick for each 32 to 128 neighbours. GPTQ and AWQ choose
  the readings so that the *outputs* change least, not the weights. The
  product is computed in floats, as in your exercise 5. It still gets
  faster there, since reading the weights took most of the time.
- **Quantization-aware training** rounds already while the network learns.
  The weights get used to standing on marks. With it, 2 or 3 bits can do.
- **float8 and bfloat16** are the other road: floats with fewer digits.
"""

# %% [markdown]
"""
## Misconceptions

**"Quantizing means casting."** `weight.astype(np.int8)` turns 0.19 into 0,
and every other weight below 1 too. The tick is what makes a reading mean
something.

**"8 bits, so the model is four times smaller."** The weights are. With
biases and ticks it was 3.6 times.

**"Whole numbers are faster."** Only where a fast routine for them exists.
Here they took up to 110 times as long.

**"The rounding errors add up."** They go up and down and mostly cancel. The
sum of n errors grows like the root of n.

**"More marks where it matters: let the largest weight be clipped."** It can
pay. A clipped weight has a large error, and all others a smaller one.
Clipping a single outlier may be a good bargain. Measure it.

**"Training can go on with the readings."** They move in whole ticks. A
small step changes no reading at all.
"""

# %% [markdown]
"""
## Questions to think about

1. `quantize(quantized values)`: does a second round change anything? Try
   `quantize(dequantize(q, tick), tick)` in your head.
2. The inputs of the second layer come out of a `relu`. How many of the 255
   marks are ever used? What would you do about it?
3. Calibration saw 200 pictures. Then somebody sends a picture in which each
   pixel is twice as bright. What happens, and who notices?
4. Why does the ruler for the weights go column by column, and not row by
   row? Look at the place of `tick` in `integer_product`.
5. `state_dict()` of a quantized network is empty. What would you have to
   save, and in which dtype?
6. How many inputs can a layer have before a sum of int32 might overflow?
"""

# %% [markdown]
"""
## Quick reference

```
tick        distance of two marks      largest / last_reading(bits)
reading     nearest mark               clip(rint(value / tick))
value       what a reading stands for  reading * tick
error       at most tick / 2           unless the value was clipped

bits        8    7    6    5    4    3    2
last mark  127   63   31   15    7    3    1

tick_size(values, bits, axis)       one tick, or one for each channel
quantize(values, tick, bits)        int8
dequantize(readings, tick)          float32
QuantizedLinear(linear, x_tick, bits)     x_tick None: weights only
integer_product(x, weight, x_tick, tick)  sums in int32
calibrate(model, x)                 {Linear: tick of its inputs}
quantize_model(model, examples, bits)     a new Sequential
model_bytes(model)                  parameters and quantized layers

bytes of Linear(in, out)      float32    4 · out · (in + 1)
                              8 bits         out · (in + 8)

you see                       it means                  try
all outputs nan               a tick of 0               the special case
signs flip at random          int8 wrapped around       clip first
far off for large inputs      sums wrapped around       int32
one unit dead                 one ruler for all         axis=1
good here, bad on new data    inputs beyond the ruler   other examples
```
"""

# %% [markdown]
"""
## Looking ahead

- With the digits that *your* network learned to read, this module opens the
  milestone *Digits, read in whole numbers*.
- **18 Compression** removes weights instead of shortening them.
- **20 Benchmarking** compares all ways to make a network smaller or faster,
  with error bars.
"""

# %% [markdown]
"""
## Summary and what comes next

You put numbers on a ruler: a tick, a reading, an error of half a tick, and
a clip at the end. One large number spoils the ruler for all, so each column
got its own. A layer stores readings, one byte each. With inputs on a ruler
too, the product runs in whole numbers and meets both ticks once, at the
end. How long the inputs' ruler must be, you read off the records.

The network reads digits as well as before, from 3.6 times fewer bytes. It
would do so with 4 bits. In NumPy it became slower, and you know why.

Together with 16, 18 and 19 this module opens 20.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_tick_size,
        test_quantize,
        test_dequantize,
        test_tick_per_channel,
        test_quantized_linear,
        test_integer_product,
        test_calibrate,
        test_quantize_model,
    )
