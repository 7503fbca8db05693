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
# 06 Autograd

You will build `gradients`: one walk over the records of a calculation. It
finds how the result depends on every number that went in, all at once.

### Prerequisites

- **05 Losses**: a loss is the one number whose slopes we want, and `nudge`
  showed what a slope is.
- **01** to **04**, which 05 needs too: `stopwatch` and `peak_bytes`, `tape`
  and `run_op`, the primitives, the networks.
- From school: the slope of a line. The slopes of x², 1/x and e to the x are
  recalled where they are needed.

### Time and difficulty

About 6 hours. Difficulty 4 of 5. Nine exercises of 3 to 14 lines.
Exercise 3 is the heart of the module, so give it time and paper.

### Learning objectives

Afterwards you can

- fill in the slopes of a small calculation on paper, from right to left;
- write the rule that says how an operation passes a slope on;
- differentiate any network of 03 to 05 without changing a line of it;
- prove a rule right by nudging, or find the element where it is wrong;
- say what the slopes of a network cost in time and in memory.

### How the pieces hang together

```
 forward: your code of 02 to 05, unchanged
 ─────────────────────────────────────────────────────────────────▶
  x, w ──▶ matmul ──▶ add ──▶ maximum ──▶ ... ──▶ mean ──▶ loss
              │         │         │                 │         │
           record     record    record            record      │
              │         │         │                 │         ▼
 slopes ◀─  rule  ◀── rule ◀──  rule  ◀── ... ◀──  rule ◀──   1
 ◀─────────────────────────────────────────────────────────────────
 backward: one walk over the records, last to first

 1     numerical_gradient   slow and simple: the judge of the rest
 2     rule, add, mul       what one operation does to a slope
 3     gradients            the walk
 4     unbroadcast          when a shape was stretched on the way
 5     gradcheck            walk and judge, compared
 6-9   the other rules      and then a network of your own
```
"""

# %% [markdown]
"""
## Why one walk can be enough

In 05 you nudged one weight and watched the loss. That told you the slope of
one weight: how much the loss moves for each unit that the weight moves. A
step against all slopes helped at once, but finding them was dear: two
forward passes for each weight. So one question stayed open. **What would it
take to get all slopes out of one single pass?**

What it takes is on your tape already. Look at a calculation of two steps.
It is like two gears:

```
            × 3             × 5
     x ────────────▶ u ────────────▶ z

     + 0.01          + 0.03          + 0.15
```

The slope of z to x is 3 · 5 = 15. Nobody had to nudge for that: each step
knows its own factor, and along a way the factors multiply.

Sometimes two ways lead from x to z. Then both moves arrive, and add up:

```
             × 3
        ┌──────────▶ u ──┐
     x ─┤                ├─ + ──▶ z       slope of z to x:  3 + 2 = 5
        └──────────▶ v ──┘
             × 2
```

That is the whole theory, the **chain rule**: *along a way multiply, over
several ways add*. Your tape already writes down all the ways. What is
missing is the factor of each operation, and somebody who walks.

**Which direction?** Starting at a weight, you learn the slopes of one
weight and must start again for the next. Starting at the loss and going
back, each step serves all weights before it. There is one loss and there
are thousands of weights, so we start at the loss.

Two words before we begin. The **gradient** of the loss for a tensor is an
array of the tensor's shape: at each place stands the slope for that
element. Finding gradients from records is called **autograd**.
"""

# %%
#| default_exp autograd
#| export
"""Gradients of a recorded calculation: one walk over its records."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from tinytorch.tensor import OpRecord, Tensor, tape

Array = np.ndarray
Arrays = tuple[Array, ...]

# %% [markdown]
"""
That cell opens your library file. The next one fetches what the tests and
experiments use. It stays here.
"""

