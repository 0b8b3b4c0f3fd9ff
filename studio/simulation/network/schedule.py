"""Phases of a collective on given ranks: who sends how much to whom, and how often.

Knows no path and no time; ranks are vertices of a graph grouped in domains that share switches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import Flows, one_to_all, uniform_exchange
from studio.fabric.flow.pattern import Motif, Pattern
from studio.simulation.network.phases import (
    Members,
    Phase,
    Scheduler,
    Together,
    flows,
    joined,
    listed,
    merged,
)
from studio.simulation.network.rings import chain, ring
from studio.simulation.network.traffic import Algorithm, Collective
from studio.simulation.network.trees import tree
from studio.simulation.network.turns import (
    all_alike,
    flipped,
    motif,
    next_domains,
    places,
)

_LISTED = 100_000
"""Flows across domains up to which a failure may list them; beyond, positions exchange apart."""
_TURNED = {"fold": "unfold", "unfold": "fold"}
"""Names of phases that go by another one backwards."""


def _halving(laps: int) -> Scheduler:
    """Recursive halving, and doubling back; ranks beyond a power of two fold in first."""

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        bits = members.size.bit_length() - 1
        whole = 1 << bits
        extra = members.size - whole
        turns = flipped(members.size, bits)
        # Ranks of the first block that is cut by the last rank folded in look different.
        block = extra & -extra
        folded = np.arange(0, extra, block or 1)
        alike = turns[: block.bit_length() - 1]

        def phase(name: str, one: Motif, steps: int = 1) -> Phase:
            return Phase(name, Pattern(members.ranks, (one,)), steps)

        phases = []
        if extra:
            phases.append(phase("fold", motif(alike, whole + folded, folded, payload)))
        for bit in range(bits):
            distance, apart = 1 << bit, 2 << bit
            # Who folded another in scatters for two; in an all-reduce nobody keeps a part.
            bound = extra % apart if laps == 1 else 0
            step = bound & -bound or apart
            index = np.arange(0, apart, step)
            partner = index ^ distance
            theirs = np.full(len(index), payload / apart)
            if laps == 1:
                doubled = extra // apart + (partner < bound)
                theirs = (whole // apart + doubled) * payload / members.size
            low = step.bit_length() - 1
            swap = motif((*turns[:low], *turns[bit + 1 :]), index, partner, theirs)
            phases.append(phase(f"swap over {distance}", swap, laps))
        if extra:
            result = payload if laps == 2 else payload / members.size
            phases.append(phase("unfold", motif(alike, folded, whole + folded, result)))
        return tuple(phases)

    return schedule


def _backwards(scheduler: Scheduler) -> Scheduler:
    """Return the schedule of a gather, which is that of a scatter run backwards."""

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        return tuple(_turned(phase) for phase in reversed(scheduler(members, payload)))

    return schedule


def _turned(phase: Phase) -> Phase:
    name = _TURNED.get(phase.name, phase.name)
    if isinstance(phase.demand, Pattern):
        return replace(phase, name=name, demand=phase.demand.backwards())
    demand = listed(phase.demand)
    return replace(phase, name=name, demand=Flows(demand.target, demand.source, demand.size))


def _hierarchical(laps: int) -> Scheduler:
    """Exchange inside domains, then rings of equal positions across domains on what is left."""

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        inside, domains = int(members.counts.max()), len(members.counts)
        phases = []
        if inside > 1:
            swap = (
                _alike_inside(members, payload / inside)
                if members.is_even
                else _inside_domains(members, np.asarray(payload / members.counts))
            )
            phases.append(Phase("inside domains", swap, laps, peers=inside - 1))
        if domains > 1:
            # All chunks but its own leave a domain; what it owns goes by its ranks, but in an
            # all-reduce nobody keeps a chunk and all are of one size.
            owned = np.full(domains, 1 / domains) if laps == 2 else members.counts / members.size
            sent = payload / members.parts * (1 - owned) / (domains - 1)
            steps = laps * (domains - 1)
            ring = _alike_rails(members, sent[0]) if members.is_even else _rails(members, sent)
            phases.append(Phase("across domains", ring, steps, is_relayed=True))
        return tuple(phases)

    return schedule


def _rails(members: Members, sent: FloatArray) -> Flows:
    """Return what the ranks of every domain pass to those of the next. [byte]."""
    here, there = members.table, np.roll(members.table, -1, axis=0)
    return merged(here, there, np.repeat(sent, members.parts).reshape(here.shape))


def _alike_inside(members: Members, byte: float) -> Pattern:
    """Return transfers of one size between all pairs of every domain, all of one size. [byte]."""
    others = np.arange(1, int(members.counts[0]))
    turns = (places(members), next_domains(members))
    return Pattern(members.ranks, (motif(turns, 0, others, byte),))


def _alike_rails(members: Members, byte: float) -> Pattern:
    """Return transfers to the same place of the next domain. [byte]."""
    turns = (places(members), next_domains(members))
    return Pattern(members.ranks, (motif(turns, 0, int(members.counts[0]), byte),))


def _inside_domains(members: Members, size: FloatArray) -> Flows:
    """Return transfers between all pairs of every domain, of one size in each. [byte]."""
    found = []
    for count in np.unique(members.counts[members.counts > 1]):
        chosen = np.flatnonzero(members.counts == count)
        table = members.ranks[members.first[chosen][:, None] + np.arange(count)]
        first, second = np.nonzero(~np.eye(count, dtype=np.bool_))
        source, target = table[:, first], table[:, second]
        each = np.repeat(size[chosen], len(first))
        found.append(flows(source.reshape(-1), target.reshape(-1), each))
    return joined(*found)


def _direct(laps: int) -> Scheduler:
    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        exchange = uniform_exchange(members.ranks, payload / members.size)
        return (Phase("exchange", exchange, laps, peers=members.size - 1),)

    return schedule


def _scatter_and_gather(members: Members, payload: float) -> tuple[Phase, ...]:
    """The first rank gives each other its part of the payload; then all gather what all have.

    References
    ----------
    [1] R. Thakur, R. Rabenseifner, W. Gropp, "Optimization of Collective Communication Operations
        in MPICH", 2005, section 4.2: broadcast of long messages.
    """
    part = payload / members.size
    scatter = one_to_all(members.ranks, part)
    gather = uniform_exchange(members.ranks, part)
    peers = members.size - 1
    return (Phase("scatter", scatter, 1, peers=peers), Phase("gather", gather, 1, peers=peers))


def _hierarchical_exchange(members: Members, payload: float) -> tuple[Phase, ...]:
    """Sort inside domains, then exchange with equal positions of the other domains.

    What is for position q of any domain is first given to the rank at position q of one's own,
    modulo its ranks.
    """
    inside, domains = int(members.counts.max()), len(members.counts)
    pair = payload / members.size
    phases = []
    if inside > 1:
        swap = (
            _alike_inside(members, pair * domains)
            if members.is_even
            else _sorted_inside(members, pair)
        )
        phases.append(Phase("inside domains", swap, 1, peers=inside - 1))
    if domains > 1:
        across = _across(members, pair)
        phases.append(Phase("across domains", across, 1, peers=domains - 1))
    return tuple(phases)


def _sorted_inside(members: Members, pair: float) -> Flows:
    """Return what the ranks of every domain give each other before the way across."""
    at_position = np.bincount(members.place)
    found = _inside_domains(members, np.ones(len(members.counts)))
    domain, place = _domain_and_place(members, found.target)
    size = np.zeros(len(place))
    for count in np.unique(members.counts):
        folded = np.bincount(np.arange(len(at_position)) % count, weights=at_position)
        chosen = members.counts[domain] == count
        size[chosen] = pair * folded[place[chosen]]
    return Flows(found.source, found.target, size)


def _across(members: Members, pair: float) -> Flows | Pattern | Together:
    """Return what goes from each domain to all others, collected from all of its ranks."""
    if members.is_even:
        sent = pair * int(members.counts[0])
        others = np.arange(int(members.counts[0]), members.size, int(members.counts[0]))
        alike = Pattern(members.ranks, (motif(all_alike(members), 0, others, sent),))
        if alike.flow_count <= _LISTED:
            return alike
        rails = tuple(uniform_exchange(rail, sent) for rail in members.table.T)
        return Together(rails, alike)
    domain, target = np.nonzero(np.arange(len(members.counts))[:, None] != members.domain)
    holder = members.first[domain] + members.place[target] % members.counts[domain]
    size = np.asarray(pair * members.counts[domain], dtype=np.float64)
    return flows(members.ranks[holder], members.ranks[target], size)


def _domain_and_place(members: Members, ranks: IntArray) -> tuple[IntArray, IntArray]:
    """Return the domain of some ranks and their position in it."""
    order = np.argsort(members.ranks)
    index = order[np.searchsorted(members.ranks, ranks, sorter=order)]
    return members.domain[index], members.place[index]


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
        Algorithm.HALVING_DOUBLING: _backwards(_halving(1)),
        Algorithm.HIERARCHICAL: _backwards(_hierarchical(1)),
        Algorithm.DIRECT: _direct(1),
    },
    Collective.ALL_TO_ALL: _EXCHANGE,
    Collective.BROADCAST: {
        Algorithm.RING: chain,
        Algorithm.TREE: tree(1),
        Algorithm.DIRECT: _scatter_and_gather,
    },
    Collective.POINT_TO_POINT: {Algorithm.DIRECT: _point_to_point},
    Collective.DISPATCH: _EXCHANGE,
    Collective.COMBINE: _EXCHANGE,
}
"""Algorithms that can be laid over a graph."""
