"""Libraries that send through the adapters of other NPUs of a node."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.errors import InvalidInput
from studio.simulation.network.relaying import relays_of
from studio.simulation.network.schedule import SCHEDULES
from studio.simulation.network.traffic import Algorithm, Collective
from tests.simulation.network.rails import GB, collective, nodes_on_rails


@pytest.fixture
def helpful(ideal):
    return replace(ideal, hands_on=True)


def run(op, graph, profile, payload=8e9, npus=8, ranks=None, algorithm=None):
    return collective(op, payload, graph, profile, npus, ranks, algorithm)


def adapter(graph, npu):
    """Cable from an NPU to its adapter."""
    return np.array([len(graph.endpoints()) + npu])


def test_without_help_a_lost_adapter_leaves_its_npu_alone(ideal):
    graph = nodes_on_rails(2, 8, spine=True)
    with pytest.raises(InvalidInput, match="no working path"):
        run(Collective.ALL_REDUCE, graph.with_failed(adapter(graph, 0)), ideal)


def test_seven_mates_carry_what_the_eighth_sends(helpful):
    """Each takes a seventh over its own adapter; inside it is first handed to them."""
    graph = nodes_on_rails(2, 8, spine=True)
    lost = graph.with_failed(adapter(graph, 0))
    result = run(Collective.POINT_TO_POINT, lost, helpful, ranks=[0, *range(1, 16)])
    # Fifteenth is the receiver: its single adapter takes all the parts.
    assert result.terms.wire_s == pytest.approx(8e9 / (50 * GB))
    load = result.arc_load_byte[graph.wiring.arcs_of_cable[:, 0]]
    np.testing.assert_allclose(load[16 + np.arange(1, 8)], 8e9 / 7)
    # First byte: inside the node, and then from adapter to adapter over the spine.
    assert result.terms.latency_s == pytest.approx(2 * 1e-7 + 6 * 2e-6)


def test_rails_without_a_spine_are_reached_through_the_mate_on_the_rail(helpful):
    graph = nodes_on_rails(2, 4)
    result = run(Collective.POINT_TO_POINT, graph, helpful, npus=4, ranks=[0, 1, 2, 3, 7])
    used = np.flatnonzero(result.arc_load_byte[graph.wiring.arcs_of_cable[:, 0]])
    assert used.tolist() == [0, 8 + 3, 16 + 3]
    assert result.terms.wire_s == pytest.approx(8e9 / (50 * GB))


def test_an_exchange_spreads_evenly_over_the_adapters_left(helpful):
    """64 pairs leave the node over seven adapters, rails joined by nothing but NVLink."""
    graph = nodes_on_rails(2, 8)
    lost = graph.with_failed(adapter(graph, 0))
    result = run(Collective.ALL_TO_ALL, lost, helpful, payload=16e6, algorithm=Algorithm.DIRECT)
    assert result.terms.wire_s == pytest.approx(64 / 7 * 1e6 / (50 * GB))
    intact = run(Collective.ALL_TO_ALL, graph, helpful, payload=16e6, algorithm=Algorithm.DIRECT)
    assert intact.terms.wire_s == pytest.approx(8 * 1e6 / (50 * GB))


def test_nothing_changes_where_one_network_joins_all(helpful, ideal):
    graph = nodes_on_rails(3, 4, spine=True)
    for op, algorithms in SCHEDULES.items():
        for algorithm in algorithms:
            helped = run(op, graph, helpful, npus=4, algorithm=algorithm)
            plain = run(op, graph, ideal, npus=4, algorithm=algorithm)
            assert helped.time_s == plain.time_s


def test_a_node_without_any_adapter_stays_apart(helpful):
    graph = nodes_on_rails(2, 4, spine=True)
    lost = graph.with_failed(np.concatenate([adapter(graph, npu) for npu in range(4)]))
    with pytest.raises(InvalidInput, match="no working path"):
        run(Collective.ALL_REDUCE, lost, helpful, npus=4)


@settings(max_examples=25, deadline=None)
@given(
    nodes=st.integers(2, 4),
    npus=st.integers(2, 4),
    spine=st.booleans(),
    op=st.sampled_from(sorted(SCHEDULES)),
    lost=st.integers(0, 15),
    payload=st.sampled_from([4096.0, 1e6, 1e9]),
)
def test_a_lost_adapter_never_helps_and_keeps_every_byte(
    profiles, nodes, npus, spine, op, lost, payload
):
    profile = profiles.for_family("nvidia-hopper")
    graph = nodes_on_rails(nodes, npus, spine=spine)
    hurt = graph.with_failed(adapter(graph, lost % (nodes * npus)))
    count = nodes * npus
    for algorithm in SCHEDULES[op]:
        whole = run(op, graph, profile, payload, npus, algorithm=algorithm)
        less = run(op, hurt, profile, payload, npus, algorithm=algorithm)
        assert less.time_s >= whole.time_s * (1 - 1e-9)
        load, wiring = less.arc_load_byte, graph.wiring
        out = np.bincount(wiring.source, weights=load, minlength=graph.vertex_count)
        into = np.bincount(wiring.target, weights=load, minlength=graph.vertex_count)
        np.testing.assert_allclose(out[count:], into[count:], rtol=1e-9, atol=1e-3)
        before, wire = whole.arc_load_byte, whole.graph.wiring
        sent = np.bincount(wire.source, weights=before, minlength=graph.vertex_count)
        taken = np.bincount(wire.target, weights=before, minlength=graph.vertex_count)
        # What an NPU hands on passes it; what it adds and keeps is as before.
        np.testing.assert_allclose((out - into)[:count], (sent - taken)[:count], atol=1e-3)


def test_only_parts_that_join_nodes_are_networks():
    graph = nodes_on_rails(2, 4)
    relays = relays_of(graph, graph.endpoints(), graph.endpoints() // 4)
    assert relays.network.shape == (8, 4)
    assert relays.network.sum(axis=0).tolist() == [2, 2, 2, 2]
    assert relays.is_needed
