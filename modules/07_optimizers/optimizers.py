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
# 07 Optimizers

You will build `optim.py`: objects that take parameters and their slopes,
and make the parameters better. SGD, momentum, weight decay and Adam come
out of one small base class, and their memory can be saved.

### Prerequisites

- **04 Layers**: `Parameter`, `Linear`, and the list `net.parameters()`.
- **02 Tensor** and **01 Setup**, which 04 needs too: `tensor.data`, the
  helper `extend`, and `stopwatch`, `human_bytes`, `make_rng`.
- From school: the slope of a curve.

Nothing else is needed. Where this lesson uses slopes, short formulas
deliver them.

### Time and difficulty

About 3 hours. Difficulty 3 of 5. Six exercises of 1 to 15 lines.

### Learning objectives

Afterwards you can

- say what a gradient is, and check one with a small nudge;
- move parameters in place, so that everyone who holds them sees it;
- compute three steps of momentum and two steps of Adam by hand;
- find the largest learning rate that works, before you try it;
- tell how much memory an optimizer adds to a model, and save that memory.

### How the pieces hang together

```
  parameters ───┐    ┌─ Optimizer ───────────────────────────┐
  w (2, 3)      │    │  step(grads)                          │
  b (3,)        ├───▶│    1. check   2. count   3. loop      │
                │    │                              │        │
  gradients ────┘    │        update(index, p, g) ◀─┘        │
  one array for      └──────┬───────────────────────┬────────┘
  each parameter            │                       │
                     ┌─ SGD ┴─────────┐      ┌─ Adam ┴────────┐
                     │ p moves by     │      │ p moves by     │
                     │ lr · g         │      │ lr · m / √v    │
                     │ + momentum     │      │                │
                     │ + weight decay │      │ m, v           │
                     └──────┬─────────┘      └──────┬─────────┘
                            └── state_dict ─────────┘
                                saves what they remember
```
"""

# %% [markdown]
"""
## Why an optimizer

A network holds numbers, and so far you chose them by hand or by chance. Let
the **loss** be one number that says how wrong the network is: 0 is perfect.
Which way should each of its thousand parameters go?

Imagine standing on a hillside in thick fog. The place where you stand is
the values of the parameters, the height is the loss. You cannot see the
valley. But you can feel with your feet how the ground slopes, and take a
step downhill. Then you feel again.

It sounds easy, and in a bowl it is. Real losses look more like a ravine:

```
   seen from above; each dotted line joins places of equal loss

                                                          S start
                                                          │
   ·················································      │ steepest
                                                   ·······│·· way down
   ···········································            │
              ··········                       ·····      ▼
              ···· + ···  the lowest place         ·····
   ···········································
                                                   ·········
   ·················································
```

The steepest way down leads to the floor of the ravine, not to its lowest
place. Long steps bounce between the walls. Short steps take for ever along
the floor. So this module answers two questions: **how long may a step be?**
And: **what helps to remember about the steps before?**
"""

# %% [markdown]
"""
## What a gradient is

The **gradient** of a parameter is an array of the same shape that holds one
slope for each of its numbers. The slope says how fast the loss grows when
that number grows and all others stay.

Take `Linear(1, 1)`, which computes `w * x + b`. Its loss is the mean of the
squared errors. Three examples, at `w = 1` and `b = 0`:

```
   x          1     2     3
   wanted     3     5     7       (the rule behind them: 2 x + 1)
   computed   1     2     3
   error e   -2    -3    -4       loss = (4 + 9 + 16) / 3 = 9.667

   slope for w = 2/3 · sum of e · x = 2/3 · (-2 - 6 - 12) = -13.33
   slope for b = 2/3 · sum of e     = 2/3 · (-2 - 3 - 4)  =  -6.00
```

Why these formulas? A square e² grows 2e times as fast as e. The error grows
x times as fast as w, and just as fast as b. The rest is the mean.

Both slopes are negative: the loss falls when `w` or `b` grows. So both
should grow, and indeed 2 and 1 are right. **A parameter moves against its
slope.**

The next cell opens your library file. NumPy and your `tensor.py` are all it
needs. An optimizer does not ask where gradients come from. They are
arguments: plain NumPy arrays, one for each parameter.
"""

# %%
#| default_exp optim
#| export
"""Optimizers: they turn parameters and gradients into better parameters."""

import numpy as np
from tinytorch.tensor import Tensor, extend

# %% [markdown]
"""
The next cell brings the tools for tests and measurements. They stay here,
and so do the two helpers below them.
"""

# %%
import dis

from tinytorch.env import human_bytes, make_rng, stopwatch
from tinytorch.layers import Linear, Parameter

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


# %%
def line_loss(net, x, wanted):
    """The mean of the squared errors of a Linear, as a float."""
    error = net(Tensor(x)).data - wanted
    return float(np.mean(error**2))


def line_gradients(net, x, wanted):
    """Its gradients by the formulas above, in the order of parameters()."""
    error = net(Tensor(x)).data - wanted
    return [2 / error.size * x.T @ error, 2 / error.size * error.sum(axis=0)]


def imports_inside(cls):
    """What the methods of a class import on their own: nothing, we hope."""
    methods = vars(cls).values()
    codes = [m.__code__ for m in methods if hasattr(m, "__code__")]
    steps = [step for code in codes for step in dis.get_instructions(code)]
    return [step.argval for step in steps if step.opname == "IMPORT_NAME"]


# %% [markdown]
"""
A formula for a slope can be wrong. So nudge one number by a little, see how
much the loss changes, and divide. That is the slope, up to a small error.
"""

# %% tags=["experiment"]
x = np.array([[1.0], [2.0], [3.0]], dtype=np.float32)
wanted = 2 * x + 1
line = Linear(1, 1)
line.weight.data[...] = 1.0
before = line_loss(line, x, wanted)
nudge_rows = []
for name, formula in zip("wb", line_gradients(line, x, wanted), strict=True):
    parameter = {"w": line.weight, "b": line.bias}[name]
    parameter.data += 0.01
    change = line_loss(line, x, wanted) - before
    parameter.data -= 0.01
    nudge_rows.append((name, change, change / 0.01, formula.item()))
print(f"loss {before:.3f}; each number is nudged by 0.01\n")
headers = ["parameter", "loss changes by", "slope by nudge", "by formula"]
table(nudge_rows, headers)

# %% [markdown]
"""
The nudge says -13.29 and -5.99, the formulas say -13.33 and -6. They differ
because a slope changes along the way, even within 0.01.
"""

# %% [markdown]
"""
## 1. Check, count, loop

Optimizers differ only in how *one* parameter moves: that is `update`. All
the rest they share, so it goes into a base class. Its `step` does three
things:

```
  step(grads)
    1. check    as many gradients as parameters? the same shapes?
                If not: ValueError, and nothing has moved.
    2. count    t = t + 1
    3. loop     update(0, params[0], grads[0])
                update(1, params[1], grads[1])
                ...
```

**Why compare shapes at all?** Because NumPy would not complain. A parameter
`(2, 3)` minus a gradient `(3,)` broadcasts, and each row moves alike. You
would look for that mistake for a long time.

