"""Roll-up of two racks worked out by hand: sums, states, cables, losses, power by category."""

from __future__ import annotations

import pytest

from studio.design import edits
from studio.design.model import Design, Deviation, State
from studio.fabric.fabric import Fabric
from studio.ids import Address, AssemblyId, RackId
from studio.simulation.rollup.figure import Figure, Term
from studio.simulation.rollup.inventory import Inventory
from studio.simulation.rollup.labels import LABELS, figure_label, label_of
from studio.simulation.rollup.power import facility_power_w
from studio.simulation.rollup.totals import Totals, roll_up
from studio.units import dimension_of
from tests.builders import (
    OPTICAL,
    assembly,
    fabric_of,
    group,
    link,
    part,
    place,
    power,
    rack,
    small_catalog,
    two_racks,
    with_part,
)


def totals_of(design: Design) -> Totals:
    return roll_up(fabric_of(design))


def marked(address: str, state: State, factor: float = 1.0) -> Totals:
    return totals_of(edits.set_state(two_racks(), Address(address), Deviation(state, factor)))


def test_two_racks_add_up_as_by_hand(two_racks_fabric: Fabric) -> None:
    totals = roll_up(two_racks_fabric)
    expected = {
        "npu_count": 16,
        "cpu_count": 4,
        "switch_count": 6,
        "node_count": 4,
        "rack_count": 2,
        "compute_flops.bf16": 16 * 100e12,
        "compute_flops.fp8": 16 * 200e12,
        "memory_bytes": 16 * 64e9,
        "memory_bandwidth_byte_per_s": 16 * 2e12,
        "cpu_core_count": 4 * 64,
        "host_memory_bytes": 0,
        "injection_bandwidth_byte_per_s.up": 16 * 100e9,
        # Half of the chips are in R01: 8 of their ports, 8 uplinks out of their nodes, of which
        # 2 nodes x 2 stay in the rack and 4 cross, as 4 come from R02's leaves to R01's spine.
        "bisection_bandwidth_byte_per_s.up": 8 * 100e9,
        "transceiver_count": 32,
        "optical_bandwidth_bit_per_s": 32 * 2 * 800e9,
        "cable_count": 16,
        "cable_length_m": two_racks_fabric.geometry.length_m[16:].sum(),
        "copper_lane_count": 0,
        "mass_kg": 16 * 2 + 6 * 5 + 6 * 3 + 2 * 100 + 4 * 20
        + 0.1 * two_racks_fabric.geometry.length_m[16:].sum(),
        "floor_area_m2": 2 * 0.6 * 1.2,
        "price_usd": 16 * 1000 + 4 * 500 + 6 * 2000 + 2 * 700 + 16 * 10 + 32 * 100
        + 2 * two_racks_fabric.geometry.length_m[16:].sum(),
        # None of these parts has a failure rate: four nodes of 95 software interruptions in 303
        # node-years are left.
        "failures_per_year": 0,
        "interruptions_per_year": 4 * 95 / 303,
        "mtbi_s": 365 * 86400 * 303 / 380,
        "availability": 365 * 24 * 303 / 380 / (365 * 24 * 303 / 380 + 1.25),
    }  # fmt: skip
    for name, value in expected.items():
        assert totals.value(name) == pytest.approx(value), name
    assert set(totals.figures) == {
        *expected,
        "power_w.nameplate",
        "power_w.typical",
        "power_w.idle",
    }


@pytest.mark.parametrize(
    ("point", "npu", "cpu", "switch", "optic"),
    [("nameplate", 500, 200, 300, 15), ("typical", 400, 150, 250, 12), ("idle", 100, 50, 200, 10)],
)
def test_power_is_the_pieces_and_the_loss_of_their_supplies(
    point: str, npu: float, cpu: float, switch: float, optic: float
) -> None:
    figure = totals_of(two_racks()).figures[f"power_w.{point}"]
    load = 16 * npu + 4 * cpu + 6 * switch + 32 * optic
    assert figure.value == pytest.approx(load / 0.8)
    assert figure.by_category() == pytest.approx(
        {
            "npu": 16 * npu,
            "cpu": 4 * cpu,
            "switch": 6 * switch,
            "optics": 32 * optic,
            "loss": load * 0.25,
        }
    )
    assert figure.missing == ()


