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
# 03 Activations

You will build four new operations, and from them the functions that let a
network bend: `relu`, `leaky_relu`, `sigmoid`, `gelu`, `softmax` and
`log_softmax`. Every one of them stays correct for huge inputs.

### Prerequisites

- **02 Tensor**: `Tensor` and its arithmetic, the door `run_op`, `tape`.
- From **01 Setup**, which 02 needs too: `stopwatch` and `make_rng`.
- From school: e to the power of x, and its logarithm.

### Time and difficulty

About 2.5 hours. Difficulty 2 of 5. Six exercises of 1 to 4 lines.

### Learning objectives

Afterwards you can

- add an operation to your library so that the tape sees it;
- bend a straight line in five ways, and say when to use which;
- find the step of a formula that overflows, and remove the cause;
- turn any row of scores into shares that sum to 1;
- tell which activation is slow by counting bytes, before you measure.

### How the pieces hang together

```
     02 Tensor           primitives              activations

                     ┌── maximum ──────────▶ relu, leaky_relu
     run_op          │
     (the door) ─────┼── tanh ─────────────▶ sigmoid, gelu
                     │
     + - * /         ├── exp ──────────────▶ softmax
     sum, max        │
                     └── exp and log ──────▶ log_softmax
```

The primitives go through the door themselves. The activations only combine
them, so they need no door of their own.
"""

# %%
#| default_exp activations
#| export
import math

import numpy as np
from tinytorch.tensor import Tensor, run_op

# %% [markdown]
"""
## Why a network needs a bend

Take two straight lines, f(x) = 2x + 1 and g(x) = 3x - 2. Do one after the
other:

```
   g(f(x)) = 3 (2x + 1) - 2 = 6x + 1
```

That is a straight line again. Matrix products are no better: `(x @ A) @ B`
is `x @ (A @ B)`, one single product. A thousand straight steps in a row can
do no more than one.

Now allow one bend: `relu(x)` keeps positive numbers and turns negative ones
into 0. Add two bent lines:

```
   relu(x) + relu(-x)       x = 4 gives 4 + 0,  x = -3 gives 0 + 3
```

That is the absolute value of x, and no straight line is. With enough bends
you can trace any unbroken curve as closely as you like. A function that
bends is called an **activation**. These are the five you will build first:

```
relu                     leaky_relu               gelu
slope at 0: 0 | 1        slope at 0: 0.2 | 1      slope at 0: 1/2

          │         •              │         •              │         •
          │       .'               │       .'               │       .'
          │     .'                 │     .'                 │      •
          │    •                   │    •                   │    .'
          │  .'                    │  .'                    │   •
          │.'                      │.'                      │ •'
•••••••••••──────────    ──────...••──────────    •••••.....•'─────────
          │              .•••''    │                        │

tanh                                 sigmoid
slope at 0: 1                        slope at 0: 1/4

               │     ..••••••••  1                  │       ....••••  1
               │  .•'                               │ ..••''
               │ •                                 .•'
               │•                            ..••'' │
───────────────•───────────────      ••••''''───────┼───────────────  0
              •│                                    │
             • │                                    │
          .•'  │                                    │
••••••••''     │                -1                  │                -1
```

Read "0.2 | 1" as: 0.2 on the left of 0, and 1 on the right.

Two more, `softmax` and `log_softmax`, work on whole rows. Most of the seven
are easy to write. But `sigmoid` and the last two break on large numbers if
you write down the textbook formula. So this module answers two questions:
**how do you bend a line so that no input breaks it, and what does the bend
cost?**
"""

# %%
import warnings

from tinytorch.env import make_rng, stopwatch
from tinytorch.tensor import tape

from tinytutor.kit import (
    bars,
    connected,
    expect,
    quiet,
    refuses,
    run_tests,
    same,
    same_dtype,
    table,
    unchanged,
)


def through_the_door(fn, x, what):
    """Raises Mismatch unless all that `fn` makes of x is on the tape."""
    connected(tape, fn, x, what=what)
    with tape() as records:
        fn(x)
    known = {id(x), *(id(record.output) for record in records)}
    for record in records:
        for tensor in record.inputs:
            expect(
                tensor.size == 1 or id(tensor) in known,
                f"{what}: {record.name} got numbers from around the door",
                hint="a Tensor built from .data; use operations instead",
            )


# %% [markdown]
"""
## 1. Four primitives: exp, log, tanh, maximum

In 02 every operation went through one door: `run_op(name, fn, *tensors)`.
It unwraps the arrays, calls `fn`, wraps the result, and leaves a record if
a tape is open. Your library has no exponential yet. Adding an operation
takes one line. Here is a square root:

```python
def sqrt(x):
    return run_op("sqrt", np.sqrt, x)

with tape() as records:
    sqrt(Tensor([4.0, 9.0]))        # [2. 3.]
records[0].name                     # "sqrt"
```

