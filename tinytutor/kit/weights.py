"""Weights of a small network that was trained already, for lessons that don't train.

They are shipped as a file; `python -m tinytutor.authoring.digit_weights` makes it anew.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

DIGIT_WEIGHTS = Path(__file__).parent / "digit_weights.npz"


def digit_weights() -> dict[str, npt.NDArray[np.float32]]:
    """What a network of 64, 64 and 10 units needs to read `digits(count, seed)`.

    Returns:
        the state of `Sequential(Linear(64, 64), relu, Linear(64, 10))` by name: "steps.0.weight"
        (64, 64), "steps.0.bias" (64,), "steps.2.weight" (64, 10) and "steps.2.bias" (10,), all
        float32. Trained on `digits(2000, seed=0)`; every other seed is new to it.
    """
    with np.load(DIGIT_WEIGHTS) as file:
        return {name: file[name] for name in file.files}
