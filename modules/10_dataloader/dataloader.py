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
# 10 DataLoader

You will build the road from a heap of examples to small, shuffled portions
of tensors: a dataset, an honest split, a loader, and two ways to prepare
the numbers.

### Prerequisites

- **02 Tensor**: `Tensor`, `extend`, and how an index array picks rows.
- From **01 Setup**, which 02 needs too: `make_rng` for all chance,
  `stopwatch` and `peak_bytes` for the measurements.
- Python: classes, slices, tuples. A reminder of `yield` is included.

### Time and difficulty

About 2.5 hours. Difficulty 2 of 5. Seven exercises of 1 to 10 lines.

### Learning objectives

Afterwards you can

- fetch any number of examples with one index array;
- keep examples aside so that a later judgement is fair;
- hand out each example once a round, in a new but repeatable order;
- say which numbers may be computed from which part of the data;
- predict what one round costs, in time and in memory.

### How the pieces hang together

```
             pictures, labels                arrays, same length
                    │
  2           train_test_split ────────────▶ test part, kept aside
                    │                             │
  6           Standardizer.fit ── mean, spread ──▶│
                    │                             │
  1           ArrayDataset                   ArrayDataset
                    │                             │
  3 4 5       DataLoader                     DataLoader
              shuffle=True                   in order
  7           transform=random_shift         no transform
                    │                             │
                    ▼                             ▼
               (x, y) (x, y) (x, y) …        (x, y) (x, y) …
```
"""

# %% [markdown]
"""
## Why examples come in portions

A program that learns from examples looks at them again and again. Suppose
it has 20,000 pictures with their labels. How should they arrive?

- **All at once?** The intermediate results for 20,000 pictures may not fit
  into memory. And one answer for all of them comes late.
- **One by one?** Then each operation has little to do. You measured in 02
  that small operations mostly pay the fixed cost.
- **In portions of 32 or 64?** That is what everybody does. A portion is
  called a **batch**. One pass over all examples is called an **epoch**.

Three more wishes come with it. The order should be new in every epoch. The
same seed should bring the same order back. And some examples must stay
aside, so that what was learned can be judged on examples never seen.

All of it rests on one idea: never move the data, only write a list of row
numbers and cut it. We call this list the **index tape**.

```
   tape      9   6   0   2   1   4   7   5   3   8       10 examples
           └───────────┘└──────────┘└──────────┘└──┘
              batch 0      batch 1     batch 2   batch 3
            x[[9,6,0]]   x[[2,1,4]]  x[[7,5,3]]  x[[8]]
```

At the end you will have measured the answer to this question: **what does
an epoch cost, and what does the batch size do to it?**
"""

# %% [markdown]
"""
The first cell is the beginning of your library file. The second fetches
what tests and experiments use.
"""

# %%
#| default_exp data
#| export
"""From arrays to shuffled, repeatable batches of tensors."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from tinytorch.env import make_rng
from tinytorch.tensor import Tensor, extend

Array = npt.NDArray[Any]
Transform = Callable[[Array, np.random.Generator], Array]

# %%
from tinytorch.env import human_bytes, peak_bytes, stopwatch

from tinytutor.kit import (
    bars,
    curve,
    digits,
    expect,
    gallery,
    quiet,
    refuses,
    run_tests,
    same,
    same_dtype,
    table,
    unchanged,
)

# %% [markdown]
"""
## Meet the data

The examples of this module are drawn by the course itself, so nothing is
downloaded. `digits(8, seed=10)` draws eight pictures of 8 by 8 pixels, from
0 (paper) to 1 (ink). With each picture comes its **label**: the digit that
it shows.
"""

# %% tags=["experiment"]
pictures, labels = digits(8, seed=10)
print("pictures", pictures.shape, pictures.dtype)
print("labels  ", labels.shape, labels.dtype)
print()
gallery(pictures, [f"label {label}" for label in labels])

# %% [markdown]
"""
## 1. A dataset is arrays side by side

Row i of the pictures and entry i of the labels belong to the same example.
The dataset hands the **same index to every array**. That is all it does,
and it is what keeps pictures and labels together.

```
   index             0      1      2      3      4
                  ┌──────┬──────┬──────┬──────┬──────┐
   x              │ [..] │ [..] │ [..] │ [..] │ [..] │   pictures
                  ├──────┼──────┼──────┼──────┼──────┤
   y              │  7   │  2   │  9   │  4   │  0   │   labels
                  └──────┴──────┴──────┴──────┴──────┘
   dataset[2]          (x[2], 9)              one example
   dataset[[4, 0]]     (x[[4, 0]], [0 7])     two, in your order
```

NumPy does the rest, whatever kind of index it gets:

```python
y = np.array([7, 2, 9, 4, 0])
y[2]                        # 9          a number: one entry
y[1:3]                      # [2 9]      a slice: a view
y[np.array([4, 0, 4])]      # [0 7 0]    an index array: a new array
```

So a whole batch needs **one lookup per array**. A loop over single examples
would ask 32 times for what NumPy can give at once.

The rows stay where they are: `np.asarray` turns a list into an array and
leaves an array as it is, without a copy.

**Your part.** `__init__`, `__len__` and `__getitem__`. Mind that the length
is the number of examples.
"""


