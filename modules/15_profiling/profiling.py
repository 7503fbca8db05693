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
# 15 Profiling

You will build `profiling.py`: seven small functions that say what a
computation costs and where its time goes. They replace opinions about speed
by counts and honest times.

### Prerequisites

- **04 Layers**: `Module`, `parameters`, `Linear`, `Sequential`.
- **02 Tensor** and **01 Setup**, which 04 needs too: `tape`, `OpRecord` and
  views; `stopwatch`, `peak_bytes`, `human_bytes` and `make_rng`.

Nothing else is needed.

### Time and difficulty

About 3.5 hours. Difficulty 3 of 5. Seven exercises of 1 to 11 lines.

### Learning objectives

Afterwards you can

- count the parameters, the arithmetic and the memory traffic of a model;
- say which operation takes the time, and prove it with a table;
- report a time so that others can trust it;
- measure the two limits of your machine;
- tell which of them an operation meets first, and what would help.

### How the pieces hang together

Nearly everything comes from one source: the records of module 02.

```
   fn()  ─▶  one OpRecord for each operation
                          │
          ┌───────────────┼────────────────┐
    2 op_flops       3 op_bytes      record.seconds
          └───────────────┼────────────────┘
                          ▼
    4 profile(fn)         rows of numbers, no tensor kept
                          │
    5 by_operation(rows)  where did the time go?
                          │
    7 bound(...)          what held it up: arithmetic or memory?

    1 count_parameters(model)      what does a model own?
    6 latency(fn)                  how long does a call take?
```
"""

# %% [markdown]
"""
## Why measure

Here are two lines. Which of them takes longer?

```
   a @ b            a and b are (512, 512)
   c + d            c and d are (4096, 4096)
```

The first one multiplies and adds 134 million times. The second one only
adds, and only 17 million times. So the first takes eight times as long?

On our machine the first takes 7 ms, and the second 20 ms. Counting the
arithmetic was not wrong. It was only half of the account: the second line
reads and writes 64 times as many bytes.

Guesses about speed fail like this all the time, those of experts too. So
this module is about a habit: **count, measure, name the limit, and only
then change something.** Its question: **why does an operation take as long
as it does?**
"""

# %%
#| default_exp profiling
#| export
"""What a computation costs: parameters, arithmetic, bytes and time."""

from collections.abc import Callable, Iterable
from statistics import median
from time import perf_counter
from typing import NamedTuple

import numpy as np
from tinytorch.layers import Module
from tinytorch.tensor import OpRecord, tape

# %% [markdown]
"""
That cell opens your library file. The next one brings the tools for tests
and measurements. They stay here.
"""

# %%
from tinytorch.env import human_bytes, make_rng, peak_bytes
from tinytorch.layers import Flatten, Linear, Parameter, Sequential
from tinytorch.tensor import Tensor, concat, run_op

from tinytutor.kit import (
    bars,
    curve,
    expect,
    refuses,
    run_tests,
    same,
    table,
    unchanged,
)

# %% [markdown]
"""
## 1. Count the parameters

The size of a model is given in parameters: how many numbers does it own?
Each `Linear(in, out)` has a weight of in · out numbers and a bias of out.

```
   Sequential(Linear(5, 7), bend, Linear(7, 2))

   steps.0.weight  (5, 7)    35
   steps.0.bias    (7,)       7
   steps.2.weight  (7, 2)    14
   steps.2.bias    (2,)       2
                             ──
                             58 parameters in 4 tensors
```

A layer that is used in two places has two paths in the tree, and its
numbers exist once. In 04 you saw two lists: `named_parameters()` follows
the paths, `parameters()` gives each parameter once.

**Your part.** One line.
"""


# %% nbgrader={"grade": false, "grade_id": "count_parameters", "locked": false, "schema_version": 3, "solution": true}
#| export
def count_parameters(model: Module) -> int:
    """How many numbers the model owns; a shared parameter counts once."""
    ### BEGIN SOLUTION
    return sum(parameter.size for parameter in model.parameters())
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_count_parameters", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_count_parameters():
    def bend(z):
        return z / (1.0 + z * z) ** 0.5

    net = Sequential(Linear(5, 7), bend, Linear(7, 2))
    same(
        count_parameters(net),
        58,
        "count_parameters of the network in the text",
        mistakes={
            "that counts tensors, not the numbers in them": 4,
            "that counts rows: len(p) is the first axis only": 21,
            "that counts bytes; 4 of them are one number": 232,
            "the biases own numbers too": 49,
        },
    )
    expect(
        type(count_parameters(net)) is int,
        "a number of parameters is an int",
    )

    # One layer in two places, and a module inside a module.
    shared = Linear(3, 3)
    twice = Sequential(shared, bend, Sequential(shared, Linear(3, 4)))
    same(
        count_parameters(twice),
        28,
        "count_parameters, Linear(3, 3) used twice, Linear(3, 4) once",
        mistakes={
            "a shared layer owns its numbers once: parameters()": 40,
            "modules inside modules count too": 12,
        },
    )

    # What is no parameter is not counted.
    class Scale(Module):
        def __init__(self):
            self.scale = Parameter([2.0, 3.0])
            self.offset = Tensor([1.0, 1.0, 1.0])

    same(count_parameters(Scale()), 2, "a plain Tensor is no parameter")
    same(count_parameters(Flatten()), 0, "count_parameters(Flatten())")


test_count_parameters()

# %% [markdown]
"""
## 2. Count the arithmetic

A **FLOP** is one floating-point operation: one sum, one product, one
comparison. (FLOPs is the plural. FLOP/s, with a stroke, is a speed.)

How many FLOPs does an operation need? The shapes alone tell. Here is one
number of a matrix product:

