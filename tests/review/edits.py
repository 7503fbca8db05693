"""Deliberate edits of our own lessons: each makes one fault, and names the rules that must say so.

An edit takes the lesson's text and gives the faulty one, or None where the lesson offers no place
for it. `benchmarks/review_edits.py` makes all of them; the tests make each kind at least once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Change = Callable[[str], str | None]
MAIN = '# %%\nif __name__ == "__main__":'


@dataclass(frozen=True)
class Edit:
    """One kind of fault."""

    name: str
    codes: frozenset[str]
    """Any of these is the right rule."""
    change: Change
    criterion: str = ""
    """The criterion of the scorecard that must no longer be met."""


def cells(text: str) -> list[str]:
    """The lesson cut before each cell marker; together they are the lesson."""
    return re.split(r"(?m)^(?=# %%)", text)


def test_cells(text: str) -> list[str]:
    return [cell for cell in cells(text) if '"grade": true' in cell.partition("\n")[0]]


def without(text: str, part: str) -> str | None:
    return text.replace(part, "") if part and part in text else None


def _section(text: str, title: str) -> str:
    """All cells from the one that opens with `## title` to the next that opens with `## `."""
    found = cells(text)
    opens = [n for n, cell in enumerate(found) if re.match(r'# %%.*\n"""\n## ', cell)]
    for place, number in enumerate(opens):
        if f"\n## {title}" in found[number]:
            last = opens[place + 1] if place + 1 < len(opens) else len(found)
            return "".join(c for c in found[number:last] if not c.startswith(MAIN))
    return ""


def _part(text: str, title: str) -> str:
    """The part of the opening under `### title`."""
    match = re.search(rf"(?ms)^### {title}\n.*?(?=^### |^\"\"\"$)", text)
    return match[0] if match else ""


def _insert_cell(text: str, code: str, before: str = MAIN) -> str | None:
    return text.replace(before, f"# %%\n{code}\n\n{before}", 1) if before in text else None


def _other_prerequisites(text: str) -> str | None:
    part = _part(text, "Prerequisites")
    return text.replace(part, "### Prerequisites\n\n- Python: loops and functions.\n\n")


def _first_test(text: str) -> tuple[str, str]:
    """The name and the function of the first test."""
    match = re.search(r"(?ms)^def (test_\w+)\(\):\n.*?(?=^\S)", test_cells(text)[0])
    assert match is not None
    return match[1], match[0]


def unlisted_test(text: str) -> str | None:
    name = _first_test(text)[0]
    head, main, tail = text.rpartition(MAIN)
    return head + main + re.sub(rf"\b{name},?\s*", "", tail, count=1) if name in tail else None


def uncalled_test(text: str) -> str | None:
    name = _first_test(text)[0]
    shorter = unlisted_test(text)
    return re.sub(rf"(?m)^{name}\(\)\n", "", shorter) if shorter else None


def test_to_the_end(text: str) -> str | None:
    moved = test_cells(text)[0]
    return text.replace(moved, "").replace(MAIN, moved + MAIN)


def all_tests_to_the_end(text: str) -> str | None:
    moved = test_cells(text)
    for cell in moved:
        text = text.replace(cell, "")
    return text.replace(MAIN, "".join(moved) + MAIN)


def second_test_deleted(text: str) -> str | None:
    cell = test_cells(text)[1]
    name = re.search(r"def (test_\w+)", cell)
    assert name is not None
    return re.sub(rf"\b{name[1]},?\s*", "", text.replace(cell, ""))


def toothless_test(text: str) -> str | None:
    name, function = _first_test(text)
    return text.replace(
        function, f'def {name}():\n    """Looks at it."""\n    print("it works")\n\n\n'
    )


def swallowing_test(text: str) -> str | None:
    name, function = _first_test(text)
    body = (
        f'def {name}():\n    try:\n        assert 1 + 1 == 2, "arithmetic"\n'
        '    except Exception as problem:\n        print("odd:", problem)\n\n\n'
    )
    return text.replace(function, body)


