"""A lesson as linear text keeps every word and picture, and shows no solution."""

from __future__ import annotations

from pathlib import Path

from tests.courses import NUMBERS, lesson_text
from tinytutor.cli.plain_text import markdown_lines, section_lines
from tinytutor.notebooks.reading import parse_lesson


def plain(source: str, width: int = 76) -> str:
    return "\n".join(markdown_lines(source, width)).strip("\n")


def test_headings_are_underlined() -> None:
    assert plain("# One\n\n## Two") == "One\n===\n\nTwo\n---"


def test_emphasis_and_links_lose_their_marks_but_code_keeps_its_own() -> None:
    source = "a **bold** and *soft* word, `x * y * z`, 2 * 3 * 4, [here](https://example.org)"
    expected = "a bold and soft word, `x * y * z`, 2 * 3 * 4, here (https://example.org)"
    assert plain(source) == expected


def test_pictures_and_tables_stay_as_drawn() -> None:
    assert plain("```\n┌─┐\n# no heading\n```") == "    ┌─┐\n    # no heading"
    assert plain("| a | **b** |\n|---|---|") == "| a | **b** |\n|---|---|"


def test_paragraphs_are_wrapped_and_items_indented() -> None:
    assert plain("one two\nthree four", 9) == "one two\nthree\nfour"
    assert plain("- one two three\n- four", 9) == "- one two\n  three\n- four"
    assert plain("1. one two three", 9) == "1. one\n   two\n   three"


def test_a_section_says_where_it_is_and_hides_the_solution() -> None:
    lesson = parse_lesson(lesson_text(NUMBERS), NUMBERS.id, Path("numbers.py"))
    text = "\n".join(section_lines(lesson.sections[1], 2, 5))
    assert text.startswith("[Section 2 of 5: 1. Twice as much]")
    assert "[Exercise double]" in text
    assert "raise NotImplementedError()" in text
    assert "return 2 * x" not in text
    assert "[Test test_double]" in text


def test_the_main_block_is_no_reading_matter() -> None:
    lesson = parse_lesson(lesson_text(NUMBERS), NUMBERS.id, Path("numbers.py"))
    assert "__main__" not in "\n".join(section_lines(lesson.sections[-1], 5, 5))
