"""Links that stay in a box, as they are drawn: where each lies, and which is at a place; no Qt."""

from __future__ import annotations

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.gui.canvas import routes
from studio.gui.canvas.culling import ranges
from studio.gui.canvas.distance import distance_to
from studio.gui.canvas.scene import Scene

_SINGLE_RACK_PX = 2200.0
"""Width of a rack from which parallel links of a pair are drawn one by one."""
_MOST_BESIDE = 8
_APART_PX = 4.0


def are_single(scene: Scene, scale: float) -> bool:
    """Tell whether parallel links are drawn one by one at a magnification in pixels per metre."""
    return scene.rack_width_m * scale >= _SINGLE_RACK_PX


def traces_in(
    scene: Scene, housings: IntArray, plane_shown: BoolArray
) -> tuple[IntArray, FloatArray]:
    """Return the pairs that are joined in boxes, and a line for each, shape (n, 4), in metres.

    The lines of a component share its edge, so that each lies where it is drawn only beside all
    others of its box.
    """
    inner = scene.wiring.inner
    pairs = ranges(inner.start, housings)
    pairs = pairs[plane_shown[inner.plane[pairs]]]
    return pairs, routes.inner_lines(scene, pairs)


def side_by_side(lines: FloatArray, count: IntArray, scale: float) -> tuple[FloatArray, IntArray]:
    """Return the parallel links of each pair as lines beside each other, and the pair of each.

    Parameters
    ----------
    lines, count : shapes (n, 4) and (n,). [m]
    scale : pixels per metre.
    """
    count = np.minimum(count, _MOST_BESIDE)
    repeated = np.repeat(lines, count, axis=0)
    first = np.repeat(np.cumsum(count) - count, count)
    place = np.arange(len(repeated)) - first - (np.repeat(count, count) - 1) / 2
    way = repeated[:, 2:] - repeated[:, :2]
    length = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-12)
    shift = place * _APART_PX / scale
    aside = np.stack((-way[:, 1] / length * shift, way[:, 0] / length * shift), axis=1)
    return repeated + np.concatenate((aside, aside), axis=1), np.repeat(
        np.arange(len(count)), count
    )


def nearest_trace(
    scene: Scene,
    housing: int,
    place: tuple[float, float],
    scale: float,
    plane_shown: BoolArray,
) -> tuple[int, float] | None:
    """Return the pair of a box whose line is nearest to a place, and how far that is in metres."""
    pairs, lines = traces_in(scene, np.array([housing]), plane_shown)
    if not len(pairs):
        return None
    if are_single(scene, scale):
        lines, of_line = side_by_side(lines, scene.wiring.inner.links[pairs], scale)
        pairs = pairs[of_line]
    gap = distance_to(lines, *place)
    best = int(gap.argmin())
    return int(pairs[best]), float(gap[best])
