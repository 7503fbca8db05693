"""Where cohorts lie. Opens none: the app asks this of every folder it is started in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

ABOUT_NAME = "cohort.json"
"""The file by which a cohort's folder is known."""


def is_cohort(folder: Path) -> bool:
    """Whether `ingest` made the folder."""
    return (folder / ABOUT_NAME).is_file()


def cohorts_near(places: Iterable[Path]) -> tuple[Path, ...]:
    """The cohorts' folders among the places and directly in them, by name."""
    found: dict[Path, None] = {}
    for place in places:
        try:
            inside = sorted(path.parent for path in place.glob(f"*/{ABOUT_NAME}"))
        except OSError:  # a folder that may not be listed has none for us
            inside = []
        found |= dict.fromkeys(f.resolve() for f in (place, *inside) if is_cohort(f))
    return tuple(sorted(found, key=lambda folder: (folder.name, folder)))
