"""Structure of each plane: hops, paths, bisection, oversubscription, and what one loss costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidDesign
from studio.fabric.fabric import Fabric
from studio.fabric.flow.cuts import Bisection, bisection
from studio.fabric.flow.hops import HopMetrics, hop_metrics
from studio.fabric.flow.resilience import Blast, blast_radius
from studio.fabric.flow.tiers import vertex_tiers
from studio.fabric.plane_graph import PlaneGraph, plane_graph
from studio.ids import PlaneId


@dataclass(frozen=True)
class TierRatio:
    """Capacity towards the NPUs over capacity away from them, at one tier of switches."""

    tier: int
    down_byte_per_s: float
    up_byte_per_s: float

    @property
    def oversubscription(self) -> float:
        """Return down over up, 0 at the top tier."""
        return self.down_byte_per_s / self.up_byte_per_s if self.up_byte_per_s else 0.0


@dataclass(frozen=True)
class PlaneStructure:
    """What one plane is like."""

    plane: PlaneId
    npus: int
    hops: HopMetrics
    bisection: Bisection
    tiers: tuple[TierRatio, ...]
    losses: tuple[Blast, ...]
    """Worst first; one example per kind of component and cable. Empty when not asked for."""
    drawn: PlaneGraph

    def name(self, loss: Blast) -> str:
        """Return the address of the example of a loss."""
        graph = self.drawn.graph
        if loss.vertex >= 0:
            return graph.name(loss.vertex)
        a, b = graph.wiring.arcs_of_cable[loss.cable]
        return (
            f"{graph.name(int(graph.wiring.source[a]))} – {graph.name(int(graph.wiring.source[b]))}"
        )


def plane_structures(fabric: Fabric, *, with_losses: bool = False) -> tuple[PlaneStructure, ...]:
    """Return the structure of every plane that joins at least two NPUs."""
    found = []
    for plane in fabric.design.planes:
        try:
            drawn = plane_graph(fabric, plane)
        except InvalidDesign:
            continue
        if len(drawn.npus) > 1:
            found.append(_structure(drawn, with_losses))
    return tuple(found)


def _structure(drawn: PlaneGraph, with_losses: bool) -> PlaneStructure:
    return PlaneStructure(
        drawn.plane,
        len(drawn.npus),
        hop_metrics(drawn.graph, drawn.npus),
        bisection(drawn.graph, drawn.npus),
        _tiers(drawn),
        blast_radius(drawn.graph, drawn.npus) if with_losses else (),
        drawn,
    )


def _tiers(drawn: PlaneGraph) -> tuple[TierRatio, ...]:
    graph = drawn.graph
    tier = vertex_tiers(graph)
    source, target = tier[graph.wiring.source], tier[graph.wiring.target]
    rate = np.where(graph.arc_is_alive(), graph.arc_bandwidth(), 0.0)
    return tuple(
        TierRatio(
            level,
            float(rate[(source == level) & (target == level - 1)].sum()),
            float(rate[(source == level) & (target == level + 1)].sum()),
        )
        for level in range(1, int(tier.max(initial=0)) + 1)
    )
