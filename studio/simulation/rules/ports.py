"""Rules on ports and links: enough ports, matching connectors and rates, nothing empty."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding
from studio.errors import InvalidDesign
from studio.fabric.arrays import IntArray, distinct
from studio.fabric.fabric import Fabric
from studio.fabric.links import RuleLinks, port_of
from studio.fabric.parts import Port
from studio.simulation.rules.report import MOST_PER_RULE, finding
from studio.units import display

Use = dict[tuple[int, str], list[IntArray]]


def port_overuse(fabric: Fabric) -> Iterator[Finding]:
    """Report components with more links on a kind of port than the part has ports."""
    layout = fabric.layout
    uses: Use = {}
    for one in fabric.links.rules:
        for side, name in ((one.a, one.rule.a_port), (one.b, one.rule.b_port)):
            for number in distinct(layout.part[side]):
                part = layout.parts[int(number)]
                port = name or next(iter(part.ports), "")
                if port:
                    ends = side[layout.part[side] == number]
                    uses.setdefault((int(number), port), []).append(ends)
    for (number, port), ends in uses.items():
        part = layout.parts[number]
        if port not in part.ports:
            continue
        used = np.bincount(np.concatenate(ends), minlength=layout.component_count)
        limit = part.ports[port].count
        for component in np.flatnonzero(used > limit)[:MOST_PER_RULE]:
            yield finding(
                "port-overuse",
                "error",
                layout.address(int(component)),
                (
                    f"{int(used[component])} links on {limit} {port} ports of {part.name}",
                    f"{part.name_zh} 的 {limit} 个 {port} 端口上有 {int(used[component])} 条链路",
                ),
                ("Take a part with more ports or join fewer", "换用端口更多的部件，或减少连接"),
            )


def connector_mismatch(fabric: Fabric) -> Iterator[Finding]:
    """Report rules whose two ends, modules or cable do not fit each other."""
    for one in fabric.links.rules:
        ends = _ports(fabric, one)
        connectors = {port.connector for port in ends if port and port.connector}
        if len(connectors) > 1 and not one.rule.transceiver_a and not one.rule.cable:
            names = " / ".join(sorted(connectors))
            yield finding(
                "connector-mismatch",
                "error",
                f"rule:{one.name}",
                (f"ports {names} can't be joined by a trace", f"{names} 端口不能以走线直连"),
            )
        if bool(one.rule.transceiver_a) != bool(one.rule.transceiver_b):
            yield finding(
                "transceiver-pair",
                "error",
                f"rule:{one.name}",
                ("an optical link needs a transceiver at both ends", "光链路两端都需要光模块"),
            )
        elif one.rule.transceiver_a != one.rule.transceiver_b:
            yield finding(
                "transceiver-pair",
                "warning",
                f"rule:{one.name}",
                (
                    f"different transceivers face each other: {one.rule.transceiver_a} and "
                    f"{one.rule.transceiver_b}",
                    f"两端光模块不同：{one.rule.transceiver_a} 与 {one.rule.transceiver_b}",
                ),
            )


def _ports(fabric: Fabric, one: RuleLinks) -> list[Port | None]:
    found = []
    for side, name in ((one.a, one.rule.a_port), (one.b, one.rule.b_port)):
        for number in distinct(fabric.layout.part[side]):
            part = fabric.layout.parts[int(number)]
            try:
                found.append(port_of(part, name, one.name))
            except InvalidDesign:
                found.append(None)
    return found


def rate_mismatch(fabric: Fabric) -> Iterator[Finding]:
    """Report links faster than a port, or cables asked for more than their modules carry."""
    for one in fabric.links.rules:
        for port in _ports(fabric, one):
            if port and one.bandwidth_byte_per_s > port.rate_byte_per_s * (1 + 1e-6):
                yield finding(
                    "rate-mismatch",
                    "error",
                    f"rule:{one.name}",
                    (
                        f"a link of {display(one.bandwidth_byte_per_s, 'bandwidth')} on a port of "
                        f"{display(port.rate_byte_per_s, 'bandwidth')}",
                        f"链路 {display(one.bandwidth_byte_per_s, 'bandwidth')} 超过端口速率 "
                        f"{display(port.rate_byte_per_s, 'bandwidth')}",
                    ),
                )
        yield from _module_rates(fabric, one)


def _module_rates(fabric: Fabric, one: RuleLinks) -> Iterator[Finding]:
    asked = one.bandwidth_byte_per_s * one.rule.links_per_cable
    # A line rate quoted after coding can exceed a module's nominal rate by its overhead.
    coding = 1.13
    for part_id in {one.rule.cable, one.rule.transceiver_a, one.rule.transceiver_b} - {""}:
        rate = fabric.part_by_id[part_id].value("rate")
        if rate and asked > rate * coding:
            load, rated = display(asked, "bandwidth"), display(rate, "bandwidth")
            yield finding(
                "rate-mismatch",
                "error",
                f"rule:{one.name}",
                (f"{load} over {part_id}, rated {rated}", f"{part_id} 额定 {rated}，承载 {load}"),
            )


def empty_rule(fabric: Fabric) -> Iterator[Finding]:
    """Report link rules that join nothing, or whose scheme does not fit what they select."""
    for one in fabric.links.rules:
        if one.problem:
            yield finding(
                "scheme-misfit",
                "error",
                f"rule:{one.name}",
                (f"makes no links: {one.problem}", f"没有生成链路：{one.problem}"),
                ("Change a count or the scheme", "请修改数量或连接方式"),
            )
        elif not len(one.a):
            yield finding(
                "empty-rule",
                "warning",
                f"rule:{one.name}",
                (
                    f"joins nothing: {one.rule.a!r} or {one.rule.b!r} selects no component",
                    f"未连接任何部件：{one.rule.a!r} 或 {one.rule.b!r} 没有选中部件",
                ),
                ("Check the selectors", "请检查选择器"),
            )


def split_cable(fabric: Fabric) -> Iterator[Finding]:
    """Report cables whose links end in different housings: one plug can't be in two boxes."""
    layout = fabric.layout
    for one in fabric.links.rules:
        per_cable = one.rule.links_per_cable
        if per_cable < 2 or not len(one.a):
            continue
        first = (np.arange(len(one.a)) // per_cable) * per_cable
        apart = (layout.housing[one.a] != layout.housing[one.a[first]]) | (
            layout.housing[one.b] != layout.housing[one.b[first]]
        )
        if apart.any():
            yield finding(
                "split-cable",
                "error",
                f"rule:{one.name}[{int(np.flatnonzero(apart)[0])}]",
                (
                    f"{per_cable} links share a cable but end in different boxes "
                    f"({int(apart.sum())} links)",
                    f"每根线缆 {per_cable} 条链路却终止于不同设备（{int(apart.sum())} 条）",
                ),
            )