**Why check all before the first moves?** Let the third shape be wrong, and
the loop stop there. Then two parameters have moved and the others have not.
Nobody can repair half a step.

**Why make a list?** The parameters may come as a generator, as in
`(p for p in net.parameters() if p.ndim == 2)`. It can be walked only once:

```
  some = (p for p in net.parameters())
  len(list(some))       2
  len(list(some))       0      the second walk finds nothing
```

An optimizer walks over its parameters at every step. So it makes a list of
its own, once, and looks only at that list from then on.

Two guards are given, each for a slip that everyone makes. `SGD(net.weight)`
hands over one parameter instead of a list. `SGD(net.named_parameters())`
hands over pairs of names and parameters. The next cell has the words for
the two complaints of `check`.

**Your part.** In `__init__`: the list, two refusals, `self.lr`. In `check`:
two refusals. In `step`: check, count, loop.
"""


# %%
#| export
def _wrong_count(params: list[Tensor], grads: list[np.ndarray]) -> str:
    counts = f"{len(params)} parameters but {len(grads)} gradients"
    return f"{counts}: give one for each, in order"


def _wrong_shape(index: int, p: Tensor, g: np.ndarray) -> str:
    shapes = f"shape {p.shape}, its gradient {g.shape}"
    return f"parameter {index} has {shapes}: are they in the same order?"


# %% nbgrader={"grade": false, "grade_id": "optimizer", "locked": false, "schema_version": 3, "solution": true}
#| export
class Optimizer:
    """What all optimizers share. A subclass says how one parameter moves."""

    remembers: tuple[str, ...] = ()  # its lists of one array per parameter

    def __init__(self, params: list[Tensor], lr: float):
        """Keeps the parameters and the learning rate.

        Sets `params`, a list of its own (a generator will do, it is walked
        once), `lr`, and `t`, the number of steps so far.

        Raises ValueError where there are "no parameters", and where `lr` is
        0 or less: the message says "positive" and the value.
        """
        if isinstance(params, Tensor):
            raise TypeError("params is one tensor: pass a list of them")
        ### BEGIN SOLUTION
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters: did you pass net.parameters()?")
        if lr <= 0:
            raise ValueError(f"the learning rate must be positive, got {lr}")
        self.lr = lr
        ### END SOLUTION
        self.t = 0
        for index, p in enumerate(self.params):
            if not isinstance(p, Tensor):
                kind = type(p).__name__
                advice = "pass net.parameters()"
                raise TypeError(f"parameter {index} is a {kind}: {advice}")

    def check(self, grads: list[np.ndarray]) -> None:
        """Raises ValueError unless there is one gradient per parameter.

        They are in the same order, and each has its parameter's shape. The
        message is what _wrong_count or _wrong_shape says.
        """
        ### BEGIN SOLUTION
        if len(grads) != len(self.params):
            raise ValueError(_wrong_count(self.params, grads))
        for index, (p, g) in enumerate(zip(self.params, grads, strict=True)):
            if p.shape != g.shape:
                raise ValueError(_wrong_shape(index, p, g))
        ### END SOLUTION

    def step(self, grads: list[np.ndarray]) -> None:
        """Moves every parameter once, or none if `check` refuses.

        `t` is already counted up when `update` is called.
        """
        # 1. Check.
        # 2. Count.
        # 3. Loop: call update(index, p, g) for each parameter.
        ### BEGIN SOLUTION
        self.check(grads)
        self.t += 1
        for index, (p, g) in enumerate(zip(self.params, grads, strict=True)):
            self.update(index, p, g)
        ### END SOLUTION

    def update(self, index: int, p: Tensor, g: np.ndarray) -> None:
        """Moves parameter number `index` in place. Subclasses define it."""
        kind = type(self).__name__
        raise TypeError(f"{kind} has no update: define update(index, p, g)")


# %% nbgrader={"grade": true, "grade_id": "test_optimizer", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_optimizer():
    calls = []

    class Diary(Optimizer):
        """Moves nothing, but writes down every call of update."""

        def update(self, index, p, g):
            calls.append((self.t, index, p, g))

    # The plain case: two parameters, two steps.
    w = Parameter([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    b = Parameter([7.0, 8.0, 9.0])
    grads = [np.ones((2, 3), np.float32), np.ones(3, np.float32)]
    diary = Diary([w, b], lr=0.5)
    same(diary.lr, 0.5, "Optimizer(params, lr=0.5).lr")
    expect(diary.t == 0, f"before the first step t is {diary.t}, expected 0")
    diary.step(grads)
    expect(
        len(calls) == 2,
        f"one step with 2 parameters called update {len(calls)} times",
        hint="the loop: once for each parameter",
    )
    same([index for _, index, _, _ in calls], [0, 1], "the indices")
    pairs = [(p, g) for _, _, p, g in calls]
    expect(
        pairs[0][0] is w and pairs[1][0] is b,
        "update must get the very parameters, in their order",
    )
    expect(
        pairs[0][1] is grads[0] and pairs[1][1] is grads[1],
        "update must get the gradient of its own parameter",
    )
    expect(
        [t for t, *_ in calls] != [1, 2],
        "t was counted for each parameter: count steps, before the loop",
    )
    expect(
        [t for t, *_ in calls] == [1, 1],
        "in the first step update must see t = 1: count before the loop",
    )
    diary.step(grads)
    expect(diary.t == 2, f"after 2 steps t is {diary.t}, expected 2")
    expect(len(calls) == 4, f"2 steps called update {len(calls)} times")

    # Any iterable is welcome, and the list is the optimizer's own.
    calls.clear()
    diary = Diary((p for p in (w, b)), lr=0.5)
    expect(
        isinstance(diary.params, list),
        "keep the parameters in a list: a generator is walked only once",
    )
    same(len(diary.params), 2, "len(params) of a generator of 2 parameters")
    diary.step(grads)
    expect(len(calls) == 2, "of a generator's parameters none was updated")
    mine = [w]
    diary = Diary(mine, lr=0.5)
    mine.append(b)
    expect(
        len(diary.params) == 1,
        "the caller's list grew, and yours with it: make your own list",
    )

    # What cannot work is refused at once.
    with refuses(ValueError, "Optimizer([], 0.5)", says=["no parameters"]):
        Diary([], 0.5)
    nobody = (p for p in ())
    says = ["no parameters"]
    with refuses(ValueError, "Optimizer(empty generator, 0.5)", says=says):
        Diary(nobody, 0.5)
    for lr in (0, -0.1):
        says = ["positive", str(lr)]
        with refuses(ValueError, f"Optimizer([w], {lr})", says=says):
            Diary([w], lr)
    with refuses(TypeError, "Optimizer(w, 0.5)", says=["list"]):
        Diary(w, 0.5)
    pairs = Linear(2, 3).named_parameters()
    with refuses(TypeError, "Optimizer(pairs, 0.5)", says=["tuple"]):
        Diary(pairs, 0.5)

    # A wrong list of gradients is refused before anything happens.
    calls.clear()
    diary = Diary([w, b], lr=0.5)
    for wrong in (grads[:1], [*grads, grads[1]]):
        says = ["2 parameters", f"{len(wrong)} gradients"]
        with refuses(ValueError, f"step of {len(wrong)} arrays", says=says):
            diary.step(wrong)
    column = [grads[0], np.ones((3, 1), np.float32)]
    says = ["parameter 1", "(3,)", "(3, 1)"]
    with refuses(ValueError, "a gradient (3, 1) for (3,)", says=says):
        diary.step(column)
    says = ["parameter 0", "(2, 3)", "(3,)"]
    with refuses(ValueError, "the gradients in reverse order", says=says):
        diary.step(grads[::-1])
    expect(
        not calls,
        "the first parameter moved although the second shape was wrong",
        hint="check all of them before the loop",
    )
    expect(diary.t == 0, "a refused step was counted: check first")
    expect(
        not imports_inside(Optimizer),
        "an optimizer imports nothing by itself: gradients are arguments",
    )


test_optimizer()

# %% [markdown]
"""
## 2. SGD: one step downhill

