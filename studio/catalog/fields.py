"""The table of everything a part can say about itself; growth of the catalogue is a new row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """Name, dimension and meaning of one value of a part."""

    name: str
    dimension: str
    label: str
    label_zh: str
    help: str = ""


NUMBER_FORMATS = ("fp64", "fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp6", "fp4")
"""Formats in which compute is rated; `compute_<format>` is the field."""

_ROWS = (
    *(
        Field(
            f"compute_{name}",
            "compute",
            f"{name.upper()} compute",
            f"{name.upper()} 算力",
            "Dense peak of one package.",
        )
        for name in NUMBER_FORMATS
    ),
    Field("dies", "count", "Compute dies", "计算芯粒数", "Compute dies in one package."),
    Field("cores", "count", "Cores", "核数", "CPU cores, or matrix cores of an accelerator."),
    Field("clock", "frequency", "Clock", "主频"),
    Field("memory", "data", "Memory", "内存容量", "Of one package, socket, module or drive."),
    Field("memory_bandwidth", "bandwidth", "Memory bandwidth", "内存带宽", "Rated, per package."),
    Field("sram", "data", "On-chip memory", "片上缓存", "Last-level cache or scratchpad."),
    Field("power_max", "power", "Maximum power", "最大功耗", "Rated limit (TDP or nameplate)."),
    Field(
        "power_typical",
        "power",
        "Typical power",
        "典型功耗",
        "Sustained under the usual full load.",
    ),
    Field("power_idle", "power", "Idle power", "空闲功耗"),
    Field("power_output", "power", "Output power", "输出功率", "Rated output of one supply."),
    Field("power_limit", "power", "Input limit", "输入功率上限", "Most that a rack may draw."),
    Field("efficiency", "ratio", "Efficiency", "效率", "Output over input at usual load."),
    Field("price", "price", "Price", "价格", "Per piece."),
    Field("mass", "mass", "Mass", "质量"),
    Field("mass_limit", "mass", "Load limit", "承重上限"),
    Field("width", "length", "Width", "宽度"),
    Field("depth", "length", "Depth", "深度"),
    Field("height", "length", "Height", "高度"),
    Field(
        "rack_units",
        "count",
        "Rack units",
        "机柜单元数",
        "Usable height of a rack, or height taken.",
    ),
    Field("capacity", "bandwidth", "Switching capacity", "交换容量", "All ports, per direction."),
    Field("latency", "time", "Latency", "时延", "Of one traversal."),
    Field("rate", "bandwidth", "Line rate", "线速", "Of one module or cable, per direction."),
    Field("lanes", "count", "Lanes", "通道数", "Serial lanes per direction."),
    Field("reach", "length", "Reach", "传输距离"),
    Field(
        "loss_budget",
        "loss",
        "Loss budget",
        "损耗预算",
        "Between two transceivers; of a cable, what its connectors lose.",
    ),
    Field("attenuation", "attenuation", "Attenuation", "衰减", "Of the fibre, by length."),
    Field("price_per_m", "price", "Price per metre", "每米价格"),
    Field("mass_per_m", "mass", "Mass per metre", "每米质量"),
    Field("diameter", "length", "Diameter", "外径"),
    Field("bend_radius", "length", "Bend radius", "弯曲半径"),
    Field("propagation", "time", "Propagation per metre", "每米传播时延"),
    Field("energy_per_bit", "energy", "Energy per bit", "每比特能耗"),
    Field("heat_limit", "power", "Heat limit", "散热上限", "Heat that can be carried away."),
    Field("airflow", "flow", "Airflow", "风量"),
    Field("water_flow", "flow", "Coolant flow", "冷却液流量"),
    Field(
        "liquid_share", "ratio", "Liquid share", "液冷占比", "Part of the heat that goes to liquid."
    ),
    Field("inlet_max", "temperature", "Highest inlet temperature", "最高进液温度"),
    Field("voltage", "voltage", "Voltage", "电压"),
    Field("current_max", "current", "Largest current", "最大电流"),
    Field(
        "failure_rate", "failure_rate", "Failures per year", "年故障率", "Annual rate per piece."
    ),
)

_SMALLEST, _LARGEST = 1e-30, 1e30
"""Far beyond any part; the product of two quotients of such values is a number still."""

FIELDS: Mapping[str, Field] = {row.name: row for row in _ROWS}


def is_possible(si_value: float) -> bool:
    """Tell whether simulations can reckon with a value of a part; 0 stands for none."""
    return si_value == 0 or _SMALLEST <= si_value < _LARGEST
