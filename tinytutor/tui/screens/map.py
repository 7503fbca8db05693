"""The map is the home: the modules as a drawn graph, and below it what to do next."""

from __future__ import annotations

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Static

from tinytutor.tui import glyphs, text
from tinytutor.tui.commands import Place, bindings
from tinytutor.tui.layouts import KeptLayouts
from tinytutor.tui.map_faces import Zoom
from tinytutor.tui.prose import prose
from tinytutor.tui.troubles import TROUBLES, complain
from tinytutor.tui.widgets.key_bar import KeyBar
from tinytutor.tui.widgets.map_view import MapView
from tinytutor.tui.widgets.top_bar import TopBar, crumbs, share_bar
from tinytutor.tutor.appearance import BRANCH_SYMBOLS, branch_symbol
from tinytutor.tutor.results import ModuleView
from tinytutor.tutor.tutor import Tutor


class MapScreen(Screen[None]):
    """All modules, one focused, and the sentence that says what it needs."""

    CSS_PATH = "map.tcss"
    BINDINGS = [
        *bindings(Place.MAP),
        *(Binding(str(digit), f"digit({digit})", show=False) for digit in range(10)),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (150, "-roomy")]

    def __init__(self, tutor: Tutor) -> None:
        super().__init__()
        self._tutor = tutor
        self._views: dict[str, ModuleView] = {}
        self._query = ""
        self._only = ""
        """The state that the map is filtered by, or nothing."""
        self._typed_number = ""
        self._forgetting: Timer | None = None

    def compose(self) -> ComposeResult:
        """Bar, map, detail, keys."""
        # Textual says so only after a first layout, and the map would be drawn for that, too.
        width = self.app.size.width
        self.add_class([name for least, name in self.HORIZONTAL_BREAKPOINTS if width >= least][-1])
        yield TopBar()
        layouts = KeptLayouts(self._tutor.workspace.state_folder / "map_layouts.json")
        yield MapView(self._tutor.course, layouts, id="map")
        yield Static(id="detail", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begins at what comes next."""
        self.refresh_modules()
        self._map.focus_module(self._tutor.next_module() or self._tutor.course.modules[0].id)
        self._describe()
        self._map.focus()

    def on_screen_resume(self) -> None:
        """Coming back from a module, its state may be another."""
        if self._views:
            self.refresh_modules()

    def refresh_modules(self) -> None:
        """Shows the modules as they are now."""
        try:
            views = self._tutor.overview()
        except TROUBLES as problem:
            if not self._views:
                raise
            # What was known a moment ago stays on screen.
            complain(self, problem)
            return
        self._views = {view.module.id: view for view in views}
        self._map.show(views)
        self._show_bar()
        self._describe()

    def on_resize(self) -> None:
        """A broad window has room for the legend."""
        self.call_after_refresh(self._show_bar)

    def _show_bar(self) -> None:
        if not self._views:
            return
        passed = sum(view.passed_at is not None for view in self._views.values())
        parts = [
            share_bar(passed / len(self._views), 12),
            Content(text.passed_of(passed, len(self._views))),
        ]
        if self._only:
            shown = text.only(text.STATE_WORDS[self._only], len(self._filtered()))
            # Where room is scarce, the filter is what matters.
            parts[: self.has_class("-narrow")] = [Content.styled(shown, "$text-warning")]
        if self.has_class("-roomy"):
            course = self._tutor.course
            used = {module.branch for module in course.modules}
            parts[:0] = [self._branch(b.id) for b in course.branches if b.id in used]
        self.query_one(TopBar).show(
            left=crumbs(text.APP, self._tutor.course.title), right=Content("  ").join(parts)
        )

    def _branch(self, branch_id: str) -> Content:
        """Symbol and title of a branch, as the boxes have it."""
        course = self._tutor.course
        place = [branch.id for branch in course.branches].index(branch_id)
        symbol = branch_symbol(course, branch_id)
        style = self._map.get_component_styles(f"map--branch-{BRANCH_SYMBOLS.index(symbol)}").color
        return Content.assemble((symbol, style.css), f" {course.branches[place].title}")

    @property
    def focused_view(self) -> ModuleView:
        """The focused module."""
        return self._views[self._map.focused_id]

    @property
    def _map(self) -> MapView:
        return self.query_one(MapView)

    def _describe(self) -> None:
        view = self.focused_view
        module, state = view.module, view.state.value
        colour = glyphs.STATE_COLOUR[state]
        head = Content.assemble(
            (module.label, "bold"),
            "   ",
            (f"{glyphs.STATE[state]} {text.STATE_WORDS[state]}", colour),
            "   ",
            (text.difficulty(module.difficulty), "$text-muted"),
            "   ",
            (text.hours(module.hours), "$text-muted"),
            "   ",
            self._branch(module.branch),
        )
        parts = [head, prose(view.sentence)]
        if state == "locked" and module.goal:
            parts.append(prose(module.goal, "$text-muted"))
        self.query_one("#detail", Static).update(Content("\n").join(parts))

    @on(MapView.Focused)
    def _focus_moved(self) -> None:
        self._describe()

    @on(MapView.Opened)
    def _clicked_again(self) -> None:
        self.action_open_focused()

    # Commands

    def action_open_focused(self) -> None:
        """Opens the focused module; a locked one asks first."""
        self._open(self.focused_view)

    @work
    async def _open(self, view: ModuleView) -> None:
        from tinytutor.tui.screens.dialogs import Choice  # noqa: PLC0415
        from tinytutor.tui.screens.module import ModuleScreen  # noqa: PLC0415  the editor, 60 ms

        module_id = view.module.id
        if view.state.value == "locked":
            question = f"{view.sentence}\n\n{text.LOCKED_RECORDED}"
            choice = Choice(text.LOCKED_TITLE, question, no=text.LOCKED_BACK, yes=text.LOCKED_READ)
            if not await self.app.push_screen_wait(choice):
                return
        try:
            self._tutor.start(module_id, override=view.state.value == "locked")
        except TROUBLES as problem:
            complain(self, problem)
            return
        meter = getattr(self.app, "meter", None)
        self.app.push_screen(ModuleScreen(self._tutor, module_id, meter=meter))

    def action_check_focused(self) -> None:
        """Opens the focused module and checks it at once."""
        view = self.focused_view
        if view.state.value in ("locked", "open"):
            self.notify(text.CHECK_NEEDS_START, markup=False)
            return
        from tinytutor.tui.screens.module import ModuleScreen  # noqa: PLC0415

        meter = getattr(self.app, "meter", None)
        self.app.push_screen(
            ModuleScreen(self._tutor, view.module.id, meter=meter, check_at_once=True)
        )

    def action_go_next(self) -> None:
        """Focuses what comes next."""
        following = self._tutor.next_module()
        if following is None:
            self.notify(text.ALL_PASSED, markup=False)
        else:
            self._map.focus_module(following)

    def action_digit(self, digit: int) -> None:
        """Jumps to the module whose number was typed; two digits in a row make one number."""
        for typed in (self._typed_number + str(digit), str(digit)):
            found = [v.module.id for v in self._views.values() if v.module.number == int(typed)]
            if found:
                self._map.focus_module(found[0])
                break
        self._typed_number = str(digit)
        if self._forgetting is not None:
            self._forgetting.stop()
        self._forgetting = self.set_timer(1.0, self._forget_number)

    def _forget_number(self) -> None:
        self._typed_number = ""

    def action_zoom(self) -> None:
        """As much as fits, an overview, every detail, and round again."""
        order = list(Zoom)
        zoom = order[(order.index(self._map.zoom) + 1) % len(order)]
        self._map.zoom_to(zoom)
        self.notify(text.ZOOMS[zoom.value], markup=False, timeout=2)

    # Filter and search

    def action_filter(self) -> None:
        """Sets off the modules of one state, then of the next; in the end all are alike again."""
        states = [view.state.value for view in self._views.values()]
        order = ["", *(state for state in text.STATE_WORDS if state in states)]
        self._only = (
            order[(order.index(self._only) + 1) % len(order)] if self._only in order else ""
        )
        self._query = ""
        found = self._filtered()
        self._map.choose(found if self._only else None)
        self._show_bar()
        if found and self._only and self._map.focused_id not in found:
            self._map.focus_module(found[0])

    def action_end_filter(self) -> None:
        """All modules are alike again."""
        self._only = self._query = ""
        self._map.choose(None)
        self._show_bar()

    def _filtered(self) -> list[str]:
        return [v.module.id for v in self._views.values() if v.state.value == self._only]

    def action_find(self) -> None:
        """Asks for a number or a title."""
        if not self.query("#search"):
            search = Input(placeholder=text.FIND_PROMPT, id="search", max_length=60)
            self.mount(search)
            search.focus()

    def action_find_again(self, direction: str) -> None:
        """The next or previous module that fits the search."""
        found = self._found()
        if not found:
            if self._query:
                self.notify(text.no_match(self._query), markup=False)
            return
        here = self._map.focused_id
        step = 1 if direction == "next" else -1
        place = (found.index(here) + step) % len(found) if here in found else 0
        self._map.focus_module(found[place])
        if len(found) > 1:
            self.notify(text.matches(place + 1, len(found)), markup=False, timeout=2)

    def _found(self) -> list[str]:
        if self._only and not self._query:
            return self._filtered()
        query = self._query.casefold()
        return [
            view.module.id
            for view in self._views.values()
            if query and query in f"{view.module.id} {view.module.title}".casefold()
        ]

    @on(Input.Submitted, "#search")
    def _search(self, event: Input.Submitted) -> None:
        self._query, self._only = event.value.strip(), ""
        self._end_search()
        found = self._found()
        self._map.choose(found or None)
        self._show_bar()
        if found:
            self._map.focus_module(found[0])
            if len(found) > 1:
                self.notify(text.matches(1, len(found)), markup=False, timeout=2)
        elif self._query:
            self.notify(text.no_match(self._query), markup=False)

    def on_key(self, event: events.Key) -> None:
        """Escape ends the search, and what it has found."""
        if event.key == "escape":
            event.stop()
            if self.query("#search"):
                self._end_search()
            else:
                self.action_end_filter()

    def _end_search(self) -> None:
        self.query("#search").remove()
        self._map.focus()