**SGD** stands for *stochastic gradient descent*: going down by gradients
that come from a random part of the examples. The rule is one line:

```
   p  ←  p - lr · g

   w = 1    slope -13.33    lr = 0.1    w ← 1 + 1.333 = 2.333
   b = 0    slope  -6.00                b ← 0 + 0.600 = 0.600
```

The **learning rate** `lr` turns a slope into a length. The minus goes
downhill: the slope of `w` was negative, so `w` grows.

**In place.** Somebody may hold on to the array itself: a view such as
`w.T`, or a second tensor built on it. In 04 you wrote loaded numbers *into*
the arrays for that reason. Here it is the same: change the numbers in the
array, do not put a new array in its place.

```
  p.data ────────┐                p.data -= change
                 ▼                  the same array, new numbers:
               array                the view sees them
                 ▲
  p.T.data ──────┘                p.data = p.data - change
  (a view)                          a new array: the view keeps
                                    the old one and sees nothing
```

The in-place form has a second virtue. The array keeps its dtype: a float32
parameter stays float32, even if a gradient comes in float64.

The constructor is given. So are two lines of `update`, for exercises 3 and
4. Until you write those, momentum and weight decay are 0 and stay out of
your way.
"""


# %% nbgrader={"grade": false, "grade_id": "sgd", "locked": false, "schema_version": 3, "solution": true}
#| export
class SGD(Optimizer):
    """Against the gradient; on request with momentum and weight decay."""

    remembers = ("velocity",)

    def __init__(
        self,
        params: list[Tensor],
        lr: float = 0.1,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ):
        super().__init__(params, lr)
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.velocity = self.zeros() if momentum else []  # exercise 3

    def update(self, index: int, p: Tensor, g: np.ndarray) -> None:
        """Moves p by lr times g, downhill and in place.

        The array p.data stays the same object; g is not changed.
        """
        if self.weight_decay:
            g = self.with_decay(p, g)  # exercise 4
        if self.momentum:
            g = self.with_momentum(index, g)  # exercise 3
        ### BEGIN SOLUTION
        p.data -= self.lr * g
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sgd", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_sgd():
    # One step by hand.
    start = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], np.float32)
    slopes = np.array([[1.0, -1.0, 2.0], [0.0, 5.0, -2.0]], np.float32)
    w, b = Parameter(start.copy()), Parameter([0.5, -0.5, 0.0])
    bias_slopes = np.array([1.0, 2.0, -3.0], np.float32)
    signs = np.sign(slopes)
    holder = w.data
    optimizer = SGD([w, b], lr=0.2)
    with unchanged(slopes, bias_slopes, what="SGD.step(grads)"):
        optimizer.step([slopes, bias_slopes])
    same(
        w,
        start - 0.2 * slopes,
        "w after one step of SGD, lr 0.2",
        hint="p ← p - lr · g",
        mistakes={
            "it went uphill: subtract": start + 0.2 * slopes,
            "the learning rate is missing": start - slopes,
            "multiply by the learning rate": start - slopes / 0.2,
            "the size counts, not only the sign": start - 0.2 * signs,
            "nothing moved: write into p.data": start,
        },
    )
    same(b, [0.3, -0.9, 0.6], "b after one step of SGD, lr 0.2")

    # In place: the array is the same one.
    expect(
        w.data is holder,
        "another holder of the array did not see the update",
        hint="p.data = ... makes a new array, p.data -= ... does not",
    )

    # A gradient in float64 does not change the parameter's dtype.
    optimizer.step([slopes.astype(np.float64), bias_slopes])
    same_dtype(w, np.float32, "w after a float64 gradient")
    same(w, start - 0.4 * slopes, "w after two steps")

    # The learning rate may change between steps.
    optimizer.lr = 0.05
    optimizer.step([slopes, bias_slopes])
    same(
        w,
        start - 0.45 * slopes,
        "w after two steps with lr 0.2 and one with lr 0.05",
        hint="use self.lr as it is now",
    )

    # A single number is a parameter too.
    one = Parameter(5.0)
    SGD([one]).step([np.array(4.0)])
    same(one, 4.6, "Parameter(5.0) after one step, slope 4, default lr")
    expect(
        not imports_inside(SGD),
        "an optimizer imports nothing by itself: gradients are arguments",
    )


test_sgd()

# %% [markdown]
"""
With one line of your own, a `Linear` now finds its parameters by itself.
Here it looks for the rule `2 x1 - 3 x2 + 0.5` behind 100 examples.
"""

# %% tags=["experiment"]
x = make_rng(1).standard_normal((100, 2)).astype(np.float32)
wanted = x @ np.array([[2.0], [-3.0]], dtype=np.float32) + 0.5
net = Linear(2, 1, rng=make_rng(2))
optimizer = SGD(net.parameters(), lr=0.1)
fit_rows = []
for number in range(41):
    if number % 10 == 0:
        (w1, w2), b = net.weight.data[:, 0], net.bias.data[0]
        fit_rows.append((number, line_loss(net, x, wanted), w1, w2, b))
    optimizer.step(line_gradients(net, x, wanted))
table(
    [(n, loss, *(f"{v:.3f}" for v in row)) for n, loss, *row in fit_rows],
    ["step", "loss", "w1", "w2", "b"],
)

# %% [markdown]
"""
## 3. Momentum

Plain SGD forgets each gradient at once. Give it a **velocity**: a running
sum of gradients in which older ones fade.

```
   v  ←  momentum · v + g
   p  ←  p - lr · v
```

Two short stories show what it is good for, both with momentum 0.9:

```
                       g                v                 what happens
   along the floor     1  1  1  1       1  1.9  2.7  3.4  it gathers speed
   between the walls   1 -1  1 -1       1 -0.1  0.9 -0.2  it calms down
```

Along the floor the gradients agree, and `v` grows towards 10 times `g`. The
factor is 1 / (1 - 0.9). Between the walls they contradict each other, and
most of `v` cancels.

Three steps by hand, with lr = 0.1 and momentum = 0.9:

