"""Small real designs and a catalogue of round numbers, so that tests can be checked by hand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from studio.catalog.catalog import Catalog
from studio.catalog.part import Datum, Kind, Part, PortGroup, Source, Variant
from studio.design.model import (
    Array,
    Assembly,
    AssemblyKind,
    Design,
    Group,
    LinkRule,
    Placement,
    Plane,
    Rack,
)
from studio.design.scenario import Training
from studio.design.schemes import Clos, EachToEach, Scheme
from studio.design.site import Routing, Site
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.ids import AssemblyId, PartId, PlaneId, RackId, RuleId, ScenarioId, WorkloadId

EXACT_ROUTING = Routing(tray_above_rack_m=0.3, slack_m=0.0, stock_lengths_m=())
"""Cables cut to length, so that the length is the route."""


def datum(value: str, **more: Any) -> Datum:
    return Datum(value=value, source="sheet", grade="vendor", date="2026-01", **more)


def part(
    part_id: str,
    kind: Kind,
    values: Mapping[str, str],
    *,
    ports: Mapping[str, PortGroup] | None = None,
    variants: Mapping[str, Mapping[str, str]] | None = None,
    **more: Any,
) -> Part:
    return Part(
        id=PartId(part_id),
        kind=kind,
        name=part_id.title(),
        name_zh=part_id,
        vendor="generic",
        values={field: datum(text) for field, text in values.items()},
        ports=dict(ports or {}),
        variants={
            name: Variant(name, name, {field: datum(text) for field, text in changed.items()})
            for name, changed in (variants or {}).items()
        },
        **more,
    )


def power(most: str, typical: str, idle: str) -> dict[str, str]:
    return {"power_max": most, "power_typical": typical, "power_idle": idle}


_PARTS = (
    part(
        "chip",
        "npu",
        {
            "compute_bf16": "100 TFLOP/s",
            "compute_fp8": "200 TFLOP/s",
            "memory": "64 GB",
            "memory_bandwidth": "2 TB/s",
            "price": "1000 USD",
            "mass": "2 kg",
        }
        | power("500 W", "400 W", "100 W"),
        ports={
            "up": PortGroup(4, "100 GB/s", "OSFP"),
            "net": PortGroup(2, "50 GB/s", "QSFP"),
        },
        variants={"large": {"memory": "96 GB"}, "slow": {"compute_bf16": "50 TFLOP/s"}},
        family="generic",
    ),
    part(
        "other-chip",
        "npu",
        {"compute_bf16": "10 TFLOP/s", "memory": "16 GB", "memory_bandwidth": "1 TB/s"}
        | power("100 W", "80 W", "20 W"),
        ports={"up": PortGroup(4, "25 GB/s", "OSFP")},
    ),
    part("host", "cpu", {"cores": "64", "price": "500 USD"} | power("200 W", "150 W", "50 W")),
    part("dimm", "memory", {"memory": "32 GB"} | power("10 W", "8 W", "4 W")),
    part(
        "switch",
        "switch",
        {"latency": "200 ns", "price": "2000 USD", "mass": "5 kg"}
        | power("300 W", "250 W", "200 W"),
        ports={"port": PortGroup(64, "100 GB/s", "OSFP")},
    ),
    part(
        "cabinet",
        "rack",
        {
            "width": "0.6 m",
            "depth": "1.2 m",
            "height": "2.2 m",
            "rack_units": "48",
            "power_limit": "20 kW",
            "mass": "100 kg",
            "mass_limit": "1000 kg",
            "price": "700 USD",
        },
    ),
    part(
        "supply",
        "power_supply",
        {"power_output": "5 kW", "efficiency": "80 %", "mass": "3 kg"},
        tags={"feeds": "both"},
    ),
    part("plain-supply", "power_supply", {"power_output": "5 kW", "efficiency": "80 %"}),
    part(
        "fibre",
        "cable",
        {
            "reach": "100 m",
            "propagation": "5 ns",
            "price": "10 USD",
            "price_per_m": "2 USD",
            "mass_per_m": "0.1 kg",
        },
        tags={"medium": "fibre-sm", "connector": "MPO-16"},
    ),
    part(
        "copper",
        "cable",
        {"reach": "2 m", "lanes": "8", "rate": "100 GB/s"},
        tags={"medium": "copper", "connector": "OSFP"},
    ),
    part(
        "optic",
        "transceiver",
        {"rate": "800 Gb/s", "reach": "50 m", "latency": "10 ns", "price": "100 USD"}
        | power("15 W", "12 W", "10 W"),
        tags={"connector": "OSFP", "medium": "fibre-sm"},
    ),
    part(
        "slow-optic",
        "transceiver",
        {"rate": "200 Gb/s", "reach": "50 m"} | power("6 W", "5 W", "4 W"),
        tags={"connector": "OSFP", "medium": "fibre-sm"},
    ),
    part("bare", "board", {}),
)


@cache
def small_catalog() -> Catalog:
    """Return a dozen parts with values that are easy to add up."""
    return Catalog({one.id: one for one in _PARTS}, {"sheet": Source("Data sheet")})


def with_part(catalog: Catalog, changed: Part) -> Catalog:
    """Return the catalogue with one part replaced."""
    return Catalog({**catalog.parts, changed.id: changed}, catalog.sources)


def group(part_id: str, count: int = 1) -> Group:
    return Group(count=count, part=PartId(part_id))


def nested(assembly_id: str, count: int = 1) -> Group:
    return Group(count=count, assembly=AssemblyId(assembly_id))


def assembly(kind: AssemblyKind = "node", height_u: int = 2, **more: Any) -> Assembly:
    return Assembly(kind=kind, name=more.pop("name", kind), height_u=height_u, **more)


def rack(x_m: float = 0.0, y_m: float = 0.0, **more: Any) -> Rack:
    return Rack(part=PartId("cabinet"), x_m=x_m, y_m=y_m, **more)


def place(assembly_id: str, u: int, count: int = 1, **more: Any) -> Placement:
    return Placement(assembly=AssemblyId(assembly_id), u=u, array=Array(count=count), **more)


def link(a: str, b: str, scheme: Scheme | None = None, **more: Any) -> LinkRule:
    plane = PlaneId(more.pop("plane", "up"))
    return LinkRule(plane=plane, a=a, b=b, scheme=scheme or EachToEach(), **more)


OPTICAL: dict[str, Any] = {
    "cable": PartId("fibre"),
    "transceiver_a": PartId("optic"),
    "transceiver_b": PartId("optic"),
}

NODE = assembly(
    contents={"chip": group("chip", 4), "host": group("host"), "leaf": group("switch")},
    links={RuleId("in"): link("chip", "leaf", a_port="up")},
    mass_kg=20.0,
)


def two_racks(**more: Any) -> Design:
    """Return two racks of two nodes and a spine each: 16 chips, 4 leaves, 2 spines.

    Inside a node every chip has one link to the leaf; every leaf has two to every spine.
    """
    contents = {
        "N": place("node", u=1, count=2),
        "B": place("box", u=10),
        "S": place("shelf", u=12),
    }
    values: dict[str, Any] = {
        "id": "two-racks",
        "name": "Two racks",
        "assemblies": {
            AssemblyId("node"): NODE,
            AssemblyId("box"): assembly("switch_box", 1, contents={"spine": group("switch")}),
            AssemblyId("shelf"): assembly("shelf", 1, contents={"supply": group("supply", 3)}),
        },
        "racks": {
            RackId("row"): rack(1.0, 1.0, array=Array(count=2, pitch=1.0), contents=contents)
        },
        "planes": {PlaneId("up"): Plane(name="Up", role="scale_up")},
        "links": {RuleId("uplinks"): link("R*/N*/leaf", "R*/B*/spine", multiplicity=2, **OPTICAL)},
        "scenarios": {
            ScenarioId("train"): Training(
                name="Train", model=WorkloadId("Llama-3-8B"), global_batch=16
            )
        },
        "site": Site(width_m=10.0, depth_m=10.0, routing=EXACT_ROUTING),
    }
    return Design(**values | more)


def clos_2x4(uplinks: int = 2, **more: Any) -> Design:
    """Return one rack with four leaves of four chips and two spines, joined as a Clos tier."""
    contents = {"N": place("node", u=1, count=4), "B": place("box", u=20, count=2)}
    return two_racks(
        id="clos",
        name="Clos 2 x 4",
        racks={RackId("only"): rack(1.0, 1.0, contents=contents)},
        links={
            RuleId("uplinks"): link("R*/N*/leaf", "R*/B*/spine", Clos(uplinks=uplinks), **OPTICAL)
        },
        **more,
    )


def one_group(count: int, rule: LinkRule | None = None, part_id: str = "chip") -> Design:
    """Return one rack with one node of `count` parts called `a`, and perhaps one link rule."""
    return Design(
        id="one",
        name="One group",
        assemblies={AssemblyId("node"): assembly(contents={"a": group(part_id, count)})},
        racks={RackId("r"): rack(contents={"N": place("node", u=1)})},
        planes={PlaneId("up"): Plane(name="Up", role="scale_up")},
        links={RuleId("rule"): rule} if rule else {},
        site=Site(routing=EXACT_ROUTING),
    )


def bench(
    counts: Mapping[str, int], rules: Mapping[str, LinkRule], *, racks: int = 1, nodes: int = 1
) -> Design:
    """Return equal racks of equal nodes that hold `counts` switches in named groups."""
    contents = {name: group("switch", count) for name, count in counts.items()}
    return Design(
        id="bench",
        name="Bench",
        assemblies={AssemblyId("node"): assembly(contents=contents)},
        racks={
            RackId("row"): rack(
                1.0,
                1.0,
                array=Array(count=racks, pitch=1.0),
                contents={"N": place("node", 1, nodes)},
            )
        },
        planes={PlaneId("up"): Plane(name="Up", role="scale_up")},
        links={RuleId(name): rule for name, rule in rules.items()},
        site=Site(routing=EXACT_ROUTING),
    )


def fabric_of(design: Design, catalog: Catalog | None = None) -> Fabric:
    """Return a design compiled with the small catalogue."""
    return compile_design(design, catalog or small_catalog())


def joined(fabric: Fabric) -> list[tuple[str, str]]:
    """Return the addresses of both ends of every link, in order."""
    links, layout = fabric.links, fabric.layout
    return [
        (str(layout.address(int(a))), str(layout.address(int(b))))
        for a, b in zip(links.a, links.b, strict=True)
    ]


def changed(value: Any, **fields: Any) -> Any:
    """Return a frozen struct with other fields."""
    return msgspec.structs.replace(value, **fields)


BROKEN: dict[tuple[str, ...], object] = {
    ("links", "ub-uplinks", "length_m"): 6001.0,
    ("links", "rdma-spine", "transceiver_b"): "",
    ("links", "vpc-access", "multiplicity"): 3,
    ("racks", "bus-west", "contents", "V", "u"): 5,
    ("site", "routing", "tray_area_m2"): 0.01,
    ("site", "coolant_temperature_k"): 320.0,
    ("planes", "rdma", "oversubscription"): 0.5,
}
"""Changes of CloudMatrix 384, each of which breaks another design rule."""
