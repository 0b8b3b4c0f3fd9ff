"""CloudMatrix 384 by counting: hand-worked and published figures, from parts and links alone.

Published: arXiv 2506.12708 sections 3.2-3.3 (384 NPUs, 192 CPUs, 7 sub-planes, 48 nodes);
Huawei Atlas 900 A3 SuperPoD white paper (bins of 626/752/800 TFLOPS, 54 and 17.8 kW a cabinet);
SemiAnalysis, April 2025 (6,912 optical modules, 5.5 Pb/s, 300 PFLOPS, 559 kW).
"""

from __future__ import annotations

import msgspec
import pytest

from studio.catalog.catalog import Catalog
from studio.catalog.part import Part
from studio.design import edits
from studio.design.model import Design, Deviation, PartChange
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.ids import Address, PartId
from studio.session.library import reference_designs
from studio.simulation.rollup.inventory import Inventory
from studio.simulation.rollup.totals import Totals, roll_up
from studio.storage.project_file import read_design


@pytest.fixture(scope="module")
def design() -> Design:
    return read_design(reference_designs()["cloudmatrix-384"]).design


@pytest.fixture(scope="module")
def fabric(design: Design, shipped_catalog: Catalog) -> Fabric:
    return compile_design(design, shipped_catalog)


@pytest.fixture(scope="module")
def totals(fabric: Fabric) -> Totals:
    return roll_up(fabric)


def switches(fabric: Fabric, part_id: str) -> int:
    counts = {part.id: count for part, count in Inventory(fabric).components}
    return int(counts[PartId(part_id)])


def modules(fabric: Fabric, *rules: str) -> int:
    runs = {run.rule: run for run in Inventory(fabric).cable_runs}
    return sum(runs[rule].count * len(runs[rule].transceivers) for rule in rules)


def test_npus_cpus_nodes_and_cabinets(totals: Totals) -> None:
    assert totals.value("npu_count") == 12 * 4 * 8 == 384
    assert totals.value("cpu_count") == 12 * 4 * 4 == 192
    assert totals.value("node_count") == 48
    assert totals.value("rack_count") == 12 + 4


def test_switch_chips_of_both_tiers(fabric: Fabric) -> None:
    assert switches(fabric, "ub-l1-switch") == 48 * 7 == 336
    assert switches(fabric, "ub-l2-switch") == 7 * 16 == 56 * 2 == 112


def test_the_ub_plane_has_2688_cables_and_5376_chip_links(fabric: Fabric) -> None:
    runs = {run.rule: run for run in Inventory(fabric).cable_runs}
    assert runs["ub-uplinks"].count == 48 * 56 == 2688
    sizes = {one.name: len(one.a) for one in fabric.links.rules}
    assert sizes["ub-uplinks"] == 48 * 7 * 16 == 5376
    assert sizes["node.npu-l1"] == 48 * 8 * 7 * 2


def test_transceivers_add_up_to_6912(fabric: Fabric, totals: Totals) -> None:
    assert modules(fabric, "ub-uplinks") == 5376
    assert modules(fabric, "rdma-access", "rdma-spine") == 384 + 768 + 384 == 1536
    assert totals.value("transceiver_count") == 5376 + 1536 == 6912


def test_optical_bandwidth_is_5_53_petabit(totals: Totals) -> None:
    assert totals.value("optical_bandwidth_bit_per_s") == pytest.approx(6912 * 400e9 * 2)
    assert totals.value("optical_bandwidth_bit_per_s") == pytest.approx(5.53e15, rel=1e-3)


