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
# 01 Setup

You will build six small tools that turn "it feels faster" into a result
that others can check. Later modules measure with them.

### Prerequisites

- No earlier module.
- Python functions, lists, dictionaries and loops. You need no NumPy yet.

### Time and difficulty

About 1 hour. Difficulty 1 of 5. Six exercises of 4 to 10 lines.

### Learning objectives

Afterwards you can

- run a test, read its failure, mend the code and pass;
- say on which machine and with which versions a number was measured;
- make random numbers that come out the same in every run;
- measure the time and the memory of any piece of code, fairly.

### How the pieces hang together

```
   WHERE?              WHICH NUMBERS?       HOW MUCH?
   ┌────────────────┐  ┌────────────────┐  ┌─────────────────────┐
   │ require_python │  │ make_rng       │  │ stopwatch      time │
   │ system_report  │  │                │  │ peak_bytes   memory │
   └───────┬────────┘  └───────┬────────┘  └──────────┬──────────┘
           │                   │                      │
           └───────────────────┼──────────────────────┘
                               ▼
      "On 2 cores, with Python 3.11, NumPy 2.4 and seed 1,
       it took 16.4 ms and 30.5 MiB."    ◀── human_bytes
```
"""

# %% [markdown]
"""
## Why measure at all

A friend says: "My new version is three times faster." What do you ask?

- On which machine, with which Python and NumPy?
- With which numbers? Can I have the same ones?
- One run or several? Was the first run counted?
- And how much memory does it take?

Without answers the claim cannot be checked, so it cannot be believed. In
this course you will make many such claims about your own code. This module
makes each answer one function call.
"""

# %% [markdown]
"""
## How a lesson works

This part is for your first visit. It takes five minutes.

### Cells

A lesson is a row of **cells**. Some hold text, some hold code. Running a
code cell executes it. The names that it defines are then known to all other
cells, so go from top to bottom.

| cell | what you do with it |
|---|---|
| text | read it |
| given code | run it; read it if you are curious |
| exercise | write your code, run it |
| test | run it; it judges the exercise above it |
| experiment | predict first, then run it |

In the terminal tutor the given code runs by itself. You change exercise
cells only: for all the others a check takes the course's own version.

### Where you write

An exercise comes to you like this:

```python
def double(x):
    "Returns twice `x`."
    # YOUR CODE HERE
    raise NotImplementedError()
```

Put your own lines in the place of the last two. Leave the name, the
parameters and the description: tests and later modules rely on them.

### The loop

```
      ┌────────────┐   run its   ┌────────────┐  passes
 ┌──▶ │  write or  │ ──────────▶ │  the test  │ ─────────▶ next exercise
 │    │   change   │    test     │   below    │
 │    └────────────┘             └─────┬──────┘
 │                                     │ fails
 │    ┌────────────┐                   ▼
 └─── │ understand │ ◀──────── read the message
      └────────────┘
```

Each exercise has one test, right below it. To test means two steps: run
the exercise's cell, then run the test's cell. The terminal tutor does both
at once. In Jupyter you run the two cells one after the other. A changed
function counts only after its cell has run again.

A test that ends without an error has passed.
"""

# %% [markdown]
"""
## When a test fails, and when all pass

### How to read a failure

A failure has up to four parts:

```
human_bytes(512): got a lot, expected 512 B     ◀─ headline: what was tried
expected  512 B                                 ◀─ the right answer
got       a lot                                 ◀─ your answer
look at   the rules above the exercise          ◀─ where to search
```

Read the headline first. If a traceback stands around it, look for the
headline in its last lines. A test stops at the first thing that is wrong,
so mend one thing and run it again.

`NotImplementedError` means only this: the exercise is not written yet.

Each exercise also has hints, in three steps. They begin with a question,
and after them comes a worked example of a similar function.

### How a pass adds to your library

A **check** runs the whole lesson from the top in a fresh Python. When every
test passes, the module has passed. Then all cells marked `#| export` are
copied into a file of your own package, `tinytorch`:

```
   cells of this lesson                  your package
   ┌──────────────────────────┐          tinytorch/
   │ #| export                │  a pass  ├── __init__.py
   │ def human_bytes(n): ...  │ ───────▶ └── env.py
   ├──────────────────────────┤                │
   │ #| export                │                ▼  in every later module
   │ def stopwatch(fn): ...   │     from tinytorch.env import stopwatch
   └──────────────────────────┘
```

Never edit that file: it is made anew at each pass. Change the exercise
instead. By module 20 the package is a whole framework, and each function
that mattered is yours.

