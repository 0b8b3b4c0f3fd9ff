"""Shortest-path shares of one pair of classes after another, met in the middle, compiled.

What `local` does with arrays over many pairs at once. Classes, arcs and twins are as in
`Quotient`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.compiled.jit import NET, kernel
from studio.fabric.flow.compiled.routing import FAR, Net, doubled


class Side(NamedTuple):
    """What a search from one end has reached; fields of a class count for the pair it names."""

    pair: IntArray
    """Shape (classes,): the last pair that reached the class."""
    depth: IntArray
    """Shape (classes,): hops from the end."""
    queue: IntArray
    """Shape (classes + 1,): classes reached, nearest first."""


class Trail(NamedTuple):
    """Hops of shortest paths found so far, as one chain for every class they leave."""

    pair: IntArray
    """Shape (classes,): the last pair that has a chain here."""
    last: IntArray
    """Shape (classes,): the hop added last."""
    arc: IntArray
    """Shape (hops,)."""
    before: IntArray
    """Shape (hops,): the hop of the same chain added before; -1 for the first."""


class Going(NamedTuple):
    """What is on its way, by class."""

    amount: FloatArray
    """Shape (classes,): zero where nothing is."""
    late: FloatArray
    """Shape (classes,). [s]"""
    queue: IntArray
    """Shape (classes + 2,)."""


@kernel(allocates=False)
def _degrees(first: IntArray, queue: IntArray, begin: int, end: int) -> int:
    total = 0
    for k in range(begin, end):
        total += first[queue[k] + 1] - first[queue[k]]
    return total


@kernel(allocates=False)
def _add(trail: Trail, pair: int, tail: int, arc: int, used: int) -> int:
    trail.arc[used] = arc
    trail.before[used] = trail.last[tail] if trail.pair[tail] == pair else -1
    trail.last[tail], trail.pair[tail] = used, pair
    return used + 1


@kernel(allocates=False)
def _step_out(
    net: Net, behind: Side, pair: int, to: int, bounds: tuple[int, int, int], out: IntArray
) -> tuple[int, int]:
    """Take the arcs out of a layer of the search from the source.

    Returns the end of the next layer in the queue, and the arcs taken, listed in `out`.
    """
    begin, end, depth = bounds
    reached, taken = end, 0
    for k in range(begin, end):
        tail = behind.queue[k]
        for arc in range(net.first_out[tail], net.first_out[tail + 1]):
            head = net.target[arc]
            if not (net.is_transit[head] or head == to):
                continue
            if behind.pair[head] != pair:
                behind.pair[head], behind.depth[head] = pair, depth
                behind.queue[reached] = head
                reached += 1
            if behind.depth[head] == depth:
                out[taken] = arc
                taken += 1
    return reached, taken


@kernel(allocates=False)
def _step_in(
    net: Net, ahead: Side, trail: Trail, pair: int, bounds: tuple[int, int, int], used: int
) -> tuple[int, int]:
    """Take the arcs into a layer of the search from the target, all on shortest paths to it.

    Returns the end of the next layer in the queue, and the hops of the trail.
    """
    begin, end, depth = bounds
    reached = end
    for k in range(begin, end):
        head = ahead.queue[k]
        for place in range(net.first_in[head], net.first_in[head + 1]):
            tail = net.source_in[place]
            if not net.is_transit[tail]:
                continue
            if ahead.pair[tail] != pair:
                ahead.pair[tail], ahead.depth[tail] = pair, depth
                ahead.queue[reached] = tail
                reached += 1
            if ahead.depth[tail] == depth:
                used = _add(trail, pair, tail, net.arc_in[place], used)
    return reached, used


@kernel(allocates=False)
def _is_met(one: Side, depth: int, other: Side, pair: int, begin: int, end: int) -> bool:
    """Tell whether a layer of one search holds a class of the other's outermost layer."""
    for k in range(begin, end):
        place = one.queue[k]
        if other.pair[place] == pair and other.depth[place] == depth:
            return True
    return False


