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
# 08 Training

You will build the loop that makes a network good: a step, an epoch, an
honest measurement, three safeguards, and a `Trainer` that puts them
together. A bridge at the end lets you read PyTorch's loops.

### Prerequisites

- **06 Autograd**: `value_and_gradients`, and for the last exercise
  `gradients`.
- **07 Optimizers**: `SGD` and `Adam` with `step`, `lr` and `state_dict`.
- What these two stand on: the losses and `accuracy` of 05, the networks of
  04 with `train` and `eval`, the activations of 03, `tape` from 02.
  `make_rng` and `stopwatch` are from 01.

### Time and difficulty

About 4 hours. Difficulty 3 of 5. Eight exercises of 4 to 13 lines. The
first one trains a network already.

### Learning objectives

Afterwards you can

- write a training step in three lines, and say what each line does;
- tell a loss that was reported while training from a fair measurement;
- keep one bad batch from ruining an hour of work;
- stop a training in the middle and go on as if nothing had happened;
- choose a learning rate from one table of trials;
- read a PyTorch training loop line by line.

### How the pieces hang together

```
               ┌────────────────────── 1  train_step ─────────────────────┐
               │                                                          │
  a batch ────▶│  forward ──────▶  walk  ─────────────────▶  step         │
  x, y         │  loss             gradients                weights move  │
               │    │                  ▲                        ▲         │
               └────┼──────────────────┼────────────────────────┼─────────┘
     ▲              ▼                  │                        │
     │            report        4  clip_gradients     5  cosine_schedule
     │              │              their length          lr of each step
     │              ▼
  2  train_epoch    mean of the reports       3  evaluate   fair judgement
     every batch once

  6  Trainer        composes 1, 2, 4 and 5, and remembers where it is
  7  checkpoint     carries all of it into the next day
  8  bridge         the same step, in PyTorch's words
```
"""

# %% [markdown]
"""
## Why a loop

In 06 you got all slopes of a loss in one walk. In 07 you learned to turn
slopes into better parameters. Each was one event. A network gets good by
hundreds of small improvements, so somebody has to repeat the two.

Here is a whole training on one page. The network has a single weight w. It
gets 3 and should answer 5, and the learning rate is 0.05:

```
   step      w      answer 3w     loss      slope     w after the step
    1      2.0        6.0        1.0000      6.0      2.0  - 0.3   = 1.7
    2      1.7        5.1        0.0100      0.6      1.7  - 0.03  = 1.67
    3      1.67       5.01       0.0001      0.06     1.67 - 0.003 = 1.667
```

In 05 you nudged this very weight and found the slope 6. Now nobody nudges,
and nobody stops after one step.

The loop itself is short. What makes training an art is what goes wrong: a
measurement that flatters, a single bad batch, steps that never come to
rest, a crash at night. So each exercise from the second on starts with
something that goes wrong before your eyes. Then you mend it with one idea.
And the question behind all of it is: **how do you know that a network
really learned something?**
"""

# %% [markdown]
"""
The first cell opens your library file. The second fetches what tests and
experiments use.
"""

# %%
#| default_exp training
#| export
"""Training: from one step to a trainer that can stop and go on."""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from tinytorch.autograd import gradients, value_and_gradients
from tinytorch.layers import Module
from tinytorch.losses import Labels, LossFunction
from tinytorch.optim import Optimizer
from tinytorch.tensor import OpRecord, Tensor, tape

Batch = tuple[Tensor, Tensor | Labels]
Array = np.ndarray

# %%
from functools import cache
from tempfile import TemporaryDirectory

from tinytorch.activations import relu, sigmoid, tanh
from tinytorch.env import make_rng, stopwatch
from tinytorch.layers import Dropout, Linear, Sequential
from tinytorch.losses import (
    accuracy,
    bce_with_logits,
    cross_entropy,
    mse_loss,
)
from tinytorch.optim import SGD, Adam

from tinytutor.kit import (
    bars,
    curve,
    digits,
    expect,
    moons,
    quiet,
    refuses,
    region_map,
    run_tests,
    same,
    same_dtype,
    spirals,
    table,
    unchanged,
)

# %% [markdown]
"""
## 1. One step

A step is three lines:

```
   1.  loss and gradients      forward, then the walk
   2.  step                    the optimizer moves its parameters
   3.  report                  the loss, as a plain number
```

For line 1 you have `value_and_gradients(fn, params)`. It opens the tape,
calls `fn()`, and walks back. So the forward pass must happen *inside* `fn`:

```python
loss_fn(model(x), y)              # runs now, while no tape is open
lambda: loss_fn(model(x), y)      # a function: runs when it is called
```

The `params` are those of the optimizer, `optimizer.params`. Then there are
as many gradients as it expects, in its order.

The loss that you report belongs to the weights *before* the step. It is
there already. A fresh one would cost another forward pass.

Two things stand in the exercise already. One line stops when the loss is
not a number any more, before anything is spoiled. Two lines belong to
exercise 4; until then `max_norm` is None, and they do nothing.
"""


# %%
#| export
def _stop_unless_finite(loss: Tensor, lr: float) -> None:
    """Raises ValueError where the loss is nan or infinite."""
    if not math.isfinite(loss.item()):
        advice = f"lower the learning rate ({lr}), or clip the gradients"
        raise ValueError(f"the loss became {loss.item()}: {advice}")


# %% nbgrader={"grade": false, "grade_id": "train_step", "locked": false, "schema_version": 3, "solution": true}
#| export
def train_step(
    model: Callable[[Tensor], Tensor],
    loss_fn: LossFunction,
    optimizer: Optimizer,
    x: Tensor,
    y: Tensor | Labels,
    max_norm: float | None = None,
) -> float:
    """Improves the model once, by one batch; the model runs once.

    Returns the loss before the step, as a float. Raises ValueError where it
    is nan or infinite; then nothing has moved.
    """
    # 1. The loss, and a gradient for each parameter of the optimizer.
    ### BEGIN SOLUTION
    loss, grads = value_and_gradients(
        lambda: loss_fn(model(x), y),
        optimizer.params,
    )
    ### END SOLUTION
    _stop_unless_finite(loss, optimizer.lr)
    if max_norm is not None:
        grads, _ = clip_gradients(grads, max_norm)  # exercise 4
    # 2. The optimizer's step.
    # 3. The report.
    ### BEGIN SOLUTION
    optimizer.step(grads)
    return loss.item()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_train_step", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_train_step():
    # The plain case: one weight, as in the table at the top.
    net = Linear(1, 1, bias=False)
    net.weight.data[...] = 2.0
    optimizer = SGD(net.parameters(), lr=0.05)
    x, y = Tensor([[3.0]]), Tensor([[5.0]])
    with unchanged(x, y, what="train_step"):
        got = train_step(net, mse_loss, optimizer, x, y)
    same(
        got,
        1.0,
        "train_step at w = 2",
        mistakes={
            "that is the loss after the step, report that before": 0.01,
        },
    )
    kind = type(got).__name__
    expect(
        kind == "float",
        f"train_step gave a {kind}: loss.item() is a float",
    )
    same(
        net.weight,
        [[1.7]],
        "w after one step from 2, lr 0.05",
        hint="the first row of the table at the top",
        mistakes={
            "nothing moved: call optimizer.step": [[2.0]],
            "it moved twice": [[1.4]],
        },
    )
    got = train_step(net, mse_loss, optimizer, x, y)
    same(got, 0.01, "the second step: its loss", tolerance=1e-4)
    same(net.weight, [[1.67]], "w after two steps")

    # A network with two layers, against the same done by hand.
    passes = []

    def count(hidden):
        passes.append("pass")
        return hidden

    def network():
        rng = np.random.default_rng(3)
        return Sequential(
            Linear(3, 6, rng=rng),
            count,
            tanh,
            Linear(6, 4, rng=rng),
        )

    x = Tensor(
        np.random.default_rng(4).standard_normal((5, 3)).astype(np.float32),
    )
    y = np.array([0, 3, 1, 2, 3])
    net, twin = network(), network()
    optimizer = Adam(twin.parameters(), lr=0.02)
    by_hand = []
    for _ in range(3):
        loss, grads = value_and_gradients(
            lambda: cross_entropy(twin(x), y),
            twin.parameters(),
        )
        optimizer.step(grads)
        by_hand.append(loss.item())
    passes.clear()
    optimizer = Adam(net.parameters(), lr=0.02)
    got = []
    for _ in range(3):
        got.append(train_step(net, cross_entropy, optimizer, x, y))
    expect(
        len(passes) == 3,
        f"3 steps ran the model {len(passes)} times: once a step will do",
        hint="the loss is there already; no second forward pass",
    )
    same(got, by_hand, "three steps with Adam: the losses")
    for p, q in zip(net.parameters(), twin.parameters(), strict=True):
        same(
            p,
            q.data,
            f"a parameter {p.shape} after three steps with Adam",
        )

    # Only what the optimizer holds may move.
    net = network()
    last = net.steps[-1].weight
    rest = [p for p in net.parameters() if p is not last]
    before = last.numpy()
    with unchanged(
        *rest,
        what="train_step with an optimizer of one weight",
    ):
        train_step(net, cross_entropy, SGD([last], lr=0.1), x, y)
    expect((last.data != before).any(), "the optimizer's one weight rested")

    # A loss that is no number stops the training, and nothing has moved.
    for value in ("nan", "inf"):
        optimizer = SGD(net.parameters(), lr=0.0625)

        def broken(scores, labels, value=float(value)):
            return cross_entropy(scores, labels) + value

        with unchanged(
            *net.parameters(),
            what=f"a step whose loss is {value}",
        ):
            with refuses(
                ValueError,
                f"a loss of {value}",
                says=[value, "0.0625"],
            ):
                train_step(net, broken, optimizer, x, y)
        expect(
            optimizer.t == 0,
            f"a step whose loss is {value} was counted",
        )


test_train_step()

# %% [markdown]
"""
That is enough to train. XOR asks whether exactly one of two switches is on,
and no straight line divides its four points. Your step, 300 times:
"""

# %% tags=["experiment"]
x = Tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = Tensor([[0.0], [1.0], [1.0], [0.0]])
rng = make_rng(1)
net = Sequential(Linear(2, 8, rng=rng), tanh, Linear(8, 1, rng=rng))
optimizer = Adam(net.parameters(), lr=0.05)
xor_rows = []
for number in range(1, 301):
    loss = train_step(net, bce_with_logits, optimizer, x, y)
    if number in (1, 10, 30, 100, 300):
        chances = sigmoid(net(x)).data[:, 0]
        xor_rows.append((number, loss, *(f"{c:.2f}" for c in chances)))
table(xor_rows, ["step", "loss", "0 0", "0 1", "1 0", "1 1"])
print("\nwhat the network says to every point of the plane:\n")
region_map(
    lambda spots: net(Tensor(spots)).data[:, 0] > 0,
    x.data,
    y.data[:, 0],
)

# %% [markdown]
"""
At the start all four answers are near one half. At the end the network says
0, 1, 1, 0. It drew two borders, since a single straight one would not do.

