"""Tiny courses for tests: real lessons in the format of docs/authors.md, quick to run."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LIBRARY = "tinylib"
"""The package that a student of a tiny course builds."""


@dataclass(frozen=True)
class TinyExercise:
    """One exercise of a tiny lesson."""

    id: str
    title: str
    signature: str
    solution: str
    """The statements that the student has to write."""
    test: str
    """Statements of the test function."""
    mistake: str
    """What the student typically writes instead of `solution`."""
    says: str
    """Words with which the test names that mistake."""


@dataclass(frozen=True)
class TinyModule:
    """One module of a tiny course."""

    id: str
    title: str
    exercises: tuple[TinyExercise, ...]
    requires: tuple[str, ...] = ()
    given: str = ""
    """Further lines of the first code cell."""
    difficulty: int = 1
    hours: float = 0.5
    branch: str = "only"

    @property
    def name(self) -> str:
        """The id without its number."""
        return self.id.split("_", 1)[1]


NUMBERS = TinyModule(
    id="01_numbers",
    title="Numbers",
    exercises=(
        TinyExercise(
            id="double",
            title="Twice as much",
            signature="def double(x):",
            solution="return 2 * x",
            test='same(double(3), 6, "double(3)", mistakes={"that is the square": 9})',
            mistake="return x * x",
            says="that is the square",
        ),
        TinyExercise(
            id="half",
            title="Half as much",
            signature="def half(x):",
            solution="return x / 2",
            test='same(half(5), 2.5, "half(5)", mistakes={"`//` drops the rest": 2})',
            mistake="return x // 2",
            says="drops the rest",
        ),
    ),
)

WORDS = TinyModule(
    id="02_words",
    title="Words",
    requires=("01_numbers",),
    given=f"from {LIBRARY}.numbers import double",
    exercises=(
        TinyExercise(
            id="repeat",
            title="Say it twice",
            signature="def repeat(word):",
            solution='return " ".join([word] * double(1))',
            test='expect(repeat("go") == "go go", "a blank stands between the two words")',
            mistake="return word * double(1)",
            says="a blank stands between",
        ),
    ),
)

PAIRS = TinyModule(
    id="03_pairs",
    title="Pairs",
    requires=("01_numbers", "02_words"),
    exercises=(
        TinyExercise(
            id="swap",
            title="The other way round",
            signature="def swap(pair):",
            solution="return pair[1], pair[0]",
            test='expect(swap((1, 2)) == (2, 1), "the second comes first")',
            mistake="return pair",
            says="the second comes first",
        ),
    ),
)

TINY_MODULES = (NUMBERS, WORDS, PAIRS)
"""01 is open at once, 02 needs 01, 03 needs both."""


def build_course(folder: Path, modules: Sequence[TinyModule] = TINY_MODULES) -> Path:
    """Writes a course into `folder`, which is what `--course` takes; returns the folder."""
    _write(folder / "curriculum" / "course.yaml", _course_text(modules))
    for number, module in enumerate(modules, 1):
        home = folder / "modules" / module.id
        _write(home / f"{module.name}.py", lesson_text(module, number))
        _write(home / "hints.yaml", _hints_text(module))
        _write(home / "quiz.yaml", _QUIZ)
        for exercise in module.exercises:
            _write(home / "mistakes" / f"{exercise.id}.yaml", _mistake_text(exercise))
    return folder


PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEUlEQVR4nGP4"
    "z8DA8B+MgBgAHfAD/dPQfSYAAAAASUVORK5CYII="
)
"""A picture of two by two pixels, PNG in base64."""


def add_aids(folder: Path) -> Path:
    """Gives the first module of a tiny course all that helps to learn; returns the folder.

    A puzzle for `double`, a question before the experiment, a reference card, given code that
    prints, and an experiment that draws a picture.
    """
    home = folder / "modules" / NUMBERS.id
    puzzle = "double:\n  parsons:\n    lines: [first, second]\n    distractors: [never]\n"
    hints = (home / "hints.yaml").read_text("utf-8").replace("double:\n", puzzle, 1)
    _write(home / "hints.yaml", hints)
    lesson = (home / f"{NUMBERS.name}.py").read_text("utf-8")
    asking = '# %% [markdown] tags=["prediction"]\n"""\n**Predict first.** How long?\n"""\n\n'
    experiment = '# %% tags=["experiment"]\n'
    drawing = f"{asking}{experiment}{_DRAWS.format(pixel=PIXEL)}"
    lesson = lesson.replace(experiment, drawing, 1)
    lesson = lesson.replace("import expect, run_tests, same\n", _GIVEN, 1)
    _write(
        home / f"{NUMBERS.name}.py", lesson.replace('# %% [markdown]\n"""\n## Summary', _CARD, 1)
    )
    return folder