Now the first code. This cell imports what your functions need. It is marked
too, so it goes into your library with them.
"""

# %%
#| default_exp env
#| export
import os
import platform
import sys
import tracemalloc
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

# %% [markdown]
"""
The next cell fetches what the tests and the experiments use. It stays here.
"""

# %%
from unittest.mock import patch

from tinytutor.kit import (
    Mismatch,
    curve,
    expect,
    refuses,
    run_tests,
    same,
    table,
)

# %% [markdown]
"""
## 1. Readable sizes

Is 2621440 bytes much? As `2.5 MiB` you see it at a glance. Memory is
counted in powers of two, so each unit is 1024 of the one before:

```
       ÷ 1024         ÷ 1024         ÷ 1024
   B ─────────▶ KiB ─────────▶ MiB ─────────▶ GiB
```

Divide until the number is below 1024. With 2621440:

```
   2621440   B      below 1024?  no, divide
      2560.0 KiB    below 1024?  no, divide
         2.5 MiB    below 1024?  yes: "2.5 MiB"
```

The rules:

- Below 1024 bytes: the number as it is, and `B`: `"512 B"`.
- From 1024 on: one decimal, always: `"1.0 KiB"`, `"1.5 KiB"`.
- `GiB` is the last unit, however large the number.
- A negative size is a mistake of the caller: raise `ValueError`.

`f"{2.5:.1f} MiB"` gives `"2.5 MiB"`: the `.1f` asks for one decimal.

Walk the loop once on purpose before you solve it:

1. Change nothing and run the test. Read what an unwritten exercise says.
2. Write `return "a lot"`, and run the test. You know its message already.
3. Now write it properly, and run the test until it passes.
"""


# %% nbgrader={"grade": false, "grade_id": "human_bytes", "locked": false, "schema_version": 3, "solution": true}
#| export
def human_bytes(n: int) -> str:
    """Writes a size in bytes for people: 512 -> "512 B", 1536 -> "1.5 KiB".

    Whole bytes below 1024, one decimal from there on; the last unit is GiB.
    Raises ValueError for a negative `n`; it says "negative" and the value.
    """
    ### BEGIN SOLUTION
    if n < 0:
        raise ValueError(f"a size cannot be negative, got {n} bytes")
    if n < 1024:
        return f"{n} B"
    size = float(n)
    for unit in ("KiB", "MiB"):
        size /= 1024
        if size < 1024:
            return f"{size:.1f} {unit}"
    return f"{size / 1024:.1f} GiB"
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_human_bytes", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_human_bytes():
    rules = "the rules above the exercise"

    # The plain cases: one for each unit.
    answers = [human_bytes(512), human_bytes(1536)]
    expect(
        None not in answers,
        "human_bytes returned None: use `return`; `print` only shows it",
    )
    same(human_bytes(512), "512 B", "human_bytes(512)", hint=rules)
    same(
        human_bytes(1536),
        "1.5 KiB",
        "human_bytes(1536)",
        hint=rules,
        mistakes={
            "keep one decimal, 1.5 KiB is not 2 KiB": "2 KiB",
            "`//` drops what follows the point; use `/`": "1.0 KiB",
        },
    )
    same(
        human_bytes(102_400),
        "100.0 KiB",
        "human_bytes(102_400)",
        hint=rules,
        mistakes={
            "1024 B is 1.0 KiB: divide by 1024, not by 1000": "102.4 KiB",
        },
    )
    larger = {
        1023 * 1024: "1023.0 KiB",
        2_621_440: "2.5 MiB",
        5 * 1024**3: "5.0 GiB",
    }
    for size, text in larger.items():
        same(human_bytes(size), text, f"human_bytes({size})", hint=rules)

    # The edges: nothing, the step to the next unit, more than any unit.
    same(human_bytes(0), "0 B", "human_bytes(0)", hint=rules)
    same(
        human_bytes(1023),
        "1023 B",
        "human_bytes(1023)",
        mistakes={"a KiB begins at 1024 B, not at 1000": "1.0 KiB"},
    )
    for size, text in {1024: "1.0 KiB", 1024**2: "1.0 MiB"}.items():
        same(
            human_bytes(size),
            text,
            f"human_bytes({size})",
            hint="`<` or `<=`: exactly 1024 belongs to the next unit",
        )
    same(
        human_bytes(5 * 1024**4),
        "5120.0 GiB",
        "human_bytes(5 * 1024**4)",
        hint="GiB is the last unit: stop there",
    )

    # The promised error.
    for size in (-5, -1):
        what = f"human_bytes({size})"
        with refuses(ValueError, what, says=["negative", str(size)]):
            human_bytes(size)


test_human_bytes()

# %% [markdown]
"""
## 2. A Python that is new enough