From here on, examples come from given helpers. `in_batches` cuts arrays
into pieces of a few examples each.
"""


# %%
def in_batches(x, y, size):
    """Pairs (Tensor, labels) of `size` examples, the last with the rest."""
    starts = range(0, len(x), size)
    return [(Tensor(x[i : i + size]), y[i : i + size]) for i in starts]


def plane_net(classes, seed=1, units=32):
    """A network for points of the plane."""
    rng = make_rng(seed)
    return Sequential(
        Linear(2, units, rng=rng),
        relu,
        Linear(units, units, rng=rng),
        relu,
        Linear(units, classes, rng=rng),
    )


# %% [markdown]
"""
## 2. An epoch

Two half moons, 600 points. The next cell gives a step *all* points at once,
20 times. So the network looks at each point 20 times.
"""

# %% tags=["experiment"]
points, labels = moons(600, seed=8)
net = plane_net(classes=2)
optimizer = SGD(net.parameters(), lr=0.1, momentum=0.9)
whole_rows = []
for look in range(1, 21):
    loss = train_step(net, cross_entropy, optimizer, Tensor(points), labels)
    if look in (1, 2, 5, 10, 20):
        whole_rows.append((look, look, loss))
table(whole_rows, ["looks at each point", "steps", "loss"])
print()
region_map(lambda s: net(Tensor(s)).argmax(axis=1).data, points, labels)

# %% [markdown]
"""
That was 12,000 looks at single points, and they bought 20 steps. The border
is still nearly straight.

600 slopes were averaged for each step. But the mean over 32 points already
points roughly the same way. So cut the data into **batches** and take a
step after each of them. One walk over all batches is an **epoch**:

```
   600 points   ┌────┬────┬────┬────┬─ ... ─┬────┐
   19 batches   │ 32 │ 32 │ 32 │ 32 │       │ 24 │
                └─┬──┴─┬──┴─┬──┴─┬──┴─ ... ─┴─┬──┘
   19 steps       ▼    ▼    ▼    ▼            ▼       one epoch

   losses        0.9  0.6  0.3                        report their mean:
                                                      1.8 / 3 = 0.6
```

Each point is looked at once, as before. But now there are 19 steps.

**Train mode.** A model may contain `Dropout`, which acts only in train
mode. Somebody may have left the model in eval mode. So whoever trains says
so first: `model.train()`.

**Any iterable will do** for `batches`: a list of pairs, or an object that
makes new pairs on each walk. A generator is a trap, as in 07. It is empty
after one walk, so the second epoch would have no batch. The given
`each_batch` walks over batches and complains if there was none.
"""


# %%
#| export
def each_batch(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The batches, one by one. Raises ValueError if there were none."""
    count = 0
    for x, y in batches:
        count += 1
        yield x, y
    if not count:
        advice = "a generator is empty after one walk, a list is not"
        raise ValueError(f"no batches: {advice}")


# %% nbgrader={"grade": false, "grade_id": "train_epoch", "locked": false, "schema_version": 3, "solution": true}
#| export
def train_epoch(
    model: Module,
    loss_fn: LossFunction,
    optimizer: Optimizer,
    batches: Iterable[Batch],
    max_norm: float | None = None,
) -> float:
    """One train_step for each batch, in order; the model is in train mode.

    Hands max_norm on to train_step. Returns the mean of the steps' losses.
    Raises ValueError where there are no batches.
    """
    ### BEGIN SOLUTION
    model.train()
    losses = []
    for x, y in each_batch(batches):
        loss = train_step(model, loss_fn, optimizer, x, y, max_norm)
        losses.append(loss)
    return sum(losses) / len(losses)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_train_epoch", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_train_epoch():
    class Watcher(Module):
        """Changes nothing, but notes whether it is in train mode."""

        def __init__(self):
            self.modes = []

        def forward(self, x):
            self.modes.append(self.training)
            return x

    def network():
        rng = np.random.default_rng(7)
        return Sequential(Watcher(), Linear(2, 3, rng=rng))

    rng = np.random.default_rng(8)
    batches = [
        (Tensor(rng.standard_normal((n, 2)).astype(np.float32)), labels)
        for n, labels in [
            (3, np.array([0, 2, 1])),
            (2, np.array([1, 1])),
            (4, np.array([2, 0, 0, 1])),
        ]
    ]

    # The plain case: three batches, against three steps by hand.
    twin = network()
    optimizer = SGD(twin.parameters(), lr=0.3)
    losses = []
    for x, y in batches:
        losses.append(train_step(twin, cross_entropy, optimizer, x, y))
    seen = []

    def noted(scores, labels):
        seen.append(labels)
        return cross_entropy(scores, labels)

    net = network()
    got = train_epoch(net, noted, SGD(net.parameters(), lr=0.3), batches)
    expect(
        len(seen) == 3,
        f"an epoch of 3 batches took {len(seen)} steps: one for each batch",
    )
    in_order = all(a is y for a, (_, y) in zip(seen, batches, strict=True))
    expect(in_order, "the batches came in another order")
    same(
        got,
        np.mean(losses),
        "train_epoch with 3 batches",
        hint="1.8 / 3 = 0.6 in the picture",
        mistakes={
            "that is the sum of the losses: report their mean": sum(losses),
            "that is the last batch's loss: report the mean": losses[-1],
            "that is the first batch's loss: report the mean": losses[0],
            "the steps count alike, whatever their size": np.average(
                losses,
                weights=[3, 2, 4],
            ),
        },
    )
    kind = type(got).__name__
    expect(kind == "float", f"train_epoch gave a {kind}, expected a float")
    for p, q in zip(net.parameters(), twin.parameters(), strict=True):
        same(p, q.data, f"a parameter {p.shape} after the epoch")

    # Whoever left the model in eval mode: an epoch trains in train mode.
    net = network()
    watcher = net.steps[0]
    net.eval()
    train_epoch(net, cross_entropy, SGD(net.parameters(), lr=0.3), batches)
    expect(
        watcher.modes == [True] * 3,
        "the model was in eval mode: its dropout would never be active",
        hint="model.train() before the first step",
    )

    # Any iterable will do, but not an empty one.
    optimizer = SGD(net.parameters(), lr=0.3)
    some = (pair for pair in batches)
    train_epoch(net, cross_entropy, optimizer, some)
    expect(
        optimizer.t == 3,
        f"3 batches from a generator, {optimizer.t} steps",
    )
    with refuses(
        ValueError,
        "a second epoch of a generator",
        says=["no batches"],
    ):
        train_epoch(net, cross_entropy, optimizer, some)


test_train_epoch()

# %% [markdown]
"""
The same network, the same 20 looks at each point, the same learning rate.
But this time in batches of 32:
"""

# %% tags=["experiment"]
points, labels = moons(600, seed=8)
batches = in_batches(points, labels, 32)
net = plane_net(classes=2)
optimizer = SGD(net.parameters(), lr=0.1, momentum=0.9)
epoch_rows = []
for look in range(1, 21):
    loss = train_epoch(net, cross_entropy, optimizer, batches)
    if look in (1, 2, 5, 10, 20):
        epoch_rows.append((look, optimizer.t, loss))
table(epoch_rows, ["looks at each point", "steps", "loss"])
print()
region_map(lambda s: net(Tensor(s)).argmax(axis=1).data, points, labels)

# %% [markdown]
"""
At the end the loss is about a tenth of what it was, and the border follows
the moons. We measured 0.24 for the whole set at once, and 0.02 here.
"""

# %% [markdown]
"""
## 3. An honest measurement

Now pictures: digits of 8 by 8 pixels. The network contains `Dropout`, and
it trains for 15 epochs on 400 pictures. Then the next cell asks how good it
is with 200 pictures that it never saw, four times in a row.
"""


# %%
@cache
def digit_pictures():
    """Pixels (600, 64) and their digits (600,); takes about a second."""
    pictures, answers = digits(600, seed=8)
    return pictures.reshape(600, 64), answers


def digit_batches(size=32):
    """400 pictures to train with, in batches, and 200 unseen, in one."""
    x, y = digit_pictures()
    training = in_batches(x[:400], y[:400], size)
    return training, [(Tensor(x[400:]), y[400:])]


def digit_net(seed=1, units=64, drop=0.0):
    """64 pixels to 10 scores; on request with dropout in the middle."""
    rng = make_rng(seed)
    return Sequential(
        Linear(64, units, rng=rng),
        relu,
        Dropout(drop, rng=rng),
        Linear(units, 10, rng=rng),
    )


# %% tags=["experiment"]
training, unseen = digit_batches()
net = digit_net(units=32, drop=0.4)
optimizer = Adam(net.parameters(), lr=0.005)
for _ in range(15):
    loss = train_epoch(net, cross_entropy, optimizer, training)
[(x, y)] = unseen
naive_rows = [(number, accuracy(net(x), y)) for number in range(1, 5)]
table(naive_rows, ["measurement", "accuracy"])
print(f"\nthe last epoch's loss was {loss:.2f}")