def twice_the_same_test(text: str) -> str | None:
    first, second = (re.search(r"def (test_\w+)", cell) for cell in test_cells(text)[:2])
    assert first is not None and second is not None
    return re.sub(rf"\b{second[1]}\b(?!\")", first[1], text)


def bare_assertion(text: str) -> str | None:
    name, function = _first_test(text)
    return text.replace(
        function, f"def {name}():\n    assert 1 + 1 == 2\n{function.partition(chr(10))[2]}"
    )


def no_main(text: str) -> str | None:
    return text[: text.rindex(MAIN)]


def main_in_markdown(text: str) -> str | None:
    return text.replace(MAIN, f'# %% [markdown]\n"""\nRun all tests.\n"""\n\n{MAIN[5:]}')


def syntax_error(text: str) -> str | None:
    name = _first_test(text)[0]
    return text.replace(f"def {name}():", f"def {name}()")


def unpaired_marker(text: str) -> str | None:
    return re.sub(r"(?m)^ *### END SOLUTION\n", "", text, count=1)


def _solution(change: Callable[[str], str]) -> Change:
    def on_first(text: str) -> str | None:
        for cell in cells(text):
            if '"solution": true' in cell.partition("\n")[0]:
                return text.replace(cell, change(cell))
        return None

    return on_first


def no_docstrings(text: str) -> str | None:
    return re.sub(r'(?ms)^( +)"""[^"]*?"""\n', "", text)


def implementation_after_summary(text: str) -> str | None:
    flags = '"grade": false, "grade_id": "extra", "locked": false, "schema_version": 3'
    head = f'# %% nbgrader={{{flags}, "solution": true}}\n#| export\ndef extra(x):\n'
    body = "    'One more.'\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"
    return text.replace(MAIN, f"{head}{body}\n\n\n{MAIN}")


def _no_quick_reference(text: str) -> str | None:
    while part := _section(text, "Quick reference"):
        text = text.replace(part, "")
    return text


def same_grade_id(text: str) -> str | None:
    first, second = re.findall(r'"grade_id": "(test_\w+)"', text)[:2]
    return text.replace(f'"grade_id": "{second}"', f'"grade_id": "{first}"')


def heading_without_number(text: str) -> str | None:
    titles = re.findall(r"(?m)^## \d+\. .+$", text)[:2]
    return text.replace(titles[0], "## Implementation").replace(titles[1], "## More")


def _replaced(old: str, new: str, count: int = 1) -> Change:
    def change(text: str) -> str | None:
        changed = re.sub(old, new, text, count=count, flags=re.MULTILINE)
        return changed if changed != text else None

    return change


def _deleted(part: Callable[[str], str]) -> Change:
    return lambda text: without(text, part(text))


def _added(code: str) -> Change:
    return lambda text: _insert_cell(text, code)


def _edit(name: str, codes: str, change: Change, criterion: str = "") -> Edit:
    return Edit(name, frozenset(codes.split()), change, criterion)


