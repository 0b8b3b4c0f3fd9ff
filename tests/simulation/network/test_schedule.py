"""What ranks get and give in every schedule: as much as the collective is about, and no less."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.fabric.flow.arrays import FloatArray
from studio.fabric.flow.demand import Flows
from studio.simulation.network.phases import group_members, joined, listed
from studio.simulation.network.rings import ring_orders
from studio.simulation.network.schedule import SCHEDULES
from studio.simulation.network.traffic import Algorithm, Collective
from studio.simulation.network.trees import _both_ways, _chain_down, _tree_down

HOMES = [
    *([0] * count for count in (2, 3, 5, 8, 12)),
    *(list(range(count)) for count in (2, 4, 5, 7)),
    [0, 0, 0, 1, 1],
    [0, 0, 0, 0, 1],
    [0, 1, 1, 2, 2, 2],
    [0, 0, 1, 1, 2, 2],
    [0] * 5 + [1] * 5 + [2] * 3,
    [k // 3 for k in range(15)],
]
"""Nodes of the ranks: one node, nodes of one, nodes of different sizes, an odd number of them."""
WAYS = [(op, algorithm) for op, ways in SCHEDULES.items() for algorithm in ways]

SHARED = {Collective.ALL_TO_ALL, Collective.DISPATCH, Collective.COMBINE}


def moved(op: Collective, algorithm: Algorithm, homes: list[int]) -> tuple[FloatArray, FloatArray]:
    """Return what every rank sends and receives in all phases of a payload of 1."""
    count = len(homes)
    members = group_members(np.arange(count), np.array(homes))
    sent, received = np.zeros(count), np.zeros(count)
    for phase in SCHEDULES[op][algorithm](members, 1.0):
        demand = listed(phase.demand)
        weights = phase.steps * demand.size
        sent += np.bincount(demand.source, weights=weights, minlength=count)
        received += np.bincount(demand.target, weights=weights, minlength=count)
    return sent, received


@pytest.mark.parametrize("homes", HOMES, ids=str)
@pytest.mark.parametrize(("op", "algorithm"), WAYS, ids=str)
def test_every_rank_gets_what_it_lacks(
    op: Collective, algorithm: Algorithm, homes: list[int]
) -> None:
    sent, received = moved(op, algorithm, homes)
    others = len(homes) - 1
    lacking = others / len(homes)
    if op is Collective.ALL_GATHER or op in SHARED:
        assert received.min() >= lacking * (1 - 1e-9)
    if op is Collective.REDUCE_SCATTER or op in SHARED:
        assert sent.min() >= lacking * (1 - 1e-9)
    if op is Collective.BROADCAST:
        np.testing.assert_array_less(1 - 1e-9, received[1:])
        # The root has everything; only a gather gives it back what it scattered.
        assert received[0] <= (lacking if algorithm is Algorithm.DIRECT else 0) * (1 + 1e-9)
    if op is Collective.ALL_REDUCE:
        # Every rank's buffer is reduced once and every rank but one gets the result.
        assert sent.sum() >= 2 * others * (1 - 1e-9)


@pytest.mark.parametrize("homes", HOMES, ids=str)
@pytest.mark.parametrize("algorithm", list(SCHEDULES[Collective.ALL_GATHER]))
def test_a_gather_is_a_scatter_backwards(algorithm: Algorithm, homes: list[int]) -> None:
    sent, received = moved(Collective.REDUCE_SCATTER, algorithm, homes)
    given, got = moved(Collective.ALL_GATHER, algorithm, homes)
    np.testing.assert_allclose(got, sent)
    np.testing.assert_allclose(given, received)


@given(nodes=st.integers(1, 40), npus=st.integers(1, 6))
def test_rings_and_trees_of_equal_nodes_are_those_laid_out_rank_by_rank(
    nodes: int, npus: int
) -> None:
    """Given by a few flows and turns, they are what orders of ranks and parents say."""
    count = nodes * npus
    if count < 2:
        return
    members = group_members(np.arange(count), np.arange(count) // npus)
    alone = nodes == 1 or npus == 1
    table = members.ranks[:, None] if alone else members.table

    def amounts(flows: Flows) -> FloatArray:
        total = np.zeros((count, count))
        np.add.at(total, (flows.source, flows.target), flows.size)
        return total

    orders = ring_orders(members)
    for op, passes in ((Collective.BROADCAST, 1), (Collective.ALL_REDUCE, 2)):
        (around,) = SCHEDULES[op][Algorithm.RING](members, 1.0)
        following = np.roll(orders, -1, axis=1)
        share = np.full(orders.shape, (1.0 if passes == 1 else 1 / count) / len(orders))
        if passes == 1:
            share[following == 0] = 0.0
        ring = Flows(orders.reshape(-1), following.reshape(-1), share.reshape(-1))
        np.testing.assert_allclose(amounts(listed(around.demand)), amounts(ring), atol=1e-12)

        (grown,) = SCHEDULES[op][Algorithm.TREE](members, 1.0)
        part = 1.0 if alone else 1 / members.parts
        chains = [] if alone else _chain_down(members, 1.0, from_first=passes == 1)
        down = joined(_tree_down(table, part, from_first=passes == 1), *chains)
        both = _both_ways(down, passes)
        assert isinstance(both, Flows)
        tree = amounts(both)
        np.testing.assert_allclose(amounts(listed(grown.demand)), tree, atol=1e-12)


def test_a_broadcast_to_one_other_rank_sends_it_everything() -> None:
    for algorithm in SCHEDULES[Collective.BROADCAST]:
        sent, _ = moved(Collective.BROADCAST, algorithm, [0, 0])
        assert sent[0] == pytest.approx(1.0)
