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
# 18 Compression

You will build `compression.py`: four ways to make a trained network
smaller. You throw out weights, whole units, and directions of a matrix, and
you let a small network learn from a large one. Each time you ask what was
really saved.

### Prerequisites

- **08 Training**: `Trainer` with `after_step`, and `evaluate`.
- **15 Profiling**: `count_parameters`, `profile` and `latency`, to tell
  what was saved.
- What these two stand on: `Linear` and `named_parameters` of 04, `relu` and
  `softmax` of 03, `cross_entropy` and `accuracy` of 05, `Adam` of 07,
  `value_and_gradients` of 06. `make_rng` and `human_bytes` are from 01.

### Time and difficulty

About 4 hours. Difficulty 3 of 5. Eight exercises of 2 to 9 lines.

### Learning objectives

Afterwards you can

- find the weights that a network does not miss;
- remove them, and train the rest without their coming back;
- remove whole units, so that the arrays themselves get smaller;
- write a matrix as the product of two thin ones;
- train a small network with the answers of a large one;
- say of each method what shrinks: numbers, bytes, operations or time.

### How the pieces hang together

```
                      ┌─────────────────────┐
                      │  a trained network  │
                      └──────────┬──────────┘
        ┌──────────────┬─────────┴────┬────────────────┐
        ▼              ▼              ▼                ▼
   single weights   whole units   thin matrices   a small network

   1 sparsity       6 prune_      7 low_rank      8 distillation_loss
   2 keep_largest      neurons
   3 magnitude_masks
   4 apply_masks
   5 fine_tune

   zeros in an      smaller       two smaller     another network,
   array of the     arrays        arrays          taught by the first
   same size
```
"""

# %% [markdown]
"""
## Why throw weights away

While a network learns, it needs room to move. Many weights start at random,
and many never find much to do. When training is over, most of them are
small. Are they of any use?

Here is a single unit of a trained network, with some of its weights:

```
   weight    0.61  -0.02   0.01  -0.48   0.03   0.00   0.37  -0.04 ...
   input     1.0    0.9    0.2    0.7    1.0    0.5    0.0    0.8
   product   0.61  -0.02   0.00  -0.34   0.03   0.00   0.00  -0.03 ...
```

Two products decide what comes out. The others are a whisper. If they were
gone, the unit would say nearly the same.

A weight that is gone needs no storage and no multiplication. At least it
should not. That is the second question of this module, and the less
comfortable one. So we ask both: **which weights does a network not miss,
and what is saved once they are gone?**
"""

# %%
#| default_exp compression
#| export
"""Compression: fewer weights, fewer units, thinner matrices."""

from collections.abc import Callable, Iterable

import numpy as np
from tinytorch.activations import log_softmax, softmax
from tinytorch.layers import Linear, Module, Parameter, Sequential
from tinytorch.losses import LossFunction
from tinytorch.optim import Optimizer
from tinytorch.tensor import Tensor
from tinytorch.training import Batch, Trainer

Array = np.ndarray
Masks = dict[str, Array]

# %% [markdown]
"""
That cell opens your library file. The next one brings the tools for tests
and measurements. They stay here.
"""

# %%
import copy
from functools import cache

from tinytorch.activations import relu
from tinytorch.autograd import value_and_gradients
from tinytorch.env import human_bytes, make_rng
from tinytorch.losses import accuracy, cross_entropy
from tinytorch.optim import SGD, Adam
from tinytorch.profiling import count_parameters, latency, profile
from tinytorch.tensor import tape
from tinytorch.training import cosine_schedule, evaluate

from tinytutor.kit import (
    bars,
    connected,
    curve,
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
## A network to work on

The experiments of this lesson share one network: 64 pixels, 128 units, 10
scores. It learns from 1,000 digits and is judged by 500 others. That takes
about two seconds, once.
"""


# %%
@cache
def pictures():
    """1,500 digits: (1500, 64) pixels and their labels."""
    images, labels = digits(1500, seed=18)
    return images.reshape(1500, 64), labels


def in_batches(x, y, size=32):
    """Pairs (Tensor, labels) of `size` examples, the last with the rest."""
    starts = range(0, len(x), size)
    return [(Tensor(x[i : i + size]), y[i : i + size]) for i in starts]


def training():
    """1,000 digits in batches of 32."""
    x, y = pictures()
    return in_batches(x[:1000], y[:1000])


def unseen():
    """500 other digits, in one batch."""
    x, y = pictures()
    return in_batches(x[1000:], y[1000:], size=500)


def train(net, epochs, lr=0.003, loss_fn=cross_entropy, batches=None):
    """Trains net in place, with Adam and a cosine; returns it."""
    batches = training() if batches is None else batches
    total = epochs * len(batches)
    Trainer(
        net,
        loss_fn,
        Adam(net.parameters(), lr),
        schedule=lambda step: cosine_schedule(step, total, lr),
    ).fit(batches, epochs)
    return net


def new_network(units=128, seed=1):
    """64 pixels to 10 scores."""
    rng = make_rng(seed)
    first, last = Linear(64, units, rng=rng), Linear(units, 10, rng=rng)
    return Sequential(first, relu, last)


@cache
def trained_once():
    return train(new_network(), epochs=25)


def trained():
    """A copy of the trained network, free to be cut up."""
    return copy.deepcopy(trained_once())


def right(net):
    """The share of unseen digits that net reads correctly."""
    return evaluate(net, accuracy, unseen())


# %% [markdown]
"""
How large are the weights of such a network? Each bar counts those whose
size lies within a tenth of a unit.
"""

# %% tags=["experiment"]
net = trained()
sizes = np.abs(net.steps[0].weight.data)
histogram = {}
for tenth in range(7):
    inside = (sizes >= tenth / 10) & (sizes < (tenth + 1) / 10)
    histogram[f"0.{tenth} to 0.{tenth + 1}"] = int(inside.sum())
bars(histogram, unit="weights")
print(f"\n{right(net):.1%} of unseen digits right")

# %% [markdown]
"""
## 1. How much is zero already?

A network with many zeros is called **sparse**. Its **sparsity** is the
share of weights that are exactly zero.

We count **weights** only: parameters with two axes or more. A bias is a
single number for each unit, 138 of 9,610 here. It costs little, and it
matters much. So biases are left alone in this module. The given `prunable`
picks what counts:

```
   steps.0.weight  (64, 128)    8,192 numbers      counts
   steps.0.bias    (128,)         128              does not
   steps.2.weight  (128, 10)    1,280              counts
   steps.2.bias    (10,)           10              does not
```

Every single weight counts alike, whichever array it is in. Two arrays:

```
   [[0, 5], [0, 1]]         2 of  4 are zero       0.5
   [[1, 0, 2, 3, 4, 6]]     1 of  6 is zero        0.167
   together                 3 of 10 are zero       0.3      not 0.333
```

**Your part.** All zeros, divided by all weights. Return a float, and 0.0
for a model without weights.
"""


# %%
#| export
def prunable(model: Module) -> dict[str, Parameter]:
    """The parameters with two axes or more, by name, each one once."""
    weights: dict[str, Parameter] = {}
    for name, parameter in model.named_parameters():
        known = any(parameter is other for other in weights.values())
        if parameter.ndim > 1 and not known:
            weights[name] = parameter
    return weights