# %% [markdown]
"""
The weights did not move, and yet each answer is another one. Dropout is
still switching off units by chance. You are judging a network that nobody
will ever use.

The reported loss does not help either. It is a mean over 13 *different*
networks, one before each step. All of them were disturbed by dropout. And
all of them were asked about the pictures they had just practised with.

So measuring is a task of its own:

```
   remember the mode  ──▶  eval()  ──▶  measure  ──▶  put the mode back
```

**Count examples, not batches.** The last batch is often smaller. Take four
examples in two batches:

```
   batch    examples   right   accuracy       accuracy · examples
   1            3        1       0.333               1
   2            1        1       1.0                 1
                4        2     mean 0.667          2 / 4 = 0.5
```

Two of four are right, so the answer is 0.5. The single example of batch 2
must not count as much as three others. So multiply each batch's value by
its number of examples, `len(x)`. Add these up, and divide at the end by the
number of all examples.

`metric` is any function of a prediction and its labels: `accuracy`, or a
loss. The given `plain` makes a float of what it returned. Nothing is
recorded here: no tape is open, so nothing needs to be switched off.
"""


# %%
#| export
def plain(value: float | Tensor) -> float:
    """A number as a float, also from a Tensor of one element."""
    return float(value.item() if isinstance(value, Tensor) else value)


# %% nbgrader={"grade": false, "grade_id": "evaluate", "locked": false, "schema_version": 3, "solution": true}
#| export
def evaluate(
    model: Module,
    metric: Callable[[Tensor, Tensor | Labels], float | Tensor],
    batches: Iterable[Batch],
) -> float:
    """The mean of metric(model(x), y) over all examples, in eval mode.

    A batch counts by its number of examples. Changes no parameter;
    afterwards the model is in the mode it was in. Raises ValueError where
    there are no batches.
    """
    # 1. Remember the mode, then switch to eval mode.
    # 2. Go through each_batch(batches): add up values and examples.
    # 3. Put the mode back.
    # 4. Divide.
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    total, examples = 0.0, 0
    for x, y in each_batch(batches):
        total += plain(metric(model(x), y)) * len(x)
        examples += len(x)
    model.train(was_training)
    return total / examples
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_evaluate", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_evaluate():
    # The plain case: 3 + 1 examples, the scores are the input itself.
    echo = Sequential()
    first = (
        Tensor([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]]),
        np.array([0, 1, 1]),
    )
    second = Tensor([[0.4, 0.6]]), np.array([1])
    got = evaluate(echo, accuracy, [first, second])
    same(
        got,
        0.5,
        "the accuracy of 3 + 1 examples, of which 1 + 1 are right",
        mistakes={
            "0.667 is the mean of batches, 0.5 of examples": 2 / 3,
            "that is the sum: divide by the examples": 2.0,
            "divide by the examples, not by the batches": 1.0,
            "multiply by the examples of the batch, len(x)": 1 / 3,
        },
    )
    kind = type(got).__name__
    expect(kind == "float", f"evaluate gave a {kind}, expected a float")

    # A loss is a metric too, and prediction comes before labels.
    def gap(prediction, labels):
        return (prediction[:, 0] - Tensor(labels.astype(np.float32))).mean()

    same(
        evaluate(echo, gap, [first, second]),
        (0.9 - 0.2 - 0.3 - 0.6) / 4,
        "evaluate with a metric that gives a Tensor",
        hint="metric(model(x), y); the given plain makes a float",
    )

    # Dropout rests while measuring, and goes on afterwards.
    rng = np.random.default_rng(5)
    inner = Dropout(0.5, rng=np.random.default_rng(6))
    net = Sequential(
        Sequential(Linear(4, 6, rng=rng), inner),
        Linear(6, 3, rng=rng),
    )
    x = Tensor(rng.standard_normal((30, 4)).astype(np.float32))
    y = rng.integers(0, 3, 30)
    batches = [(x[:20], y[:20]), (x[20:], y[20:])]
    whole = cross_entropy(net.eval()(x), y).item()
    net.train()
    with unchanged(*net.parameters(), what="evaluate"):
        got = evaluate(net, cross_entropy, batches)
    same(
        got,
        whole,
        "the loss of a network with dropout",
        hint="eval mode while measuring",
    )
    expect(
        net.training and inner.training,
        "the model trained before: put it back into train mode, all of it",
    )
    net.eval()
    evaluate(net, cross_entropy, batches)
    expect(
        not net.training and not inner.training,
        "it was in eval mode before: put back the mode that was there",
    )

    # Nothing to measure.
    with refuses(
        ValueError,
        "evaluate without batches",
        says=["no batches"],
    ):
        evaluate(net, cross_entropy, [])


test_evaluate()

# %% [markdown]
"""
The same training once more, now measured fairly: with the pictures that it
practised with, and with the 200 that it never saw.
"""

# %% tags=["experiment"]
training, unseen = digit_batches()
net = digit_net(units=32, drop=0.4)
optimizer = Adam(net.parameters(), lr=0.005)
fair_rows = []
for epoch in range(1, 16):
    reported = train_epoch(net, cross_entropy, optimizer, training)
    if epoch in (1, 2, 5, 10, 15):
        both = training, unseen
        measured = [evaluate(net, cross_entropy, b) for b in both]
        share = evaluate(net, accuracy, unseen)
        fair_rows.append((epoch, reported, *measured, f"{share:.1%}"))
heads = ["epoch", "loss reported", "training", "unseen", "unseen right"]
table(fair_rows, heads)

# %% [markdown]
"""
Three losses of one network, and they disagree. The reported one is the
highest: it has dropout in it and is an epoch's mean. The loss on unseen
pictures lies above that on practised ones. It is the one that counts.
"""

# %% [markdown]
"""
## 4. One bad batch

Real data contains accidents. In the next cell a network has learned the
moons well. Then somebody mistypes one single point: `[-300, 300]`. Watch
the loss, and the accuracy after it.
"""


# %%
def accident(max_norm=None):
    """Ten good epochs, one mistyped point, seven good batches."""
    points, labels = moons(600, seed=8)
    batches = in_batches(points, labels, 32)
    net = plane_net(classes=2, units=16)
    optimizer = SGD(net.parameters(), lr=0.1, momentum=0.9)
    for _ in range(10):
        train_epoch(net, cross_entropy, optimizer, batches, max_norm)
    rows = [("before", "", f"{evaluate(net, accuracy, batches):.1%}")]
    mistyped = points[:32].copy()
    mistyped[3] = [-300, 300]
    after = [(Tensor(mistyped), labels[:32]), *batches[1:8]]
    for number, (x, y) in enumerate(after):
        loss = train_step(net, cross_entropy, optimizer, x, y, max_norm)
        name = f"good batch {number}" if number else "the bad batch"
        share = f"{evaluate(net, accuracy, batches):.1%}"
        rows.append((name, f"{loss:.3f}", share))
    return rows


# %% tags=["experiment"]
accident_rows = accident()
table(accident_rows, ["", "loss of the step", "accuracy after it"])

# %% [markdown]
"""
One point of 600, one step, and the network is back at guessing. Its loss
was 200, and so its gradient was hundreds of times as long as usual. The
step followed it all the way. With momentum it even went on for a while.

A gradient says which way is down. When it is that long, its length says
nothing useful. So keep the **direction** and limit the **length**.

The gradients of a network are several arrays. Together they are *one* arrow
in a space with as many directions as there are weights. Its length, the
**joint norm**, is the root of the sum of *all* squares:

```
   gradients             squares              sum
   [[1, 2], [2, 4]]      1 + 4 + 4 + 16        25
   [12, 0, 0]            144                  144
                                              169    norm = 13

   max_norm 6.5          every number times 6.5 / 13 = 0.5
                         [[0.5, 1], [1, 2]]   and   [6, 0, 0]
```

Why not shorten each array by itself? The first has length 5 and the second
12. Only the second is longer than 6.5:

```
   second array
     12 ┤          ● the gradient
        │        ╱
        │      ╱
    6.5 ┤     ╱    ○ each by itself: turned by 15 degrees
      6 ┤     ● jointly: the same way, half as long
        │   ╱
        │ ╱
        └─────┬────┬──── first array
             2.5   5
```

A gradient within the limit stays as it is. Clipping is a fence, not a
motor: it never makes an arrow longer.

**Your part.** Compute the norm as a plain float, with `math.sqrt` and
`float`. A NumPy number like `np.float64(0.5)` would turn float32 gradients
into float64.
"""


