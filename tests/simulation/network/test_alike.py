"""Collectives of which one flow is laid for all that are alike: the same as laying every flow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio import api
from studio.errors import InvalidInput
from studio.fabric.fabric import Fabric
from studio.fabric.flow import adaptive
from studio.fabric.flow.adaptive import adaptive_exchanges, adaptive_flows, adaptive_pattern
from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.demand import Flows
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.load_result import LoadResult
from studio.fabric.flow.pairs import place_flows
from studio.fabric.flow.pattern import Pattern
from studio.fabric.flow.patterned import Patterned, place_pattern
from studio.fabric.flow.placed import Placed
from studio.fabric.flow.reduced import reduced
from studio.fabric.flow.routing import Split
from studio.fabric.flow.turning import turning_of
from studio.session.flow import run_collective, with_failed
from studio.simulation.network import laying
from studio.simulation.network.phases import Members, exchanges_of, group_members, listed
from studio.simulation.network.routing import Routing, RoutingMode
from studio.simulation.network.schedule import SCHEDULES
from studio.simulation.network.skewing import skewed
from studio.simulation.network.traffic import Algorithm, Collective
from tests.fabric.flow import topologies
from tests.simulation.network.rails import nodes_on_rails

SKEWED = (Collective.ALL_TO_ALL, Collective.DISPATCH, Collective.COMBINE)
WAYS = [(op, algorithm) for op, ways in SCHEDULES.items() for algorithm in ways]
FABRICS = {
    "star of 8": (topologies.star(8), 8),
    "star of 12": (topologies.star(12), 12),
    "clos of 4 x 4": (topologies.two_tier(4, 4, 2, 2, up=14e9), 4),
    "clos of 6 x 2": (topologies.two_tier(6, 2, 2, 3), 2),
    "clos of 3 x 4": (topologies.two_tier(3, 4, 2, 2), 4),
    "three tiers of 2 x 4 x 2": (topologies.three_tier(2, 4, 2, 2), 2),
    "three tiers of 3 x 2 x 4": (topologies.three_tier(3, 2, 4, 1), 4),
    "mesh of 8": (topologies.full_mesh(8), 8),
    "torus of 4 x 4": (topologies.torus(4, 4), 4),
    "torus of 6 x 3": (topologies.torus(6, 3), 1),
    "torus of 2 x 3 x 4": (topologies.torus(2, 3, 4), 4),
    "rails of 4 x 4": (nodes_on_rails(4, 4, spine=True), 4),
    "rails of 5 x 3": (nodes_on_rails(5, 3, spine=True), 3),
}
"""A graph, and the ranks of a node in it."""


def members_of(graph: Graph, inside: int, chosen: slice | IntArray) -> Members:
    ranks = graph.endpoints()[chosen]
    return group_members(ranks, ranks // inside, lambda these: turning_of(graph, these).rank_look)


def check_same(found: Patterned, reference: Flows, graph: Graph, split: Split) -> None:
    placed = place_flows(graph, reference, split)
    load, expected = found.arc_load(), placed.arc_load()
    np.testing.assert_allclose(load, expected, rtol=1e-9, atol=1e-9 * expected.max())
    assert np.array_equal(load > 0, expected > 0)
    latency = (found.byte * found.latency_s).sum() / found.byte.sum()
    mean = (reference.size * placed.latency_s).sum() / reference.size.sum()
    assert latency == pytest.approx(mean, rel=1e-9)
    assert found.hops.max() == placed.hops.max()
    assert found.byte.sum() == pytest.approx(reference.size.sum(), rel=1e-9)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_alike_flows_load_links_as_every_flow_does(data: st.DataObject) -> None:
    """Intact, failed and re-rated; of whole fabrics, blocks of ranks, strides and any ranks."""
    graph, inside = FABRICS[data.draw(st.sampled_from(sorted(FABRICS)), "fabric")]
    op, algorithm = data.draw(st.sampled_from(WAYS), "way")
    cables = st.integers(0, graph.cable_count - 1)
    failed = data.draw(st.lists(cables, max_size=2, unique=True), "failed")
    slower = data.draw(st.lists(cables, max_size=1), "slower")
    graph = graph.with_failed(np.array(failed, dtype=np.int64))
    graph = graph.with_bandwidth(np.array(slower, dtype=np.int64), 5e9) if slower else graph
    count = len(graph.endpoints())
    first = data.draw(st.integers(0, count - 2), "first")
    last = data.draw(st.integers(first + 2, count), "last")
    stride = data.draw(st.sampled_from([1, 1, 2, inside]), "stride")
    chosen = np.arange(count)[first:last:stride]
    left_out = data.draw(st.lists(st.integers(0, count - 1), max_size=3), "left out")
    chosen = np.setdiff1d(chosen, left_out)
    if len(chosen) < 2:
        return
    members = members_of(graph, inside, chosen)
    split = data.draw(st.sampled_from(list(Split)), "split")
    phases = SCHEDULES[op][algorithm](members, 8e6)
    if op in SKEWED and data.draw(st.booleans(), "skewed"):
        weights = np.resize([1.0, 2.0, 2.0, 4.0], members.size)
        is_reversed = op is Collective.COMBINE
        phases = tuple(skewed(phase, members, weights, is_reversed=is_reversed) for phase in phases)
    for phase in phases:
        demand = phase.demand
        if not isinstance(demand, Pattern):
            continue
        flows = demand.listed()
        try:
            found = place_pattern(graph, demand, split)
        except InvalidInput:
            with pytest.raises(InvalidInput):
                place_flows(graph, flows, split)
            continue
        for own, end in ((demand.sent, flows.source), (demand.received, flows.target)):
            byte = np.bincount(end, weights=flows.size, minlength=graph.vertex_count)
            np.testing.assert_allclose(own, byte[members.ranks], atol=1e-6)
        if found is not None:
            check_same(found, flows, graph, split)


SMALL = ["star of 8", "clos of 4 x 4", "clos of 3 x 4", "mesh of 8", "rails of 4 x 4"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_ideal_of_a_few_flows_is_that_of_all(data: st.DataObject) -> None:
    """And so are the last completion and the ideal of exchanges, by one rank of each orbit."""
    graph, inside = FABRICS[data.draw(st.sampled_from(SMALL), "fabric")]
    op, algorithm = data.draw(st.sampled_from(WAYS), "way")
    cables = st.integers(0, graph.cable_count - 1)
    failed = data.draw(st.lists(cables, max_size=1), "failed")
    graph = graph.with_failed(np.array(failed, dtype=np.int64))
    count = len(graph.endpoints())
    left_out = data.draw(st.lists(st.integers(0, count - 1), max_size=2), "left out")
    members = members_of(graph, inside, np.setdiff1d(np.arange(count), left_out))
    phases = SCHEDULES[op][algorithm](members, 8e6)
    if op in SKEWED and data.draw(st.booleans(), "skewed"):
        weights = np.resize([1.0, 2.0], members.size)
        is_reversed = op is Collective.COMBINE
        phases = tuple(skewed(phase, members, weights, is_reversed=is_reversed) for phase in phases)
    for phase in phases:
        flows = listed(phase.demand)
        try:
            whole = adaptive_flows(graph, flows)
        except InvalidInput:
            continue
        exchanges = exchanges_of(phase.demand)
        if exchanges:
            few = adaptive_exchanges(graph, exchanges)
        elif isinstance(phase.demand, Pattern):
            few = adaptive_pattern(graph, phase.demand)
            kept = reduced(phase.demand, turning_of(graph, members.ranks))
            if kept is not None:
                last = place_flows(graph, flows).makespan_s
                assert kept.makespan_s(Split.EQUAL) == pytest.approx(last, rel=1e-9)
        else:
            continue
        # Each is within its gap of the least, which both bound from below.
        assert few.wire_s <= whole.wire_s * (1 + few.gap + 1e-9)
        assert whole.wire_s <= few.wire_s * (1 + whole.gap + 1e-9)


@pytest.mark.parametrize(("op", "algorithm"), WAYS, ids=str)
@pytest.mark.parametrize("name", ["clos of 4 x 4", "star of 8", "mesh of 8"])
def test_what_is_intact_lays_few_flows_for_all(
    name: str, op: Collective, algorithm: Algorithm
) -> None:
    """A step has one or two kinds of flows, or the pairs of a node; a tree two at every height."""
    graph, inside = FABRICS[name]
    members = members_of(graph, inside, slice(None))
    for phase in SCHEDULES[op][algorithm](members, 8e6):
        demand = phase.demand
        if isinstance(demand, Pattern):
            found = place_pattern(graph, demand)
            assert found is not None, phase.name
            assert len(found.route) <= 2 + 8 * np.log2(members.size)
            check_same(found, listed(demand), graph, Split.EQUAL)
        else:
            assert not isinstance(demand, Flows) or len(demand.source) == 1


@pytest.fixture
def laid_one_by_one(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Refuse to list the flows of a demand, and note how many others are laid one by one."""
    laid: list[int] = []

    def place(graph: Graph, flows: Flows, split: Split = Split.EQUAL) -> Placed:
        laid.append(len(flows.source))
        return place_flows(graph, flows, split)

    def adapt(graph: Graph, flows: Flows) -> LoadResult:
        assert len(flows.source) == 1
        return adaptive_flows(graph, flows)

    def refuse(demand: object, *_: object) -> Flows:
        raise AssertionError(f"the flows of {demand} are listed")

    monkeypatch.setattr(laying, "place_flows", place)
    monkeypatch.setattr(laying, "adaptive_flows", adapt)
    monkeypatch.setattr(adaptive, "adaptive_flows", refuse)
    monkeypatch.setattr(laying, "listed", refuse)
    monkeypatch.setattr(Pattern, "listed", refuse)
    return laid


