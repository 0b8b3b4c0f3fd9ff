"""Racks, placements, groups and addresses: what a drawing expands to, and what can't be drawn."""

from __future__ import annotations

import fnmatch
import math

import numpy as np
import pytest

from studio.design import edits
from studio.design.model import Array, Design, FieldOverride, PartChange
from studio.design.selector import parse_selector
from studio.errors import InvalidDesign
from studio.fabric.expansion import MOST_COMPONENTS, MOST_RACKS
from studio.fabric.fabric import Fabric
from studio.fabric.places import find_components, find_links
from studio.ids import AssemblyId, PartId
from tests.builders import (
    assembly,
    bench,
    fabric_of,
    group,
    link,
    nested,
    place,
    rack,
    two_racks,
)


def addresses(fabric: Fabric, selector: str) -> list[str]:
    return [str(fabric.layout.address(c)) for c in fabric.layout.select(parse_selector(selector))]


def test_two_racks_expand_to_what_was_drawn(two_racks_fabric: Fabric) -> None:
    layout = two_racks_fabric.layout
    assert [r.label for r in layout.racks] == ["R01", "R02"]
    assert [h.label for h in layout.housings[:4]] == ["N1", "N2", "B1", "S1"]
    drawn = {kind: count for kind, count in layout.kind_counts.items() if count}
    assert drawn == {"npu": 16, "cpu": 4, "switch": 6, "power_supply": 6}
    assert addresses(two_racks_fabric, "R02/N1/*") == [
        "R02/N1/chip[0]",
        "R02/N1/chip[1]",
        "R02/N1/chip[2]",
        "R02/N1/chip[3]",
        "R02/N1/host[0]",
        "R02/N1/leaf[0]",
    ]


def test_placements_stack_upward_and_racks_stand_in_their_pitch(two_racks_fabric: Fabric) -> None:
    layout = two_racks_fabric.layout
    assert [(h.label, h.u, h.height_u) for h in layout.housings[:4]] == [
        ("N1", 1, 2),
        ("N2", 3, 2),
        ("B1", 10, 1),
        ("S1", 12, 1),
    ]
    # Middle of U1-U2 on a plinth of 0.1 m.
    assert layout.height_m[0] == pytest.approx(0.1 + 1 * 0.04445)
    assert [(r.x_m, r.y_m) for r in layout.racks] == [(1.0, 1.0), (2.0, 1.0)]


def test_a_pitch_in_u_leaves_gaps() -> None:
    design = edits.set_field(
        two_racks(), ("racks", "row", "contents", "N", "array"), Array(count=2, pitch=4)
    )
    assert [h.u for h in fabric_of(design).layout.housings[:2]] == [1, 5]


def test_arrays_of_arrays_nest() -> None:
    design = bench({}, {}, nodes=1)
    design = edits.put(design, "assemblies", "blade", assembly(contents={"s": group("switch", 2)}))
    design = edits.put(design, "assemblies", "node", assembly(contents={"b": nested("blade", 3)}))
    fabric = fabric_of(design)
    assert addresses(fabric, "**/s[1]") == [f"R01/N1/b[{n}]/s[1]" for n in range(3)]
    assert addresses(fabric, "R01/N1/b[1:]/s[0]") == ["R01/N1/b[1]/s[0]", "R01/N1/b[2]/s[0]"]
    assert fabric.layout.component_count == 6


def test_an_address_names_exactly_its_component(two_racks_fabric: Fabric) -> None:
    layout = two_racks_fabric.layout
    for component in range(layout.component_count):
        assert find_components(layout, layout.address(component)).tolist() == [component]


def test_an_address_names_exactly_its_link(two_racks_fabric: Fabric) -> None:
    links = two_racks_fabric.links
    names = [links.name(number) for number in range(links.count)]
    assert len(set(names)) == links.count
    assert [int(find_links(links, name)[0]) for name in names] == list(range(links.count))


