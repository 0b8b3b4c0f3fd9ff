"""Hop counts and path diversity between endpoints; knows no demand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import check_ranks, uniform_exchange
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.hashing import HashArray
from studio.fabric.flow.load_result import Exactness
from studio.fabric.flow.loads import summed
from studio.fabric.flow.quotient import Quotient, fold_for_demand
from studio.fabric.flow.routing import FAR, Routes, route
from studio.fabric.flow.symmetry import proven_symmetry

_BLOCK = 4_000_000
_WALK_ALL = 40_000_000
"""Destinations times arc classes up to which every destination is walked: a few seconds."""
_GATHER_WORDS = 25_000_000
"""Words gathered at once in a search from all endpoints: 200 MB."""
_BITS = np.array([number.bit_count() for number in range(256)], dtype=np.uint16)
"""Set bits of every byte."""


@dataclass(frozen=True)
class HopMetrics:
    """Shortest paths between all ordered pairs of a group of endpoints."""

    diameter: int
    """Most cables on a shortest path."""
    mean_hops: float
    """Cables on a shortest path, averaged over connected pairs."""
    pairs_by_hops: tuple[float, ...]
    """Number of ordered pairs at 0, 1, 2 … cables."""
    lost_pairs: float
    """Ordered pairs without a path."""
    fewest_paths: float
    """Shortest paths of the pair that has the fewest, among connected pairs."""
    mean_paths: float
    longest_latency_s: float
    """First byte along the slowest shortest path. [s]"""
    paths_exactness: Exactness = Exactness.EXACT
    """Of paths and latency; hop counts are exact always."""


class _HopFigures(TypedDict):
    diameter: int
    mean_hops: float
    pairs_by_hops: tuple[float, ...]


def hop_metrics(graph: Graph, endpoints: IntArray) -> HopMetrics:
    """Return hop counts and numbers of shortest paths among `endpoints`.

    Raises
    ------
    InvalidInput : an entry is no endpoint or appears twice.

    Notes
    -----
    On a large fabric hops are counted by a search from all endpoints at once, exact on any graph,
    and paths towards one endpoint of every orbit stand for those towards its orbit. Where orbits
    are too many colours stand in for them, and `paths_exactness` says that this is assumed.
    """
    check_ranks(graph, endpoints)
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    marked[endpoints] = 1
    quotient = fold_for_demand(graph, marked)
    members = np.bincount(quotient.partition.colour[endpoints], minlength=quotient.class_count)
    classes = np.flatnonzero(members)
    if len(classes) * quotient.arc_class_count <= _WALK_ALL:
        return _walked(quotient, members, classes, members[classes].astype(np.float64))
    symmetry = proven_symmetry(graph, uniform_exchange(endpoints, 1.0))
    colour = symmetry.partition.colour[endpoints]
    _, example, size = np.unique(colour, return_index=True, return_counts=True)
    shown = quotient.partition.colour[endpoints[example]]
    paths = _walked(quotient, members, shown, size.astype(np.float64))
    histogram, lost = _hops_of_all(quotient, members)
    return replace(
        paths,
        **_hop_figures(histogram),
        lost_pairs=lost,
        paths_exactness=Exactness.EXACT if symmetry.is_proven else Exactness.ASSUMED_SYMMETRIC,
    )


def _hop_figures(histogram: FloatArray) -> _HopFigures:
    total = max(float(histogram.sum()), 1.0)
    return {
        "diameter": int(np.flatnonzero(histogram).max(initial=0)),
        "mean_hops": float((histogram * np.arange(len(histogram))).sum() / total),
        "pairs_by_hops": tuple(float(count) for count in histogram),
    }


def _walked(
    quotient: Quotient, members: IntArray, shown: IntArray, weight: FloatArray
) -> HopMetrics:
    """Walk to the classes shown, each standing for `weight` endpoints, from all endpoints."""
    classes = np.flatnonzero(members)
    block = max(1, _BLOCK // max(quotient.arc_class_count, 1))
    histogram = np.zeros(1)
    lost, path_sum, fewest, latency = 0.0, 0.0, np.inf, 0.0
    for begin in range(0, len(shown), block):
        routes = route(quotient, shown[begin : begin + block])
        column = np.repeat(np.arange(routes.column_count), len(classes))
        source = np.tile(classes, routes.column_count)
        own = routes.destination[column] == source
        pairs = (members[source] - own) * weight[begin + column]
        chosen = pairs > 0
        place, pairs = routes.place(source, column)[chosen], pairs[chosen]
        hops = routes.hops_from(place)
        found = hops < FAR
        lost += float(pairs[~found].sum())
        counted = summed(hops[found], pairs[found], len(histogram))
        histogram = _added(histogram, counted)
        paths = path_counts(routes)[place[found]]
        path_sum += float((paths * pairs[found]).sum())
        fewest = min(fewest, float(paths.min(initial=np.inf)))
        latency = max(latency, float(routes.latency[place].max(initial=0.0)))
    return HopMetrics(
        **_hop_figures(histogram),
        lost_pairs=lost,
        fewest_paths=fewest if np.isfinite(fewest) else 0.0,
        mean_paths=path_sum / max(float(histogram.sum()), 1.0),
        longest_latency_s=latency,
    )


def _hops_of_all(quotient: Quotient, members: IntArray) -> tuple[FloatArray, float]:
    """Return ordered pairs of endpoints by hops, and pairs without a path.

    Notes
    -----
    Breadth-first search from all endpoint classes together, one bit for each: a step joins the
    words of the neighbours of every class.
    """
    classes = np.flatnonzero(members)
    first = np.searchsorted(quotient.source, np.arange(quotient.class_count))
    has_arcs = np.diff(np.append(first, quotient.arc_class_count)) > 0
    lanes = max(1, _GATHER_WORDS // max(quotient.arc_class_count, 1)) * 64
    total = np.zeros(3)
    # Twins meet at a neighbour that forwards.
    meets = np.zeros(quotient.class_count, dtype=np.bool_)
    meets[quotient.source[quotient.is_transit[quotient.target]]] = True
    count = members[classes].astype(np.float64)
    total[2] = float((count * (count - 1))[meets[classes]].sum())
    for begin in range(0, len(classes), lanes):
        part = classes[begin : begin + lanes]
        lane = np.arange(len(part))
        front = np.zeros((quotient.class_count, -(-len(part) // 64)), dtype=np.uint64)
        front[part, lane // 64] = np.uint64(1) << (lane % 64).astype(np.uint64)
        seen = front.copy()
        hops = 0
        while front.any():
            hops += 1
            fresh = np.zeros_like(front)
            fresh[has_arcs] = np.bitwise_or.reduceat(front[quotient.target], first[has_arcs])
            fresh &= ~seen
            seen |= fresh
            found = _weighed(fresh[classes], count, members[part])
            total = _added(total, np.append(np.zeros(hops), found))
            fresh[~quotient.is_transit] = 0
            front = fresh
    ranks = float(count.sum())
    return np.trim_zeros(total, "b") if total.any() else np.zeros(1), ranks * (ranks - 1) - float(
        total.sum()
    )


def _weighed(bits: HashArray, rows: FloatArray, lanes: IntArray) -> float:
    """Return the sum over set bits of the weight of their row times that of their lane."""
    if np.all(lanes == lanes[0]):
        return float(rows @ _BITS[bits.view(np.uint8)].sum(axis=1)) * float(lanes[0])
    found = 0.0
    wide = lanes.astype(np.float32)
    for begin in range(0, len(bits), 1024):
        chosen = slice(begin, begin + 1024)
        loose = np.unpackbits(bits[chosen].view(np.uint8), axis=1, bitorder="little")
        found += float(rows[chosen] @ (loose[:, : len(lanes)] @ wide))
    return found


def _added(first: FloatArray, second: FloatArray) -> FloatArray:
    total = np.zeros(max(len(first), len(second)))
    total[: len(first)] += first
    total[: len(second)] += second
    return total


def path_counts(routes: Routes) -> FloatArray:
    """Return the number of shortest paths from every place, shape (places,).

    A class arc counts with all its real arcs: parallel cables are different paths.
    """
    quotient = routes.quotient
    count = np.zeros(routes.place_count)
    classes = quotient.class_count
    ends = np.arange(routes.column_count) * classes + routes.destination
    count[ends] = 1.0
    for steps, hops in enumerate(reversed(routes.by_distance), 1):
        ahead = routes.next_place[hops]
        arc = routes.arc[hops]
        fan = quotient.fan[arc] / (quotient.size[quotient.target[arc]] if steps == 1 else 1)
        np.add.at(count, routes.hop_place[hops], fan * count[ahead])
    return count
