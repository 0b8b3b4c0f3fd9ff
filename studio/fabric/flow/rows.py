"""Arcs that one figure describes: those of a class, or of one endpoint among its twins."""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.loads import summed
from studio.fabric.flow.quotient import Quotient


def own_ends(quotient: Quotient) -> tuple[BoolArray, BoolArray]:
    """Return which arc classes leave and which enter endpoints among twins.

    A class of twins is never passed through, so such an arc carries only what is its end's own.

    Returns
    -------
    Shape (class arcs,) each.
    """
    twins = (quotient.size > 1) & ~quotient.is_transit
    return twins[quotient.source], twins[quotient.target]


def arcs_of_one(quotient: Quotient) -> tuple[IntArray, IntArray]:
    """Return the arcs of a class out of one member of its source, and into one of its target."""
    return quotient.fan, quotient.arcs_in_class // quotient.size[quotient.target]


def arc_load(
    quotient: Quotient, row_arc: IntArray, row_vertex: IntArray, row_load: FloatArray
) -> FloatArray:
    """Return bytes on every arc, shape (arcs,). [byte].

    Parameters
    ----------
    row_arc :
        Shape (rows,): arc class.
    row_vertex :
        Shape (rows,): the endpoint whose own arcs these are; -1 for all arcs of the class.
    row_load :
        Shape (rows,): on one arc. [byte]
    """
    graph = quotient.graph
    total = np.zeros(graph.arc_count)
    classes = quotient.arc_class_of()
    whole = row_vertex < 0
    per_class = summed(row_arc[whole], row_load[whole], quotient.arc_class_count)
    alive = classes >= 0
    total[alive] = per_class[classes[alive]]
    if whole.all():
        return total
    key = row_arc[~whole] * graph.vertex_count + row_vertex[~whole]
    order = np.argsort(key)
    key, load = key[order], row_load[~whole][order]
    for end in (graph.wiring.source, graph.wiring.target):
        wanted = classes * graph.vertex_count + end
        position = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        hit = (key[position] == wanted) & (classes >= 0)
        total[hit] += load[position[hit]]
    return total
