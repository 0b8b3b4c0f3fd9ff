"""From addresses to numbers in a scene and back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidDesign
from studio.fabric.arrays import IntArray
from studio.fabric.layout import Layout
from studio.fabric.places import find_links
from studio.fabric.template import Template
from studio.gui.canvas.scene import Scene

_STEP = re.compile(r"^(?P<name>.+?)(?:\[(?P<index>\d{1,9})\])?$")


@dataclass(frozen=True)
class Chosen:
    """Numbers of racks, housings, components and links."""

    racks: IntArray
    housings: IntArray
    components: IntArray
    links: IntArray

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is chosen."""
        return not (
            len(self.racks) or len(self.housings) or len(self.components) or len(self.links)
        )


def nothing() -> Chosen:
    """Return an empty choice."""
    none = np.zeros(0, dtype=np.int64)
    return Chosen(none, none, none, none)


def resolve(scene: Scene, addresses: Iterable[str]) -> Chosen:
    """Return what addresses mean in this scene; those that mean nothing any more are left out."""
    layout = scene.layout
    racks, housings, components = [], [], []
    links: list[IntArray] = []
    for address in addresses:
        if address.startswith("rule:"):
            links.append(_links(scene, address))
            continue
        steps = address.split("/")
        if len(steps) == 1:
            racks.append(layout.rack_by_label.get(steps[0]))
            continue
        housing = layout.housing_by_label.get((steps[0], steps[1]))
        if len(steps) == 2:
            housings.append(housing)
        elif housing is not None:
            components.append(component_at(layout, housing, steps[2:]))
    joined = np.concatenate(links) if links else np.zeros(0, dtype=np.int64)
    return Chosen(_numbers(racks), _numbers(housings), _numbers(components), joined)


def _numbers(found: list[int | None]) -> IntArray:
    return np.array(sorted({n for n in found if n is not None}), dtype=np.int64)


def _links(scene: Scene, address: str) -> IntArray:
    try:
        return find_links(scene.fabric.links, address)
    except InvalidDesign:
        return np.zeros(0, dtype=np.int64)


def component_at(layout: Layout, housing: int, steps: list[str]) -> int | None:
    """Return the component at the steps below a housing, None where there is none."""
    path = []
    for step in steps:
        match = _STEP.match(step)
        if match is None:
            return None
        path.append((match["name"], int(match["index"] or 0)))
    member = _member(layout.housings[housing].template, tuple(path))
    return None if member is None else int(layout.start[housing]) + member


def _member(template: Template, path: tuple[tuple[str, int], ...]) -> int | None:
    try:
        return template.paths.index(path)
    except ValueError:
        return None


def rack_address(layout: Layout, rack: int) -> str:
    """Return the address of a rack."""
    return layout.racks[rack].label


def housing_address(layout: Layout, housing: int) -> str:
    """Return the address of a node, box, tray or shelf."""
    placed = layout.housings[housing]
    return f"{layout.racks[placed.rack].label}/{placed.label}"