`Tensor(np.sqrt(x.data))` gives the same numbers, but goes around the door.
The tape stays empty, and whoever reads it later believes that nothing
happened.

`maximum(x, other)` compares two tensors element by element:

```
   x        -1.5   0.0   2.0
   other     1.0   1.0   1.0
   result    1.0   1.0   2.0
```

Its second input may also be a plain number. The door takes tensors only, so
the number must become one first, without widening x:

```
   x float32, other 0.75      the 0.75 must become float32 too
   x float64, other 0.75      the 0.75 must become float64
```

You solved this in 02: `x._like(other)` does exactly that. The underscore
means "for the library's own files", and this is one of them.

Write the four primitives. Name each record after its function.
"""


# %% nbgrader={"grade": false, "grade_id": "primitives", "locked": false, "schema_version": 3, "solution": true}
#| export
def exp(x: Tensor) -> Tensor:
    """e to the power of each element. Shape and float dtype stay."""
    ### BEGIN SOLUTION
    return run_op("exp", np.exp, x)
    ### END SOLUTION


def log(x: Tensor) -> Tensor:
    """Natural logarithm of each element. Shape and float dtype stay."""
    ### BEGIN SOLUTION
    return run_op("log", np.log, x)
    ### END SOLUTION


def tanh(x: Tensor) -> Tensor:
    """Hyperbolic tangent, from -1 to 1. Shape and float dtype stay."""
    ### BEGIN SOLUTION
    return run_op("tanh", np.tanh, x)
    ### END SOLUTION


def maximum(x: Tensor, other: Tensor | float) -> Tensor:
    """The larger of each pair of elements; the inputs are x, then other.

    `other` broadcasts as in arithmetic. Beside a plain number, a float x
    keeps its dtype.
    """
    ### BEGIN SOLUTION
    return run_op("maximum", np.maximum, x, x._like(other))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_primitives", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_primitives():
    values = np.array([[0.25, 1.0, 3.0], [0.5, 2.0, 0.1]], np.float32)
    x, minus = Tensor(values), Tensor(-values)
    other = Tensor([[1.5], [0.25]])
    larger = np.maximum(values, other.data)
    at_least = np.maximum(values, 0.75)
    with unchanged(x, minus, other, what="the primitives"):
        same(exp(minus), np.exp(-values), "exp(x)")
        same(log(x), np.log(values), "log(x)")
        same(tanh(minus), np.tanh(-values), "tanh(x)")
        same(maximum(x, other), larger, "maximum(x, other)")
        same(maximum(x, 0.75), at_least, "maximum(x, 0.75)")

    def at_half(t):
        return maximum(t, 0.5)

    door = "go through the door: run_op, as in the sqrt example"
    widened = "a number must become a tensor with the dtype of x"
    calls = {"exp": exp, "log": log, "tanh": tanh, "maximum": at_half}
    for name, fn in calls.items():
        with tape() as records:
            result = fn(x)
        expect(records, f"{name}: no record was filed", hint=door)
        names = [record.name for record in records]
        expect(names == [name], f"{name}: one record {name!r}, not {names}")
        first = records[0].inputs[0]
        expect(first is x, f"{name}: the record's first input must be x")
        same_dtype(result, np.float32, f"{name} of float32", hint=widened)

    with tape() as records:
        maximum(x, other)
    second = records[0].inputs[1]
    expect(second is other, "maximum: the second input must be `other`")

    wide = Tensor(np.array([0.0, 1.0]))
    same(
        maximum(wide, 0.1),
        [0.1, 1.0],
        "maximum(x, 0.1) of a float64 tensor",
        hint="0.1 lost digits: it became float32 before it met x",
        tolerance=1e-12,
    )
    same(
        maximum(Tensor([1, 4]), 2.5),
        [2.5, 4.0],
        "maximum(x, 2.5) of an integer tensor",
        mistakes={"2.5 was cut down to an integer": [2, 4]},
        hint="x._like leaves it whole",
    )


test_primitives()

# %% [markdown]
"""
## 2. One sharp bend: relu and leaky_relu

`relu` needs one primitive; no activation is cheaper. It has one weakness.
Every negative number becomes the same 0, so -0.5 and -4 cannot be told
apart afterwards. `leaky_relu` lets a small part through:

```
   x                          -4      -0.5     0     3
   relu(x)                     0       0       0     3
   leaky_relu(x, slope=0.1)   -0.4    -0.05    0     3
```

How can you write the second one without an `if`? Draw the two straight
lines x and slope · x:

```
                                   ╱ x    ....  slope · x
                                  ╱   ....
                                 ╱....
            ────────────────────┼────────────────────
                           ....╱
                       ....   ╱
                   ....      ╱
```

