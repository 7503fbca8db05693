"""Regions of a plane and small images as they look."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tinytutor.kit import gallery, region_map

CORNERS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
LABELS = np.array([0, 1, 2])


def by_place(spots: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """0 to the left below, 1 to the right, 2 above on the left."""
    assert spots.dtype == np.float32
    return np.where(spots[:, 0] > 5, 1, np.where(spots[:, 1] > 5, 2, 0))


def test_a_map_has_y_upwards_and_points_on_top(capsys: pytest.CaptureFixture[str]) -> None:
    region_map(by_place, CORNERS, LABELS, width=12, height=4)
    assert capsys.readouterr().out == (
        "+▲++++∘∘∘∘∘∘\n"
        "++++++∘∘∘∘∘∘\n"
        "······∘∘∘∘∘∘\n"
        "·○····∘∘∘∘●∘\n"
        "· says 0, ○ is 0   ∘ says 1, ● is 1   + says 2, ▲ is 2\n"
    )


def test_a_map_draws_only_so_many_points(capsys: pytest.CaptureFixture[str]) -> None:
    region_map(by_place, CORNERS, LABELS, width=12, height=4, most_points=1)
    picture = capsys.readouterr().out.rsplit("\n", 2)[0]
    assert picture.count("○") == 1
    assert "●" not in picture
    assert "▲" not in picture


def test_more_classes_than_marks_start_over(capsys: pytest.CaptureFixture[str]) -> None:
    points = np.array([[float(n), float(n)] for n in range(7)])
    region_map(lambda spots: np.full(len(spots), 6), points, np.arange(7), width=20, height=7)
    lines = capsys.readouterr().out.splitlines()
    assert "· says 0, ○ is 0" in lines[-1]
    assert "· says 6, ○ is 6" in lines[-1]
    assert "".join(lines[:-1]).strip("·").replace("·", "") == "○★■◆▲●○"


def test_a_gallery(capsys: pytest.CaptureFixture[str]) -> None:
    images = np.array([[[0, 0.25], [0.5, 1]], [[1, 0], [0, 0]], [[-3, 9], [0.75, 0.1]]])
    gallery(images, ["a", "too long", "c"], per_row=2)
    assert capsys.readouterr().out == ("a      too\n  ░░   ██\n▒▒██\n\nc\n  ██\n▓▓\n\n")
