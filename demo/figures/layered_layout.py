"""Places for the nodes of a directed graph: columns by the longest way, few crossings, short arrows.

Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System Structures", IEEE Trans. SMC 1981.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy.optimize import isotonic_regression

_SWEEPS = 12
_PASSAGE = 0.3  # height that an arrow takes beside the nodes of a column, which are 1 high
_STARTS = 20  # orders to start from: the sweeps find the nearest good order, not the best
Node = str | tuple[str, str, int]  # a node, or the place in a column where an arrow (from, to) passes
Points = dict[Node, tuple[int, float]]


def columns(before: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Column of each node: the number of arrows on the longest way to it.

    Args:
        before: the nodes that feed each node, in an order in which each stands after those that feed it.
    """
    column: dict[str, int] = {}
    for node, sources in before.items():
        column[node] = 1 + max((column[source] for source in sources), default=-1)
    return column


def place(before: Mapping[str, Sequence[str]]) -> tuple[dict[str, tuple[int, float]], dict[tuple[str, str], list]]:
    """Places of nodes and arrows.

    Args:
        before: as `columns` takes it.

    Returns:
        {node: (column, height)}, nodes are 1 high and do not overlap; {(from, to): [(column, height), ...]}: the points
        that an arrow passes, both ends among them.
    """
    column = columns(before)
    ways = {(a, b): _way(a, b, column) for b, sources in before.items() for a in sources}
    links = [pair for way in ways.values() for pair in pairwise(way)]
    members: list[list[Node]] = [[] for _ in range(1 + max(column.values()))]
    for node in dict.fromkeys([*before, *(node for way in ways.values() for node in way)]):
        members[_column(node, column)].append(node)
    height = min(
        (_heights(members, links, start) for start in range(_STARTS)), key=lambda found: _cost(found, links, column)
    )
    point = {node: (_column(node, column), height[node]) for node in height}
    return {node: point[node] for node in before}, {ends: [point[node] for node in way] for ends, way in ways.items()}


def _way(a: str, b: str, column: Mapping[str, int]) -> list[Node]:
    return [a, *((a, b, passed) for passed in range(column[a] + 1, column[b])), b]


def _column(node: Node, column: Mapping[str, int]) -> int:
    return column[node] if isinstance(node, str) else node[2]


def _heights(members: Sequence[Sequence[Node]], links: list[tuple[Node, Node]], start: int) -> dict[Node, float]:
    """Heights by sweeps to and fro: order each column by the mean of its neighbours, then move it towards them."""
    near: dict[Node, list[Node]] = {node: [] for nodes in members for node in nodes}
    for a, b in links:
        near[a].append(b)
        near[b].append(a)
    rng = np.random.default_rng(start)
    orders = [[nodes[i] for i in rng.permutation(len(nodes))] if start else list(nodes) for nodes in members]
    height = {node: i - (len(nodes) - 1) / 2 for nodes in orders for i, node in enumerate(nodes)}
    for sweep in range(_SWEEPS):
        for nodes in orders if sweep % 2 == 0 else orders[::-1]:
            wanted = {node: float(np.mean([height[other] for other in near[node] or [node]])) for node in nodes}
            nodes.sort(key=wanted.__getitem__)
            height.update(zip(nodes, _apart([wanted[node] for node in nodes], nodes), strict=True))
    return height


def _cost(height: dict[Node, float], links: list[tuple[Node, Node]], column: Mapping[str, int]) -> tuple[int, float]:
    """Number of crossings, then how far the arrows climb."""
    crossings = 0
    for number, (a, b) in enumerate(links):
        for c, d in links[:number]:
            if _column(a, column) == _column(c, column):
                crossings += (height[a] - height[c]) * (height[b] - height[d]) < 0
    return crossings, sum(abs(height[a] - height[b]) for a, b in links)


def _apart(wanted: Sequence[float], nodes: Sequence[Node]) -> list[float]:
    """Heights nearest to the wanted ones (ascending) at which nodes do not overlap."""
    sizes = np.array([1.0 if isinstance(node, str) else _PASSAGE for node in nodes])
    offsets = np.cumsum(sizes) - sizes / 2
    return (isotonic_regression(np.asarray(wanted) - offsets).x + offsets).tolist()
