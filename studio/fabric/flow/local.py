"""Shortest-path routing of single pairs, met in the middle, for sparse flows on large fabrics.

Visits only what lies near a pair, where `routing` visits everything for every destination. Knows
no demand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.graph import ranges
from studio.fabric.flow.loads import Incidence, summed
from studio.fabric.flow.quotient import Quotient
from studio.fabric.flow.routing import FAR, Split


@dataclass(frozen=True, eq=False)
class PairRoutes:
    """Shares, hops and latency of every pair of classes."""

    incidence: Incidence
    """One flow per pair."""
    hops: IntArray
    """Shape (pairs,): `FAR` where there is no path."""
    latency_s: FloatArray
    """Shape (pairs,): longest among the shortest-hop paths. [s]"""


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


class _Steps:
    """Arcs of a quotient by source and by target, and one step of a search along them."""

    def __init__(self, quotient: Quotient) -> None:
        self.quotient = quotient
        count = quotient.class_count
        self.first_out = np.searchsorted(quotient.source, np.arange(count + 1))
        self.by_target = np.argsort(quotient.target, kind="stable")
        self.first_in = np.searchsorted(quotient.target[self.by_target], np.arange(count + 1))

    def out_of(self, place: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return (arc, position of its start in `place`, place ahead)."""
        count = self.quotient.class_count
        vertex = place % count
        arc, owner = ranges(self.first_out[vertex], self.first_out[vertex + 1])
        return arc, owner, (place - vertex)[owner] + self.quotient.target[arc]

    def into(self, place: IntArray) -> IntArray:
        """Return the places from which an arc leads to one of `place`, with repetitions."""
        vertex = place % self.quotient.class_count
        row, owner = ranges(self.first_in[vertex], self.first_in[vertex + 1])
        return (place - vertex)[owner] + self.quotient.source[self.by_target[row]]

    def forwards(self, place: IntArray) -> IntArray:
        """Return the places that may pass traffic on."""
        return place[self.quotient.is_transit[place % self.quotient.class_count]]


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
    steps = _Steps(quotient)
    hops, behind, ahead = _meet(steps, source, target)
    near_target = _on_path(steps, hops, behind, ahead)
    return _spread(steps, source, target, hops, near_target, split)


