"""RV207: the tests stand together at the end."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.testing import immediate_tests


def _check(context: Context) -> Iterator[Hit]:
    found = immediate_tests(context.anatomy)
    if found is None or found.share >= 0.5 or found.total < 3:
        return
    last = max(each.node.lineno for each in context.anatomy.implementations)
    behind = [test for test in context.anatomy.tests if test.node.lineno > last]
    if len(behind) >= 2 and len(behind) * 2 >= len(context.anatomy.tests):
        yield Hit(
            f"{len(behind)} of {len(context.anatomy.tests)} tests stand after the last "
            f"implementation; "
            f"{found.immediate} of {found.total} implementations are tested at once",
            behind[0].node.lineno,
            "end",
        )


RULE = Rule(
    code="RV207",
    name="tests-grouped-at-end",
    theme=Theme.TESTING,
    severity=Severity.MEDIUM,
    hours=1.0,
    what="Half or more of the tests stand after the last implementation, and fewer than half "
    "of the "
    "implementations are tested at once.",
    why="The student builds everything before the first feedback.",
    example="def conv(x): ...\ndef pool(x): ...\ndef flatten(x): ...\ndef test_conv(): ...\ndef "
    "test_pool(): ...",
    fix="Move each test to the cell after what it tests; keep an integration test at the end.",
    blind="Tests in another file.",
    check=_check,
)
