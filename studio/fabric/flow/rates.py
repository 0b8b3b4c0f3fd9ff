"""Max-min fair rates and completions of an exchange among all ranks of a group.

No flow is ever materialised: what is alike is computed once. Knows no collective or library.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.class_demand import check_reached, class_demand, marks, starts
from studio.fabric.flow.completion import completion_times
from studio.fabric.flow.demand import Exchange, check_ranks
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.quotient import Quotient, fold_for_demand
from studio.fabric.flow.routing import Split
from studio.fabric.flow.sorting import distinct
from studio.fabric.flow.towards import spread_towards
from studio.fabric.flow.waterfill import Filling, max_min_rates


@dataclass(frozen=True, eq=False)
class RateResult:
    """Exact max-min fair rates of an exchange, one entry per class of alike flows."""

    quotient: Quotient
    source: IntArray
    """Shape (flow classes,): class of the senders."""
    target: IntArray
    """Shape (flow classes,): class of the receivers."""
    count: FloatArray
    """Shape (flow classes,): flows of the class."""
    rate: FloatArray
    """Shape (flow classes,): of one flow, all flows running. [byte/s]"""
    finished_s: FloatArray
    """Shape (flow classes,): completion, all flows starting together. [s]"""

    def pair_rate(self, source: int, target: int) -> float:
        """Return the rate between two ranks. [byte/s]."""
        colour = self.quotient.partition.colour
        here = (self.source == colour[source]) & (self.target == colour[target])
        return float(self.rate[here][0])


def exchange_rates(
    graph: Graph, exchange: Exchange, split: Split = Split.EQUAL, limit: float | None = None
) -> RateResult:
    """Return the max-min fair rate and completion of every class of flows of an exchange.

    Parameters
    ----------
    graph :
        Failed cables are honoured.
    exchange :
        Ranks and what each pair sends.
    split :
        Rule at every hop.
    limit :
        Largest rate of one flow, such as window over round trip. [byte/s]

    Notes
    -----
    Memory and time grow with the square of the number of groups of twins, not with the flows.
    """
    check_ranks(graph, exchange.ranks)
    quotient = fold_for_demand(graph, marks(graph, exchange))
    demand = class_demand(quotient, exchange)
    columns = distinct(quotient.partition.colour[exchange.receivers])
    source, column, senders = starts(columns, demand)
    target = columns[column]
    routes = spread_towards(quotient, columns, column, source, split)
    incidence = routes.incidence
    check_reached(quotient, source, target, routes.hops)
    count = senders * demand.members[target]
    filling = Filling(
        len(source),
        incidence.flow,
        incidence.arc,
        incidence.part * count[incidence.flow] / quotient.arcs_in_class[incidence.arc],
        quotient.bandwidth,
    )
    ceiling = None if limit is None else np.full(len(source), limit)
    size = demand.send[source] * demand.receive[target]
    rate = max_min_rates(filling, ceiling)
    finished = size / rate if exchange.is_uniform else completion_times(filling, size, count)
    return RateResult(quotient, source, target, count, rate, finished)
