"""Phases of a collective on given ranks: who sends how much to whom, and how often.

Knows no path and no time; ranks are vertices of a graph grouped in domains that share switches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import Exchange, one_to_all, uniform_exchange
from studio.fabric.flow.pattern import Motif, Pattern, in_sum
from studio.simulation.network.phases import Members, Phase, Scheduler, Together, flows
from studio.simulation.network.rings import chain, ring
from studio.simulation.network.traffic import Algorithm, Collective
from studio.simulation.network.trees import tree
from studio.simulation.network.turns import (
    all_alike,
    flipped,
    in_stretches,
    kinds,
    motif,
    moved_on,
    next_domains,
    places,
    places_of,
)

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
    assert isinstance(phase.demand, Pattern)
    name = _TURNED.get(phase.name, phase.name)
    return replace(phase, name=name, demand=phase.demand.backwards())


def _hierarchical(laps: int) -> Scheduler:
    """Exchange inside domains, then rings of equal positions across domains on what is left."""

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        inside, domains = int(members.counts.max()), len(members.counts)
        phases = []
        if inside > 1:
            swap = _inside_domains(members, lambda count: np.full(count, payload / count))
            even = members.is_even
            phases.append(Phase("inside domains", swap, laps, peers=inside - 1, has_one_size=even))
        if domains > 1:
            # All chunks but its own leave a domain; what it owns goes by its ranks, but in an
            # all-reduce nobody keeps a chunk and all are of one size.
            owned = np.full(domains, 1 / domains) if laps == 2 else members.counts / members.size
            sent = payload / members.parts * (1 - owned) / (domains - 1)
            ring = Pattern(members.ranks, _rails(members, sent))
            steps = laps * (domains - 1)
            phases.append(Phase("across domains", ring, steps, is_relayed=True))
        return tuple(phases)

    return schedule


def _rails(members: Members, sent: FloatArray) -> tuple[Motif, ...]:
    """Return what the ranks of every domain pass on to those of the next, part by part. [byte]."""
    if members.are_alike:
        turns = (places(members), next_domains(members))
        return (motif(turns, 0, int(members.counts[0]), sent[0]),)

    def leaving(domains: IntArray) -> Motif:
        here = members.takers(domains).reshape(-1)
        there = members.takers((domains + 1) % len(members.counts)).reshape(-1)
        return in_sum([motif((), here, there, np.repeat(sent[domains], members.parts))])

    return in_stretches(members, leaving)


def _inside_domains(members: Members, sent_to: Callable[[int], FloatArray]) -> Pattern:
    """Return transfers between all pairs of every domain.

    Parameters
    ----------
    sent_to :
        What a rank sends to each place of a domain of so many ranks, shape (ranks,). [byte]
    """
    found = []
    for domains in kinds(members):
        count, start = int(members.counts[domains[0]]), int(members.first[domains[0]])
        sent = sent_to(count)
        turns = (places_of(members, domains), moved_on(members, domains))
        if count > 1 and np.all(sent == sent[0]):
            found.append(motif(turns, start, start + np.arange(1, count), sent[1:]))
        elif count > 1:
            source, target = np.nonzero(~np.eye(count, dtype=np.bool_))
            found.append(motif(turns[1:], start + source, start + target, sent[target]))
    return Pattern(members.ranks, tuple(found))


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
    pair, even = payload / members.size, members.is_even
    phases = []
    if inside > 1:
        at_position = np.bincount(members.place)

        def collected(count: int) -> FloatArray:
            collected_for = np.bincount(np.arange(inside) % count, weights=at_position)
            return np.asarray(pair * collected_for, dtype=np.float64)

        swap = _inside_domains(members, collected)
        phases.append(Phase("inside domains", swap, 1, peers=inside - 1, has_one_size=even))
    if domains > 1:
        across = _across(members, pair)
        phases.append(Phase("across domains", across, 1, peers=domains - 1, has_one_size=even))
    return tuple(phases)


def _across(members: Members, pair: float) -> Together:
    """Return what goes from each domain to all others, collected from all of its ranks.

    For every position that is an exchange among one rank of each domain: the one there, or the
    one that has collected what is for it.
    """
    alike = None
    if members.are_alike:
        inside = int(members.counts[0])
        others = np.arange(inside, members.size, inside)
        one = motif(all_alike(members), 0, others, pair * inside)
        alike = Pattern(members.ranks, (one,))
    place = np.arange(int(members.counts.max()))[:, None]
    holders = members.first + place % members.counts
    sent = np.asarray(pair * members.counts, dtype=np.float64)
    is_there = (place < members.counts).astype(np.float64)
    rails = tuple(
        Exchange(members.ranks[holder], sent, there)
        for holder, there in zip(holders, is_there, strict=True)
    )
    return Together(rails, alike)


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