# %% nbgrader={"grade": false, "grade_id": "clip_gradients", "locked": false, "schema_version": 3, "solution": true}
#| export
def clip_gradients(
    grads: list[Array],
    max_norm: float,
) -> tuple[list[Array], float]:
    """The gradients, shortened to max_norm if need be; their norm before.

    At or below the limit the very arrays come back. Above it come new
    arrays of the same dtypes, all scaled by the same factor. The norm is a
    float. Changes no array of `grads`.
    """
    if max_norm <= 0:
        raise ValueError(f"max_norm must be positive, got {max_norm}")
    ### BEGIN SOLUTION
    norm = math.sqrt(sum(float((g * g).sum()) for g in grads))
    if norm <= max_norm:
        return grads, norm
    return [g * (max_norm / norm) for g in grads], norm
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_clip_gradients", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_clip_gradients():
    # The plain case: two gradients of length 5 and 12, together 13.
    a = np.array([[1.0, -2.0], [2.0, 4.0]], np.float32)
    b = np.array([8.0, -8.0, 4.0], np.float32)
    joined = np.concatenate([a.ravel(), b])
    with unchanged(a, b, what="clip_gradients"):
        answer = clip_gradients([a, b], 6.5)
    expect(
        isinstance(answer, tuple) and len(answer) == 2,
        "clip_gradients gives two things: the gradients and their norm",
    )
    clipped, norm = answer
    same(
        norm,
        13.0,
        "the norm of [[1, -2], [2, 4]] and [8, -8, 4]",
        mistakes={
            "that is the sum of the squares: take its root": 169.0,
            "that is the sum of two norms, not the joint one": 17.0,
            "that is the norm after clipping, report that before": 6.5,
            "that is the norm of the last array alone": 12.0,
            "square before you add up: the signs must not count": 41**0.5,
        },
    )
    kind = type(norm).__name__
    expect(kind == "float", f"the norm is a {kind}, expected a float")
    expect(
        len(clipped) == 2,
        f"2 gradients came in, {len(clipped)} came out",
    )
    same(clipped[0].shape, (2, 2), "the shape of the first gradient")
    alone = np.concatenate([a.ravel(), b * (6.5 / 12)])
    same(
        np.concatenate([np.ravel(g) for g in clipped]),
        joined / 2,
        "the gradients, clipped to 6.5, all numbers in a row",
        mistakes={
            "each was clipped by itself: that turned it by 15°": alone,
            "the elements were cut: the direction changed": np.clip(
                joined,
                -6.5,
                6.5,
            ),
            "nothing was clipped": joined,
            "scaled to length 1: multiply by max_norm as well": joined / 13,
            "they became longer: the factor is max_norm / norm": joined * 2,
        },
    )
    hint = "a factor that is a plain float keeps float32"
    same_dtype(
        clipped[0],
        np.float32,
        "a clipped float32 gradient",
        hint=hint,
    )

    # At and below the limit nothing happens.
    for limit in (20.0, 13.0):
        short, norm = clip_gradients([a, b], limit)
        same(
            short[1],
            b,
            f"the norm is 13 and the limit {limit}",
            mistakes={"a short gradient was stretched": b * (limit / 13)},
        )
        expect(
            short[0] is a and short[1] is b,
            f"at a limit of {limit} the very arrays must come back",
        )
        same(norm, 13.0, f"the norm, with a limit of {limit}")
    with quiet(
        "clip_gradients of zeros",
        hint="no division if nothing is clipped",
    ):
        zeros, norm = clip_gradients([np.zeros(3, np.float32)], 1.0)
    same(zeros[0], np.zeros(3), "zeros, clipped")
    same(norm, 0.0, "the norm of zeros")

    # One number alone, float64, and limits that make no sense.
    clipped, norm = clip_gradients(
        [np.array(-4.0), np.full((1, 3), 2.0)],
        1.0,
    )
    same(clipped[0], -4 / 28**0.5, "a single number in the list, clipped")
    same_dtype(clipped[1], np.float64, "a clipped float64 gradient")
    for limit in (0, -2.5):
        with refuses(
            ValueError,
            f"max_norm = {limit}",
            says=["positive", str(limit)],
        ):
            clip_gradients([a], limit)

    # The step and the epoch make use of it: slope 6, limit 3, lr 0.05.
    pairs = [
        (Tensor([[3.0]]), Tensor([[5.0]])),
        (Tensor([[1.0]]), Tensor([[9.0]])),
    ]
    for steps, wanted in ((1, 1.85), (2, 2.0)):
        net = Linear(1, 1, bias=False)
        net.weight.data[...] = 2.0
        optimizer = SGD(net.parameters(), lr=0.05)
        if steps == 1:
            train_step(net, mse_loss, optimizer, *pairs[0], max_norm=3.0)
        else:
            train_epoch(net, mse_loss, optimizer, pairs, max_norm=3.0)
        name = "train_step" if steps == 1 else "train_epoch"
        same(
            net.weight,
            [[wanted]],
            f"w after {name} with max_norm=3",
            hint="hand max_norm on; step gets the clipped gradients",
        )


test_clip_gradients()

# %% [markdown]
"""
The same accident, with the fence:
"""

# %% tags=["experiment"]
fenced_rows = accident(max_norm=1.0)
table(fenced_rows, ["", "loss of the step", "accuracy after it"])

# %% [markdown]
"""
The loss of the bad batch is as high as before, and the network hardly
notices. We measured 99.8 % before the accident. Seven batches later it was
50 % without a limit, and 99.7 % with it.

Which limit? Look at the norms of an ordinary epoch, and take a value that
few of them exceed. 1 is a common start.
"""

# %% [markdown]
"""
## 5. Steps that come to rest

Three spirals are harder than two moons. The next cell trains the same
network twice for 30 epochs, with one learning rate that is large and one
that is small.
"""


# %%
@cache
def spiral_batches():
    """600 points of three spirals, in batches, and 300 unseen, in one."""
    x, y = spirals(300, seed=9)
    return in_batches(*spirals(600, seed=8), 32), [(Tensor(x), y)]


# %% tags=["experiment"]
training, unseen = spiral_batches()
constant_rows, constant_losses = [], {}
for lr in (0.3, 0.003):
    net = plane_net(classes=3)
    optimizer = SGD(net.parameters(), lr=lr, momentum=0.9)
    losses = []
    for _ in range(30):
        losses.append(train_epoch(net, cross_entropy, optimizer, training))
    constant_losses[f"lr {lr}"] = list(enumerate(losses, 1))
    share = evaluate(net, accuracy, unseen)
    constant_rows.append((lr, losses[4], losses[-1], f"{share:.0%}"))
table(constant_rows, ["lr", "loss, epoch 5", "epoch 30", "unseen right"])
print()
curve(constant_losses, x="epoch", y="loss")

# %% [markdown]
"""
The large rate is fast and never comes to rest: its loss goes up and down.
The small rate is calm and still far away after 30 epochs.

You want both: long steps first, short steps at the end. A **schedule** is a
function from the number of the step to the learning rate. A common one
follows half a wave of a cosine. It stays high for a while, falls, and ends
softly:

```
  peak  ┤    ●  ●  ●
        │   ●         ●
        │  ●             ●
        │                   ●
        │                      ●
        │                         ●
  floor ┤                            ●  ●  ●  ●  ●  ●
        └──┬─┬─────────────────────────┬────────────▶ step
           0 warmup                  total
```

With `done` for the share of the way from `warmup` to `total`:

```
   lr = floor + (peak - floor) · 0.5 · (1 + cos(π · done))

   done           0      0.25     0.5     0.75     1
   cos(π·done)    1      0.707    0      -0.707   -1
   0.5·(1+cos)    1      0.854    0.5     0.146    0
```

`math.cos` wants the angle in radians, where half a turn is π.

**Warm-up.** At the start the weights are random, and so are the first
slopes. A full step along them can throw the network far off. So the first
`warmup` steps climb in a straight line. Step 0 must not stand still, hence
the + 1:

```
   total 10, warmup 2, peak 0.4, floor 0

   step     0      1      2     4       6      8       10    11
   lr      0.2    0.4    0.4   0.341   0.2    0.0586   0     0
            └ warm-up ┘   └ done 0      └ 0.5           └ floor from here
```

**Your part.** Three cases, in this order: before `warmup` the line
`peak * (step + 1) / warmup`; from `total` on the floor; in between the
wave.
"""


# %% nbgrader={"grade": false, "grade_id": "cosine_schedule", "locked": false, "schema_version": 3, "solution": true}
#| export
def cosine_schedule(
    step: int,
    total: int,
    peak: float,
    floor: float = 0.0,
    warmup: int = 0,
) -> float:
    """The learning rate for step number `step`, counted from 0.

    Climbs evenly to `peak` in the first `warmup` steps, then falls along
    half a cosine wave, and is `floor` from step `total` on.
    """
    ### BEGIN SOLUTION
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return floor
    done = (step - warmup) / (total - warmup)
    return floor + (peak - floor) * 0.5 * (1 + math.cos(math.pi * done))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_cosine_schedule", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_cosine_schedule():
    # The plain case: no warm-up, no floor.
    steps = np.arange(8)
    half = 0.5 * np.pi * steps / 8
    wave = 0.6 * np.cos(half) ** 2
    degrees = 0.3 * (1 + np.cos(180 * steps / 8))
    same(
        [cosine_schedule(step, 8, 0.6) for step in range(8)],
        wave,
        "cosine_schedule(step, 8, 0.6) for steps 0 to 7",
        hint="the row 0.5·(1+cos), times the peak",
        mistakes={
            "the angle is in radians: math.pi, not 180": degrees,
            "the wave is lifted by 1 and halved": 0.6 * np.cos(2 * half),
            "it rises: 1 + cos, not 1 - cos": 0.6 - wave,
            "that is a straight line, not a wave": 0.6 * (1 - steps / 8),
            "half a wave is π, not 2π": 0.6 * np.cos(2 * half) ** 2,
            "the wave goes down by its half: multiply by 0.5": 2 * wave,
        },
    )

    # A floor, and the end.
    same(
        cosine_schedule(4, 8, 0.6, floor=0.2),
        0.4,
        "half way from 0.6 to 0.2",
    )
    same(
        [cosine_schedule(step, 8, 0.6, floor=0.2) for step in (8, 9, 16)],
        [0.2, 0.2, 0.2],
        "steps 8, 9 and 16 of 8, floor 0.2",
        mistakes={
            "the wave came up again: the floor stays": [
                0.2,
                0.2152241,
                0.6,
            ],
            "beyond the end comes the floor, not 0": [0.0, 0.0, 0.0],
        },
    )

    # Warm-up: 4 steps up to 0.8, then down to 0.2 at step 10.
    lrs = [cosine_schedule(step, 10, 0.8, 0.2, 4) for step in range(11)]
    unwarmed = 0.2 + 0.6 * np.cos(0.5 * np.pi * np.arange(11) / 10) ** 2
    same(
        lrs[:4],
        [0.2, 0.4, 0.6, 0.8],
        "the 4 steps of a warm-up to 0.8",
        mistakes={
            "step 0 stands still: step + 1": [0.0, 0.2, 0.4, 0.6],
            "there is no warm-up": unwarmed[:4],
            "multiply by the peak": [0.25, 0.5, 0.75, 1.0],
        },
    )
    same(
        lrs[4::3],
        [0.8, 0.5, 0.2],
        "steps 4, 7 and 10, warm-up 4 of 10, from 0.8 to 0.2",
        mistakes={
            "count `done` from the end of the warm-up": unwarmed[4::3],
        },
    )
    same(lrs[5], 0.5 + 0.3 * np.cos(np.pi / 6), "step 5")
    expect(
        all(type(lr) is float for lr in lrs),
        "the learning rate must be a plain float",
    )

    # A warm-up as long as the training.
    same(
        cosine_schedule(2, 3, 0.6, 0.1, 3),
        0.6,
        "the last of 3 warm-up steps of 3",
    )
    same(
        cosine_schedule(3, 3, 0.6, 0.1, 3),
        0.1,
        "step 3 of 3, all warm-up",
    )


test_cosine_schedule()

# %% [markdown]
"""
The same 30 epochs. Before each step a line writes the scheduled rate into
`optimizer.lr`. The peak is the large rate from above.
"""

