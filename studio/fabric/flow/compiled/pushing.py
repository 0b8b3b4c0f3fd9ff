"""Loads pushed along shortest paths to several destinations side by side, compiled.

What `routing` and `loads` do with arrays of hops. A lane is one destination of a block; every
array holds the lanes of a class next to each other, so that the innermost loops run over them in
vector registers. Classes, arcs and twins are as in `Quotient` and `Routes`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray, ShortArray
from studio.fabric.flow.compiled.jit import NET, kernel
from studio.fabric.flow.compiled.routing import FAR, Net

LANES = 16
_SUMS = {"reassoc", "contract", "nsz"}
"""Sums may be taken in any order."""


class Block(NamedTuple):
    """Shortest paths to the destinations of a block, lane by lane."""

    destination: IntArray
    """Shape (lanes,): classes."""
    hops: ShortArray
    """Shape (classes, lanes): `FAR` where there is no path."""
    ways: FloatArray
    """Shape (classes, lanes): weight of all next hops together."""
    late: FloatArray
    """Shape (classes, lanes): longest latency among the paths. [s]"""
    amount: FloatArray
    """Shape (classes, lanes): what is still to be passed on. [byte]"""


@kernel(allocates=False)
def _is_at(hops: ShortArray, level: np.int16) -> bool:
    """Tell whether any lane has so many hops to go."""
    found = False
    for b in range(len(hops)):
        found |= hops[b] == level
    return found


@kernel(allocates=False)
def _search(net: Net, block: Block) -> int:
    """Search breadth-first against the arcs from all destinations; return the most hops."""
    hops, lanes = block.hops, len(block.destination)
    first_in, source_in, is_transit = net.first_in, net.source_in, net.is_transit
    far = np.int16(FAR)
    hops[:] = far
    for b in range(lanes):
        hops[block.destination[b], b] = 0
    level, is_found = 0, True
    while is_found:
        level, is_found = level + 1, False
        now, after = np.int16(level), np.int16(level - 1)
        for head in range(len(is_transit)):
            there = hops[head]
            if not (is_transit[head] or level == 1) or not _is_at(there, after):
                continue
            for k in range(first_in[head], first_in[head + 1]):
                here = hops[source_in[k]]
                for b in range(lanes):
                    is_new = (there[b] == after) & (here[b] == far)
                    here[b] = now if is_new else here[b]
                    is_found |= is_new
    return level - 1


@kernel(relaxed=_SUMS, allocates=False)
def _count_ways(net: Net, block: Block, most: int) -> None:
    """Sum the weights of the next hops of every class, and follow the longest latency."""
    destination, hops, ways, late, _ = block
    first_out, target, weight, latency = net.first_out, net.target, net.weight, net.latency
    is_transit, size, lanes = net.is_transit, net.size, len(destination)
    ways[:], late[:] = 0.0, 0.0
    for level in range(1, most + 1):
        now, after = np.int16(level), np.int16(level - 1)
        for tail in range(len(is_transit)):
            here, mine, my_late = hops[tail], ways[tail], late[tail]
            if not _is_at(here, now):
                continue
            for arc in range(first_out[tail], first_out[tail + 1]):
                head = target[arc]
                if not (is_transit[head] or level == 1):
                    continue
                # One member of the destination is meant; its twins are not on the way to it.
                share = weight[arc] / size[head] if level == 1 else weight[arc]
                there, since, more = hops[head], late[head], latency[arc]
                for b in range(lanes):
                    is_next = (here[b] == now) & (there[b] == after)
                    mine[b] += share if is_next else 0.0
                    my_late[b] = max(my_late[b], since[b] + more if is_next else 0.0)


@kernel(relaxed=_SUMS)
def _pass_on(net: Net, block: Block, most: int, load: FloatArray) -> None:
    """Move what is at the classes to the destinations, the farthest first."""
    destination, hops, ways, _, amount = block
    first_out, target, weight = net.first_out, net.target, net.weight
    is_transit, size, lanes = net.is_transit, net.size, len(destination)
    unit = np.zeros(lanes)
    for level in range(most, 0, -1):
        now, after = np.int16(level), np.int16(level - 1)
        for tail in range(len(is_transit)):
            here, mine, my_ways = hops[tail], amount[tail], ways[tail]
            if not _is_at(here, now):
                continue
            for b in range(lanes):
                unit[b] = mine[b] / my_ways[b] if here[b] == now else 0.0
            for arc in range(first_out[tail], first_out[tail + 1]):
                head = target[arc]
                if not (is_transit[head] or level == 1):
                    continue
                share = weight[arc] / size[head] if level == 1 else weight[arc]
                there, theirs, total = hops[head], amount[head], 0.0
                for b in range(lanes):
                    moved = unit[b] * share if there[b] == after else 0.0
                    theirs[b] += moved
                    total += moved
                load[arc] += total


@kernel(allocates=False)
def _leave_twins(
    net: Net, block: Block, b: int, sent: float, load: FloatArray
) -> tuple[int, float]:
    """Put what a destination's twins send it on their first hops; return hops and latency."""
    to, far = block.destination[b], FAR
    nearest, ways, late = far, 0.0, 0.0
    for arc in range(net.first_out[to], net.first_out[to + 1]):
        head = net.target[arc]
        left = int(block.hops[head, b])
        if net.is_transit[head] and left < nearest:
            nearest, ways, late = left, 0.0, 0.0
        if net.is_transit[head] and left == nearest and left < far:
            ways += net.weight[arc]
            late = max(late, block.late[head, b] + net.latency[arc])
    for arc in range(net.first_out[to], net.first_out[to + 1]):
        head = net.target[arc]
        if net.is_transit[head] and block.hops[head, b] == nearest and nearest < far:
            moved = sent * net.weight[arc] / ways
            load[arc] += moved
            block.amount[head, b] += moved
    return (nearest + 1 if nearest < far else far), late