def test_power_by_rack_adds_up_to_the_load(two_racks_fabric: Fabric) -> None:
    power = Inventory(two_racks_fabric).power_by_rack_w("power_max")
    one = 8 * 500 + 2 * 200 + 3 * 300 + 16 * 15
    assert power.tolist() == [one, one]
    drawn = Inventory(two_racks_fabric).input_by_rack_w("power_max")
    assert drawn == pytest.approx([one / 0.8, one / 0.8])


def test_an_active_cable_draws_its_power_once() -> None:
    active = part("active", "cable", power("8 W", "6 W", "4 W"), tags={"medium": "active-copper"})
    catalog = with_part(small_catalog(), active)
    design = two_racks(links={"x": link("R01/N1/leaf", "R02/B1/spine", cable="active")})
    bare = roll_up(fabric_of(two_racks(links={}))).value("power_w.nameplate")
    value = roll_up(fabric_of(design, catalog)).value("power_w.nameplate")
    # Half of it in each rack, behind supplies of 80 %.
    assert value == pytest.approx(bare + 8 / 0.8)


@pytest.mark.parametrize(
    ("address", "npus", "nodes", "racks"),
    [("R01", 8, 2, 1), ("R01/N1", 12, 3, 2), ("R01/N1/chip[0]", 15, 4, 2), ("R01/B1", 16, 4, 2)],
)
def test_what_is_absent_is_not_counted(address: str, npus: int, nodes: int, racks: int) -> None:
    totals = marked(address, "absent")
    assert totals.value("npu_count") == npus
    assert totals.value("node_count") == nodes
    assert totals.value("rack_count") == racks
    assert totals.value("memory_bytes") == npus * 64e9
    assert totals.value("floor_area_m2") == pytest.approx(racks * 0.72)
    assert totals.value("mass_kg") < totals_of(two_racks()).value("mass_kg")


def test_what_failed_is_bought_but_neither_works_nor_draws() -> None:
    whole, failed = totals_of(two_racks()), marked("R01/N1/chip[0]", "failed")
    assert failed.value("npu_count") == 16
    assert failed.value("price_usd") == whole.value("price_usd")
    assert failed.value("mass_kg") == whole.value("mass_kg")
    assert failed.value("compute_flops.bf16") == 15 * 100e12
    assert failed.value("injection_bandwidth_byte_per_s.up") == 15 * 100e9
    lost = whole.value("power_w.typical") - failed.value("power_w.typical")
    assert lost == pytest.approx(400 / 0.8)


def test_what_is_degraded_delivers_its_share_and_draws_all() -> None:
    whole, slow = totals_of(two_racks()), marked("R01/N1/chip[0]", "degraded", 0.25)
    assert slow.value("compute_flops.bf16") == pytest.approx(15.25 * 100e12)
    assert slow.value("power_w.typical") == pytest.approx(whole.value("power_w.typical"))


def test_cables_of_absent_links_are_not_laid() -> None:
    totals = marked("R01/B1", "absent")
    assert totals.value("cable_count") == 8
    assert totals.value("transceiver_count") == 16


def test_links_that_share_a_cable_are_one_cable() -> None:
    design = edits.set_field(two_racks(), ("links", "uplinks", "links_per_cable"), 2)
    totals = totals_of(design)
    assert totals.value("cable_count") == 8
    assert totals.value("transceiver_count") == 16
    half = edits.set_state(design, Address("rule:uplinks[0]"), Deviation("absent"))
    assert totals_of(half).value("cable_count") == 8
    both = edits.set_state(half, Address("rule:uplinks[1]"), Deviation("absent"))
    assert totals_of(both).value("cable_count") == 7


def test_copper_is_counted_in_lanes_and_without_modules() -> None:
    totals = totals_of(two_racks(links={"x": link("R*/N*/leaf", "R*/B*/spine", cable="copper")}))
    assert totals.value("copper_lane_count") == 8 * 8
    assert totals.value("transceiver_count") == 0


