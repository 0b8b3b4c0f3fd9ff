"""The rings around an NPU and the machine a job sees, worked out by hand on small drawings."""

from __future__ import annotations

import pytest

from studio import api
from studio.design import edits, schemes
from studio.design.model import Design, Deviation, Plane
from studio.errors import InvalidDesign
from studio.fabric.compiling import compile_design
from studio.ids import Address
from studio.session.library import catalog, reference_designs
from studio.simulation.levels import network_levels
from studio.simulation.machine import Machine
from studio.simulation.machine_of import machine_of, running_of
from studio.simulation.rollup.totals import roll_up
from studio.storage.project_file import read_design
from tests.builders import clos_2x4, fabric_of, group, link, one_group, two_racks


def machine(design: Design) -> Machine:
    fabric = fabric_of(design)
    return machine_of(fabric, roll_up(fabric))


def test_two_racks_have_a_node_a_rack_and_a_plane() -> None:
    node, rack, plane = network_levels(fabric_of(two_racks()))
    assert (node.name, node.ranks, node.bandwidth_byte_per_s) == ("node", 4, 100e9)
    # Leaving its node within the rack: 2 links of 4 chips; leaving the rack: 2 of its 2 nodes'
    # leaves to the other spine and as many from its spine, 8 links over 8 chips.
    assert (rack.name, rack.ranks, rack.bandwidth_byte_per_s) == ("rack", 8, 50e9)
    assert (plane.name, plane.ranks, plane.bandwidth_byte_per_s) == ("Up", 16, 100e9)
    assert [level.oversubscription for level in (node, rack)] == [1.0, 2.0]
    assert rack.medium == "fibre"


def test_latency_is_hops_modules_and_cable() -> None:
    fabric = fabric_of(two_racks())
    node, rack, _ = network_levels(fabric)
    trace = 0.3 * 4.9e-9
    assert node.latency_s == pytest.approx(2 * trace + 200e-9)
    ends = fabric.geometry.delay_s
    first, second = ends[16], ends[20]  # N1's and N2's cable to the spine of R01
    # Median over 3 neighbours in the node and 4 in the next one: a neighbour in the next.
    assert rack.latency_s == pytest.approx(2 * trace + 3 * 200e-9 + first + second, rel=1e-6)


def test_one_rack_has_no_ring_beyond_it() -> None:
    node, rack = network_levels(fabric_of(clos_2x4()))
    assert (node.ranks, rack.ranks) == (4, 16)
    # Two uplinks of 100 GB/s for four chips.
    assert rack.bandwidth_byte_per_s == 50e9


def test_twice_the_uplinks_are_twice_the_bandwidth() -> None:
    four = network_levels(fabric_of(clos_2x4(uplinks=4)))
    assert four[1].bandwidth_byte_per_s == 100e9
    assert four[1].oversubscription == 1.0


def test_a_direct_mesh_is_one_ring() -> None:
    mesh = one_group(4, link("**/a", "", schemes.FullMesh(), a_port="up", b_port="up"))
    (node,) = network_levels(fabric_of(mesh))
    assert (node.ranks, node.bandwidth_byte_per_s) == (4, 300e9)
    assert node.latency_s == pytest.approx(0.3 * 4.9e-9)


def test_scale_out_begins_where_scale_up_ends() -> None:
    design = edits.remove(two_racks(), "links", "uplinks")
    design = edits.put(design, "planes", "net", Plane(name="Net", role="scale_out"))
    net = link("**/chip", "R01/B*/spine", plane="net", a_port="net")
    levels = network_levels(fabric_of(edits.put(design, "links", "net", net)))
    assert [(level.name, level.ranks) for level in levels] == [
        ("node", 4),
        ("rack", 8),
        ("Net", 16),
    ]
    assert levels[-1].bandwidth_byte_per_s == pytest.approx(50e9)


def test_management_planes_carry_no_job() -> None:
    design = edits.set_field(two_racks(), ("planes", "up", "role"), "management")
    assert network_levels(fabric_of(design)) == ()


@pytest.mark.parametrize("name", ["node", "rack"])
def test_a_plane_may_be_called_like_a_ring(name: str) -> None:
    design = edits.set_field(two_racks(), ("planes", "up", "name"), name)
    assert [level.ranks for level in network_levels(fabric_of(design))] == [4, 8, 16]


