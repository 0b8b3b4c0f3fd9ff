"""Rule `bend-radius`: a cable has room to turn at the port and into the tray."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding, Fix
from studio.fabric.arrays import FloatArray
from studio.fabric.fabric import Fabric
from studio.messages import say
from studio.units import display


def bend_radius(fabric: Fabric) -> Iterator[Finding]:
    """Report cables stiffer than the room behind their port, or than the rise into the tray.

    A cable leaves its port straight and turns once before the door: the room is what the rack is
    deeper than the box. A cable to another rack turns once more where it enters the tray.
    """
    room = _room_m(fabric)
    rise = fabric.design.site.routing.tray_above_rack_m
    layout = fabric.layout
    for number, one in enumerate(fabric.links.rules):
        start = int(fabric.links.start[number])
        cable = fabric.part_by_id[one.rule.cable] if one.rule.cable else None
        radius = cable.value("bend_radius") if cable is not None else 0.0
        if cable is None or not radius or not len(one.a):
            continue
        ends = np.stack((one.a, one.b))
        tight = room[layout.housing[ends]] < radius
        if tight.any():
            where = ends[tight]
            yield Finding(
                "bend-radius",
                "error",
                layout.address(int(where[0])),
                say(
                    "no room for a bend of {radius} at {count} of the ends of {cable}; the rack "
                    "leaves {room} behind the port",
                    count=len(where),
                    cable=cable.title,
                    radius=display(radius, "length"),
                    room=display(max(float(room[layout.housing[where]].min()), 0.0), "length"),
                ),
                say("Take a deeper rack, a shallower box or a more flexible cable"),
                links=start + np.flatnonzero(tight.any(axis=0)),
            )
        leaves = layout.rack[one.a] != layout.rack[one.b]
        if 0 < rise < radius and leaves.any():
            yield Finding(
                "bend-radius",
                "error",
                f"rule:{one.name}[{int(np.argmax(leaves))}]",
                say(
                    "{cable} bends by {radius} at least; the tray is {rise} above the racks",
                    cable=cable.title,
                    radius=display(radius, "length"),
                    rise=display(rise, "length"),
                ),
                say("Raise the tray"),
                Fix(
                    say("Raise the tray to {height}", height=display(radius, "length")),
                    {("site", "routing", "tray_above_rack_m"): radius},
                ),
                start + np.flatnonzero(leaves),
            )


def _room_m(fabric: Fabric) -> FloatArray:
    """Return how much deeper each housing's rack is than itself, endless where not known. [m]."""
    layout = fabric.layout
    racks = np.array([layout.parts[rack.part].value("depth") for rack in layout.racks])
    boxes = fabric.design.assemblies
    deep = np.array([boxes[housing.template.assembly].depth_m for housing in layout.housings])
    if not len(deep):
        return deep
    depth = racks[layout.rack_of_housing]
    return np.where((depth > 0) & (deep > 0), depth - deep, np.inf)