# %% nbgrader={"grade": false, "grade_id": "sparsity", "locked": false, "schema_version": 3, "solution": true}
#| export
def sparsity(model: Module) -> float:
    """The share of weights that are exactly 0, from 0.0 to 1.0.

    Counts what `prunable` lists. 0.0 for a model without weights.
    """
    weights = prunable(model).values()
    if not weights:
        return 0.0
    ### BEGIN SOLUTION
    zeros = sum(int((weight.data == 0).sum()) for weight in weights)
    return zeros / sum(weight.size for weight in weights)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sparsity", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_sparsity():
    # The plain case: 3 of 10 weights, in two arrays.
    first, last = Linear(2, 2), Linear(1, 6)
    first.weight.data[...] = [[0, 5], [0, 1]]
    last.weight.data[...] = [[1, 0, 2, 3, 4, 6]]
    net = Sequential(first, last)
    with unchanged(*net.parameters(), what="sparsity(net)"):
        got = sparsity(net)
    same(
        got,
        0.3,
        "sparsity of [[0, 5], [0, 1]] and [[1, 0, 2, 3, 4, 6]]",
        hint="the last row of the table",
        mistakes={
            "that is the share of weights that are not 0": 0.7,
            "the biases do not count": 11 / 18,
            "every weight counts alike, not every array": 1 / 3,
            "only the last array was counted": 1 / 6,
            "only the first array was counted": 0.5,
            "divide by all weights": 3,
        },
    )
    expect(type(got) is float, f"a {type(got).__name__}, expected a float")

    # Small is not zero; the limits; nothing to count.
    first.weight.data[...] = 1e-30
    same(sparsity(net), 0.1, "1e-30 is small, but it is not zero")
    last.weight.data[...] = 0
    first.weight.data[...] = 0
    same(sparsity(net), 1.0, "all weights are zero")
    first.weight.data[...] = -1
    last.weight.data[...] = 2
    same(sparsity(net), 0.0, "no weight is zero, all biases are")
    same(sparsity(Sequential(relu)), 0.0, "a model without weights")
    last.weight.data[0, :2] = 0
    twice = Sequential(last, relu, last)
    same(sparsity(twice), 1 / 3, "a layer that is used twice")


test_sparsity()

# %% [markdown]
"""
## 2. Which numbers stay?

A weight near zero moves its unit the least, whatever its sign. So the rule
is simple: **the smallest go**. Small means the size. A weight of -0.9 is
large.

```
   values      0.5   -0.9    0.1   -0.3    0.0    0.7
   sizes       0.5    0.9    0.1    0.3    0.0    0.7
   rank         3      5      1      2      0      4
   half go      ✓      ✓      ·      ·      ·      ✓     True = stays
```

The answer is a **mask**: an array of the same shape that holds True or
False. The values themselves stay as they are.

How many go? With fraction 0.5, three of six. In general `round(fraction *
size)`, exactly. You could also look for a limit, and drop all below it. But
when several values are equal to the limit, that drops too many or too few.
Picture a network in which half of all weights are 0 already. Ranks do not
have this trouble.

`np.argsort(a)` gives the places of the smallest, second smallest and so on.
Its first `count` entries are the places that must go. With `kind="stable"`
equal values are taken from left to right.

**Your part.** Sizes in one flat row, their order, a mask of True, False at
the places that go, and the shape of the values.
"""


# %% nbgrader={"grade": false, "grade_id": "keep_largest", "locked": false, "schema_version": 3, "solution": true}
#| export
def keep_largest(values: Array, fraction: float) -> Array:
    """A mask in the shape of the values: True where a value stays.

    Exactly round(fraction * size) of them go, those nearest to 0; of equal
    sizes the first. Raises ValueError unless 0 <= fraction < 1; it says
    "fraction" and the value.
    """
    if not 0 <= fraction < 1:
        advice = "0.8 removes 80 % of the weights"
        raise ValueError(f"fraction {fraction} is not in [0, 1): {advice}")
    ### BEGIN SOLUTION
    sizes = np.abs(values).ravel()
    order = np.argsort(sizes, kind="stable")
    keep = np.ones(sizes.size, dtype=bool)
    keep[order[: round(fraction * sizes.size)]] = False
    return keep.reshape(values.shape)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_keep_largest", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_keep_largest():
    # The plain case: the numbers of the text.
    values = np.array([0.5, -0.9, 0.1, -0.3, 0.0, 0.7], np.float32)
    with unchanged(values, what="keep_largest(values, 0.5)"):
        got = keep_largest(values, 0.5)
    right = [True, True, False, False, False, True]
    same(
        got,
        right,
        "keep_largest([0.5, -0.9, 0.1, -0.3, 0, 0.7], 0.5)",
        hint="the row of ranks above the exercise",
        mistakes={
            "large negative weights were removed: compare sizes": [
                True,
                False,
                True,
                False,
                False,
                True,
            ],
            "True is what stays": [not stays for stays in right],
            "order lists places, it is no list of ranks": [
                True,
                False,
                True,
                False,
                True,
                False,
            ],
        },
    )
    same_dtype(got, np.bool_, "the mask", hint="np.ones(..., dtype=bool)")

    # The exact number goes, also where many are alike.
    for fraction, gone in [(0.0, 0), (0.2, 1), (0.3, 2), (0.75, 4)]:
        dropped = int((~keep_largest(values, fraction)).sum())
        expect(
            dropped == gone,
            f"fraction {fraction} of 6: {dropped} go, expected {gone}",
            hint="round(fraction * size)",
        )
    zeros = np.zeros((4, 5), np.float32)
    zeros[1, 2], zeros[3, 3] = -2, 1
    got = keep_largest(zeros, 0.6)
    same(got.shape, (4, 5), "the shape of the mask")
    dropped = int((~got).sum())
    expect(
        dropped == 12,
        f"18 of 20 are equal: {dropped} go, expected 12",
        hint="ranks, not a limit",
    )
    expect(got[1, 2] and got[3, 3], "the two largest must stay")
    expect(not got[0].any(), "of equal sizes the first must go")
    for fraction in (1.0, -0.1):
        says = ["fraction", str(fraction)]
        with refuses(ValueError, f"fraction={fraction}", says=says):
            keep_largest(values, fraction)


test_keep_largest()

# %% [markdown]
"""
## 3. Masks for a whole network

A network has several weights. There are two ways to share out what goes.

- **Each layer by itself**: 50 % of the first weight and 50 % of the second.
- **Globally**: all weights on one pile, and the smaller half of the pile
  goes. A layer with larger weights then keeps more of them.

```
   first      [[0.1  0.2]            second   [[1.0  2.0  3.0  0.4]]
               [0.3  0.5]]

   scope "layer"   2 of 4 go: 0.1 0.2         2 of 4 go: 0.4 1.0
   scope "global"  pile 0.1 0.2 0.3 0.5 1.0 2.0 3.0 0.4
                   4 of 8 go: 0.1 0.2 0.3              0.4
```

The pile is one long row. Cut its mask back into pieces, as long as the
weights are, and give each piece the shape of its weight:

```
   sizes      4   4                    np.cumsum gives    [4  8]
   pile     [ . . . . | . . . . ]      cut before place    4
```

`np.split(row, [4])` cuts there. The last sum, 8, is the end of the row, and
no cut.

**Your part.** Return a dictionary: the name of each weight and its mask.
The model stays as it is.
"""