```
   row      [ 1  2  3 ]
   column   [ 4  5  6 ]      1·4  +  2·5  +  3·6

                             3 products and 3 sums: 2 · 3 FLOPs
```

(The first sum adds to zero. Everyone counts it, so that the rule is short.)
For `(2, 3) @ (3, 4)` there are 8 such numbers: 8 · 2 · 3 = 48 FLOPs. Three
rules are enough for all operations of your library:

```
   operation                     FLOPs
   matmul                        2 · output numbers · inner size
   reshape, transpose, getitem,  0: nothing is computed
   concat, pad
   everything else               1 for each number
```

The **inner size** is the length of the rows of the first factor. Batches
need no rule of their own, for the output has their axes already.

Each number *of what*, in the last rule? `sum` makes one number of many, so
its inputs count. `(3, 1) + (1, 4)` makes 12 numbers from 7, so its output
counts. Take the largest of all sizes.

One FLOP for `exp` is too little: it takes a processor ten or more. Tools
differ there. What matters is that you always count in the same way.
"""

# %%
#| export
# They only pick numbers and put them in another order.
ARRANGING = frozenset({"reshape", "transpose", "getitem", "concat", "pad"})


# %% nbgrader={"grade": false, "grade_id": "op_flops", "locked": false, "schema_version": 3, "solution": true}
#| export
def op_flops(record: OpRecord) -> int:
    """The floating-point operations of one record, from its shapes alone.

    matmul: 2 for each output number and each place of the inner axis. What
    only arranges numbers: 0. All others: 1 for each number of the largest
    tensor, be it an input or the output.
    """
    ### BEGIN SOLUTION
    if record.name == "matmul":
        inner = record.inputs[0].shape[-1]
        return 2 * record.output.size * inner
    if record.name in ARRANGING:
        return 0
    return max(tensor.size for tensor in (*record.inputs, record.output))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_op_flops", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_op_flops():
    def flops_of(fn, *shapes):
        """The FLOPs of the one operation in `fn`, on tensors of ones."""
        with tape() as records:
            fn(*(Tensor(np.ones(shape, np.float32)) for shape in shapes))
        return op_flops(records[0])

    def product(a, b):
        return a @ b

    # Matrix products: plain, and with batches.
    same(
        flops_of(product, (2, 3), (3, 4)),
        48,
        "op_flops of (2, 3) @ (3, 4)",
        mistakes={
            "each step is a product and a sum: 2 FLOPs": 24,
            "the inner size is the last axis of the first factor": 32,
            "the inner size is 3, shared by both factors": 64,
            "one FLOP per number is the rule of the others": 12,
        },
    )
    same(
        flops_of(product, (5, 2, 3), (3, 4)),
        240,
        "op_flops of (5, 2, 3) @ (3, 4)",
        mistakes={
            "the batch counts: use the size of the output": 48,
            "the inner size is the last axis, not the first": 400,
            "the inner size is axis -1, not axis 1": 160,
        },
    )
    same(
        flops_of(product, (6, 1, 2, 3), (5, 3, 7)),
        2520,
        "op_flops of (6, 1, 2, 3) @ (5, 3, 7)",
    )

    # One for each number of the largest tensor.
    same(
        flops_of(lambda a: a.sum(axis=-1), (2, 3, 4)),
        24,
        "op_flops of sum(axis=-1), shape (2, 3, 4)",
        mistakes={"a sum reads every input: count the input's size": 6},
    )
    same(flops_of(lambda a: a.max(), (3, 5)), 15, "op_flops of max()")
    same(
        flops_of(lambda a, b: a + b, (3, 1), (1, 4)),
        12,
        "op_flops of (3, 1) + (1, 4)",
        mistakes={
            "the output is larger than each input here": 4,
            "that is the first input only; the output is larger": 3,
            "take the largest size, not the sum of the inputs": 7,
            "take the largest size, not the sum of all": 19,
        },
    )
    same(
        flops_of(lambda a, b: a - b, (3,), (2, 3)),
        6,
        "op_flops of (3,) - (2, 3)",
    )
    own = flops_of(lambda a: run_op("cube", lambda v: v**3, a), (2, 5))
    same(own, 10, "op_flops of an operation of your own, shape (2, 5)")

    # Nothing is computed.
    arranging = {
        "reshape": lambda a: a.reshape(-1),
        "transpose": lambda a: a.T,
        "getitem": lambda a: a[1:],
        "pad": lambda a: a.pad(((1, 0), (0, 1))),
        "concat": lambda a: concat([a, a]),
    }
    for name, fn in arranging.items():
        same(
            flops_of(fn, (2, 3)),
            0,
            f"op_flops of {name}",
            hint="the second rule of the table",
        )
    expect(
        type(flops_of(product, (2, 3), (3, 4))) is int,
        "a number of FLOPs is an int",
    )


test_op_flops()

# %% [markdown]
"""
## 3. Count the bytes

Before a processor can add two numbers, they must come from memory. The sum
must go back. This **traffic** takes time too, and the shapes tell it as
well:

```
   (1000, 1000) + (1000, 1000), float32

   read a     4 MB ┐
   read b     4 MB ├─  12 MB of traffic for 1 million FLOPs
   write out  4 MB ┘
```

So count the bytes of all inputs and of the output. A tensor knows its own:
`nbytes` is its size times the bytes of one number, 4 for float32, 8 for
float64 and int64.

One exception. In 02 you met **views**: a transpose, most slices and most
reshapes look at the old numbers in a new order. Nothing is read, nothing is
written. A name cannot tell a view from a copy, for `reshape` may be either.
The memory can:

```python
a = np.arange(6)
np.may_share_memory(a, a.reshape(2, 3))      # True:  a view
np.may_share_memory(a, a[[0, 2]])            # False: a copy
```

`may_share_memory` only compares where two arrays begin and end, which is
quick. An output that is no view gets memory of its own.

