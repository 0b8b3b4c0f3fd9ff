"""What is lost when one vertex or cable fails; knows no failure rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.demand import uniform_exchange
from studio.fabric.flow.exchange import exchange_loads
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.hashing import scrambled
from studio.fabric.flow.loads import summed
from studio.fabric.flow.quotient import fold
from studio.fabric.flow.refinement import refine


@dataclass(frozen=True)
class Blast:
    """Effect of the loss of one vertex or cable; `alike` others have the same effect."""

    vertex: int
    """The vertex lost, or -1 for a cable."""
    cable: int
    """The cable lost, or -1 for a vertex."""
    alike: int
    """How many look the same in the fabric, this one included."""
    cut_off: int
    """Endpoints that no longer reach most of the others."""
    touched: int
    """Endpoints with less bandwidth of their own."""
    exchange_share: float
    """Left of the all-to-all rate among those still connected, 0..1."""

    @property
    def is_single_point_of_failure(self) -> bool:
        """Whether its loss alone separates endpoints."""
        return self.cut_off > 0


def transit_components(graph: Graph) -> IntArray:
    """Return for every forwarding vertex the smallest vertex it is joined to; -1 for others.

    Endpoints that do not forward join nothing: planes stay apart.
    """
    wiring = graph.wiring
    inner = graph.arc_is_alive()
    inner &= graph.is_transit[wiring.source] & graph.is_transit[wiring.target]
    source, target = wiring.source[inner], wiring.target[inner]
    label = np.where(graph.is_transit, np.arange(graph.vertex_count), graph.vertex_count)
    while True:
        before = label.copy()
        np.minimum.at(label, target, label[source])
        chosen = graph.is_transit
        label[chosen] = label[label[chosen]]
        if np.array_equal(label, before):
            return np.where(graph.is_transit, label, -1)


def cut_off_endpoints(graph: Graph, endpoints: IntArray) -> IntArray:
    """Return the endpoints that reach fewer than half of the others.

    Direct cables between endpoints that do not forward count as reaching each other.
    """
    reach = _reach_counts(graph, endpoints)
    return endpoints[reach * 2 < len(endpoints) - 1]


def _reach_counts(graph: Graph, endpoints: IntArray) -> IntArray:
    component = transit_components(graph)
    wiring = graph.wiring
    arcs, owner = wiring.arcs_from(endpoints)
    works = graph.is_alive[wiring.cable[arcs]]
    arcs, owner = arcs[works], owner[works]
    ahead = component[wiring.target[arcs]]
    own = component[endpoints]
    pair_owner = np.concatenate([owner, np.flatnonzero(own >= 0)])
    pair_part = np.concatenate([ahead, own[own >= 0]])
    direct = np.bincount(owner[ahead < 0], minlength=len(endpoints))
    keep = pair_part >= 0
    key = np.unique(pair_owner[keep] * graph.vertex_count + pair_part[keep])
    pair_owner, pair_part = key // graph.vertex_count, key % graph.vertex_count
    signature = np.zeros(len(endpoints), dtype=np.uint64)
    np.add.at(signature, pair_owner, scrambled(pair_part))
    _, example, group, size = np.unique(
        signature, return_index=True, return_inverse=True, return_counts=True
    )
    parts = [set(pair_part[pair_owner == k].tolist()) for k in example]
    reach = np.array(
        [
            sum(int(size[b]) for b in range(len(parts)) if parts[a] & parts[b]) - bool(parts[a])
            for a in range(len(parts))
        ],
        dtype=np.int64,
    )
    reached: IntArray = np.minimum(reach[group.reshape(-1)] + direct, len(endpoints) - 1)
    return reached


def blast_radius(graph: Graph, endpoints: IntArray) -> tuple[Blast, ...]:
    """Return the effect of losing one vertex or cable of every kind, worst first.

    Parameters
    ----------
    graph :
        As it is now, failed cables included.
    endpoints :
        Those that matter.

    Notes
    -----
    One example per colour of vertices and per class of cables: others look alike.
    """
    marked = graph.is_endpoint.astype(np.int64)
    marked[endpoints] = 2
    quotient = fold(graph, refine(graph, marked))
    member = np.zeros(quotient.class_count, dtype=np.int64)
    colour = quotient.partition.colour
    member[colour[::-1]] = np.arange(graph.vertex_count)[::-1]
    rate = _exchange_rate(graph, endpoints)
    own = _own_bandwidth(graph, endpoints)
    found = [
        _blast(
            graph,
            graph.with_failed_vertices(np.array([member[k]])),
            endpoints[endpoints != member[k]],
            rate,
            own[endpoints != member[k]],
            (int(member[k]), -1, int(quotient.size[k])),
        )
        for k in range(quotient.class_count)
    ]
    classes = quotient.arc_class_of(graph.wiring.arcs_of_cable[:, 0])
    back = quotient.arc_class_of(graph.wiring.arcs_of_cable[:, 1])
    kinds, example, count = np.unique(
        np.minimum(classes, back), return_index=True, return_counts=True
    )
    found += [
        _blast(
            graph,
            graph.with_failed(example[k : k + 1]),
            endpoints,
            rate,
            own,
            (-1, int(example[k]), int(count[k])),
        )
        for k in range(len(kinds))
        if kinds[k] >= 0
    ]
    return tuple(sorted(found, key=lambda blast: (-blast.cut_off, blast.exchange_share)))


def _blast(
    before: Graph,
    graph: Graph,
    endpoints: IntArray,
    rate: float,
    own: FloatArray,
    place: tuple[int, int, int],
) -> Blast:
    lost = np.isin(endpoints, cut_off_endpoints(graph, endpoints))
    lost &= ~np.isin(endpoints, cut_off_endpoints(before, endpoints))
    left: BoolArray = ~lost
    after = _exchange_rate(graph, endpoints[left])
    touched = int((_own_bandwidth(graph, endpoints) < own * (1 - 1e-12)).sum())
    return Blast(
        vertex=place[0],
        cable=place[1],
        alike=place[2],
        cut_off=int(lost.sum()),
        touched=touched,
        exchange_share=min(1.0, after / rate) if rate > 0 else 0.0,
    )


def _own_bandwidth(graph: Graph, endpoints: IntArray) -> FloatArray:
    arcs, owner = graph.wiring.arcs_from(endpoints)
    rate = np.where(graph.arc_is_alive(), graph.arc_bandwidth(), 0.0)[arcs]
    return summed(owner, rate, len(endpoints))


def _exchange_rate(graph: Graph, endpoints: IntArray) -> float:
    """Return what one endpoint sends in a uniform exchange; 0 where some pair has no path."""
    reached = endpoints[~np.isin(endpoints, cut_off_endpoints(graph, endpoints))]
    if len(reached) < 2 or _reach_counts(graph, reached).min() < len(reached) - 1:
        return 0.0
    wire = exchange_loads(graph, uniform_exchange(reached, 1.0)).wire_s
    return (len(reached) - 1) / wire if wire > 0 else 0.0
