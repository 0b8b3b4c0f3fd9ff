"""Load of a fabric between its switch tiers; knows no routes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.graph import Graph


@dataclass(frozen=True)
class TierLoad:
    """All arcs from one tier to another; tier 0 holds the endpoints."""

    lower: int
    upper: int
    is_up: bool
    arcs: int
    """Working arcs."""
    bandwidth_byte_per_s: float
    """Sum over working arcs. [byte/s]"""
    load_byte: float
    mean_utilisation: float
    peak_utilisation: float


def vertex_tiers(graph: Graph) -> IntArray:
    """Return the cables from every vertex to the nearest endpoint; -1 where there is none.

    Dead cables count: a failure does not move a switch to another tier.
    """
    wiring = graph.wiring
    tier = np.where(graph.is_endpoint, 0, -1).astype(np.int64)
    frontier = np.flatnonzero(graph.is_endpoint)
    height = 0
    while len(frontier):
        height += 1
        arcs, _ = wiring.arcs_from(frontier)
        reached = wiring.target[arcs]
        frontier = np.unique(reached[tier[reached] < 0])
        tier[frontier] = height
    return tier


def tier_loads(graph: Graph, load_byte: FloatArray, time_s: float) -> tuple[TierLoad, ...]:
    """Return the load between every two tiers that cables join, lowest first, up before down.

    Parameters
    ----------
    graph :
        Cables and their state.
    load_byte :
        Shape (arcs,). [byte]
    time_s :
        Duration over which utilisation is taken. [s]
    """
    tier = vertex_tiers(graph)
    source, target = tier[graph.wiring.source], tier[graph.wiring.target]
    alive = graph.arc_is_alive() & (source >= 0) & (target >= 0)
    count = int(tier.max(initial=0)) + 1
    bandwidth = graph.arc_bandwidth()
    found = []
    for pair in np.unique(source[alive] * count + target[alive]):
        here = alive & (source == pair // count) & (target == pair % count)
        rate = float(bandwidth[here].sum())
        used = load_byte[here] / (bandwidth[here] * time_s) if time_s > 0 else np.zeros(1)
        low, high = sorted((int(pair // count), int(pair % count)))
        load = float(load_byte[here].sum())
        found.append(
            TierLoad(
                lower=low,
                upper=high,
                is_up=bool(pair // count <= pair % count),
                arcs=int(here.sum()),
                bandwidth_byte_per_s=rate,
                load_byte=load,
                mean_utilisation=load / (rate * time_s) if time_s > 0 else 0.0,
                peak_utilisation=float(used.max()),
            )
        )
    return tuple(sorted(found, key=lambda part: (part.lower, part.upper, not part.is_up)))
