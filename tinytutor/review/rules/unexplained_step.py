"""RV412: an exercise without a word before it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.material import CellType, words
from tinytutor.review.syntax import DEFINITIONS, Definition, docstring

_FEWEST_WORDS = 8


def _check(context: Context) -> Iterator[Hit]:
    material = context.material
    if not material.has_cells or context.anatomy.implementations_are_guessed:
        return
    if not any(material.of_type(CellType.TEXT)):
        return
    cells = [material.cell_at(test.node.lineno) for test in context.anatomy.tests]
    stops = {cell.index for cell in cells if cell is not None}
    stops |= {each.cell for each in context.anatomy.implementations}
    seen = set()
    for each in context.anatomy.implementations:
        if each.cell in seen:
            continue
        seen.add(each.cell)
        said = sum(words(docstring(node)) for node in _with_methods(each.node))
        for cell in reversed(material.cells[: each.cell]):
            if cell.index in stops:
                break
            if cell.type is CellType.TEXT:
                said += words(cell.source)
        if said < _FEWEST_WORDS and material.cells[each.cell].line < each.node.lineno:
            # Text may stand in the same cell, as comments above the definition.
            lines = material.lines[material.cells[each.cell].line - 1 : each.node.lineno - 1]
            said += sum(words(line) for line in lines if line.lstrip().startswith("# "))
        if said < _FEWEST_WORDS:
            yield Hit(f"`{each.name}` comes without an explanation", each.node.lineno, each.name)


def _with_methods(node: Definition) -> list[Definition]:
    inner = node.body if isinstance(node, ast.ClassDef) else []
    return [node, *(each for each in inner if isinstance(each, DEFINITIONS))]


RULE = Rule(
    code="RV412",
    name="step-without-context",
    theme=Theme.COMPLEXITY,
    severity=Severity.MEDIUM,
    hours=0.5,
    what="A cell that the student completes with fewer than 8 words about it: in the text "
    "since the last "
    "exercise or test, its docstrings, and the comments above it.",
    why="The student must guess what is asked.",
    example="# cell 7: a test; cell 8: def pad(x, p): ...  # YOUR CODE HERE",
    fix="Explain the step in a text cell before it, with a small worked example.",
    blind="Whether the explanation is enough.",
    check=_check,
)
