"""Names of ports where links meet components that are large on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from studio.fabric.arrays import FloatArray, IntArray
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.text import SMALLEST_PX, Label

_NAMED_PX = 300.0
"""Width of a component from which its ports are named."""
_INSIDE_PX = 11.0
_MOST_NAMES = 120


@dataclass(frozen=True)
class Ends:
    """Where bundles of links meet components; shapes (n_ends,) and (n_ends, 2)."""

    key: IntArray
    """What `of_link` calls the end."""
    component: IntArray
    point: FloatArray
    """In pixels."""
    away: FloatArray
    """Where the links go on to, in pixels: the name stands on the other side."""


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
        np.concatenate((lines[:, 2:], lines[:, :2])),
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
    ends = Ends(stubs, wires.stubs.component[stubs], lines[:, :2], lines[:, 2:])
    return ends, list(wires.stub_of_link)


def port_labels(frame: Frame, ends: Ends, of_link: list[IntArray]) -> list[Label]:
    """Return the names of the ports in view, one for the links of a bundle together.

    Parameters
    ----------
    of_link : two arrays of shape (n_links,). End at the A and at the B side of each link, or -1.
    """
    view, scene = frame.viewport, frame.scene
    x, y = ends.point.T
    near = np.flatnonzero((x > 0) & (x < view.width) & (y > 0) & (y < view.height))
    wide = scene.chip_rects(ends.component[near])[:, 2] * view.scale >= _NAMED_PX
    named = near[wide][:_MOST_NAMES]
    if not len(named):
        return []
    texts = _texts(frame, ends.key[named], of_link)
    color = frame.theme.chip_text
    labels = []
    for place in named.tolist():
        (px, py), (_, beyond) = ends.point[place].tolist(), ends.away[place].tolist()
        inward = _INSIDE_PX if beyond < py else -_INSIDE_PX
        text = texts.get(int(ends.key[place]), "")
        if text:
            labels.append(Label(text, px, py + inward, SMALLEST_PX, color, -4, clear=2))
    return labels


def _texts(frame: Frame, keys: IntArray, of_link: list[IntArray]) -> Mapping[int, str]:
    ports = frame.scene.fabric.port_map
    texts: dict[int, str] = {}
    for side, ends in enumerate(of_link):
        chosen = np.flatnonzero(np.isin(ends, keys))
        links: dict[int, list[int]] = {}
        for link, key in zip(chosen.tolist(), ends[chosen].tolist(), strict=True):
            links.setdefault(key, []).append(link)
        for key, together in links.items():
            texts[key] = ports.names(together, side)
    return texts
