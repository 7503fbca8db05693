"""What can go wrong on the instructor's side; each message gives fact, place and next step."""

from __future__ import annotations


class InstructorError(ValueError):
    """Something that can't be used as it is."""


class SubmissionError(InstructorError):
    """Nothing was handed in."""


class ConsentError(InstructorError):
    """A student's choice that can't be read or made."""


class KeyFileError(InstructorError):
    """A key for pseudonyms that can't be used."""


class IngestError(InstructorError):
    """No cohort was made."""


class CohortError(InstructorError):
    """A folder that is no cohort, or one of another course."""


class RosterError(InstructorError):
    """A list of students that can't be used."""


class CanvasFileError(InstructorError):
    """A file that is no Canvas export, or has no column for any module."""


class SpreadsheetError(InstructorError):
    """More than a workbook holds."""


class JournalError(InstructorError):
    """A journal of grading that can't be used."""


class ClusterError(InstructorError):
    """A Dask cluster that can't be reached, or not safely."""


class LrsError(InstructorError):
    """A learning record store that can't be used."""


class ExtraMissingError(ImportError):
    """A library that is not installed; the message has the command that installs it."""
