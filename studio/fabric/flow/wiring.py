"""Cables as arcs in compressed rows: who is joined to whom; knows no state and no bandwidth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import IntArray


@dataclass(frozen=True, eq=False)
class Wiring:
    """Who is joined to whom, in compressed rows; shared by all edits of a graph."""

    source: IntArray
    """Shape (arcs,), ascending: arcs are stored by their source vertex."""
    target: IntArray
    """Shape (arcs,)."""
    cable: IntArray
    """Shape (arcs,): the cable an arc is a direction of."""
    first: IntArray
    """Shape (vertices + 1,): arcs of vertex v are first[v]:first[v + 1]."""
    arcs_of_cable: IntArray
    """Shape (cables, 2): arc from end a to end b, and back."""

    @property
    def vertex_count(self) -> int:
        """Number of vertices."""
        return len(self.first) - 1

    def reverse(self) -> IntArray:
        """Return the opposite arc of every arc."""
        opposite = np.empty(len(self.source), dtype=np.int64)
        opposite[self.arcs_of_cable[:, 0]] = self.arcs_of_cable[:, 1]
        opposite[self.arcs_of_cable[:, 1]] = self.arcs_of_cable[:, 0]
        return opposite

    def arcs_from(self, vertices: IntArray) -> tuple[IntArray, IntArray]:
        """Return the arcs that leave `vertices`, and for each arc the position of its vertex."""
        return ranges(self.first[vertices], self.first[vertices + 1])


def ranges(start: IntArray, stop: IntArray) -> tuple[IntArray, IntArray]:
    """Return all integers of the given ranges in a row, and which range each belongs to."""
    length = stop - start
    owner = np.repeat(np.arange(len(start), dtype=np.int64), length)
    offset = np.cumsum(length) - length
    return np.arange(len(owner), dtype=np.int64) - offset[owner] + start[owner], owner


def wire(ends: IntArray, vertices: int) -> Wiring:
    """Return the arcs of cables, whose ends are of shape (cables, 2)."""
    count = len(ends)
    source = np.concatenate([ends[:, 0], ends[:, 1]])
    target = np.concatenate([ends[:, 1], ends[:, 0]])
    order = np.lexsort((target, source))
    position = np.empty(2 * count, dtype=np.int64)
    position[order] = np.arange(2 * count)
    first = np.zeros(vertices + 1, dtype=np.int64)
    np.cumsum(np.bincount(source, minlength=vertices), out=first[1:])
    return Wiring(
        source=source[order],
        target=target[order],
        cable=order % count if count else order,
        first=first,
        arcs_of_cable=np.stack([position[:count], position[count:]], axis=1),
    )