@pytest.fixture(scope="module")
def fabrics() -> dict[str, Fabric]:
    """Reference designs, nothing out of order."""
    return {name: api.load(name).fabric for name in ("cloudmatrix-384", "dgx-h100-su32")}


IN_TURN = "*/N1/npu,*/N2/npu[0:3]"
"""Halving pairs ranks by number, and numbers of such nodes say nothing of where they are."""
GROUPS = [
    ("cloudmatrix-384", ""),
    ("cloudmatrix-384", "R01"),
    ("cloudmatrix-384", "R01/N1"),
    ("cloudmatrix-384", "R0[1-6]/*/npu"),
    ("cloudmatrix-384", "*/N2/npu"),
    ("cloudmatrix-384", "**/npu[0]"),
    ("cloudmatrix-384", "R01/N[1-3]/npu"),
    ("cloudmatrix-384", "R0[1-5]/*/npu"),
    ("cloudmatrix-384", "R01/*/npu,R02/N1/npu"),
    ("cloudmatrix-384", "R0[1-5]/*/npu,R06/N1/npu[0:4]"),
    ("cloudmatrix-384", IN_TURN),
    ("dgx-h100-su32", ""),
]
"""Whole fabrics, a rack, a node, six racks, one node of every rack, one NPU of every node; an odd
number of nodes, whole nodes and part of others, and nodes that differ in turn."""


