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
# 20 Benchmarking

You will build `benchmarking.py`: a fair race between ways to do the same
work, and an honest report of what came out. At the end, the results of
your last four modules meet in one contest.

### Prerequisites

- **16 Acceleration**: `fused_gelu`.
- **17 Quantization**: `quantize_model` and `model_bytes`.
- **18 Compression**: `prune_neurons`, `magnitude_masks`, `fine_tune`.
- **19 Caching**: `generate_cached` and `empty_cache`.
- What these stand on: `profile` of 15, `GPT` and `generate` of 14,
  `Trainer` of 08, and the layers and losses of the first modules.

### Time and difficulty

About 4 hours. Difficulty 3 of 5. Seven exercises of 1 to 13 lines.

### Learning objectives

Afterwards you can

- time several candidates so that a slow moment hits all of them;
- say how far a measured ratio can be trusted;
- decide when a difference is proven, and when it is not;
- find the candidates that are worth a second look;
- write a claim that others can check.

### How the pieces hang together

```
   candidates           1  interleaved        seconds of each, by rounds
        │               2  redrawn_medians    what if we measured again?
        │               3  speedup            a ratio, with its limits
        ▼               4  verdict            proven, or not proven?
   one question
   for everybody        5  pareto             who is beaten by nobody?
        │               6  scorecard          quality, bytes, FLOPs, time
        ▼               7  claim              three sentences to defend
   a table and
   a sentence
```
"""

# %% [markdown]
"""
## Why one number is not enough

You change a line and measure again. Before, a call took 1.00 ms. Now it
takes 0.94 ms. Six percent faster: do you keep the change?

That depends. A computer does many things at once. It warms up and slows
down, other programs come and go, memory is in the cache or not. So every
time is the work itself **plus some weather**. The question of this module:
**when is a difference more than weather?**
"""

# %%
#| default_exp benchmarking
#| export
"""Benchmarking: fair races, error bars, and claims that can be checked."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from tinytorch.profiling import profile

Array = np.ndarray

# %% [markdown]
"""
That cell opens your library file. The next one brings the tools for tests
and measurements, and the five things that will compete. They stay here.
"""

# %%
import copy
import textwrap
from functools import cache

from tinytorch.acceleration import fused_gelu
from tinytorch.activations import gelu
from tinytorch.caching import empty_cache, generate_cached
from tinytorch.compression import fine_tune, magnitude_masks, prune_neurons
from tinytorch.env import human_bytes, make_rng
from tinytorch.layers import Linear, Sequential
from tinytorch.losses import accuracy, cross_entropy
from tinytorch.optim import Adam
from tinytorch.quantization import model_bytes, quantize_model
from tinytorch.tensor import Tensor
from tinytorch.training import Trainer
from tinytorch.transformers import GPT, generate

from tinytutor.kit import (
    bars,
    curve,
    digits,
    expect,
    refuses,
    run_tests,
    same,
    table,
    unchanged,
)

# %% [markdown]
"""
First look at the weather. Below, "before" and "after" are the same
function, each timed five times. Nothing was changed in between.
"""


# %%
def small_work():
    """A product that takes about a tenth of a millisecond."""
    a = np.ones((128, 128), dtype=np.float32)
    return a @ a


def mean_of_five(fn):
    """The mean of five runs, in seconds: how many people measure."""
    start = perf_counter()
    for _ in range(5):
        fn()
    return (perf_counter() - start) / 5


# %% tags=["experiment"]
small_work()
naive_rows = []
for number in range(1, 9):
    before, after = mean_of_five(small_work), mean_of_five(small_work)
    gain = f"{before / after - 1:+.0%}"
    naive_rows.append((number, 1e6 * before, 1e6 * after, gain))
table(naive_rows, ["try", "before µs", "after µs", "gain"])

# %% [markdown]
"""
Look at the last column. Some of these gains would be worth a message to
your friends, and all of them are nothing.
"""

# %% [markdown]
"""
## 1. Take turns

The usual way is to time all runs of A, and then all runs of B. Suppose that
the machine slows down a little with each run:

```
   all A, then all B                      in turns

   run        1  2  3  4  5  6            1  2  3  4  5  6
              A  A  A  B  B  B            A  B  B  A  A  B
   seconds   10 11 12 13 14 15           10 11 12 13 14 15

   median A   11                          13
   median B   14                          12
```

A and B are the same work. On the left B looks 27 % slower, for it came
later. On the right 8 % are left, and with more rounds they vanish. Slow
moments hit everybody when the candidates take turns.

There is a second trap. A run leaves its numbers in the cache, and who comes
next has to clear them out. If B always comes after A, it always pays for A.
So every second round goes **backwards**. Then B comes after A in one round,
and after C in the next:

```
   round 1   A B C   ┐ warm-up: runs, but is not timed
   round 2   C B A   ┘
   round 3   A B C   ┐
   round 4   C B A   │ timed, each run by itself
   ...               ┘
```

The first rounds are different: memory is new and the caches are empty. So
they do not count.

**Your part.** Go round `warmup + repeats` times. Read the clock just before
and just after each run. Keep the seconds of the last `repeats` rounds. At
the end of each round turn the order: `order.reverse()` does so in place.

The tests need a machine whose weather they know. `FakeMachine` only
pretends to work, and its clock moves as told.
"""


# %%
class FakeMachine:
    """Pretends to work on a clock of its own, and notes who ran.

    The first run takes the seconds that it was made with. Each later run of
    the machine takes `drift` times those seconds more.
    """

    def __init__(self, drift: float = 0.0):
        self.drift = drift
        self.now = 100.0
        self.log: list[str] = []

    def work(self, name: str, seconds: float) -> Callable[[], None]:
        """A function that pretends to need these seconds."""

        def run() -> None:
            self.now += seconds * (1 + self.drift * len(self.log))
            self.log.append(name)

        return run

    def clock(self) -> float:
        """The time on this machine's clock, in seconds."""
        return self.now


# %% nbgrader={"grade": false, "grade_id": "interleaved", "locked": false, "schema_version": 3, "solution": true}
#| export
def interleaved(
    candidates: Mapping[str, Callable[[], object]],
    repeats: int = 30,
    warmup: int = 3,
    *,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, Array]:
    """Runs all candidates in turns: {name: seconds (repeats,)}, float64.

    A round runs each candidate once: in the order given, in the next round
    backwards, and so on. The first `warmup` rounds are not kept. Entry i of
    every array is from the same round. Raises ValueError for repeats below
    1, before any run.
    """
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, got {repeats}")
    times: dict[str, list[float]] = {name: [] for name in candidates}
    order = list(candidates.items())
    ### BEGIN SOLUTION
    for number in range(warmup + repeats):
        for name, fn in order:
            start = clock()
            fn()
            seconds = clock() - start
            if number >= warmup:
                times[name].append(seconds)
        order.reverse()
    ### END SOLUTION
    return {name: np.array(seconds) for name, seconds in times.items()}


