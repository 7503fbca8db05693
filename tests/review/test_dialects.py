"""Lessons as other authors write them: read whole, judged by what they are, and never a crash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.review.folders import review
from tinytutor.review.material import CellType
from tinytutor.review.outcome import Outcome
from tinytutor.review.reading import read_material
from tinytutor.review.scorecard import ModuleReview, Status

COURSES = Path(__file__).parent / "courses"


def codes(module: ModuleReview) -> set[str]:
    return {finding.code for finding in module.findings}


def notebook(*cells: tuple[str, str], **extra: Any) -> str:
    """An .ipynb of `("md" or "code", source)`."""
    made = []
    for kind, source in cells:
        cell: dict[str, Any] = {"metadata": {}, "source": source.splitlines(keepends=True)}
        if kind == "code":
            cell |= {"cell_type": "code", "execution_count": None, "outputs": []}
        else:
            cell |= {"cell_type": "markdown"}
        made.append(cell)
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": made, **extra}, indent=1
    )


@pytest.fixture(scope="module")
def flame() -> dict[str, ModuleReview]:
    """A course with many habits of a large public one: emoji, nbgrader, fallbacks, two formats."""
    return {module.id: module for module in review(COURSES / "flame", run=True).modules}


def test_a_good_lesson_with_main_blocks_after_each_test_is_ready(
    flame: dict[str, ModuleReview],
) -> None:
    setup = flame["01_setup"]
    assert setup.status is Status.READY
    assert setup.criteria["prerequisites_stated"] is None, "nothing comes before the first lesson"
    others = {k: v for k, v in setup.criteria.items() if k != "prerequisites_stated"}
    assert all(others.values()), others


def test_a_class_that_is_reopened_is_tested_cell_by_cell(flame: dict[str, ModuleReview]) -> None:
    tensor = flame["02_tensor"]
    assert tensor.immediate_tests_share == 1
    assert tensor.criteria["main_executes"] is True
    assert tensor.criteria["systems_analysis"] is False
    assert "RV202" in codes(tensor)


def test_markdown_in_comments_of_nbconvert_is_read(flame: dict[str, ModuleReview]) -> None:
    activations = flame["03_activations"]
    assert activations.criteria["prerequisites_stated"] is True
    assert activations.criteria["learning_objectives"] is True
    assert activations.criteria["summary"] is True
    assert activations.criteria["systems_analysis"] is False, "measured, but under no heading"
    (hidden,) = (f for f in activations.findings if f.code == "RV401")
    assert "analyze_relu_performance" in hidden.message
    assert {"RV501", "RV502", "RV508", "RV509"} <= codes(activations)
    assert activations.execution.alone is not None
    assert activations.execution.alone.outcome is Outcome.FAILED


def test_a_bad_lesson_is_told_all_its_faults(flame: dict[str, ModuleReview]) -> None:
    autograd = flame["04_autograd"]
    assert autograd.status is Status.NEEDS_WORK
    expected = {
        "RV201",
        "RV204",
        "RV206",
        "RV301",
        "RV304",
        "RV401",
        "RV501",
        "RV504",
        "RV602",
        "RV603",
    }
    assert expected <= codes(autograd)
    (unrun,) = (f for f in autograd.findings if f.code == "RV201")
    assert unrun.subject == "test_unit_variable"
    assert autograd.criteria["main_runs_all_tests"] is False
    assert autograd.criteria["no_forward_dependencies"] is False


def test_a_test_that_runs_all_others_counts_for_the_main_block(
    flame: dict[str, ModuleReview],
) -> None:
    speed = flame["05_speed"]
    assert speed.criteria["main_runs_all_tests"] is True
    assert speed.criteria["systems_analysis"] is True
    assert not codes(speed) & {"RV201", "RV202", "RV203"}


DISTANCES = """\
def distances(a, b):
    # TODO: fill in the distances
    # *****START OF YOUR CODE*****
    return np.abs(a[:, None] - b[None])
    # *****END OF YOUR CODE*****
