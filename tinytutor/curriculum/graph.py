"""What follows from the prerequisites: order, reach, levels. Pure functions over a course."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from tinytutor.curriculum.model import Course

Edge = tuple[str, str]
"""Ids of a prerequisite and of the module that needs it."""


def edges(course: Course) -> tuple[Edge, ...]:
    """All direct prerequisites as pairs, in the order of the course file."""
    return tuple((needed, module.id) for module in course.modules for needed in module.required_ids)


def unlocks(course: Course, module_id: str) -> tuple[str, ...]:
    """Modules that name this one as a direct prerequisite, in ascending number."""
    return course.dependents[module_id]


def ancestors(course: Course, module_id: str) -> frozenset[str]:
    """Everything that must be passed before this module opens, however far back."""
    return _reach(module_id, {module.id: module.required_ids for module in course.modules})


def descendants(course: Course, module_id: str) -> frozenset[str]:
    """Everything that stays closed until this module has passed, however far ahead."""
    return _reach(module_id, course.dependents)


def topological_order(course: Course) -> tuple[str, ...]:
    """An order in which every module comes after its prerequisites; smaller numbers first."""
    dependents = course.dependents
    missing = {module.id: len(module.requires) for module in course.modules}
    position = {module.id: index for index, module in enumerate(course.modules)}
    ready = [position[module_id] for module_id, count in missing.items() if not count]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        module_id = course.modules[heapq.heappop(ready)].id
        order.append(module_id)
        for dependent in dependents[module_id]:
            missing[dependent] -= 1
            if not missing[dependent]:
                heapq.heappush(ready, position[dependent])
    return tuple(order)


def levels(course: Course) -> dict[str, int]:
    """How many modules lie before each one on the longest way from a beginning of the course."""
    found: dict[str, int] = {}
    for module_id in topological_order(course):
        required = course.module(module_id).required_ids
        found[module_id] = 1 + max((found[needed] for needed in required), default=-1)
    return found


def redundant_edges(course: Course) -> tuple[Edge, ...]:
    """Direct prerequisites that another prerequisite brings along anyway."""
    before = {module.id: ancestors(course, module.id) for module in course.modules}
    return tuple(
        (needed, module.id)
        for module in course.modules
        for needed in module.required_ids
        if any(needed in before[other] for other in module.required_ids)
    )


def find_cycles(requires: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Ways from a module back to itself, each as `(a, b, …, a)` where a requires b.

    One way per requirement that closes a cycle; an empty list means that there is none.
    Requirements that are no keys of `requires` are passed over.
    """
    cycles: list[tuple[str, ...]] = []
    finished: set[str] = set()
    for start in requires:
        if start in finished:
            continue
        path = {start: iter(requires[start])}
        while path:
            module_id, needed_ids = next(reversed(path.items()))
            needed = next(needed_ids, None)
            if needed is None:
                finished.add(module_id)
                del path[module_id]
            elif needed in path:
                way = list(path)
                cycles.append((*way[way.index(needed) :], needed))
            elif needed in requires and needed not in finished:
                path[needed] = iter(requires[needed])
    return cycles


def _reach(start: str, neighbours: Mapping[str, Iterable[str]]) -> frozenset[str]:
    seen: set[str] = set()
    pending = list(neighbours[start])
    while pending:
        module_id = pending.pop()
        if module_id not in seen:
            seen.add(module_id)
            pending.extend(neighbours[module_id])
    return frozenset(seen)