# %%
import inspect
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from tinytorch.activations import (
    exp,
    gelu,
    leaky_relu,
    log,
    log_softmax,
    maximum,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from tinytorch.env import human_bytes, make_rng, peak_bytes, stopwatch
from tinytorch.layers import Flatten, Linear, Sequential
from tinytorch.losses import bce_with_logits, cross_entropy, mse_loss
from tinytorch.tensor import concat, explain, run_op, stack

from tinytutor.kit import (
    Mismatch,
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
## 1. Nudge every element

First the slow way. It needs no theory, so it will be the judge of all that
follows. Move one element a little up and look at the result. Move it a
little down and look again. The difference, divided by the distance, is the
slope.

In 05 `nudge` went one way. Why both up and down? Here is the slope of x³ at
x = 2. It should be 12.

```
   eps      up only: (f(x+eps) - f(x)) / eps     up and down
   0.1                12.61                        12.01
   0.05               12.3025                      12.0025
   0.01               12.0601                      12.0001
```

Half the eps, and the error on the left halves. On the right it falls to a
quarter. Up only gives a little too much here, and down only would give a
little too little. Taken together, the two errors nearly cancel.

Up and down are two points, and they lie **2 eps** apart.

Why not a tiny eps, then? The two results agree in nearly all their digits,
and the difference keeps only the rest. With the 16 digits of float64,
eps = 0.00001 is a good compromise. With the 7 digits of float32 there is
none. So whoever judges works in float64.

Three tools for the loop:

```python
list(np.ndindex(2, 2))        # [(0, 0), (0, 1), (1, 0), (1, 1)]
t.data[(0, 1)]                # the element in row 0, column 1
fn().item()                   # the result as a plain number
```

`fn` takes no arguments. It computes with `t`, so it sees each nudge that
you make inside `t.data`. Put every element back before you go on to the
next, with the very number that was there. Adding eps and taking it away
again would leave crumbs:

```python
0.7 + 1e-5 - 1e-5             # 0.6999999999999998
```
"""


# %% nbgrader={"grade": false, "grade_id": "numerical_gradient", "locked": false, "schema_version": 3, "solution": true}
#| export
def numerical_gradient(
    fn: Callable[[], Tensor],
    t: Tensor,
    eps: float = 1e-5,
) -> Array:
    """The slope of fn() to each element of t, found by nudging.

    fn: takes nothing, computes with t, returns a Tensor of one element.
    t: a float64 tensor; afterwards its numbers are what they were.
    Returns a new array with the shape and dtype of t.
    """
    # For every place: nudge up, nudge down, put back, divide.
    ### BEGIN SOLUTION
    slopes = np.zeros_like(t.data)
    for place in np.ndindex(t.shape):
        before = t.data[place]
        t.data[place] = before + eps
        up = fn().item()
        t.data[place] = before - eps
        down = fn().item()
        t.data[place] = before
        slopes[place] = (up - down) / (2 * eps)
    return slopes
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_numerical_gradient", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_numerical_gradient():
    # The plain case: the slope of x³ is 3x².
    values = np.array([[1.0, -2.0, 0.5], [3.0, 0.7, -0.1]])
    t = Tensor(values.copy())
    held = t.data

    def cubes():
        return (t * t * t).sum()

    right = 3 * values**2
    eps = 1e-5
    up_only = right + 3 * values * eps + eps**2
    down_only = right - 3 * values * eps + eps**2
    got = numerical_gradient(cubes, t)
    same(
        got,
        right,
        "numerical_gradient of the sum of x³",
        tolerance=1e-7,
        mistakes={
            "up only is wrong by 0.00009: nudge down as well": up_only,
            "down only is wrong by 0.00009: nudge up as well": down_only,
            "the points lie 2 eps apart: divide by 2 * eps": 2 * right,
            "up minus down, not down minus up": -right,
            "nudge one element at a time": np.full((2, 3), right.sum()),
            "that is 0: nudge in t.data, divide by (2 * eps)": 0 * right,
        },
    )
    same_dtype(got, np.float64, "numerical_gradient of a float64 tensor")
    expect(
        np.array_equal(t.data, values),
        f"t was not put back: {values[1, 1]!r} is now {t.data[1, 1]!r}",
        hint="keep the number itself and write it back",
    )
    expect(t.data is held, "nudge inside t.data; do not replace the array")

    # Another eps, seen in the error of x³: it is eps².
    same(
        numerical_gradient(cubes, t, eps=0.5),
        right + 0.25,
        "numerical_gradient(cubes, t, eps=0.5)",
        mistakes={"eps was ignored": right},
    )

    # One number alone, and a second tensor that must stay out of it.
    x, y = Tensor(np.array(2.0)), Tensor(np.array(3.0))
    with unchanged(y, what="numerical_gradient(fn, x)"):
        got = numerical_gradient(lambda: x * y + x, x)
    same(got, 4.0, "the slope of x * y + x to x, at x = 2 and y = 3")


test_numerical_gradient()

# %% [markdown]
"""
## 2. One rule for each operation

An operation sits somewhere inside a calculation. Suppose somebody already
knows the slope of the final result to the operation's **output**. Call it
g. What is then the slope to each **input**? The answer is the operation's
*rule*.

### Worked example: mul

Take z = a · b with a = 2 and b = 3, and let g be 10. Nudge a by 0.01: z
goes from 6 to 6.03. So z moves 3 times as fast as a, and 3 is b.

```
   forward                           backward

   a = 2 ──┐                         a: 10 · 3 = 30 ◀──┐
           ├── mul ──▶ z = 6                           ├── mul ◀── g = 10
   b = 3 ──┘                         b: 10 · 2 = 20 ◀──┘
```

The result moves 10 times as fast as z, and z 3 times as fast as a. Along
the way the factors multiply: 30. By the same thought b gets 20. In short:
**a gets g · b, and b gets g · a.** With arrays this holds element by
element.

And `add`? Nudge a by 0.01, and a + b moves by 0.01. You can finish that
thought.

### How a rule is written

```python
def weigh_rule(g, out, a, weights):
    return (g * weights,)
```

This is the rule for `weigh`, an operation with one input a, one setting
`weights` and one number as its result: the sum of `a * weights`. If a[i]
moves by 1, the sum moves by weights[i]. Every rule has this form:

- It takes g, the output `out`, then each input, then the settings that the
  record holds. g has the shape of `out`.
- **All of these are NumPy arrays.** No Tensor ever enters a rule, so there
  is no `.data` in one.
- It returns a tuple: one array for each input, in the input's shape. With a
  single input that is `(array,)`, with the comma.

`RULES` is a dictionary: from the name of an operation to its rule. It is
empty, and in this module you fill it.
"""

# %%
#| export
Rule = Callable[..., Arrays]

RULES: dict[str, Rule] = {}  # name of an operation: its rule

# %% [markdown]
"""
Here are `weigh` and its rule for real, because the tests need one number
out of many. A plain sum would be a weak choice. It treats all elements
alike, so a rule that mixes them up would pass unseen.

The cell also holds `ask_rule`, with which tests question a rule.
"""


# %%
def _weigh(array, weights):
    return (array * weights).sum()


def weigh(t):
    """One number: the sum of all elements, each with its own weight."""
    weights = np.cos(1.7 * np.arange(t.size) + 0.3).reshape(t.shape)
    return run_op("weigh", _weigh, t, weights=weights.astype(t.dtype))


def weigh_rule(g, out, a, weights):
    """If a[i] moves by 1, the sum moves by weights[i]."""
    return (g * weights,)


RULES["weigh"] = weigh_rule


def names_in(code):
    """All names that a function's code uses, in inner functions too."""
    inner = [part for part in code.co_consts if inspect.iscode(part)]
    return set(code.co_names).union(*map(names_in, inner))


def ask_rule(name, g, out, *arrays, **settings):
    """What the rule for `name` answers: one array for each input."""
    if name not in RULES:
        raise NotImplementedError(f"RULES has no {name!r} yet")
    what = f"the rule for {name}"
    code = getattr(RULES[name], "__code__", None)
    expect(
        code is None or "data" not in names_in(code),
        f"{what} asks for .data: it is given arrays, no Tensors",
        hint="compute with a, b and g as they are",
    )
    with unchanged(g, out, *arrays, what=what):
        pieces = RULES[name](g, out, *arrays, **settings)
    count = len(arrays)
    need = f"{count} inputs need {count} arrays"
    if count == 1:
        need = "1 input needs 1 array"
    expect(
        isinstance(pieces, tuple | list) and len(pieces) == count,
        f"{what}: {need}, in a tuple",
        hint="`return one, two`, or for one input `return (one,)`",
    )
    for piece in pieces:
        kind = type(piece).__name__
        is_array = isinstance(piece, np.ndarray | np.generic)
        expect(is_array, f"{what} returned a {kind}, expected an array")
        same_dtype(piece, g.dtype, what)
    return pieces


# %% [markdown]
"""
### The line above a rule

`RULES["weigh"] = weigh_rule` works. We want to enter a rule by a line above
it, so that nobody forgets:

```python
@rule("weigh")
def weigh_rule(g, out, a, weights): ...
```

Python reads this as `weigh_rule = rule("weigh")(weigh_rule)`. So
`rule("weigh")` must return a function. That one receives `weigh_rule`,
enters it in `RULES` and returns it, so that the name below the line still
means something.

**Your part.** Write `rule`, then the rules for `add` and `mul`. For now all
shapes are equal. (If you run this cell again later, run that of exercise 4
again too. It enters better rules under the same two names.)
"""


# %% nbgrader={"grade": false, "grade_id": "rule", "locked": false, "schema_version": 3, "solution": true}
#| export
def rule(name: str) -> Callable[[Rule], Rule]:
    """`@rule("mul")` above a function enters it in RULES under "mul".

    The function itself comes back unchanged. A name that is taken is
    entered anew, so a cell may be run again.
    """

    ### BEGIN SOLUTION
    def register(fn: Rule) -> Rule:
        RULES[name] = fn
        return fn

    return register
    ### END SOLUTION


@rule("add")
def add_rule(g: Array, out: Array, a: Array, b: Array) -> Arrays:
    """out = a + b, of equal shapes: the slopes to a and to b."""
    ### BEGIN SOLUTION
    return g, g
    ### END SOLUTION


@rule("mul")
def mul_rule(g: Array, out: Array, a: Array, b: Array) -> Arrays:
    """out = a * b, of equal shapes: the slopes to a and to b."""
    ### BEGIN SOLUTION
    return g * b, g * a
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_rule", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_rule():
    # The decorator: it enters the function and hands it back.
    def first(g, out, a):
        return (g,)

    def second(g, out, a):
        return (2 * g,)

    with patch.dict(RULES):
        decorate = rule("test")
        expect(
            callable(decorate),
            'rule("test") must return a function that takes the rule',
            hint="a function inside the function",
        )
        back = decorate(first)
        entered = RULES.get("test")
        expect(entered is first, 'RULES["test"] must be the very function')
        expect(
            back is first,
            "the decorator must return the function that it was given",
            hint="without a return, the name below @rule means None",
        )
        rule("test")(second)
        expect(RULES["test"] is second, "a name that is taken: enter anew")
        expect("weigh" in RULES, "the other rules must stay in RULES")

    # The two rules. All numbers differ, so nothing can be mixed up.
    a = np.array([[2.0, 3.0, 5.0], [7.0, 11.0, 13.0]], np.float32)
    b = np.array([[1.0, 4.0, 6.0], [8.0, 9.0, 10.0]], np.float32)
    g = np.array([[0.5, -1.0, 2.0], [3.0, 0.1, -4.0]], np.float32)
    right = {"add": (a + b, g, g), "mul": (a * b, g * b, g * a)}
    for name, (out, to_a, to_b) in right.items():
        got_a, got_b = ask_rule(name, g, out, a, b)
        swapped = "the inputs are swapped: nudge a, and z moves by b"
        alone = "g is missing: along the way factors multiply"
        flat = "the slope is not 0: nudge this input and see"
        wrong_a = {swapped: to_b, alone: to_a / g, flat: 0 * g}
        wrong_b = {swapped: to_a, alone: to_b / g, flat: 0 * g}
        what = f"the rule for {name}, slope to"
        same(got_a, to_a, f"{what} a", mistakes=wrong_a)
        same(got_b, to_b, f"{what} b", mistakes=wrong_b)


test_rule()

# %% [markdown]
"""
## 3. The walk

Take paper. The calculation is `z = x * y + x` with x = 2 and y = 3. Python
computes the product first; call it p. The tape holds two record slips, here
laid out in the order in which they were written. On the left of each slip
stand its inputs, on the right its output.

```
       slip 1  mul                 slip 2  add
    ┌──────────┬──────────┐     ┌──────────┬──────────┐
    │  x = 2   │          │     │  p = 6   │          │
    │          │  p = 6   │     │          │  z = 8   │
    │  y = 3   │          │     │  x = 2   │          │
    └──────────┴──────────┘     └──────────┴──────────┘
```

Now we write slopes on the slips, from right to left. Beside them we keep a
list of what is known.

**Seed.** How much does z move if z moves by 1? By 1.

```
    ┌──────────┬──────────┐     ┌──────────┬──────────┐
    │  x       │          │     │  p       │          │
    │          │  p       │     │          │  z   1   │ ◀── seed
    │  y       │          │     │  x       │          │
    └──────────┴──────────┘     └──────────┴──────────┘
    slopes     z: 1
```

**Slip 2.** Its output z has slope 1, so g = 1. The rule for `add` hands g
to both inputs.

```
    ┌──────────┬──────────┐     ┌──────────┬──────────┐
    │  x       │          │     │  p   1 ◀─┼─╮        │
    │          │  p       │     │          │ add ◀─ 1 │
    │  y       │          │     │  x   1 ◀─┼─╯        │
    └──────────┴──────────┘     └──────────┴──────────┘
    slopes     p: 1     x: 1                 z is done
```

**Slip 1.** Its output p has slope 1 in the list, so g = 1. The rule for
`mul` gives x the value of y, 3, and gives y the value of x, 2. But x has an
entry already. Two ways lead from x to z, so the two slopes **add up**.

```
    ┌──────────┬──────────┐     ┌──────────┬──────────┐
    │  x   3 ◀─┼─╮        │     │  p   1   │          │
    │          │ mul ◀─ 1 │     │          │  z   1   │
    │  y   2 ◀─┼─╯        │     │  x   1   │          │
    └──────────┴──────────┘     └──────────┴──────────┘
    slopes     x: 1 + 3 = 4     y: 2         p is done
```

The judge agrees: with x = 2.01, z is 2.01 · 3 + 2.01 = 8.04, so it moved by
4 times 0.01.

### The same in four steps

1. **Seed**: the slope of the output is 1, in the output's shape.
2. **Reverse loop**: go through the records from the last to the first. One
   whose output has no slope did not lead to the result: leave it out.
3. **Look up** the rule for the record's name, and call it: g, then the
   output's array, then the arrays of the inputs, then `**record.attrs`.
4. **Add up**: enter for each input what the rule gave it, or add it to what
   is there already.

Why may you use the slope of p as soon as you reach slip 1? An output can be
an input of *later* slips only. Whoever used p stands further right and has
had its turn. So the entry for p is complete. Going left to right, it would
not be.

### What is given

Four helpers catch what can go wrong, so that your walk stays a walk. Their
code is in the next cell.

- `_trail(wanted, log)` sorts out the log. `records` are those to which a
  wanted tensor leads, in order. `needed` are the ids of all tensors that
  lie on such a way.
- `_find_rule(name)` gives the rule, or says that there is none.
- `_pairs(record, pieces, needed)` gives each needed input with its piece.
  It refuses pieces of the wrong number or shape.
- `_gathered(...)` picks the answer out of your dictionary, or explains
  where the way was cut.

The list of slopes is a dictionary. Its key is `id(tensor)`, the identity of
the object: two tensors with equal numbers are still two tensors.

### First as a puzzle

Six of these eight lines are a walk. Which two are not, and in what order do
the six stand? Settle it on paper. Indentation is left out.

```
A   slopes[id(tensor)] = slopes.get(id(tensor), 0) + piece
B   g = slopes[id(record.output)]
C   for record in records:
D   slopes = {id(output): np.ones_like(output.data)}
E   for tensor, piece in _pairs(record, pieces, needed):
F   slopes[id(tensor)] = piece
G   pieces = _find_rule(record.name)(g, record.output.data, ...)
H   for record in reversed(records):
```
"""


# %%
#| export
Trail = tuple[list[OpRecord], set[int]]


def _asked_for(output: Tensor, wrt: Iterable[Tensor]) -> list[Tensor]:
    """The wanted tensors as a list, if a gradient for them makes sense."""
    if not isinstance(output, Tensor):
        kind = type(output).__name__
        raise TypeError(f"the output is a {kind}, not a Tensor: no .item()")
    if output.size != 1:
        raise ValueError(
            f"a gradient belongs to one number, the output has shape "
            f"{output.shape}: end with .mean() or .sum()"
        )
    if isinstance(wrt, Tensor):
        raise TypeError("wrt is a list of tensors: write [x] for one")
    return list(wrt)


def _trail(wanted: set[int], log: Iterable[OpRecord]) -> Trail:
    """The records to which a wanted tensor leads, and all ids on the way."""
    needed = set(wanted)
    records = []
    for record in log:
        if any(id(tensor) in needed for tensor in record.inputs):
            needed.add(id(record.output))
            records.append(record)
    return records, needed


def _find_rule(name: str) -> Rule:
    """The rule for an operation, or a KeyError that says how to add it."""
    if name not in RULES:
        advice = f"write one under @rule({name!r})"
        raise KeyError(f"no gradient rule for {name!r}: {advice}")
    return RULES[name]


def _pairs(
    record: OpRecord,
    pieces: Sequence[Array],
    needed: set[int],
) -> Iterator[tuple[Tensor, Array]]:
    """Each needed input with its piece; refuses what no rule may return."""
    what = f"the rule for {record.name!r}"
    count = len(record.inputs)
    if not isinstance(pieces, tuple | list) or len(pieces) != count:
        advice = f"one array for each input, here {count}"
        raise ValueError(f"{what} must return a tuple: {advice}")
    for tensor, piece in zip(record.inputs, pieces, strict=True):
        if isinstance(piece, Tensor):
            raise TypeError(f"{what} returned a Tensor, not an array")
        if np.shape(piece) != tensor.shape:
            shapes = f"{np.shape(piece)} for an input {tensor.shape}"
            raise ValueError(f"{what} returned an array {shapes}")
        if id(tensor) in needed:
            yield tensor, piece


def _gathered(
    slopes: dict[int, Array],
    output: Tensor,
    wrt: list[Tensor],
    log: Sequence[OpRecord],
) -> list[Array]:
    """A fresh array for each wanted tensor, or why one has no slope."""
    missing = [tensor for tensor in wrt if id(tensor) not in slopes]
    if missing:
        raise ValueError(_where_cut(output, missing, log))
    return [np.array(slopes[id(tensor)]) for tensor in wrt]


def _where_cut(
    output: Tensor,
    missing: list[Tensor],
    log: Sequence[OpRecord],
) -> str:
    """Says why no way leads from the missing tensors to the output."""
    made = {id(record.output) for record in log}
    if id(output) not in made:
        return (
            "the log has no records that lead to the output: "
            "compute it inside `with tape() as records:`"
        )
    reached = {id(output)}
    starts = []
    for record in reversed(log):
        if id(record.output) in reached:
            for tensor in record.inputs:
                new = id(tensor) not in reached and id(tensor) not in made
                if new and tensor.size > 1:
                    starts.append(str(tensor.shape))
                reached.add(id(tensor))
    names = [f"{type(tensor).__name__} {tensor.shape}" for tensor in missing]
    return (
        f"the output does not depend on {', '.join(names[:4])}. "
        f"If it should, something built a fresh Tensor out of .data on the "
        "way. The ways now start at "
        f"{', '.join(starts[:6]) or 'plain numbers'}"
    )


# %% [markdown]
"""
**Your part.** Write the walk. Beyond the puzzle, mind three things.

- The rule gets **arrays**: `tensor.data` of each input. This is the only
  place where tensors become arrays, so `.data` occurs here and nowhere in a
  rule. Nothing ever needs `.data.data`.
- A slope that was passed on is **used up**. `slopes.pop(key)` hands it out
  and forgets it, so its memory is free again. Only tensors whose id is in
  `wanted` keep theirs, since the caller asked for them.
- The sum is a **new** array, `old + piece`. With `+=` you would change an
  array that another tensor may share: `add` gave the same g to both of its
  inputs.
"""


# %% nbgrader={"grade": false, "grade_id": "gradients", "locked": false, "schema_version": 3, "solution": true}
#| export
def gradients(
    output: Tensor,
    wrt: Iterable[Tensor],
    log: Sequence[OpRecord],
) -> list[Array]:
    """The gradient of `output` for each tensor in `wrt`, with its shape.

    output: a Tensor with one element, computed while `log` was open.
    wrt: the tensors that are asked about; results on the way are allowed.
    log: the records of the calculation, in the order in which they ran.
    Returns fresh arrays. Tensors and log stay as they are.

    Raises:
        ValueError: the output has several elements, or does not depend on
            a tensor in wrt.
        KeyError: an operation on the way has no rule; names it.
    """
    wrt = _asked_for(output, wrt)
    wanted = {id(tensor) for tensor in wrt}
    records, needed = _trail(wanted, log)
    # 1. Seed: the output's own slope is 1.
    # 2. Reverse loop: leave out a record whose output has no slope.
    # 3. Look up the rule; call it with arrays.
    # 4. Add up what each input is given.
    ### BEGIN SOLUTION
    # 1. Seed
    slopes = {id(output): np.ones_like(output.data)}
    # 2. Reverse loop
    for record in reversed(records):
        key = id(record.output)
        if key not in slopes:
            continue
        g = slopes[key] if key in wanted else slopes.pop(key)
        # 3. Look up
        arrays = [tensor.data for tensor in record.inputs]
        answer = _find_rule(record.name)
        pieces = answer(g, record.output.data, *arrays, **record.attrs)
        # 4. Add up
        for tensor, piece in _pairs(record, pieces, needed):
            key = id(tensor)
            slopes[key] = slopes[key] + piece if key in slopes else piece
    ### END SOLUTION
    return _gathered(slopes, output, wrt, log)


# %% nbgrader={"grade": true, "grade_id": "test_gradients", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_gradients():
    def number(value):
        return Tensor(np.array(value, np.float32))

    def walked(text, output, wrt, records, lost):
        """The answer of gradients; says `lost` where a tensor got none."""
        try:
            return gradients(output, wrt, records)
        except ValueError as problem:
            raise Mismatch(f"{text}: {lost}", got=str(problem)) from None
        except KeyError as problem:
            raise Mismatch(
                f"{text}: a record that leads elsewhere has no slope: skip it",
                got=f"KeyError: {problem}",
            ) from None
        except TypeError as problem:
            raise Mismatch(
                f"{text}: call a rule with g, out, the arrays, **record.attrs",
                got=f"TypeError: {problem}",
                hint="arrays: tensor.data of every input",
            ) from None

    # One record, then two in a row: 3 · 5.
    lost = "the walk never came to x; start at the last record"
    x, y, w = number(2), number(3), number(5)
    with tape() as records:
        p = x * y
    (to_x,) = walked("x * y", p, [x], records, lost)
    wrong = {
        "the seed is 1: the output follows itself one to one": 0,
        "a rule is called with g first, and then the output": 18,
    }
    same(to_x, 3, "x * y, slope to x", mistakes=wrong)
    expect(type(to_x) is np.ndarray, "gradients returns NumPy arrays")
    with tape() as records:
        z = x * y * w
    (to_x,) = walked("x * y * w", z, [x], records, lost)
    same(to_x, 15, "x * y * w, slope to x, with y = 3 and w = 5")

    # The slips on paper.
    with unchanged(x, y, what="gradients"), tape() as records:
        z = x * y + x
        to_x, to_y = walked("x * y + x", z, [x, y], records, lost)
    same(
        to_x,
        4,
        "x * y + x, slope to x",
        mistakes={
            "x is used twice, 3 + 1: add, do not overwrite": 3,
            "x is used twice, 3 + 1: the later piece was dropped": 1,
        },
    )
    same(to_y, 2, "x * y + x, slope to y")
    expect(len(records) == 2, "the log must stay as it is")
    again = gradients(z, [y, x], records)
    same(again, [2, 4], "a second walk over the same log, for [y, x]")

    # Shared slopes: `add` gives one array to two inputs.
    with tape() as records:
        z = x * w + (x + y)
    to_x, to_y = gradients(z, [x, y], records)
    same(to_x, 6, "x * w + (x + y), slope to x, with w = 5")
    same(
        to_y,
        1,
        "x * w + (x + y), slope to y",
        mistakes={"`+=` changed an array that y shares; write old + piece": 6},
    )

    # Arrays with settings; records that lead elsewhere; a tensor on the way.
    a = Tensor(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], np.float32))
    b = Tensor(np.array([[0.5, -1.0, 2.0], [3.0, 0.1, -4.0]], np.float32))
    with tape() as records:
        b * b
        h = a * b
        total = weigh(h + b)
        h * a
    weights = records[-2].attrs["weights"]
    text = "total = weigh(h + b) with h = a * b"
    lost = "h is a result on the way: keep the slopes of those in `wanted`"
    to_h, to_b, to_a = walked(text, total, [h, b, a], records, lost)
    same(to_a, weights * b.data, "weigh(a * b + b), slope to a")
    same_dtype(to_a, np.float32, "the gradient of a float32 tensor")
    same(to_h, weights, "weigh(h + b), slope to h, a result on the way")
    right = weights * (a.data + 1)
    same(to_b, right, "weigh(a * b + b), slope to b")
    to_b += 1.0
    same(gradients(total, [h], records)[0], weights, "the same walk again")
    (to_itself,) = gradients(total, [total], records)
    same(to_itself, 1, "the slope of the output to itself")

    # What a rule is given: g, the output's array, the input's array.
    seen = []

    def spy(g, out, array, by):
        seen.extend([g, out, array])
        return (g * by,)

    with patch.dict(RULES, scale=spy), tape() as records:
        scaled = run_op("scale", lambda array, by: array * by, a, by=3.0)
        gradients(weigh(scaled), [a], records)
    kinds = [type(thing).__name__ for thing in seen]
    expect(
        kinds == ["ndarray"] * 3,
        f"a rule must be given arrays, it got {', '.join(kinds)}",
        hint="tensor.data for every input, record.output.data for the output",
    )
    for thing, right, text in zip(
        seen,
        (weights, scaled.data, a.data),
        ("g", "the output's array", "the input's array"),
        strict=True,
    ):
        same(thing, right, f"a rule is given g, out, inputs; here {text}")

    # Deep and frugal: 3,000 records, and at most a few arrays at a time.
    deep = a
    with tape() as records:
        for _ in range(3000):
            deep = deep + b
        total = weigh(deep)
    try:
        (to_a,) = gradients(total, [a], records)
    except RecursionError:
        raise Mismatch(
            "3,000 records deep: a loop needs no recursion",
            hint="the reversed log is already in a good order",
        ) from None
    same(to_a, weights, "a + b + b ..., 3,000 times, slope to a")
    big = Tensor(np.ones(20_000, np.float32))
    with tape() as records:
        deep = big
        for _ in range(50):
            deep = deep * big
        total = weigh(deep)
    held = peak_bytes(lambda: gradients(total, [big], records)) / big.nbytes
    expect(
        held < 15,
        f"the walk held {held:.0f} slopes at once: pop those that are used up",
    )

    # What is refused, each with its own words.
    with tape() as records:
        several = a * b
    says = ["(2, 3)", ".mean()"]
    with refuses(ValueError, "an output of shape (2, 3)", says):
        gradients(several, [a], records)
    with tape() as records:
        cube = weigh(run_op("cube", lambda array: array**3, a))
    with refuses(TypeError, "an output that is a float", ["Tensor", "float"]):
        gradients(several.sum().item(), [a], records)
    with refuses(TypeError, "gradients(z, x, ...) without a list", ["[x]"]):
        gradients(several[0, 0], a, records)
    with refuses(KeyError, "an operation without rule", ["cube", "@rule"]):
        gradients(cube, [a], records)
    with tape() as records:
        cut = weigh(Tensor(np.ones(7)) * Tensor((number(3) * x).data))
    with refuses(ValueError, "a way that is cut", ["Tensor ()", "(7,)"]):
        gradients(cut, [x], records)
    with refuses(ValueError, "an empty log", ["no records"]):
        gradients(cut, [x], [])
    with tape() as records:
        total = weigh(a)
    with patch.dict(RULES, weigh=lambda g, out, array, weights: g):
        with refuses(ValueError, "a rule without tuple", ["weigh", "tuple"]):
            gradients(total, [a], records)
    with patch.dict(RULES, weigh=lambda g, out, array, weights: (g,)):
        with refuses(ValueError, "a rule of wrong shape", ["()", "(2, 3)"]):
            gradients(total, [a], records)

    # An operation without rule is no trouble if nothing wanted is behind it.
    with tape() as records:
        z = run_op("cube", lambda array: array**3, y) * x
    same(gradients(z, [x], records)[0], 27, "y³ * x, slope to x, with y = 3")