# %% nbgrader={"grade": true, "grade_id": "test_interleaved", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_interleaved():
    # Who runs when: 3 candidates, 1 warm-up, 2 timed rounds.
    machine = FakeMachine()
    seconds = {"A": 3.0, "B": 5.0, "C": 2.0}
    works = {name: machine.work(name, s) for name, s in seconds.items()}
    times = interleaved(works, repeats=2, warmup=1, clock=machine.clock)
    what = "interleaved({A, B, C}, repeats=2, warmup=1)"
    runs = [machine.log.count(name) for name in works]
    same(runs, [3, 3, 3], f"{what}: how often each one runs")
    order = " ".join(machine.log[-6:])
    expect(
        order != "B B B C C C" and order != "A A B B C C",
        f"{what}: the machine slowed down and you blamed B",
        hint="the loop over rounds outside, over candidates inside",
    )
    expect(
        order != "A B C A B C",
        f"{what}: B always pays for what A left in the cache",
        hint="order.reverse() at the end of each round",
    )
    expect(order == "C B A A B C", f"{what}: the order was {order}")
    same(" ".join(times), "A B C", f"{what}: the names of the result")
    since_round = {"A": [10, 3], "B": [7, 8], "C": [2, 10]}
    for name, wanted in seconds.items():
        same(
            times[name],
            [wanted, wanted],
            f'{what}["{name}"]',
            mistakes={
                "the warm-up was kept, too": [wanted] * 3,
                "start the clock anew for each run": since_round[name],
                "another clock was read: call `clock()`": [0, 0],
            },
            tolerance=1e-3,
        )

    # Each run of this machine takes longer: 1, 2, 3, 4 ... times.
    machine = FakeMachine(drift=1.0)
    works = {"A": machine.work("A", 3.0), "B": machine.work("B", 5.0)}
    times = interleaved(works, repeats=2, warmup=1, clock=machine.clock)
    what = "on a machine that gets slower, warmup=1"
    same(
        times["A"],
        [12, 15],
        f"{what}: seconds of A",
        mistakes={"the first rounds are the warm-up, not the last": [3, 12]},
    )
    same(times["B"], [15, 30], f"{what}: seconds of B")

    # The same work twice: the drift must cancel.
    machine = FakeMachine(drift=0.05)
    works = {name: machine.work(name, 1.0) for name in "AB"}
    times = interleaved(works, repeats=20, warmup=0, clock=machine.clock)
    ratio = np.median(times["B"]) / np.median(times["A"])
    what = f"the same work twice: B took {ratio:.2f} times as long as A"
    expect(0.97 < ratio < 1.03, what)

    # The defaults, and what is refused.
    machine = FakeMachine()
    times = interleaved({"A": machine.work("A", 1.0)}, clock=machine.clock)
    same(len(times["A"]), 30, "how many times come by default")
    same(len(machine.log), 33, "how often A runs by default: 3 + 30")
    expect(interleaved({}) == {}, "without candidates: an empty dictionary")
    for repeats in (0, -1):
        machine = FakeMachine()
        works = {"A": machine.work("A", 1.0)}
        what = f"interleaved(…, repeats={repeats})"
        with refuses(ValueError, what, says=["repeats", str(repeats)]):
            interleaved(works, repeats=repeats, clock=machine.clock)
        expect(not machine.log, f"{what}: A ran; check `repeats` first")


test_interleaved()

# %% [markdown]
"""
## 2. What if we had measured again?

Five runs took 3, 9, 4, 5 and 30 seconds. Their median is 5. Measure five
more, and the median will be another one. How much another? You would like
to repeat the whole measurement a thousand times. Who has the time?

There is a trick that needs no new measurement. The five times are your best
picture of what this machine does. So draw five times from *them*, as with
dice, and put each one back after it was drawn. Some come twice, some not at
all. It is as if the day had gone a little differently.

```
   place        0   1   2   3   4
   seconds      3   9   4   5  30          median  5

   drawn places              their seconds            median
   0 1 2 3 4                  3   9   4   5  30          5
   1 1 4 4 0                  9   9  30  30   3          9
   2 2 2 0 3                  4   4   4   3   5          4
```

Three draws, three medians: 5, 9 and 4. With a thousand draws you see how
far the median wanders. This is called the **bootstrap**.

In NumPy, an array of places picks: `seconds[rounds]` has the shape of
`rounds`, and in it the seconds of each place.

**Your part.** One line: pick, then the median of each row.
"""


