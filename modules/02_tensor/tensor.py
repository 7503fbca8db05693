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
# 02 Tensor

You will build `Tensor`: a block of numbers with a shape that can tell, step
by step, how it was made. Nearly every later module computes with it.

### Prerequisites

- **01 Setup**: `make_rng` for the tests, `stopwatch` and `human_bytes` for
  the measurements.
- Python: functions, classes, lists. NumPy helps; a ten-minute warm-up is
  included.

### Time and difficulty

About 4 hours. Difficulty 2 of 5. Eight exercises of 3 to 15 lines.

### Learning objectives

Afterwards you can

- say the shape and the dtype of an expression before you run it;
- send every operation through one function and keep a record of it;
- explain broadcasting in three lines, and when `*` is not `@`;
- tell a view from a copy, and say what each of them costs;
- read the log of a calculation line by line.

### How the pieces hang together

```
  1  create       Tensor([1.0, 2.0])       numbers with a shape
                       │
  2  the door     run_op, tape             the one way to compute
                       │
        ┌──────────────┼───────────────┬───────────────┐
  3 arithmetic    4 matmul        5 reduce        6 shape
    + - * /         @               sum  mean       reshape  .T
    **  -a                          max  argmax     [ ]  pad
        └──────────────┴───────────────┴───────┬───────┘
                                               │
                                          7  join     concat, stack
                                               │
  8  read a log   explain(records)         what really happened
```
"""

# %% [markdown]
"""
## Why a tensor of our own

NumPy computes fast and forgets at once.

```python
a = np.array([1.0, 2.0, 3.0])
b = np.array([10.0, 20.0, 30.0])
((a + b) * 2).mean()              # 44.0
```

The answer is right. But how was it made? Which operations ran, in what
order, on which shapes, and how long did each take? The array cannot say.

Our tensor can. All its operations pass through one function, the **door**.
NumPy still does the arithmetic, behind the door. The door adds one thing:
it can write a slip of paper about what passed.

```
  #1  add  x1 (3,), x2 (3,)                    →  (3,)
  #2  mul  #1 (3,), x3 ()                      →  (3,)
  #3  sum  #2 (3,), axis=None, keepdims=False  →  ()
  #4  mul  #3 (), x4 ()                        →  ()
```

At the end you will read such a log with ease. You will also have measured
the answer to this question: **what does it cost to send every operation
through one door?**
"""

# %% [markdown]
"""
The next cell is the beginning of your library file. Its helper `extend`
lets one class grow over several cells:

```python
@extend(Tensor)
class Arithmetic:                 # the name is only for reading
    def __add__(self, other): ...
```

Afterwards `Tensor` has `__add__`. Run such a cell again and the new version
simply takes the place of the old one.
"""

# %%
#| default_exp tensor
#| export
"""An n-dimensional array whose every operation passes through one door."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Number = int | float | np.number  # one plain number


class _Empty:
    """Holds nothing but what Python puts into every class."""


def extend(cls: type) -> Callable[[type], type]:
    """Adds what a class body defines to `cls`: it may grow cell by cell."""

    def add_methods(body: type) -> type:
        for name, value in vars(body).items():
            if name not in vars(_Empty):
                setattr(cls, name, value)
        return cls

    return add_methods


# %%
from tinytorch.env import human_bytes, make_rng, stopwatch

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

# %% [markdown]
"""
## Warm-up: NumPy in ten minutes

The next cell lists expressions in quotes. Guess what each gives, then run
the cell and compare. Change the lines as you like: nothing later depends on
them. Four ideas are enough.

1. **Shape.** `m` below has shape `(2, 3)`: 2 rows, 3 columns. Axis 0 runs
   down the rows, axis 1 along the columns.
2. **An axis disappears.** `m.sum(axis=0)` adds along axis 0, so shape
   `(2, 3)` becomes `(3,)`. With `keepdims=True` it becomes `(1, 3)`.
3. **Broadcasting.** Arrays of different shapes can meet: a missing axis or
   an axis of size 1 is stretched.
4. **View or copy.** Some expressions make new numbers. Others only look at
   the old ones in a new order.
"""

# %% tags=["experiment"]
m = np.array([[1, 2, 3], [4, 5, 6]])
row = np.array([10, 20, 30])
column = np.array([[100], [200]])
warm_up_rows = [
    ("m.shape", m.shape),
    ("m.ndim, m.size", (m.ndim, m.size)),
    ("m.sum(axis=0)", m.sum(axis=0)),
    ("m.sum(axis=1)", m.sum(axis=1)),
    ("m.sum(axis=1, keepdims=True)", m.sum(axis=1, keepdims=True)),
    ("m + row", m + row),
    ("m + column", m + column),
    ("row + column", row + column),
    ("m[0]", m[0]),
    ("m[:, 1]", m[:, 1]),
    ("m[:, 1:]", m[:, 1:]),
    ("m[[1, 0, 1]]", m[[1, 0, 1]]),
    ("m.reshape(3, 2)", m.reshape(3, 2)),
    ("m.T", m.T),
    ("np.shares_memory(m, m.T)", np.shares_memory(m, m.T)),
    ("np.array([1.0, 2.0]).dtype", np.array([1.0, 2.0]).dtype),
    ("np.array([1, 2]).dtype", np.array([1, 2]).dtype),
]
table(
    [(text, " ".join(str(value).split())) for text, value in warm_up_rows],
    ["you type", "you get"],
)

# %% [markdown]
"""
## 1. Create a tensor

A tensor is a block of numbers with a shape. The shape says how many numbers
lie along each axis.

```
   3.5        [1 2 3]       [[1 2 3]          ┌───────────┐
                             [4 5 6]]       ┌─┴─────────┐ │
                                            │ 3 rows of │ │  two such
                                            │ 4 numbers ├─┘  sheets
                                            └───────────┘
   shape ()   shape (3,)    shape (2, 3)    shape (2, 3, 4)
   ndim  0    ndim  1       ndim  2         ndim  3
```

Beside the shape, each tensor has a **dtype**: what kind of number it holds.
NumPy turns Python floats into float64, 8 bytes each. We work in
**float32**: half the memory, and precise enough for everything we shall do.

| you give | you get | because |
|---|---|---|
| Python floats `[1.0, 2.0]` | float32 | nobody chose a precision: ours |
| Python ints `[1, 2]` | int64 | they count or point at things |
| a NumPy array or number | its own dtype | somebody chose it |
| `dtype=...` as well | exactly that | you choose it now |

`np.asarray` does nearly all the work. It takes numbers, nested lists and
arrays, and it does not copy an array.

```python
np.asarray([1.0, 2.0]).dtype                      # float64
np.asarray([1.0, 2.0]).astype(np.float32).dtype   # float32
np.asarray(3.5).shape                             # ()
isinstance(np.ones(2), np.ndarray)                # True:  an array
isinstance(np.float64(2.0), np.generic)           # True:  one NumPy number
np.asarray(["one", "two"]).dtype.kind             # "U":   text
```

`dtype.kind` is one letter. Numbers and booleans are `b`, `i`, `u` and `f`.
Everything else is no material for a tensor.

**Your part.** Write `__init__`, `item` and `numpy`. The facts below them
are given: they only pass on what the array knows. Given, too, are two small
barriers, `__array_ufunc__` and `__array__`. They make `np.exp(tensor)`
fail, for it would compute behind the back of the door.

If you run this cell again later, run those below it again as well. The
class starts empty each time.
"""


# %% nbgrader={"grade": false, "grade_id": "create", "locked": false, "schema_version": 3, "solution": true}
#| export
class Tensor:
    """Numbers with a shape. The one attribute, `data`, is a NumPy array."""

    __array_ufunc__ = None  # np.exp(tensor) raises TypeError

    def __array__(self, *args: Any, **settings: Any) -> Array:
        raise TypeError("NumPy cannot take a Tensor; give it tensor.data")

    def __init__(self, data: npt.ArrayLike, dtype: npt.DTypeLike = None):
        """Takes a number, a nested list of numbers or a NumPy array.

        An array is not copied. `dtype` wins if given. Without it Python
        floats become float32; an array or a NumPy number keeps its dtype.

        Raises:
            ValueError: rows of different lengths (np.asarray does that).
            TypeError: text or other objects; names the dtype they have.
        """
        ### BEGIN SOLUTION
        array = np.asarray(data, dtype=dtype)
        from_numpy = isinstance(data, np.ndarray | np.generic)
        if dtype is None and not from_numpy and array.dtype == np.float64:
            array = array.astype(np.float32)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"a Tensor holds numbers, not {array.dtype}")
        self.data = array
        ### END SOLUTION

    def item(self) -> float | int | bool:
        """The one element as a Python number.

        Raises ValueError, naming the shape, if there is not exactly one.
        """
        ### BEGIN SOLUTION
        if self.size != 1:
            raise ValueError(
                "item() needs one element, this tensor has shape "
                f"{self.shape}; pick an element with an index first"
            )
        return self.data.item()
        ### END SOLUTION

    def numpy(self) -> Array:
        """A copy of the numbers; changing it leaves the tensor alone."""
        ### BEGIN SOLUTION
        return self.data.copy()
        ### END SOLUTION

    # From here on all is given: facts that the array knows.

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def ndim(self) -> int:
        return self.data.ndim

    @property
    def size(self) -> int:
        return self.data.size

    @property
    def dtype(self) -> np.dtype:
        return self.data.dtype

    @property
    def nbytes(self) -> int:
        return self.data.nbytes

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        facts = f"shape={self.shape}, dtype={self.dtype}"
        numbers = np.array2string(self.data, precision=4, threshold=20)
        return f"{type(self).__name__}({facts}, data={numbers})"