"""
GRADER = """\
# autograder cell: do not edit
assert distances(np.ones(2), np.ones(3)).shape == (2, 3)
"""
VOTE = """\
def vote(labels):
    # YOUR CODE HERE
    return max(set(labels), key=list(labels).count)

assert vote([1, 1, 2]) == 1, 'the commonest label'
"""
ASSIGNMENT = notebook(
    ("md", "# Assignment 2: neighbours\n\nIn this exercise you will implement a classifier."),
    ("md", "You should be familiar with NumPy indexing before starting."),
    ("code", "%matplotlib inline\nimport numpy as np\n!ls\n"),
    ("md", "### Question 1 (5 points)\nFill in the distances between all pairs, with two loops."),
    ("code", DISTANCES),
    ("code", GRADER),
    ("md", "### Question 2\nNow the majority vote."),
    ("code", VOTE),
    ("md", "**Inline question**: how does the running time scale with the size of the data?"),
)


def test_an_assignment_with_inline_assertions(tmp_path: Path) -> None:
    (tmp_path / "knn.ipynb").write_text(ASSIGNMENT, "utf-8")
    (module,) = review(tmp_path, run=True).modules
    assert module.execution.run.outcome is Outcome.PASSED
    assert module.criteria["main_executes"] is True
    assert module.criteria["main_runs_all_tests"] is True
    assert module.immediate_tests_share == 1
    assert module.criteria["systems_analysis"] is False
    assert module.criteria["learning_objectives"] is True
    assert module.criteria["prerequisites_stated"] is True
    assert not codes(module) & {"RV102", "RV105", "RV206", "RV306"}


def test_an_unsolved_assignment_is_not_blamed_for_being_unsolved(tmp_path: Path) -> None:
    text = ASSIGNMENT.replace("return np.abs(a[:, None] - b[None])", "raise NotImplementedError()")
    text = text.replace("return max(set(labels), key=list(labels).count)", "pass")
    (tmp_path / "knn.ipynb").write_text(text, "utf-8")
    (module,) = review(tmp_path, run=True).modules
    assert module.execution.run.outcome is Outcome.UNSOLVED
    assert module.criteria["main_executes"] is None
    assert "RV104" in codes(module)
    assert "RV103" not in codes(module)


LINEAR = """\
#|export
class Linear:
    'A line'
    def __init__(self, w, b): self.w,self.b = w,b
    def __call__(self, x): return x*self.w + self.b
"""
LIBRARY_STYLE = notebook(
    ("code", "#| default_exp layers\n"),
    ("md", "# Layers\n> From a product to a module\n\nWe have tensors from [before](01.ipynb)."),
    ("code", "#| export\nfrom math import *\n"),
    ("md", "## Linear\nIt multiplies and shifts."),
    ("code", LINEAR),
    ("code", "def test_eq(a, b): assert a == b, f'{a} != {b}'\n"),
    ("code", "lin = Linear(2, 1)\ntest_eq(lin(3), 7)\n"),
    ("code", "%timeit -n 10 lin(3)\n"),
    ("code", "#| hide\nimport os\n"),
)


def test_a_library_notebook_with_inline_tests(tmp_path: Path) -> None:
    (tmp_path / "02_layers.ipynb").write_text(LIBRARY_STYLE, "utf-8")
    (module,) = review(tmp_path, run=True).modules
    assert module.execution.run.outcome is Outcome.PASSED
    assert module.immediate_tests_share == 1
    assert "RV503" in codes(module)
    assert not codes(module) & {"RV102", "RV105", "RV203", "RV206", "RV208", "RV306"}


def test_a_finding_in_a_notebook_names_line_and_cell(tmp_path: Path) -> None:
    path = tmp_path / "02_layers.ipynb"
    path.write_text(LIBRARY_STYLE, "utf-8")
    (module,) = review(tmp_path).modules
    (star,) = (f for f in module.findings if f.code == "RV503")
    assert star.cell == 3
    assert "import *" in path.read_text("utf-8").splitlines()[star.line - 1]


def test_a_plain_script_is_read_by_its_comments(tmp_path: Path) -> None:
    (tmp_path / "01_sums.py").write_text(
        "# # Sums\n# **Prerequisites**: counting.\n\n# ## Adding\n# Two numbers.\n\n"
        "def add(a, b):\n    '''The sum.'''\n    return a + b\n\n\n"
        "def test_add():\n    assert add(1, 2) == 3, 'one and two'\n\n\n"
        "def main():\n    for check in (test_add,):\n        check()\n\n\n"
        "if __name__ == '__main__':\n    main()\n",
        "utf-8",
    )
    (module,) = review(tmp_path, run=True).modules
    assert module.criteria["prerequisites_stated"] is True
    assert module.criteria["main_runs_all_tests"] is True
    assert module.immediate_tests_share == 1


def test_the_light_format_has_cells(tmp_path: Path) -> None:
    path = tmp_path / "01_light.py"
    path.write_text(
        "# ---\n# jupyter:\n#   jupytext: {}\n# ---\n\n# # Title\n# - an item\n# + another\n\n"
        '# + tags=["one"]\nx = 1\n\ny = 2\n# -\n\n# A word.\n\nz = 3\n',
        "utf-8",
    )
    material = read_material(path)
    kinds = [cell.type for cell in material.cells]
    assert kinds == [CellType.TEXT, CellType.CODE, CellType.TEXT, CellType.CODE]
    assert material.cells[1].tags == ("one",)
    assert material.title == "Title"
    assert "another" in material.cells[0].source


def test_a_marker_within_a_string_is_no_cell(tmp_path: Path) -> None:
    path = tmp_path / "01_a.py"
    path.write_text('# %%\ntext = """\n# %% [markdown]\n# # No title\n"""\nx = 1\n', "utf-8")
    material = read_material(path)
    assert len(material.cells) == 1
    assert not material.headings


