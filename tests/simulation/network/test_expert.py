import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidInput
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.expert import (
    Routing,
    copies,
    expected_bins,
    expert_exchange_time_s,
)
from studio.simulation.network.profile import ExpertPath, Role

PERFECT = ExpertPath(dict.fromkeys(Role, 1.0))
NODE = NetworkLevel("node", 8, 200e9, 0.0, medium="NVLink")
NETWORK = NetworkLevel("network", 1024, 50e9, 0.0, medium="rdma")


def routing(**changed):
    return Routing(
        **{"tokens": 4096, "hidden": 7168, "value_byte": 1, "topk": 8, "experts": 256} | changed
    )


def test_expected_bins_equal_drawing_many_times():
    rng = np.random.default_rng(0)
    drawn = [len({e // 16 for e in rng.choice(256, 8, replace=False)}) for _ in range(20_000)]
    assert expected_bins(16, 256, 8) == pytest.approx(np.mean(drawn), rel=0.01)


@given(st.integers(1, 64), st.integers(1, 8))
def test_a_token_reaches_no_more_bins_than_there_are_or_draws(bins, draws):
    reached = expected_bins(bins, 64 * bins, draws)
    assert 1 - 1e-9 <= reached <= min(bins, draws) + 1e-9


def test_a_node_limit_keeps_copies_on_few_nodes():
    free_ranks, free_nodes = copies(routing(), 64, 8)
    ranks, nodes = copies(routing(node_limit=4), 64, 8)
    assert nodes < 4 < free_nodes
    assert ranks <= free_ranks


def test_direct_exchange_sends_every_copy_but_the_local_ones():
    result = expert_exchange_time_s(
        PERFECT, routing(tokens=128), (NODE,), (8,), is_direct=True, once_per_rank=False
    )
    assert result.wire_s == pytest.approx(128 * 8 * 7168 * 7 / 8 / 200e9)


def test_forwarding_sends_once_per_node_and_then_inside():
    result = expert_exchange_time_s(PERFECT, routing(), (NODE, NETWORK), (8, 4), is_direct=False)
    inner, outer = result.wire_by_level_s
    token = 4096 * 7168
    assert inner == pytest.approx(token * result.rank_copies * 7 / 8 / 200e9)
    assert outer == pytest.approx(token * result.node_copies * 3 / 4 / 50e9)
    assert result.wire_s == max(inner, outer)


def test_levels_of_one_medium_share_their_port():
    plane = NetworkLevel("plane", 64, 200e9, 0.0, medium="NVLink")
    result = expert_exchange_time_s(
        PERFECT, routing(tokens=128), (NODE, plane), (8, 4), is_direct=True
    )
    assert result.wire_s == pytest.approx(sum(result.wire_by_level_s))


@given(st.floats(1, 8))
def test_imbalance_scales_the_wire(imbalance):
    even = expert_exchange_time_s(PERFECT, routing(), (NODE,), (8,), is_direct=True)
    hot = expert_exchange_time_s(
        PERFECT, routing(imbalance=imbalance), (NODE,), (8,), is_direct=True
    )
    assert hot.wire_s == pytest.approx(even.wire_s * imbalance)


def test_impossible_routing_is_refused():
    with pytest.raises(InvalidInput, match="top-8 of 4"):
        expert_exchange_time_s(PERFECT, routing(experts=4), (NODE,), (8,), is_direct=True)
