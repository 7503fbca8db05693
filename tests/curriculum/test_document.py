"""Files that are no course at all, or that want to do harm, are refused quickly."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from tests.curriculum.course_files import problems
from tinytutor.curriculum import document
from tinytutor.curriculum.problems import MOST_PROBLEMS

HOSTILE = {
    "nothing": (b"", "empty"),
    "only a comment": (b"# later\n", "empty"),
    "a text": (b"hello", "the course must be a mapping"),
    "a list": (b"- a\n- b\n", "the course must be a mapping"),
    "NUL": (b"course: a\ntitle: \0\n", "course.yaml:2: a character that no text file holds"),
    "not UTF-8": (b"course: a\n\ntitle: caf\xe9\n", "course.yaml:3: not UTF-8 text"),
    "UTF-16": ("course: a\n".encode("utf-16"), "not UTF-8 text"),
    "no YAML": (b"course: [a\ntitle: b\n", "course.yaml:2: not readable as YAML"),
    "tabs": (b"course: a\nbranches:\n\t- id: b\n", "course.yaml:3: not readable as YAML"),
    "two documents": (b"course: a\n---\ncourse: b\n", "not readable as YAML"),
    "anchor": (b"course: &a x\ntitle: *a\n", "course.yaml:1: anchor &a"),
    "alias to itself": (b"course: &a [*a]\n", "anchor &a"),
    "alias bomb": (
        b"a: &a [x,x]\n"
        + b"".join(b"%c: &%c [*%c,*%c]\n" % (c, c, c - 1, c - 1) for c in b"bcdefg"),
        "anchor &a",
    ),
    "merge key": (b"<<: {course: a}\n", "the course has no key '<<'"),
    "object": (b"!!python/object:os.system {}\n", "tag tag:yaml.org,2002:python/object:os.system"),
    "module": (b"course: !!python/name:os.system\n", "tag tag:yaml.org,2002:python/name:os.system"),
    "deep list": (b"course: " + b"[" * 100_000, "nested more than"),
    "deep mapping": (b"{a: " * 100_000, "nested more than"),
    "deep blocks": (b"\n".join(b" " * n + b"a:" for n in range(500)), "nested more than"),
    "huge": (b"#" * (1 << 20) + b"\ncourse: a\n", "longer than 1048576 bytes"),
    "directive": (b"%YAML 9.9\n---\ncourse: a\n", "course.yaml"),
}  # fmt: skip


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", None)])
@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_file_is_refused_quickly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, loader: type | None
) -> None:
    if loader is None:
        pytest.skip("this PyYAML has no C parser")
    monkeypatch.setattr(document, "_LOADER", loader)
    raw, told = HOSTILE[name]
    started = time.process_time()
    found = problems(tmp_path, raw)
    assert time.process_time() - started < 5
    assert any(told in line for line in found)


def test_of_very_many_problems_only_the_first_are_told(tmp_path: Path) -> None:
    text = "".join(f"key{number}: 1\n" for number in range(50_000))
    assert len(problems(tmp_path, text)) == MOST_PROBLEMS
