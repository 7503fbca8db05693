from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tinytutor.curriculum.layered.channels import Channel, Net, Turn, route_channel


@st.composite
def nets(draw: st.DrawFn) -> list[Net]:
    """Nets whose exits and entries lie anywhere, also opposite to each other."""
    exits = draw(st.lists(st.integers(0, 14), min_size=1, max_size=6, unique=True))
    cells = st.lists(st.integers(0, 14), min_size=len(exits), max_size=12, unique=True)
    entries: list[list[int]] = [[] for _ in exits]
    for index, entry in enumerate(draw(cells)):
        owner = index if index < len(exits) else draw(st.integers(0, len(exits) - 1))
        entries[owner].append(entry)
    return [Net(exit_, tuple(own)) for exit_, own in zip(exits, entries, strict=True)]


def steps(net: Net, channel: Channel, index: int) -> set[frozenset[tuple[int, int]]]:
    """The unit lines of a net, as pairs of cells (across, along); exits at -1, entries below."""
    found: set[frozenset[tuple[int, int]]] = set()
    for entry in net.entries:
        turns = channel.ways[index][entry]
        points = [(net.exit, -1), *((turn.across, turn.track) for turn in turns)]
        points.append((entry, max(channel.tracks, 1)))
        for start, end in pairwise(points):
            assert start[0] == end[0] or start[1] == end[1]
            cell = start
            while cell != end:
                after = tuple(c + (to > c) - (to < c) for c, to in zip(cell, end, strict=True))
                found.add(frozenset({cell, (after[0], after[1])}))
                cell = after[0], after[1]
    return found


@given(nets())
def test_nets_never_meet_but_in_crossings(nets: list[Net]) -> None:
    channel = route_channel(nets)
    lines = [steps(net, channel, index) for index, net in enumerate(nets)]
    for index, own in enumerate(lines):
        for others in lines[index + 1 :]:
            assert not own & others, "two nets share a line"
            for cell in {c for line in own for c in line} & {c for line in others for c in line}:
                around = [
                    {(c[0] - cell[0], c[1] - cell[1]) for line in net if cell in line for c in line}
                    - {(0, 0)}
                    for net in (own, others)
                ]
                assert sorted(map(sorted, around)) == [[(-1, 0), (1, 0)], [(0, -1), (0, 1)]]


@given(nets())
def test_every_entry_is_reached_downward(nets: list[Net]) -> None:
    channel = route_channel(nets)
    for net, ways in zip(nets, channel.ways, strict=True):
        assert set(ways) == set(net.entries)
        for entry, turns in ways.items():
            tracks = [turn.track for turn in turns]
            assert tracks == sorted(tracks)
            assert not turns or (turns[0].across, turns[-1].across) == (net.exit, entry)
            assert turns or net.exit == entry


def test_straight_edges_need_no_track() -> None:
    channel = route_channel([Net(3, (3,)), Net(9, (9,))])
    assert (channel.tracks, channel.crossings, channel.length) == (0, 0, 0)


def test_stretches_that_do_not_meet_share_a_track() -> None:
    channel = route_channel([Net(0, (4,)), Net(6, (9,))])
    assert channel.tracks == 1
    assert channel.ways[0][4] == (Turn(0, 0), Turn(4, 0))


def test_stretches_whose_ends_would_touch_take_two_tracks() -> None:
    assert route_channel([Net(0, (4,)), Net(5, (9,))]).tracks == 2


def test_the_order_with_fewer_crossings_is_taken() -> None:
    assert route_channel([Net(0, (10,)), Net(5, (15,))]).crossings == 0
    assert route_channel([Net(0, (10,)), Net(5, (2,))]).crossings == 1


def test_a_line_goes_out_of_the_way_of_one_that_comes_down_in_its_place() -> None:
    channel = route_channel([Net(0, (5,)), Net(5, (9,))])
    assert channel.ways[0][5][-1].track > channel.ways[1][9][0].track


def test_two_nets_that_change_places_are_untied() -> None:
    channel = route_channel([Net(0, (5,)), Net(5, (0,))])
    assert sorted(len(turns) for ways in channel.ways for turns in ways.values()) == [2, 4]


def test_a_net_that_parts_in_three_takes_two_tracks() -> None:
    channel = route_channel([Net(5, (0, 5, 9))])
    assert channel.tracks == 2
    assert channel.ways[0][5] == ()
    assert {channel.ways[0][0][0].track, channel.ways[0][9][0].track} == {0, 1}