# %% nbgrader={"grade": false, "grade_id": "magnitude_masks", "locked": false, "schema_version": 3, "solution": true}
#| export
def magnitude_masks(
    model: Module,
    fraction: float,
    scope: str = "global",
) -> Masks:
    """{name: mask} for all weights; the `fraction` nearest to 0 gets False.

    scope "global" compares the weights of all layers, "layer" each weight
    with those of its own array. Masks what `prunable` lists, and changes
    nothing. Raises ValueError for any other scope.
    """
    if scope not in ("global", "layer"):
        raise ValueError(f'scope is "global" or "layer", got {scope!r}')
    weights = {name: p.data for name, p in prunable(model).items()}
    # 1. Each layer by itself, or
    # 2. one pile, its mask, and the mask cut into pieces.
    ### BEGIN SOLUTION
    if scope == "layer":
        return {n: keep_largest(w, fraction) for n, w in weights.items()}
    pile = np.concatenate([w.ravel() for w in weights.values()])
    ends = np.cumsum([w.size for w in weights.values()])
    pieces = np.split(keep_largest(pile, fraction), ends[:-1])
    masks = {}
    for piece, (name, weight) in zip(pieces, weights.items(), strict=True):
        masks[name] = piece.reshape(weight.shape)
    return masks
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_magnitude_masks", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_magnitude_masks():
    # The plain case: two weights, as in the text.
    first, last = Linear(2, 2), Linear(1, 4)
    first.weight.data[...] = [[0.1, -0.2], [0.3, 0.5]]
    last.weight.data[...] = [[1.0, -2.0, 3.0, 0.4]]
    net = Sequential(first, last)
    with unchanged(*net.parameters(), what="magnitude_masks(net, 0.5)"):
        masks = magnitude_masks(net, 0.5, scope="layer")
    expect(isinstance(masks, dict), "return a dictionary {name: mask}")
    names = " ".join(masks)
    same(names, "steps.0.weight steps.1.weight", "the names of the masks")
    one, two = masks.values()
    by_layer = [[False, False], [True, True]], [[False, True, True, False]]
    by_pile = [[False, False], [False, True]], [[True, True, True, False]]
    what = "the mask of [[0.1, -0.2], [0.3, 0.5]], half goes"
    wrong = {'scope="layer" was ignored': by_pile[0]}
    same(one, by_layer[0], f'{what}, scope="layer"', mistakes=wrong)
    same(two, by_layer[1], "the mask of [[1, -2, 3, 0.4]], the same")
    with unchanged(*net.parameters(), what="magnitude_masks(net, 0.5)"):
        one, two = magnitude_masks(net, 0.5).values()
    wrong = {"global: all weights on one pile": by_layer[0]}
    same(one, by_pile[0], f'{what}, scope="global"', mistakes=wrong)
    wrong = {"global: all weights on one pile": by_layer[1]}
    what = "the mask of [[1, -2, 3, 0.4]], global"
    same(two, by_pile[1], what, mistakes=wrong)
    same_dtype(one, np.bool_, "a mask")

    # Three layers of different shapes: the exact number, the right places.
    rng = np.random.default_rng(2)
    sizes = [(5, 7), (7, 3), (3, 11)]
    net = Sequential(*(Linear(*size, rng=rng) for size in sizes))
    net.steps[1].weight.data *= 3
    for fraction in (0.0, 0.37, 0.9):
        masks = magnitude_masks(net, fraction)
        shapes = [mask.shape for mask in masks.values()]
        expect(shapes == sizes, f"the masks have the shapes {shapes}")
        gone = sum(int((~mask).sum()) for mask in masks.values())
        wanted = round(fraction * 89)
        expect(
            gone == wanted,
            f"fraction {fraction} of 89 weights: {gone} go, not {wanted}",
        )
        weights = [step.weight.data for step in net.steps]
        pairs = list(zip(weights, masks.values(), strict=True))
        kept = np.concatenate([np.abs(w[m]) for w, m in pairs])
        left = np.concatenate([np.abs(w[~m]) for w, m in pairs])
        in_order = left.size == 0 or left.max() <= kept.min()
        expect(in_order, "a weight that goes is larger than one that stays")
    for words in ("each", ""):
        with refuses(ValueError, f"scope={words!r}", says=["scope"]):
            magnitude_masks(net, 0.5, scope=words)
    for scope in ("global", "layer"):
        with refuses(ValueError, f"fraction 1, {scope}", says=["fraction"]):
            magnitude_masks(net, 1, scope=scope)


test_magnitude_masks()

# %% [markdown]
"""
## 4. Apply them

A mask says what goes. Now it has to go:

```
   weight              mask                   weight afterwards

   [[0.1  -0.2]        [[False False]         [[0.0   0.0]
    [0.3   0.5]]        [False True ]]         [0.0   0.5]]
```

Two things from 04 come back. Write **into** the array that is there.
Whoever holds on to it would never see a new one. And find each parameter by
its **name**: the list of parameters has biases in between.

`weight[mask]` picks the elements where the mask is True. On the left side
of `=` it writes to them. `~mask` turns True and False round.

**Your part.** For each mask: the parameter of that name, and zeros where
the mask is False. The given check refuses a mask that does not fit.
"""


# %%
#| export
def check_masks(parameters: dict[str, Parameter], masks: Masks) -> None:
    """Raises KeyError or ValueError for a mask that fits no parameter."""
    for name, mask in masks.items():
        if name not in parameters:
            raise KeyError(f"the model has no {name!r}: make new masks")
        shape = parameters[name].shape
        if mask.shape != shape:
            problem = f"has shape {shape}, its mask {mask.shape}"
            raise ValueError(f"{name} {problem}: make new masks")


# %% nbgrader={"grade": false, "grade_id": "apply_masks", "locked": false, "schema_version": 3, "solution": true}
#| export
def apply_masks(model: Module, masks: Masks) -> None:
    """Sets each parameter to 0 where its mask is False, in place.

    Raises KeyError or ValueError for a mask that does not fit; then nothing
    has changed.
    """
    parameters = dict(model.named_parameters())
    check_masks(parameters, masks)
    ### BEGIN SOLUTION
    for name, mask in masks.items():
        parameters[name].data[~mask] = 0
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_apply_masks", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_apply_masks():
    # The plain case: one mask, and a bias that stays.
    layer = Linear(2, 2)
    layer.weight.data[...] = [[0.1, -0.2], [0.3, 0.5]]
    layer.bias.data[...] = [7, 8]
    held = layer.weight.data
    mask = np.array([[False, True], [False, True]])
    with unchanged(mask, what="apply_masks(layer, masks)"):
        apply_masks(layer, {"weight": mask})
    same(
        layer.weight,
        [[0.0, -0.2], [0.0, 0.5]],
        "the weight after apply_masks",
        mistakes={
            "nothing has changed": [[0.1, -0.2], [0.3, 0.5]],
            "the wrong half went: False becomes 0": [[0.1, 0], [0.3, 0]],
        },
    )
    expect(
        layer.weight.data is held,
        "the weight has a new array: a holder of the old one sees no zeros",
        hint="write into the array: data[...] = on the left side",
    )
    same(layer.bias, [7, 8], "the bias, which has no mask")

    # Masks in another order than the parameters, and not for all of them.
    rng = np.random.default_rng(3)
    sizes = (4, 4), (4, 4), (4, 4)
    net = Sequential(*(Linear(*size, rng=rng) for size in sizes))
    before = net.state_dict()
    masks = {f"steps.{i}.weight": rng.random((4, 4)) < 0.5 for i in (2, 0)}
    apply_masks(net, masks)
    for name, parameter in net.named_parameters():
        mask = masks.get(name, np.ones(parameter.shape, bool))
        wanted = np.where(mask, before[name], 0)
        same(parameter, wanted, f"{name}, by its name and not by its place")
    same_dtype(net.steps[0].weight, np.float32, "a weight")

    # Masks that do not fit.
    before = net.state_dict()
    good = {"steps.1.weight": np.zeros((4, 4), bool)}
    strange = good | {"steps.9.weight": np.ones((4, 4), bool)}
    with refuses(KeyError, "a mask too many", says=["steps.9.weight"]):
        apply_masks(net, strange)
    row = good | {"steps.0.weight": np.ones((1, 4), bool)}
    with refuses(ValueError, "a mask (1, 4)", says=["(4, 4)", "(1, 4)"]):
        apply_masks(net, row)
    same(net.steps[1].weight, before["steps.1.weight"], "after the refusal")


