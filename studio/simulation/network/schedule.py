"""Phases of a collective on given ranks: who sends how much to whom, and how often.

Knows no path and no time; ranks are vertices of a graph grouped in domains that share switches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from studio.fabric.flow.arrays import FloatArray
from studio.fabric.flow.demand import Exchange, Flows, uniform_exchange
from studio.simulation.network.phases import Members, Phase, Scheduler, flows
from studio.simulation.network.rings import chain, ring
from studio.simulation.network.traffic import Algorithm, Collective
from studio.simulation.network.trees import tree


def _halving(laps: int) -> Scheduler:
    """Recursive halving, and doubling back; ranks beyond a power of two fold in first."""

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        ranks = members.ranks
        whole = 1 << (members.size.bit_length() - 1)
        extra = members.size - whole
        phases = []
        if extra:
            fold = flows(ranks[whole:], ranks[:extra], payload)
            phases.append(Phase("fold", fold, 1))
        active, distance, part = ranks[:whole], 1, payload / 2
        index = np.arange(whole)
        while distance < whole:
            swap = flows(active, active[index ^ distance], part)
            phases.append(Phase(f"swap over {distance}", swap, laps))
            distance, part = distance * 2, part / 2
        if extra:
            unfold = flows(ranks[:extra], ranks[whole:], payload if laps == 2 else payload / whole)
            phases.append(Phase("unfold", unfold, 1))
        return tuple(phases)

    return schedule


def _hierarchical(laps: int) -> Scheduler:
    """Exchange inside domains, then rings of equal positions across domains on what is left."""

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        inside = members.domain_size
        table = members.ranks.reshape(-1, inside)
        domains = len(table)
        phases = []
        if inside > 1:
            first, second = np.nonzero(~np.eye(inside, dtype=np.bool_))
            swap = flows(
                table[:, first].reshape(-1), table[:, second].reshape(-1), payload / inside
            )
            phases.append(Phase("inside domains", swap, laps, peers=inside - 1))
        if domains > 1:
            ring = flows(
                table.reshape(-1),
                np.roll(table, -1, axis=0).reshape(-1),
                payload / inside / domains,
            )
            steps = laps * (domains - 1)
            phases.append(Phase("across domains", ring, steps, is_relayed=True))
        return tuple(phases)

    return schedule


def _direct(laps: int) -> Scheduler:
    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        exchange = uniform_exchange(members.ranks, payload / members.size)
        return (Phase("exchange", exchange, laps, peers=members.size - 1),)

    return schedule


def _hierarchical_exchange(members: Members, payload: float) -> tuple[Phase, ...]:
    """Sort inside domains, then exchange with equal positions of the other domains."""
    inside = members.domain_size
    table = members.ranks.reshape(-1, inside)
    domains = len(table)
    phases = []
    for name, rows, count in (
        ("inside domains", table, inside),
        ("across domains", table.T, domains),
    ):
        if count > 1:
            first, second = np.nonzero(~np.eye(count, dtype=np.bool_))
            swap = flows(rows[:, first].reshape(-1), rows[:, second].reshape(-1), payload / count)
            phases.append(Phase(name, swap, 1, peers=count - 1))
    return tuple(phases)


def _point_to_point(members: Members, payload: float) -> tuple[Phase, ...]:
    """The first rank sends to the last."""
    return (Phase("send", flows(members.ranks[:1], members.ranks[-1:], payload), 1),)


_EXCHANGE: Mapping[Algorithm, Scheduler] = {
    Algorithm.DIRECT: _direct(1),
    Algorithm.HIERARCHICAL: _hierarchical_exchange,
}

SCHEDULES: Mapping[Collective, Mapping[Algorithm, Scheduler]] = {
    Collective.ALL_REDUCE: {
        Algorithm.RING: ring(2),
        Algorithm.TREE: tree(2),
        Algorithm.HALVING_DOUBLING: _halving(2),
        Algorithm.HIERARCHICAL: _hierarchical(2),
        Algorithm.DIRECT: _direct(2),
    },
    Collective.REDUCE_SCATTER: {
        Algorithm.RING: ring(1),
        Algorithm.HALVING_DOUBLING: _halving(1),
        Algorithm.HIERARCHICAL: _hierarchical(1),
        Algorithm.DIRECT: _direct(1),
    },
    Collective.ALL_GATHER: {
        Algorithm.RING: ring(1),
        Algorithm.HALVING_DOUBLING: _halving(1),
        Algorithm.HIERARCHICAL: _hierarchical(1),
        Algorithm.DIRECT: _direct(1),
    },
    Collective.ALL_TO_ALL: _EXCHANGE,
    Collective.BROADCAST: {Algorithm.RING: chain, Algorithm.TREE: tree(1)},
    Collective.POINT_TO_POINT: {Algorithm.DIRECT: _point_to_point},
    Collective.DISPATCH: _EXCHANGE,
    Collective.COMBINE: _EXCHANGE,
}
"""Algorithms that can be laid over a graph."""


def skewed(phase: Phase, members: Members, popularity: FloatArray, *, is_reversed: bool) -> Phase:
    """Return an exchange in which ranks receive in proportion to their popularity.

    Parameters
    ----------
    phase :
        Of a uniform exchange, direct or by way of domains.
    members :
        The ranks and their domains.
    popularity :
        Shape (ranks,), in the order of the members: relative; scaled to a mean of one.
    is_reversed :
        Whether popular ranks send instead, as when results come back.

    Notes
    -----
    Inside a domain a rank passes on what is for its position in every domain, hence their mean.
    """
    share = popularity / popularity.mean()
    demand = phase.demand
    if isinstance(demand, Exchange):
        send, receive = demand.send, demand.receive
        changed = (
            Exchange(demand.ranks, send * share, receive)
            if is_reversed
            else Exchange(demand.ranks, send, receive * share)
        )
        return replace(phase, demand=changed)
    order = np.argsort(members.ranks)
    ends = [
        order[np.searchsorted(members.ranks, end, sorter=order)]
        for end in (demand.source, demand.target)
    ]
    popular = ends[0] if is_reversed else ends[1]
    inside = members.domain_size
    is_inside = members.domain[ends[0]] == members.domain[ends[1]]
    of_position = share.reshape(-1, inside).mean(axis=0)
    factor = np.where(is_inside, of_position[popular % inside], share[popular])
    return replace(phase, demand=Flows(demand.source, demand.target, demand.size * factor))