WHOLE = [
    (RoutingMode.SPRAY, "cloudmatrix-384", ""),
    (RoutingMode.SPRAY, "dgx-h100-su32", ""),
    (RoutingMode.ADAPTIVE, "cloudmatrix-384", ""),
]
PARTS = [
    *((RoutingMode.SPRAY, *group) for group in GROUPS if group[1]),
    (RoutingMode.ADAPTIVE, "cloudmatrix-384", "R0[1-5]/*/npu,R06/N1/npu[0:4]"),
    (RoutingMode.ADAPTIVE, "dgx-h100-su32", ""),
]
COMPOSED = (Collective.ALL_REDUCE, Collective.BROADCAST, Collective.DISPATCH)
"""These hold the steps of the rest: a reduce-scatter and an all-gather make an all-reduce, and
equal and unequal amounts to all are a dispatch, whose combine is the same backwards."""
ASKED = [
    (*case, *way)
    for cases, ways in ((WHOLE, WAYS), (PARTS, [way for way in WAYS if way[0] in COMPOSED]))
    for case in cases
    for way in ways
]


@pytest.mark.parametrize(("mode", "design", "group", "op", "algorithm"), ASKED, ids=str)
def test_an_intact_fabric_lists_no_flows(
    fabrics: dict[str, Fabric],
    laid_one_by_one: list[int],
    mode: RoutingMode,
    design: str,
    group: str,
    op: Collective,
    algorithm: Algorithm,
) -> None:
    """Only the one flow between two ranks is laid as it is."""
    if group == IN_TURN and algorithm is Algorithm.HALVING_DOUBLING:
        return
    for popularity in ((), (4.0, 1.0, 1.0, 1.0, 2.0)) if op in SKEWED else ((),):
        run_collective(
            fabrics[design],
            op.value,
            2**26,
            group=group,
            algorithm=algorithm.value,
            routing=Routing(mode),
            popularity=popularity,
        )
    assert laid_one_by_one == ([1] if op is Collective.POINT_TO_POINT else [])


def test_lost_npus_leave_nodes_of_different_size_and_list_no_flows(
    fabrics: dict[str, Fabric], laid_one_by_one: list[int]
) -> None:
    hurt = with_failed(fabrics["cloudmatrix-384"], "R03/N2/npu[5]")
    for op, algorithm in WAYS:
        if op is not Collective.POINT_TO_POINT and algorithm is not Algorithm.HALVING_DOUBLING:
            run_collective(hurt, op.value, 2**26, algorithm=algorithm.value)
    assert not laid_one_by_one


def test_8192_npus_list_no_flows_either(laid_one_by_one: list[int]) -> None:
    fabric = api.load("atlas-950").fabric
    for op, algorithm in (
        (Collective.ALL_REDUCE, Algorithm.HALVING_DOUBLING),
        (Collective.BROADCAST, Algorithm.DIRECT),
        (Collective.ALL_TO_ALL, Algorithm.HIERARCHICAL),
    ):
        run_collective(fabric, op.value, 2**26, algorithm=algorithm.value)
    assert not laid_one_by_one


def test_a_failure_lists_what_it_breaks(fabrics: dict[str, Fabric]) -> None:
    """And so a collective after it takes at least as long."""
    intact = fabrics["cloudmatrix-384"]
    hurt = with_failed(intact, "R01/N1/l1[0]")
    for op, algorithm in WAYS:
        before, after = (
            run_collective(fabric, op.value, 2**26, algorithm=algorithm.value).result.time_s
            for fabric in (intact, hurt)
        )
        assert after >= before * (1 - 1e-9)
