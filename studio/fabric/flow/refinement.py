"""Colour refinement: the coarsest partition in which alike vertices see alike surroundings.

Vertices of one colour have, for every kind of cable and every colour, the same number of working
cables into it. Knows no flow.

References
----------
[1] C. Berkholz, P. Bonsma, M. Grohe, "Tight Lower and Upper Bounds for the Complexity of
    Canonical Colour Refinement", Theory of Computing Systems 60, 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.compiled.loading import ready
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.hashing import HashArray, scrambled
from studio.fabric.flow.sorting import distinct

_SPREAD = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True, eq=False)
class Partition:
    """Colours of all vertices and what makes every colour distinct."""

    colour: IntArray
    """Shape (vertices,), 0 .. count - 1."""
    count: int
    signature: HashArray
    """Shape (vertices,): multiset of (kind, colour of neighbour), summed as words."""
    size: IntArray
    """Shape (count,): vertices of every colour."""


def surroundings(graph: Graph, word: HashArray, factor: HashArray) -> HashArray:
    """Return for every vertex the sum over its working cables of kind times neighbour word."""
    wiring = graph.wiring
    terms = word[wiring.target] * factor[wiring.cable]
    return row_sums(terms, wiring.first)


def row_sums(terms: HashArray, first: IntArray) -> HashArray:
    """Return the sums of terms first[n]:first[n + 1] for every n."""
    total = np.zeros(len(first) - 1, dtype=np.uint64)
    filled = np.flatnonzero(first[1:] > first[:-1])
    if len(filled):
        total[filled] = np.add.reduceat(terms, first[filled])
    return total


def refine(graph: Graph, initial: IntArray) -> Partition:
    """Return the coarsest stable partition that is finer than the initial colours.

    Parameters
    ----------
    graph :
        Both directions of a cable are alike, so that arcs out of a vertex describe both.
    initial :
        Shape (vertices,): vertices that must be told apart have different numbers.

    Notes
    -----
    Rounds of hashing; two different multisets collide with probability about vertices² / 2⁶⁴.
    """
    factor = graph.cable_word
    _, colour = np.unique(initial * 2 + graph.is_transit, return_inverse=True)
    count = int(colour.max()) + 1 if len(colour) else 0
    while True:
        signature = surroundings(graph, scrambled(np.arange(count))[colour], factor)
        key = signature * _SPREAD + scrambled(colour + (1 << 41))
        distinct, finer = np.unique(key, return_inverse=True)
        if len(distinct) == count:
            size = np.bincount(colour, minlength=count)
            return Partition(colour.astype(np.int64), count, signature, size)
        colour, count = finer.reshape(-1), len(distinct)


def refine_after_edit(partition: Partition, graph: Graph, touched: IntArray) -> Partition:
    """Return a stable partition of an edited graph, finer than the one before the edit.

    Parameters
    ----------
    partition :
        Stable for the graph before the edit.
    graph :
        After the edit; same wiring.
    touched :
        Vertices at the ends of the cables whose state or rating changed.

    Notes
    -----
    Only what the edit reaches is visited. The result is exact but may be finer than needed after
    a repair; refine from scratch now and then.
    """
    work = _Refining(partition, graph)
    vertices = distinct(touched)
    arcs, owner = graph.wiring.arcs_from(vertices)
    terms = (
        work.word(work.colour[graph.wiring.target[arcs]]) * work.factor[graph.wiring.cable[arcs]]
    )
    fresh = np.zeros(len(vertices), dtype=np.uint64)
    np.add.at(fresh, owner, terms)
    before = work.signature[vertices].copy()
    work.signature[vertices] = fresh
    changed = fresh != before
    return work.run_from_split(vertices[changed])


def individualised(partition: Partition, graph: Graph, vertex: int) -> Partition:
    """Return the partition refined after giving one vertex a colour of its own."""
    work = _Refining(partition, graph)
    if work.size[work.colour[vertex]] == 1:
        return partition
    moved = np.array([vertex], dtype=np.int64)
    return work.run_from_move(moved, work.recoloured(moved, np.zeros(1, dtype=np.int64)))


class _Refining:
    """The mutable state of one incremental refinement."""

    def __init__(self, partition: Partition, graph: Graph) -> None:
        self.graph = graph
        self.factor = graph.cable_word
        self.colour = partition.colour.copy()
        self.signature = partition.signature.copy()
        self.count = partition.count
        self.size = np.zeros(2 * len(self.colour) + 2, dtype=np.int64)
        self.size[: self.count] = partition.size

    def word(self, colours: IntArray) -> HashArray:
        return scrambled(colours)

    def recoloured(self, vertices: IntArray, group: IntArray) -> IntArray:
        """Give the groups of vertices new colours; return their old ones."""
        old = self.colour[vertices]
        fresh = self.count + group
        np.subtract.at(self.size, old, 1)
        np.add.at(self.size, fresh, 1)
        self.colour[vertices] = fresh
        self.count += int(group.max()) + 1
        return old

    def run_from_move(self, moved: IntArray, old: IntArray) -> Partition:
        """Tell neighbours of recoloured vertices, split them, and so on until nothing splits."""
        wiring = self.graph.wiring
        if (kernels := ready(0.0)) is not None:
            self.count = kernels.recolour(
                wiring.first,
                wiring.target,
                wiring.cable,
                self.factor,
                self.colour,
                self.signature,
                self.size,
                self.count,
                moved,
                old,
            )
            return self.result()
        while len(moved):
            arcs, owner = wiring.arcs_from(moved)
            change = self.word(self.colour[moved]) - self.word(old)
            neighbours = wiring.target[arcs]
            touched, position = np.unique(neighbours, return_inverse=True)
            total = np.zeros(len(touched), dtype=np.uint64)
            np.add.at(total, position.reshape(-1), change[owner] * self.factor[wiring.cable[arcs]])
            self.signature[touched] += total
            changed = total != 0
            moved, old = self._split(touched[changed])
        return self.result()

    def run_from_split(self, touched: IntArray) -> Partition:
        """Start from vertices whose signature changed."""
        moved, old = self._split(touched)
        return self.run_from_move(moved, old)

    def _split(self, touched: IntArray) -> tuple[IntArray, IntArray]:
        """Recolour vertices whose signature changed; return the moved ones and their old colours.

        Members of a colour shared one signature, so untouched ones still do and keep the colour.
        Where all were touched the largest group keeps it.
        """
        if not len(touched):
            return touched, touched
        colour = self.colour[touched]
        key = scrambled(colour + (1 << 41)) + self.signature[touched] * _SPREAD
        _, example, group, count = np.unique(
            key, return_index=True, return_inverse=True, return_counts=True
        )
        group = group.reshape(-1)
        group_colour = colour[example]
        touched_per_colour = np.zeros(self.count, dtype=np.int64)
        np.add.at(touched_per_colour, colour, 1)
        all_touched = touched_per_colour[group_colour] == self.size[group_colour]
        keeps = np.zeros(len(example), dtype=np.bool_)
        order = np.lexsort((count, group_colour))
        is_last = np.append(group_colour[order][1:] != group_colour[order][:-1], True)
        keeps[order[is_last]] = True
        keeps &= all_touched
        fresh = np.cumsum(~keeps) - 1
        moves = ~keeps[group]
        moved = touched[moves]
        if not len(moved):
            return moved, moved
        return moved, self.recoloured(moved, fresh[group[moves]])

    def result(self) -> Partition:
        return Partition(self.colour, self.count, self.signature, self.size[: self.count].copy())
