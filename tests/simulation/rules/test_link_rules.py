"""Rules on what is joined to what: modules, rails, planes, intents, names, and fixes that work."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from studio.catalog.catalog import Catalog
from studio.design import edits, schemes
from studio.design.finding import Finding
from studio.design.model import Design, Deviation, Plane
from studio.fabric.changes import unchanged
from studio.fabric.compiling import compile_design
from studio.ids import PartId
from studio.languages import translator
from studio.simulation.rules.check import check, checked
from studio.simulation.rules.explanations import EXPLANATIONS, title_of
from tests.builders import (
    OPTICAL,
    bench,
    datum,
    fabric_of,
    link,
    small_catalog,
    two_racks,
    with_part,
)
from tests.simulation.rules.test_rules import CASES


def found(design: Design, rule: str, catalog: Catalog | None = None) -> list[Finding]:
    fabric = fabric_of(design, catalog) if catalog else fabric_of(design)
    return [one for one in check(fabric) if one.rule == rule]


def tagged(catalog: Catalog, part_id: str, **tags: str) -> Catalog:
    one = catalog.parts[part_id]  # type: ignore[index]
    return with_part(catalog, msgspec.structs.replace(one, tags={**one.tags, **tags}))


def uplinks(**more: object) -> Design:
    rule: dict[str, Any] = {"multiplicity": 2, **OPTICAL, **more}
    return edits.put(two_racks(), "links", "uplinks", link("R*/N*/leaf", "R*/B*/spine", **rule))


@pytest.mark.parametrize(
    ("part_id", "tags", "text"),
    [
        ("optic", {"connector": "QSFP-DD"}, "Optic (QSFP-DD) does not go into a OSFP port"),
        ("fibre", {"medium": "fibre-mm"}, "Optic sends into single-mode fibre"),
        ("fibre", {"connector": "LC"}, "Optic has MPO-16, Fibre ends in LC"),
    ],
)
def test_cage_module_and_fibre_fit(part_id: str, tags: dict[str, str], text: str) -> None:
    good = tagged(small_catalog(), "optic", fibre_connector="2 x MPO-16")
    good = tagged(small_catalog(), "optic", fibre_connector="MPO-16") if "LC" in text else good
    assert found(two_racks(), "optics-fit", good) == []
    findings = found(two_racks(), "optics-fit", tagged(good, part_id, **tags))
    assert text in findings[0].message


def test_a_cage_takes_the_older_forms_of_its_family() -> None:
    catalog = tagged(small_catalog(), "optic", connector="QSFP56")
    switch = catalog.parts["switch"]  # type: ignore[index]
    for cage, fits in (("QSFP-DD", True), ("QSFP56", True), ("QSFP28", False)):
        ports = {"port": msgspec.structs.replace(switch.ports["port"], connector=cage)}
        changed = with_part(catalog, msgspec.structs.replace(switch, ports=ports))
        assert (found(two_racks(), "optics-fit", changed) == []) is fits


@pytest.mark.parametrize(
    ("standards", "severity"),
    [(("400G DR4", "400G DR4"), ""), (("400G DR4", "400G FR4"), "error"), (("", "x"), "warning")],
)
def test_modules_of_one_standard_understand_each_other(
    standards: tuple[str, str], severity: str
) -> None:
    catalog = tagged(small_catalog(), "optic", optics_standard=standards[0])
    catalog = tagged(catalog, "slow-optic", optics_standard=standards[1])
    findings = found(uplinks(transceiver_b="slow-optic"), "transceiver-pair", catalog)
    assert [one.severity for one in findings] == ([severity] if severity else [])


@pytest.mark.parametrize("missing", ["transceiver_a", "transceiver_b"])
def test_the_fix_of_a_missing_module_leaves_no_finding(missing: str) -> None:
    design = uplinks(**{missing: ""})
    fix = found(design, "transceiver-pair")[0].fix
    assert fix is not None
    assert translator("zh")(fix.label) == "两端均使用 optic"
    fixed = edits.apply_changes(design, fix.changes)
    assert found(fixed, "transceiver-pair") == []
    assert fixed.links["uplinks"].transceiver_a == "optic"  # type: ignore[index]


def test_a_rule_drawn_twice_is_taken_out_by_its_fix() -> None:
    again = link("R*/N*/leaf", "R*/B*/spine", multiplicity=2, **OPTICAL)
    design = edits.put(two_racks(), "links", "again", again)
    findings = found(design, "drawn-twice")
    assert [one.address for one in findings] == ["rule:again"]
    assert "joins the same 16 pairs as uplinks" in findings[0].message
    assert findings[0].fix is not None
    assert edits.apply_changes(design, findings[0].fix.changes) == two_racks()
    other = edits.set_field(design, ("links", "again", "multiplicity"), 1)
    assert found(other, "drawn-twice") == []


def test_what_has_ports_is_joined_to_something() -> None:
    alone = bench({"a": 2}, {})
    assert [one.severity for one in found(alone, "loose-end")] == ["info"]
    assert "2 of Switch have no link on any plane" in found(alone, "loose-end")[0].message
    assert found(two_racks(), "loose-end") == []


def test_planes_share_no_switch() -> None:
    design = edits.put(two_racks(), "planes", "net", Plane(name="Net", role="scale_out"))
    shared = link("R*/N*/leaf", "R*/B*/spine", plane="net", **OPTICAL)
    findings = found(edits.put(design, "links", "net", shared), "plane-isolation")
    assert "links of both Up and Net meet at 6 of the switches" in findings[0].message
    assert found(design, "plane-isolation") == []


@pytest.mark.parametrize(
    ("multiplicity", "intent", "ratio"),
    # Four chips of 100 GB/s under a leaf; to each of two spines 2 or 1 links of 100 GB/s.
    [(2, 1.0, ""), (1, 1.0, "2 times"), (1, 2.0, ""), (1, 0.0, "")],
)
def test_a_leaf_gives_away_no_more_than_the_plane_intends(
    multiplicity: int, intent: float, ratio: str
) -> None:
    design = edits.set_field(two_racks(), ("links", "uplinks", "multiplicity"), multiplicity)
    design = edits.set_field(design, ("planes", "up", "oversubscription"), intent)
    findings = found(design, "oversubscription")
    assert bool(findings) is bool(ratio)
    if ratio:
        assert findings[0].address == "R01/N1/leaf[0]"
        assert (
            f"plane Up: at 4 of its switches the capacity down is {ratio} that up"
            in findings[0].message
        )


def railed(**more: object) -> Design:
    """Four chips of every node on two rails of two switches."""
    design = edits.set_field(two_racks(), ("assemblies", "node", "links"), {})
    rails = link("R*/N*/chip", "R*/B*/spine", schemes.Rail(count=2), a_port="up")
    design = edits.put(design, "links", "uplinks", rails)
    wrong = link("R01/N1/chip[1]", "R01/B1/spine", a_port="up")
    return edits.put(design, "links", "hand", wrong) if more else design


def test_cables_keep_to_their_rail() -> None:
    assert found(railed(), "rail-alignment") == []
    findings = found(railed(by_hand=True), "rail-alignment")
    assert [one.address for one in findings] == ["rule:hand[0]"]
    assert "R01/N1/chip[1] is on rail 2, R01/B1/spine[0] on rail 1" in findings[0].message


def test_names_are_given_and_told_apart() -> None:
    twin = edits.put(two_racks(), "planes", "other", Plane(name="Up", role="management"))
    assert [one.address for one in found(twin, "names")] == ["plane:other"]
    blank = edits.set_field(two_racks(), ("planes", "up", "name"), " ")
    assert found(blank, "names")[0].message == "has no name"
    assert found(two_racks(), "names") == []


def test_every_rule_is_explained_in_both_languages() -> None:
    chinese = translator("zh")
    assert set(CASES) <= set(EXPLANATIONS)
    for one in EXPLANATIONS.values():
        for text in (one.title, one.text, one.source):
            assert chinese(text) != text, text
    assert title_of("port-overuse") == "Ports"
    assert title_of("of-a-plug-in") == "of-a-plug-in"


FIXED = (
    "transceiver-pair",
    "rate-mismatch",
    "empty-rule",
    "split-cable",
    "rack-units",
    "dangling-exception",
)


@pytest.mark.parametrize("rule", FIXED)
def test_a_fix_takes_its_finding_away_and_adds_none(rule: str) -> None:
    design = CASES[rule][0](two_racks())
    before = check(fabric_of(design))
    fix = next(one.fix for one in before if one.rule == rule)
    assert fix is not None
    after = check(fabric_of(edits.apply_changes(design, fix.changes)))
    assert [one for one in after if one.rule == rule] == []
    assert {one.key for one in after} <= {one.key for one in before}


def test_the_fix_of_a_box_that_overlaps_moves_it_to_free_units() -> None:
    design = CASES["rack-units"][0](two_racks())
    fix = found(design, "rack-units")[0].fix
    assert fix is not None
    # Two nodes of 2 U from U1, the shelf at U12: U5 is the lowest free unit.
    assert dict(fix.changes) == {("racks", "row", "contents", "B", "u"): 5}


def test_a_rule_inside_an_assembly_is_fixed_there() -> None:
    inner = link("chip", "leaf", a_port="up", bandwidth_byte_per_s=101e9)
    design = edits.set_field(two_racks(), ("assemblies", "node", "links", "in"), inner)
    fix = found(design, "rate-mismatch")[0].fix
    assert fix is not None
    assert list(fix.changes) == [("assemblies", "node", "links", "in", "bandwidth_byte_per_s")]
    assert found(edits.apply_changes(design, fix.changes), "rate-mismatch") == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("planes", "up", "oversubscription"), 0.5),
        (("planes", "up", "name"), "Other"),
        (("assemblies", "node", "depth_m"), 1.19),
        (("site", "routing", "tray_above_rack_m"), 0.001),
        (("site", "routing", "tray_area_m2"), 1e-6),
        (("site", "coolant_temperature_k"), 400.0),
        (("racks", "row", "feeds"), ("A", "B", "C")),
        (("racks", "row", "array", "pitch"), 0.5),
        (("links", "uplinks", "multiplicity"), 1),
        (("links", "uplinks", "length_m"), 60.0),
        (("exceptions",), {"R01/S1/supply[0]": Deviation("failed")}),
        (("parts",), {"leaf": {"values": {"power_typical": {"value": 900.0}}}}),
    ],
)
def test_findings_kept_over_an_edit_are_those_made_anew(
    path: tuple[str, ...], value: object
) -> None:
    catalog = small_catalog()
    fibre = catalog.parts["fibre"]  # type: ignore[index]
    more = {name: datum(text) for name, text in FIBRE.items()}
    catalog = with_part(catalog, msgspec.structs.replace(fibre, values={**fibre.values, **more}))
    before = fabric_of(two_racks(), catalog)
    after = compile_design(edits.set_field(two_racks(), path, value), catalog, before)
    kept = checked(after, checked(before), unchanged(before, after))
    assert kept == checked(after)


FIBRE = {"bend_radius": "20 mm", "diameter": "4 mm", "attenuation": "1 dB/km"}


def test_a_switch_without_ports_is_found() -> None:
    bare = bench({"a": 2}, {})
    catalog = with_part(
        small_catalog(), msgspec.structs.replace(small_catalog().part(PartId("switch")), ports={})
    )
    fabric = compile_design(bare, catalog)
    said = [one for one in check(fabric) if one.rule == "no-ports"]
    assert [(one.severity, one.message) for one in said] == [
        ("warning", "Switch has no ports: no link can end at it")
    ]
    assert said[0].address in {fabric.layout.address(n) for n in range(2)}
    assert found(bare, "no-ports") == []