# %% tags=["experiment"]
training, unseen = spiral_batches()
total = 30 * len(training)
net = plane_net(classes=3)
optimizer = SGD(net.parameters(), lr=0.3, momentum=0.9)
rates, scheduled_losses = [], []
for epoch in range(1, 31):
    losses = []
    for x, y in training:
        optimizer.lr = cosine_schedule(optimizer.t, total, 0.3, warmup=20)
        rates.append((optimizer.t, optimizer.lr))
        losses.append(train_step(net, cross_entropy, optimizer, x, y))
    scheduled_losses.append((epoch, sum(losses) / len(losses)))
curve({"lr": rates[::10]}, x="step", y="learning rate", height=8)
print()
curve({"loss": scheduled_losses}, x="epoch", y="loss", height=8)
share = evaluate(net, accuracy, unseen)
print(
    f"\nloss {scheduled_losses[-1][1]:.4f}, unseen right {share:.0%}",
)

# %% [markdown]
"""
We measured a loss of 0.0006, and all unseen points were right. With the
constant 0.3 it was 82 to 96 % of them, depending on the random start. With
the constant 0.003 it was 57 %.

Some constant in between would have worked as well. With a schedule you need
not hit it.
"""

# %% [markdown]
"""
## 6. A trainer

That last loop had six ideas in ten lines, and you will want it everywhere.
So make a function of it, with the number of epochs as argument? The next
cell does that. Then it trains 15 epochs, as if to have a look, and 15 more.
"""


# %%
def train_for(epochs, net, optimizer, batches, total):
    """The loop from above as a function. Returns the lr of each step."""
    rates, step = [], 0
    for _ in range(epochs):
        for x, y in batches:
            optimizer.lr = cosine_schedule(step, total, 0.3, warmup=20)
            rates.append(optimizer.lr)
            train_step(net, cross_entropy, optimizer, x, y)
            step += 1
    return rates


# %% tags=["experiment"]
training, unseen = spiral_batches()
total = 30 * len(training)
net = plane_net(classes=3)
optimizer = SGD(net.parameters(), lr=0.3, momentum=0.9)
forgetful = train_for(15, net, optimizer, training, total)
forgetful += train_for(15, net, optimizer, training, total)
curve({"lr": list(enumerate(forgetful))[::10]}, x="step", y="learning rate")
print(f"\nlast lr {forgetful[-1]:.3f}, it should be near 0")

# %% [markdown]
"""
The second call began at step 0 again: up to the peak, and the training
never came to rest. The function forgot where it was. A loop that is called
more than once needs a memory, and an object has one:

```
   Trainer
   ├─ what it works with      model, loss_fn, optimizer
   ├─ what may be added       schedule      a function: step → lr
   │                          max_norm      a limit for train_step
   │                          after_step    a function of the model
   └─ what it remembers       step_count    steps taken so far, in all
                              history       one mean loss for each epoch
```

`after_step` is a door for whatever should happen after each step: drawing
a picture, or keeping all weights between -1 and 1. It is called with the
model.

There is nothing new in it otherwise. `step` is `train_step` with three
lines around it, and `fit` is nearly your `train_epoch`, in a loop.

### First as a puzzle

Eight of these ten lines are the method `step`. Which two do not belong, and
in what order do the eight stand? Indentation is left out.

```
A   loss = train_step(self.model, self.loss_fn, self.optimizer, ...)
B   if self.after_step is not None:
C   self.step_count = 0
D   self.optimizer.lr = self.schedule(self.step_count)
E   return loss
F   def step(self, x, y):
G   self.step_count += 1
H   self.after_step(self.model)
I   self.optimizer.lr = self.schedule(len(self.history))
J   if self.schedule is not None:
```

**Your part.** `step` takes one step. `fit` runs `epochs` epochs: train
mode, a step for each batch, and the mean loss into `history`. It returns
the history, with what earlier calls left there.
"""


# %% nbgrader={"grade": false, "grade_id": "trainer", "locked": false, "schema_version": 3, "solution": true}
#| export
class Trainer:
    """Trains a model, and remembers how far it is."""

    def __init__(
        self,
        model: Module,
        loss_fn: LossFunction,
        optimizer: Optimizer,
        schedule: Callable[[int], float] | None = None,
        max_norm: float | None = None,
        after_step: Callable[[Module], object] | None = None,
    ):
        self.model = model
        self.loss_fn = loss_fn
        self.optimizer = optimizer
        self.schedule = schedule
        self.max_norm = max_norm
        self.after_step = after_step
        self.step_count = 0
        self.history: list[float] = []

    def step(self, x: Tensor, y: Tensor | Labels) -> float:
        """One train_step; returns its loss.

        Before it, lr becomes schedule(step_count); after it, the step is
        counted, and then after_step(model) is called. A schedule or an
        after_step that is None is left out.
        """
        ### BEGIN SOLUTION
        if self.schedule is not None:
            self.optimizer.lr = self.schedule(self.step_count)
        parts = self.model, self.loss_fn, self.optimizer
        loss = train_step(*parts, x, y, self.max_norm)
        self.step_count += 1
        if self.after_step is not None:
            self.after_step(self.model)
        return loss
        ### END SOLUTION

    def fit(self, batches: Iterable[Batch], epochs: int) -> list[float]:
        """Walks over all batches `epochs` times, the model in train mode.

        Appends each epoch's mean loss to `history`, and returns that list:
        all epochs, also those of earlier calls. Raises ValueError where an
        epoch has no batches.
        """
        ### BEGIN SOLUTION
        for _ in range(epochs):
            self.model.train()
            losses = [self.step(x, y) for x, y in each_batch(batches)]
            self.history.append(sum(losses) / len(losses))
        return self.history
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_trainer", "locked": true, "points": 20, "schema_version": 3, "solution": false}
def test_trainer():
    def network(seed=7):
        rng = np.random.default_rng(seed)
        return Sequential(
            Linear(2, 5, rng=rng),
            tanh,
            Linear(5, 3, rng=rng),
        )

    rng = np.random.default_rng(8)
    batches = [
        (
            Tensor(rng.standard_normal((n, 2)).astype(np.float32)),
            rng.integers(0, 3, n),
        )
        for n in (4, 3, 5)
    ]

    # The plain case: two epochs, against train_epoch.
    net, twin = network(), network()
    trainer = Trainer(net, cross_entropy, Adam(net.parameters(), 0.03))
    optimizer = Adam(twin.parameters(), 0.03)
    by_hand = []
    for _ in range(2):
        by_hand.append(train_epoch(twin, cross_entropy, optimizer, batches))
    sums = [3 * mean for mean in by_hand]
    history = trainer.fit(batches, 2)
    expect(history is not None, "fit gave None, expected the history")
    expect(
        len(history) == 2,
        f"2 epochs of 3 batches: the history has {len(history)} entries",
        hint="one mean for each epoch",
    )
    same(
        history,
        by_hand,
        "the history of two epochs",
        mistakes={
            "those are sums: report the mean of each epoch": sums,
        },
    )
    for p, q in zip(net.parameters(), twin.parameters(), strict=True):
        same(p, q.data, f"a parameter {p.shape} after two epochs")
    expect(
        trainer.step_count == 6,
        f"after 2 epochs of 3 batches step_count is {trainer.step_count}",
    )
    same(trainer.optimizer.lr, 0.03, "lr without a schedule")

    # A schedule is asked before each step, and after_step called after it.
    asked, events = [], []

    def schedule(step):
        asked.append(step)
        return 0.5 / (step + 1)

    def after_step(model):
        expect(model is net, "after_step must get the model")
        moved = (net.steps[0].weight.data != start).any()
        events.append(
            (trainer.step_count, trainer.optimizer.lr, bool(moved)),
        )

    net = network()
    start = net.steps[0].weight.numpy()
    optimizer = SGD(net.parameters(), lr=9.0)
    trainer = Trainer(
        net,
        cross_entropy,
        optimizer,
        schedule,
        after_step=after_step,
    )
    trainer.fit(batches, 2)
    expect(
        asked != [0, 0, 0, 1, 1, 1] and len(asked) != 2,
        "the schedule counts epochs: ask it at each step, with step_count",
    )
    expect(
        asked == [0, 1, 2, 3, 4, 5],
        f"the schedule was asked for {asked}, expected the steps 0 to 5",
        hint="lr first, then the step, then count",
    )
    expect(
        len(events) == 6,
        f"6 steps called after_step {len(events)} times",
    )
    expect(events[0][2], "after_step was called before the step")
    same(
        [count for count, *_ in events],
        [1, 2, 3, 4, 5, 6],
        "step_count in after_step",
    )
    same(
        [lr for _, lr, _ in events],
        [0.5, 0.25, 0.5 / 3, 0.125, 0.1, 0.5 / 6],
        "the lr of the 6 steps",
        mistakes={"the schedule's answer was not used": [9.0] * 6},
    )

    # A second fit goes on where the first one ended.
    history = trainer.fit(batches, 1)
    expect(
        asked[6:] != [0, 1, 2],
        "the second fit began at step 0 again: the trainer must remember",
    )
    same(asked[6:], [6, 7, 8], "the steps of the second fit")
    same(len(history), 3, "the length of the history after 2 + 1 epochs")
    expect(
        history is trainer.history,
        "fit must return the trainer's history",
    )

    # One step alone; the limit; the mode; and no batches.
    net = Linear(1, 1, bias=False)
    net.weight.data[...] = 2.0
    optimizer = SGD(net.parameters(), lr=0.05)
    trainer = Trainer(net, mse_loss, optimizer, max_norm=3.0)
    loss = trainer.step(Tensor([[3.0]]), Tensor([[5.0]]))
    same(loss, 1.0, "trainer.step: the loss")
    same(
        net.weight,
        [[1.85]],
        "w after one step from 2, slope 6, max_norm 3, lr 0.05",
        mistakes={"max_norm was not handed on": [[1.7]]},
    )
    net = network()
    modes = []
    watcher = lambda model: modes.append(model.training)  # noqa: E731
    optimizer = SGD(net.parameters(), lr=0.1)
    trainer = Trainer(
        net.eval(),
        cross_entropy,
        optimizer,
        after_step=watcher,
    )
    trainer.fit(batches, 1)
    expect(modes == [True] * 3, "fit must put the model into train mode")
    some = (pair for pair in batches)
    with refuses(
        ValueError,
        "two epochs of a generator",
        says=["no batches"],
    ):
        trainer.fit(some, 2)
    same(len(trainer.fit(batches, 0)), 2, "the history after 0 more epochs")


