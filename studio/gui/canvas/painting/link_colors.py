"""Colours of links at every level: those of their planes, or those of an overlay's values."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

from studio.fabric.arrays import FloatArray, IntArray
from studio.gui.canvas import overlay as maps
from studio.gui.canvas.painting.buffers import mixed
from studio.gui.canvas.painting.frame import Frame

Colors = tuple[list[QColor], IntArray]
"""Colours, and the number of the colour of each line."""


def link_colors(
    frame: Frame,
    plane: IntArray,
    lines: IntArray,
    of_link: tuple[IntArray, ...],
    groups: int,
    share: float = 1.0,
) -> Colors:
    """Return the colours of lines that each stand for some links.

    Parameters
    ----------
    plane : shape (n,). Plane of each line.
    lines : shape (n,). Number of each line among all of its sort.
    of_link : one or two arrays of shape (n_links,). Line that each link belongs to, -1 for none.
    groups : how many lines of the sort there are.
    share : how strong the colour of a plane shows over the box.
    """
    values = frame.overlay.links if frame.overlay is not None else None
    if values is None:
        base = frame.theme.housing
        return [mixed(color, base, share) for color in frame.plane_colors], plane
    worst = np.full(groups, np.nan)
    for numbers in of_link:
        worst = np.fmax(worst, maps.grouped(values, numbers, groups, highest=True))
    return map_colors(frame, worst[lines])


def map_colors(frame: Frame, values: FloatArray) -> Colors:
    """Return the colours of an overlay for values of 0..1, NaN where there is none."""
    group = maps.bins(values)
    colors = [QColor(*maps.rgb(number)) for number in range(maps.BINS)] + [frame.theme.rack_line]
    return colors, np.where(group < 0, maps.BINS, group)
