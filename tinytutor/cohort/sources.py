"""From what an instructor names on the command line to bundles, and to an opened cohort."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tinytutor.cohort.errors import CohortError
from tinytutor.cohort.folders import is_cohort
from tinytutor.cohort.records.cohort import Cohort
from tinytutor.cohort.records.inbox import Inbox, find_bundles, look_at
from tinytutor.cohort.records.ingest import OnProgress, ingest
from tinytutor.curriculum import Course


def received(places: Sequence[Path], course: Course) -> Inbox:
    """The bundles among what was named, at least one of which can be used.

    Raises CohortError, IngestError.
    """
    for place in places:
        if not place.exists():
            raise CohortError(f"{place} is not there: name bundles, or folders that hold them")
        if is_cohort(place):
            raise CohortError(
                f"{place} is a cohort's folder, and holds no bundles: name those it was made of"
            )
    paths = list(find_bundles(places))
    if not paths:
        raise CohortError(
            f"no .zip file is in {', '.join(map(str, places))}: name the bundles that students "
            f"wrote with `tinytutor submit`, or a folder that holds them"
        )
    inbox = look_at(paths, course)
    inbox.require_usable()
    return inbox


@contextmanager
def opened(
    places: Sequence[Path], course: Course, on_progress: OnProgress | None = None
) -> Iterator[Cohort]:
    """A cohort's folder as it is, or bundles made into one for as long as the body runs.

    Raises CohortError, IngestError, ExtraMissingError, OSError.
    """
    cohorts = [place for place in places if is_cohort(place)]
    if cohorts and len(places) > 1:
        raise CohortError(
            f"{cohorts[0]} is a cohort's folder: name it alone, or only bundles and folders of them"
        )
    if cohorts:
        with Cohort(cohorts[0], course) as cohort:
            yield cohort
        return
    inbox = received(places, course)
    with tempfile.TemporaryDirectory(prefix="tinytutor-cohort-") as name:
        folder = Path(name) / "cohort"
        # Named after where the bundles lie: the folder goes away, the name stays in what is made.
        title = places[0].stem if len(places) == 1 else f"{len(places)} bundles"
        ingest(
            inbox,
            course,
            folder,
            name=title,
            on_progress=on_progress,
        )
        with Cohort(folder, course) as cohort:
            yield cohort
