"""Collectives written down flow by flow, as they are described: what schedules are checked with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import Flows
from studio.simulation.network.phases import Members, flows, joined, merged
from studio.simulation.network.rings import ring_orders
from studio.simulation.network.traffic import Algorithm, Collective
from studio.simulation.network.trees import _parents

Written = list[Flows]
"""One step of every phase."""


def _ring(members: Members, byte: float) -> Flows:
    orders = ring_orders(members)
    return merged(orders, np.roll(orders, -1, axis=1), np.full(orders.shape, byte / len(orders)))


def _chains(members: Members, payload: float) -> Flows:
    around = _ring(members, payload)
    enters = around.target == members.ranks[0]
    return Flows(around.source[~enters], around.target[~enters], around.size[~enters])


def _tree_down(table: IntArray, payload: float, *, from_first: bool) -> Flows:
    """Return the flows of both trees of every column of ranks."""
    count = len(table)
    parent, child = _parents(count)[1:], np.arange(1, count)
    mirrored = np.roll(table[::-1], count % 2, axis=0)
    above, below = table[parent], table[child]
    if from_first and count % 2 == 0:
        # The first rank is the last leaf of the second tree; it feeds the root instead.
        parent, child = np.append(parent[:-1], count - 1), np.append(child[:-1], 0)
    source = np.concatenate([above.reshape(-1), mirrored[parent].reshape(-1)])
    target = np.concatenate([below.reshape(-1), mirrored[child].reshape(-1)])
    return flows(source, target, payload / 2)


def _chain_down(members: Members, payload: float, *, from_first: bool) -> list[Flows]:
    """Return the flows that spread every rank's part inside its domain, rank by rank."""
    found = []
    for domain, count in enumerate(members.counts):
        ranks = members.ranks[members.domain == domain]
        if from_first and domain == 0:
            found.append(flows(ranks[:-1], ranks[1:], payload))
            continue
        for start in range(count):
            order = np.roll(ranks, -start)
            found.append(flows(order[:-1], order[1:], payload / count))
    return found


def _tree(members: Members, payload: float, *, passes: int) -> Flows:
    from_first = passes == 1
    if members.counts.max() == 1 or len(members.counts) == 1:
        down = _tree_down(members.ranks[:, None], payload, from_first=from_first)
    else:
        down = joined(
            _tree_down(members.table, payload / members.parts, from_first=from_first),
            *_chain_down(members, payload, from_first=from_first),
        )
    if from_first:
        return down
    return joined(down, Flows(down.target, down.source, down.size))


def _inside(members: Members, size: Callable[[int, int, int], float]) -> Flows:
    """Return transfers between all pairs of every domain, by its ranks and the two places."""
    source, target, byte = [], [], []
    for count, first in zip(members.counts.tolist(), members.first.tolist(), strict=True):
        for here in range(count):
            for there in range(count):
                if here != there:
                    source.append(first + here)
                    target.append(first + there)
                    byte.append(size(count, here, there))
    senders, receivers = (members.ranks[np.array(end, dtype=np.int64)] for end in (source, target))
    return flows(senders, receivers, np.array(byte))


def _hierarchical(members: Members, payload: float, laps: int) -> Written:
    domains, found = len(members.counts), []
    if members.counts.max() > 1:
        found.append(_inside(members, lambda count, _here, _there: payload / count))
    if domains > 1:
        owned = np.full(domains, 1 / domains) if laps == 2 else members.counts / members.size
        sent = payload / members.parts * (1 - owned) / (domains - 1)
        here, there = members.table, np.roll(members.table, -1, axis=0)
        found.append(merged(here, there, np.repeat(sent, members.parts).reshape(here.shape)))
    return found


def _turned(written: Written) -> Written:
    return [Flows(one.target, one.source, one.size) for one in reversed(written)]


def _two_level(
    members: Members, payload: float, wanted: FloatArray, *, is_reversed: bool
) -> Written:
    """Return what every rank collects for others, then hands over to each domain.

    Parameters
    ----------
    wanted :
        Shape (ranks,): relative amount that each rank receives, or with `is_reversed` sends.
    """
    pair, found = payload / members.size, []

    def collected(count: int, here: int, there: int) -> float:
        at = here if is_reversed else there
        alike = members.place % count == at
        number = (members.place % count == there).sum()
        return float(pair * number * wanted[alike].mean())

    if members.counts.max() > 1:
        found.append(_inside(members, collected))
    if len(members.counts) > 1:
        domain, target = np.nonzero(np.arange(len(members.counts))[:, None] != members.domain)
        holder = members.first[domain] + members.place[target] % members.counts[domain]
        size = pair * members.counts[domain] * wanted[holder if is_reversed else target]
        found.append(flows(members.ranks[holder], members.ranks[target], size))
    return found


_WRITTEN: Mapping[tuple[Collective, Algorithm], Callable[[Members, float], Written]] = {
    (Collective.ALL_REDUCE, Algorithm.RING): lambda m, b: [_ring(m, b / m.size)],
    (Collective.REDUCE_SCATTER, Algorithm.RING): lambda m, b: [_ring(m, b / m.size)],
    (Collective.ALL_GATHER, Algorithm.RING): lambda m, b: [_ring(m, b / m.size)],
    (Collective.BROADCAST, Algorithm.RING): lambda m, b: [_chains(m, b)],
    (Collective.ALL_REDUCE, Algorithm.TREE): lambda m, b: [_tree(m, b, passes=2)],
    (Collective.BROADCAST, Algorithm.TREE): lambda m, b: [_tree(m, b, passes=1)],
    (Collective.ALL_REDUCE, Algorithm.HIERARCHICAL): lambda m, b: _hierarchical(m, b, 2),
    (Collective.REDUCE_SCATTER, Algorithm.HIERARCHICAL): lambda m, b: _hierarchical(m, b, 1),
    (Collective.ALL_GATHER, Algorithm.HIERARCHICAL): lambda m, b: _turned(_hierarchical(m, b, 1)),
}

WAYS = [
    *_WRITTEN,
    (Collective.ALL_TO_ALL, Algorithm.HIERARCHICAL),
    (Collective.COMBINE, Algorithm.HIERARCHICAL),
]
"""Collectives that are written down here."""


def written(
    op: Collective,
    algorithm: Algorithm,
    members: Members,
    payload: float,
    wanted: FloatArray | None = None,
) -> Written:
    """Return one step of every phase of a collective; `wanted` in the order of the members."""
    if (op, algorithm) in _WRITTEN:
        return _WRITTEN[op, algorithm](members, payload)
    share = np.ones(members.size) if wanted is None else wanted / wanted.mean()
    return _two_level(members, payload, share, is_reversed=op is Collective.COMBINE)
