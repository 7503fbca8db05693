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
# 05 Losses

You will build three losses: each says in one number how wrong a network is.
Then you change one weight of your own network and watch that number move.
At the end you have a first way to make a network better.

### Prerequisites

- **03 Activations**: `maximum`, `exp`, `log`, `relu`, `log_softmax`; the
  networks bend with `relu` and `tanh`.
- **04 Layers**: `Linear`, `Sequential`, `parameters()`, `state_dict`.
- **01 Setup** and **02 Tensor**, which these need too: `make_rng`,
  `stopwatch`; `Tensor`, its index `[ ]`, `mean` and `tape`.
- From school: the natural logarithm, here written `log`.

### Time and difficulty

About 2.5 hours. Difficulty 2 of 5. Six exercises of 2 to 11 lines.

### Learning objectives

Afterwards you can

- choose the loss that fits a question, and feed it the right shapes;
- say what a loss costs a network without a clue, and use it as a check;
- write a loss that stays right for scores of any size;
- find out what one weight does to the loss, and leave no trace;
- improve a network by trial, and predict what that costs.

### How the pieces hang together

```
             ┌──────────────┐  scores    ┌─────────────────┐
  images ──▶ │ your network │ ─────────▶ │ mse_loss        │  one number
             │    of 04     │   right    │ bce_with_logits │ ──────┐
             └──────────────┘  answers ▶ │ cross_entropy   │  2.31 │
                    ▲                    └─────────────────┘       │
                    │                                              │
                    │    nudge         change one weight, compare  │
                    └──  hill_climb    change all, keep or undo  ◀─┘
```

`accuracy` stands beside them: it counts hits, for people to read.
"""

# %%
#| default_exp losses
#| export
"""Losses: one number that says how wrong a network is."""

from collections.abc import Callable, Sequence

import numpy as np
from tinytorch.activations import exp, log, log_softmax, maximum, relu
from tinytorch.layers import Module, Parameter
from tinytorch.tensor import Tensor

Labels = Tensor | np.ndarray | Sequence[int]  # class numbers, (N,)
LossFunction = Callable[[Tensor, Tensor | Labels], Tensor]

# %% [markdown]
"""
## Why one number?

A network from 04 answers anything you ask. Its weights are random, so its
answers are too. To make it better, you must first say how bad it is.

The first idea is to count mistakes. Now change one weight a little. The
scores move a little, and the count almost never moves at all. It is a
stair: flat nearly everywhere, then a jump. On a flat stair you cannot tell
which way is down.

So we look for a number that answers to every small change. Take one example
with two possible answers. Its **margin** is the score of the right answer
minus the score of the wrong one. Here are three ways to judge it:

```
 cost
  4 ┤••
    │  •
    │   ••                        • cross entropy: -log(share)
    │     ••                      o squared error: (1 - share)²
  3 ┤       ••                    ─ mistakes, counted
    │         ••
    │           ••                share = sigmoid(margin), the share
    │             ••              that the right answer gets
  2 ┤               ••
    │                 ••
    │                   ••
    │                     ••
  1 ┤oooooooooo─────────────•••──
    │          ooooooooo       •••
    │                   oooooo    •••••
    │                         oooooooo •••••••••
  0 ┤                            ─────oooooooooo••••••••••••••
    └┬─────────────┬─────────────┬─────────────┬─────────────┬─
    -4            -2             0             2             4    margin
     far off                                          far on the
                                                      right side
```

Far on the left the network is sure and wrong. There the count is flat, and
the squared error nearly is: its slope at -4 is -0.03. Cross entropy falls
with a slope of -0.98. It says loudly which way is down.

The question of this module: **which number tells best how wrong a network
is, and what does it answer when you touch a weight?**
"""

# %% [markdown]
"""
## A network to judge

Every loss needs a real network to judge. Ours looks at digits on a small
display of 3 by 5 pixels. The next cell draws them, and adds noise to make
each image a little different. It also fetches what the tests use.
"""

# %%
import math
from statistics import median

from tinytorch.activations import softmax, tanh
from tinytorch.env import make_rng, stopwatch
from tinytorch.layers import Linear, Sequential
from tinytorch.tensor import tape

from tinytutor.kit import (
    connected,
    curve,
    expect,
    quiet,
    refuses,
    run_tests,
    same,
    same_dtype,
    table,
    unchanged,
)

DISPLAY = """
###  ..#  ###  ###  #.#  ###  ###  ###  ###  ###
#.#  ..#  ..#  ..#  #.#  #..  #..  ..#  #.#  #.#
#.#  ..#  ###  ###  ###  ###  ###  ..#  ###  ###
#.#  ..#  #..  ..#  ..#  ..#  #.#  ..#  #.#  ..#
###  ..#  ###  ###  ..#  ###  ###  ..#  ###  ###
"""


def clean_images():
    """The ten digits as rows of 15 pixels, each 0 or 1: (10, 15)."""
    rows = [line.split() for line in DISPLAY.strip().split("\n")]
    digits = ["".join(row[digit] for row in rows) for digit in range(10)]
    lit = [[pixel == "#" for pixel in digit] for digit in digits]
    return np.array(lit, dtype=np.float32)


CLEAN = clean_images()


def noisy_digits(count, rng):
    """Images (count, 15), a Tensor, and their digits (count,), an array."""
    digits = np.arange(count) % 10
    noise = 0.25 * rng.standard_normal((count, 15))
    return Tensor((CLEAN[digits] + noise).astype(np.float32)), digits


def small_network(scores, rng, units=16):
    """15 pixels in, `scores` numbers out, `units` bends between."""
    first = Linear(15, units, rng=rng)
    last = Linear(units, scores, rng=rng)
    return Sequential(first, relu, last)


# %% [markdown]
"""
You can ask such a network three kinds of questions. Only the number of its
outputs differs, and the loss that judges them:

```
   question                   right answers    scores    loss
   how much ink is lit?       0.73   (N, 1)    (N, 1)    mse_loss
   is the digit odd?          1 or 0 (N, 1)    (N, 1)    bce_with_logits
   which digit is it?         0 to 9 (N,)      (N, 10)   cross_entropy
```

The next cell makes 40 images, and the answers to the first two questions.
The one after it sends the images through a network with ten outputs. Run it
and look at the scores of the first four images.
"""

# %%
images, digits = noisy_digits(40, make_rng(1))
ink = Tensor(CLEAN[digits].mean(axis=1, keepdims=True))
odd = Tensor((digits % 2).astype(np.float32).reshape(40, 1))

# %% tags=["experiment"]
scores = small_network(10, make_rng(2))(images)
print("images", images.shape, "to scores", scores.shape)
score_rows = [
    (digits[row], *(f"{score:.1f}" for score in scores.data[row]))
    for row in range(4)  # the first four images
]
table(score_rows, ["digit", *map(str, range(10))])

# %% [markdown]
"""
Each row holds ten scores for one image; the first column has the right
answer. A score before any sigmoid or softmax is called a **logit**. Is the
right digit's logit the largest of its row? For a fresh network, rarely.

One more helper for the tests. A loss must be made of operations, so that
the tape sees the whole way from the scores to the number. This helper finds
the shortcuts, also those that take only a part of a formula past the door.
It runs the loss twice, on different numbers. An operand that changes with
them, yet comes from no record, was computed around the door.
"""


# %%
def through_the_door(fn, *inputs, what):
    """Raises Mismatch unless all that `fn` makes of them is on the tape."""
    connected(tape, fn, *inputs, what=what)
    with tape() as records:
        fn(*inputs)
    with tape() as others:
        fn(*(Tensor(1.5 * tensor.data) for tensor in inputs))
    known = {id(t) for t in (*inputs, *(r.output for r in records))}
    for record, other in zip(records, others, strict=False):
        pairs = zip(record.inputs, other.inputs, strict=False)
        for tensor, twin in pairs:
            fixed = np.array_equal(tensor.data, twin.data)
            expect(
                id(tensor) in known or fixed,
                f"{what}: {record.name} got numbers from around the door",
                hint="a Tensor built from .data; use operations instead",
            )


# %% [markdown]
"""
## 1. How far off: mean squared error