# %% nbgrader={"grade": true, "grade_id": "test_create", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_create():
    # The plain case: numbers, and one attribute that holds them.
    rows = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    t = Tensor(rows)
    expect(type(t.data) is np.ndarray, "t.data must be a NumPy array")
    same(t, rows, "Tensor(rows)")
    held = list(vars(Tensor([1.0])))
    expect(held == ["data"], f"a tensor must hold data alone, not {held}")
    facts = (t.shape, t.ndim, t.size, len(t))
    expect(facts == ((2, 3), 2, 6, 2), f"shape, ndim, size, len: {facts}")

    # The dtype of what Python gives.
    rule = "Python floats become float32; ints and booleans stay"
    same_dtype(t, np.float32, "Tensor(rows)", hint=rule)
    same_dtype(Tensor(2.5), np.float32, "Tensor(2.5)", hint=rule)
    same_dtype(Tensor([1, 2]), np.int64, "Tensor([1, 2])", hint=rule)
    same_dtype(Tensor([True]), np.bool_, "Tensor([True])", hint=rule)
    expect(t.nbytes == 24, "6 numbers of 4 bytes are 24 bytes")

    # The dtype of what NumPy gives, and the dtype that you ask for.
    array = np.array([1.5, 2.5])
    number = np.float64(2)
    rule = "an array or a NumPy number keeps its dtype"
    same_dtype(Tensor(array), np.float64, "Tensor(array)", hint=rule)
    same_dtype(Tensor(number), np.float64, "Tensor(number)", hint=rule)
    expect(
        np.shares_memory(Tensor(array).data, array),
        "Tensor(array) must not copy the array",
        hint="np.asarray does not copy, np.array does",
    )
    rule = "dtype=... wins over every default"
    wide, whole = Tensor([1.5], dtype=np.float64), Tensor(array, np.int64)
    same_dtype(wide, np.float64, "Tensor([1.5], np.float64)", hint=rule)
    same_dtype(whole, np.int64, "Tensor(array, np.int64)", hint=rule)

    # One number, and a copy of all numbers.
    one = Tensor([[2.5]]).item()
    expect(
        one == 2.5 and type(one) is float,
        f"Tensor([[2.5]]).item() must be the float 2.5, it is {one!r}",
    )
    with refuses(ValueError, "item() of six numbers", says=["(2, 3)"]):
        t.item()
    with refuses(ValueError, "item() of no number", says=["(0, 4)"]):
        Tensor(np.ones((0, 4))).item()
    copy = t.numpy()
    expect(type(copy) is np.ndarray, "numpy() must return a NumPy array")
    same(copy, rows, "t.numpy()")
    copy[0, 0] = 99.0
    expect(t.data[0, 0] == 1.0, "changing the copy changed the tensor")

    # What is no material for a tensor.
    with refuses(TypeError, "Tensor([object()])", says=["object"]):
        Tensor([object()])
    with refuses(TypeError, 'Tensor(["one", "two"])', says=["<U3"]):
        Tensor(["one", "two"])
    with refuses(ValueError, "Tensor([[1], [2, 3]])"):
        Tensor([[1], [2, 3]])
    with refuses(TypeError, "Tensor(t)", says=["tensor.data"]):
        Tensor(t)
    with refuses(TypeError, "np.exp(t)"):
        np.exp(t)


test_create()

# %% [markdown]
"""
## 2. The door

Here is the one idea of this module. No operation computes on its own. Each
calls `run_op` and says three things: its name, the NumPy function that does
the work, and the tensors. Settings such as `axis=0` follow by name.

```
                 run_op("add", np.add, a, b)
        ┌─────────────────────────────────────────────┐
  a ───▶│  unwrap        compute          wrap        │
        │  a.data, ────▶ np.add(…) ────▶ Tensor(…) ───┼──▶ output
  b ───▶│  b.data                            │        │
        └────────────────────────────────────┼────────┘
                                             ▼ file
                            ┌─ OpRecord ────────────────────────┐
                            │ name     "add"                    │
                            │ inputs   (a, b)   the tensors     │
                            │ attrs    {}       settings: axis… │
                            │ output   the tensor that came out │
                            │ seconds  0.0000009                │
                            └───────────────────────────────────┘
```

The slip of paper is an `OpRecord`. It is filed only while a log is open:
inside a block `with tape() as records:`. Otherwise the door files nothing
and remembers nothing.

### Worked example: a diary for a calculator

The same pattern, complete, with plain numbers instead of tensors. A
function with `yield` under `@contextmanager` becomes a `with` block: what
stands before `yield` runs first, what stands under `finally` runs last.

```python
open_diaries = []                      # all diaries open right now

@contextmanager
def diary():
    pages = []
    open_diaries.append(pages)         # open
    try:
        yield pages                    # here runs the block of `with`
    finally:
        open_diaries.pop()             # close, also after an error

def calculate(name, fn, *numbers):
    result = fn(*numbers)
    for pages in open_diaries:         # every open diary gets a line
        pages.append(f"{name} {numbers} = {result}")
    return result

with diary() as pages:
    calculate("plus", lambda a, b: a + b, 2, 3)
    calculate("twice", lambda a: 2 * a, 5)
calculate("plus", lambda a, b: a + b, 1, 1)      # nobody listens
pages            # ['plus (2, 3) = 5', 'twice (5,) = 10']
```

Two diaries may be open at once, one inside the other. The inner one opens
last and closes first, so `pop` takes away the right one.

### What is different at our door

- A record holds the **very tensors** that came in and went out, not new
  ones around the same arrays. Only so can a reader see that the output of
  one record is the input of the next.
- A record keeps its tensors alive: a thousand results of 4 MB fill 4 GB. So
  `tape(keep=fn)` stores `fn(record)` instead of the record. For example,
  `tape(keep=lambda record: record.name)` gathers names alone.
- When shapes do not fit, the door repeats NumPy's complaint with the name
  of the operation and all shapes.

**Your part.** In `tape`: open, hand out, close. In `run_op`: steps 3 to 5.
Unwrapping, computing and complaining are given.
"""


# %%
#| export
class OpRecord(NamedTuple):
    """What one operation did."""

    name: str
    inputs: tuple[Tensor, ...]
    attrs: dict[str, Any]  # settings, such as {"axis": 0}
    output: Tensor
    seconds: float  # spent in NumPy


_open_logs: list[tuple[list, Callable | None]] = []  # (log, its keep)


def _unwrap(name: str, inputs: tuple[Tensor, ...]) -> list[Array]:
    for tensor in inputs:
        if not isinstance(tensor, Tensor):
            kind = type(tensor).__name__
            raise TypeError(f"{name}: wrap the {kind} in a Tensor first")
    return [tensor.data for tensor in inputs]


def _complaint(name: str, arrays: list, attrs: dict, why: object) -> str:
    shapes = " and ".join(str(array.shape) for array in arrays)
    if len(arrays) > 1:
        problem = f"shapes {shapes} do not fit together ({why})"
        return f"{name}: {problem}; reshape one of them"
    settings = ", ".join(f"{key}={value}" for key, value in attrs.items())
    return f"{name}: shape {shapes} does not allow {settings} ({why})"


# %% nbgrader={"grade": false, "grade_id": "door", "locked": false, "schema_version": 3, "solution": true}
#| export
@contextmanager
def tape(keep: Callable[[OpRecord], Any] | None = None) -> Iterator[list]:
    """`with tape() as records:` gathers a record of each operation inside.

    The log closes when the block ends, also when it raises. Blocks may be
    nested: every open log gets every record. With `keep`, a log stores
    keep(record) instead of the record, so that it keeps no tensor alive.
    """
    log: list = []
    ### BEGIN SOLUTION
    _open_logs.append((log, keep))
    try:
        yield log
    finally:
        _open_logs.pop()
    ### END SOLUTION