def edits(later: str, later_name: str, unrelated: str) -> Iterator[Edit]:
    """All kinds of edits.

    Args:
        later: library file of a later module; empty for the last.
        later_name: a name that only it defines.
        unrelated: library file of an earlier module that is no prerequisite; empty if none.
    """
    yield _edit("test left out of the main block", "RV202", unlisted_test, "main_runs_all_tests")
    yield _edit("test called by nothing", "RV201", uncalled_test, "main_runs_all_tests")
    yield _edit("test moved to the end", "RV206", test_to_the_end, "immediate_tests")
    yield _edit(
        "all tests moved to the end", "RV206 RV207", all_tests_to_the_end, "immediate_tests"
    )
    yield _edit("test deleted", "RV206", second_test_deleted, "immediate_tests")
    yield _edit("test asserts nothing", "RV203", toothless_test)
    yield _edit("test swallows its failure", "RV204", swallowing_test)
    yield _edit("two tests of one name", "RV205", twice_the_same_test)
    yield _edit("assertion without a message", "RV210", bare_assertion)
    yield _edit("main block deleted", "RV105 RV201", no_main)
    yield _edit("main block in a Markdown cell", "RV603", main_in_markdown)
    yield _edit("colon missing", "RV102", syntax_error, "main_executes")
    yield _edit("undefined name", "RV306", _added("print(unheard_of)"))
    if later:
        importing = f"from tinytorch.{later} import {later_name}"
        yield _edit("forward import", "RV304", _added(importing), "no_forward_dependencies")
        quiet = f"try:\n    {importing}\nexcept ImportError:\n    {later_name} = None"
        yield _edit(
            "forward import that may fail", "RV304", _added(quiet), "no_forward_dependencies"
        )
        using = f"def peek(x):\n    return {later_name}(x)"
        yield _edit("forward reference", "RV305", _added(using), "no_forward_dependencies")
    if unrelated:
        yield _edit("import of no prerequisite", "RV303", _added(f"import tinytorch.{unrelated}"))
    importing = "try:\n    from tinytorch.tensor import Tensor\nexcept ImportError:\n"
    stand_in = f"{importing}    class Tensor:\n        pass"
    yield _edit("import fallback with a stand-in", "RV501", _added(stand_in))
    path = "import sys\n\nsys.path.append('../02_tensor')"
    yield _edit("sys.path edited", "RV502", _added(path))
    yield _edit("star import", "RV503", _added("from math import *"))
    yield _edit("data within data", "RV504", _added("def update(p):\n    return p.data.data"))
    yield _edit("path of one machine", "RV507", _added('FOLDER = "/Users/ada/course"'))
    yield _edit("unguarded file name", "RV509", _added("print(__file__)"))
    yield _edit(
        "systems analysis deleted",
        "RV401",
        _deleted(lambda t: _section(t, "Systems analysis")),
        "systems_analysis",
    )
    yield _edit(
        "systems analysis under no heading",
        "RV401",
        _replaced("^## Systems analysis$", "## One more look"),
        "systems_analysis",
    )
    yield _edit(
        "prerequisites deleted",
        "RV301",
        _deleted(lambda t: _part(t, "Prerequisites")),
        "prerequisites_stated",
    )
    yield _edit("a prerequisite not named", "RV302", _other_prerequisites, "prerequisites_stated")
    yield _edit(
        "objectives deleted",
        "RV402",
        _deleted(lambda t: _part(t, "Learning objectives")),
        "learning_objectives",
    )
    yield _edit("summary deleted", "RV403", _deleted(lambda t: _section(t, "Summary")), "summary")
    yield _edit(
        "time and difficulty deleted",
        "RV405 RV406",
        _deleted(lambda t: _part(t, "Time and difficulty")),
        "time_estimate",
    )
    yield _edit(
        "another time", "RV407", _replaced(r"[Aa]bout \d+(\.\d+)? hours?", "About 40 hours")
    )
    yield _edit(
        "another difficulty", "RV407", _replaced(r"Difficulty \d of 5", "Difficulty 9 of 5")
    )
    yield _edit("quick reference deleted", "RV410", _no_quick_reference)
    yield _edit("headings that say nothing", "RV411", heading_without_number)
    yield _edit("implementation after the summary", "RV404", implementation_after_summary)
    yield _edit("no docstrings", "RV506", no_docstrings)
    yield _edit("end of a solution missing", "RV602", unpaired_marker)
    yield _edit(
        "markers of another spelling", "RV602", _solution(lambda c: c.replace("### ", "# "))
    )
    yield _edit("graded without points", "RV601", _replaced(r', "points": \d+', ""))
    yield _edit("one grade_id twice", "RV601", same_grade_id)
    yield _edit("export name missing", "RV604", _replaced(r"^#\| default_exp .*\n", ""))
