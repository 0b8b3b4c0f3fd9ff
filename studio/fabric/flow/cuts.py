"""Cuts between two selections.

References
----------
[1] M. Grohe, K. Kersting, M. Mladenov, E. Selman, "Dimension Reduction via Colour Refinement",
    ESA 2014: a flow averaged over an equitable partition is a flow, so the quotient has the same
    largest flow.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import BoolArray, IntArray
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.quotient import fold
from studio.fabric.flow.refinement import refine
from studio.fabric.flow.sorting import distinct


@dataclass(frozen=True, eq=False)
class Cut:
    """A smallest set of arcs whose loss separates two selections."""

    bandwidth_byte_per_s: float
    """Sum over the cut arcs, one direction. [byte/s]"""
    arcs: IntArray
    """Arcs from the first side to the second."""


def smallest_cut(
    graph: Graph, first: IntArray, second: IntArray, *, is_counted: bool = False
) -> Cut:
    """Return a smallest cut between two disjoint selections of vertices.

    Parameters
    ----------
    graph :
        Failed cables are left out.
    first, second :
        Vertices; each side is taken as a whole.
    is_counted :
        Every arc weighs one: the value is the number of arc-disjoint paths.

    Raises
    ------
    InvalidInput : a selection is empty or both share a vertex.

    Notes
    -----
    Endpoints that do not forward are no way through. Solved on the quotient by largest flow.
    """
    label = cut_sides(graph, first, second)
    quotient = fold(graph, refine(graph, label))
    colour = quotient.partition.colour
    flow = nx.DiGraph()
    weight = quotient.arcs_in_class * (1.0 if is_counted else quotient.bandwidth)
    starts, ends = distinct(colour[first]), distinct(colour[second])
    passes = quotient.is_transit.copy()
    passes[starts] = passes[ends] = True
    for arc in np.flatnonzero(passes[quotient.source] & passes[quotient.target]):
        here, there = int(quotient.source[arc]), int(quotient.target[arc])
        before = flow.get_edge_data(here, there, {"capacity": 0.0})["capacity"]
        flow.add_edge(here, there, capacity=before + float(weight[arc]))
    for start in starts:
        flow.add_edge("from", int(start))
    for end in ends:
        flow.add_edge(int(end), "to")
    value, (near, _) = nx.minimum_cut(flow, "from", "to")
    inside = np.zeros(quotient.class_count, dtype=np.bool_)
    inside[[place for place in near if place != "from"]] = True
    arcs = _crossing(graph, inside[colour], quotient.is_transit[colour] | (label > 1))
    return Cut(float(value), arcs)


def cut_sides(graph: Graph, first: IntArray, second: IntArray) -> IntArray:
    """Return a label of every vertex: 2 and 3 for the two sides, 0 and 1 for the rest.

    Raises
    ------
    InvalidInput : a selection is empty or both share a vertex.
    """
    if not len(first) or not len(second):
        raise InvalidInput("a cut needs vertices on both sides")
    label = graph.is_endpoint.astype(np.int64)
    label[first] = 2
    if np.any(label[second] == 2):
        shared = int(np.asarray(second)[label[second] == 2][0])
        raise InvalidInput("{name} is on both sides of the cut", name=graph.name(shared))
    label[second] = 3
    return label


def _crossing(graph: Graph, inside: BoolArray, passes: BoolArray) -> IntArray:
    source, target = graph.wiring.source, graph.wiring.target
    crosses = inside[source] & ~inside[target] & passes[source] & passes[target]
    return np.flatnonzero(crosses & graph.arc_is_alive())