def _meet(steps: _Steps, source: IntArray, target: IntArray) -> tuple[IntArray, _Reached, _Reached]:
    """Search from both ends by turns until they meet; return hops and what was reached."""
    count, pairs = steps.quotient.class_count, len(source)
    base = np.arange(pairs) * count
    end = base + target
    hops = np.full(pairs, FAR, dtype=np.int64)
    _, owner, place = steps.out_of(base + source)
    leads = steps.quotient.is_transit[place % count] | (place == end[owner])
    first = np.unique(place[leads])
    empty = np.zeros(0, dtype=np.int64)
    behind = _Reached(empty, empty).with_more(first, 1)
    ahead = _Reached(empty, empty).with_more(end, 0)
    forward, backward = first, end
    depth_behind, depth_ahead = 1, 0
    hops[first[np.isin(first, end)] // count] = 1
    while True:
        forward = forward[hops[forward // count] == FAR]
        backward = backward[hops[backward // count] == FAR]
        if not len(forward) or not len(backward):
            return hops, behind, ahead
        if len(backward) <= len(forward):
            depth_ahead += 1
            grown = np.unique(steps.forwards(steps.into(backward)))
            backward = grown[ahead.depth_of(grown) == FAR]
            ahead = ahead.with_more(backward, depth_ahead)
            met = backward[behind.depth_of(backward) == depth_behind]
        else:
            depth_behind += 1
            _, _, place = steps.out_of(steps.forwards(forward))
            grown = np.unique(steps.forwards(place))
            forward = grown[behind.depth_of(grown) == FAR]
            behind = behind.with_more(forward, depth_behind)
            met = forward[ahead.depth_of(forward) == depth_ahead]
        hops[met // count] = depth_behind + depth_ahead


def _on_path(steps: _Steps, hops: IntArray, behind: _Reached, ahead: _Reached) -> _Reached:
    """Return hops to the target of all places on shortest paths, and of some that are not.

    The search from the target knows its half. In the other half, places on a path are those from
    which the next one is on a path.
    """
    count = steps.quotient.class_count
    to_go = hops[behind.place // count] - behind.depth
    meeting = ahead.depth_of(behind.place) == to_go
    found = ahead
    current = behind.place[meeting & (behind.depth > 1)]
    while len(current):
        before = np.unique(steps.forwards(steps.into(current)))
        left = hops[before // count] - behind.depth_of(before)
        # One hop back from a place on a path, and one hop nearer to the source.
        fits = (behind.depth_of(before) < FAR) & _is_one_before(steps, before, left, current, found)
        fresh = before[fits & (found.depth_of(before) == FAR)]
        joined = np.concatenate([found.place, fresh])
        depth = np.concatenate([found.depth, hops[fresh // count] - behind.depth_of(fresh)])
        order = np.argsort(joined, kind="stable")
        found = _Reached(joined[order], depth[order])
        current = fresh[behind.depth_of(fresh) > 1]
    return found


def _is_one_before(
    steps: _Steps, before: IntArray, left: IntArray, current: IntArray, found: _Reached
) -> BoolArray:
    """Return which places have an arc to one of `current` that is one hop nearer."""
    _, owner, place = steps.out_of(before)
    nearer = found.depth_of(place) == left[owner] - 1
    nearer &= np.isin(place, current)
    return np.bincount(owner[nearer], minlength=len(before)) > 0


def _spread(
    steps: _Steps,
    source: IntArray,
    target: IntArray,
    hops: IntArray,
    near: _Reached,
    split: Split,
) -> PairRoutes:
    """Send one unit from every source along arcs that come one hop nearer."""
    quotient = steps.quotient
    count, pairs = quotient.class_count, len(source)
    end = np.arange(pairs) * count + target
    going = np.flatnonzero(hops < FAR)
    place, left = going * count + source[going], hops[going]
    part = np.ones(len(going))
    late = np.zeros(len(going))
    latency = np.zeros(pairs)
    flows, arcs, parts = [], [], []
    while len(place):
        arc, owner, ahead = steps.out_of(place)
        is_end = ahead == end[place[owner] // count]
        passes = quotient.is_transit[quotient.target[arc]] | is_end
        nearer = passes & (near.depth_of(ahead) == left[owner] - 1)
        arc, owner, ahead, is_end = arc[nearer], owner[nearer], ahead[nearer], is_end[nearer]
        fan = quotient.fan[arc] / np.where(is_end, quotient.size[quotient.target[arc]], 1)
        if split is Split.CAPACITY:
            fan = fan * quotient.bandwidth[arc]
        total = summed(owner, fan, len(place))
        moved = part[owner] * fan / total[owner]
        flows.append(place[owner] // count)
        arcs.append(arc)
        parts.append(moved)
        arrival = late[owner] + quotient.latency[arc]
        reached, back = np.unique(ahead, return_inverse=True)
        back = back.reshape(-1)
        part = summed(back, moved, len(reached))
        late = np.zeros(len(reached))
        np.maximum.at(late, back, arrival)
        fresh_left = np.zeros(len(reached), dtype=np.int64)
        fresh_left[back] = left[owner] - 1
        done = fresh_left == 0
        latency[reached[done] // count] = late[done]
        place, part, late, left = (
            reached[~done],
            part[~done],
            late[~done],
            fresh_left[~done],
        )
    flow = np.concatenate(flows) if flows else np.zeros(0, dtype=np.int64)
    order = np.argsort(flow, kind="stable")
    incidence = Incidence(
        pairs,
        flow[order],
        (np.concatenate(arcs) if arcs else flow)[order],
        (np.concatenate(parts) if parts else np.zeros(0))[order],
    )
    return PairRoutes(incidence, hops, latency)
