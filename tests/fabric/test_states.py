"""Exceptions: absent, failed and degraded racks, nodes, components and links."""

from __future__ import annotations

import numpy as np
import pytest

from studio.design import edits
from studio.design.model import Deviation, State
from studio.errors import InvalidDesign
from studio.fabric.fabric import Fabric
from studio.fabric.places import find_components, find_links
from studio.ids import Address
from tests.builders import fabric_of, two_racks

WHERE = {"R01": 16, "R01/N2": 6, "R01/N2/chip[3]": 1, "R01/N2/chip": 4, "**/leaf": 4}


def marked(address: str, state: State, factor: float = 1.0) -> Fabric:
    return fabric_of(
        edits.set_state(two_racks(), Address(address), Deviation(state, factor=factor))
    )


@pytest.mark.parametrize("address", WHERE)
def test_what_is_absent_is_neither_there_nor_working(address: str) -> None:
    fabric = marked(address, "absent")
    chosen = find_components(fabric.layout, address)
    assert len(chosen) == WHERE[address]
    assert np.flatnonzero(~fabric.component_present).tolist() == chosen.tolist()
    assert np.flatnonzero(fabric.component_factor == 0).tolist() == chosen.tolist()


@pytest.mark.parametrize("address", WHERE)
def test_what_failed_is_there_but_does_not_work(address: str) -> None:
    fabric = marked(address, "failed")
    chosen = find_components(fabric.layout, address)
    assert fabric.component_present.all()
    assert np.flatnonzero(fabric.component_factor == 0).tolist() == chosen.tolist()


@pytest.mark.parametrize("address", WHERE)
def test_what_is_degraded_works_by_its_factor_and_keeps_its_links(address: str) -> None:
    fabric = marked(address, "degraded", 0.25)
    chosen = find_components(fabric.layout, address)
    assert np.flatnonzero(fabric.component_factor == 0.25).tolist() == chosen.tolist()
    assert fabric.component_factor.sum() == pytest.approx(32 - 0.75 * len(chosen))
    assert (fabric.link_factor == 1).all()


@pytest.mark.parametrize("state", ["absent", "failed"])
@pytest.mark.parametrize("address", WHERE)
def test_links_go_down_with_either_end(state: State, address: str) -> None:
    fabric = marked(address, state)
    gone = set(find_components(fabric.layout, address).tolist())
    touched = np.array(
        [
            int(a) in gone or int(b) in gone
            for a, b in zip(fabric.links.a, fabric.links.b, strict=True)
        ]
    )
    assert touched.any()
    assert ((fabric.link_factor == 0) == touched).all()
    assert (fabric.link_present == (~touched if state == "absent" else True)).all()
    assert fabric.link_bandwidth_byte_per_s[touched].sum() == 0


@pytest.mark.parametrize(
    ("state", "factor", "left", "there"),
    [("absent", 1.0, 0.0, False), ("failed", 1.0, 0.0, True), ("degraded", 0.4, 0.4, True)],
)
@pytest.mark.parametrize(("address", "count"), [("rule:uplinks[3]", 1), ("rule:uplinks", 16)])
def test_a_link_is_marked_by_rule_and_number(
    state: State, factor: float, left: float, there: bool, address: str, count: int
) -> None:
    fabric = marked(address, state, factor)
    chosen = find_links(fabric.links, address)
    assert len(chosen) == count
    assert set(fabric.link_factor[chosen]) == {left}
    assert set(fabric.link_present[chosen]) == {there}
    assert fabric.link_factor.sum() == pytest.approx(32 - count * (1 - left))
    assert fabric.component_factor.all()


def test_deviations_of_one_component_multiply() -> None:
    design = edits.set_state(two_racks(), Address("R01"), Deviation("degraded", 0.5))
    design = edits.set_state(design, Address("R01/N1/chip[0]"), Deviation("degraded", 0.5))
    factor = fabric_of(design).component_factor
    assert factor[0] == 0.25
    assert factor[1] == 0.5


def test_counts_leave_out_what_is_absent_and_keep_what_failed() -> None:
    assert marked("R01/N2", "absent").count("npu") == 12
    assert len(marked("R01/N2", "absent").npus) == 12
    assert marked("R01/N2", "failed").count("npu") == 16


def test_a_factor_in_a_file_is_checked_too() -> None:
    design = edits.put(two_racks(), "exceptions", "R01", Deviation("degraded", 7.0))
    with pytest.raises(InvalidDesign, match="exception 'R01': degraded to 7.0; a factor of 0..1"):
        fabric_of(design)


@pytest.mark.parametrize("address", ["R02/N1", "R02", "R02/N1/leaf[0]", "rule:uplinks[15]"])
def test_an_exception_outlives_what_it_names(address: str) -> None:
    before = edits.set_state(two_racks(), Address(address), Deviation("failed"))
    smaller = edits.set_field(before, ("racks", "row", "array", "count"), 1)
    small = fabric_of(smaller)
    assert (small.component_factor == 1).all()
    assert (small.link_factor == 1).all()
    again = fabric_of(edits.set_field(smaller, ("racks", "row", "array", "count"), 2))
    assert again.link_factor.tolist() == fabric_of(before).link_factor.tolist()
    assert (again.link_factor == 0).any()
