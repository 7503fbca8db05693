"""The data sets are the same for a seed, balanced, in their ranges, and worth learning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tinytutor.kit import digits, moons, spirals

Made = tuple[Any, Any]

MOONS = [[-0.340273, 0.921438], [0.273905, -0.206276]]
SPIRALS = [[-0.638918, -0.212297], [-0.266002, -0.216242]]
A_NOUGHT = [
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 2, 12, 12, 1, 0, 0],
    [0, 0, 15, 8, 11, 10, 0, 0],
    [0, 4, 13, 0, 3, 15, 0, 0],
    [0, 4, 12, 0, 2, 16, 3, 0],
    [0, 2, 15, 3, 11, 9, 0, 0],
    [0, 0, 7, 15, 11, 1, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
]
"""The first of seed 0."""

MAKERS = {
    "moons": (moons, 2, (2,)),
    "spirals": (spirals, 3, (2,)),
    "digits": (digits, 10, (8, 8)),
}
each_set = pytest.mark.parametrize(("make", "classes", "shape"), MAKERS.values(), ids=list(MAKERS))


@each_set
@pytest.mark.parametrize("count", [10, 103])
def test_shapes_types_and_shares(
    make: Callable[[int, int], Made], classes: int, shape: tuple[int, ...], count: int
) -> None:
    x, labels = make(count, 1)
    assert (x.shape, x.dtype) == ((count, *shape), np.float32)
    assert (labels.shape, labels.dtype) == ((count,), np.int64)
    shares = np.bincount(labels, minlength=classes)
    assert len(shares) == classes
    assert shares.max() - shares.min() <= 1
    assert np.isfinite(x).all()


@each_set
def test_a_seed_is_one_data_set(
    make: Callable[[int, int], Made], classes: int, shape: tuple[int, ...]
) -> None:
    first, again, other = make(40, 3), make(40, 3), make(40, 4)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


@each_set
def test_the_random_numbers_of_others_are_left_alone(
    make: Callable[[int, int], Made], classes: int, shape: tuple[int, ...]
) -> None:
    np.random.seed(0)
    expected = np.random.random()
    np.random.seed(0)
    make(10, 0)
    assert np.random.random() == expected


@each_set
def test_neighbours_share_a_class(
    make: Callable[[int, int], Made], classes: int, shape: tuple[int, ...]
) -> None:
    known, names = make(300, 1)
    new, right = make(60, 2)
    known, new = known.reshape(300, -1), new.reshape(60, -1)
    nearest = ((new[:, None] - known) ** 2).sum(axis=2).argmin(axis=1)
    assert (names[nearest] == right).mean() >= 0.9


def test_moons_without_noise_lie_on_their_circles() -> None:
    points, labels = moons(200, 0, noise=0)
    upper, lower = points[labels == 0], points[labels == 1]
    np.testing.assert_allclose((upper**2).sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(((lower - [1, 0.5]) ** 2).sum(axis=1), 1, atol=1e-5)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5
    noisy, _ = moons(200, 0, noise=0.3)
    assert 0.2 < (noisy - points).std() < 0.4


def test_spirals_wind_from_the_middle_outwards() -> None:
    points, labels = spirals(300, 0, arms=4, noise=0)
    radius = np.hypot(points[:, 0], points[:, 1])
    assert radius.min() >= 0.1
    assert radius.max() <= 1
    assert set(labels.tolist()) == {0, 1, 2, 3}
    angle = 5 * radius + labels * 2 * np.pi / 4
    expected = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    np.testing.assert_allclose(points, expected, atol=1e-5)


def test_pictures_hold_sixteenths_of_ink() -> None:
    pictures, labels = digits(100, 5)
    assert pictures.min() == 0
    assert pictures.max() == 1
    np.testing.assert_array_equal(pictures * 16, np.round(pictures * 16))
    ink = pictures.reshape(100, -1).sum(axis=1)
    assert ink.min() > 3, "every picture shows a digit"
    assert ink.max() < 40, "and paper"
    assert not np.array_equal(labels, np.sort(labels)), "the digits come in no order"
    assert len(np.unique(pictures.reshape(100, -1), axis=0)) == 100


def test_warp_is_how_much_the_strokes_vary() -> None:
    def spread(warp: float) -> float:
        pictures, labels = digits(60, 0, warp=warp)
        return float(np.mean([pictures[labels == n].std(axis=0).mean() for n in range(10)]))

    assert spread(0) < spread(0.8) < spread(2)


def test_the_first_numbers_of_a_seed() -> None:
    """The course's figures were measured on these."""
    points, _ = moons(2, 0)
    np.testing.assert_allclose(points, MOONS, atol=1e-5)
    points, _ = spirals(2, 0)
    np.testing.assert_allclose(points, SPIRALS, atol=1e-5)
    pictures, labels = digits(1, 0)
    assert labels.tolist() == [0]
    assert (pictures[0] * 16).astype(int).tolist() == A_NOUGHT