`leaky_relu` follows one line on the left and the other one on the right.
Which of the two is the upper one, on each side? The answer holds as long as
`slope` is at most 1, so the function refuses a larger one.
"""


# %% nbgrader={"grade": false, "grade_id": "relu", "locked": false, "schema_version": 3, "solution": true}
#| export
def relu(x: Tensor) -> Tensor:
    """x where x is positive, else 0. Keeps shape and float dtype."""
    ### BEGIN SOLUTION
    return maximum(x, 0)
    ### END SOLUTION


def leaky_relu(x: Tensor, slope: float = 0.01) -> Tensor:
    """x where x is positive, else slope * x. Keeps shape and float dtype.

    Raises ValueError if `slope` is above 1.
    """
    if slope > 1:
        raise ValueError(f"leaky_relu: slope {slope} is above 1; try 0.01")
    ### BEGIN SOLUTION
    return maximum(x, slope * x)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_relu", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_relu():
    values = np.array([[-4.0, -0.5, 0.0], [0.25, 2.0, 3.0]], np.float32)
    x = Tensor(values)

    def bent(left, right):
        """Two straight lines that meet at 0, with these slopes."""
        return np.where(values < 0, left * values, right * values)

    with unchanged(x, what="relu(x)"):
        same(
            relu(x),
            bent(0, 1),
            "relu(x)",
            mistakes={
                "the negative half was kept, not the positive": bent(1, 0),
                "negative numbers become 0, not positive": bent(-1, 1),
            },
        )
    same_dtype(relu(x), np.float32, "relu(x)")
    through_the_door(relu, x, "relu(x)")

    with unchanged(x, what="leaky_relu(x, 0.2)"):
        same(
            leaky_relu(x, 0.2),
            bent(0.2, 1),
            "leaky_relu(x, 0.2)",
            mistakes={
                "the slope belongs on the negative side": bent(1, 0.2),
                "slope 0.2 was ignored, 0.01 used": bent(0.01, 1),
                "that is plain relu: nothing leaks through": bent(0, 1),
                "negative numbers must stay negative": bent(-0.2, 1),
            },
        )
    same(leaky_relu(x), bent(0.01, 1), "leaky_relu(x)")
    same(leaky_relu(x, slope=1.0), values, "leaky_relu(x, slope=1.0)")
    same_dtype(leaky_relu(x), np.float32, "leaky_relu(x)")
    through_the_door(leaky_relu, x, "leaky_relu(x)")

    ends = Tensor([-np.inf, np.inf])
    with quiet("relu and leaky_relu of infinities"):
        same(relu(ends), [0, np.inf], "relu of -inf, inf")
        same(leaky_relu(ends), ends.data, "leaky_relu of -inf, inf")
    says = ["1.5", "above 1"]
    with refuses(ValueError, "leaky_relu(x, slope=1.5)", says):
        leaky_relu(x, slope=1.5)


test_relu()

# %% [markdown]
"""
## 3. A soft switch: sigmoid

`sigmoid` squeezes every number into the range 0 to 1: far left is "off",
far right is "on", and 0 is exactly one half.

```
   sigmoid(x) = 1 / (1 + exp(-x))
```

The formula is short, and you have every operation that it needs. Would you
ship it? **Take five minutes.** Write it on paper, try it on some x, and
find an x for which it goes wrong.

Then run the next cell. It tries the formula on plain float32 numbers. Beside
it stands a second form of it: top and bottom are multiplied by exp(x).
"""


# %% tags=["experiment"]
def show_first_tries():
    """Tries two forms of the sigmoid formula, ever farther from 0."""
    rows = []
    for number in (0, -10, -100, -1000, 10, 100, 1000):
        x = np.array(number, dtype=np.float32)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            inner = np.exp(-x)
            first = 1 / (1 + np.exp(-x))
            second = np.exp(x) / (1 + np.exp(x))
        words = {str(w.message).split()[0] for w in caught}
        verdict = ", ".join(sorted(words, reverse=True)) or "nothing"
        numbers = (float(inner), float(first), float(second))
        rows.append((number, *numbers, verdict))
    forms = ["exp(-x)", "1/(1+exp(-x))", "exp(x)/(1+exp(x))"]
    table(rows, ["x", *forms, "NumPy warns of"])


show_first_tries()

# %% [markdown]
"""
### What went wrong, and the way out

The largest float32 is about 3.4e38, and exp(89) is beyond it. The formula
asks for exp(1000) on its way to an answer that is simply 0. NumPy warns and
goes on with `inf`.

The first form then gets away with it, because 1 / inf is 0. The second one
computes inf / inf and gives `nan`, not a number. And `nan` spreads: any sum
that contains one is `nan` as well. Whether you are lucky depends on how you
happened to write it down. So the rule is: **no intermediate result may
overflow, even when the final one would be fine.**