Code that needs Python 3.10 fails on 3.9 in some odd place, with some odd
message. Better to stop at the door and say what is wrong.

Python tells its version as numbers: `sys.version_info[:2]` is `(3, 12)` on
Python 3.12. Keep them numbers. As text they compare letter by letter:

```
   as text     "3.9"  <  "3.10"   False    because "9" > "1"
   as tuples  (3, 9)  < (3, 10)   True     because  9  < 10
```

Tuples compare from the left: the first pair of numbers that differs
decides. So `(4, 0)` is newer than `(3, 10)`, although 0 is less than 10.

When the version is too old, **raise** an error. A function that returns
`False` instead depends on its caller to look, and callers forget.

The message is for a person, so `dotted` writes a version as people do:
"""


# %%
#| export
def dotted(version: tuple[int, ...]) -> str:
    """Writes a version for people: (3, 10) -> "3.10"."""
    return ".".join(map(str, version))


# %% [markdown]
"""
The parameter `current` lets a test play a Python that is not there. Left at
`None`, it stands for the Python that runs.
"""


# %% nbgrader={"grade": false, "grade_id": "require_python", "locked": false, "schema_version": 3, "solution": true}
#| export
def require_python(
    minimum: tuple[int, int] = (3, 10),
    current: tuple[int, int] | None = None,
) -> tuple[int, int]:
    """Returns the version `current` if it is at least `minimum`.

    Without `current` it judges the Python that runs this code.
    Raises ValueError if `current` is older. The message shows both
    versions, dotted, and says what to do.
    """
    ### BEGIN SOLUTION
    if current is None:
        current = sys.version_info[:2]
    if current < minimum:
        raise ValueError(
            f"Python {dotted(minimum)} or newer is needed, "
            f"this is {dotted(current)}: install a newer Python"
        )
    return current
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_require_python", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_require_python():
    # Too old: an error that shows both versions.
    what = "require_python(current=(2, 7)) must raise, not return a value"
    with refuses(ValueError, what, says=["3.10", "2.7"]):
        require_python(current=(2, 7))
    what = "(3, 9): as text '3.9' is larger than '3.10'; compare tuples"
    with refuses(ValueError, what, says=["3.10", "3.9"]):
        require_python(current=(3, 9))

    # New enough: the version comes back.
    welcome = {
        (3, 12): "it is newer than 3.10",
        (3, 10): "the minimum itself is new enough, only less is not",
        (4, 0): "the first number that differs decides, compare tuples",
    }
    for version, reason in welcome.items():
        what = f"require_python(current={version})"
        try:
            answer = require_python(current=version)
        except ValueError as error:
            raise Mismatch(
                f"{what} must pass: {reason}",
                expected=str(version),
                got=f"ValueError: {error}",
            ) from None
        same(answer, version, what)
        expect(isinstance(answer, tuple), f"{what} must return a tuple")

    # The caller's own minimum, and the Python that runs.
    what = "minimum=(3, 13), current=(3, 12): use the parameter `minimum`"
    with refuses(ValueError, what, says=["3.13", "3.12"]):
        require_python(minimum=(3, 13), current=(3, 12))
    same(
        require_python(),
        sys.version_info[:2],
        "require_python()",
        hint="`sys.version_info[:2]`, the first two numbers of this Python",
    )


test_require_python()

# %% [markdown]
"""
## 3. Say which machine it was

"16 ms" means nothing without its machine. So each result gets a label,
and the label must come from the machine itself:

```
   key          ask                          for example
   ─────────    ─────────────────────────    ───────────
   "python"     platform.python_version()    "3.12.4"
   "numpy"      np.__version__               "2.4.0"
   "os"         platform.system()            "Linux"
   "machine"    platform.machine()           "x86_64"
   "cores"      os.cpu_count()               8
```

One answer can be missing: `os.cpu_count()` gives `None` where it cannot
tell. Then report 1, since at least one core is running your code. Python's
`or` does that in one word. It takes the right side when the left is empty:

