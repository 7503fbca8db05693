"""What people decided about a course's content: kept in its `review.yaml`, with name and date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinytutor.files import write_whole
from tinytutor.review.allowing import AllowEntry

_ANSWERS = ("yes", "no", "later")
_LARGEST = 1 << 20


class DecisionsError(ValueError):
    """A `review.yaml` that can't be used; the message names file, entry and mend."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered to a question of the checklist."""

    module: str
    question: str
    """Id of the question."""
    answer: str
    """`yes`, `no` or `later`."""
    name: str
    date: str
    """ISO 8601, day only."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decisions:
    """All of `review.yaml`."""

    answers: tuple[Answer, ...] = ()
    allowed: tuple[AllowEntry, ...] = ()

    def answer_to(self, module: str, question: str) -> Answer | None:
        """The latest answer."""
        found = [a for a in self.answers if (a.module, a.question) == (module, question)]
        return found[-1] if found else None


def decisions_file(folder: Path) -> Path:
    """Where a course keeps its decisions: beside its course file, else in its folder."""
    folder = folder if folder.is_dir() else folder.parent
    beside = folder / "curriculum"
    return (beside if (beside / "course.yaml").is_file() else folder) / "review.yaml"


def read_decisions(folder: Path) -> Decisions:
    """The decisions of a course; none where there is no file. Raises DecisionsError, OSError."""
    path = decisions_file(folder)
    if not path.is_file():
        return Decisions()
    import yaml  # noqa: PLC0415  15 ms, only where there is a file

    if path.stat().st_size > _LARGEST:
        raise DecisionsError(
            f"{path}: larger than 1 MiB. Keep answers and allowed rules in it, no more."
        )
    try:
        text = path.read_text("utf-8")
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise DecisionsError(f"{path}: aliases are not allowed. Write the values out.")
        content = yaml.safe_load(text) or {}
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise DecisionsError(f"{path}: no YAML: {error}") from None
    if not isinstance(content, dict) or set(content) - {"answers", "allow"}:
        raise DecisionsError(f"{path}: it must be a mapping with the keys 'answers' and 'allow'")
    answers = tuple(
        Answer(
            **_fields(
                path, "answers", entry, ("module", "question", "answer", "name", "date"), ("note",)
            )
        )
        for entry in _entries(path, content, "answers")
    )
    for answer in answers:
        if answer.answer not in _ANSWERS:
            raise DecisionsError(
                f"{path}: answer {answer.answer!r} to {answer.question!r}: say yes, no or later"
            )
    allowed = tuple(
        AllowEntry(
            **{"at": "", **_fields(path, "allow", entry, ("rule", "module", "reason"), ("at",))}
        )
        for entry in _entries(path, content, "allow")
    )
    return Decisions(answers, allowed)


def write_answers(folder: Path, decisions: Decisions, new: Iterable[Answer]) -> Path:
    """Adds answers; one to the same question of the same module takes the older one's place."""
    import yaml  # noqa: PLC0415

    kept = {(a.module, a.question): a for a in (*decisions.answers, *new)}
    answers = [
        {
            "module": a.module,
            "question": a.question,
            "answer": a.answer,
            "name": a.name,
            "date": a.date,
            **({"note": a.note} if a.note else {}),
        }
        for a in sorted(kept.values(), key=lambda a: (a.module, a.question))
    ]
    allowed = [
        {"rule": e.rule, "module": e.module, **({"at": e.at} if e.at else {}), "reason": e.reason}
        for e in decisions.allowed
    ]
    content = {"answers": answers, **({"allow": allowed} if allowed else {})}
    path = decisions_file(folder)
    head = "# What people decided of this course's content; see `tinytutor review --checklist`.\n"
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=88)
    # A plain `yes` would be read back as a truth value: quoted, it stays a word.
    write_whole(path, head + text)
    return path


def _entries(path: Path, content: dict[str, Any], key: str) -> list[Any]:
    found = content.get(key) or []
    if not isinstance(found, list):
        raise DecisionsError(f"{path}: {key!r} must be a list")
    return found


def _fields(
    path: Path, key: str, entry: Any, needed: tuple[str, ...], optional: tuple[str, ...]
) -> dict[str, str]:
    if not isinstance(entry, dict) or set(entry) - {*needed, *optional} or set(needed) - set(entry):
        raise DecisionsError(
            f"{path}: an entry of {key!r} needs {', '.join(needed)}: {entry!r}"[:400]
        )
    values = {name: _word(value) for name, value in entry.items()}
    if not all(values[name].strip() for name in needed):
        raise DecisionsError(f"{path}: an entry of {key!r} has an empty field: {entry!r}"[:400])
    return values


def _word(value: object) -> str:
    """YAML reads `yes` as a truth value and a date as a date: both are words here."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
