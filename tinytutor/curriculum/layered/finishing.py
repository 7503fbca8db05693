"""From boxes and edges to a finished layout: levels, orders, a sketch, and then its lengths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tinytutor.curriculum.graph import Edge
from tinytutor.curriculum.layered.items import Spacing, build_items
from tinytutor.curriculum.layered.levels import assign_levels
from tinytutor.curriculum.layered.ordering import good_orders
from tinytutor.curriculum.layered.sketch import Sketch
from tinytutor.curriculum.layout import Flow, Layout, Point, Rectangle, Size

_SPACING = {
    Flow.DOWN: Spacing(boxes=2, passages=2, track_step=1, track_margin=0),
    Flow.RIGHT: Spacing(boxes=1, passages=0, track_step=2, track_margin=1),
}
_STARTS = 16
_KEPT = 6
_SMALL = 100
"""Up to so many items there is time for all starts and sketches; a large map gets fewer."""


def laid_out(
    sizes: Mapping[str, Size], edges: Sequence[Edge], *, flow: Flow, breadth: int | None
) -> Layout:
    """As `layout.lay_out` says."""
    if not sizes:
        return Layout(flow, {}, {}, (), 0, 0)
    spacing, down = _SPACING[flow], flow is Flow.DOWN
    incoming = Counter(target for _, target in edges)
    breadths = {
        node: max(size.width if down else size.height, incoming[node] + 2)
        for node, size in sizes.items()
    }
    depths = {node: size.height if down else size.width for node, size in sizes.items()}
    levels = assign_levels(breadths, edges, spacing, breadth)
    rows = build_items(breadths, edges, levels)
    count = sum(len(row) for row in rows)
    starts, keep = (min(most, max(1, most * _SMALL // count)) for most in (_STARTS, _KEPT))
    orders = good_orders(rows, starts=starts, keep=keep)
    sketch = min((Sketch(rows, spacing, breadth) for rows in orders), key=lambda each: each.cost)
    return _finished(sketch, edges, breadths, depths, spacing, flow)


def _finished(
    sketch: Sketch,
    edges: Sequence[Edge],
    breadths: Mapping[str, int],
    depths: Mapping[str, int],
    spacing: Spacing,
    flow: Flow,
) -> Layout:
    """Gives the sketch its lengths along the flow and turns it the way it flows."""
    level_starts, channel_starts, end = [], [], 0
    for level, nodes in enumerate(sketch.levels):
        level_starts.append(end)
        channel_starts.append(end + max(depths[node] for node in nodes))
        tracks = sketch.channels[level].tracks if level < len(sketch.channels) else 0
        length = 2 * spacing.track_margin + 1 + max(0, tracks - 1) * spacing.track_step
        end = channel_starts[-1] + length

    def point(across: int, along: int) -> Point:
        return Point(across, along) if flow is Flow.DOWN else Point(along, across)

    def way(edge: Edge) -> Iterator[Point]:
        source, target = edge
        level = sketch.level[source]
        yield point(sketch.center[source, level], level_starts[level] + depths[source] - 1)
        for channel, turn in sketch.turns(edge):
            along = channel_starts[channel] + spacing.track_margin + turn.track * spacing.track_step
            yield point(turn.across, along)
        yield point(sketch.entry(edge), level_starts[sketch.level[target]])

    boxes = {}
    for node, level in sketch.level.items():
        corner = point(sketch.start[node], level_starts[level])
        size = point(breadths[node], depths[node])
        boxes[node] = Rectangle(corner.x, corner.y, size.x, size.y)
    whole = point(sketch.breadth, channel_starts[-1])
    return Layout(
        flow=flow,
        boxes={node: boxes[node] for node in breadths},
        ways={edge: tuple(way(edge)) for edge in edges},
        levels=sketch.levels,
        width=whole.x,
        height=whole.y,
    )
