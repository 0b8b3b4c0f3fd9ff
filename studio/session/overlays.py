"""Values painted over the drawing: one number per component or link, with its scale.

A new overlay is a new row in the table. Knows no colours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from studio.errors import StudioError
from studio.fabric.arrays import FloatArray
from studio.fabric.fabric import Fabric
from studio.units import MEBI, display

PROBE_BYTE = 64 * MEBI
"""Payload of the collective whose load is shown."""


@dataclass(frozen=True)
class OverlayValues:
    """What an overlay paints; NaN paints nothing."""

    components: FloatArray | None
    """Shape (n_components,), 0..1."""
    links: FloatArray | None
    """Shape (n_links,), 0..1."""
    low: str
    """What 0 means, ready to be shown."""
    high: str
    """What 1 means."""
    problem: str = ""


@dataclass(frozen=True)
class OverlayKind:
    """One choice of the overlay menu."""

    name: str
    label: str
    label_zh: str
    values: Callable[[Fabric], OverlayValues]


def _all_to_all(fabric: Fabric) -> OverlayValues:
    return _load(fabric, "all-to-all")


def _all_reduce(fabric: Fabric) -> OverlayValues:
    return _load(fabric, "all-reduce")


def _load(fabric: Fabric, collective: str) -> OverlayValues:
    # Late, since the names of the overlays are listed before any is worked out.
    from studio.session.flow import run_collective

    try:
        flow = run_collective(fabric, collective, float(PROBE_BYTE))
    except StudioError as error:
        return OverlayValues(None, None, "", "", error.message)
    return OverlayValues(None, flow.link_load(fabric), "0 %", "100 %")


def _power(fabric: Fabric) -> OverlayValues:
    draw = np.array([part.value("power_typical") for part in fabric.layout.parts])
    if not fabric.layout.component_count:
        return OverlayValues(None, None, "", "")
    watts = draw[fabric.layout.part] * (fabric.component_factor > 0)
    return _scaled(watts, "power", of_links=False)


def _length(fabric: Fabric) -> OverlayValues:
    return _scaled(fabric.geometry.length_m, "length", of_links=True)


def _delay(fabric: Fabric) -> OverlayValues:
    return _scaled(fabric.geometry.delay_s, "time", of_links=True)


def _scaled(values: FloatArray, dimension: str, *, of_links: bool) -> OverlayValues:
    top = float(values.max()) if len(values) else 0.0
    shares = values / top if top > 0 else np.zeros_like(values)
    low, high = display(0.0, dimension), display(top, dimension)
    if of_links:
        return OverlayValues(None, shares, low, high)
    return OverlayValues(shares, None, low, high)


_ROWS = (
    OverlayKind("all-to-all", "Link load, all-to-all", "链路负载（全交换）", _all_to_all),
    OverlayKind("all-reduce", "Link load, all-reduce", "链路负载（全归约）", _all_reduce),
    OverlayKind("power", "Power", "功耗", _power),
    OverlayKind("length", "Cable length", "线缆长度", _length),
    OverlayKind("delay", "Link delay", "链路时延", _delay),
)

OVERLAYS: Mapping[str, OverlayKind] = {row.name: row for row in _ROWS}
