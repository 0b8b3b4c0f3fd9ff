"""Edits: pure, sharing what they do not touch, and clear about what is impossible."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import pytest

from studio.design import arrays, copying, edits, renaming
from studio.design.model import Array, Design, Deviation, PartChange
from studio.design.scenario import Training
from studio.errors import InvalidInput, UnknownName
from studio.ids import Address, RackId
from tests.builders import assembly, fabric_of, joined, link, nested, rack, two_racks

ROW = RackId("row")

EDITS: dict[str, Callable[[Design], Design]] = {
    "put": lambda d: edits.put(d, "racks", "new", rack(8.0, 8.0, first=9)),
    "replace": lambda d: edits.put(d, "racks", "row", rack(8.0, 8.0)),
    "remove": lambda d: edits.remove(d, "racks", "row"),
    "rename": lambda d: renaming.rename(d, "racks", "row", "east"),
    "field": lambda d: edits.set_field(d, ("racks", "row", "array", "count"), 5),
    "move": lambda d: edits.move_racks(d, [ROW], 0.5, -0.25),
    "rotate": lambda d: edits.rotate_racks(d, [ROW], 90),
    "duplicate": lambda d: copying.duplicate_racks(d, [ROW], 0.0, 3.0)[0],
    "detach": lambda d: arrays.detach_array(d, ROW)[0],
    "state": lambda d: edits.set_state(d, Address("R01/N1"), Deviation("failed")),
}
TOUCHED = {"state": "exceptions"}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_leaves_the_design_before_as_it_was(name: str) -> None:
    before = two_racks()
    copy = msgspec.json.encode(before)
    after = EDITS[name](before)
    assert msgspec.json.encode(before) == copy
    assert after != before


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_shares_every_branch_it_does_not_touch(name: str) -> None:
    before = two_racks()
    after = EDITS[name](before)
    touched = TOUCHED.get(name, "racks")
    for field in before.__struct_fields__:
        if field != touched:
            assert getattr(after, field) is getattr(before, field), field


def test_an_edit_of_one_rack_shares_the_others_and_its_contents() -> None:
    before = edits.put(two_racks(), "racks", "east", rack(8.0, 8.0, first=9))
    after = edits.set_field(before, ("racks", "row", "x_m"), 2.0)
    assert after.racks[RackId("east")] is before.racks[RackId("east")]
    assert after.racks[ROW].contents is before.racks[ROW].contents
    assert after.racks[ROW].array is before.racks[ROW].array


def test_a_replaced_entry_keeps_its_place_and_a_new_one_comes_last() -> None:
    design = two_racks()
    for name in ("b", "c"):
        design = edits.put(design, "racks", name, rack(5.0, 5.0, first=9))
    design = edits.put(design, "racks", "b", rack(6.0, 6.0, first=9))
    assert list(design.racks) == ["row", "b", "c"]
    assert list(renaming.rename(design, "racks", "b", "z").racks) == ["row", "z", "c"]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda d: edits.put(d, "rack", "x", rack()), "has no 'rack'; it has parts, assemblies"),
        (lambda d: edits.remove(d, "racks", "rwo"), "racks has no 'rwo'; did you mean row"),
        (lambda d: renaming.rename(d, "racks", "roe", "x"), "racks has no 'roe'; did you mean row"),
        (lambda d: edits.move_racks(d, [RackId("raw")], 1, 1), "no rack is called 'raw'"),
        (lambda d: edits.set_field(d, ("racks", "row", "x"), 1.0), "racks.row has no 'x'"),
        (lambda d: edits.set_field(d, ("racks", "raw", "x_m"), 1.0), "did you mean row"),
        (lambda d: edits.set_field(d, ("name", "x"), 1.0), "name is a value and has no 'x'"),
        (lambda d: edits.set_field(d, (), 1.0), "no field"),
        (lambda d: edits.get_field(d, ("site", "pu")), "site has no 'pu'; did you mean pue"),
        (lambda d: arrays.detach_array(d, RackId("raw")), "no rack is called 'raw'"),
    ],
)
def test_a_name_that_is_not_there_is_named_with_the_nearest(
    edit: Callable[[Design], Design], said: str
) -> None:
    with pytest.raises(UnknownName, match=said.replace("(", r"\(")):
        edit(two_racks())


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("racks", "row", "x_m"), math.nan, "racks.row.x_m: nan is not a finite number"),
        (("racks", "row", "x_m"), -math.inf, "not a finite number"),
        (("racks", "row", "x_m"), "left", "racks.row.x_m: Expected `float`, got `str`"),
        (("racks", "row", "array", "count"), 1.5, "racks.row.array.count: Expected `int`"),
        (("racks", "row", "array"), 3, "racks.row.array: Expected `object`"),
        (("racks", "row"), 3, "racks.row: Expected `object`"),
        (
            ("links", "uplinks", "within"),
            "hall",
            "links.uplinks.within: Invalid enum value 'hall'; possible: ",
        ),
        (("assemblies", "node", "contents", "chip"), 3, "contents.chip: Expected `object`"),
        (("sources", "paper"), 5, "sources.paper: Expected `str`"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_its_place(
    path: tuple[str, ...], value: object, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        edits.set_field(edits.set_field(two_racks(), ("sources",), {"paper": "x"}), path, value)


@pytest.mark.parametrize(
    "path",
    [
        ("name",),
        ("racks", "row", "x_m"),
        ("racks", "row", "contents", "N", "array", "count"),
        ("assemblies", "node", "links", "in", "a_port"),
        ("site", "routing", "slack_m"),
        ("scenarios", "train", "tp"),
    ],
)
def test_a_field_that_was_set_is_read_back(path: tuple[str, ...]) -> None:
    value = {"name": "other", "a_port": "net"}.get(path[-1], 3)
    design = edits.set_field(two_racks(), path, value)
    assert edits.get_field(design, path) == value


def test_racks_move_by_the_difference_and_back() -> None:
    before = two_racks()
    after = edits.move_racks(before, [ROW], 0.5, -0.25)
    assert (after.racks[ROW].x_m, after.racks[ROW].y_m) == (1.5, 0.75)
    assert edits.move_racks(after, [ROW], -0.5, 0.25) == before


def test_racks_turn_in_quarters_only() -> None:
    design = edits.rotate_racks(two_racks(), [ROW], 270)
    assert edits.rotate_racks(design, [ROW], 180).racks[ROW].rotation_deg == 90
    with pytest.raises(InvalidInput, match="multiples of 90 degrees, not by 45"):
        edits.rotate_racks(design, [ROW], 45)


def test_an_array_grows_with_its_count_and_turns_with_its_rack() -> None:
    design = edits.set_field(
        two_racks(), ("racks", "row", "array"), Array(count=2, rows=2, pitch=1.0, row_pitch=3.0)
    )
    assert [(r.label, r.x_m, r.y_m) for r in fabric_of(design).layout.racks] == [
        ("R01", 1.0, 1.0),
        ("R02", 2.0, 1.0),
        ("R03", 1.0, 4.0),
        ("R04", 2.0, 4.0),
    ]
    turned = edits.rotate_racks(design, [ROW], 90)
    assert [(r.label, r.x_m, r.y_m) for r in fabric_of(turned).layout.racks] == [
        ("R01", 1.0, 1.0),
        ("R02", 1.0, 2.0),
        ("R03", 4.0, 1.0),
        ("R04", 4.0, 2.0),
    ]


@pytest.mark.parametrize("label", ["R{n:02}", "{id}-{n}", "rack {n} of {id}"])
@pytest.mark.parametrize("turn", [0, 90])
def test_a_detached_array_means_the_same_fabric(label: str, turn: int) -> None:
    before = edits.rotate_racks(
        edits.set_field(two_racks(), ("racks", "row", "label"), label), [ROW], turn
    )
    before = edits.set_field(before, ("links", "uplinks", "a"), "*/N*/leaf")
    before = edits.set_field(before, ("links", "uplinks", "b"), "*/B*/spine")
    after, singles = arrays.detach_array(before, ROW)
    assert list(after.racks) == list(singles) == ["row-1", "row-2"]
    old, new = fabric_of(before), fabric_of(after)
    assert [(r.label, r.x_m, r.y_m) for r in new.layout.racks] == [
        (r.label, r.x_m, r.y_m) for r in old.layout.racks
    ]
    assert joined(new) == joined(old)
    assert new.geometry.length_m.tolist() == old.geometry.length_m.tolist()


def test_a_detached_array_stands_where_the_array_stood() -> None:
    design = edits.put(two_racks(), "racks", "z", rack(8.0, 8.0, first=9))
    after, _ = arrays.detach_array(design, ROW)
    assert list(after.racks) == ["row-1", "row-2", "z"]


def test_detaching_many_racks_is_not_quadratic() -> None:
    design = edits.set_field(two_racks(), ("racks", "row", "array", "count"), 5000)
    after, singles = arrays.detach_array(design, ROW)
    assert len(singles) == len(after.racks) == 5000


@pytest.mark.parametrize("label", ["R{n:02}", "{id}-{n}", "spare"])
def test_duplicates_are_new_racks_with_new_labels(label: str) -> None:
    count = 1 if label == "spare" else 2
    before = edits.set_field(two_racks(), ("racks", "row", "label"), label)
    before = edits.set_field(before, ("racks", "row", "array", "count"), count)
    after, made = copying.duplicate_racks(before, [ROW], 0.0, 3.0)
    twice, more = copying.duplicate_racks(after, [ROW, *made], 0.0, 6.0)
    assert made == ("row-2",)
    assert more == ("row-3", "row-4")
    assert after.racks[made[0]].contents is before.racks[ROW].contents
    labels = [r.label for r in fabric_of(twice).layout.racks]
    assert len(labels) == 4 * count
    assert len(set(labels)) == len(labels)


def test_numbers_of_duplicates_go_on_where_the_design_ends() -> None:
    after, made = copying.duplicate_racks(two_racks(), [ROW], 0.0, 3.0)
    assert after.racks[made[0]].first == 3
    assert [r.label for r in fabric_of(after).layout.racks] == ["R01", "R02", "R03", "R04"]


def test_links_follow_duplicated_racks_by_their_rules() -> None:
    before = two_racks()
    after, _ = copying.duplicate_racks(before, [ROW], 0.0, 3.0)
    # 8 leaves x 4 spines x 2, and 32 chips to their own leaf.
    assert fabric_of(after).links.count == 8 * 4 * 2 + 32


def test_a_free_name_counts_on() -> None:
    assert edits.free_name("row", {}) == "row"
    assert edits.free_name("row", {"row": 1}) == "row-2"
    assert edits.free_name("row-2", {"row": 1, "row-2": 1}) == "row-3"
    assert edits.free_name("7", {"7": 1}) == "7-2"


def test_a_state_is_set_and_taken_back() -> None:
    before = two_racks()
    address = Address("R01/N1/chip[0]")
    after = edits.set_state(before, address, Deviation("degraded", 0.5))
    assert after.exceptions == {address: Deviation("degraded", 0.5)}
    assert edits.set_state(after, address, None) == before
    assert edits.set_state(before, address, None) is before


@pytest.mark.parametrize("factor", [-0.1, 1.5, math.nan])
def test_a_factor_outside_0_to_1_is_refused(factor: float) -> None:
    with pytest.raises(InvalidInput, match=r"R01: factor .* is outside 0..1"):
        edits.set_state(two_racks(), Address("R01"), Deviation("degraded", factor))


@pytest.mark.parametrize("new", ["", "b"])
def test_a_name_that_is_empty_or_taken_is_refused(new: str) -> None:
    design = edits.put(two_racks(), "racks", "b", rack(5.0, 5.0, first=9))
    with pytest.raises(InvalidInput, match="racks: the (name 'b' is taken|new name is empty)"):
        renaming.rename(design, "racks", "row", new)


def test_what_refers_to_a_renamed_entry_follows() -> None:
    design = two_racks()
    outer = assembly("tray", contents={"n": nested("node")})
    design = edits.put(design, "assemblies", "outer", outer)
    design = edits.put(design, "parts", "chip", PartChange(variant="large"))
    design = edits.set_field(design, ("active_scenario",), "train")
    before = joined(fabric_of(design))
    for section, old, new in (
        ("planes", "up", "scale-up"),
        ("assemblies", "node", "server"),
        ("scenarios", "train", "job"),
    ):
        design = renaming.rename(design, section, old, new)
    assert design.active_scenario == "job"
    assert design.links["uplinks"].plane == "scale-up"  # type: ignore[index]
    assert list(design.assemblies) == ["server", "box", "shelf", "outer"]
    assert joined(fabric_of(design)) == before


def test_put_takes_any_section_a_design_maps() -> None:
    design = two_racks()
    values: dict[str, object] = {
        "links": link("R*/N*/chip", "R*/N*/leaf"),
        "scenarios": Training(name="x", model=design.scenarios["train"].model),  # type: ignore[index]
        "assemblies": assembly(),
    }
    for section, value in values.items():
        assert edits.get_field(edits.put(design, section, "x", value), (section, "x")) is value


def test_positions_stay_plain_numbers_through_sums() -> None:
    design = two_racks()
    for _ in range(3):
        design = edits.move_racks(design, [ROW], 0.1, -0.6)
    # 1.0 + 0.1 + 0.1 + 0.1 is 1.3000000000000003 in floating point.
    assert (design.racks[ROW].x_m, design.racks[ROW].y_m) == (1.3, -0.8)
