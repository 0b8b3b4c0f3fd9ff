"""Assemblies of other designs come with all they are made of, and hurt nothing that is there."""

from __future__ import annotations

import msgspec
import pytest

from studio.catalog.catalog import Catalog
from studio.design.borrow import borrow_assembly
from studio.design.model import Assembly, Design, FieldOverride, Group, LinkRule, PartChange, Plane
from studio.errors import UnknownName
from studio.fabric.compiling import compile_design
from studio.ids import AssemblyId, PartId, PlaneId, RuleId
from studio.session.library import lend, reference_design, reference_designs, usual_rack

BOARD, NODE = AssemblyId("board"), AssemblyId("node")


def source() -> Design:
    """A node of two boards, each with a changed NPU and a link in a plane of the design."""
    npu = PartId("fast-npu")
    return Design(
        id="source",
        name="Source",
        parts={npu: PartChange(base=PartId("ascend-910c"), values={"mass": FieldOverride(2.0)})},
        planes={PlaneId("ub"): Plane("UB", "scale_up")},
        assemblies={
            BOARD: Assembly("board", "Board", contents={"npu": Group(4, part=npu)}),
            NODE: Assembly(
                "node",
                "Node",
                height_u=4,
                contents={"board": Group(2, assembly=BOARD)},
                links={RuleId("mesh"): LinkRule(PlaneId("ub"), "board/npu", "board/npu")},
            ),
        },
    )


def test_nested_assemblies_changed_parts_and_planes_come_along() -> None:
    made, name = borrow_assembly(Design(id="new", name="New"), source(), NODE)
    assert name == "node"
    assert made.assemblies == source().assemblies
    assert made.parts == source().parts
    assert made.planes == source().planes


def test_borrowing_twice_shares_what_is_alike() -> None:
    once, _ = borrow_assembly(Design(id="new", name="New"), source(), NODE)
    twice, name = borrow_assembly(once, source(), NODE)
    assert (twice, name) == (once, "node")


def test_what_is_there_under_the_same_name_is_left_alone() -> None:
    own = Design(
        id="new",
        name="New",
        parts={PartId("fast-npu"): PartChange(base=PartId("ascend-910b"))},
        assemblies={NODE: Assembly("node", "My node", height_u=1)},
    )
    made, name = borrow_assembly(own, source(), NODE)
    assert name == "node-2"
    assert made.assemblies[NODE] == own.assemblies[NODE]
    assert made.parts[PartId("fast-npu")] == own.parts[PartId("fast-npu")]
    assert made.assemblies[BOARD].contents["npu"].part == "fast-npu-2"
    assert made.parts[PartId("fast-npu-2")] == source().parts[PartId("fast-npu")]


def test_an_assembly_that_contains_itself_ends() -> None:
    inside = {"again": Group(1, assembly=NODE)}
    wrong = msgspec.structs.replace(
        source(), assemblies={NODE: Assembly("node", "Node", contents=inside)}
    )
    made, _ = borrow_assembly(Design(id="new", name="New"), wrong, NODE)
    assert made.assemblies[NODE].contents == inside


def test_an_unknown_assembly_is_named() -> None:
    with pytest.raises(UnknownName, match="Source has no assembly shelf"):
        borrow_assembly(Design(id="new", name="New"), source(), AssemblyId("shelf"))
    with pytest.raises(UnknownName, match="no reference design nowhere"):
        lend(Design(id="new", name="New"), "nowhere:node")


@pytest.mark.parametrize("name", sorted(reference_designs()))
def test_every_shipped_assembly_can_be_lent(name: str, shipped_catalog: Catalog) -> None:
    shipped = reference_design(name)
    made = Design(id="new", name="New")
    for assembly in shipped.assemblies:
        made, own = lend(made, f"{name}:{assembly}")
        assert made.assemblies[own] == shipped.assemblies[assembly]
        assert usual_rack(made, f"{name}:{assembly}") in shipped_catalog.parts
    compile_design(made, shipped_catalog)
