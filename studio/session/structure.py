"""Structure of each plane: hops, paths, bisection, oversubscription, and what one loss costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidDesign, InvalidInput
from studio.fabric.fabric import Fabric
from studio.fabric.flow.bisection import Bisection, bisection
from studio.fabric.flow.cuts import smallest_cut
from studio.fabric.flow.hops import HopMetrics, hop_metrics
from studio.fabric.flow.resilience import Blast, blast_radius
from studio.fabric.flow.tiers import vertex_tiers
from studio.fabric.flow.vertex_cuts import smallest_vertex_cut
from studio.fabric.places import find_components
from studio.fabric.plane_graph import PlaneGraph, plane_graph, usual_planes
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


@dataclass(frozen=True)
class SelectionCut:
    """What separates two selections of components on some planes."""

    plane: PlaneId
    bandwidth_byte_per_s: float
    """Least sum over links that separate them, one direction. [byte/s]"""
    links: tuple[str, ...]
    """Addresses of such links."""
    link_disjoint_paths: int
    parts: tuple[str, ...]
    """Addresses of the fewest forwarding components that separate them."""
    is_separable: bool
    """Whether components alone can; not where a link joins the selections directly."""


def cut_between(fabric: Fabric, first: str, second: str, plane: str = "") -> SelectionCut:
    """Return the smallest cuts between two selections of components.

    Parameters
    ----------
    first, second : addresses or selectors, such as `R01` and `R02/*/npu`.
    plane : names of planes, joined by commas; empty takes those NPUs talk over.

    Raises
    ------
    InvalidInput : a selection is empty, or both share a component.
    """
    planes = tuple(map(PlaneId, plane.split(","))) if plane else usual_planes(fabric)
    drawn = plane_graph(fabric, *planes)
    try:
        found = [find_components(fabric.layout, text) for text in (first, second)]
    except InvalidDesign as error:
        # The addresses are the caller's, not the design's.
        raise InvalidInput(error.message) from error
    sides = [drawn.vertices_of(places) for places in found]
    for text, side in zip((first, second), sides, strict=True):
        if not len(side):
            raise InvalidInput(
                "nothing at {address} is on plane {plane}", address=text, plane=drawn.plane
            )
    graph = drawn.graph
    cut = smallest_cut(graph, *sides)
    counted = smallest_cut(graph, *sides, is_counted=True)
    between = smallest_vertex_cut(graph, *sides)
    links = drawn.link[graph.wiring.cable[cut.arcs]]
    return SelectionCut(
        drawn.plane,
        cut.bandwidth_byte_per_s,
        tuple(fabric.links.name(int(link)) for link in links),
        round(counted.bandwidth_byte_per_s),
        tuple(graph.name(int(vertex)) for vertex in between.vertices),
        between.is_possible,
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