def run_op(name: str, fn: Callable, *inputs: Tensor, **attrs) -> Tensor:
    """The door: fn(*arrays, **attrs) as a Tensor, filed in each open log.

    Raises:
        TypeError: an input is not a Tensor.
        ValueError: shapes do not fit; names the operation and the shapes.
    """
    # 1. Unwrap.
    arrays = _unwrap(name, inputs)
    # 2. Compute, and take the time.
    start = perf_counter()
    try:
        result = fn(*arrays, **attrs)
    except ValueError as why:
        raise ValueError(_complaint(name, arrays, attrs, why)) from None
    seconds = perf_counter() - start
    # 3. Wrap the result in a Tensor.
    # 4. File an OpRecord in each open log, or what its keep makes of it.
    # 5. Return the Tensor.
    ### BEGIN SOLUTION
    output = Tensor(result)
    if _open_logs:
        record = OpRecord(name, inputs, attrs, output, seconds)
        for log, keep in _open_logs:
            log.append(record if keep is None else keep(record))
    return output
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_door", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_door():
    def scale(array, by):
        return array * by

    # The plain case: two operations, two records.
    a, b = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    with unchanged(a, b, what="run_op"), tape() as records:
        total = run_op("add", np.add, a, b)
        expect(isinstance(total, Tensor), "run_op must return a Tensor")
        scaled = run_op("scale", scale, total, by=3)
    same(total, [4, 6], 'run_op("add", np.add, a, b)')
    same(scaled, [12, 18], 'run_op("scale", scale, total, by=3)')
    same_dtype(scaled, np.float32, "run_op of float32 tensors")
    found = len(records)
    expect(found == 2, f"two operations, but {found} entries in the log")
    first, second = records
    expect(isinstance(first, OpRecord), "a plain log holds OpRecords")
    names = [first.name, second.name]
    expect(names == ["add", "scale"], f"add and scale are filed as {names}")
    kept = first.inputs
    expect(
        len(kept) == 2 and kept[0] is a and kept[1] is b,
        "a record must hold the very tensors that came in, not new ones",
    )
    expect(
        first.output is total and second.inputs[0] is total,
        "a record must hold the very tensor that run_op returns",
    )
    attrs = [first.attrs, second.attrs]
    expect(attrs == [{}, {"by": 3}], f"the settings are filed as {attrs}")
    expect(0 <= first.seconds < 60, "seconds is what step 2 measured")

    # A log hears only what happens inside its block.
    run_op("add", np.add, a, b)
    expect(
        len(records) == 2,
        "a closed log must not grow",
        hint="take it off _open_logs when its block ends",
    )
    with refuses(KeyError, "an error in the block"), tape() as abandoned:
        raise KeyError("inside")
    run_op("add", np.add, a, b)
    expect(
        not abandoned,
        "a log must close even if its block raises",
        hint="`try:` before the yield, `finally:` after it",
    )

    # Nested logs, and logs with keep.
    with tape(keep=lambda record: record.name) as outer:
        run_op("add", np.add, a, b)
        with tape() as inner:
            run_op("mul", np.multiply, a, b)
        run_op("sub", np.subtract, a, b)
    expect(
        len(outer) == 3,
        f"every open log hears all: the outer one heard {len(outer)} of 3",
    )
    expect(
        outer == ["add", "mul", "sub"],
        f"a log with keep stores keep(record), here names, not {outer}",
    )
    names = [record.name for record in inner]
    expect(names == ["mul"], f"the inner log was open for mul: {names}")
    with tape(keep=lambda record: len(record.attrs)) as counts:
        run_op("add", np.add, a, b)
    expect(counts == [0], "what keep returns is stored, even if it is 0")

    # Complaints name the operation and the shapes.
    with refuses(ValueError, "(2,) + (3,)", says=["add", "(2,)", "(3,)"]):
        run_op("add", np.add, a, Tensor([1.0, 2.0, 3.0]))
    with refuses(TypeError, "run_op of an array", says=["ndarray"]):
        run_op("exp", np.exp, a.data)


test_door()

# %% [markdown]
"""
## 3. Arithmetic from both sides

Python turns operators into method calls. `a + b` is `a.__add__(b)`. With
the door, each method is one line.

What about `2 - a`? Python first asks the 2, which has never heard of
tensors. Then it asks the right side: `a.__rsub__(2)`, *reflected
subtraction*. In there `self` stands on the **right**.

```
   a - 2   ──▶  a.__sub__(2)    ──▶  sub of (a, 2)     [5] - 2  =  [3]
   2 - a   ──▶  a.__rsub__(2)   ──▶  sub of (2, a)     2 - [5]  =  [-3]
```

### Two shapes meet: broadcasting

1. Write the shapes below each other, aligned at the **right**.
2. Sizes must be equal, or one of them must be 1 or missing: it is
   stretched.
3. Otherwise there is an error.

```
     (3, 4)          (3, 1)            (3,)            (3, 4)
        (4,)            (4,)         (3, 1)               (3,)
     ───────         ───────         ──────            ───────
     (3, 4)          (3, 4)          (3, 3)             error
```

The third is a classic trap: `(3,)` against `(3, 1)` makes nine numbers, not
three.

### A number meets a tensor

The door takes tensors only, so `_like` turns the other side into one.

| other | becomes |
|---|---|
| a tensor | itself, the very same object |
| one number, and this tensor holds floats | a tensor of **this** dtype |
| anything else | `Tensor(other)` |

The second row matters. `a * 2.5` must not widen a float32 tensor to float64
only because a number came along. The test for "holds floats" is
`np.issubdtype(self.dtype, np.floating)`. An int tensor must not take `2.5`
in its own dtype: that would cut it to 2. There the third row applies, and
NumPy finds the common dtype of int64 and float32, which is float64.

The underscore in `_like` says: made for the library itself. Operations of
later modules will call it, users of your library will not.

**Your part.** Complete `_like`, whose first row is given. The type `Number`
covers one number of Python or NumPy. Then follow the pattern of `__add__`
and `__radd__`. The names are `sub mul div neg power`, the functions
`np.subtract np.multiply np.divide np.negative` and the given `_power`.
"""


# %%
#| export
def _power(array: Array, exponent: float) -> Array:
    return array**exponent


# %% nbgrader={"grade": false, "grade_id": "arithmetic", "locked": false, "schema_version": 3, "solution": true}
#| export
@extend(Tensor)
class Arithmetic:
    """+ - * / with a tensor, array or number on either side; -a; a ** 2."""

    def _like(self, other: Tensor | Number | npt.ArrayLike) -> Tensor:
        """The other side of an operation as a Tensor.

        A Tensor comes back as it is. One `Number` takes the dtype of this
        tensor if that is a float dtype. All else becomes Tensor(other).
        """
        if isinstance(other, Tensor):
            return other
        ### BEGIN SOLUTION
        floating = np.issubdtype(self.dtype, np.floating)
        if floating and isinstance(other, Number):
            return Tensor(other, dtype=self.dtype)
        return Tensor(other)
        ### END SOLUTION

    # The pattern, complete. The sides are filed as they are written.

    def __add__(self, other) -> Tensor:
        return run_op("add", np.add, self, self._like(other))

    def __radd__(self, other) -> Tensor:
        return run_op("add", np.add, self._like(other), self)

    def __sub__(self, other) -> Tensor:
        ### BEGIN SOLUTION
        return run_op("sub", np.subtract, self, self._like(other))
        ### END SOLUTION

    def __rsub__(self, other) -> Tensor:
        ### BEGIN SOLUTION
        return run_op("sub", np.subtract, self._like(other), self)
        ### END SOLUTION

    def __mul__(self, other) -> Tensor:
        ### BEGIN SOLUTION
        return run_op("mul", np.multiply, self, self._like(other))
        ### END SOLUTION

    def __rmul__(self, other) -> Tensor:
        ### BEGIN SOLUTION
        return run_op("mul", np.multiply, self._like(other), self)
        ### END SOLUTION

    def __truediv__(self, other) -> Tensor:
        ### BEGIN SOLUTION
        return run_op("div", np.divide, self, self._like(other))
        ### END SOLUTION

    def __rtruediv__(self, other) -> Tensor:
        ### BEGIN SOLUTION
        return run_op("div", np.divide, self._like(other), self)
        ### END SOLUTION

    def __neg__(self) -> Tensor:
        ### BEGIN SOLUTION
        return run_op("neg", np.negative, self)
        ### END SOLUTION

    def __pow__(self, exponent: float) -> Tensor:
        """Each element to a power; files the setting `exponent`.

        Raises TypeError unless the exponent is an int or a float; the
        message says "exponent" and names the type that came.
        """
        ### BEGIN SOLUTION
        if not isinstance(exponent, int | float):
            kind = type(exponent).__name__
            raise TypeError(f"the exponent must be a number, got {kind}")
        return run_op("power", _power, self, exponent=exponent)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_arithmetic", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_arithmetic():
    rng = make_rng(2)
    x = rng.uniform(3, 5, (3, 4)).astype(np.float32)
    y = rng.uniform(1, 2, 4).astype(np.float32)
    a, b = Tensor(x), Tensor(y)

    # The plain case: two tensors, the second one broadcast.
    same(a + b, x + y, "a + b")
    same(a - b, x - y, "a - b", mistakes={"this is b - a": y - x})
    same(a * b, x * y, "a * b")
    same(a / b, x / y, "a / b", mistakes={"this is b / a": y / x})

    # One number on the right, then on the left.
    same(a - 2, x - 2, "a - 2")
    same(a / 2, x / 2, "a / 2")
    swapped = {"this is a - 2; in __rsub__ self stands right": x - 2}
    same(2 - a, 2 - x, "2 - a", mistakes=swapped)
    swapped = {"this is a / 2; in __rtruediv__ self stands right": x / 2}
    same(2 / a, 2 / x, "2 / a", mistakes=swapped)

    # Every operator: the numbers, the dtype, and one record of its name.
    cases = [
        ("a + b", lambda: a + b, x + y, "add"),
        ("a - b", lambda: a - b, x - y, "sub"),
        ("a * b", lambda: a * b, x * y, "mul"),
        ("a / b", lambda: a / b, x / y, "div"),
        ("-a", lambda: -a, -x, "neg"),
        ("a ** 3", lambda: a**3, x**3, "power"),
        ("a ** -0.5", lambda: a**-0.5, x**-0.5, "power"),
        ("a + 2", lambda: a + 2, x + 2, "add"),
        ("2.5 + a", lambda: 2.5 + a, 2.5 + x, "add"),
        ("a - 2.5", lambda: a - 2.5, x - 2.5, "sub"),
        ("2 - a", lambda: 2 - a, 2 - x, "sub"),
        ("a * 2.5", lambda: a * 2.5, x * 2.5, "mul"),
        ("2 * a", lambda: 2 * a, 2 * x, "mul"),
        ("a / 2", lambda: a / 2, x / 2, "div"),
        ("2.5 / a", lambda: 2.5 / a, 2.5 / x, "div"),
        ("a * np.int64(3)", lambda: a * np.int64(3), x * 3, "mul"),
        ("a * np.float64(3)", lambda: a * np.float64(3), x * 3, "mul"),
        ("array + a", lambda: y + a, y + x, "add"),
        ("list * b", lambda: [1, 2, 3, 4.0] * b, y * [1, 2, 3, 4], "mul"),
    ]
    rule = "in _like, one number takes the dtype of a float tensor"
    for text, compute, expected, name in cases:
        with unchanged(a, b, what=text), tape() as records:
            got = compute()
        expect(isinstance(got, Tensor), f"{text} must be a Tensor")
        same(got, expected, text)
        same_dtype(got, np.float32, text, hint=rule)
        names = [record.name for record in records]
        expect(names == [name], f"{text} must file {[name]}, not {names}")
        expect(
            any(tensor is a or tensor is b for tensor in records[0].inputs),
            f"{text}: the tensor itself must be an input of the record",
        )

    # What _like makes of the other side.
    expect(a._like(b) is b, "_like must hand a tensor back as it is")
    double = Tensor(np.array([1.5, 2.5]))
    tenth = double * 0.1
    same_dtype(tenth, np.float64, "float64 tensor * 0.1", hint=rule)
    same(tenth, [0.15, 0.25], "float64 tensor * 0.1", tolerance=1e-12)
    same_dtype(Tensor([1, 2]) + 1, np.int64, "int64 tensor + 1")
    cut = {"2.5 was cut to 2: ask for a float dtype first": [2, 4]}
    got = Tensor([1, 2]) * 2.5
    same(got, [2.5, 5], "Tensor([1, 2]) * 2.5", mistakes=cut)

    # The exponent is a setting, not a tensor.
    with tape() as records:
        a**3
    filed = records[0].attrs
    expect(filed == {"exponent": 3}, f"a ** 3 filed the settings {filed}")
    with refuses(TypeError, "a ** b", says=["exponent", "Tensor"]):
        a**b