The simplest question is "how much?". Subtract, square, take the mean:

```
   pred         0.5     2.0     3.0
   target       1.0     2.0     1.0
   difference  -0.5     0.0     2.0
   squared      0.25    0.0     4.0      mean 1.4167
```

Squaring removes the sign, and it punishes large misses: twice as far off
costs four times as much.

**Without a clue.** Suppose you know nothing about an image. Your best guess
is then the mean of all targets, and its loss is the *variance* of the
targets. A network is worth something once it costs less than that.

**A trap.** Let the network give `(4, 1)`, and let the targets be `(4,)`:

```
   pred (4, 1)   minus   target (4,)   broadcasts to   (4, 4)

   p0            t0 t1 t2 t3           p0-t0  p0-t1  p0-t2  p0-t3
   p1                                  p1-t0  p1-t1  p1-t2  p1-t3
   p2                                  p2-t0  p2-t1  p2-t2  p2-t3
   p3                                  p3-t0  p3-t1  p3-t2  p3-t3
```

Only 4 of these 16 differences mean something. Their mean is still one
harmless number, and nobody notices. So refuse two different shapes.
"""


# %% nbgrader={"grade": false, "grade_id": "mse_loss", "locked": false, "schema_version": 3, "solution": true}
#| export
def mse_loss(pred: Tensor, target: Tensor) -> Tensor:
    """The mean of all squared differences, as a Tensor of shape ().

    Keeps the float dtype. Raises ValueError where the shapes differ; the
    message says both of them.
    """
    ### BEGIN SOLUTION
    if pred.shape != target.shape:
        raise ValueError(
            f"mse_loss: prediction {pred.shape} and target {target.shape} "
            "must have the same shape; reshape one of them"
        )
    difference = pred - target
    return (difference * difference).mean()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_mse_loss", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_mse_loss():
    # By hand, as in the text.
    pred, target = Tensor([0.5, 2.0, 3.0]), Tensor([1.0, 2.0, 1.0])
    same(
        mse_loss(pred, target),
        4.25 / 3,
        "mse_loss([0.5, 2, 3], [1, 2, 1])",
        mistakes={
            "this is the sum of the squares, take their mean": 4.25,
            "the differences are not squared": 0.5,
            "this is the mean of the distances, square them": 2.5 / 3,
            "leave the root away, the mean is the loss": (4.25 / 3) ** 0.5,
            "take the mean over every element, shape ()": [0.25, 0.0, 4.0],
        },
    )

    # A real forward pass: how much ink?
    x, digit = noisy_digits(20, make_rng(5))
    amounts = Tensor(CLEAN[digit].mean(axis=1, keepdims=True))
    guesses = small_network(1, make_rng(6))(x)
    squares = (guesses.data - amounts.data) ** 2
    with unchanged(guesses, amounts, what="mse_loss(net(x), ink)"):
        loss = mse_loss(guesses, amounts)
    same(loss, squares.mean(), "mse_loss(net(x), ink), shapes (20, 1)")
    same_dtype(loss, np.float32, "mse_loss(net(x), ink)")
    clueless = Tensor(np.full((20, 1), amounts.data.mean()))
    variance = amounts.data.var()
    same(mse_loss(clueless, amounts), variance, "always the mean as guess")
    what = "mse_loss(pred, target)"
    through_the_door(mse_loss, guesses, amounts, what=what)

    # Edges: two axes, another dtype, nothing wrong.
    rng = make_rng(7)
    wide = Tensor(rng.standard_normal((4, 3)))
    other = Tensor(rng.standard_normal((4, 3)))
    squares = (wide.data - other.data) ** 2
    same(
        mse_loss(wide, other),
        squares.mean(),
        "mse_loss of shapes (4, 3)",
        mistakes={"divide by all 12 elements": squares.sum() / 4},
    )
    same_dtype(mse_loss(wide, other), np.float64, "mse_loss of float64")
    same(mse_loss(wide, wide), 0.0, "mse_loss(a, a)")

    # The promised errors.
    for left, right in (((4, 1), (4,)), ((2, 3), (3,)), ((5,), (1,))):
        what = f"{left} against {right} broadcasts, refuse it first"
        with refuses(ValueError, what, says=[str(left), str(right)]):
            mse_loss(Tensor(np.ones(left)), Tensor(np.ones(right)))


test_mse_loss()

# %% [markdown]
"""
Now judge your network. The first row is a fresh one; the second row knows
nothing about any image and always says the mean.
"""

# %% tags=["experiment"]
guesses = small_network(1, make_rng(2))(images)
always_mean = Tensor(np.full((40, 1), ink.data.mean()))
table(
    [
        ("a fresh network", mse_loss(guesses, ink).item()),
        ("always the mean", mse_loss(always_mean, ink).item()),
        ("the variance of ink", float(ink.data.var())),
    ],
    ["guess", "mse_loss"],
)

# %% [markdown]
"""
The fresh network is worse than clueless: its guesses are far away and
spread widely. That is normal at the start, and good to know.
"""

# %% [markdown]
"""
## 2. Yes or no: binary cross entropy

Is the digit odd? The network gives one logit z. Its `sigmoid(z)` is the
share that "yes" gets, and "no" gets the rest. Judge it by the share that
went to the **right** answer, as minus its logarithm:

```
   share of the right answer     0.99     0.5      0.1      0.001
   cost, -log(share)             0.01     0.69     2.30     6.91
```

Sure and right costs nearly nothing. Sure and wrong costs a lot, without any
limit. An undecided network, z = 0, pays log 2 = 0.6931: this is the price
of having no clue.

Typed in as it stands, it breaks: at z = -800 the share is 0 in float32, and
log(0) is -inf. In 03 you mended that by staying with logarithms. Here it
takes four steps, with y = 1 for yes and 0 for no:

```
1. y = 1:    -log(sigmoid(z))      =  log(1 + exp(-z))
2. y = 0:    -log(1 - sigmoid(z))  =  log(1 + exp(z))
                                   =  z + log(1 + exp(-z))
3. either:   z - z·y + log(1 + exp(-z))        good where z is positive
4. either:     - z·y + log(1 + exp( z))        good where z is negative
```

The sigmoid is 1 / (1 + exp(-z)), which gives line 1. One minus it is the
sigmoid of -z, which gives line 2. Below, exp(z) is taken out of the bracket:
its logarithm is z. Line 3 is line 1 for y = 1 and line 2 for y = 0. Line 4
takes exp(-z) out again.

Lines 3 and 4 differ in two places. The larger of z and 0, and the size of
z, make one line of them:

```
   cost = max(z, 0) - z·y + log(1 + exp(-|z|))
```

Now exp gets no number above 0, and log gets no number below 1. By hand:

```
   z      y     max(z, 0)    z·y    log(1 + exp(-|z|))     cost
   2      1         2         2          0.1269           0.1269
  -1      1         0        -1          0.3133           1.3133
   0      0         0         0          0.6931           0.6931
                                             mean         0.7111
```

