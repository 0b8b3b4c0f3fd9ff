"""What ranks get and give in every schedule: as much as the collective is about, and no less."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.fabric.flow.arrays import FloatArray
from studio.fabric.flow.demand import Flows
from studio.simulation.network.phases import group_members, listed
from studio.simulation.network.schedule import SCHEDULES
from studio.simulation.network.skewing import skewed
from studio.simulation.network.traffic import Algorithm, Collective
from tests.simulation.network import one_by_one

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


NODES = st.one_of(
    st.tuples(st.integers(1, 40), st.integers(1, 6)).map(lambda shape: [shape[1]] * shape[0]),
    st.lists(st.sampled_from([1, 2, 3, 4, 8]), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 12)), min_size=1, max_size=3).map(
        lambda runs: [npus for npus, nodes in runs for _ in range(nodes)]
    ),
    st.tuples(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 6)).map(
        lambda period: period[0] * period[1]
    ),
)
"""NPUs of every node: of one size, of any, in a few stretches, and in periods."""


@given(data=st.data(), npus=NODES)
def test_a_few_flows_and_turns_are_the_collective_written_down(
    data: st.DataObject, npus: list[int]
) -> None:
    """On nodes of any size, of which any look different, and with any popularity."""
    count = sum(npus)
    if count < 2:
        return
    home = np.repeat(np.arange(len(npus)), npus)
    odd = data.draw(st.lists(st.sampled_from(range(len(npus))), max_size=3), "odd nodes")
    look = np.isin(home, odd).astype(np.int64)
    members = group_members(np.arange(count), home, lambda ranks: look[ranks])
    op, algorithm = data.draw(st.sampled_from(one_by_one.WAYS), "way")
    phases = SCHEDULES[op][algorithm](members, 1.0)
    popularity = None
    if op in SHARED:
        weights = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=10), "popularity")
        popularity = np.resize(np.array(weights, dtype=np.float64), count)
        is_reversed = op is Collective.COMBINE
        phases = tuple(
            skewed(phase, members, popularity, is_reversed=is_reversed) for phase in phases
        )

    def amounts(flows: Flows) -> FloatArray:
        total = np.zeros((count, count))
        np.add.at(total, (flows.source, flows.target), flows.size)
        return total

    described = one_by_one.written(op, algorithm, members, 1.0, popularity)
    for phase, expected in zip(phases, described, strict=True):
        found = amounts(listed(phase.demand))
        np.testing.assert_allclose(found, amounts(expected), atol=1e-12, rtol=1e-9)


def test_a_broadcast_to_one_other_rank_sends_it_everything() -> None:
    for algorithm in SCHEDULES[Collective.BROADCAST]:
        sent, _ = moved(Collective.BROADCAST, algorithm, [0, 0])
        assert sent[0] == pytest.approx(1.0)