def test_failed_links_narrow_the_ring() -> None:
    whole = network_levels(fabric_of(clos_2x4()))[1].bandwidth_byte_per_s
    design = edits.set_state(clos_2x4(), Address("R01/B2"), Deviation("failed"))
    assert network_levels(fabric_of(design))[1].bandwidth_byte_per_s == whole / 2


def test_cloudmatrix_is_flat_to_384() -> None:
    design = read_design(reference_designs()["cloudmatrix-384"]).design
    levels = network_levels(compile_design(design, catalog()))
    assert [level.ranks for level in levels] == [8, 384]
    assert [level.bandwidth_byte_per_s for level in levels] == pytest.approx([392e9, 392e9])


def test_a_machine_is_its_working_npus() -> None:
    found = machine(two_racks())
    assert found.npu_count == 16
    assert found.accelerator.compute_flops == {"bf16": 100e12, "fp8": 200e12}
    assert (found.accelerator.memory_byte, found.accelerator.tdp_w) == (64e9, 400.0)
    load = 4 * 150 + 6 * 250 + 32 * 12
    host = (16 * 400 + load) / 0.8 - 16 * 400
    assert found.host_power_w_per_npu == pytest.approx(host / 16)
    failed = edits.set_state(two_racks(), Address("R01/N1/chip[0]"), Deviation("failed"))
    assert machine(failed).npu_count == 15


def test_a_machine_takes_its_most_frequent_npu() -> None:
    contents = {"chip": group("chip", 2), "leaf": group("switch"), "x": group("other-chip", 1)}
    design = edits.set_field(two_racks(), ("assemblies", "node", "contents"), contents)
    found = machine(design)
    assert (found.npu_count, found.accelerator.name) == (8, "Chip")
    assert found.assumptions == ("4 NPUs of other types than Chip take no part",)


@pytest.mark.parametrize("field", ["memory", "memory_bandwidth"])
def test_a_rating_that_is_missing_is_named(field: str) -> None:
    change = {"chip": {"values": {field: {"value": 0.0}}}}
    with pytest.raises(InvalidDesign, match=rf"part 'chip' has no {field}"):
        machine(edits.set_field(two_racks(), ("parts",), change))


def test_a_drawing_without_npus_is_no_machine() -> None:
    with pytest.raises(InvalidDesign, match=r"no NPU is in order"):
        machine(Design(id="e", name="Empty"))


@pytest.mark.parametrize("pue", [0.5, 20.0])
def test_a_pue_is_possible(pue: float) -> None:
    fabric = fabric_of(edits.set_field(two_racks(), ("site", "pue"), pue))
    totals = roll_up(fabric)
    with pytest.raises(InvalidDesign, match=rf"PUE {pue}; 1 to 10 is possible"):
        running_of(fabric, totals, machine_of(fabric, totals))


def test_a_lost_switch_chip_of_a_node_paces_the_plane() -> None:
    """One of the seven planes of one node is out: six sevenths for everybody who waits for it."""
    design = api.load("cloudmatrix-384")
    lost = design.fail("R01/N1/l1[0]")
    levels = (network_levels(one.fabric) for one in (design, lost))
    for before, after in zip(*levels, strict=True):
        ratio = after.bandwidth_byte_per_s / before.bandwidth_byte_per_s
        assert ratio == pytest.approx(6 / 7)


@pytest.mark.parametrize("lost", ["R01/N1/nic[0]", "R09/N4/nic[7]"])
def test_a_lost_adapter_never_speeds_a_job_up(lost):
    """The node sends through its other seven, and whoever waits for it goes at its pace."""
    design = api.load("dgx-h100-su32")
    hurt = design.fail(lost)
    whole, less = (network_levels(one.fabric)[-1] for one in (design, hurt))
    assert less.ranks == whole.ranks == 256
    assert less.bandwidth_byte_per_s == pytest.approx(whole.bandwidth_byte_per_s * 7 / 8)
    assert hurt.simulate().headline_s >= design.simulate().headline_s


@pytest.mark.parametrize("size", [1, 3])
def test_links_looked_at_in_pieces_give_the_same_rings(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fabric = fabric_of(two_racks())
    whole = network_levels(fabric)
    monkeypatch.setattr("studio.simulation.levels._MOST_AT_ONCE", size)
    assert network_levels(fabric) == whole
