"""One collective under every routing of the fabric."""

import numpy as np
import pytest

from studio.errors import InvalidInput
from studio.fabric.flow.load_result import Exactness
from studio.simulation.network import laying
from studio.simulation.network.exact import flow_collective
from studio.simulation.network.routing import Routing, RoutingMode
from studio.simulation.network.traffic import Algorithm, Collective
from tests.fabric.flow import topologies

MB = 1e6
HASHED = RoutingMode.HASHED


def all_to_all(graph, ideal, routing, pair=MB, **options):
    ranks = graph.endpoints()
    return flow_collective(
        Collective.ALL_TO_ALL,
        pair * len(ranks),
        graph,
        ranks,
        ideal,
        algorithm=Algorithm.DIRECT,
        routing=routing,
        **options,
    )


@pytest.fixture(scope="module")
def supernode():
    return topologies.two_tier(48, 8, 7, 16)


@pytest.mark.parametrize(
    ("routing", "seconds"),
    [(Routing(), 0.9770e-3), (Routing(HASHED, seed=1), 1.714e-3)],
)
def test_384_npus_take_the_known_makespan(supernode, ideal, routing, seconds):
    """A separate prototype: 1 MB per pair, seven planes of 16 spines, 56 and 28 GB/s."""
    result = all_to_all(supernode, ideal, routing)
    assert result.terms.wire_s == pytest.approx(seconds, rel=1e-3)
    assert result.exactness is Exactness.EXACT
    assert result.routing == routing


@pytest.mark.parametrize(("seed", "subflows"), [(1, 1), (2, 1), (3, 7)])
def test_hashing_loads_the_unluckiest_link_as_chance_has_it(supernode, ideal, seed, subflows):
    """8 NPUs send to 376 others over 7 planes of 16 uplinks: each of 10,752 directed uplinks
    carries 26.9 flows or so, and the unluckiest as many more as 3 to 5.5 standard deviations.
    """
    result = all_to_all(supernode, ideal, Routing(HASHED, seed, subflows))
    parts = result.terms.wire_s * 28e9 / (MB / subflows)
    assert parts == pytest.approx(round(parts), abs=1e-6)
    mean = 8 * 376 * subflows / (7 * 16)
    spread = np.sqrt(mean * (1 - 1 / (7 * 16)))
    assert mean + 3 * spread < parts < mean + 5.5 * spread


def test_one_lost_uplink_costs_equal_splitting_more_than_weighted(supernode, ideal):
    """An equal split keeps a seventh of the traffic on fifteen of sixteen uplinks."""
    hurt = supernode.with_failed(np.array([48 * 8 * 7]))
    equal = all_to_all(hurt, ideal, Routing()).terms.wire_s
    assert equal == pytest.approx(1.023e-3, rel=1e-3)
    assert all_to_all(hurt, ideal, Routing(RoutingMode.WEIGHTED)).terms.wire_s <= equal


@pytest.mark.parametrize("op", [Collective.ALL_TO_ALL, Collective.ALL_REDUCE, Collective.BROADCAST])
def test_adaptive_routing_is_never_slower_and_as_many_bytes_arrive(ideal, op):
    graph = topologies.two_tier(4, 4, 3, 4).with_failed(np.array([1, 60, 61]))
    ranks = graph.endpoints()
    spray, adaptive = (
        flow_collective(op, 16 * MB, graph, ranks, ideal, routing=Routing(mode))
        for mode in (RoutingMode.SPRAY, RoutingMode.ADAPTIVE)
    )
    assert adaptive.time_s <= spray.time_s * (1 + 1e-9)
    assert adaptive.gap <= 0.01
    if adaptive.algorithm is spray.algorithm:
        first = graph.wiring.source < 16
        sent = [run.arc_load_byte[first].sum() for run in (spray, adaptive)]
        assert sent[0] == pytest.approx(sent[1])


def test_adaptive_routing_lets_unequal_flows_end_together(ideal):
    """Ranks that receive 1..8 parts: the busiest port sets the time, with nothing to stretch it."""
    graph = topologies.two_tier(4, 2, 2, 4)
    popularity = np.arange(1.0, 9.0)
    result = all_to_all(graph, ideal, Routing(RoutingMode.ADAPTIVE), popularity=popularity)
    busiest = 7 * MB * 8 / popularity.mean() / (2 * 56e9)
    assert result.terms.wire_s == pytest.approx(busiest)
    assert result.exactness is Exactness.EXACT


