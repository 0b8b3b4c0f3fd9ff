"""Ideal adaptive routing: by hand, against a linear programme, and by its own bound."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studio.errors import InvalidInput
from studio.fabric.flow import adaptive
from studio.fabric.flow.adaptive import adaptive_exchange, adaptive_flows
from studio.fabric.flow.balance import TOLERANCE
from studio.fabric.flow.demand import Exchange, Flows, uniform_exchange
from studio.fabric.flow.exchange import exchange_loads
from studio.fabric.flow.load_result import Exactness
from tests.fabric.flow import topologies
from tests.fabric.flow.least_congestion import least_time
from tests.fabric.flow.test_solver import assert_conserved, graphs, reachable_group

GB = 1e9


def flows(*table):
    source, target, size = (np.array(column) for column in zip(*table, strict=True))
    return Flows(source, target, size.astype(float))


def two_ways(near, far):
    """Endpoints 0 and 1; switches 2 and 3 between them, `near` to 0 and `far` to 1."""
    cables = [(0, 2, near[0]), (0, 3, near[1]), (2, 1, far[0]), (3, 1, far[1])]
    return topologies.from_cables(cables, 4, (0, 1))


def test_load_goes_where_there_is_room_further_on():
    """Both first hops are alike, so no local rule sees that one of the second hops is narrow."""
    graph = two_ways((40 * GB, 40 * GB), (10 * GB, 30 * GB))
    result = adaptive_flows(graph, flows((0, 1, 4 * GB)))
    assert result.wire_s == pytest.approx(0.1, rel=TOLERANCE)
    load = result.arc_load()
    into = {int(graph.wiring.source[a]): load[a] for a in np.flatnonzero(graph.wiring.target == 1)}
    assert into[2] == pytest.approx(1 * GB, rel=0.01)
    assert into[3] == pytest.approx(3 * GB, rel=0.01)


def test_a_flow_with_a_choice_makes_room_for_one_without():
    """Endpoint 3 reaches 4 by switch 5 only; 0 reaches 1 by 5 or 6 and leaves 5 alone."""
    cables = [
        (0, 5, 100 * GB),
        (0, 6, 100 * GB),
        (5, 7, 10 * GB),
        (6, 7, 10 * GB),
        (7, 1, 100 * GB),
        (3, 5, 100 * GB),
        (7, 4, 100 * GB),
    ]
    graph = topologies.from_cables(cables, 8, (0, 1, 3, 4))
    result = adaptive_flows(graph, flows((0, 1, 1 * GB), (3, 4, 1 * GB)))
    assert result.wire_s == pytest.approx(0.1, rel=TOLERANCE)
    assert result.gap <= TOLERANCE * 1.01


def test_a_lost_uplink_costs_the_ideal_nothing_on_384():
    """Equal splitting loses 4.7 %: the NPU's seven ports of 56 GB/s are the limit again."""
    graph = topologies.two_tier(48, 8, 7, 16)
    exchange = uniform_exchange(np.arange(384), 1e6)
    hurt = graph.with_failed(np.array([384 * 7]))
    ideal = 383e6 / (7 * 56e9)
    assert exchange_loads(hurt, exchange).wire_s == pytest.approx(1.0471 * ideal, rel=1e-3)
    assert adaptive_exchange(hurt, exchange).wire_s == pytest.approx(ideal, rel=1.1 * TOLERANCE)
    intact = adaptive_exchange(graph, exchange)
    assert intact.wire_s == pytest.approx(ideal, rel=1e-9)
    assert intact.exactness is Exactness.EXACT


@pytest.mark.parametrize("failures", [10, 40])
def test_with_dozens_of_failures_the_node_with_fewest_uplinks_is_the_limit(failures):
    """12 nodes of 4 NPUs, 12 uplinks of 10 GB/s each: what leaves a node shares its uplinks."""
    graph = topologies.two_tier(12, 4, 3, 4, up=10e9)
    first_uplink = 48 * 3
    rng = np.random.default_rng(failures)
    lost = first_uplink + rng.choice(graph.cable_count - first_uplink, failures, replace=False)
    left = 12 - np.bincount((lost - first_uplink) // 12, minlength=12).max()
    result = adaptive_exchange(graph.with_failed(lost), uniform_exchange(np.arange(48), 1e6))
    assert result.wire_s >= 4 * 44e6 / (left * 10e9) * (1 - 1e-9)
    assert result.gap <= TOLERANCE * 1.01


@settings(deadline=None, max_examples=60)
@given(graphs, st.integers(0, 2**32 - 1))
def test_it_equals_the_linear_programme_over_all_shortest_paths(graph, seed):
    ranks = reachable_group(graph)
    assume(len(ranks) >= 2)
    rng = np.random.default_rng(seed)
    pairs = list(itertools.permutations(ranks.tolist(), 2))
    chosen = [pairs[k] for k in rng.choice(len(pairs), min(6, len(pairs)), replace=False)]
    sizes = rng.choice([1e6, 2e6, 5e6], len(chosen))
    source, target = (np.array(end) for end in zip(*chosen, strict=True))
    result = adaptive_flows(graph, Flows(source, target, sizes))
    least = least_time(graph, chosen, sizes)
    assert least * (1 - 1e-9) <= result.wire_s <= least * (1 + result.gap + 1e-9)
    assert result.gap <= 0.01
    assert_conserved(graph, result.arc_load(), source, target, sizes)


@settings(deadline=None, max_examples=30)
@given(graphs, st.integers(0, 2**32 - 1))
def test_an_unequal_exchange_equals_the_linear_programme(graph, seed):
    ranks = reachable_group(graph)[:4]
    assume(len(ranks) >= 2)
    rng = np.random.default_rng(seed)
    send, receive = rng.choice([1e6, 3e6], len(ranks)), rng.choice([0.5, 1.0], len(ranks))
    order = list(itertools.permutations(range(len(ranks)), 2))
    result = adaptive_exchange(graph, Exchange(ranks, send, receive))
    pairs = [(int(ranks[i]), int(ranks[j])) for i, j in order]
    least = least_time(graph, pairs, [send[i] * receive[j] for i, j in order])
    assert least * (1 - 1e-9) <= result.wire_s <= least * (1 + result.gap + 1e-9)


UNLIKE = np.arange(1.0, 9.0)
"""Amounts of which no two are alike."""


def test_a_group_beyond_reach_is_refused_with_a_remedy(monkeypatch):
    monkeypatch.setattr(adaptive, "_MOST_WORK", 10)
    with pytest.raises(InvalidInput, match="8 destinations .* smaller group, or spray"):
        adaptive_exchange(topologies.torus(2, 4), Exchange(np.arange(8), UNLIKE, np.ones(8)))
