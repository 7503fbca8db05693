"""What turns ids into vectors, beside the same in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.modules.numerics.differences import numbers
from tests.modules.numerics.rule_cases import Case

IDS = np.array([[4, 0, 4, 1], [1, 1, 2, 4]])
"""Two texts; ids come twice in one text and in both, and id 3 never."""


def embedding_of(lib: Any, weight: Any) -> Any:
    """An Embedding that looks up in this very tensor, so that slopes to it can be asked for."""
    layer = lib.embeddings.Embedding(*weight.shape)
    layer.weight = weight
    return layer


def _token_and_position(lib: Any, token: Any, position: Any, start: int) -> Any:
    layer = lib.embeddings.TokenAndPosition(token.shape[0], position.shape[0], token.shape[1])
    layer.token.weight, layer.position.weight = token, position
    return layer(IDS, start=start)


def _embeddings() -> Iterator[Case]:
    weight = numbers(5, 3)
    for name, ids in {"two texts": IDS, "one text": IDS[0], "one id": IDS[0, 0]}.items():
        yield Case(
            f"Embedding, {name}",
            (weight,),
            lambda lib, w, ids=ids: embedding_of(lib, w)(ids),
            lambda w, ids=ids: np.einsum("...v,vd->...d", np.eye(5)[ids], w),
        )
    for start in (0, 2):
        yield Case(
            f"TokenAndPosition from {start}",
            (weight, numbers(6, 3, salt=1)),
            lambda lib, t, p, s=start: _token_and_position(lib, t, p, s),
            lambda t, p, s=start: np.eye(5)[IDS] @ t + np.eye(6)[[range(s, s + 4)] * 2] @ p,
        )


EMBEDDING_CASES = [*_embeddings()]