def test_headings_in_fences_are_none(tmp_path: Path) -> None:
    path = tmp_path / "01_a.py"
    path.write_text('# %% [markdown]\n"""\n# Real\n```\n# Summary\n```\n"""\n', "utf-8")
    assert [heading.title for heading in read_material(path).headings] == ["Real"]


def test_an_old_notebook_is_upgraded(tmp_path: Path) -> None:
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": "old"},
        "worksheets": [
            {
                "metadata": {},
                "cells": [
                    {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Old title"]},
                    {
                        "cell_type": "code",
                        "language": "python",
                        "collapsed": False,
                        "metadata": {},
                        "input": ["x = 1\n", "print(x)"],
                        "outputs": [],
                        "prompt_number": 1,
                    },
                ],
            }
        ],
    }
    (tmp_path / "01_old.ipynb").write_text(json.dumps(old), "utf-8")
    (module,) = review(tmp_path, run=True).modules
    assert module.title == "Old title"
    assert module.execution.run.outcome is Outcome.PASSED


BROKEN: dict[str, str | bytes] = {
    "empty": "",
    "no JSON": "{",
    "a list": "[]",
    "a number": "7",
    "nothing known": "{}",
    "no cells": '{"nbformat": 4}',
    "cells of a wrong type": '{"nbformat": 4, "cells": {}}',
    "a cell that is a number": '{"nbformat": 4, "cells": [1]}',
    "a cell that is null": '{"nbformat": 4, "cells": [null]}',
    "a cell without source": '{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
    "a source of numbers": '{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}',
    "an unknown cell type": '{"nbformat": 4, "cells": [{"cell_type": "sql", "source": "x"}]}',
    "metadata of a wrong type": '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x=1", '
    '"metadata": 3}]}',
    "nbgrader of a wrong type": '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x=1", '
    '"metadata": {"nbgrader": [], "tags": 3}}]}',
    "points of a wrong type": '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x=1", '
    '"metadata": {"nbgrader": {"grade": true, "points": "many", "grade_id": [1]}}}]}',
    "format of the future": '{"nbformat": 9, "cells": []}',
    "format as text": '{"nbformat": "4", "cells": []}',
    "old without worksheets": '{"nbformat": 3}',
    "half a character": '{"nbformat": 4, "cells": [{"cell_type": "code", '
    '"source": "x = \\"\\ud800\\""}]}',
    "a NUL": '{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "a\\u0000b"}]}',
    "deep": '{"nbformat": 4, "cells": ' + "[" * 50_000 + "]" * 50_000 + "}",
    "not UTF-8": b"\xff\xfe{}",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_notebook_is_a_finding(text: str | bytes, tmp_path: Path) -> None:
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    (tmp_path / "01_broken.ipynb").write_bytes(data)
    (tmp_path / "02_whole.ipynb").write_text(LIBRARY_STYLE, "utf-8")
    broken, whole = review(tmp_path, run=True).modules
    assert broken.findings
    assert broken.criteria["main_executes"] is not True or "RV101" not in codes(broken)
    assert whole.execution.run.outcome is Outcome.PASSED


SCRIPTS = {
    "unfinished string": '# %%\nx = """abc\n',
    "tabs and blanks": "# %%\nif 1:\n\tx = 1\n        y = 2\n",
    "deep": "# %%\nx = " + "(" * 500 + ")" * 500 + "\n",
    "only comments": "# # Title\n# words\n",
    "only markers": "# %%\n# %%\n# %% [markdown]\n",
    "marker without end": '# %% [markdown]\n"""\ntext',
    "metadata that is no JSON": "# %% nbgrader={grade: 1} tags=[\nx = 1\n",
    "python 2": "# %%\nprint 'hello'\n",
    "a cell magic": "# %%\n%%bash\nls -la | grep x\n",
    "form feed": "# %%\nx = 1\x0c\ny = 2\n",
}


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_an_odd_script_is_read(text: str, tmp_path: Path) -> None:
    path = tmp_path / "01_odd.py"
    path.write_text(text, "utf-8")
    (module,) = review(path).modules
    assert module.findings


def test_line_ends_of_other_systems(tmp_path: Path) -> None:
    path = tmp_path / "01_a.py"
    path.write_bytes(b"\xef\xbb\xbf# %%\r\nfrom math import *\r\n# %% [markdown]\r\n# # Title\r\n")
    (module,) = review(path).modules
    assert module.title == "Title"
    (star,) = (f for f in module.findings if f.code == "RV503")
    assert star.line == 2


def test_lessons_are_found_and_drafts_are_not(tmp_path: Path) -> None:
    names = [
        "modules/10_last/last_dev.py",
        "modules/2_first/first_dev.py",
        "modules/2_first/first_dev_old.py",
        "modules/2_first/first_dev.ipynb",
        "modules/2_first/tests/test_first.py",
        "modules/2_first/.ipynb_checkpoints/first_dev-checkpoint.ipynb",
        "package/__init__.py",
        "package/code.py",
        "setup.py",
    ]
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        script = "x = 1\n" if name == "setup.py" else "# %%\nx = 1\n"
        text = notebook(("code", "x = 1")) if name.endswith("ipynb") else script
        path.write_text(text, "utf-8")
    found = review(tmp_path).modules
    assert [module.id for module in found] == ["2_first", "10_last"]
    assert found[0].file.endswith("first_dev.py")


def test_notebooks_side_by_side_are_modules_each(tmp_path: Path) -> None:
    for name in ("knn", "svm"):
        (tmp_path / "assignment1").mkdir(exist_ok=True)
        (tmp_path / "assignment1" / f"{name}.ipynb").write_text(ASSIGNMENT, "utf-8")
    (tmp_path / "assignment1" / "helper.py").write_text("def f():\n    return 1\n", "utf-8")
    assert [m.id for m in review(tmp_path).modules] == ["assignment1/knn", "assignment1/svm"]


def test_a_flood_of_findings_is_told_together(tmp_path: Path) -> None:
    tests = "".join(f"def test_{n}():\n    assert {n} == {n}, 'same'\n\n\n" for n in range(50))
    main = 'if __name__ == "__main__":\n    print("done")\n'
    (tmp_path / "01_a.py").write_text(f"# %%\n{tests}{main}", "utf-8")
    (module,) = review(tmp_path).modules
    unrun = [finding for finding in module.findings if finding.code == "RV201"]
    assert len(unrun) == 8
    assert sum("43 more" in finding.message for finding in unrun) == 1
    assert sum(finding.hours for finding in unrun) == 50 * 0.25
