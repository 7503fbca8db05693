"""Grading can't be talked into a pass: hidden tests ask with fresh numbers, answers are compared
outside, and no notebook sees what another one left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cohort.batch.submissions import MODULE, RIGHT, WRONG, notebook_of
from tests.courses import build_course
from tests.running.test_apart import SILENT, TRICKS
from tinytutor.cohort.batch.grading_one import (
    GradingSettings,
    LocalGrading,
    own_hidden_tests,
)
from tinytutor.cohort.batch.results import GradedNotebook, GradedStatus
from tinytutor.curriculum import Course
from tinytutor.curriculum.loader import load_course
from tinytutor.notebooks.probes import ProbesError

PROBES = """\
def probe_double(rng):
    return [double(int(n)) for n in rng.integers(1, 1000, 5)]


def probe_half(rng):
    return [half(float(x)) for x in rng.normal(size=3)]
"""


class Bench:
    """One grading and its event loop."""

    def __init__(self, course: Course, **settings: object):
        self.course = course
        self._loop = asyncio.Runner()
        self._grading = LocalGrading(course, GradingSettings(seed=11, **settings))  # type: ignore[arg-type]

    def grade(self, notebook: str) -> GradedNotebook:
        return self._loop.run(self._grading.grade(notebook.encode(), MODULE))

    def close(self) -> None:
        self._loop.run(self._grading.close())
        self._loop.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = build_course(tmp_path_factory.mktemp("course"))
    (folder / "modules" / MODULE / "probes.py").write_text(PROBES, "utf-8")
    return load_course(folder)


@pytest.fixture(scope="module")
def bench(course: Course) -> Iterator[Bench]:
    bench = Bench(course)
    yield bench
    bench.close()


def with_cell(notebook: str, source: str, before: str) -> str:
    """The notebook with a cell of the student's own before the one with this id."""
    content = json.loads(notebook)
    place = next(n for n, cell in enumerate(content["cells"]) if cell["id"] == before)
    extra = {"cell_type": "code", "id": "mine", "metadata": {}, "outputs": [], "source": source}
    content["cells"].insert(place, extra | {"execution_count": None})
    return json.dumps(content)


def statuses(graded: GradedNotebook) -> dict[str, str]:
    return {test.test_id: test.status for test in graded.tests}


def test_right_solutions_pass_with_their_hidden_tests(bench: Bench) -> None:
    graded = bench.grade(notebook_of(bench.course, RIGHT))
    assert graded.status is GradedStatus.PASSED
    assert set(statuses(graded)) == {"test_double", "test_half", "hidden_double", "hidden_half"}
    assert (graded.points, graded.most_points) == (10, 10)


MADE_TO_FIT = {
    # Knows the numbers of the visible tests, and nothing else.
    **RIGHT,
    "double": "#| export\ndef double(x):\n    return {3: 6, 0: 0, -4: -8}.get(x, x * x)",
}


def test_a_solution_made_to_fit_the_visible_tests_gets_no_points(bench: Bench) -> None:
    graded = bench.grade(notebook_of(bench.course, MADE_TO_FIT))
    found = statuses(graded)
    if found["test_double"] == "passed":
        pytest.fail("the visible test counts though its hidden one differs")
    assert found["hidden_double"] == "failed"
    assert found["test_half"] == "passed"
    assert graded.status is GradedStatus.FAILED


QUICK = {name: trick for name, trick in TRICKS.items() if trick is not SILENT}


@pytest.mark.parametrize("trick", QUICK.values(), ids=QUICK)
def test_a_trick_earns_nothing(bench: Bench, trick: str) -> None:
    earns_nothing(bench, trick)


def test_a_kernel_that_falls_silent_earns_nothing(course: Course) -> None:
    first, *others = course.modules
    impatient = replace(first, limits=replace(first.limits, cell_seconds=3))
    bench = Bench(replace(course, modules=(impatient, *others)))
    earns_nothing(bench, SILENT)
    bench.close()


def earns_nothing(bench: Bench, trick: str) -> None:
    tricked = with_cell(notebook_of(bench.course, WRONG), f"import numpy as np\n{trick}", "half")
    found = statuses(bench.grade(tricked))
    assert found["test_half"] != "passed"
    assert found["hidden_half"] != "passed"


FORGERIES = {
    "a reply of its own": "k = get_ipython().kernel\n"
    "async def ok(*a, **s):\n    return {'status': 'ok', 'answer': '[]', 'execution_count': 1,"
    " 'user_expressions': {}, 'payload': []}\nk.do_execute = ok",
    "a run_apart that does nothing": "import tinytutor.running.inside.kernel as k\n"
    "k.run_apart = lambda *a: None",
    "originals that are never put back": "import tinytutor.running.inside.originals as o\n"
    "o.Originals.put_back = lambda self: None\nimport tinytutor.kit.checks as c\n"
    "c.same.__code__ = (lambda *a, **k: None).__code__",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_who_beats_the_visible_tests_meets_the_hidden_ones(bench: Bench, forgery: str) -> None:
    forged = with_cell(notebook_of(bench.course, WRONG), forgery, "half")
    graded = bench.grade(forged)
    assert statuses(graded)["test_half"] != "passed"
    assert graded.points < graded.most_points


def edited(notebook: str, cell_id: str, **changes: object) -> str:
    content = json.loads(notebook)
    for cell in content["cells"]:
        if cell["id"] == cell_id:
            cell.update(changes)
    return json.dumps(content)


def test_what_stands_in_the_notebook_about_tests_counts_for_nothing(bench: Bench) -> None:
    wrong = notebook_of(bench.course, WRONG)
    tags = {"tags": ["skip-execution", "raises-exception"]}
    for notebook in (
        edited(wrong, "test_half", source="pass"),
        edited(wrong, "test_half", metadata=tags),
        edited(wrong, "test_half", cell_type="markdown"),
        edited(wrong, "test_half", id="test_other"),
        edited(wrong, "half", metadata={"nbgrader": {"grade_id": "half", "points": 99} | tags}),
        wrong.replace('"python3"', '"bash"'),
    ):
        graded = bench.grade(notebook)
        assert statuses(graded)["test_half"] != "passed"
        assert graded.most_points == 10


def test_the_next_notebook_runs_as_if_it_were_the_first(bench: Bench) -> None:
    poison = (
        "from pathlib import Path\n"
        "for path in [*Path('.').rglob('*.py'), Path('random.py'), Path('numpy.py')]:\n"
        "    path.write_text('raise SystemExit(3)')\n"
        "Path('deep').mkdir()\nPath('deep/link').symlink_to('/')\n"
        "import os\nos.fork() or os.setsid() or os.execvp('sleep', ['sleep', '600'])"
    )
    bench.grade(with_cell(notebook_of(bench.course, RIGHT), poison, "double"))
    assert bench.grade(notebook_of(bench.course, RIGHT)).status is GradedStatus.PASSED


def test_the_instructors_own_hidden_tests_take_the_place_of_the_courses(
    course: Course, tmp_path: Path
) -> None:
    (tmp_path / f"{MODULE}.py").write_text("def probe_half(rng):\n    return half(8)\n", "utf-8")
    bench = Bench(course, hidden=own_hidden_tests(tmp_path, course))
    graded = bench.grade(notebook_of(course, RIGHT))
    bench.close()
    assert set(statuses(graded)) == {"test_double", "test_half", "hidden_half"}


def test_hidden_tests_of_no_module_are_refused(course: Course, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("", "utf-8")
    with pytest.raises(ProbesError, match="no module 'other'"):
        own_hidden_tests(tmp_path, course)