You know max(z, 0) by the name `relu`. You have no operation for |z|, but it
is the larger of z and -z.
"""


# %% nbgrader={"grade": false, "grade_id": "bce_with_logits", "locked": false, "schema_version": 3, "solution": true}
#| export
def bce_with_logits(logits: Tensor, target: Tensor) -> Tensor:
    """Mean binary cross entropy of yes-or-no logits, shape ().

    target: 1.0 for yes, 0.0 for no, in the shape of `logits`. Finite for
    every finite logit. Keeps the float dtype. Raises ValueError where the
    shapes differ; the message says both of them.
    """
    ### BEGIN SOLUTION
    if logits.shape != target.shape:
        raise ValueError(
            f"bce_with_logits: logits {logits.shape} and target "
            f"{target.shape} must have the same shape; reshape one of them"
        )
    size = maximum(logits, -logits)
    tail = log(1.0 + exp(-size))
    return (relu(logits) - logits * target + tail).mean()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_bce_with_logits", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_bce_with_logits():
    def costs(z, y):
        """The textbook form: fine while z is small."""
        share = 1 / (1 + np.exp(-z))
        return -(y * np.log(share) + (1 - y) * np.log(1 - share))

    # By hand, as in the text.
    z, y = np.array([2.0, -1.0, 0.0]), np.array([1.0, 1.0, 0.0])
    right, twice = costs(z, y), costs(1 / (1 + np.exp(-z)), y)
    same(
        bce_with_logits(Tensor([2.0, -1.0, 0.0]), Tensor([1.0, 1.0, 0.0])),
        right.mean(),
        "bce_with_logits([2, -1, 0], [1, 1, 0])",
        mistakes={
            "this is the sum of the costs, take their mean": right.sum(),
            "logits and target are swapped": costs(y, z).mean(),
            "yes and no are swapped": costs(z, 1 - y).mean(),
            "the minus is missing: a cost is never negative": -right.mean(),
            "sigmoid twice: the formula takes raw logits": twice.mean(),
            "take the mean over every element, shape ()": right,
        },
    )
    loss = bce_with_logits(Tensor([0.0, 0.0]), Tensor([1.0, 0.0]))
    same(loss, math.log(2), "without a clue, all logits 0: log 2")

    # A real forward pass: is the digit odd?
    x, digit = noisy_digits(20, make_rng(8))
    answers = Tensor((digit % 2).astype(np.float32).reshape(20, 1))
    logits = small_network(1, make_rng(9))(x)
    with unchanged(logits, answers, what="bce_with_logits(net(x), odd)"):
        loss = bce_with_logits(logits, answers)
    wanted = costs(logits.data, answers.data).mean()
    same(loss, wanted, "bce_with_logits(net(x), odd), shapes (20, 1)")
    same_dtype(loss, np.float32, "bce_with_logits(net(x), odd)")
    wide = bce_with_logits(Tensor(z), Tensor(y))
    same_dtype(wide, np.float64, "bce_with_logits of float64")

    # Very sure: first both wrong, then both right.
    far = Tensor([-800.0, 800.0])
    hint = "no log of 0, no exp of 800: the one line with max and |z|"
    with np.errstate(all="ignore"):
        same(
            bce_with_logits(far, Tensor([1.0, 0.0])),
            800.0,
            "bce_with_logits([-800, 800], [1, 0])",
            mistakes={
                "inf at -800: log of 0, or exp of 800": np.inf,
                "nan at -800: 0 times inf, or inf - inf": np.nan,
            },
            hint=hint,
        )
    with quiet("bce_with_logits at -800 and 800", hint=hint):
        loss = bce_with_logits(far, Tensor([0.0, 1.0]))
    same(loss, 0.0, "bce_with_logits([-800, 800], [0, 1])", hint=hint)
    what = "bce_with_logits(logits, target)"
    through_the_door(bce_with_logits, logits, answers, what=what)

    # The promised errors.
    for left, right in (((2, 1), (2,)), ((4, 3), (3,))):
        what = f"{left} against {right} broadcasts, refuse it first"
        with refuses(ValueError, what, says=[str(left), str(right)]):
            bce_with_logits(Tensor(np.ones(left)), Tensor(np.ones(right)))


test_bce_with_logits()

# %% [markdown]
"""
Again on your network, beside three that you can judge in your head:
"""

# %% tags=["experiment"]
answers = {
    "a fresh network": small_network(1, make_rng(2))(images),
    "no clue: all logits 0": Tensor(np.zeros((40, 1), np.float32)),
    "sure, always right": 10.0 * (2.0 * odd - 1.0),
    "sure, always wrong": -10.0 * (2.0 * odd - 1.0),
}
table(
    [(who, bce_with_logits(z, odd).item()) for who, z in answers.items()],
    ["answer", "bce_with_logits"],
)

# %% [markdown]
"""
A fresh network lies near log 2 = 0.6931, mostly a little above. Some of its
logits are wrong by chance, and being wrong costs more than being right
earns.
"""

# %% [markdown]
"""
## 3. One of many: cross entropy

Which digit is it? Now each row has C logits, one per class. `softmax` would
turn them into shares. The cost is once more minus the logarithm of the
share of the right class. Your `log_softmax` gives these logarithms at once,
so no share is ever computed, and none can vanish.

It takes three steps: **validate, pick, average**. Two rows by hand:

```
    logits        log_softmax                labels      picked
  [2  1  0]   [-0.4076 -1.4076 -2.4076]        0        -0.4076
  [0  1  3]   [-3.1698 -2.1698 -0.1698]        1        -2.1698
                                                 mean   -1.2887
                                                 loss    1.2887
```

**Pick.** Row 0 gives its column 0, row 1 gives its column 1. An index made
of two lists does that: one row number and one column number per element.

```
   t[[0, 1], [0, 1]]      t[0, 0] and t[1, 1]             2 numbers
   t[:, [0, 1]]           columns 0 and 1 of every row    4 numbers
```

For N rows, `np.arange(rows)` is the list of row numbers.

**Validate.** NumPy would let wrong labels pass. Label -1 picks the *last*
class. Labels `(N, 1)` pick N x N numbers. Both give a plausible loss. So
check three things before you pick: whole numbers, one per row, each in the
range 0 to C - 1.

**Without a clue.** Equal logits give each class the share 1/C, and cost
log C. Ten classes: 2.3026. A fresh network should start near this number.
If it starts at 8, look for a mistake before you do anything else.

