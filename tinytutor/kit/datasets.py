"""Data sets that a few lines of code make: no download, no licence, the same for a seed everywhere.

`moons` and `spirals` are points of the plane; `digits` are small pictures that look handwritten,
drawn by a pen along strokes that were written down for this course.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Points = list[tuple[float, float]]


def moons(count: int, seed: int, *, noise: float = 0.12) -> tuple[Floats, Labels]:
    """Two half circles that grip into each other.

    Returns:
        points (count, 2) float32 and labels (count,) int64, 0 or 1 in equal shares.
    """
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    angle = rng.uniform(0, np.pi, count)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    points = np.where(labels[:, None] == 0, upper, lower)
    return (points + rng.normal(0, noise, points.shape)).astype(np.float32), labels


def spirals(count: int, seed: int, *, arms: int = 3, noise: float = 0.15) -> tuple[Floats, Labels]:
    """Arms that wind around the origin.

    Returns:
        points (count, 2) float32 and labels (count,) int64, 0 to arms - 1 in equal shares.
    """
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % arms
    radius = rng.uniform(0.1, 1, count)
    angle = 5 * radius + labels * 2 * np.pi / arms + rng.normal(0, noise, count)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return points.astype(np.float32), labels


def digits(count: int, seed: int, *, warp: float = 0.8) -> tuple[Floats, Labels]:
    """Pictures of digits, 8 by 8, each stroke bent, turned and thickened a little at random.

    Takes about a millisecond per picture.

    Args:
        count: how many.
        seed: the same seed gives the same pictures.
        warp: how much the strokes vary; 0 draws every digit alike but for size and pen.

    Returns:
        pictures (count, 8, 8) float32 from 0 (paper) to 1 (ink) in steps of 1/16, and
        labels (count,) int64, 0 to 9 in equal shares.
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 10)
    pictures = [_picture(int(digit), rng, warp) for digit in labels]
    return np.stack(pictures).astype(np.float32) / np.float32(16), labels


def _picture(digit: int, rng: np.random.Generator, warp: float) -> npt.NDArray[Any]:
    """One digit: ink on a fine grid of 32 by 32, counted in blocks of 4 by 4."""
    ways = _strokes()[digit]
    strokes = ways[int(rng.integers(len(ways)))]
    turn, shear = rng.normal(0, 0.16 * warp), rng.normal(0, 0.18 * warp)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    width, height = rng.uniform(0.75, 1.05, 2)
    matrix = rotation @ np.array([[width, shear], [0, height]])
    shift = rng.normal(0, 0.045 * warp, 2)
    starts, ends = [], []
    for stroke in strokes:
        bent = np.array(stroke) + rng.normal(0, 0.03 * warp, (len(stroke), 2))
        placed = (bent - 0.5) @ matrix.T + 0.5 + shift
        starts.append(placed[:-1])
        ends.append(placed[1:])
    ink = _near_a_segment(np.concatenate(starts), np.concatenate(ends), rng.uniform(0.045, 0.085))
    counts: npt.NDArray[Any] = ink.reshape(8, 4, 8, 4).sum(axis=(1, 3))
    return counts


def _near_a_segment(
    starts: npt.NDArray[Any], ends: npt.NDArray[Any], reach: float
) -> npt.NDArray[np.bool_]:
    """Which grid points lie within `reach` of a segment; starts and ends are (segments, 2)."""
    along = (ends - starts)[:, None]
    from_start = _grid()[None] - starts[:, None]
    length = np.maximum((along**2).sum(axis=-1), 1e-9)
    share = np.clip((from_start * along).sum(axis=-1) / length, 0, 1)
    distance = ((from_start - share[..., None] * along) ** 2).sum(axis=-1)
    near: npt.NDArray[np.bool_] = (distance < reach**2).any(axis=0)
    return near


@cache
def _grid() -> npt.NDArray[Any]:
    """The middles of 32 by 32 squares of the unit square, (1024, 2): x right, y down."""
    ticks = (np.arange(32) + 0.5) / 32
    x, y = np.meshgrid(ticks, ticks)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _arc(x: float, y: float, width: float, height: float, start: float, end: float) -> Points:
    """14 points of an ellipse around (x, y), from `start` to `end` degrees, 90 pointing down."""
    angles = np.radians(np.linspace(start, end, 14))
    return [(x + width * float(np.cos(a)), y + height * float(np.sin(a))) for a in angles]


@cache
def _strokes() -> dict[int, Sequence[Sequence[Points]]]:
    """Digit → ways to write it → strokes → points; x right, y down in the unit square."""
    return {
        0: [[_arc(0.5, 0.5, 0.28, 0.4, 0, 360)]],
        1: [[[(0.35, 0.25), (0.55, 0.1), (0.55, 0.9)]], [[(0.5, 0.1), (0.5, 0.9)]]],
        2: [[[*_arc(0.5, 0.32, 0.26, 0.22, 180, 380), (0.25, 0.9), (0.78, 0.9)]]],
        3: [[_arc(0.47, 0.3, 0.24, 0.2, 200, 450), _arc(0.47, 0.7, 0.28, 0.21, 270, 520)]],
        4: [
            [[(0.6, 0.1), (0.22, 0.62), (0.8, 0.62)], [(0.6, 0.35), (0.6, 0.92)]],
            [[(0.3, 0.1), (0.25, 0.55), (0.75, 0.55)], [(0.7, 0.1), (0.68, 0.92)]],
        ],
        5: [
            [[(0.75, 0.1), (0.32, 0.1), (0.3, 0.45), *_arc(0.48, 0.66, 0.27, 0.24, 240, 500)]],
        ],
        6: [[[(0.65, 0.1), (0.4, 0.35), *_arc(0.5, 0.68, 0.25, 0.22, 190, 550)]]],
        7: [
            [[(0.22, 0.12), (0.78, 0.12), (0.42, 0.92)]],
            [[(0.22, 0.12), (0.78, 0.12), (0.42, 0.92)], [(0.35, 0.5), (0.7, 0.5)]],
        ],
        8: [[_arc(0.5, 0.3, 0.21, 0.19, 0, 360), _arc(0.5, 0.7, 0.26, 0.21, 0, 360)]],
        9: [
            [_arc(0.5, 0.32, 0.24, 0.22, 0, 360), [(0.74, 0.32), (0.68, 0.92)]],
            [_arc(0.5, 0.32, 0.24, 0.22, -20, 340), _arc(0.45, 0.6, 0.28, 0.32, 0, 100)],
        ],
    }
