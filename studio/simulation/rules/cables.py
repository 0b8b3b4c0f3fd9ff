"""Rules on cables: reach of medium and optics, planes that hold together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding
from studio.fabric.arrays import IntArray, marked
from studio.fabric.connected import connected_parts
from studio.fabric.fabric import Fabric
from studio.simulation.rules.report import finding
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
            too_long = int((length > limit).sum()) if limit else 0
            if too_long:
                longest = int(np.argmax(length))
                texts = (
                    f"{too_long} links longer than {display(limit, 'length')}, the reach of "
                    f"{part_id}; the longest has {display(float(length[longest]), 'length')}",
                    f"{too_long} 条链路超过 {part_id} 的传输距离 {display(limit, 'length')}，"
                    f"最长 {display(float(length[longest]), 'length')}",
                )
                hints = (
                    "Move the racks closer or take a longer-reach part",
                    "缩短距离或换用更长距离的部件",
                )
                yield finding("reach", "error", f"rule:{one.name}[{longest}]", texts, hints)


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
            yield finding(
                "plane-reach",
                "error",
                f"plane:{plane_id}",
                (
                    f"no NPU has a link on scale-up plane {plane.name}",
                    f"没有 NPU 接入超平面 {plane.name_zh or plane.name}",
                ),
                ("Add a link rule to it, or remove the plane", "为其添加链路规则，或删除该平面"),
            )
        if not len(used):
            continue
        if plane.role == "scale_up" and len(used) < len(npus):
            alone = npus[~on_plane]
            yield finding(
                "plane-reach",
                "error",
                fabric.layout.address(int(alone[0])),
                (
                    f"{len(alone)} NPUs have no link on plane {plane.name}",
                    f"{len(alone)} 颗 NPU 没有接入 {plane.name_zh or plane.name}",
                ),
            )
        if plane.role == "scale_out":
            label = connected_parts(fabric.layout.component_count, a, b)
            if (label[used] != label[used[0]]).any():
                yield _split(fabric, plane_id, plane.name, used, label)


def _split(fabric: Fabric, plane_id: str, name: str, used: IntArray, label: IntArray) -> Finding:
    odd, count = used[label[used] != label[used[0]]], len(np.unique(label[used]))
    return finding(
        "plane-split",
        "error",
        fabric.layout.address(int(odd[0])),
        (
            f"plane {name} ({plane_id}) falls into {count} parts that can't reach each other",
            f"平面 {name}（{plane_id}）分裂为 {count} 个互不可达的部分",
        ),
    )
