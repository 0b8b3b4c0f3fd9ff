"""What crosses every halving of the NPUs of a switched plane, proven from its links alone.

Light enough for every edit; `structure` works the same out for any graph.
"""

from __future__ import annotations

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray, IntArray

_MOST_LINKS = 150_000
"""Links of a plane beyond which an edit would feel the proof, which takes a frame of 16 ms."""

_NPU_AND_SWITCH, _TWO_SWITCHES = 5, 8
"""Sums of the ends of a link, an NPU being 1 and a switch 4."""
_MOST_CELLS = 1_000_000
"""Leaves times spines up to which a table of them is faster than sorting their links."""


def every_halving(
    a: IntArray,
    b: IntArray,
    rate_byte_per_s: FloatArray,
    is_npu: BoolArray,
    is_switch: BoolArray,
    is_adapter: BoolArray,
) -> float:
    """Return a bandwidth that no halving of the NPUs lets less through than; 0 if not proven.

    Parameters
    ----------
    a, b : shape (links,). Components at the ends of working links of one plane.
    rate_byte_per_s : shape (links,). Per direction. [byte/s]
    is_npu, is_switch, is_adapter : shape (components,). An adapter stands between one NPU and the
        switches.

    Notes
    -----
    Every NPU sends x by some pattern in which none receives more, and shares it among its links
    by their bandwidth and at a leaf among all spines equally. A leaf passes on x/R of the bandwidth
    of its NPU links, R being that of one NPU, so the pattern fits while x <= R and, at every leaf,
    x/R times this bandwidth fits its uplinks. It needs that every NPU has the same bandwidth into
    each group of switches, and that all leaves of a group have equal links to all its spines.
    Across a halving of n NPUs run n/2 such flows. Links that fit no such form are left out, which
    only lowers the bound.

    References
    ----------
    [1] N. Duffield et al., "A flexible model for resource management in virtual private
        networks" (hose model), SIGCOMM 1999.
    """
    count = len(is_npu)
    if len(a) > _MOST_LINKS:
        return 0.0
    if is_adapter[a].any() or is_adapter[b].any():
        a, b, rate_byte_per_s = _past_adapters(a, b, rate_byte_per_s, is_npu, is_adapter)
    kind = np.where(is_npu, 1, np.where(is_switch, 4, 0)).astype(np.int8)
    ends = kind[a] + kind[b]
    down = np.flatnonzero(ends == _NPU_AND_SWITCH)
    if not len(down):
        return 0.0
    npu, leaf = _sorted_ends(a[down], b[down], is_npu)
    offered = np.bincount(leaf, weights=rate_byte_per_s[down], minlength=count)
    is_leaf = offered > 0
    up = np.flatnonzero(ends == _TWO_SWITCHES)
    up = up[is_leaf[a[up]] != is_leaf[b[up]]]
    near, spine = _sorted_ends(a[up], b[up], is_leaf)
    group = np.arange(count)
    np.minimum.at(group, spine, near)
    np.minimum.at(group, near, group[spine])
    wanted = _of_each_npu(npu, group[leaf], rate_byte_per_s[down], int(is_npu.sum()))
    if not wanted:
        return 0.0
    passed = _passed_on(group, near, spine, rate_byte_per_s[up])
    share = np.divide(passed, offered, out=np.ones(count), where=is_leaf & (passed < offered))
    return wanted * float(share[is_leaf].min())


def _past_adapters(
    a: IntArray, b: IntArray, rate: FloatArray, is_npu: BoolArray, is_adapter: BoolArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return links as they are for NPUs whose adapter is theirs alone: straight to the switches.

    Of the adapter's links to switches counts what its links to the NPU can fill. An adapter of
    several NPUs is left out with its links.
    """
    count = len(is_npu)
    has = is_adapter[a] | is_adapter[b]
    adapter, other = _sorted_ends(a[has], b[has], is_adapter)
    speed = rate[has]
    inner = is_npu[other]
    owner, last = np.full(count, count), np.full(count, -1)
    np.minimum.at(owner, adapter[inner], other[inner])
    np.maximum.at(last, adapter[inner], other[inner])
    room = np.bincount(adapter[inner], weights=speed[inner], minlength=count)
    outer = ~inner & (owner[adapter] == last[adapter])
    wanted = np.bincount(adapter[~inner], weights=speed[~inner], minlength=count)
    filled = np.divide(room, wanted, out=np.ones(count), where=wanted > room)
    return (
        np.concatenate([a[~has], owner[adapter[outer]]]),
        np.concatenate([b[~has], other[outer]]),
        np.concatenate([rate[~has], speed[outer] * filled[adapter[outer]]]),
    )


def _sorted_ends(a: IntArray, b: IntArray, is_first: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the end of each link that is marked, and the other one."""
    first = np.where(is_first[a], a, b)
    return first, a + b - first


def _passed_on(group: IntArray, leaf: IntArray, spine: IntArray, rate: FloatArray) -> FloatArray:
    """Return what each leaf can pass on by equal shares; infinite where it has no spine.

    A leaf of a group whose leaves and spines are not all joined alike passes on nothing.
    """
    count = len(group)
    passed = np.bincount(leaf, weights=rate, minlength=count).astype(np.float64)
    alone = passed == 0
    between, here = _between(leaf, spine, rate, group)
    least, most = np.full(count, np.inf), np.zeros(count)
    np.minimum.at(least, here, between)
    np.maximum.at(most, here, between)
    pairs = np.bincount(here, minlength=count)
    leaves = np.bincount(group[np.flatnonzero(~alone)], minlength=count)
    spines = np.bincount(
        group[np.flatnonzero(np.bincount(spine, minlength=count))], minlength=count
    )
    is_whole = (leaves * spines == pairs) & (most <= least * (1 + 1e-12))
    passed[~is_whole[group]] = 0.0
    passed[leaf[group[leaf] != group[spine]]] = 0.0
    passed[alone] = np.inf
    return passed


def _between(
    leaf: IntArray, spine: IntArray, rate: FloatArray, group: IntArray
) -> tuple[FloatArray, IntArray]:
    """Return the bandwidth of every pair that has any, and the group of each."""
    if not len(leaf):
        return np.zeros(0), leaf
    row, rows = _numbered(leaf)
    column, columns = _numbered(spine)
    cell = row * columns + column
    if rows * columns > _MOST_CELLS:
        pairs, cell = np.unique(cell, return_inverse=True)
        between = np.bincount(cell, weights=rate)
    else:
        table = np.bincount(cell, weights=rate, minlength=rows * columns)
        pairs = np.flatnonzero(table)
        between = table[pairs]
    of_row = np.zeros(rows, dtype=np.int64)
    of_row[row] = group[leaf]
    return between.astype(np.float64), of_row[pairs // columns]


def _of_each_npu(npu: IntArray, group: IntArray, rate: FloatArray, npu_count: int) -> float:
    """Return half the NPUs times the bandwidth of one; 0 unless all have the same in each group."""
    number, npus = _numbered(npu)
    column, groups = _numbered(group)
    table = np.bincount(number * groups + column, weights=rate, minlength=npus * groups)
    table = table.reshape(npus, groups)
    if npus < npu_count or np.any(table.max(axis=0) > table.min(axis=0) * (1 + 1e-12)):
        return 0.0
    return npus // 2 * float(table[0].sum())


def _numbered(names: IntArray) -> tuple[IntArray, int]:
    """Return names as numbers without gaps, and how many there are."""
    is_used = np.zeros(int(names.max()) + 1, dtype=np.bool_)
    is_used[names] = True
    number = np.cumsum(is_used) - 1
    return number[names], int(number[-1]) + 1
