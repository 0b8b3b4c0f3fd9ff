"""Collectives along rings and chains: as many at once as domains have ranks.

Knows no path and no time.
"""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.demand import Flows
from studio.fabric.flow.pattern import Motif, Pattern
from studio.simulation.network.phases import Members, Phase, Scheduler, merged
from studio.simulation.network.turns import motif, next_domains, places


def ring_orders(members: Members) -> IntArray:
    """Return ranks in the order of as many rings as a payload has parts, shape (rings, ranks).

    Notes
    -----
    Ring k enters a domain by the position at which it left the one before, so that it stays on
    the adapters and switches of that position, as on rails. Positions are walked forwards in one
    domain and backwards in the next; an odd number of equal domains closes over three positions.
    Every position of a domain is entered by equally many rings and left by as many.
    """
    parts, domains = members.parts, len(members.counts)
    walk = _walks(members)
    place = (walk + np.arange(parts)[:, None]) % members.counts[members.domain]
    if members.is_even and domains % 2 and domains > 1 and parts > 2:
        up = np.arange(parts)
        last = (
            up,
            np.roll(up, 1),
            np.concatenate([[parts - 2, parts - 1], up[1 : parts - 2], [0]]),
        )
        place[:, -3 * parts :] = (np.concatenate(last) + up[:, None]) % parts
    return members.ranks[members.first[members.domain] + place]


def _walks(members: Members) -> IntArray:
    """Return positions forwards in every other domain and backwards in the rest."""
    backwards = members.counts[members.domain] - 1 - members.place
    return np.where(members.domain % 2, backwards, members.place)


def _ring_step(members: Members, byte: float) -> Flows:
    """One step of all rings, flow by flow.

    Transfers between the same two ranks in several rings are summed: all chunks have one size, so
    the slowest link's load decides either way.
    """
    orders = ring_orders(members)
    return merged(orders, np.roll(orders, -1, axis=1), np.full(orders.shape, byte / len(orders)))


def _is_regular(members: Members) -> bool:
    """Return whether all rings look alike from every second domain: an odd number closes oddly."""
    domains, inside = len(members.counts), int(members.counts[0])
    return members.is_even and (domains % 2 == 0 or domains == 1 or inside == 1)


def _ring_motif(members: Members, byte: float) -> tuple[Motif, ...]:
    """Return one step of all rings where they are regular, see `ring_orders`.

    Of as many rings as a domain has ranks, all but one pass from each place of it to the next, and
    one leaves from each place for the same place of the next domain.
    """
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
        byte = payload / members.size
        step = (
            Pattern(members.ranks, _ring_motif(members, byte))
            if _is_regular(members)
            else _ring_step(members, byte)
        )
        return (Phase("ring", step, laps * (members.size - 1), is_relayed=True),)

    return schedule


def chain(members: Members, payload: float) -> tuple[Phase, ...]:
    """Broadcast along all rings at once, each cut before the first rank, chunk by chunk."""
    step = _regular_chains(members, payload) if _is_regular(members) else _chains(members, payload)
    return (Phase("chain", step, 1, members.size - 1, is_relayed=True),)


def _regular_chains(members: Members, payload: float) -> Pattern:
    """Return rings without what enters the first rank: from its own domain and the last one."""
    inside = int(members.counts[0])
    around = _ring_motif(members, payload)
    last, before = inside - 1, members.size - inside
    if len(around) == 1:
        cut = motif((), members.size - 1, 0, -payload)
    else:
        cut = motif((), [last, before], [0, 0], -np.array([one.size[0] for one in around]))
    return Pattern(members.ranks, (*around, cut))


def _chains(members: Members, payload: float) -> Flows:
    orders = ring_orders(members)
    first = np.argmax(orders == members.ranks[0], axis=1)
    place = (first[:, None] + np.arange(members.size)) % members.size
    orders = np.take_along_axis(orders, place, axis=1)
    here, there = orders[:, :-1], orders[:, 1:]
    return merged(here, there, np.full(here.shape, payload / len(orders)))