# %% nbgrader={"grade": false, "grade_id": "dataset", "locked": false, "schema_version": 3, "solution": true}
#| export
class ArrayDataset:
    """Arrays side by side: row i of each belongs to example i.

    `arrays` is the list of them.
    """

    def __init__(self, *arrays: npt.ArrayLike):
        """Keeps arrays as they are, without a copy; lists become arrays.

        Raises ValueError unless there is at least one array and all have
        the same length; it says "length" and shows the lengths.
        """
        ### BEGIN SOLUTION
        self.arrays = [np.asarray(array) for array in arrays]
        lengths = [len(array) for array in self.arrays]
        if len(set(lengths)) != 1:
            raise ValueError(
                "a dataset needs arrays of one common length, got lengths "
                f"{lengths}; give each array one row per example"
            )
        ### END SOLUTION

    def __len__(self) -> int:
        """How many examples there are."""
        ### BEGIN SOLUTION
        return len(self.arrays[0])
        ### END SOLUTION

    def __getitem__(self, index: int | slice | Array) -> tuple[Any, ...]:
        """What each array has at `index`: a tuple, one entry per array."""
        ### BEGIN SOLUTION
        return tuple(array[index] for array in self.arrays)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_dataset", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_dataset():
    x = np.arange(30, dtype=np.float32).reshape(5, 3, 2)
    y = np.array([7, 2, 9, 4, 0])
    dataset = ArrayDataset(x, y)

    # The plain case: five examples, and one of them.
    same(
        len(dataset),
        5,
        "len(dataset), 2 arrays of 5 rows",
        mistakes={"count the examples, not the arrays": 2},
    )
    one = dataset[2]
    kind = type(one).__name__
    expect(isinstance(one, tuple), f"dataset[2] gave a {kind}, not a tuple")
    expect(
        len(one) == 2,
        f"dataset[2] has {len(one)} entries, expected one for each array",
    )
    same(one[0], x[2], "dataset[2][0]")
    same(one[1], 9, "dataset[2][1]")

    # Several at once: an index array and a slice.
    chosen = np.array([4, 0, 4])
    rows, labels = dataset[chosen]
    hint = "hand the index to each array as it came"
    same(rows, x[[4, 0, 4]], "dataset[[4, 0, 4]][0]", hint=hint)
    same(labels, [0, 7, 0], "dataset[[4, 0, 4]][1]", hint=hint)
    same_dtype(rows, np.float32, "dataset[[4, 0, 4]][0]")
    expect(
        np.shares_memory(dataset[1:3][0], x),
        "dataset[1:3] is a copy of the rows, a view would do",
        hint="keep arrays with np.asarray, and index them as they are",
    )

    # Lists, a single array, and a place that is not there.
    numbers = ArrayDataset([5, 6, 7])
    expect(len(numbers) == 3, "ArrayDataset([5, 6, 7]) has three examples")
    same(numbers[1][0], 6, "ArrayDataset([5, 6, 7])[1][0]")
    expect(len(numbers[1]) == 1, "one array: still a tuple, of one entry")
    with refuses(IndexError, "dataset[5] of five examples"):
        dataset[5]

    # Arrays that do not belong together.
    what = "ArrayDataset of 5 pictures and 4 labels"
    with refuses(ValueError, what, says=["length", "5", "4"]):
        ArrayDataset(x, y[:4])
    what = "ArrayDataset of 5, 5 and 3 rows: compare all lengths"
    with refuses(ValueError, what, says=["length", "5", "3"]):
        ArrayDataset(x, y, y[:3])
    with refuses(ValueError, "ArrayDataset(): no array at all"):
        ArrayDataset()


test_dataset()

# %% [markdown]
"""
## 2. Keep some examples aside

Whoever learns the answers by heart is right on every example seen before.
So what counts is the answer on examples **never seen**. Divide once, at the
very beginning:

- the **training part**, from which a program may learn,
- the **test part**, for judging only. A fifth is a common share.

Do not just cut off the end. Data often comes sorted: all zeros first, all
nines last. Then the test part would hold nines only, and the training part
none of them. So cut a **random tape of row numbers**:

```
   make_rng(3).permutation(10)      9  6  0  2  1  4  7  5  3  8
                                  └─────┘└─────────────────────┘
                                   test         training
                                  x[[9, 6]]   x[[0, 2, 1, …]]
                                  y[[9, 6]]   y[[0, 2, 1, …]]
```

Both arrays are indexed with the same tape. Shuffle each of them on its own
and every picture gets a stranger's label. No error tells you.

The seed makes the split repeatable. A test part that changes with every run
would not stay unseen for long.

How many go aside? `round(count * test_fraction)`. For 10 examples and a
fraction of 0.2 that is 2. A part without a single example is no part, so
refuse it.

**Your part.** About seven lines. A hint that saves work: an `ArrayDataset`
checks the lengths for you, and indexes all arrays with one tape.
"""