def test_weighted_splitting_follows_bandwidth(ideal):
    """Two planes, one at half rate: an equal split is bound by the slow one."""
    graph = topologies.two_tier(1, 4, 2, 1)
    slow = np.flatnonzero((graph.wiring.target == 5) | (graph.wiring.source == 5))
    graph = graph.with_bandwidth(np.unique(graph.wiring.cable[slow])[:4], 28e9)
    equal = all_to_all(graph, ideal, Routing())
    weighted = all_to_all(graph, ideal, Routing(RoutingMode.WEIGHTED))
    assert equal.terms.wire_s == pytest.approx(3 * MB / 2 / 28e9)
    assert weighted.terms.wire_s == pytest.approx(3 * MB / (56e9 + 28e9))


def test_more_subflows_come_closer_to_spraying(ideal):
    graph = topologies.two_tier(6, 4, 3, 4)
    times = [
        np.mean(
            [all_to_all(graph, ideal, Routing(HASHED, seed, k)).terms.wire_s for seed in (1, 2)]
        )
        for k in (1, 4, 64)
    ]
    assert times == sorted(times, reverse=True)
    assert times[-1] >= all_to_all(graph, ideal, Routing()).terms.wire_s * (1 - 1e-9)


@pytest.mark.parametrize("op", [Collective.ALL_REDUCE, Collective.BROADCAST])
def test_a_seed_repeats_and_every_byte_is_moved(ideal, op):
    graph = topologies.two_tier(4, 2, 2, 4, latency=1e-6)
    runs = [
        flow_collective(
            op,
            8 * MB,
            graph,
            graph.endpoints(),
            ideal,
            algorithm=Algorithm.RING,
            routing=Routing(HASHED, seed, 2),
        )
        for seed in (3, 3, 4)
    ]
    sent = [run.arc_load_byte[graph.wiring.source < 8].sum() for run in runs]
    assert sent[0] == pytest.approx(sent[2])
    np.testing.assert_array_equal(runs[0].arc_load_byte, runs[1].arc_load_byte)
    assert not np.array_equal(runs[0].arc_load_byte, runs[2].arc_load_byte)
    spray = flow_collective(op, 8 * MB, graph, graph.endpoints(), ideal, algorithm=Algorithm.RING)
    assert runs[0].terms.wire_s >= spray.terms.wire_s * (1 - 1e-9)
    assert runs[0].hops == spray.hops


def test_unequal_amounts_on_single_paths_are_exact_or_called_a_bound(ideal, monkeypatch):
    graph = topologies.two_tier(4, 2, 2, 4)
    popularity = np.arange(1.0, 9.0)
    exact = all_to_all(graph, ideal, Routing(HASHED), popularity=popularity)
    monkeypatch.setattr(laying, "_EVENT_PARTS", 10)
    bound = all_to_all(graph, ideal, Routing(HASHED), popularity=popularity)
    assert bound.exactness is Exactness.LOWER_BOUND
    assert exact.exactness is Exactness.EXACT
    assert exact.time_s >= bound.time_s


def test_impossible_routings_name_the_limit(ideal, monkeypatch):
    graph = topologies.star(6)
    monkeypatch.setattr(laying, "MOST_PARTS", 50)
    with pytest.raises(InvalidInput, match="30 flows x 2 subflows, more than 50"):
        all_to_all(graph, ideal, Routing(HASHED, subflows=2))
    # A ring has few enough flows, so it is taken though the exchange is refused.
    chosen = flow_collective(
        Collective.ALL_REDUCE, MB, graph, graph.endpoints(), ideal, routing=Routing(HASHED, 0, 2)
    )
    assert chosen.algorithm is not Algorithm.DIRECT
    with pytest.raises(InvalidInput, match="-1 is negative"):
        Routing(HASHED, seed=-1)
    with pytest.raises(InvalidInput, match="0 subflows"):
        Routing(HASHED, subflows=0)
    with pytest.raises(InvalidInput, match="spray routing has no subflows"):
        Routing(subflows=2)
