"""Small wrong versions of a reference solution, to see whether the tests notice them.

Operators after the usual sets of mutation testing (DeMillo, Lipton and Sayward 1978; Offutt et al.
1996), with those added that numerical code needs: reductions, axes, operand order.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from tinytutor.notebooks.lesson import Exercise, reference_source, solution_lines


class Change(NamedTuple):
    """A change of one node, in place."""

    kind: str
    line: int
    """Of the code that is changed."""
    apply: Callable[[], object]


_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
_ORDERED = (ast.Sub, ast.Div, ast.MatMult, ast.Pow)
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_PAIRS = (
    ("max", "min"),
    ("maximum", "minimum"),
    ("sum", "mean"),
    ("exp", "tanh"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("rint", "floor"),
    ("triu", "tril"),
    ("add", "subtract"),
    ("multiply", "divide"),
    ("any", "all"),
    ("sqrt", "square"),
    ("sin", "cos"),
    ("append", "remove"),
    ("concatenate", "stack"),
)
_OTHER_NAME = {**dict(_PAIRS), **{b: a for a, b in _PAIRS}, "reversed": "list", "sorted": "list"}
_DROPPED = ("axis", "keepdims", "dtype", "out")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A reference solution with one small change."""

    exercise_id: str
    line: int
    """Within the reference cell, from 1."""
    kind: str
    code: str
    """The line as it was."""
    source: str
    """The whole cell with the change."""


def mutants_of(exercise: Exercise) -> Iterator[Mutant]:
    """Every mutant of what the student writes in an exercise; what is given stays."""
    source = reference_source(exercise.solution.source)
    allowed = solution_lines(exercise.solution.source)
    lines = source.splitlines()
    original = ast.dump(ast.parse(source))
    seen = {original}
    for position, node in enumerate(_nodes(ast.parse(source))):
        for number, change in enumerate(_changes(node)):
            if change.line not in allowed:
                continue
            tree = ast.parse(source)
            _changes(_nodes(tree)[position])[number].apply()
            ast.fix_missing_locations(tree)
            dumped = ast.dump(tree)
            if dumped not in seen:
                seen.add(dumped)
                code = lines[change.line - 1].strip()
                yield Mutant(exercise.id, change.line, change.kind, code, ast.unparse(tree))


def _nodes(tree: ast.AST) -> list[ast.AST]:
    """All nodes on which behaviour hangs: not what an error says, not annotations."""
    found: list[ast.AST] = []
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        found.append(node)
        if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
            continue
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list"):
                continue
            children = value if isinstance(value, list) else [value]
            pending.extend(child for child in reversed(children) if isinstance(child, ast.AST))
    return found


def _changes(node: ast.AST) -> list[Change]:
    return [change for find in _OPERATORS for change in find(node)]


def _arithmetic(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp | ast.AugAssign):
        other = _ARITHMETIC.get(type(node.op))
        if other is not None:
            kind = f"{type(node.op).__name__} becomes {other.__name__}"
            yield _with(kind, node, op=other())
    if isinstance(node, ast.BinOp) and isinstance(node.op, _ORDERED):

        def swap() -> None:
            node.left, node.right = node.right, node.left

        yield _change("operands swapped", node, swap)


def _comparison(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for other in _COMPARISONS.get(type(node.ops[0]), ()):
            kind = f"{type(node.ops[0]).__name__} becomes {other.__name__}"
            yield _with(kind, node, ops=[other(), *node.ops[1:]])


def _logic(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _with("and/or swapped", node, op=other)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield _with("minus dropped", node, op=ast.UAdd())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _with("not dropped", node, operand=ast.UnaryOp(ast.Not(), node.operand))
    if isinstance(node, ast.If | ast.While):
        yield _with("condition is false", node, test=ast.Constant(False))
    if isinstance(node, ast.If):
        yield _with("condition is true", node, test=ast.Constant(True))
    if isinstance(node, ast.IfExp):

        def flip() -> None:
            node.body, node.orelse = node.orelse, node.body

        yield _change("branches swapped", node, flip)


def _constant(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            yield _with("truth flipped", node, value=not value)
        elif isinstance(value, int):
            yield _with("one more", node, value=value + 1)
        elif isinstance(value, float):
            yield _with("a tenth more", node, value=value * 1.1 + 0.01)


def _call(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Attribute) and node.attr in _OTHER_NAME:
        other = _OTHER_NAME[node.attr]
        yield _with(f"{node.attr} becomes {other}", node, attr=other)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in _OTHER_NAME:
        other = _OTHER_NAME[node.id]
        yield _with(f"{node.id} becomes {other}", node, id=other)
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in _DROPPED:
                left = [each for each in node.keywords if each is not keyword]
                yield _with(f"{keyword.arg} dropped", node, keywords=left)
        if len(node.args) == 2 and not any(isinstance(a, ast.Starred) for a in node.args):
            yield _change("arguments swapped", node, node.args.reverse)


def _statement(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        elements = node.value.elts
        if len(elements) == 2:
            yield _change("returned pair swapped", node, elements.reverse)
    blocks = [getattr(node, name, None) for name in ("body", "orelse")]
    for block in [block for block in blocks if isinstance(block, list)]:
        for place, statement in enumerate(block):
            is_step = isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr)
            if is_step and not _is_docstring(statement):
                delete = partial(operator.setitem, block, place, ast.Pass())
                yield Change(f"deleted: {ast.unparse(statement)}", statement.lineno, delete)


def _change(kind: str, node: ast.AST, apply: Callable[[], object]) -> Change:
    return Change(kind, int(getattr(node, "lineno", 0)), apply)


def _with(kind: str, node: ast.AST, **fields: object) -> Change:
    return _change(kind, node, partial(vars(node).update, fields))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


_OPERATORS = (_arithmetic, _comparison, _logic, _constant, _call, _statement)
