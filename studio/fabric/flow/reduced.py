"""A pattern under the turns that keep all of it: a few flows for all others; knows no collective.

Where a fabric takes part in such turns, flows that turn into each other have equal rates, and
some best shares of adaptive routing are equal too: the mean of any best shares and of what turns
make of them is as good.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.completion import completion_times
from studio.fabric.flow.demand import Flows
from studio.fabric.flow.loads import summed
from studio.fabric.flow.pairs import routes_of
from studio.fabric.flow.pattern import Motif, Pattern, Turn, in_sum, least_image
from studio.fabric.flow.patterned import followed_turns, left_turns, rows_of
from studio.fabric.flow.routing import Split
from studio.fabric.flow.turning import Turning
from studio.fabric.flow.waterfill import Filling
from studio.fabric.flow.wiring import ranges

_MOST = 20_000
"""Flows that are kept at most."""


@dataclass(frozen=True, eq=False)
class Reduced:
    """Some flows of a pattern, one for all that turn into it."""

    turning: Turning
    flows: Flows
    times: FloatArray
    """Shape (flows,): flows that each stands for."""
    alike: IntArray
    """Shape (rows,): the first row that each row turns into."""

    @property
    def arcs_alike(self) -> FloatArray:
        """Real arcs of all rows that turn into each other, at the first; shape (rows,)."""
        rows = self.turning.arcs_in_row
        return summed(self.alike, rows.astype(np.float64), len(rows))

    def makespan_s(self, split: Split) -> float:
        """Return when the last flow ends at max-min fair rates, all starting together. [s]."""
        quotient = self.turning.quotient
        routes, route = routes_of(quotient, self.flows, split)
        first = routes.incidence.first
        entry, flow = ranges(first[route], first[route + 1])
        ends = self.flows.source[flow], self.flows.target[flow]
        row = self.alike[rows_of(self.turning, routes.incidence.arc[entry], *ends)]
        load = routes.incidence.part[entry] * self.times[flow] / self.arcs_alike[row]
        # A flow may use several rows that turn into each other.
        pair, place = np.unique(flow * len(self.alike) + row, return_inverse=True)
        flow, row = pair // len(self.alike), pair % len(self.alike)
        load = summed(place.reshape(-1), load, len(pair))
        arc = np.concatenate([np.arange(quotient.arc_class_count), self.turning.own_arc])
        filling = Filling(len(route), flow, row, load, quotient.bandwidth[arc])
        return float(completion_times(filling, self.flows.size, self.times).max())


def reduced(pattern: Pattern, turning: Turning) -> Reduced | None:
    """Return a pattern by one flow for all that turn into it; None where too many are left."""
    followed = [followed_turns(motif, turning) for motif in pattern.motifs]
    kept = _keeping(pattern, followed)
    groups: dict[tuple[bool, ...], list[Motif]] = {}
    for motif, turns in zip(pattern.motifs, followed, strict=True):
        has = tuple(any(_are_same(turn, one) for one in turns) for turn in kept)
        mine = [turn for turn in turns if any(_are_same(turn, one) for one in kept)]
        opened = left_turns(motif, turns, mine)
        if len(motif.source) * prod(turn.order for turn in opened) > _MOST:
            return None
        groups.setdefault(has, []).append(motif.opened(opened))
    parts = [in_sum(motifs) for motifs in groups.values()]
    whole = Motif((), *(np.concatenate([getattr(part, name) for part in parts]) for name in _ENDS))
    if np.any(whole.size < 0) or len(whole.size) > _MOST:
        return None
    times = [
        np.full(
            len(part.size), prod(turn.order for turn, one in zip(kept, has, strict=True) if one)
        )
        for has, part in zip(groups, parts, strict=True)
    ]
    flows = Flows(pattern.ranks[whole.source], pattern.ranks[whole.target], whole.size)
    return Reduced(turning, flows, np.concatenate(times).astype(float), turning.first_rows(kept))


_ENDS = ("source", "target", "size")


def _keeping(pattern: Pattern, followed: list[tuple[Turn, ...]]) -> tuple[Turn, ...]:
    """Return turns that keep every motif and commute."""
    kept: list[Turn] = []
    for turn in (turn for turns in followed for turn in turns):
        if turn.order == 1 or any(_are_same(turn, one) for one in kept):
            continue
        keeps = all(
            any(_are_same(turn, one) for one in turns) or _rests(motif, turn)
            for motif, turns in zip(pattern.motifs, followed, strict=True)
        )
        image = turn.image
        if keeps and all(np.array_equal(image[one.image], one.image[image]) for one in kept):
            kept.append(turn)
    return tuple(kept)


def _are_same(one: Turn, other: Turn) -> bool:
    return one is other or (one.order == other.order and np.array_equal(one.image, other.image))


def _rests(motif: Motif, turn: Turn) -> bool:
    """Return whether a turn leaves all ranks of a motif where they are."""
    first = np.arange(len(turn.image))
    for one in motif.turns:
        first = least_image(first, one.image, one.order)
    is_moved: BoolArray = turn.image != np.arange(len(turn.image))
    moved = np.unique(first[is_moved])
    ends = first[np.concatenate([motif.source, motif.target])]
    return not np.isin(ends, moved).any()
