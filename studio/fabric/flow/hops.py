"""Hop counts and path diversity between endpoints; knows no demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import check_ranks
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.loads import summed
from studio.fabric.flow.quotient import fold_for_demand
from studio.fabric.flow.routing import FAR, Routes, route

_BLOCK = 4_000_000


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


def hop_metrics(graph: Graph, endpoints: IntArray) -> HopMetrics:
    """Return hop counts and numbers of shortest paths among `endpoints`.

    Raises
    ------
    InvalidInput : an entry is no endpoint or appears twice.
    """
    check_ranks(graph, endpoints)
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    marked[endpoints] = 1
    quotient = fold_for_demand(graph, marked)
    members = np.bincount(quotient.partition.colour[endpoints], minlength=quotient.class_count)
    classes = np.flatnonzero(members)
    block = max(1, _BLOCK // max(quotient.arc_class_count, 1))
    histogram = np.zeros(1)
    lost, path_sum, fewest, latency = 0.0, 0.0, np.inf, 0.0
    for begin in range(0, len(classes), block):
        routes = route(quotient, classes[begin : begin + block])
        column = np.repeat(np.arange(routes.column_count), len(classes))
        source = np.tile(classes, routes.column_count)
        own = routes.destination[column] == source
        pairs = (members[source] - own) * members[routes.destination[column]]
        chosen = pairs > 0
        place, pairs = routes.place(source, column)[chosen], pairs[chosen].astype(np.float64)
        hops = routes.hops_from(place)
        found = hops < FAR
        lost += float(pairs[~found].sum())
        counted = summed(hops[found], pairs[found], len(histogram))
        histogram = _added(histogram, counted)
        paths = path_counts(routes)[place[found]]
        path_sum += float((paths * pairs[found]).sum())
        fewest = min(fewest, float(paths.min(initial=np.inf)))
        latency = max(latency, float(routes.latency[place].max(initial=0.0)))
    total = max(float(histogram.sum()), 1.0)
    return HopMetrics(
        diameter=int(np.flatnonzero(histogram).max(initial=0)),
        mean_hops=float((histogram * np.arange(len(histogram))).sum() / total),
        pairs_by_hops=tuple(float(count) for count in histogram),
        lost_pairs=lost,
        fewest_paths=fewest if np.isfinite(fewest) else 0.0,
        mean_paths=path_sum / total,
        longest_latency_s=latency,
    )


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
    for hops in reversed(routes.by_distance):
        if not len(hops):
            continue
        ahead = routes.next_place[hops]
        arc = routes.arc[hops]
        target = quotient.target[arc]
        is_end = routes.to_go[hops] == 1
        fan = quotient.fan[arc] / np.where(is_end, quotient.size[target], 1)
        np.add.at(count, routes.hop_place[hops], fan * count[ahead])
    return count