```
   8    or 1    gives 8
   None or 1    gives 1
```
"""


# %% nbgrader={"grade": false, "grade_id": "system_report", "locked": false, "schema_version": 3, "solution": true}
#| export
def system_report() -> dict[str, str | int]:
    """Describes this machine, so that a measurement can carry its origin.

    The keys are "python", "numpy", "os" and "machine" (texts), and "cores"
    (an int of at least 1, also where the number of cores is unknown).
    """
    ### BEGIN SOLUTION
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "os": platform.system(),
        "machine": platform.machine(),
        "cores": os.cpu_count() or 1,
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_system_report", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_system_report():
    # All five keys, with values of the promised types.
    report = system_report()
    kinds = dict.fromkeys(["python", "numpy", "os", "machine"], str)
    kinds["cores"] = int
    expect(
        isinstance(report, dict),
        f"system_report() gave a {type(report).__name__}, expected a dict",
    )
    expect(
        set(report) == set(kinds),
        f"the keys are {list(report)}, expected {list(kinds)}",
    )
    for key, kind in kinds.items():
        value = report[key]
        expect(
            isinstance(value, kind),
            f'the value of "{key}" is {value!r}, expected {kind.__name__}',
        )

    # Another machine, played by `patch`: the report must follow it.
    with (
        patch.object(platform, "python_version", return_value="3.99.1"),
        patch.object(np, "__version__", "2.77.0"),
        patch.object(platform, "system", return_value="MoonOS"),
        patch.object(platform, "machine", return_value="abacus"),
        patch.object(os, "cpu_count", return_value=6),
    ):
        elsewhere = system_report()
    moved = {
        "python": "3.99.1",
        "numpy": "2.77.0",
        "os": "MoonOS",
        "machine": "abacus",
        "cores": 6,
    }
    for key, value in moved.items():
        same(
            elsewhere[key],
            value,
            f'report["{key}"] on another machine',
            hint="the middle column of the table: ask, type no answer in",
        )

    # A machine that does not know its cores.
    with patch.object(os, "cpu_count", return_value=None):
        unsure = system_report()
    cores = unsure["cores"]
    expect(cores == 1, f"cpu_count() is None: cores is {cores!r}, not 1")


test_system_report()

# %% [markdown]
"""
## 4. Random numbers that repeat

A computer's random numbers come from a **generator**: a formula that walks
along a fixed row of numbers. The **seed** chooses the row.

```
   seed 7 ──▶ generator ──▶ 0.625  0.897  0.776  0.225   in every run
   seed 8 ──▶ generator ──▶ 0.327  0.987  0.319  0.789   in every run
   no seed ─▶ generator ──▶ something else in every run
```

NumPy also has one hidden generator for the whole program. `np.random.seed`
resets it, and `np.random.random` draws from it. All code shares it, so one
draw by somebody else shifts all your numbers:

```
   hidden row      0.076   0.780   0.438   0.723     after seed(7)
   you alone        you     you     you     you
   with a guest     you    guest    you     you      yours have changed
```

So make a generator of your own and hand it to whoever needs numbers.
`np.random.default_rng(7)` makes one with seed 7.

There is one trap. `default_rng(None)` is allowed and means "no seed": your
result could not be repeated, and nothing would tell you. So `make_rng`
insists on an integer. `isinstance(seed, int)` tells whether it is one.
"""


# %% nbgrader={"grade": false, "grade_id": "make_rng", "locked": false, "schema_version": 3, "solution": true}
#| export
def make_rng(seed: int) -> np.random.Generator:
    """Returns a fresh generator of its own: same seed, same numbers.

    Leaves NumPy's hidden generator alone.
    Raises TypeError for a seed that is no integer; it says "an integer" and
    names the type that came.
    """
    ### BEGIN SOLUTION
    if not isinstance(seed, int):
        kind = type(seed).__name__
        raise TypeError(f"a seed is an integer, got a {kind}: {seed!r}")
    return np.random.default_rng(seed)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_make_rng", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_make_rng():
    # What would the hidden generator draw next, and does it still?
    state = np.random.get_state()
    upcoming = np.random.random()
    np.random.set_state(state)
    rng = make_rng(7)
    drawn = np.random.random()
    np.random.set_state(state)
    expect(
        drawn == upcoming,
        "make_rng(7): this changed the global generator of all code",
        hint="return np.random.default_rng(seed), a generator of its own",
    )

    # Same seed, same numbers; another seed, others.
    expect(
        isinstance(rng, np.random.Generator),
        f"make_rng(7) gave a {type(rng).__name__}, expected a Generator",
        hint="a `return` of what default_rng gives",
    )
    seven = rng.random(4)
    again, eight = make_rng(7).random(4), make_rng(8).random(4)
    expect(
        np.array_equal(seven, again),
        "make_rng(7) twice gave different numbers: hand the seed on",
    )
    expect(
        not np.array_equal(seven, eight),
        "make_rng(7) and make_rng(8) gave the same numbers: use `seed`",
    )
    same(
        seven,
        np.random.default_rng(7).random(4),
        "make_rng(7).random(4)",
        hint="the seed as it came; then your figures agree with ours",
    )

    # Seeds that are none.
    with refuses(TypeError, 'make_rng("7")', says=["an integer", "str"]):
        make_rng("7")
    what = "make_rng(None) would give other numbers in every run"
    with refuses(TypeError, what, says=["an integer", "NoneType"]):
        make_rng(None)


test_make_rng()

# %% [markdown]
"""
## 5. A fair stopwatch