The count is a model, too. It takes every input as read once and whole. An
index array that picks 3 of 1,000 rows reads less.
"""


# %% nbgrader={"grade": false, "grade_id": "op_bytes", "locked": false, "schema_version": 3, "solution": true}
#| export
def op_bytes(record: OpRecord) -> int:
    """The bytes that one record reads and writes: inputs and output.

    0 where the output is a view of an input: then nothing moves.
    """
    ### BEGIN SOLUTION
    moved = record.output.nbytes
    for tensor in record.inputs:
        if np.may_share_memory(tensor.data, record.output.data):
            return 0
        moved += tensor.nbytes
    return moved
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_op_bytes", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_op_bytes():
    def ones(*shape, dtype=np.float32):
        return Tensor(np.ones(shape, dtype))

    def bytes_of(fn, *tensors):
        """The bytes of the last operation in `fn`."""
        with tape() as records:
            fn(*tensors)
        return op_bytes(records[-1])

    # Everything that is read, and everything that is written.
    same(
        bytes_of(lambda a, b: a @ b, ones(2, 3), ones(3, 4)),
        104,
        "op_bytes of (2, 3) @ (3, 4) in float32",
        mistakes={
            "the output is written: count it too": 72,
            "the inputs are read: count them too": 32,
            "both inputs are read": 56,
            "that counts numbers; one of them has 4 bytes": 26,
        },
    )
    wide = ones(2, 3, dtype=np.float64), ones(3, 4, dtype=np.float64)
    same(
        bytes_of(lambda a, b: a @ b, *wide),
        208,
        "op_bytes of (2, 3) @ (3, 4) in float64",
        mistakes={"a float64 has 8 bytes: ask nbytes": 104},
    )
    same(
        bytes_of(lambda a: a.sum(axis=0), ones(5, 2)),
        48,
        "op_bytes of sum(axis=0), shape (5, 2)",
    )
    same(
        bytes_of(lambda a, b: a + b, ones(3, 1), ones(1, 4)),
        76,
        "op_bytes of (3, 1) + (1, 4)",
    )
    joined = bytes_of(lambda a, b: concat([a, b, a]), ones(2), ones(3))
    same(
        joined,
        56,
        "op_bytes of concat of 2, 3 and 2 numbers",
        mistakes={"nothing is computed, but all of it is moved": 0},
    )
    same(
        bytes_of(lambda a: a[np.array([2, 0])], ones(4, 3)),
        72,
        "op_bytes of a[[2, 0]], shape (4, 3)",
        mistakes={"an index array makes a copy, no view": 0},
    )

    # A view moves nothing; the name does not tell.
    views = {
        "a.T": lambda a: a.T,
        "a.reshape(6)": lambda a: a.reshape(6),
        "a[1:]": lambda a: a[1:],
    }
    for text, fn in views.items():
        got = bytes_of(fn, ones(2, 3))
        same(got, 0, f"op_bytes of {text}", hint="a view moves nothing")
    same(
        bytes_of(lambda a: a.T.reshape(6), ones(2, 3)),
        48,
        "op_bytes of the reshape in a.T.reshape(6)",
        mistakes={"this reshape had to copy: ask the memory": 0},
    )
    lone = bytes_of(lambda a: run_op("self", lambda v: v[:2], a), ones(3))
    same(lone, 0, "op_bytes of a view under another name")
    behind = bytes_of(
        lambda a, b: run_op("second", lambda v, w: w[1:], a, b),
        ones(2),
        ones(3),
    )
    same(behind, 0, "op_bytes of a view of the second input")
    expect(type(joined) is int, "a number of bytes is an int")


test_op_bytes()

# %% [markdown]
"""
## 4. Profile a function

Now let a whole computation run and write down a row for each operation. The
log does nearly all the work. But it hides a trap. A record holds its
tensors, and a log holds its records:

```
   with tape() as records:            1,000 operations of 4 MB each
       fn()

   records ─▶ record ─▶ output (4 MB)     as long as the log lives,
              record ─▶ output (4 MB)     so do they: 4 GB
              ...
```

Without a log, each result is dropped as soon as nobody needs it. A
measurement that changes what it measures is of little use. So take the
numbers out **while the record is filed**, and let the tensors go. In 02 you
built what is needed: `tape(keep=fn)` stores `fn(record)` instead of the
record. For example:

```python
with tape(keep=lambda record: record.output.shape) as shapes:
    fn()
shapes            # [(64, 256), (64, 256), ...]
```

