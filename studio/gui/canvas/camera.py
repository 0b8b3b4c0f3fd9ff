"""Ways through the drawing: what to show for an address, a dive, a step up; no Qt."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from studio.fabric.arrays import IntArray
from studio.gui.canvas.addresses import housing_address, rack_address, resolve
from studio.gui.canvas.levels import Level
from studio.gui.canvas.picking import pick
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.snapping import around
from studio.gui.canvas.viewport import Rect, Viewport

_MARGIN = 0.08


def rect_of(scene: Scene, addresses: Iterable[str]) -> Rect | None:
    """Return the rectangle around things, None where nothing is at the addresses, in metres."""
    chosen = resolve(scene, addresses)
    housings, racks = _around_links(scene, chosen.links)
    rects = np.concatenate(
        (
            scene.racks[chosen.racks],
            scene.housing_rects(chosen.housings),
            scene.chip_rects(chosen.components),
            scene.housing_rects(housings),
            scene.racks[racks],
        )
    )
    return around(rects) if len(rects) else None


def _around_links(scene: Scene, links: IntArray) -> tuple[IntArray, IntArray]:
    """Return the boxes that links stay inside of, and the racks at both ends of all others."""
    layout, every = scene.layout, scene.fabric.links
    a, b = every.a[links], every.b[links]
    stays = layout.housing[a] == layout.housing[b]
    leaving = np.concatenate((a[~stays], b[~stays]))
    return np.unique(layout.housing[a[stays]]), np.unique(layout.rack[leaving])


def shown_at(viewport: Viewport, rect: Rect) -> Viewport:
    """Return the view on a rectangle."""
    return viewport.fitted(rect, _MARGIN)


def dive(scene: Scene, viewport: Viewport, level: Level, x: float, y: float) -> Viewport | None:
    """Return the view on the thing at a hall position that the next level shows."""
    hit = pick(scene, viewport, level, x, y)
    if hit is None:
        return None
    number = np.array([hit.number])
    if hit.kind == "rack":
        rect = scene.racks[hit.number]
    elif hit.kind == "housing":
        rect = scene.housing_rects(number)[0]
    else:
        rect = scene.chip_rects(number)[0]
    return shown_at(viewport, _rect(rect))


def containers(scene: Scene, viewport: Viewport) -> list[tuple[str, Rect]]:
    """Return address and rectangle of what the middle of the view is in, innermost last."""
    x, y = viewport.to_world(viewport.width / 2, viewport.height / 2)
    found: list[tuple[str, Rect]] = []
    hit = pick(scene, viewport, "chip", x, y)
    if hit is None:
        return found
    layout = scene.layout
    rack, housing, chip = -1, -1, -1
    if hit.kind == "component":
        chip, housing = hit.number, int(layout.housing[hit.number])
        rack = int(layout.rack[hit.number])
    elif hit.kind == "housing":
        housing, rack = hit.number, int(layout.rack_of_housing[hit.number])
    else:
        rack = hit.number
    found.append((rack_address(layout, rack), _rect(scene.racks[rack])))
    if housing >= 0:
        rect = scene.housing_rects(np.array([housing]))[0]
        found.append((housing_address(layout, housing), _rect(rect)))
    if chip >= 0:
        rect = scene.chip_rects(np.array([chip]))[0]
        found.append((layout.address(chip), _rect(rect)))
    return found


def upward(scene: Scene, viewport: Viewport) -> Viewport:
    """Return the view on the smallest container that is larger than what is shown now."""
    for _, rect in reversed(containers(scene, viewport)):
        wider = shown_at(viewport, rect)
        if wider.scale < viewport.scale * 0.85:
            return wider
    return viewport.fitted(scene.contents, _MARGIN)


def path(scene: Scene, viewport: Viewport, level: Level) -> list[str]:
    """Return the addresses from the rack inward that the breadcrumb names at a level."""
    depth = {"hall": 0, "rack": 1, "node": 2, "chip": 3}[level]
    return [address for address, _ in containers(scene, viewport)[:depth]]


def _rect(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Rect:
    x, y, width, height = values.tolist()
    return x, y, width, height
