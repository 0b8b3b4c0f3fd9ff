from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidInput
from studio.fabric.flow.demand import Flows
from studio.fabric.flow.load_result import Exactness
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.collective import collective_time_s
from studio.simulation.network.exact import flow_collective
from studio.simulation.network.phases import Phase, group_members, listed
from studio.simulation.network.profile import InNetwork, Role
from studio.simulation.network.rings import ring_orders
from studio.simulation.network.schedule import SCHEDULES
from studio.simulation.network.skewing import skewed
from studio.simulation.network.spans import Span
from studio.simulation.network.traffic import Algorithm, Collective
from tests.fabric.flow import topologies
from tests.simulation.network.rails import nodes_on_rails, out_of_node

MB = 1e6
GB = 1e9


def flows_of(phase: Phase) -> Flows:
    """Return the flows of a phase, listed or not."""
    return listed(phase.demand)


def run(op, graph, profile, algorithm, payload=64 * MB, ranks=None, **options):
    group = graph.endpoints() if ranks is None else np.asarray(ranks)
    return flow_collective(op, payload, graph, group, profile, algorithm=algorithm, **options)


@pytest.mark.parametrize("count", [2, 3, 8])
def test_ring_on_a_star_equals_the_closed_form(ideal, count):
    graph = topologies.star(count, bandwidth=50 * GB, latency=1e-6)
    result = run(Collective.ALL_REDUCE, graph, ideal, Algorithm.RING)
    wire = 2 * (count - 1) / count * 64 * MB / (50 * GB)
    assert result.terms.wire_s == pytest.approx(wire)
    assert result.terms.latency_s == pytest.approx(2 * (count - 1) * 2e-6)
    assert result.bus_bandwidth_byte_per_s == pytest.approx(
        2 * (count - 1) / count * 64 * MB / result.time_s
    )


@pytest.mark.parametrize("count", [3, 6])
def test_all_to_all_on_a_full_mesh_uses_every_link_alike(ideal, count):
    graph = topologies.full_mesh(count, bandwidth=50 * GB)
    result = run(Collective.ALL_TO_ALL, graph, ideal, Algorithm.DIRECT)
    assert result.time_s == pytest.approx(64 * MB / count / (50 * GB))
    np.testing.assert_allclose(result.utilisation, 1.0)


@pytest.mark.parametrize("count", [6, 8])
def test_a_broadcast_on_a_full_mesh_uses_every_link(ideal, count):
    """A part over every link, first from the root and then from all; a chain has one link."""
    graph = topologies.full_mesh(count, bandwidth=50 * GB)
    chain = run(Collective.BROADCAST, graph, ideal, Algorithm.RING)
    assert chain.terms.wire_s == pytest.approx(64 * MB / (50 * GB))
    result = run(Collective.BROADCAST, graph, ideal, Algorithm.DIRECT)
    assert result.terms.wire_s == pytest.approx(2 * 64 * MB / count / (50 * GB))
    assert run(Collective.BROADCAST, graph, ideal, None).algorithm is Algorithm.DIRECT


def test_all_to_all_on_a_clos_is_bound_by_injection(ideal):
    graph = topologies.two_tier(4, 4, 2, 4, down=50 * GB, up=50 * GB)
    result = run(Collective.ALL_TO_ALL, graph, ideal, Algorithm.DIRECT)
    assert result.time_s == pytest.approx(64 * MB * 15 / 16 / (100 * GB))
    assert [(tier.lower, tier.upper, tier.is_up) for tier in result.tiers] == [
        (0, 1, True),
        (0, 1, False),
        (1, 2, True),
        (1, 2, False),
    ]
    assert result.tiers[0].peak_utilisation == pytest.approx(1.0)
    assert result.hops == 4
    assert result.exactness is Exactness.EXACT


