"""`tinytutor grade`: runs submissions again, with the course's own tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinytutor import interrupts
from tinytutor.cli.errors import LeakySandboxError
from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import tutor_command
from tinytutor.cli.output import Output, Tone
from tinytutor.cli.session import Session

if TYPE_CHECKING:
    from tinytutor.cohort.batch.batch import Batch, RunBatch
    from tinytutor.cohort.batch.cluster import Certificates
    from tinytutor.cohort.batch.grading_one import GradingSettings
    from tinytutor.cohort.batch.results import GradedSubmission
    from tinytutor.curriculum import Course

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@tutor_command("grade", json_result=True, short_help="Run submissions again; resumable.")
@click.argument(
    "bundles", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="BUNDLE..."
)
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="For results, grades and feedback. The same folder goes on where a batch was cut off.",
)
@click.option("-j", "--jobs", type=click.IntRange(1, 256), default=2, help="At a time; 2.")
@click.option("--module", "modules", multiple=True, metavar="MODULE", help="Only this; repeatable.")
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "require", "off"]),
    default="auto",
    help="Box the students' code; auto warns where that can't be.",
)
@click.option(
    "--hidden",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="Your own hidden tests, MODULE.py each, in place of the course's.",
)
@click.option("--dask", metavar="ADDRESS", help="Grade on the Dask cluster there.")
@click.option("--tls-ca", type=_FILE, help="The cluster's authority, a PEM file.")
@click.option("--tls-cert", type=_FILE, help="Your certificate.")
@click.option("--tls-key", type=_FILE, help="Its key.")
def command(
    session: Session,
    bundles: tuple[Path, ...],
    folder: Path,
    jobs: int,
    modules: tuple[str, ...],
    sandbox: str,
    hidden: Path | None,
    dask: str | None,
    tls_ca: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
) -> ExitCode:
    """Run the notebooks of each student's newest bundle and write grades.csv and feedback pages.

    Hidden tests ask each solution with fresh random numbers. Each result is compared with what the
    student's machine reported. A batch that was cut off goes on with the same command: nothing is
    graded twice. Exit code 1: results differ from reports.

    Example: tinytutor grade submissions/ -j 4 -o graded
    """
    from tinytutor.cli.cohort_progress import RateLine  # noqa: PLC0415
    from tinytutor.cohort.batch.batch import run_batch  # noqa: PLC0415
    from tinytutor.cohort.sources import received  # noqa: PLC0415

    course, output = session.course, session.output
    chosen = [course.find(name).id for name in modules] or [m.id for m in course.modules]
    inbox = received(bundles, course)
    progress = RateLine(output, "notebooks")
    total = sum(name in chosen for bundle in inbox.newest for name in bundle.notebooks)

    def tell(result: GradedSubmission, done: int) -> None:
        if not session.as_json:
            output.line(*_result_line(result))
        progress.show(done, max(done, total))

    settings = _settings(sandbox, hidden, course)
    if dask:
        certificates = _certificates(tls_ca, tls_cert, tls_key)
        run = _on_cluster(dask, certificates, session, settings)
    else:
        _try_sandbox(settings, output)
        run = _here(course, jobs, settings)
    batch = run_batch(inbox, course, chosen, folder, run, tell)
    output.clear_status()
    for each in batch.unusable:
        output.note(f"{each.file}: {each.reason}")
    differing = sum(each.agreement.value == "different" for each in batch.graded)
    if session.as_json:
        output.json(_summary(batch, folder))
    else:
        _tell_summary(output, batch, folder, differing)
    return ExitCode.TESTS_FAILED if differing else ExitCode.OK


def _settings(sandbox: str, hidden: Path | None, course: Course) -> GradingSettings:
    """Raises ProbesError: hidden tests are read before anything is graded."""
    import secrets  # noqa: PLC0415

    from tinytutor.cohort.batch.grading_one import (  # noqa: PLC0415
        GradingSettings,
        own_hidden_tests,
    )
    from tinytutor.running.sandbox.support import SandboxMode  # noqa: PLC0415

    texts = own_hidden_tests(hidden, course) if hidden is not None else {}
    return GradingSettings(SandboxMode(sandbox), secrets.randbits(32), texts)


def _try_sandbox(settings: GradingSettings, output: Output) -> None:
    """Says where there is no box; refuses where there is one that does not hold."""
    from tinytutor.running.escapes import escapes  # noqa: PLC0415
    from tinytutor.running.sandbox.support import choose_sandbox  # noqa: PLC0415

    choice = choose_sandbox(settings.sandbox)
    if choice.warning:
        output.note(f"tinytutor: {choice.warning}")
    found = escapes() if choice.boxed else []
    if found:
        raise LeakySandboxError(found)


def _here(course: Course, jobs: int, settings: GradingSettings) -> RunBatch:
    from tinytutor.cohort.batch.grading_one import LocalGrading  # noqa: PLC0415
    from tinytutor.cohort.batch.local import grade_here  # noqa: PLC0415

    return lambda work, keep: interrupts.run(
        grade_here(work, lambda: LocalGrading(course, settings), jobs, keep)
    )


def _on_cluster(
    address: str,
    certificates: Certificates | None,
    session: Session,
    settings: GradingSettings,
) -> RunBatch:
    from tinytutor.cohort.batch.cluster import grade_on_cluster, require_safe  # noqa: PLC0415
    from tinytutor.curriculum.loader import bundled_course_folder  # noqa: PLC0415

    require_safe(address, certificates)
    own = session.course.folder
    folder = None if own == bundled_course_folder() else own
    return lambda work, keep: grade_on_cluster(work, address, certificates, folder, keep, settings)


def _certificates(ca: Path | None, cert: Path | None, key: Path | None) -> Certificates | None:
    from tinytutor.cohort.batch.cluster import Certificates  # noqa: PLC0415

    if ca is None and cert is None and key is None:
        return None
    if ca is None or cert is None or key is None:
        raise click.UsageError("--tls-ca, --tls-cert and --tls-key belong together.")
    return Certificates(ca, cert, key)


def _result_line(result: GradedSubmission) -> tuple[str | tuple[str, Tone], ...]:
    graded = result.graded
    passed = graded.status.value == "passed"
    words = f"{graded.status.value:<10}"
    points = f"{graded.points:g}/{graded.most_points:g} points"
    told = "" if result.agreement.value == "same" else f"  {result.agreement.value}"
    return (
        (words, Tone.GOOD if passed else Tone.BAD),
        f" {result.student}  {result.module_id}  {points}  {graded.seconds:.1f} s",
        (told, Tone.WARN),
    )


def _summary(batch: Batch, folder: Path) -> dict[str, object]:
    statuses: dict[str, int] = {}
    agreements: dict[str, int] = {}
    for each in batch.graded:
        statuses[each.graded.status.value] = statuses.get(each.graded.status.value, 0) + 1
        agreements[each.agreement.value] = agreements.get(each.agreement.value, 0) + 1
    return {
        "folder": str(folder),
        "graded": len(batch.graded),
        "resumed": batch.resumed,
        "statuses": statuses,
        "agreements": agreements,
        "unusable": [{"file": each.file, "reason": each.reason} for each in batch.unusable],
    }


def _tell_summary(output: Output, batch: Batch, folder: Path, differing: int) -> None:
    passed = sum(each.graded.status.value == "passed" for each in batch.graded)
    before = f", {batch.resumed} of them before" if batch.resumed else ""
    output.line((f"{len(batch.graded)} graded{before}, {passed} passed.", Tone.STRONG))
    for each in batch.graded:
        for difference in each.differences:
            output.line(
                (f"differs  {each.student}  {each.module_id}  {difference.test_id}: ", Tone.WARN),
                f"reported {difference.reported}, here {difference.graded}",
            )
    if differing:
        output.line(f"{differing} differ from what the student's machine reported.")
    output.line(f"{folder}: grades.csv, results.jsonl, feedback/")