The given helper makes an array of labels, whatever they come in.
"""


# %%
#| export
def _class_numbers(labels: Labels) -> np.ndarray:
    """Labels as an array: from a Tensor, an array or a list."""
    return labels.data if isinstance(labels, Tensor) else np.asarray(labels)


# %% nbgrader={"grade": false, "grade_id": "cross_entropy", "locked": false, "schema_version": 3, "solution": true}
#| export
def cross_entropy(logits: Tensor, labels: Labels) -> Tensor:
    """Mean cross entropy of logits (N, C), labels (N,) in 0..C-1; shape ().

    Takes raw scores: the softmax is inside. Keeps the float dtype.

    Raises:
        TypeError: labels that are no integers; says "integers" and the
            dtype that came.
        ValueError: labels of another shape; says the shape needed and the
            shape that came: "(5,)", "(5, 1)".
        ValueError: a label out of range; says the range needed and the
            range that came: "0..3", "-1..2".
    """
    if logits.ndim != 2:
        came = f"not {logits.shape}: reshape to rows of scores first"
        raise ValueError(f"cross_entropy: logits must be (N, C), {came}")
    rows, classes = logits.shape
    labels = _class_numbers(labels)
    # 1. Validate: the dtype, the shape, the range.
    # 2. Pick the right class of each row.
    # 3. Average, and mind the sign.
    ### BEGIN SOLUTION
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"labels must be integers, not {labels.dtype}")
    if labels.shape != (rows,):
        needed = f"{rows} rows of logits need labels {(rows,)}"
        raise ValueError(f"{needed}, got {labels.shape}: reshape them")
    low, high = labels.min(), labels.max()
    if low < 0 or high >= classes:
        came = f"got {low}..{high}: count classes from 0"
        raise ValueError(f"labels must lie in 0..{classes - 1}, {came}")
    picked = log_softmax(logits)[np.arange(rows), labels]
    return -picked.mean()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_cross_entropy", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_cross_entropy():
    def logs(values, axis=1):
        powers = np.exp(values)
        return np.log(powers / powers.sum(axis=axis, keepdims=True))

    def judged(values, labels):
        return -logs(values)[np.arange(len(labels)), labels].mean()

    def slips(values, labels):
        """What the usual mistakes would answer."""
        rows, classes = values.shape
        every = np.arange(rows)
        right = judged(values, labels)
        many = f"you averaged {rows * rows} numbers instead of {rows}"
        by_column = -logs(values, axis=0)[every, labels].mean()
        raw = -values[every, labels].mean()
        twice = judged(np.exp(logs(values)), labels)
        largest = -logs(values).max(axis=1).mean()
        return {
            many: -logs(values)[:, labels].mean(),
            "the minus is missing: a cost is never negative": -right,
            "this is the sum, take the mean": rows * right,
            "the mean is over rows, not over all logits": right / classes,
            "softmax twice: log_softmax takes raw logits": twice,
            "the logits were picked, not their log_softmax": raw,
            "the columns were normalised, not the rows": by_column,
            "this picks the largest share, not the label's": largest,
        }

    # By hand, as in the text.
    values = np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
    y = np.array([0, 1])
    text = "cross_entropy([[2, 1, 0], [0, 1, 3]], [0, 1])"
    wrong = slips(values, y)
    same(cross_entropy(Tensor(values), y), 1.2887196, text, mistakes=wrong)

    # Five rows, four classes; labels at both ends of the range.
    rng = make_rng(10)
    values = rng.standard_normal((5, 4)).astype(np.float32)
    x, y = Tensor(values), np.array([0, 3, 1, 1, 2])
    with unchanged(x, y, what="cross_entropy(x, y)"):
        loss = cross_entropy(x, y)
    text = "cross_entropy(x, y), x of shape (5, 4)"
    same(loss, judged(values, y), text, mistakes=slips(values, y))
    same_dtype(loss, np.float32, "cross_entropy(x, y)")
    wide = cross_entropy(Tensor(values.astype(np.float64)), y)
    same_dtype(wide, np.float64, "cross_entropy of float64")
    for labels in (Tensor(y), y.tolist(), y.astype(np.uint8)):
        kind = type(labels).__name__
        same(cross_entropy(x, labels), loss.data, f"labels as {kind}")

    # A real forward pass, and what it costs without a clue.
    pixels, digit = noisy_digits(30, make_rng(11))
    net = small_network(10, make_rng(12))
    logits = net(pixels)
    loss = cross_entropy(logits, digit)
    same(loss, judged(logits.data, digit), "cross_entropy(net(x), digit)")
    near = abs(loss.item() - math.log(10)) < 1
    expect(near, "a fresh network of 10 classes must start near log 10")
    equal = cross_entropy(Tensor(np.zeros((3, 10))), [1, 9, 0])
    same(equal, math.log(10), "without a clue, all logits 0: log 10")

    # Very sure and very wrong.
    far = Tensor([[1000.0, 0.0], [-1000.0, 1000.0]])
    hint = "stay with log_softmax: log(softmax(x)) loses the share"
    with quiet("cross_entropy at a margin of -1000", hint=hint):
        loss = cross_entropy(far, [1, 0])
    same(loss, 1500.0, "cross_entropy at margins -1000, -2000", hint=hint)

    def of_the_labels(scores):
        return cross_entropy(scores, y)

    through_the_door(of_the_labels, x, what="cross_entropy(x, y)")

    # The promised errors.
    with refuses(TypeError, "float labels", says=["integers", "float64"]):
        cross_entropy(x, y.astype(np.float64))
    for shape in ((5, 1), (4,), (1, 5)):
        labels = np.zeros(shape, np.int64)
        with refuses(ValueError, f"labels {shape}", ["(5,)", str(shape)]):
            cross_entropy(x, labels)
    for labels, came in (
        ([0, 1, 2, 3, 4], "0..4"),
        ([2, 1, -1, 1, 2], "-1..2"),
        ([1, 1, 9, 1, -5], "-5..9"),
    ):
        what = f"labels {labels} for 4 classes"
        with refuses(ValueError, what, says=["0..3", came]):
            cross_entropy(x, labels)
    with refuses(ValueError, "logits (2, 3, 4)", says=["(2, 3, 4)"]):
        cross_entropy(Tensor(np.ones((2, 3, 4))), [0, 1])


test_cross_entropy()

# %% [markdown]
"""
The same check on five fresh networks. Before you run it: what is wrong with
a sixth one, whose logits are all 20 times as large?
"""

# %% tags=["experiment"]
start_rows = []
for seed in range(5):
    logits = small_network(10, make_rng(seed))(images)
    loss = cross_entropy(logits, digits).item()
    start_rows.append((f"a fresh network, seed {seed}", loss))

others = {
    "seed 0, logits 20 times as large": 20.0,
    "seed 0, logits times 0: no clue": 0.0,
}
logits = small_network(10, make_rng(0))(images)
for who, factor in others.items():
    loss = cross_entropy(factor * logits, digits).item()
    start_rows.append((who, loss))
table(start_rows, ["answer", "cross_entropy"])

# %% [markdown]
"""
Five start near log 10. The sixth is just as ignorant, but far too sure of
itself. Such a start points to weights or inputs that are too large.
"""

# %% [markdown]
"""
## 4. Counting hits: accuracy

A loss is for the search. People want to know something simpler: how many
digits does it get right? The guess is the class with the largest logit, and
the **accuracy** is the share of right guesses:

```
   logits            argmax of the row    label
   [0.1  0.9]              1                1       hit
   [0.8  0.2]              0                0       hit
   [0.3  0.7]              1                0       miss       2/3
```

