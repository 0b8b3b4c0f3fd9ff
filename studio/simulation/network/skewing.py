"""Exchanges in which ranks receive, or send back, in proportion to their popularity."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from studio.fabric.flow.arrays import FloatArray
from studio.fabric.flow.demand import Exchange, Flows
from studio.fabric.flow.pattern import Motif, Pattern
from studio.simulation.network.phases import Demand, Members, Phase, Together

_SAME = 1e-12
"""Relative difference of popularities that are called the same."""


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
    passed_on = _passed_on(members, share)

    def exchanged(demand: Flows | Exchange | Pattern) -> Exchange:
        assert isinstance(demand, Exchange)
        wanted = share[order[np.searchsorted(members.ranks, demand.ranks, sorter=order)]]
        if is_reversed:
            return Exchange(demand.ranks, demand.send * wanted, demand.receive)
        return Exchange(demand.ranks, demand.send, demand.receive * wanted)

    demand: Demand = phase.demand
    if isinstance(demand, Together):
        demand = Together(tuple(map(exchanged, demand.demands)))
    elif isinstance(demand, Pattern):
        motifs = (_weighed(motif, passed_on, is_reversed) for motif in demand.motifs)
        demand = Pattern(demand.ranks, tuple(motifs))
    else:
        demand = exchanged(demand)
    is_level = bool(np.all(share == share[0]))
    return replace(phase, demand=demand, has_one_size=phase.has_one_size and is_level)


def _weighed(motif: Motif, share: FloatArray, is_reversed: bool) -> Motif:
    """Return a motif with every flow as much larger as its popular end; what breaks is opened."""
    breaks = [not np.allclose(share[turn.image], share, _SAME, 0) for turn in motif.turns]
    examples = motif.opened(itertools.compress(motif.turns, breaks))
    kept = tuple(turn for turn, is_broken in zip(motif.turns, breaks, strict=True) if not is_broken)
    popular = examples.source if is_reversed else examples.target
    return Motif(kept, examples.source, examples.target, examples.size * share[popular])


def _passed_on(members: Members, share: FloatArray) -> FloatArray:
    """Return the mean share of the ranks, in all domains, that each rank collects for."""
    found = np.zeros(members.size)
    for count in np.unique(members.counts):
        position = members.place % count
        mean = np.bincount(position, weights=share) / np.bincount(position)
        mine = members.counts[members.domain] == count
        found[mine] = mean[members.place[mine]]
    return found