# %% nbgrader={"grade": false, "grade_id": "redrawn_medians", "locked": false, "schema_version": 3, "solution": true}
#| export
def redrawn_medians(times: Array, rounds: Array) -> Array:
    """The median of each draw: times (n,), rounds (draws, k) to (draws,).

    rounds holds places in `times`, whole numbers from 0 to n - 1.
    """
    ### BEGIN SOLUTION
    return np.median(times[rounds], axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_redrawn_medians", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_redrawn_medians():
    times = np.array([3.0, 9.0, 4.0, 5.0, 30.0])
    rounds = np.array([[0, 1, 2, 3, 4], [1, 1, 4, 4, 0], [2, 2, 2, 0, 3]])
    with unchanged(times, rounds, what="redrawn_medians(times, rounds)"):
        got = redrawn_medians(times, rounds)
    picked = times[rounds]
    same(
        got,
        [5, 9, 4],
        "redrawn_medians of the three draws in the text",
        mistakes={
            "the median, not the mean": picked.mean(axis=1),
            "one median for each draw: axis=1": np.median(picked, axis=0),
            "one median for each draw, not one for all": np.median(picked),
            "those are medians of places, not of seconds": [2, 1, 2],
            "the draws were not used": [5, 5, 5],
        },
    )
    four = redrawn_medians(times, np.array([[0, 2, 3, 4], [1, 1, 0, 0]]))
    same(four, [4.5, 6], "draws of four: between the two in the middle")


test_redrawn_medians()

# %% [markdown]
"""
How far does the median of 30 real runs wander? Each bar counts the draws
from its time to the next.
"""

# %% tags=["experiment"]
seconds = interleaved({"work": small_work})["work"]
places = make_rng(1).integers(30, size=(1000, 30))
medians = 1e6 * redrawn_medians(seconds, places)
edges = np.quantile(medians, [0.01, 0.99])
counts, limits = np.histogram(medians, bins=6, range=edges)
labels = [f"{left:.1f} µs" for left in limits[:-1]]
bars(dict(zip(labels, counts.tolist(), strict=True)), unit="draws")

# %% [markdown]
"""
## 3. A ratio with its limits

`base` took these seconds, and `new` took those. How many times as fast is
`new`?

```
                median of base          above 1: new is faster
   speedup  =  ────────────────         below 1: new is slower
                median of new
```

One ratio comes from the measured times. A thousand ratios come from redrawn
ones. Sort the thousand and cut off 2.5 % at each end. What is left is the
**95 % interval**:

```
   ratios, sorted     1.08  1.11 ............ 1.24 ......... 1.38  1.42
                    ──────┤                                 ├──────
                     2.5 %            95 % of them            2.5 %

   speedup 1.24, interval 1.11 to 1.38
```

If you measured on many days, such an interval would contain the true ratio
on about 95 of 100 of them. `np.quantile(ratios, [a, b])` gives the two
limits. For `level` 0.95 you need the quantiles 0.025 and 0.975.

**Draw rounds, not runs.** In round 7 another program was busy, and both
candidates were slow. Their ratio in that round is still right. If a draw
takes round 7, it must take it for both:

```
   round          1     2     3     4
   base          10    12    20    11
   new            8    10    16     9

   places 0 2 2 3      base 10 20 20 11      new 8 16 16 9
```

So use the same `rounds` for base and for new.

**Your part.** Draw places from 0 to n - 1 in an array `(draws, n)`, with
`rng.integers(n, size=...)`. Ratios of redrawn medians, their two quantiles,
and the ratio of the measured medians.
"""


# %%
#| export
class Speedup(NamedTuple):
    """How many times as fast, and the limits of its interval."""

    ratio: float
    low: float
    high: float


def check_times(base: Array, new: Array) -> None:
    """Raises ValueError unless both hold seconds of the same rounds."""
    if len(base) != len(new):
        counts = f"{len(base)} and {len(new)} rounds"
        raise ValueError(f"both must be of the same rounds, got {counts}")
    if len(base) < 2:
        raise ValueError("one round has no spread: measure at least 2")
    if not (np.min(base) > 0 and np.min(new) > 0):
        advice = "let each run do its work several times"
        raise ValueError(f"a run took no time on this clock: {advice}")


# %% nbgrader={"grade": false, "grade_id": "speedup", "locked": false, "schema_version": 3, "solution": true}
#| export
def speedup(
    base: Array,
    new: Array,
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Speedup:
    """How many times as fast new is: seconds (n,) of the same n rounds.

    `ratio` compares the medians as measured. `low` and `high` are quantiles
    of the ratios of `draws` redrawn medians, with `level` of them between.
    The same seed gives the same interval. Raises ValueError for times that
    are not from the same rounds, fewer than 2, or not above 0.
    """
    check_times(base, new)
    rng = np.random.default_rng(seed)
    ### BEGIN SOLUTION
    rounds = rng.integers(len(base), size=(draws, len(base)))
    ratios = redrawn_medians(base, rounds) / redrawn_medians(new, rounds)
    outside = (1 - level) / 2
    low, high = np.quantile(ratios, [outside, 1 - outside])
    ratio = np.median(base) / np.median(new)
    ### END SOLUTION
    return Speedup(float(ratio), float(low), float(high))


# %% nbgrader={"grade": true, "grade_id": "test_speedup", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_speedup():
    # No weather at all: 6 seconds against 2, in every round.
    base, new = np.full(9, 6.0), np.full(9, 2.0)
    with unchanged(base, new, what="speedup(base, new)"):
        got = speedup(base, new)
    expect(isinstance(got, Speedup), "speedup gives a Speedup")
    same(
        got,
        [3, 3, 3],
        "speedup of 6 s by 2 s, always",
        mistakes={
            "base stands above: new needs less time, so above 1": [
                1 / 3,
                1 / 3,
                1 / 3,
            ],
        },
    )

    # The ratio is one of medians, as measured.
    base = np.array([10.0, 12, 20, 11, 90])
    new = np.array([8.0, 10, 16, 9, 10])
    got = speedup(base, new)
    same(
        got.ratio,
        1.2,
        "the ratio of 10 12 20 11 90 to 8 10 16 9 10",
        mistakes={
            "one slow run moved it: medians, not means": 143 / 53,
            "the median of ratios is another number": 1.25,
            "new stands below": 1 / 1.2,
        },
    )
    expect(type(got.low) is float, "low and high are floats")

    # A slow moment hits both: each round says 1.05.
    weather = make_rng(2).lognormal(0, 0.5, 30)
    got = speedup(1.05 * weather, weather)
    same(
        got,
        [1.05, 1.05, 1.05],
        "base took 1.05 times as long in each single round",
        hint="the same rounds for base and for new: draw once",
    )

    # The limits, for two levels.
    rng = make_rng(3)
    base, new = 2 + rng.exponential(0.5, 30), 1 + rng.exponential(0.5, 30)
    wide, narrow = speedup(base, new), speedup(base, new, level=0.8)
    expect(
        wide.low < narrow.low < narrow.high < wide.high,
        f"level 0.95 gives {wide.low:.2f} to {wide.high:.2f}, "
        f"level 0.8 {narrow.low:.2f} to {narrow.high:.2f}",
        hint="quantiles (1 - level) / 2 and 1 - (1 - level) / 2",
    )
    for level, got in ((0.95, wide), (0.8, narrow)):
        places = np.random.default_rng(0).integers(30, size=(1000, 30))
        medians = np.median(base[places], 1) / np.median(new[places], 1)
        cut = (1 - level) / 2
        twice = np.quantile(medians, [2 * cut, 1 - 2 * cut])
        same(
            [got.low, got.high],
            np.quantile(medians, [cut, 1 - cut]),
            f"the limits for level {level}",
            hint="1000 draws of 30 places each, from rng",
            mistakes={
                "1 - level is cut off in all: half at each end": twice,
                "low first, then high": [wide.high, wide.low],
            },
        )
    same(speedup(base, new), wide, "the same seed gives the same interval")
    other = speedup(base, new, seed=1)
    expect(other.low != wide.low, "another seed draws other rounds")
    few = speedup(base, new, draws=20)
    expect(few.low != wide.low, "20 draws instead of 1000: use `draws`")

    # The promise of 95 %: 100 fake days with a true ratio of 1.3.
    inside = 0
    for day in range(100):
        rng = make_rng(day)
        base = 1.3 * (1 + rng.exponential(0.2, 30))
        new = 1 + rng.exponential(0.2, 30)
        got = speedup(base, new, draws=200)
        inside += got.low <= 1.3 <= got.high
    expect(inside >= 90, f"1.3 was inside on {inside} of 100 fake days")

    # What does not fit.
    with refuses(ValueError, "speedup of 3 and 4 rounds", says=["3 and 4"]):
        speedup(np.ones(3), np.ones(4))
    with refuses(ValueError, "speedup of one round", says=["at least 2"]):
        speedup(np.ones(1), np.ones(1))
    with refuses(ValueError, "a time of 0 s", says=["no time"]):
        speedup(np.ones(3), np.array([1.0, 0.0, 1.0]))
    with refuses(ValueError, "a base of 0 s", says=["no time"]):
        speedup(np.array([1.0, 0.0, 1.0]), np.ones(3))


test_speedup()

# %% [markdown]
"""
## 4. Proven, or not proven?

Now the decision is easy. A ratio of 1 means "equally fast". Where does 1
lie?

```
              0.8      0.9      1.0      1.1      1.2      1.3
                                 ┊
   A                             ┊      ├────────●────────┤ faster
   B          ├────●────┤        ┊                          slower
   C                    ├────────┊─●──────────┤             not proven
   D                             ├───────●────────┤         not proven
                                 ┊
```

If 1 is inside the interval, then equally fast is one of the answers that
fit your measurement. D only touches it, and that is enough for doubt.

"Not proven" is not "equal". It says: this measurement cannot tell. More
rounds may.

**Your part.** Three answers: `"faster"`, `"slower"`,
`"no proven difference"`.
"""


# %% nbgrader={"grade": false, "grade_id": "verdict", "locked": false, "schema_version": 3, "solution": true}
#| export
def verdict(low: float, high: float) -> str:
    """What an interval of a speedup proves about the new candidate.

    "faster" if all of it is above 1, "slower" if all of it is below 1, else
    "no proven difference". Raises ValueError unless low <= high.
    """
    if not low <= high:
        raise ValueError(f"{low} to {high} is no interval: low comes first")
    ### BEGIN SOLUTION
    if low > 1:
        return "faster"
    return "slower" if high < 1 else "no proven difference"
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_verdict", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_verdict():
    got = verdict(1.05, 1.28)
    expect(
        got != "slower",
        "verdict(1.05, 1.28): above 1 the base took longer, new is faster",
    )
    same(got, "faster", "verdict(1.05, 1.28)")
    same(verdict(0.80, 0.91), "slower", "verdict(0.80, 0.91)")
    nothing = "no proven difference"
    for low, high in [(0.91, 1.14), (0.99, 1.3), (0.7, 1.01)]:
        same(
            verdict(low, high),
            nothing,
            f"verdict({low}, {high}): 1 is inside, so nothing is proven",
            hint="do not compare the middle with 1",
        )
    for low, high in [(1.0, 1.2), (0.8, 1.0), (1.0, 1.0)]:
        what = f"verdict({low}, {high}): 1 is a limit, and belongs to it"
        same(verdict(low, high), nothing, what)
    same(verdict(1.001, 1.002), "faster", "verdict(1.001, 1.002)")
    same(verdict(0.998, 0.999), "slower", "verdict(0.998, 0.999)")
    with refuses(ValueError, "verdict(1.2, 0.9)", says=["low comes first"]):
        verdict(1.2, 0.9)
    with refuses(ValueError, "verdict(nan, 1)", says=["no interval"]):
        verdict(math.nan, 1.0)

    # The same work twice, on 60 fake days: hardly a claim.
    claims = 0
    for day in range(60):
        base, new = 1 + make_rng(day).exponential(0.2, (2, 30))
        _, low, high = speedup(base, new, draws=200)
        claims += verdict(low, high) != nothing
    expect(
        claims <= 6,
        f"the same work twice: {claims} of 60 days claimed a difference",
    )


test_verdict()

# %% [markdown]
"""
## 5. Who is beaten by nobody?

Fast is not all. A candidate that answers at once, and wrongly, is of no
use. So each has two numbers now: a **cost**, of which less is better, and a
**quality**, of which more is better.

```
   quality
     0.98 │                          ● E
     0.97 │        ● B      ● C
     0.96 │
     0.95 │                 ● D
     0.90 │  ● A
          └──────────────────────────────
             1     3        6         9    cost
```

C costs more than B and is not better: nobody needs C. D costs more and is
worse: nobody needs D. So A, B and E are left. A is cheapest, E is best, B
is a fair middle. Which one to take depends on what you need it for.

A point is **beaten** if another one is no worse in both numbers, and better
in at least one. The points that are beaten by nobody are the **Pareto
front**: A, B, E. Two points with equal numbers do not beat each other.

**Your part.** For each point ask whether any other beats it. Return the
names of the front, in the order of `points`.
"""


# %% nbgrader={"grade": false, "grade_id": "pareto", "locked": false, "schema_version": 3, "solution": true}
#| export
def pareto(points: Mapping[str, tuple[float, float]]) -> list[str]:
    """The names that nobody beats, in the order of `points`.

    points: name to (cost, quality). A point is beaten by another that costs
    no more, is no worse, and differs. Raises ValueError for numbers that
    are not finite; it says the name.
    """
    for name, point in points.items():
        if not all(map(math.isfinite, point)):
            raise ValueError(f"{name}: {point} cannot be compared")
    ### BEGIN SOLUTION

    def beaten(point: tuple[float, float]) -> bool:
        cost, quality = point
        others = [other for other in points.values() if other != point]
        return any(c <= cost and q >= quality for c, q in others)

    return [name for name, point in points.items() if not beaten(point)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_pareto", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_pareto():
    points = {
        "C": (6, 0.97),
        "A": (1, 0.90),
        "E": (9, 0.98),
        "D": (6, 0.95),
        "B": (3, 0.97),
    }
    got = pareto(points)
    shown = " ".join(got)
    expect(
        shown != "A",
        "pareto of A to E: of quality more is better",
    )
    expect(
        shown != "E",
        "pareto of A to E: of cost less is better",
    )
    expect(
        "C" not in got,
        "pareto of A to E: B is as good as C and costs less, C is beaten",
        hint="no worse in both, better in one of them",
    )
    same(shown, "A E B", "pareto of A to E, given in the order C A E D B")

    # Ties, one point, none, and a point that beats them all.
    costs = {"x": 2, "y": 2, "z": 3}
    twins = {name: (cost, 0.9) for name, cost in costs.items()}
    same(
        " ".join(pareto(twins)),
        "x y",
        "equal points do not beat each other",
        hint="a point is beaten by one that differs",
    )
    same(" ".join(pareto({"only": (5, 0.1)})), "only", "a single point")
    expect(pareto({}) == [], "without points: an empty list")
    same(
        " ".join(pareto({"slow": (4, 0.5), "best": (1, 0.9)})),
        "best",
        "one that is better in both",
    )
    same(
        " ".join(pareto({"a": (1, 0.5), "b": (1, 0.6)})),
        "b",
        "equal cost: the better one stays",
    )
    chain = {f"p{n}": (n, n / 10) for n in range(4)}
    same(" ".join(pareto(chain)), "p0 p1 p2 p3", "dearer and better")
    for wrong in (math.nan, math.inf):
        what = f"pareto with a cost of {wrong}"
        with refuses(ValueError, what, says=["odd"]):
            pareto({"odd": (wrong, 0.5)})
        what = f"pareto with a quality of {wrong}"
        with refuses(ValueError, what, says=["odd"]):
            pareto({"odd": (1.0, wrong)})


test_pareto()

# %% [markdown]
"""
## 6. One question for everybody

A fair contest has three rules.

1. Everybody gets **the same question**: the same pictures, the same prompt.
2. Everybody is **graded** in the same way. No quality, no row.
3. Everybody runs in the same rounds.

So there is one `question`, one function `grade`, and for each contestant a
function that answers, with the bytes it needs:

```
   question ──▶ answer(question) ──▶ grade(answer)  ──▶  quality
                       │
                       ├─ profile      ──▶  FLOPs
                       ├─ interleaved  ──▶  seconds
                       └─ speedup      ──▶  ratio, low, high
```

The first contestant is the **base**. All others are compared with it.

`interleaved` wants functions without arguments. Here is a trap:

```python
runs = {}
for name, contestant in contestants.items():
    runs[name] = lambda: contestant.answer(question)   # all run the last
```

A `lambda` looks up its names when it is *called*. By then, the loop is over
and `contestant` is the last one. `partial(fn, question)` remembers both at
once, and `partial(fn, question)()` is `fn(question)`.

**Your part.** Make the runs, time them, then one `Score` for each. The
given `flops_of` counts with your profiler. A `grade` that is no finite
number is refused.
"""


# %%
#| export
class Contestant(NamedTuple):
    """One way to answer, and the bytes that it needs to do so."""

    answer: Callable[[Any], object]
    nbytes: int


class Score(NamedTuple):
    """One row of a scorecard: how well, how large, how much, how fast."""

    name: str
    quality: float
    nbytes: int
    flops: int
    seconds: float
    speed: Speedup


def flops_of(fn: Callable[[], object]) -> int:
    """The floating-point operations of one run, from the records."""
    return sum(row.flops for row in profile(fn))


# %% nbgrader={"grade": false, "grade_id": "scorecard", "locked": false, "schema_version": 3, "solution": true}
#| export
def scorecard(
    question: object,
    contestants: Mapping[str, Contestant],
    grade: Callable[[Any], float],
    repeats: int = 30,
    warmup: int = 3,
    *,
    clock: Callable[[], float] = perf_counter,
) -> list[Score]:
    """A Score for each contestant, in their order; the first is the base.

    All answer the same question and are timed in turns. `seconds` is the
    median, `speed` is relative to the base. Raises ValueError where grade
    gives no finite number; it says "quality" and the name.
    """
    ### BEGIN SOLUTION
    runs = {n: partial(c.answer, question) for n, c in contestants.items()}
    times = interleaved(runs, repeats, warmup, clock=clock)
    scores: list[Score] = []
    for name, run in runs.items():
        quality = grade(run())
        if quality is None or not math.isfinite(quality):
            raise ValueError(f"{name} has no quality: grade gave {quality}")
        middle = float(np.median(times[name]))
        speed = speedup(times[next(iter(times))], times[name])
        nbytes = contestants[name].nbytes
        row = Score(name, quality, nbytes, flops_of(run), middle, speed)
        scores.append(row)
    return scores
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_scorecard", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_scorecard():
    rng = make_rng(4)
    question = Tensor(rng.standard_normal((2, 3), dtype=np.float32))
    weight = Tensor(rng.standard_normal((3, 4), dtype=np.float32))
    thin, wide = weight[:, :1], weight[:1]
    ways = {
        "base": (7.0, lambda x: x @ weight),
        "thin": (2.0, lambda x: x @ thin @ wide),
        "twice": (9.0, lambda x: (x @ weight + x @ weight) / 2.0),
    }
    machine, asked = FakeMachine(), []

    def answers(name, seconds, way):
        work = machine.work(name, seconds)

        def answer(x):
            asked.append((name, x))
            work()
            return way(x)

        return answer

    right = question.data @ weight.data

    def grade(answer):
        return float(np.isclose(answer.data, right, atol=1e-5).mean())

    sizes = {"base": 48, "thin": 28, "twice": 96}
    contestants = {}
    for name, way in ways.items():
        contestants[name] = Contestant(answers(name, *way), sizes[name])
    clock = machine.clock
    scores = scorecard(question, contestants, grade, 4, 2, clock=clock)
    what = "scorecard of base, thin and twice"
    names = " ".join(score.name for score in scores)
    same(names, "base thin twice", f"{what}: the names")
    same(
        " ".join(machine.log[:9]),
        "base thin twice twice thin base base thin twice",
        f"{what}: who runs in the first three rounds",
        hint="a lambda in a loop looks up its names late: use partial",
    )
    for name, x in asked:
        same_question = x is question
        expect(same_question, f"{name} and base got different questions")
    quality = float(np.isclose((question @ thin @ wide).data, right).mean())
    same(
        [score.quality for score in scores],
        [1.0, quality, 1.0],
        f"{what}: quality",
        mistakes={"the answer of base was graded each time": [1, 1, 1]},
    )
    runs = machine.log.count("base")
    same(runs, 8, f"{what}: runs of base; 2 + 4, one graded, one profiled")
    same([score.nbytes for score in scores], [48, 28, 96], f"{what}: bytes")
    same(
        [score.flops for score in scores],
        [48, 28, 112],
        f"{what}: FLOPs",
        hint="flops_of the contestant's own run",
    )
    same(
        [score.seconds for score in scores],
        [7, 2, 9],
        f"{what}: seconds",
        mistakes={"another clock: hand `clock` on": [0, 0, 0]},
        tolerance=1e-3,
    )
    same(
        [score.speed for score in scores],
        [[1, 1, 1], [3.5, 3.5, 3.5], [7 / 9, 7 / 9, 7 / 9]],
        f"{what}: speed",
        mistakes={
            "base over new": [
                [1, 1, 1],
                [2 / 7, 2 / 7, 2 / 7],
                [9 / 7, 9 / 7, 9 / 7],
            ],
            "compare with the base, the first": [
                [9 / 7, 9 / 7, 9 / 7],
                [4.5, 4.5, 4.5],
                [1, 1, 1],
            ],
            "all are compared with themselves": [[1, 1, 1]] * 3,
        },
    )

    # A slow start is a warm-up, and by default there are 3 + 30 rounds.
    machine.log.clear()
    scorecard(question, contestants, grade, clock=machine.clock)
    same(machine.log.count("thin"), 35, "runs by default: 3 + 30 + 2")

    # Without quality no row.
    for missing in (None, math.nan):
        what = f"a grade that gives {missing}"
        with refuses(ValueError, what, says=["quality", "base"]):
            scorecard(
                question,
                contestants,
                lambda answer, missing=missing: missing,
                2,
                0,
                clock=machine.clock,
            )


test_scorecard()

# %% [markdown]
"""
## 7. Write the claim

"My version is ten times faster." Than what? At which task? On which
machine? And does it still give the right answer? A claim that can be
defended answers before anybody asks.

```
   weak     int8 is faster.
   better   int8 is 1.31 times as fast as base.
   strong   int8 is 1.31 times as fast as base (95 % interval 1.22 to
            1.40). Its quality is 0.966 (base: 0.968), and it needs
            10,120 bytes (base: 37,400). Measured with 256 digits, 30
            rounds, one thread.
```

Three sentences: the ratio with its interval, what it costs or saves
besides, and the condition. Where nothing is proven, the first sentence
says so, and it names no ratio:

```
   No difference in speed between int8 and base is proven (95 % interval
   0.93 to 1.08).
```

**Your part.** Ask your `verdict` which first sentence is right. Ratios have
two decimals, qualities three, and bytes are written with commas: `:.2f`,
`:.3f` and `:,`. The sentences are joined by a space.
"""


# %% nbgrader={"grade": false, "grade_id": "claim", "locked": false, "schema_version": 3, "solution": true}
#| export
def claim(score: Score, base: Score, condition: str) -> str:
    """Three sentences about a row of a scorecard beside its base.

    In the form of the two examples: ratio and interval, or that nothing is
    proven; quality and bytes of both; "Measured with {condition}." Raises
    ValueError for an empty condition; it says "condition".
    """
    if not condition.strip():
        raise ValueError("a claim needs a condition: task, rounds, machine")
    ratio, low, high = score.speed
    limits = f"(95 % interval {low:.2f} to {high:.2f})"
    pair = f"{score.name} and {base.name}"
    ### BEGIN SOLUTION
    if verdict(low, high) == "no proven difference":
        speed = f"No difference in speed between {pair} is proven {limits}."
    else:
        times = f"{ratio:.2f} times as fast as {base.name}"
        speed = f"{score.name} is {times} {limits}."
    quality = f"{score.quality:.3f} (base: {base.quality:.3f})"
    nbytes = f"{score.nbytes:,} bytes (base: {base.nbytes:,})"
    costs = f"Its quality is {quality}, and it needs {nbytes}."
    return f"{speed} {costs} Measured with {condition}."
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_claim", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_claim():
    base = Score("float32", 0.968, 37400, 5000, 0.3, Speedup(1, 1, 1))
    faster = Speedup(1.312, 1.221, 1.4)
    fast = Score("int8", 0.9661, 10120, 4000, 0.2, faster)
    condition = "256 digits, 30 rounds, one thread"

    def written(score):
        """The claim in its three sentences."""
        text = claim(score, base, condition)
        expect(isinstance(text, str), "a claim is a text")
        return text.replace(". ", ".\n").split("\n")

    sentences = written(fast)
    expect(
        len(sentences) == 3,
        f"{len(sentences)} sentences, expected 3",
        hint="each ends with a full stop, a space between them",
    )
    first, second, third = sentences
    expect("1.31" in first, f"{first!r}: the ratio 1.31 is missing")
    expect("1.22 to 1.40" in first, f"{first!r}: the interval is missing")
    times = "1.31 times as fast as float32 (95 % interval 1.22 to 1.40)"
    same(first, f"int8 is {times}.", "the first sentence")
    expect("0.966" in second, f"{second!r}: the quality is missing")
    expect("10,120" in second, f"{second!r}: the bytes are missing")
    quality = "Its quality is 0.966 (base: 0.968)"
    nbytes = "it needs 10,120 bytes (base: 37,400)"
    same(second, f"{quality}, and {nbytes}.", "the second sentence")
    measured = "Measured with 256 digits, 30 rounds, one thread."
    same(third, measured, "the third sentence: the condition")

    # Slower is a result, too.
    slow = fast._replace(speed=Speedup(0.8, 0.75, 0.86))
    times = "0.80 times as fast as float32 (95 % interval 0.75 to 0.86)"
    what = "the first sentence where the new one is slower"
    same(written(slow)[0], f"int8 is {times}.", what)

    # Where nothing is proven no ratio is named.
    even = fast._replace(speed=Speedup(1.05, 0.93, 1.18))
    first = written(even)[0]
    expect("1.05" not in first, f"{first!r}: the ratio is not proven")
    pair = "No difference in speed between int8 and float32"
    limits = "(95 % interval 0.93 to 1.18)"
    what = "the first sentence where 1 is inside"
    same(first, f"{pair} is proven {limits}.", what)
    same(len(written(even)), 3, "how many sentences there are")
    for missing in ("", "  "):
        what = f"claim with the condition {missing!r}"
        with refuses(ValueError, what, says=["condition"]):
            claim(fast, base, missing)


test_claim()

# %% [markdown]
"""
## Systems analysis

Four measurements: how often each rule is fooled, what more rounds bring,
and two contests.

### Nothing against nothing

An **A/A test** compares a thing with itself. Whoever finds a difference was
fooled. Two rules compete, 30 times each:

- the usual one: the means of five runs differ by more than 5 %;
- yours: 30 rounds in turns, and 1 is outside the interval.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** In 30 A/A tests, how often does each rule claim a
difference? And how many false claims does a 95 % interval allow?
"""


# %% tags=["experiment"]
def claimed_by_means():
    before, after = mean_of_five(small_work), mean_of_five(small_work)
    return abs(before / after - 1) > 0.05


def claimed_by_interval():
    times = interleaved({"A": small_work, "B": small_work})
    _, low, high = speedup(times["A"], times["B"])
    return verdict(low, high) != "no proven difference"


fooled = {
    "means of five, 5 %": sum(claimed_by_means() for _ in range(30)),
    "interval": sum(claimed_by_interval() for _ in range(30)),
}
bars(fooled, unit="of 30")

# %% [markdown]
"""
### What more rounds bring

The same function twice again, in 640 rounds. You look at the first 10 of
them, the first 40, and so on. Beside it runs a machine whose weather comes
from dice: each run draws its own, whatever the one before was like.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** From 40 to 160 rounds is four times the work. How much
narrower does the interval become: by a quarter, to a half, to a quarter?
"""

# %% tags=["experiment"]
pair = {"A": small_work, "B": small_work}
real = list(interleaved(pair, repeats=640).values())
dice = list(1 + make_rng(5).exponential(0.2, (2, 640)))
widths = {"real": [], "dice": []}
for name, (first, second) in {"real": real, "dice": dice}.items():
    for rounds in (10, 40, 160, 640):
        _, low, high = speedup(first[:rounds], second[:rounds])
        widths[name].append((rounds, 100 * (high - low)))
table(
    [(*a, b[1]) for a, b in zip(*widths.values(), strict=True)],
    ["rounds", "real", "dice"],
)
print("\nwidth of the interval, in points of a percent\n")
curve(
    widths,
    x="rounds",
    y="width in points (both scales logarithmic)",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

On a small laptop-class machine, one thread, that other programs used too,
we measured:

```
   false claims            means of five, 5 %       intervals
   a quiet clock                9 of 30              0 of 30
   the same, later             13 of 30              0 of 30
   the clock on the wall       25 of 30              0 of 30

   rounds                  10      40     160     640
   width, real             18      17     8.7     9.2     points
   width, dice             25      17     7.0     4.1     points
```

The quiet clock counts only the seconds that our own program had the
processor. It is `time.process_time` instead of `perf_counter`.

**The usual rule is fooled as often as the weather likes.** An interval of
95 % is fooled one time in twenty, and it says so beforehand. In 30 tests
you may well see one or two false claims. It is honest, not infallible.

**The law: four times the rounds, half the width.** The dice keep to it, more
or less: 25, 17, 7.0, 4.1. The width falls with the square root of the rounds.

The real machine keeps to it less well. Its weather comes in stretches:
another program runs for a second, and a hundred rounds are slow. Rounds
like these tell less than fresh ones. So measure on another day, too, before
you publish.

### The contest of the readers

Five networks read the same 500 digits that none of them has seen: the one
as trained, with `gelu`; the same with `fused_gelu`; its 8-bit copy; a copy
with 80 % zeros; and a narrow one, with 32 of 128 units. As a warning to us,
the first one takes part a second time, under another name.
"""


# %%
@cache
def pictures():
    """1,500 digits: (1500, 64) pixels and their labels."""
    images, labels = digits(1500, seed=20)
    return images.reshape(1500, 64), labels


def batches():
    """1,000 digits to learn from, 32 at a time."""
    x, y = pictures()
    starts = range(0, 1000, 32)
    return [(Tensor(x[i : i + 32]), y[i : i + 32]) for i in starts]


def train(net, epochs):
    """Trains net in place; returns it."""
    optimizer = Adam(net.parameters(), lr=0.002)
    Trainer(net, cross_entropy, optimizer).fit(batches(), epochs)
    return net


@cache
def readers():
    """The networks of the contest, by name."""
    rng = make_rng(1)
    first, last = Linear(64, 128, rng=rng), Linear(128, 10, rng=rng)
    net = train(Sequential(first, gelu, last), epochs=20)
    zeros = copy.deepcopy(net)
    masks = magnitude_masks(zeros, 0.8)
    optimizer = Adam(zeros.parameters(), lr=0.002)
    fine_tune(zeros, masks, cross_entropy, optimizer, batches(), 5)
    one, two = prune_neurons(first, last, keep=32)
    return {
        "base": net,
        "base again": net,
        "fused": Sequential(first, fused_gelu, last),
        "int8": quantize_model(net, Tensor(pictures()[0][:256])),
        "80 % zeros": zeros,
        "32 units": train(Sequential(one, gelu, two), epochs=5),
    }


def show(scores):
    """Prints a scorecard as a table."""
    table(
        [
            (
                s.name,
                f"{s.quality:.3f}",
                human_bytes(s.nbytes),
                s.flops / 1e6,
                1e3 * s.seconds,
                f"{s.speed.ratio:.2f}",
                f"{s.speed.low:.2f}-{s.speed.high:.2f}",
            )
            for s in scores
        ],
        ["", "quality", "bytes", "MFLOP", "ms", "speed", "interval"],
    )


# %% [markdown] tags=["prediction"]
"""
**Predict first.** Which rows will be proven faster than base, which slower,
and which neither? Write down a word for each of the five.
"""

# %% tags=["experiment"]
x, y = (part[1000:] for part in pictures())
reading = scorecard(
    Tensor(x),
    {n: Contestant(net, model_bytes(net)) for n, net in readers().items()},
    grade=lambda scores: accuracy(scores, y),
    repeats=40,
)
show(reading)
print()
for score in reading[1:]:
    print(f"{score.name:10}  {verdict(score.speed.low, score.speed.high)}")
print()
for cost in ("seconds", "nbytes"):
    points = {s.name: (getattr(s, cost), s.quality) for s in reading}
    print(f"front of {cost:8} and quality: {', '.join(pareto(points))}")

# %% [markdown]
"""
### The contest of the writers

A GPT that was never trained writes 48 ids after a prompt of 8, at
temperature 0. Its text is noise. But all must write the *same* noise: the
quality is the share of ids that are those of `generate`. The bytes of the
cached ones are the weights and the cache.
"""


# %%
@cache
def writers():
    """{name: Contestant} for 48 new ids, by the same weights."""
    model = GPT(40, 64, dim=64, heads=4, layers=2, rng=make_rng(2))
    fused = copy.deepcopy(model)
    for block in fused.blocks:
        widen, _, back = block.mlp.steps
        block.mlp = Sequential(widen, fused_gelu, back)
    weights = model_bytes(model)
    cached = weights + empty_cache(model).nbytes

    def writes(write, model):
        return lambda prompt: write(model, prompt, 48, temperature=0)

    return {
        "base": Contestant(writes(generate, model), weights),
        "fused": Contestant(writes(generate, fused), weights),
        "cached": Contestant(writes(generate_cached, model), cached),
        "both": Contestant(writes(generate_cached, fused), cached),
    }


# %% [markdown] tags=["prediction"]
"""
**Predict first.** `fused` alone saves a little time, and `cached` a lot.
What will `both` be: the product of the two, more, or less?
"""

# %% tags=["experiment"]
prompt = make_rng(3).integers(40, size=8).tolist()
written = np.array(writers()["base"].answer(prompt))
writing = scorecard(
    prompt,
    writers(),
    grade=lambda ids: float(np.mean(np.array(ids) == written)),
    repeats=9,
    warmup=1,
)
show(writing)
print()
bars({s.name: 1e3 * s.seconds for s in writing}, unit="ms")
print()
condition = "48 new ids after 8, 9 rounds in turns, one thread"
print(textwrap.fill(claim(writing[2], writing[0], condition), width=76))

# %% [markdown]
"""
### What to see

On the same machine, with the quiet clock:

```
   readers       quality     bytes   MFLOP     ms    speed   interval
   base            0.976  37.5 KiB    10.1    1.26    1.00
   base again      0.976  37.5        10.1    1.26    1.00   0.94-1.08
   fused           0.976  37.5         9.6    1.13    1.11   1.07-1.17
   int8            0.976  10.3         0.8    6.7     0.19   0.18-0.19
   80 % zeros      0.970  37.5        10.1    1.19    1.06   0.98-1.12
   32 units        0.966   9.4         2.5    0.41    3.07   2.46-3.20

   writers
   base            1.000   427 KiB     350   145      1.00
   fused           1.000   427         344   136      1.06   1.04-1.08
   cached          1.000   491          12   101      1.43   1.36-1.45
   both            1.000   491          12    97      1.50   1.48-1.57
```

**Base again** is no faster than base, as it must be. When our rounds always
went in the same order, it was "slower" in three races of three, by 7 to
15 %. It came right after base, and paid for the cache that base had filled.
More rounds would have made that error only more certain.

**Zeros**: six percent, and not proven. NumPy multiplies zeros as it does
other numbers.

**int8 is small, just as good, and five times slower.** NumPy has fast
products for floats alone. Its column of MFLOP is small for another reason:
products of whole numbers are no floating-point operations. A count says
what it counts, and no more.

**32 units** win by bytes and by time, and lose one point of quality. So the
front keeps two: the narrow one, and the best of those that lost nothing.
But look closely: a front knows no intervals. By median, one of base and
base again always "beats" the other. Read it beside the verdicts.

**The cache saves 28 times the operations, and a third of the time.** The
model is so small that the price of each call remains, as in 15. With a wider
model or a longer text, the ratio grows. That is why a claim has a
condition.

**Both** is 1.06 times 1.43 or nearly so: the two save different things.
"""

# %% [markdown]
"""
## In production

- **MLPerf** compares machines and libraries by such rules: one task, a
  quality that must be reached, and only then the time.
- **pytest-benchmark**, **hyperfine** and `torch.utils.benchmark` warm up,
  repeat, and report a spread. None of them takes turns by itself.
- **Fixed clocks.** Processors run faster while they are cool. Laboratories
  fix their speed and pin a program to one core. At home, take turns.
- **Another clock.** `time.process_time` counts only the seconds that your
  program had the processor. On a crowded machine it is calmer. But it does
  not see waiting, which your users do see.
- **Chips that answer later.** A graphics card returns at once and computes
  afterwards. Whoever does not wait for it measures nothing:
  `torch.cuda.synchronize()`, or `block_until_ready()` in JAX.
- **Services** report the median, p95 and p99, under the load that they
  expect. A/B tests with real users decide with intervals, as you do.
- **Regression tests** for speed fail by chance, or let small losses pass.
  So many projects count instructions or operations, which never vary.
"""

# %% [markdown]
"""
## Misconceptions

**"The best of N runs is the truth."** It is the best weather. It hides what
happens often, and of two candidates the luckier one wins.

**"More runs make any measurement right."** They shrink the chance. If all
of B ran while a backup was running, a thousand runs are wrong, too.

**"Not proven means equal."** It means that this measurement cannot tell.
With four times the rounds it may.

**"A 95 % interval is right."** One in twenty is not. If you try twenty
changes, expect one that looks like a gain.

**"One number per system."** Fast at what, how well, with how many bytes,
for which input? Those who publish one number have chosen it.

**"The savings multiply."** Only if they save different things. Two ways to
save the same waste share it.
"""

# %% [markdown]
"""
## Questions to think about

1. Rounds go there and back. In which of them does A run twice in a row,
   and what does that do to its cache? Would a random order be better?
2. An interval for 30 rounds is cheap. What would you have to repeat to know
   how your training time varies: rounds, or whole trainings?
3. You try 20 changes, and one is "faster" at 95 %. What do you do before
   you believe it?
4. The front has a cost and a quality. How would you treat a third number,
   such as bytes?
5. The zeros answered with fewer numbers, and no sooner. Which contest would
   they win?
6. A claim of yours says "faster". A friend measures "slower" on another
   machine. Who is wrong?
"""

# %% [markdown]
"""
## Quick reference

```
interleaved(candidates, repeats, warmup)   {name: seconds (repeats,)}
redrawn_medians(times, rounds)             (draws,)
speedup(base, new, draws, level, seed)     Speedup(ratio, low, high)
verdict(low, high)                         faster, slower, not proven
pareto({name: (cost, quality)})            names that nobody beats
scorecard(question, contestants, grade)    [Score]; the first is the base
claim(score, base, condition)              three sentences
```

```
speedup     median of base / median of new; above 1: new is faster
rounds      A B C, C B A, A B C ...: nobody always follows the same one
interval    quantiles 0.025 and 0.975 of the redrawn ratios
verdict     is 1 inside?      width  ~  1 / square root of rounds
beaten      no worse in both, better in one
claim       ratio and interval, quality and bytes, condition

you see                          it means                    do
the second always loses          the machine slows down      take turns
the interval is wide             weather, or few rounds      4 x rounds
1 is just outside                one in twenty               repeat it
all rows show the same time      a lambda in a loop          partial
a run took no time               the clock is too coarse     repeat inside
fast, and the text differs       it answers another task     quality first
```
"""

# %% [markdown]
"""
## Looking ahead

One milestone is left, *The course contest*. Your reader of digits and your
writer of tales enter it, with everything that you built to make them
smaller or faster. At the end stands a claim, written by your own function.

There is no further module. What comes next is a change that you think of
yourself. You know how to find out whether it was worth it.
"""

# %% [markdown]
"""
## Summary and what comes next

You let candidates take turns, so that slow moments hit everybody. You drew
rounds again to see how far a ratio can be trusted, and you asked whether 1
is inside. You know who is beaten by nobody. You wrote a scorecard that
takes no row without quality, and a claim that can be checked.

It all began with a Tensor and twenty lines of arithmetic. Now you have a
library that learns, reads, writes, and knows what it costs. All of it is
yours, and you can defend each number.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_interleaved,
        test_redrawn_medians,
        test_speedup,
        test_verdict,
        test_pareto,
        test_scorecard,
        test_claim,
    )