test_arithmetic()

# %% [markdown]
"""
## 4. Matrix product

`a * b` multiplies element by element. The matrix product `a @ b` is another
thing: each row of `a` meets each column of `b`. Partners are multiplied,
the products are added.

```
                       b  (3, 2)
                     ┌────────────┐
                     │  1     10  │
                     │  2     20  │
     a  (2, 3)       │  3     30  │
   ┌───────────┐     ├────────────┤
   │ 1   1   1 │     │  6     60  │    1·1 + 1·2 + 1·3 = 6
   │ 0   2   1 │     │  7     70  │    0·10 + 2·20 + 1·30 = 70
   └───────────┘     └────────────┘
                       a @ b  (2, 2)
```

The shape rule: `(rows, inner) @ (inner, columns)` gives `(rows, columns)`.
The inner sizes must match, and they vanish.

First write it as it is defined, with three nested loops: `product[i][j]` is
the sum of `a[i][k] * b[k][j]` over all `k`. Nobody ships this version. It
is there to be understood, and later to be beaten.

Then write `@`, which leaves the loops to `np.matmul`. Axes before the last
two are a stack of matrices: `(5, 2, 3) @ (3, 4)` is five products,
`(5, 2, 4)`.

`np.matmul` also accepts one-dimensional arrays, by rules of its own. We
refuse them: with us, a shape says what it means.
"""


# %% nbgrader={"grade": false, "grade_id": "matmul", "locked": false, "schema_version": 3, "solution": true}
#| export
Matrix = Sequence[Sequence[float]]


