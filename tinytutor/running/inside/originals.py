"""Remembers what tests rely on as it was before any student's code ran, and puts it back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

WATCHED = (
    "builtins",
    "numpy",
    "numpy.linalg",
    "numpy._core.multiarray",
    "numpy._core.numeric",
    "numpy._core.fromnumeric",
    "numpy._core.umath",
)
"""Modules whose names a test uses, beside those of the kit."""
_KIT = "tinytutor.kit"
_COMPARING = ("allclose", "isclose", "array_equal", "asarray", "argwhere", "array2string")
"""Functions of NumPy, written in Python, that decide a comparison or show it."""
_FRESH = "numpy.testing"
"""Too slow to import ahead; what student code may have changed of it is dropped instead."""
_CODE = ("__code__", "__defaults__", "__kwdefaults__")
_MISSING = object()


class Originals:
    """The names of the watched modules, and the code of the functions behind the comparisons."""

    def __init__(self) -> None:
        """Remembers what is there now; what is not imported yet can't have been changed either."""
        names = [*WATCHED, *(name for name in sys.modules if _is_of_kit(name))]
        self._modules = {name: sys.modules[name] for name in names if name in sys.modules}
        self._names = {name: dict(vars(module)) for name, module in self._modules.items()}
        classes = dict.fromkeys(self._kit_classes())
        self._members = {kind: dict(vars(kind)) for kind in classes}
        functions = dict.fromkeys(self._functions())
        self._code = {one: tuple(getattr(one, part) for part in _CODE) for one in functions}

    def put_back(self) -> None:
        """Undoes what changed; names that came in addition stay."""
        for name, module in self._modules.items():
            sys.modules[name] = module
            _put_back_names(vars(module), self._names[name])
        for kind, members in self._members.items():
            for key, value in members.items():
                if vars(kind).get(key, _MISSING) is not value:
                    setattr(kind, key, value)
        for function, parts in self._code.items():
            for part, value in zip(_CODE, parts, strict=True):
                if getattr(function, part) is not value:
                    setattr(function, part, value)
        for name in [n for n in sys.modules if n == _FRESH or n.startswith(_FRESH + ".")]:
            if name not in self._names:
                del sys.modules[name]
        if "numpy" in self._modules:
            vars(self._modules["numpy"]).pop("testing", None)
        sys.settrace(None)
        sys.setprofile(None)

    def _kit_classes(self) -> Iterator[type]:
        for name, names in self._names.items():
            if _is_of_kit(name):
                for value in names.values():
                    if isinstance(value, type) and value.__module__.startswith(_KIT):
                        yield value

    def _functions(self) -> Iterator[FunctionType]:
        for name, names in self._names.items():
            if _is_of_kit(name):
                yield from (v for v in names.values() if isinstance(v, FunctionType))
        for members in self._members.values():
            yield from (v for v in members.values() if isinstance(v, FunctionType))
        numpy = self._names.get("numpy", {})
        for key in _COMPARING:
            # NumPy wraps what dispatches to other array types.
            function: Any = getattr(numpy.get(key), "_implementation", numpy.get(key))
            if isinstance(function, FunctionType):
                yield function


def _is_of_kit(name: str) -> bool:
    return name == _KIT or name.startswith(_KIT + ".")


def _put_back_names(names: dict[str, Any], original: dict[str, Any]) -> None:
    for key, value in original.items():
        if names.get(key, _MISSING) is not value:
            names[key] = value


def load_watched() -> None:
    """Imports the kit, and with it NumPy, so that there is something to remember."""
    import importlib  # noqa: PLC0415  once

    kit: ModuleType = importlib.import_module(_KIT)
    assert kit.__name__ == _KIT