test_gradients()

# %% [markdown]
"""
It works. In daily use the tape is opened, the calculation runs, the tape is
closed, and the walk begins. That is always the same, so it gets a name:
"""


# %%
#| export
def value_and_gradients(
    fn: Callable[[], Tensor],
    params: Iterable[Tensor],
) -> tuple[Tensor, list[Array]]:
    """fn() and its gradient for each tensor in `params`.

    fn: takes nothing and returns a Tensor of one element.
    """
    with tape() as records:
        value = fn()
    return value, gradients(value, params, records)


# %% [markdown]
"""
Look at it once. Change the calculation to any of + and * that you like, and
predict the slopes before you run the cell.
"""

# %% tags=["experiment"]
x = Tensor(2.0)
y = Tensor(3.0)
with tape() as records:
    z = x * y + x
print(explain(records))
to_x, to_y = gradients(z, [x, y], records)
print(f"\nslope to x: {to_x}    slope to y: {to_y}")

# %% [markdown]
"""
## 4. Shapes that were stretched

So far both inputs had one shape. Now let a of shape `(4,)` meet b of shape
`(3, 4)`. Broadcasting stretches a: its row is used three times. And you
know what a tensor gets that is used several times: the slopes **add up**.

```
   forward                           backward

              ┌ 1  2  3  4           g  ┌   1    2    3    4
   1 2 3 4 ──▶│ 1  2  3  4              │  10   20   30   40
    (4,)      └ 1  2  3  4              └ 100  200  300  400
                (3, 4)                      ▼    ▼    ▼    ▼
                                     (4,)  111  222  333  444
```

So each rule must let the slope shrink to the input's own shape. Broadcasting
did two things to a shape, and both are undone by a sum:

1. An axis was **missing** in front: sum it away. Missing axes are always in
   front, because shapes are aligned at the right.
2. An axis had **size 1**: sum along it, and keep it with size 1.

```
   g (3, 4)   to (4,)      1 axis missing               sum axis 0
              to ()        2 axes missing               sum axes 0 and 1
              to (3, 1)    axis 1 has size 1            sum axis 1, keep it
              to (1, 4)    axis 0 has size 1            sum axis 0, keep it
              to (1,)      1 missing, then axis 0       both, in this order
              to (3, 4)    nothing was stretched        g as it is
```

`axis` may be a tuple, even an empty one. Then `sum` leaves all axes alone:

```python
g.sum(axis=(0, 1))                 # a plain number, shape ()
g.sum(axis=(1,), keepdims=True)    # [[10], [100], [1000]], shape (3, 1)
g.sum(axis=())                     # g
```

### Six rules

With z the output, here is what you need. The last column checks one number:
nudge it in your head.

```
   z = a - b     a: g          b: -g            b up, z down
   z = a / b     a: g / b      b: -g · z / b    6/2: b + 0.01, z - 0.015
   z = -a        a: -g
   z = a ** n    a: g · n · a ** (n-1)          3²: a + 0.01, z + 0.06
```

The slope of a / b to b is -a / b². The rule has z at hand, and a / b² is
z / b.

**Your part.** Write `unbroadcast`. Then give `add` and `mul` their final
form, and write the other four. Which of the six need `unbroadcast`? Those
with two inputs, since only they can stretch one.
"""