@kernel(f"Tuple((f8[::1], i8, f8, i8, i8))({NET}, i8[::1], f8[::1], f8[::1], f8[::1])")
def push_towards(
    net: Net, destination: IntArray, members: FloatArray, send: FloatArray, weight: FloatArray
) -> tuple[FloatArray, int, float, int, int]:
    """Return the load of every arc class when all ranks send to all destinations.

    Parameters
    ----------
    net :
        Fields of a `Net`, in turn.
    destination :
        Shape (columns,): classes.
    members, send :
        Shape (classes,): ranks of a class, and what one sends.
    weight :
        Shape (columns,): destinations that a column stands for, times their popularity.

    Returns
    -------
    Shape (arcs,): total over all real arcs of a class. [byte]
    Most hops. Longest latency. [s]
    A class and a destination between which there is no path; -1 and -1 where none is missing.
    """
    net = Net(*net)
    classes = len(net.size)
    sources = np.flatnonzero(members > 0)
    load = np.zeros(len(net.target))
    most, longest = 0, 0.0
    for begin in range(0, len(destination), LANES):
        lanes = min(LANES, len(destination) - begin)
        block = Block(
            destination[begin : begin + lanes],
            np.empty((classes, lanes), dtype=np.int16),
            np.empty((classes, lanes)),
            np.empty((classes, lanes)),
            np.zeros((classes, lanes)),
        )
        farthest = _search(net, block)
        _count_ways(net, block, farthest)
        for b in range(lanes):
            to = block.destination[b]
            scale = weight[begin + b]
            for v in sources:
                if v == to:
                    continue
                if block.hops[v, b] == FAR:
                    return load, int(most), longest, int(v), int(to)
                block.amount[v, b] += members[v] * send[v] * scale
                most, longest = max(most, block.hops[v, b]), max(longest, block.late[v, b])
            if members[to] > 1:
                sent = (members[to] - 1) * send[to] * scale
                hops, late = _leave_twins(net, block, b, sent, load)
                if hops == FAR:
                    return load, int(most), longest, int(to), int(to)
                most, longest = max(most, hops), max(longest, late)
        _pass_on(net, block, farthest, load)
    return load, int(most), longest, -1, -1
