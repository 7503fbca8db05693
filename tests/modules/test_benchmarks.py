"""The fairness of the reference library's races, and what its intervals and claims promise."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.modules.numerics.library import Library, imported

bounded = settings(max_examples=50, deadline=None, derandomize=True)
seconds = st.floats(1e-6, 1e3)
races = st.integers(2, 40).flatmap(
    lambda rounds: hnp.arrays(np.float64, (2, rounds), elements=seconds)
)
points = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.tuples(st.integers(0, 5), st.integers(0, 5)),
    max_size=10,
)


@pytest.fixture(scope="module")
def lib(reference_folder: Path) -> Iterator[Library]:
    with imported(reference_folder) as library:
        yield library


class Machine:
    """A clock that only work moves; each run takes what `weather` says for its place in line."""

    def __init__(self, weather: Callable[[int], float] = lambda run: 1.0):
        self.now = 0.0
        self.log: list[str] = []
        self.weather = weather

    def work(self, name: str, seconds: float) -> Callable[[], None]:
        def run() -> None:
            self.now += seconds * self.weather(len(self.log))
            self.log.append(name)

        return run


@bounded
@given(
    needs=st.lists(st.floats(0.1, 10), min_size=1, max_size=5),
    repeats=st.integers(1, 6),
    warmup=st.integers(0, 3),
)
def test_rounds_go_in_turns_and_lose_no_second(
    lib: Library, needs: list[float], repeats: int, warmup: int
) -> None:
    machine = Machine(weather=lambda run: 1 + run % 7)
    needed = {f"w{place}": need for place, need in enumerate(needs)}
    works = {name: machine.work(name, need) for name, need in needed.items()}
    times = lib.benchmarking.interleaved(works, repeats, warmup, clock=lambda: machine.now)
    there = list(works)
    rounds = [there[:: -1 if turn % 2 else 1] for turn in range(warmup + repeats)]
    assert machine.log == [name for names in rounds for name in names]
    assert list(times) == list(works)
    assert all(row.shape == (repeats,) and row.dtype == np.float64 for row in times.values())
    kept = range(warmup * len(needs), len(machine.log))
    spent = sum(needed[machine.log[run]] * (1 + run % 7) for run in kept)
    assert math.isclose(sum(row.sum() for row in times.values()), spent, rel_tol=1e-9)


@bounded
@given(race=races, factor=st.sampled_from([0.25, 0.5, 2.0, 8.0]), seed=st.integers(0, 99))
def test_a_speedup_scales_with_the_base_and_stays_between_the_extremes(
    lib: Library, race: np.ndarray[Any, Any], factor: float, seed: int
) -> None:
    base, new = race
    got = lib.benchmarking.speedup(base, new, draws=100, seed=seed)
    assert math.isclose(got.ratio, np.median(base) / np.median(new))
    assert base.min() / new.max() * (1 - 1e-9) <= got.low <= got.high
    assert got.high <= base.max() / new.min() * (1 + 1e-9)
    scaled = lib.benchmarking.speedup(factor * base, new, draws=100, seed=seed)
    assert scaled == tuple(factor * number for number in got)


@bounded
@given(race=races, factor=st.sampled_from([0.5, 0.75, 1.0, 1.5]))
def test_weather_that_hits_both_alike_leaves_no_doubt(
    lib: Library, race: np.ndarray[Any, Any], factor: float
) -> None:
    weather = race[0]
    got = lib.benchmarking.speedup(factor * weather, weather, draws=50)
    np.testing.assert_allclose(got, factor, rtol=1e-12)


@pytest.mark.parametrize("rounds", [20, 40])
def test_intervals_keep_their_promise(lib: Library, rounds: int) -> None:
    inside = false_claims = 0
    for day in range(200):
        base, new = 1 + np.random.default_rng(day).exponential(0.3, (2, rounds))
        _, low, high = lib.benchmarking.speedup(1.2 * base, new, draws=200, seed=day)
        inside += low <= 1.2 <= high
        _, low, high = lib.benchmarking.speedup(base, new, draws=200, seed=day)
        false_claims += lib.benchmarking.verdict(low, high) != "no proven difference"
    assert inside >= 180
    assert false_claims <= 20


@bounded
@given(limits=st.tuples(seconds, seconds))
def test_the_verdict_turns_round_with_the_roles(lib: Library, limits: tuple[float, float]) -> None:
    low, high = sorted(limits)
    other = {"faster": "slower", "slower": "faster"}
    here = lib.benchmarking.verdict(low, high)
    there = lib.benchmarking.verdict(1 / high, 1 / low)
    assert there == other.get(here, here)
    assert (here == "no proven difference") == (low <= 1 <= high)


def beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[0] and one[1] >= other[1] and one != other


@bounded
@given(points=points)
def test_the_front_is_what_nobody_beats_and_it_beats_the_rest(
    lib: Library, points: dict[str, tuple[float, float]]
) -> None:
    front = lib.benchmarking.pareto(points)
    assert front == [name for name in points if name in front]
    for name, point in points.items():
        rivals = [front_name for front_name in front if beats(points[front_name], point)]
        assert bool(rivals) == (name not in front)
    assert lib.benchmarking.pareto({name: points[name] for name in front}) == front


@bounded
@given(needs=st.permutations([2.0, 3.0, 5.0]))
def test_a_scorecard_depends_on_the_base_in_its_speeds_alone(
    lib: Library, needs: list[float]
) -> None:
    machine, question = Machine(), lib.tensor.Tensor([[1.0, 2.0]])
    contestants = {}
    for need in needs:
        work = machine.work(str(need), need)
        weight = lib.tensor.Tensor(np.full((2, int(need)), need))

        def answer(x: Any, work: Callable[[], None] = work, weight: Any = weight) -> Any:
            work()
            return x @ weight

        contestants[str(need)] = lib.benchmarking.Contestant(answer, 8 * int(need))
    scores = lib.benchmarking.scorecard(
        question, contestants, lambda out: out.data[0, 0], 3, 1, clock=lambda: machine.now
    )
    for need, score in zip(needs, scores, strict=True):
        row = (score.name, score.quality, score.nbytes, score.flops)
        assert row == (str(need), 3 * need, 8 * need, 4 * need)
        assert math.isclose(score.seconds, need)
        np.testing.assert_allclose(score.speed, needs[0] / need)


@bounded
@given(
    limits=st.lists(st.floats(0.5, 2), min_size=3, max_size=3),
    quality=st.floats(0, 1),
    nbytes=st.integers(0, 10**9),
)
def test_a_claim_says_the_table_and_no_more(
    lib: Library, limits: list[float], quality: float, nbytes: int
) -> None:
    low, ratio, high = sorted(limits)
    known = lib.benchmarking
    base = known.Score("old", 0.5, 77, 1, 1.0, known.Speedup(1.0, 1.0, 1.0))
    score = known.Score("new", quality, nbytes, 1, 1.0, known.Speedup(ratio, low, high))
    text = known.claim(score, base, "a test")
    said = [number.replace(",", "") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]
    expected = ["95", f"{low:.2f}", f"{high:.2f}", f"{quality:.3f}", "0.500", str(nbytes), "77"]
    if not low <= 1 <= high:
        expected.insert(0, f"{ratio:.2f}")
    assert said == expected
    assert text.endswith(" Measured with a test.")
