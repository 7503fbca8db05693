"""The update formulas of SGD and AdamW in float64: an oracle that shares no line with a lesson."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.modules.numerics.differences import Array


def sgd(
    start: Array, grads: Sequence[Array], lr: float, momentum: float, weight_decay: float
) -> Array:
    """Where one parameter is after one step for each gradient."""
    place, speed = start.astype(np.float64), np.zeros(start.shape)
    for grad in grads:
        speed = momentum * speed + grad.astype(np.float64) + weight_decay * place
        place = place - lr * speed
    return place


def adamw(
    start: Array,
    grads: Sequence[Array],
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
) -> Array:
    """The same with means over the past written out as weighted sums, and decoupled decay."""
    place = start.astype(np.float64)
    past = np.stack([grad.astype(np.float64) for grad in grads])
    for step in range(1, len(grads) + 1):
        age = np.arange(step)[::-1].reshape(-1, *[1] * start.ndim)
        first, second = ((beta**age) / (beta ** np.arange(step)).sum() for beta in betas)
        mean = (first * past[:step]).sum(axis=0)
        spread = np.sqrt((second * past[:step] ** 2).sum(axis=0))
        place = place * (1 - lr * weight_decay) - lr * mean / (spread + eps)
    return place