# %% nbgrader={"grade": false, "grade_id": "unbroadcast", "locked": false, "schema_version": 3, "solution": true}
#| export
def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:
    """Sums `grad` over all that broadcasting stretched: back to `shape`.

    `shape` is one that broadcasts to grad.shape. Nothing stretched: grad.
    """
    ### BEGIN SOLUTION
    if grad.shape == shape:
        return grad
    missing = grad.ndim - len(shape)
    grad = grad.sum(axis=tuple(range(missing)))
    ones = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return grad.sum(axis=ones, keepdims=True)
    ### END SOLUTION


@rule("add")
def add_rule(g: Array, out: Array, a: Array, b: Array) -> Arrays:
    """out = a + b, of any shapes that broadcast."""
    ### BEGIN SOLUTION
    return unbroadcast(g, a.shape), unbroadcast(g, b.shape)
    ### END SOLUTION


@rule("sub")
def sub_rule(g: Array, out: Array, a: Array, b: Array) -> Arrays:
    """out = a - b"""
    ### BEGIN SOLUTION
    return unbroadcast(g, a.shape), unbroadcast(-g, b.shape)
    ### END SOLUTION


@rule("mul")
def mul_rule(g: Array, out: Array, a: Array, b: Array) -> Arrays:
    """out = a * b, of any shapes that broadcast."""
    ### BEGIN SOLUTION
    return unbroadcast(g * b, a.shape), unbroadcast(g * a, b.shape)
    ### END SOLUTION


@rule("div")
def div_rule(g: Array, out: Array, a: Array, b: Array) -> Arrays:
    """out = a / b"""
    ### BEGIN SOLUTION
    to_b = -g * out / b
    return unbroadcast(g / b, a.shape), unbroadcast(to_b, b.shape)
    ### END SOLUTION


@rule("neg")
def neg_rule(g: Array, out: Array, a: Array) -> Arrays:
    """out = -a"""
    ### BEGIN SOLUTION
    return (-g,)
    ### END SOLUTION


@rule("power")
def power_rule(g: Array, out: Array, a: Array, exponent: float) -> Arrays:
    """out = a ** exponent, where the exponent is a plain number."""
    ### BEGIN SOLUTION
    return (g * exponent * a ** (exponent - 1),)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_unbroadcast", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_unbroadcast():
    # The picture, to every shape that broadcasts to (3, 4).
    g = np.outer([1.0, 10.0, 100.0], [1.0, 2.0, 3.0, 4.0])
    by_row, by_column = g.sum(axis=1), g.sum(axis=0)
    with unchanged(g, what="unbroadcast(g, (4,))"):
        got = unbroadcast(g, (4,))
    same(
        got,
        by_column,
        "unbroadcast of g (3, 4) to (4,)",
        mistakes={
            "the wrong axis: missing axes are in front": by_row,
            "the shape is right, but numbers are missing: add up": g[0],
            "the mean is not the sum": by_column / 3,
        },
    )
    by_row = by_row.reshape(3, 1)
    same(unbroadcast(g, (3, 1)), by_row, "unbroadcast of g (3, 4) to (3, 1)")
    same(unbroadcast(g, (3, 4)), g, "unbroadcast of g (3, 4) to (3, 4)")
    same(unbroadcast(g, ()), 1110, "unbroadcast of g (3, 4) to ()")

    # More axes; each shape against a sum that is written out.
    g = make_rng(64).standard_normal((2, 3, 4)).astype(np.float32)
    cases = {
        (1,): g.sum().reshape(1),
        (2, 3, 4): g,
        (3, 4): g.sum(axis=0),
        (4,): g.sum(axis=(0, 1)),
        (1, 4): g.sum(axis=(0, 1)).reshape(1, 4),
        (3, 1): g.sum(axis=(0, 2)).reshape(3, 1),
        (2, 1, 4): g.sum(axis=1).reshape(2, 1, 4),
        (1, 1, 1): g.sum().reshape(1, 1, 1),
        (): g.sum(),
    }
    for shape, right in cases.items():
        what = f"unbroadcast of g (2, 3, 4) to {shape}"
        got = unbroadcast(g, shape)
        same(got, right, what)
        same_dtype(got, np.float32, what)
    real = np.array([[1.0, 2.0, 3.0]])
    what = "unbroadcast of g (1, 3) to (1, 3), where the 1 is real"
    same(unbroadcast(real, (1, 3)), real, what)
    what = "unbroadcast of g (1, 3) to (1, 1)"
    same(unbroadcast(real, (1, 1)), [[6.0]], what)

    # Each rule by itself, with equal shapes and with numbers known.
    a = np.array([6.0, -4.0, 1.5], np.float32)
    b = np.array([2.0, 5.0, -0.5], np.float32)
    g = np.array([1.0, 10.0, -3.0], np.float32)
    right = {
        "add": (a + b, g, g),
        "sub": (a - b, g, -g),
        "mul": (a * b, g * b, g * a),
        "div": (a / b, g / b, -g * a / b**2),
    }
    for name, (out, to_a, to_b) in right.items():
        got_a, got_b = ask_rule(name, g, out, a, b)
        same(got_a, to_a, f"the rule for {name}, slope to a")
        same(
            got_b,
            to_b,
            f"the rule for {name}, slope to b",
            mistakes={
                "where b goes up, the result goes down: the minus": -to_b,
                "b stands below the bar: -g · out / b": -g * out / a,
                "-g · a / b is -g · out: divide by b once more": -g * out,
            },
        )
    same(ask_rule("neg", g, -a, a)[0], -g, "the rule for neg")
    (got,) = ask_rule("power", g, a**3, a, exponent=3)
    same(
        got,
        g * 3 * a**2,
        "the rule for power, exponent 3",
        mistakes={
            "the exponent goes down by one: a ** (n-1)": g * 3 * a**3,
            "the exponent is a factor too: g · n · ...": g * a**2,
        },
    )

    # Stretched shapes, on either side, judged by nudging every element.
    rng = make_rng(65)
    t, row = Tensor(rng.uniform(1, 2, (3, 4))), Tensor(rng.uniform(1, 2, 4))
    column, one = Tensor(rng.uniform(1, 2, (3, 1))), Tensor(np.array(1.5))
    expressions = [
        ("t + row", lambda: t + row, [t, row]),
        ("row + t", lambda: row + t, [row, t]),
        ("t - row", lambda: t - row, [t, row]),
        ("one - t", lambda: one - t, [one, t]),
        ("column * row", lambda: column * row, [column, row]),
        ("t * t", lambda: t * t, [t]),
        ("t / column", lambda: t / column, [t, column]),
        ("row / t", lambda: row / t, [row, t]),
        ("-t", lambda: -t, [t]),
        ("t ** -0.5", lambda: t**-0.5, [t]),
        ("2 / (t * row - 0.3)", lambda: 2 / (t * row - 0.3), [t, row]),
    ]
    for text, expression, tensors in expressions:
        for number, tensor in enumerate(tensors, 1):

            def fn(expression=expression):
                return weigh(expression())

            _, (walked,) = value_and_gradients(fn, [tensor])
            nudged = numerical_gradient(fn, tensor)
            same(walked, nudged, f"{text}: slope to tensor {number}")


test_unbroadcast()

# %% [markdown]
"""
## 5. Trust, but check

Look at the last lines of that test. They compare the walk with the judge,
element by element. Make a tool of it: `gradcheck`. From now on every rule
must pass it.

When do two slopes agree? Never exactly, since the judge rounds. The error
that is allowed must fit the size of the numbers:

```
   walked         nudged           difference    verdict
   0.5            0.50000000002    2e-11         agree
   2500000.0      2500000.00004    4e-5          agree: 11 digits are right
   0.0            0.00000000003    3e-11         agree: this is rounding
   0.5            0.6              0.1           the rule is wrong
```

So divide the difference by the size of the nudged slope. Then the second
line is 2e-11. But the third line would become 1: a difference over itself.
Hence a **floor**: divide by the size, but by 1 at least.

```
   error = |walked - nudged| / max(1, |nudged|)        agree: error <= tol
```

For arrays the larger of two numbers is `np.maximum(1.0, sizes)`.

Two traps. Compare **elements**, not sums: a rule that returns right numbers
in the wrong places has the right sum. And ask whether all errors are
`<= tol`, not whether one is `> tol`. For `nan` both are False, and `nan`
must not pass.

If it fails, say where. `_disagreement`, given below, writes that message.
It wants the number of the tensor, both arrays and the errors.
"""


# %%
#| export
def _disagreement(
    number: int,
    walked: Array,
    nudged: Array,
    errors: Array,
) -> str:
    """Names the element with the largest error, and both its slopes."""
    worst = np.unravel_index(np.argmax(errors), errors.shape)
    place = tuple(int(index) for index in worst)
    return (
        f"tensor {number}, element {place}: the walk gives "
        f"{walked[place]:.6g}, nudging gives {nudged[place]:.6g}"
    )


