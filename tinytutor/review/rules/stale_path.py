"""RV508: a path to a sibling that is not there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.syntax import dotted, walk

_NUMBERED = re.compile(r"\d{1,3}[_-][A-Za-z]\w*")


def _check(context: Context) -> Iterator[Hit]:
    folder = context.material.path.parent
    near = {
        entry.name for base in (folder, folder.parent) if base.is_dir() for entry in base.iterdir()
    }
    if not any(_NUMBERED.fullmatch(name) for name in near):
        return
    seen = set()
    for call in context.material.index.of(ast.Call):
        if not dotted(call.func).endswith(
            ("path.append", "path.insert", "path.join", "spec_from_file_location")
        ):
            continue
        for node in walk(call):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for part in re.split(r"[/\\]", node.value):
                    if _NUMBERED.fullmatch(part) and part not in near and part not in seen:
                        seen.add(part)
                        yield Hit(
                            f"the path names `{part}`, and there is no such folder",
                            call.lineno,
                            part,
                        )


RULE = Rule(
    code="RV508",
    name="stale-sibling-path",
    theme=Theme.IMPORTS,
    severity=Severity.MEDIUM,
    hours=0.25,
    what="A path in the code names a numbered folder (`02_tensor`) that neither the lesson's "
    "folder nor the one "
    "above has.",
    why="The import fails, or a fallback hides that it does.",
    example='sys.path.append("../01_tensor")   # it is called 02_tensor by now',
    fix="Name the folder that is there; better, import by the package's name.",
    blind="Folders without a number, and paths that are put together.",
    check=_check,
)