A row is a small tuple with names: `row.flops` reads better than `row[2]`.
"""


# %%
#| export
class Row(NamedTuple):
    """What one operation cost. Numbers only: it keeps no tensor alive."""

    name: str
    shape: tuple[int, ...]  # of the output
    flops: int
    nbytes: int  # read and written
    seconds: float


# %% nbgrader={"grade": false, "grade_id": "profile", "locked": false, "schema_version": 3, "solution": true}
#| export
def profile(fn: Callable[[], object]) -> list[Row]:
    """Runs fn() once and gives a Row for each operation, in their order.

    Keeps no tensor alive.
    """

    ### BEGIN SOLUTION
    def numbers_of(record: OpRecord) -> Row:
        flops, nbytes = op_flops(record), op_bytes(record)
        shape = record.output.shape
        return Row(record.name, shape, flops, nbytes, record.seconds)

    with tape(keep=numbers_of) as rows:
        fn()
    return rows
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_profile", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_profile():
    # A product, a sum and a view.
    x, weight = Tensor(np.ones((2, 3))), Tensor(np.ones((3, 4)))
    calls = []

    def small():
        calls.append("run")
        return (x @ weight).sum(axis=0).reshape(2, 2)

    with unchanged(x, weight, what="profile(fn)"):
        rows = profile(small)
    expect(
        len(calls) == 1,
        f"fn ran {len(calls)} times, expected 1: run it inside the log",
    )
    expect(rows is not None, "profile(fn) gave None: a `return`?")
    expect(len(rows) == 3, f"three operations, but {len(rows)} rows")
    are_rows = all(isinstance(row, Row) for row in rows)
    expect(are_rows, "profile(fn) gives a list of Row", hint="Row(name, …)")
    wanted = [
        ("matmul", (2, 4), 48, 208),
        ("sum", (4,), 8, 96),
        ("reshape", (2, 2), 0, 0),
    ]
    for number, (row, right) in enumerate(zip(rows, wanted, strict=True)):
        here = f"row {number} of profile(fn)"
        name, shape, flops, nbytes = right
        expect(row.name == name, f"{here}: {row.name}, expected {name}")
        good = row.shape == shape
        expect(
            good,
            f"{here}, {name}: shape {row.shape}, expected {shape}",
            hint="the shape of the output",
        )
        same(row.flops, flops, f"{here}, {name}: flops")
        same(row.nbytes, nbytes, f"{here}, {name}: nbytes")
    with tape() as records:
        counted = profile(small)
    expect(
        [row.seconds for row in counted] == [r.seconds for r in records],
        "row.seconds is what the record says: record.seconds",
    )
    expect(profile(lambda: None) == [], "no operation, no row")

    # The tensors must be gone: 100 results of 1 MB, one after the other.
    def chain():
        value = Tensor(np.ones(250_000, np.float32))
        for _ in range(100):
            value = value + 1.0

    peak = peak_bytes(lambda: profile(chain))
    expect(
        peak < 10_000_000,
        f"your log kept {human_bytes(peak)} alive: use tape(keep=...)",
        hint="make the Row while the record is filed, not afterwards",
    )


test_profile()

# %% [markdown]
"""
## 5. Sum up by operation

A network of ten layers makes dozens of rows. What you want to know is a
question about kinds: how much of the time is matrix products? So put all
rows of one name together:

```
   rows                                by_operation(rows)

   name    flops  nbytes  seconds              calls  flops  nbytes  s.
   matmul     48     208     5 µs      matmul      2    112     464  8 µs
   add         8     160     2 µs      add         2     16     320  4 µs
   matmul     64     256     3 µs
   add         8     160     2 µs
```

The pattern is an old friend: a dictionary from names to totals. For each
row, look up what is there so far, add, and store. A name that is met for
the first time starts at zeros:

```python
counts: dict[str, int] = {}
for word in ["to", "be", "or", "not", "to", "be"]:
    counts[word] = counts.get(word, 0) + 1
counts                  # {'to': 2, 'be': 2, 'or': 1, 'not': 1}
```

At the end, sort: what takes most of the time comes first. A dictionary
keeps the order in which it was filled. `sorted(totals.items(), key=...)`
gives the pairs in order, and `dict(...)` makes a dictionary of them again.
"""


# %%
#| export
class Total(NamedTuple):
    """What all operations of one name cost together."""

    calls: int
    flops: int
    nbytes: int
    seconds: float


# %% nbgrader={"grade": false, "grade_id": "by_operation", "locked": false, "schema_version": 3, "solution": true}
#| export
def by_operation(rows: Iterable[Row]) -> dict[str, Total]:
    """Name: Total of its rows. What took most seconds comes first."""
    totals: dict[str, Total] = {}
    # 1. Add each row to the Total of its name.
    # 2. Sort by seconds, the largest first.
    ### BEGIN SOLUTION
    for row in rows:
        before = totals.get(row.name, Total(0, 0, 0, 0.0))
        totals[row.name] = Total(
            before.calls + 1,
            before.flops + row.flops,
            before.nbytes + row.nbytes,
            before.seconds + row.seconds,
        )
    pairs = sorted(totals.items(), key=lambda pair: -pair[1].seconds)
    return dict(pairs)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_by_operation", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_by_operation():
    # Two names, one of them three times. Short times, many calls.
    rows = [
        Row("add", (2, 4), 8, 160, 1.0),
        Row("matmul", (2, 4), 48, 208, 5.0),
        Row("add", (2, 4), 16, 320, 0.5),
        Row("transpose", (4, 2), 0, 0, 0.25),
        Row("add", (2, 4), 32, 640, 2.0),
    ]
    totals = by_operation(rows)
    expect(totals is not None, "by_operation(rows) gave None: a `return`?")
    names = " ".join(totals)
    same(
        names,
        "matmul add transpose",
        "the names in by_operation(rows)",
        hint="sorted(…, key=…) by seconds, the largest first",
        mistakes={
            "sort by seconds, not as they came": "add matmul transpose",
            "the slowest comes first": "transpose add matmul",
            "that is sorted by name, backwards": "transpose matmul add",
        },
    )
    total = totals["add"]
    expect(
        isinstance(total, Total),
        "by_operation gives a Total for each name",
        hint="Total(calls, flops, nbytes, seconds)",
    )
    same(
        total.calls,
        3,
        "calls of add, from 3 rows",
        mistakes={"a repeated name must add up, not start anew": 1},
    )
    same(total.flops, 56, "flops of add: 8 + 16 + 32")
    same(total.nbytes, 1120, "nbytes of add: 160 + 320 + 640")
    same(total.seconds, 3.5, "seconds of add: 1 + 0.5 + 2")
    same(list(totals["matmul"]), [1, 48, 208, 5], "the Total of matmul")

    # By the sum of the seconds, neither by calls nor by flops.
    rows = [Row("exp", (1,), 90, 8, 1.5), Row("sum", (1,), 2, 90, 2.0)]
    rows += [Row("exp", (1,), 90, 8, 0.25), Row("neg", (1,), 1, 1, 3.0)]
    same(
        " ".join(by_operation(rows)),
        "neg sum exp",
        "the names, with seconds neg 3, sum 2, exp 1.75",
        mistakes={
            "sort by seconds, not by flops": "exp sum neg",
            "sort by seconds, not by nbytes": "sum exp neg",
            "sort by seconds, not by calls": "exp sum neg",
        },
    )
    expect(by_operation([]) == {}, "no rows, no totals")
    once = by_operation(iter(rows))
    expect(len(once) == 3, "rows may be read once only: one loop over them")


test_by_operation()

# %% [markdown]
"""
Now look into a network. The batch has 64 examples, the layers are 256 wide.
"""


# %% tags=["experiment"]
def bend(z):
    """The smooth curve from -1 to 1 of module 04."""
    return z / (1.0 + z * z) ** 0.5


def network(width, rng):
    """Three layers of one width."""
    first, second = (Linear(width, width, rng=rng) for _ in range(2))
    return Sequential(first, bend, second, bend, Linear(width, 10, rng=rng))


net = network(256, make_rng(0))
batch = Tensor(make_rng(1).standard_normal((64, 256), dtype=np.float32))
net(batch)  # the first run is a warm-up
totals = by_operation(profile(lambda: net(batch)))
print(f"{count_parameters(net):,} parameters\n")
table(
    [
        (name, t.calls, t.flops, human_bytes(t.nbytes), 1e6 * t.seconds)
        for name, t in totals.items()
    ],
    ["operation", "calls", "FLOPs", "bytes", "µs"],
)

# %% [markdown]
"""
## 6. Latency: a time that others can trust

