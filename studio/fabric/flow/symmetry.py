"""What looks alike in a graph for one group of ranks, kept from edit to edit; knows no loads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.class_demand import marks
from studio.fabric.flow.demand import Exchange
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.orbits import proven_orbits
from studio.fabric.flow.refinement import Partition, refine, refine_after_edit
from studio.fabric.flow.sorting import distinct

_MOST_ORBITS = 96
"""Orbits of ranks up to which a destination is pushed for each, where colours are fewer."""


@dataclass(frozen=True, eq=False)
class Symmetry:
    """What looks alike in a graph for one group: kept from edit to edit of a large fabric."""

    graph: Graph
    partition: Partition
    is_proven: bool = False
    """Whether automorphisms of the graph map what looks alike to each other."""

    def after_edit(self, graph: Graph, cables: IntArray) -> Symmetry:
        """Return the symmetry after the state or rating of some cables changed."""
        wiring = graph.wiring
        touched = wiring.source[wiring.arcs_of_cable[cables].reshape(-1)]
        return Symmetry(graph, refine_after_edit(self.partition, graph, touched))


def symmetry_of(graph: Graph, exchange: Exchange) -> Symmetry:
    """Return what looks alike when the ranks of an exchange are told from other endpoints."""
    return _looking_alike(graph, marks(graph, exchange))


def _looking_alike(graph: Graph, marked: IntArray) -> Symmetry:
    return Symmetry(graph, refine(graph, np.where(marked > 0, marked + 1, graph.is_endpoint)))


def proven_symmetry(graph: Graph, exchange: Exchange) -> Symmetry:
    """Return what is alike beyond doubt, or what looks alike where that leaves too many orbits."""
    return symmetry_of_marks(graph, marks(graph, exchange))


def symmetry_of_marks(graph: Graph, marked: IntArray) -> Symmetry:
    """Return the same for marked ranks, which share a number where their demand is the same.

    Parameters
    ----------
    marked :
        Shape (vertices,): 0 for other vertices.
    """
    assumed = _looking_alike(graph, marked)
    orbits = proven_orbits(graph, assumed.partition)
    ranks = np.flatnonzero(marked)
    orbit_count = len(distinct(orbits.colour[ranks]))
    if orbit_count > max(_MOST_ORBITS, len(distinct(assumed.partition.colour[ranks]))):
        return assumed
    return Symmetry(graph, orbits, is_proven=True)
