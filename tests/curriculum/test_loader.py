"""A course file is told every problem it has, each with its line, and is never half used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.curriculum.course_files import GOOD, problems, write
from tinytutor.curriculum.loader import CourseError, bundled_course_folder, load_course
from tinytutor.curriculum.model import Limits


def changed(*replacements: tuple[str, str]) -> str:
    text = GOOD
    for old, new in replacements:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


def test_a_good_course_is_read(tmp_path: Path) -> None:
    course = load_course(write(tmp_path, GOOD))
    assert (course.id, course.title, course.version, course.library) == (
        "tiny",
        "A tiny course",
        "1",
        "tinylib",
    )
    assert [module.id for module in course.modules] == ["01_first", "02_second"]
    second = course.module("02_second")
    assert second.goal == "A sentence on two lines."
    assert second.required_ids == ("01_first",)
    assert second.requires[0].reason == "it is used"
    assert (second.difficulty, second.hours, second.branch) == (5, 2.5, "main")
    assert second.lesson_path == tmp_path / "modules" / "02_second" / "second.py"
    assert second.limits == Limits(cell_seconds=5, memory_mib=4096)
    assert course.module("01_first").limits == Limits(cell_seconds=5)
    (milestone,) = course.milestones
    assert milestone.requires == ("01_first", "02_second")


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    assert load_course(write(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())).id == "tiny"


def test_the_bundled_course_is_good() -> None:
    course = load_course(bundled_course_folder())
    assert course.library == "tinytorch"
    assert course.modules[0].id == "01_setup"


ONE_PROBLEM = {
    "unknown prerequisite": (
        [("01_first: ", "first: ")],
        "course.yaml:20: unknown prerequisite 'first'. Did you mean '01_first'?",
    ),
    "own prerequisite": (
        [("01_first: ", "02_second: ")],
        "course.yaml:20: '02_second' requires itself. Remove that prerequisite.",
    ),
    "prerequisite twice": (
        [('      01_first: "it is used"', "      01_first: a\n      01_first: b")],
        "course.yaml:21: key '01_first' a second time. It is in line 20.",
    ),
    "no reason": (
        [('"it is used"', '" "')],
        "course.yaml:20: the reason for the prerequisite '01_first' must be a text. "
        "Put it in quotes.",
    ),
    "circle": (
        [("    requires: {}", "    requires:\n      02_second: so")],
        "course.yaml:20: prerequisites run in a circle: 02_second → 01_first → 02_second. "
        "Take one of them away.",
    ),
    "requires is a list": (
        [("    requires: {}", "    requires: [02_second]")],
        "course.yaml:29: 'requires' must be a mapping of keys to values",
    ),
    "misspelt key": (
        [("goal: A goal.", "gaol: A goal.")],
        "course.yaml:25: a module has no key 'gaol'. Did you mean 'goal'?",
    ),
    "misspelt key at the top": (
        [("library:", "libary:")],
        "course.yaml:4: the course has no key 'libary'. Did you mean 'library'?",
    ),
    "unknown key": (
        [("    title: Main", "    title: Main\n    zzz: 1")],
        "course.yaml:10: a branch has no key 'zzz'. There are: id, title.",
    ),
    "unknown limit": (
        [("memory_mib", "memory_mb")],
        "course.yaml:22: 'limits' has no key 'memory_mb'. Did you mean 'memory_mib'?",
    ),
    "missing key": (
        [("    goal: A goal.\n", "")],
        "course.yaml:23: a module lacks the key 'goal'. Add it.",
    ),
    "number for a text": (
        [("title: First\n", "title: 2024\n")],
        "course.yaml:24: 'title' must be a text. Put it in quotes.",
    ),
    "truth for a text": (
        [("title: First\n", "title: yes\n")],
        "course.yaml:24: 'title' must be a text. Put it in quotes.",
    ),
    "text for a number": (
        [("hours: 2.5", "hours: long")],
        "course.yaml:17: 'hours' must be a number",
    ),
    "truth for a number": (
        [("difficulty: 1", "difficulty: yes")],
        "course.yaml:26: 'difficulty' must be a number",
    ),
    "too easy": (
        [("difficulty: 1", "difficulty: 0")],
        "course.yaml:26: 'difficulty' is 0. It must lie between 1 and 5.",
    ),
    "too hard": (
        [("difficulty: 5", "difficulty: 6")],
        "course.yaml:16: 'difficulty' is 6. It must lie between 1 and 5.",
    ),
    "half a difficulty": (
        [("difficulty: 5", "difficulty: 2.5")],
        "course.yaml:16: 'difficulty' is 2.5. It must be whole.",
    ),
    "no time": (
        [("hours: 1\n", "hours: 0\n")],
        "course.yaml:27: 'hours' is 0. It must lie between 0.1 and 1000.",
    ),
    "negative time": (
        [("hours: 1\n", "hours: -2\n")],
        "course.yaml:27: 'hours' is -2. It must lie between 0.1 and 1000.",
    ),
    "not a number": (
        [("hours: 1\n", "hours: .nan\n")],
        "course.yaml:27: '.nan' is an odd number. "
        "Write a plain decimal number, or a text in quotes.",
    ),
    "sexagesimal": (
        [("hours: 1\n", "hours: 1:30\n")],
        "course.yaml:27: '1:30' is an odd number. "
        "Write a plain decimal number, or a text in quotes.",
    ),
    "endless number": (
        [("hours: 1\n", f"hours: {'9' * 5000}\n")],
        f"course.yaml:27: '{'9' * 59}… is an odd number. "
        "Write a plain decimal number, or a text in quotes.",
    ),
    "unknown branch": (
        [("branch: main", "branch: mian")],
        "course.yaml:18: unknown branch 'mian'. Did you mean 'main'?",
    ),
    "branch twice": (
        [("    title: Main", "    title: Main\n  - id: main\n    title: Again")],
        "course.yaml:10: branch 'main' a second time. Remove one of them.",
    ),
    "module twice": (
        [("milestones:", "  - {id: 01_first, title: T, goal: G, difficulty: 1, hours: 1, "
          "branch: main, requires: {}}\nmilestones:")],
        "course.yaml:30: module '01_first' a second time. It is in line 23.",
    ),
    "empty text": (
        [("title: A tiny course", "title:")],
        "course.yaml:2: 'title' must be a text. Put it in quotes.",
    ),
    "escape sequence": (
        [("title: First\n", 'title: "First\\e[31m"\n')],
        "course.yaml:24: 'title' has a control character. Remove it.",
    ),
    "text that runs backwards": (
        [("title: First\n", 'title: "First\\u202e"\n')],
        "course.yaml:24: 'title' has a control character. Remove it.",
    ),
    "library that is none": (
        [("library: tinylib", "library: Tiny-Lib")],
        "course.yaml:4: 'library' is 'Tiny-Lib'. "
        "Use lower-case letters, digits and _, a letter first, at most 40.",
    ),
    "library that hides another": (
        [("library: tinylib", "library: json")],
        "course.yaml:4: a library 'json' can't be imported beside Python's own 'json'. "
        "Choose another name.",
    ),
    "library with a way out": (
        [("library: tinylib", "library: ../lib")],
        "course.yaml:4: 'library' is '../lib'. "
        "Use lower-case letters, digits and _, a letter first, at most 40.",
    ),
    "unknown milestone module": (
        [("[01_first, 02_second]", "[01_first, second]")],
        "course.yaml:33: unknown module 'second'. Did you mean '02_second'?",
    ),
    "milestone module twice": (
        [("[01_first, 02_second]", "[01_first, 01_first]")],
        "course.yaml:33: module '01_first' a second time. Remove one.",
    ),
    "milestone without a program": (
        [("id: first_light", "id: darkness")],
        "course.yaml:31: milestone 'darkness' has no program. "
        "Write curriculum/milestones/darkness.py or take the milestone out.",
    ),
    "unknown milestone key": (
        [("    gate: it shines", "    gate: it shines\n    gates: 2")],
        "course.yaml:35: a milestone has no key 'gates'. Did you mean 'gate'?",
    ),
    "key twice": (
        [("title: A tiny course", "title: A tiny course\ntitle: Another")],
        "course.yaml:3: key 'title' a second time. It is in line 2.",
    ),
    "list as a key": (
        [("title: A tiny course", "title: A tiny course\n? [a, b]\n: c")],
        "course.yaml:3: a list or mapping as a key. A key is a word.",
    ),
    "tag that constructs": (
        [("title: A tiny course", "title: !!python/object/apply:os.system [exit]")],
        "course.yaml:2: tag tag:yaml.org,2002:python/object/apply:os.system. "
        "Remove it: only plain values are read.",
    ),
    "branches are no list": (
        [("branches:\n  - id: main\n    title: Main\n", "branches: main\n"),
         ("branch: main", "branch: m"), ("branch: main", "branch: m")],
        "course.yaml:7: 'branches' must be a list",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ONE_PROBLEM))
def test_a_problem_is_told_with_line_and_remedy(tmp_path: Path, name: str) -> None:
    replacements, told = ONE_PROBLEM[name]
    found = problems(tmp_path, changed(*replacements))
    assert found[0] == told
    assert len(found) == 1 or name == "branches are no list"


@pytest.mark.parametrize(
    "module_id",
    ["1_first", "first", "01_First", "01-first", "../../01_first", "01_first/../x", "01_",
     "١٢_first", "01_" + "x" * 41, "01_a\\nb", "01_first\\0"],
)  # fmt: skip
def test_an_id_that_could_be_a_path_or_hide_something_is_refused(
    tmp_path: Path, module_id: str
) -> None:
    text = changed(("id: 01_first", f'id: "{module_id}"'), ('01_first: "it is used"', "{}"))
    assert any(line.startswith("course.yaml:23: 'id'") for line in problems(tmp_path, text))


@pytest.mark.parametrize("name", ["lambda", "con", "com1"])
def test_a_name_that_makes_no_file_or_import_is_refused(tmp_path: Path, name: str) -> None:
    found = problems(tmp_path, changed(("id: 01_first", f"id: 01_{name}")))
    assert f"course.yaml:23: no file {name}.py can be made and imported everywhere" in found[1]


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ("01_second", "'01_first' has the number of '01_second'. "),
        ("002_first", "'01_first' has the name of '002_first'. "),
    ],
)
def test_numbers_and_names_are_taken_once(tmp_path: Path, second: str, told: str) -> None:
    found = problems(tmp_path, changed(("id: 02_second", f"id: {second}")))
    assert any(line.startswith(f"course.yaml:23: {told}") for line in found)


def test_a_missing_lesson_is_named(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "modules" / "01_first" / "first.py").unlink()
    with pytest.raises(CourseError) as caught:
        load_course(tmp_path)
    assert str(caught.value) == (
        "course.yaml:23: '01_first' has no lesson modules/01_first/first.py. "
        "Write the lesson there or take the module out."
    )


def test_every_problem_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = changed(
        ("library: tinylib", "library: json"),
        ("01_first: ", "tensr: "),
        ("hours: 1\n", "hours: 0\n"),
        ("[01_first, 02_second]", "[03_third]"),
    )
    found = problems(tmp_path, text)
    assert [line.split(":")[1] for line in found] == ["4", "20", "27", "33"]


def test_very_many_modules_are_refused(tmp_path: Path) -> None:
    modules = "".join(f"- id: {number:03}_m{number}\n" for number in range(700))
    found = problems(tmp_path, f"course: a\nmodules:\n{modules}")
    assert "course.yaml:2: 700 modules. At most 500 are read." in found


def test_a_folder_without_a_course_says_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        load_course(tmp_path)
    assert "course.yaml: can't be read" in str(caught.value)
    assert str(tmp_path / "curriculum" / "course.yaml") in str(caught.value)


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "curriculum" / "course.yaml").mkdir(parents=True)
    with pytest.raises(CourseError, match="can't be read"):
        load_course(tmp_path)


def test_reading_and_drawing_a_course_need_no_heavy_library() -> None:
    code = (
        "import tinytutor.curriculum.loader, tinytutor.curriculum.drawing, "
        "tinytutor.curriculum.walking, sys; print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"jupytext", "nbformat", "nbclient", "numpy", "textual"} & set(loaded)