The **latency** is the time from the call to the answer. `stopwatch` from 01
gives its median. For a service that answers people, that is not enough: if
every tenth answer takes a second, every tenth user waits. So three numbers
make a report:

```
   11 runs, sorted    1  2  2  2  3  4  5  6  8  9  30      seconds
                      │              │           │
                    best          median        p90
```

- **best**: what the machine can do when nothing disturbs it;
- **median**: an ordinary run;
- **p90**: nine of ten runs are no slower. The slowest run of all is a
  matter of luck; p90 is a fact about the tail.

`np.quantile(times, 0.9)` gives p90. Where it falls between two runs, it
takes a point between them.

As in 01, the clock is a parameter. The tests bring a fake one, work and
clock in one: `FakeWork(50, 4)` pretends to need 50 seconds in its first run
and 4 in the second.
"""


# %%
class FakeWork:
    """Work that takes the given seconds, in turn, on a clock of its own."""

    def __init__(self, *durations: float):
        self.durations = durations
        self.calls = 0
        self.now = 100.0

    def __call__(self) -> None:
        """Pretends to work: counts the call and moves the clock."""
        self.now += self.durations[self.calls % len(self.durations)]
        self.calls += 1

    def clock(self) -> float:
        """The time on this fake's clock, in seconds."""
        return self.now


# %% nbgrader={"grade": false, "grade_id": "latency", "locked": false, "schema_version": 3, "solution": true}
#| export
def latency(
    fn: Callable[[], object],
    repeats: int = 30,
    warmup: int = 3,
    *,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, float]:
    """Times `repeats` runs: {"median": …, "p90": …, "best": …}, seconds.

    Calls `fn` first `warmup` times untimed. Reads `clock` just before and
    just after each timed run. Raises ValueError for repeats below 1, before
    any run; it says "repeats" and the value.
    """
    ### BEGIN SOLUTION
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, got {repeats}")
    for _ in range(warmup):
        fn()
    times = []
    for _ in range(repeats):
        start = clock()
        fn()
        times.append(clock() - start)
    p90 = float(np.quantile(times, 0.9))
    return {"median": median(times), "p90": p90, "best": min(times)}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_latency", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_latency():
    # Two warm-ups, then the eleven runs of the picture, as they came.
    work = FakeWork(60, 40, 3, 9, 2, 8, 4, 30, 5, 6, 2, 2, 1)
    got = latency(work, repeats=11, warmup=2, clock=work.clock)
    expect(
        work.calls == 13,
        f"fn ran {work.calls} times, expected 13: 2 warm-ups, 11 repeats",
    )
    expect(isinstance(got, dict), "latency(fn) gives a dictionary")
    keys = " ".join(sorted(got))
    same(keys, "best median p90", "the keys of latency(fn), sorted")
    what = "latency(fn) of the eleven runs in the text"
    same(
        got["median"],
        4,
        f'{what}: ["median"]',
        tolerance=0.01,
        mistakes={
            "one slow run moved it: the median, not the mean": 72 / 11,
            "the warm-up was timed": 5,
            "the first eleven runs were timed: warm up first": 6,
            "that is the middle as they came: sort first": 30,
            "another clock was read: call `clock()`, the parameter": 0,
        },
    )
    same(
        got["p90"],
        9,
        f'{what}: ["p90"]',
        tolerance=0.01,
        mistakes={
            "that is the slowest run; nine of ten are no slower": 30,
            "nine of ten runs are no slower: quantile 0.9, not 0.1": 2,
        },
    )
    same(
        got["best"],
        1,
        f'{what}: ["best"]',
        tolerance=0.01,
        mistakes={"the best run is the fastest": 30},
    )

    # Where the quantile falls between two runs.
    work = FakeWork(8, 1, 5, 2)
    got = latency(work, repeats=4, warmup=0, clock=work.clock)
    expect(work.calls == 4, f"warmup=0: fn ran {work.calls} times, not 4")
    same(got["median"], 3.5, "the median of 8, 1, 5 and 2", tolerance=0.01)
    same(
        got["p90"],
        7.1,
        "p90 of 8, 1, 5 and 2: between 5 and 8",
        tolerance=0.01,
        hint="np.quantile(times, 0.9)",
    )

    # The defaults, and no run at all.
    work = FakeWork(7)
    latency(work, clock=work.clock)
    expect(
        work.calls == 33,
        f"fn ran {work.calls} times by default, expected 3 + 30",
    )
    work = FakeWork(7)
    got = latency(work, repeats=1, clock=work.clock)
    same(list(got.values()), [7, 7, 7], "latency of one run of 7 s")
    for repeats in (0, -2):
        work = FakeWork(7)
        what = f"latency(fn, repeats={repeats})"
        with refuses(ValueError, what, says=["repeats", str(repeats)]):
            latency(work, repeats=repeats, clock=work.clock)
        expect(work.calls == 0, f"{what}: fn ran; check `repeats` first")