test_apply_masks()

# %% [markdown]
"""
Now prune the trained network, without training it again. How far can you
go?
"""

# %% tags=["experiment"]
cut_rows = []
for fraction in (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95):
    net = trained()
    apply_masks(net, magnitude_masks(net, fraction))
    weights = sum(int((p.data != 0).sum()) for p in prunable(net).values())
    cut_rows.append((fraction, weights, sparsity(net), f"{right(net):.1%}"))
table(cut_rows, ["fraction", "weights left", "sparsity", "unseen right"])

# %% [markdown]
"""
## 5. Train what remains

Half of the weights are gone, and nobody notices. At 80 % it hurts. But the
remaining weights never had the chance to adapt: they still count on
neighbours that are gone. So train them a little more. That is called
**fine-tuning**.

There is a catch. An optimizer does not know about masks. It gives every
weight a step, also the zeros:

```
   after the cut        one step of Adam         with the mask again

   [[0.0   0.0]         [[0.003 -0.003]          [[0.0    0.0  ]
    [0.0   0.5]]         [0.003  0.503]]          [0.0    0.503]]
                         three came back
```

So the masks must be applied **after each step**. Your `Trainer` has a door
for just that: `after_step`, a function of the model. And they must be
applied once **before** the first step, or that one would still see the full
network.

**Your part.** Apply the masks, make a `Trainer` whose `after_step` applies
them again, and return what `fit` returns.
"""


# %% nbgrader={"grade": false, "grade_id": "fine_tune", "locked": false, "schema_version": 3, "solution": true}
#| export
def fine_tune(
    model: Module,
    masks: Masks,
    loss_fn: LossFunction,
    optimizer: Optimizer,
    batches: Iterable[Batch],
    epochs: int,
    schedule: Callable[[int], float] | None = None,
) -> list[float]:
    """Trains the weights that the masks keep; all others are 0 throughout.

    Prunes the model first. Returns the mean loss of each epoch.
    """
    ### BEGIN SOLUTION
    apply_masks(model, masks)
    trainer = Trainer(
        model,
        loss_fn,
        optimizer,
        schedule,
        after_step=lambda model: apply_masks(model, masks),
    )
    return trainer.fit(batches, epochs)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_fine_tune", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_fine_tune():
    # The plain case: 50 steps of Adam on a small network.
    rng = np.random.default_rng(7)
    x = rng.standard_normal((40, 6)).astype(np.float32)
    y = (x[:, 0] > x[:, 1]).astype(int)
    batches = in_batches(x, y, size=8)

    def network():
        rng = np.random.default_rng(8)
        return Sequential(
            Linear(6, 12, rng=rng),
            relu,
            Linear(12, 2, rng=rng),
        )

    net = network()
    masks = magnitude_masks(net, 0.75)
    optimizer = Adam(net.parameters(), lr=0.01)
    losses = fine_tune(net, masks, cross_entropy, optimizer, batches, 10)
    expect(losses is not None, "fine_tune gave None: return the losses")
    back = sum(
        int((net.steps[place].weight.data[~mask] != 0).sum())
        for place, mask in zip((0, 2), masks.values(), strict=True)
    )
    expect(
        back == 0,
        f"{back} pruned weights came back: mask after each step",
        hint="after_step of the Trainer",
    )
    steps = optimizer.t
    expect(steps == 50, f"10 epochs of 5 batches took {steps} steps")
    same(len(losses), 10, "the number of losses after 10 epochs")

    # Step by step, against the same by hand.
    twin = network()
    by_hand = []
    own = Adam(twin.parameters(), lr=0.01)
    apply_masks(twin, masks)
    for _ in range(10):
        epoch = []
        for bx, by in batches:
            loss, grads = value_and_gradients(
                lambda bx=bx, by=by: cross_entropy(twin(bx), by),
                own.params,
            )
            own.step(grads)
            apply_masks(twin, masks)
            epoch.append(loss.item())
        by_hand.append(sum(epoch) / len(epoch))
    same(
        losses[0],
        by_hand[0],
        "the loss of the first epoch",
        hint="apply the masks before the first step, too",
    )
    same(losses, by_hand, "the losses of 10 epochs")
    for p, q in zip(net.parameters(), twin.parameters(), strict=True):
        same(p, q.data, f"a parameter {p.shape} after 10 epochs")

    # The schedule, and no epoch at all.
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.25 / (step + 1)

    net = network()
    optimizer = SGD(net.parameters(), lr=9.0)
    fine_tune(net, masks, cross_entropy, optimizer, batches, 1, schedule)
    expect(asked == [0, 1, 2, 3, 4], "the schedule was not handed on")
    net = network()
    optimizer = SGD(net.parameters(), lr=0.1)
    fine_tune(net, masks, cross_entropy, optimizer, batches, 0)
    same(sparsity(net), 0.75, "the sparsity after 0 epochs")


test_fine_tune()

# %% [markdown]
"""
80 % of the weights go. What do five epochs repair?
"""


# %%
def tuned(net, fraction, epochs=5, lr=0.002):
    """Prunes net and trains what remains, in place; returns it."""
    masks = magnitude_masks(net, fraction)
    total = epochs * len(training())
    fine_tune(
        net,
        masks,
        cross_entropy,
        Adam(net.parameters(), lr),
        training(),
        epochs,
        schedule=lambda step: cosine_schedule(step, total, lr),
    )
    return net


# %% tags=["experiment"]
net = trained()
cut = trained()
apply_masks(cut, magnitude_masks(cut, 0.8))
stages = {
    "trained": net,
    "cut": cut,
    "cut and tuned": tuned(trained(), 0.8),
}
tune_rows = []
for name, stage in stages.items():
    shares = f"{sparsity(stage):.0%}", f"{right(stage):.1%}"
    tune_rows.append((name, *shares))
table(tune_rows, ["", "zeros", "unseen right"])

