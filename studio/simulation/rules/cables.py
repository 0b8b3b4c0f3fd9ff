"""Rules on cables: reach of medium and optics, planes that hold together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding, Fix
from studio.fabric.arrays import IntArray, marked
from studio.fabric.connected import connected_parts
from studio.fabric.fabric import Fabric
from studio.ids import PartId
from studio.messages import say
from studio.simulation.rules.fixes import fix_of_rule
from studio.simulation.rules.media import fitting_media
from studio.units import display


def reach(fabric: Fabric) -> Iterator[Finding]:
    """Report cables longer than their medium or their transceivers reach."""
    for number, one in enumerate(fabric.links.rules):
        if not one.rule.cable or not len(one.a):
            continue
        start, stop = fabric.links.start[number], fabric.links.start[number + 1]
        length = fabric.geometry.length_m[start:stop]
        for part_id in dict.fromkeys(
            (one.rule.cable, one.rule.transceiver_a, one.rule.transceiver_b)
        ):
            limit = fabric.part_by_id[part_id].value("reach") if part_id else 0.0
            beyond = np.flatnonzero(length > limit) if limit else ()
            if len(beyond):
                longest = int(np.argmax(length))
                texts = say(
                    "{too_long} links longer than {limit}, the reach of {part_id}; the "
                    "longest has {length}",
                    too_long=len(beyond),
                    limit=display(limit, "length"),
                    part_id=part_id,
                    length=display(float(length[longest]), "length"),
                )
                hints = say("Move the racks closer or take a longer-reach part")
                address = f"rule:{one.name}[{longest}]"
                fix = _longer(fabric, one.name)
                yield Finding("reach", "error", address, texts, hints, fix, start + beyond)


def _longer(fabric: Fabric, name: str) -> Fix | None:
    """Return the fix that takes the cheapest cable and transceivers that reach, if there are."""
    media = fitting_media(fabric, name)
    if not media:
        return None
    best = media[0]
    module = best.transceiver.id if best.transceiver is not None else PartId("")
    what = best.cable.title
    label = say("Take {cable}", cable=what)
    if best.transceiver is not None:
        label = say("Take {cable} with {module}", cable=what, module=best.transceiver.title)
    ends = {"transceiver_a": module, "transceiver_b": module}
    return fix_of_rule(fabric, name, label, cable=best.cable.id, **ends)


def connected_planes(fabric: Fabric) -> Iterator[Finding]:
    """Report scale-up and scale-out planes on which some NPUs can't reach the others."""
    npus = fabric.npus[fabric.component_factor[fabric.npus] > 0]
    for number, (plane_id, plane) in enumerate(fabric.design.planes.items()):
        if plane.role not in ("scale_up", "scale_out"):
            continue
        chosen = np.flatnonzero((fabric.links.plane == number) & (fabric.link_factor > 0))
        a, b = fabric.links.a[chosen], fabric.links.b[chosen]
        on_plane = marked(fabric.layout.component_count, a, b)[npus]
        used = npus[on_plane]
        if not len(used) and len(npus) and plane.role == "scale_up":
            yield Finding(
                "plane-reach",
                "error",
                f"plane:{plane_id}",
                say("no NPU has a link on scale-up plane {plane}", plane=plane.title),
                say("Add a link rule to it, or remove the plane"),
            )
        if not len(used):
            continue
        if plane.role == "scale_up" and len(used) < len(npus):
            alone = npus[~on_plane]
            yield Finding(
                "plane-reach",
                "error",
                fabric.layout.address(int(alone[0])),
                say(
                    "{count} NPUs have no link on plane {plane}",
                    count=len(alone),
                    plane=plane.title,
                ),
            )
        if plane.role == "scale_out":
            label = connected_parts(fabric.layout.component_count, a, b)
            if (label[used] != label[used[0]]).any():
                yield _split(fabric, plane_id, plane.title, used, label)


def _split(fabric: Fabric, plane_id: str, name: str, used: IntArray, label: IntArray) -> Finding:
    odd, count = used[label[used] != label[used[0]]], len(np.unique(label[used]))
    return Finding(
        "plane-split",
        "error",
        fabric.layout.address(int(odd[0])),
        say(
            "plane {name} ({plane_id}) falls into {count} parts that can't reach each other",
            name=name,
            plane_id=plane_id,
            count=count,
        ),
    )
