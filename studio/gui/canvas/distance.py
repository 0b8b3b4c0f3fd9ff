"""How far a place is from lines."""

from __future__ import annotations

import numpy as np

from studio.fabric.arrays import FloatArray


def distance_to(lines: FloatArray, x: float, y: float) -> FloatArray:
    """Return the distance of a point from each line, shape (n,); `lines` have shape (n, 4)."""
    start, way = lines[:, :2], lines[:, 2:] - lines[:, :2]
    length = np.maximum((way**2).sum(axis=1), 1e-30)
    to_point = np.array((x, y)) - start
    share = np.clip((to_point * way).sum(axis=1) / length, 0.0, 1.0)
    gap = to_point - share[:, None] * way
    distances: FloatArray = np.hypot(gap[:, 0], gap[:, 1])
    return distances