@pytest.mark.parametrize(
    ("variant", "tflops", "published"),
    [("", 780, 300e15), ("bin-626", 626, 240.4e15), ("bin-752", 752, 288.8e15),
     ("bin-800", 800, 307.2e15)],
)  # fmt: skip
def test_compute_of_every_bin(
    variant: str, tflops: float, published: float, design: Design, shipped_catalog: Catalog
) -> None:
    changed = edits.put(design, "parts", "ascend-910c", PartChange(variant=variant))
    value = roll_up(compile_design(changed, shipped_catalog)).value("compute_flops.bf16")
    assert value == pytest.approx(384 * tflops * 1e12)
    assert value == pytest.approx(published, rel=2e-3)


def test_memory_and_its_bandwidth(totals: Totals) -> None:
    assert totals.value("memory_bytes") == 384 * 128e9
    assert totals.value("memory_bytes") == pytest.approx(49.2e12, rel=2e-3)
    assert totals.value("memory_bandwidth_byte_per_s") == pytest.approx(384 * 3.2e12)
    assert totals.value("memory_bandwidth_byte_per_s") == pytest.approx(1229e12, rel=1e-3)
    assert totals.value("host_memory_bytes") == 48 * 32 * 64e9
    assert totals.value("cpu_core_count") == 192 * 80


def test_injection_and_bisection_of_the_ub_plane(totals: Totals) -> None:
    injection = totals.value("injection_bandwidth_byte_per_s.ub")
    assert injection == pytest.approx(384 * 392e9)
    assert injection * 8 == pytest.approx(1.204e15, rel=1e-3)
    assert totals.value("bisection_bandwidth_byte_per_s.ub") == pytest.approx(24 * 3136e9)
    assert not totals.figures["bisection_bandwidth_byte_per_s.ub"].is_at_most
    assert totals.value("injection_bandwidth_byte_per_s.rdma") * 8 == pytest.approx(153.6e12)


def test_power_from_parts_meets_the_published_totals(totals: Totals) -> None:
    assert totals.value("power_w.typical") == pytest.approx(559_378, rel=0.03)
    assert totals.value("power_w.nameplate") == pytest.approx(12 * 54e3 + 4 * 17.8e3, rel=0.03)
    assert totals.value("power_w.idle") < totals.value("power_w.typical")


def test_every_figure_is_the_sum_of_its_terms(totals: Totals) -> None:
    for figure in totals.figures.values():
        assert figure.value == sum(term.count * term.each for term in figure.terms)
        if figure.terms and figure.terms[0].category:
            assert sum(figure.by_category().values()) == pytest.approx(figure.value)


COUNTED = ("count", "length")


def test_every_term_of_a_part_has_a_source(totals: Totals) -> None:
    for name, figure in totals.figures.items():
        for term in figure.terms:
            if term.part and term.value and figure.dimension not in COUNTED:
                assert term.origin is not None, (name, term.label)
                assert term.origin.source, (name, term.label)


def test_nothing_that_should_be_known_is_missing(totals: Totals) -> None:
    assert {name: f.missing for name, f in totals.figures.items() if f.missing} == {}


def test_mass_comes_near_the_cabinets_of_the_white_paper(totals: Totals) -> None:
    # 12 x 1,285 + 4 x 720 kg = 18.3 t without RoCE gear and cables.
    assert totals.value("mass_kg") == pytest.approx(18.3e3, rel=0.12)
    assert totals.value("floor_area_m2") == pytest.approx(16 * 0.6 * 1.15)


