"""Screens of a terminal as one SVG: a still, or a film that any browser plays without a script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from rich.style import Style
from textual.app import App

CELL_WIDTH, LINE_HEIGHT, FONT_SIZE = 12, 23, 20
"""The lines of boxes meet where a line is about 1.16 times as high as its font."""
FONTS = "ui-monospace,SFMono-Regular,Menlo,'DejaVu Sans Mono',Consolas,monospace"
BAR, MARGIN = 40, 12
"""Height of the window's bar, and what is left free around the screen."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Cells of one line that look alike."""

    column: int
    width: int
    text: str
    colour: str
    ground: str
    bold: bool
    italic: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A screen, and how long it is seen."""

    columns: int
    lines: tuple[tuple[Stretch, ...], ...]
    ground: str
    seconds: float = 1.0


def frame_of(app: App[object], seconds: float = 1.0) -> Frame:
    """What an app shows now."""
    lines = []
    for strip in app.screen._compositor.render_strips():
        column, stretches = 0, []
        for segment in strip:
            width = segment.cell_length
            stretches.append(_stretch(column, width, segment.text, segment.style or Style()))
            column += width
        lines.append(tuple(stretches))
    return Frame(app.size.width, tuple(lines), app.theme_variables["background"], seconds)


def _stretch(column: int, width: int, text: str, style: Style) -> Stretch:
    colour, ground = (part.get_truecolor().hex if part else "" for part in _colours(style))
    return Stretch(column, width, text, colour, ground, bool(style.bold), bool(style.italic))


def _colours(style: Style) -> tuple[object, object]:
    pair = (style.color, style.bgcolor)
    return pair[::-1] if style.reverse else pair


def svg(frames: Sequence[Frame], title: str) -> str:
    """The picture. More than one frame makes a film that goes round and round.

    The frames lie side by side and the window slides over them. A line that many frames share is
    written once.
    """
    first = frames[0]
    width, height = first.columns * CELL_WIDTH, len(first.lines) * LINE_HEIGHT
    known: dict[str, str] = {}
    film = "".join(
        f'<g transform="translate({number * width})">{_drawn(frame, known)}</g>'
        for number, frame in enumerate(frames)
    )
    looks: dict[str, str] = {}
    shared = "".join(f'<g id="{name}">{line}</g>' for line, name in known.items())
    shared = _with_classes(shared, looks)
    rules = "".join(f".{name}{{{rule}}}" for rule, name in looks.items())
    outer_width, outer_height = width + 2 * MARGIN, height + BAR + MARGIN
    dots = "".join(
        f'<circle cx="{24 + 22 * place}" cy="{BAR // 2}" r="6" fill="{colour}"/>'
        for place, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {outer_width} {outer_height}" '
        f'role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f"<style>text{{font:{FONT_SIZE}px {FONTS};white-space:pre}}rect{{shape-rendering:"
        f"crispEdges}}{rules}{_motion(frames, width)}</style><defs>{shared}</defs>"
        f'<rect width="100%" height="100%" rx="10" fill="{first.ground}"/>'
        f'<rect x="0.5" y="0.5" width="{outer_width - 1}" height="{outer_height - 1}" rx="10" '
        f'fill="none" stroke="#8888" style="shape-rendering:auto"/>{dots}'
        f'<svg x="{MARGIN}" y="{BAR}" width="{width}" height="{height}" overflow="hidden">'
        f'<g id="film">{film}</g></svg></svg>\n'
    )


def _motion(frames: Sequence[Frame], width: int) -> str:
    if len(frames) == 1:
        return ""
    total, begin, steps = sum(frame.seconds for frame in frames), 0.0, []
    for number, frame in enumerate(frames):
        steps.append(f"{100 * begin / total:.3f}%{{transform:translateX(-{number * width}px)}}")
        begin += frame.seconds
    return (
        f"@keyframes film{{{''.join(steps)}}}"
        f"#film{{animation:film {total:.1f}s step-end infinite}}"
        # Who wants nothing to move sees the first frame.
        f"@media (prefers-reduced-motion:reduce){{#film{{animation:none}}}}"
    )


def _drawn(frame: Frame, known: dict[str, str]) -> str:
    """References to the frame's lines; `known` takes those that are new."""
    uses = []
    for row, stretches in enumerate(frame.lines):
        line = "".join(_grounds(stretches, frame.ground)) + "".join(_texts(stretches))
        if line:
            name = known.setdefault(line, f"l{len(known)}")
            uses.append(f'<use href="#{name}" y="{row * LINE_HEIGHT}"/>')
    return "".join(uses)


def _grounds(stretches: Iterable[Stretch], ground: str) -> Iterable[str]:
    begin, end, colour = 0, 0, ""
    for each in (*stretches, Stretch(-1, 0, "", "", "", bold=False, italic=False)):
        if each.column == end and each.ground == colour:
            end += each.width
            continue
        if colour not in ("", ground):
            x, width = begin * CELL_WIDTH, (end - begin) * CELL_WIDTH
            yield f'<rect x="{x}" width="{width}" height="{LINE_HEIGHT}" fill="{colour}"/>'
        begin, end, colour = each.column, each.column + each.width, each.ground


def _texts(stretches: Iterable[Stretch]) -> Iterable[str]:
    for each in stretches:
        words = each.text.rstrip(" ")
        inset = len(words) - len(words.lstrip(" "))
        words = words[inset:]
        if not words:
            continue
        # Its length is given, so that columns stay columns in whatever font the reader has.
        width = each.width - inset - (len(each.text) - len(each.text.rstrip(" ")))
        rule = f"fill:{each.colour}"
        rule += ";font-weight:bold" * each.bold + ";font-style:italic" * each.italic
        yield (
            f'<text style="{rule}" x="{(each.column + inset) * CELL_WIDTH}" y="{FONT_SIZE - 2}" '
            f'textLength="{width * CELL_WIDTH}" lengthAdjust="spacingAndGlyphs">'
            f"{escape(words, quote=False).replace(' ', '&#160;')}</text>"
        )


def _with_classes(markup: str, looks: dict[str, str]) -> str:
    """Each look is written once, as a class; `looks` takes rule → name."""
    parts = markup.split(' style="')
    done = [parts[0]]
    for part in parts[1:]:
        rule, _, rest = part.partition('"')
        done.append(f' class="{looks.setdefault(rule, f"c{len(looks)}")}"{rest}')
    return "".join(done)