test_latency()

# %% [markdown]
"""
## 7. What holds it up?

A machine has two limits. It can do so many FLOPs in a second, its **peak**.
And it can move so many bytes in a second, its **bandwidth**. Take a machine
with 100 GFLOP/s and 10 GB/s, and two operations on float32:

```
                        FLOPs    arithmetic     bytes     traffic
   (1000,1000) @ same   2·10⁹      20 ms       12 MB      1.2 ms
   (1000,1000) + same   10⁶         0.01 ms    12 MB      1.2 ms
```

Arithmetic and traffic go on at the same time. So an operation takes at
least as long as **the longer of the two**. The product is
**compute-bound**: more bandwidth would not help it. The sum is
**memory-bound**: it would be no slower if each addition were ten additions.

```
   speed reached               ┌──────────────────  peak
                              ╱
                             ╱
                            ╱
                           ╱  memory-bound  │  compute-bound
                          ╱                 │
                                       FLOPs per byte
```

This picture is the **roofline**. The slanted roof is the bandwidth, the flat
one is the peak. An operation stands somewhere below. How many FLOPs it does
for each byte decides which roof is above it.
"""


# %% nbgrader={"grade": false, "grade_id": "bound", "locked": false, "schema_version": 3, "solution": true}
#| export
def bound(
    flops: float,
    nbytes: float,
    peak_flops: float,
    bandwidth: float,
) -> str:
    """Which limit work meets first: "compute" or "memory".

    flops and nbytes say how much work it is; peak_flops is in FLOP/s,
    bandwidth in bytes/s. "compute" where the arithmetic takes longer than
    the traffic, else "memory". Work without traffic is allowed.
    """
    ### BEGIN SOLUTION
    arithmetic, traffic = flops / peak_flops, nbytes / bandwidth
    return "compute" if arithmetic > traffic else "memory"
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_bound", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_bound():
    # The two operations of the text, on its machine.
    machine = 100e9, 10e9
    added = bound(1e6, 12e6, *machine)
    expect(isinstance(added, str), 'bound gives "compute" or "memory"')
    same(
        added,
        "memory",
        "bound of (1000, 1000) + (1000, 1000)",
        hint="compare 0.01 ms of arithmetic with 1.2 ms of traffic",
        mistakes={"the longer of the two times is the limit": "compute"},
    )
    same(
        bound(2e9, 12e6, *machine),
        "compute",
        "bound of (1000, 1000) @ (1000, 1000)",
        hint="compare 20 ms of arithmetic with 1.2 ms of traffic",
        mistakes={"the longer of the two times is the limit": "memory"},
    )

    # Near the edge: here it lies at 100 / 10 = 10 FLOPs for each byte.
    for flops, right in (
        (1010, "compute"),
        (1000, "memory"),
        (990, "memory"),
    ):
        same(
            bound(flops, 100, *machine),
            right,
            f"bound({flops}, 100, 100e9, 10e9)",
            hint="both times in seconds; equal times: memory",
        )
    # The same work on another machine.
    same(
        bound(1000, 100, 40e9, 10e9),
        "compute",
        "bound(1000, 100, 40e9, 10e9): a slower processor",
        mistakes={"peak_flops was ignored": "memory"},
    )
    same(
        bound(1010, 100, 100e9, 5e9),
        "memory",
        "bound(1010, 100, 100e9, 5e9): a slower memory",
        mistakes={"bandwidth was ignored": "compute"},
    )
    same(bound(10, 0, *machine), "compute", "bound(10, 0, …): no traffic")
    same(bound(0, 0, *machine), "memory", "bound(0, 0, …): no work")


test_bound()

# %% [markdown]
"""
## Systems analysis

Three measurements. First the two limits of your machine, then single
operations below them, then a whole network.

### The limits of this machine

The **peak** is what a large matrix product reaches: its FLOPs, divided by
the best time. The **bandwidth** is what copying 64 MB reaches. Each byte
counts twice, for it is read and written. Both write into an array that
exists already: to ask for new memory takes time of its own.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** How many FLOPs can your machine do in the time in which
it moves one byte?

1. about 0.1: a FLOP is dearer than a byte
2. about 1: a processor is built in balance
3. about 2, or more: a byte is dearer than a FLOP
"""


# %% tags=["experiment"]
def peak_of(dtype):
    """FLOP/s of a product of (512, 512) matrices, at best."""
    a = Tensor(make_rng(0).standard_normal((512, 512)), dtype=dtype)
    (row,) = profile(lambda: a @ a)
    target = np.empty_like(a.data)
    product = latency(lambda: np.matmul(a.data, a.data, out=target))
    return row.flops / product["best"]


def bandwidth_of(megabytes):
    """Bytes/s of a copy from one array into another, at best."""
    source = np.ones(megabytes * 250_000, np.float32)
    target = np.empty_like(source)
    copied = latency(lambda: np.copyto(target, source), repeats=20)
    return 2 * source.nbytes / copied["best"]