def test_links_of_an_assembly_used_alone_and_nested_have_one_rule() -> None:
    design = two_racks()
    tray = assembly("tray", contents={"n": nested("node", 2)})
    design = edits.put(design, "assemblies", "tray", tray)
    design = edits.put(
        design, "racks", "new", rack(5.0, 5.0, first=9, contents={"T": place("tray", 1)})
    )
    links = fabric_of(design).links
    assert [one.name for one in links.rules] == ["node.in", "uplinks"]
    assert len(find_links(links, "rule:node.in")) == 4 * 4 + 2 * 4
    names = [links.name(number) for number in range(links.count)]
    assert [int(find_links(links, name)[0]) for name in names] == list(range(links.count))


def test_a_rack_and_a_placement_are_addresses_of_all_they_hold(two_racks_fabric: Fabric) -> None:
    layout = two_racks_fabric.layout
    assert len(find_components(layout, "R01")) == 2 * 6 + 1 + 3
    assert len(find_components(layout, "R02/N2")) == 6
    assert len(find_components(layout, "R*/N*/chip[0:2]")) == 8
    assert len(find_components(layout, "**/chip")) == 16


@pytest.mark.parametrize(
    "address",
    ["R03", "R01/N3", "R01/N1/chip[4]", "R01/N1/chop", "", "/", "chip", "R01/N1/chip[", "**/none"],
)
def test_nothing_at_an_address_is_said(two_racks_fabric: Fabric, address: str) -> None:
    with pytest.raises(InvalidDesign, match=r"nothing is at|selector"):
        find_components(two_racks_fabric.layout, address)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("rule:uplink", "no link rule is called 'uplink'; the design has node.in, uplinks"),
        ("rule:uplinks[16]", "has links 0 to 15"),
        ("rule:uplinks[-1]", "has links 0 to 15"),
        ("rule:uplinks[]", "has links 0 to 15"),
        ("rule:uplinks[" + "9" * 400 + "]", "has links 0 to 15"),
    ],
)
def test_a_link_that_is_not_there_is_said(
    two_racks_fabric: Fabric, address: str, said: str
) -> None:
    with pytest.raises(InvalidDesign, match=said):
        find_links(two_racks_fabric.links, address)


def test_selections_are_those_a_slow_matcher_finds(two_racks_fabric: Fabric) -> None:
    layout = two_racks_fabric.layout
    everything = [str(layout.address(c)) for c in range(layout.component_count)]
    for selector, pattern in {
        "R*/N*/chip": "R*/N*/chip*",
        "R0[2-9]/*/*": "R0[2-9]/*",
        "R01/N?/leaf": "R01/N?/leaf*",
        "*/B*/spine[0]": "*/B*/spine?0?",
    }.items():
        expected = [one for one in everything if fnmatch.fnmatchcase(one, pattern)]
        assert expected
        assert addresses(two_racks_fabric, selector) == expected


