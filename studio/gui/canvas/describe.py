"""What a tooltip says about a thing on the canvas; no Qt beyond translation."""

from __future__ import annotations

import numpy as np

from studio import units
from studio.design.arrays import offset_of
from studio.fabric.arrays import IntArray
from studio.gui.canvas.held import cell_of
from studio.gui.canvas.picking import LINES, Hit, address_of, links_of
from studio.gui.canvas.scene import Scene
from studio.gui.i18n import Language, named, tr


def describe(scene: Scene, hit: Hit, language: Language) -> str:
    """Return a few lines about a thing."""
    if hit.kind in LINES:
        return _links(scene, hit, language)
    layout = scene.layout
    address = address_of(scene, hit)
    if hit.kind == "rack":
        rack = layout.racks[hit.number]
        place = f"x {rack.x_m:.2f} m, y {rack.y_m:.2f} m"
        lines = [address, named(layout.parts[rack.part], language), place]
        own = scene.fabric.design.racks[rack.rack]
        if own.feeds:
            lines.append(f"{tr('Feeds')} {' + '.join(own.feeds)}")
        cell = cell_of(scene.fabric.design, rack)
        shift = offset_of(own, cell)
        if any(shift):
            lines.append(
                tr("out of line by {x} m, {y} m").format(x=f"{shift[0]:+.2f}", y=f"{shift[1]:+.2f}")
            )
        return "\n".join(lines)
    if hit.kind == "housing":
        housing = layout.housings[hit.number]
        assembly = scene.fabric.design.assemblies[housing.template.assembly]
        return f"{address}\n{named(assembly, language)}\nU{housing.u}, {housing.height_u} U"
    part = layout.parts[int(layout.part[hit.number])]
    text = f"{address}\n{named(part, language)}"
    factor = float(scene.fabric.component_factor[hit.number])
    if not scene.fabric.component_present[hit.number]:
        return f"{text}\n{tr('absent')}"
    if factor <= 0:
        return f"{text}\n{tr('failed')}"
    return f"{text}\n{tr('degraded to')} {factor:.0%}" if factor < 1 else text


def _links(scene: Scene, hit: Hit, language: Language) -> str:
    fabric, layout = scene.fabric, scene.layout
    links = links_of(scene, hit)
    if not len(links):
        return ""
    if hit.kind == "trunk":
        trunks = scene.wiring.trunks
        a, b = (layout.racks[int(side[hit.number])].label for side in (trunks.a, trunks.b))
        cables = int(trunks.cables[hit.number])
        head = f"{a} ↔ {b}"
    else:
        a, b = (fabric.port_map.end(int(links[0]), side) for side in (0, 1))
        head = f"{fabric.links.name(int(links[0]))}\n{a} ↔ {b}"
        cables = 1 if hit.kind == "cable" else 0
    plane_id = fabric.links.planes[int(fabric.links.plane[links[0]])]
    plane = named(fabric.design.planes[plane_id], language)
    rate = units.display(float(fabric.link_bandwidth_byte_per_s[links].sum()), "bandwidth", 3)
    lines = [
        head,
        plane,
        f"{tr('Cables')} {cables}, {tr('links')} {len(links)}" if cables else _traces(len(links)),
        f"{rate} {tr('per direction')}",
        _length(fabric.geometry.length_m[links]),
    ]
    broken = int((fabric.link_factor[links] < 1).sum())
    if broken:
        lines.append(f"{tr('failed or degraded')}: {broken}")
    return "\n".join(lines)


def _traces(count: int) -> str:
    return f"{tr('Board traces')} {count}"


def _length(length_m: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | IntArray) -> str:
    low, high = float(length_m.min()), float(length_m.max())
    return f"{low:.1f} m" if high - low < 0.05 else f"{low:.1f} – {high:.1f} m"