# %% [markdown]
"""
## 6. Remove whole units

A zero in an array is still a number in an array: 4 bytes, and a
multiplication. NumPy does not skip it. To make the *arrays* smaller, take
out whole units. That is **structured** pruning.

A unit of the first layer is a column there, a bias, and a row in the second
layer:

```
          first.weight         second.weight        second.weight
             (3, 4)               (4, 2)               (3, 2)

          0   1   2   3
        [ .   .   X   . ]     0 [ .   . ]            0 [ .   . ]
        [ .   .   X   . ]     1 [ .   . ]    ──▶     1 [ .   . ]
        [ .   .   X   . ]     2 [ X   X ]            3 [ .   . ]
   bias [ .   .   X   . ]     3 [ .   . ]

   unit 2 leaves: a column, a bias and a row
```

Which unit does the least? What it says has the size of its **incoming**
weights. How loudly the next layer listens is the size of its **outgoing**
weights. Take the norms of both, and multiply. A unit that nobody listens to
can shout as it likes:

```
   unit             0      1      2      3
   incoming norm    2.0    0.5    5.0    1.0
   outgoing norm    1.0    3.0    0.1    2.0
   product          2.0    1.5    0.5    2.0       unit 2 leaves
```

The units that stay keep their order. The order makes no difference to what
is computed, but a reader will thank you.

`np.linalg.norm(matrix, axis=0)` gives the norm of each column, `axis=1` of
each row. `np.argsort(-scores, kind="stable")` lists places from the largest
on. The given `linear_from` makes a `Linear` out of two arrays.

**Your part.** The products, the places that stay, sorted, and two smaller
layers. The first may have no bias.
"""


# %%
#| export
def linear_from(weight: Array, bias: Array | None) -> Linear:
    """A Linear that holds copies of these numbers, in float32."""
    layer = Linear(*weight.shape, bias=bias is not None)
    layer.weight.data[...] = weight
    if bias is not None:
        layer.bias.data[...] = bias
    return layer


def bias_of(linear: Linear) -> Array | None:
    """The array of its bias, or None."""
    return None if linear.bias is None else linear.bias.data


def check_pair(first: Linear, second: Linear, keep: int) -> None:
    """Raises ValueError unless `keep` units between the two can stay."""
    units, inputs = first.weight.shape[1], second.weight.shape[0]
    if units != inputs:
        problem = f"{units} units lead to {inputs} inputs"
        raise ValueError(f"{problem}: are these neighbours?")
    if not 1 <= keep <= units:
        raise ValueError(f"keep 1 to {units} units, not {keep}")


# %% nbgrader={"grade": false, "grade_id": "prune_neurons", "locked": false, "schema_version": 3, "solution": true}
#| export
def prune_neurons(
    first: Linear,
    second: Linear,
    keep: int,
) -> tuple[Linear, Linear]:
    """Two new layers with only `keep` of the units between them.

    Those stay whose norm of incoming weights times norm of outgoing weights
    is largest, in their old order. The old layers stay as they are. Raises
    ValueError where the layers do not meet, or for an impossible `keep`.
    """
    check_pair(first, second, keep)
    incoming, outgoing = first.weight.data, second.weight.data
    ### BEGIN SOLUTION
    norms = np.linalg.norm(incoming, axis=0)
    scores = norms * np.linalg.norm(outgoing, axis=1)
    stay = np.sort(np.argsort(-scores, kind="stable")[:keep])
    bias = None if first.bias is None else first.bias.data[stay]
    smaller = linear_from(incoming[:, stay], bias)
    return smaller, linear_from(outgoing[stay], bias_of(second))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_prune_neurons", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_prune_neurons():
    # The plain case: four units with the norms of the text.
    first, second = Linear(2, 4), Linear(4, 1)
    first.weight.data[...] = [[2.0, 0.0, 3.0, 0.6], [0.0, 0.5, 4.0, 0.8]]
    first.bias.data[...] = [0.1, 0.2, 0.3, 0.4]
    second.weight.data[...] = [[-1.0], [3.0], [0.1], [2.0]]
    second.bias.data[...] = [9.0]
    arrays = (*first.__dict__.values(), *second.__dict__.values())
    parameters = [p for p in arrays if isinstance(p, Parameter)]
    with unchanged(*parameters, what="prune_neurons(first, second, 3)"):
        answer = prune_neurons(first, second, 3)
    two = isinstance(answer, tuple) and len(answer) == 2
    expect(two, "return two layers: the smaller first and second")
    one, two = answer
    expect(one is not first and two is not second, "make new layers")
    columns = first.weight.data
    same(
        one.weight,
        columns[:, [0, 1, 3]],
        "the weight of the first layer, 3 of 4 units stay",
        hint="the row of products above the exercise",
        mistakes={
            "ranked by incoming weights alone": columns[:, [0, 2, 3]],
            "keep the old order of the units": columns[:, [0, 3, 1]],
            "the smallest stayed, not the largest": columns[:, [0, 1, 2]],
        },
    )
    rows = second.weight.data
    wrong = {"a row for each unit that stays, in the same order": rows[:3]}
    same(
        two.weight,
        rows[[0, 1, 3]],
        "the weight of the second layer",
        mistakes=wrong,
    )
    same(
        one.bias,
        [0.1, 0.2, 0.4],
        "the bias of the first layer",
        mistakes={"the bias must lose the same units": [0.1, 0.2, 0.3]},
    )
    same(two.bias, [9.0], "the bias of the second layer stays whole")

    # Two of them; all of them; what is computed.
    one, two = prune_neurons(first, second, 2)
    wrong = {"by outgoing weights alone": columns[:, [1, 3]]}
    what = "the weight of the first layer, 2 of 4 units stay"
    same(one.weight, columns[:, [0, 3]], what, mistakes=wrong)
    rng = np.random.default_rng(4)
    first, second = Linear(7, 9, rng=rng), Linear(9, 5, rng=rng)
    first.bias.data[...] = rng.standard_normal(9)
    second.bias.data[...] = rng.standard_normal(5)
    x = Tensor(rng.standard_normal((4, 7)).astype(np.float32))
    wanted = second(relu(first(x))).data
    one, two = prune_neurons(first, second, 9)
    same(two(relu(one(x))), wanted, "all 9 units stay: the same outputs")
    first.weight.data[:, 3] = 0
    first.bias.data[3] = 0
    second.weight.data[6] = 0
    wanted = second(relu(first(x))).data
    one, two = prune_neurons(first, second, 7)
    got = two(relu(one(x)))
    same(got, wanted, "two units did nothing and leave: the same outputs")
    one.weight.data[...] = 0
    expect((first.weight.data != 0).any(), "the new layer shares an array")

    # Without biases, and what does not fit.
    bare = [Linear(3, 6, bias=False, rng=rng) for _ in range(2)]
    bare[1] = Linear(6, 2, bias=False, rng=rng)
    one, two = prune_neurons(*bare, 4)
    bare = one.bias is None and two.bias is None
    expect(bare, "no bias before, so none afterwards")
    with refuses(ValueError, "layers that do not meet", says=["9", "7"]):
        prune_neurons(first, Linear(7, 2), 3)
    for keep in (0, 10):
        with refuses(ValueError, f"keep={keep} of 9", says=["1 to 9"]):
            prune_neurons(first, second, keep)


test_prune_neurons()

