"""Which component is joined with which, by scheme: numbers in, pairs of numbers out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from studio.design import schemes
from studio.errors import InvalidInput
from studio.fabric.arrays import IntArray
from studio.messages import say

MOST_LINKS = 8_000_000
"""Of one rule, and of a design."""
MOST_SUB_PLANES = 4096
MOST_AXES = 8
MOST_PARALLEL = 4096
"""Links per joined pair, and links per cable."""

Pairs = tuple[IntArray, IntArray]


class Misfit(InvalidInput):
    """A scheme does not fit the selections it joins: the rule makes no links until one changes."""


def pair(
    scheme: schemes.Scheme, a: IntArray, b: IntArray, index_a: IntArray, index_b: IntArray
) -> Pairs:
    """Return the joined pairs of two selections.

    Parameters
    ----------
    a, b : shapes (n_a,), (n_b,). Component numbers in selection order.
    index_a, index_b : shape (n_components,). Index of every component within its group.

    Returns
    -------
    Two arrays of shape (n_links,), A side and B side, A side major.

    Raises
    ------
    InvalidInput : the scheme does not fit the selections; says what would.
    """
    if not len(a) or not len(b):
        return a[:0], b[:0]
    return _SCHEMES[type(scheme)](scheme, a, b, index_a, index_b)


def parallel(pairs: Pairs, multiplicity: int) -> Pairs:
    """Return every pair `multiplicity` times, one after another.

    Raises
    ------
    InvalidInput : a multiplicity that is absurd, or too many links.
    """
    if not 1 <= multiplicity <= MOST_PARALLEL:
        raise InvalidInput(
            "multiplicity {multiplicity}; 1 to {most_parallel} are possible",
            multiplicity=multiplicity,
            most_parallel=MOST_PARALLEL,
        )
    _check_count(len(pairs[0]) * multiplicity, say("the rule"))
    return np.repeat(pairs[0], multiplicity), np.repeat(pairs[1], multiplicity)


def _check_count(count: int, what: str) -> None:
    if count > MOST_LINKS:
        raise InvalidInput(
            "{what} would make {count} links; {most_links} are possible",
            what=what,
            count=count,
            most_links=MOST_LINKS,
        )


def _one_to_one(_: Any, a: IntArray, b: IntArray, *__: IntArray) -> Pairs:
    if len(a) != len(b):
        raise Misfit(
            say(
                "one-to-one joins {a_count} with {b_count} components; both sides must be "
                "equally many",
                a_count=len(a),
                b_count=len(b),
            )
        )
    return a, b


def _stride(scheme: schemes.Stride, a: IntArray, b: IntArray, *_: IntArray) -> Pairs:
    # Reduced first, so that no product leaves 64 bits.
    step, offset = scheme.step % len(b), scheme.offset % len(b)
    return a, b[(np.arange(len(a)) * step + offset) % len(b)]


def _each_to_each(_: Any, a: IntArray, b: IntArray, *__: IntArray) -> Pairs:
    _check_count(len(a) * len(b), say("each-to-each"))
    return np.repeat(a, len(b)), np.tile(b, len(a))


def _sub_plane(key: schemes.Key, count: int, chosen: IntArray, index: IntArray) -> IntArray:
    """Return the sub-plane of each chosen component, shape (n_chosen,)."""
    if key == "index":
        return index[chosen] % count
    place = np.arange(len(chosen))
    if key == "modulo":
        return place % count
    if len(chosen) % count:
        raise Misfit(
            say(
                "{chosen_count} components can't be split into {count} equal blocks of sub-planes",
                chosen_count=len(chosen),
                count=count,
            )
        )
    return place // (len(chosen) // count)


def _per_sub_plane(
    scheme: schemes.PerSubPlane, a: IntArray, b: IntArray, index_a: IntArray, index_b: IntArray
) -> Pairs:
    if not 0 < scheme.count <= MOST_SUB_PLANES:
        raise InvalidInput(
            "{count} sub-planes; 1 to {most_sub_planes} are possible",
            count=scheme.count,
            most_sub_planes=MOST_SUB_PLANES,
        )
    plane_a = _sub_plane(scheme.a_by, scheme.count, a, index_a)
    plane_b = _sub_plane(scheme.b_by, scheme.count, b, index_b)
    return _join_equal(a, b, plane_a, plane_b, scheme.count, "per-sub-plane")


def _join_equal(
    a: IntArray, b: IntArray, key_a: IntArray, key_b: IntArray, count: int, what: str
) -> Pairs:
    per_key = np.bincount(key_b, minlength=count)
    fan_out = per_key[key_a]
    _check_count(int(fan_out.sum()), what)
    order = np.argsort(key_b, kind="stable")
    start = np.concatenate(([0], np.cumsum(per_key)))[:-1]
    first = np.repeat(a, fan_out)
    within = np.arange(len(first)) - np.repeat(np.cumsum(fan_out) - fan_out, fan_out)
    second = b[order[np.repeat(start[key_a], fan_out) + within]]
    return first, second


def _rail(scheme: schemes.Rail, a: IntArray, b: IntArray, index_a: IntArray, __: IntArray) -> Pairs:
    if not 0 < scheme.count <= min(len(b), MOST_SUB_PLANES) or len(b) % scheme.count:
        raise Misfit(
            say(
                "{count} rails over {b_count} switches; the switches must divide evenly",
                count=scheme.count,
                b_count=len(b),
            )
        )
    rail_a = index_a[a] % scheme.count
    per_rail = len(b) // scheme.count
    # NPUs of one rail fill its switches in blocks, so that a scalable unit stays under one leaf.
    place = np.empty(len(a), dtype=np.int64)
    for rail in range(scheme.count):
        members = np.flatnonzero(rail_a == rail)
        place[members] = np.arange(len(members)) * per_rail // max(1, len(members))
    return a, b[rail_a + scheme.count * place]


def _grid(dims: Sequence[int], a: IntArray, what: str) -> IntArray:
    sizes = tuple(dims) or (len(a),)
    if len(sizes) > MOST_AXES:
        raise InvalidInput(
            "{what} with {axes} axes; 1 to {most_axes} are possible",
            what=what,
            axes=len(sizes),
            most_axes=MOST_AXES,
        )
    if any(size < 1 for size in sizes) or math.prod(sizes) == 0 or len(a) % math.prod(sizes):
        raise Misfit(
            say(
                "{what} of {sizes} does not divide {a_count} components",
                what=what,
                sizes="x".join(map(str, sizes)),
                a_count=len(a),
            )
        )
    return a.reshape(-1, *sizes)


def _full_mesh(scheme: schemes.FullMesh, a: IntArray, *_: IntArray) -> Pairs:
    grid = _grid(scheme.dims, a, say("full mesh"))
    _check_count(sum(a.size * (size - 1) // 2 for size in grid.shape[1:]), say("full-mesh"))
    firsts, seconds = [], []
    for axis in range(1, grid.ndim):
        lines = np.moveaxis(grid, axis, -1).reshape(-1, grid.shape[axis])
        low, high = np.triu_indices(grid.shape[axis], k=1)
        firsts.append(lines[:, low].ravel())
        seconds.append(lines[:, high].ravel())
    return np.concatenate(firsts), np.concatenate(seconds)


def _torus(scheme: schemes.Torus, a: IntArray, *_: IntArray) -> Pairs:
    grid = _grid(scheme.dims, a, say("torus"))
    firsts, seconds = [], []
    for axis in range(1, grid.ndim):
        size = grid.shape[axis]
        if size < 2:
            continue
        # With two along an axis the wrap is the same pair again: one link, not two.
        keep = size if size > 2 else 1
        here = np.moveaxis(grid, axis, -1)[..., :keep]
        there = np.moveaxis(np.roll(grid, -1, axis), axis, -1)[..., :keep]
        firsts.append(here.ravel())
        seconds.append(there.ravel())
    return (np.concatenate(firsts), np.concatenate(seconds)) if firsts else (a[:0], a[:0])


def _ring(_: Any, a: IntArray, *__: IntArray) -> Pairs:
    return _torus(schemes.Torus(dims=(len(a),)), a)


def _clos(scheme: schemes.Clos, a: IntArray, b: IntArray, *_: IntArray) -> Pairs:
    if not 0 < scheme.uplinks <= 65536:
        raise InvalidInput(
            "clos with {uplinks} uplinks; 1 to 65536 are possible",
            uplinks=scheme.uplinks,
        )
    _check_count(len(a) * scheme.uplinks, say("clos"))
    port = np.arange(len(a) * scheme.uplinks)
    return np.repeat(a, scheme.uplinks), b[port % len(b)]


def _dragonfly(scheme: schemes.Dragonfly, a: IntArray, *_: IntArray) -> Pairs:
    groups = _grid((scheme.group_size,), a, say("dragonfly groups"))
    if scheme.links < 1:
        raise InvalidInput(
            "dragonfly with {links} links per pair of groups; at least 1",
            links=scheme.links,
        )
    _check_count(len(groups) * (len(groups) - 1) // 2 * scheme.links, say("dragonfly"))
    low, high = np.triu_indices(len(groups), k=1)
    low, high = np.repeat(low, scheme.links), np.repeat(high, scheme.links)
    # Global links take the members of a group in turn, so that every member carries its share.
    # Group g is the high end of g pairs before it becomes the low end of any.
    turn_low = _running_count(low) + low * scheme.links
    turn_high = _running_count(high)
    return (
        groups[low, turn_low % scheme.group_size],
        groups[high, turn_high % scheme.group_size],
    )


def _running_count(keys: IntArray) -> IntArray:
    """Return how often each key occurred before, shape as `keys`."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    lengths = np.diff(np.concatenate((starts, [len(keys)])))
    count = np.empty(len(keys), dtype=np.int64)
    count[order] = np.arange(len(keys)) - np.repeat(starts, lengths)
    return count


_SCHEMES: dict[type, Callable[..., Pairs]] = {
    schemes.OneToOne: _one_to_one,
    schemes.Stride: _stride,
    schemes.EachToEach: _each_to_each,
    schemes.PerSubPlane: _per_sub_plane,
    schemes.Rail: _rail,
    schemes.FullMesh: _full_mesh,
    schemes.Ring: _ring,
    schemes.Torus: _torus,
    schemes.Clos: _clos,
    schemes.Dragonfly: _dragonfly,
}
