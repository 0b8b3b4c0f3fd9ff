"""Topologies drawn by link rules alone: every collective runs, and closed forms hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from studio.design import schemes
from studio.design.model import Assembly, Design, LinkRule, Plane, Rack
from studio.fabric.fabric import Fabric
from studio.fabric.plane_graph import plane_graph
from studio.ids import AssemblyId, PlaneId, RackId, RuleId
from studio.simulation.network.exact import flow_collective
from studio.simulation.network.flow_result import FlowResult
from studio.simulation.network.profile import NetworkProfile
from studio.simulation.network.schedule import SCHEDULES
from studio.simulation.network.traffic import Algorithm, Collective
from tests.builders import (
    assembly,
    changed,
    fabric_of,
    group,
    link,
    place,
    rack,
    small_catalog,
    with_part,
)

RATE = 100e9
"""Of one port of the chip and of the switch. [byte/s]"""
PAYLOAD = 64e6
UP = {"a_port": "up", "b_port": "up"}
BOX = assembly("switch_box", 1, contents={"spine": group("switch")})


def drawn(
    assemblies: dict[str, Assembly], racks: dict[str, Rack], rules: dict[str, LinkRule]
) -> Fabric:
    """Return the fabric of a design whose chips pass on what is meant for others."""
    design = Design(
        id="drawn",
        name="Drawn",
        assemblies={AssemblyId(name): one for name, one in assemblies.items()},
        racks={RackId(name): one for name, one in racks.items()},
        planes={PlaneId("up"): Plane(name="Up", role="scale_up")},
        links={RuleId(name): rule for name, rule in rules.items()},
    )
    chip = next(part for part in small_catalog().parts.values() if part.id == "chip")
    return fabric_of(design, with_part(small_catalog(), changed(chip, tags={"forwards": "yes"})))


def direct(count: int, scheme: schemes.Scheme) -> Fabric:
    """Return chips joined with each other and nothing else."""
    node = assembly(contents={"a": group("chip", count)})
    rules = {"rule": link("R*/N*/a", "", scheme, **UP)}
    return drawn({"node": node}, {"r": rack(contents={"N": place("node", 1)})}, rules)


def dragonfly() -> Fabric:
    """Return four groups of three: a mesh inside, one link between any two groups."""
    node = assembly(contents={"a": group("chip", 3)})
    rules = {
        "local": link("R*/N*/a", "", schemes.FullMesh(), within="placement", **UP),
        "global": link("R*/N*/a", "", schemes.Dragonfly(group_size=3), **UP),
    }
    return drawn({"node": node}, {"r": rack(contents={"N": place("node", 1, 4)})}, rules)


def three_tiers() -> Fabric:
    """Return two pods of two nodes of four chips: leaf, spine and core have as much up as down."""
    node = assembly(contents={"a": group("chip", 4), "leaf": group("switch")})
    rules = {
        "in": link("R*/N*/a", "R*/N*/leaf", within="placement", a_port="up"),
        "pod": link("R*/N*/leaf", "R*/B*/spine", within="rack", multiplicity=2),
        "core": link("R*/B*/spine", "C*/B*/spine", multiplicity=2),
    }
    racks = {
        "pod-1": rack(0.0, 0.0, label="R1", contents=_pod()),
        "pod-2": rack(1.0, 0.0, label="R2", contents=_pod()),
        "cores": rack(2.0, 0.0, label="C1", contents={"B": place("box", 1, 2)}),
    }
    return drawn({"node": node, "box": BOX}, racks, rules)


def _pod() -> dict[str, Any]:
    return {"N": place("node", 1, 2), "B": place("box", 20, 2)}


def rails() -> Fabric:
    """Return four nodes of four chips: chip i of every node on leaf i, the leaves on two spines."""
    node = assembly(contents={"a": group("chip", 4)})
    leaves = assembly("switch_box", 1, contents={"leaf": group("switch", 4)})
    rules = {
        "rails": link("R*/N*/a", "R*/L*/leaf", schemes.Rail(count=4), a_port="up"),
        "spines": link("R*/L*/leaf", "R*/B*/spine", multiplicity=2),
    }
    contents = {"N": place("node", 1, 4), "L": place("leaves", 20), "B": place("box", 30, 2)}
    return drawn(
        {"node": node, "leaves": leaves, "box": BOX}, {"r": rack(contents=contents)}, rules
    )


def mixture() -> Fabric:
    """Return two nodes of four in a mesh, and one switch on every chip."""
    node = assembly(contents={"a": group("chip", 4)})
    rules = {
        "mesh": link("R*/N*/a", "", schemes.FullMesh(), within="placement", **UP),
        "up": link("R*/N*/a", "R*/B*/spine", a_port="up"),
    }
    contents = {"N": place("node", 1, 2), "B": place("box", 30)}
    return drawn({"node": node, "box": BOX}, {"r": rack(contents=contents)}, rules)


@dataclass(frozen=True)
class Case:
    fabric: Fabric
    all_to_all: float
    """What the busiest link carries when every pair exchanges one byte. [byte]"""


def axis_load(count: int, side: int) -> float:
    """Return what a link along an axis of a torus carries when every pair exchanges one byte.

    From a place to all others along an axis are side / 4 hops in the mean, for an even side.
    Half of them go either way, unless both ways are one link.
    """
    return count / 2 if side == 2 else count * side / 8


TORI = [(6,), (4, 4), (2, 6), (4, 4, 4), (2, 4, 6)]
MESHES = [(5,), (3, 4), (2, 3, 4), (2, 2, 3, 2)]


def cases() -> dict[str, Case]:
    found = {}
    for dims in TORI:
        count = math.prod(dims)
        load = max(axis_load(count, side) for side in dims)
        found[f"torus {dims}"] = Case(direct(count, schemes.Torus(dims=dims)), load)
    for dims in MESHES:
        count = math.prod(dims)
        # A place sends what is for each of the count / side places behind a neighbour to it.
        load = max(count / side for side in dims)
        found[f"mesh {dims}"] = Case(direct(count, schemes.FullMesh(dims=dims)), load)
    # As much up as down: the chip's own links are the limit, one here and one there.
    found["three tiers"] = Case(three_tiers(), 15)
    found["rails"] = Case(rails(), 15)
    # Four chips send to four others over one link each; a mesh link carries one byte.
    found["mixture"] = Case(mixture(), 4)
    return found


CASES = cases()


def run(
    fabric: Fabric,
    op: Collective,
    profile: NetworkProfile,
    algorithm: Algorithm | None = None,
) -> FlowResult:
    plane = plane_graph(fabric, PlaneId("up"))
    return flow_collective(op, PAYLOAD, plane.graph, plane.npus, profile, algorithm=algorithm)


@pytest.mark.parametrize("name", CASES)
def test_an_all_to_all_takes_as_long_as_its_busiest_link(ideal: NetworkProfile, name: str) -> None:
    case = CASES[name]
    result = run(case.fabric, Collective.ALL_TO_ALL, ideal, Algorithm.DIRECT)
    each = PAYLOAD / result.ranks
    assert result.terms.wire_s == pytest.approx(case.all_to_all * each / RATE, rel=1e-9)


@pytest.mark.parametrize("name", [*CASES, "dragonfly"])
@pytest.mark.parametrize("op", list(SCHEDULES))
def test_every_collective_runs_on_every_topology(
    ideal: NetworkProfile, name: str, op: Collective
) -> None:
    """What enters a switch leaves it, and no link carries more than it can."""
    fabric = dragonfly() if name == "dragonfly" else CASES[name].fabric
    for algorithm in SCHEDULES[op]:
        result = run(fabric, op, ideal, algorithm)
        assert 0 < result.time_s < 1
        assert result.utilisation.max() <= 1 + 1e-9
        load, wiring = result.arc_load_byte, result.graph.wiring
        out = np.bincount(wiring.source, weights=load, minlength=result.graph.vertex_count)
        into = np.bincount(wiring.target, weights=load, minlength=result.graph.vertex_count)
        switches = ~result.graph.is_endpoint
        np.testing.assert_allclose(out[switches], into[switches], rtol=1e-9)
        assert out.sum() > 0


@pytest.mark.parametrize("count", [3, 6, 8])
def test_a_ring_of_links_carries_a_ring_of_ranks(ideal: NetworkProfile, count: int) -> None:
    result = run(direct(count, schemes.Ring()), Collective.ALL_REDUCE, ideal, Algorithm.RING)
    assert result.terms.wire_s == pytest.approx(2 * (count - 1) / count * PAYLOAD / RATE)


@pytest.mark.parametrize("name", ["mesh (5,)", "mesh (2, 2, 3, 2)", "torus (4, 4)", "three tiers"])
def test_a_tree_and_a_ring_are_never_faster_than_the_links_of_a_rank(
    ideal: NetworkProfile, name: str
) -> None:
    """Every rank takes in the payload less its own part and gives out as much."""
    fabric = CASES[name].fabric
    for algorithm in SCHEDULES[Collective.ALL_REDUCE]:
        result = run(fabric, Collective.ALL_REDUCE, ideal, algorithm)
        graph = result.graph
        ports = np.bincount(
            graph.wiring.source, weights=graph.arc_bandwidth(), minlength=graph.vertex_count
        )
        least = 2 * (result.ranks - 1) / result.ranks * PAYLOAD / ports[graph.is_endpoint].max()
        assert result.terms.wire_s >= least * (1 - 1e-9)