@kernel(allocates=False)
def _find(
    net: Net,
    sides: tuple[Side, Side],
    trail: Trail,
    source: IntArray,
    out: IntArray,
    ends: tuple[int, int, int],
) -> int:
    """Search from both ends by turns until they meet; return the hops, `FAR` without a path.

    The trail then holds the hops of all shortest paths. Hops beyond the meeting places that no
    path uses may be among them; nothing reaches those.
    """
    behind, ahead = sides
    pair, start, to = ends
    # The start itself counts as not reached: twins of the target may be where it is.
    behind.queue[0] = start
    behind_begin, behind_end, behind_depth = 0, 1, 0
    ahead.queue[0], ahead.pair[to], ahead.depth[to] = to, pair, 0
    ahead_begin, ahead_end, ahead_depth = 0, 1, 0
    taken, used, is_met = 0, 0, False
    while not is_met and behind_begin < behind_end and ahead_begin < ahead_end:
        into = _degrees(net.first_in, ahead.queue, ahead_begin, ahead_end)
        beyond = _degrees(net.first_out, behind.queue, behind_begin, behind_end)
        if behind_depth > 0 and into <= beyond:
            ahead_depth += 1
            bounds = (ahead_begin, ahead_end, ahead_depth)
            ahead_begin = ahead_end
            ahead_end, used = _step_in(net, ahead, trail, pair, bounds, used)
            is_met = _is_met(ahead, behind_depth, behind, pair, ahead_begin, ahead_end)
        else:
            behind_depth += 1
            bounds = (behind_begin, behind_end, behind_depth)
            behind_begin = behind_end
            behind_end, more = _step_out(net, behind, pair, to, bounds, out[taken:])
            taken += more
            is_met = _is_met(behind, ahead_depth, ahead, pair, behind_begin, behind_end)
    if not is_met:
        return FAR
    hops = behind_depth + ahead_depth
    # From the meeting places back to the start: what leads there is on a shortest path.
    for k in range(taken - 1, -1, -1):
        head, tail = net.target[out[k]], source[out[k]]
        depth = behind.depth[head]
        if ahead.pair[head] == pair and ahead.depth[head] == hops - depth:
            used = _add(trail, pair, tail, out[k], used)
            if depth > 1:
                ahead.pair[tail], ahead.depth[tail] = pair, hops - depth + 1
    return hops


@kernel(allocates=False)
def _walk(
    net: Net, trail: Trail, going: Going, ends: tuple[int, int], arcs: IntArray, parts: FloatArray
) -> tuple[int, float]:
    """Send one unit along the hops of a trail; return the entries and the longest latency."""
    start, to = ends
    amount, late, queue = going
    queue[0], amount[start], late[start] = start, 1.0, 0.0
    at, count, used = 0, 1, 0
    while at < count:
        tail = queue[at]
        at += 1
        if tail == to and at > 1:
            continue
        here, since, amount[tail] = amount[tail], late[tail], 0.0
        begin, total = used, 0.0
        hop = trail.last[tail]
        while hop >= 0:
            arc = trail.arc[hop]
            members = net.size[to] if net.target[arc] == to else 1
            arcs[used], parts[used] = arc, net.weight[arc] / members
            total += parts[used]
            used += 1
            hop = trail.before[hop]
        for k in range(begin, used):
            head, moved = net.target[arcs[k]], here * parts[k] / total
            parts[k] = moved
            if amount[head] == 0.0:
                queue[count], late[head] = head, 0.0
                count += 1
            amount[head] += moved
            late[head] = max(late[head], since + net.latency[arcs[k]])
    amount[to] = 0.0
    return used, late[to]


@kernel()
def _side(classes: int) -> Side:
    return Side(
        np.full(classes, -1, dtype=np.int64),
        np.empty(classes, dtype=np.int64),
        np.empty(classes + 1, dtype=np.int64),
    )


@kernel(f"Tuple((i8[::1], i8[::1], f8[::1], i8[::1], f8[::1]))({NET}, i8[::1], i8[::1], i8[::1])")
def route_pairs(
    net: Net, arc_source: IntArray, source: IntArray, target: IntArray
) -> tuple[IntArray, IntArray, FloatArray, IntArray, FloatArray]:
    """Return the share of every arc class in one flow of rate 1 for every pair of classes.

    Parameters
    ----------
    net :
        Fields of a `Net`, in turn.
    arc_source :
        Shape (arcs,).
    source, target :
        Shape (pairs,): classes. The same class twice means two of its members.

    Returns
    -------
    Shape (pairs + 1,): entries of pair p are first[p]:first[p + 1]. Shape (entries,): arc class.
    Shape (entries,): part. Shape (pairs,): hops, `FAR` without a path. Shape (pairs,): latency [s].
    """
    net = Net(*net)
    classes, room = len(net.size), len(net.target)
    sides = (_side(classes), _side(classes))
    marks = np.full(classes, -1, dtype=np.int64)
    # Either search takes an arc once.
    trail = Trail(
        marks,
        np.empty(classes, dtype=np.int64),
        np.empty(2 * room, dtype=np.int64),
        np.empty(2 * room, dtype=np.int64),
    )
    out = np.empty(room, dtype=np.int64)
    going = Going(np.zeros(classes), np.zeros(classes), np.empty(classes + 2, dtype=np.int64))
    first = np.zeros(len(source) + 1, dtype=np.int64)
    hops, late = np.empty(len(source), dtype=np.int64), np.zeros(len(source))
    arcs, parts = np.empty(room + 4 * len(source), dtype=np.int64), np.empty(room + 4 * len(source))
    used = 0
    for pair in range(len(source)):
        start, to = source[pair], target[pair]
        hops[pair] = _find(net, sides, trail, arc_source, out, (pair, start, to))
        if hops[pair] < FAR:
            if used + room > len(arcs):
                arcs, parts = doubled(arcs, parts, used, room)
            more, late[pair] = _walk(net, trail, going, (start, to), arcs[used:], parts[used:])
            used += more
        first[pair + 1] = used
    return first, arcs[:used].copy(), parts[:used].copy(), hops, late
