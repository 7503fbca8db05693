"""Slopes by central differences, in NumPy alone: the judge of every gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

EPS = 1e-5
TOLERANCE = 2e-6


def numbers(*shape: int, salt: int = 0) -> Array:
    """Numbers of either sign, 0.2 to 2 in size, in no order, all of them far apart.

    Neither a kink at 0 nor a change of the largest lies within EPS of them. Another `salt` gives
    other numbers, which differ from these too.
    """
    count = int(np.prod(shape))
    rng = np.random.default_rng([salt, len(shape), *shape])
    sizes = np.linspace(0.2, 2, count) + 0.003 * salt
    return rng.permutation(sizes * rng.choice([-1, 1], count)).reshape(shape)


def slopes(fn: Callable[..., Array], inputs: Sequence[Array], weights: Array) -> list[Array]:
    """For each input the slope of the sum of weights * fn(*inputs) to each of its elements.

    The weights tell the outputs apart: a plain sum is blind to a permutation.
    """
    inputs = [array.copy() for array in inputs]
    found = []
    for array in inputs:
        slope = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            start = array[place]
            array[place] = start + EPS
            above = (weights * fn(*inputs)).sum()
            array[place] = start - EPS
            below = (weights * fn(*inputs)).sum()
            array[place] = start
            slope[place] = (above - below) / (2 * EPS)
        found.append(slope)
    return found


def assert_slopes(got: Array, expected: Array, what: str) -> None:
    """Equal shapes, and an error of at most TOLERANCE, relative to slopes of more than 1."""
    assert got.shape == expected.shape, what
    error = np.abs(got - expected) / np.maximum(1, np.abs(expected))
    assert error.max(initial=0) <= TOLERANCE, f"{what}:\n{got}\ninstead of\n{expected}"