```
   g      v = 0.9 · v + g            p = p - 0.1 · v
                   0                          5
   1      0.9 · 0    + 1 = 1         5    - 0.1   = 4.9
   1      0.9 · 1    + 1 = 1.9       4.9  - 0.19  = 4.71
  -2      0.9 · 1.9  - 2 = -0.29     4.71 + 0.029 = 4.739
```

The learning rate is not part of `v`: `update` multiplies by it afterwards.

Each parameter has a velocity of its own, an array of zeros at the start.
Beware of `[array] * 2`: that is a list that holds *one* array twice.

**Your part.** `zeros` makes such a list for any optimizer. `with_momentum`
changes one velocity and returns it; `update` then takes it for `g`.
"""


# %% nbgrader={"grade": false, "grade_id": "momentum", "locked": false, "schema_version": 3, "solution": true}
#| export
@extend(Optimizer)
class Zeros:
    """The start of every memory."""

    def zeros(self) -> list[np.ndarray]:
        """New zeros for each parameter, with its shape and its dtype."""
        ### BEGIN SOLUTION
        return [np.zeros_like(p.data) for p in self.params]
        ### END SOLUTION


@extend(SGD)
class Momentum:
    """The memory of SGD."""

    def with_momentum(self, index: int, g: np.ndarray) -> np.ndarray:
        """Adds g to what is left of velocity number `index`; returns it.

        The velocity keeps its dtype, also where g is float64; g is not
        changed.
        """
        ### BEGIN SOLUTION
        velocity = self.velocity[index]
        velocity *= self.momentum
        velocity += g
        return velocity
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_momentum", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_momentum():
    # The memory at the start.
    w, b = Parameter(np.ones((2, 3), np.float32)), Parameter([1.0, 2.0, 3.0])
    start = SGD([w, b], momentum=0.9).velocity
    expect(isinstance(start, list), "zeros() must return a list")
    same(len(start), 2, "the number of velocities of 2 parameters")
    same(start[0], np.zeros((2, 3)), "the velocity of w at the start")
    same(start[1], np.zeros(3), "the velocity of b at the start")
    same_dtype(start[0], np.float32, "the velocity of w")
    wide = SGD([Parameter([1.0], np.float64)], momentum=0.9).velocity
    same_dtype(wide[0], np.float64, "the velocity of a float64 parameter")
    expect(SGD([w, b]).velocity == [], "without momentum: no memory")

    # Three steps by hand.
    grads = np.array([[2.0, -4.0], [1.0, 0.0], [-3.0, 8.0]], np.float32)

    def after(kept, taken):
        place, velocity = np.array([10.0, -4.0]), np.zeros(2)
        for g in grads:
            velocity = kept * velocity + taken * g
            place = place - 0.1 * velocity
        return place

    p = Parameter([10.0, -4.0])
    holder = p.data
    optimizer = SGD([p], lr=0.1, momentum=0.75)
    with unchanged(grads, what="SGD.step with momentum"):
        for g in grads:
            optimizer.step([g])
    same(
        p,
        after(kept=0.75, taken=1),
        "three steps with lr 0.1 and momentum 0.75",
        hint="the three steps by hand, above the exercise",
        mistakes={
            "the velocity was not kept": after(kept=0, taken=1),
            "nothing of the old velocity fades": after(kept=1, taken=1),
            "momentum is the share that stays": after(kept=0.25, taken=1),
            "the new g counts in full": after(kept=0.75, taken=0.25),
            "momentum scales the old velocity alone": after(0.75, 0.75),
            "lr was used twice: update multiplies by it": after(0.75, 0.1),
            "add g: the minus stands in update": after(0.75, -1),
        },
    )
    same(optimizer.velocity[0], [-1.125, 5.75], "the velocity after that")
    expect(p.data is holder, "momentum must move p in place too")

    # Every parameter has its own memory, also where the shapes agree.
    moved, resting = Parameter([1.0, 2.0]), Parameter([3.0, 4.0])
    optimizer = SGD([moved, resting], lr=0.1, momentum=0.75)
    for _ in range(2):
        optimizer.step([np.ones(2, np.float32), np.zeros(2, np.float32)])
    same(
        resting,
        [3.0, 4.0],
        "a parameter whose gradients were all zero",
        hint="one velocity for each parameter, found by its index",
        mistakes={
            "the parameters share one velocity": [2.8078125, 3.8078125],
        },
    )
    same(moved, [0.725, 1.725], "the parameter beside it")

    # A float64 gradient must not double the memory.
    optimizer.step([np.ones(2), np.zeros(2)])
    same_dtype(
        optimizer.velocity[0],
        np.float32,
        "the velocity after a float64 gradient",
        hint="write into the array that is there: *= and +=",
    )


test_momentum()

# %% [markdown]
"""
## 4. Weight decay

Large weights make a network jumpy: a small change of the input then changes
the output a lot. **Weight decay** pulls each number a little towards zero
at every step. A number that no gradient defends fades away.

The pull is an extra slope, in proportion to the number itself:

```
   g  ←  g + weight_decay · p

   p = 2    g = 0    weight_decay = 0.5    lr = 0.1

   g ← 0 + 0.5 · 2 = 1
   p ← 2 - 0.1 · 1 = 1.9       that is 2 · (1 - 0.1 · 0.5)
```

So without any gradient each step multiplies p by `1 - lr · weight_decay`.
It is as if the loss had one more part, `weight_decay / 2 · p²`, whose slope
is just that extra.

The array `g` belongs to the caller, who may need it again: return a new
one. And leave `p` alone: `update` will move it, once.
"""


# %% nbgrader={"grade": false, "grade_id": "weight_decay", "locked": false, "schema_version": 3, "solution": true}
#| export
@extend(SGD)
class WeightDecay:
    """The pull towards zero."""

    def with_decay(self, p: Tensor, g: np.ndarray) -> np.ndarray:
        """A new array: g and the pull on p. Changes neither p nor g."""
        ### BEGIN SOLUTION
        return g + self.weight_decay * p.data
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_weight_decay", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_weight_decay():
    # Nothing but decay: the gradient is zero.
    p = Parameter([2.0, -4.0, 0.0])
    holder, nothing = p.data, np.zeros(3, np.float32)
    optimizer = SGD([p], lr=0.1, weight_decay=0.5)
    start = p.numpy()
    signs = np.sign(start)
    with unchanged(nothing, what="SGD.step with weight decay"):
        optimizer.step([nothing])
    same(
        p,
        0.95 * start,
        "p after one step with g = 0, lr 0.1, weight_decay 0.5",
        hint="p · (1 - lr · weight_decay)",
        mistakes={
            "p and g both decayed: leave p alone": 0.95 * 0.95 * start,
            "it decayed twice": 0.9 * start,
            "p grew: add the pull, update subtracts": 1.05 * start,
            "lr was used twice: update multiplies by it": 0.995 * start,
            "the pull is missing": start,
            "the pull depends on the size of p": start - 0.05 * signs,
        },
    )
    expect(p.data is holder, "p must move in place")
    for _ in range(2):
        optimizer.step([nothing])
    same(p, 0.95**3 * start, "p after three such steps")

    # Together with a gradient.
    p = Parameter([2.0, -4.0])
    g = np.array([1.0, 3.0], np.float32)
    optimizer = SGD([p], lr=0.1, weight_decay=0.5)
    with unchanged(p, g, what="with_decay(p, g)"):
        pulled = optimizer.with_decay(p, g)
    same(
        pulled,
        [2.0, 1.0],
        "with_decay of p = [2, -4] and g = [1, 3]",
        mistakes={"the gradient is missing": [1.0, -2.0]},
    )
    same_dtype(pulled, np.float32, "with_decay(p, g)")

    # The velocity hears of the pull as well.
    p = Parameter([2.0, -4.0])
    optimizer = SGD([p], lr=0.1, momentum=0.75, weight_decay=0.5)
    for _ in range(2):
        optimizer.step([g])
    same(p, [1.46, -4.27], "two steps with momentum and weight decay")
    same(optimizer.velocity[0], [3.4, 1.7], "the velocity after that")


test_weight_decay()

# %% [markdown]
"""
## 5. Adam in four steps

