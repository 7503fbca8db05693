"""RV204: a test that catches its own failure."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.syntax import called, loaded, walk

_CATCHES_ASSERTIONS = {"Exception", "BaseException", "AssertionError"}


def _check(context: Context) -> Iterator[Hit]:
    for test in context.anatomy.named_tests:
        for node in walk(test.node):
            if isinstance(node, ast.Try) and any(isinstance(n, ast.Assert) for n in _body(node)):
                for handler in node.handlers:
                    if _swallows(handler):
                        yield Hit(
                            f"`{test.name}` catches its own failed assertion and goes on",
                            handler.lineno,
                            test.name,
                        )
                        break
                else:
                    continue
                break


def _body(node: ast.Try) -> list[ast.AST]:
    return [each for statement in node.body for each in walk(statement)]


def _swallows(handler: ast.ExceptHandler) -> bool:
    if handler.type is not None and not _CATCHES_ASSERTIONS & loaded(walk(handler.type)):
        return False
    inside = [each for statement in handler.body for each in walk(statement)]
    kept = (ast.Raise, ast.Assert, ast.Return, ast.Assign, ast.AugAssign)
    if any(isinstance(each, kept) for each in inside):
        return False
    told = {name.split(".")[-1] for name in called(inside)}
    return not told & {"append", "add", "fail", "exit", "_exit", "addFailure", "record", "skip"}


RULE = Rule(
    code="RV204",
    name="test-swallows-failure",
    theme=Theme.TESTING,
    severity=Severity.HIGH,
    hours=0.5,
    what="An assertion within `try` whose handler catches AssertionError (or Exception, or "
    "anything) and "
    "neither raises, records nor returns the failure.",
    why="The test prints a complaint, or nothing, and counts as passed.",
    example="try:\n    assert loss < 1\nexcept Exception as error:\n    print('something is "
    "off:', error)",
    fix="Let the assertion fail; catch only the error that the test expects.",
    blind="A handler that reports through a function of another file.",
    check=_check,
)