The clock is `perf_counter()`: it gives seconds since some moment in the
past. One reading says nothing, but the difference of two is a duration:

```
   start = clock()              100.0
   fn()                                   ... works for 3 seconds
   clock() - start              103.0 - 100.0  =  3.0
```

One duration is not yet a fair one. Look at six runs of the same work:

```
   run         1      2     3     4     5     6
   seconds    50      4    90     2     3     1
               │            │
               │            └─ another program took the processor
               └─ warm-up: the first run fetches what the others reuse
```

- **Warm-up.** Run once without looking at the clock.
- **Median.** Sort the rest, `1 2 3 4 90`, and take the middle: 3. The mean
  is 20. One slow run moved it to where no run was.

`median` is imported already: `median([4, 90, 2, 3, 1])` gives 3.

### Work that can be timed

`stopwatch` receives the work as a function without parameters, and calls
it. To time `sum(numbers)`, wrap it: `stopwatch(lambda: sum(numbers))`. A
`lambda` is a short function without a name. The plain `sum(numbers)` would
run *before* the stopwatch starts.

### A clock that can be tested

How can a test know the right answer, if each run takes a different time? It
brings its own clock. So `stopwatch` takes the clock as a parameter,
`clock=perf_counter`. In daily use nobody passes one, and the real clock
ticks. A test passes a fake one, which stands still until the test moves it.

This is worth remembering beyond clocks: **what a function asks of the
world, hand it in as a parameter.** Then a test can play the world. You have
met it once: `current` in `require_python`.

Here is the fake. It is work and clock in one: `FakeWork(50, 4)` pretends to
need 50 seconds in its first run and 4 in the second.
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


demo = FakeWork(50, 4)
print("before the first run:", demo.clock())  # 100.0
demo()
print("after it:            ", demo.clock())  # 150.0


# %% nbgrader={"grade": false, "grade_id": "stopwatch", "locked": false, "schema_version": 3, "solution": true}
#| export
def stopwatch(
    fn: Callable[[], object],
    repeats: int = 5,
    warmup: int = 1,
    *,
    clock: Callable[[], float] = perf_counter,
) -> float:
    """Returns the median time of `repeats` runs of `fn`, in seconds.

    Calls `fn` first `warmup` times untimed. Reads the time from `clock`
    just before and just after each timed run.
    Raises ValueError for repeats below 1, before any run; it says "repeats"
    and the value.
    """
    ### BEGIN SOLUTION
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, got {repeats}")
    for _ in range(warmup):
        fn()
    seconds = []
    for _ in range(repeats):
        start = clock()
        fn()
        seconds.append(clock() - start)
    return median(seconds)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_stopwatch", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_stopwatch():
    # The six runs of the picture: a warm-up, then five that count.
    work = FakeWork(50, 4, 90, 2, 3, 1)
    got = stopwatch(work, clock=work.clock)
    expect(
        work.calls == 6,
        f"fn ran {work.calls} times, expected 6: 1 warm-up, 5 repeats",
    )
    same(
        got,
        3.0,
        "stopwatch(fn), runs of 50 (warm-up), 4, 90, 2, 3, 1 s",
        tolerance=0.01,
        hint="the six runs in the picture above the exercise",
        mistakes={
            "one slow run moved your result: median, not mean": 20.0,
            "the warm-up was counted: leave its time out": 3.5,
            "the first five runs were timed: do the warm-up first": 4.0,
            "that is the middle as they came: sort, or use `median`": 2.0,
            "that is the fastest run: take the median": 1.0,
            "that is the slowest run: take the median": 90.0,
            "that is the time of all repeats together": 100.0,
            "another clock was read: call `clock()`, the parameter": 0.0,
        },
    )

    # The caller's own numbers. Of 8, 1, 5, 2 the middle is between 2 and 5.
    work = FakeWork(30, 20, 8, 1, 5, 2)
    got = stopwatch(work, repeats=4, warmup=2, clock=work.clock)
    expect(
        work.calls == 6,
        f"repeats=4, warmup=2: fn ran {work.calls} times, expected 6",
    )
    same(
        got,
        3.5,
        "stopwatch(fn, repeats=4, warmup=2), timed runs of 8, 1, 5, 2 s",
        mistakes={
            "of 4 runs the median is halfway between the middle two": 5.0,
            "`warmup` was ignored": 6.5,
        },
    )
    work = FakeWork(7)
    got = stopwatch(work, repeats=1, warmup=0, clock=work.clock)
    same(got, 7.0, "stopwatch(fn, repeats=1, warmup=0), one run of 7 s")
    expect(work.calls == 1, f"warmup=0: fn ran {work.calls} times, not 1")

    # No run, no time: the error comes before any work is done.
    for repeats in (0, -2):
        work = FakeWork(7)
        what = f"stopwatch(fn, repeats={repeats})"
        with refuses(ValueError, what, says=["repeats", str(repeats)]):
            stopwatch(work, repeats=repeats, clock=work.clock)
        expect(work.calls == 0, f"{what}: fn ran; check `repeats` first")


