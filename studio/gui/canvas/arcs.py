"""Trunks as arcs over their racks, or below them; polylines from positions, no Qt."""

from __future__ import annotations

from functools import cache

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray
from studio.gui.canvas.bundles import Trunks

ARC_STEPS = 28
MOST_ARCS = 600
"""With more trunks than this, trays are drawn instead of arcs."""
HIGHEST_M = 3.0
"""No arc rises higher above its ends."""
_LEAST_M, _MOST_M, _REACH_M = 0.35, 2.4, 4.0
_EXIT_MARGIN = 0.1


def exits(racks: FloatArray, trunks: Trunks, hangs: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return where each trunk leaves rack A and rack B, shapes (n_trunks, 2), in metres.

    The exits of a rack are ordered by direction and distance, so that arcs nest and don't cross.

    Parameters
    ----------
    hangs : shape (n_planes,). Planes whose trunks leave at the foot of the rack.
    """
    count = len(trunks.a)
    if not count:
        return np.zeros((0, 2)), np.zeros((0, 2))
    own = np.concatenate((trunks.a, trunks.b))
    other = np.concatenate((trunks.b, trunks.a))
    plane = np.concatenate((trunks.plane, trunks.plane))
    below = hangs[plane]
    centre = racks[:, 0] + racks[:, 2] / 2
    away = centre[other] - centre[own]
    # The nearest is outermost on either side: leftmost to the left, rightmost to the right.
    edge = own * 2 + below
    order = np.lexsort((plane, -away, away >= 0, edge))
    rank = np.empty(2 * count)
    rank[order] = np.arange(2 * count)
    per_edge = np.bincount(edge, minlength=2 * len(racks))
    first = np.concatenate((np.zeros(1), np.cumsum(per_edge)))[edge]
    share = (rank - first + 0.5) / per_edge[edge]
    rects = racks[own]
    x = rects[:, 0] + rects[:, 2] * (_EXIT_MARGIN + (1 - 2 * _EXIT_MARGIN) * share)
    y = rects[:, 1] + np.where(below, rects[:, 3], 0.0)
    points = np.stack((x, y), axis=1)
    return points[:count], points[count:]


def arcs(
    start: FloatArray, end: FloatArray, below: BoolArray, steps: int = ARC_STEPS
) -> FloatArray:
    """Return the polylines of trunks between exits, shape (n, steps + 1, 2), in metres."""
    reach = np.abs(end[:, 0] - start[:, 0])
    lift = _LEAST_M + _MOST_M * (1 - np.exp(-reach / _REACH_M))
    up = np.stack((np.zeros(len(start)), np.where(below, lift, -lift)), axis=1)
    corners = np.stack((start, start + up, end + up, end), axis=1)
    points: FloatArray = np.einsum("sk,nkd->nsd", _bezier(steps), corners)
    return points


@cache
def _bezier(steps: int) -> FloatArray:
    """Return the weights of the four corners at each point, shape (steps + 1, 4)."""
    t = _places(steps)
    rest = 1 - t
    return np.stack((rest**3, 3 * rest**2 * t, 3 * rest * t**2, t**3), axis=1)


def _places(steps: int) -> FloatArray:
    """Return where points stand on a usual arc, from 0 to 1, closer together where it bends.

    A chord is off its curve by curvature x length^2 / 8, so that points in equal steps of the root
    of the curvature are all off alike.
    """
    t = np.linspace(0.0, 1.0, 2001)
    rest, lift = 1 - t, _LEAST_M + _MOST_M
    dx, dy = 6 * rest * t * 2 * _REACH_M, 3 * lift * (rest**2 - t**2)
    turn = np.abs(dx * -6 * lift - dy * 12 * _REACH_M * (rest - t))
    share = np.sqrt(turn / np.hypot(dx, dy))
    along = np.concatenate((np.zeros(1), np.cumsum((share[1:] + share[:-1]) / 2)))
    places: FloatArray = np.interp(np.linspace(0.0, along[-1], steps + 1), along, t)
    return places
