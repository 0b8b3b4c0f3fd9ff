"""One plane of a fabric as a flow graph: components with links become vertices, links cables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidDesign, UnknownName
from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.connected import connected_parts
from studio.fabric.fabric import Fabric
from studio.fabric.flow.building import build_graph
from studio.fabric.flow.graph import Graph
from studio.ids import PlaneId
from studio.messages import say

FORWARDING_KINDS = ("switch", "nic")


@dataclass(frozen=True)
class PlaneGraph:
    """A flow graph and what its vertices and cables are in the fabric."""

    plane: PlaneId
    """Names of several planes are joined by a plus sign."""
    graph: Graph
    component: IntArray
    """Shape (n_vertices,): the component each vertex is."""
    link: IntArray
    """Shape (n_cables,): the link each cable is."""
    npus: IntArray
    """Vertices that are working NPUs, in the fabric's order."""

    def vertices_of(self, components: IntArray) -> IntArray:
        """Return the vertices of some components; those not on the plane are left out."""
        place = np.searchsorted(self.component, components)
        place = np.minimum(place, len(self.component) - 1)
        found: IntArray = place[self.component[place] == components]
        return found


def plane_graph(fabric: Fabric, *planes: PlaneId) -> PlaneGraph:
    """Return the flow graph of a plane, or of several planes together.

    Raises
    ------
    UnknownName : the design has no such plane.
    InvalidDesign : the planes have no link, or no NPU is on them.

    Notes
    -----
    Links of one rule share a bundle and the mean delay of the rule: lengths differ by metres, far
    below the hop latency, and equal labels keep the symmetry that makes the solver fast.
    A link degraded to nothing is dead; so is every link of a failed component.
    """
    name = PlaneId("+".join(planes))
    chosen = _links_of(fabric, planes)
    if not len(chosen):
        raise InvalidDesign("plane {name!r} has no link; add a link rule to it", name=name)
    ends = np.stack((fabric.links.a[chosen], fabric.links.b[chosen]))
    component, vertex = np.unique(ends, return_inverse=True)
    vertex = vertex.reshape(ends.shape)
    is_npu, forwards = _roles(fabric, component)
    works = fabric.component_factor[component] > 0
    if not (is_npu & works).any():
        raise InvalidDesign("no working NPU is on plane {name!r}", name=name)
    alive = fabric.link_factor[chosen] > 0
    full = fabric.links.bandwidth_byte_per_s[chosen]
    rate = np.where(alive, fabric.link_bandwidth_byte_per_s[chosen], full)
    graph = build_graph(
        vertex[0],
        vertex[1],
        rate,
        _latency(fabric, chosen),
        is_npu | ~forwards,
        is_transit=forwards,
        bundle=fabric.links.rule[chosen],
        is_alive=alive,
        name_of=lambda v: fabric.layout.address(int(component[v])),
    )
    return PlaneGraph(name, graph, component, chosen, np.flatnonzero(is_npu & works))


def _links_of(fabric: Fabric, planes: tuple[PlaneId, ...]) -> IntArray:
    numbers = []
    for plane in planes:
        if plane not in fabric.design.planes:
            known = ", ".join(fabric.design.planes) or say("none")
            raise UnknownName(
                "the design has no plane {plane!r}; it has {known}",
                plane=plane,
                known=known,
            )
        numbers.append(list(fabric.design.planes).index(plane))
    return np.flatnonzero(np.isin(fabric.links.plane, numbers) & fabric.link_present)


def usual_planes(fabric: Fabric) -> tuple[PlaneId, ...]:
    """Return the planes NPUs talk over: scale-up, with scale-out where scale-up is in islands.

    Raises
    ------
    InvalidDesign : the design has no plane.
    """
    main = main_plane(fabric)
    out = tuple(p for p, plane in fabric.design.planes.items() if plane.role == "scale_out")
    chosen = _links_of(fabric, (main,))
    chosen = chosen[fabric.link_factor[chosen] > 0]
    parts = connected_parts(
        fabric.layout.component_count, fabric.links.a[chosen], fabric.links.b[chosen]
    )
    works = fabric.npus[fabric.component_factor[fabric.npus] > 0]
    is_whole = len(np.unique(parts[works])) <= 1
    return (main,) if is_whole or main in out else (main, *out)


def main_plane(fabric: Fabric) -> PlaneId:
    """Return the plane on which NPUs talk: the first scale-up plane, else the first one.

    Raises
    ------
    InvalidDesign : the design has no plane.
    """
    for plane_id, plane in fabric.design.planes.items():
        if plane.role == "scale_up":
            return plane_id
    if fabric.design.planes:
        return next(iter(fabric.design.planes))
    raise InvalidDesign("the design has no plane; add one and join NPUs on it")


def _roles(fabric: Fabric, component: IntArray) -> tuple[BoolArray, BoolArray]:
    """NPUs of a direct topology forward what is meant for others; their part says so."""
    parts = fabric.layout.parts
    npu = np.array([part.kind == "npu" for part in parts], dtype=bool)
    of = fabric.layout.part[component]
    return npu[of], forwarding_parts(fabric)[of]


def forwarding_parts(fabric: Fabric) -> BoolArray:
    """Return which parts pass on what is meant for others, shape (n_parts,)."""
    return np.array(
        [
            part.kind in FORWARDING_KINDS or part.tags.get("forwards") == "yes"
            for part in fabric.layout.parts
        ],
        dtype=bool,
    )


def _latency(fabric: Fabric, chosen: IntArray) -> FloatArray:
    rule = fabric.links.rule[chosen]
    count = np.bincount(rule)
    delay = np.bincount(rule, weights=fabric.geometry.delay_s[chosen]) / np.maximum(count, 1)
    switch = np.array(
        [part.value("latency") if part.kind == "switch" else 0.0 for part in fabric.layout.parts]
    )
    # Each switch is entered once and left once: half its latency belongs to either link.
    ends = switch[fabric.layout.part[fabric.links.a[chosen]]]
    ends = ends + switch[fabric.layout.part[fabric.links.b[chosen]]]
    latency: FloatArray = np.round(delay[rule] + ends / 2, 12)
    return latency
