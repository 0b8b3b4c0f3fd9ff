from __future__ import annotations

import msgspec
import pytest

from studio.design.edits import put, set_field
from studio.design.model import PartChange
from studio.design.part_types import delete_own, users_of
from studio.errors import InvalidInput
from studio.ids import PartId
from tests import builders

OWN = PartId("own-npu")


def test_an_unused_own_type_is_deleted_and_nothing_else_changes() -> None:
    design = builders.two_racks()
    assert delete_own(put(design, "parts", OWN, PartChange(base=PartId("npu"))), OWN) == design


def test_users_of_every_kind_are_named() -> None:
    design = put(builders.two_racks(), "parts", OWN, PartChange(base=PartId("npu"), name="Mine"))
    rack, rule = next(iter(design.racks)), next(iter(design.links))
    design = set_field(design, ("racks", rack, "part"), OWN)
    design = set_field(design, ("links", rule, "transceiver_b"), OWN)
    assert set(users_of(design, OWN)) == {f"racks.{rack}.part", f"links.{rule}.transceiver_b"}
    with pytest.raises(InvalidInput, match=rf"Mine is used by racks\.{rack}\.part"):
        delete_own(design, OWN)


def test_types_of_the_catalogue_stay() -> None:
    design = builders.two_racks()
    changed = msgspec.structs.replace(design, parts={PartId("npu"): PartChange(variant="x")})
    for one in (design, changed):
        with pytest.raises(InvalidInput, match="in the catalogue"):
            delete_own(one, PartId("npu"))
