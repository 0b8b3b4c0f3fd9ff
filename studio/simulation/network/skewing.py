"""Exchanges in which ranks receive, or send back, in proportion to their popularity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import Exchange, Flows
from studio.fabric.flow.pattern import Pattern
from studio.simulation.network.phases import Demand, Members, Phase, Together


def skewed(phase: Phase, members: Members, popularity: FloatArray, *, is_reversed: bool) -> Phase:
    """Return an exchange in which ranks receive in proportion to their popularity.

    Parameters
    ----------
    phase :
        Of a uniform exchange, direct or by way of domains.
    members :
        The ranks and their domains.
    popularity :
        Shape (ranks,), in the order of the members: relative; scaled to a mean of one.
    is_reversed :
        Whether popular ranks send instead, as when results come back.

    Notes
    -----
    Inside a domain a rank passes on what is for its position in every domain, hence their mean.
    """
    share = popularity / popularity.mean()
    order = np.argsort(members.ranks)

    def index_of(ranks: IntArray) -> IntArray:
        return order[np.searchsorted(members.ranks, ranks, sorter=order)]

    def changed(demand: Demand) -> Demand:
        if isinstance(demand, Together):
            parts = (changed(part) for part in demand.demands)
            return Together(tuple(part for part in parts if not isinstance(part, Together)))
        if isinstance(demand, Pattern):
            demand = demand.listed()
        if isinstance(demand, Exchange):
            wanted = share[index_of(demand.ranks)]
            if is_reversed:
                return Exchange(demand.ranks, demand.send * wanted, demand.receive)
            return Exchange(demand.ranks, demand.send, demand.receive * wanted)
        ends = index_of(demand.source), index_of(demand.target)
        popular = ends[0] if is_reversed else ends[1]
        is_inside = members.domain[ends[0]] == members.domain[ends[1]]
        factor = np.where(is_inside, _passed_on(members, share)[popular], share[popular])
        return Flows(demand.source, demand.target, demand.size * factor)

    return replace(phase, demand=changed(phase.demand))


def _passed_on(members: Members, share: FloatArray) -> FloatArray:
    """Return the mean share of the ranks, in all domains, that each rank collects for."""
    found = np.zeros(members.size)
    for count in np.unique(members.counts):
        position = members.place % count
        mean = np.bincount(position, weights=share) / np.bincount(position)
        mine = members.counts[members.domain] == count
        found[mine] = mean[members.place[mine]]
    return found