def test_bisection_is_the_narrowest_cut() -> None:
    single = edits.set_field(two_racks(), ("links", "uplinks", "multiplicity"), 1)
    # 2 leaves of R01 to R02's spine and 2 of R02 to R01's: 4 links between the racks.
    bisection = totals_of(single).value("bisection_bandwidth_byte_per_s.up")
    assert bisection == pytest.approx(4 * 100e9)


def test_a_bisection_is_called_a_bound_unless_it_is_proven() -> None:
    name = "bisection_bandwidth_byte_per_s.up"
    proven = totals_of(two_racks()).figures[name]
    assert figure_label(proven) == "Bisection bandwidth, Up"
    uneven = edits.set_state(two_racks(), Address("rule:uplinks[0]"), Deviation("degraded", 0.5))
    bound = totals_of(uneven).figures[name]
    assert figure_label(bound) == "Bisection bandwidth, Up, at most"
    assert figure_label(bound, "zh") == "对分带宽（Up）（上界）"


def test_bisection_of_a_degraded_tier_shrinks_with_it() -> None:
    single = edits.set_field(two_racks(), ("links", "uplinks", "multiplicity"), 1)
    weak = edits.set_state(single, Address("rule:uplinks"), Deviation("degraded", 0.5))
    bisection = totals_of(weak).value("bisection_bandwidth_byte_per_s.up")
    assert bisection == pytest.approx(2 * 100e9)


def test_values_that_are_not_known_are_listed() -> None:
    contents = {"N": place("node", 1)}
    design = Design(
        id="x",
        name="x",
        assemblies={AssemblyId("node"): assembly(contents={"a": group("other-chip", 2)})},
        racks={RackId("r"): rack(contents=contents)},
    )
    totals = totals_of(design)
    assert totals.figures["price_usd"].missing == ("other-chip",)
    assert totals.value("compute_flops.fp8") == 0


def test_an_empty_design_adds_up_to_nothing() -> None:
    totals = totals_of(Design(id="e", name="Empty"))
    assert {figure.value for figure in totals.figures.values()} == {0}


def test_every_figure_has_a_name_in_both_languages() -> None:
    for name in totals_of(two_racks()).figures:
        assert label_of(name) != name
        assert label_of(name, "zh") != label_of(name)
    assert label_of("injection_bandwidth_byte_per_s.ub") == "Injection bandwidth, ub"
    assert label_of("nothing") == "nothing"
    assert all(label.en and label.zh for label in LABELS.values())


def test_every_figure_is_of_a_dimension_that_can_be_shown() -> None:
    for figure in totals_of(two_racks()).figures.values():
        assert dimension_of(figure.dimension).shown, figure.name


def test_a_figure_is_graded_by_its_weakest_term(two_racks_fabric: Fabric) -> None:
    totals = roll_up(two_racks_fabric)
    assert totals.figures["npu_count"].grade == "counted"
    assert totals.figures["memory_bytes"].grade == "vendor"
    own = edits.set_field(two_racks(), ("parts",), {"chip": {"values": {"memory": {"value": 1.0}}}})
    assert totals_of(own).figures["memory_bytes"].grade == "assumed"


def test_terms_are_count_times_each() -> None:
    figure = Figure(
        "x", "power", (Term("a", 3, 2.0, category="p"), Term("b", 1, 0.5, category="p"))
    )
    assert figure.value == 6.5
    assert figure.by_category() == {"p": 6.5}


def test_groups_are_the_figures_behind_a_dot() -> None:
    totals = totals_of(two_racks())
    assert set(totals.group("power_w")) == {"nameplate", "typical", "idle"}
    assert totals.value("nothing") == 0.0


def test_a_site_draws_its_equipment_times_pue() -> None:
    assert facility_power_w(1000.0, 1.15) == pytest.approx(1150.0)


def test_uplinks_are_the_only_optics(two_racks_fabric: Fabric) -> None:
    runs = Inventory(two_racks_fabric).cable_runs
    assert [run.rule for run in runs] == ["uplinks"]
    assert [part.id for part in runs[0].transceivers] == [OPTICAL["transceiver_a"]] * 2
