"""Names of the figures in both languages, in the order they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.catalog.fields import NUMBER_FORMATS
from studio.simulation.rollup.figure import Figure


@dataclass(frozen=True)
class Label:
    """How a figure is called; a figure `prefix.key` is called by its prefix and its key."""

    name: str
    en: str
    zh: str


_ROWS = (
    Label("npu_count", "NPUs", "NPU 数"),
    Label("cpu_count", "CPUs", "CPU 数"),
    Label("switch_count", "Switch chips", "交换芯片数"),
    Label("node_count", "Nodes", "节点数"),
    Label("rack_count", "Racks", "机柜数"),
    *(
        Label(f"compute_flops.{name}", f"{name.upper()} compute, dense", f"{name.upper()} 稠密算力")
        for name in NUMBER_FORMATS
    ),
    Label("memory_bytes", "NPU memory", "NPU 显存"),
    Label("memory_bandwidth_byte_per_s", "NPU memory bandwidth", "NPU 显存带宽"),
    Label("cpu_core_count", "CPU cores", "CPU 核数"),
    Label("host_memory_bytes", "Host memory", "主机内存"),
    Label("injection_bandwidth_byte_per_s", "Injection bandwidth", "注入带宽"),
    Label("bisection_bandwidth_byte_per_s", "Bisection bandwidth", "对分带宽"),
    Label("transceiver_count", "Optical transceivers", "光模块数"),
    Label(
        "optical_bandwidth_bit_per_s", "Optical bandwidth, both directions", "光带宽（双向合计）"
    ),
    Label("cable_count", "Cables", "线缆数"),
    Label("cable_length_m", "Cable length", "线缆总长"),
    Label("copper_lane_count", "Copper lanes", "铜缆通道数"),
    Label("mass_kg", "Mass", "总重"),
    Label("floor_area_m2", "Rack footprint", "机柜占地"),
    Label("power_w.nameplate", "Power, nameplate", "功耗（额定）"),
    Label("power_w.typical", "Power, typical", "功耗（典型）"),
    Label("power_w.idle", "Power, idle", "功耗（空闲）"),
    Label("price_usd", "Price", "价格"),
    Label("failures_per_year", "Failures a year", "年故障次数"),
    Label("interruptions_per_year", "Interruptions a year", "年中断次数"),
    Label("mtbi_s", "Mean time between interruptions", "平均中断间隔时间"),
    Label("availability", "Availability", "可用度"),
)

LABELS: Mapping[str, Label] = {row.name: row for row in _ROWS}


ROLES: Mapping[str, tuple[str, str]] = {
    "scale_up": ("scale-up", "纵向扩展"),
    "scale_out": ("scale-out", "横向扩展"),
    "host": ("host", "主机"),
    "management": ("management", "管理"),
    "storage": ("storage", "存储"),
}
"""Roles of planes in both languages."""


AT_MOST = (", at most", "（上界）")
"""What follows the name of a figure that may be smaller, in both languages."""


def figure_label(figure: Figure, language: str = "en") -> str:
    """Return what a figure is called, with its plane, and whether it is a bound."""
    bound = AT_MOST[1 if language == "zh" else 0] if figure.is_at_most else ""
    if figure.plane is None:
        return label_of(figure.name, language) + bound
    label = LABELS[figure.name.partition(".")[0]]
    if language == "zh":
        return f"{label.zh}（{figure.plane.chinese or figure.plane}）{bound}"
    return f"{label.en}, {figure.plane}{bound}"


def label_of(name: str, language: str = "en") -> str:
    """Return what a figure is called, such as `Injection bandwidth, ub`."""
    if name in LABELS:
        return LABELS[name].zh if language == "zh" else LABELS[name].en
    prefix, _, key = name.partition(".")
    key = ROLES.get(key, (key, key))[1 if language == "zh" else 0]
    if prefix in LABELS:
        label = LABELS[prefix].zh if language == "zh" else LABELS[prefix].en
        return f"{label}, {key}" if language == "en" else f"{label}（{key}）"
    return name
