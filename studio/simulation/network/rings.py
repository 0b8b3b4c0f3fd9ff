"""Collectives along rings and chains: as many at once as domains have ranks.

Knows no path and no time.
"""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.demand import Flows
from studio.simulation.network.phases import Members, Phase, Scheduler, merged


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
    """One step of all rings.

    Transfers between the same two ranks in several rings are summed: all chunks have one size, so
    the slowest link's load decides either way.
    """
    orders = ring_orders(members)
    return merged(orders, np.roll(orders, -1, axis=1), np.full(orders.shape, byte / len(orders)))


def ring(laps: int) -> Scheduler:
    """Return the schedule of all rings at once, `laps` times around."""

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        step = _ring_step(members, payload / members.size)
        return (Phase("ring", step, laps * (members.size - 1), is_relayed=True),)

    return schedule


def chain(members: Members, payload: float) -> tuple[Phase, ...]:
    """Broadcast along all rings at once, each cut before the first rank, chunk by chunk."""
    orders = ring_orders(members)
    first = np.argmax(orders == members.ranks[0], axis=1)
    place = (first[:, None] + np.arange(members.size)) % members.size
    orders = np.take_along_axis(orders, place, axis=1)
    here, there = orders[:, :-1], orders[:, 1:]
    step = merged(here, there, np.full(here.shape, payload / len(orders)))
    return (Phase("chain", step, 1, members.size - 1, is_relayed=True),)