In the ravine one learning rate must serve two directions: steep across,
flat along. **Adam** gives every single number a step of about the same
length, `lr`. It measures each slope against its own usual size.

For that it remembers two running averages for each number:

```
   m   of the gradients           which way, lately?
   v   of their squares           how large, lately?  √v is that size
```

A running average keeps most of the old and takes in a bit of the new. Adam
has two such shares, `betas = (0.9, 0.999)`:

```
   1.  m  ←  0.9   · m + 0.1   · g
   2.  v  ←  0.999 · v + 0.001 · g²
```

**Step 3, correct the start.** Both begin at zero, so at first they are far
too small: after one step `m` is only a tenth of `g`, and `v` a thousandth
of `g²`. How much too small is known. After `t` steps a share `0.9 ** t` of
`m` is still the zero from the start. Divide by what is left:

```
   3.  m_hat  =  m / (1 - 0.9 ** t)        t = 1:   m / 0.1
       v_hat  =  v / (1 - 0.999 ** t)               v / 0.001
```

**Step 4, move.** The tiny `eps` only prevents a division by zero. It stands
outside the root.

```
   4.  p  ←  p - lr · m_hat / (√v_hat + eps)
```

Two steps by hand, from p = 5, with lr = 0.1 and the betas above:

```
  t    g     m       v        m_hat   √v_hat     move       p
  1    2    0.20   0.004       2         2       0.1        4.9
  2   -1    0.08   0.004996    0.4211    1.5809  0.0266     4.8734
```

Look at the first line. Replace g = 2 by 0.002 or by 2000: `m_hat` and
`√v_hat` follow it both, and the move is still 0.1. In the second line the
gradients disagree: `m_hat` shrinks, and so does the move.

The counter `t` belongs to the optimizer, not to a parameter, and `step`
has counted already.

**Weight decay again.** If the pull went into `g`, Adam would divide it by
`√v_hat` too. Then numbers with large gradients would hardly decay. So the
given line shrinks `p` directly. This form is called *decoupled*.
"""


# %% nbgrader={"grade": false, "grade_id": "adam", "locked": false, "schema_version": 3, "solution": true}
#| export
class Adam(Optimizer):
    """Steps of about `lr`, whatever the size of the gradients."""

    remembers = ("m", "v")

    def __init__(
        self,
        params: list[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ):
        super().__init__(params, lr)
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.m = self.zeros()
        self.v = self.zeros()

    def update(self, index: int, p: Tensor, g: np.ndarray) -> None:
        """Moves p in place and keeps m[index] and v[index] up to date.

        All three keep their dtype, also where g is float64. g is not
        changed.
        """
        beta1, beta2 = self.betas
        if self.weight_decay:
            p.data *= 1 - self.lr * self.weight_decay
        # 1. Take g into m.
        # 2. Take the square of g into v.
        # 3. Correct both for their start at zero.
        # 4. Move p.
        ### BEGIN SOLUTION
        m, v = self.m[index], self.v[index]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        m_hat = m / (1 - beta1**self.t)
        v_hat = v / (1 - beta2**self.t)
        p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_adam", "locked": true, "points": 20, "schema_version": 3, "solution": false}
def test_adam():
    # The first step has the length lr, for any size of the gradient.
    sizes = np.array([0.1, -1.0, 2000.0], np.float32)
    p = Parameter([1.0, 1.0, 1.0])
    holder = p.data
    optimizer = Adam([p], lr=0.1)
    with unchanged(sizes, what="Adam.step(grads)"):
        optimizer.step([sizes])
    way = np.sign(sizes)
    twice = 0.1 / 0.19 / (0.001 / 0.001999) ** 0.5
    same(
        p,
        1 - 0.1 * way,
        "p = 1 after one step of Adam, lr 0.1, slopes 0.1, -1 and 2000",
        hint="the line t = 1 of the two steps by hand",
        mistakes={
            "it went uphill: subtract": 1 + 0.1 * way,
            "the first step is 10x too short: correct m": 1 - 0.01 * way,
            "the first step is 32x too long: correct v": 1 - 3.16228 * way,
            "the first step is 3x too long: correct both": 1 - 0.316228 * way,
            "divide by the root of v, not by v": 1 - 0.1 / sizes,
            "nothing divides the gradient: that is SGD": 1 - 0.1 * sizes,
            "t was counted again: step has counted": 1 - 0.1 * twice * way,
            "nothing moved: write into p.data": np.ones(3),
        },
    )
    expect(
        p.data is holder,
        "another holder of the array did not see the update",
        hint="p.data -= ... changes the numbers in place",
    )

    # Five steps against the formulas, computed here in float64.
    first, second = [2.0, -1.0, 0.5, 3.0, -2.0], [0.1, 0.2, 0.3, -0.1, 0.0]
    grads = np.array([first, second]).T

    def five_steps(beta1, beta2, eps, power=True, inside=0.0):
        place, m, v = np.array([5.0, -1.0]), 0.0, 0.0
        for number, g in enumerate(grads, 1):
            t = number if power else 1
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g**2
            size = (v / (1 - beta2**t) + inside) ** 0.5
            place = place - 0.1 * m / (1 - beta1**t) / (size + eps)
        return place

    for beta1, beta2, eps in [(0.9, 0.999, 1e-8), (0.5, 0.8, 0.25)]:
        p, settings = Parameter([5.0, -1.0]), (beta1, beta2, eps)
        unpowered = five_steps(*settings, power=False)
        under_root = five_steps(beta1, beta2, 0.0, inside=eps)
        optimizer = Adam([p], 0.1, (beta1, beta2), eps)
        for g in grads.astype(np.float32):
            optimizer.step([g])
        same(
            p,
            five_steps(*settings),
            f"five steps with betas ({beta1}, {beta2}) and eps {eps}",
            mistakes={
                "correct by beta ** t, not by beta": unpowered,
                "eps stands outside the root": under_root,
                "the betas are swapped": five_steps(beta2, beta1, eps),
                "use self.eps": five_steps(beta1, beta2, 1e-8),
            },
        )

    # t belongs to the optimizer, m and v to each parameter.
    trio = [Parameter([1.0, 2.0]) for _ in range(3)]
    optimizer = Adam(trio, lr=0.1)
    zeros, ones = np.zeros(2, np.float32), np.ones(2, np.float32)
    optimizer.step([ones, zeros, -ones])
    expect(
        optimizer.t == 1,
        f"after one step with 3 parameters t is {optimizer.t}:"
        " t counts steps, and step has counted",
    )
    same(trio[0], [0.9, 1.9], "parameter 0, slopes 1, after one step")
    same(
        trio[1],
        [1.0, 2.0],
        "parameter 1, slopes 0, after one step",
        hint="its own m and v, found by its index",
    )
    same(trio[2], [1.1, 2.1], "parameter 2, slopes -1, after one step")
    same(optimizer.m[2], [-0.1, -0.1], "m of parameter 2")
    same(optimizer.v[2], [0.001, 0.001], "v of parameter 2", tolerance=1e-7)

    # A float64 gradient changes no dtype.
    optimizer.step([np.ones(2), np.ones(2), np.ones(2)])
    hint = "write into the arrays that are there: *= and +="
    for what, array in [
        ("p", trio[0].data),
        ("m", optimizer.m[0]),
        ("v", optimizer.v[0]),
    ]:
        same_dtype(array, np.float32, f"{what} after float64", hint=hint)

    # Weight decay shrinks p directly, and once.
    p = Parameter([2.0, -4.0])
    optimizer = Adam([p], lr=0.1, weight_decay=0.5)
    optimizer.step([ones])
    same(
        p,
        [1.8, -3.9],
        "p = [2, -4], slopes 1, lr 0.1, weight_decay 0.5",
        hint="the decay is done by the line that is given",
    )
    expect(
        not imports_inside(Adam),
        "an optimizer imports nothing by itself: gradients are arguments",
    )


test_adam()

# %% [markdown]
"""
## 6. Save the optimizer too

