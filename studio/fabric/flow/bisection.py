"""The smallest cut that halves a group of endpoints, between two proven bounds.

References
----------
[1] N. Duffield et al., "A flexible model for resource management in virtual private networks" (hose
    model), SIGCOMM 1999.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.cuts import smallest_cut
from studio.fabric.flow.demand import check_ranks, uniform_exchange
from studio.fabric.flow.exchange import exchange_loads
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.load_result import Exactness
from studio.fabric.flow.loads import spread, summed
from studio.fabric.flow.quotient import Quotient, fold_for_demand
from studio.fabric.flow.routing import route
from studio.fabric.flow.sorting import distinct

_PROVABLE_GROUPS = 400
"""Groups of twins up to which the lower bound of a bisection is worth its time."""


@dataclass(frozen=True)
class Bisection:
    """Smallest cut that halves a group of endpoints, between two proven bounds."""

    lower_byte_per_s: float
    upper_byte_per_s: float

    @property
    def is_exact(self) -> bool:
        """Whether both bounds meet."""
        return self.lower_byte_per_s >= self.upper_byte_per_s * (1 - 1e-9)

    @property
    def kind(self) -> str:
        """`exact`, or `upper bound` for the value to show."""
        return "exact" if self.is_exact else "upper bound"


def bisection(graph: Graph, endpoints: IntArray) -> Bisection:
    """Return bounds of the bisection bandwidth of a group, one direction.

    Parameters
    ----------
    graph :
        Failed cables are left out.
    endpoints :
        At least two. Given in an order in which neighbours are near; of an odd group, one half
        has one more.

    Notes
    -----
    Upper: the smallest among cuts between halves of the given order, of alternating ranks, and of
    the order folded; where links join endpoints alone, also among halves of one coordinate, the
    order being that of any box. Lower: what crosses any halving in traffic that the fabric can
    carry, either any pattern that asks no more of an endpoint than a rate, or an exchange of all
    with all. They meet on Clos fabrics, oversubscribed or not, on meshes, and on tori whose longest
    side is even.
    Without the time for the lower bound it is 0.
    """
    check_ranks(graph, endpoints)
    count = len(endpoints)
    if count < 2:
        raise InvalidInput("a bisection needs two endpoints")
    half = count // 2
    index = np.arange(count)
    halvings = [index < half, index % 2 == 0, (index // max(half // 2, 1)) % 2 == 0]
    upper = min(
        smallest_cut(graph, endpoints[side], endpoints[~side]).bandwidth_byte_per_s
        for side in halvings
        if abs(int(side.sum()) * 2 - count) <= 1
    )
    upper = min(upper, _least_by_coordinate(graph, endpoints))
    lower = max(
        half * any_pattern_rate(graph, endpoints),
        half * (count - half) * _pair_rate(graph, endpoints),
    )
    return Bisection(min(lower, upper), upper)


def _least_by_coordinate(graph: Graph, endpoints: IntArray) -> float:
    """Return the least that links carry between halves of one coordinate; infinite with switches.

    Without anything else to put on either side, what crosses is the cut.
    """
    wiring, works = graph.wiring, graph.arc_is_alive()
    place = np.full(graph.vertex_count, -1)
    place[endpoints] = np.arange(len(endpoints))
    source, target = place[wiring.source[works]], place[wiring.target[works]]
    if np.any((source < 0) | (target < 0)):
        return np.inf
    rate = graph.arc_bandwidth()[works]
    sides = _halves_of_coordinates(len(endpoints))
    crossing = (float(rate[side[source] & ~side[target]].sum()) for side in sides)
    return min(crossing, default=np.inf)


def _halves_of_coordinates(count: int) -> Iterator[BoolArray]:
    """Yield the lower half of every coordinate of even size, in all boxes of so many places."""
    index = np.arange(count)
    for step in (one for one in range(1, count // 2 + 1) if count % one == 0):
        rest = count // step
        for side in (one for one in range(2, rest + 1, 2) if rest % one == 0):
            yield index // step % side < side // 2


def _pair_rate(graph: Graph, endpoints: IntArray) -> float:
    """Return the rate at which all pairs can exchange at once; 0 where it is not proven."""
    try:
        loads = exchange_loads(graph, uniform_exchange(endpoints, 1.0), is_certified=True)
    except InvalidInput:
        # Some pair has no path.
        return 0.0
    return 1 / loads.wire_s if loads.exactness is Exactness.EXACT else 0.0


def any_pattern_rate(graph: Graph, endpoints: IntArray) -> float:
    """Return a rate per endpoint that every traffic pattern can have; 0 where not worked out.

    Notes
    -----
    Patterns in which no endpoint sends or receives more than x. On arc l such a pattern loads at
    most x min(sum_s max_d w_sd, sum_d max_s w_sd), w_sd being the share of flow s to d on l.

    References
    ----------
    [1] N. Duffield et al., "A flexible model for resource management in virtual private
        networks" (hose model), SIGCOMM 1999.
    """
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    marked[endpoints] = 1
    quotient = fold_for_demand(graph, marked)
    colour = quotient.partition.colour[endpoints]
    classes = distinct(colour)
    if len(classes) > _PROVABLE_GROUPS:
        return 0.0
    members = np.bincount(colour, minlength=quotient.class_count)
    routes = route(quotient, classes)
    column = np.repeat(np.arange(len(classes)), len(classes))
    source = np.tile(classes, len(classes))
    alone = (classes[column] == source) & (members[source] < 2)
    source, column = source[~alone], column[~alone]
    incidence = spread(routes, routes.place(source, column))
    reached = np.bincount(incidence.flow, minlength=len(source)) > 0
    if not reached.all():
        return 0.0
    here, there = source[incidence.flow], classes[column[incidence.flow]]
    part = incidence.part / quotient.arcs_in_class[incidence.arc]
    at_target = np.where(quotient.target[incidence.arc] == there, members[there], 1)
    at_source = np.where(quotient.source[incidence.arc] == here, members[here], 1)
    by_source = _sum_of_largest(quotient, incidence.arc, here, part * members[here] * at_target)
    by_target = _sum_of_largest(quotient, incidence.arc, there, part * members[there] * at_source)
    worst = np.minimum(by_source, by_target)
    used = worst > 0
    return float((quotient.bandwidth[used] / worst[used]).min(initial=np.inf))


def _sum_of_largest(
    quotient: Quotient, arc: IntArray, group: IntArray, values: FloatArray
) -> FloatArray:
    """Return, per arc class, the sum over groups of the group's largest value."""
    key = arc * quotient.class_count + group
    distinct, inverse = np.unique(key, return_inverse=True)
    largest = np.zeros(len(distinct))
    np.maximum.at(largest, inverse.reshape(-1), values)
    return summed(distinct // quotient.class_count, largest, quotient.arc_class_count)