# %% [markdown]
"""
## 7. Two thin matrices for a thick one

Suppose every column of a weight were a multiple of one and the same column.
Then you would store that column, and one factor for each:

```
   [ 2   4   6   1 ]       [ 2 ]
   [ 4   8  12   2 ]   =   [ 4 ]  @  [ 1   2   3   0.5 ]
   [ 6  12  18   3 ]       [ 6 ]

   12 numbers              3    +    4   =  7 numbers
```

Such a matrix has rank 1. A trained weight is not that simple. But it is
always a *sum* of such products, and usually a few of them do most of the
work. The **singular value decomposition** finds them, and sorts them by
strength:

```
   weight  =  s0 · (u0 @ v0)  +  s1 · (u1 @ v1)  +  s2 · (u2 @ v2)  + ...

              strongest                              weakest
              ◀────────── keep `rank` of them ─────▶ drop the rest
```

`u, s, v = np.linalg.svd(weight, full_matrices=False)` gives the columns
`u0, u1, ...` side by side in `u`, the strengths in `s`, and the rows `v0,
v1, ...` below each other in `v`. With all of them, `(u * s) @ v` is the
weight again.

The first `rank` columns and rows make two thin matrices. As layers:

```
   Linear(in, out)      ──▶      Linear(in, rank)  ──▶  Linear(rank, out)
   in · out                      in · rank         +    rank · out
   64 · 128 = 8,192              64 · 16           +    16 · 128  = 3,072
```

Between the two stands **no** activation. Together they are one product, and
the bias comes at the end.

What is lost is known exactly: the sum of all squared errors is the sum of
the squares of the strengths that were dropped.

**Your part.** Decompose, put the strengths into the first factor, cut both,
and return a `Sequential` of two layers.
"""


# %% nbgrader={"grade": false, "grade_id": "low_rank", "locked": false, "schema_version": 3, "solution": true}
#| export
def low_rank(linear: Linear, rank: int) -> Sequential:
    """Linear(in, rank) without bias, then Linear(rank, out): a new pair.

    The product of their weights is the matrix of this rank that is nearest
    to the old weight. The second has the old bias. Raises ValueError unless
    rank is 1 to the smaller side of the weight; it says so.
    """
    most = min(linear.weight.shape)
    if not 1 <= rank <= most:
        raise ValueError(f"the rank must be 1 to {most}, got {rank}")
    ### BEGIN SOLUTION
    u, s, v = np.linalg.svd(linear.weight.data, full_matrices=False)
    first = linear_from((u * s)[:, :rank], None)
    second = linear_from(v[:rank], bias_of(linear))
    return Sequential(first, second)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_low_rank", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_low_rank():
    # The plain case: a matrix of rank 1, as in the text.
    linear = Linear(3, 4)
    linear.weight.data[...] = np.outer([2, 4, 6], [1, 2, 3, 0.5])
    linear.bias.data[...] = [1, -1, 2, -2]
    with unchanged(*linear.parameters(), what="low_rank(linear, 1)"):
        pair = low_rank(linear, 1)
    expect(isinstance(pair, Sequential), "return Sequential(first, second)")
    same(len(pair.steps), 2, "the number of steps")
    shapes = [step.weight.shape for step in pair.steps]
    expect(shapes == [(3, 1), (1, 4)], f"the weights are {shapes}")
    u, s, v = np.linalg.svd(linear.weight.data, full_matrices=False)
    product = pair.steps[0].weight.data @ pair.steps[1].weight.data
    same(
        product,
        linear.weight.data,
        "the product of the two weights, rank 1",
        tolerance=1e-4,
        mistakes={
            "the strengths s are missing": u[:, :1] @ v[:1],
            "the strengths s came in twice": s[0] ** 2 * u[:, :1] @ v[:1],
        },
    )
    expect(pair.steps[0].bias is None, "the first layer has no bias")
    same(pair.steps[1].bias, [1, -1, 2, -2], "the bias of the second layer")

    # Full rank gives the same outputs; less rank a known error.
    rng = np.random.default_rng(5)
    for size in ((6, 9), (9, 6)):
        linear = Linear(*size, rng=rng)
        linear.bias.data[...] = rng.standard_normal(size[1])
        weight = linear.weight.data
        x = Tensor(rng.standard_normal((2, 3, size[0])).astype(np.float32))
        got = low_rank(linear, 6)(x)
        what = f"low_rank(Linear{size}, 6)(x), the full rank"
        same(got, linear(x).data, what, tolerance=1e-4)
        _, s, _ = np.linalg.svd(weight)
        for rank in (1, 4):
            pair = low_rank(linear, rank)
            numbers = count_parameters(pair)
            wanted = rank * sum(size) + size[1]
            what = f"the parameters of low_rank(Linear{size}, {rank})"
            same(numbers, wanted, what)
            first, second = (step.weight.data for step in pair.steps)
            error = ((weight - first @ second) ** 2).sum()
            same(
                error,
                (s[rank:] ** 2).sum(),
                f"the sum of squared errors, rank {rank}",
                tolerance=1e-3,
                hint="keep the strongest, which come first",
            )
        same_dtype(first, np.float32, "a thin weight")

    # Without a bias, and ranks that there are not.
    bare = low_rank(Linear(4, 5, bias=False, rng=rng), 2)
    expect(bare.steps[1].bias is None, "no bias: none afterwards")
    for rank in (0, 7):
        with refuses(ValueError, f"rank {rank} of (9, 6)", says=["1 to 6"]):
            low_rank(linear, rank)


test_low_rank()

# %% [markdown]
"""
How strong are the 64 products of the trained first weight? And what is left
of the network with a few of them?
"""

# %% tags=["experiment"]
net = trained()
first, _, last = net.steps
strengths = np.linalg.svd(first.weight.data)[1]
rank_rows = []
for rank in (64, 32, 16, 8, 4, 2):
    thin = Sequential(low_rank(first, rank), relu, last)
    dropped = (strengths[rank:] ** 2).sum() / (strengths**2).sum()
    shares = f"{dropped:.0%}", f"{right(thin):.1%}"
    rank_rows.append((rank, count_parameters(thin), *shares))
table(rank_rows, ["rank", "parameters", "squares dropped", "unseen right"])

# %% [markdown]
"""
## 8. A small network learns from a large one

The fourth way leaves the old network alone and trains a new, small one. The
large network is the **teacher**, the small one the **student**.

Why not train the small one on the labels? A label says "7", and nothing
else. The teacher says more. Its shares for one picture:

```
                 0     1     2     3    ...    7     8     9
   label         0     0     0     0           1     0     0
   teacher      .00   .04   .01   .00         .90   .00   .05
```

This seven looks a little like a 9 and a little like a 1. That is worth
knowing, and no label tells it. And the teacher answers for pictures that
nobody has labelled.

**Temperature.** A good teacher is nearly sure, so its small shares are
close to 0. To make them visible, divide its scores by a temperature T
before the softmax:

```
   scores            7.0    4.0    1.0
   shares, T = 1    .950   .047   .002
   shares, T = 3    .665   .245   .090        softer, same order
```

The student's scores are divided by the same T. Then compare the two with
the cross entropy of 05. There the label was a 1 and zeros. Here the
teacher's shares take that place:

```
   loss of one row  =  - sum over classes of  share · log(student's share)
```

Last, multiply by T². Dividing the scores by T makes the slopes about T²
times smaller; this makes up for it. So you may change T and keep the
learning rate.

**The teacher must not move.** Its scores are a fact, like a label. Take
`teacher_logits.data` into a fresh `Tensor`, so that no record leads from
the loss back to it.

**Your part.** Two softened distributions, the mean over rows, times T².
"""


