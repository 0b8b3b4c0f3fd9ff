"""Single components that are another part than their assembly says."""

from __future__ import annotations

import numpy as np
import pytest

from studio.design.edits import set_part, set_state
from studio.design.model import Deviation
from studio.errors import InvalidDesign
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.ids import Address, PartId
from studio.simulation.rollup.totals import roll_up
from tests.builders import fabric_of, small_catalog, two_racks

ONE = Address("R01/N2/chip[3]")
OTHER = PartId("other-chip")


def parts_of(fabric: Fabric) -> list[str]:
    return [fabric.layout.parts[n].id for n in fabric.layout.part]


def test_one_chip_differs_and_the_totals_follow() -> None:
    before, after = fabric_of(two_racks()), fabric_of(set_part(two_racks(), ONE, OTHER))
    # A node is its four chips, leaf and more; the second node begins where the first one ends.
    pairs = zip(parts_of(before), parts_of(after), strict=True)
    changed = [n for n, (old_part, new_part) in enumerate(pairs) if old_part != new_part]
    assert [after.layout.address(n) for n in changed] == [ONE]
    assert after.layout.different.tolist() == changed
    old, new = roll_up(before), roll_up(after)
    # 64 GB and 100 TFLOP/s less, 16 GB and 10 TFLOP/s instead.
    assert new.value("memory_bytes") == old.value("memory_bytes") - 48e9
    assert new.value("compute_flops.bf16") == old.value("compute_flops.bf16") - 90e12
    assert new.value("npu_count") == old.value("npu_count") == 16


def test_only_its_own_links_are_slower() -> None:
    # Ports of 25 GB/s instead of 100.
    fabric = fabric_of(set_part(two_racks(), ONE, OTHER))
    chip = int(fabric.layout.different[0])
    own = (fabric.links.a == chip) | (fabric.links.b == chip)
    assert own.sum() == 1
    assert set(fabric.links.bandwidth_byte_per_s[own]) == {25e9}
    usual = fabric_of(two_racks()).links.bandwidth_byte_per_s
    assert (fabric.links.bandwidth_byte_per_s[~own] == usual[~own]).all()


@pytest.mark.parametrize("address", ["R01/N2/chip", "R01/N2", "**/chip[0]"])
def test_an_address_may_name_several(address: str) -> None:
    if address == "R01/N2":
        with pytest.raises(InvalidDesign, match="no like"):
            fabric_of(set_part(two_racks(), Address(address), OTHER))
    else:
        fabric = fabric_of(set_part(two_racks(), Address(address), OTHER))
        assert len(fabric.layout.different) == 4


def test_what_is_compiled_anew_equals_what_is_compiled_in_full() -> None:
    catalog, design = small_catalog(), two_racks()
    fabric = compile_design(design, catalog)
    for part in (OTHER, PartId("chip"), None):
        design = set_part(design, ONE, part)
        fabric, full = compile_design(design, catalog, fabric), compile_design(design, catalog)
        assert parts_of(fabric) == parts_of(full)
        assert np.array_equal(fabric.links.bandwidth_byte_per_s, full.links.bandwidth_byte_per_s)


def test_another_part_keeps_its_place_through_states() -> None:
    design = set_part(two_racks(), ONE, OTHER)
    failed = set_state(design, ONE, Deviation("failed"))
    assert len(fabric_of(failed).layout.different) == 1
    assert fabric_of(failed).component_factor.min() == 0
    assert set_state(failed, ONE, None) == design
    assert set_part(failed, ONE, None) == set_state(two_racks(), ONE, Deviation("failed"))
    assert set_part(design, ONE, None) == two_racks()


def test_a_part_of_another_kind_or_a_link_is_refused() -> None:
    with pytest.raises(InvalidDesign, match="take a part of its kind"):
        fabric_of(set_part(two_racks(), ONE, PartId("switch")))
    with pytest.raises(InvalidDesign, match="a link is no part"):
        fabric_of(set_part(two_racks(), Address("rule:uplinks[0]"), OTHER))


def test_an_exception_of_a_chip_that_is_gone_waits_for_it() -> None:
    gone = set_part(two_racks(), Address("R09/N2/chip[3]"), OTHER)
    assert not len(fabric_of(gone).layout.different)
