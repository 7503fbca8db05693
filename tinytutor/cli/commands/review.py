"""`tinytutor review`: the quality of a course's content, by evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import complete_module, tutor_command
from tinytutor.cli.session import Session

if TYPE_CHECKING:
    from tinytutor.review.reviewing import CourseReview, Options

_SEVERITIES = ("critical", "high", "medium", "low")
_FILE = click.Path(path_type=Path, dir_okay=False)


@tutor_command("review", json_result=True, short_help="Judge a course's content, by evidence.")
@click.argument("modules", metavar="[MODULE]...", nargs=-1, shell_complete=complete_module)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", "md", "json", "html"]),
    help="text, unless --json is given.",
)
@click.option("-o", "--output", "file", type=_FILE, metavar="FILE", help="Write into FILE.")
@click.option("--no-run", is_flag=True, help="Judge from the text alone; run no lesson.")
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "require", "off"]),
    default="auto",
    show_default=True,
    help="Where lessons run. With auto, those of others run in the sandbox or not at all.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="Limit of one lesson's run.",
)
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=2, show_default=True)
@click.option(
    "--fail-on",
    type=click.Choice(_SEVERITIES),
    help="Exit with 1 where there is a finding of this severity or a worse one.",
)
@click.option(
    "--baseline", type=_FILE, metavar="FILE", help="An earlier --format json: show what changed."
)
@click.option(
    "--with",
    "progress",
    type=_FILE,
    multiple=True,
    metavar="FILE",
    help="What `tinytutor export --format json` wrote; any number of times.",
)
@click.option("--explain", metavar="RULE", help="Say what a rule looks for; `all` lists them.")
@click.option("--checklist", metavar="MODULE", help="The questions before a module is complete.")
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="QUESTION=yes|no|later",
    help="With --checklist: keep an answer in the course's review.yaml.",
)
@click.option("--note", default="", metavar="TEXT", help="With --answer: why.")
@click.option("--by", default="", metavar="NAME", help="With --checklist: who answers.")
def command(session: Session, **options: Any) -> ExitCode:
    """Review each MODULE of a course, all of them by default, against the scorecard.

    The course is any folder: one with a course file, or one with a notebook (.ipynb) or lesson
    (.py) per module. MODULE may also be the path of one lesson.

    Example: tinytutor review --course . --format html -o report.html
    """
    if options["explain"]:
        return _explain(session, options["explain"], options["kind"])
    if (options["answers"] or options["note"] or options["by"]) and not options["checklist"]:
        raise click.UsageError("--answer, --note and --by belong to --checklist MODULE.")
    kind = options["kind"] or ("json" if session.as_json else "text")
    if session.as_json and kind != "json":
        raise click.UsageError(f"--json and --format {kind} exclude each other.")
    if options["checklist"]:
        return _checklist(session, options)
    return _review(session, kind, options)


def _review(session: Session, kind: str, options: Mapping[str, Any]) -> ExitCode:
    from tinytutor.review import report  # noqa: PLC0415
    from tinytutor.review.effects import read_effects  # noqa: PLC0415

    # Files that are named are read first: a review takes long, and a typo shows at once.
    baseline = _baseline(options["baseline"]) if options["baseline"] else None
    effects = read_effects(options["progress"])
    review = _judged(session, options["modules"], _run_options(session, options))
    session.output.clear_status()
    changed = None
    if baseline is not None:
        if options["modules"]:
            reviewed = {module.id for module in review.modules}
            baseline = {key: entry for key, entry in baseline.items() if key in reviewed}
        changed = report.changes(review.modules, baseline)
    _write(session, kind, options["file"], review, effects, changed)
    if options["fail_on"]:
        worst = _SEVERITIES.index(options["fail_on"])
        found = (finding.severity.rank for module in review.modules for finding in module.findings)
        if any(rank <= worst for rank in found):
            return ExitCode.TESTS_FAILED
    return ExitCode.OK


def _write(
    session: Session, kind: str, file: Path | None, review: CourseReview, effects: Any, changed: Any
) -> None:
    from datetime import date  # noqa: PLC0415

    if kind == "text" and file is None:
        from tinytutor.cli.review_report import review_lines  # noqa: PLC0415

        for line in review_lines(review, effects, changed):
            session.output.line(*line)
        return
    if kind == "json":
        from tinytutor.review.to_json import review_document  # noqa: PLC0415

        document = review_document(review, effects, changed)
        if file is None:
            session.output.json(document)
            return
        text = json.dumps({"schema_version": 1, **document}, indent=2) + "\n"
    elif kind == "html":
        from tinytutor.review.to_html import to_html  # noqa: PLC0415

        text = to_html(review, date.today(), effects, changed)
    else:
        from tinytutor.review.to_markdown import to_markdown  # noqa: PLC0415

        text = to_markdown(review, date.today(), effects, changed)
    if file is None:
        session.output.content(text.encode("utf-8"))
        return
    from tinytutor.files import write_whole  # noqa: PLC0415

    write_whole(file, text)
    session.output.note(f"Written: {file}")


def _judged(session: Session, names: tuple[str, ...], options: Options) -> CourseReview:
    from tinytutor.review.reviewing import review_course  # noqa: PLC0415

    folder, names = _place(session, names)
    return review_course(folder, names, options, session.output.status)


def _place(session: Session, names: tuple[str, ...]) -> tuple[Path, tuple[str, ...]]:
    """The folder or file to review, and the names of modules in it."""
    if len(names) == 1 and Path(names[0]).suffix in (".py", ".ipynb") and Path(names[0]).is_file():
        return Path(names[0]).absolute(), ()
    if len(names) == 1 and session.course_option is None and Path(names[0]).is_dir():
        return Path(names[0]).absolute(), ()
    return session.course_folder, names


def _run_options(session: Session, options: Mapping[str, Any]) -> Options:
    from tinytutor.curriculum.loader import bundled_course_folder  # noqa: PLC0415
    from tinytutor.review.execution import RunLimits  # noqa: PLC0415
    from tinytutor.review.reviewing import Options  # noqa: PLC0415

    folder, _ = _place(session, options.get("modules", ()))
    return Options(
        run=not options["no_run"],
        sandbox={"auto": None, "require": True, "off": False}[options["sandbox"]],
        trusted=folder.resolve() == bundled_course_folder().resolve(),
        limits=RunLimits(seconds=options["timeout"]),
        jobs=options["jobs"],
    )


def _baseline(path: Path) -> dict[str, Mapping[str, object]]:
    try:
        document = json.loads(path.read_text("utf-8"))
        return {entry["id"]: entry for entry in document["modules"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise click.UsageError(
            f"{path} is no earlier review: give what `tinytutor review --format json` wrote."
        ) from None


def _explain(session: Session, name: str, kind: str | None) -> ExitCode:
    from tinytutor.cli.review_report import rule_lines  # noqa: PLC0415
    from tinytutor.review.rules import all_rules, rule_called  # noqa: PLC0415

    rules = all_rules() if name == "all" else (rule_called(name),)
    if session.as_json:
        shown = ("code", "name", "what", "why", "example", "fix", "blind", "hours")
        entries = [
            {**{key: getattr(rule, key) for key in shown}, "severity": rule.severity.value}
            for rule in rules
        ]
        session.output.json({"rules": entries})
        return ExitCode.OK
    if kind == "md":
        from tinytutor.review.rules_page import rules_markdown  # noqa: PLC0415

        session.output.content(rules_markdown().encode("utf-8"))
        return ExitCode.OK
    for rule in rules:
        if len(rules) > 1:
            session.output.line(f"{rule.code}  {rule.severity:<9} {rule.name}")
        else:
            for line in rule_lines(rule):
                session.output.line(*line)
    return ExitCode.OK


def _checklist(session: Session, options: Mapping[str, Any]) -> ExitCode:
    from tinytutor.cli.review_report import checklist_lines  # noqa: PLC0415
    from tinytutor.review.checklist import checklist, is_complete  # noqa: PLC0415
    from tinytutor.review.decisions import write_answers  # noqa: PLC0415

    given = [_answer(text) for text in options["answers"]]
    review = _judged(session, (options["checklist"],), _run_options(session, options))
    session.output.clear_status()
    module, decisions = review.modules[0], review.decisions
    if not given and not session.as_json and session.output.can_ask:
        for line in checklist_lines(module, checklist(decisions, module.id)):
            session.output.line(*line)
        given = _asked(
            session, [i.question.id for i in checklist(decisions, module.id) if not i.answer]
        )
    if given:
        path = write_answers(review.folder, decisions, _signed(session, module.id, given, options))
        session.output.note(f"Kept in {path}")
        from tinytutor.review.decisions import read_decisions  # noqa: PLC0415

        decisions = read_decisions(review.folder)
    items = checklist(decisions, module.id)
    complete = is_complete(module, decisions)
    if session.as_json:
        questions = [
            {
                "id": item.question.id,
                "question": item.question.text,
                "answer": item.answer.answer if item.answer else None,
                "name": item.answer.name if item.answer else None,
                "date": item.answer.date if item.answer else None,
                "note": item.answer.note if item.answer else None,
            }
            for item in items
        ]
        session.output.json(
            {
                "module": module.id,
                "status": module.status.value,
                "criteria": dict(module.criteria),
                "questions": questions,
                "complete": complete,
            }
        )
    else:
        for line in checklist_lines(module, items):
            session.output.line(*line)
        session.output.line("Complete." if complete else "Not complete yet.")
    return ExitCode.OK if complete else ExitCode.TESTS_FAILED


def _answer(text: str) -> tuple[str, str]:
    from tinytutor.review.checklist import question_called  # noqa: PLC0415

    name, _, answer = text.partition("=")
    if answer not in ("yes", "no", "later"):
        raise click.UsageError(
            f"--answer {text!r}: write QUESTION=yes, QUESTION=no or QUESTION=later."
        )
    return question_called(name).id, answer


def _asked(session: Session, open_questions: list[str]) -> list[tuple[str, str]]:
    from tinytutor.review.checklist import question_called  # noqa: PLC0415

    given = []
    for question_id in open_questions:
        said = session.output.ask(
            f"{question_called(question_id).text} [yes/no/later, Enter skips]"
        )
        answer = {"y": "yes", "n": "no", "l": "later"}.get(said.lower()[:1], "")
        if answer:
            given.append((question_id, answer))
    return given


def _signed(
    session: Session, module_id: str, given: list[tuple[str, str]], options: Mapping[str, Any]
) -> list[Any]:
    from datetime import date  # noqa: PLC0415

    from tinytutor.review.decisions import Answer  # noqa: PLC0415

    name = options["by"].strip() or (
        session.output.ask("Your name") if session.output.can_ask else ""
    )
    if not name:
        raise click.UsageError("an answer needs a name: add --by NAME.")
    day = date.today().isoformat()
    return [Answer(module_id, q, answer, name, day, options["note"]) for q, answer in given]
