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

| | |
|---|---|
| Prerequisites | 02 Tensor: `Tensor`, its arithmetic, the door `run_op`, `tape` |
| | 01 Setup: `stopwatch` and `make_rng`, in the experiments |
| Time | 2.5 hours |
| Difficulty | 2 of 5 |

After this module you can

- add an operation to your library so that the tape sees it,
- bend a straight line in five ways, and say when to use which,
- find the step of a formula that overflows, and rewrite it so that none does,
- turn any row of scores into shares that sum to 1,
- predict which activation is slow by counting bytes, before you measure.

How the pieces hang together:

```
     02 Tensor           primitives              activations

                     ┌── maximum ──────────► relu, leaky_relu
     run_op          │
     (the door) ─────┼── tanh ─────────────► sigmoid, gelu
                     │
     + - * /         ├── exp ──────────────► softmax
     sum, max        │
                     └── exp and log ──────► log_softmax
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

    g(f(x)) = 3 (2x + 1) - 2 = 6x + 1

That is a straight line again. Matrix products are no better: `(x @ A) @ B`
is `x @ (A @ B)`, one single product. A thousand straight steps in a row can
do no more than one.

Now allow one bend: `relu(x)` keeps positive numbers and turns negative ones
into 0. Add two bent lines:

    relu(x) + relu(-x)       x = 4 gives 4 + 0,  x = -3 gives 0 + 3

That is the absolute value of x, and no straight line is. With enough bends
you can trace any curve as closely as you like. A function that bends is
called an **activation**. These are the five that you will build first:

```
relu                   leaky_relu             gelu
slope at 0: 0 | 1      slope at 0: 0.2 | 1    slope at 0: 1/2
         │        •             │        •             │        •
         │      .'              │      .'              │      .'
         │    .'                │    .'                │    .'
         │  .'                  │  .'                  │  .'
         │.'                    │.'                    │.'
 ••••••••┼─────────     ────..••┼─────────     •••••..•┼─────────
         │              ••''    │                      │

tanh                               sigmoid
slope at 0: 1                      slope at 0: 1/4
               │    ..•••••••••                   │       .....••••
               │ .•'                              │  .••''
               │•                               ..•''
 ──────────────•───────────────             ..••' │
              •│                     ••'''''──────┼────────────────
           .•' │                                  │
 •••••••••''   │
```

Read "0.2 | 1" as: 0.2 on the left of 0, and 1 on the right.

Three of them are easy to write. Two break on large numbers if you write
down the textbook formula. So this module answers two questions: **how do
you bend a line so that no input breaks it, and what does the bend cost?**
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