def matmul_loops(a: Matrix, b: Matrix) -> list[list[float]]:
    """(rows, inner) @ (inner, columns) of nested lists, as nested lists.

    Raises ValueError, naming both inner sizes, if they differ.
    """
    ### BEGIN SOLUTION
    rows, inner, columns = len(a), len(b), len(b[0])
    if len(a[0]) != inner:
        raise ValueError(f"inner sizes differ: {len(a[0])} and {inner}")
    product = [[0.0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            for k in range(inner):
                product[i][j] += a[i][k] * b[k][j]
    return product
    ### END SOLUTION


@extend(Tensor)
class MatrixProduct:
    """a @ b, with a tensor or an array on either side."""

    def __matmul__(self, other) -> Tensor:
        """(..., rows, inner) @ (..., inner, columns): (..., rows, columns).

        Raises ValueError, naming both shapes, if a side has fewer than 2
        axes or if the inner sizes differ; the message says "axes" and
        "inner sizes".
        """
        other = self._like(other)
        ### BEGIN SOLUTION
        flat = self.ndim < 2 or other.ndim < 2
        if flat or self.shape[-1] != other.shape[-2]:
            sides = f"matmul of {self.shape} and {other.shape}"
            raise ValueError(f"{sides} needs 2+ axes, equal inner sizes")
        return run_op("matmul", np.matmul, self, other)
        ### END SOLUTION

    def __rmatmul__(self, other) -> Tensor:
        return self._like(other) @ self


# %% nbgrader={"grade": true, "grade_id": "test_matmul", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_matmul():
    # The plain case, checked by hand: 1·5 + 2·7 = 19.
    p, q = [[1, 2], [3, 4]], [[5, 6], [7, 8]]
    expected = [[19, 22], [43, 50]]
    wrong = {
        "element by element; rows must meet columns": [[5, 12], [21, 32]],
        "rows of a met rows of b: take b[k][j]": [[17, 23], [39, 53]],
        "columns of a met columns of b: take a[i][k]": [[26, 30], [38, 44]],
        "this is b @ a": [[23, 34], [31, 46]],
        "only the last k counts: add up, with +=": [[14, 16], [28, 32]],
        "all rows are one list: make each anew": [[62, 72], [62, 72]],
    }
    same(matmul_loops(p, q), expected, "matmul_loops(p, q)", mistakes=wrong)
    same(Tensor(p) @ Tensor(q), expected, "p @ q", mistakes=wrong)

    # Three different sizes: (2, 3) and (3, 4).
    rng = make_rng(4)
    x = rng.uniform(-1, 1, (2, 3)).astype(np.float32)
    y = rng.uniform(-1, 1, (3, 4)).astype(np.float32)
    a, b = Tensor(x), Tensor(y)
    product = matmul_loops(x.tolist(), y.tolist())
    same(product, x @ y, "matmul_loops of (2, 3) and (3, 4)")
    expect(
        type(product) is list and type(product[0]) is list,
        "matmul_loops must return a list of lists",
    )
    with unchanged(a, b, what="a @ b"), tape() as records:
        got = a @ b
    expect(isinstance(got, Tensor), "a @ b must be a Tensor")
    same(got, x @ y, "a @ b")
    same_dtype(got, np.float32, "a @ b")
    names = [record.name for record in records]
    expect(names == ["matmul"], f"a @ b must file a matmul, not {names}")

    # A column meets a row; a stack of matrices; an array on one side.
    column_by_row = matmul_loops([[2], [3]], [[4, 5]])
    same(column_by_row, [[8, 10], [12, 15]], "(2, 1) meets (1, 2)")
    five = rng.uniform(-1, 1, (5, 2, 3)).astype(np.float32)
    same(Tensor(five) @ b, five @ y, "(5, 2, 3) @ (3, 4)")
    same(a @ y, x @ y, "tensor @ array")
    same(x @ b, x @ y, "array @ tensor")

    # What does not fit together.
    with refuses(ValueError, "matmul_loops, 3 meets 2", says=["3", "2"]):
        matmul_loops([[1, 2, 3]], [[1], [2]])
    shapes = ["(2, 3)", "(2, 4)", "inner sizes"]
    with refuses(ValueError, "(2, 3) @ (2, 4)", says=shapes):
        a @ Tensor(np.ones((2, 4)))
    with refuses(ValueError, "(2, 3) @ (3,)", says=["axes", "(3,)"]):
        a @ Tensor([1.0, 2.0, 3.0])
    with refuses(ValueError, "(2,) @ (2, 3)", says=["axes", "(2,)"]):
        Tensor([1.0, 2.0]) @ a


test_matmul()

# %% [markdown]
"""
## 5. Reduce: sum, max, mean, argmax

A reduction makes many numbers into few. `axis` says which axis disappears;
`None` means all of them. `keepdims=True` leaves the axis standing, with
size 1, so that the result still fits against the original.

```
                          sum(axis=1)      sum(axis=1, keepdims=True)
      [[1  2  3]     ──▶     [6                 [[6]
       [4  5  6]]     ──▶     15]                [15]]
       │  │  │               (2,)                (2, 1)
       ▼  ▼  ▼
      [5  7  9]   sum(axis=0)   (3,)
```

**A mean is a sum, scaled.** Give `mean` no NumPy function of its own: build
it from `sum` and `*`. Then it files two records that others know already,
and nobody has to learn a new operation.

Which factor? For `axis=0` above, 3 sums come from 6 numbers. Each sum
covers 6 / 3 = 2 of them, so the factor is 3 / 6:

```
   [5 7 9] * (3 / 6)  =  [2.5 3.5 4.5]
```

In words: the number of results over the number of elements. It holds for
every axis, for several axes and for `None`.

**argmax is different.** It answers *where*, not *how much*. Its positions
are choices and no arithmetic leads to them, so it does not pass the door
and files no record: `Tensor(np.argmax(self.data, axis=axis))`.
"""


# %% nbgrader={"grade": false, "grade_id": "reduce", "locked": false, "schema_version": 3, "solution": true}
#| export
Axis = int | tuple[int, ...] | None


@extend(Tensor)
class Reductions:
    """Many numbers into few: along one axis, several axes or all (None)."""

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Tensor:
        """np.sum; files the settings axis and keepdims."""
        ### BEGIN SOLUTION
        return run_op("sum", np.sum, self, axis=axis, keepdims=keepdims)
        ### END SOLUTION

    def max(self, axis: Axis = None, keepdims: bool = False) -> Tensor:
        """np.max; files the settings axis and keepdims."""
        ### BEGIN SOLUTION
        return run_op("max", np.max, self, axis=axis, keepdims=keepdims)
        ### END SOLUTION

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Tensor:
        """The sum times a factor; files a sum and a mul."""
        ### BEGIN SOLUTION
        total = self.sum(axis=axis, keepdims=keepdims)
        return total * (total.size / self.size)
        ### END SOLUTION

    def argmax(self, axis: int | None = None) -> Tensor:
        """Where the largest element is, as int64; files no record.

        Without axis: its position when the tensor is read row by row.
        """
        ### BEGIN SOLUTION
        return Tensor(np.argmax(self.data, axis=axis))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_reduce", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_reduce():
    # The plain case, checked by hand.
    t = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    same(t.sum(), 21, "t.sum()")
    wrong = {"axis was ignored": 21}
    same(t.sum(axis=1), [6, 15], "t.sum(axis=1)", mistakes=wrong)
    wrong = {"keepdims was ignored: the axis stays, with size 1": [6, 15]}
    got = t.sum(axis=1, keepdims=True)
    same(got, [[6], [15]], "t.sum(axis=1, keepdims=True)", mistakes=wrong)
    wrong = {"this is the minimum": [1, 2, 3]}
    same(t.max(axis=0), [4, 5, 6], "t.max(axis=0)", mistakes=wrong)
    wrong = {
        "divided by all 6; each mean covers 2": [5 / 6, 7 / 6, 9 / 6],
        "divided by the 3 results; each covers 2": [5 / 3, 7 / 3, 9 / 3],
        "this is the sum": [5, 7, 9],
    }
    same(t.mean(axis=0), [2.5, 3.5, 4.5], "t.mean(axis=0)", mistakes=wrong)

    # Every axis, negative and several too, with and without keepdims.
    x = make_rng(5).uniform(-1, 1, (2, 3, 4)).astype(np.float32)
    a = Tensor(x)
    for axis in (None, 0, 1, -1, (0, 2)):
        for keepdims in (False, True):
            for name in ("sum", "max", "mean"):
                text = f"a.{name}(axis={axis}, keepdims={keepdims})"
                by_numpy = getattr(x, name)(axis=axis, keepdims=keepdims)
                with unchanged(a, what=text):
                    got = getattr(a, name)(axis=axis, keepdims=keepdims)
                expect(isinstance(got, Tensor), f"{text} must be a Tensor")
                same(got, by_numpy, text)
                same_dtype(got, np.float32, text)

    # What the log says.
    with tape() as records:
        a.sum(axis=(0, 2))
        a.max(axis=1, keepdims=True)
    names = [record.name for record in records]
    expect(names == ["sum", "max"], f"a sum and a max are filed as {names}")
    sum_attrs, max_attrs = (record.attrs for record in records)
    expect(
        sum_attrs == {"axis": (0, 2), "keepdims": False},
        f"sum(axis=(0, 2)) filed the settings {sum_attrs}",
    )
    expect(
        max_attrs == {"axis": 1, "keepdims": True},
        f"max(axis=1, keepdims=True) filed the settings {max_attrs}",
    )
    with tape() as records:
        a.mean()
    names = [record.name for record in records]
    expect(names == ["sum", "mul"], f"mean is a sum and a mul, not {names}")

    # Positions: whole numbers, and nothing in the log.
    p = Tensor([[1.0, 9.0, 3.0], [8.0, 5.0, 6.0]])
    wrong = {"axis was ignored": 1}
    with tape() as records:
        same(p.argmax(), 1, "p.argmax()")
        same(p.argmax(axis=1), [1, 0], "p.argmax(axis=1)", mistakes=wrong)
        same(a.argmax(axis=-1), x.argmax(axis=-1), "a.argmax(axis=-1)")
        same_dtype(p.argmax(axis=0), np.int64, "p.argmax(axis=0)")
        expect(isinstance(p.argmax(), Tensor), "argmax returns a Tensor")
    expect(not records, "argmax must file no record: it computes no value")
    says = ["sum", "(2, 3)", "axis=2"]
    with refuses(ValueError, "t.sum(axis=2)", says=says):
        t.sum(axis=2)


test_reduce()

# %% [markdown]
"""
## 6. Shape: reshape, transpose, [ ], pad

Four ways to rearrange numbers without computing any.

```
   t  (2, 3)        t.reshape(3, 2)       t.T  (3, 2)

   [[1  2  3]       [[1  2]               [[1  4]
    [4  5  6]]       [3  4]                [2  5]
                     [5  6]]               [3  6]]

   read row by row: reshape keeps the order, transpose does not
```

**reshape** cuts the same row of numbers into new rows. One size may be
`-1`: it is worked out from the rest. **transpose** swaps axes.
`t.transpose(2, 0, 1)` says which old axis comes first, second and third;
`t.T` turns the order of all axes around.

**[ ]** picks elements: `t[0]`, `t[:, 1:]`, or with whole numbers as an
index, `t[[1, 0, 1]]`. The index may be a Tensor or a tuple with Tensors in
it. NumPy cannot read those, so they must be unwrapped first.

```
   _plain_index(Tensor([1, 0]))               array([1, 0])
   _plain_index((slice(None), Tensor([2])))   (slice(None), array([2]))
   _plain_index(3)                            3
```

**pad** puts a frame around the numbers. It takes one pair per axis, how
many before and how many after:

```
   t.pad(((1, 0), (0, 2)))         [[0  0  0  0  0]     one row before,
                                    [1  2  3  0  0]     none after;
                                    [4  5  6  0  0]]    two columns after
```

**Your part.** The functions behind the door are given. So is `_ints`, which
makes `(2, 3)` out of `reshape(2, 3)` as well as `reshape((2, 3))`. Settings
are filed under the names `shape`, `axes`, `index`, `widths` and `value`.
"""


# %%
#| export
def _ints(values: tuple) -> tuple[int, ...]:
    """Both f(2, 3) and f((2, 3)) mean (2, 3)."""
    if len(values) == 1 and isinstance(values[0], tuple | list):
        return tuple(values[0])
    return values


def _reshape(array: Array, shape: tuple[int, ...]) -> Array:
    return array.reshape(shape)


def _getitem(array: Array, index: Any) -> Array:
    return array[index]


def _pad(array: Array, widths: tuple, value: float) -> Array:
    return np.pad(array, widths, constant_values=value)


# %% nbgrader={"grade": false, "grade_id": "shape", "locked": false, "schema_version": 3, "solution": true}
#| export
def _plain_index(index: Any) -> Any:
    """The index, arrays in place of its Tensors, also inside tuples."""
    ### BEGIN SOLUTION
    if isinstance(index, tuple):
        return tuple(_plain_index(part) for part in index)
    return index.data if isinstance(index, Tensor) else index
    ### END SOLUTION


@extend(Tensor)
class Shapes:
    """The same numbers in another arrangement."""

    def reshape(self, *shape: int | Sequence[int]) -> Tensor:
        """The numbers in the same order; files the setting shape."""
        ### BEGIN SOLUTION
        return run_op("reshape", _reshape, self, shape=_ints(shape))
        ### END SOLUTION

    def transpose(self, *axes: int | Sequence[int]) -> Tensor:
        """np.transpose; files the setting axes, a tuple.

        Without axes their order is reversed, and axes=None is filed.
        """
        ### BEGIN SOLUTION
        order = _ints(axes) or None
        return run_op("transpose", np.transpose, self, axes=order)
        ### END SOLUTION

    @property
    def T(self) -> Tensor:
        """The axes in reverse order."""
        ### BEGIN SOLUTION
        return self.transpose()
        ### END SOLUTION

    def __getitem__(self, index: Any) -> Tensor:
        """self[index], also with Tensors in it; files the plain index."""
        ### BEGIN SOLUTION
        return run_op("getitem", _getitem, self, index=_plain_index(index))
        ### END SOLUTION

    def pad(self, widths: Iterable, value: float = 0.0) -> Tensor:
        """A frame of `value`; files the settings widths and value.

        widths: one pair per axis: how many before, how many after.
        Raises ValueError, naming both numbers, if there are not as many
        pairs as axes.
        """
        pairs = tuple((before, after) for before, after in widths)
        ### BEGIN SOLUTION
        if len(pairs) != self.ndim:
            raise ValueError(f"pad: {len(pairs)} pairs, {self.ndim} axes")
        return run_op("pad", _pad, self, widths=pairs, value=value)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_shape", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_shape():
    # The plain case, checked by hand.
    t = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    cut = [[1, 2], [3, 4], [5, 6]]
    turned = [[1, 4], [2, 5], [3, 6]]
    wrong = {"this is the transpose": turned}
    same(t.reshape(3, 2), cut, "t.reshape(3, 2)", mistakes=wrong)
    wrong = {"this is reshape(3, 2): rows must become columns": cut}
    same(t.transpose(), turned, "t.transpose()", mistakes=wrong)
    same(t.T, turned, "t.T", mistakes=wrong)
    same(t[1], [4, 5, 6], "t[1]")
    frame = ((1, 0), (0, 2))
    framed = [[7, 7, 7, 7, 7], [1, 2, 3, 7, 7], [4, 5, 6, 7, 7]]
    wrong = {"value was ignored": np.pad(t.data, frame)}
    same(t.pad(frame, 7.0), framed, "t.pad(frame, 7.0)", mistakes=wrong)

    # Three axes of different sizes, against NumPy.
    x = make_rng(6).uniform(-1, 1, (2, 3, 4)).astype(np.float32)
    a = Tensor(x)
    picks = np.array([1, 0, 1])
    widths = ((0, 0), (1, 2), (0, 1))
    as_lists = [[0, 0], [1, 2], [0, 1]]
    rolled, swapped = x.transpose(2, 0, 1), x.transpose(1, 0, 2)
    cases = [
        ("a.reshape(6, 4)", lambda: a.reshape(6, 4), x.reshape(6, 4)),
        ("a.reshape((4, -1))", lambda: a.reshape((4, -1)), x.reshape(4, 6)),
        ("a.T", lambda: a.T, x.T),
        ("a.transpose(2, 0, 1)", lambda: a.transpose(2, 0, 1), rolled),
        ("a.transpose([1, 0, 2])", lambda: a.transpose([1, 0, 2]), swapped),
        ("a[0]", lambda: a[0], x[0]),
        ("a[:, 1:, ::2]", lambda: a[:, 1:, ::2], x[:, 1:, ::2]),
        ("a[..., None]", lambda: a[..., None], x[..., None]),
        ("a[array]", lambda: a[picks], x[picks]),
        ("a[Tensor]", lambda: a[Tensor(picks)], x[picks]),
        ("a[:, Tensor]", lambda: a[:, Tensor(picks)], x[:, picks]),
        ("a.pad(widths)", lambda: a.pad(widths), np.pad(x, widths)),
        ("a.pad(lists)", lambda: a.pad(as_lists), np.pad(x, widths)),
    ]
    for text, rearrange, expected in cases:
        with unchanged(a, what=text), tape() as records:
            got = rearrange()
        expect(isinstance(got, Tensor), f"{text} must be a Tensor")
        same(got, expected, text)
        same_dtype(got, np.float32, text)
        names = [record.name for record in records]
        expect(len(names) == 1, f"{text} must file one record, not {names}")

    # What the log says: names, and settings as tuples and arrays.
    with tape() as records:
        a.reshape((6, 4))
        a.transpose([2, 0, 1])
        a.T
        a[:, Tensor([2, 0])]
        a.pad(as_lists)
    names = [record.name for record in records]
    five = ["reshape", "transpose", "transpose", "getitem", "pad"]
    expect(names == five, f"{five} are filed as {names}")
    shaped, ordered, turned, picked, padded = (r.attrs for r in records)
    expect(shaped == {"shape": (6, 4)}, f"reshape filed {shaped}")
    expect(ordered == {"axes": (2, 0, 1)}, f"transpose filed {ordered}")
    expect(turned == {"axes": None}, f"T must file axes=None, not {turned}")
    expect(
        type(picked["index"][1]) is np.ndarray,
        "getitem must file the plain index: arrays, no Tensors",
    )
    frame = {"widths": widths, "value": 0.0}
    expect(padded == frame, f"pad must file {frame}, not {padded}")

    # What does not fit.
    shapes = ["(2, 3, 4)", "(5, 5)"]
    with refuses(ValueError, "24 numbers as (5, 5)", says=shapes):
        a.reshape(5, 5)
    with refuses(ValueError, "one pair for 3 axes", says=["1", "3"]):
        a.pad([(1, 1)])
    with refuses(IndexError, "a[2] of two"):
        a[2]


test_shape()

# %% [markdown]
"""
## 7. Join: concat and stack

Two ways to make one tensor out of several.

```
   a  (2, 3)      b  (2, 3)

   concat along axis 0          stack along a new axis 0
   (4, 3)                       (2, 2, 3)
   ┌─────────┐                     ┌─────────┐
   │ a a a   │                   ┌─┴───────┐ │
   │ a a a   │                   │ a a a   │b│
   │ b b b   │                   │ a a a   ├─┘
   │ b b b   │                   └─────────┘
   └─────────┘
   an old axis grows            a new axis appears
```

`concat` is an operation of its own. `stack` needs none: give every tensor a
new axis of size 1, then concat along it.

```
   (2, 3)  ── reshape ──▶  (1, 2, 3)     two of them, concat along axis 0:
                                         (2, 2, 3)
```

**Where does the new axis go?** Count in the **result**. Stacking tensors of
shape `(2, 3)` gives three axes: 0, 1, 2 or, from the end, -3, -2, -1. So -1
means 2, one more than the last axis of the pieces.

```
   axis    new shape of each piece     result of four pieces
   0       (1, 2, 3)                   (4, 2, 3)
   1       (2, 1, 3)                   (2, 4, 3)
   2, -1   (2, 3, 1)                   (2, 3, 4)
```

`tensors` may be a generator, which can be walked only once. The given
`_at_least_one` makes a list of it first, and refuses an empty one.
"""


# %%
#| export
def _concat(*arrays: Array, axis: int) -> Array:
    return np.concatenate(arrays, axis=axis)


def _at_least_one(name: str, tensors: Iterable[Tensor]) -> list[Tensor]:
    """The tensors as a list; ValueError if there are none."""
    pieces = list(tensors)
    if not pieces:
        raise ValueError(f"{name} needs at least one tensor, got none")
    return pieces


# %% nbgrader={"grade": false, "grade_id": "join", "locked": false, "schema_version": 3, "solution": true}
#| export
def concat(tensors: Iterable[Tensor], axis: int = 0) -> Tensor:
    """The pieces one after the other, along an axis that they have.

    Raises ValueError if there are no pieces or they do not fit.
    """
    ### BEGIN SOLUTION
    pieces = _at_least_one("concat", tensors)
    return run_op("concat", _concat, *pieces, axis=axis)
    ### END SOLUTION


def stack(tensors: Iterable[Tensor], axis: int = 0) -> Tensor:
    """The pieces along a new axis, counted in the result.

    Built from reshape and concat. Raises ValueError if there are no
    pieces, or if the result has no such axis; the message names the
    axis and the number of axes, as in "3 axes".
    """
    ### BEGIN SOLUTION
    pieces = _at_least_one("stack", tensors)
    axes = pieces[0].ndim + 1
    if not -axes <= axis < axes:
        raise ValueError(f"stack: no axis {axis}, there are {axes} axes")
    at = axis % axes
    thick = [p.reshape(*p.shape[:at], 1, *p.shape[at:]) for p in pieces]
    return concat(thick, axis=at)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_join", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_join():
    rng = make_rng(7)
    x = rng.uniform(-1, 1, (4, 2, 3)).astype(np.float32)
    arrays = list(x)  # four arrays of shape (2, 3)
    tensors = [Tensor(array) for array in arrays]

    # The plain cases: an old axis grows, a new axis appears.
    end_to_end = np.concatenate(arrays)
    same(concat(tensors), end_to_end, "concat of four (2, 3)")
    wrong = {"an old axis grew; stack adds a new one": end_to_end}
    same(stack(tensors), x, "stack of four (2, 3)", mistakes=wrong)

    # Every axis, from both ends.
    for axis in (0, 1, -1, -2):
        text = f"concat(tensors, axis={axis})"
        with unchanged(*tensors, what=text):
            got = concat(tensors, axis=axis)
        expect(isinstance(got, Tensor), f"{text} must be a Tensor")
        same(got, np.concatenate(arrays, axis=axis), text)
        same_dtype(got, np.float32, text)
    early = np.stack(arrays, axis=1)
    late = np.stack(arrays, axis=2)
    wrong = {"one place too early: -1 is the result's last axis": early}
    got = stack(tensors, axis=-1)
    same(got, late, "stack(tensors, axis=-1)", mistakes=wrong)
    for axis in (0, 1, 2, -1, -2, -3):
        text = f"stack(tensors, axis={axis})"
        got = stack(tensors, axis=axis)
        expect(isinstance(got, Tensor), f"{text} must be a Tensor")
        same(got, np.stack(arrays, axis=axis), text)
        same_dtype(got, np.float32, text)

    # Generators, which can be walked only once, one piece, other sizes.
    same(concat(t for t in tensors), end_to_end, "concat of a generator")
    same(stack(t for t in tensors), x, "stack of a generator")
    lone = x[0].reshape(2, 3, 1)
    same(stack(tensors[:1], axis=-1), lone, "stack of one tensor, axis=-1")
    five = np.ones((2, 5), dtype=np.float32)
    side_by_side = np.concatenate([arrays[0], five], axis=1)
    got = concat([tensors[0], Tensor(five)], axis=1)
    same(got, side_by_side, "concat of (2, 3) and (2, 5), axis=1")

    # What the log says: the tensors themselves, and the axis.
    with tape() as records:
        concat(tensors, axis=-1)
        stack(tensors[:2], axis=1)
    names = [record.name for record in records]
    four = ["concat", "reshape", "reshape", "concat"]
    expect(names == four, f"concat, then stack of two, file {names}")
    filed = records[0]
    pairs = zip(filed.inputs, tensors, strict=True)
    expect(
        all(kept is tensor for kept, tensor in pairs),
        "the record of a concat must hold the pieces themselves",
    )
    expect(filed.attrs == {"axis": -1}, f"concat filed {filed.attrs}")

    # What does not fit.
    with refuses(ValueError, "concat([])", says=["concat"]):
        concat([])
    with refuses(ValueError, "stack([])", says=["stack"]):
        stack([])
    with refuses(ValueError, "concat, axis 0", says=["(2, 3)", "(2, 5)"]):
        concat([tensors[0], Tensor(five)])
    for axis in (3, -4):
        says = ["stack", str(axis), "3 axes"]
        with refuses(ValueError, f"stack(tensors, axis={axis})", says=says):
            stack(tensors, axis=axis)


test_join()

# %% [markdown]
"""
## 8. Read a log

A log is a list of records. `explain`, given here, writes one line for each.
"""


# %%
#| export
def explain(records: Sequence[OpRecord]) -> str:
    """One line per record: name, inputs, settings, and the output's shape.

    `#2` is the output of record 2; `x1`, `x2` and so on came from outside.
    """
    known = _known_as(records)
    rows = []
    for record in records:
        story = [f"{known[id(t)]} {t.shape}" for t in record.inputs]
        settings = record.attrs.items()
        story += [f"{key}={_short(value)}" for key, value in settings]
        number, shape = known[id(record.output)], str(record.output.shape)
        rows.append((number, record.name, ", ".join(story), "→", shape))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [map(str.ljust, row, widths) for row in rows]
    return "\n".join("  ".join(line).rstrip() for line in lines)


def _known_as(records: Sequence[OpRecord]) -> dict[int, str]:
    names: dict[int, str] = {}
    outside = 0
    for number, record in enumerate(records, 1):
        for tensor in record.inputs:
            if id(tensor) not in names:
                outside += 1
                names[id(tensor)] = f"x{outside}"
        names[id(record.output)] = f"#{number}"
    return names


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 30 else text[:29] + "…"


# %% tags=["experiment"]
with tape() as records:
    a = Tensor([1.0, 2.0, 3.0])
    b = Tensor([10.0, 20.0, 30.0])
    ((a + b) * 2).mean()
print(explain(records))

# %% [markdown]
"""
It prints what you saw at the very beginning:

```
  #1  add  x1 (3,), x2 (3,)                    →  (3,)
  #2  mul  #1 (3,), x3 ()                      →  (3,)
  #3  sum  #2 (3,), axis=None, keepdims=False  →  ()
  #4  mul  #3 (), x4 ()                        →  ()
```

Read it like a recipe. `#1` is the output of record 1, `x1` came from
outside.

- Line 2: the 2 became a tensor of shape `()`, named `x3`. That is `_like`.
- Lines 3 and 4: there is no record "mean". You built it from `sum` and `*`.
  So the factor 1/3 appears as `x4`.

The order is the order in which things **ran**. Python works out the inside
of an expression before the outside: in `a - a.max(...)` the maximum comes
first.

**Your part.** Predict three logs before anyone runs them. Write down only
the names. No code is needed, just a careful look at what you built.
"""


# %% nbgrader={"grade": false, "grade_id": "read", "locked": false, "schema_version": 3, "solution": true}
def predicted_names() -> dict[str, list[str]]:
    """Expression: the names of its records in order, as in ["add", "neg"].

    a has shape (2, 3), b has shape (3,). The three expressions are
    "((a + b) * 2).mean()"
    "a - a.max(axis=1, keepdims=True)"
    "stack([b, b])"
    """
    names = {}
    ### BEGIN SOLUTION
    names["((a + b) * 2).mean()"] = ["add", "mul", "sum", "mul"]
    names["a - a.max(axis=1, keepdims=True)"] = ["max", "sub"]
    names["stack([b, b])"] = ["reshape", "reshape", "concat"]
    ### END SOLUTION
    return names


# %% nbgrader={"grade": true, "grade_id": "test_read", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_read():
    a = Tensor([[1.0, 5.0, 2.0], [4.0, 3.0, 6.0]])
    b = Tensor([10.0, 20.0, 30.0])
    runs = [
        ("((a + b) * 2).mean()", lambda: ((a + b) * 2).mean()),
        (
            "a - a.max(axis=1, keepdims=True)",
            lambda: a - a.max(axis=1, keepdims=True),
        ),
        ("stack([b, b])", lambda: stack([b, b])),
    ]
    predicted = predicted_names()
    for text, run in runs:
        expect(text in predicted, f"there is no prediction for {text}")
        guess = list(predicted[text])
        for built in ("mean", "stack"):
            expect(
                built not in guess,
                f"{text}: no record is called {built}; look at its parts",
            )
        with tape() as records:
            run()
        names = [record.name for record in records]
        shuffled = guess != names and sorted(guess) == sorted(names)
        expect(
            not shuffled,
            f"{text}: the right names in the wrong order",
            hint="what stands inside runs first",
        )
        expect(
            guess == names,
            f"{text}: you predicted {guess}, the log says {names}",
        )


test_read()

# %% [markdown]
"""
## Systems analysis

Three measurements on your own tensor. Write down a guess before each. A
wrong guess that you remember teaches more than a table that you only read.

### What does the door cost?
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** NumPy adds two arrays of 10 numbers in less than a
microsecond. How many times as long does `a + a` take through your door? And
with a million numbers?
"""


# %% tags=["experiment"]
def microseconds(fn, calls):
    """Median time of one call; `calls` of them are timed as a bundle."""

    def bundle():
        for _ in range(calls):
            fn()

    return stopwatch(bundle, repeats=7) / calls * 1e6


def cost_of_the_door(size):
    tensor = Tensor(np.ones(size, dtype=np.float32))
    array = tensor.data
    calls = min(1000, 20_000_000 // size)
    bare = microseconds(lambda: array + array, calls)
    door = microseconds(lambda: tensor + tensor, calls)
    with tape(keep=lambda record: record.name):
        logged = microseconds(lambda: tensor + tensor, calls)
    return size, bare, door, logged, door / bare


sizes = (10, 1_000, 10_000, 100_000, 1_000_000)
door_rows = [cost_of_the_door(size) for size in sizes]
headers = ["elements", "NumPy µs", "door µs", "with log µs", "door/NumPy"]
table(door_rows, headers)
print()
curve(
    {
        "NumPy": [(size, bare) for size, bare, *_ in door_rows],
        "the door": [(size, door) for size, _, door, *_ in door_rows],
    },
    x="elements",
    y="microseconds",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured:

| elements | NumPy | door | door / NumPy |
|---:|---:|---:|---:|
| 10 | 0.32 µs | 1.7 µs | 5.3 |
| 1,000 | 0.48 µs | 1.9 µs | 3.9 |
| 10,000 | 1.3 µs | 2.7 µs | 2.1 |
| 100,000 | 9.4 µs | 11.4 µs | 1.2 |
| 1,000,000 | 95 µs | 98 µs | 1.03 |

The law behind it: **time = fixed cost + cost per element × elements**. The
door adds about 1.4 µs to the fixed cost and nothing to the other. At 10
elements you pay for five additions and get one. At 15,000 elements the door
costs as much as the work. From 100,000 on you can hardly see it.

In the picture both curves start flat, where the fixed cost rules. Then they
rise and become one. An open log costs 0.4 µs more per operation, again
whatever the size.

Hence a rule that holds for every array library: **give each operation much
to do**. One addition of a million numbers, not a million additions.

### What does precision cost?
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** float64 numbers have 8 bytes, float32 numbers 4. How many
times as long does a matrix product of two 1000 x 1000 matrices take in
float64? And an addition?
"""


# %% tags=["experiment"]
x64 = Tensor(make_rng(2).standard_normal((1000, 1000)))
x32 = Tensor(x64.data.astype(np.float32))


def in_both(compute):
    """Milliseconds in float64, in float32, and their ratio."""
    wide = 1000 * stopwatch(lambda: compute(x64))
    narrow = 1000 * stopwatch(lambda: compute(x32))
    return wide, narrow, wide / narrow


product = in_both(lambda x: x @ x)
addition = in_both(lambda x: x + x)
memory = human_bytes(x64.nbytes), human_bytes(x32.nbytes)
precision_rows = [
    ("memory of x", *memory, x64.nbytes / x32.nbytes),
    ("x @ x, ms", *product),
    ("x + x, ms", *addition),
]
table(precision_rows, ["", "float64", "float32", "ratio"])
print()
bars({"float64": product[0], "float32": product[1]}, unit="ms")

# %% [markdown]
"""
### What to see

On the same machine we measured 37 ms against 19 ms for the product, and
0.24 ms against 0.09 ms for the addition.

**The product takes half the time.** Two billion operations keep the
processor busy. One of its instructions works on 32 or 64 bytes at once, and
these hold twice as many float32 numbers as float64 numbers.

**The addition gains even more.** It does only one million operations, but
in float64 it moves 16 MB, 8 in and 8 out. So it waits for memory. Half the
bytes are half the wait, and more of the small matrices stays in the fast
memory next to the processor.

The law: with n rows and n columns, an addition takes time in proportion to
n², a product in proportion to n³. Double the side, and the one takes 4
times as long, the other 8 times.

### View or copy?
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** `x` holds 2 million float32 numbers, 7.6 MiB. Which of
these make new numbers, and which only look at the old ones:
`x.reshape(1000, 2000)`, `x.T`, `x[:, ::2]`, `x[rows]` with an array `rows`,
`x.T.reshape(-1)`?
"""

# %% tags=["experiment"]
x = Tensor(make_rng(3).standard_normal((2000, 1000)).astype(np.float32))
rows = np.arange(0, 2000, 2)


def view_or_copy(text, rearrange):
    result = rearrange()
    shared = np.shares_memory(result.data, x.data)
    new = human_bytes(0 if shared else result.nbytes)
    took = round(stopwatch(rearrange, repeats=5) * 1e6)
    return text, "view" if shared else "copy", new, took


view_rows = [
    view_or_copy("x.reshape(1000, 2000)", lambda: x.reshape(1000, 2000)),
    view_or_copy("x.T", lambda: x.T),
    view_or_copy("x[:, ::2]", lambda: x[:, ::2]),
    view_or_copy("x[rows]", lambda: x[rows]),
    view_or_copy("concat([x, x])", lambda: concat([x, x])),
    view_or_copy("x.T.reshape(-1)", lambda: x.T.reshape(-1)),
]
table(view_rows, ["expression", "is a", "new memory", "µs"])

# %% [markdown]
"""
### What to see

On the same machine a view took 2 to 3 µs, the cost of the door alone. The
copies took 130 µs for `x[rows]`, 630 µs for `concat` and 1,800 µs for
`x.T.reshape(-1)`.

**A view costs the same for any size.** It only writes down a new way to
walk over old numbers: where to start, and how far each step is.

```
   memory      1  2  3  4  5  6
   x           rows of 3:   next row +3, next column +1
   x.T         rows of 2:   next row +1, next column +3
```

**A copy costs its bytes.** An index array may pick any rows in any order,
and no fixed step describes that. So NumPy must copy.

**The order of reading counts.** `x.T.reshape(-1)` writes half as many bytes
as `concat` and takes three times as long. It reads down the columns,
jumping 4,000 bytes from number to number.

A view shares its numbers: whoever changes `x.data[0, 0]` changes every view
of `x` as well. None of your operations changes its input, so this stays
harmless.
"""

# %% [markdown]
"""
## In production

**One door.** In PyTorch every operation passes the *dispatcher*. It picks
the code for the processor or the graphics card, and other parts of the
library hook in there. With a `TorchDispatchMode` you can listen yourself: a
`with` block in which a function of yours sees each operation. That is your
`tape`.

**Records.** `jax.make_jaxpr(f)(x)` runs a function once and prints the list
of its operations, one per line, with names for what flows between them.
TensorFlow's `tf.function` records once and runs the recording many times.

**The dtype rule.** `torch.tensor([1.0])` is float32.
`torch.from_numpy(array)` keeps the array's dtype and shares its memory.
Yours does the same.

**Small operations.** The fixed cost per operation is some microseconds in
PyTorch too. Compilers such as `torch.compile` merge several operations into
one, so that it is paid once.

**Views.** PyTorch's `t.T` is a view, and `t.view(...)` refuses where it
would have to copy. Then you write `t.contiguous()` first and see the copy
in the code.
"""

# %% [markdown]
"""
## Misconceptions

**"`*` is the matrix product."** `*` works element by element, with
broadcasting. `@` lets rows meet columns. For two square matrices both run,
and only one is what you meant.

**"reshape(3, 2) and transpose are the same."** Both turn `(2, 3)` into
`(3, 2)`. But reshape keeps the reading order and transpose does not. Only
the shape agrees, which makes the mistake hard to see.

**"Shape (3,) is as good as (3, 1)."** Their difference has shape `(3, 3)`:

```python
a = Tensor([[1.0], [2.0], [3.0]])     # (3, 1)
b = Tensor([1.0, 2.0, 3.0])           # (3,)
(a - b).shape                         # (3, 3): each with each
```

**"The log is always running."** Without an open `tape()` no record is made,
and nothing is kept. The door alone costs a microsecond and no memory.

**"A bigger dtype is the safer choice."** It doubles memory and time. Use
float64 where you compare tiny differences, and float32 elsewhere.
"""

# %% [markdown]
"""
## Questions to think about

1. `2 * a` files a record with two inputs, `a ** 2` one with a single input
   and a setting. What would change if the exponent were an input too?
2. Two tensors may share one array. Where in your code does that happen, and
   which operation would make it dangerous?
3. A record keeps its tensors alive. What must `keep` not return if a log is
   to stay small over a million operations?
4. `(5, 2, 3) @ (3, 4)` is five products. Why does `(5, 2, 3) @ (4, 3, 6)`
   fail, and why does `(1, 2, 3) @ (4, 3, 6)` work?
5. Your door could refuse to divide by zero. Should it? Who pays for the
   check, and who would be glad of it?
"""

# %% [markdown]
"""
## Quick reference

```
Tensor([1.0, 2.0])  float32      .shape .ndim .size .dtype .nbytes
Tensor([1, 2])      int64        .item()   one Python number
Tensor(array)       its dtype    .numpy()  a copy     .data  the array
Tensor(x, dtype)    that dtype   len(t)    size of axis 0

a + b   "add"     -a      "neg"       t.sum(axis, keepdims)     "sum"
a - b   "sub"     a ** 2  "power"     t.max(axis, keepdims)     "max"
a * b   "mul"     a @ b   "matmul"    t.mean(axis, keepdims)    sum, mul
a / b   "div"     t[i]    "getitem"   t.argmax(axis)            no record

t.reshape(6, -1)    "reshape"    t.pad(((1, 0), (0, 2)))    "pad"
t.transpose(1, 0)   "transpose"  concat([a, b], axis)       "concat"
t.T                 "transpose"  stack([a, b], axis)  reshape…, concat

broadcasting:  align at the right · 1 or missing stretches · else error

with tape() as records:              # or tape(keep=fn): keeps fn(record)
    ((a + b) * 2).mean()
print(explain(records))              # #1  add  x1 (3,), x2 (3,)  →  (3,)
```
"""

# %% [markdown]
"""
## Looking ahead

The records are only printed now. Later they do more. 03 Activations files
new operations through the same door, and its tests use a log to prove that
an answer was built from operations. 15 Profiling adds up their seconds and
bytes. Another module reads a whole log from its end to its start and finds
out what each number did to the result.

04 Layers makes its `Parameter` a special `Tensor`. 10 DataLoader hands out
tensors in small portions. None of them changes a line of this file.
"""

# %% [markdown]
"""
## Summary and what comes next

You built an array type in about 75 lines. Its constructor decides the
dtype. Everything else says a name, a NumPy function and its inputs, and
goes through one door.

You can now look at any calculation and see which operations ran, on what
shapes, in which order. You measured the price: about a microsecond an
operation, invisible from 100,000 elements on.

When a check of the whole lesson passes, your library holds
`tinytorch/tensor.py`. Modules 03, 04 and 10 open on the map.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_create,
        test_door,
        test_arithmetic,
        test_matmul,
        test_reduce,
        test_shape,
        test_join,
        test_read,
    )
