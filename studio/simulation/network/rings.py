"""Collectives along rings and chains: as many at once as domains have ranks.

Knows no path and no time.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.pattern import Motif, Pattern, in_sum
from studio.fabric.flow.wiring import ranges
from studio.simulation.network.phases import Members, Phase, Scheduler
from studio.simulation.network.turns import in_stretches, motif, next_domains, places


def ring_orders(members: Members) -> IntArray:
    """Return ranks in the order of as many rings as a payload has parts, shape (rings, ranks).

    Notes
    -----
    Ring k enters a domain by the position at which it left the one before, so that it stays on
    the adapters and switches of that position, as on rails. Positions are walked forwards in one
    domain and backwards in the next; an odd number of equal domains closes over three positions.
    Every position of a domain is entered by equally many rings and left by as many.
    """
    return members.ranks[_columns(members, np.arange(members.size))]


def _columns(members: Members, column: IntArray) -> IntArray:
    """Return the index of the rank that every ring visits at some steps, (rings, columns)."""
    domain = members.domain[column]
    walk = members.place[column]
    count = members.counts[domain]
    walk = np.where(domain % 2, count - 1 - walk, walk)
    ring = np.arange(members.parts)[:, None]
    place = (walk + ring) % count
    if _odd_domains(members):
        up = np.arange(members.parts)
        last = (
            up,
            np.roll(up, 1),
            np.concatenate([[members.parts - 2, members.parts - 1], up[1:-2], [0]]),
        )
        from_end = members.size - 3 * members.parts
        late = column >= from_end
        place[:, late] = (np.concatenate(last)[column[late] - from_end] + ring) % members.parts
    return np.asarray(members.first[domain] + place)


def _odd_domains(members: Members) -> int:
    """Return how many of the last domains are walked otherwise, so that the rings close."""
    closes_oddly = len(members.counts) % 2 and len(members.counts) > 1
    return 3 if members.is_even and closes_oddly and members.parts > 2 else 0


def _leaving(members: Members, byte: float, domains: IntArray) -> Motif:
    """Return one step of all rings from the ranks of some domains, flow by flow.

    Transfers between the same two ranks in several rings are summed: all chunks have one size, so
    the slowest link's load decides either way.
    """
    column, _ = ranges(members.first[domains], members.first[domains] + members.counts[domains])
    here = _columns(members, column).reshape(-1)
    there = _columns(members, (column + 1) % members.size).reshape(-1)
    return in_sum([motif((), here, there, byte / members.parts)])


def _is_regular(members: Members) -> bool:
    """Return whether all rings look alike from every second domain: an odd number closes oddly."""
    domains, inside = len(members.counts), int(members.counts[0])
    return members.are_alike and (domains % 2 == 0 or domains == 1 or inside == 1)


def _ring_motifs(members: Members, byte: float) -> tuple[Motif, ...]:
    """Return one step of all rings; where they are regular, rings turn into each other too.

    Of as many regular rings as a domain has ranks, all but one pass from each place of it to the
    next, and one leaves from each place for the same place of the next domain.
    """
    if not _is_regular(members):
        leaving = partial(_leaving, members, byte)
        return in_stretches(members, leaving, multiple=2, odd=_odd_domains(members))
    domains, inside = len(members.counts), int(members.counts[0])
    if domains == 1:
        return (motif((places(members),), 0, 1, byte),)
    if inside == 1:
        return (motif((next_domains(members),), 0, 1, byte),)
    turns = (places(members), next_domains(members, 2))
    second, third = inside, 2 * inside % members.size
    return (
        motif(turns, [0, second + 1], [1, second], byte * (inside - 1) / inside),
        motif(turns, [0, second], [second, third], byte / inside),
    )


def ring(laps: int) -> Scheduler:
    """Return the schedule of all rings at once, `laps` times around."""

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        step = Pattern(members.ranks, _ring_motifs(members, payload / members.size))
        return (Phase("ring", step, laps * (members.size - 1), is_relayed=True),)

    return schedule


def chain(members: Members, payload: float) -> tuple[Phase, ...]:
    """Broadcast along all rings at once, each cut before the first rank, chunk by chunk."""
    # The first rank is entered from its own domain and from the last one.
    ends = np.unique([0, len(members.counts) - 1])
    around = _leaving(members, payload, ends)
    enters = around.target == 0
    cut = motif((), around.source[enters], around.target[enters], -around.size[enters])
    step = Pattern(members.ranks, (*_ring_motifs(members, payload), cut))
    return (Phase("chain", step, 1, members.size - 1, is_relayed=True),)
