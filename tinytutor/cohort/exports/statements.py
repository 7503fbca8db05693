"""Events as xAPI 1.0.3 statements. The same event gives the same statement, whenever it is made.

A learning record store knows a statement by its id, which is made from the event's: sending twice
stores once. The actor is an account under a pseudonym, never a name or an address.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tinytutor.cohort.exports.enrolments import utc_text
from tinytutor.cohort.records.cohort import Cohort
from tinytutor.curriculum import Course

VERSION = "1.0.3"
_ADL = "http://adlnet.gov/expapi"
_VERBS = {
    "initialized": f"{_ADL}/verbs/initialized",
    "attempted": f"{_ADL}/verbs/attempted",
    "passed": f"{_ADL}/verbs/passed",
    "failed": f"{_ADL}/verbs/failed",
    "completed": f"{_ADL}/verbs/completed",
    "commented": f"{_ADL}/verbs/commented",
    "requested attention": "http://id.tincanapi.com/verb/requested-attention",
}
_LANGUAGE = "en-US"

Statement = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Speaker:
    """In whose name statements are made."""

    domain: str
    """Of the institution: `learn.example.edu`."""
    naming: Callable[[str], str]
    """Student → pseudonym, 32 hex digits."""

    @property
    def root(self) -> str:
        """What every address of a statement begins with."""
        return f"https://{self.domain}/xapi"

    @property
    def namespace(self) -> uuid.UUID:
        """Of all ids that this institution makes."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{self.root}/statements")


def statements(cohort: Cohort, speaker: Speaker) -> Iterator[Statement]:
    """All statements of a cohort, student after student, in the order of what happened."""
    maker = _Maker(cohort.course, speaker)
    for rows in cohort.batches(_EVENTS):
        for row in rows:
            yield from maker.of(*row)


def to_lines(found: Iterator[Statement]) -> Iterator[str]:
    """Statements as lines of JSON."""
    return (json.dumps(statement, separators=(",", ":")) + "\n" for statement in found)


_EVENTS = """
WITH attempts AS (
    SELECT student, n, row_number() OVER (PARTITION BY student, module_id ORDER BY n) AS number
    FROM events WHERE kind = 'attempt_finished' AND module_id IS NOT NULL
),
tests AS (
    SELECT student, n, list({
        'test_id': test_id, 'exercise_id': exercise_id, 'status': status,
        'error_type': error_type, 'points': points, 'seconds': seconds
    } ORDER BY place) AS tests
    FROM outcomes WHERE event_id IS NOT NULL GROUP BY ALL
)
SELECT student, event_id, kind, "at", session, module_id, exercise_id, place, "text", seconds,
    step, attempts.number, tests, elapsed_seconds
FROM events
    LEFT JOIN attempts USING (student, n)
    LEFT JOIN tests USING (student, n)
    LEFT JOIN (SELECT student, module_id, elapsed_seconds FROM enrolments)
        USING (student, module_id)
WHERE module_id IS NOT NULL AND event_id IS NOT NULL AND kind IN (
    'module_started', 'attempt_finished', 'module_passed', 'hint_shown', 'confusion_reported'
)
ORDER BY student, n
"""


