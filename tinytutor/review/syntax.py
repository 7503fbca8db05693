"""Walks and questions over Python's syntax trees, shared by material and rules."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def walk(*roots: ast.AST) -> list[ast.AST]:
    """Every node below the roots, in no order; contexts (Load, Store) left out.

    Three times as fast as `ast.walk`, which long lessons feel.
    """
    found: list[ast.AST] = []
    pending: list[ast.AST] = list(roots)
    while pending:
        node = pending.pop()
        found.append(node)
        for value in node.__dict__.values():
            if value.__class__ is list:
                pending += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                pending.append(value)
    return found


class Index:
    """The nodes of a tree by kind, in the order of the program."""

    def __init__(self, nodes: Iterable[ast.AST]):
        self._by_kind: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        for node in nodes:
            self._by_kind[node.__class__].append(node)
        for found in self._by_kind.values():
            found.sort(
                key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
            )

    def of(self, kind: type[Node]) -> list[Node]:
        """All nodes of exactly this kind."""
        return self._by_kind.get(kind, [])  # type: ignore[return-value]


def dotted(node: ast.AST) -> str:
    """`np.testing.assert_allclose` for such an expression, else an empty text."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ".".join(["", *reversed(parts)]) if parts else ""
    return ".".join([node.id, *reversed(parts)])


def called(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The dotted names that are called; `.method` where the object has no name."""
    for node in nodes:
        if isinstance(node, ast.Call) and (name := dotted(node.func)):
            yield name


def loaded(nodes: Iterable[ast.AST]) -> set[str]:
    """Names that are read, and the names of attributes."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
    return found


def is_main_test(node: ast.AST) -> bool:
    """Whether it is an `if` on `__name__` and `"__main__"`, in any of its forms."""
    if not isinstance(node, ast.If):
        return False
    inside = walk(node.test)
    names = any(isinstance(each, ast.Name) and each.id == "__name__" for each in inside)
    return names and any(isinstance(e, ast.Constant) and e.value == "__main__" for e in inside)


def catches_import_error(node: ast.Try) -> bool:
    """Whether a failed import in its body would be caught."""
    names = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
    return any(
        handler.type is None or names & loaded(walk(handler.type)) for handler in node.handlers
    )


def docstring(node: Definition) -> str:
    """The docstring, or an empty text."""
    return ast.get_docstring(node, clean=False) or ""


def is_stub(node: ast.stmt) -> bool:
    """Whether a statement stands where code is yet to be written."""
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return node.value.value is ... or isinstance(node.value.value, str)
    if isinstance(node, ast.Raise) and node.exc is not None:
        return "NotImplementedError" in loaded(walk(node.exc))
    return False