def test_all_to_all_on_an_oversubscribed_clos_is_bound_by_the_spine(ideal):
    graph = topologies.two_tier(4, 4, 1, 1, down=50 * GB, up=50 * GB)
    result = run(Collective.ALL_TO_ALL, graph, ideal, Algorithm.DIRECT)
    assert result.time_s == pytest.approx(4 * 64 * MB * 12 / 16 / (50 * GB))
    assert "vertex 1" in result.bottleneck


@pytest.mark.parametrize("op", list(SCHEDULES))
def test_every_algorithm_moves_every_byte(ideal, op):
    """What leaves the ranks equals the count of the algorithm, and switches keep nothing."""
    graph = topologies.two_tier(4, 2, 2, 2, up=14 * GB)
    for algorithm in SCHEDULES[op]:
        result = run(op, graph, ideal, algorithm, payload=8 * MB)
        assert np.isfinite(result.time_s)
        load, wiring = result.arc_load_byte, graph.wiring
        out = np.bincount(wiring.source, weights=load, minlength=graph.vertex_count)
        into = np.bincount(wiring.target, weights=load, minlength=graph.vertex_count)
        np.testing.assert_allclose((out - into)[8:], 0.0, atol=1.0)
        sent = out[:8].sum()
        expected = {
            (Collective.ALL_REDUCE, Algorithm.RING): 2 * 7 * 8 * MB,
            (Collective.ALL_REDUCE, Algorithm.TREE): 2 * 7 * 8 * MB,
            (Collective.ALL_REDUCE, Algorithm.HALVING_DOUBLING): 2 * 7 * 8 * MB,
            (Collective.ALL_REDUCE, Algorithm.HIERARCHICAL): 2 * 7 * 8 * MB,
            (Collective.ALL_TO_ALL, Algorithm.DIRECT): 7 * 8 * MB,
            (Collective.BROADCAST, Algorithm.TREE): 7 * 8 * MB,
            (Collective.BROADCAST, Algorithm.RING): 7 * 8 * MB,
            (Collective.BROADCAST, Algorithm.DIRECT): (7 / 8 + 7) * 8 * MB,
            (Collective.POINT_TO_POINT, Algorithm.DIRECT): 8 * MB,
        }.get((op, algorithm))
        if expected is not None:
            assert sent == pytest.approx(expected), algorithm
        assert result.utilisation.max() <= 1 + 1e-9


@pytest.mark.parametrize("count", [3, 5, 6, 7])
@pytest.mark.parametrize("algorithm", [Algorithm.TREE, Algorithm.HALVING_DOUBLING])
def test_odd_groups_still_reach_everyone(ideal, count, algorithm):
    graph = topologies.star(count)
    result = run(Collective.ALL_REDUCE, graph, ideal, algorithm)
    load = result.arc_load_byte
    assert np.all(load > 0)


def test_failures_never_help(ideal):
    graph = topologies.two_tier(4, 2, 2, 2)
    rng = np.random.default_rng(1)
    for op, algorithms in SCHEDULES.items():
        for algorithm in algorithms:
            intact = run(op, graph, ideal, algorithm).time_s
            for _ in range(3):
                hurt = graph.with_failed(rng.choice(graph.cable_count, 1))
                assert run(op, hurt, ideal, algorithm).time_s >= intact * (1 - 1e-9)


def test_the_fastest_algorithm_is_chosen(ideal, profiles):
    graph = topologies.two_tier(4, 4, 2, 4, latency=1e-6)
    ranks = graph.endpoints()
    for payload in (1e3, 1e9):
        best = flow_collective(Collective.ALL_REDUCE, payload, graph, ranks, ideal)
        each = [
            run(Collective.ALL_REDUCE, graph, ideal, algorithm, payload).time_s
            for algorithm in SCHEDULES[Collective.ALL_REDUCE]
        ]
        assert best.time_s == pytest.approx(min(each))
    shipped = flow_collective(
        Collective.ALL_REDUCE, 1e6, graph, ranks, profiles.for_family("nvidia-hopper")
    )
    total = shipped.terms.startup_s + shipped.terms.latency_s + shipped.terms.wire_s
    assert shipped.time_s == pytest.approx(total)


