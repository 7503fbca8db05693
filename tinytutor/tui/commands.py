"""The one table of commands: bindings, footer, help and palette are all drawn from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType

from tinytutor.tui import text


class Place(StrEnum):
    """Where a command can be given."""

    EVERYWHERE = "everywhere"
    MAP = "map"
    MODULE = "module"
    LESSON = "lesson"
    """In a module, while the lesson has the focus: single letters, which the editor would type."""
    PROGRESS = "progress"
    REVIEW = "review"
    COHORT = "cohort"


@dataclass(frozen=True, slots=True)
class Command:
    """Something a student can do."""

    action: str
    """Textual's action, `action_` before it is the method; the id of its words in `text`."""
    keys: str
    """Comma-separated, the first is shown."""
    place: Place
    in_footer: bool = False
    priority: bool = False
    """Whether the key is taken even while the student types in the editor."""
    in_palette: bool = True
    argument: str = ""

    @property
    def id(self) -> str:
        """Action and argument: what the settings file calls it."""
        return f"{self.action}.{self.argument}" if self.argument else self.action

    @property
    def title(self) -> str:
        """For the footer: a word or two."""
        return text.COMMANDS[self.id][0]

    @property
    def sentence(self) -> str:
        """For help and palette."""
        return text.COMMANDS[self.id][1]

    @property
    def call(self) -> str:
        """The action with its argument and its owner, as Textual parses it."""
        owner = "app." if self.action in _OF_THE_APP else ""
        if self.place is Place.LESSON and not owner:
            # Its keys belong to the pane, what they do to the screen.
            owner = "screen."
        return f"{owner}{self.action}({self.argument!r})" if self.argument else owner + self.action


_OF_THE_APP = frozenset(
    {"help", "quit", "show_progress", "show_settings", "show_review", "confusion"}
)
"""Actions of the app itself, which a screen may give a key of its own."""
_MODULE = Place.MODULE
COMMANDS: tuple[Command, ...] = (
    Command("open_focused", "enter", Place.MAP, in_footer=True),
    Command("check_focused", "c", Place.MAP, in_footer=True),
    Command("find", "slash", Place.MAP, in_footer=True),
    Command("find_again", "n", Place.MAP, in_palette=False, argument="next"),
    Command("find_again", "N", Place.MAP, in_palette=False, argument="previous"),
    Command("go_next", "g", Place.MAP),
    Command("show_progress", "p", Place.MAP, in_footer=True),
    Command("show_settings", "s,comma", Place.MAP),
    Command("help", "question_mark", Place.MAP, in_footer=True, in_palette=False),
    Command("quit", "q", Place.MAP, in_footer=True, in_palette=False),
    Command("run_tests", "f5,ctrl+r", _MODULE, in_footer=True, priority=True),
    Command("check_module", "f6,ctrl+g", _MODULE, in_footer=True, priority=True),
    Command("hint", "f2,ctrl+t", _MODULE, in_footer=True, priority=True),
    Command("exercise", "f3", _MODULE, priority=True, argument="previous"),
    Command("exercise", "f4,ctrl+n", _MODULE, in_footer=True, priority=True, argument="next"),
    Command("section", "ctrl+up,alt+up", _MODULE, priority=True, argument="previous"),
    Command("section", "ctrl+down,alt+down", _MODULE, priority=True, argument="next"),
    Command("next_pane", "ctrl+l", _MODULE, in_footer=True, priority=True),
    Command("outline", "ctrl+o", _MODULE, in_footer=True, priority=True),
    Command("solution", "f7", _MODULE, priority=True),
    Command("reset", "f9", _MODULE, priority=True),
    Command("undo_reset", "", _MODULE),
    Command("experiment", "", _MODULE),
    Command("leave", "escape", _MODULE, in_footer=True, priority=True),
    Command("section", "n,right_square_bracket", Place.LESSON, in_palette=False, argument="next"),
    Command(
        "section", "p,left_square_bracket", Place.LESSON, in_palette=False, argument="previous"
    ),
    Command("experiment", "x", Place.LESSON, in_palette=False),
    Command("help", "question_mark", Place.LESSON, in_palette=False),
    Command("back", "escape,q", Place.PROGRESS, in_footer=True, in_palette=False),
    Command("back", "escape,q", Place.REVIEW, in_footer=True, in_palette=False),
    Command("show_review", "", Place.EVERYWHERE),
    Command("next_plot", "v,space", Place.COHORT, in_footer=True, in_palette=False),
    Command("back", "escape,q", Place.COHORT, in_footer=True, in_palette=False),
    Command("confusion", "f8", Place.EVERYWHERE, in_footer=True, priority=True),
    Command("help", "f1", Place.EVERYWHERE, priority=True),
    Command("show_progress", "", Place.EVERYWHERE),
    Command("show_settings", "", Place.EVERYWHERE),
    Command("quit", "ctrl+q", Place.EVERYWHERE, priority=True),
)


def at(place: Place) -> Iterator[Command]:
    """The commands of one place, in the order of the table."""
    return (command for command in COMMANDS if command.place is place)


def bindings(place: Place) -> list[BindingType]:
    """Textual's bindings for the commands of one place that have a key."""
    return [
        Binding(
            command.keys,
            command.call,
            command.title,
            show=command.in_footer,
            priority=command.priority,
            id=f"{place}.{command.id}",
            tooltip=command.sentence,
        )
        for command in at(place)
        if command.keys
    ]


_KEY_WORDS = {
    "escape": "Esc",
    "enter": "Enter",
    "slash": "/",
    "comma": ",",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}


def key_words(keys: str) -> str:
    """Keys as a reader knows them: `F5 or Ctrl+R`."""
    return text.OR.join(_one_key(key) for key in keys.split(",")) if keys else ""


def short_key(key: str) -> str:
    """A key for the footer, where room is scarce: `F5`, `^L`."""
    return _one_key(key).replace("Ctrl+", "^")


def _one_key(key: str) -> str:
    if key in _KEY_WORDS:
        return _KEY_WORDS[key]
    if len(key) == 1:
        return key
    return "+".join(part.capitalize() for part in key.split("+"))
