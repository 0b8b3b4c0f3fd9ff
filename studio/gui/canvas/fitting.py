"""Whether boxes fit a rack: units, depth, mass and power, told before they are dropped; no Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from studio import units
from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.fabric import Fabric
from studio.fabric.layout import Housing
from studio.fabric.parts import PartData, PartTable
from studio.fabric.template import Template, build_templates
from studio.gui.canvas.elevation import rack_units
from studio.gui.canvas.scene import Scene
from studio.gui.i18n import tr
from studio.ids import AssemblyId
from studio.simulation.rollup.inventory import inventory_of
from studio.simulation.rules.rack_space import depth_m as depth_m_of

Span = tuple[int, int, str]
"""First rack unit, units taken, and face."""


@dataclass(frozen=True)
class Load:
    """What boxes bring into a rack."""

    mass_kg: float = 0.0
    power_w: float = 0.0
    """At nameplate, conversion loss excluded."""
    depth_m: float = 0.0
    """Of the deepest box."""


@dataclass(frozen=True)
class Fit:
    """What stands against boxes at a place, and what the rack would carry."""

    blocked: str = ""
    """Why they can't stand there; empty where they can."""
    warnings: tuple[str, ...] = ()
    figures: str = ""

    @property
    def text(self) -> str:
        """Return all of it, a line each."""
        lines = (self.blocked, *self.warnings, self.figures)
        return "\n".join(line for line in lines if line)


NO_FIT = Fit()


def load_of(fabric: Fabric, templates: Sequence[Template]) -> Load:
    """Return what boxes of these types weigh and draw."""
    parts = fabric.layout.parts
    numbers: list[int] = [n for one in templates for n in np.asarray(one.parts).tolist()]
    assemblies = fabric.design.assemblies
    depths = [assemblies[one.assembly].depth_m for one in templates if one.assembly in assemblies]
    return Load(
        sum(one.mass_kg for one in templates) + sum(parts[n].value("mass") for n in numbers),
        sum(parts[n].value("power_max") for n in numbers),
        max(depths, default=0.0),
    )


def assembly_load(fabric: Fabric, assembly_id: str) -> Load:
    """Return what one assembly of the design weighs and draws; nothing where it is not there."""
    parts = PartTable(fabric.design.parts, fabric.catalog)
    template = build_templates(fabric.design.assemblies, parts).get(AssemblyId(assembly_id))
    if template is None:
        return Load()
    known = parts.parts()
    numbers = np.asarray(template.parts).tolist()
    return Load(
        template.mass_kg + sum(known[n].value("mass") for n in numbers),
        sum(known[n].value("power_max") for n in numbers),
        fabric.design.assemblies[AssemblyId(assembly_id)].depth_m,
    )


def part_load(part: PartData) -> Load:
    """Return what a part weighs and draws."""
    return Load(part.value("mass"), part.value("power_max"))


class RackRoom:
    """What is free in each rack of a scene, boxes that are carried left out."""

    def __init__(self, scene: Scene, carried: IntArray) -> None:
        self._scene = scene
        fabric, layout = scene.fabric, scene.layout
        self._units = rack_units(layout)
        present = fabric.housing_present
        self._gone = frozenset(carried.tolist()) | frozenset(np.flatnonzero(~present).tolist())
        away = [layout.housings[n] for n in carried[present[carried]].tolist()]
        self._power: FloatArray = inventory_of(fabric).power_by_rack_w("power_max").copy()
        mass = np.array([part.value("mass") for part in layout.parts])
        self._mass: FloatArray = np.bincount(
            layout.rack,
            weights=mass[layout.part] * fabric.component_present,
            minlength=len(layout.racks),
        ).astype(np.float64)
        for housing in compress(layout.housings, present):
            self._mass[housing.rack] += housing.template.mass_kg
        for housing in away:
            gone = load_of(fabric, [housing.template])
            self._mass[housing.rack] -= gone.mass_kg
            self._power[housing.rack] -= gone.power_w

    def count(self, rack: int) -> int:
        """Return how many rack units a rack has."""
        return int(self._units[rack])

    def is_free(self, rack: int, spans: Sequence[Span]) -> bool:
        """Tell whether rack units are free, and there at all."""
        return not self._blocked(rack, spans)

    def nearest_free(self, rack: int, spans: Sequence[Span], reach_u: int) -> int:
        """Return by how many units to shift spans to a free place near by; 0 where none is."""
        for step in range(reach_u + 1):
            for shift in (step, -step):
                if self.is_free(rack, [(u + shift, high, face) for u, high, face in spans]):
                    return shift
        return 0

    def fit(self, rack: int, spans: Sequence[Span], load: Load) -> Fit:
        """Return how boxes of a load fit at some units of a rack."""
        part = self._scene.layout.parts[self._scene.layout.racks[rack].part]
        mass = float(self._mass[rack]) + part.value("mass") + load.mass_kg
        power = float(self._power[rack]) + load.power_w
        warnings, figures = [], []
        for value, limit, dimension, over in (
            (mass, part.value("mass_limit"), "mass", tr("too heavy")),
            (power, part.value("power_limit"), "power", tr("too much power")),
            (load.depth_m, part.value("depth"), "length", tr("too deep")),
        ):
            text = units.display(value, dimension, 3)
            if limit:
                text = f"{text} / {units.display(limit, dimension, 3)}"
            if limit and value > limit * (1 + 1e-9):
                warnings.append(f"{over}: {text}")
            elif value:
                figures.append(text)
        blocked = self._blocked(rack, spans) or self._meets(rack, spans, load.depth_m)
        return Fit(blocked, tuple(warnings), " · ".join(figures))

    def _meets(self, rack: int, spans: Sequence[Span], depth_m: float) -> str:
        """Return what stands at the other face and leaves a box of some depth no room."""
        scene = self._scene
        limit = scene.layout.parts[scene.layout.racks[rack].part].value("depth")
        if not limit or not depth_m:
            return ""
        for other in self._others(rack):
            behind = depth_m_of(scene.fabric, other)
            if not behind or depth_m + behind <= limit + 1e-6:
                continue
            if any(face != other.face and _over(other, u, high) for u, high, face in spans):
                return f"{tr('no depth left')}: {other.label}"
        return ""

    def _others(self, rack: int) -> Iterator[Housing]:
        """Yield the boxes of a rack that stay where they are."""
        scene = self._scene
        for number in range(int(scene.rack_start[rack]), int(scene.rack_start[rack + 1])):
            box = scene.layout.housings[number]
            if number not in self._gone and box.height_u:
                yield box

    def _blocked(self, rack: int, spans: Sequence[Span]) -> str:
        for u, high, _ in spans:
            if u < 1 or u + high - 1 > self.count(rack):
                return tr("outside the rack")
        for other in self._others(rack):
            if any(face == other.face and _over(other, u, high) for u, high, face in spans):
                return f"{tr('occupied')}: {other.label}"
        return ""


def _over(other: Housing, u: int, high: int) -> bool:
    """Tell whether a box stands at some of the units; what takes none is in nobody's way."""
    return high > 0 and other.u < u + high and u < other.u + other.height_u
