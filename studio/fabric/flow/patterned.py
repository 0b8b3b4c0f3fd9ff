"""Loads of flows that turn into each other: one of them is routed for all; knows no collective.

What a flow of a motif puts on the arcs that turns make of each other is shared by those arcs
alike, so a link's load needs neither the other flows nor the other arcs. A turn that the fabric
does not take part in, as after a failure, is opened into the flows it makes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import Flows
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.loads import summed
from studio.fabric.flow.pair_routes import PairRoutes
from studio.fabric.flow.pairs import routes_of
from studio.fabric.flow.pattern import Motif, Pattern, Turn, in_sum
from studio.fabric.flow.quotient import Quotient
from studio.fabric.flow.routing import Split
from studio.fabric.flow.rows import arc_load, own_ends
from studio.fabric.flow.turning import Turning, turning_of
from studio.fabric.flow.wiring import ranges

_FEW = 100
"""Flows that may be laid for all others whatever they stand for."""
_WORTH = 2
"""Of more than that, flows that one must stand for on average, or all are listed."""
_MOST = 500_000
"""Flows that are laid for all others at most."""
_NOTHING = 1e-12
"""Load left where flows were taken away again, relative to the largest."""


@dataclass(frozen=True, eq=False)
class Patterned:
    """Loads of a pattern, and what the flows that were routed for all others are like."""

    quotient: Quotient
    row_arc: IntArray
    """Shape (rows,): arc class of each row."""
    row_vertex: IntArray
    """Shape (rows,): the endpoint whose own arcs the row is; -1 for a whole class."""
    row_load: FloatArray
    """Shape (rows,): bytes on one arc. [byte]"""
    routes: PairRoutes
    route: IntArray
    """Shape (flows,): route of each flow that was laid."""
    byte: FloatArray
    """Shape (flows,): size of a flow that was laid and of all it stands for. [byte]"""

    @property
    def latency_s(self) -> FloatArray:
        """Longest path of each flow that was laid, first byte, shape (flows,). [s]."""
        return self.routes.latency_s[self.route]

    @property
    def hops(self) -> IntArray:
        """Shape (flows,)."""
        return self.routes.hops[self.route]

    def entries(self) -> tuple[IntArray, IntArray]:
        """Return the arc classes that flows use, and the flow of each, shape (entries,)."""
        first = self.routes.incidence.first
        entry, flow = ranges(first[self.route], first[self.route + 1])
        return self.routes.incidence.arc[entry], flow

    def arc_load(self) -> FloatArray:
        """Return bytes on every arc, shape (arcs,). [byte]."""
        return arc_load(self.quotient, self.row_arc, self.row_vertex, self.row_load)


def place_pattern(graph: Graph, pattern: Pattern, split: Split = Split.EQUAL) -> Patterned | None:
    """Return the loads of a pattern; None where so little is alike that its flows are listed.

    Parameters
    ----------
    graph :
        Failed cables are honoured: they break the turns that would move them.
    pattern :
        Flows among some ranks.
    split :
        Rule at every hop.

    Raises
    ------
    InvalidInput : two ranks have no working path.
    """
    turning = turning_of(graph, pattern.ranks)
    followed = [followed_turns(motif, turning) for motif in pattern.motifs]
    laid = sum(
        len(motif.source) * motif.times // prod(turn.order for turn in turns)
        for motif, turns in zip(pattern.motifs, followed, strict=True)
    )
    if laid > max(_FEW, min(_MOST, pattern.flow_count / _WORTH)):
        return None
    reduced = _reduced(pattern, followed)
    source, target, size, times = (
        np.concatenate(parts)
        for parts in zip(
            *((m.source, m.target, m.size, np.full(len(m.size), m.times)) for m in reduced),
            strict=True,
        )
    )
    ends = Flows(pattern.ranks[source], pattern.ranks[target], np.abs(size))
    routes, route = routes_of(turning.quotient, ends, split)
    byte = size * times
    total = _shared(turning, reduced, routes, route, ends, byte)
    total[total < _NOTHING * total.max(initial=0.0)] = 0.0
    used = np.flatnonzero(total)
    arcs = turning.quotient.arc_class_count
    row_arc = np.concatenate([np.arange(arcs), turning.own_arc])[used]
    owner = np.concatenate([np.full(arcs, -1), pattern.ranks[turning.own_rank]])[used]
    return Patterned(turning.quotient, row_arc, owner, total[used], routes, route, byte)


def _reduced(pattern: Pattern, followed: list[tuple[Turn, ...]]) -> list[Motif]:
    """Return motifs of turns that the fabric has, what these leave of the others opened."""
    reduced: list[Motif] = []
    single: list[Motif] = []
    for motif, turns in zip(pattern.motifs, followed, strict=True):
        kept = tuple(turn for turn in turns if turn.order > 1)
        examples = motif.opened(left_turns(motif, turns, kept))
        one = Motif(kept, examples.source, examples.target, examples.size)
        (reduced if kept else single).append(one)
    return [*reduced, in_sum(single)] if single else reduced


def left_turns(motif: Motif, followed: Sequence[Turn], kept: Collection[Turn]) -> tuple[Turn, ...]:
    """Return the turns to open where some of those that the fabric follows are kept."""
    return tuple(
        Turn(turn.image, turn.order // whole.order if whole in kept else turn.order)
        for turn, whole in zip(motif.turns, followed, strict=True)
    )


def followed_turns(motif: Motif, turning: Turning) -> tuple[Turn, ...]:
    """Return every turn of a motif done so often in a row that the fabric takes part in it."""
    return tuple(_followed(turn, turning) for turn in motif.turns)


def _followed(turn: Turn, turning: Turning) -> Turn:
    """Return the turn done so often in a row that the fabric takes part in it."""
    for times in range(1, turn.order):
        if turn.order % times == 0:
            repeated = turn.repeated(times)
            if turning.row_image(repeated) is not None:
                return repeated
    return turn.repeated(turn.order)


def _shared(
    turning: Turning,
    motifs: list[Motif],
    routes: PairRoutes,
    route: IntArray,
    ends: Flows,
    byte: FloatArray,
) -> FloatArray:
    """Return the bytes on one arc of every row."""
    total = np.zeros(len(turning.arcs_in_row))
    first = routes.incidence.first
    begin = 0
    for motif in motifs:
        flows = np.arange(begin, begin + len(motif.source))
        begin += len(flows)
        entry, place = ranges(first[route[flows]], first[route[flows] + 1])
        flow, arc = flows[place], routes.incidence.arc[entry]
        row = rows_of(turning, arc, ends.source[flow], ends.target[flow])
        moved = byte[flow] * routes.incidence.part[entry]
        alike = turning.first_rows(motif.turns)
        passed = summed(alike[row], moved, len(total))
        arcs = summed(alike, turning.arcs_in_row.astype(np.float64), len(total))
        total += np.divide(passed, arcs, out=np.zeros(len(total)), where=passed != 0)[alike]
    return total


def rows_of(turning: Turning, arc: IntArray, source: IntArray, target: IntArray) -> IntArray:
    """Return the row of each arc class a flow uses: its end's own where that is among twins."""
    leaves, enters = own_ends(turning.quotient)
    row = arc.copy()
    for is_own, end in ((leaves[arc], source), (enters[arc], target)):
        rank = turning.index_of_vertex[end[is_own]]
        row[is_own] = turning.own_row(arc[is_own], rank)
    return row