Accuracy chooses, it does not compute. So it leaves the tape alone and gives
a plain Python number. `logits.argmax(axis=-1).data` is an array of guesses,
and `==` between two arrays gives True and False, whose mean is a share.
"""


# %% nbgrader={"grade": false, "grade_id": "accuracy", "locked": false, "schema_version": 3, "solution": true}
#| export
def accuracy(logits: Tensor, labels: Labels) -> float:
    """The share of rows whose largest logit is the label's, from 0 to 1.

    logits (..., C), labels (...). Where two logits are equal, the first one
    is the guess. Raises ValueError with both shapes where they do not fit.
    """
    labels = _class_numbers(labels)
    if labels.shape != logits.shape[:-1]:
        shapes = f"logits {logits.shape}, labels {labels.shape}"
        raise ValueError(f"accuracy: one label for each row: {shapes}")
    ### BEGIN SOLUTION
    hits = logits.argmax(axis=-1).data == labels
    return float(hits.mean())
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_accuracy", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_accuracy():
    # Three rows, by hand: the guesses are 1, 0, 2.
    x = Tensor([[0.1, 0.9, 0.0], [0.8, 0.2, 0.1], [0.85, 0.95, 0.99]])
    y = np.array([1, 0, 0])
    with unchanged(x, y, what="accuracy(x, y)"):
        got = accuracy(x, y)
    same(
        got,
        2 / 3,
        "accuracy(x, [1, 0, 0])",
        mistakes={
            "this is the count of hits, not their share": 2,
            "argmax over the batch: each row has its own guess": 0,
            "this is the share of misses": 1 / 3,
            "one answer for each row came, take their mean": [1, 1, 0],
        },
    )
    kind = type(got).__name__
    expect(kind == "float", f"accuracy gave a {kind}: float(...) of it")
    same(
        accuracy(x, [1, 2, 0]),
        1 / 3,
        "accuracy(x, [1, 2, 0])",
        mistakes={"this is the share of misses": 2 / 3},
    )
    same(accuracy(x, Tensor([1, 0, 2])), 1.0, "labels as a Tensor")
    same(accuracy(x, [0, 1, 1]), 0.0, "not a single hit")

    # Edges: a tie, several axes, a real network.
    tie = Tensor([[0.5, 0.5, 0.1]])
    same(accuracy(tie, [0]), 1.0, "of two equal logits the first counts")
    same(accuracy(tie, [1]), 0.0, "of two equal logits the second does not")
    cube = make_rng(13).standard_normal((2, 4, 3))
    wanted = cube.argmax(axis=2)
    wanted[0, :3] = (wanted[0, :3] + 1) % 3
    same(accuracy(Tensor(cube), wanted), 5 / 8, "logits (2, 4, 3)")
    net = small_network(10, make_rng(14))
    pixels, digit = noisy_digits(30, make_rng(15))
    guesses = net(pixels).data.argmax(axis=1)
    share = float(np.mean(guesses == digit))
    same(accuracy(net(pixels), digit), share, "accuracy(net(x), digit)")
    with refuses(ValueError, "labels (3, 1)", says=["(3, 3)", "(3, 1)"]):
        accuracy(x, y.reshape(3, 1))


test_accuracy()

# %% [markdown]
"""
Loss and accuracy are different things. The next cell moves *all* weights of
a network by ever larger random steps, and shows both.
"""

# %% tags=["experiment"]
step_rows = []
for size in (0.0, 0.0001, 0.001, 0.01, 0.1):
    rng = make_rng(2)
    net = small_network(10, rng)
    for parameter in net.parameters():
        parameter.data += size * rng.standard_normal(parameter.shape)
    logits = net(images)
    loss, hits = cross_entropy(logits, digits), accuracy(logits, digits)
    step_rows.append((size, f"{loss.item():.5f}", f"{hits:.3f}"))
table(step_rows, ["step size", "loss", "accuracy"])

# %% [markdown]
"""
The loss answers to every step, the accuracy only to a large one. This is
the stair of the first picture, on a real network.
"""

# %% [markdown]
"""
## 5. Nudge one weight

Your network has 426 weights. What does a single one of them do to the loss?
Find out: change it a little, run the network again, compare. Take a network
that has only one weight w. It gets 3 and should answer 5:

```
    w        answer 3w     loss (3w - 5)²
   2.0          6.0           1.00
   2.5          7.5           6.25        change  +5.25
   1.5          4.5           0.25        change  -0.75
```

Up is worse, down is better. Divide the change by the nudge, and you get a
**slope**: how fast the loss rises with this weight. It depends on how large
the nudge is, until the nudge is small:

```
   nudge            0.5       0.1       0.01      0.001
   change           5.25      0.69      0.0609    0.006009
   slope           10.5       6.9       6.09      6.009
```

Near w = 2, the loss rises 6 times as fast as the weight.

**Leave no trace.** Someone will nudge all 426 weights in turn. Each must be
back before the next one moves, and to the last digit:

- Keep the old number and write it back. Subtracting the nudge again leaves
  a rounding error: in float32, (0.3 + 100) - 100 is 0.300003.
- Write it back even when the loss raises an error: `try` and `finally`.
- Write *into* `parameter.data`. Others may hold that array, as in 04.

`parameter.data[index]` is one weight; the index `(3, 2)` means row 3,
column 2.
"""


# %% nbgrader={"grade": false, "grade_id": "nudge", "locked": false, "schema_version": 3, "solution": true}
#| export
def nudge(
    model: Module,
    loss_fn: LossFunction,
    x: Tensor,
    y: Tensor | Labels,
    parameter: Parameter,
    index: int | tuple[int, ...],
    amount: float,
) -> float:
    """How much loss_fn(model(x), y) changes when one weight moves.

    Adds `amount` to parameter.data[index], and puts the old number back,
    also when an error is raised. Returns the loss after minus the loss
    before. Two evaluations.
    """
    # 1. Measure the loss as it is.
    # 2. Keep the old number.
    # 3. Change the weight, measure again.
    # 4. Whatever happens, put the old number back.
    ### BEGIN SOLUTION
    before = loss_fn(model(x), y).item()
    old = parameter.data[index]
    try:
        parameter.data[index] = old + amount
        return loss_fn(model(x), y).item() - before
    finally:
        parameter.data[index] = old
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_nudge", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_nudge():
    # One weight: loss (3w - 5)², as in the text.
    layer = Linear(1, 1, bias=False, rng=make_rng(0))
    weight = layer.weight
    weight.data[0, 0] = 2.0
    x, y = Tensor([[3.0]]), Tensor([[5.0]])
    calls = []

    def counted(pred, target):
        calls.append(pred)
        return mse_loss(pred, target)

    with unchanged(x, y, what="nudge(...)"):
        change = nudge(layer, counted, x, y, weight, (0, 0), 0.5)
    expect(len(calls) > 1, "measure the loss twice: as it is, then changed")
    same(
        change,
        5.25,
        "nudge of w = 2 by +0.5",
        mistakes={
            "before - after: a rising loss is a positive change": -5.25,
            "this is the new loss, subtract the old one": 6.25,
            "this is the slope: return the change undivided": 10.5,
            "the weight was replaced by 0.5, add it": 11.25,
            "nothing changed between the two measurements": 0.0,
        },
    )
    kind = type(change).__name__
    expect(kind == "float", f"nudge gave a {kind}: .item() gives a number")
    expect(len(calls) == 2, f"two evaluations do, you made {len(calls)}")
    now = weight.data[0, 0]
    says = "it was 2.00: put it back"
    expect(now == 2, f"the weight is now {now:.2f}, {says}")
    down = nudge(layer, mse_loss, x, y, weight, (0, 0), -0.5)
    same(down, -0.75, "nudge of w = 2 by -0.5")

    # Exactly as before, in the same array.
    for start, amount in ((0.3, 100.0), (0.7, -3e4)):
        weight.data[0, 0] = start
        held, was = weight.data, weight.data.copy()
        nudge(layer, mse_loss, x, y, weight, (0, 0), amount)
        expect(
            np.array_equal(weight.data, was),
            f"a rounding error is left: {was[0, 0]} became "
            f"{weight.data[0, 0]}; write the old number back",
        )
        expect(
            weight.data is held,
            "the array was replaced: write into parameter.data[index]",
        )

    # Your own network, beside one whose weight is changed by hand.
    pixels, digit = noisy_digits(30, make_rng(16))
    net, twin = (small_network(10, make_rng(17)) for _ in range(2))
    start = cross_entropy(net(pixels), digit).item()
    before = net.state_dict()
    for place, index in ((0, (3, 2)), (1, 5), (2, (4, 7)), (3, 9)):
        parameter, other = net.parameters()[place], twin.parameters()[place]
        what = f"nudge of parameter {place} at {index} by 0.25"
        weight = (parameter, index, 0.25)
        got = nudge(net, cross_entropy, pixels, digit, *weight)
        old = other.data[index]
        other.data[index] = old + 0.25
        wanted = cross_entropy(twin(pixels), digit).item() - start
        other.data[index] = old
        same(got, wanted, what, tolerance=1e-6)
    for name, array in net.state_dict().items():
        restored = np.array_equal(array, before[name])
        expect(restored, f"after the nudges, {name} is not what it was")

    # An error on the way, while the weight is changed.
    layer.weight.data[0, 0] = 2.0

    def fragile(pred, target):
        if pred.item() != 6.0:
            raise KeyError("planted")
        return mse_loss(pred, target)

    with refuses(KeyError, "the loss raises KeyError, nudge", ["planted"]):
        nudge(layer, fragile, x, y, layer.weight, (0, 0), 0.5)
    now = layer.weight.data[0, 0]
    says = "put it back in `finally`"
    expect(now == 2, f"after an error the weight is {now:.2f}: {says}")


test_nudge()

# %% [markdown]
"""
Now on your network, with ever smaller nudges. In the example by hand, the
slope settled and stayed. Will it stay here, down to 0.0000001?
"""

# %% tags=["experiment"]
net = small_network(10, make_rng(2))
first, bias, last, _ = net.parameters()
places = [(first, (3, 2)), (bias, 5), (last, (4, 2))]
slope_rows = []
for power in range(8):
    amount = 10.0**-power
    row = [amount]
    for parameter, index in places:
        weight = (parameter, index, amount)
        change = nudge(net, cross_entropy, images, digits, *weight)
        row.append(f"{change / amount:.5f}")
    slope_rows.append(row)
names = ["first weight [3, 2]", "first bias [5]", "last weight [4, 2]"]
print("slope = change / nudge")
table(slope_rows, ["nudge", *names])

# %% [markdown]
"""
Too large a nudge reaches where the loss bends away. Too small a nudge
drowns: a loss near 2.3 is known in float32 to some 0.0000002 only, and the
change is smaller than that. Between 0.01 and 0.001 the slope can be
trusted. Signs differ: one weight should rise, another should fall.
"""

# %% [markdown]
"""
## 6. Try, keep or undo: hill climbing