def test_popular_experts_take_longer_than_uniform_ones(ideal):
    graph = topologies.two_tier(4, 2, 2, 2, up=56 * GB)
    popularity = np.ones(8)
    popularity[3] = 4.0
    even = run(Collective.DISPATCH, graph, ideal, Algorithm.DIRECT)
    hot = run(Collective.DISPATCH, graph, ideal, Algorithm.DIRECT, popularity=popularity)
    back = run(Collective.COMBINE, graph, ideal, Algorithm.DIRECT, popularity=popularity)
    assert hot.time_s / even.time_s == pytest.approx(4 / (11 / 8), rel=1e-9)
    assert back.time_s == pytest.approx(hot.time_s, rel=0.05)
    assert hot.exactness is Exactness.EXACT


@pytest.mark.parametrize("op", [Collective.DISPATCH, Collective.COMBINE])
def test_popular_ranks_are_popular_on_two_level_paths_too(op, ideal):
    """What enters a rank from other nodes is the same as without the way through its mates."""
    members = group_members(np.arange(12), np.arange(12) // 4)
    popularity = np.arange(1.0, 13.0)
    is_reversed = op is Collective.COMBINE
    phases = [
        skewed(phase, members, popularity, is_reversed=is_reversed)
        for phase in SCHEDULES[op][Algorithm.HIERARCHICAL](members, 12.0)
    ]
    inside, across = (flows_of(phase) for phase in phases)
    end = across.source if is_reversed else across.target
    far = np.bincount(end, weights=across.size, minlength=12)
    np.testing.assert_allclose(far, 8 * popularity / popularity.mean())
    assert inside.size.sum() == pytest.approx(12 * 12 * 3 / 4)
    graph = topologies.two_tier(3, 4, 1, 2)
    uneven = run(op, graph, ideal, Algorithm.HIERARCHICAL, popularity=popularity)
    even = run(op, graph, ideal, Algorithm.HIERARCHICAL)
    assert uneven.time_s > even.time_s


def test_an_all_reduce_has_no_popular_ranks(ideal):
    with pytest.raises(InvalidInput, match="all-reduce sends every NPU the same"):
        run(Collective.ALL_REDUCE, topologies.star(4), ideal, None, popularity=np.ones(4))


def test_bundles_take_the_efficiency_of_their_role(profiles):
    graph = topologies.star(4)
    profile = profiles.for_family("nvidia-hopper")
    inside = run(Collective.ALL_TO_ALL, graph, profile, Algorithm.DIRECT, payload=1e9)
    outside = run(
        Collective.ALL_TO_ALL,
        graph,
        profile,
        Algorithm.DIRECT,
        payload=1e9,
        role_of=lambda _: Role.SCALE_OUT,
    )
    assert outside.time_s != inside.time_s


def test_impossible_groups_name_what_is_wrong(ideal):
    graph = topologies.star(3)
    with pytest.raises(InvalidInput, match="vertex 1 is alone"):
        run(Collective.ALL_REDUCE, graph, ideal, None, ranks=[1])
    with pytest.raises(InvalidInput, match="no tree"):
        run(Collective.ALL_TO_ALL, graph, ideal, Algorithm.TREE)
    with pytest.raises(InvalidInput, match="payload of -1"):
        run(Collective.ALL_REDUCE, graph, ideal, None, payload=-1)
    with pytest.raises(InvalidInput, match="popularity"):
        run(Collective.DISPATCH, graph, ideal, None, popularity=np.ones(2))


def reducing(ideal):
    return replace(
        ideal, in_network=InNetwork(1e-5, 1.0, 0.0, 4), algorithms=("ring", "in-network")
    )


@pytest.mark.parametrize("count", [6, 8])
def test_reduction_in_a_switch_sends_each_buffer_once(ideal, count):
    graph = topologies.star(count, bandwidth=50 * GB, latency=1e-6)
    result = run(Collective.ALL_REDUCE, graph, reducing(ideal), Algorithm.IN_NETWORK)
    assert result.terms.wire_s == pytest.approx((1 + 1 / count) * 64 * MB / (50 * GB))
    assert result.terms.startup_s == pytest.approx(1e-5)
    assert result.hops == 2


def test_reduction_over_two_tiers_merges_on_the_way_up(ideal):
    graph = topologies.two_tier(4, 4, 2, 2, down=50 * GB, up=50 * GB)
    result = run(Collective.ALL_REDUCE, graph, reducing(ideal), Algorithm.IN_NETWORK)
    up = result.tiers[2]
    assert (up.lower, up.upper, up.is_up) == (1, 2, True)
    # Four leaves of each of two planes pass one merged half on: not one per rank.
    assert up.load_byte == pytest.approx(8 * 64 * MB / 2 * 17 / 16)
    ring = run(Collective.ALL_REDUCE, graph, ideal, Algorithm.RING)
    assert result.terms.wire_s < ring.terms.wire_s


def test_reduction_is_not_chosen_without_a_common_switch(ideal):
    mesh = topologies.full_mesh(4)
    chosen = run(Collective.ALL_REDUCE, mesh, reducing(ideal), None)
    assert chosen.algorithm is Algorithm.RING
    with pytest.raises(InvalidInput, match="no switch is above all 4 ranks"):
        run(Collective.ALL_REDUCE, mesh, reducing(ideal), Algorithm.IN_NETWORK)
    large = run(Collective.ALL_REDUCE, topologies.star(8), reducing(ideal), None, payload=1e9)
    assert large.algorithm is Algorithm.IN_NETWORK


@pytest.mark.parametrize("family", ["nvidia-hopper", "nvidia-blackwell", "ascend-910c"])
@pytest.mark.parametrize(
    ("op", "algorithm"),
    [
        (Collective.ALL_REDUCE, Algorithm.RING),
        (Collective.ALL_GATHER, Algorithm.RING),
        (Collective.ALL_TO_ALL, Algorithm.DIRECT),
        (Collective.ALL_REDUCE, Algorithm.DIRECT),
        (Collective.BROADCAST, Algorithm.DIRECT),
        (Collective.POINT_TO_POINT, Algorithm.DIRECT),
    ],
)
@pytest.mark.parametrize("payload", [1e4, 1e9])
def test_graph_and_levels_agree_on_one_switch(profiles, family, op, algorithm, payload):
    """Without the bytes that stay on their rank, which a graph does not carry."""
    shipped = profiles.for_family(family)
    profile = replace(
        shipped,
        operations={name: replace(o, local_share=0.0) for name, o in shipped.operations.items()},
    )
    graph = topologies.star(8, bandwidth=400 * GB, latency=0.5e-6)
    level = NetworkLevel("node", 8, 400 * GB, 1e-6, medium="switch")
    exact = run(op, graph, profile, algorithm, payload=payload)
    closed = collective_time_s(
        op, np.array(payload), [Span(level, np.array(8))], profile, algorithm=algorithm
    )
    assert exact.time_s == pytest.approx(float(closed.time_s), rel=1e-9)


@pytest.mark.parametrize(
    "op", [Collective.ALL_REDUCE, Collective.REDUCE_SCATTER, Collective.ALL_GATHER]
)
@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 7, 8, 12, 21])
def test_graph_and_levels_halve_alike_whatever_the_number_of_ranks(ideal, op, count):
    graph = topologies.star(count, bandwidth=50 * GB, latency=1e-6)
    exact = run(op, graph, ideal, Algorithm.HALVING_DOUBLING)
    closed = collective_time_s(
        op,
        np.array(64 * MB),
        [Span(NetworkLevel("node", count, 50 * GB, 2e-6), np.array(count))],
        ideal,
        algorithm=Algorithm.HALVING_DOUBLING,
    )
    assert exact.terms.wire_s == pytest.approx(float(closed.wire_s), rel=1e-12)
    assert exact.terms.latency_s == pytest.approx(float(closed.latency_s), rel=1e-12)


