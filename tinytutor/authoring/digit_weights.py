"""Makes the weights that `tinytutor.kit.digit_weights` gives to lessons.

`python -m tinytutor.authoring.digit_weights` trains the reference library's network and writes the
file. The figures differ in their last digits from machine to machine, so the file is kept.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from tinytutor.authoring.reference import build_reference_library
from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.kit import digits
from tinytutor.kit.weights import DIGIT_WEIGHTS

PICTURES = 2000
EPOCHS = 30
BATCH = 32
PEAK = 3e-3


def train_digit_weights(library_folder: Path) -> dict[str, npt.NDArray[np.float32]]:
    """The state of the trained network by name, see `tinytutor.kit.digit_weights`.

    Args:
        library_folder: the folder that holds the reference library; it is put on the path.
    """
    sys.path.insert(0, str(library_folder))
    try:
        activations, data, layers, losses, optim, training = (
            importlib.import_module(f"tinytorch.{name}")
            for name in ("activations", "data", "layers", "losses", "optim", "training")
        )
    finally:
        sys.path.remove(str(library_folder))
    pictures, labels = digits(PICTURES, seed=0)
    rng = np.random.default_rng(0)
    dataset = data.ArrayDataset(pictures.reshape(PICTURES, 64), labels)
    batches = data.DataLoader(dataset, batch_size=BATCH, shuffle=True, seed=0)
    model: Any = layers.Sequential(
        layers.Linear(64, 64, rng=rng), activations.relu, layers.Linear(64, 10, rng=rng)
    )
    steps = EPOCHS * len(batches)
    training.Trainer(
        model,
        losses.cross_entropy,
        optim.Adam(model.parameters(), lr=PEAK),
        schedule=lambda step: training.cosine_schedule(step, steps, PEAK),
    ).fit(batches, EPOCHS)
    state: dict[str, npt.NDArray[np.float32]] = model.state_dict()
    return state


def main() -> None:
    """Writes the file beside the kit."""
    with TemporaryDirectory() as folder:
        build_reference_library(load_course(bundled_course_folder()), Path(folder))
        arrays: dict[str, Any] = {**train_digit_weights(Path(folder))}
    with DIGIT_WEIGHTS.open("wb") as file:
        np.savez(file, **arrays)


if __name__ == "__main__":
    main()
