"""One collective over the links that are drawn: for the command line and the link-load overlay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from studio.design.edits import set_state
from studio.design.model import Deviation
from studio.errors import InvalidDesign, InvalidInput
from studio.exploration.network_library import network_profiles
from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.fabric.places import find_components, find_links
from studio.fabric.plane_graph import PlaneGraph, plane_graph, usual_planes
from studio.ids import Address, PlaneId
from studio.messages import say
from studio.simulation.levels import scale_up_levels
from studio.simulation.network.exact import flow_collective
from studio.simulation.network.flow_result import FlowResult
from studio.simulation.network.profile import Role
from studio.simulation.network.routing import SPRAY, Routing
from studio.simulation.network.traffic import Algorithm, Collective

Name = TypeVar("Name", Collective, Algorithm)


@dataclass(frozen=True)
class DrawnFlow:
    """A collective and the plane it ran on."""

    plane: PlaneGraph
    result: FlowResult

    def link_load(self, fabric: Fabric) -> FloatArray:
        """Return the busier direction of every link of the fabric, 0..1; NaN off the plane.

        Returns
        -------
        shape (n_links,).
        """
        load = np.full(fabric.links.count, np.nan)
        use = self.result.utilisation[self.plane.graph.wiring.arcs_of_cable].max(axis=1)
        load[self.plane.link] = np.where(self.plane.graph.is_alive, use, np.nan)
        return load


def popularity_of(text: str) -> tuple[float, ...]:
    """Return relative amounts as typed, such as `4,1,1,1`; none where nothing is.

    Raises
    ------
    InvalidInput : something in the list is no number.
    """
    try:
        return tuple(float(part) for part in text.replace("，", ",").split(",") if text.strip())
    except ValueError:
        raise InvalidInput("{text} is no list of numbers such as 4,1,1,1", text=text) from None


def run_collective(
    fabric: Fabric,
    collective: str,
    payload_byte: float,
    *,
    group: str = "",
    plane: str = "",
    algorithm: str = "",
    routing: Routing = SPRAY,
    popularity: Sequence[float] = (),
) -> DrawnFlow:
    """Run a collective among NPUs of a fabric, on one plane, with its failures.

    Parameters
    ----------
    group : selectors of the NPUs that take part, joined by commas; empty takes all on the plane.
    plane : names of planes, joined by commas; empty takes the first scale-up plane, with the
        scale-out planes where scale-up alone leaves NPUs apart.
    routing : how the fabric chooses among shortest paths.
    popularity : relative amounts that NPUs receive, or send back in a combine, in turn; such as
        that of their experts. Empty for equal amounts.

    Raises
    ------
    StudioError : an unknown name, a group that is empty or falls apart; names the object.
    """
    planes = tuple(map(PlaneId, plane.split(","))) if plane else usual_planes(fabric)
    drawn = plane_graph(fabric, *planes)
    npu = fabric.layout.parts[int(fabric.layout.part[drawn.component[drawn.npus[0]]])]
    ranks = _ranks(fabric, drawn, group)
    if len(popularity) > len(ranks):
        raise InvalidInput(
            "popularity lists {given} numbers for {ranks} NPUs; give as many at most",
            given=len(popularity),
            ranks=len(ranks),
        )
    result = flow_collective(
        _one_of(Collective, collective, say("collective")),
        payload_byte,
        drawn.graph,
        ranks,
        network_profiles().for_domain(npu.family, _scale_up_ranks(fabric)),
        algorithm=_one_of(Algorithm, algorithm, say("algorithm")) if algorithm else None,
        routing=routing,
        popularity=np.resize(np.asarray(popularity, float), len(ranks)) if popularity else None,
        role_of=lambda bundle: _role(fabric, bundle),
        home_of_rank=fabric.layout.housing[drawn.component[ranks]],
    )
    return DrawnFlow(drawn, result)


def _role(fabric: Fabric, rule: int) -> Role:
    plane = fabric.design.planes[fabric.links.rules[rule].rule.plane]
    return Role.SCALE_UP if plane.role == "scale_up" else Role.SCALE_OUT


def _scale_up_ranks(fabric: Fabric) -> int:
    """Return how many NPUs the widest scale-up level joins."""
    return max((level.ranks for level in scale_up_levels(fabric)), default=1)


def _ranks(fabric: Fabric, drawn: PlaneGraph, group: str) -> IntArray:
    if not group:
        return drawn.npus
    asked = [_asked(fabric, one.strip()) for one in group.split(",")]
    wanted = drawn.vertices_of(np.unique(np.concatenate(asked)))
    chosen: IntArray = drawn.npus[np.isin(drawn.npus, wanted)]
    if len(chosen) < 2:
        raise InvalidInput(
            "a collective needs two working NPUs; group {group!r} has {chosen_count} on "
            "plane {plane!r}",
            group=group,
            chosen_count=len(chosen),
            plane=drawn.plane,
        )
    return chosen


def _one_of(names: type[Name], text: str, what: str) -> Name:
    try:
        return names(text)
    except ValueError:
        known = ", ".join(name.value for name in names)
        raise InvalidInput(
            "{text!r} is no {what}; there is {known}",
            text=text,
            what=what,
            known=known,
        ) from None


def _asked(fabric: Fabric, address: str) -> IntArray:
    """Return the components, or the links, at an address somebody asked about.

    Raises
    ------
    InvalidInput : nothing is there.
    """
    try:
        if address.startswith("rule:"):
            return find_links(fabric.links, address)
        return find_components(fabric.layout, address)
    except InvalidDesign as error:
        raise InvalidInput(error.message) from error


def with_failed(fabric: Fabric, address: str) -> Fabric:
    """Return the fabric with what an address names out of order; `plane:name` is a whole plane.

    Raises
    ------
    StudioError : nothing is there.
    """
    design = fabric.design
    for one in _of_plane(fabric, address) if address.startswith("plane:") else [address]:
        # An exception may outlive what it names; a question about nothing is a mistake.
        _asked(fabric, one)
        design = set_state(design, Address(one), Deviation(state="failed"))
    return compile_design(design, fabric.catalog, fabric)


def _of_plane(fabric: Fabric, address: str) -> list[str]:
    """Return the addresses of the link rules of a plane."""
    plane = address.removeprefix("plane:")
    if plane not in fabric.design.planes:
        raise InvalidInput(
            "the design has no plane {plane!r}; it has {known}",
            plane=plane,
            known=", ".join(fabric.design.planes) or say("none"),
        )
    return [f"rule:{one.name}" for one in fabric.links.rules if one.rule.plane == plane]
