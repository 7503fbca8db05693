"""The edge of the program: here, once, errors become messages and exit codes."""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence

import click

from tinytutor.cli.errors import (
    CheckTimedOutError,
    DeclinedError,
    LeakySandboxError,
    UnknownPlaceError,
)
from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.output import Output, OutputClosedError
from tinytutor.cli.program import program
from tinytutor.cli.session import Session


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code. Raises nothing."""
    output = Output()
    session = Session(output)
    try:
        outcome = program.main(
            args=arguments, prog_name="tinytutor", standalone_mode=False, obj=session
        )
        output.close()
        return int(outcome or ExitCode.OK)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else ExitCode.OK
    except BaseException as error:  # the last place: nothing may pass it as a traceback
        return _report(error, output)
    finally:
        session.end()


def _report(error: BaseException, output: Output) -> ExitCode:
    try:
        code = exit_code_of(error)
        if code is ExitCode.OUTPUT_CLOSED:
            output.abandon()
        else:
            for line in message_of(error, code).splitlines():
                output.note(line)
        if code is ExitCode.INTERNAL and os.environ.get("TINYTUTOR_DEBUG"):
            for line in "".join(traceback.format_exception(error)).splitlines():
                output.note(line)
        return code
    except OutputClosedError:
        output.abandon()
        return ExitCode.OUTPUT_CLOSED


def exit_code_of(error: BaseException) -> ExitCode:
    """The code that an error ends the program with."""
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("tinytutor"):
        return ExitCode.ENVIRONMENT_BROKEN
    for kinds, code in _kinds():
        if isinstance(error, kinds):
            return code
    return ExitCode.INTERNAL


def message_of(error: BaseException, code: ExitCode) -> str:
    """What a person is told: fact, place and next step."""
    if isinstance(error, DeclinedError):
        return str(error)
    if code is ExitCode.INTERRUPTED:
        return "interrupted"
    if isinstance(error, click.UsageError):
        hint = f"\n`{error.ctx.command_path} --help` explains it." if error.ctx else ""
        return f"tinytutor: {error.format_message()}{hint}"
    if isinstance(error, click.ClickException):
        return f"tinytutor: {error.format_message()}"
    if isinstance(error, ModuleNotFoundError) and code is ExitCode.ENVIRONMENT_BROKEN:
        return f"tinytutor: the package {error.name!r} is missing here. `tinytutor doctor` helps."
    if code is ExitCode.INTERNAL:
        place = traceback.extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
        where = f" ({place.filename}:{place.lineno})" if place else ""
        return (
            f"tinytutor: a fault of its own: {type(error).__name__}: {error}{where}\n"
            f"Your files are as they were. Set TINYTUTOR_DEBUG=1 and run it again for the full "
            f"trace; please report it."
        )
    if isinstance(error, OSError) and error.filename is not None:
        return f"tinytutor: {error.filename}: {error.strerror}. Mend that and run it again."
    return f"tinytutor: {error}"


def _kinds() -> list[tuple[type[BaseException] | tuple[type[BaseException], ...], ExitCode]]:
    """Errors and their codes, the particular before the general."""
    # Imported only once something has gone wrong: a command that works needs few of them.
    from tinytutor.cohort.errors import (  # noqa: PLC0415
        ExtraMissingError,
        InstructorError,
        SubmissionError,
    )
    from tinytutor.curriculum import UnknownMilestoneError, UnknownModuleError  # noqa: PLC0415
    from tinytutor.curriculum.loader import CourseError  # noqa: PLC0415
    from tinytutor.notebooks.probes import ProbesError  # noqa: PLC0415
    from tinytutor.notebooks.reading import LessonError  # noqa: PLC0415
    from tinytutor.notebooks.student import NotebookUnreadableError  # noqa: PLC0415
    from tinytutor.progress.errors import StoreError  # noqa: PLC0415
    from tinytutor.review.checklist import NoSuchQuestionError  # noqa: PLC0415
    from tinytutor.review.courses import NoLessonsError  # noqa: PLC0415
    from tinytutor.review.decisions import DecisionsError  # noqa: PLC0415
    from tinytutor.review.effects import EffectsError  # noqa: PLC0415
    from tinytutor.review.reviewing import NoSuchModuleError, UnsafeError  # noqa: PLC0415
    from tinytutor.review.rules import UnknownRuleError  # noqa: PLC0415
    from tinytutor.running.sandbox.support import NoSandboxError  # noqa: PLC0415
    from tinytutor.tutor.errors import (  # noqa: PLC0415
        LockedError,
        NoSuchExerciseError,
        NotStartedError,
    )
    from tinytutor.tutor.hints import HintsError  # noqa: PLC0415
    from tinytutor.tutor.workspace import WorkspaceError  # noqa: PLC0415

    return [
        (OutputClosedError, ExitCode.OUTPUT_CLOSED),
        (BrokenPipeError, ExitCode.OUTPUT_CLOSED),
        ((KeyboardInterrupt, click.Abort, DeclinedError), ExitCode.INTERRUPTED),
        (CheckTimedOutError, ExitCode.TIMED_OUT),
        (NotStartedError, ExitCode.NOT_STARTED),
        (click.FileError, ExitCode.FILE_TROUBLE),
        (click.ClickException, ExitCode.USAGE),
        ((UnknownModuleError, UnknownMilestoneError), ExitCode.USAGE),
        ((UnknownPlaceError, NoSuchExerciseError), ExitCode.USAGE),
        (SubmissionError, ExitCode.USAGE),
        (ExtraMissingError, ExitCode.ENVIRONMENT_BROKEN),
        (InstructorError, ExitCode.FILE_TROUBLE),
        ((NoSuchModuleError, NoLessonsError, UnknownRuleError), ExitCode.USAGE),
        ((NoSuchQuestionError, EffectsError), ExitCode.USAGE),
        ((UnsafeError, NoSandboxError, LeakySandboxError), ExitCode.ENVIRONMENT_BROKEN),
        (ProbesError, ExitCode.USAGE),
        (LockedError, ExitCode.LOCKED),
        (WorkspaceError, ExitCode.NO_WORKSPACE),
        ((CourseError, LessonError, HintsError, DecisionsError), ExitCode.COURSE_BROKEN),
        (NotebookUnreadableError, ExitCode.NOTEBOOK_UNREADABLE),
        (StoreError, ExitCode.STORE_UNREADABLE),
        (OSError, ExitCode.FILE_TROUBLE),
    ]