test_stopwatch()

# %% [markdown]
"""
## 6. Peak memory

Time is one price of a computation, memory is the other. What counts is the
**peak**: the most that was in use at any moment. A program fails at its
peak, however little is left at the end.

```
   bytes
   in use          ┌─────────┐ ◀── peak: 12 MB
                   │         │
            ┌──────┘         └─────┐
            │ 8 MB                 │
   ─────────┘                      └────────── at the end: 0
         make a    make b    drop b    drop a
                   (4 MB)
```

Python's `tracemalloc` keeps this account while it is switched on:

```
   tracemalloc.start()                  account opened, at zero
   tracemalloc.get_traced_memory()      (bytes in use now, peak so far)
   tracemalloc.stop()                   account closed, figures forgotten
```

While it is on, every program slows down. So it must be switched off again,
even if the measured function raises an error. `finally` promises that:

```python
door.open()
try:
    walk_through()
finally:
    door.close()      # runs after success and after an error alike
```

An error inside `try` still reaches the caller, after `finally` has run.
"""


# %% nbgrader={"grade": false, "grade_id": "peak_bytes", "locked": false, "schema_version": 3, "solution": true}
#| export
def peak_bytes(fn: Callable[[], object]) -> int:
    """Returns the most memory that `fn` held at any moment, in bytes.

    Calls `fn` once. Counts what is allocated during the call: Python
    objects and NumPy arrays. Switches the tracing off afterwards, in any
    case; an error of `fn` reaches the caller.
    """
    ### BEGIN SOLUTION
    tracemalloc.start()
    try:
        fn()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_peak_bytes", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_peak_bytes():
    calls = []

    def one_array():
        calls.append("run")
        np.ones(1_000_000)  # a million numbers of 8 bytes

    def two_arrays():
        a = np.ones(1_000_000)
        b = np.ones(500_000)
        return a[0] + b[0]

    def broken():
        raise KeyError("planted by the test")

    # 8 MB, give or take 10 %, and 12 MB where two arrays live together.
    got = peak_bytes(one_array)
    still_on = tracemalloc.is_tracing()
    tracemalloc.stop()
    expect(len(calls) == 1, f"fn ran {len(calls)} times, expected 1")
    expect(
        not still_on,
        "peak_bytes(fn) leaves tracing on: call tracemalloc.stop()",
    )
    expect(
        isinstance(got, int),
        f"peak_bytes(fn) gave a {type(got).__name__}, expected an int",
        hint="get_traced_memory() gives two numbers, return the second",
    )
    expect(
        got > 1_000_000,
        f"peak_bytes(fn) gave {got} B for 8 MB: the array was already gone",
        hint="start before fn(); return the peak, the second number",
    )
    same(got, 8_000_000, "peak_bytes(fn) for 8 MB", tolerance=0.1)
    same(
        peak_bytes(two_arrays),
        12_000_000,
        "peak_bytes(fn) for 8 MB and 4 MB at the same time",
        tolerance=0.1,
    )

    # An error passes through, and the tracing is off even then.
    try:
        with refuses(KeyError, "peak_bytes(broken)", says=["planted"]):
            peak_bytes(broken)
        still_on = tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
    expect(
        not still_on,
        "after an error in fn tracing is still on: stop it in `finally`",
    )


