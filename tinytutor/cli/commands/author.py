"""`tinytutor author`: for those who write lessons."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import global_options, modules_argument, tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session
from tinytutor.curriculum import Module

if TYPE_CHECKING:
    from tinytutor.authoring.mutation import MutationReport


@click.group("author", short_help="Tools for authors of lessons.", no_args_is_help=False)
def command() -> None:
    """Build the reference library, put reference solutions in, rehearse lessons."""


@tutor_command("build", json_result=True, short_help="Write the reference library.")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="The library's package is written into this folder.",
)
def build(session: Session, folder: Path) -> None:
    """Write the library as it is when every solution is the author's.

    Example: tinytutor author build -o /tmp/reference
    """
    from tinytutor.authoring.reference import build_reference_library  # noqa: PLC0415  jupytext

    written = build_reference_library(session.course, folder)
    if session.as_json:
        session.output.json({"files": [str(path) for path in written]})
        return
    for path in written:
        session.output.line(str(path))


@tutor_command("solve", json_result=True, short_help="Put the reference solutions into notebooks.")
@modules_argument()
@click.option("--all", "every", is_flag=True, help="All modules of the course.")
def solve(session: Session, modules: tuple[str, ...], every: bool) -> None:
    """Put the reference solutions of each MODULE into its notebook in the workspace.

    A copy of the notebook is kept, and the record says that the solutions were shown. Nothing is
    passed by it: `tinytutor check` does that.

    Example: tinytutor author solve 01 02
    """
    solved = []
    for module in _chosen(session, modules, every=every):
        notebook = session.workspace.notebook(module)
        backup = session.tutor.put_solutions(module.id)
        solved.append(
            {
                "module": module.id,
                "notebook": str(notebook),
                "backup": str(backup) if backup else None,
            }
        )
        if not session.as_json:
            session.output.line(f"{module.id}: {notebook}")
            if backup:
                session.output.note(f"  the notebook before is kept in {backup}")
    if session.as_json:
        session.output.json({"solved": solved})


@tutor_command("rehearse", json_result=True, short_help="Prove that a lesson's tests bite.")
@modules_argument()
@click.option("--all", "every", is_flag=True, help="All modules of the course.")
def rehearse(session: Session, modules: tuple[str, ...], every: bool) -> ExitCode:
    """See that the starter fails, the reference passes, and every recorded mistake is caught.

    Each MODULE runs on the reference library of the course. Exit code 1 where there is a complaint.

    Example: tinytutor author rehearse 02
    """
    import tempfile  # noqa: PLC0415

    from tinytutor.authoring.reference import build_reference_library  # noqa: PLC0415  jupytext
    from tinytutor.authoring.rehearse_module import complaints  # noqa: PLC0415
    from tinytutor.notebooks.reading import read_lesson  # noqa: PLC0415

    found: dict[str, list[str]] = {}
    chosen = _chosen(session, modules, every=every)
    with tempfile.TemporaryDirectory(prefix="tinytutor-rehearsal-") as folder:
        build_reference_library(session.course, Path(folder))
        for module in chosen:
            session.output.status(f"rehearsing {module.id}")
            found[module.id] = list(complaints(module, read_lesson(module), Path(folder)))
            if not session.as_json:
                count = len(found[module.id])
                tone = Tone.BAD if count else Tone.GOOD
                session.output.line((f"{module.id}: {count} complaints", tone))
                for text in found[module.id]:
                    session.output.line(f"  {text}")
    if session.as_json:
        session.output.json({"complaints": found})
    return ExitCode.TESTS_FAILED if any(found.values()) else ExitCode.OK


@tutor_command("mutate", json_result=True, short_help="Measure how sharply the tests look.")
@modules_argument()
@click.option("--all", "every", is_flag=True, help="All modules of the course.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=2, show_default=True)
def mutate(session: Session, modules: tuple[str, ...], every: bool, jobs: int) -> ExitCode:
    """Change one spot of a reference solution at a time and see whether a test notices.

    Wanted are 90 % or more; survivors that are as good as the reference are listed with a reason in
    the module's equivalent.yaml. Exit code 1 where one is not, or the rate is lower.

    Example: tinytutor author mutate 03
    """
    import tempfile  # noqa: PLC0415

    from tinytutor.authoring.mutation import LEAST_KILL_RATE, mutate_module  # noqa: PLC0415
    from tinytutor.authoring.reference import build_reference_library  # noqa: PLC0415  jupytext
    from tinytutor.notebooks.reading import read_lesson  # noqa: PLC0415

    reports = []
    with tempfile.TemporaryDirectory(prefix="tinytutor-mutation-") as folder:
        build_reference_library(session.course, Path(folder))
        for module in _chosen(session, modules, every=every):
            show = partial(_show_progress, session, module.id)
            report = mutate_module(
                module, read_lesson(module), Path(folder), jobs=jobs, on_progress=show
            )
            reports.append(report)
            if not session.as_json:
                killed = report.total - len(report.survivors)
                tone = Tone.GOOD if report.kill_rate >= LEAST_KILL_RATE else Tone.BAD
                session.output.line(
                    (f"{module.id}: {killed} of {report.total} noticed", tone),
                    f" ({report.kill_rate:.1%}), {report.unexplained} survivors unexplained",
                )
                for mutant in report.survivors:
                    session.output.line(f"  {mutant.exercise_id}:{mutant.line}: {mutant.kind}")
                    session.output.line(f"    {mutant.code}")
    if session.as_json:
        session.output.json({"modules": [_plain(report) for report in reports]})
    good = all(r.kill_rate >= LEAST_KILL_RATE and not r.unexplained for r in reports)
    return ExitCode.OK if good else ExitCode.TESTS_FAILED


@tutor_command("cohort", json_result=True, short_help="Invented students, to try reports with.")
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="A new folder, for one bundle per student.",
)
@click.option("--students", type=click.IntRange(1, 1_000_000), default=100, help="How many; 100.")
@click.option("--seed", type=int, default=0, help="Another number, other students; 0.")
def cohort(session: Session, folder: Path, students: int, seed: int) -> None:
    """Write the bundles of an invented cohort, with all that goes wrong in real ones.

    The students do the course's exercises, fail, take help and drop out; clocks are wrong, files
    are cut off. Their bundles hold no notebooks.

    Example: tinytutor author cohort --students 300 -o invented
    """
    from tinytutor.cohort.synthetic import Plan, tests_of, write_cohort  # noqa: PLC0415

    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty: name a new folder.")
    files = write_cohort(
        folder, session.course, tests_of(session.course), Plan(students, seed=seed)
    )
    if session.as_json:
        session.output.json({"folder": str(folder), "students": students, "bundles": files})
    else:
        session.output.line(f"{folder}: {files} bundles of {students} students")


def _show_progress(session: Session, module_id: str, done: int, total: int) -> None:
    session.output.status(f"{module_id}: {done} of {total} mutants")


def _plain(report: MutationReport) -> dict[str, object]:
    return {
        "id": report.module_id,
        "mutants": report.total,
        "kill_rate": report.kill_rate,
        "unexplained": report.unexplained,
        "survivors": [
            {
                "exercise": mutant.exercise_id,
                "line": mutant.line,
                "kind": mutant.kind,
                "code": mutant.code,
            }
            for mutant in report.survivors
        ],
    }


def _chosen(session: Session, names: tuple[str, ...], *, every: bool) -> tuple[Module, ...]:
    """The modules named, in the order of the course. Raises UsageError where none is."""
    if bool(names) == every:
        raise click.UsageError("name modules, or give --all")
    if every:
        return session.course.modules
    wanted = {session.module(name).id for name in names}
    return tuple(module for module in session.course.modules if module.id in wanted)


command.params.extend(global_options(with_json=True))
for each in (build, solve, rehearse, mutate, cohort):
    command.add_command(each)
