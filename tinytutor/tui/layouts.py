"""Layouts of the map, kept on disk: laying out twenty modules takes longer than drawing them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from tinytutor.curriculum.graph import Edge
from tinytutor.curriculum.layout import Flow, Layout, Point, Rectangle, Size, lay_out
from tinytutor.files import sha256, write_whole

_MOST = 24
"""Layouts kept; a student has a few windows, and a course changes seldom."""
_VERSION = 1
"""Goes up when `lay_out` gives other layouts for the same boxes."""


class KeptLayouts:
    """Remembers layouts in memory and in a file that is only a cache."""

    def __init__(self, path: Path):
        self._path = path
        self._layouts: dict[str, Layout] = {}
        self._stored: dict[str, Any] | None = None

    def lay_out(self, sizes: Mapping[str, Size], edges: Sequence[Edge], width: int) -> Layout:
        """The layout downward in so many columns."""
        key = _key(sizes, edges, width)
        if key not in self._layouts:
            self._layouts[key] = self._known(key) or self._made(key, sizes, edges, width)
        return self._layouts[key]

    def _known(self, key: str) -> Layout | None:
        if self._stored is None:
            self._stored = {}
            with contextlib.suppress(OSError, ValueError):
                found = json.loads(self._path.read_text("utf-8"))
                self._stored = found if isinstance(found, dict) else {}
        try:
            return _from_json(self._stored[key])
        except (KeyError, TypeError, ValueError):
            # Only a cache: whatever is wrong with it, it is made again.
            return None

    def _made(
        self, key: str, sizes: Mapping[str, Size], edges: Sequence[Edge], width: int
    ) -> Layout:
        layout = lay_out(sizes, edges, breadth=width)
        stored = {**(self._stored or {}), key: _to_json(layout)}
        self._stored = dict(list(stored.items())[-_MOST:])
        # A full disk or a folder that can't be written costs a moment at the next start, no more.
        with contextlib.suppress(OSError):
            write_whole(self._path, json.dumps(self._stored, separators=(",", ":")))
        return layout


def _key(sizes: Mapping[str, Size], edges: Sequence[Edge], width: int) -> str:
    boxes = [(name, size.width, size.height) for name, size in sizes.items()]
    return sha256(json.dumps([_VERSION, boxes, list(edges), width]))


def _to_json(layout: Layout) -> dict[str, Any]:
    return {
        "flow": layout.flow.value,
        "boxes": {name: astuple(box) for name, box in layout.boxes.items()},
        "ways": [[*edge, [(p.x, p.y) for p in way]] for edge, way in layout.ways.items()],
        "levels": layout.levels,
        "size": (layout.width, layout.height),
    }


def _from_json(raw: Any) -> Layout:
    width, height = raw["size"]
    return Layout(
        flow=Flow(raw["flow"]),
        boxes={str(name): Rectangle(*map(int, box)) for name, box in raw["boxes"].items()},
        ways={
            (str(source), str(target)): tuple(Point(int(x), int(y)) for x, y in way)
            for source, target, way in raw["ways"]
        },
        levels=tuple(tuple(map(str, level)) for level in raw["levels"]),
        width=int(width),
        height=int(height),
    )