test_peak_bytes()

# %% [markdown]
"""
## Systems analysis

Now your tools work on one question. You have a million numbers and want
their sum. A Python loop adds them one by one from a list. NumPy adds them
in one call, from an array, where the bare numbers lie side by side.

Before you trust a clock, ask how small a thing it can see. So the first
table also times a function that does nothing.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** For 1,000,000 numbers, how many times faster than the
Python loop is NumPy's sum? Write a number down: 2, 10, 100 or 1,000?

Then a second guess: who is faster for 10 numbers?
"""


# %% tags=["experiment"]
def add_in_a_loop(numbers):
    """The sum of a list, one number at a time."""
    total = 0.0
    for number in numbers:
        total += number
    return total


def do_nothing():
    """Shows what the stopwatch itself costs."""


def single_runs(work):
    """Median, fastest and slowest of nine single runs, in microseconds."""
    runs = [1e6 * stopwatch(work, repeats=1) for _ in range(9)]
    return median(runs), min(runs), max(runs)


million = make_rng(1).random(1_000_000)
million_listed = million.tolist()
steady_rows = [
    ("nothing", *single_runs(do_nothing)),
    ("loop", *single_runs(lambda: add_in_a_loop(million_listed))),
    ("NumPy", *single_runs(million.sum)),
]
facts = [f"{key} {value}" for key, value in system_report().items()]
print(", ".join(facts) + "\n")
table(
    [(name, *(f"{t:,.1f}" for t in row)) for name, *row in steady_rows],
    ["work", "median µs", "fastest µs", "slowest µs"],
)


# %% tags=["experiment"]
def compare_sums(size):
    """Size, ns a number by loop and by NumPy, bytes of list and array."""
    array = make_rng(1).random(size)
    numbers = array.tolist()
    loop = 1e9 * stopwatch(lambda: add_in_a_loop(numbers)) / size
    packed = 1e9 * stopwatch(array.sum) / size
    listed = peak_bytes(array.tolist)
    return size, loop, packed, listed, peak_bytes(array.copy)


