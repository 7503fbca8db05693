"""Which parts a lesson has, by its headings and prose: what rules and scorecard both ask."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from enum import StrEnum

from tinytutor.review import phrases
from tinytutor.review.anatomy import MEASURING
from tinytutor.review.context import Context
from tinytutor.review.material import Heading, Section, plain_title, words
from tinytutor.review.syntax import DEFINITIONS, called, docstring, loaded

_SUBSTANTIAL_WORDS = 80
_COST_TERMS = 4
"""A substantial analysis without measuring code has at least so many words, and terms of cost."""


_PACKAGES = frozenset(
    {
        "pip", "install", "numpy", "torch", "pytorch", "matplotlib", "python", "pandas", "scipy",
        "jupyter", "the", "and", "or", "following", "packages", "libraries", "import", "imports",
        "are", "is", "used", "we", "for", "plotting", "with", "version", "as", "np", "plt",
    }
)  # fmt: skip


class Source(StrEnum):
    """Where something is stated, the best first."""

    HEADING = "heading"
    PROSE = "prose"
    BESIDE = "beside"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Statement:
    """Where a lesson states something, and the words."""

    source: Source
    text: str = ""
    line: int = 1
    where: str = ""
    """The file beside the lesson, for `Source.BESIDE`."""


@dataclass(frozen=True, slots=True)
class SystemsAnalysis:
    """What a lesson has of a systems analysis."""

    heading: Heading | None = None
    """Of the section that comes nearest to one."""
    words: int = 0
    measuring: tuple[str, ...] = ()
    """Functions of the lesson that measure, or the calls that do."""
    measuring_line: int = 1
    is_given: bool = False
    """Whether a section of its own measures, or analyses at length."""


def prerequisites(context: Context) -> Statement:
    """The best statement of prerequisites that the lesson has."""
    best: Section | None = None
    for section in context.sections_named(phrases.PREREQUISITES):
        half = len(context.material.lines) // 2
        if section.heading.line > max(half, 60):
            break
        # `Dependencies` over a list of imports is about packages; an empty section says nothing.
        if words(section.text) >= 2 and not _only_packages(section.text):
            best = section
            break
    if best is not None:
        text = f"{best.heading.title}\n{best.text}"
        return Statement(Source.HEADING, text, best.heading.line)
    for line, text in context.first_prose:
        if phrases.PREREQUISITE_SENTENCE.search(text):
            return Statement(Source.PROSE, text, line)
    where = context.beside_says(phrases.PREREQUISITES)
    if where:
        return Statement(Source.BESIDE, context.lesson.beside[where], where=where)
    return Statement(Source.NOWHERE)


def _only_packages(text: str) -> bool:
    """Whether a section lists nothing but packages to install."""
    told = re.findall(r"[A-Za-z][\w.-]+", text.lower())
    return bool(told) and all(word in _PACKAGES for word in told)


def systems_analysis(context: Context) -> SystemsAnalysis:
    """The section that analyses time or memory, or what there is instead of one."""
    best = SystemsAnalysis()
    helpers = _measuring_definitions(context)
    for section in context.material.sections:
        title = plain_title(section.heading.title)
        level = section.heading.level
        if level > 4 or not phrases.SYSTEMS.search(title) or phrases.QUESTIONS.search(title):
            continue
        # Deep in another section, `What does it cost?` is a remark and no section of its own.
        if level > 2 and not phrases.SYSTEMS_BY_NAME.search(title):
            continue
        # The lesson's own title may be about profiling: it is no section within it.
        if level == 1 and section is context.material.sections[0]:
            continue
        measures = _measures(section, helpers, context)
        length = words(section.text)
        costs = len(phrases.COST_WORDS.findall(section.text))
        given = measures or (length >= _SUBSTANTIAL_WORDS and costs >= _COST_TERMS)
        found = SystemsAnalysis(section.heading, length, (), 1, given)
        if given:
            return found
        if best.heading is None or length > best.words:
            best = found
    if best.heading is not None:
        return best
    loose = _loose_measuring(context)
    names = (*helpers, *(name for name, _ in loose))
    line = next(
        (context.anatomy.definitions[name].lineno for name in helpers), loose[0][1] if loose else 1
    )
    return SystemsAnalysis(measuring=tuple(dict.fromkeys(names)), measuring_line=line)


def _measuring_definitions(context: Context) -> tuple[str, ...]:
    anatomy = context.anatomy
    return tuple(
        name
        for name, node in anatomy.definitions.items()
        if not anatomy.is_test(node) and anatomy.measures(node)
    )


def _measures(section: Section, helpers: tuple[str, ...], context: Context) -> bool:
    nodes = [
        node
        for statement in section.code
        if not (isinstance(statement, DEFINITIONS) and context.anatomy.is_test(statement))
        for node in context.anatomy.inside(statement)
    ]
    return (
        any(MEASURING.search(name) for name in called(nodes))
        or bool(set(helpers) & loaded(nodes))
        or any(isinstance(n, ast.Attribute) and n.attr in ("nbytes", "itemsize") for n in nodes)
    )


def _loose_measuring(context: Context) -> list[tuple[str, int]]:
    """Measuring calls at top level: name and line."""
    return [
        (name, statement.lineno)
        for statement in context.material.tree.body
        if not isinstance(statement, (*DEFINITIONS, ast.If))
        for name in called(context.anatomy.inside(statement))
        if MEASURING.search(name)
    ]


def has_objectives(context: Context) -> bool:
    """Whether the lesson says what it leads to."""
    half = max(len(context.material.lines) // 2, 80)
    for section in context.sections_named(phrases.OBJECTIVES):
        if section.heading.line <= half and words(section.text) >= 3:
            return True
    return any(phrases.OBJECTIVES_SENTENCE.search(text) for _, text in context.first_prose)


def summary(context: Context) -> Section | None:
    """The last summary section, if it stands in the second half."""
    half = len(context.material.lines) * 0.5
    found = [
        section
        for section in context.sections_named(phrases.SUMMARY)
        if section.heading.line >= half and words(section.text) + len(section.code) >= 3
    ]
    # The last of the highest level: a summary's own subsections also say what was learned.
    if not found:
        return None
    level = min(section.heading.level for section in found)
    return [section for section in found if section.heading.level == level][-1]


def time_estimate(context: Context) -> Statement | None:
    """Where the lesson says how long it takes."""
    return _stated(context, phrases.TIME, phrases.TIME_FIELD)


def difficulty(context: Context) -> Statement | None:
    """Where the lesson says how hard it is."""
    return _stated(context, phrases.DIFFICULTY, phrases.DIFFICULTY)


def _stated(
    context: Context, in_lesson: re.Pattern[str], beside: re.Pattern[str]
) -> Statement | None:
    for line, text in context.first_prose:
        if in_lesson.search(text):
            return Statement(Source.PROSE, text, line)
    where = context.beside_says(beside)
    return Statement(Source.BESIDE, where=where) if where else None


def has_docstring(node: ast.AST) -> bool:
    """Whether a definition has a docstring with a word in it."""
    return isinstance(node, DEFINITIONS) and words(docstring(node)) > 0
