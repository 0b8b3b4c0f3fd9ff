"""A network that cannot be: an error that names the object, never a hang or a silent zero."""

from __future__ import annotations

import pytest

from studio.catalog.part import PortGroup
from studio.design.edits import set_state
from studio.design.model import Deviation
from studio.errors import InvalidDesign, InvalidInput
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.ids import Address, RackId
from studio.session.flow import DrawnFlow, run_collective
from tests.builders import (
    changed,
    fabric_of,
    link,
    one_group,
    small_catalog,
    two_racks,
    with_part,
)


def deviating(fabric: Fabric, address: str, deviation: Deviation) -> Fabric:
    return compile_design(
        set_state(fabric.design, Address(address), deviation), fabric.catalog, fabric
    )


def exchange(fabric: Fabric, group: str = "") -> DrawnFlow:
    return run_collective(fabric, "all-to-all", 1e6, group=group)


@pytest.mark.parametrize(
    "addresses",
    [("rule:uplinks",), ("R01/B1", "R02/B1"), ("R01/B1/spine[0]", "R02/B1/spine[0]")],
    ids=["every uplink", "every box", "every spine"],
)
def test_a_failed_plane_names_two_npus_it_parts(
    two_racks_fabric: Fabric, addresses: tuple[str, ...]
) -> None:
    fabric = two_racks_fabric
    for address in addresses:
        fabric = deviating(fabric, address, Deviation(state="failed"))
    with pytest.raises(InvalidInput, match=r"no working path from R0./N./chip.* to R0./N./chip"):
        exchange(fabric)
    # What is left in one piece still works.
    assert exchange(fabric, "R01/N1/chip").result.time_s > 0


def test_a_group_of_one_is_told_what_is_missing(two_racks_fabric: Fabric) -> None:
    with pytest.raises(InvalidInput, match=r"R01/N1/chip\[0\].* has 1 on plane"):
        exchange(two_racks_fabric, "R01/N1/chip[0]")


def test_a_link_without_capacity_is_dead_and_traffic_goes_around(
    two_racks_fabric: Fabric,
) -> None:
    """One of four uplinks of a leaf: three are left for what four carried."""
    degraded = deviating(two_racks_fabric, "rule:uplinks[0]", Deviation(state="degraded", factor=0))
    failed = deviating(two_racks_fabric, "rule:uplinks[0]", Deviation(state="failed"))
    assert exchange(degraded).result.time_s == exchange(failed).result.time_s
    assert exchange(degraded).result.time_s > exchange(two_racks_fabric).result.time_s


def test_ports_without_a_rate_name_their_rule() -> None:
    switch = next(part for part in small_catalog().parts.values() if part.id == "switch")
    slow = changed(switch, ports={"port": PortGroup(64, "0 GB/s", "OSFP")})
    with pytest.raises(InvalidDesign, match=r"link rule 'node.in': 0.0 byte/s"):
        fabric_of(two_racks(), with_part(small_catalog(), slow))


def test_a_link_of_a_part_with_itself_names_both() -> None:
    rule = link("R*/N*/a", "R*/N*/a", a_port="up", b_port="up")
    with pytest.raises(InvalidDesign, match=r"'rule' joins R01/N1/a\[0\] with itself"):
        fabric_of(one_group(3, rule))


def test_two_racks_with_one_address_are_named() -> None:
    design = two_racks()
    row = design.racks[RackId("row")]
    with pytest.raises(InvalidDesign, match=r"racks 'row' and 'copy' both .* 'R01'"):
        fabric_of(changed(design, racks={**design.racks, RackId("copy"): row}))
