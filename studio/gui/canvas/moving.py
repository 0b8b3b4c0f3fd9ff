"""Racks on the move: which ones go together, and the edit that puts them down; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from studio.design.edits import move_racks
from studio.design.model import Design
from studio.fabric.arrays import BoolArray
from studio.gui.canvas.scene import Scene
from studio.ids import RackId


def rack_ids(scene: Scene, addresses: frozenset[str]) -> tuple[RackId, ...]:
    """Return the design's racks (or arrays of racks) that selected rack labels belong to."""
    layout = scene.layout
    found = {
        layout.racks[layout.rack_by_label[label]].rack: None
        for label in sorted(addresses)
        if label in layout.rack_by_label
    }
    return tuple(found)


def members(scene: Scene, racks: tuple[RackId, ...]) -> BoolArray:
    """Tell which racks on the floor go along: all of an array, shape (n_racks,)."""
    chosen = set(racks)
    return np.array([rack.rack in chosen for rack in scene.layout.racks], dtype=bool)


def places(design: Design, racks: tuple[RackId, ...]) -> Mapping[RackId, tuple[float, float]]:
    """Return where racks stand."""
    return {rack: (design.racks[rack].x_m, design.racks[rack].y_m) for rack in racks}


def put_down(
    start: Mapping[RackId, tuple[float, float]], dx_m: float, dy_m: float
) -> Callable[[Design], Design]:
    """Return the edit that puts racks at a shift from where a drag began.

    The edit states places, not steps, so that of many in a row only the last one matters.
    """

    def edit(design: Design) -> Design:
        for rack, (x, y) in start.items():
            if rack in design.racks:
                now = design.racks[rack]
                design = move_racks(
                    design, [rack], _shift(now.x_m, x + dx_m), _shift(now.y_m, y + dy_m)
                )
        return design

    return edit


def nudged(racks: tuple[RackId, ...], dx_m: float, dy_m: float) -> Callable[[Design], Design]:
    """Return the edit that moves racks by a step, those that are still there."""

    def edit(design: Design) -> Design:
        known = [rack for rack in racks if rack in design.racks]
        return move_racks(design, known, dx_m, dy_m)

    return edit


def _shift(now: float, wanted: float) -> float:
    return round(wanted, 4) - now