You stop after 10 steps, save the network, and go on tomorrow with step 11.
With plain SGD that works. With momentum it does not: the velocity is gone,
and step 11 differs. So the memory must be saved with the network.

In module 04 you saved parameters by name. Here are the names of a momentum
SGD and an Adam with two parameters each:

```
   SGD    lr   t   velocity.0   velocity.1
   Adam   lr   t   m.0   m.1   v.0   v.1
```

`lr` is in it because it may have changed on the way. `t` is in it because
Adam corrects by it. Forget it, and Adam believes that it is at its start:

```
   step 11, Adam       m / (1 - 0.9 ** t)
   with t = 11         m / 0.69
   with t = 1          m / 0.1         seven times too much
```

For `√v_hat` it is a factor of 3.3. So the step comes out twice as long.

Two rules as in 04: save **copies**, for the memory goes on changing. And
load numbers into the arrays that are there.

`lr` and `t` are plain numbers. `np.array(0.1)` makes arrays of shape `()`
of them, so that all values of the dictionary are arrays. On the way back
`float(...)` and `int(...)` make plain numbers again.

Two helpers are given. `memory` lists the arrays by name. `check_state`
compares names and shapes, as you did in 04.
"""


# %%
#| export
@extend(Optimizer)
class Memory:
    """What an optimizer remembers, by name."""

    def memory(self) -> dict[str, np.ndarray]:
        """The very arrays, not copies: {"m.0": ..., "m.1": ...}."""
        return {
            f"{name}.{index}": array
            for name in self.remembers
            for index, array in enumerate(getattr(self, name))
        }

    def check_state(self, state: dict[str, np.ndarray]) -> None:
        """Raises KeyError or ValueError unless `state` fits this optimizer.

        KeyError where names are missing or unexpected, ValueError where a
        shape differs.
        """
        mine = self.memory()
        names = {"lr", "t", *mine}
        missing = sorted(names - set(state))
        unexpected = sorted(set(state) - names)
        if missing or unexpected:
            lists = f"missing {missing}, unexpected {unexpected}"
            raise KeyError(f"{lists}: was another optimizer saved?")
        for name, array in mine.items():
            here, there = array.shape, state[name].shape
            if here != there:
                raise ValueError(
                    f"{name} has shape {here} here, {there} in the state: "
                    "was the optimizer of another network saved?"
                )


# %% nbgrader={"grade": false, "grade_id": "state", "locked": false, "schema_version": 3, "solution": true}
#| export
@extend(Optimizer)
class State:
    """To stop today and go on tomorrow with the very same step."""

    def state_dict(self) -> dict[str, np.ndarray]:
        """`lr`, `t` and a copy of every array of the memory, by name."""
        ### BEGIN SOLUTION
        state = {name: array.copy() for name, array in self.memory().items()}
        state["lr"] = np.array(self.lr)
        state["t"] = np.array(self.t)
        return state
        ### END SOLUTION

    def load_state_dict(self, state: dict[str, np.ndarray]) -> None:
        """Takes over what state_dict() of such an optimizer returned.

        Afterwards `lr` is a float and `t` an int; the arrays of the memory
        hold the numbers of `state`, which is not changed, also not by
        later steps. An error leaves all as it was.
        """
        self.check_state(state)
        ### BEGIN SOLUTION
        self.lr = float(state["lr"])
        self.t = int(state["t"])
        for name, array in self.memory().items():
            array[...] = state[name]
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_state", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_state():
    def parameters():
        rng = np.random.default_rng(3)
        values = rng.standard_normal((2, 3)), rng.standard_normal(3)
        return [Parameter(v, dtype=np.float32) for v in values]

    def gradients(rng):
        values = rng.standard_normal((2, 3)), rng.standard_normal(3)
        return [v.astype(np.float32) for v in values]

    kinds = {
        "SGD": (lambda ps, lr: SGD(ps, lr), "lr t"),
        "SGD with momentum": (
            lambda ps, lr: SGD(ps, lr, momentum=0.9),
            "lr t velocity.0 velocity.1",
        ),
        "Adam": (Adam, "lr m.0 m.1 t v.0 v.1"),
    }
    for kind, (make, names) in kinds.items():
        # Ten steps, then save.
        rng = np.random.default_rng(5)
        params = parameters()
        optimizer = make(params, 0.03)
        for _ in range(10):
            optimizer.step(gradients(rng))
        state = optimizer.state_dict()
        same(" ".join(sorted(state)), names, f"{kind}: the names in the state")
        arrays = all(type(value) is np.ndarray for value in state.values())
        expect(arrays, f"{kind}: every value must be an array, lr and t too")
        same(state["t"], 10, f"{kind}: t in the state after 10 steps")
        same(state["lr"], 0.03, f"{kind}: lr in the state")

        # Tomorrow: the same numbers in new objects.
        saved = {name: array.copy() for name, array in state.items()}
        copies = [Parameter(p.numpy()) for p in params]
        other = make(copies, 0.5)
        other.load_state_dict(state)
        same(
            other.lr,
            0.03,
            f"{kind}: lr after loading",
            mistakes={"lr was not loaded": 0.5},
        )
        expect(
            type(other.lr) is float and type(other.t) is int,
            f"{kind}: lr must be a float and t an int after loading",
        )

        # Step 11, and two more, must be the same bit for bit.
        for number in (11, 12, 13):
            grads = gradients(rng)
            optimizer.step(grads)
            other.step(grads)
            for p, twin in zip(params, copies, strict=True):
                expect(
                    np.array_equal(p.data, twin.data),
                    f"{kind}: step {number} differs after loading",
                    hint="what does the next step depend on? lr, t, memory",
                )
        for name, array in saved.items():
            expect(
                np.array_equal(array, state[name]),
                f"{kind}: the saved {name} moved with later steps: copy it",
            )

    # A state that does not fit is refused, and nothing is loaded.
    adam = Adam(parameters(), 0.5)
    state = adam.state_dict()
    says = ["missing ['m.0', 'm.1', 'v.0', 'v.1']", "another optimizer"]
    with refuses(KeyError, "Adam loads a state of SGD", says=says):
        adam.load_state_dict(SGD(parameters(), 0.1).state_dict())
    wrong = state | {"lr": np.array(9.0), "v.1": np.ones((1, 3), np.float32)}
    says = ["v.1", "(3,)", "(1, 3)"]
    with refuses(ValueError, "v.1 with another shape", says=says):
        adam.load_state_dict(wrong)
    expect(adam.lr == 0.5, "a refused state must not change lr")


test_state()

# %% [markdown]
"""
## Systems analysis