sum_rows = [compare_sums(10**power) for power in range(1, 7)]
table(
    [
        (
            f"{size:,}",
            f"{loop:.1f}",
            f"{packed:.2f}",
            f"{loop / packed:.1f}x",
            human_bytes(list_bytes),
            human_bytes(array_bytes),
        )
        for size, loop, packed, list_bytes, array_bytes in sum_rows
    ],
    ["numbers", "loop ns each", "NumPy ns each", "ratio", "list", "array"],
)
print()
curve(
    {
        "loop": [(row[0], row[1]) for row in sum_rows],
        "NumPy": [(row[0], row[2]) for row in sum_rows],
    },
    x="numbers",
    y="nanoseconds for each number (both scales logarithmic)",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, Python 3.11 and NumPy 2.4,
we measured:

```
   work       median µs   fastest   slowest
   nothing          0.1       0.1       1.7
   loop        16,369.2  15,933.7  17,582.3
   NumPy          160.8     158.3     248.2
```

**The spread.** NumPy's slowest run took half as long again as its median,
for the same work. In a busier minute both loop and NumPy took 1.4 times as
long, while their ratio stayed near 100. Ratios travel better than times.

**The floor.** Doing nothing takes 0.1 µs: two looks at the clock and a
call. What takes hardly longer than that, this stopwatch cannot measure.

**The law of time.** Both sums cost a fixed price and a price per number:

```
   loop      0.2 µs  +  16   ns × numbers
   NumPy     1.1 µs  +  0.17 ns × numbers
```

So both grow in proportion to the numbers. NumPy pays more for the call, and
a hundredth for each number. The loop wins below about 60 numbers:

```
   numbers     10    100   1,000   10,000   100,000    1,000,000
   ratio     0.3x   1.6x     12x      53x       91x   88x to 109x
```

The last entry is the range of three runs. In the plot the loop's line is
nearly level. NumPy's falls: the more numbers, the more share one call.

**The law of memory.** The list takes 32 bytes a number: 8 for the place in
the list, 24 for the Python object it points to. The array takes 8. A
million numbers were 30.5 MiB in the list and 7.6 MiB in the array.

This is why the course computes with arrays, and why it counts calls.
"""

# %% [markdown]
"""
## In production

- `require_python`: a package states `requires-python` in `pyproject.toml`,
  and the installer refuses at the door.
- `system_report`: `python -m torch.utils.collect_env` prints what PyTorch's
  developers want to see in a bug report.
- `make_rng`: `numpy.random.default_rng` and `torch.Generator` do the same.
  In JAX each random function takes an explicit `jax.random.key`.
- `stopwatch`: Python has `timeit`. Its manual advises the fastest run
  instead of the median.
- `peak_bytes`: on a GPU it is `torch.cuda.max_memory_allocated()`.

Three habits come with the tools:

- **Pinned versions.** A lock file names the exact version of every package.
  Then the whole team and the server run the same code.
- **Warm-up.** A function under `jax.jit` is compiled at its first call,
  which may take seconds. Whoever counts that run measures the compiler.
- **Wait for the answer.** A GPU call returns before its work is done. So
  PyTorch users call `torch.cuda.synchronize()` before they read the clock,
  and JAX users call `block_until_ready()`.

Fastest or median? The fastest run shows what the machine can do at best.
The median shows an ordinary run. Say which one you report.
"""

# %% [markdown]
"""
## Misconceptions

**"One measurement is enough."** Your own table shows fastest and slowest of
the same work. One run may be either.

**"More repeats make the mean safe."** One pause of a second still adds
10 ms to the mean of a hundred runs. The median does not see it.

**"Seed once at the top, and all is repeatable."** Only until somebody draws
one number more from the hidden generator. Hand generators around instead.

**"`stopwatch(sum(numbers))` times the sum."** It computes the sum first and
then tries to call a number. Hand over a function: `lambda: sum(numbers)`.

**"Memory is what is left at the end."** The peak decides whether it fits.

**"`print` and `return` are the same."** `print` shows a text to a person.
Only `return` gives it to the code that called.
"""

# %% [markdown]
"""
## Questions to think about

1. `human_bytes(1_048_575)` says `1024.0 KiB`. Is that a mistake? What would
   it cost to avoid it?
2. You time something that takes 50 nanoseconds. What does the row "nothing"
   tell you about the result, and how could you measure it better?
3. What does `peak_bytes` report about a function that itself calls
   `peak_bytes`? Find out, then explain it with the open and closed account.
4. A test with a real clock passes on your laptop and fails on a busy
   server. Who is to blame, and what would you change?
5. Two programs use `make_rng(7)`, one draws a number more at the start.
   Which of their numbers agree?
"""

# %% [markdown]
"""
## Quick reference

```
human_bytes(1536)              "1.5 KiB"       ValueError if negative
require_python((3, 10))        (3, 12)         ValueError if older
system_report()                {"python": ..., "numpy": ..., "os": ...,
                                "machine": ..., "cores": ...}
make_rng(7)                    a Generator     TypeError if no integer
stopwatch(fn, 5, 1)            seconds         ValueError if repeats < 1
peak_bytes(fn)                 bytes           off again after an error
```

```
to time a call     stopwatch(lambda: work(x))     never stopwatch(work(x))
to report it       warm up, 5 runs, median; name the machine and the seed
to test it         stopwatch(fake, clock=fake.clock)
```

```
a test says               it means
───────────────────────   ────────────────────────────────────────────
NotImplementedError       not written yet
... gave None             a `return` is missing
no error was raised       a promised error is missing
the error must say ...    right error, but its message lacks a fact
```
"""

# %% [markdown]
"""
## Looking ahead

Your library is begun, and two doors are open. **02 Tensor** builds the
array type on which everything else stands. Its first experiment uses your
`stopwatch` to ask what one visible door for all operations costs. **11
Tokenization** cuts text into tokens with plain Python and needs nothing but
this module.

Your tools come back all along. Layers draw their first weights from
`make_rng`. Profiling builds on `peak_bytes`, and Benchmarking asks when a
difference between two medians is more than noise.
"""

# %% [markdown]
"""
## Summary and what comes next

You wrote `human_bytes`, `require_python`, `system_report`, `make_rng`,
`stopwatch` and `peak_bytes`. You failed on purpose, read the message and
passed.

You also measured one law that will stay with you: both sums grow with the
number of values, but NumPy's does so on a line far below the loop's.

Run a check of the whole lesson. When it passes, your library holds its
first file, `tinytorch/env.py`, and modules 02 and 11 open on the map.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_human_bytes,
        test_require_python,
        test_system_report,
        test_make_rng,
        test_stopwatch,
        test_peak_bytes,
    )