# %% nbgrader={"grade": false, "grade_id": "split", "locked": false, "schema_version": 3, "solution": true}
#| export
def train_test_split(
    *arrays: npt.ArrayLike, test_fraction: float = 0.2, seed: int = 0
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Divides examples by chance: (training arrays), (test arrays).

    The test part gets round(count * test_fraction) of them, the training
    part all others. Row i of every array goes the same way. The same seed
    gives the same parts.

    Raises:
        ValueError: arrays of different lengths; says "length".
        ValueError: a part would be empty; says "test_fraction" and its
            value.
    """
    ### BEGIN SOLUTION
    dataset = ArrayDataset(*arrays)
    count = len(dataset)
    cut = round(count * test_fraction)
    if not 0 < cut < count:
        raise ValueError(
            f"test_fraction={test_fraction} of {count} examples leaves a "
            "part empty; choose a fraction between 0 and 1"
        )
    tape = make_rng(seed).permutation(count)
    return dataset[tape[cut:]], dataset[tape[:cut]]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_split", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_split():
    # Twenty sorted examples: row i is (i, 10 i), its label is 500 + i.
    x = np.arange(20, dtype=np.float32)[:, None] * np.float32([1, 10])
    y = np.arange(500, 520)
    what = "train_test_split(x, y, test_fraction=0.3, seed=5)"
    with unchanged(x, y, what=what):
        train, test = train_test_split(x, y, test_fraction=0.3, seed=5)
    (x_train, y_train), (x_test, y_test) = train, test

    # The plain case: sizes, and rows that stay with their label.
    same(
        len(y_test),
        6,
        f"{what}: test rows of 20",
        mistakes={"that is the training part; it comes first": 14},
    )
    for rows, labels in (train, test):
        strangers = np.flatnonzero(rows[:, 0] + 500 != labels)
        first = next(iter(strangers), None)
        expect(
            first is None,
            f"row {first} of a part lost its label",
            hint="one tape of row numbers for all arrays",
        )
    both = np.sort(np.concatenate([y_train, y_test]))
    expect(
        np.array_equal(both, y),
        f"{what}: each example belongs to exactly one part",
        hint="one tape without repetitions, cut once",
    )
    same_dtype(x_train, np.float32, "the training rows")
    expect(x_test.shape == (6, 2), f"the test rows have {x_test.shape}")

    # Chance, that a seed brings back.
    ends = (set(y[:6]), set(y[-6:]))
    expect(
        set(y_test) not in ends,
        "the test part is one end of the data: use a random tape",
        hint="make_rng(seed).permutation(count)",
    )
    again = train_test_split(x, y, test_fraction=0.3, seed=5)
    same(again[1][1], y_test, f"{what} a second time", hint="the seed")
    _, other = train_test_split(x, y, test_fraction=0.3, seed=6)
    expect(
        set(other[1]) != set(y_test),
        "seed=5 and seed=6 gave the same parts: use the seed",
    )

    # One array, the default fraction, and a size to be rounded.
    (rest,), (few,) = train_test_split(y)
    expect((len(rest), len(few)) == (16, 4), "by default a fifth is aside")
    _, (few,) = train_test_split(np.arange(7), test_fraction=0.4)
    same(
        len(few),
        3,
        "test rows for 0.4 of 7 examples, which is 2.8",
        mistakes={"round it; int() cuts off": 2},
    )
    _, (few,) = train_test_split(np.arange(2), test_fraction=0.5)
    same(len(few), 1, "test rows for half of 2 examples")

    # What is no split.
    with refuses(ValueError, "20 rows and 19 labels", says=["length"]):
        train_test_split(x, y[:19])
    for fraction in (0.0, 1.0, 1.5, -0.25):
        says = ["test_fraction", str(fraction)]
        with refuses(ValueError, f"test_fraction={fraction}", says=says):
            train_test_split(x, y, test_fraction=fraction)


test_split()

# %% [markdown]
"""
## 3. How many batches?

The loader cuts the tape into pieces of `batch_size`. Ten examples in
threes:

```
   10 = 3 + 3 + 3 + 1              9 = 3 + 3 + 3

   drop_last=False   4 batches       3 batches
   drop_last=True    3 batches       3 batches
```

The short rest is a batch as well: its examples are as good as others. But
some calculations want all batches alike, and a batch of one example can be
an odd one. For them there is `drop_last=True`. With a new order in each
epoch, another example is left out each time.

`divmod` gives both numbers that you need:

```python
full, rest = divmod(10, 3)      # 3 full batches, a rest of 1
full, rest = divmod(9, 3)       # 3 full batches, a rest of 0
```

The class begins here and grows over the next two exercises. Its `__init__`
keeps all settings. The line that matters most stands at its end: **one**
generator is made, once, and lives as long as the loader.

`order` is given, too. It writes the tape of one epoch, and asks `shuffled`
to mix it if that is wanted. You will write `shuffled` in exercise 5.

**Your part.** A check of `batch_size` in `__init__`, then `__len__`. If you
run this cell again later, run the cells of exercises 4 and 5 again too.
"""


# %% nbgrader={"grade": false, "grade_id": "length", "locked": false, "schema_version": 3, "solution": true}
#| export
class DataLoader:
    """Hands out a dataset in batches of tensors; a `for` loop is an epoch.

    The dataset needs a length, and a lookup that takes an index array.
    """

    def __init__(
        self,
        dataset: ArrayDataset,
        batch_size: int = 32,
        shuffle: bool = False,
        drop_last: bool = False,
        seed: int = 0,
        transform: Transform | None = None,
    ):
        """Keeps the settings.

        `shuffle` asks for a new order in each epoch, `drop_last` leaves a
        short last batch out. `transform(x, rng)` may change the first array
        of each batch.

        Raises ValueError for a batch_size below 1; it says "batch_size" and
        the value.
        """
        ### BEGIN SOLUTION
        if batch_size < 1:
            raise ValueError(f"batch_size is at least 1, not {batch_size}")
        ### END SOLUTION
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.transform = transform
        self.rng = make_rng(seed)  # once: it goes on from epoch to epoch

    def order(self) -> Array:
        """The tape of one epoch: which example comes when."""
        tape = np.arange(len(self.dataset))
        return self.shuffled(tape) if self.shuffle else tape

    def __len__(self) -> int:
        """How many batches an epoch has."""
        ### BEGIN SOLUTION
        full, rest = divmod(len(self.dataset), self.batch_size)
        if rest > 0 and not self.drop_last:
            return full + 1
        return full
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_length", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_length():
    def batches(count, *settings, **more):
        dataset = ArrayDataset(np.zeros(count))
        return len(DataLoader(dataset, *settings, **more))

    # The plain case: a rest, and no rest.
    same(
        batches(10, 3),
        4,
        "len of a loader, 10 examples in threes",
        mistakes={"the short last batch is lost: 10 = 3 + 3 + 3 + 1": 3},
    )
    same(
        batches(9, 3),
        3,
        "len of a loader, 9 examples in threes",
        mistakes={"9 = 3 + 3 + 3: nothing is left for a fourth": 4},
    )

    # Without the rest.
    same(
        batches(10, 3, drop_last=True),
        3,
        "10 examples in threes, drop_last=True",
        mistakes={"drop_last was ignored": 4},
    )
    same(batches(9, 3, drop_last=True), 3, "9 in threes, drop_last=True")
    same(batches(11, 3, drop_last=True), 3, "11 in threes, drop_last=True")

    # Edges: fewer examples than a batch, one by one, all at once, none.
    cases = {(2, 5): 1, (10, 1): 10, (10, 10): 1, (0, 4): 0}
    for (count, size), right in cases.items():
        same(batches(count, size), right, f"{count} examples by {size}")
    same(batches(2, 5, drop_last=True), 0, "2 by 5, drop_last=True")
    same(batches(33), 2, "33 examples by the default of 32")

    # Sizes that are none.
    for size in (0, -4):
        what = f"DataLoader(dataset, batch_size={size})"
        with refuses(ValueError, what, says=["batch_size", str(size)]):
            batches(10, size)


test_length()

# %% [markdown]
"""
## 4. Cut the tape, look up, wrap

Now the batches themselves. Each is made in three steps:

```
   chosen = order[3:6]         dataset[chosen]           Tensor(…)

     [2 1 4]  ──────────▶  x[[2,1,4]]  (3, 64)  ──────▶  Tensor (3, 64)
                           y[[2,1,4]]  (3,)     ──────▶  Tensor (3,)
```

Between lookup and wrapping a `transform` may change the pictures. That step
is given, you will need it in exercise 7.

`Tensor(array)` keeps the dtype of an array. So float32 pictures give float32
tensors, and labels stay integers.

### Worked example: a function that pauses

A function with `yield` gives a **generator**. It runs up to the next
`yield`, hands out a value and waits until somebody asks again. It shares
only its name with the random generators of 01.

```python
def portions(word, size):
    for start in range(0, len(word), size):
        yield word[start : start + size]

list(portions("tinytorch", 4))      # ['tiny', 'torc', 'h']
```

A slice that reaches beyond the end simply stops there, hence the `'h'`.

A generator can be used up only once. But a `for` loop over an object calls
the object's `__iter__`, and calls it again for the next loop. If
`__iter__` contains `yield`, each call gives a **new** generator:

```
   for batch in loader: …      __iter__()   a generator, epoch 1
   for batch in loader: …      __iter__()   another one, epoch 2
```

So never keep a generator in `self`. The second epoch would be empty.

**Your part.** In `batch`, step 1 and step 3, one line each. In `__iter__`,
take `self.order()` once, then yield `self.batch(piece)` for each piece. Use
`len(self)`: it knows how many there are, `drop_last` included.
"""


# %% nbgrader={"grade": false, "grade_id": "batches", "locked": false, "schema_version": 3, "solution": true}
#| export
@extend(DataLoader)
class Batches:
    """Pieces of the tape become tuples of tensors."""

    def batch(self, chosen: Array) -> tuple[Tensor, ...]:
        """The examples with these row numbers, one tensor per array.

        Asks the dataset once, whatever the number. Every array keeps its
        dtype.
        """
        # 1. Look all rows up at once: call the result `arrays`.
        ### BEGIN SOLUTION
        arrays = self.dataset[chosen]
        ### END SOLUTION
        # 2. Change the first array, if somebody asked for it.
        if self.transform is not None:
            first, *others = arrays
            arrays = (self.transform(first, self.rng), *others)
        # 3. Wrap each array in a Tensor, and return a tuple.
        ### BEGIN SOLUTION
        return tuple(Tensor(array) for array in arrays)
        ### END SOLUTION

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        """One epoch: yields a batch, pauses, yields the next."""
        ### BEGIN SOLUTION
        order = self.order()
        for number in range(len(self)):
            start = number * self.batch_size
            yield self.batch(order[start : start + self.batch_size])
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_batches", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_batches():
    # Ten examples in three arrays, each with a dtype of its own.
    x = np.arange(40, dtype=np.float32).reshape(10, 4)
    y = np.arange(500, 510)
    z = np.linspace(0, 1, 20).reshape(10, 2)
    loader = DataLoader(ArrayDataset(x, y, z), batch_size=3)

    # The plain case: one batch.
    first = loader.batch(np.array([8, 1, 5]))
    expect(isinstance(first, tuple), "loader.batch(…) must return a tuple")
    expect(len(first) == 3, f"3 arrays, but {len(first)} parts in a batch")
    for part in first:
        kind = type(part).__name__
        expect(isinstance(part, Tensor), f"a batch holds a {kind}: wrap it")
    same(first[0], x[[8, 1, 5]], "loader.batch([8, 1, 5])[0]")
    same(first[1], [508, 501, 505], "loader.batch([8, 1, 5])[1]")
    rule = "Tensor(array) keeps the dtype of an array"
    for part, array in zip(first, (x, y, z), strict=True):
        same_dtype(part, array.dtype, "a part of the batch", hint=rule)

    # An epoch: all examples, in order, the short rest at the end.
    with unchanged(x, y, z, what="an epoch"):
        epoch = list(loader)
    sizes = [len(labels) for _, labels, _ in epoch]
    expect(
        sizes != [3, 3, 3],
        "the short last batch is lost: 10 = 3 + 3 + 3 + 1",
    )
    expect(
        sizes == [3, 3, 3, 1],
        f"10 examples in threes came as {sizes}, expected [3, 3, 3, 1]",
    )
    for position, array in enumerate((x, y, z)):
        came = np.concatenate([batch[position].data for batch in epoch])
        same(came, array, f"array {position}, all batches of an epoch")
    short = DataLoader(ArrayDataset(y), batch_size=4, drop_last=True)
    sizes = [len(labels) for (labels,) in short]
    expect(sizes == [4, 4], f"10 in fours, drop_last=True: came as {sizes}")

    # The tape decides what comes when. This one differs in every call.
    class Mixed(DataLoader):
        def order(self):
            return self.rng.permutation(10)

    mixed = Mixed(ArrayDataset(y), batch_size=3)
    came = np.concatenate([labels.data for (labels,) in mixed])
    expect(
        not np.array_equal(came, y),
        "the examples came in plain order: take the tape of self.order()",
    )
    expect(
        np.array_equal(np.sort(came), y),
        f"examples {came - 500} in one epoch: each must come once",
        hint="one tape an epoch, so self.order() stands before the loop",
    )

    # The next epoch, and two loops at once.
    count = len(list(loader))
    expect(
        count == 4,
        f"the second epoch has {count} batches, the first had 4",
        hint="a generator is used up; each __iter__ must make a new one",
    )
    pairs = zip(loader, loader, strict=True)
    expect(
        all(np.array_equal(a[1].data, b[1].data) for a, b in pairs),
        "two loops over one loader must not take each other's batches",
    )

    # One lookup a batch, made when the batch is asked for.
    class Counted(ArrayDataset):
        lookups = 0

        def __getitem__(self, index):
            self.lookups += 1
            return super().__getitem__(index)

    counted = Counted(x, y)
    running = iter(DataLoader(counted, batch_size=4))
    next(running)
    expect(
        counted.lookups == 1,
        f"{counted.lookups} lookups before the first batch of 4, expected 1",
        hint="one index array a batch, no loop over examples; yield each",
    )

    # A transform gets the first array and the loader's own generator.
    seen = []

    def halved(rows, rng):
        seen.append(rng)
        return rows / 2

    changed = DataLoader(ArrayDataset(x, y), batch_size=6, transform=halved)
    rows, labels = next(iter(changed))
    same(rows, x[:6] / 2, "the first array of a batch after a transform")
    same(labels, y[:6], "the labels of a batch after a transform")
    expect(seen == [changed.rng], "a transform gets rows and loader.rng")


test_batches()

# %% [markdown]
"""
## 5. A new order every epoch

In a sorted dataset batch 0 holds zeros only, and the next ones too. Who
learns from such batches has forgotten the zeros by the time the nines come.
Shuffling mixes all kinds into each batch, and a new order every epoch makes
new neighbours.

The data does not move. Only the tape is mixed:

```
   make_rng(7)
      │  permutation(8)        epoch 1     0 6 7 2 4 5 1 3
      │  permutation(8)        epoch 2     7 3 6 2 0 4 1 5
      │  permutation(8)        epoch 3     3 4 5 2 0 7 1 6
      ▼
```

The generator walks on, so every epoch differs. A second loader with seed 7
walks the same way and repeats all three. A generator made anew in each
epoch would draw the first line again and again. So use the one that
`__init__` has made: `self.rng`.

Two facts about NumPy's generators:

```python
rng.permutation(tape)     # returns a mixed copy
rng.shuffle(tape)         # mixes the tape itself and returns None
```

**Your part.** One line. The choice of generator is the exercise.
"""


# %% nbgrader={"grade": false, "grade_id": "shuffle", "locked": false, "schema_version": 3, "solution": true}
#| export
@extend(DataLoader)
class Shuffling:
    """A new order in each epoch, repeatable through the seed."""

    def shuffled(self, tape: Array) -> Array:
        """The same row numbers in a new order, drawn from `self.rng`."""
        ### BEGIN SOLUTION
        return self.rng.permutation(tape)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_shuffle", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_shuffle():
    x = np.arange(24, dtype=np.float32).reshape(12, 2)
    y = np.arange(500, 512)
    dataset = ArrayDataset(x, y)

    def epochs(count, **settings):
        loader = DataLoader(dataset, batch_size=5, **settings)
        runs = [list(loader) for _ in range(count)]
        return [np.concatenate([b[1].data for b in run]) for run in runs]

    # The plain case: the same row numbers, in another order.
    loader = DataLoader(dataset, shuffle=True, seed=3)
    with unchanged(x, y, what="shuffled(tape)"):
        tape = loader.shuffled(np.arange(12))
    expect(
        tape is not None,
        "shuffled gave None: rng.shuffle works in place and returns nothing",
    )
    came = np.sort(tape)
    expect(
        np.array_equal(came, np.arange(12)),
        f"the row numbers 0 to 11 came as {came}: each must come once",
        hint="permutation draws without repetition, integers does not",
    )
    expect(
        not np.array_equal(tape, np.arange(12)),
        "shuffled gave the tape as it was",
    )

    # Rows keep their labels.
    for rows, labels in DataLoader(dataset, 5, shuffle=True, seed=3):
        right = 500 + rows.data[:, 0] / 2
        same(labels, right, "the labels of shuffled rows")

    # Each epoch has its own order, and the seed brings all of them back.
    first, second, third = epochs(3, shuffle=True, seed=3)
    expect(
        not np.array_equal(first, second),
        "epoch 2 has the order of epoch 1: draw on from self.rng",
    )
    expect(
        not np.array_equal(second, third),
        "epoch 3 has the order of epoch 2",
    )
    for run, again in enumerate(epochs(3, shuffle=True, seed=3), 1):
        expect(
            np.array_equal(again, (first, second, third)[run - 1]),
            f"two loaders with seed=3 differ in epoch {run}: use self.rng",
        )
    (other,) = epochs(1, shuffle=True, seed=4)
    expect(
        not np.array_equal(other, first),
        "seed=3 and seed=4 gave the same order: use self.rng",
    )

    # Without shuffle, the order of the dataset.
    for run in epochs(2):
        same(run, y, "an epoch without shuffle, after others with shuffle")


test_shuffle()

# %% [markdown]
"""
What does it do to a sorted dataset? The next cell counts how many kinds of
digit meet in a batch of 32. Guess both numbers first.
"""

# %% tags=["experiment"]
sorted_labels = np.repeat(np.arange(10), 96)
kinds_rows = []
for name, shuffle in (("in order", False), ("shuffled", True)):
    loader = DataLoader(ArrayDataset(sorted_labels), 32, shuffle, seed=1)
    batches = [part.data for (part,) in loader]
    kinds = [len(np.unique(part)) for part in batches]
    beginning = " ".join(map(str, batches[0][:12]))
    kinds_rows.append((name, len(kinds), np.mean(kinds), beginning))
table(kinds_rows, ["order", "batches", "kinds a batch", "batch 0 begins"])

# %% [markdown]
"""
In order, each batch holds a single kind. Shuffled, it holds 9.7 of the 10
on average. Chance alone explains it: a batch of 32 misses a given digit
with probability 0.9³² = 0.034, and 10 kinds × 0.966 are 9.66.
"""

# %% [markdown]
"""
## 6. Columns on one scale

One column counts floors of a house, another its price. Add the two, and
the price drowns the floors. The remedy: subtract each column's mean and
divide by its **spread**, the standard deviation. Then every column has mean
0 and spread 1. In pictures each pixel is a column.

```
     x            mean   [3    400]
   1  200         spread [1.63 163]           -1.22  -1.22
   3  400   ─────────────────────────────▶     0.00   0.00
   5  600        (x - mean) / spread           1.22   1.22
```

### Learn on the training part, apply everywhere

The test part plays the future. The mean of the future is not known today.
So `fit` computes mean and spread from the **training part only**, and every
other part is measured with the same two numbers:

```
   a test row   7  300    ──▶   (7 - 3) / 1.63    (300 - 400) / 163
                                     2.45              -0.61
```

Computed with the test part's own mean, the same row would come out as
something else. And what the test part knows would flow into what you judge.
This is called a **leak**. Results look better than they are.

### A column that never changes

Of the 64 pixels in `digits(60, seed=10)` five never have ink. Their spread
is 0, and 0 / 0 is `nan`. Such a column should come out as 0, so divide it
by 1 instead.

How do you recognise it? Not by `spread == 0`. Float32 rounds:

```python
x = np.full((100, 3), 0.1, dtype=np.float32)
x.mean(axis=0)[0] == x[0, 0]        # False
x.std(axis=0)[0]                    # 1.5e-08, and not 0
((x - x.mean(axis=0)) / x.std(axis=0))[0, 0]      # -1.0, and not 0
```

But its largest value is its smallest, exactly. Ask for that:

```python
varies = x.max(axis=0) > x.min(axis=0)
np.where([True, False], [5.0, 0.0], 1.0)          # [5. 1.]
```

**Your part.** `fit` in three to four lines: mean, spread, `return self`.
Then `__call__`, which must refuse to work before `fit`.
"""


# %% nbgrader={"grade": false, "grade_id": "standardize", "locked": false, "schema_version": 3, "solution": true}
#| export
class Standardizer:
    """A scale on which each column of the training part has mean 0, spread 1.

    `mean` and `spread` are arrays after `fit`, and None before.
    """

    def __init__(self):
        self.mean: Array | None = None
        self.spread: Array | None = None

    def fit(self, x: Array) -> "Standardizer":
        """Learns mean and spread of each column of x, (N, ...) floats.

        A column that never changes gets spread 1. Both keep the dtype of x.
        Returns self, so that Standardizer().fit(x) can be kept in one line.
        """
        ### BEGIN SOLUTION
        varies = x.max(axis=0) > x.min(axis=0)
        self.mean = x.mean(axis=0)
        self.spread = np.where(varies, x.std(axis=0), 1).astype(x.dtype)
        return self
        ### END SOLUTION

    def __call__(self, x: Array) -> Array:
        """A new array: x, (..., same columns), on the scale of fit.

        Raises ValueError before fit; it says "fit".
        """
        ### BEGIN SOLUTION
        if self.mean is None:
            raise ValueError("no mean yet: call fit(training_part) first")
        return (x - self.mean) / self.spread
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_standardize", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_standardize():
    rng = make_rng(6)
    train = rng.normal([5, -30, 0.5], [2, 40, 0.1], (50, 3))
    test = rng.normal([9, 20, 0.7], [3, 10, 0.2], (7, 3))
    train, test = train.astype(np.float32), test.astype(np.float32)
    mean, spread = train.mean(axis=0), train.std(axis=0)

    # The plain case: the training part itself.
    right = (train - mean) / spread
    squared = (train - mean) / spread**2
    one_for_all = (train - train.mean()) / train.std()
    standardizer = Standardizer()
    with unchanged(train, test, what="fit and a call"):
        returned = standardizer.fit(train)
        expect(returned is standardizer, "fit must return self")
        got = standardizer(train)
        got_test = standardizer(test)
    same(
        got,
        right,
        "standardizer(train)",
        mistakes={
            "the mean is subtracted, the spread is missing": train - mean,
            "divide by the spread, std, not by its square": squared,
            "each column has its own mean and spread, axis=0": one_for_all,
        },
    )
    same_dtype(got, np.float32, "standardizer(train)")

    # The test part, on the scale of the training part.
    own = (test - test.mean(axis=0)) / test.std(axis=0)
    same(
        got_test,
        (test - mean) / spread,
        "fit(train), then standardizer(test)",
        mistakes={"this leaks the test set: use what fit has learned": own},
    )
    same(standardizer(train), got, "standardizer(train) once more")
    same(standardizer(test[4]), got_test[4], "standardizer of one row")

    # Columns that never change: always 0, always 5, always 0.1.
    ones = np.ones(100)
    flat = np.zeros((100, 4), dtype=np.float32)
    flat[:, 1:] = [5, 0.1, 0]
    flat[:, 3] = np.arange(100)
    with quiet("a column that never changes", hint="0 / 0 is nan"):
        steady = Standardizer().fit(flat)
        levelled = steady(flat)[:, :3]
    same(
        levelled[:, :2],
        np.zeros((100, 2)),
        "columns of 0 and of 5, standardized",
    )
    same(
        levelled[:, 2],
        0 * ones,
        "a column of 0.1, standardized",
        mistakes={
            "its spread is 1.5e-08 by rounding; compare max and min": -ones,
        },
    )
    surprise = np.float32([3, 5, 0.1, 99])
    same(
        steady(surprise)[:2],
        [3, 0],
        "a 3 where training had only 0: divide by 1",
    )
    same_dtype(steady(surprise), np.float32, "a row of float32")
    same_dtype(steady.spread, np.float32, "spread after fit of float32")

    # Pictures: each pixel is a column.
    pictures = rng.random((20, 4, 5))
    got = Standardizer().fit(pictures)(pictures)
    same(got.mean(axis=0), np.zeros((4, 5)), "each pixel's mean afterwards")
    same(got.std(axis=0), np.ones((4, 5)), "each pixel's spread afterwards")

    # Too early.
    with refuses(ValueError, "a call before fit", says=["fit"]):
        Standardizer()(train)


test_standardize()

# %% [markdown]
"""
## 7. Small shifts

A digit moved by one pixel is the same digit. So each picture stands for
nine, and it costs little to show another of them in each epoch. Changing
examples in ways that do not change their label is called **augmentation**.

Put the picture into a frame of zeros, one pixel wide. Then a window of the
old size can sit in nine places:

```
   picture     in its frame       three of the nine windows

    1 2 3       0 0 0 0 0       (0, 0)       (1, 1)       (2, 1)
    4 5 6       0 1 2 3 0        0 0 0        1 2 3        4 5 6
    7 8 9       0 4 5 6 0        0 1 2        4 5 6        7 8 9
                0 7 8 9 0        0 4 5        7 8 9        0 0 0
                0 0 0 0 0       moved down   as it was    moved up
                                and right
```

The window at `(top, left)` is
`padded[..., top : top + 3, left : left + 3]`. What leaves the picture on
one side is gone. `np.roll` would bring it in on the other side, and a 7
with its foot above its head is no 7.

Each picture draws a window of its own. A loop over the pictures would do,
but it gets long with the batch. There are **only nine windows**, however
many pictures: loop over them, and serve all pictures that drew the same
one.

```
   drawn         4 0 8 4 0 4        one number for each of 6 pictures
   window 0        ▲     ▲          shifted[drawn == 0] = …
   window 4      ▲     ▲   ▲        shifted[drawn == 4] = …
   window 8          ▲              shifted[drawn == 8] = …
```

`divmod(window, 3)` turns a number into its place: 4 into `(1, 1)`, 7 into
`(2, 1)`. With `most=2` there are 25 windows, five in a row.

**Your part.** The frame is given. Draw with `rng.integers(n, size=count)`,
which gives `count` numbers from 0 to n - 1. Then loop over the windows.
"""


# %% nbgrader={"grade": false, "grade_id": "shift", "locked": false, "schema_version": 3, "solution": true}
#| export
def random_shift(
    images: Array,
    rng: np.random.Generator,
    most: int = 1,
) -> Array:
    """Moves each picture by up to `most` pixels; zeros come in behind it.

    Takes (N, C, H, W) or (N, H, W) and returns a new array of that shape
    and dtype. Each picture draws from `rng` which of the windows it gets,
    all of them equally likely.

    Raises ValueError for anything flatter.
    """
    if images.ndim < 3:
        raise ValueError(
            f"random_shift needs pictures (N, C, H, W), got {images.shape}; "
            "shift first, flatten later"
        )
    height, width = images.shape[-2:]
    frame = [(0, 0)] * (images.ndim - 2) + [(most, most)] * 2
    padded = np.pad(images, frame)
    in_a_row = 2 * most + 1  # windows next to each other
    # 1. Draw the number of a window for each picture.
    # 2. For each window: give it to all pictures that drew it.
    ### BEGIN SOLUTION
    drawn = rng.integers(in_a_row**2, size=len(images))
    shifted = np.empty_like(images)
    for window in range(in_a_row**2):
        top, left = divmod(window, in_a_row)
        rows, columns = slice(top, top + height), slice(left, left + width)
        mine = drawn == window
        shifted[mine] = padded[mine, ..., rows, columns]
    return shifted
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_shift", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_shift():
    # A picture of 3 by 4 without zeros, in two channels.
    one = np.arange(1, 25, dtype=np.float32).reshape(2, 3, 4)
    many = np.repeat(one[None], 900, axis=0)
    framed = np.pad(one, [(0, 0), (1, 1), (1, 1)])
    places = [(top, left) for top in range(3) for left in range(3)]
    windows = [framed[:, t : t + 3, s : s + 4].tobytes() for t, s in places]
    moves = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    rolled = {np.roll(one, move, axis=(1, 2)).tobytes() for move in moves}

    # The plain case: each picture in one of its nine windows.
    with unchanged(many, what="random_shift(pictures, rng)"):
        got = random_shift(many, make_rng(1))
    what = "random_shift of 900 pictures"
    expect(got.shape == many.shape, f"{what}: the shape is {got.shape}")
    same_dtype(got, np.float32, what)
    came = [picture.tobytes() for picture in got]
    wrapped = sum(c in rolled and c not in windows for c in came)
    expect(
        wrapped == 0,
        f"{what}: {wrapped} wrap around; behind a picture come zeros",
    )
    strange = sum(c not in windows for c in came)
    expect(strange == 0, f"{what}: {strange} are none of the nine windows")

    # Every window, equally often, and each picture for itself.
    counts = [came.count(window) for window in windows]
    expect(
        sum(count > 0 for count in counts) > 1,
        f"{what}: all moved alike; each draws its own window",
    )
    expect(min(counts) > 0, f"{what}: windows came {counts} times, not all")
    expect(
        min(counts) > 50,
        f"{what}: windows came {counts} times, expected about 100 each",
    )
    bright = np.arange(1, 41)[:, None, None] * np.ones((40, 3, 3))
    middle = random_shift(bright, make_rng(2))[:, 1, 1]
    same(middle, np.arange(1, 41), "picture i must stay in place i")

    # Two pixels, no pixel, and the generator.
    wide = random_shift(many, make_rng(3), most=2)
    kinds = len({picture.tobytes() for picture in wide})
    expect(kinds == 25, f"most=2 has 25 windows, {kinds} came")
    same(random_shift(many, make_rng(4), most=0), many, "most=0")
    again = random_shift(many, make_rng(1))
    expect(
        np.array_equal(again, got),
        "the same seed moved the pictures otherwise: draw from rng",
    )
    other = random_shift(many, make_rng(2))
    expect(
        not np.array_equal(other, got),
        "two seeds moved all pictures alike: draw from rng",
    )
    with refuses(ValueError, "flat pictures", says=["(900, 24)"]):
        random_shift(many.reshape(900, 24), make_rng(1))

    # As a transform: the pictures move, labels and dataset do not.
    labels = np.arange(40)
    dataset = ArrayDataset(bright, labels)
    loader = DataLoader(dataset, 16, shuffle=True, transform=random_shift)
    with unchanged(bright, labels, what="an epoch with random_shift"):
        for pictures, label in loader:
            right = pictures.data[:, 1, 1] - 1
            same(label, right, "the labels of shifted pictures")


test_shift()

# %% [markdown]
"""
Look at what you wrote. One digit, eight times, each time through your
function:
"""

# %% tags=["experiment"]
digit, _ = digits(1, seed=3)
copies = np.repeat(digit, 8, axis=0)
moved = random_shift(copies, make_rng(5))
captions = [f"copy {number}" for number in range(8)]
gallery(moved, captions)

# %% [markdown]
"""
## The whole road

Now everything together, on 400 drawn digits. Before you run the cell, say
how many batches each loader has, and what shapes come out of them.
"""

# %% tags=["experiment"]
pictures, labels = digits(400, seed=1)
(x, y), (x_new, y_new) = train_test_split(pictures, labels, seed=1)
train = DataLoader(
    ArrayDataset(x, y),
    shuffle=True,
    seed=1,
    transform=random_shift,
)
test = DataLoader(ArrayDataset(x_new, y_new), batch_size=50)
road_rows = [
    (name, number, str(rows.shape), str(rows.dtype), str(truth.dtype))
    for name, loader in (("training", train), ("test", test))
    for number, (rows, truth) in enumerate(loader)
]
table(road_rows, ["part", "batch", "pictures", "dtype", "labels"])
print()
rows, truth = next(iter(train))
gallery(rows.data[:4], [f"label {label}" for label in truth.data[:4]])

# %% [markdown]
"""
## Systems analysis

Your loader does one lookup per batch. How much does the batch size matter,
if the number of examples stays the same? The experiment runs one epoch over
20,000 examples of 64 numbers, 5 MB in all, in batches of 1 to 4,096.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** An epoch in batches of 64 takes about 3 ms on our
machine. How long does it take in batches of 1? And in batches of 4,096?
Write both numbers down.

Then a third guess: the dataset has 5 MB. How much memory does one epoch in
batches of 64 need on top of it?
"""

# %% tags=["experiment"]
EXAMPLES = 20_000
rows = make_rng(10).random((EXAMPLES, 64), dtype=np.float32)
dataset = ArrayDataset(rows, np.arange(EXAMPLES))


def cost_of_an_epoch(batch_size):
    """Batch size, number of batches, milliseconds and bytes at the peak."""
    loader = DataLoader(dataset, batch_size, shuffle=True, seed=1)

    def epoch():
        for _ in loader:
            pass

    took = 1000 * stopwatch(epoch, repeats=9)
    return batch_size, len(loader), took, peak_bytes(epoch)


epoch_rows = [cost_of_an_epoch(size) for size in (1, 8, 64, 512, 4096)]

# Two of the rows give the two prices of the law, which then says the rest.
(_, many, slow, _), (_, few, fast, _) = epoch_rows[0], epoch_rows[3]
per_batch = (slow - fast) / (many - few)
per_example = (fast - few * per_batch) / EXAMPLES


def the_law(batches):
    """Milliseconds an epoch in so many batches, from the two prices."""
    return batches * per_batch + EXAMPLES * per_example


print(f"a batch costs    {1e3 * per_batch:.1f} µs")
print(f"an example costs {1e6 * per_example:.0f} ns\n")
table(
    [
        (
            size,
            count,
            f"{took:.2f}",
            f"{the_law(count):.2f}",
            human_bytes(peak),
        )
        for size, count, took, peak in epoch_rows
    ],
    ["batch size", "batches", "ms an epoch", "the law", "peak memory"],
)
print()
curve(
    {
        "measured": [(size, took) for size, _, took, _ in epoch_rows],
        "the law": [(row[0], the_law(row[1])) for row in epoch_rows],
    },
    x="batch size",
    y="milliseconds an epoch (both scales logarithmic)",
    log_x=True,
    log_y=True,
)


# %% [markdown]
"""
And what did the single lookup save? The next cell gathers the same batches
row by row, as a dataset does that knows only single examples.
"""


# %% tags=["experiment"]
rows = make_rng(10).random((20_000, 64), dtype=np.float32)
dataset = ArrayDataset(rows, np.arange(20_000))


def row_by_row(chosen):
    """The same batch as dataset[chosen], one example at a time."""
    examples = [dataset[index] for index in chosen]
    return [np.stack(parts) for parts in zip(*examples, strict=True)]


def microseconds(gather):
    """Median time for one batch."""
    return 1e6 * stopwatch(gather, repeats=25)


lookup_rows = []
for size in (8, 64, 512):
    chosen = make_rng(1).permutation(20_000)[:size]
    single = microseconds(lambda chosen=chosen: row_by_row(chosen))
    at_once = microseconds(lambda chosen=chosen: dataset[chosen])
    lookup_rows.append((size, single, at_once, f"{single / at_once:.0f}x"))
table(lookup_rows, ["batch size", "row by row µs", "at once µs", "ratio"])
print()
_, single, at_once, _ = lookup_rows[1]
bars({"64 row by row": single, "64 at once": at_once}, unit="µs")

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured:

```
   batch size   batches   ms an epoch   the law   peak memory
            1    20,000          65.8      65.8     313.2 KiB
            8     2,500           9.5       9.2     313.2 KiB
           64       313           3.3       2.2     313.2 KiB
          512        40           1.3       1.3     422.1 KiB
        4,096         5           0.7       1.2       2.2 MiB
```

**The law of time.** An epoch pays twice, per batch and per example:

```
   time  =  batches × 3.2 µs   +   examples × 57 ns
```

The rows for 1 and 512 gave the two prices, the other rows test them. Over a
range of a hundred the law is never off by more than a factor of 1.7.

At 1 nearly all goes into the fixed price. At 56 examples a batch both parts
are equal. Beyond some hundreds the second part is all there is, and a
larger batch gains little. While other programs were busy, all times grew up
to threefold, and the shape of the curve stayed.

**The law of memory.** `permutation` holds the old tape and the new one:
2 × 20,000 numbers of 8 bytes are 312.5 KiB. Later only one tape is left,
and two batches: the loop's variable holds the old one until the new one is
ready. With batches of 512 that is 156 KiB + 2 × 132 KiB. The 5 MB of the
dataset appear nowhere, because nobody copies it.

**Where the law of time ends.** In other runs the batches of 4,096 took
2.8 ms. While the old megabyte is in use, the new one needs fresh memory.
The system hands that out in pages of 4 KiB, 600 of them in an epoch. With
`del` at the end of the loop's body it was 0.7 ms again.

**One lookup.** A batch of 64 took 100 µs row by row, and 2.8 µs at once: 36
times faster. An epoch row by row would take 31 ms instead of 3. That is
why `batch` hands the whole index array to the dataset.

**Nine windows.** `random_shift` follows the same advice. For 512 pictures
it took 0.15 ms, and a loop over the pictures 0.79 ms. For 32 pictures both
took 0.08 ms: nine windows cost about as much as 32 pictures.
"""

# %% [markdown]
"""
## In production

PyTorch's names are yours: `TensorDataset`, `DataLoader`, `batch_size`,
`shuffle`, `drop_last`. What it adds has reasons that you can now name.

- **Workers.** If examples must be read from disk and decoded, an epoch
  waits for that. `num_workers=4` starts four processes that prepare batches
  ahead, and `prefetch_factor` says how many each keeps ready. Arrays that
  are in memory already, as here, need no workers.
- **Pinned memory.** `pin_memory=True` puts batches where a graphics card
  can fetch them while the processor does something else.
- **Samplers.** A sampler is an object that yields the index tape. Replace
  it, and rare examples come more often, or each of several machines gets
  its own share.
- **Collating.** PyTorch asks for examples one by one and lets `collate_fn`
  stack them. That suits files of all kinds. A dataset may offer
  `__getitems__` to answer for a whole batch at once, as yours does.
- **Shuffling without an index.** A stream has no row numbers. So
  TensorFlow's `dataset.shuffle(buffer_size)` mixes inside a buffer that
  slides along. A buffer of 1,000 does not mix a sorted file of a million.
- **Scales and shifts.** scikit-learn has `StandardScaler` and a
  `train_test_split` that returns its parts in another order: all parts of
  x, then all parts of y. In torchvision, `RandomCrop(32, padding=4)` is
  `random_shift` with `most=4`.
"""

# %% [markdown]
"""
## Misconceptions

**"Shuffle the test part too, it helps."** A share of right answers does not
depend on the order. You only lose the possibility to say which example went
wrong.

**"Augment the test part too."** It is the exam. Change the questions at
random, and two results cannot be compared.

**"Standardize everything, then split."** Then the mean has seen the test
part. The order is: split, fit on the training part, apply to both.

**"shuffle=True mixes the data."** It mixes row numbers. The arrays stay as
they are, in memory and in order.

**"A larger batch is always faster."** Up to some hundred examples it is.
Beyond, the fixed price is paid rarely anyway, and the memory grows.

**"A seed makes every epoch alike."** It makes every *run* alike. Within a
run the generator walks on, and no epoch repeats another.
"""

# %% [markdown]
"""
## Questions to think about

1. With `drop_last=True` and without shuffling, which examples are never
   seen, in any number of epochs? And with shuffling?
2. A loader over 2 examples with `batch_size=5` and `drop_last=True` has no
   batch at all. Should it raise an error? Who would be glad of it?
3. After standardizing, 0 is no longer paper but the mean. What does
   `random_shift` then bring in at the edge, and in which order would you
   do the two?
4. A patient gave ten pictures. `train_test_split` puts seven of them into
   one part and three into the other. What is wrong with the test then?
5. You stop a program after epoch 3 and want to go on tomorrow with exactly
   the order that epoch 4 would have had. What must be saved?
6. A mirrored 2 is no 2. Which changes keep the label of a digit, which that
   of a cat?
"""

# %% [markdown]
"""
## Quick reference

```
ArrayDataset(x, y)             len: examples      [index] -> (x[i], y[i])
train_test_split(x, y,         (x, y), (x_new, y_new)
  test_fraction=0.2, seed=0)     ValueError if a part would be empty
DataLoader(dataset,            len: batches       for x, y in loader: …
  batch_size=32, shuffle=False, drop_last=False, seed=0, transform=None)
Standardizer().fit(x)          then s(x), s(x_new)     ValueError if unfit
random_shift(images, rng, most=1)       (N, C, H, W), a new array
```

```python
(x, y), (x_new, y_new) = train_test_split(pictures, labels, seed=1)
scale = Standardizer().fit(x)
train = DataLoader(ArrayDataset(scale(x), y), 64, shuffle=True, seed=1)
test = DataLoader(ArrayDataset(scale(x_new), y_new), 512)
for batch_x, batch_y in train: ...
```

```
                     training part               test part
shuffle              yes, anew in each epoch     no
fit a Standardizer   yes                         never, only apply it
random_shift         yes, if labels survive it   no
drop_last            if you like                 no: judge all of them

one epoch costs      batches × fixed price + examples × price of the bytes
```
"""

# %% [markdown]
"""
## Looking ahead

The loader waits for somebody who uses its batches. 08 Training has a loop
that takes any row of `(x, y)` pairs, so it takes your loader as it is. From
then on `for x, y in loader` is one epoch of training.

With 08 finished you can attempt the milestone *Digits, read by a network*:
your own network, on digits that it has never seen. With 09 Spatial a
convolutional network does it better, and there `random_shift` earns its
keep.
"""

# %% [markdown]
"""
## Summary and what comes next

You wrote `ArrayDataset`, `train_test_split`, `DataLoader`, `Standardizer`
and `random_shift`. One idea carries them: leave the data where it is, and
work on a tape of row numbers. Mix it, cut it, and look a whole batch up
at once.

You also drew a line that will protect every later result. What is learned,
even a mean, is learned from the training part alone.

When a check of the whole lesson passes, your library holds
`tinytorch/data.py`. The milestones with pictures will ask for it.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_dataset,
        test_split,
        test_length,
        test_batches,
        test_shuffle,
        test_standardize,
        test_shift,
    )