FACTOR = 1.5
# Field of a part used in the design: the figures that must move when it does.
MOVES = [
    ("ascend-910c", "compute_bf16", {"compute_flops.bf16"}),
    ("ascend-910c", "compute_int8", {"compute_flops.int8"}),
    ("ascend-910c", "memory", {"memory_bytes"}),
    ("ascend-910c", "memory_bandwidth", {"memory_bandwidth_byte_per_s"}),
    ("ascend-910c", "power_max", {"power_w.nameplate"}),
    ("ascend-910c", "power_typical", {"power_w.typical"}),
    ("ascend-910c", "power_idle", {"power_w.idle"}),
    ("ascend-910c", "price", {"price_usd"}),
    ("ascend-910c", "mass", {"mass_kg"}),
    ("kunpeng-920-80c", "cores", {"cpu_core_count"}),
    ("dimm-ddr5-64", "memory", {"host_memory_bytes"}),
    ("ub-l1-switch", "power_typical", {"power_w.typical"}),
    ("ub-l2-switch", "power_idle", {"power_w.idle"}),
    ("lpo-400g", "rate", {"optical_bandwidth_bit_per_s"}),
    ("lpo-400g", "power_max", {"power_w.nameplate"}),
    ("lpo-400g", "price", {"price_usd"}),
    ("lpo-400g", "mass", {"mass_kg"}),
    ("mpo16-sm", "price_per_m", {"price_usd"}),
    ("mpo16-sm", "mass_per_m", {"mass_kg"}),
    ("psu-pah3000", "efficiency", {"power_w.nameplate", "power_w.typical", "power_w.idle"}),
    ("psu-pah3000", "mass", {"mass_kg"}),
    # A deeper cabinet has its middle farther back, so that cables to the others grow.
    (
        "a3-compute-cabinet",
        "depth",
        {"floor_area_m2", "cable_length_m", "mass_kg", "price_usd"},
    ),
    ("a3-compute-cabinet", "mass", {"mass_kg"}),
    ("a3-bus-cabinet", "price", {"price_usd"}),
]


@pytest.mark.parametrize(("part_id", "field", "expected"), MOVES)
def test_one_value_of_a_part_moves_its_figures_and_no_others(
    part_id: str,
    field: str,
    expected: set[str],
    design: Design,
    totals: Totals,
    shipped_catalog: Catalog,
) -> None:
    part = shipped_catalog.part(PartId(part_id))
    changed = roll_up(compile_design(design, _scaled(shipped_catalog, part, field)))
    moved = {
        name
        for name, figure in changed.figures.items()
        if figure.value != pytest.approx(totals.value(name), rel=1e-12)
    }
    assert moved == expected


def _scaled(catalog: Catalog, part: Part, field: str) -> Catalog:
    datum = part.values[field]
    number, _, unit = datum.value.partition(" ")
    scale = 0.9 if field == "efficiency" else FACTOR
    other = msgspec.structs.replace(datum, value=f"{float(number) * scale!r} {unit}".strip())
    new = msgspec.structs.replace(part, values={**part.values, field: other})
    return Catalog({**catalog.parts, part.id: new}, catalog.sources)


def test_one_port_rate_moves_bandwidth(
    design: Design, totals: Totals, shipped_catalog: Catalog
) -> None:
    part = shipped_catalog.part(PartId("ascend-910c"))
    slower = msgspec.structs.replace(part.ports["ub"], rate="14 GB/s")
    new = msgspec.structs.replace(part, ports={**part.ports, "ub": slower})
    catalog = Catalog({**shipped_catalog.parts, part.id: new}, shipped_catalog.sources)
    changed = roll_up(compile_design(design, catalog))
    name = "injection_bandwidth_byte_per_s.ub"
    assert changed.value(name) == pytest.approx(totals.value(name) / 2)


@pytest.mark.parametrize(
    ("address", "npus", "ports"),
    [("R01", 32, 32 * 14), ("R01/N1", 8, 8 * 14), ("R01/N1/npu[0]", 1, 14)],
)
def test_what_fails_stops_delivering(
    address: str, npus: int, ports: int, design: Design, totals: Totals, shipped_catalog: Catalog
) -> None:
    failed = edits.set_state(design, Address(address), Deviation("failed"))
    changed = roll_up(compile_design(failed, shipped_catalog))
    assert changed.value("npu_count") == 384
    assert changed.value("memory_bytes") == (384 - npus) * 128e9
    name = "injection_bandwidth_byte_per_s.ub"
    assert totals.value(name) - changed.value(name) == pytest.approx(ports * 28e9)
