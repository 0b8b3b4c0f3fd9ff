"""Structure of fabrics, against networkx on small graphs and known values on regular ones."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings

from studio.errors import InvalidInput
from studio.fabric.flow import hops as hops_module
from studio.fabric.flow.bisection import any_pattern_rate, bisection
from studio.fabric.flow.cuts import smallest_cut
from studio.fabric.flow.hops import hop_metrics
from studio.fabric.flow.load_result import Exactness
from studio.fabric.flow.resilience import blast_radius, cut_off_endpoints
from studio.fabric.flow.tiers import vertex_tiers
from studio.fabric.flow.vertex_cuts import smallest_vertex_cut
from tests.fabric.flow import topologies
from tests.fabric.flow.oracle import distances_to, neighbours
from tests.fabric.flow.test_solver import graphs, reachable_group

GB = 1e9


def as_networkx(graph, ends):
    flow = nx.DiGraph()
    flow.add_nodes_from(range(graph.vertex_count))
    alive, rate = graph.arc_is_alive(), graph.arc_bandwidth()
    for arc in np.flatnonzero(alive):
        here, there = int(graph.wiring.source[arc]), int(graph.wiring.target[arc])
        if all(graph.is_transit[v] or v in ends for v in (here, there)):
            before = flow.get_edge_data(here, there, {"capacity": 0.0})["capacity"]
            flow.add_edge(here, there, capacity=before + rate[arc])
    return flow


@settings(deadline=None, max_examples=60)
@given(graphs)
def test_cuts_equal_the_largest_flow(graph):
    ends = graph.endpoints()
    first, second = ends[:1], ends[1:2]
    flow = as_networkx(graph, {int(first[0]), int(second[0])})
    expected = nx.maximum_flow_value(flow, int(first[0]), int(second[0]))
    cut = smallest_cut(graph, first, second)
    assert cut.bandwidth_byte_per_s == pytest.approx(expected, rel=1e-9)
    assert graph.arc_bandwidth()[cut.arcs].sum() == pytest.approx(expected, rel=1e-9)


@settings(deadline=None, max_examples=60)
@given(graphs)
def test_hops_equal_a_search_from_every_endpoint(graph):
    ends = reachable_group(graph)
    assume(len(ends) >= 2)
    adjacent = neighbours(graph)
    hops = [
        distances_to(graph, adjacent, int(d))[int(s)] for s, d in itertools.permutations(ends, 2)
    ]
    metrics = hop_metrics(graph, ends)
    assert metrics.diameter == max(hops)
    assert metrics.mean_hops == pytest.approx(np.mean(hops))
    assert metrics.lost_pairs == 0
    assert sum(metrics.pairs_by_hops) == len(hops)


@pytest.mark.parametrize("lanes", [1, 25_000_000])
@settings(deadline=None, max_examples=60)
@given(graph=graphs)
def test_the_search_from_all_endpoints_counts_the_hops_of_every_walk(graph, lanes):
    """Failures included: pairs without a path are counted alike."""
    ends = graph.endpoints()
    assume(len(ends) >= 2)
    walked = hop_metrics(graph, ends)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hops_module, "_WALK_ALL", -1)
        patch.setattr(hops_module, "_GATHER_WORDS", lanes)
        searched = hop_metrics(graph, ends)
    assert searched.pairs_by_hops == walked.pairs_by_hops
    assert searched.lost_pairs == walked.lost_pairs
    assert searched.mean_hops == walked.mean_hops
    assert searched.paths_exactness is Exactness.EXACT
    assert searched.fewest_paths == walked.fewest_paths
    assert searched.mean_paths == pytest.approx(walked.mean_paths)


@pytest.mark.parametrize(
    "graph", [topologies.two_tier(4, 4, 3, 5), topologies.torus(4, 4), topologies.full_mesh(6)]
)
def test_one_endpoint_of_each_orbit_has_the_paths_of_all(graph, monkeypatch):
    walked = hop_metrics(graph, graph.endpoints())
    monkeypatch.setattr(hops_module, "_WALK_ALL", -1)
    searched = hop_metrics(graph, graph.endpoints())
    assert searched == walked


@settings(deadline=None, max_examples=30)
@given(graphs)
def test_every_pattern_rate_is_below_every_halving(graph):
    ends = reachable_group(graph)
    assume(2 <= len(ends) <= 6)
    half = len(ends) // 2
    rate = any_pattern_rate(graph, ends)
    for side in itertools.combinations(ends.tolist(), half):
        rest = np.setdiff1d(ends, side)
        cut = smallest_cut(graph, np.array(side), rest).bandwidth_byte_per_s
        assert half * rate <= cut * (1 + 1e-9)


def test_a_clos_has_as_many_paths_as_spines():
    graph = topologies.two_tier(4, 4, 3, 5)
    metrics = hop_metrics(graph, graph.endpoints())
    assert metrics.diameter == 4
    assert metrics.fewest_paths == 3
    far = 16 * 12
    near = 16 * 3
    assert metrics.pairs_by_hops == (0, 0, near, 0, far)
    assert metrics.mean_paths == pytest.approx((far * 15 + near * 3) / (far + near))


@pytest.mark.parametrize(("spines", "share"), [(4, 1.0), (2, 0.5), (1, 0.25)])
def test_bisection_of_a_clos_is_exact_whatever_its_oversubscription(spines, share):
    graph = topologies.two_tier(4, 4, 2, spines, down=50 * GB, up=50 * GB)
    result = bisection(graph, graph.endpoints())
    assert result.is_exact
    assert result.kind == "exact"
    assert result.upper_byte_per_s == pytest.approx(8 * 100 * GB * share)


def test_bisection_of_the_supernode_of_384_is_half_its_injection():
    """48 nodes, seven planes: 192 NPUs times 392 GB/s."""
    graph = topologies.two_tier(48, 8, 7, 16)
    result = bisection(graph, np.arange(384))
    assert result.is_exact
    assert result.upper_byte_per_s == pytest.approx(192 * 392 * GB)


def test_bisection_of_a_torus_is_what_an_exchange_fills():
    """Distances from a vertex add up to 32: 64 arcs carry 16 x 32 hops, 1/8 of 50 GB/s a pair."""
    graph = topologies.torus(4, 4)
    result = bisection(graph, graph.endpoints())
    assert result.upper_byte_per_s == pytest.approx(8 * 50 * GB)
    assert result.is_exact


@pytest.mark.parametrize("sides", [(3, 4), (4, 6), (2, 4, 6), (6, 3, 2)])
def test_bisection_of_a_torus_cuts_its_longest_side_twice(sides):
    """Wherever that side is in the order of the ranks: two cables a row, one if a row has two."""
    graph = topologies.torus(*sides)
    result = bisection(graph, graph.endpoints())
    assert result.is_exact
    rows = graph.vertex_count / max(sides)
    assert result.upper_byte_per_s == pytest.approx(2 * rows * 50 * GB)


def test_bisection_of_an_odd_torus_lies_between_two_bounds():
    graph = topologies.torus(3, 5)
    result = bisection(graph, graph.endpoints())
    assert result.kind == "upper bound"
    assert 0 < result.lower_byte_per_s < result.upper_byte_per_s


@settings(deadline=None, max_examples=40)
@given(graphs)
def test_bisection_bounds_hold_for_every_halving(graph):
    ends = reachable_group(graph)
    assume(2 <= len(ends) <= 7)
    result = bisection(graph, ends)
    least = min(
        smallest_cut(graph, np.array(side), np.setdiff1d(ends, side)).bandwidth_byte_per_s
        for side in itertools.combinations(ends.tolist(), len(ends) // 2)
    )
    assert result.lower_byte_per_s <= least * (1 + 1e-9)
    assert result.upper_byte_per_s >= least * (1 - 1e-9)


@settings(deadline=None, max_examples=60)
@given(graphs)
def test_vertex_cuts_equal_the_connectivity_of_networkx(graph):
    first, second = graph.endpoints()[:2].tolist()
    plain = nx.Graph()
    plain.add_nodes_from([first, second])
    wiring = graph.wiring
    for arc in np.flatnonzero(graph.arc_is_alive()):
        here, there = int(wiring.source[arc]), int(wiring.target[arc])
        if all(graph.is_transit[v] or v in (first, second) for v in (here, there)):
            plain.add_edge(here, there)
    cut = smallest_vertex_cut(graph, np.array([first]), np.array([second]))
    assert cut.is_possible is not plain.has_edge(first, second)
    if cut.is_possible:
        expected = nx.node_connectivity(plain, first, second)
        assert len(cut.vertices) == expected
        plain.remove_nodes_from(cut.vertices.tolist())
        assert not nx.has_path(plain, first, second)


def test_disjoint_paths_are_counted():
    graph = topologies.two_tier(4, 4, 3, 5)
    cut = smallest_cut(graph, np.array([0]), np.array([15]), is_counted=True)
    assert cut.bandwidth_byte_per_s == 3
    assert len(cut.arcs) == 3


def test_a_leaf_without_a_second_plane_is_a_single_point_of_failure():
    graph = topologies.two_tier(4, 4, 1, 2)
    blasts = blast_radius(graph, graph.endpoints())
    leaf = next(b for b in blasts if 16 <= b.vertex < 20)
    spine = next(b for b in blasts if b.vertex >= 20)
    assert leaf.cut_off == 4
    assert leaf.is_single_point_of_failure
    assert leaf.alike == 4
    assert not spine.is_single_point_of_failure
    assert spine.exchange_share == pytest.approx(0.5)
    cable = next(b for b in blasts if b.cable >= 0 and b.cut_off)
    assert cable.cut_off == 1
    assert cable.alike == 16


def test_two_planes_have_no_single_point_of_failure():
    graph = topologies.two_tier(4, 4, 2, 4, up=56 * GB)
    blasts = blast_radius(graph, graph.endpoints())
    assert not any(blast.is_single_point_of_failure for blast in blasts)
    leaf = next(b for b in blasts if 16 <= b.vertex < 24)
    assert leaf.touched == 4
    assert leaf.exchange_share == pytest.approx(0.5)
    cut = graph.with_failed(np.array([0, 1]))
    np.testing.assert_array_equal(cut_off_endpoints(cut, graph.endpoints()), [0])


def test_tiers_count_from_the_endpoints_and_survive_failures():
    graph = topologies.three_tier(2, 2, 2, 1)
    tiers = vertex_tiers(graph.with_failed(np.arange(3)))
    np.testing.assert_array_equal(np.bincount(tiers), [8, 4, 4, 4])


def test_impossible_cuts_are_refused():
    graph = topologies.star(3)
    with pytest.raises(InvalidInput, match="both sides"):
        smallest_cut(graph, np.array([0]), np.array([], dtype=int))
    with pytest.raises(InvalidInput, match="vertex 1 is on both"):
        smallest_cut(graph, np.array([0, 1]), np.array([1]))
    with pytest.raises(InvalidInput, match="two endpoints"):
        bisection(graph, np.array([0]))