Back to the ravine. Its loss is `(1 · a² + 40 · b²) / 2` for a parameter
`[a, b]`. So the slopes are `1 · a` and `40 · b`. The factors 1 and 40 are
its **curvatures**: how fast the slope changes as you go.

Such a ravine is nothing exotic. A `Linear` with two features has one as
soon as one feature is about six times as large as the other.

The next cell holds what the measurements share: three optimizers, the loss,
a walk, and a picture.
"""


# %%
CURVATURES = np.array([1.0, 40.0], dtype=np.float32)

walkers = {
    "SGD": lambda params: SGD(params, lr=0.02),
    "momentum": lambda params: SGD(params, lr=0.02, momentum=0.9),
    "Adam": lambda params: Adam(params, lr=0.2),
}


def ravine_loss(places):
    """The loss at one place (2,), or at many (..., 2)."""
    return 0.5 * (CURVATURES * places**2).sum(axis=-1)


def walk(make, steps):
    """All places (steps + 1, 2) on the way from [8, 3]."""
    p = Parameter([8.0, 3.0])
    optimizer = make([p])
    places = [p.numpy()]
    for _ in range(steps):
        optimizer.step([CURVATURES * p.data])
        places.append(p.numpy())
    return np.array(places)


def draw(places, width=66, height=11):
    """The ravine from above: dotted lines of equal loss, the way as dots."""
    across, down = np.linspace(-4, 9, width), np.linspace(3, -3, height)
    ground = np.stack(np.meshgrid(across, down), axis=-1)
    zone = np.digitize(ravine_loss(ground), [2, 18, 72])
    edge = np.zeros(zone.shape, dtype=bool)
    edge[:, 1:] |= zone[:, 1:] != zone[:, :-1]
    edge[1:] |= zone[1:] != zone[:-1]
    picture = np.where(edge, "·", " ")
    marks = [([0.0, 0.0], "+"), *((place, "●") for place in places[1:])]
    for place, mark in [*marks, (places[0], "S")]:
        column = np.abs(across - place[0]).argmin()
        row = np.abs(down - place[1]).argmin()
        picture[row, column] = mark
    print("\n".join("".join(row).rstrip() for row in picture))


# %% [markdown] tags=["prediction"]
"""
**Predict first.** All three start at `[8, 3]`, where the loss is 212. How
many steps does each need to bring it to 0.001?

- SGD with lr 0.02;
- the same with momentum 0.9;
- Adam with lr 0.2.

Write down three numbers, or at least an order. Which one leaves the
straight way most?
"""

# %% tags=["experiment"]
walks = {name: walk(make, 300) for name, make in walkers.items()}
ravine_rows, descents = [], {}
for name, places in walks.items():
    losses = ravine_loss(places).tolist()
    arrived = next(step for step, loss in enumerate(losses) if loss <= 1e-3)
    ravine_rows.append((name, losses[10], losses[50], arrived))
    descents[name] = list(enumerate(losses[: arrived + 1]))
table(ravine_rows, ["", "loss at step 10", "at 50", "steps to 0.001"])
print()
curve(descents, x="step", y="loss (logarithmic)", log_y=True)
for name, places in walks.items():
    print(f"\n{name}, the first 40 steps from S; + is the lowest place")
    draw(places[:41])

# %% [markdown]
"""
### What to see

The counts are the same on every machine:

```
                 steps to 0.001   its way
   SGD, lr 0.02        257        one leap to the floor, then it creeps
   momentum 0.9         87        swings over the floor, and past the end
   Adam, lr 0.2        104        both directions at equal speed
```

**The law of SGD.** For a curvature c the slope is c · p. So one step makes

```
   p  ←  p - lr · c · p  =  (1 - lr · c) · p
```

a plain factor. Across the ravine it is 1 - 0.02 · 40 = 0.2, and after two
steps that direction is done. Along it is 1 - 0.02 · 1 = 0.98, and from a
loss of 32 down to 0.001 that takes 257 steps: 32 · 0.98^(2 · 257) = 0.001.
You can count SGD's steps on paper.

**Momentum** makes the slow direction up to ten times as fast. The price is
the swinging: at step 10 its loss is behind SGD's, at step 50 far ahead.

**Adam** does not notice that one slope is 40 times the other. In its
picture the first points lie 0.2 apart in *both* directions.

So the flat direction wants a large lr. How large may it be?
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** The factor across is `1 - lr · 40`. At lr = 0.02 it is
0.2. What is it at lr = 0.049, at 0.05, and at 0.051? What becomes of the
loss after 300 steps in each case?
"""

# %% tags=["experiment"]
rates = (0.01, 0.02, 0.045, 0.049, 0.05, 0.051)
rate_walks = {lr: walk(lambda ps, lr=lr: SGD(ps, lr), 300) for lr in rates}
rate_rows = []
for lr, places in rate_walks.items():
    along, across = places[1] / places[0]
    loss = ravine_loss(places)[300]
    rate_rows.append((lr, float(along), float(across), float(loss)))
headers = ["lr", "factor along", "factor across", "loss after 300 steps"]
table(rate_rows, headers)
print()
near_the_limit = {}
for lr in (0.049, 0.05, 0.051):
    losses = ravine_loss(rate_walks[lr]).tolist()
    near_the_limit[f"lr {lr}"] = list(enumerate(losses))[::4]
curve(near_the_limit, x="step", y="loss (logarithmic)", log_y=True)
print("\nSGD with lr 0.049, the first 40 steps from S")
draw(rate_walks[0.049][:41])

# %% [markdown]
"""
### What to see

```
   lr       factor along   factor across   loss after 300 steps
   0.02         0.98            0.2               0.00017
   0.049        0.951          -0.96              0.000000004
   0.05         0.95           -1               180
   0.051        0.949          -1.04              3,000,000,000,000
```