# %% nbgrader={"grade": false, "grade_id": "gradcheck", "locked": false, "schema_version": 3, "solution": true}
#| export
def gradcheck(
    fn: Callable[[], Tensor],
    tensors: Sequence[Tensor],
    eps: float = 1e-5,
    tol: float = 1e-6,
) -> bool:
    """True if walk and nudging agree on fn() for every element.

    fn: takes nothing, computes with `tensors`, returns one number.
    Raises:
        TypeError: a tensor is not float64; says "float64" and what came.
        ValueError: they disagree; the text of `_disagreement`.
    """
    ### BEGIN SOLUTION
    for tensor in tensors:
        if tensor.dtype != np.float64:
            raise TypeError(f"gradcheck needs float64, got {tensor.dtype}")
    _, exact = value_and_gradients(fn, tensors)
    for number, walked in enumerate(exact):
        nudged = numerical_gradient(fn, tensors[number], eps)
        errors = np.abs(walked - nudged) / np.maximum(1.0, np.abs(nudged))
        if not (errors <= tol).all():
            raise ValueError(_disagreement(number, walked, nudged, errors))
    return True
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_gradcheck", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_gradcheck():
    a = Tensor(np.array([[1.0, -2.0, 0.5], [3.0, 0.7, -0.1]]))
    b = Tensor(np.array([[0.3, 1.1, -0.4], [2.0, -1.5, 0.6]]))

    def product():
        return weigh(a * b)

    # A right rule passes, and the tensors stay as they were.
    with unchanged(a, b, what="gradcheck"):
        passed = gradcheck(product, [a, b])
    expect(passed is True, f"gradcheck of a right rule gave {passed!r}")

    # Wrong rules: numbers in the wrong places, one wrong number, nan.
    def mirrored(g, out, a, b):
        return (g * b)[::-1], (g * a)[::-1]

    what = "right numbers in the wrong places: compare elements, not sums"
    first = ["tensor 0"]
    with patch.dict(RULES, mul=mirrored), refuses(ValueError, what, first):
        gradcheck(product, [a, b])

    def one_wrong(g, out, a, b):
        to_a, to_b = g * b, g * a
        to_b[1, 2] += 0.25
        return to_a, to_b

    with patch.dict(RULES, mul=one_wrong):
        right = numerical_gradient(product, b)[1, 2]
        says = ["tensor 1", "(1, 2)", f"{right + 0.25:.6g}", f"{right:.6g}"]
        with refuses(ValueError, "a rule wrong in one element", says):
            gradcheck(product, [a, b])

    def too_small(g, out, a, b):
        return g * b - 0.25, g * a

    what = "slopes that are too small: take the size of the difference"
    with patch.dict(RULES, mul=too_small), refuses(ValueError, what, first):
        gradcheck(product, [a, b])

    def lost(g, out, a, b):
        return g * b * np.nan, g * a

    what = "a rule that gives nan: nan > tol is False, ask for <= tol"
    with patch.dict(RULES, mul=lost), refuses(ValueError, what, ["nan"]):
        gradcheck(product, [a, b])

    # The error must fit the size of the numbers.
    def agrees(text, fn, tensors, **settings):
        try:
            gradcheck(fn, tensors, **settings)
        except ValueError as problem:
            raise Mismatch(text, got=str(problem)) from None

    with np.errstate(all="ignore"):
        agrees(
            "a slope of 0 against mere rounding: divide by 1 at least",
            lambda: weigh((a + 1000.0) - a),
            [a],
        )
    agrees(
        "slopes of millions: divide the difference by their size",
        lambda: weigh(a * 1e7 * a),
        [a],
    )

    # tol and eps are the caller's.
    def slightly_wrong(g, out, a, b):
        return g * b + 3e-5, g * a

    with patch.dict(RULES, mul=slightly_wrong):
        agrees("wrong by 3e-5, tol=1e-4", product, [a, b], tol=1e-4)
        with refuses(ValueError, "wrong by 3e-5, tol=1e-6", first):
            gradcheck(product, [a, b])
    cubes = "a cube, eps=0.1: nudging itself is off by 0.01, use eps"
    with refuses(ValueError, cubes, first):
        gradcheck(lambda: weigh(a**3), [a], eps=0.1)

    # Only float64 can be judged.
    single = Tensor([1.0, 2.0])
    words = ["float64", "float32"]
    with refuses(TypeError, "gradcheck of a float32 tensor", words):
        gradcheck(lambda: weigh(single * single), [single])
    with refuses(TypeError, "the second of two tensors is float32", words):
        gradcheck(lambda: weigh(a * b) + weigh(single), [a, single])


test_gradcheck()

# %% [markdown]
"""
The tests of the other rules use your `gradcheck` through this helper, which
adds the expression to the message.
"""


# %%
def judge(text, fn, *tensors):
    """gradcheck of weigh(fn()); a failure names the expression."""
    try:
        gradcheck(lambda: weigh(fn()), tensors)
    except ValueError as problem:
        raise Mismatch(f"{text}: {problem}") from None


def spread(rng, *shape):
    """Random float64 numbers of both signs, none closer to 0 than 0.1."""
    sizes = rng.uniform(0.1, 1, shape)
    return Tensor(sizes * rng.choice([-1.0, 1.0], shape))


# %% [markdown]
"""
## 6. Matrix product

In `out = a @ b` the element a[i, k] meets row k of b. All of these products
land in row i of the output.

```
                           b (3, 4)
                        ┌─────────────┐
                        │             │
          a (2, 3)      │ k ■ ■ ■ ■   │     a[i, k] meets row k of b ...
         ┌────────┐     │             │
         │        │     └─────────────┘
         │ i  ■   │
         │    k   │        out (2, 4)
         └────────┘     ┌─────────────┐
                        │             │     ... and moves row i of out
                        │ i ■ ■ ■ ■   │
                        └─────────────┘
```

If a[i, k] moves by 1, then out[i, j] moves by b[k, j]. Four outputs move,
so the four slopes add up:

```
   slope to a[i, k]  =  g[i, 0] · b[k, 0] + g[i, 1] · b[k, 1] + ...
                     =  row i of g, times row k of b, summed
```

That is a matrix product again, with b turned over. For b it is the same
thought with columns. If you forget, let the shapes tell you. There is only
one way in which they fit:

```
   a (2, 3)      b (3, 4)      out (2, 4)      g (2, 4)

   slope to a (2, 3)  =  g (2, 4)  @  b turned (4, 3)
   slope to b (3, 4)  =  a turned (3, 2)  @  g (2, 4)
```

In numbers, with one row in a and one column in b:

```
   a = [[2, 3]]    b = [[5], [7]]    g = [[10]]

   slope to a = [[10]] @ [[5, 7]]       =  [[50, 70]]
   slope to b = [[2], [3]] @ [[10]]     =  [[20], [30]]
```

Axes before the last two are a stack of matrices. Turn over the **last two**
axes only: `b.swapaxes(-1, -2)`. NumPy's `.T` would reverse them all. And
stacks broadcast: `(5, 2, 3) @ (3, 4)` uses one b five times. You have a
function for that.
"""


# %% nbgrader={"grade": false, "grade_id": "matmul_rule", "locked": false, "schema_version": 3, "solution": true}
#| export
@rule("matmul")
def matmul_rule(g: Array, out: Array, a: Array, b: Array) -> Arrays:
    """out = a @ b; both have 2 axes or more, stacks may broadcast."""
    ### BEGIN SOLUTION
    to_a = g @ b.swapaxes(-1, -2)
    to_b = a.swapaxes(-1, -2) @ g
    return unbroadcast(to_a, a.shape), unbroadcast(to_b, b.shape)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_matmul_rule", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_matmul_rule():
    def ask(what, g, a, b):
        """The rule's answer, where NumPy's complaint gets a context."""
        try:
            return ask_rule("matmul", g, a @ b, a, b)
        except ValueError as problem:
            raise Mismatch(
                f"{what}: the shapes in the rule do not fit",
                got=f"ValueError: {problem}",
                hint="g @ b turned, a turned @ g; then unbroadcast both",
            ) from None

    # Square matrices: every order of factors runs, one is right.
    rng = make_rng(66)
    a, b, g = rng.standard_normal((3, 3, 3)).astype(np.float32)
    to_a, to_b = ask("(3, 3) @ (3, 3)", g, a, b)
    wrong_a = {
        "b must be turned over": g @ b,
        "the factors are swapped: g comes first": b.T @ g,
        "that is elementwise: use @": g * b.T,
        "the answers for a and b are swapped": a.T @ g,
    }
    wrong_b = {
        "a must be turned over": a @ g,
        "the factors are swapped: g comes last": g @ a.T,
        "that is elementwise: use @": a.T * g,
    }
    same(to_a, g @ b.T, "(3, 3) @ (3, 3), slope to a", mistakes=wrong_a)
    same(to_b, a.T @ g, "(3, 3) @ (3, 3), slope to b", mistakes=wrong_b)

    # The numbers in the text.
    a, b, g = (np.array(n, np.float32) for n in ([[2, 3]], [[5], [7]], [[10]]))
    to_a, to_b = ask("(1, 2) @ (2, 1)", g, a, b)
    what = "a = [[2, 3]], b = [[5], [7]], g = [[10]]: slope to"
    same(to_a, [[50, 70]], f"{what} a")
    same(to_b, [[20], [30]], f"{what} b")

    # Stacks: turn over the last two axes, sum what was stretched.
    a, b = rng.standard_normal((5, 2, 3)), rng.standard_normal((5, 3, 4))
    g = rng.standard_normal((5, 2, 4))
    to_a, to_b = ask("(5, 2, 3) @ (5, 3, 4): .T turns all axes", g, a, b)
    same(to_a, g @ b.transpose(0, 2, 1), "(5, 2, 3) @ (5, 3, 4), slope to a")
    same(to_b, a.transpose(0, 2, 1) @ g, "(5, 2, 3) @ (5, 3, 4), slope to b")
    for left, right in (
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (1, 6, 3, 4)),
    ):
        a, b = spread(rng, *left), spread(rng, *right)
        judge(f"{left} @ {right}", lambda a=a, b=b: a @ b, a, b)
    a = spread(rng, 3, 3)
    judge("a @ a, one tensor on both sides", lambda: a @ a, a)


test_matmul_rule()

# %% [markdown]
"""
## 7. Many into few: sum and max

`sum` sends many numbers into one. Each of them moves the sum by its own
move. So each gets the slope of its sum: **g is spread out again**.

```
   a (2, 3)       sum(axis=1)        g (2,)         slope to a
   [[1 5 2]         [ 8               [10           [[10 10 10]
    [4 3 6]]         13]               20]           [20 20 20]]
```

There is one obstacle. g has lost the axis: `(2,)` does not broadcast to
`(2, 3)`. First the axis must be put back, with size 1: `(2, 1)`. That is
what `np.expand_dims(g, axis)` does; `axis` may be a tuple. With
`keepdims=True` the axis is there already. With `axis=None` g is one number,
which fits everything. Write this as a helper, `_put_back`, because `max`
needs it too.

`np.broadcast_to(array, shape)` then spreads it out without copying.

**max** sends the largest number on. Only the winner moves the result:

```
   a (2, 3)       max(axis=1)        g (2,)         slope to a
   [[1 5 2]         [5                [10           [[ 0 10  0]
    [4 6 6]]         6]                20]           [ 0 10 10]]
```

In the second row two elements **tie**. Nudge both up together, and the
result follows: together they have slope 20. We let them share it, 10 each.

```
   winners   a == the maximum of its row         [[0 1 0]   [0 1 1]]
   share     winners / how many in the row       [[0 1 0]   [0 ½ ½]]
   slope     g of the row · share
```

The division of whole numbers gives float64. A float32 tensor wants its
slopes in float32, so end with `.astype(a.dtype)`.
"""

# %%
#| export
Axis = int | tuple[int, ...] | None


# %% nbgrader={"grade": false, "grade_id": "reduce_rules", "locked": false, "schema_version": 3, "solution": true}
#| export
def _put_back(value: Array, axis: Axis, keepdims: bool) -> Array:
    """`value`, a sum or maximum, with its lost axes back as size 1.

    With keepdims none was lost. With axis None `value` is a single number,
    which fits any shape as it is.
    """
    ### BEGIN SOLUTION
    if keepdims or axis is None:
        return value
    return np.expand_dims(value, axis)
    ### END SOLUTION


@rule("sum")
def sum_rule(
    g: Array,
    out: Array,
    a: Array,
    axis: Axis,
    keepdims: bool,
) -> Arrays:
    """out = a.sum(axis, keepdims): every element gets g of its sum."""
    ### BEGIN SOLUTION
    return (np.broadcast_to(_put_back(g, axis, keepdims), a.shape),)
    ### END SOLUTION


