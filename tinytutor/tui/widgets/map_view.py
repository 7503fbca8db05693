"""The drawn map: draws only the lines that are seen, walks along edges, follows the mouse."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tinytutor.curriculum import Course
from tinytutor.curriculum.drawing import Drawing, Face, Part, Role
from tinytutor.curriculum.graph import Edge, ancestors, descendants, edges
from tinytutor.curriculum.walking import Direction, step
from tinytutor.tui.layouts import KeptLayouts
from tinytutor.tui.map_faces import MapPictures, Zoom
from tinytutor.tutor.appearance import BRANCH_SYMBOLS
from tinytutor.tutor.results import ModuleView

_TONES = ("quiet", "done", "left", "edge", "edge-lit", "focus", "dim")
_SPACE = Role(Part.SPACE)
_STATES = ("passed", "started", "open", "locked", "stale")
_NAMES = (
    *_TONES,
    *_STATES,
    *(f"title-{state}" for state in _STATES),
    *(f"branch-{number}" for number in range(len(BRANCH_SYMBOLS))),
)
"""What the style sheet gives colours to."""


class MapView(ScrollView, can_focus=True):
    """The modules as boxes, one of them focused."""

    COMPONENT_CLASSES = {f"map--{name}" for name in _NAMES}
    BINDINGS = [
        Binding(f"{key},{letter}", f"walk({direction.value!r})", show=False)
        for key, letter, direction in (
            ("left", "h", Direction.LEFT),
            ("down", "j", Direction.DOWN),
            ("up", "k", Direction.UP),
            ("right", "l", Direction.RIGHT),
        )
    ]

    class Focused(Message):
        """Another module has the focus."""

        def __init__(self, module_id: str) -> None:
            super().__init__()
            self.module_id = module_id

    class Opened(Message):
        """The focused module was clicked once more."""

        def __init__(self, module_id: str) -> None:
            super().__init__()
            self.module_id = module_id

    def __init__(self, course: Course, layouts: KeptLayouts, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._course = course
        self._pictures = MapPictures(course, layouts.lay_out)
        self._views: Sequence[ModuleView] = ()
        self._states: Mapping[str, str] = {}
        self._chosen: Collection[str] | None = None
        self._faces: Mapping[str, Face] = {}
        self._drawing: Drawing | None = None
        self._drawn_for: Size | None = None
        self._lit: frozenset[Edge] = frozenset()
        self._related: frozenset[str] = frozenset()
        self._left = self._top = 0
        self._styles: dict[Role, Style] = {}
        self._colours: tuple[Style, ...] = ()
        """Of the style sheet, when the lines were drawn."""
        self._styles_changed = True
        self._strips: dict[int, Strip] = {}
        """Lines drawn since the last change, in their whole breadth."""
        self.zoom = Zoom.FIT
        self.focused_id = course.modules[0].id

    def show(self, views: Sequence[ModuleView]) -> None:
        """Puts up the modules as they are now."""
        if views == self._views:
            return
        self._views = views
        self._states = {view.module.id: view.state.value for view in views}
        self._redraw()

    def zoom_to(self, zoom: Zoom) -> None:
        """Shows more or less of each module."""
        self.zoom = zoom
        self._redraw()

    def choose(self, module_ids: Collection[str] | None) -> None:
        """Sets some modules off from all others, which fade; None: all are alike."""
        self._chosen = module_ids
        self._forget_drawn()
        self.refresh()

    def focus_module(self, module_id: str) -> None:
        """Moves the focus to a module and into sight."""
        if module_id != self.focused_id:
            self.focused_id = module_id
            self.post_message(self.Focused(module_id))
        self._light()
        self._into_sight(animate=False)
        self.refresh()

    def action_walk(self, direction: str) -> None:
        """One step along an edge, or to a neighbour."""
        if self._drawing is not None:
            target = step(self._drawing.layout, self.focused_id, Direction(direction))
            if target is not None:
                self.focus_module(target)

    def on_resize(self) -> None:
        """Another window may have room for another map."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """A click focuses, a click on the focused module opens it."""
        if self._drawing is None:
            return
        x = event.x + self.scroll_offset.x - self._left
        y = event.y + self.scroll_offset.y - self._top
        module_id = self._drawing.node_at(x, y)
        if module_id == self.focused_id:
            self.post_message(self.Opened(module_id))
        elif module_id is not None:
            self.focus_module(module_id)

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        if self._styles_changed:
            self._heed_styles()
        row = y + self.scroll_offset.y - self._top
        if row not in self._strips:
            self._strips[row] = self._drawn_line(row)
        x = self.scroll_offset.x
        return self._strips[row].crop_extend(x, x + self.size.width, self._style_of(_SPACE))

    def _drawn_line(self, row: int) -> Strip:
        drawing = self._drawing
        base = self._style_of(_SPACE)
        if drawing is None or not 0 <= row < drawing.height:
            return Strip([])
        segments = [Segment(" " * self._left, base)]
        segments.extend(
            Segment(segment.text, self._style_of(segment.role))
            for segment in drawing.line(row, self._faces, self._lit)
        )
        return Strip(segments)

    def _forget_drawn(self) -> None:
        self._styles.clear()
        self._strips.clear()

    def _redraw(self) -> None:
        self._drawn_for = None
        self._draw()

    def _draw(self) -> None:
        size = self.container_size
        if not self._views or not size or size == self._drawn_for:
            return
        self._drawn_for = size
        # One column less: a map that is scrolled down needs it for its bar.
        picture = self._pictures.fitting(self._views, size.width - 1, size.height, self.zoom)
        self._faces = {
            view.module.id: self._pictures.face(view, picture.detail) for view in self._views
        }
        self._drawing = Drawing(picture.layout)
        width, height = self._drawing.width, self._drawing.height
        room = size.width - (height > size.height)
        self._left = max(0, (room - width) // 2)
        self._top = max(0, (size.height - height) // 2)
        self.virtual_size = Size(max(room, width), max(size.height, height))
        self._light()
        self._into_sight(animate=False)
        self.refresh()

    def _light(self) -> None:
        """The ways from and to the focused module stand out."""
        before = ancestors(self._course, self.focused_id) | {self.focused_id}
        after = descendants(self._course, self.focused_id) | {self.focused_id}
        self._lit = frozenset(
            (needed, module_id)
            for needed, module_id in edges(self._course)
            if (needed in before and module_id in before)
            or (needed in after and module_id in after)
        )
        self._related = frozenset(before | after)
        self._forget_drawn()

    def _into_sight(self, *, animate: bool) -> None:
        if self._drawing is not None:
            box = self._drawing.layout.boxes[self.focused_id]
            region = Region(box.x + self._left, box.y + self._top, box.width, box.height)
            self.scroll_to_region(region.grow((1, 2, 1, 2)), animate=animate, force=True)

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        self._styles_changed = True
        super().notify_style_update()

    def _heed_styles(self) -> None:
        """Most changes of style leave the colours as they are, and so the drawn lines."""
        self._styles_changed = False
        colours = (self.rich_style, *map(self._named, _NAMES))
        if colours != self._colours:
            self._colours = colours
            self._forget_drawn()

    def _style_of(self, role: Role) -> Style:
        """A line has dozens of stretches, a map only a few hundred roles: each is asked once."""
        style = self._styles.get(role)
        if style is None:
            base = self.rich_style if role is _SPACE else self._style_of(_SPACE)
            style = self._styles[role] = base + self._style(role)
        return style

    def _style(self, role: Role) -> Style:
        if role.part is Part.SPACE:
            return Style.null()
        if role.part is Part.EDGE or (role.part is Part.FRAME and role.edges):
            lit = any(edge in self._lit for edge in role.edges)
            if role.part is Part.EDGE or lit:
                return self._named("edge-lit" if lit else "edge")
        faded = self._chosen is not None and role.node not in self._chosen
        focused = role.node == self.focused_id
        if role.part is Part.FRAME:
            return self._named("focus") if focused else self._frame(role.node, faded=faded)
        if not role.tone:
            style = Style.null()
        elif faded:
            style = self._named("dim")
        elif role.tone.startswith("branch-"):
            style = self._named(f"branch-{BRANCH_SYMBOLS.index(role.tone[-1])}")
        else:
            style = self._named(role.tone)
        return style + Style(bold=True) if focused else style

    def _frame(self, module_id: str, *, faded: bool) -> Style:
        if faded or module_id not in self._related:
            return self._named("dim")
        return self._named(self._states[module_id])

    def _named(self, tone: str) -> Style:
        return self.get_component_rich_style(f"map--{tone}", partial=True)
