"""Which flows use a cable: ordered pairs of endpoints with a shortest path over it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.graph import Graph

MOST_ENDPOINTS = 2048
"""Beyond, the pairs alone would fill memory."""
_FAR = np.int64(2**31)


@dataclass(frozen=True, eq=False)
class Crossing:
    """Flows over one cable, in the direction of its first end to its second and back."""

    source: IntArray
    """Shape (flows,): the vertex each flow starts at."""
    target: IntArray
    """Shape (flows,)."""
    pairs: int
    """Ordered pairs there are among the endpoints."""


def crossing_flows(graph: Graph, cable: int, endpoints: IntArray) -> Crossing:
    """Return the flows among `endpoints` that can use a cable.

    Raises
    ------
    InvalidInput : more endpoints than can be walked.

    Notes
    -----
    A flow s to d can use the arc u to v where dist(s, u) + 1 + dist(v, d) = dist(s, d), distances
    counted in cables over vertices that forward.
    """
    if len(endpoints) > MOST_ENDPOINTS:
        raise InvalidInput(
            "flows through a link are listed for up to {most_endpoints} NPUs, not {endpoint_count}",
            most_endpoints=MOST_ENDPOINTS,
            endpoint_count=len(endpoints),
        )
    count = len(endpoints)
    if not graph.is_alive[cable]:
        empty = np.empty(0, dtype=np.int64)
        return Crossing(empty, empty, count * (count - 1))
    apart = np.array([_distances(graph, int(vertex))[endpoints] for vertex in endpoints])
    found: list[tuple[IntArray, IntArray]] = []
    for arc in graph.wiring.arcs_of_cable[cable]:
        here, there = int(graph.wiring.source[arc]), int(graph.wiring.target[arc])
        to_here = _distances(graph, here)[endpoints]
        from_there = _distances(graph, there)[endpoints]
        uses = to_here[:, None] + 1 + from_there[None, :] == apart
        first, second = np.nonzero(uses & (apart > 0) & (apart < _FAR))
        found.append((endpoints[first], endpoints[second]))
    return Crossing(
        np.concatenate([one[0] for one in found]),
        np.concatenate([one[1] for one in found]),
        count * (count - 1),
    )


def _distances(graph: Graph, start: int) -> IntArray:
    """Return cables from `start` to every vertex over forwarding ones, `_FAR` where there is none.

    Every cable runs both ways, so that these are the distances towards `start` as well.
    """
    wiring = graph.wiring
    alive = graph.arc_is_alive()
    distance = np.full(graph.vertex_count, _FAR)
    distance[start] = 0
    frontier = np.array([start])
    steps = 0
    while len(frontier):
        steps += 1
        arcs, _ = wiring.arcs_from(frontier)
        reached = np.unique(wiring.target[arcs[alive[arcs]]])
        reached = reached[distance[reached] == _FAR]
        distance[reached] = steps
        frontier = reached[graph.is_transit[reached]]
    return distance
