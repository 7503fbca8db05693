"""What a lesson takes from elsewhere: its imports, and names that nothing defines."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

from tinytutor.review.context import Context
from tinytutor.review.material import Material
from tinytutor.review.syntax import FUNCTIONS, catches_import_error

_GIVEN = frozenset(dir(builtins)) | {
    "__name__", "__file__", "__doc__", "__builtins__", "__spec__", "__package__", "__path__",
    "__annotations__", "get_ipython", "display", "In", "Out", "_", "__", "___", "_i", "_ih", "_oh",
    "exit", "quit", "__class__", "WindowsError", "reveal_type", "__debug__",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Import:
    """One import."""

    module: str
    """`mylib.tensor`, or the name of a file beside."""
    names: tuple[str, ...]
    line: int
    guarded: bool
    """Whether it may fail: it stands in a `try` that catches a failed import, or in a function."""


def imports(material: Material) -> list[Import]:
    """All imports of a lesson, in order."""
    spans = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in material.index.of(ast.Try)
        if catches_import_error(node)
    ]
    for kind in FUNCTIONS:
        spans += [(node.lineno, node.end_lineno or node.lineno) for node in material.index.of(kind)]
    found = []
    for node in material.index.of(ast.Import):
        guarded = any(first <= node.lineno <= last for first, last in spans)
        found += [Import(alias.name, (), node.lineno, guarded) for alias in node.names]
    for each in material.index.of(ast.ImportFrom):
        guarded = any(first <= each.lineno <= last for first, last in spans)
        names = tuple(alias.name for alias in each.names)
        module = each.module or ""
        found.append(Import(module, names, each.lineno, guarded))
        # `from lib import losses` takes a module, too.
        found += [Import(f"{module}.{name}", (), each.lineno, guarded) for name in names if module]
    return sorted(found, key=lambda each: each.line)


def required_places(context: Context) -> frozenset[int]:
    """Places of the modules that the course file requires, directly or through others."""
    by_number = {
        lesson.stated.number: place
        for place, lesson in enumerate(context.course.lessons)
        if lesson.stated is not None
    }
    found: set[int] = set()
    pending = [context.place]
    while pending:
        stated = context.course.lessons[pending.pop()].stated
        for number, _ in stated.requires if stated is not None else ():
            place = by_number.get(number)
            if place is not None and place not in found:
                found.add(place)
                pending.append(place)
    return frozenset(found)


def undefined_names(material: Material) -> list[tuple[str, int]]:
    """Names that are read as globals and defined nowhere, with the line of their first use.

    None where a star import, `exec` or `globals()` may define anything, or the code does not parse.
    """
    stored = material.__dict__.get("_undefined")
    if stored is None:
        stored = material.__dict__["_undefined"] = list(_undefined(material))
    found: list[tuple[str, int]] = stored
    return found


def _undefined(material: Material) -> Iterator[tuple[str, int]]:
    if material.syntax_errors or not material.cells:
        return
    if any(alias.name == "*" for node in material.index.of(ast.ImportFrom) for alias in node.names):
        return
    try:
        table = symtable.symtable(material.program, str(material.path), "exec")
    except (SyntaxError, ValueError, RecursionError):
        return
    defined, read = set(_GIVEN), set[str]()
    pending = [table]
    while pending:
        scope = pending.pop()
        at_top = scope.get_type() == "module"
        for symbol in scope.get_symbols():
            name = symbol.get_name()
            if at_top or symbol.is_declared_global():
                if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                    defined.add(name)
                if symbol.is_referenced():
                    read.add(name)
            elif symbol.is_global() and symbol.is_referenced():
                read.add(name)
            # A class body may read a global that it then hides.
        pending += scope.get_children()
    missing = read - defined
    if not missing or _defines_by_string(material):
        return
    first: dict[str, int] = {}
    for node in material.index.of(ast.Name):
        if node.id in missing and node.id not in first and not _is_checked_for(material, node):
            first[node.id] = node.lineno
    yield from sorted(first.items(), key=lambda item: item[1])


def _defines_by_string(material: Material) -> bool:
    """Whether names may come from `exec`, `globals()[…] =` or a magic such as `%run`, `%load`."""
    for node in material.index.of(ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in ("exec", "globals", "eval"):
            return True
    return bool(material.magics) and any(
        word in cell.source
        for cell in material.cells
        for word in ("%run", "%load", "%pylab", "%store")
    )


def _is_checked_for(material: Material, name: ast.Name) -> bool:
    """Whether its absence is caught: `try: __file__ except NameError`."""
    for node in material.index.of(ast.Try):
        if node.body[0].lineno <= name.lineno <= (node.body[-1].end_lineno or 0):
            for handler in node.handlers:
                kinds = ast.dump(handler.type) if handler.type is not None else "NameError"
                if "NameError" in kinds or "'Exception'" in kinds:
                    return True
    return False