Cutting x off at -80 silences the warning. It also answers -90 and -900 as
if you had asked for -80, and each dtype would need another limit.

A better way: your library already has an S-shaped curve that levels off
without any large number inside. Compare the two:

```
   x                  -2         0         1         2
   tanh(x / 2)     -0.7616    0.0000    0.4621    0.7616
   sigmoid(x)       0.1192    0.5000    0.7311    0.8808
```

One row runs from -1 to 1, the other from 0 to 1. What turns the upper row
into the lower one? Check your idea on all four columns. It is no
approximation: the two sides are equal for every x.
"""


# %% nbgrader={"grade": false, "grade_id": "sigmoid", "locked": false, "schema_version": 3, "solution": true}
#| export
def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + exp(-x)), from 0 to 1. Keeps shape and float dtype.

    Nothing overflows on the way, whatever x is.
    """
    ### BEGIN SOLUTION
    return 0.5 * (tanh(0.5 * x) + 1.0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sigmoid", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_sigmoid():
    values = np.array([[-3.0, -1.0, 0.0], [0.5, 2.0, 6.0]], np.float32)
    x = Tensor(values)
    s_curve = np.tanh(values / 2)
    steeper = (np.tanh(values) + 1) / 2
    with unchanged(x, what="sigmoid(x)"):
        same(
            sigmoid(x),
            1 / (1 + np.exp(-values)),
            "sigmoid(x)",
            mistakes={
                "this runs from -1 to 1, not from 0 to 1": s_curve,
                "this runs from 0 to 2; halve it": s_curve + 1,
                "this is the sigmoid of 2x; halve x first": steeper,
                "this curve falls, it must rise": (1 - s_curve) / 2,
            },
        )
    same_dtype(sigmoid(x), np.float32, "sigmoid(x)")

    far = Tensor([-np.inf, -1000.0, 0.0, 1000.0, np.inf])
    hint = "the tanh identity needs no exp, so nothing can overflow"
    with quiet("sigmoid of -1000 and 1000", hint=hint):
        answers = sigmoid(far)
    same(answers, [0, 0, 0.5, 1, 1], "sigmoid of -inf, -1000, 0, 1000, inf")

    with tape() as records:
        sigmoid(Tensor([-300.0, -200.0]))
    for record in records:
        seen = record.inputs[0].data
        if record.name in ("exp", "tanh") and seen.shape == (2,):
            expect(
                seen[0] != seen[1],
                "clipping hides the problem, the identity removes it",
                hint=f"-300 and -200 reached {record.name} as {seen}",
            )
    through_the_door(sigmoid, x, "sigmoid(x)")


test_sigmoid()

# %% [markdown]
"""
## 4. A smooth relu: gelu

`relu` multiplies x by a hard switch: 0 on the left, 1 on the right. `gelu`
multiplies x by a soft one. The switch is the share of a normal bell curve
that lies to the left of x:

```
   x                  -2         -1          0         1         2
   share left of x     0.0228     0.1587     0.5       0.8413    0.9772
   gelu(x)            -0.0455    -0.1587     0         0.8413    1.9545
```

```
           hard switch                      soft switch

               │───────── 1                     │    ..•••• 1
               │                                │ .•'
               │                              .•│'
      ─────────│          0           •••••''   │         0
```

The share has no short formula, but tanh comes within 0.0005 of it:

```
   inner   = √(2/π) · (x + 0.044715 · x³)
   gelu(x) ≈ 0.5 · x · (1 + tanh(inner))
```

By hand for x = 1: inner = 0.79788 · 1.044715 = 0.83356, tanh(inner) =
0.68238, and 0.5 · 1 · 1.68238 = 0.84119.

Write the cube as `x * x * x`. The experiment below shows what the shorter
`x ** 3` would cost. `math.sqrt` and `math.pi` are at hand.
"""


# %% nbgrader={"grade": false, "grade_id": "gelu", "locked": false, "schema_version": 3, "solution": true}
#| export
def gelu(x: Tensor) -> Tensor:
    """x times a soft switch, in the tanh form. Keeps shape and float dtype.

    Within 0.0005 of the exact x * (share of a normal bell left of x).
    """
    ### BEGIN SOLUTION
    inner = math.sqrt(2.0 / math.pi) * (x + 0.044715 * (x * x * x))
    return 0.5 * x * (1.0 + tanh(inner))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_gelu", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_gelu():
    values = np.array([[-3.0, -1.0, -0.25], [0.0, 0.5, 2.5]], np.float32)
    x = Tensor(values)
    root = math.sqrt(2 / math.pi)

    def form(scale=root, factor=0.044715, power=3, one=1):
        inner = scale * (values + factor * values**power)
        return 0.5 * values * (one + np.tanh(inner))

    with unchanged(x, what="gelu(x)"):
        same(
            gelu(x),
            form(),
            "gelu(x)",
            mistakes={
                "the factor is 0.044715, not 0.44715": form(factor=0.44715),
                "x must be cubed here, not squared": form(power=2),
                "the square root of 2/π is missing": form(scale=root**2),
                "the half in front is missing": 2 * form(),
                "the 1 before tanh is missing": form(one=0),
            },
        )
    same_dtype(gelu(x), np.float32, "gelu(x)")
    through_the_door(gelu, x, "gelu(x)")

    left = [0.5 * (1 + math.erf(v / math.sqrt(2))) for v in values.flat]
    exact = values * np.reshape(left, values.shape)
    same(gelu(x), exact, "gelu(x) beside the exact form", tolerance=2e-3)
    with quiet("gelu of -1000 and 1000"):
        answers = gelu(Tensor([-1000.0, 1000.0]))
    same(answers, [0, 1000], "gelu of -1000 and 1000")


test_gelu()

# %% [markdown]
"""
## 5. From scores to shares: softmax

A network that tells digits apart gives ten scores, one for each digit. Any
number is possible, and only comparing them says something. `softmax` turns
a row of scores into shares. No share is negative, together they make 1, and
a larger score gets a larger share. It takes three steps:

```
     scores          1. shift            2. exp              3. divide

  1002  1001  1000    0   -1   -2    1  0.3679  0.1353    0.665 0.245 0.090
                    subtract 1002      sum: 1.5032         by the sum
```

Without the shift you would ask for exp(1002). And the shift costs nothing:
exp(a - c) is exp(a) / exp(c), so the same factor stands above and below the
fraction bar and cancels. The scores 2, 1, 0 give the same three shares.
After the shift the largest number is 0, so exp never exceeds 1.

Each row must use **its own** maximum and its own sum. `keepdims=True` keeps
the reduced axis with size 1, so that broadcasting lines the rows up again:

```
     x         x.max(axis=-1, keepdims=True)      x - max
   (3, 5)                (3, 1)                    (3, 5)

   (3, 5)      x.max(axis=-1)          (3,)        error: 5 against 3
```

The same three steps serve any axis. With `axis=0`, each column sums to 1.
"""


# %% nbgrader={"grade": false, "grade_id": "softmax", "locked": false, "schema_version": 3, "solution": true}
#| export
def softmax(x: Tensor, axis: int = -1) -> Tensor:
    """Shares that sum to 1 along `axis`. Keeps shape and float dtype.

    Adding the same number to all scores changes nothing. No finite score
    is too large.
    """
    # Three steps: shift, exp, divide.
    ### BEGIN SOLUTION
    shifted = x - x.max(axis=axis, keepdims=True)
    powers = exp(shifted)
    return powers / powers.sum(axis=axis, keepdims=True)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_softmax", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_softmax():
    # The largest of each row and column is 1: only the sums differ here.
    values = np.array(
        [
            [1.0, 0.5, -1.0, 1.0, 0.0],
            [0.0, 1.0, 0.25, -0.5, 1.0],
            [-2.0, 0.75, 1.0, 0.5, -1.5],
        ],
        dtype=np.float32,
    )
    x = Tensor(values)
    powers = np.exp(values)
    by_row = powers / powers.sum(axis=1, keepdims=True)
    by_column = powers / powers.sum(axis=0, keepdims=True)
    of_all = powers / powers.sum()
    with unchanged(x, what="softmax(x)"):
        same(
            softmax(x),
            by_row,
            "softmax(x) of shape (3, 5)",
            mistakes={
                "divide by the sum of the row, not of everything": of_all,
                "the columns sum to 1, not the rows": by_column,
            },
            hint="by default each row of the last axis sums to 1",
        )
    same(
        softmax(x, axis=0),
        by_column,
        "softmax(x, axis=0)",
        mistakes={"axis was ignored: the rows sum to 1": by_row},
        hint="both the maximum and the sum go along `axis`",
    )
    same_dtype(softmax(x), np.float32, "softmax(x)")
    through_the_door(softmax, x, "softmax(x)")
    same(softmax(x + 50.0), by_row, "softmax(x + 50), same as softmax(x)")

    hint = "subtract the largest score before exp"
    with quiet("softmax of 1000, 0, -1000", hint=hint):
        shares = softmax(Tensor([[1000.0, 0.0, -1000.0]]))
    thirds = np.full((1, 3), 1 / 3)
    astray = {"the maximum must run along `axis` too": thirds}
    same(shares, [[1, 0, 0]], "softmax of 1000, 0, -1000", mistakes=astray)

    far_apart = Tensor([[900.0, 900.0], [-900.0, -900.0]])
    hint = "subtract each row's own maximum, not the largest of all"
    with quiet("softmax of a row at 900 and a row at -900", hint=hint):
        shares = softmax(far_apart)
    halves = np.full((2, 2), 0.5)
    same(shares, halves, "softmax of rows at 900 and -900", hint=hint)

    cube = make_rng(6).standard_normal((2, 3, 4), dtype=np.float32)
    powers = np.exp(cube)
    for axis in (0, 1, 2):
        expected = powers / powers.sum(axis=axis, keepdims=True)
        got = softmax(Tensor(cube), axis)
        same(got, expected, f"softmax(x, axis={axis}) of shape (2, 3, 4)")
    same(softmax(Tensor(cube)), expected, "softmax(x), same as axis=2")


test_softmax()

# %% [markdown]
"""
## 6. Shares as logarithms: log_softmax

Often you need the logarithm of a share. Multiply a hundred shares of 0.1,
and 1e-100 is far below the smallest float32. Their logarithms simply add up
to -230.3.

The obvious way is `log(softmax(x))`. Try it on the scores 0 and -200:

```
   softmax(x)           1      0        exp(-200) rounds to 0
   log of that          0     -inf      and NumPy warns
   the right answer     0     -200
```

The share was lost on the way, and no logarithm brings it back. So do not
leave the logarithms at all. The logarithm of a fraction is a difference:

```
                 exp(s)
    softmax  = ──────────        log_softmax  =  s  -  log(sum of exp(s))
               sum exp(s)
```

Here s is the shifted row again. By hand for the scores 2, 1, 0:

```
   s              0       -1       -2
   exp(s)         1        0.3679   0.1353      sum 1.5032, log 0.4076
   log_softmax   -0.4076  -1.4076  -2.4076
```

The largest s is 0, so the sum is at least 1, and its logarithm is safe.
"""


# %% nbgrader={"grade": false, "grade_id": "log_softmax", "locked": false, "schema_version": 3, "solution": true}
#| export
def log_softmax(x: Tensor, axis: int = -1) -> Tensor:
    """The logarithm of softmax along `axis`. Keeps shape and float dtype.

    Never above 0. Right even where a share is too small for a float:
    the scores 0 and -200 give 0 and -200.
    """
    ### BEGIN SOLUTION
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - log(exp(shifted).sum(axis=axis, keepdims=True))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_log_softmax", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_log_softmax():
    # The largest of each row and column is 2: only the sums differ here.
    values = np.array(
        [
            [2.0, 0.5, -1.0, 1.5, 2.0],
            [1.0, 2.0, 0.25, 2.0, -0.5],
            [-2.0, 0.75, 2.0, 0.5, 1.25],
        ],
        dtype=np.float32,
    )
    x = Tensor(values)
    powers = np.exp(values)
    by_row = np.log(powers / powers.sum(axis=1, keepdims=True))
    by_column = np.log(powers / powers.sum(axis=0, keepdims=True))
    of_all = np.log(powers / powers.sum())
    shifted = values - values.max(axis=1, keepdims=True)
    with unchanged(x, what="log_softmax(x)"):
        same(
            log_softmax(x),
            by_row,
            "log_softmax(x) of shape (3, 5)",
            mistakes={
                "the columns were normalised, not the rows": by_column,
                "these are shares, not their logarithms": np.exp(by_row),
                "each row needs its own sum": of_all,
                "subtract the log of the sum too": shifted,
            },
            hint="by default it goes along the last axis",
        )
    same(
        log_softmax(x, axis=0),
        by_column,
        "log_softmax(x, axis=0)",
        mistakes={"axis was ignored: the rows were normalised": by_row},
        hint="both the maximum and the sum go along `axis`",
    )
    same_dtype(log_softmax(x), np.float32, "log_softmax(x)")
    through_the_door(log_softmax, x, "log_softmax(x)")

    hint = "log of 0: stay in the log domain, subtract the log of the sum"
    with quiet("log_softmax of 0, -200", hint=hint):
        logs = log_softmax(Tensor([[0.0, -200.0]]))
    same(logs, [[0, -200]], "log_softmax of 0, -200", hint=hint)

    hint = "subtract the largest score before exp"
    with quiet("log_softmax of 1000, 0, -1000", hint=hint):
        logs = log_softmax(Tensor([[1000.0, 0.0, -1000.0]]))
    same(logs, [[0, -1000, -2000]], "log_softmax of 1000, 0, -1000")

    far_apart = Tensor([[900.0, 900.0], [-900.0, -900.0]])
    hint = "subtract each row's own maximum, not the largest of all"
    with quiet("log_softmax of a row at 900 and a row at -900", hint=hint):
        logs = log_softmax(far_apart)
    halves = np.full((2, 2), math.log(0.5))
    same(logs, halves, "log_softmax of rows at 900 and -900", hint=hint)

    cube = make_rng(8).standard_normal((2, 3, 4), dtype=np.float32)
    powers = np.exp(cube)
    expected = np.log(powers / powers.sum(axis=-1, keepdims=True))
    same(log_softmax(Tensor(cube)), expected, "log_softmax(x), (2, 3, 4)")


test_log_softmax()

# %% [markdown]
"""
## Systems analysis

What does a bend cost? You need not guess. Every operation that you wrote
leaves a record, and a record knows its input and output tensors. Add up
their bytes, and you know how much memory an activation reads and writes.

Call it one **pass** to read or write as many bytes as x has. Here is the
tape of `sigmoid`. A plain number is too small to count.

```
    record                 reads      writes
    mul      0.5 · x       1 pass     1 pass
    tanh     of that       1 pass     1 pass
    add      + 1           1 pass     1 pass
    mul      0.5 · that    1 pass     1 pass

    4 records, 8 passes
```

The next cell holds two helpers. `records_and_passes` does this sum for any
function. `cost` adds the time, taken with your stopwatch from 01.
"""


# %%
def records_and_passes(fn, x):
    """Number of records of `fn(x)`, and the bytes they touch, in passes."""
    with tape() as records:
        fn(x)
    touched = sum(t.nbytes for r in records for t in (*r.inputs, r.output))
    return len(records), round(touched / x.nbytes, 1)


def cost(fn, x, repeats=5):
    """A row: name, records, passes, ns per element, and that per pass.

    Records are counted on 8 rows of x: an open tape keeps tensors alive.
    """
    records, passes = records_and_passes(fn, x[:8])
    ns = stopwatch(lambda: fn(x), repeats) / x.size * 1e9
    return fn.__name__, records, passes, round(ns, 2), round(ns / passes, 2)


# %% [markdown] tags=["prediction"]
"""
**Predict first.** The next cell runs seven functions on ten million numbers.

- `relu` only compares, `tanh` needs exponentials. Both leave one record and
  make two passes. How many times longer does `tanh` take?
- `gelu` makes eleven times as many passes as `relu`. How many times longer
  does it take?

Write your two numbers down first.
"""

# %% tags=["experiment"]
numbers = make_rng(3).standard_normal((10_000, 1000), dtype=np.float32)
functions = (relu, tanh, leaky_relu, sigmoid, softmax, log_softmax, gelu)
cost_rows = [cost(fn, Tensor(numbers)) for fn in functions]
columns = ["records", "passes", "ns/element", "ns/pass"]
table(cost_rows, ["activation", *columns])

print("\nbytes touched")
bars({name: passes for name, _, passes, _, _ in cost_rows}, unit="passes")
print("\ntime")
bars({name: ns for name, _, _, ns, _ in cost_rows}, unit="ns/element")

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured:

```
activation   records  passes  ns/element  ns/pass
───────────  ───────  ──────  ──────────  ───────
relu               1       2        0.83     0.42
tanh               1       2        0.82     0.41
leaky_relu         2       5        1.41     0.28
sigmoid            4       8        2.77     0.35
softmax            5       8        3.04     0.38
log_softmax        6       8        3.03     0.38
gelu               9      22        6.74     0.31
```

Look at the two charts: they have nearly the same shape. Look at the last
column: it hardly moves, while the formulas differ a lot.

- `tanh` is as fast as `relu`. The processor computes exponentials in the
  time in which it would wait for memory anyway.
- `sigmoid` and `softmax` look nothing alike. Both make 8 passes, and they
  take about the same time.
- `gelu` is slow because it walks through memory 22 times, not because of
  its tanh.

That is the law of this module: **for large tensors, time follows the bytes
that are touched, not the formula.** To make an activation faster, make
fewer passes.

For small tensors the door itself costs more than the memory, as you saw in
02. There, count records instead of passes.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** Here are two ways to write a cube. `x * x * x` leaves two
records and makes six passes. `x ** 3` leaves one and makes two passes.

By the law above, which one is faster, and how many times?
"""


# %% tags=["experiment"]
def cube_by_products(x):
    """Two records: x * x, then that times x."""
    return x * x * x


def cube_by_power(x):
    """One record: power."""
    return x**3


numbers = make_rng(4).standard_normal((10_000, 1000), dtype=np.float32)
cubes = (cube_by_products, cube_by_power)
cube_rows = [cost(fn, Tensor(numbers), repeats=3) for fn in cubes]
columns = ["records", "passes", "ns/element", "ns/pass"]
table(cube_rows, ["cube", *columns])
bars({name: ns for name, _, _, ns, _ in cube_rows}, unit="ns/element")

# %% [markdown]
"""
### What to see

We measured 1.4 ns per element for the products and 61 ns for the power. The
law promised a power three times as fast. It was over 40 times slower.

**Where the law ends.** It holds while arithmetic keeps up with memory.
NumPy has fast loops for `*`, `exp` and `tanh`: one instruction works on
many numbers. A power with any exponent is harder. Where a base is negative,
NumPy goes back to one number at a time. Inside `gelu`, that would outweigh
all the rest.

The border depends on the machine. Without the widest of those instructions,
ours took twice as long for `tanh` as for `relu`, and 8 ns for the power.
The other rows grew by a third at most. So count bytes first, then measure.
"""

# %% [markdown]
"""
## In production

- PyTorch and JAX have all of these functions: `torch.nn.functional.gelu`,
  `jax.nn.softmax` and so on. Both subtract the maximum inside `softmax`.
- They run an activation as one compiled loop: read an element, do all the
  arithmetic in registers, write the result. Your `gelu` makes 22 passes,
  such a **fused** loop makes 2. `torch.compile` and JAX's compiler build
  fused loops from chains of small operations like yours.
- `jax.nn.gelu` uses the tanh form unless you ask for the exact one. PyTorch
  does it the other way round: `approximate="tanh"` selects your formula.
  The two differ by less than 0.0005.
- `torch.log_softmax` exists as a function of its own, for the same reason
  as yours.
"""

# %% [markdown]
"""
## Misconceptions

**"A softmax share of 0.99 means 99 % certain."** With two scores, it means
that one is 4.6 above the other. Multiply all scores by 10, and the same
network says 1.00, knowing nothing more.

**"End with relu, to keep the scores clean."** It turns the scores -1 and -9
into 0 and 0. Softmax can no longer tell them apart. Bend between the steps,
and leave the last scores as they are.

**"Ten classes need ten sigmoids."** Ten sigmoids answer ten separate yes or
no questions, and their sum can be anything. If exactly one class is right,
use softmax.

**"A safe formula is a slow one."** Your safe `sigmoid` leaves 4 records. So
does 1 / (1 + exp(-x)): neg, exp, add, div.

**"The result is right, so the warning can be ignored."** The `inf` is still
in the records. Whoever computes with it next may get `nan`.
"""

# %% [markdown]
"""
## Questions to think about

1. Softmax of the two scores x and 0: show that the first share is
   sigmoid(x).
2. `leaky_relu` with slope 1 is allowed. What does it compute, and why is it
   useless as an activation?
3. Your `sigmoid(-20)` is exactly 0 in float32. The true value is 2e-9.
   Where do its digits get lost? How would you write a `log_sigmoid` that
   keeps them?
4. What does `softmax` give for a row in which every score is `-inf`? What
   would you want it to give?
5. `leaky_relu` could also be `relu(x) - slope * relu(-x)`. Count records
   and passes. What does that form do better?
"""

# %% [markdown]
"""
## Quick reference

```
 name          formula                          range    slope at 0  records
 ───────────   ──────────────────────────────   ───────  ──────────  ───────
 relu          max(x, 0)                        0 … ∞    0 | 1             1
 leaky_relu    max(x, slope · x)                -∞ … ∞   slope | 1         2
 tanh          a primitive                      -1 … 1   1                 1
 sigmoid       (tanh(x/2) + 1) / 2              0 … 1    1/4               4
 gelu          x/2 · (1 + tanh(√(2/π) ·         -0.17    1/2               9
                      (x + 0.044715 x³)))        … ∞
 softmax       exp(s) / sum exp(s)              0 … 1    –                 5
 log_softmax   s - log(sum exp(s))              -∞ … 0   –                 6
                                          s = x - own maximum along axis

 between steps         relu or gelu
 one of many           softmax along the last axis
 log of a share        log_softmax, never log(softmax(x))
 yes or no             sigmoid
 your own operation    run_op("name", np.function, x)
```
"""

# %% [markdown]
"""
## Looking ahead

- **05 Losses** compares scores with right answers. It takes the raw scores,
  often called logits, and calls your `log_softmax` inside. So does PyTorch:
  its networks end in logits, and its loss does the rest.
- **09 Spatial** puts `relu` behind each convolution.
- **13 Attention** is a softmax over rows of scores, with your `axis=-1`.
- **17 Quantization** shrinks a network with `relu` inside to a quarter.
- A later module reads the records of `exp`, `log`, `tanh` and `maximum`. It
  works only because you went through the door.
"""

# %% [markdown]
"""
## Summary and what comes next

You built four primitives that leave records, and six activations composed
from them. You saw a textbook formula overflow, and removed the cause twice:
`sigmoid` through an identity, `softmax` through a shift. You stayed in the
log domain where a share would have vanished. And you can tell what an
activation costs before you run it: count its passes.

Together with 04, this module unlocks 05, 09 and 13. On a longer path, it
leads to 17. Next comes 04: objects that own the numbers between your bends.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_primitives,
        test_relu,
        test_sigmoid,
        test_gelu,
        test_softmax,
        test_log_softmax,
    )