A negative factor jumps to the other wall. At -0.96 the jumps get shorter:
that is the zigzag in the picture. At -1 they stay the same for ever: the
loss hangs at 40 · 3² / 2 = 180. At -1.04 they grow, and the loss explodes.

**The law: lr must stay below 2 / largest curvature**, here 2 / 40 = 0.05.
The steepest direction sets the limit, and the flattest pays for it. So what
makes a ravine slow is the ratio of the two, here 40.

Nobody knows the curvatures of a large network. But the signs are the same.
If the loss grows without end, lr is above the limit: divide it by 10. If it
creeps, multiply by 3 and look again.

### What does it cost?
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** A network has 10 layers of 160 x 160 weights, 256,000 in
all: 1,000 KiB. How much memory does each optimizer hold besides? And how
many times as long as a step of SGD does a step of Adam take?
"""

# %% tags=["experiment"]
size, layers = (160, 160), 10
weights = [Parameter(np.ones(size, np.float32)) for _ in range(layers)]
slopes = [np.full(size, 0.01, np.float32) for _ in range(layers)]
weight_bytes = sum(p.nbytes for p in weights)
cost_rows = []
for name, make in walkers.items():
    optimizer = make(weights)
    state = sum(array.nbytes for array in optimizer.memory().values())
    us = 1e6 * stopwatch(lambda o=optimizer: o.step(slopes), repeats=99)
    cost_rows.append((name, human_bytes(state), state / weight_bytes, us))
print(f"weights: {human_bytes(weight_bytes)}\n")
table(cost_rows, ["", "memory", "times the weights", "µs per step"])
print()
bars({name: us for name, *_, us in cost_rows}, unit="µs per step")

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured:

```
              memory       times the weights    µs per step
   SGD        0 B                  0                 67
   momentum   1000 KiB             1                113
   Adam       2.0 MiB              2                500
```

**The law of memory:** one array for each thing that is remembered, as large
as the parameters. Momentum remembers one, Adam two. Nothing else counts.

**Time** follows the operations on whole arrays. SGD does 2, momentum 4,
Adam 14, among them a root and three divisions. So 1 to 2 to 7 is the ratio
to expect; we found 1 to 1.7 to 7.5.

No example plays a part in that: a step is paid once for a whole batch. In
most networks it costs little beside the gradients. The memory stays.
"""

# %% [markdown]
"""
## In production

- **PyTorch** has `torch.optim.SGD` and `torch.optim.Adam` with your names
  and your formulas. Its gradients do not come as arguments: each parameter
  carries its own in an attribute, and `step()` collects them.
- **AdamW** is the name of Adam with decoupled decay, the form you built.
  The `weight_decay` of `torch.optim.Adam` adds the pull to the gradient,
  unless told otherwise. The two are not the same setting.
- **JAX**: in the library Optax an optimizer is a pair of functions. One
  makes the state; the other takes gradients and state and returns changes
  and a new state. Nothing is changed in place.
- **Fused updates.** Your Adam walks over each array 14 times. With
  `fused=True`, PyTorch does all of it in one walk, and `foreach=True`
  handles many parameters in one call.
- **Memory rules.** With Adam in float32, every parameter costs 16 bytes: 4
  for itself, 4 for its gradient, 4 each for m and v. Seven billion are 28
  GB at rest, and 112 GB while they are being improved. So large models
  spread m and v over many machines, or store them with 8 bits a number.
"""

# %% [markdown]
"""
## Misconceptions

**"Adam needs no learning rate."** Its steps have the length `lr`. Too large
a rate leaps around the lowest place for ever. It only needs no *other* rate
for large gradients than for small ones.

**"Momentum averages the positions."** It sums up gradients. The parameters
themselves are never averaged.

**"The gradient points to the lowest place."** It points along the steepest
way right here. In the ravine that is nearly at a right angle to where you
want to go.

**"A larger batch leaves lr as it is."** The mean over more examples is a
more reliable slope. Then a larger step is often safe, and a good rate for
32 examples may be too timid for 1,024.

**"If the loss rises, lr is too large."** With momentum the loss swings,
and your curve rose several times on its way down. A loss that grows
*without end* is the sign.

**"Weight decay and a smaller lr do the same."** A smaller lr slows
everything. Decay pulls towards zero, also where the gradient is zero.
"""

# %% [markdown]
"""
## Questions to think about

1. Along the floor momentum 0.9 makes SGD up to 10 times as fast. Why did
   it need 87 steps, and not 26?
2. You multiply the loss by 100. What changes for SGD, and what for Adam?
   And if you divide lr by 100 as well?
3. A parameter gets the gradient zero for a long time, then a large one. How
   long is Adam's next step, compared with lr?
4. `load_state_dict` restores `lr`. When would you rather keep the lr that
   you passed to the new optimizer?
5. `step` refuses a gradient of another shape. Which mistakes of the caller
   can it not notice?
"""

# %% [markdown]
"""
## Quick reference

```
optimizer = SGD(net.parameters(), lr=0.1, momentum=0.9)
optimizer.step(grads)            one array per parameter, same order
optimizer.lr = 0.01              at any time
state = optimizer.state_dict()   lr, t, and copies of the memory
optimizer.load_state_dict(state)

            one step                                memory   start with
SGD         p loses lr · g                          0 x      lr 0.1
momentum    v is 0.9 of itself, plus g;             1 x      lr 0.1 or
            p loses lr · v                                   less, 0.9
decay       g gains weight_decay · p                         0.0001
Adam        m, v: averages of g and g²;             2 x      lr 0.001
            p loses lr · m_hat / √v_hat                      to 0.01

lr limit    2 / largest curvature c: a step multiplies p by 1 - lr · c

you see                            it means                try
loss grows without end, or nan     lr above the limit      lr / 10
loss falls very slowly             lr small, or a ravine   lr · 3, Adam
loss falls, then hangs and jumps   steps too long          lr / 3
step 11 differs after loading      memory, t or lr lost    state_dict
```
"""

# %% [markdown]
"""
## Looking ahead

- **06 Autograd** computes gradients for any network, in the order of
  `net.parameters()`. If you did it already, hand its result to `step`.
- **08 Training** calls `step` in a loop, changes `optimizer.lr` on the way,
  and saves `state_dict()` in its checkpoints. It needs 06 and 07.
- **18 Compression** sets weights to zero and then lets an optimizer repair
  the rest. There your moves in place matter again.
"""

# %% [markdown]
"""
## Summary and what comes next

You built a base class that checks, counts and loops, and three ways to move
a parameter. SGD follows the slope. Momentum sums up what the slopes agree
on. Adam measures every slope against its usual size. Decay pulls towards
zero. All of it happens in place, and all memory can be saved.

You also met a law that tells the limit of lr before you try: 2 divided by
the largest curvature.

This module opens 08 as soon as 06 has passed too. If 05 and 06 are still
before you, take them next: there nobody writes formulas for slopes by hand.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_optimizer,
        test_sgd,
        test_momentum,
        test_weight_decay,
        test_adam,
        test_state,
    )