test_trainer()

# %% [markdown]
"""
The two times 15 epochs again, this time with a trainer. The loops are gone
from the script:
"""

# %% tags=["experiment"]
training, unseen = spiral_batches()
total = 30 * len(training)
net = plane_net(classes=3)
rates = []
trainer = Trainer(
    net,
    cross_entropy,
    SGD(net.parameters(), lr=0.3, momentum=0.9),
    schedule=lambda step: cosine_schedule(step, total, 0.3, warmup=20),
    max_norm=5.0,
    after_step=lambda _: rates.append(trainer.optimizer.lr),
)
trainer.fit(training, 15)
print(
    f"half way, unseen right: {evaluate(net, accuracy, unseen):.0%}",
)
trainer.fit(training, 15)
print(
    f"at the end:             {evaluate(net, accuracy, unseen):.0%}",
)
curve(
    {"lr": list(enumerate(rates))[::10]},
    x="step",
    y="learning rate",
    height=8,
)
print()
region_map(
    lambda s: net(Tensor(s)).argmax(axis=1).data,
    *spirals(600, seed=8),
)

# %% [markdown]
"""
## 7. Stop today, go on tomorrow

Training may take hours, and machines go down. In 04 you saved a network, so
the next cell does just that after 40 steps. It builds everything anew,
loads the weights, and goes on. Beside it, the same training without a
break.
"""


# %%
def moons_step(net, optimizer):
    """One step on all of 200 moons; returns the loss."""
    points, labels = moons(200, seed=8)
    return train_step(net, cross_entropy, optimizer, Tensor(points), labels)


# %% tags=["experiment"]
net = plane_net(classes=2)
optimizer = Adam(net.parameters(), lr=0.05)
for _ in range(40):
    moons_step(net, optimizer)
resumed = plane_net(classes=2, seed=99)
resumed.load_state_dict(net.state_dict())
fresh = Adam(resumed.parameters(), lr=0.05)
break_rows = []
for number in range(41, 51):
    row = number, moons_step(net, optimizer), moons_step(resumed, fresh)
    break_rows.append(row)
table(break_rows, ["step", "without a break", "weights alone saved"])

# %% [markdown]
"""
Step 41 still reports the same loss: that is the loss *before* it. Then the
two part: we measured 0.06 and 0.86 at step 42. The new Adam knows nothing
of m and v, and believes that it is at its first step. So it moves every
weight by the full lr, also those that had come to rest.

So a **checkpoint** holds three things: the model's state, the optimizer's
state, and the number of steps. All of that is arrays with names, and so is
a file made by `np.savez`. A prefix keeps the names apart:

```
   step                       array(40)
   model/steps.0.weight       array (2, 32)
   model/steps.0.bias         array (32,)
   ...
   optimizer/lr               array(0.05)
   optimizer/t                array(40)
   optimizer/m.0              array (2, 32)
   ...
```

**All or nothing.** A checkpoint of another network must be refused, and
then nothing may have changed. Each part compares before it writes. But the
optimizer could complain when the model is loaded already. So ask it first:
`optimizer.check_state(state)` from 07 only compares.

Three helpers are given. `_write` stores a dictionary of arrays in a file.
It writes a second file first and then puts it in the place of the old one.
A crash in the middle leaves the old checkpoint whole. `_read` returns such
a dictionary. `_under` picks the entries with a prefix, and cuts it off.

**Your part.** `save_checkpoint` collects one dictionary and writes it.
`load_checkpoint` reads, asks, loads twice and returns the step.
"""


# %%
#| export
def _write(path: str | Path, arrays: dict[str, Array]) -> None:
    """Stores arrays by name in a file, or leaves the old file whole."""
    part = Path(f"{path}.part")
    with part.open("wb") as file:
        np.savez(file, **arrays)
    part.replace(path)


