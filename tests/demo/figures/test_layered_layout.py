import itertools

import pytest

from demo.figures.layered_layout import columns, place

DIAMOND = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}
LONG_WAY = {"a": [], "b": ["a"], "c": ["b"], "d": ["c", "a"]}
TWO_LANES = {"i": [], "x1": ["i"], "s1": ["i"], "s2": ["s1"], "x2": ["x1"], "p": ["x1", "s1"], "q": ["s2", "x2"]}


def test_columns_count_the_longest_way():
    assert columns(LONG_WAY) == {"a": 0, "b": 1, "c": 2, "d": 3}


@pytest.mark.parametrize("graph", [DIAMOND, LONG_WAY, TWO_LANES])
def test_nodes_of_a_column_do_not_overlap_and_arrows_run_forward(graph):
    places, ways = place(graph)
    assert set(places) == set(graph)
    for a, b in itertools.combinations(places, 2):
        if places[a][0] == places[b][0]:
            assert abs(places[a][1] - places[b][1]) >= 1 - 1e-9
    assert set(ways) == {(a, b) for b, sources in graph.items() for a in sources}
    for (a, b), points in ways.items():
        assert points[0] == places[a]
        assert points[-1] == places[b]
        assert [column for column, _ in points] == list(range(places[a][0], places[b][0] + 1))


def test_a_long_arrow_passes_beside_the_boxes_between():
    places, ways = place(LONG_WAY)
    for column, height in ways["a", "d"][1:-1]:
        box = next(at for at in places.values() if at[0] == column)
        assert abs(box[1] - height) > 0.5


def test_lanes_do_not_cross():
    places, _ = place(TWO_LANES)
    above = places["x1"][1] > places["s1"][1]
    assert (places["x2"][1] > places["s2"][1]) == above


def test_the_same_graph_lies_the_same_way_every_time():
    assert place(TWO_LANES) == place(TWO_LANES)
