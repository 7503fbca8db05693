"""The graph of the whole course, with tiny lessons, and a student in the middle of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.courses import NUMBERS, TinyModule, build_course
from tests.curriculum.samples import REQUIRES, TITLES, chain_with_side_ways, module_id
from tinytutor.curriculum import Course
from tinytutor.curriculum.loader import load_course
from tinytutor.progress.events import Event, ModulePassed, ModuleStarted
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import create_workspace

BRANCHES = {
    **dict.fromkeys((1, 2), "foundations"),
    **dict.fromkeys((3, 4, 5, 6, 7, 8, 9, 10), "machine"),
    **dict.fromkeys((11, 12, 13, 14, 19), "language"),
    **dict.fromkeys((15, 16, 17, 18, 20), "systems"),
}
_EFFORT = {1: (1, 1.0), 2: (2, 4.0), 6: (4, 6.0), 9: (3, 5.0), 13: (4, 5.0)}


def build_whole(folder: Path, requires: Mapping[int, Iterable[int]] = REQUIRES) -> Course:
    """Writes the course with these prerequisites by number, and loads it."""
    modules = []
    for number, needed in requires.items():
        difficulty, hours = _EFFORT.get(number, (3, 3.5))
        modules.append(
            TinyModule(
                id=module_id(number),
                title=TITLES[number - 1] if number <= len(TITLES) else f"Module {number}",
                exercises=NUMBERS.exercises,
                requires=tuple(map(module_id, needed)),
                difficulty=difficulty,
                hours=hours,
                branch=BRANCHES.get(number, "systems"),
            )
        )
    return load_course(build_course(folder, modules))


def build_large(folder: Path, count: int = 300) -> Course:
    """A course of so many modules."""
    return build_whole(folder, chain_with_side_ways(count))


def at_work(folder: Path, course: Course, passed: Iterable[int] = (1, 2, 3, 4)) -> None:
    """Makes a workspace in which some modules have passed and the next one is started."""
    tutor = Tutor(create_workspace(folder, course))
    for number in passed:
        module = course.modules[number - 1]
        lesson = tutor.lesson(module.id)
        tutor.store.append(Event(ModuleStarted(), module_id=module.id))
        passing = ModulePassed("a", lesson.tests_sha256, module.name, "# passed\n")
        tutor.store.append(Event(passing, module_id=module.id))
    following = tutor.next_module()
    if following is not None:
        tutor.start(following)
    tutor.store.close()
