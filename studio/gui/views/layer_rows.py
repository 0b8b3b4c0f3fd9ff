"""Planes that can be shown or hidden, link rules under them, and the overlays to choose from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.arrays import FloatArray
from studio.fabric.fabric import Fabric
from studio.gui.i18n import mark
from studio.session.evaluation import Evaluation

OVERLAYS: tuple[tuple[str, str], ...] = (
    ("", mark("No overlay")),
    ("power", mark("Typical power")),
    ("health", mark("Health")),
    ("length", mark("Cable length")),
    ("bandwidth", mark("Link bandwidth")),
)


@dataclass(frozen=True)
class RuleRow:
    """A link rule of a plane."""

    address: str
    name: str
    links: int


@dataclass(frozen=True)
class PlaneRow:
    """A plane with its rules."""

    id: str
    name: str
    color: str
    links: int
    rules: tuple[RuleRow, ...]


@dataclass(frozen=True)
class OverlayValues:
    """Shares of 0..1 on components or links, with what the ends stand for."""

    label: str
    components: FloatArray | None
    links: FloatArray | None
    low: str
    high: str


def plane_rows(fabric: Fabric, language: str) -> tuple[PlaneRow, ...]:
    """Return the planes of a design with the links each holds."""
    rows = []
    for plane_id, plane in fabric.design.planes.items():
        rules = tuple(
            RuleRow(f"rule:{one.name}", one.name, len(one.a))
            for one in fabric.links.rules
            if one.rule.plane == plane_id
        )
        name = plane.name_zh if language == "zh" and plane.name_zh else plane.name
        rows.append(PlaneRow(plane_id, name, plane.color, sum(r.links for r in rules), rules))
    return tuple(rows)


def overlay_values(name: str, evaluation: Evaluation) -> OverlayValues | None:
    """Return what an overlay paints; None for none."""
    fabric = evaluation.fabric
    label = dict(OVERLAYS).get(name, "")
    if name == "power":
        part = np.array([one.value("power_typical") for one in fabric.parts])
        values = part[fabric.layout.part] * (fabric.component_factor > 0)
        return _scaled(label, values, None, "W")
    if name == "health":
        return OverlayValues(label, fabric.component_factor, fabric.link_factor, "0 %", "100 %")
    if name == "length":
        return _scaled(label, None, fabric.geometry.length_m, "m")
    if name == "bandwidth":
        return _scaled(label, None, fabric.link_bandwidth_byte_per_s / 1e9, "GB/s")
    return None


def _scaled(
    label: str, components: FloatArray | None, links: FloatArray | None, unit: str
) -> OverlayValues:
    values = components if components is not None else links
    top = float(values.max()) if values is not None and len(values) else 0.0
    scale = 1 / top if top else 0.0
    return OverlayValues(
        label,
        None if components is None else components * scale,
        None if links is None else links * scale,
        f"0 {unit}",
        f"{top:.4g} {unit}",
    )
