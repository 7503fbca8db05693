"""Each statistic against an implementation of somebody else's, on random data."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinytutor.cohort.statistics.intervals import Share, difference, wilson
from tinytutor.cohort.statistics.items import flags, item_rest_correlations
from tinytutor.cohort.statistics.survival import kaplan_meier
from tinytutor.cohort.statistics.withholding import withheld


def random_durations(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Durations with ties, and some that are censored at the very time of an event."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 300))
    times = np.round(rng.exponential(20, size), int(rng.integers(0, 3)))
    return times, rng.random(size) < rng.uniform(0.1, 1.0)


@pytest.mark.parametrize("seed", range(40))
def test_kaplan_meier_is_that_of_lifelines(seed: int) -> None:
    lifelines = pytest.importorskip("lifelines")
    from lifelines.utils import median_survival_times

    times, done = random_durations(seed)
    if not done.any():
        done[0] = True
    ours = kaplan_meier(times, done)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter = lifelines.KaplanMeierFitter().fit(times, done)
        table = fitter.event_table
        theirs = fitter.survival_function_at_times(ours.times).to_numpy()
        low, high = fitter.confidence_interval_.to_numpy().T
        index = fitter.confidence_interval_.index.to_numpy()
        median_low, median_high = median_survival_times(fitter.confidence_interval_).to_numpy()[0]
    assert ours.share == pytest.approx(theirs, abs=1e-9)
    assert ours.at_risk.tolist() == table.loc[ours.times, "at_risk"].tolist()
    assert ours.completed.tolist() == table.loc[ours.times, "observed"].tolist()
    places = np.searchsorted(index, ours.times)
    inside = ours.share > 0
    assert ours.low[inside] == pytest.approx(low[places][inside], abs=1e-9)
    assert ours.high[inside] == pytest.approx(high[places][inside], abs=1e-9)
    expected = fitter.median_survival_time_
    assert (ours.median if ours.median is not None else np.inf) == pytest.approx(expected)
    found = [np.inf if end is None else end for end in ours.median_interval]
    assert found == pytest.approx([median_low, median_high])


def test_leaving_the_unfinished_out_would_be_wrong() -> None:
    rng = np.random.default_rng(0)
    truth = rng.exponential(50, 20_000)
    watched = rng.uniform(0, 60, 20_000)
    times, done = np.minimum(truth, watched), truth <= watched
    median = kaplan_meier(times, done).median
    assert median == pytest.approx(50 * np.log(2), rel=0.05)
    assert np.median(times[done]) < 20


def test_a_median_that_was_not_reached_is_none() -> None:
    curve = kaplan_meier([1, 2, 3, 4], [True, False, False, False])
    assert curve.median is None
    assert curve.median_interval[1] is None
    assert (curve.risk_at(1), curve.risk_at(9)) == (4, 0)


def test_nobody_and_nobody_done() -> None:
    assert kaplan_meier([], []).median is None
    empty = kaplan_meier([5.0, 6.0], [False, False])
    assert (len(empty.times), empty.count, empty.median) == (0, 2, None)


def test_all_done_at_once() -> None:
    curve = kaplan_meier([3, 3, 3], [True, True, True])
    assert curve.median == 3
    assert curve.share.tolist() == [0.0]
    assert np.isfinite(curve.low).all() and np.isfinite(curve.high).all()


@pytest.mark.parametrize("seed", range(20))
def test_wilson_is_that_of_scipy(seed: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(seed)
    whole = int(rng.integers(1, 200))
    part = int(rng.integers(0, whole + 1))
    theirs = stats.binomtest(part, whole).proportion_ci(method="wilson")
    assert wilson(part, whole) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_the_difference_of_shares_is_that_of_newcombes_paper() -> None:
    # Method 10 of Newcombe (1998), example (a): 56/70 against 48/80.
    apart = difference(Share(48, 80), Share(56, 70))
    assert apart == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert difference(Share(0, 0), Share(1, 2)) is None
    assert Share(0, 0).value is None and Share(0, 0).interval is None


@pytest.mark.parametrize("seed", range(20))
def test_item_rest_correlation_is_numpys_on_whole_data(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ability = rng.normal(size=(200, 1))
    scores = (ability + rng.normal(size=(200, 6)) > 0.5 * rng.normal(size=6)).astype(float)
    for item, found in enumerate(item_rest_correlations(scores)):
        rest = np.delete(scores, item, axis=1).sum(axis=1)
        assert found == pytest.approx(np.corrcoef(scores[:, item], rest)[0, 1])


@pytest.mark.parametrize("seed", range(5))
def test_item_rest_correlation_with_gaps_is_that_of_pandas(seed: int) -> None:
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(seed)
    scores = (rng.normal(size=(80, 1)) + rng.normal(size=(80, 4)) > 0).astype(float)
    scores[rng.random(scores.shape) < 0.3] = np.nan
    frame = pandas.DataFrame(scores)
    for item, found in enumerate(item_rest_correlations(scores)):
        rest = frame.drop(columns=item).mean(axis=1)
        assert found == pytest.approx(frame[item].corr(rest))


def test_items_that_tell_nothing_have_no_correlation() -> None:
    scores = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    assert item_rest_correlations(scores) == [None, None]
    assert item_rest_correlations(np.array([[1.0, np.nan]] * 5)) == [None, None]


def test_flags_need_thirty_tries() -> None:
    assert flags(29, 0.99, 0.0) == ()
    assert len(flags(30, 0.99, 0.1)) == 2
    assert flags(30, 0.05, None) == ("hardly anyone passes at once",)
    assert flags(500, 0.5, 0.5) == ()


@given(st.lists(st.integers(0, 60), max_size=8), st.sampled_from([5, 10]))
@settings(max_examples=300)
def test_what_is_withheld_can_not_be_worked_out(counts: list[int], least: int) -> None:
    hidden = withheld(counts, least)
    assert all(place in hidden for place, count in enumerate(counts) if 0 < count < least)
    if hidden and len(hidden) < len(counts):
        # What an outsider knows: the whole less the parts on show.
        assert sum(counts[place] for place in hidden) >= least
        assert len(hidden) > 1


def test_nothing_small_nothing_withheld() -> None:
    assert withheld([0, 5, 100], 5) == frozenset()
    assert withheld([3, 50, 7], 5) == {0, 2}
    assert withheld([0, 3], 5) == {0, 1}
    assert withheld([1, 1, 50], 5) == {0, 1, 2}


def test_a_thinned_curve_keeps_both_ends_and_tells_no_other_values() -> None:
    whole = kaplan_meier(range(1, 1001), [True] * 1000)
    thin = whole.thinned(160)
    assert len(thin.times) == 160
    assert (thin.times[0], thin.times[-1], thin.share[-1]) == (1.0, 1000.0, 0.0)
    assert thin.share == pytest.approx(whole.share[(thin.times - 1).astype(int)])
    assert whole.when(0.25) == 250.0
    assert kaplan_meier([1, 2, 3], [True, False, False]).thinned(160).times.tolist() == [1.0]