# %% nbgrader={"grade": false, "grade_id": "distillation_loss", "locked": false, "schema_version": 3, "solution": true}
#| export
def distillation_loss(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float = 3.0,
) -> Tensor:
    """How far the student is from the teacher's shares: a Tensor ().

    Both logits are (N, C). T² times the mean over rows of the cross entropy
    of softmax(teacher / T) and softmax(student / T). The teacher is data:
    no gradient leads to it. Raises ValueError where the shapes differ, or
    unless the temperature is positive.
    """
    here, there = student_logits.shape, teacher_logits.shape
    if here != there:
        raise ValueError(f"student {here}, teacher {there}: same classes?")
    if temperature <= 0:
        raise ValueError(f"temperature {temperature} must be positive")
    ### BEGIN SOLUTION
    shares = softmax(Tensor(teacher_logits.data / temperature))
    logs = log_softmax(student_logits / temperature)
    per_row = -(shares * logs).sum(axis=-1)
    return per_row.mean() * temperature**2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_distillation_loss", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_distillation_loss():
    # The plain case: three rows of five scores, temperature 2.
    rng = np.random.default_rng(6)
    student = Tensor(rng.standard_normal((3, 5)).astype(np.float32))
    teacher = Tensor(3 * rng.standard_normal((3, 5)).astype(np.float32))

    def shares(scores):
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)

    def crossed(s, t):
        return -(shares(t) * np.log(shares(s))).sum(axis=-1)

    s, t = student.data, teacher.data
    with unchanged(student, teacher, what="distillation_loss(s, t, 2)"):
        got = distillation_loss(student, teacher, 2.0)
    same(got.shape if isinstance(got, Tensor) else None, (), "its shape")
    soft = crossed(s / 2, t / 2)
    swapped = 4 * crossed(t / 2, s / 2).mean()
    same(
        got,
        4 * soft.mean(),
        "distillation_loss(student (3, 5), teacher, 2.0)",
        mistakes={
            "the factor T² is missing": soft.mean(),
            "the factor is T², not T": 2 * soft.mean(),
            "the sign: a loss is positive": -4 * soft.mean(),
            "the mean over rows, not their sum": 4 * soft.sum(),
            "that is the mean over classes: sum up": 0.8 * soft.mean(),
            "the temperature was ignored": crossed(s, t).mean(),
            "only the teacher was softened": 4 * crossed(s, t / 2).mean(),
            "only the student was softened": 4 * crossed(s / 2, t).mean(),
            "teacher and student are swapped": swapped,
            "divide by the temperature": 4 * crossed(2 * s, 2 * t).mean(),
        },
    )
    same_dtype(got, np.float32, "the loss")
    default = distillation_loss(student, teacher)
    wanted = 9 * crossed(s / 3, t / 3).mean()
    same(default, wanted, "distillation_loss without a temperature: 3")
    sharp = Tensor(teacher.data * 1000)
    got = distillation_loss(sharp, sharp, 1.0)
    expect(np.isfinite(got.data), "scores of thousands: use log_softmax")

    # Slopes: none to the teacher, and none where both agree.
    with tape() as records:
        distillation_loss(student, teacher, 2.0)
    touched = any(teacher in record.inputs for record in records)
    expect(
        not touched,
        "a record leads to the teacher: the teacher would move",
        hint="Tensor(teacher_logits.data / temperature)",
    )

    def loss_of(scores):
        return lambda: distillation_loss(scores, teacher, 2.0)

    connected(tape, lambda x: loss_of(x)(), student, what="the student")
    _, (slope,) = value_and_gradients(loss_of(student), [student])
    wanted = 2 * (shares(s / 2) - shares(t / 2)) / 3
    same(slope, wanted, "the slopes to the student's scores")
    equal = Tensor(teacher.data + 5)
    _, (slope,) = value_and_gradients(loss_of(equal), [equal])
    same(slope, np.zeros((3, 5)), "the slopes where both agree")

    # What does not fit.
    with refuses(ValueError, "3 and 5 classes", says=["(3, 5)", "(3, 3)"]):
        distillation_loss(student, Tensor(np.zeros((3, 3))))
    for temperature in (0, -1.0):
        says = ["temperature", str(temperature)]
        with refuses(ValueError, f"T = {temperature}", says=says):
            distillation_loss(student, teacher, temperature)


test_distillation_loss()

# %% [markdown]
"""
Suppose only 100 of our 1,000 pictures have labels. A student of 16 units
learns from those 100. Its twin learns from the teacher's answers for all
1,000, without a single label.
"""


# %%
@cache
def taught_student():
    """16 units that know nothing but the teacher's answers."""
    x, _ = pictures()
    answers = trained_once()(Tensor(x[:1000])).data
    pairs = in_batches(x[:1000], answers)
    lessons = [(rows, Tensor(scores)) for rows, scores in pairs]
    net = new_network(units=16)
    return train(net, 20, loss_fn=distillation_loss, batches=lessons)


# %% tags=["experiment"]
x, y = pictures()
few = in_batches(x[:100], y[:100])
alone = train(new_network(units=16), epochs=150, batches=few)
student_rows = [
    (name, count_parameters(net), f"{right(net):.1%}")
    for name, net in [
        ("teacher, 1,000 labels", trained()),
        ("student, 100 labels", alone),
        ("student, 1,000 answers", taught_student()),
    ]
]
table(student_rows, ["network", "parameters", "unseen right"])

# %% [markdown]
"""
## Systems analysis

Two questions: how much of the network can go, and what do you really save?

### How many weights can go?

You saw the cut alone. Now each network trains for five epochs after it.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** The full network reads about 97 % of the unseen digits.
After 80 % of its weights went, it was 90 %, and after 95 % it was 49 %.
What do five epochs of fine-tuning make of these two numbers?
"""

# %% tags=["experiment"]
prune_rows = []
for fraction in (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98):
    net = trained()
    apply_masks(net, magnitude_masks(net, fraction))
    cut = right(net)
    prune_rows.append((fraction, cut, right(tuned(trained(), fraction))))
shown = [(f, f"{cut:.1%}", f"{after:.1%}") for f, cut, after in prune_rows]
table(shown, ["fraction", "cut", "cut and tuned"])
print()
curve(
    {
        "cut": [(f, 100 * cut) for f, cut, _ in prune_rows],
        "cut and tuned": [(f, 100 * after) for f, _, after in prune_rows],
    },
    x="fraction of the weights removed",
    y="% of unseen digits right",
)

# %% [markdown]
"""
### What to see

We measured, and your figures should be close:

```
   removed          0 %    50 %    70 %    80 %    90 %    95 %    98 %
   cut             96.8    96.2    94.2    89.8    72.2    48.8    20.2
   cut and tuned   97.0    96.4    96.8    96.2    94.2    83.8    39.8
```

**The law: a plateau, then a cliff.** Up to half of the weights nobody
misses. Fine-tuning moves the edge of the cliff from 70 % to about 90 %. It
cannot move it further: with 98 % gone, 189 weights are left for 64 pixels
and ten digits.

How much can go depends on how much there was to spare. This network has 128
units, and 16 would nearly do. A smaller network has its cliff earlier.
Large networks can be cut further than small ones: not because they are
better, but because they had more that nobody needed.

Another random start gives other figures. In five trials, the cut of 80 %
cost between 3 and 20 points, and 0.2 to 1.4 points after tuning.

### What is really saved?
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** Five networks: as trained, with 80 % zeros, with 32 of
128 units, with two matrices of rank 16, and the student with 16 units.
Which of them need fewer bytes in memory? Which are faster?
"""