peak, peak_64 = peak_of(np.float32), peak_of(np.float64)
bandwidth = bandwidth_of(64)
ridge = peak / bandwidth
limits = [
    ("peak, float32", peak / 1e9, "GFLOP/s"),
    ("peak, float64", peak_64 / 1e9, "GFLOP/s"),
    ("bandwidth, 64 MB", bandwidth / 1e9, "GB/s"),
    ("bandwidth, 1 MB: in the cache", bandwidth_of(1) / 1e9, "GB/s"),
    ("peak / bandwidth, float32", ridge, "FLOPs per byte"),
]
table(limits, ["limit", "measured", "unit"])
print()
bars({name: value for name, value, _ in limits[:2]}, unit="GFLOP/s")
bars({name: value for name, value, _ in limits[2:4]}, unit="GB/s")

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured:

```
   peak, float32                      38   GFLOP/s
   peak, float64                      17   GFLOP/s     about half
   bandwidth, 64 MB                   20   GB/s
   bandwidth, 1 MB: in the cache      52   GB/s
   peak / bandwidth, float32           1.9 FLOPs per byte
```

Answer 3. That last number is called the **ridge**. Below it work is
memory-bound, above it compute-bound. The law: **to reach the peak, work
must do more FLOPs for each byte than the ridge says.** An addition of two
float32 tensors does 1 for 12 bytes.

The **cache** is a small, fast memory inside the processor. What fits into
it moves faster. Keep that in mind for the next picture.

### Single operations below the roof

Now additions and products of n x n matrices, from n = 8 to n = 1024. For
each we count FLOPs and bytes, measure the time, and compare it with the
time at the roof: the longer of arithmetic and traffic.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** For n = 8, what takes most of the time?

1. The addition: traffic. The product: arithmetic.
2. Both: traffic.
3. Neither arithmetic nor traffic.
"""


# %% tags=["experiment"]
def below_the_roof(n):
    """Rows of the table for an addition and a product of (n, n)."""
    a = Tensor(make_rng(n).standard_normal((n, n), dtype=np.float32))
    for name, fn in (("add", lambda: a + a), ("matmul", lambda: a @ a)):
        (row,) = profile(fn)
        seconds = latency(fn, repeats=20)["best"]
        roof = max(row.flops / peak, row.nbytes / bandwidth)
        limit = bound(row.flops, row.nbytes, peak, bandwidth)
        per_byte, speed = row.flops / row.nbytes, row.flops / seconds
        yield name, n, per_byte, limit, 1e6 * seconds, 1e6 * roof, speed


sizes = (8, 16, 32, 64, 128, 256, 512, 1024)
roof_rows = [row for n in sizes for row in below_the_roof(n)]
roof_rows.sort()
shown = [(*row[:6], f"{row[5] / row[4]:.0%}") for row in roof_rows]
headers = ["operation", "n", "FLOPs/byte", "bound", "µs", "roof µs"]
table(shown, [*headers, "of roof"])
print()


def dots(operation):
    """(FLOPs per byte, GFLOP/s) of each size."""
    mine = [row for row in roof_rows if row[0] == operation]
    return [(per_byte, speed / 1e9) for _, _, per_byte, *_, speed in mine]


places = np.geomspace(0.08, 171, 56)
curve(
    {
        "roof": [(x, min(peak, x * bandwidth) / 1e9) for x in places],
        "add": dots("add"),
        "matmul": dots("matmul"),
    },
    x="FLOPs per byte",
    y="GFLOP/s (both scales logarithmic)",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

On the same machine we measured:

```
                n     µs   roof µs                 n       µs  roof µs
   add          8      5      0.04    matmul       8        9     0.04
              128      8        10                64       25       14
              256     18        39               128      124      111
              512     54       157               512    7,100    7,100
            1,024    600       630             1,024   58,000   56,500
```

Answer 3: an 8 x 8 product takes 9 µs, and 0.04 µs of them at the roof. The
rest is the way through Python and the door. So there is a third limit
beside the two roofs, and a law for all rows:

**time ≈ fixed cost of a call + time at the roof**

- **Small**: the fixed cost rules, some 5 to 9 µs. FLOPs do not matter.
- **Large products** touch the flat roof from n = 128 on. Only fewer FLOPs,
  a smaller dtype or a faster processor would help them.
- **Additions** all stand in one column, at 1/12 FLOP per byte, whatever n
  is. With n = 1024 they are at the slanted roof.

Three additions stand *above* the roof, those with n from 128 to 512. Their
tensors of at most 1 MiB fit into the cache, and we measured the slanted
roof in large memory. A roofline is a model. When a dot stands where none
should be, ask why.

### A whole network

The network from above has three layers. Its time can be split in three:
inside `matmul`, inside the other operations, and outside NumPy: Python,
layers and door.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** In this network more than 99 % of the FLOPs are matrix
products. With layers of width 256, what share of the *time* is `matmul` for
a batch of 1, and what share for a batch of 256?
"""


# %% tags=["experiment"]
def split_of(width, size):
    """Width, batch, µs of a call, and the three shares of it."""
    net = network(width, make_rng(0))
    shape = (size, width)
    x = Tensor(make_rng(1).standard_normal(shape, dtype=np.float32))
    whole = latency(lambda: net(x), repeats=20)["median"]
    profiles = [by_operation(profile(lambda: net(x))) for _ in range(20)]
    product = np.median([p["matmul"].seconds for p in profiles])
    sums = [sum(t.seconds for t in p.values()) for p in profiles]
    inside = np.median(sums)
    flops = sum(total.flops for total in profiles[0].values())
    share = profiles[0]["matmul"].flops / flops
    shares = product / whole, (inside - product) / whole
    outside = max(0.0, 1 - inside / whole)
    return width, size, 1e6 * whole, share, *shares, outside