def _read(path: str | Path) -> dict[str, Array]:
    """What _write stored."""
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def _under(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    """The entries whose name begins with prefix, named without it."""
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


# %% nbgrader={"grade": false, "grade_id": "checkpoint", "locked": false, "schema_version": 3, "solution": true}
#| export
def save_checkpoint(
    path: str | Path,
    model: Module,
    optimizer: Optimizer,
    step: int = 0,
) -> None:
    """Writes all that the next step depends on into the file `path`.

    Arrays by name: "step", then "model/..." and "optimizer/..." for the
    entries of the two state_dicts.
    """
    ### BEGIN SOLUTION
    arrays = {"step": np.array(step)}
    for name, array in model.state_dict().items():
        arrays[f"model/{name}"] = array
    for name, array in optimizer.state_dict().items():
        arrays[f"optimizer/{name}"] = array
    _write(path, arrays)
    ### END SOLUTION


def load_checkpoint(
    path: str | Path,
    model: Module,
    optimizer: Optimizer,
) -> int:
    """Puts model and optimizer back to where save_checkpoint was called.

    Returns the step as an int. Raises KeyError or ValueError where the file
    does not fit; then neither of the two has changed.
    """
    # 1. Read.
    # 2. Ask the optimizer whether its part fits.
    # 3. Load both parts.
    # 4. Return the step.
    ### BEGIN SOLUTION
    arrays = _read(path)
    memory = _under("optimizer/", arrays)
    optimizer.check_state(memory)
    model.load_state_dict(_under("model/", arrays))
    optimizer.load_state_dict(memory)
    return int(arrays["step"])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_checkpoint", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_checkpoint():
    def network(seed, units=5):
        rng = np.random.default_rng(seed)
        return Sequential(
            Linear(2, units, rng=rng),
            tanh,
            Linear(units, 3, rng=rng),
        )

    rng = np.random.default_rng(8)
    x = Tensor(rng.standard_normal((6, 2)).astype(np.float32))
    y = rng.integers(0, 3, 6)
    kinds = {
        "SGD": lambda params, lr: SGD(params, lr),
        "SGD with momentum": lambda params, lr: SGD(
            params,
            lr,
            momentum=0.9,
        ),
        "Adam": Adam,
    }

    with TemporaryDirectory() as folder:
        # What is in the file.
        net = network(1)
        optimizer = SGD(net.parameters(), 0.25)
        path = Path(folder) / "first"
        expect(
            save_checkpoint(path, net, optimizer, 12) is None,
            "save_checkpoint returns nothing",
        )
        expect(
            path.exists(),
            "there is no file at the path: use the given _write",
        )
        stored = _read(path)
        names = [f"model/{name}" for name in sorted(net.state_dict())]
        wanted = " ".join([*names, "optimizer/lr", "optimizer/t", "step"])
        same(
            " ".join(sorted(stored)),
            wanted,
            "the names in a checkpoint of SGD",
        )
        same(stored["step"], 12, "the step in the file")
        same(stored["optimizer/lr"], 0.25, "optimizer/lr in the file")
        weight = net.steps[2].weight.data
        same(stored["model/steps.2.weight"], weight, "a weight in the file")
        save_checkpoint(str(path), net, optimizer)
        same(
            _read(path)["step"],
            0,
            "the step in the file, if none is given",
        )

        # 10 + 10 steps are 20 steps, bit by bit, for each optimizer.
        for kind, make in kinds.items():
            path = Path(folder) / f"{kind}.npz"
            net = network(1)
            optimizer = make(net.parameters(), 0.03)
            for _ in range(10):
                train_step(net, cross_entropy, optimizer, x, y)
            save_checkpoint(path, net, optimizer, 10)

            resumed = network(99)
            other = make(resumed.parameters(), 0.5)
            got = load_checkpoint(path, resumed, other)
            expect(
                got is not None,
                "load_checkpoint gave None: return the step",
            )
            same(got, 10, "the step that load_checkpoint returns")
            name = type(got).__name__
            expect(
                name == "int",
                f"the step came back as {name}, expected int",
            )
            for p, q in zip(
                resumed.parameters(),
                net.parameters(),
                strict=True,
            ):
                expect(
                    np.array_equal(p.data, q.data),
                    f"{kind}: a parameter {p.shape} differs after loading",
                )
            for number in range(11, 21):
                train_step(net, cross_entropy, optimizer, x, y)
                train_step(resumed, cross_entropy, other, x, y)
                for p, q in zip(
                    resumed.parameters(),
                    net.parameters(),
                    strict=True,
                ):
                    expect(
                        np.array_equal(p.data, q.data),
                        f"{kind}: it differs from step {number} on",
                        hint="save the state of the optimizer, and load it",
                    )

        # A file that does not fit is refused, and nothing has changed.
        adam = Path(folder) / "Adam.npz"
        net = network(1)
        sgd = SGD(net.parameters(), 0.25)
        with unchanged(
            *net.parameters(),
            what="a checkpoint of another optimizer",
        ):
            says = ["unexpected", "m.0", "another optimizer"]
            with refuses(
                KeyError,
                "SGD loads a checkpoint of Adam",
                says=says,
            ):
                load_checkpoint(adam, net, sgd)
        wide = network(1, units=7)
        other = Adam(wide.parameters(), 0.5)
        with unchanged(
            *wide.parameters(),
            what="a checkpoint of another network",
        ):
            with refuses(
                ValueError,
                "7 units load a checkpoint of 5",
                says=["(2, 5)"],
            ):
                load_checkpoint(adam, wide, other)
        single = Linear(2, 5)
        other = SGD(single.parameters(), 0.5)
        plain_sgd = Path(folder) / "SGD.npz"
        with refuses(
            KeyError,
            "a Linear loads a Sequential",
            says=["steps.0.weight"],
        ):
            load_checkpoint(plain_sgd, single, other)
        expect(
            other.lr == 0.5 and other.t == 0,
            "the model was refused, but the optimizer had loaded already",
            hint="check_state, then the model, then the optimizer",
        )


test_checkpoint()

# %% [markdown]
"""
With a checkpoint, the break leaves no trace:
"""

# %% tags=["experiment"]
net = plane_net(classes=2)
optimizer = Adam(net.parameters(), lr=0.05)
for _ in range(40):
    moons_step(net, optimizer)
resumed = plane_net(classes=2, seed=99)
other = Adam(resumed.parameters(), lr=0.5)
with TemporaryDirectory() as folder:
    save_checkpoint(f"{folder}/moons", net, optimizer, step=40)
    step = load_checkpoint(f"{folder}/moons", resumed, other)
resume_rows = []
for number in range(step + 1, 51):
    row = number, moons_step(net, optimizer), moons_step(resumed, other)
    resume_rows.append(row)
table(resume_rows, ["step", "without a break", "from the checkpoint"])

# %% [markdown]
"""
With a trainer, write `save_checkpoint(path, net, optimizer,
trainer.step_count)`, and later `trainer.step_count = load_checkpoint(...)`.
Then the schedule goes on as well.
"""

# %% [markdown]
"""
## 8. A bridge to PyTorch

Sooner or later you open a program that uses PyTorch. Its training step
always looks like this:

```python
optimizer.zero_grad()
loss = loss_fn(model(x), y)
loss.backward()
optimizer.step()
```

Try it with your library:
"""

# %% tags=["experiment"]
net = plane_net(classes=2)
optimizer = SGD(net.parameters(), lr=0.1)
points, labels = moons(200, seed=8)
loss = cross_entropy(net(Tensor(points)), labels)
for line, owner, name in [
    ("optimizer.zero_grad()", optimizer, "zero_grad"),
    ("loss.backward()", loss, "backward"),
    ("net.parameters()[0].grad", net.parameters()[0], "grad"),
]:
    print(f"{line:<26} {'works' if hasattr(owner, name) else 'unknown'}")

# %% [markdown]
"""
Three names are missing, and nothing else. Here is what PyTorch does:

```
   yours                                PyTorch
   ──────────────────────────────────   ────────────────────────────────
   the tape opens for one step          a tape is always on
   gradients come back in a list        each parameter keeps its own, in
                                        the attribute grad
   a new list each time                 backward() ADDS to grad, so that
                                        zero_grad() must empty it
   optimizer.step(grads)                step() collects the grads itself
```

A tensor is an ordinary Python object, so you can hang a `grad` on it. The
bridge is an object around your optimizer that holds an open tape:

- `zero_grad()` sets `p.grad = None` for each parameter.
- `backward(loss)` walks over the records. Then it empties them: PyTorch
  frees its tape at this point, too. A first gradient is stored. A second
  one is added to what is there.
- `step()` hands the gradients to your optimizer.

```
   p.grad    None ──backward─▶ g1 ──backward─▶ g1 + g2 ──zero_grad─▶ None
```

The list of records is the one that the open tape fills. `records.clear()`
empties it in place; a new list would not be filled.

The given part opens the tape, and gives each loss a `backward` of its own.
"""


# %% nbgrader={"grade": false, "grade_id": "pytorch_style", "locked": false, "schema_version": 3, "solution": true}
#| export
class PyTorchStyle:
    """Your optimizer with PyTorch's surface, on top of an open tape."""

    def __init__(self, optimizer: Optimizer, records: list[OpRecord]):
        self.optimizer = optimizer
        self.params = optimizer.params
        self.records = records  # the open tape fills it
        self.zero_grad()

    def zero_grad(self) -> None:
        """No gradient anywhere: p.grad is None for each parameter."""
        ### BEGIN SOLUTION
        for p in self.params:
            p.grad = None
        ### END SOLUTION

    def backward(self, loss: Tensor) -> None:
        """Adds the loss's gradient to each p.grad; empties the records."""
        ### BEGIN SOLUTION
        grads = gradients(loss, self.params, self.records)
        self.records.clear()
        for p, g in zip(self.params, grads, strict=True):
            p.grad = g if p.grad is None else p.grad + g
        ### END SOLUTION

    def step(self) -> None:
        """The optimizer's step with what stands in p.grad.

        Raises ValueError where a parameter has no gradient.
        """
        if any(p.grad is None for p in self.params):
            raise ValueError(
                "no gradients: call loss.backward() before step()",
            )
        ### BEGIN SOLUTION
        self.optimizer.step([p.grad for p in self.params])
        ### END SOLUTION


@contextmanager
def pytorch_style(
    optimizer: Optimizer,
    loss_fn: LossFunction,
) -> Iterator[tuple[PyTorchStyle, LossFunction]]:
    """Inside the block the optimizer and the loss speak PyTorch.

    `with pytorch_style(optimizer, loss_fn) as (optimizer, loss_fn):`
    """
    with tape() as records:
        bridge = PyTorchStyle(optimizer, records)

        def with_backward(
            prediction: Tensor,
            target: Tensor | Labels,
        ) -> Tensor:
            loss = loss_fn(prediction, target)
            loss.backward = lambda: bridge.backward(loss)
            return loss

        yield bridge, with_backward


# %% nbgrader={"grade": true, "grade_id": "test_pytorch_style", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_pytorch_style():
    def network():
        rng = np.random.default_rng(7)
        return Sequential(
            Linear(2, 5, rng=rng),
            tanh,
            Linear(5, 3, rng=rng),
        )

    rng = np.random.default_rng(8)
    batches = [
        (
            Tensor(rng.standard_normal((n, 2)).astype(np.float32)),
            rng.integers(0, 3, n),
        )
        for n in (4, 3, 5)
    ]
    (x, y), (x2, y2), _ = batches
    net = network()
    params = net.parameters()
    before = [p.numpy() for p in params]
    _, first = value_and_gradients(lambda: cross_entropy(net(x), y), params)
    _, second = value_and_gradients(
        lambda: cross_entropy(net(x2), y2),
        params,
    )

    # The plain case: one backward, then a second one.
    with pytorch_style(SGD(params, lr=0.1), cross_entropy) as (
        optimizer,
        loss_fn,
    ):
        expect(
            all(p.grad is None for p in params),
            "zero_grad must set p.grad to None for each parameter",
        )
        with refuses(
            ValueError,
            "step without backward",
            says=["backward"],
        ):
            optimizer.step()
        loss = loss_fn(net(x), y)
        expect(loss.backward() is None, "backward returns nothing")
        for p, g in zip(params, first, strict=True):
            expect(
                p.grad is not None,
                "after backward a p.grad is still None",
            )
            same(
                p.grad,
                g,
                f"the grad of a parameter {p.shape} after backward",
            )
        expect(
            optimizer.records == [],
            f"backward left {len(optimizer.records)} records: clear them",
            hint="or the tape keeps every step's tensors alive",
        )
        loss_fn(net(x2), y2).backward()
        for p, g, h in zip(params, first, second, strict=True):
            same(
                p.grad,
                g + h,
                f"the grad of a parameter {p.shape} after two backwards",
                mistakes={"the second replaced the first: add it": h},
            )

        # A step moves the parameters, and leaves the gradients alone.
        optimizer.step()
        for p, old, g, h in zip(params, before, first, second, strict=True):
            same(
                p,
                old - 0.1 * (g + h),
                f"a parameter {p.shape} after the step",
                mistakes={
                    "nothing moved: hand the grads to the optimizer": old,
                },
            )
            same(
                p.grad,
                g + h,
                "p.grad after step(): only zero_grad empties it",
            )
        optimizer.zero_grad()
        expect(
            all(p.grad is None for p in params),
            "zero_grad must set p.grad to None for each parameter",
        )

    # PyTorch's loop, letter by letter, is your train_epoch.
    net, twin = network(), network()
    own = Adam(twin.parameters(), 0.03)
    for _ in range(3):
        train_epoch(twin, cross_entropy, own, batches)
    with pytorch_style(Adam(net.parameters(), 0.03), cross_entropy) as pair:
        optimizer, loss_fn = pair
        for _ in range(3):
            for x, y in batches:
                optimizer.zero_grad()
                loss = loss_fn(net(x), y)
                loss.backward()
                optimizer.step()
    for p, q in zip(net.parameters(), twin.parameters(), strict=True):
        expect(
            np.array_equal(p.data, q.data),
            f"a parameter {p.shape}: PyTorch's loop and train_epoch differ",
        )


test_pytorch_style()

# %% [markdown]
"""
Now PyTorch's four lines run on your library. And you can make the mistake
that everybody makes once: leave out `zero_grad`.
"""

# %% tags=["experiment"]
points, labels = moons(600, seed=8)
batches = in_batches(points, labels, 32)
style_losses = {}
for name, emptied in [("with zero_grad", True), ("without", False)]:
    net = plane_net(classes=2)
    losses = []
    own = SGD(net.parameters(), lr=0.5)
    with pytorch_style(own, cross_entropy) as (optimizer, loss_fn):
        for x, y in batches * 5:
            if emptied:
                optimizer.zero_grad()
            loss = loss_fn(net(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    style_losses[name] = list(enumerate(losses, 1))
style_rows = [
    (step, *(losses[step - 1][1] for losses in style_losses.values()))
    for step in (1, 2, 5, 10, 20, 50, 95)
]
table(style_rows, ["step", *style_losses])

# %% [markdown]
"""
Without `zero_grad` each step follows the sum of *all* gradients so far. It
is like a momentum of 1: nothing ever fades. At first that is even faster.
Then it shoots past the goal, further and further.

Adding up has its use, though. Four batches of 8, a `backward` after each,
and one `step`: that is a batch of 32 which never had to fit into memory.
This is called **gradient accumulation**. (Divide each loss by 4, so that
the sum is a mean.)
"""

# %% [markdown]
"""
## Systems analysis

Three questions about a training: which learning rate, how long, and where
does the time go? First the rate. 400 digits, Adam, 8 epochs of 13 steps,
five rates.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** The rates are 0.0001, 0.001, 0.01, 0.1 and 1. A guess
among ten digits is right in 10 % of cases. Which rate gives the best
accuracy on unseen pictures? And what do the two outer ones reach?
"""

# %% tags=["experiment"]
training, unseen = digit_batches()
rate_rows = []
for lr in (0.0001, 0.001, 0.01, 0.1, 1.0):
    net = digit_net()
    trainer = Trainer(net, cross_entropy, Adam(net.parameters(), lr))
    loss = trainer.fit(training, 8)[-1]
    share = evaluate(net, accuracy, unseen)
    rate_rows.append((lr, loss, share))
table(
    [(lr, loss, f"{s:.1%}") for lr, loss, s in rate_rows],
    ["lr", "loss", "unseen"],
)
print()
curve(
    {"loss after 8 epochs": [(lr, loss) for lr, loss, _ in rate_rows]},
    x="learning rate (logarithmic)",
    y="loss",
    log_x=True,
)

# %% [markdown]
"""
### What to see

We measured, and the figures should be close on your machine:

```
   lr        0.0001    0.001    0.01    0.1     1
   loss       2.27     1.40     0.06    0.09    2.3
   unseen     10 %     74 %     96 %    88 %    9 %
```

**The law: a U.** Too small a rate has not arrived yet, too large a rate
cannot stay. Both ends are as bad as guessing: 2.30 is ln 10, the loss of a
network without a clue. The bottom is flat, so factors of 3 are fine enough
for a search. Five short trials tell you more than a long one.

Look also at 0.01 and 0.1. Their losses are alike, and their accuracies on
unseen pictures are not. The training loss is not the result.

### More epochs

Now 100 pictures only. 22 of their labels are wrong: real data have such
errors, if fewer. 150 epochs are cheap.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** The loss on the 100 training pictures will fall and fall.
What will the loss on 200 unseen pictures do in these 150 epochs?
"""

# %% tags=["experiment"]
x, y = digit_pictures()
rng = make_rng(3)
wrong = rng.random(100) < 0.25
noisy = np.where(wrong, rng.integers(0, 10, 100), y[:100])
training, unseen = (
    in_batches(x[:100], noisy, 20),
    [(Tensor(x[400:]), y[400:])],
)
net = digit_net()
trainer = Trainer(net, cross_entropy, Adam(net.parameters(), 0.003))
long_rows = []
for epoch in range(1, 151):
    loss = trainer.fit(training, 1)[-1]
    if epoch in (1, 2, 3, 5, 8, 12, 20, 30, 40, 60, 80, 100, 120, 150):
        new_loss = evaluate(net, cross_entropy, unseen)
        share = f"{evaluate(net, accuracy, unseen):.1%}"
        long_rows.append((epoch, loss, new_loss, share))
table(long_rows, ["epoch", "training loss", "unseen loss", "unseen right"])
print()
curve(
    {
        "training": [(row[0], row[1]) for row in long_rows],
        "unseen": [(row[0], row[2]) for row in long_rows],
    },
    x="epoch",
    y="loss",
)

# %% [markdown]
"""
### What to see

The training loss goes to 0. The unseen one falls to 1.25 at about epoch 30,
and then climbs to 1.9. From there on the network learns the wrong labels
and the chance details of 100 pictures by heart. That is called
**overfitting**.

So keep some examples aside, call `evaluate` after every epoch or so, and
keep the checkpoint with the best value. More data and dropout help, more
epochs do not.

### Where the time goes

One step is a forward pass, a walk, and the optimizer's step.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** The network has 64 inputs, 64 units and 10 outputs. With
8 examples in a batch, which of the three parts takes longest? With 400?

And an epoch of 400 pictures: how many times as long does it take in batches
of 8 as in one of 400?
"""


# %% tags=["experiment"]
def parts_of_a_step(size):
    """Microseconds of forward, walk and step, and ms of an epoch."""
    training, _ = digit_batches(size)
    x, y = training[0]
    net = digit_net()
    optimizer = Adam(net.parameters(), lr=0.003)

    def forward():
        return cross_entropy(net(x), y)

    def both():
        return value_and_gradients(forward, optimizer.params)

    _, grads = both()
    alone, together = stopwatch(forward, 99), stopwatch(both, 99)
    step = stopwatch(lambda: optimizer.step(grads), 99)
    epoch = stopwatch(
        lambda: train_epoch(net, cross_entropy, optimizer, training),
    )
    parts = [round(1e6 * t) for t in (alone, together - alone, step)]
    return size, len(training), *parts, 1000 * epoch


part_rows = [parts_of_a_step(size) for size in (8, 32, 128, 400)]
heads = [
    "batch",
    "steps",
    "forward µs",
    "walk µs",
    "step µs",
    "ms per epoch",
]
table(part_rows, heads)
for size, _, *parts, _ in (part_rows[0], part_rows[-1]):
    print(f"\none step with {size} examples")
    names = ("forward", "walk", "step")
    bars(dict(zip(names, parts, strict=True)), unit="µs")

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured:

```
   batch   steps   forward     walk     step     epoch
       8      50     58 µs   149 µs    39 µs   13.2  ms
      32      13     68 µs   164 µs    39 µs    3.7  ms
     128       4    106 µs   204 µs    39 µs    1.4  ms
     400       1    221 µs   338 µs    39 µs    0.63 ms
```

**The law of a step:** *a fixed cost, and so much for each example*. From 8
to 400 examples the work grows 50 times, forward takes 4 times as long, and
the walk twice. The walk leads in both cases. With 8 examples you pay mostly
for a dozen operations and their records. The optimizer's step does not ask
for examples at all: it sees weights.

**The law of an epoch:** steps times the fixed cost, plus the examples. 50
steps of 58 + 149 + 39 µs are 12.3 ms. So large batches make fast epochs,
here 21 times as fast. But exercise 2 showed the other side: they make few
steps. What counts is the time until the network is good. Batches of 32 to
128 are a sound start.
"""

# %% [markdown]
"""
## In production

- **PyTorch** leaves the loop to you: the four lines of the bridge. Before
  them stands `model.train()`, and around measurements `model.eval()`.
  There `with torch.no_grad():` is needed as well, since its tape is always
  on.
- **Trainers.** PyTorch Lightning and the Trainer of Hugging Face are your
  `Trainer`, with many more doors like `after_step`. They call them
  *callbacks* or *hooks*.
- **Clipping** is `torch.nn.utils.clip_grad_norm_(parameters, max_norm)`. It
  computes the joint norm as you do and returns it. It works in place.
- **Schedules** live in `torch.optim.lr_scheduler`. They are objects with a
  `step()` of their own, and count themselves. Large language models are
  mostly trained with a warm-up and a cosine.
- **Checkpoints.** `torch.save` uses pickle, and loading a pickle can run
  code. So `torch.load` now accepts only plain data unless told otherwise.
  Your file holds arrays and nothing else. Long trainings also save the
  state of the random generators and the place in the data.
- **JAX** has no step that changes anything. A step is a function from old
  parameters to new ones, and compiled as a whole.
"""

# %% [markdown]
"""
## Misconceptions

**"The training loss is the result."** It tells how well the network knows
what it practised. The result is `evaluate` on examples that it never saw.

**"More epochs always help."** After epoch 30 they made it worse.

**"`eval()` matters only with dropout in the model."** It costs nothing, and
other layers depend on the mode, too. Whoever adds dropout later does not
look for every measurement.

**"Clipping makes training slower."** It shortens only the few gradients
that are too long. If it shortens nearly all of them, the limit has become
your learning rate.

**"A checkpoint is the weights."** They are enough to *use* a network. To go
on training, you need the optimizer's memory and the step as well.

**"nan means that the code is wrong."** Sometimes. Most often the learning
rate is too large: the loss grows, overflows, and turns into nan.
"""

# %% [markdown]
"""
## Questions to think about

1. `train_epoch` weighs a small last batch like any other, `evaluate` does
   not. Why is either right for its purpose?
2. You clip by a joint norm of 1. Then you double the number of weights.
   Should the limit stay?
3. Adam divides each gradient by its usual size. What would one mistyped
   point do to Adam, right away and in the hundred steps after?
4. Your `load_checkpoint` makes 10 + 10 steps equal to 20, bit by bit. Which
   part of a real training would still differ after a break?
5. You compare ten learning rates by their accuracy on the unseen examples
   and report the best one. Is that number still fair?
6. In which order do the three lines of `train_step` matter? What happens if
   `optimizer.step` comes before the walk?
"""

# %% [markdown]
"""
## Quick reference

```
net = Sequential(Linear(64, 64), relu, Linear(64, 10))
optimizer = Adam(net.parameters(), lr=0.003)
total = 30 * len(batches)
trainer = Trainer(net, cross_entropy, optimizer, max_norm=1.0,
                  schedule=lambda s: cosine_schedule(s, total, 0.003))
trainer.fit(batches, epochs=30)
print(evaluate(net, accuracy, unseen))

train_step(model, loss_fn, optimizer, x, y)         loss before the step
train_epoch(model, loss_fn, optimizer, batches)     mean of the steps
evaluate(model, metric, batches)                    mean of the examples
clip_gradients(grads, max_norm)                     (gradients, norm before)
cosine_schedule(step, total, peak, floor, warmup)   lr of a step
save_checkpoint(path, model, optimizer, step)       writes one file
load_checkpoint(path, model, optimizer)             the step, as an int

batches     any iterable of pairs (x, y) that can be walked again
PyTorch     zero_grad · loss = ... · loss.backward() · step
```
"""

# %% [markdown]
"""
## Quick reference: when training goes wrong

```
you see                        it means                    try
loss nan or exploding          lr too large, a bad batch   lr / 10, clipping
loss stays near ln(classes)    lr far off, up or down      five rates
loss falls, then jumps about   steps too long at the end   a schedule
training good, unseen bad      overfitting                 more data
each measurement differs       dropout is active           evaluate
a jump after a restart         optimizer, step not saved   a checkpoint
no batches                     a generator, walked twice   a list
```
"""

# %% [markdown]
"""
## Looking ahead

**09 Spatial** and **14 Transformers** bring networks of another kind. They
train with the same `Trainer`, since it never looks inside a model.

**10 DataLoader** makes batches in a new order each epoch, from data sets of
any size. It fits where your lists of batches stand now.

**18 Compression** sets weights to zero and uses `after_step` to keep them
there while the rest recovers.
"""

# %% [markdown]
"""
## Summary and what comes next

You wrote a step in three lines, and it solved XOR. Then each trouble
brought one idea. Batches make many steps out of one look. `evaluate` judges
fairly. Clipping survives a bad batch. A schedule comes to rest. A `Trainer`
remembers where all of this stands, a checkpoint carries it through a night,
and a bridge reads PyTorch.

When a check of the whole lesson passes, your library holds
`tinytorch/training.py`. Together with 10 it opens milestones: moons and
spirals, and digits that your own network reads. Module 18 opens once 15 has
passed.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_train_step,
        test_train_epoch,
        test_evaluate,
        test_clip_gradients,
        test_cosine_schedule,
        test_trainer,
        test_checkpoint,
        test_pytorch_style,
    )