@rule("max")
def max_rule(
    g: Array,
    out: Array,
    a: Array,
    axis: Axis,
    keepdims: bool,
) -> Arrays:
    """out = a.max(axis, keepdims): the winners share g, ties equally."""
    ### BEGIN SOLUTION
    winners = a == _put_back(out, axis, keepdims)
    share = winners / winners.sum(axis=axis, keepdims=True)
    return ((_put_back(g, axis, keepdims) * share).astype(a.dtype),)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_reduce_rules", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_reduce_rules():
    # Putting lost axes back.
    value = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    for axis, shape in {0: (1, 2, 3), 1: (2, 1, 3), -1: (2, 3, 1)}.items():
        what = f"_put_back(value (2, 3), axis={axis}, keepdims=False)"
        got = _put_back(value, axis, False)
        same(got, value.reshape(shape), what)
    kept = value.reshape(2, 1, 3)
    what = "_put_back(value (2, 1, 3), 1, keepdims=True): nothing was lost"
    same(_put_back(kept, 1, True), kept, what)
    same(_put_back(np.array(7.0), None, False), 7, "_put_back, axis=None")

    # The pictures.
    a = np.array([[1, 5, 2], [4, 6, 6]], np.float32)
    g = np.array([10, 20], np.float32)
    settings = {"axis": 1, "keepdims": False}
    try:
        (got,) = ask_rule("sum", g, a.sum(axis=1), a, **settings)
    except ValueError as problem:
        raise Mismatch(
            "sum(axis=1): put the lost axis back, g (2,) does not fit (2, 3)",
            got=f"ValueError: {problem}",
            hint="_put_back, the helper above",
        ) from None
    same(
        got,
        [[10, 10, 10], [20, 20, 20]],
        "sum(axis=1) of a (2, 3), g (2,)",
        mistakes={"g stays (2,): put the axis back, spread it to a": g},
    )
    (got,) = ask_rule("max", g, a.max(axis=1), a, **settings)
    rows = g.reshape(2, 1)
    fully = (a == [[5], [6]]) * rows
    first = [[0, 10, 0], [0, 20, 0]]
    same(
        got,
        [[0, 10, 0], [0, 10, 10]],
        "max(axis=1) of a (2, 3), g (2,)",
        mistakes={
            "the tie counts fully for both: share g": fully,
            "count the ties per row, not all together": fully / 3,
            "only the first winner is paid: a tie shares": first,
            "the losers are paid too": rows * np.ones((2, 3)),
        },
    )
    thirds = np.ones((2, 3), np.float32)
    (got,) = ask_rule("max", g, thirds.max(axis=1), thirds, **settings)
    same(got, rows / 3 * thirds, "max(axis=1) of rows of three equal ones")
    settings = {"axis": None, "keepdims": False}
    (got,) = ask_rule("max", np.float32(12), a.max(), a, **settings)
    same(got, [[0, 0, 0], [0, 6, 6]], "max() of a (2, 3) with a tie, g = 12")
    (got,) = ask_rule("sum", np.float32(12), a.sum(), a, **settings)
    same(got, np.full((2, 3), 12), "sum() of a (2, 3), g = 12")

    # Every axis, with and without keepdims, away from ties.
    t = spread(make_rng(67), 2, 3, 4)
    for axis in (None, 0, 1, 2, -1, -2, (0, 2), (1, -1)):
        for keepdims in (False, True):
            how = {"axis": axis, "keepdims": keepdims}
            text = f"axis={axis}, keepdims={keepdims}"
            judge(f"sum({text})", lambda how=how: t.sum(**how), t)
            judge(f"max({text})", lambda how=how: t.max(**how), t)
    judge("t.mean(axis=1), a sum and a mul", lambda: t.mean(axis=1), t)
    judge(
        "t - t.max(axis=2, keepdims=True)",
        lambda: t - t.max(axis=2, keepdims=True),
        t,
    )


test_reduce_rules()

# %% [markdown]
"""
## 8. The same numbers elsewhere

Five operations move numbers and leave their values alone. Their rules move
the slopes back to where the numbers came from. No arithmetic, only
directions.

**reshape.** The order stays, so give g the old shape.

**pad.** The frame is constant, and nothing in a moves it: cut it off. An
axis with n elements and `lo` in front keeps `slice(lo, lo + n)`.

```
   a (2,)     pad ((1, 2),)       g (5,)                slope to a
   [5 6]      [0 5 6 0 0]         [.1 .2 .3 .4 .5]      [.2 .3]
```

**concat.** Cut g at the joints. `np.split(g, [2, 5], axis=axis)` cuts
before 2 and before 5. The joints are the running sums of the sizes, without
the last: sizes 2, 3, 4 give 2 and 5. `np.cumsum([2, 3, 4])` is
`[2, 5, 9]`.

**transpose.** Send every axis back to where it was. `axes` says which old
axis stands at each new place. Applying the same order once more is wrong:

```
   a (2, 3, 4)    axes (2, 0, 1)         out and g (4, 2, 3)

   g's axis          0         1         2
   goes back to      2         0         1      = axes: (2, 3, 4) again
   same order again: g.transpose(2, 0, 1)       gives   (3, 4, 2)
```

`np.moveaxis(g, (0, 1, 2), axes)` does what the middle line says; a `range`
serves for the first tuple. With `axes=None` all axes were reversed, and
`g.transpose()` reverses them once more.

**getitem.** Begin with zeros in the shape of a, and lay g down where it was
picked up. One element may have been picked several times. Then its slopes
**add up**:

```
   a (3,)      a[[2, 0, 2]]      g (3,)         slope to a
   [5 6 7]     [7 5 7]           [1 10 100]     [10 0 101]
```

`full[index] = g` would leave 100 at the end: the second entry overwrites
the first. `np.add.at(full, index, g)` adds every one. It is slower, though,
and slices never pick an element twice. The given `_picks_once(index)` tells
which case it is. Where it is True, `full[index] = g` is enough.
"""


# %%
#| export
def _picks_once(index: Any) -> bool:
    """Whether an index of numbers, slices, ... and None only: no array."""
    parts = index if isinstance(index, tuple) else (index,)
    plain = (int, slice, type(Ellipsis), type(None))
    return all(isinstance(part, plain) for part in parts)


# %% nbgrader={"grade": false, "grade_id": "shape_rules", "locked": false, "schema_version": 3, "solution": true}
#| export
@rule("reshape")
def reshape_rule(g: Array, out: Array, a: Array, shape: tuple) -> Arrays:
    """out = a.reshape(shape)"""
    ### BEGIN SOLUTION
    return (g.reshape(a.shape),)
    ### END SOLUTION


@rule("pad")
def pad_rule(g: Array, out: Array, a: Array, widths, value) -> Arrays:
    """out = a inside a frame; widths: (before, after) for each axis."""
    ### BEGIN SOLUTION
    pairs = zip(widths, a.shape, strict=True)
    return (g[tuple(slice(lo, lo + size) for (lo, _), size in pairs)],)
    ### END SOLUTION


@rule("concat")
def concat_rule(g: Array, out: Array, *arrays: Array, axis: int) -> Arrays:
    """out = the arrays one after the other along `axis`."""
    ### BEGIN SOLUTION
    joints = np.cumsum([array.shape[axis] for array in arrays])[:-1]
    return tuple(np.split(g, joints, axis=axis))
    ### END SOLUTION


@rule("transpose")
def transpose_rule(g: Array, out: Array, a: Array, axes) -> Arrays:
    """out = a.transpose(axes); None reverses all axes."""
    ### BEGIN SOLUTION
    if axes is None:
        return (g.transpose(),)
    return (np.moveaxis(g, range(g.ndim), axes),)
    ### END SOLUTION


