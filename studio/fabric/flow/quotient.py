"""A graph folded along a partition: one vertex per colour, one arc per colour pair and kind.

Equal for every member of a colour, so one member stands for all. Knows no flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.hashing import HashArray, scrambled
from studio.fabric.flow.refinement import Partition, refine, surroundings
from studio.fabric.flow.sorting import first_of_each, stable_order

_FOLDED = "quotient for a demand"
"""Topic under which a graph keeps the last one."""


@dataclass(frozen=True, eq=False)
class Quotient:
    """Classes of vertices and classes of arcs between them; dead cables are left out."""

    graph: Graph
    partition: Partition
    member: IntArray
    """Shape (classes,): one vertex of each class."""
    size: IntArray
    """Shape (classes,): vertices of each class."""
    is_transit: BoolArray
    """Shape (classes,)."""
    source: IntArray
    """Shape (class arcs,), ascending."""
    target: IntArray
    """Shape (class arcs,)."""
    kind: IntArray
    """Shape (class arcs,)."""
    fan: IntArray
    """Shape (class arcs,): arcs of this class leaving one member of the source class."""

    @property
    def class_count(self) -> int:
        """Number of vertex classes."""
        return len(self.size)

    @property
    def arc_class_count(self) -> int:
        """Number of arc classes."""
        return len(self.source)

    @cached_property
    def first_out(self) -> IntArray:
        """Shape (classes + 1,): arc classes out of class v are first_out[v]:first_out[v + 1]."""
        return first_of_each(self.source, self.class_count)

    @cached_property
    def by_target(self) -> IntArray:
        """Arc classes in the order of their targets, shape (class arcs,)."""
        return stable_order(self.target, self.class_count)

    @cached_property
    def first_in(self) -> IntArray:
        """Shape (classes + 1,): where the arc classes into class v begin in `by_target`."""
        return first_of_each(self.target, self.class_count)

    @cached_property
    def arcs_in_class(self) -> IntArray:
        """Real arcs of every arc class, shape (class arcs,)."""
        return self.size[self.source] * self.fan

    @cached_property
    def bandwidth(self) -> FloatArray:
        """Bandwidth of one arc of every arc class. [byte/s]."""
        return self.graph.kind_bandwidth[self.kind]

    @cached_property
    def latency(self) -> FloatArray:
        """Latency of one arc of every arc class. [s]."""
        return self.graph.kind_latency[self.kind]

    def arc_class_of(self, arcs: IntArray | None = None) -> IntArray:
        """Return the arc class of every arc, or of `arcs`; -1 for dead ones."""
        graph, colour = self.graph, self.partition.colour
        chosen = slice(None) if arcs is None else arcs
        cable = graph.wiring.cable[chosen]
        between = self.arc_class_between(
            colour[graph.wiring.source[chosen]],
            colour[graph.wiring.target[chosen]],
            graph.kind[cable],
        )
        return np.where(graph.is_alive[cable], between, -1)

    def arc_class_between(self, source: IntArray, target: IntArray, kind: IntArray) -> IntArray:
        """Return the arc class from class `source` to class `target`; it must exist if alive."""
        known = self._key(self.source, self.target, self.kind)
        if not len(known):
            return np.full(len(source), -1, dtype=np.int64)
        position = np.searchsorted(known, self._key(source, target, kind))
        return np.minimum(position, len(known) - 1)

    def arc_values(self, values: FloatArray) -> FloatArray:
        """Return a value per arc from one per arc class; 0 for dead arcs."""
        return np.append(values, 0.0)[self.arc_class_of()]

    def _key(self, source: IntArray, target: IntArray, kind: IntArray) -> IntArray:
        return (source * self.class_count + target) * len(self.graph.kind_bandwidth) + kind


def fold(graph: Graph, partition: Partition) -> Quotient:
    """Return the quotient of a graph along a stable partition."""
    count, kinds = partition.count, len(graph.kind_bandwidth)
    member = np.zeros(count, dtype=np.int64)
    member[partition.colour] = np.arange(graph.vertex_count)
    arcs, owner = graph.wiring.arcs_from(member)
    cable = graph.wiring.cable[arcs]
    works = graph.is_alive[cable]
    arcs, owner, cable = arcs[works], owner[works], cable[works]
    target = partition.colour[graph.wiring.target[arcs]]
    key, fan = np.unique((owner * count + target) * kinds + graph.kind[cable], return_counts=True)
    pair = key // kinds
    return Quotient(
        graph=graph,
        partition=partition,
        member=member,
        size=partition.size,
        is_transit=graph.is_transit[member],
        source=pair // count,
        target=pair % count,
        kind=key % kinds,
        fan=fan.astype(np.int64),
    )


def parents(coarse: Quotient, fine: Quotient) -> IntArray:
    """Return the class of a coarser quotient that each finer class lies in."""
    return coarse.partition.colour[fine.member]


def twin_labels(graph: Graph, marked: IntArray) -> IntArray:
    """Return initial colours that keep endpoints of a demand apart unless they are twins.

    Parameters
    ----------
    graph :
        Twins have the same working cables to the same vertices; swapping two of them changes
        nothing.
    marked :
        Shape (vertices,): 0 for a vertex without demand, else a number that equal demand shares.

    Returns
    -------
    Shape (vertices,): 0 and 1 for vertices without demand (others, endpoints); one number per
    group of twins.
    """
    where = np.flatnonzero(marked)
    identity: HashArray = scrambled(np.arange(graph.vertex_count) + (1 << 42))
    seen = surroundings(graph, identity, graph.cable_word)[where]
    key = seen * scrambled(np.array([7]))[0] + scrambled(marked[where] + (1 << 43))
    # A forwarding endpoint may lie on other flows' paths, which only a lone vertex describes; a
    # cable from twin to twin has one flow alone, which no figure for all cables of both describes.
    is_alone = graph.is_transit[where] | _beside_others(graph, marked, where)
    key[is_alone] = identity[where[is_alone]]
    _, group = np.unique(key, return_inverse=True)
    label = graph.is_endpoint.astype(np.int64)
    label[where] = 2 + group.reshape(-1)
    return label


def _beside_others(graph: Graph, marked: IntArray, where: IntArray) -> BoolArray:
    """Return which vertices with demand have a working cable to another, shape of `where`."""
    arcs, owner = graph.wiring.arcs_from(where)
    joins = graph.is_alive[graph.wiring.cable[arcs]] & (marked[graph.wiring.target[arcs]] > 0)
    beside = np.zeros(len(where), dtype=np.bool_)
    beside[owner[joins]] = True
    return beside


def fold_for_demand(graph: Graph, marked: IntArray) -> Quotient:
    """Return the coarsest quotient that is exact for any demand among marked vertices.

    Notes
    -----
    Every endpoint is alone in its class, or among twins. Away from a source, all members of a
    class receive equal amounts, because the split at a hop depends on the class alone and every
    member has the same number of arcs from the class before.

    The phases of a collective have the same ranks, so the last answer is kept with the graph.
    """
    known = graph.last_found.get(_FOLDED)
    if known is not None and np.array_equal(known[0], marked):
        assert isinstance(known[1], Quotient)
        return known[1]
    quotient = fold(graph, refine(graph, twin_labels(graph, marked)))
    graph.last_found[_FOLDED] = marked, quotient
    return quotient
