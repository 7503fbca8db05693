"""The weights that the kit ships are what their program makes, and they read digits."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinytutor.authoring.digit_weights import train_digit_weights
from tinytutor.authoring.reference import build_reference_library
from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.kit import digit_weights, digits
from tinytutor.kit.weights import DIGIT_WEIGHTS

SHAPES = {
    "steps.0.weight": (64, 64),
    "steps.0.bias": (64,),
    "steps.2.weight": (64, 10),
    "steps.2.bias": (10,),
}


def share_right(state: dict[str, Any], seed: int) -> float:
    pictures, labels = digits(400, seed)
    hidden = pictures.reshape(400, 64) @ state["steps.0.weight"] + state["steps.0.bias"]
    scores = np.maximum(hidden, 0) @ state["steps.2.weight"] + state["steps.2.bias"]
    return float((scores.argmax(axis=1) == labels).mean())


def test_the_shipped_weights_read_pictures_they_never_saw() -> None:
    state = digit_weights()
    assert {name: array.shape for name, array in state.items()} == SHAPES
    assert {array.dtype for array in state.values()} == {np.dtype(np.float32)}
    assert DIGIT_WEIGHTS.stat().st_size < 100_000
    for seed in (1, 2, 3):
        assert share_right(state, seed) >= 0.96


def test_every_call_gives_arrays_of_its_own() -> None:
    digit_weights()["steps.0.bias"][...] = 7
    assert not (digit_weights()["steps.0.bias"] == 7).any()


@pytest.fixture
def without_a_library() -> Any:
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "tinytorch"]:
        del sys.modules[name]


@pytest.mark.usefixtures("without_a_library")
def test_the_program_makes_weights_as_good(tmp_path: Path) -> None:
    build_reference_library(load_course(bundled_course_folder()), tmp_path)
    path = list(sys.path)
    state = train_digit_weights(tmp_path)
    assert sys.path == path
    assert {name: array.shape for name, array in state.items()} == SHAPES
    assert share_right(state, seed=1) >= 0.95
