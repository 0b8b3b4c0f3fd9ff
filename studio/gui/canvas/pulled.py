"""The cables that racks on the move pull along: how many, how long; no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio import units
from studio.fabric.arrays import BoolArray, IntArray
from studio.fabric.fabric import Fabric
from studio.gui.i18n import tr
from studio.simulation.rollup.inventory import inventory_of


@dataclass(frozen=True)
class PulledCables:
    """Cables with one end in a rack that moves and one in a rack that stays."""

    first_links: IntArray
    """The first link of each, shape (n_cables,)."""
    links: int
    """How many links the fabric had."""
    before_m: float
    """All of them together, before anything moved."""

    def text(self, fabric: Fabric) -> str:
        """Return how long they are in a fabric; empty without cables, or where links changed."""
        if not len(self.first_links) or fabric.links.count != self.links:
            return ""
        lengths = fabric.geometry.length_m[self.first_links]
        total = float(lengths.sum())
        change = total - self.before_m
        said = tr("{n} cables up to {longest}, together {total}").format(
            n=f"{len(lengths):,}",
            longest=units.display(float(lengths.max()), "length", 3),
            total=units.display(total, "length", 4),
        )
        # Stock lengths are not finer than centimetres.
        if abs(change) < 0.005:
            return said
        sign = "+" if change > 0 else "-"
        return f"{said} ({sign}{units.display(abs(change), 'length', 3)})"


def pulled_cables(fabric: Fabric, moving: BoolArray) -> PulledCables:
    """Return the cables that a move of racks makes longer or shorter.

    Parameters
    ----------
    moving : shape (n_racks,). Which racks move.
    """
    links, layout = fabric.links, fabric.layout
    runs = [run.first_links for run in inventory_of(fabric).cable_runs]
    first = np.concatenate(runs) if runs else np.zeros(0, dtype=np.int64)
    a, b = (moving[layout.rack[end[first]]] for end in (links.a, links.b))
    first = first[a != b]
    return PulledCables(first, links.count, float(fabric.geometry.length_m[first].sum()))
