"""Shortest-path routing of single pairs, met in the middle, for sparse flows on large fabrics.

Visits only what lies near a pair, where `routing` visits everything for every destination. Knows
no demand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.loads import Incidence, summed
from studio.fabric.flow.pair_routes import PairRoutes
from studio.fabric.flow.quotient import Quotient
from studio.fabric.flow.routing import FAR, Split
from studio.fabric.flow.sorting import are_among, distinct, stable_order
from studio.fabric.flow.wiring import ranges


@dataclass(frozen=True, eq=False)
class _Reached:
    """Places, numbered pair * classes + class, and their hops from one end; ascending."""

    place: IntArray
    depth: IntArray

    def with_more(self, place: IntArray, depth: int) -> _Reached:
        joined = np.concatenate([self.place, place])
        order = np.argsort(joined, kind="stable")
        depths = np.concatenate([self.depth, np.full(len(place), depth, dtype=np.int64)])
        return _Reached(joined[order], depths[order])

    def depth_of(self, place: IntArray) -> IntArray:
        """Return the depth of each place, `FAR` where it was not reached."""
        if not len(self.place):
            return np.full(len(place), FAR, dtype=np.int64)
        found = np.minimum(np.searchsorted(self.place, place), len(self.place) - 1)
        return np.where(self.place[found] == place, self.depth[found], FAR)


@dataclass(frozen=True, eq=False)
class _Hops:
    """Hops found by a search: from place `tail` along class `arc` to place `head`."""

    tail: IntArray
    arc: IntArray
    head: IntArray

    def chosen(self, keep: BoolArray) -> _Hops:
        return _Hops(self.tail[keep], self.arc[keep], self.head[keep])


def _joined(parts: list[_Hops]) -> _Hops:
    empty = np.zeros(0, dtype=np.int64)
    return _Hops(
        np.concatenate([part.tail for part in parts] or [empty]),
        np.concatenate([part.arc for part in parts] or [empty]),
        np.concatenate([part.head for part in parts] or [empty]),
    )


class _Arcs:
    """Arcs of a quotient by source and by target, and one step of a search along them."""

    def __init__(self, quotient: Quotient) -> None:
        self.quotient = quotient
        self.first_out, self.first_in = quotient.first_out, quotient.first_in
        self.by_target = quotient.by_target

    def out_of(self, place: IntArray) -> _Hops:
        vertex = place % self.quotient.class_count
        arc, owner = ranges(self.first_out[vertex], self.first_out[vertex + 1])
        return _Hops(place[owner], arc, (place - vertex)[owner] + self.quotient.target[arc])

    def into(self, place: IntArray) -> _Hops:
        vertex = place % self.quotient.class_count
        row, owner = ranges(self.first_in[vertex], self.first_in[vertex + 1])
        arc = self.by_target[row]
        return _Hops((place - vertex)[owner] + self.quotient.source[arc], arc, place[owner])

    def out_of_count(self, place: IntArray) -> int:
        vertex = place % self.quotient.class_count
        return int((self.first_out[vertex + 1] - self.first_out[vertex]).sum())

    def into_count(self, place: IntArray) -> int:
        vertex = place % self.quotient.class_count
        return int((self.first_in[vertex + 1] - self.first_in[vertex]).sum())

    def forwards(self, place: IntArray) -> BoolArray:
        """Return which places may pass traffic on."""
        passes: BoolArray = self.quotient.is_transit[place % self.quotient.class_count]
        return passes


def route_pairs(
    quotient: Quotient, source: IntArray, target: IntArray, split: Split = Split.EQUAL
) -> PairRoutes:
    """Return all shortest-path shares from one member of a class to one of another.

    Parameters
    ----------
    quotient :
        Classes of sources and targets hold one vertex, or twins that do not forward.
    source, target :
        Shape (pairs,): classes. The same class twice means two of its members.
    split :
        Whether parallel next hops share equally or by bandwidth.
    """
    start = np.arange(len(source)) * quotient.class_count + source
    end = np.arange(len(target)) * quotient.class_count + target
    hops, found = _meet(_Arcs(quotient), start, end)
    return _spread(quotient, start, end, hops, found, split)


def _meet(arcs: _Arcs, start: IntArray, end: IntArray) -> tuple[IntArray, _Hops]:
    """Search from both ends by turns until they meet.

    Returns
    -------
    Hops of every pair, and the hops of all its shortest paths. Hops beyond the meeting places
    that no path uses may be among them; nothing reaches those.
    """
    count = arcs.quotient.class_count
    hops = np.full(len(start), FAR, dtype=np.int64)
    first = arcs.out_of(start)
    first = first.chosen(_may_enter(arcs, first.head, end))
    empty = np.zeros(0, dtype=np.int64)
    forward, backward = distinct(first.head), end
    behind = _Reached(empty, empty).with_more(forward, 1)
    ahead = _Reached(empty, empty).with_more(end, 0)
    layers, trailing = [first], []
    met = forward[forward == end[forward // count]]
    meeting = [met]
    hops[met // count] = 1
    depth_ahead = 0
    while True:
        forward = forward[hops[forward // count] == FAR]
        backward = backward[hops[backward // count] == FAR]
        if not len(forward) or not len(backward):
            break
        if arcs.into_count(backward) <= arcs.out_of_count(forward):
            depth_ahead += 1
            step = arcs.into(backward)
            step = step.chosen(arcs.forwards(step.tail) & (ahead.depth_of(step.tail) == FAR))
            trailing.append(step)
            backward = distinct(step.tail)
            ahead = ahead.with_more(backward, depth_ahead)
            met = backward[behind.depth_of(backward) == len(layers)]
        else:
            step = arcs.out_of(forward)
            is_new = behind.depth_of(step.head) == FAR
            step = step.chosen(_may_enter(arcs, step.head, end) & is_new)
            layers.append(step)
            forward = distinct(step.head)
            behind = behind.with_more(forward, len(layers))
            met = forward[ahead.depth_of(forward) == depth_ahead]
        hops[met // count] = len(layers) + depth_ahead
        meeting.append(met)
    return hops, _joined(_leading(layers, np.concatenate(meeting)) + trailing)


def _may_enter(arcs: _Arcs, place: IntArray, end: IntArray) -> BoolArray:
    """Return which places pass traffic on or are where it goes."""
    return np.asarray(arcs.forwards(place) | (place == end[place // arcs.quotient.class_count]))


def _leading(layers: list[_Hops], meeting: IntArray) -> list[_Hops]:
    """Keep, from the last layer to the first, the hops that lead to a meeting place."""
    kept: list[_Hops] = []
    wanted = distinct(meeting)
    for layer in reversed(layers):
        used = layer.chosen(are_among(layer.head, wanted))
        kept.append(used)
        wanted = distinct(np.concatenate([wanted, used.tail]))
    return kept


def _spread(
    quotient: Quotient,
    start: IntArray,
    end: IntArray,
    hops: IntArray,
    found: _Hops,
    split: Split,
) -> PairRoutes:
    """Send one unit from every start along the hops found."""
    count = quotient.class_count
    order = stable_order(found.tail, len(start) * count)
    tail, arcs, heads = found.tail[order], found.arc[order], found.head[order]
    is_end = heads == end[heads // count]
    fan = quotient.fan[arcs] / np.where(is_end, quotient.size[quotient.target[arcs]], 1)
    if split is Split.CAPACITY:
        fan = fan * quotient.bandwidth[arcs]
    going = hops < FAR
    place, left = start[going], hops[going]
    part, late = np.ones(len(place)), np.zeros(len(place))
    latency = np.zeros(len(start))
    taken: list[tuple[IntArray, IntArray, FloatArray]] = []
    while len(place):
        hop, owner = ranges(
            np.searchsorted(tail, place, "left"), np.searchsorted(tail, place, "right")
        )
        total = summed(owner, fan[hop], len(place))
        moved = part[owner] * fan[hop] / total[owner]
        taken.append((place[owner] // count, arcs[hop], moved))
        arrival = late[owner] + quotient.latency[arcs[hop]]
        place, back = np.unique(heads[hop], return_inverse=True)
        back = back.reshape(-1)
        part = summed(back, moved, len(place))
        late = np.zeros(len(place))
        np.maximum.at(late, back, arrival)
        remaining = np.zeros(len(place), dtype=np.int64)
        remaining[back] = left[owner] - 1
        done = remaining == 0
        latency[place[done] // count] = late[done]
        place, part, late, left = place[~done], part[~done], late[~done], remaining[~done]
    return PairRoutes(_incidence(taken, len(start)), hops, latency)


def _incidence(taken: list[tuple[IntArray, IntArray, FloatArray]], pairs: int) -> Incidence:
    if not taken:
        empty = np.zeros(0, dtype=np.int64)
        return Incidence(pairs, empty, empty, np.zeros(0))
    flow, arc, part = (np.concatenate(column) for column in zip(*taken, strict=True))
    order = stable_order(flow, pairs)
    return Incidence(pairs, flow[order], arc[order], part[order])