def with_field(path: str, value: object) -> Design:
    return edits.set_field(two_racks(), path.split("."), value)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (
            "racks.row.array.count",
            10**12,
            f"rack 'row': array of 1000000000000 x 1; 0 to {MOST_RACKS}",
        ),
        ("racks.row.array.count", -1, "array of -1 x 1"),
        ("racks.row.array.rows", 10**12, "array of 2 x 1000000000000"),
        ("racks.row.x_m", 1e9, r"rack 'row': stands at \(1000000000.0, 1.0\) m; at most 100000 m"),
        ("racks.row.array.pitch", 1e300, "pitch"),
        ("racks.row.rotation_deg", 45, "rack 'row': 45 degrees; use multiples of 90"),
        (
            "racks.row.part",
            "cabinett",
            "rack 'row': no part is called 'cabinett'.*did you mean cabinet",
        ),
        ("racks.row.label", "", "rack 'row': label '' must have 1 to 60"),
        ("racks.row.label", "R", "racks 'row' and 'row' both have a rack labelled 'R'"),
        ("racks.row.label", "R{n:>1000000000}", "none of / { }"),
        ("racks.row.label", "{id.__class__}", "none of / { }"),
        ("racks.row.label", "{n:0999999999}", "none of / { }"),
        ("racks.row.label", "R{n}/x", "none of / { }"),
        ("racks.row.label", "R[{n}]", "none of / { }"),
        ("racks.row.label", "R{n}*", "none of / { }"),
        ("racks.row.label", "rule:{n}", "label 'rule:1'"),
        ("racks.row.label", "x" * 10**6, "label 'xxxxxxxx"),
        ("racks.row.first", 10**100, "label"),
        ("racks.row.contents.N.u", -1, "rack 'row', placement 'N': U -1"),
        ("racks.row.contents.N.u", 10**12, "U 1000000000000"),
        ("racks.row.contents.N.array.count", 10**12, "1000000000000 of them; 0 to 1000"),
        ("racks.row.contents.N.array.pitch", 1e300, "at a pitch of 1e\\+300 U"),
        ("racks.row.contents.N.assembly", "nod", "assembly 'nod' is not in the design"),
        (
            "racks.row.contents.N.label",
            "S{n}",
            "placements 'N' and 'S' both have one labelled 'S1'",
        ),
        ("assemblies.node.height_u", 10**12, "'node' is 1000000000000 U high"),
        ("assemblies.node.height_u", -1, "'node' is -1 U high"),
        (
            "assemblies.node.contents.chip.count",
            10**12,
            "group 'chip': count 1000000000000; 0 to 100000",
        ),
        ("assemblies.node.contents.chip.count", -1, "count -1"),
        ("assemblies.node.contents.chip.part", "", "name either a part or an assembly"),
        ("assemblies.node.contents.chip.assembly", "box", "name either a part or an assembly"),
        ("assemblies.node.contents.chip.part", "chop", "group 'chip': no part is called 'chop'"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_place(
    path: str, value: object, said: str
) -> None:
    with pytest.raises(InvalidDesign, match=said) as caught:
        fabric_of(with_field(path, value))
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", ["", "a/b", "a[0]", "*", "a?", "x" * 61])
def test_a_group_is_named_so_that_an_address_can_hold_it(name: str) -> None:
    design = edits.set_field(
        two_racks(), ("assemblies", "box", "contents"), {name: group("switch")}
    )
    with pytest.raises(InvalidDesign, match=r"assembly 'box', group .*a name has 1 to 60"):
        fabric_of(design)


def test_not_a_number_is_no_position() -> None:
    design = two_racks()
    far = edits.put(design, "racks", "x", rack(math.nan, 0.0, first=9))
    with pytest.raises(InvalidDesign, match=r"rack 'x': stands at"):
        fabric_of(far)


def test_an_assembly_cannot_contain_itself() -> None:
    for chain in (["a"], ["a", "b"], ["a", "b", "c"]):
        design = two_racks()
        for name, inner in zip(chain, chain[1:] + chain[:1], strict=True):
            design = edits.put(design, "assemblies", name, assembly(contents={"x": nested(inner)}))
        with pytest.raises(InvalidDesign, match=rf"contains itself: {' > '.join(chain)}"):
            fabric_of(design)


def test_assemblies_nest_to_a_limit() -> None:
    design = two_racks()
    for number in range(30):
        inner = nested(f"a{number + 1}") if number < 29 else group("switch")
        design = edits.put(design, "assemblies", f"a{number}", assembly(contents={"x": inner}))
    with pytest.raises(InvalidDesign, match=r"nest deeper than 8"):
        fabric_of(design)


def test_nesting_cannot_multiply_without_end() -> None:
    design = two_racks()
    for number in range(7):
        inner = nested(f"a{number + 1}", 100) if number < 6 else group("switch", 100)
        design = edits.put(design, "assemblies", f"a{number}", assembly(contents={"x": inner}))
    with pytest.raises(InvalidDesign, match=r"more than 100000 members in one assembly"):
        fabric_of(design)


def test_unused_assemblies_cannot_fill_the_memory() -> None:
    design = two_racks()
    huge = assembly(contents={"x": group("switch", 100_000)})
    many = {AssemblyId(f"a{number}"): huge for number in range(1000)}
    with pytest.raises(InvalidDesign, match=r"more than 500000 members together"):
        fabric_of(edits.set_field(design, ("assemblies",), {**design.assemblies, **many}))


def test_components_are_counted_before_they_are_made() -> None:
    design = edits.set_field(
        two_racks(),
        ("assemblies", "node"),
        assembly(contents={"chip": group("chip", 50_000), "leaf": group("switch")}),
    )
    design = edits.set_field(design, ("racks", "row", "array", "count"), 10_000)
    with pytest.raises(InvalidDesign, match=rf"components; {MOST_COMPONENTS} are possible\. Make"):
        fabric_of(design)


def test_a_rack_cannot_hold_endless_placements() -> None:
    contents = {f"p{n}": place("box", 0, 1000) for n in range(1000)}
    design = edits.set_field(two_racks(), ("racks", "row", "contents"), contents)
    with pytest.raises(InvalidDesign, match=r"more than 10000 in one rack"):
        fabric_of(design)


def test_empty_things_are_possible() -> None:
    empty = Design(id="e", name="Empty")
    assert fabric_of(empty).layout.component_count == 0
    none = with_field("racks.row.array.count", 0)
    assert fabric_of(none).layout.racks == ()
    hollow = with_field("assemblies.node.contents", {})
    assert len(fabric_of(hollow).npus) == 0


def test_a_part_of_the_design_takes_variant_and_own_values() -> None:
    design = edits.put(two_racks(), "parts", "chip", PartChange(variant="large"))
    own = PartChange(base=PartId("chip"), name="Mine", values={"memory": FieldOverride(1e9)})
    design = edits.put(design, "parts", "mine", own)
    design = edits.set_field(design, ("assemblies", "node", "contents", "host"), group("mine"))
    parts = fabric_of(design).part_by_id
    assert parts[PartId("chip")].value("memory") == 96e9
    assert parts[PartId("mine")].value("memory") == 1e9
    assert parts[PartId("mine")].name == "Mine"
    assert parts[PartId("mine")].origins["memory"].grade == "assumed"
    assert parts[PartId("mine")].origins["price"].source == "Data sheet"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (PartChange(variant="huge"), "no variant 'huge'; it has large, slow"),
        (PartChange(base=PartId("chop")), "no part is called 'chop'"),
    ],
)
def test_a_part_change_that_names_nothing_is_refused(change: PartChange, said: str) -> None:
    with pytest.raises(InvalidDesign, match=said):
        fabric_of(edits.put(two_racks(), "parts", "chip", change))


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf, 1e40, 1e-300])
def test_a_value_of_its_own_is_one_to_reckon_with(value: float) -> None:
    change = PartChange(values={"memory": FieldOverride(value)})
    with pytest.raises(InvalidDesign, match=r"part 'chip': memory is .*; possible is 0, or 1e-30"):
        fabric_of(edits.put(two_racks(), "parts", "chip", change))


