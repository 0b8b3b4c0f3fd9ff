"""Loads and time of an exchange among all ranks of a group.

No flow is ever materialised: what is alike is computed once. Knows no collective or library.
"""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.class_demand import class_demand, inherited, marks
from studio.fabric.flow.demand import Exchange, check_ranks
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.load_result import Exactness, LoadResult
from studio.fabric.flow.loads import summed
from studio.fabric.flow.quotient import Quotient, fold, fold_for_demand, parents
from studio.fabric.flow.refinement import individualised
from studio.fabric.flow.routing import Split
from studio.fabric.flow.sorting import distinct
from studio.fabric.flow.symmetry import Symmetry, proven_symmetry, symmetry_of
from studio.fabric.flow.towards import push_towards

_LIVE_WORK = 2_500_000
"""Columns times arc classes up to which every destination is pushed while a user waits."""
_MANY_COLOURS = 128
"""Colours of ranks from which pushing to every destination may be faster."""
_LIVE_RANKS = 2048
_LIVE_ARCS = 300_000
"""A larger group on a larger graph is not even folded with its ranks apart."""


def exchange_loads(
    graph: Graph,
    exchange: Exchange,
    split: Split = Split.EQUAL,
    *,
    is_proven: bool = False,
    is_certified: bool = False,
    symmetry: Symmetry | None = None,
) -> LoadResult:
    """Return the bytes on every arc when all ranks exchange.

    Parameters
    ----------
    graph :
        Failed cables are honoured.
    exchange :
        Ranks and what each pair sends.
    split :
        Rule at every hop.
    is_proven :
        Push to every destination however long it takes: exact on any graph.
    is_certified :
        Prove what looks alike by automorphisms: half a second for a million arcs.
    symmetry :
        Of this graph and group, where it is known from the edit before.

    Notes
    -----
    Up to a few hundred groups of twins every destination group is pushed, which is exact for
    any graph. Above, one destination per colour stands for its colour and arcs of one class share
    the sum, which is exact where colours are orbits: the result says whether that is proven.
    For equal amounts that start together the makespan is the slowest arc's load over bandwidth.

    Raises
    ------
    InvalidInput : a rank is no endpoint, or no path joins two ranks.
    """
    check_ranks(graph, exchange.ranks)
    is_large = len(exchange.ranks) > _LIVE_RANKS and graph.arc_count > _LIVE_ARCS
    if is_proven or (symmetry is None and not is_large):
        quotient = fold_for_demand(graph, marks(graph, exchange))
        columns = distinct(quotient.partition.colour[exchange.receivers])
        if is_proven or len(columns) * quotient.arc_class_count <= _LIVE_WORK:
            return _push_all(exchange, quotient, columns, split)
    if symmetry is None:
        symmetry = (proven_symmetry if is_certified else symmetry_of)(graph, exchange)
    colours = len(distinct(symmetry.partition.colour[exchange.ranks]))
    if colours > _MANY_COLOURS:
        # Little is alike any more: every colour costs a look at the whole graph.
        quotient = fold_for_demand(graph, marks(graph, exchange))
        columns = distinct(quotient.partition.colour[exchange.receivers])
        if len(columns) * quotient.arc_class_count <= colours * graph.arc_count:
            return _push_all(exchange, quotient, columns, split)
    return _push_by_symmetry(symmetry, exchange, split)


def _push_all(
    exchange: Exchange, quotient: Quotient, columns: IntArray, split: Split
) -> LoadResult:
    demand = class_demand(quotient, exchange)
    weight = demand.members[columns] * demand.receive[columns]
    pushed = push_towards(quotient, columns, demand, weight, split)
    return LoadResult(
        quotient,
        pushed.load / np.maximum(quotient.arcs_in_class, 1),
        pushed.latency_s,
        pushed.hops,
        Exactness.EXACT if exchange.has_one_size else Exactness.LOWER_BOUND,
    )


def _push_by_symmetry(symmetry: Symmetry, exchange: Exchange, split: Split) -> LoadResult:
    """Push to one destination of every colour and share its load among arcs that look alike."""
    graph, partition = symmetry.graph, symmetry.partition
    coarse = fold(graph, partition)
    total = np.zeros(coarse.arc_class_count)
    demand = class_demand(coarse, exchange)
    latency, most = 0.0, 0
    receives = np.flatnonzero(exchange.receive > 0)
    colours, example, sizes = np.unique(
        partition.colour[exchange.ranks[receives]], return_index=True, return_counts=True
    )
    example = receives[example]
    for k in range(len(colours)):
        vertex = int(exchange.ranks[example[k]])
        fine = fold(graph, individualised(partition, graph, vertex))
        weight = np.array([sizes[k] * exchange.receive[example[k]]], dtype=np.float64)
        column = fine.partition.colour[[vertex]]
        parent = parents(coarse, fine)
        pushed = push_towards(fine, column, inherited(demand, parent, fine.size), weight, split)
        arc = coarse.arc_class_between(parent[fine.source], parent[fine.target], fine.kind)
        total += summed(arc, pushed.load, len(total))
        latency, most = max(latency, pushed.latency_s), max(most, pushed.hops)
    return LoadResult(
        coarse,
        total / np.maximum(coarse.arcs_in_class, 1),
        latency,
        most,
        _exactness_by_symmetry(symmetry, exchange),
    )


def _exactness_by_symmetry(symmetry: Symmetry, exchange: Exchange) -> Exactness:
    if not symmetry.is_proven:
        return Exactness.ASSUMED_SYMMETRIC
    return Exactness.EXACT if exchange.has_one_size else Exactness.LOWER_BOUND
