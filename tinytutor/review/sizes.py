"""How large the steps of a lesson are: hints for a person, never a verdict."""

from __future__ import annotations

import ast

from tinytutor.review.anatomy import Anatomy
from tinytutor.review.syntax import FUNCTIONS, Function, docstring

LONGEST_FUNCTION = 60
"""Lines of code that the student writes in one function."""
DEEPEST = 5
"""Loops and conditions within each other."""
MOST_BEFORE_FIRST_TEST = 6
_NESTING = (ast.For, ast.While, ast.If, ast.With, ast.Try, ast.AsyncFor, ast.AsyncWith)


def functions(anatomy: Anatomy) -> list[Function]:
    """Functions and methods that the student writes."""
    found: list[Function] = []
    for each in anatomy.implementations:
        if isinstance(each.node, ast.ClassDef):
            found += [node for node in each.node.body if isinstance(node, FUNCTIONS)]
        else:
            found.append(each.node)
    return found


def functions_by_length(anatomy: Anatomy) -> list[tuple[Function, int]]:
    """Functions with their lines of code, the longest first."""
    sized = [(function, _code_lines(anatomy, function)) for function in functions(anatomy)]
    return sorted(sized, key=lambda item: -item[1])


def deepest(anatomy: Anatomy) -> tuple[Function, int] | None:
    """The function with the deepest nesting."""
    sized = [(function, _depth(function.body)) for function in functions(anatomy)]
    return max(sized, key=lambda item: item[1], default=None)


def before_first_test(anatomy: Anatomy) -> int:
    """Implementations before the first test; 0 where there is no test."""
    if not anatomy.tests:
        return 0
    first = anatomy.tests[0].node.lineno
    return sum(each.node.lineno < first for each in anatomy.implementations)


def _code_lines(anatomy: Anatomy, function: Function) -> int:
    lines = anatomy.material.lines[function.lineno - 1 : function.end_lineno]
    code = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    text = docstring(function)
    quoted = len([line for line in text.splitlines() if line.strip()]) if text else 0
    return max(len(code) - quoted - 1, 0)


def _depth(body: list[ast.stmt]) -> int:
    deepest_found = 0
    for node in body:
        if isinstance(node, _NESTING):
            inner = [node.__dict__.get(name, []) for name in ("body", "orelse", "finalbody")]
            inner += [handler.body for handler in getattr(node, "handlers", [])]
            levels = []
            for block in inner:
                # `elif` is written as an `if` within `else`, and no deeper for a reader.
                is_elif = (
                    isinstance(node, ast.If)
                    and block is node.orelse
                    and len(block) == 1
                    and isinstance(block[0], ast.If)
                )
                levels.append(_depth(block) - 1 if is_elif else _depth(block))
            deepest_found = max(deepest_found, 1 + max(levels, default=0))
    return deepest_found