def test_a_value_of_its_own_has_a_known_field() -> None:
    change = PartChange(values={"memroy": FieldOverride(1.0)})
    with pytest.raises(InvalidDesign, match=r"there is no field 'memroy' to override"):
        fabric_of(edits.put(two_racks(), "parts", "chip", change))


def test_components_lie_contiguous_by_rack_and_housing(two_racks_fabric: Fabric) -> None:
    layout = two_racks_fabric.layout
    assert np.all(np.diff(layout.housing) >= 0)
    assert np.all(np.diff(layout.rack) >= 0)
    assert layout.start[-1] == layout.component_count
    for number, housing in enumerate(layout.housings):
        chosen = np.flatnonzero(layout.housing == number)
        assert chosen.tolist() == list(range(layout.start[number], layout.start[number + 1]))
        assert layout.member[chosen].tolist() == list(range(len(housing.template.parts)))


def test_a_rule_inside_an_assembly_is_checked_like_any_other() -> None:
    for rule, said in (
        (link("chip", "leaf", a_port="up", multiplicity=10**12), "multiplicity 1000000000000"),
        (link("chip", "leaf", a_port="up", multiplicity=-1), "multiplicity -1"),
        (link("chip[", "leaf"), "is not a group name"),
        (link("chip", "leaf", a_port="upp"), "no ports 'upp'; it has up, net"),
        (link("chip", "leaf"), "several kinds of ports; name one of up, net"),
        (link("chip", "chip", a_port="up", b_port="up"), "joins R01/N1/chip.0. with itself"),
        (link("chip", "leaf", a_port="up", plane="x"), "plane 'x' is not in the design; it has up"),
    ):
        design = edits.set_field(two_racks(), ("assemblies", "node", "links"), {"in": rule})
        with pytest.raises(InvalidDesign, match=said):
            fabric_of(design)
