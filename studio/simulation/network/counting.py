"""Bytes, hops and peers that each collective algorithm puts on each network level.

Pure counting, vectorised over candidates; knows no bandwidth, latency or library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray
from studio.simulation.network.traffic import Algorithm, Collective, Groups, Traffic

Counter = Callable[[FloatArray, Groups], Traffic]


def is_power_of_two(ranks: FloatArray) -> BoolArray:
    """Return where a rank count is a power of two."""
    exponent = np.log2(np.maximum(ranks, 1))
    return np.asarray(exponent == np.round(exponent))


def _log2_ceil(ranks: FloatArray) -> FloatArray:
    return np.ceil(np.log2(np.maximum(ranks, 1)) - 1e-9)


def _ring_hops(groups: Groups) -> list[FloatArray]:
    """Hops of one lap at each level: rings enter and leave every domain once."""
    size = groups.size
    return [size / groups.inner(i) - size / groups.inner(i + 1) for i in range(len(groups.ranks))]


def _ring_shares(groups: Groups) -> list[FloatArray]:
    """Share of a rank's ring traffic that leaves through each level.

    As many rings as a domain has ranks turn at once, each leaving through another rank, so one
    rank in `inner` is the exit of its domain.
    """
    size = groups.size
    shares = []
    for i in range(len(groups.ranks)):
        is_outermost = groups.inner(i + 1) == size
        beyond = np.where(is_outermost, 0.0, 1 / groups.inner(i + 1))
        shares.append(np.where(groups.ranks[i] > 1, 1 / groups.inner(i) - beyond, 0.0))
    return shares


def _ring(laps: float, pipeline: bool = True) -> Counter:
    def count(payload: FloatArray, groups: Groups) -> Traffic:
        size = groups.size
        sent = laps * payload * (size - 1) / size
        zero = np.zeros(np.shape(sent))
        return Traffic(
            tuple(sent * share for share in _ring_shares(groups)),
            tuple(laps * hops for hops in _ring_hops(groups)),
            tuple(zero for _ in groups.ranks),
            payload / size,
            pipeline,
        )

    return count


def _ring_broadcast(payload: FloatArray, groups: Groups) -> Traffic:
    zero = np.zeros(np.shape(payload))
    return Traffic(
        tuple(payload * share for share in _ring_shares(groups)),
        tuple(_ring_hops(groups)),
        tuple(zero for _ in groups.ranks),
        zero,
        is_pipelined=True,
    )


def _tree(passes: float) -> Counter:
    def count(payload: FloatArray, groups: Groups) -> Traffic:
        zero = np.zeros(np.shape(payload))
        wire = [
            np.where(ranks > 1, passes * payload / groups.inner(i), 0.0)
            for i, ranks in enumerate(groups.ranks)
        ]
        hops = [passes * _log2_ceil(ranks) for ranks in groups.ranks]
        innermost = groups.ranks[0]
        is_chain = innermost <= groups.chain_ranks
        hops[0] = np.where(is_chain, passes * (innermost - 1), hops[0])
        return Traffic(tuple(wire), tuple(hops), tuple(zero for _ in wire), zero, is_pipelined=True)

    return count


def _halving(laps: int) -> Counter:
    """Recursive halving and doubling among a power of two, into which the others fold first.

    What was folded in comes out again at the end: a whole result, or of a scatter what one owns.
    """

    def count(payload: FloatArray, groups: Groups) -> Traffic:
        wire, hops = [], []
        for i, ranks in enumerate(groups.ranks):
            part = payload / groups.inner(i)
            bits = np.floor(np.log2(ranks) + 1e-9)
            surplus = np.where(is_power_of_two(ranks), 0.0, 1.0)
            swapped = _swapped_once(ranks, bits) if laps == 1 else 1 - np.exp2(-bits)
            unfolded = 1.0 if laps == 2 else 1 / ranks
            wire.append(part * (laps * swapped + surplus * (1 + unfolded)))
            hops.append(laps * bits + 2 * surplus)
        zero = np.zeros(np.shape(payload))
        return Traffic(
            tuple(wire),
            tuple(hops),
            tuple(zero for _ in wire),
            payload / groups.size,
            is_pipelined=False,
        )

    return count


def _swapped_once(ranks: FloatArray, bits: FloatArray) -> FloatArray:
    """Return what the busiest rank gives away as a power of two of ranks halve a buffer. [1].

    Of n ranks, w of them take part, and those who folded another in own two parts: at a distance
    of d a rank gives w / 2d and as many more as there are doubles among them, rounded up.
    """
    whole = np.exp2(bits)
    given = whole - 1
    for bit in range(int(np.max(bits, initial=0))):
        apart = 2.0 ** (bit + 1)
        given = given + np.where(apart <= whole, np.ceil((ranks - whole) / apart), 0.0)
    return given / ranks


def _by_level(laps: float, is_direct: bool) -> Counter:
    """One exchange per level on a shrinking part: rings inside a level, or all peers at once."""

    def count(payload: FloatArray, groups: Groups) -> Traffic:
        wire, hops, peers = [], [], []
        for i, ranks in enumerate(groups.ranks):
            part = payload / groups.inner(i)
            wire.append(laps * part * (ranks - 1) / ranks)
            hops.append(laps * (np.minimum(ranks - 1, 1) if is_direct else ranks - 1))
            peers.append(laps * (ranks - 1) if is_direct else np.zeros(np.shape(ranks)))
        return Traffic(
            tuple(wire), tuple(hops), tuple(peers), payload / groups.size, is_pipelined=False
        )

    return count


def _in_network_all_reduce(payload: FloatArray, groups: Groups) -> Traffic:
    """Each rank reads its reduced 1/n out of the switch while the switch reads all of its data.

    One direction of a rank's port so carries (1 + 1/n) of the buffer. Levels beyond the scale-up
    plane work on the part that one rank reduced.
    """
    wire: list[FloatArray] = []
    hops: list[FloatArray] = []
    up = groups.scale_up_levels
    inside = groups.inner(up)
    outside = groups.size / inside
    outermost = _outermost(groups.ranks[:up])
    for i, ranks in enumerate(groups.ranks):
        if i < up:
            is_used = (outermost == i) & (ranks > 1)
            wire.append(np.where(is_used, payload * (1 + 1 / inside), 0.0))
        else:
            is_used = (_outermost(groups.ranks) == i) & (ranks > 1)
            wire.append(np.where(is_used, payload / inside * (1 + 1 / outside), 0.0))
        hops.append(np.where(is_used, 2.0, 0.0))
    zero = np.zeros(np.shape(payload))
    return Traffic(
        tuple(wire),
        tuple(hops),
        tuple(zero for _ in wire),
        zero,
        is_pipelined=True,
        in_network_byte=tuple(wire),
    )


def _outermost(ranks: Sequence[FloatArray]) -> FloatArray:
    """Return the index of the outermost level on which a group has more than one rank."""
    index = np.full((), -1.0)
    for i, count in enumerate(ranks):
        index = np.where(count > 1, float(i), index)
    return index


def _point_to_point(payload: FloatArray, groups: Groups) -> Traffic:
    last = _outermost(groups.ranks)
    wire = [np.where(last == i, payload, 0.0) for i in range(len(groups.ranks))]
    hops = [np.where(last == i, 1.0, 0.0) for i in range(len(groups.ranks))]
    zero = np.zeros(np.shape(payload))
    return Traffic(tuple(wire), tuple(hops), tuple(zero for _ in wire), zero, is_pipelined=False)


def _direct_exchange(payload: FloatArray, groups: Groups) -> Traffic:
    """Every rank writes to every other: what leaves through a level is what is addressed there."""
    size = groups.size
    peers = [groups.inner(i + 1) - groups.inner(i) for i in range(len(groups.ranks))]
    wire = [payload * count / size for count in peers]
    last = _outermost(groups.ranks)
    hops = [np.where(last == i, 1.0, 0.0) for i in range(len(groups.ranks))]
    return Traffic(tuple(wire), tuple(hops), tuple(peers), payload / size, is_pipelined=True)


def _hierarchical_exchange(payload: FloatArray, groups: Groups) -> Traffic:
    """Sort inside a level first, then exchange with the same rank of every other domain."""
    wire = [payload * (ranks - 1) / ranks for ranks in groups.ranks]
    hops = [np.minimum(ranks - 1, 1.0) for ranks in groups.ranks]
    peers = [ranks - 1 for ranks in groups.ranks]
    return Traffic(
        tuple(wire), tuple(hops), tuple(peers), payload / groups.size, is_pipelined=False
    )


_EXCHANGE: Mapping[Algorithm, Counter] = {
    Algorithm.DIRECT: _direct_exchange,
    Algorithm.HIERARCHICAL: _hierarchical_exchange,
}
COUNTERS: Mapping[Collective, Mapping[Algorithm, Counter]] = {
    Collective.ALL_REDUCE: {
        Algorithm.RING: _ring(2.0),
        Algorithm.TREE: _tree(2.0),
        Algorithm.HALVING_DOUBLING: _halving(2),
        Algorithm.HIERARCHICAL: _by_level(2.0, is_direct=False),
        Algorithm.DIRECT: _by_level(2.0, is_direct=True),
        Algorithm.IN_NETWORK: _in_network_all_reduce,
    },
    Collective.REDUCE_SCATTER: {
        Algorithm.RING: _ring(1.0),
        Algorithm.HALVING_DOUBLING: _halving(1),
        Algorithm.HIERARCHICAL: _by_level(1.0, is_direct=False),
        Algorithm.DIRECT: _by_level(1.0, is_direct=True),
    },
    Collective.ALL_GATHER: {
        Algorithm.RING: _ring(1.0),
        Algorithm.HALVING_DOUBLING: _halving(1),
        Algorithm.HIERARCHICAL: _by_level(1.0, is_direct=False),
        Algorithm.DIRECT: _by_level(1.0, is_direct=True),
    },
    Collective.ALL_TO_ALL: _EXCHANGE,
    Collective.BROADCAST: {
        Algorithm.RING: _ring_broadcast,
        Algorithm.TREE: _tree(1.0),
        # Scatter, then gather: what a reduce-scatter and an all-gather move.
        Algorithm.DIRECT: _by_level(2.0, is_direct=True),
    },
    Collective.POINT_TO_POINT: {Algorithm.DIRECT: _point_to_point},
    Collective.DISPATCH: _EXCHANGE,
    Collective.COMBINE: _EXCHANGE,
}
"""Algorithms that can carry out each collective."""
