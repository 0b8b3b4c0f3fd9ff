"""Fewest forwarding vertices between two selections; knows no bandwidth.

References
----------
[1] M. Grohe, K. Kersting, M. Mladenov, E. Selman, "Dimension Reduction via Colour Refinement",
    ESA 2014: the quotient has the same largest flow.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.cuts import cut_sides
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.quotient import fold
from studio.fabric.flow.refinement import refine
from studio.fabric.flow.sorting import distinct


@dataclass(frozen=True, eq=False)
class VertexCut:
    """A smallest set of forwarding vertices whose loss separates two selections."""

    is_possible: bool
    """Whether vertices alone can: not where a cable joins the selections directly."""
    vertices: IntArray
    """As many as there are paths that share no forwarding vertex."""


def smallest_vertex_cut(graph: Graph, first: IntArray, second: IntArray) -> VertexCut:
    """Return a smallest vertex cut between two disjoint selections of vertices.

    Parameters
    ----------
    graph :
        Failed cables are left out.
    first, second :
        Vertices; each side is taken as a whole and not cut.

    Raises
    ------
    InvalidInput : a selection is empty or both share a vertex.

    Notes
    -----
    Each class of forwarding vertices is an arc in the flow network, as wide as it has members.
    """
    label = cut_sides(graph, first, second)
    quotient = fold(graph, refine(graph, label))
    colour = quotient.partition.colour
    starts, ends = distinct(colour[first]), distinct(colour[second])
    is_side = np.zeros(quotient.class_count, dtype=np.bool_)
    is_side[starts] = is_side[ends] = True
    passes = quotient.is_transit | is_side
    source, target = quotient.source, quotient.target
    flow = nx.DiGraph()
    for k in np.flatnonzero(quotient.is_transit & ~is_side):
        flow.add_edge(("in", int(k)), ("out", int(k)), capacity=int(quotient.size[k]))
    for arc in np.flatnonzero(passes[source] & passes[target]):
        here, there = int(source[arc]), int(target[arc])
        flow.add_edge(("out", here), ("in", there))
    for k in starts:
        flow.add_edge("from", ("out", int(k)))
    for k in ends:
        flow.add_edge(("in", int(k)), "to")
    try:
        _, (near, _) = nx.minimum_cut(flow, "from", "to")
    except nx.NetworkXUnbounded:
        return VertexCut(is_possible=False, vertices=np.zeros(0, dtype=np.int64))
    cut = [
        k
        for k in range(quotient.class_count)
        if ("in", k) in near and ("out", k) in flow and ("out", k) not in near and not is_side[k]
    ]
    return VertexCut(is_possible=True, vertices=np.flatnonzero(np.isin(colour, cut)))
