"""From what an instructor names on the command line to an opened cohort."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tinytutor.cohort.errors import CohortError
from tinytutor.cohort.records.cohort import Cohort, is_cohort
from tinytutor.cohort.records.inbox import find_bundles, look_at
from tinytutor.cohort.records.ingest import OnProgress, ingest
from tinytutor.curriculum import Course


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
    missing = [place for place in places if not place.exists()]
    if missing:
        raise CohortError(f"{missing[0]} is not there: name bundles, or folders that hold them")
    with tempfile.TemporaryDirectory(prefix="tinytutor-cohort-") as name:
        folder = Path(name) / "cohort"
        # Named after where the bundles lie: the folder goes away, the name stays in what is made.
        title = places[0].stem if len(places) == 1 else f"{len(places)} bundles"
        ingest(
            look_at(find_bundles(places), course),
            course,
            folder,
            name=title,
            on_progress=on_progress,
        )
        with Cohort(folder, course) as cohort:
            yield cohort