# %%
def sparse_bytes(net):
    """Each weight that is not 0 as float32 and int32 for its place."""
    dense = {id(weight): weight for weight in prunable(net).values()}
    kept = sum(int((w.data != 0).sum()) for w in dense.values())
    rest = [p for p in net.parameters() if id(p) not in dense]
    return 8 * kept + sum(p.nbytes for p in rest)


def cost_of(name, net, x):
    """A row of the table."""
    operations = sum(row.flops for row in profile(lambda: net(x)))
    times = latency(lambda: net(x), repeats=99, warmup=9)
    size = sum(p.nbytes for p in net.parameters())
    return (
        name,
        human_bytes(size),
        human_bytes(sparse_bytes(net)),
        round(operations / 1e6, 2),
        round(1e6 * times["median"]),
        f"{right(net):.1%}",
    )


# %% tags=["experiment"]
net = trained()
first, _, last = net.steps
one, two = prune_neurons(first, last, keep=32)
narrow = train(Sequential(one, relu, two), epochs=5, lr=0.002)
thin = Sequential(low_rank(first, 16), relu, last)
batch = Tensor(pictures()[0][:256])
cost_rows = [
    cost_of("as trained", net, batch),
    cost_of("80 % zeros", tuned(trained(), 0.8), batch),
    cost_of("32 of 128 units", narrow, batch),
    cost_of("rank 16", thin, batch),
    cost_of("student, 16 units", taught_student(), batch),
]
heads = ["network", "dense", "sparse", "MFLOP", "µs", "right"]
table(cost_rows, heads)
print("\ntime for 256 pictures")
bars({row[0]: row[4] for row in cost_rows}, unit="µs")

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured:

```
   network               dense    sparse   MFLOP     µs    right
   as trained          37.5 KiB    74.5     4.92    225    96.8 %
   80 % zeros          37.5        15.3     4.92    224    96.2 %
   32 of 128 units      9.4        18.7     1.23    103    95.6 %
   rank 16             17.5        34.5     2.30    196    96.8 %
   student, 16 units    4.7         9.4     0.62     93    94.8 %
```

**Zeros alone save nothing.** The second row has the same dense bytes, the
same operations and the same time as the first. NumPy multiplies by 0 as it
does by any other number.

**The law of a sparse file: 8 bytes for each weight that is left**, 4 for
its value and 4 for its place. That is twice as much as a dense weight. So
it pays only when more than half of the weights are zero. With 80 % zeros
it is 2.4 times smaller, not 5 times.

**Smaller arrays save everything at once.** A quarter of the units is a
quarter of the bytes and of the operations, without any trick. The time
falls less, to 46 %: the fixed price of each operation remains. You met it
in 04.

**Rank 16 halves the operations and saves an eighth of the time.** There is
one more product to call, and thin matrices use the machine less well.
"""

# %% [markdown]
"""
## In production

- **Unstructured pruning** is `torch.nn.utils.prune` in PyTorch. It keeps a
  mask beside each weight, as you do, and multiplies in every forward pass.
- **2:4 sparsity.** Some graphics cards skip zeros if exactly two of each
  four neighbours are zero. Then half of the weights really means less time,
  and libraries prune by that pattern.
- **Structured pruning** removes units, channels of a convolution, or whole
  layers. It needs no special hardware, and so it is what ships.
- **Gradual pruning.** Instead of 80 % at once: 50, 65, 80, with some tuning
  after each. It costs more training and loses less at high fractions.
- **Low rank** appears again as LoRA. There the old weight stays fixed, and
  only two thin matrices beside it are trained.
- **Distillation** made DistilBERT, with 40 % fewer parameters than BERT.
  Many small models that you can download learned from a large one.
- **Lottery tickets.** The weights that survive, set back to their start
  values and trained alone, often learn as well as the full network. You
  only know afterwards which ones they are.
"""

# %% [markdown]
"""
## Misconceptions

**"80 % zeros, so five times faster."** Not one microsecond faster, unless
something skips the zeros.

**"80 % zeros, so five times smaller."** Places have to be stored, too. It
was 2.4 times.

**"Small weights never matter."** A small weight behind a large input may
matter more than a large one behind zeros. Size is a good guess, and no
proof.

**"A pruned weight stays zero by itself."** Its slope is as alive as any.
After one step of Adam it is back.

**"Pruning makes a network better."** Sometimes by some tenths of a point,
since it forgets details of the training pictures. That is a side effect.

**"The student can never beat the labels."** With 100 labels alone it read
79 %, with the teacher's answers and no label at all 95 %.
"""

# %% [markdown]
"""
## Questions to think about

1. Why do biases stay? What happens to a unit that loses all its weights but
   keeps its bias?
2. `scope="layer"` removes 80 % of the last weight as well, which has only
   ten columns. When would you prefer it all the same?
3. At which rank does `low_rank` need more numbers than the layer it
   replaces? Derive it for a layer from `in` to `out`.
4. Rank 16 lost nothing without any tuning, although 23 % of the squares
   were dropped. How can that be?
5. The score of `prune_neurons` ignores the bias of a unit. Construct a case
   in which it throws out the wrong unit.
6. The teacher reads 97 % correctly. What does the student learn from the
   other 3 %?
"""

# %% [markdown]
"""
## Quick reference

```
sparsity(model)                          share of weights that are 0
keep_largest(values, fraction)           mask, True = stays
magnitude_masks(model, fraction, scope)  {name: mask}; "global", "layer"
apply_masks(model, masks)                zeros, in place
fine_tune(model, masks, loss_fn,         trains what stays
          optimizer, batches, epochs)
prune_neurons(first, second, keep)       two smaller Linears
low_rank(linear, rank)                   Sequential of two thin Linears
distillation_loss(student, teacher, T)   a Tensor ()

method          bytes             operations   time in NumPy    costs
zeros           only as sparse    the same     the same         tuning
fewer units     less              less         less             tuning
low rank        less below        less         a little less    accuracy
                in·out/(in+out)
distillation    as you choose     less         less             a training

sparse file     8 bytes per weight that is left: pays above half zeros
error of rank r sum of the squares of the dropped strengths

you see                      it means                     try
zeros come back              masked once                  after_step
zeros not seen elsewhere     the weight has a new array   data[~mask] = 0
too many went                a limit, and equal values    ranks
no class is read any more    one layer lost nearly all    scope="layer"
student learns too slowly    T² is missing                temperature**2
```
"""

# %% [markdown]
"""
## Looking ahead

- Together with 10 DataLoader, this module opens the milestone *Digits with
  a fifth of the weights*.
- **17 Quantization** keeps every weight and stores it in one byte. Both can
  be combined. But the savings do not simply multiply: the places in a
  sparse file need their bytes as before.
- **20 Benchmarking** puts such networks beside each other, with error bars.
"""

# %% [markdown]
"""
## Summary and what comes next

You removed the weights nearest to zero, with masks that are exact to one
weight. You trained the rest while `after_step` kept the zeros. You took out
whole units, wrote a matrix as two thin ones, and let a small network learn
from a large one.

And you counted. Zeros alone save nothing until somebody skips them. Smaller
arrays save bytes, operations and time at once.

Together with 16, 17 and 19 this module opens 20.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_sparsity,
        test_keep_largest,
        test_magnitude_masks,
        test_apply_masks,
        test_fine_tune,
        test_prune_neurons,
        test_low_rank,
        test_distillation_loss,
    )
