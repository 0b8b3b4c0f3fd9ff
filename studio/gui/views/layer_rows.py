"""Planes that can be shown or hidden, link rules under them, and the overlays to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from studio.fabric.fabric import Fabric
from studio.gui.views.format import figure_text
from studio.session.overlays import OVERLAYS, OverlayKind, OverlayValues


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


def _health(fabric: Fabric) -> OverlayValues:
    return OverlayValues(fabric.component_factor, fabric.link_factor, "0 %", "100 %")


def _bandwidth(fabric: Fabric) -> OverlayValues:
    rates = fabric.link_bandwidth_byte_per_s
    top = float(rates.max()) if len(rates) else 0.0
    return OverlayValues(
        None, rates / top if top else rates, "0", figure_text("", top, "bandwidth", 3)
    )


CHOICES: tuple[OverlayKind, ...] = (
    *OVERLAYS.values(),
    OverlayKind("bandwidth", "Link bandwidth", "链路带宽", _bandwidth),
    OverlayKind("health", "Health", "健康状态", _health),
)
_BY_NAME = {kind.name: kind for kind in CHOICES}


def overlay_label(kind: OverlayKind, language: str) -> str:
    """Return what an overlay is called."""
    return kind.label_zh if language == "zh" else kind.label


def overlay_values(job: tuple[str, Fabric]) -> tuple[OverlayKind, OverlayValues, Fabric]:
    """Return what an overlay paints over a fabric; some of them solve a network flow for it."""
    name, fabric = job
    kind = _BY_NAME[name]
    return kind, kind.values(fabric), fabric
