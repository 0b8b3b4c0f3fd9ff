"""Rows that flows load, from the shares of the pairs they follow, compiled.

What `placed` does with arrays. Classes, arcs and twins are as in `Quotient`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.compiled.jit import NET, kernel
from studio.fabric.flow.compiled.routing import Net


class Own(NamedTuple):
    """Where the rows of the arcs that endpoints share with no twin are numbered."""

    first: IntArray
    """Shape (vertices,): rows of vertex v are row[first[v]:], its ways out before its ways in."""
    row: IntArray
    """-1 until a flow uses it."""
    place_in: IntArray
    """Shape (arcs,): position of each arc class among those into its target."""


@kernel()
def _own(net: Net, colour: IntArray, source: IntArray, target: IntArray) -> Own:
    first = np.full(len(colour), -1, dtype=np.int64)
    room = 0
    for ends in (source, target):
        for vertex in ends:
            if first[vertex] < 0:
                first[vertex] = room
                own = colour[vertex]
                room += net.first_out[own + 1] - net.first_out[own]
                room += net.first_in[own + 1] - net.first_in[own]
    place_in = np.empty(len(net.target), dtype=np.int64)
    for vertex in range(len(net.size)):
        for k in range(net.first_in[vertex], net.first_in[vertex + 1]):
            place_in[net.arc_in[k]] = k - net.first_in[vertex]
    return Own(first, np.full(room, -1, dtype=np.int64), place_in)


@kernel(
    f"Tuple((i8[::1], i8[::1], f8[::1], i8[::1], i8[::1]))"
    f"({NET}, i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], f8[::1])"
)
def lay_rows(
    net: Net,
    arc_source: IntArray,
    fan: IntArray,
    colour: IntArray,
    source: IntArray,
    target: IntArray,
    route: IntArray,
    first: IntArray,
    arc: IntArray,
    part: FloatArray,
) -> tuple[IntArray, IntArray, FloatArray, IntArray, IntArray]:
    """Return the entries of every flow, and what its rows are.

    Parameters
    ----------
    net :
        Fields of a `Net`, in turn.
    arc_source, fan :
        Shape (arcs,): as in `Quotient`.
    colour :
        Shape (vertices,): class of each.
    source, target, route :
        Shape (flows,): vertices, and which route a flow follows.
    first, arc, part :
        Entries of route r are first[r]:first[r + 1]: arc classes and parts.

    Returns
    -------
    Shape (flows + 1,): entries of flow f are first[f]:first[f + 1]. Shape (entries,): row.
    Shape (entries,): load of one arc of the row. Shape (rows,): arc class. Shape (rows,): the
    endpoint whose own arcs the row is; -1 for a whole class.
    """
    net = Net(*net)
    own = _own(net, colour, source, target)
    flows, entries = len(source), 0
    for f in range(flows):
        entries += first[route[f] + 1] - first[route[f]]
    begin = np.zeros(flows + 1, dtype=np.int64)
    row, load = np.empty(entries, dtype=np.int64), np.empty(entries)
    row_arc, row_vertex = np.empty(entries, dtype=np.int64), np.empty(entries, dtype=np.int64)
    shared = np.full(len(net.target), -1, dtype=np.int64)
    used = rows = 0
    for f in range(flows):
        here, there = colour[source[f]], colour[target[f]]
        for k in range(first[route[f]], first[route[f] + 1]):
            a = arc[k]
            tail, head, alike, vertex = arc_source[a], net.target[a], fan[a], -1
            # A class of twins is never passed through, so an arc out of it is the sender's own.
            if tail == here and net.size[tail] > 1 and not net.is_transit[tail]:
                vertex = source[f]
                place = own.first[vertex] + a - net.first_out[tail]
            elif head == there and net.size[head] > 1 and not net.is_transit[head]:
                vertex = target[f]
                ways_out = net.first_out[head + 1] - net.first_out[head]
                place = own.first[vertex] + ways_out + own.place_in[a]
                alike = net.size[tail] * fan[a] // net.size[head]
            else:
                alike *= net.size[tail]
                place = a
            numbers = shared if vertex < 0 else own.row
            if numbers[place] < 0:
                numbers[place] = rows
                row_arc[rows], row_vertex[rows] = a, vertex
                rows += 1
            row[used], load[used] = numbers[place], part[k] / alike
            used += 1
        begin[f + 1] = used
    return begin, row, load, row_arc[:rows].copy(), row_vertex[:rows].copy()