cases = ((16, 1), (16, 256), (256, 1), (256, 16), (256, 256), (1024, 256))
split_rows = [split_of(width, size) for width, size in cases]
table(
    [(*row[:3], *(f"{x:.0%}" for x in row[3:])) for row in split_rows],
    ["width", "batch", "µs", "FLOPs", "matmul", "others", "outside"],
)
print("\nFLOPs: matmul's share of the arithmetic; then shares of time\n")
bars(
    {f"width {r[0]}, batch {r[1]}": 100 * r[4] for r in split_rows},
    unit="%",
)

# %% [markdown]
"""
### What to see

On the same machine we measured:

```
   width   batch        µs    FLOPs    matmul    others    outside
      16       1       130      89%       14%       24%        62%
      16     256       180      89%       21%       32%        47%
     256       1       145      99%       22%       23%        55%
     256      16       300      99%       55%       18%        27%
     256     256     2,400      99%       82%       12%         6%
   1,024     256    31,000     100%       95%        4%         1%
```

With a batch of 1, products are 99 % of the arithmetic and 22 % of the time.
More than half goes to Python, 14 times through the door. With a batch of
256, the products take 82 %.

So the advice "make the matrix product faster" is worth much in the last
row and little in the third. **Amdahl's law** says how much: speed up a part
that takes the share p of the time by a factor of s, and the whole becomes

```
        1
   ───────────    times faster.      p = 0.22, s = ∞:   1.3 times
   1 - p + p/s                       p = 0.95, s = 2:   1.9 times
```

The FLOPs alone would have promised 100 times and 2 times.
"""

# %% [markdown]
"""
## In production

- **torch.profiler** records each operation, as your door does. Its table of
  totals has the columns of yours, and `record_shapes=True` adds shapes.
- **FLOP counters**, such as `torch.utils.flop_counter`, know a rule for
  each operation. They count a matrix product as you do, and differ in how
  they see the cheap ones.
- **perf** on Linux and **Nsight** from NVIDIA look deeper: they read the
  processor's own counters for bytes, cache misses and waiting.
- **GPU calls return early.** The work is queued and goes on. Synchronise
  before you read the clock, or let the profiler use the GPU's own events.
- **Ridges grow.** An A100 does 12 FLOPs per byte at its ridge in float32,
  and 200 with half precision in its special units for products. Most
  operations of a network lie below that, hence the hunt for bytes.
- **Services report tails.** p50, p90 and p99 stand in contracts; a mean
  does not. Your `best` answers another question: what is possible?
"""

# %% [markdown]
"""
## Misconceptions

**"FLOPs are time."** They are a part of it. Your table has rows with 99 %
of the FLOPs in 22 % of the time.

**"Fewer lines are faster."** The door counts operations, not lines. `bend`
is one line. It goes through the door four times and moves ten times the
bytes of its input.

**"Time the first call."** The first call pays for what later ones find
ready: memory, caches, libraries. Warm up, and say that you did.

**"A view is free, so reshape is free."** After a transpose, `reshape` has
to copy. Your `op_bytes` shows which one did.

**"The mean of many runs is fair."** Disturbances only ever make a run
slower. They pull the mean up and leave the median and the best in place.

**"Optimise first, measure later."** Without a profile you speed up what you
suspect. With one, you speed up what takes the time.
"""

# %% [markdown]
"""
## Questions to think about

1. `x * 2 + 1` and `x + x`: which one moves more bytes? Count, then measure.
2. Your bandwidth counts a copied byte twice. What would a roofline look
   like that counts it once, and who would be misled?
3. A `Linear(256, 256)` gets a batch of N. For which N does your machine
   call its product compute-bound? Work it out with `bound`, then test it.
4. `by_operation` sorts by seconds. When would you sort by bytes instead?
5. `profile` switches on a log. What does that do to the times in its rows,
   and what to the time of the whole call? How could you find out?
"""

# %% [markdown]
"""
## Quick reference

```
count_parameters(model)         numbers owned, a shared one once
op_flops(record)                matmul 2 · output · inner; arranging 0;
                                else the largest size
op_bytes(record)                all inputs and the output; a view 0
profile(fn)                     [Row(name, shape, flops, nbytes, seconds)]
by_operation(rows)              {name: Total(calls, flops, nbytes, seconds)}
latency(fn, 30, 3)              {"median": s, "p90": s, "best": s}
bound(flops, nbytes, peak, bandwidth)       "compute" or "memory"
```

```
(M, K) @ (K, N)     2·M·K·N FLOPs       4·(M·K + K·N + M·N) bytes
a + b, n numbers    n FLOPs             12·n bytes
Linear(in, out)     in·out + out parameters
```

```
the profile says           try
small calls, many of them  larger batches, fewer operations
memory-bound               fewer passes, views, a smaller dtype
compute-bound              fewer FLOPs, a smaller dtype
```

Order of work: measure, name the limit, change one thing, measure again.
"""

# %% [markdown]
"""
## Looking ahead

Four modules begin where this one ends. **16 Acceleration** takes away
calls and bytes. **17 Quantization** makes each number smaller, and **18
Compression** keeps fewer of them. **19 Caching** does not compute again
what is known already: there your FLOP counts show the gain.
"""

# %% [markdown]
"""
## Summary and what comes next

You count parameters, FLOPs and bytes, all from shapes. You profile any
computation from the records of 02 and sum up what each operation took. You
report a time with its spread, and you know two limits of your machine.

The law to take along: an operation takes its fixed cost plus the time at
the roof. Which part is larger decides what helps.

This module opens 16, 17, 18 and 19, each together with others. On the map
you see which of them you can enter next.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_count_parameters,
        test_op_flops,
        test_op_bytes,
        test_profile,
        test_by_operation,
        test_latency,
        test_bound,
    )
