"""Shortest-path shares towards one destination after another, compiled.

What `routing` and `loads` do with arrays over many destinations at once. Classes, arcs and twins
are as in `Quotient` and `Routes`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.compiled.jit import NET, kernel

FAR = np.iinfo(np.int16).max
"""As in `routing`."""


class Net(NamedTuple):
    """A quotient in compressed rows, outwards and inwards."""

    first_out: IntArray
    """Shape (classes + 1,): arcs of class v are first_out[v]:first_out[v + 1]."""
    target: IntArray
    """Shape (arcs,)."""
    first_in: IntArray
    """Shape (classes + 1,)."""
    arc_in: IntArray
    """Shape (arcs,): arcs in the order of their targets."""
    source_in: IntArray
    """Shape (arcs,): their sources."""
    weight: FloatArray
    """Shape (arcs,): how a member of the source shares among its next hops."""
    latency: FloatArray
    """Shape (arcs,). [s]"""
    size: IntArray
    """Shape (classes,): members."""
    is_transit: BoolArray
    """Shape (classes,)."""


class Tree(NamedTuple):
    """All shortest paths to a destination."""

    hops: IntArray
    """Shape (classes,): `FAR` where there is no path."""
    ways: FloatArray
    """Shape (classes,): weight of all next hops together."""
    late: FloatArray
    """Shape (classes,): longest latency among the paths. [s]"""
    order: IntArray
    """Shape (classes,): classes reached, nearest first."""


@kernel()
def _tree(classes: int) -> Tree:
    return Tree(
        np.empty(classes, dtype=np.int64),
        np.empty(classes),
        np.empty(classes),
        np.empty(classes, dtype=np.int64),
    )


@kernel(allocates=False)
def _search(net: Net, tree: Tree, destination: int) -> int:
    """Search breadth-first from a destination against the arcs; return the classes reached."""
    hops, ways, late, order = tree
    first_in, arc_in, source_in = net.first_in, net.arc_in, net.source_in
    weight, latency, is_transit = net.weight, net.latency, net.is_transit
    hops[:] = FAR
    hops[destination], late[destination], order[0] = 0, 0.0, destination
    reached, at = 1, 0
    while at < reached:
        head = order[at]
        at += 1
        if head != destination and not is_transit[head]:
            continue
        # One member of the destination is meant; its twins are not on the way to it.
        members = net.size[head] if head == destination else 1
        beyond, since = hops[head] + 1, late[head]
        for k in range(first_in[head], first_in[head + 1]):
            tail = source_in[k]
            if hops[tail] == FAR:
                hops[tail], ways[tail], late[tail] = beyond, 0.0, 0.0
                order[reached] = tail
                reached += 1
            if hops[tail] == beyond:
                arc = arc_in[k]
                ways[tail] += weight[arc] / members
                late[tail] = max(late[tail], since + latency[arc])
    return reached


@kernel(allocates=False)
def _fellow(net: Net, tree: Tree, destination: int) -> tuple[int, float, float]:
    """Return hops, weight of all first hops and latency from a twin of the destination to it."""
    hops, ways, late = FAR, 0.0, 0.0
    for arc in range(net.first_out[destination], net.first_out[destination + 1]):
        head = net.target[arc]
        if net.is_transit[head] and tree.hops[head] < hops:
            hops, ways, late = tree.hops[head], 0.0, 0.0
        if net.is_transit[head] and tree.hops[head] == hops and hops < FAR:
            ways += net.weight[arc]
            late = max(late, tree.late[head] + net.latency[arc])
    return (hops + 1 if hops < FAR else FAR), ways, late


class Ways(NamedTuple):
    """The next hops of every class on shortest paths to a destination."""

    begin: IntArray
    """Shape (classes + 1,): next hops of class v are begin[v]:begin[v + 1]."""
    arc: IntArray
    """Shape (arcs,)."""
    share: FloatArray
    """Shape (arcs,): part of what is at the class."""


@kernel(allocates=False)
def _find_ways(net: Net, tree: Tree, ways: Ways) -> None:
    first_out, target, weight = net.first_out, net.target, net.weight
    is_transit, hops, total = net.is_transit, tree.hops, tree.ways
    begin, next_arc, share = ways
    used = 0
    for tail in range(len(hops)):
        begin[tail] = used
        left = hops[tail] - 1
        for arc in range(first_out[tail], first_out[tail + 1]):
            head = target[arc]
            if hops[head] == left and (left == 0 or is_transit[head]):
                members = net.size[head] if left == 0 else 1
                next_arc[used], share[used] = arc, weight[arc] / (total[tail] * members)
                used += 1
    begin[len(hops)] = used


@kernel(allocates=False)
def _leave(
    net: Net, tree: Tree, to: int, hops: int, ways: float, arcs: IntArray, parts: FloatArray
) -> int:
    """List the first hops from a twin of the destination; return how many there are."""
    used = 0
    for arc in range(net.first_out[to], net.first_out[to + 1]):
        if net.is_transit[net.target[arc]] and tree.hops[net.target[arc]] == hops - 1:
            arcs[used], parts[used] = arc, net.weight[arc] / ways
            used += 1
    return used


@kernel(allocates=False)
def _walk(
    target: IntArray,
    ways: Ways,
    here: FloatArray,
    queue: IntArray,
    count: int,
    arcs: IntArray,
    parts: FloatArray,
) -> int:
    """Move what is at the first `count` classes of a queue to its end; return the entries."""
    begin, next_arc, share = ways
    at, used = 0, 0
    while at < count:
        tail = queue[at]
        at += 1
        amount, here[tail] = here[tail], 0.0
        for k in range(begin[tail], begin[tail + 1]):
            head = target[next_arc[k]]
            moved = amount * share[k]
            arcs[used], parts[used] = next_arc[k], moved
            used += 1
            if here[head] == 0.0:
                queue[count] = head
                count += 1
            here[head] += moved
    return used


@kernel()
def doubled(arcs: IntArray, parts: FloatArray, used: int, more: int) -> tuple[IntArray, FloatArray]:
    """Return twice the room and more, with the entries used so far."""
    larger = np.empty(2 * len(arcs) + more, dtype=np.int64), np.empty(2 * len(arcs) + more)
    # One by one: to compile the assignment of a slice takes three seconds.
    for k in range(used):
        larger[0][k], larger[1][k] = arcs[k], parts[k]
    return larger


@kernel(f"Tuple((i8[::1], i8[::1], f8[::1], i8[::1], f8[::1]))({NET}, i8[::1], i8[::1], i8[::1])")
def spread_towards(
    net: Net, destination: IntArray, first_flow: IntArray, start: IntArray
) -> tuple[IntArray, IntArray, FloatArray, IntArray, FloatArray]:
    """Return the share of every arc class in flows of rate 1.

    Parameters
    ----------
    net :
        Fields of a `Net`, in turn.
    destination :
        Shape (columns,): classes.
    first_flow :
        Shape (columns + 1,): flows to column c are first_flow[c]:first_flow[c + 1].
    start :
        Shape (flows,): class a flow leaves; the destination's own means one of its twins.

    Returns
    -------
    Shape (flows + 1,): entries of flow f are first[f]:first[f + 1]. Shape (entries,): arc class.
    Shape (entries,): part. Shape (flows,): hops, `FAR` without a path. Shape (flows,): latency [s].
    """
    net = Net(*net)
    classes, flows = len(net.size), len(start)
    tree = _tree(classes)
    here, queue = np.zeros(classes), np.empty(classes, dtype=np.int64)
    first = np.zeros(flows + 1, dtype=np.int64)
    hops, late = np.empty(flows, dtype=np.int64), np.zeros(flows)
    ways = Ways(
        np.empty(classes + 1, dtype=np.int64),
        np.empty(len(net.target), dtype=np.int64),
        np.empty(len(net.target)),
    )
    # No flow takes an arc twice.
    room = len(net.target)
    arcs, parts = np.empty(room + 4 * flows, dtype=np.int64), np.empty(room + 4 * flows)
    used = 0
    for column in range(len(destination)):
        to = destination[column]
        if first_flow[column] < first_flow[column + 1]:
            _search(net, tree, to)
            _find_ways(net, tree, ways)
        for flow in range(first_flow[column], first_flow[column + 1]):
            if used + room > len(arcs):
                arcs, parts = doubled(arcs, parts, used, room)
            tail, count = start[flow], 0
            if tail != to:
                hops[flow], late[flow] = tree.hops[tail], tree.late[tail]
                queue[0], here[tail], count = tail, 1.0, 1
            else:
                hops[flow], weight, late[flow] = _fellow(net, tree, to)
                leaving = _leave(net, tree, to, hops[flow], weight, arcs[used:], parts[used:])
                for k in range(used, used + leaving):
                    queue[count] = net.target[arcs[k]]
                    count += here[queue[count]] == 0.0
                    here[net.target[arcs[k]]] += parts[k]
                used += leaving
            used += _walk(net.target, ways, here, queue, count, arcs[used:], parts[used:])
            first[flow + 1] = used
    return first, arcs[:used].copy(), parts[:used].copy(), hops, late
