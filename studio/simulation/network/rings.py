"""Collectives along rings and chains: as many at once as a domain has ranks.

Knows no path and no time.
"""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.demand import Flows
from studio.simulation.network.phases import Members, Phase, Scheduler, flows


def ring_orders(members: Members) -> IntArray:
    """Return ranks in the order of as many rings as a domain has ranks, shape (rings, ranks).

    Notes
    -----
    Ring k enters a domain by the position at which it left the one before, so that it stays on
    the adapters and switches of that position, as on rails. Positions are walked forwards in one
    domain and backwards in the next; an odd number of domains closes over three positions. Every
    position is entered by one ring and left by one.
    """
    count = members.domain_size
    table = members.ranks.reshape(-1, count)
    up = np.arange(count)
    walk = np.where(np.arange(len(table))[:, None] % 2, up[::-1], up)
    if len(table) % 2 and len(table) > 1 and count > 2:
        walk[-3:] = (
            up,
            np.roll(up, 1),
            np.concatenate([[count - 2, count - 1], up[1 : count - 2], [0]]),
        )
    position = (walk + np.arange(count)[:, None, None]) % count
    return table[np.arange(len(table))[:, None], position].reshape(count, -1)


def _ring_step(members: Members, byte: float) -> Flows:
    """One step of all rings.

    Transfers between the same two ranks in several rings are summed: all chunks have one size, so
    the slowest link's load decides either way.
    """
    orders = ring_orders(members)
    return _merged(orders, np.roll(orders, -1, axis=1), byte / len(orders))


def _merged(source: IntArray, target: IntArray, byte: float) -> Flows:
    """Return transfers of one size, those between the same two ranks summed."""
    top = int(max(source.max(), target.max())) + 1
    key, count = np.unique((source * top + target).reshape(-1), return_counts=True)
    return flows(key // top, key % top, count.astype(np.float64) * byte)


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
    step = _merged(orders[:, :-1], orders[:, 1:], payload / len(orders))
    return (Phase("chain", step, 1, members.size - 1, is_relayed=True),)