def test_a_ring_over_rails_pays_for_the_hops_of_a_lap_not_for_its_slowest_each_time(profiles):
    """As many rings as adapters; a lap leaves every node once."""
    nodes, npus, payload = 4, 8, 8e9
    graph = nodes_on_rails(nodes, npus)
    profile = profiles.for_family("nvidia-hopper")
    result = run(
        Collective.ALL_REDUCE,
        graph,
        profile,
        Algorithm.RING,
        payload=payload,
        role_of=out_of_node,
        home_of_rank=np.arange(nodes * npus) // npus,
    )
    size = nodes * npus
    moved = 2 * (size - 1) / size * payload
    known = [
        (
            2 * (size - 1) * (near.step_s + 2e-7 + (far.step_s + 8e-6 - near.step_s - 2e-7) / npus),
            moved / (npus * 50 * GB * far.efficiency),
        )
        for protocol in profile.protocols
        for near, far in [(protocol.channels[Role.SCALE_UP], protocol.channels[Role.SCALE_OUT])]
    ]
    assert (result.terms.latency_s, result.terms.wire_s) in [
        (pytest.approx(latency), pytest.approx(wire)) for latency, wire in known
    ]
    assert 0.8 < result.bus_bandwidth_byte_per_s / (npus * 50 * GB) < 0.93