You can say how bad a network is. So you can make it better. **Take five
minutes** with pencil and paper before you read on. You have a network, a
loss and a random generator. Write down a loop that lowers the loss.

The plainest one: change all weights at random. If the loss fell, keep the
change, else undo it. Repeat. Climbers in fog do this, with the hill upside
down. By hand, with the losses that some network might show:

```
                loss                          best so far
    start        5
    try 1        6       not better  undo          5
    try 2        4       better      keep          4
    try 3       nan      not better  undo          4
    try 4        3       better      keep          3
    try 5        3       not better  undo          3

    history, one number for each try: [5, 4, 4, 3, 3]
```

Ask "is it **better**?", not "is it worse?". `nan` is neither.

You need three things for one try:

- **Save and undo**: `state_dict()` copies all numbers, `load_state_dict`
  writes them back, exactly.
- **A random step**: for each parameter p its own numbers, as many as it has
  elements: `rng.standard_normal(p.shape)`, times `scale`.
- **In place**: `p.data += step` keeps the array and its float32.

The test lets it solve XOR: "one or the other, but not both". No single
`Linear` can do that. With 8 units that bend, there are 33 weights to find.
"""


# %% nbgrader={"grade": false, "grade_id": "hill_climb", "locked": false, "schema_version": 3, "solution": true}
#| export
def hill_climb(
    model: Module,
    loss_fn: LossFunction,
    x: Tensor,
    y: Tensor | Labels,
    steps: int,
    scale: float,
    rng: np.random.Generator,
) -> list[float]:
    """Tries `steps` random steps of all parameters; keeps those that help.

    A step adds to each element its own number, drawn by `rng` from a normal
    bell curve of spread `scale`. It stays only if loss_fn(model(x), y) is
    below the best so far. Measures once at the start and once a step.
    Returns the best loss after each step; the model is left at the last.
    """
    history: list[float] = []
    # 1. Measure the start: the best so far.
    # 2. Each step: save, move every parameter, measure.
    # 3. Better: a new best. Else: undo.
    # 4. Note the best.
    ### BEGIN SOLUTION
    best = loss_fn(model(x), y).item()
    for _ in range(steps):
        saved = model.state_dict()
        for p in model.parameters():
            p.data += scale * rng.standard_normal(p.shape)
        loss = loss_fn(model(x), y).item()
        if loss < best:
            best = loss
        else:
            model.load_state_dict(saved)
        history.append(best)
    ### END SOLUTION
    return history


# %% nbgrader={"grade": true, "grade_id": "test_hill_climb", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_hill_climb():
    right = Tensor([[0.0]])

    def climb(model, losses, scale=0.1):
        """Climbs while the losses come as they are listed here."""
        features = model.parameters()[0].shape[0]
        x = Tensor(np.ones((1, features), np.float32))
        script = list(losses)

        def scripted(pred, target):
            too_often = "measure once at the start and once a step"
            expect(script, f"hill_climb measures too often: {too_often}")
            expect(target is right, "the model's answer first: loss_fn(.., y)")
            return Tensor(script.pop(0))

        steps = len(script) - 1
        rng = make_rng(18)
        return hill_climb(model, scripted, x, right, steps, scale, rng)

    # The example by hand.
    layer = Linear(2, 1, rng=make_rng(19))
    losses = [5.0, 6.0, 4.0, np.nan, 3.0, 3.0]
    history = climb(layer, losses)
    same(
        history,
        [5, 4, 4, 3, 3],
        "the history for losses 5, 6, 4, nan, 3, 3",
        mistakes={
            "these are the tries; note the best so far": losses[1:],
            "one number a step, without the start": [5, 5, 4, 4, 3, 3],
            "measure the start, note the best after a try": [5, 5, 4, 4, 3],
            "nan is not better: ask `loss < best`": [5, 4, np.nan, 3, 3],
            "nothing was noted: append to history": [],
            "note the best after every try, kept or not": [4, 3],
        },
    )
    are_floats = all(type(loss) is float for loss in history)
    expect(are_floats, "the history must hold plain floats: .item()")

    # What is undone, is undone to the last digit.
    for losses, why in (
        ([1.0, 2.0, 3.0], "a worse loss must be undone, the model moved"),
        ([1.0, 1.0, 1.0], "an equal loss is no better, the model moved"),
        ([1.0, np.nan], "a loss of nan is no better, the model moved"),
    ):
        layer = Linear(2, 1, rng=make_rng(19))
        before = layer.state_dict()
        climb(layer, losses, scale=100.0)
        for name, array in layer.state_dict().items():
            moved = np.abs(array - before[name]).max()
            expect(moved < 1, why, hint="load_state_dict of the saved one")
            exact = np.array_equal(array, before[name])
            says = "write the saved numbers back, do not subtract"
            expect(exact, f"undone, but not exactly: {says}")

    # One step that is kept: how did the parameters move?
    rng = make_rng(20)
    first, last = (Linear(60, 60, bias=False, rng=rng) for _ in range(2))
    pair = Sequential(first, last)
    held = [p.data for p in pair.parameters()]
    before = pair.state_dict()
    climb(pair, [2.0, 1.0], scale=0.5)
    after = pair.state_dict()
    one, two = (after[name] - before[name] for name in before)
    for array in (one, two):
        expect(array.any(), "a parameter did not move: step all of them")
        alone = "one random number moved a whole parameter: draw p.shape"
        expect(np.ptp(array) > 1e-3, alone)
        for axis in (0, 1):
            apart = np.ptp(array, axis=axis).min() > 1e-3
            expect(apart, "a row or column shares a number: draw p.shape")
    expect(
        not np.allclose(one, two, atol=1e-3),
        "both parameters made the same step: draw anew for each of them",
    )
    for array in (one, two):
        same(
            array.std() / 0.5,
            1.0,
            "the spread of a step, divided by scale",
            tolerance=0.06,
            mistakes={"multiply the random numbers by scale": 2.0},
            hint="rng.standard_normal, times scale",
        )
        centered = abs(array.mean()) < 0.04
        expect(centered, "steps must go both ways: draw standard_normal")
    for parameter, array in zip(pair.parameters(), held, strict=True):
        same_dtype(parameter, np.float32, "a parameter after a step")
        kept = parameter.data is array
        expect(kept, "the array was replaced: move it with p.data += step")

    # A real network climbs to XOR, the same way each time.
    x = Tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = Tensor([[0.0], [1.0], [1.0], [0.0]])

    def climbed(seed, steps=1000):
        rng = make_rng(seed)
        net = Sequential(Linear(2, 8, rng=rng), tanh, Linear(8, 1, rng=rng))
        return net, hill_climb(net, bce_with_logits, x, y, steps, 0.3, rng)

    with unchanged(x, y, what="hill_climb(...)"):
        net, history = climbed(21)
    never_worse = all(np.diff(history) <= 0)
    expect(never_worse, "the best loss so far can never rise")
    now = bce_with_logits(net(x), y).item()
    same(now, history[-1], "the loss of the model, beside the last noted")
    expect(now < 0.1, f"XOR, 1000 tries: the loss {now:.3f} is not below 0.1")
    _, again = climbed(21, steps=50)
    _, other = climbed(22, steps=50)
    by_rng = "the same rng gave another climb: draw from rng alone"
    expect(again == history[:50], by_rng)
    expect(other != again, "two generators gave the same climb: use rng")
    _, nothing = climbed(21, steps=0)
    expect(nothing == [], "0 steps: the history is empty")


test_hill_climb()

# %% [markdown]
"""
And now digits. The network below has 426 weights and has never seen an
image. It gets 1500 random tries.
"""

# %% tags=["experiment"]
rng = make_rng(3)
net = small_network(10, rng)
loss = cross_entropy(net(images), digits).item()
hits = accuracy(net(images), digits)
climb_rows = [(0, loss, f"{hits:.0%}", "-")]
best_losses = [loss]
for round_end in (250, 500, 750, 1000, 1250, 1500):
    part = hill_climb(net, cross_entropy, images, digits, 250, 0.02, rng)
    kept = int((np.diff([best_losses[-1], *part]) < 0).sum())
    best_losses += part
    hits = accuracy(net(images), digits)
    climb_rows.append((round_end, part[-1], f"{hits:.0%}", kept))
table(climb_rows, ["tries", "loss", "accuracy", "kept of the last 250"])
print()
climb_points = list(enumerate(best_losses))[::10]
curve({"loss": climb_points}, x="tries", y="cross entropy")

# %% [markdown]
"""
It reads most of the digits, and nobody told it how. But look at the last
column: how many tries were for nothing? And these are only 426 weights.
"""

# %% [markdown]
"""
## Systems analysis

