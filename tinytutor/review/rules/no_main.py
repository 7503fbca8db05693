"""RV105: no entry point."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    anatomy = context.anatomy
    if context.material.is_notebook or anatomy.mains or not context.material.cells:
        return
    if not anatomy.definitions:
        return
    tests = anatomy.named_tests
    waiting = [test.name for test in tests if test.name not in anatomy.run_at_top]
    last = context.material.cells[-1].line
    if waiting or not anatomy.tests:
        what = f"{len(waiting)} of {len(tests)} tests are called by nothing" if tests else "no test"
        yield Hit(
            f"no main block: the file has no entry point, and {what}",
            last,
            "main",
            fix=_mend([test.name for test in tests]),
        )
    else:
        yield Hit(
            "no main block: the tests run while the file is read, also when another file "
            "imports it",
            last,
            "main",
            fix=_mend([test.name for test in tests]),
            severity=Severity.MEDIUM,
            hours=0.25,
        )


def _mend(names: list[str]) -> str:
    calls = "; ".join(f"{name}()" for name in names[:8]) or "the calls of its tests"
    return f'End the file with `if __name__ == "__main__":` and {calls}.'


RULE = Rule(
    code="RV105",
    name="no-main-block",
    theme=Theme.MAIN,
    severity=Severity.CRITICAL,
    hours=0.5,
    what='A `.py` lesson without `if __name__ == "__main__":`. Where every test is called at once '
    "after it was defined, the severity is medium.",
    why="Nobody can tell how to run the module and see whether it works.",
    example="def test_relu():\n    assert relu(-1) == 0, 'negative becomes 0'\n# end of file: "
    "nothing calls it",
    fix='End the file with `if __name__ == "__main__":` and a call of every test.',
    blind="An entry point in another file, such as a Makefile. Notebooks need none: they run "
    "from the top.",
    check=_check,
)