@pytest.mark.parametrize("npus", [2, 3, 4, 8])
@pytest.mark.parametrize("nodes", [1, 2, 3, 4, 5, 7])
def test_every_ring_visits_all_and_stays_on_its_rail(nodes, npus):
    ranks = np.arange(nodes * npus) + 5
    orders = ring_orders(group_members(ranks, (ranks - 5) // npus))
    assert orders.shape == (npus, nodes * npus)
    assert all(sorted(order) == ranks.tolist() for order in orders)
    here, there = orders - 5, np.roll(orders, -1, axis=1) - 5
    crosses = here // npus != there // npus
    assert crosses.sum() == (nodes * npus if nodes > 1 else 0)
    if npus > 2 or nodes % 2 == 0:
        assert np.all(here[crosses] % npus == there[crosses] % npus)
    # One ring leaves through every adapter and one enters.
    assert len(np.unique(here[crosses])) == len(np.unique(there[crosses])) == crosses.sum()


def test_trees_over_rails_use_every_adapter(ideal):
    """Two trees over four nodes load the inner nodes with four edges of half a part each.

    An eighth of the payload goes over each rail. Up and down: two hops between nodes, seven in.
    """
    payload = 8e9
    result = run(
        Collective.ALL_REDUCE,
        nodes_on_rails(4, 8),
        ideal,
        Algorithm.TREE,
        payload=payload,
        role_of=out_of_node,
        home_of_rank=np.arange(32) // 8,
    )
    assert result.terms.wire_s == pytest.approx(4 * payload / 8 / 2 / (50 * GB))
    assert result.terms.latency_s == pytest.approx(2 * (2 * 8e-6 + 7 * 2e-7))


def test_a_broadcast_over_rails_reaches_every_rank(ideal):
    members = group_members(np.arange(24), np.arange(24) // 4)
    (phase,) = SCHEDULES[Collective.BROADCAST][Algorithm.TREE](members, 8.0)
    sent = flows_of(phase)
    got = np.bincount(sent.target, weights=sent.size, minlength=24)
    # Only the first rank has anything to begin with; it feeds the roots in the last node too.
    assert got[0] == 0
    assert got[1:] == pytest.approx(8.0)


def test_a_broadcast_runs_along_as_many_chains_as_adapters(ideal):
    """Four chains of seven hops; a lap of a ring crosses twice and the way back is not sent.

    One chain saves a crossing, three a hop inside: 7 of 28 hops are between nodes.
    """
    graph = nodes_on_rails(2, 4)
    result = run(
        Collective.BROADCAST,
        graph,
        ideal,
        Algorithm.RING,
        payload=8e9,
        role_of=out_of_node,
        home_of_rank=np.arange(8) // 4,
    )
    assert result.terms.latency_s == pytest.approx((7 * 8e-6 + 21 * 2e-7) / 4)
    assert result.terms.wire_s == pytest.approx(8e9 / 4 / (50 * GB))


@given(nodes=st.integers(1, 5), npus=st.integers(1, 8))
def test_every_chain_reaches_every_rank_but_its_first_once(nodes, npus):
    if nodes * npus < 2:
        return
    ranks = np.arange(nodes * npus)
    members = group_members(ranks, ranks // npus)
    (phase,) = SCHEDULES[Collective.BROADCAST][Algorithm.RING](members, 1.0)
    sent = flows_of(phase)
    got = np.bincount(sent.target, weights=sent.size, minlength=len(ranks))
    assert got == pytest.approx(np.where(ranks == 0, 0.0, 1.0))


def reduce_over_rails(nodes, profile, algorithm, payload=8e9):
    return run(
        Collective.ALL_REDUCE,
        nodes_on_rails(nodes, 8),
        profile,
        algorithm,
        payload=payload,
        role_of=out_of_node,
        home_of_rank=np.arange(8 * nodes) // 8,
    )


@pytest.mark.parametrize("nodes", [2, 8, 32])
def test_a_reduction_over_rails_happens_in_nodes_first(ideal, nodes):
    """Inside: (1 + 1/8) S at 450 GB/s; each rail: (1 + 1/nodes) S/8 at 50 GB/s; they overlap."""
    both = replace(ideal, in_network=InNetwork(0.0, 1.0, 1.0, 4))
    payload = 8e9
    result = reduce_over_rails(nodes, both, Algorithm.IN_NETWORK, payload)
    inside = 9 / 8 * payload / (450 * GB)
    rail = (1 + 1 / nodes) * payload / 8 / (50 * GB)
    assert result.terms.wire_s == pytest.approx(max(inside, rail), rel=1e-9)
    closed = collective_time_s(
        Collective.ALL_REDUCE,
        np.array(payload),
        [
            Span(NetworkLevel("node", 8, 450 * GB, 1e-7), np.array(8)),
            Span(NetworkLevel("rails", 64, 50 * GB, 4e-6, medium="rdma"), np.array(nodes)),
        ],
        both,
        algorithm=Algorithm.IN_NETWORK,
    )
    assert result.terms.wire_s == pytest.approx(float(closed.wire_s), rel=1e-9)


def test_eight_nodes_that_reduce_in_the_network_reach_the_published_rate(profiles):
    """CoreWeave's nccl-tests on eight nodes of H100: 366 GB/s at 1 GiB with SHARP."""
    found = reduce_over_rails(
        8, profiles.for_family("nvidia-hopper"), Algorithm.IN_NETWORK, payload=2**30
    )
    assert found.bus_bandwidth_byte_per_s == pytest.approx(366 * GB, rel=0.08)


def test_the_network_between_nodes_reduces_only_when_told_to(profiles):
    hopper = profiles.for_family("nvidia-hopper")
    assert reduce_over_rails(8, hopper, None).algorithm is not Algorithm.IN_NETWORK
    spans = [
        Span(NetworkLevel("node", 8, 450 * GB, 1e-7), np.array(8)),
        Span(NetworkLevel("rails", 64, 50 * GB, 4e-6, medium="rdma"), np.array(8)),
    ]
    size = np.array(2.0**33)
    assert collective_time_s(Collective.ALL_REDUCE, size, spans, hopper).algorithm_names() != [
        "in-network"
    ]
    assert collective_time_s(Collective.ALL_REDUCE, size, spans[:1], hopper).algorithm_names() == [
        "in-network"
    ]