@rule("getitem")
def getitem_rule(g: Array, out: Array, a: Array, index) -> Arrays:
    """out = a[index]; the same element may be picked several times."""
    ### BEGIN SOLUTION
    full = np.zeros_like(a)
    if _picks_once(index):
        full[index] = g
    else:
        np.add.at(full, index, g)
    return (full,)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_shape_rules", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_shape_rules():
    rng = make_rng(68)

    def floats(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    # reshape and pad: the picture, then two axes with unequal frames.
    a, g = floats(2, 3), floats(3, 2)
    (got,) = ask_rule("reshape", g, a.reshape(3, 2), a, shape=(3, 2))
    wrong = {"that is the transpose: keep the order": g.T}
    same(got, g.reshape(2, 3), "reshape (2, 3) to (3, 2)", mistakes=wrong)
    a, g = np.array([5, 6], np.float32), np.array([1, 2, 3, 4, 5], np.float32)
    padded = np.array([0, 5, 6, 0, 0], np.float32)
    (got,) = ask_rule("pad", g, padded, a, widths=((1, 2),), value=0.0)
    wrong = {
        "a starts after the frame: begin at the first width": [1, 2],
        "the slice begins at the first width, not the second": [3, 4],
    }
    same(got, [2, 3], "pad ((1, 2),) of a (2,), g = 1 2 3 4 5", mistakes=wrong)

    # concat: cut at the joints.
    pieces = [floats(2, 2), floats(2, 3), floats(2, 4)]
    g = floats(2, 9)
    out = np.concatenate(pieces, axis=1)
    answer = ask_rule("concat", g, out, *pieces, axis=1)
    for number, right in enumerate((g[:, :2], g[:, 2:5], g[:, 5:])):
        same(
            answer[number],
            right,
            f"concat of sizes 2, 3, 4 along axis 1, slope to piece {number}",
            hint="the joints are 2 and 5: running sums, without the last",
        )

    # transpose: the inverse order, not the same once more.
    a, g = floats(2, 3, 4), floats(4, 2, 3)
    (got,) = ask_rule("transpose", g, a.transpose(2, 0, 1), a, axes=(2, 0, 1))
    same(
        got,
        g.transpose(1, 2, 0),
        "transpose (2, 0, 1) of a (2, 3, 4)",
        mistakes={
            "the same order again; send each axis back": g.transpose(2, 0, 1),
            "reversed: right for axes=None only": g.transpose(),
        },
    )
    g = floats(4, 3, 2)
    (got,) = ask_rule("transpose", g, a.transpose(), a, axes=None)
    same(got, g.transpose(), "transpose of a (2, 3, 4), axes=None")

    # getitem: the picture, and slices.
    a, g = np.array([5, 6, 7], np.float32), np.array([1, 10, 100], np.float32)
    index = np.array([2, 0, 2])
    (got,) = ask_rule("getitem", g, a[index], a, index=index)
    wrong = {"a[2] is picked twice, 1 + 100: np.add.at": [10, 0, 100]}
    same(got, [10, 0, 101], "a[[2, 0, 2]], g = 1 10 100", mistakes=wrong)
    (got,) = ask_rule("getitem", g[:2], a[1:], a, index=slice(1, None))
    same(got, [0, 1, 10], "a[1:], g = 1 10")

    # All of them, judged element by element.
    t, a, b = spread(rng, 2, 3, 4), spread(rng, 3, 4), spread(rng, 3, 2)
    rows = np.array([1, 1, 0, 1])
    pair = (np.array([0, 2, 2]), np.array([3, 1, 1]))
    odd = np.array([True, False, True])
    expressions = [
        ("t.reshape(6, 4)", lambda: t.reshape(6, 4), t),
        ("t.reshape(-1)", lambda: t.reshape(-1), t),
        ("t.transpose(1, 2, 0)", lambda: t.transpose(1, 2, 0), t),
        ("t.transpose(0, -1, 1)", lambda: t.transpose(0, -1, 1), t),
        ("a.T", lambda: a.T, a),
        ("t.pad(...)", lambda: t.pad(((1, 2), (0, 1), (2, 0)), 7.0), t),
        ("concat([a, b, a], axis=1)", lambda: concat([a, b, a], axis=1), a, b),
        ("concat([a, a], axis=-2)", lambda: concat([a, a], axis=-2), a),
        ("stack([a, a * a], axis=1)", lambda: stack([a, a * a], axis=1), a),
        ("t[1]", lambda: t[1], t),
        ("t[:, 1:, ::2]", lambda: t[:, 1:, ::2], t),
        ("t[..., None, 0]", lambda: t[..., None, 0], t),
        ("t[rows], rows = 1 1 0 1", lambda: t[rows], t),
        ("t[[0, 0]]", lambda: t[[0, 0]], t),
        ("a[pairs of places]", lambda: a[pair], a),
        ("t[:, picks, picks]", lambda: t[:, pair[0], pair[1]], t),
        ("a[a mask]", lambda: a[odd], a),
        ("a[Tensor]", lambda: a[Tensor([2, 0, 2])], a),
    ]
    for text, expression, *tensors in expressions:
        judge(text, expression, *tensors)


test_shape_rules()

# %% [markdown]
"""
## 9. The last four, and a network of your own

Four primitives of 03 are left. School mathematics knows three of them:

```
   z = exp(a)         slope z            e to the x is its own slope
   z = log(a)         slope 1 / a
   z = tanh(a)        slope 1 - z²       1 at 0, and flat far out
   z = maximum(a, b)  1 to the larger, 0 to the smaller
```

Two of these are given by the **output**, and `out` is at hand: no second
`exp`, no second `tanh`. In numbers: tanh(0.5) = 0.4621, so the slope there
is 1 - 0.2135 = 0.7864.

`maximum` has two inputs of any shapes that broadcast. Where a and b are
equal, there is a kink and no single slope. A convention is needed, and ours
is: **a tie pays b**. Since `relu(x)` is `maximum(x, 0)`, its slope at
exactly 0 is then 0.

```
                a        b        g      to a    to b
                5        1       10       10       0       a > b
                1        5       10        0      10       a <= b
                3        3       10        0      10       a <= b
```

A comparison such as `a > b` gives True and False. Times a number, they
count as 1 and 0.

**Your part.** Four rules, one line each. Then all 18 primitives of your
library have one, and the test does what this module is for. It takes
networks that you built in 03, 04 and 05 and asks for their gradients. It
also looks at the files of those modules, byte for byte: not one of them
had to change.
"""


# %%
def fingerprints():
    """Name of each library file that is used here: a hash of its bytes."""
    things = (make_rng, Tensor, relu, Linear, cross_entropy)
    files = [Path(inspect.getfile(thing)) for thing in things]
    return {file.name: sha256(file.read_bytes()).digest() for file in files}


def in_float64(net):
    """The network with its parameters in float64, for the judge."""
    for parameter in net.parameters():
        parameter.data = parameter.data.astype(np.float64)
    return net


# %% nbgrader={"grade": false, "grade_id": "curve_rules", "locked": false, "schema_version": 3, "solution": true}
#| export
@rule("exp")
def exp_rule(g: Array, out: Array, a: Array) -> Arrays:
    """out = exp(a)"""
    ### BEGIN SOLUTION
    return (g * out,)
    ### END SOLUTION


@rule("log")
def log_rule(g: Array, out: Array, a: Array) -> Arrays:
    """out = log(a), the natural logarithm"""
    ### BEGIN SOLUTION
    return (g / a,)
    ### END SOLUTION


@rule("tanh")
def tanh_rule(g: Array, out: Array, a: Array) -> Arrays:
    """out = tanh(a)"""
    ### BEGIN SOLUTION
    return (g * (1 - out * out),)
    ### END SOLUTION


@rule("maximum")
def maximum_rule(g: Array, out: Array, a: Array, b: Array) -> Arrays:
    """out = the larger of a and b, which may broadcast; a tie pays b."""
    ### BEGIN SOLUTION
    to_a, to_b = g * (a > b), g * (a <= b)
    return unbroadcast(to_a, a.shape), unbroadcast(to_b, b.shape)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_curve_rules", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_curve_rules():
    # Each curve by itself.
    a = np.array([0.5, 2.0, 0.1], np.float32)
    g = np.array([1.0, 10.0, -3.0], np.float32)
    (got,) = ask_rule("exp", g, np.exp(a), a)
    wrong = {"that is the input; the slope is the output": g * a}
    same(got, g * np.exp(a), "the rule for exp", mistakes=wrong)
    (got,) = ask_rule("log", g, np.log(a), a)
    wrong = {"1 / out is not it: the slope is 1 / a": g / np.log(a)}
    same(got, g / a, "the rule for log", mistakes=wrong)
    out = np.tanh(a)
    (got,) = ask_rule("tanh", g, out, a)
    wrong = {
        "1 - a² took the input: the slope is 1 - out²": g * (1 - a * a),
        "square the output: 1 - out * out": g * (1 - out),
    }
    same(got, g * (1 - out**2), "the rule for tanh", mistakes=wrong)

    # maximum: the table, then a kink in relu.
    a, b = np.array([5, 1, 3], np.float32), np.array([1, 5, 3], np.float32)
    g = np.array([10, 20, 30], np.float32)
    to_a, to_b = ask_rule("maximum", g, np.maximum(a, b), a, b)
    wrong_a = {
        "a tie pays b, not a: relu at 0 has slope 0": [10, 0, 30],
        "the larger one is paid, not the smaller": [0, 20, 0],
    }
    wrong_b = {"nobody got the tie: b is paid where a <= b": [0, 20, 0]}
    same(to_a, [10, 0, 0], "maximum, slope to a", mistakes=wrong_a)
    same(to_b, [0, 20, 30], "maximum, slope to b", mistakes=wrong_b)
    kink = Tensor([-1.0, 0.0, 2.0])
    _, (slope,) = value_and_gradients(lambda: relu(kink).sum(), [kink])
    same(slope, [0, 0, 1], "relu at -1, 0 and 2")
    same_dtype(slope, np.float32, "the gradient of a float32 tensor")

    # Judged, with stretched shapes and inside the functions of 03.
    rng = make_rng(69)
    t, row, column = spread(rng, 3, 4), spread(rng, 4), spread(rng, 3, 1)
    positive = Tensor(rng.uniform(0.5, 2, (3, 4)))
    judge("exp(t)", lambda: exp(t), t)
    judge("log(t)", lambda: log(positive), positive)
    judge("tanh(t)", lambda: tanh(t), t)
    judge("maximum(t, row)", lambda: maximum(t, row), t, row)
    judge("maximum(column, t)", lambda: maximum(column, t), column, t)
    for fn in (relu, leaky_relu, sigmoid, gelu, softmax, log_softmax):
        judge(f"{fn.__name__}(t)", lambda fn=fn: fn(t), t)
    judge("softmax(t, axis=0)", lambda: softmax(t, axis=0), t)

    # All 18 primitives have a rule.
    primitives = (
        "add sub mul div neg power matmul sum max reshape transpose "
        "getitem concat pad exp log tanh maximum"
    )
    missing = set(primitives.split()) - set(RULES)
    expect(not missing, f"still without a rule: {', '.join(sorted(missing))}")

    # Networks of 03 to 05, and not a byte of those files has changed.
    before = fingerprints()
    x = Tensor(rng.standard_normal((5, 2, 3)))
    labels = np.array([0, 2, 1, 0, 2])
    layers = (Flatten(), Linear(6, 4, rng=rng), tanh, Linear(4, 3, rng=rng))
    net = in_float64(Sequential(*layers))
    tensors = [x, *net.parameters()]
    target = Tensor(np.eye(5, 3))
    losses = [
        ("cross_entropy", lambda: cross_entropy(net(x), labels)),
        ("mse_loss", lambda: mse_loss(net(x), target)),
        ("bce_with_logits", lambda: bce_with_logits(net(x), target)),
    ]
    for name, loss in losses:
        try:
            gradcheck(loss, tensors)
        except ValueError as problem:
            raise Mismatch(f"{name} of your network: {problem}") from None

    small = Sequential(Linear(6, 4, rng=rng), relu, Linear(4, 3, rng=rng))
    inputs = Tensor(rng.standard_normal((5, 6)).astype(np.float32))
    params = small.parameters()

    def loss():
        return cross_entropy(small(inputs), labels)

    value, slopes = value_and_gradients(loss, params)
    shapes = [slope.shape for slope in slopes]
    expect(shapes == [(6, 4), (4,), (4, 3), (3,)], f"the shapes are {shapes}")
    for slope in slopes:
        same_dtype(slope, np.float32, "the gradient of a float32 network")
    for parameter, slope in zip(params, slopes, strict=True):
        parameter.data -= 0.1 * slope
    lower = loss().item()
    expect(
        lower < value.item(),
        f"a step against the slopes: from {value.item():.4f} to {lower:.4f}",
    )

    expect(fingerprints() == before, "a library file of 01 to 05 has changed")
    methods = [m for m in vars(Tensor).values() if inspect.isfunction(m)]
    homes = {method.__module__ for method in methods}
    expect(homes == {"tinytorch.tensor"}, f"Tensor has methods from {homes}")
    held = list(vars(params[0]))
    expect(held == ["data"], f"a parameter must hold data alone, not {held}")


test_curve_rules()

# %% [markdown]
"""
Your networks of 03 to 05 never heard of gradients, and now they have them.
The reason is the door of 02. Everything that they compute goes through it,
and so everything is on the tape.
"""

# %% [markdown]
"""
## Systems analysis

Three questions: what do all slopes cost in time, what do they cost in
memory, and what does the walk take on trust?

### All slopes, in two ways

This network for digits has 64 inputs, 32 units and 10 outputs, so 2,410
weights. Both judge and walk find all their slopes. A counter in the loss
tells how many forward passes that takes.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** Nudging needs 4,820 forward passes for the 2,410 slopes.
The walk needs one forward pass and the way back. How many times faster is
it? Write a number down: 20, 200, 1,000 or 4,820?
"""

# %% tags=["experiment"]
rng = make_rng(6)
layers = (Linear(64, 32, rng=rng), relu, Linear(32, 10, rng=rng))
digits_net = in_float64(Sequential(*layers))
weights = digits_net.parameters()
pictures = Tensor(rng.standard_normal((128, 64)))
answers = rng.integers(0, 10, 128)
passes = []


def digits_loss():
    """The loss of 128 pictures; notes each forward pass."""
    passes.append("pass")
    return cross_entropy(digits_net(pictures), answers)


def nudge_all():
    """The judge's slopes for every weight."""
    return [numerical_gradient(digits_loss, weight) for weight in weights]


def walk_all():
    """The same slopes from one walk."""
    return value_and_gradients(digits_loss, weights)[1]


def passes_and_seconds(work, repeats):
    """Forward passes of one run, and its time in seconds."""
    passes.clear()
    work()
    count = len(passes)
    return count, stopwatch(work, repeats=repeats, warmup=0)


slope_count = sum(weight.size for weight in weights)
by_nudging = passes_and_seconds(nudge_all, repeats=1)
by_walking = passes_and_seconds(walk_all, repeats=15)
slope_rows = [
    ("nudging", slope_count, by_nudging[0], 1000 * by_nudging[1]),
    ("one walk", slope_count, by_walking[0], 1000 * by_walking[1]),
]
table(slope_rows, ["way", "slopes", "forward passes", "ms"])
print(f"\nnudging takes {by_nudging[1] / by_walking[1]:,.0f} times as long")

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured:

```
   way        slopes   forward passes        ms
   nudging     2,410            4,820       390
   one walk    2,410                1      0.29
```

Nudging took 1,350 times as long. Why not 4,820 times? One forward pass took
0.08 ms, so forward and walk together cost as much as 3.6 passes.

**The law.** Nudging costs two passes *for each weight*. The walk costs a
few passes, *however many weights there are*. Let a network have twice the
weights, and each pass takes about twice as long. Then the walk takes twice
as long, and nudging four times.

That answers the question of 05: all slopes together cost less than the
nudging of two weights. A million weights do not take an hour any more.

### Deeper networks

Now let the networks grow. Those below are stacks of `Linear(128, 128)` and
`relu`, with 256 examples. For each depth the table shows the time of the
forward pass alone, and of forward and walk together. It also shows what the
open tape keeps: the outputs of all records.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** Each matrix product forward makes two products on the way
back: one for its left input, one for its right. So how many times as long
as the forward pass do forward and walk take together?

And the memory that the tape keeps: does it grow with the depth, with the
number of examples, or with the number of weights?
"""


# %% tags=["experiment"]
def stack_of_layers(depth, examples):
    """A loss function, its parameters, and the bytes that a tape keeps."""
    rng = make_rng(7)
    steps = []
    for _ in range(depth):
        steps += [Linear(128, 128, rng=rng), relu]
    net = Sequential(*steps)
    x = Tensor(rng.standard_normal((examples, 128)).astype(np.float32))

    def loss():
        return net(x).mean()

    with tape(keep=lambda record: record.output.nbytes) as sizes:
        loss()
    return loss, net.parameters(), sum(sizes)


def cost_of_depth(depth, examples=256):
    """Depth, examples, ms forward and both, ratio, bytes kept, weights."""
    loss, params, kept = stack_of_layers(depth, examples)

    def both_ways():
        value_and_gradients(loss, params)

    forward = 1000 * stopwatch(loss, repeats=9)
    both = 1000 * stopwatch(both_ways, repeats=9)
    weights = sum(parameter.nbytes for parameter in params)
    return depth, examples, forward, both, both / forward, kept, weights


def shown(rows):
    """The rows written for people."""
    lines = []
    for depth, examples, forward, both, ratio, *sizes in rows:
        times = f"{forward:.2f}", f"{both:.2f}", f"{ratio:.1f}x"
        lines.append((depth, examples, *times, *map(human_bytes, sizes)))
    return lines


# A large array, made and dropped: from now on, memory that is free again is
# kept for the next run instead of going back to the system.
np.empty(30_000_000, dtype=np.uint8)

heads = ["depth", "examples", "forward ms", "both ms", "ratio"]
heads += ["kept", "weights"]
depth_rows = [cost_of_depth(depth) for depth in (2, 4, 8, 16)]
table(shown(depth_rows), heads)
print()
curve(
    {
        "forward": [(row[0], row[2]) for row in depth_rows],
        "forward and walk": [(row[0], row[3]) for row in depth_rows],
    },
    x="depth",
    y="milliseconds",
)
print()
curve(
    {
        "kept by the tape": [(row[0], row[5] / 2**20) for row in depth_rows],
        "weights": [(row[0], row[6] / 2**20) for row in depth_rows],
    },
    x="depth",
    y="MiB",
)
print()
batch_rows = [cost_of_depth(8, examples) for examples in (32, 64, 128, 256)]
table(shown(batch_rows), heads)

# %% [markdown]
"""
### What to see

On the same machine we measured:

```
   depth   examples   forward      both   ratio        kept     weights
       2        256   0.24 ms   0.77 ms    3.2x     768 KiB     129 KiB
       4        256   0.47 ms   1.53 ms    3.3x     1.5 MiB     258 KiB
       8        256   0.93 ms   3.05 ms    3.3x     3.0 MiB     516 KiB
      16        256   1.87 ms   6.45 ms    3.4x     6.0 MiB     1.0 MiB

       8         32   0.18 ms   0.74 ms    4.1x     384 KiB     516 KiB
       8         64   0.31 ms   1.11 ms    3.6x     768 KiB     516 KiB
       8        128   0.52 ms   1.75 ms    3.4x     1.5 MiB     516 KiB
       8        256   0.93 ms   3.07 ms    3.3x     3.0 MiB     516 KiB
```

**The law of time.** Both lines are straight: twice the depth, twice the
time. One product forward and two on the way back make 3. The rest is
`maximum`, sums and bookkeeping. With few examples the products are small,
the bookkeeping is not, and the ratio rises to 4.

**The law of memory.** Each layer leaves three outputs: product, sum and
maximum. So the tape keeps

```
   3 × depth × examples × 128 × 4 bytes        16 layers, 256 rows: 6 MiB
```

It grows with the depth and with the examples. It does not ask how many
weights there are: in the lower half they stay at 516 KiB, while the kept
memory grows from 384 KiB to 3 MiB. When a network does not fit into memory,
this is mostly why, and fewer examples at a time help.

**Memory costs time, too.** In the cell, a large array is made and dropped
before the measurement. Without that line we measured, on Linux, a ratio of
6 instead of 3.3. What the tape had kept went back to the system after each
run, and was fetched anew, page by page, for the next one.

### What the walk takes on trust

A record holds the tensors themselves, not copies of their numbers. So the
walk reads `b` when it needs `b`, which is later than the forward pass.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** With w = 3, w · w is 9 and its slope is 6. The cell below
then writes 10 into `w.data`, after the forward pass and before the walk.
What slope does the walk report: 6, 13 or 20?
"""

# %% tags=["experiment"]
w = Tensor(np.array([3.0]))
with tape() as records:
    square = (w * w).sum()
(in_time,) = gradients(square, [w], records)
w.data[0] = 10.0
(too_late,) = gradients(square, [w], records)
edit_rows = [
    ("at once", square.item(), in_time[0]),
    ("after w.data[0] = 10", square.item(), too_late[0]),
]
table(edit_rows, ["the walk goes", "w * w says", "slope"])

# %% [markdown]
"""
### What to see

The result still says 9, and the walk says 20. That is the slope of no
calculation which ever ran. No error, no warning.

Hence a rule for all that follows: **between the forward pass and the walk,
leave the numbers alone.** First the walk, then the change. A change inside
`.data` leaves no record, so nobody can notice it.
"""

# %% [markdown]
"""
## In production

PyTorch does what you did, with another surface. There the tape is always
on, for tensors that ask for it:

```
 PyTorch                        yours                         why
 ────────────────────────────── ───────────────────────────── ──────────────
 requires_grad=True, always on  with tape() as records:       you see it
 loss.backward() fills p.grad   gradients(loss, ps, records)  nothing hidden
 torch.autograd.grad(loss, ps)  gradients(loss, ps, records)  the same
 p.grad = None, then once more  not needed                    no leftovers
 with torch.no_grad():          do nothing                    off is default
 p.grad is None, passed over    ValueError with shapes        found at once
```

- **Records.** PyTorch's records are C++ nodes, one per operation, linked
  from output to input. `tensor.grad_fn` shows the one that made a tensor.
- **Order.** Its engine counts for each node how many users are still to
  come. It visits a node when the count is 0. Your list is in such an order
  from the start.
- **Shapes.** It sums stretched slopes in the engine, once for all rules.
  Yours calls `unbroadcast` in each rule that needs it.
- **Memory.** It frees the kept arrays during the walk. So a second
  `loss.backward()` is an error, unless you pass `retain_graph=True`.
- **Edits.** Each PyTorch tensor counts its in-place changes. If a number
  that the walk needs has changed since, it raises a RuntimeError. Changes
  through `.data` are not counted there either.
- **Your own rules.** `torch.autograd.Function` has `forward` and
  `backward`; JAX has `jax.custom_vjp`. `torch.autograd.gradcheck` nudges in
  float64, as yours does.

JAX has no tape that you can see: `jax.grad(f)` turns a function into the
function of its slopes. When that one is called, it records what f does.
"""

# %% [markdown]
"""
## Misconceptions

**"Gradients flow forward."** Values go forward. Slopes go from the result
to the inputs, since there is one result and there are many inputs.

**"Autograd works out a formula."** No formula of the whole is ever written.
Each rule computes with the numbers of this one run. Take an `if` in your
function: the tape knows only the branch that ran.

**"Autograd nudges, only faster."** It nudges nothing. The walk is as exact
as the forward pass itself. Nudging is an approximation, and serves as the
judge.

**"The gradient of a tensor used twice is that of its last use."** All ways
count. The pieces add up.

**"A slope of 0 means that the element has no influence."** It means: not
right now. relu at -1 has slope 0, and at +1 it has slope 1.

**"The gradient says how far to go."** It says how steep it is here. A
little further on the slope is another.
"""

# %% [markdown]
"""
## Questions to think about

1. Which tensors of `Linear` and `relu` must the tape keep for the walk?
   Which of them could be computed again from the others, and at what cost?
2. A tie pays b, so your `relu` has slope 0 at 0. Write one with slope 1 at
   0, and one with slope ½. When would anybody notice?
3. `leaky_relu(x)` is `maximum(x, slope * x)`, where x is used twice. Walk
   through it on paper for x = -2. Which way carries the slope?
4. `a ** 0` is 1 everywhere, so its slope is 0. What does your rule give at
   a = 0? How would you repair it, and is it worth a line?
5. A calculation has one input and a thousand results, and you want all
   their slopes. Would you still walk backward?
6. Can you take the slope of a slope with your `gradients`? What would the
   rules have to do, that they do not do now?
"""

# %% [markdown]
"""
## Quick reference

```
value_and_gradients(fn, params)      (value, [array per tensor])
gradients(output, wrt, log)          the same for a log you have
numerical_gradient(fn, t, eps)       the judge: float64, slow
gradcheck(fn, tensors, eps, tol)     True, or ValueError with the element
unbroadcast(grad, shape)             sums what broadcasting stretched

@rule("name")                        arrays in, arrays out, no .data
def name_rule(g, out, a, b, **settings): return to_a, to_b

the walk says                        look for
──────────────────────────────────   ───────────────────────────────────
a gradient belongs to one number     a missing .mean() or .sum()
the output does not depend on ...    a Tensor(...) built from .data
no records that lead to the output   computed outside of the `with`
no gradient rule for ...             an operation without @rule
```
"""

# %% [markdown]
"""
## Quick reference: the rules

```
 operation   out            slope to a               slope to b
 ─────────   ────────────   ──────────────────────   ─────────────────────
 add         a + b          g                        g                   *
 sub         a - b          g                        -g                  *
 mul         a * b          g · b                    g · a               *
 div         a / b          g / b                    -g · out / b        *
 maximum     larger one     g where a > b            g where a <= b      *
 matmul      a @ b          g @ b turned             a turned @ g        *
 neg         -a             -g
 power       a ** n         g · n · a ** (n-1)
 exp         exp(a)         g · out
 log         log(a)         g / a
 tanh        tanh(a)        g · (1 - out²)
 sum         sum of a       g put back, spread out
 max         largest        g put back, shared by the winners
 reshape     same order     g in the shape of a
 transpose   axes moved     g with the axes moved back
 pad         a in a frame   g without the frame
 concat      a, b, ...      g cut at the joints
 getitem     a[index]       zeros, g added where it was picked up

 * unbroadcast to the input's shape      turned: last two axes swapped
```
"""

# %% [markdown]
"""
## Looking ahead

**08 Training** turns the slopes into better weights. It needs your
`value_and_gradients` and an optimizer from **07**, and repeats the two
until the loss is low. There you also meet a short bridge to PyTorch's
`loss.backward()`.

**09 Spatial** builds convolution from slices, `concat` and `@`, **13
Attention** is made of `@` and `softmax`. Both have gradients already, from
the 18 rules of today. **16 Acceleration** adds a 19th operation, fused for
speed. It needs a rule of its own, and your `gradcheck` will judge it.

The tape that serves the walk here counts operations and bytes in **15
Profiling**.
"""

# %% [markdown]
"""
## Summary and what comes next

You wrote a judge that knows nothing but nudging, a walk of a dozen lines,
and 18 rules of a line or two. The walk knows no operation, and a rule knows
no network. Between them lies a dictionary.

You can now ask any calculation of your library how its result depends on
any number in it. The price is about two forward passes more, and the memory
of everything on the way.

When a check of the whole lesson passes, your library holds
`tinytorch/autograd.py`. Module 08 opens once 07 has passed, and 16 once 09
and 15 have. Together with 07 it opens the milestone *XOR*.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_numerical_gradient,
        test_rule,
        test_gradients,
        test_unbroadcast,
        test_gradcheck,
        test_matmul_rule,
        test_reduce_rules,
        test_shape_rules,
        test_curve_rules,
    )