class _Maker:
    """Makes the statements of one event."""

    def __init__(self, course: Course, speaker: Speaker):
        self._course = course
        self._speaker = speaker
        self._grouping = {"id": self._activity(course.id)}
        self._actors: dict[str, tuple[Statement, str]] = {}

    def of(
        self,
        student: str,
        event_id: str,
        kind: str,
        at: datetime,
        session: str,
        module_id: str,
        exercise_id: str | None,
        place: str | None,
        text: str | None,
        seconds: float,
        step: int,
        number: int | None,
        tests: list[Mapping[str, Any]] | None,
        elapsed: float,
    ) -> Iterator[Statement]:
        """The statements of one row of `_EVENTS`."""
        module = self._module(module_id)

        def say(
            verb: str,
            what: Statement,
            result: Statement | None = None,
            part: str = "",
            extensions: Mapping[str, object] | None = None,
        ) -> Statement:
            actor, registration = self._actor(student)
            context = {
                "registration": registration,
                "platform": "tinytutor",
                "language": _LANGUAGE,
                "contextActivities": {"grouping": [self._grouping]},
                "extensions": {
                    self._extension("session-id"): session,
                    **{self._extension(key): value for key, value in (extensions or {}).items()},
                },
            }
            if what is not module:
                context["contextActivities"] = {
                    "parent": [{"id": module["id"]}],
                    "grouping": [self._grouping],
                }
            name = "/".join([actor["account"]["name"], event_id, *([part] if part else [])])
            return {
                "id": str(uuid.uuid5(self._speaker.namespace, name)),
                "actor": actor,
                "verb": {"id": _VERBS[verb], "display": {_LANGUAGE: verb}},
                "object": what,
                **({"result": result} if result else {}),
                "context": context,
                "timestamp": utc_text(at),
            }

        if kind == "module_started":
            yield say("initialized", module)
        elif kind == "attempt_finished":
            scope = self._assessment(module_id, exercise_id or "check")
            duration = {"duration": duration_text(seconds)}
            yield say("attempted", scope, duration, extensions={"attempt-number": number})
            for test in tests or ():
                if test["status"] != "not_reached":
                    verb = "passed" if test["status"] == "passed" else "failed"
                    result = _test_result(test, self._extension("error-class"))
                    what = self._assessment(module_id, test["exercise_id"] or "", test["test_id"])
                    yield say(verb, what, result, part=test["test_id"])
        elif kind == "module_passed":
            done = {"completion": True, "duration": duration_text(elapsed)}
            yield say("completed", module, done)
        elif kind == "hint_shown":
            what = self._assessment(module_id, exercise_id or "check")
            yield say("requested attention", what, extensions={"hint-level": step})
        elif kind == "confusion_reported":
            said = {"response": text} if text else None
            about = {"report-kind": "confusion", "place": exercise_id or place or ""}
            yield say("commented", module, said, extensions=about)

    def _actor(self, student: str) -> tuple[Statement, str]:
        if student not in self._actors:
            name = self._speaker.naming(student)
            account = {"homePage": f"{self._speaker.root}/pseudonym/v1", "name": name}
            enrolment = uuid.uuid5(self._speaker.namespace, f"{self._course.id}/{name}")
            self._actors[student] = {"objectType": "Agent", "account": account}, str(enrolment)
        return self._actors[student]

    def _module(self, module_id: str) -> Statement:
        title = self._course.module(module_id).title
        return self._object(self._activity(self._course.id, module_id), "module", title)

    def _assessment(self, module_id: str, *parts: str) -> Statement:
        names = [part for part in parts if part]
        address = self._activity(self._course.id, module_id, *names)
        return self._object(address, "assessment", names[-1])

    def _object(self, address: str, kind: str, name: str) -> Statement:
        definition = {"type": f"{_ADL}/activities/{kind}", "name": {_LANGUAGE: name}}
        return {"objectType": "Activity", "id": address, "definition": definition}

    def _activity(self, *parts: str) -> str:
        return "/".join([self._speaker.root, "activities", *parts])

    def _extension(self, name: str) -> str:
        return f"{self._speaker.root}/ext/{name}"


def duration_text(seconds: float) -> str:
    """ISO 8601 in one fixed form, as stores compare it as text."""
    return f"PT{seconds:.2f}S"


def _test_result(test: Mapping[str, Any], error_class: str) -> Statement:
    passed = test["status"] == "passed"
    most = test["points"]
    score: Statement = {"scaled": 1.0 if passed else 0.0}
    if most > 0:
        score |= {"raw": most if passed else 0.0, "min": 0, "max": most}
    result: Statement = {
        "success": passed,
        "score": score,
        "duration": duration_text(test["seconds"]),
    }
    if test["error_type"]:
        result["extensions"] = {error_class: test["error_type"]}
    return result
