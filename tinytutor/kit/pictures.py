"""Pictures of what a model does, as plain text: the regions of a plane, and small images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_REGIONS = "·∘+=%#"
_POINTS = "○●▲◆■★"
_SHADES = " ░▒▓█"


def region_map(
    classify: Callable[[npt.NDArray[np.float32]], npt.ArrayLike],
    points: npt.NDArray[Any],
    labels: npt.NDArray[Any],
    *,
    width: int = 60,
    height: int = 20,
    most_points: int = 160,
) -> None:
    """Prints which class each spot of the plane gets, with some of the points on top.

    Args:
        classify: takes (n, 2) float32 and gives (n,) whole numbers, the classes.
        points: (count, 2), they set the frame.
        labels: (count,) the true class of each point.
        width: columns.
        height: rows.
        most_points: how many points are drawn.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.06 * (high - low)
    low, high = low - margin, high + margin
    columns = np.linspace(low[0], high[0], width)
    rows = np.linspace(high[1], low[1], height)
    spots = np.stack([grid.ravel() for grid in np.meshgrid(columns, rows)], axis=1)
    classes = np.asarray(classify(spots.astype(np.float32))).reshape(height, width)
    grid = [[_REGIONS[int(c) % len(_REGIONS)] for c in row] for row in classes]
    share = (np.asarray(points)[:most_points] - low) / (high - low)
    for (x, y), label in zip(share, labels[:most_points], strict=True):
        column, row = round(x * (width - 1)), round((1 - y) * (height - 1))
        grid[row][column] = _POINTS[int(label) % len(_POINTS)]
    for line in grid:
        print("".join(line))
    names = (
        f"{_REGIONS[c % len(_REGIONS)]} says {c}, {_POINTS[c % len(_POINTS)]} is {c}"
        for c in sorted({int(label) for label in labels})
    )
    print("   ".join(names))


def gallery(images: npt.NDArray[Any], captions: Sequence[str], *, per_row: int = 4) -> None:
    """Prints small grey images side by side, each under its caption.

    Args:
        images: (count, rows, columns) from 0 (blank) to 1 (full).
        captions: one per image; cut to the image's width.
        per_row: how many side by side.
    """
    for start in range(0, len(images), per_row):
        group = images[start : start + per_row]
        width = 2 * group.shape[2]
        names = captions[start : start + per_row]
        print("   ".join(name[:width].ljust(width) for name in names).rstrip())
        for row in range(group.shape[1]):
            lines = ("".join(_shade(v) * 2 for v in image[row]) for image in group)
            print("   ".join(lines).rstrip())
        print()


def _shade(value: float) -> str:
    return _SHADES[min(len(_SHADES) - 1, max(0, round(float(value) * (len(_SHADES) - 1))))]