Two ways lead down. Compare them in **evaluations**: one evaluation is one
forward pass and one loss. Counts do not depend on the machine.

- **Random tries**: `hill_climb`. Each try is one evaluation, and most are
  undone.
- **Downhill steps**: first nudge *every* weight to find its slope. Then
  move each weight against its slope, all in one step. This step knows where
  it goes, but `nudge` costs two evaluations for each weight.

The next cell holds both. The goal is half of what no clue costs: a loss
below 1.15, where a fresh network starts near 2.4.
"""


# %%
GOAL = math.log(10) / 2


def tries_to_goal(units, seed):
    """Random tries until the loss is below GOAL; gives up at 3000."""
    rng = make_rng(seed)
    net = small_network(10, rng, units)
    losses = []
    while len(losses) < 3000 and (not losses or losses[-1] >= GOAL):
        part = hill_climb(net, cross_entropy, images, digits, 50, 0.02, rng)
        losses += part
    return 1 + sum(loss >= GOAL for loss in losses)


def slopes_by_nudging(net):
    """The slope of every weight, and how many evaluations they took."""
    slopes, evaluations = [], 0
    for parameter in net.parameters():
        slope = np.zeros_like(parameter.data)
        for index in np.ndindex(parameter.shape):
            weight = (parameter, index, 0.01)
            change = nudge(net, cross_entropy, images, digits, *weight)
            slope[index] = change / 0.01
            evaluations += 2
        slopes.append(slope)
    return slopes, evaluations


def downhill_to_goal(units, seed):
    """Downhill steps until the loss is below GOAL, and evaluations."""
    net = small_network(10, make_rng(seed), units)
    steps = total = 0
    while steps < 60 and cross_entropy(net(images), digits).item() >= GOAL:
        slopes, evaluations = slopes_by_nudging(net)
        for parameter, slope in zip(net.parameters(), slopes, strict=True):
            parameter.data -= slope
        steps, total = steps + 1, total + evaluations
    return steps, total


def evaluation_seconds(units):
    """Seconds for one forward pass and its loss."""
    net = small_network(10, make_rng(0), units)
    return stopwatch(lambda: cross_entropy(net(images), digits), repeats=25)


# %% [markdown] tags=["prediction"]
"""
**Predict first.** Four networks have 6, 12, 24 and 36 units: 166, 322, 634
and 946 weights. The last has almost 6 times as many weights as the first.

1. How many times as many random tries will it need?
2. How many times as many evaluations do its slopes take, all of them once?
3. Who gets to the goal with fewer evaluations: tries or downhill steps?

Write your three answers down first.
"""

# %% tags=["experiment"]
way_rows = []
for units in (6, 12, 24, 36):
    weights = 15 * units + units + units * 10 + 10
    tries = median(tries_to_goal(units, seed) for seed in range(3))
    steps, evaluations = downhill_to_goal(units, seed=0)
    way_rows.append((units, weights, tries, steps, evaluations))
headers = ["units", "weights", "random tries", "downhill steps"]
table(way_rows, [*headers, "their evaluations"])
print()
curve(
    {
        "random tries": [(row[1], row[2]) for row in way_rows],
        "downhill, evaluations": [(row[1], row[4]) for row in way_rows],
        "downhill, steps": [(row[1], row[3]) for row in way_rows],
    },
    x="weights",
    y="to reach the goal (both scales logarithmic)",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

We counted this. The same seeds and start values give the same counts:

```
units  weights  random tries  downhill steps  their evaluations
    6      166           863              20               6640
   12      322           500              10               6440
   24      634           560              10              12680
   36      946           510              10              18920
```

**Random tries do not grow with the weights.** A random step moves each of n
weights. So its length is about scale · √n. Only one part in √n of that
points up or down the slope; the rest goes sideways. What is left is about
`scale`, for any n. And whether it points down is luck: in the climb of
exercise 6, one try in three helped at first, one in seven at the end.

**Downhill steps are few.** All of their length points downhill. Ten or
twenty of them do what takes luck five hundred tries or more.

**But their slopes are dear.** The law is exact: 2 · weights evaluations for
every single step. So luck wins, by 8 times for the smallest network and by
37 times for the largest.

Evaluations have a price themselves. The next cell takes the time of one,
and computes what all slopes of a network cost once: 2 · weights · seconds.
"""

# %% tags=["experiment"]
price_rows = []
for units in (16, 64, 256, 512):
    weights = 15 * units + units + units * 10 + 10
    seconds = evaluation_seconds(units)
    all_slopes = 2 * weights * seconds  # computed, not measured
    price_rows.append((weights, 1e6 * seconds, all_slopes))
shown = [(row[0], f"{row[1]:.0f}", f"{row[2]:.2f}") for row in price_rows]
table(shown, ["weights", "µs per evaluation", "s for all slopes"])

