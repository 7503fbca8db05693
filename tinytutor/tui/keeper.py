"""What the editor holds against what the notebook file holds. Pure: reads and writes nothing.

Every change made here must reach the file, and no change made elsewhere may be lost: the keeper knows
for each exercise the text last seen in the file and the text of the editor, and decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum


class Outside(Enum):
    """What a change of the file by another program asks for."""

    NOTHING = "nothing"
    LOAD = "load"
    """The editor has nothing of its own: take the file's text."""
    ASK = "ask"
    """Both changed: only the student can say which counts."""


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
        """After the file was read and its texts were taken over as what stands there."""
        edited = {key: value for key, value in self.edited.items() if in_file.get(key) != value}
        return Keeper(dict(in_file), edited)

    def outside(self, in_file: Mapping[str, str], exercise_id: str) -> Outside:
        """What a file with these texts means for one exercise."""
        theirs = in_file.get(exercise_id, "")
        if theirs == self.in_file.get(exercise_id, "") or theirs == self.text_of(exercise_id):
            return Outside.NOTHING
        return Outside.ASK if exercise_id in self.edited else Outside.LOAD

    def changed_outside(self, in_file: Mapping[str, str]) -> tuple[str, ...]:
        """The exercises whose text in the file is another than before."""
        return tuple(key for key, text in in_file.items() if self.in_file.get(key, "") != text)
