"""The reference library, imported for a while and forgotten again."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from tests.modules.conftest import COURSE, MODULE_IDS

LATER = {"training": "08_training", "spatial": "09_spatial"}
"""Files of the library that exist once the course lists their module; until then tests skip."""


class Library:
    """The files of the library by name: `library.tensor.Tensor`."""

    def __getattr__(self, name: str) -> ModuleType:
        if name in LATER and LATER[name] not in MODULE_IDS:
            pytest.skip(f"the course has no {LATER[name]}")
        return importlib.import_module(f"{COURSE.library}.{name}")


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
