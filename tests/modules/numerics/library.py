"""The reference library, imported for a while and forgotten again."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.modules.conftest import COURSE, MODULE_IDS
from tests.modules.numerics.differences import Array, numbers

LATER = {"training": "08_training", "spatial": "09_spatial"}
"""Files of the library that exist once the course lists their module; until then tests skip."""


class Library:
    """The files of the library by name: `library.tensor.Tensor`."""

    def __getattr__(self, name: str) -> ModuleType:
        if name in LATER and LATER[name] not in MODULE_IDS:
            pytest.skip(f"the course has no {LATER[name]}")
        full_name = f"{COURSE.library}.{name}"
        try:
            return importlib.import_module(full_name)
        except ModuleNotFoundError as problem:
            if problem.name != full_name:
                raise
            raise AttributeError(f"no lesson exports {name!r}") from None


@contextmanager
def imported(folder: Path) -> Iterator[Library]:
    """The library in `folder`; `sys.path` and `sys.modules` are afterwards what they were."""
    elsewhere = _forget()
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield Library()
    finally:
        sys.path.remove(str(folder))
        _forget()
        sys.modules.update(elsewhere)


def _forget() -> dict[str, ModuleType]:
    """Takes the library out of `sys.modules`; returns what was taken."""
    names = [name for name in sys.modules if name.split(".")[0] == COURSE.library]
    return {name: sys.modules.pop(name) for name in names}


def walk(lib: Library, fn: Callable[..., Any], *inputs: Array) -> tuple[Any, list[Array]]:
    """fn's tensor, and the library's slopes of its sum, weighted, to each input."""
    tensors = [lib.tensor.Tensor(array.copy()) for array in inputs]
    with lib.tensor.tape() as records:
        out = fn(*tensors)
        total = (out * lib.tensor.Tensor(weights_for(out.data))).sum()
    found = lib.autograd.gradients(total, tensors, records)
    for tensor, array in zip(tensors, inputs, strict=True):
        np.testing.assert_array_equal(tensor.data, array, "an input was changed")
    return out, found


def weights_for(out: Array) -> Array:
    return numbers(*out.shape, salt=9).astype(out.dtype)
