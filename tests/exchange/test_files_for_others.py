"""What is handed over: bill of materials, cable schedule, and the graph for other tools."""

from __future__ import annotations

import io
import math
from collections import Counter
from typing import Any

import networkx as nx
import pytest

from studio.design import edits
from studio.design.model import Deviation
from studio.exchange.bill_of_materials import bill_of, bill_table
from studio.exchange.cable_schedule import cable_table
from studio.exchange.graph import graphml
from studio.exchange.rack_schedule import rack_lines
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.ids import Address
from studio.session.library import catalog, find_design
from studio.simulation.rollup.totals import roll_up
from studio.storage.project_file import read_design
from tests.builders import fabric_of, two_racks

DESIGNS = ("cloudmatrix-384", "gb200-nvl72", "gb300-nvl72", "dgx-h100-su32")


@pytest.fixture(scope="module", params=DESIGNS)
def shipped(request: pytest.FixtureRequest) -> Fabric:
    return compile_design(read_design(find_design(request.param)).design, catalog())


def _read(fabric: Fabric) -> Any:
    return nx.read_graphml(io.BytesIO(graphml(fabric)), force_multigraph=True)


def test_the_bill_adds_up_to_the_price_of_the_design(shipped: Fabric) -> None:
    price = roll_up(shipped).value("price_usd")
    assert math.isclose(sum(line.price_usd_each * line.count for line in bill_of(shipped)), price)


def test_the_bill_counts_every_cable_at_the_length_that_is_bought(shipped: Fabric) -> None:
    totals = roll_up(shipped)
    cables = [line for line in bill_of(shipped) if line.part.kind == "cable"]
    assert sum(line.count for line in cables) == totals.value("cable_count")
    metres = sum(line.count * line.length_m for line in cables)
    assert math.isclose(metres, totals.value("cable_length_m"))
    assert len({(line.part.id, line.length_m) for line in cables}) == len(cables)


def test_the_rack_schedule_adds_up_to_the_design(shipped: Fabric) -> None:
    totals, racks = roll_up(shipped), list(rack_lines(shipped))
    assert len(racks) == totals.value("rack_count")
    assert sum(rack.npus for rack in racks) == totals.value("npu_count")
    kinds = ("cable", "transceiver")
    loose = [line.mass_kg_each * line.count for line in bill_of(shipped) if line.part.kind in kinds]
    mass = sum(rack.mass_kg for rack in racks) + sum(loose)
    assert math.isclose(mass, totals.value("mass_kg"))
    for name in ("nameplate", "typical", "idle"):
        power = sum(getattr(rack, f"{name}_w") for rack in racks)
        assert math.isclose(power, totals.value(f"power_w.{name}"))
    ends = sum(2 * rack.cables_inside + rack.cables_out for rack in racks)
    assert ends == 2 * totals.value("cable_count")


def test_a_compute_cabinet_is_counted_by_hand() -> None:
    """Four nodes: 7 chips with 16 uplinks, two a cable; 8 RDMA cables to the leaf in the rack,
    which has as many upwards; 2 VPC cables.
    """
    fabric = compile_design(read_design(find_design("cloudmatrix-384")).design, catalog())
    first = next(rack_lines(fabric))
    assert (first.label, first.npus, first.feeds) == ("R01", 4 * 8, ("A", "B"))
    assert first.cables_inside == 4 * 8
    assert first.cables_out == 4 * 7 * 16 / 2 + 4 * 8 + 4 * 2
    # Nodes of 8 U, a leaf, two shelves of 3 U.
    assert first.units_used == 4 * 8 + 1 + 2 * 3


def test_an_absent_rack_is_in_no_schedule() -> None:
    design = two_racks()
    gone = edits.set_state(design, Address("R01"), Deviation("absent"))
    labels = [[rack.label for rack in rack_lines(fabric_of(one))] for one in (design, gone)]
    assert labels[0][0] == "R01"
    assert labels[1] == labels[0][1:]


def test_a_bill_has_whole_counts_and_the_source_of_every_price() -> None:
    table = bill_table(fabric_of(two_racks()))
    for row in table.rows:
        line = dict(zip(table.header, row, strict=True))
        assert isinstance(line["count"], int)
        assert bool(line["price_usd"]) == bool(line["price_source"])


def test_a_cable_is_labelled_near_end_first() -> None:
    fabric = compile_design(read_design(find_design("cloudmatrix-384")).design, catalog())
    table = cable_table(fabric)
    first = dict(zip(table.header, next(iter(table.rows)), strict=True))
    assert first["label_a"] == "R01-U7 N1 l1[0]:up[0:2] > R07-U5 B1 l2[0]:down[0], l2[1]:down[0]"
    assert first["label_b"] == "R07-U5 B1 l2[0]:down[0], l2[1]:down[0] > R01-U7 N1 l1[0]:up[0:2]"
    # Two links of 28 GB/s each way share an uplink cable.
    assert (first["plane"], first["links"], first["gigabit_per_s"]) == ("ub", 2, 448.0)


def test_a_graph_holds_every_component_and_link_once(shipped: Fabric) -> None:
    graph = _read(shipped)
    assert graph.number_of_nodes() == int(shipped.component_present.sum())
    assert graph.number_of_edges() == int(shipped.link_present.sum())
    kinds = Counter(data["kind"] for _, data in graph.nodes(data=True))
    assert kinds["npu"] == shipped.count("npu")
    wide = sum(data["gigabit_per_s"] for _, _, data in graph.edges(data=True))
    present = shipped.links.bandwidth_byte_per_s[shipped.link_present]
    assert math.isclose(wide, float(present.sum()) * 8 / 1e9)


def test_a_graph_tells_what_has_failed_and_leaves_out_what_is_gone() -> None:
    design = two_racks()
    whole = fabric_of(design)
    name = whole.layout.address(int(whole.layout.of_kind("npu")[0]))
    failed = edits.put(design, "exceptions", name, Deviation(state="failed"))
    assert _read(fabric_of(failed)).nodes[name]["node_state"] == "failed"
    gone = edits.put(design, "exceptions", name, Deviation(state="absent"))
    assert name not in _read(fabric_of(gone))


def test_names_that_xml_can_not_carry_do_not_spoil_the_graph() -> None:
    design = edits.set_field(two_racks(), ("name",), 'A<b> & "c" \x01\ufffe 超节点')
    assert _read(fabric_of(design)).number_of_nodes() > 0
    assert 'A&lt;b&gt; &amp; "c"  超节点' in graphml(fabric_of(design)).decode()
