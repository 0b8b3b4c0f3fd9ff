"""Ports by name where links meet components that are large on the screen, and where they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.fabric import Fabric
from studio.gui.canvas.addresses import housing_address
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.text import SMALLEST_PX, Align, Label

_NAMED_PX = 300.0
"""Width of a component from which its ports are named."""
_FAR_PX = 900.0
"""Width of a component from which is said where its ports go."""
_INSIDE_PX = 11.0
_LINE_PX = 16.0
_BESIDE_PX = 6.0
_MOST_NAMES = 120


@dataclass(frozen=True)
class Ends:
    """Where bundles of links meet components; shapes (n_ends,) and (n_ends, 2)."""

    key: IntArray
    """What `of_link` calls the end."""
    component: IntArray
    point: FloatArray
    """In pixels."""


def inner_ends(frame: Frame, pairs: IntArray, lines: FloatArray) -> tuple[Ends, list[IntArray]]:
    """Return both ends of pairs joined within a box, and the end at either side of each link.

    Parameters
    ----------
    lines : shape (n_pairs, 4). From the first to the second component, in pixels.
    """
    inner, links = frame.scene.wiring.inner, frame.scene.fabric.links
    pair = frame.scene.wiring.pair_of_link
    ends = Ends(
        np.concatenate((2 * pairs, 2 * pairs + 1)),
        np.concatenate((inner.a[pairs], inner.b[pairs])),
        np.concatenate((lines[:, :2], lines[:, 2:])),
    )
    inside = pair >= 0
    of_link = []
    for own in (links.a, links.b):
        end = np.full(len(pair), -1, dtype=np.int64)
        end[inside] = 2 * pair[inside] + (own[inside] != inner.a[pair[inside]])
        of_link.append(end)
    return ends, of_link


def stub_ends(frame: Frame, stubs: IntArray, lines: FloatArray) -> tuple[Ends, list[IntArray]]:
    """Return the ends of cables at their components, and the stub at either side of each link.

    Parameters
    ----------
    lines : shape (n_stubs, 4). From the component on, in pixels.
    """
    wires = frame.scene.wiring
    ends = Ends(stubs, wires.stubs.component[stubs], lines[:, :2])
    return ends, list(wires.stub_of_link)


def port_labels(frame: Frame, ends: Ends, of_link: list[IntArray]) -> list[Label]:
    """Return the names of the ports in view, one for the links of a bundle together.

    Parameters
    ----------
    of_link : two arrays of shape (n_links,). End at the A and at the B side of each link, or -1.
    """
    view, scene = frame.viewport, frame.scene
    size = np.array((view.width, view.height))
    near = np.flatnonzero(((ends.point > 0) & (ends.point < size)).all(axis=1))
    chips = frame.screen_rects(scene.chip_rects(ends.component[near]))
    wide = chips[:, 2] >= _NAMED_PX
    named, chips = near[wide][:_MOST_NAMES], chips[wide][:_MOST_NAMES]
    if not len(named):
        return []
    joined = _joined(ends.key[named], of_link)
    color = frame.theme.chip_text
    labels = []
    for place, chip in zip(named.tolist(), chips.tolist(), strict=True):
        links, side = joined.get(int(ends.key[place]), ([], 0))
        text = scene.fabric.port_map.names(links, side)
        if not text:
            continue
        x, y = ends.point[place].tolist()
        px, py, onward, align = _inside(x, y, chip)
        labels.append(Label(text, px, py, SMALLEST_PX, color, -4, align, clear=2))
        if chip[2] >= _FAR_PX:
            far = f"→ {far_end(frame.scene.fabric, links, side)}"
            labels.append(Label(far, px, py + onward, SMALLEST_PX, color, -5, align, clear=2))
    return labels


def _inside(x: float, y: float, chip: list[float]) -> tuple[float, float, float, Align]:
    """Return where a port's name stands in its component, the way to a second line, and its side.

    Parameters
    ----------
    x, y : the port, on an edge of the component.
    chip : left, top, width and height. [px]
    """
    left, top, width, height = chip
    gaps = (abs(y - top), abs(y - top - height), abs(x - left), abs(x - left - width))
    nearest = gaps.index(min(gaps))
    if nearest == 0:
        return x, y + _INSIDE_PX, _LINE_PX, "center"
    if nearest == 1:
        return x, y - _INSIDE_PX, -_LINE_PX, "center"
    if nearest == 2:
        return x + _BESIDE_PX, y, _LINE_PX, "left"
    return x - _BESIDE_PX, y, _LINE_PX, "right"


def _joined(keys: IntArray, of_link: list[IntArray]) -> Mapping[int, tuple[list[int], int]]:
    """Return the links at each end, and which of their sides it is."""
    joined: dict[int, tuple[list[int], int]] = {}
    for side, ends in enumerate(of_link):
        chosen = np.flatnonzero(np.isin(ends, keys))
        for link, key in zip(chosen.tolist(), ends[chosen].tolist(), strict=True):
            joined.setdefault(key, ([], side))[0].append(link)
    return joined


def far_end(fabric: Fabric, links: list[int], side: int) -> str:
    """Return where links of one port or cable go, as short as it can be said from their own box."""
    own, far = (fabric.links.a, fabric.links.b)[:: 1 if side == 0 else -1]
    layout, there = fabric.layout, far[links]
    box = layout.housing[there[0]]
    step = "" if box == layout.housing[own[links[0]]] else f"{housing_address(layout, int(box))}/"
    ports = fabric.port_map.names(links, 1 - side)
    if len(set(there.tolist())) > 1:
        return f"{step}{ports}"
    name = str(layout.address(int(there[0]))).split("/", 2)[2]
    return f"{step}{name}:{ports}" if ports else f"{step}{name}"
