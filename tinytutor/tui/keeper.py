"""What the editor holds against what the notebook file holds. Pure: reads and writes nothing.

Every change made here must reach the file, and no change made elsewhere may be lost: the keeper
knows for each exercise the text last seen in the file and the text of the editor, and decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Keeper:
    """Texts by exercise."""

    in_file: Mapping[str, str] = field(default_factory=dict)
    edited: Mapping[str, str] = field(default_factory=dict)
    """Only those that differ from the file."""

    def text_of(self, exercise_id: str) -> str:
        """What the editor shows."""
        return self.edited.get(exercise_id, self.in_file.get(exercise_id, ""))

    def typed(self, exercise_id: str, text: str) -> Keeper:
        """After the student typed."""
        edited = {**self.edited, exercise_id: text}
        if text == self.in_file.get(exercise_id):
            del edited[exercise_id]
        return replace(self, edited=edited)

    def saved(self, exercise_id: str, text: str) -> Keeper:
        """After this text was written; what was typed meanwhile stays unsaved."""
        in_file = {**self.in_file, exercise_id: text}
        edited = {key: value for key, value in self.edited.items() if in_file.get(key) != value}
        return Keeper(in_file, edited)

    def read(self, in_file: Mapping[str, str]) -> Keeper:
        """After the file was read; an exercise whose cell is gone from it keeps its text here."""
        known = {**self.in_file, **in_file}
        edited = {key: value for key, value in self.edited.items() if known.get(key) != value}
        return Keeper(known, edited)

    def conflicts(self, in_file: Mapping[str, str]) -> tuple[str, ...]:
        """The exercises that changed here and in a file with these texts: the student decides."""
        return tuple(
            key
            for key in self.changed_outside(in_file)
            if key in self.edited and self.edited[key] != in_file[key]
        )

    def changed_outside(self, in_file: Mapping[str, str]) -> tuple[str, ...]:
        """The exercises whose text in the file is another than before."""
        return tuple(key for key, text in in_file.items() if self.in_file.get(key, "") != text)