_GIVEN = """\
import expect, run_tests, same

print("given code speaks")
"""
_DRAWS = """\
class Drawn:
    def _repr_png_(self):
        import base64
        return base64.b64decode({pixel!r})

from IPython.display import display
display(Drawn())
"""
_CARD = '''\
# %% [markdown]
"""
## Quick reference

`double(x)` is twice `x`.

```python
double(2)
```
"""

# %% [markdown]
"""
## Summary'''


def reference_cell(exercise: TinyExercise) -> str:
    """The solution cell as a student who knows the answer leaves it."""
    return f"#| export\n{exercise.signature}\n{textwrap.indent(exercise.solution, '    ')}"


def wrong_cell(exercise: TinyExercise) -> str:
    """The solution cell with the typical mistake in it."""
    return f"#| export\n{exercise.signature}\n{textwrap.indent(exercise.mistake, '    ')}"


def lesson_text(module: TinyModule, number: int = 1) -> str:
    """The lesson file of a module."""
    parts = [_HEADER, _opening(module, number)]
    parts += [_exercise_text(place, exercise) for place, exercise in enumerate(module.exercises, 1)]
    tests = ", ".join(f"test_{exercise.id}" for exercise in module.exercises)
    parts.append(_CLOSING.format(title=module.title, tests=tests))
    return "\n".join(parts)


_HEADER = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
"""

_CLOSING = '''\
# %% [markdown]
"""
## Systems analysis

How long does it take?
"""

# %% tags=["experiment"]
print("{title}: measured")

# %% [markdown]
"""
## Summary and what comes next

You built {title}.
"""

# %%
if __name__ == "__main__":
    run_tests({tests})
'''

_QUIZ = """\
- question: "What is twice two?"
  choices: ["3", "4"]
  answer: 2
  because: "Two and two are four."
"""


def _opening(module: TinyModule, number: int) -> str:
    return f'''\
# %% [markdown]
"""
# {number:02d} {module.title}

You will build **{module.title.lower()}** from nothing.

```
{module.name} ──▶ library
```
"""

# %%
#| default_exp {module.name}
#| export
import math
{module.given}

# %%
from tinytutor.kit import expect, run_tests, same
'''


def _exercise_text(place: int, exercise: TinyExercise) -> str:
    solved = textwrap.indent(exercise.solution, "    ")
    test = textwrap.indent(exercise.test, "    ")
    return f'''\
# %% [markdown]
"""
## {place}. {exercise.title}

Write `{exercise.id}`.
"""

# %% nbgrader={_solution_metadata(exercise)}
#| export
{exercise.signature}
    ### BEGIN SOLUTION
{solved}
    ### END SOLUTION

# %% nbgrader={_test_metadata(exercise)}
def test_{exercise.id}():
{test}

test_{exercise.id}()
'''


def _solution_metadata(exercise: TinyExercise) -> str:
    flags = {"grade": False, "grade_id": exercise.id, "locked": False}
    return json.dumps({**flags, "schema_version": 3, "solution": True})


def _test_metadata(exercise: TinyExercise) -> str:
    flags = {"grade": True, "grade_id": f"test_{exercise.id}", "locked": True, "points": 5}
    return json.dumps({**flags, "schema_version": 3, "solution": False})


def _course_text(modules: Sequence[TinyModule]) -> str:
    lines = [
        "course: tiny",
        "title: A tiny course",
        'version: "1"',
        f"library: {LIBRARY}",
        "branches:",
    ]
    for branch in dict.fromkeys(module.branch for module in modules):
        lines += [f"  - id: {branch}", f"    title: {branch.capitalize()}"]
    lines.append("modules:")
    for module in modules:
        lines += [
            f"  - id: {module.id}",
            f"    title: {module.title}",
            f"    goal: Know {module.title.lower()}.",
            f"    difficulty: {module.difficulty}",
            f"    hours: {module.hours:g}",
            f"    branch: {module.branch}",
        ]
        if module.requires:
            lines.append("    requires:")
            lines += [f'      {needed}: "what it exports is used"' for needed in module.requires]
        else:
            lines.append("    requires: {}")
    return "\n".join([*lines, ""])


def _hints_text(module: TinyModule) -> str:
    lines = []
    for exercise in module.exercises:
        lines += [
            f"{exercise.id}:",
            "  steps:",
            f'    - "What does {exercise.id} ask for?"',
            '    - "Look at the heading above it."',
            f"    - 'Nearly the code: {exercise.solution.split()[0]} ...'",
            "  example: |",
            "    def triple(x):",
            "        return 3 * x",
        ]
    return "\n".join([*lines, ""])


def _mistake_text(exercise: TinyExercise) -> str:
    return f"""\
- name: the typical mistake
  replace: {exercise.solution!r}
  with: {exercise.mistake!r}
  test: test_{exercise.id}
  says: {exercise.says!r}
"""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