# The law: an evaluation costs `fixed`, and `each` for every weight.
first, last = price_rows[0], price_rows[-1]
each = (last[1] - first[1]) / (last[0] - first[0])
fixed = first[1] - each * first[0]
print(f"\nlaw: {fixed:.0f} µs + {each:.4f} µs per weight, per evaluation")

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured:

```
weights  µs per evaluation  s for all slopes
    426                 55              0.05
   1674                 57              0.19
   6666                 66              0.89
  13322                 78              2.1

law: 55 µs + 0.0018 µs per weight, per evaluation
```

The 55 µs are mostly the way through the door of 02. The rest grows with the
weights. All slopes cost 2 · weights times both, so for large networks they
grow with **weights · weights**. If the law holds as far as a million
weights, it gives 1.9 ms for an evaluation, and an hour for all slopes,
once. Many networks in use have a thousand times as many.

So you hold two halves of an answer. Slopes make a few steps do. Nudging
makes slopes too dear, because each forward pass tells about *one* weight.
Yet one pass runs through all the weights, and a tape can record every
operation on its way. **What would it take to get all slopes out of one
single pass?**
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** Now a question about numbers. The next cell writes cross
entropy as many do at first: softmax, pick, log. Your `softmax` from 03 is
safe for any input.

The margin is the score of the right class minus that of the wrong one. At
margin -120 the right answer is 120. What does this form give in float32?
And at which margin does it begin to go wrong: -10, -40, -100?
"""


# %% tags=["experiment"]
def first_try(logits, labels):
    """Cross entropy by way of the share itself."""
    picked = softmax(logits)[np.arange(len(labels)), labels]
    return -log(picked).mean()


margin_rows = []
for margin in (5, 0, -5, -20, -60, -90, -100, -103, -105, -120):
    two_logits = Tensor([[float(margin), 0.0]])
    with np.errstate(divide="ignore"):
        naive = first_try(two_logits, [0]).item()
    ours = cross_entropy(two_logits, [0]).item()
    share = softmax(two_logits).data[0, 0]
    margin_rows.append((margin, f"{share:.3g}", naive, ours))
table(margin_rows, ["margin", "share", "-log(share)", "cross_entropy"])

# %% [markdown]
"""
### What to see

```
margin     share  -log(share)  cross_entropy
   -60  8.76e-27           60             60
   -90  8.19e-40           90             90
  -100  3.78e-44        99.98            100
  -103   1.4e-45        103.3            103
  -105         0          inf            105
  -120         0          inf            120
```

The share at margin -120 is e to the power of -120, about 8e-53. The smallest
positive float32 is 1.4e-45. So the share becomes 0, and the loss `inf`.

Below 1.2e-38 float32 has ever fewer digits left, down to one single bit. So
the form begins to go wrong near -90, visibly at -100, and ends at -104.

One such image is enough: the mean of a thousand good losses and one `inf` is
`inf`. `softmax` was safe, and so was `log`. Only together they fail, since
the share had to be a float between them.
"""

# %% [markdown]
"""
## In production

- PyTorch's `torch.nn.functional.cross_entropy` takes logits and class
  numbers, as yours does. `binary_cross_entropy_with_logits` has a stable
  form inside too.
- Its `mse_loss` only *warns* where shapes differ, and broadcasts. Yours
  refuses.
- **Keras** lets you choose. Its losses take shares, unless you say
  `from_logits=True`. Optax, for **JAX**, gives one loss for each row; you
  take the mean yourself.
- **Class weights** make rare classes count more: each row's cost is
  multiplied by a number for its class.
- **Label smoothing** aims at 0.9 for the right class instead of 1, and
  spreads the rest. A network is then not pushed to be ever surer.
- The first loss of a fresh network beside log C is a check that engineers
  really do. It costs one forward pass and finds wrong labels and scales.
- Where a formula for slopes is out of reach, relatives of your
  `hill_climb` are in daily use: evolution strategies such as CMA-ES. They
  adapt the size and the direction of their random steps.
"""

# %% [markdown]
"""
## Misconceptions

**"Low loss means high accuracy."** Three images, two classes. Network A
gives the right answers the shares 0.51, 0.51, 0.51: loss 0.673, all right.
Network B gives 0.99, 0.99, 0.40: loss 0.312, and one is wrong.

**"Put a softmax before cross entropy."** It is inside already. Twice, its
inputs lie between 0 and 1. With ten classes, the loss then cannot fall
below 1.46, however good the network.

**"Squared error will do for classes."** Look at the first picture again. A
network that is sure and wrong gets a slope of nearly 0: no hint at all.

**"A loss of 0.7 is good."** For ten classes it is, for yes or no it is the
price of having no clue. A loss means something only beside that price.

**"The smaller the nudge, the better the slope."** Only until the change
drowns in the rounding of the loss.

**"It ran without an error, so the shapes were right."** Broadcasting turns
`(4, 1)` and `(4,)` into 16 differences, without a word.
"""

# %% [markdown]
"""
## Questions to think about

1. `nudge` measures the loss anew before each change. You want the slopes of
   all 426 weights. How could you save almost half of the evaluations?
2. Show that cross entropy of the two logits 0 and z, with label 1, equals
   `bce_with_logits` of z with target 1.
3. At z = 20, `log(1 + exp(-20))` is 0 in float32. The true value is 2e-9.
   Does that digit matter? NumPy has `log1p` for such cases: what for?
4. A network with `Dropout` is in train mode. What does `nudge` tell you
   about one weight then? What is the "best" loss of `hill_climb` worth?
5. Try `hill_climb` on the digits with scale 0.5, and with 0.0005. Predict
   both curves first.
6. Two rows of logits differ by a constant: each number of the second is 3
   larger. What does cross entropy say about that, and why?
"""

# %% [markdown]
"""
## Quick reference

```
 question     loss              scores   right answers      no clue costs
 ──────────   ───────────────   ──────   ────────────────   ─────────────
 how much?    mse_loss          (N, k)   (N, k) floats      the variance
 yes or no?   bce_with_logits   (N, 1)   (N, 1) 1.0 / 0.0   log 2 = 0.693
 which of C   cross_entropy     (N, C)   (N,) integers      log C

 C        2       10      100     1000
 log C    0.693   2.303   4.605   6.908

 scores            raw logits: no sigmoid, no softmax before the loss
 result            a Tensor of shape (), all of it on the tape
 accuracy          share of hits, a Python float, for people

 mse               mean of (pred - target)²
 bce               mean of max(z, 0) - z·y + log(1 + exp(-|z|))
 cross entropy     -mean of log_softmax(logits)[arange(N), labels]

 nudge(model, loss_fn, x, y, parameter, index, amount)     2 evaluations
   slope of one weight = change / amount, amount 0.01 to 0.001
 hill_climb(model, loss_fn, x, y, steps, scale, rng)       steps + 1
   best loss after each step, never rising
```
"""

# %% [markdown]
"""
## Looking ahead

- **Module 06** answers the question above. It reads the records of one
  forward pass and your loss, and returns the slopes of all weights. It
  checks them with nudges like yours.
- **Module 08** lowers your losses on real tasks, in seconds.
- **14 Transformers** is judged by your `cross_entropy`, with more classes.
- **20 Benchmarking** compares models by accuracy, time and memory.
"""

# %% [markdown]
"""
## Summary and what comes next

You built three losses, one for each kind of question, and saw them on real
forward passes. You know what each costs without a clue, and use that as a
check. You kept `inf` out by staying with logits and logarithms. You nudged
single weights of your own network and left no trace. And you made a network
read digits with nothing but luck, then counted what luck and slopes cost.

This module unlocks 06, where all slopes come out of one pass.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_mse_loss,
        test_bce_with_logits,
        test_cross_entropy,
        test_accuracy,
        test_nudge,
        test_hill_climb,
    )
