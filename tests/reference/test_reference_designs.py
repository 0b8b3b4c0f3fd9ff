"""The shipped reference designs give the published figures by counting.

Every expectation is worked out by hand in the docstring, from the source named there. Power and
price rest on assumptions in the catalogue and are held to the tolerance the docstring states.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from studio.catalog.catalog import Catalog, load_catalog
from studio.design.model import Design, PartChange
from studio.fabric.arrays import IntArray
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.ids import PartId
from studio.paths import designs_dir, parts_dir
from studio.simulation.rollup.inventory import Inventory
from studio.simulation.rollup.totals import Totals, roll_up
from studio.simulation.rules.check import check
from studio.storage.project_file import encode_design, read_design

NAMES = ("cloudmatrix-384", "gb200-nvl72", "gb300-nvl72", "dgx-h100-su32", "atlas-950")


@cache
def catalog() -> Catalog:
    return load_catalog([parts_dir()])


def path_of(name: str) -> Path:
    return designs_dir() / f"{name}.supernode"


@cache
def fabric_of(name: str) -> Fabric:
    return compile_design(read_design(path_of(name)).design, catalog())


@cache
def totals_of(name: str) -> Totals:
    return roll_up(fabric_of(name))


def totals_with(name: str, **variants: str) -> Totals:
    """Return the totals of a design with other variants of some parts."""
    design = fabric_of(name).design
    changes = {PartId(key.replace("_", "-")): PartChange(variant=v) for key, v in variants.items()}
    changed: Design = msgspec.structs.replace(design, parts={**design.parts, **changes})
    return roll_up(compile_design(changed, catalog()))


def part_counts(name: str) -> Mapping[str, int]:
    inventory = Inventory(fabric_of(name))
    return {part.id: int(count) for part, count in inventory.pieces}


def rule_ends(name: str, rule: str) -> tuple[IntArray, IntArray]:
    links = next(one for one in fabric_of(name).links.rules if one.name == rule)
    return links.a, links.b


def links_per(ends: IntArray) -> set[int]:
    """Return how many links the components at one side of a rule have."""
    return set(np.unique(ends, return_counts=True)[1].tolist())


# --- all of them -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_reference_design_passes_every_rule(name: str) -> None:
    assert [f"{f.rule} {f.address}: {f.message}" for f in check(fabric_of(name))] == []


@pytest.mark.parametrize("name", NAMES)
def test_opening_and_saving_gives_the_same_bytes(name: str) -> None:
    path = path_of(name)
    assert encode_design(read_design(path).design) == path.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_reference_design_says_who_made_it_and_from_what(name: str) -> None:
    design = fabric_of(name).design
    assert design.name_zh
    assert design.description
    assert design.description_zh
    assert design.sources
    assert design.active_scenario in design.scenarios
    assert len({scenario.name for scenario in design.scenarios.values()}) == len(design.scenarios)


@pytest.mark.parametrize("name", NAMES)
def test_no_figure_misses_a_value_it_needs(name: str) -> None:
    missing = {f.name: f.missing for f in totals_of(name).figures.values() if f.missing}
    assert missing == {}


@pytest.mark.parametrize("name", NAMES)
def test_power_rises_from_idle_over_typical_to_nameplate(name: str) -> None:
    totals = totals_of(name)
    powers = [totals.value(f"power_w.{point}") for point in ("idle", "typical", "nameplate")]
    assert all(low < high for low, high in pairwise(powers))


@pytest.mark.parametrize("name", NAMES)
def test_terms_add_up_to_their_figure(name: str) -> None:
    for figure in totals_of(name).figures.values():
        total = sum(term.count * term.each for term in figure.terms)
        assert total == pytest.approx(figure.value, rel=1e-12)


# --- CloudMatrix 384 ---------------------------------------------------------------------------

CM = "cloudmatrix-384"


def test_cm384_counts_its_parts() -> None:
    """12 cabinets x 4 nodes x (8 NPUs, 4 CPUs, 7 L1 chips); 4 cabinets x 14 boxes x 2 L2 chips.

    arXiv 2506.12708 sections 3.2, 3.3; Huawei Atlas 900 A3 SuperPoD white paper section 5.2.1.
    """
    counts = part_counts(CM)
    assert counts["ascend-910c"] == 384
    assert counts["kunpeng-920-80c"] == 192
    assert counts["ub-l1-switch"] == 336
    assert counts["ub-l2-switch"] == 112
    assert counts["lingqu-630-chassis"] == 56
    assert counts["a3-compute-cabinet"] == 12
    assert counts["a3-bus-cabinet"] == 4
    assert counts["dimm-ddr5-64"] == 48 * 32
    assert counts["psu-pah3000"] == 12 * 24 + 4 * 12
    assert totals_of(CM).value("node_count") == 48
    assert totals_of(CM).value("rack_count") == 16


def test_cm384_compute() -> None:
    """384 x 780 = 299.5 PFLOPS, announced as 300 (SemiAnalysis); 384 x 1,504 = 577.5 POPS INT8."""
    assert totals_of(CM).value("compute_flops.bf16") == pytest.approx(299.52e15)
    assert totals_of(CM).value("compute_flops.int8") == pytest.approx(577.536e15)
    assert "compute_flops.fp8" not in totals_of(CM).figures


@pytest.mark.parametrize(
    ("variant", "pflops", "published"),
    [("bin-626", 240.384, 240.4), ("bin-752", 288.768, 288.8), ("bin-800", 307.2, 307.2)],
)
def test_cm384_bins(variant: str, pflops: float, published: float) -> None:
    """384 x 626 / 752 / 800 TFLOPS; Huawei white paper table 6-13 and product page."""
    value = totals_with(CM, ascend_910c=variant).value("compute_flops.bf16")
    assert value == pytest.approx(pflops * 1e15)
    assert value == pytest.approx(published * 1e15, rel=1e-3)


def test_cm384_memory() -> None:
    """384 x 128 GB = 49.15 TB; 384 x 3.2 TB/s = 1,228.8 TB/s; 1,536 x 64 GB = 98.3 TB DRAM."""
    totals = totals_of(CM)
    assert totals.value("memory_bytes") == pytest.approx(49.152e12)
    assert totals.value("memory_bandwidth_byte_per_s") == pytest.approx(1228.8e12)
    assert totals.value("host_memory_bytes") == pytest.approx(98.304e12)
    larger = totals_with(CM, dimm_ddr5_64="96gb")
    assert larger.value("host_memory_bytes") == pytest.approx(147.456e12)


def test_cm384_optics() -> None:
    """2,688 UB cables and 768 RoCE cables with a module at both ends: 5,376 + 1,536 = 6,912.

    48 nodes x 56 ports (white paper table 6-4); SemiAnalysis counts 6,912 modules.
    6,912 x 400 Gb/s x 2 directions = 5.53 Pb/s, announced as more than 5.5.
    """
    totals = totals_of(CM)
    assert totals.value("transceiver_count") == 5376 + 1536 == 6912
    assert totals.value("optical_bandwidth_bit_per_s") == pytest.approx(5.5296e15)
    runs = {run.rule: run.count for run in Inventory(fabric_of(CM)).cable_runs}
    assert runs["ub-uplinks"] == 48 * 56 == 2688
    assert runs["rdma-access"] == runs["rdma-spine"] == 384


def test_cm384_fabric_is_the_recipe_of_the_paper() -> None:
    """Chip i of every node: one link to each of the 16 L2 chips of sub-plane i and to no other.

    48 x 7 x 16 = 5,376 links of 224 Gb/s; each L2 chip has 48. arXiv 2506.12708 section 3.3.3.
    """
    fabric = fabric_of(CM)
    l1, l2 = rule_ends(CM, "ub-uplinks")
    assert len(l1) == 48 * 7 * 16
    assert links_per(l1) == {16}
    assert links_per(l2) == {48}
    assert len(np.unique(np.stack((l1, l2)), axis=1).T) == len(l1)
    chips = np.unique(l2)
    sub_plane_of = dict(zip(chips.tolist(), (np.arange(112) // 16).tolist(), strict=True))
    joined = {
        (int(fabric.layout.index[a]), sub_plane_of[int(b)]) for a, b in zip(l1, l2, strict=True)
    }
    assert joined == {(i, i) for i in range(7)}


def test_cm384_bandwidth_per_plane() -> None:
    """UB: 384 x 14 x 28 GB/s = 150.5 TB/s a direction; RDMA: 384 x 400 Gb/s = 153.6 Tb/s.

    L1 to L2 is as wide: 5,376 x 28 GB/s; half the nodes to the other half: 75.3 TB/s.
    """
    totals = totals_of(CM)
    assert totals.value("injection_bandwidth_byte_per_s.ub") == pytest.approx(384 * 392e9)
    assert totals.value("injection_bandwidth_byte_per_s.rdma") == pytest.approx(153.6e12 / 8)
    assert totals.value("bisection_bandwidth_byte_per_s.ub") == pytest.approx(5376 * 28e9 / 2)


def test_cm384_power_lands_on_the_published_figures() -> None:
    """559,378 W typical (SemiAnalysis) and 12 x 54 + 4 x 17.8 = 719.2 kW (white paper), in 3 %."""
    totals = totals_of(CM)
    assert totals.value("power_w.typical") == pytest.approx(559_378, rel=0.03)
    assert totals.value("power_w.nameplate") == pytest.approx(719_200, rel=0.03)


def test_cm384_power_by_hand() -> None:
    """A compute cabinet of 39.6 kW behind supplies of 96.5 %, counted part by part.

    Node: 8 x 800 + 4 x 200 + 32 x 8 + 8 x 12 + 75 + 7 x 150 + 273 + 64 x 6.5 = 9,366 W.
    Cabinet: 4 x 9,366 + leaf 500 + its 64 modules 416 + cooling 1,240 = 39,620 W; / 0.965.
    """
    node = 8 * 800 + 4 * 200 + 32 * 8 + 8 * 12 + 75 + 7 * 150 + 273 + 64 * 6.5
    assert node == 9366
    cabinet = 4 * node + 500 + 64 * 6.5 + 1240
    box = 2 * 300 + 100 + 48 * 6.5
    bus = 14 * box + 2 * (500 + 48 * 6.5)
    loads = 12 * cabinet + 4 * bus + 2 * 300 + 96 * 6
    expected = loads / 0.965
    assert totals_of(CM).value("power_w.typical") == pytest.approx(expected, rel=1e-6)


def test_cm384_cabinets_stay_below_the_vendors_input_limits() -> None:
    """54 kW per compute and 17.8 kW per bus cabinet; the nameplate comes close to both."""
    fabric = fabric_of(CM)
    walls = Inventory(fabric).power_by_rack_w("power_max") / 0.965
    for rack, wall in zip(fabric.layout.racks, walls, strict=True):
        limit = fabric.layout.parts[rack.part].value("power_limit")
        assert 0.95 * limit < wall <= limit


def test_cm384_shows_its_residual_as_an_assumption() -> None:
    """What no source gives is a term of its own whose note says what it is the rest of."""
    figure = totals_of(CM).figures["power_w.typical"]
    residual = next(term for term in figure.terms if term.part == "a3-cabinet-cooling")
    assert residual.origin is not None
    assert residual.origin.grade == "inferred"
    assert "Residual" in residual.origin.note
    assert residual.value < 0.05 * figure.value
    assert figure.grade == "assumed"


def test_cm384_price_and_mass() -> None:
    """About 8 to 8.2 M USD (press); 12 x 1,285 + 4 x 720 = 18.3 t by the white paper.

    The drawing adds RoCE switches, modules and fibres that the vendor's cabinet mass leaves out.
    """
    totals = totals_of(CM)
    assert totals.value("price_usd") == pytest.approx(8.1e6, rel=0.03)
    assert totals.value("mass_kg") == pytest.approx(18_300, rel=0.1)


def test_cm384_with_the_other_optics_of_the_sources() -> None:
    """SR8 with MPO-16 multimode (wiring article) instead of LPO: 8 W for 6.5 W, 95 USD for 180.

    6,912 modules x 1.5 W / 0.965 = 10.7 kW more; 6,912 x 85 USD less, fibre apart.
    """
    design = fabric_of(CM).design
    links = {
        rule_id: msgspec.structs.replace(
            rule,
            cable=PartId("mpo16-om4"),
            transceiver_a=PartId("sr8-400g"),
            transceiver_b=PartId("sr8-400g"),
        )
        if rule.transceiver_a
        else rule
        for rule_id, rule in design.links.items()
    }
    fabric = compile_design(msgspec.structs.replace(design, links=links), catalog())
    assert [one for one in check(fabric) if one.rule in ("reach", "rate-mismatch")] == []
    totals, shipped = roll_up(fabric), totals_of(CM)
    assert totals.value("transceiver_count") == 6912
    more = totals.value("power_w.typical") - shipped.value("power_w.typical")
    assert more == pytest.approx(6912 * 1.5 / 0.965, rel=1e-6)
    less = shipped.value("price_usd") - totals.value("price_usd")
    assert less == pytest.approx(6912 * 85, rel=0.1)


# --- GB200 and GB300 NVL72 -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gb200-nvl72", "gb300-nvl72"])
def test_nvl72_counts_its_parts(name: str) -> None:
    """18 trays x (4 GPUs, 2 CPUs), 9 switch trays x 2 chips, 36 x 72 = 2,592 cores; NVIDIA pages.

    72 GPUs x 18 links x 4 copper pairs = 5,184 pairs, printed as more than 5,000 cables.
    """
    totals, counts = totals_of(name), part_counts(name)
    assert totals.value("npu_count") == 72
    assert totals.value("cpu_count") == 36
    assert totals.value("cpu_core_count") == 2592
    assert totals.value("node_count") == 18
    assert counts["nvswitch-4"] == 18
    assert counts["psu-orv3-hpr-5500"] == 8 * 6
    assert counts["nvlink5-copper"] == 72 * 18 == 1296
    assert totals.value("copper_lane_count") == 5184


@pytest.mark.parametrize("name", ["gb200-nvl72", "gb300-nvl72"])
def test_nvl72_every_gpu_reaches_every_switch_chip_once(name: str) -> None:
    """130 TB/s for both directions: 72 x 18 x 50 GB/s x 2 = 129.6 TB/s."""
    gpus, chips = rule_ends(name, "nvlink")
    assert links_per(gpus) == {18}
    assert links_per(chips) == {72}
    assert len(set(zip(gpus.tolist(), chips.tolist(), strict=True))) == 1296
    injection = totals_of(name).value("injection_bandwidth_byte_per_s.nvlink")
    assert 2 * injection == pytest.approx(129.6e12)


def test_gb200_compute_and_memory() -> None:
    """Half of the sparse 360 / 720 / 1,440 PFLOPS; 72 x 192 = 13.8 TB, 72 x 186 = 13.4 TB."""
    totals = totals_of("gb200-nvl72")
    assert totals.value("compute_flops.bf16") == pytest.approx(180e15)
    assert totals.value("compute_flops.fp8") == pytest.approx(360e15)
    assert totals.value("compute_flops.fp4") == pytest.approx(720e15)
    assert totals.value("compute_flops.fp64") == pytest.approx(2880e12)
    assert totals.value("memory_bytes") == pytest.approx(13.824e12)
    assert totals.value("memory_bandwidth_byte_per_s") == pytest.approx(576e12)
    page = totals_with("gb200-nvl72", b200_gb200="rev-186")
    assert page.value("memory_bytes") == pytest.approx(13.392e12)


def test_gb200_power_and_price() -> None:
    """145 kW with everything (SemiAnalysis), 120 kW (NVIDIA) and 132 kW (HPE) for the rack.

    Price 2 to 3.1 M USD (press, analyst), here 2.5; mass 1.36 t for the rack alone (NVIDIA).
    """
    totals = totals_of("gb200-nvl72")
    assert 142e3 < totals.value("power_w.typical") < 145e3
    assert totals.value("power_w.nameplate") < 152e3
    assert totals.value("price_usd") == pytest.approx(2.5e6, rel=0.02)
    fabric = fabric_of("gb200-nvl72")
    rack = fabric.layout.rack_by_label["R01"]
    for variant, published in (("rack-120", 120e3), ("rack-132", 132e3)):
        design = fabric.design
        change = {PartId("gb200-tray-board"): PartChange(variant=variant)}
        changed = msgspec.structs.replace(design, parts=change)
        inventory = Inventory(compile_design(changed, catalog()))
        wall = float(inventory.power_by_rack_w("power_typical")[rack]) / 0.97
        assert wall == pytest.approx(published, rel=0.01)


def test_gb300_compute_memory_power_and_price() -> None:
    """1,080 PFLOPS dense FP4 and 20 TB or more (NVIDIA); rack about 142 kW (Morgan Stanley).

    72 x 288 = 20.7 TB; price 4 to 4.4 M USD.
    """
    totals = totals_of("gb300-nvl72")
    assert totals.value("compute_flops.fp4") == pytest.approx(1080e15)
    assert totals.value("compute_flops.int8") == pytest.approx(12e15, rel=1e-3)
    assert totals.value("memory_bytes") == pytest.approx(20.736e12)
    assert 4.0e6 < totals.value("price_usd") < 4.4e6
    fabric = fabric_of("gb300-nvl72")
    rack = fabric.layout.rack_by_label["R01"]
    wall = float(Inventory(fabric).power_by_rack_w("power_typical")[rack]) / 0.97
    assert wall == pytest.approx(142e3, rel=0.01)
    injection = totals.value("injection_bandwidth_byte_per_s.scale-out")
    assert injection == pytest.approx(72 * 800e9 / 8)


@pytest.mark.parametrize(
    ("figure", "ratio"),
    [
        ("compute_flops.bf16", 1.7),
        ("memory_bytes", 3.6),
        ("memory_bandwidth_byte_per_s", 2.1),
        ("power_w.typical", 3.9),
    ],
)
def test_cm384_against_nvl72_gives_the_published_ratios(figure: str, ratio: float) -> None:
    """1.7x compute, 3.6x memory, 2.1x bandwidth, 3.9x power; SemiAnalysis, April 2025."""
    ours = totals_of(CM).value(figure) / totals_of("gb200-nvl72").value(figure)
    assert round(ours, 1) == ratio


# --- DGX H100, scalable unit of 32 ---------------------------------------------------------------

DGX = "dgx-h100-su32"


def test_dgx_su32_counts_and_totals() -> None:
    """32 x 8 = 256 GPUs of 989.4 TFLOPS, 80 GB, 3.35 TB/s; 8 leaves and 4 spines; NVIDIA."""
    totals, counts = totals_of(DGX), part_counts(DGX)
    assert totals.value("npu_count") == 256
    assert totals.value("node_count") == 32
    assert counts["nvswitch-3"] == 128
    assert counts["qm9700"] == 8 + 4
    assert totals.value("compute_flops.bf16") == pytest.approx(256 * 989.4e12)
    assert totals.value("memory_bytes") == pytest.approx(20.48e12)
    assert totals.value("memory_bandwidth_byte_per_s") == pytest.approx(857.6e12)
    assert totals.value("host_memory_bytes") == pytest.approx(32 * 2.048e12)


def test_dgx_su32_is_rail_optimised() -> None:
    """GPU i of every system on leaf i: 32 ports down, 32 up, 8 of them to each spine."""
    fabric = fabric_of(DGX)
    nics, leaves = rule_ends(DGX, "rails")
    assert len(np.unique(leaves)) == 8
    assert links_per(leaves) == {32}
    for leaf in np.unique(leaves):
        assert len(set(fabric.layout.index[nics[leaves == leaf]].tolist())) == 1
    up, spines = rule_ends(DGX, "spines")
    assert links_per(up) == {32}
    assert links_per(spines) == {64}


def test_dgx_su32_nvlink_uses_all_links() -> None:
    """18 links of 25 GB/s a GPU: 900 GB/s for both directions, 7.2 TB/s a system."""
    injection = totals_of(DGX).value("injection_bandwidth_byte_per_s.nvlink")
    assert 2 * injection == pytest.approx(32 * 7.2e12)
    scale_out = totals_of(DGX).value("injection_bandwidth_byte_per_s.scale-out")
    assert scale_out == pytest.approx(256 * 400e9 / 8)


def test_dgx_su32_power_of_a_system() -> None:
    """10.2 kW at most (NVIDIA); up to 8.4 kW seen in training (arXiv 2412.08602)."""
    inventory = Inventory(fabric_of(DGX))
    for field, published, tolerance in (
        ("power_max", 10.2e3, 0.01),
        ("power_typical", 8.4e3, 0.06),
    ):
        wall = float(inventory.power_by_rack_w(field)[0]) / 0.94 / 4
        assert wall == pytest.approx(published, rel=tolerance)


# --- Atlas 950 SuperPoD --------------------------------------------------------------------------

ATLAS = "atlas-950"


def test_atlas_950_counts_and_totals() -> None:
    """128 compute cabinets x 64 = 8,192 NPUs, 32 interconnect cabinets; Xu keynote 2025.

    8,192 x 1 PFLOPS = 8.2 EFLOPS FP8, 16.4 FP4; 8,192 x 144 GB = 1,152 x 1,024 GB.
    """
    totals, counts = totals_of(ATLAS), part_counts(ATLAS)
    assert totals.value("npu_count") == 8192
    assert counts["atlas950-compute-cabinet"] == 128
    assert counts["atlas950-interconnect-cabinet"] == 32
    assert totals.value("rack_count") == 160
    assert totals.value("compute_flops.fp8") == pytest.approx(8e18, rel=0.03)
    assert totals.value("compute_flops.fp4") == pytest.approx(16e18, rel=0.03)
    assert totals.value("memory_bytes") == 1152 * 1024e9


def test_atlas_950_interconnect_bandwidth() -> None:
    """8,192 NPUs x 18 ports x 56 GB/s x 2 directions = 16.5 PB/s, announced as 16.3."""
    injection = totals_of(ATLAS).value("injection_bandwidth_byte_per_s.ub")
    assert injection == pytest.approx(8192 * 18 * 56e9)
    assert 2 * injection == pytest.approx(16.3e15, rel=0.02)


def test_atlas_950_mesh_in_the_cabinet() -> None:
    """Full mesh of 8 x 8: 7 neighbours along each axis; 128 x 64 x 14 / 2 = 57,344 links.

    UB-Mesh, arXiv 2503.20377, section 3.3.
    """
    fabric = fabric_of(ATLAS)
    a, b = rule_ends(ATLAS, "mesh")
    assert len(a) == 57_344
    assert links_per(np.concatenate((a, b))) == {14}
    same_rack = fabric.layout.rack[a] == fabric.layout.rack[b]
    same_board = fabric.layout.housing[a] == fabric.layout.housing[b]
    same_index = fabric.layout.index[a] == fabric.layout.index[b]
    assert same_rack.all()
    assert (same_board ^ same_index).all()
    assert same_board.sum() == same_index.sum()


def test_atlas_950_clos_above_the_cabinets() -> None:
    """4 ports an NPU leave the cabinet: 256 links of 4 lanes, the paper's 4 x UB x256.

    32 low-radix switches x 8 uplinks a cabinet; each of 256 high-radix chips has one link to
    every cabinet: 128 ports of 4 lanes, the paper's x512.
    """
    fabric = fabric_of(ATLAS)
    npus, lrs = rule_ends(ATLAS, "npu-lrs")
    assert links_per(npus) == {4}
    assert links_per(lrs) == {8}
    low, high = rule_ends(ATLAS, "lrs-hrs")
    assert len(low) == 128 * 256
    assert links_per(low) == {8}
    assert links_per(high) == {128}
    pairs = set(zip(fabric.layout.rack[low].tolist(), high.tolist(), strict=True))
    assert len(pairs) == 128 * 256


def test_atlas_950_hall() -> None:
    """About 1,000 square metres; optical reach above 200 m; Xu keynote 2025."""
    fabric = fabric_of(ATLAS)
    site = fabric.design.site
    assert site.width_m * site.depth_m == pytest.approx(1000, rel=0.05)
    assert float(fabric.geometry.length_m.max()) < 200
