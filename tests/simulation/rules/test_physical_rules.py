"""Rules on light, bends, trays, heat and feeds: figures worked out by hand."""

from __future__ import annotations

import msgspec
import pytest

from studio.catalog.catalog import Catalog
from studio.design import edits
from studio.design.finding import Finding
from studio.design.model import Array, Design
from studio.design.site import Feed
from studio.simulation.rules.check import check
from tests.builders import (
    OPTICAL,
    assembly,
    datum,
    fabric_of,
    group,
    link,
    part,
    place,
    power,
    small_catalog,
    two_racks,
    with_part,
)


def changed(part_id: str, **values: str) -> Catalog:
    """Return the catalogue with some values of a part set."""
    catalog = small_catalog()
    one = catalog.parts[part_id]  # type: ignore[index]
    more = {name: datum(text) for name, text in values.items()}
    return with_part(catalog, msgspec.structs.replace(one, values={**one.values, **more}))


def merged(*catalogs: Catalog) -> Catalog:
    parts = dict(small_catalog().parts)
    for catalog in catalogs:
        parts |= {k: v for k, v in catalog.parts.items() if v is not small_catalog().parts.get(k)}
    return Catalog(parts, small_catalog().sources)


def found(design: Design, rule: str, catalog: Catalog | None = None) -> list[Finding]:
    fabric = fabric_of(design, catalog) if catalog else fabric_of(design)
    return [one for one in check(fabric) if one.rule == rule]


def long_links(length_m: float) -> Design:
    return edits.set_field(two_racks(), ("links", "uplinks", "length_m"), length_m)


LIT = merged(
    changed("fibre", loss_budget="1 dB", attenuation="50 dB/km"),
    changed("optic", loss_budget="3 dB"),
)


@pytest.mark.parametrize(("length_m", "is_dark"), [(40.0, False), (40.1, True)])
def test_a_fibre_spends_its_budget_on_connectors_and_length(length_m: float, is_dark: bool) -> None:
    # 1 dB of connectors and 50 dB/km leave 40 m of 3 dB.
    findings = found(long_links(length_m), "optical-budget", LIT)
    assert bool(findings) is is_dark
    if is_dark:
        assert "beyond the 3 dB of their transceivers: 16 of the fibres" in findings[0].message
        assert "loses 3.005 dB" in findings[0].message


def test_without_a_budget_no_light_is_judged() -> None:
    assert found(long_links(49.0), "optical-budget", changed("fibre", attenuation="9 dB/m")) == []


@pytest.mark.parametrize(("radius", "count"), [("199 mm", 0), ("201 mm", 2)])
def test_a_cable_turns_between_the_box_and_the_door(radius: str, count: int) -> None:
    # A rack of 1.2 m around boxes of 1 m; 0.3 m up to the tray.
    design = two_racks()
    for name in ("node", "box"):
        design = edits.set_field(design, ("assemblies", name, "depth_m"), 1.0)
    findings = found(design, "bend-radius", changed("fibre", bend_radius=radius))
    assert len(findings) == (1 if count else 0)
    if count:
        assert findings[0].address == "R01/N1/leaf[0]"
        assert "a bend of 201 mm at 32 of the ends of Fibre" in findings[0].message
        assert "leaves 200 mm" in findings[0].message


@pytest.mark.parametrize(("radius", "is_stiff"), [("300 mm", False), ("301 mm", True)])
def test_a_cable_turns_into_the_tray(radius: str, is_stiff: bool) -> None:
    findings = found(two_racks(), "bend-radius", changed("fibre", bend_radius=radius))
    assert [one.address for one in findings] == (["rule:uplinks[2]"] if is_stiff else [])
    for one in findings:
        fixed = edits.apply_changes(two_racks(), one.fix.changes)
        assert found(fixed, "bend-radius", changed("fibre", bend_radius=radius)) == []


@pytest.mark.parametrize(("diameter", "is_full"), [("34 mm", False), ("36 mm", True)])
def test_a_tray_holds_half_its_cross_section(diameter: str, is_full: bool) -> None:
    # 8 of 16 cables go to the other rack; 8 x pi/4 x 35 mm squared is 77 cm2 of 150.
    design = edits.set_field(two_racks(), ("site", "routing", "tray_area_m2"), 0.0154)
    findings = found(design, "tray-fill", changed("fibre", diameter=diameter))
    assert bool(findings) is is_full
    if is_full:
        assert findings[0].address in ("R01", "R02")
        assert "filled to 53%; 50% of 154 cm² is possible" in findings[0].message
        fixed = edits.apply_changes(design, findings[0].fix.changes)
        assert found(fixed, "tray-fill", changed("fibre", diameter=diameter)) == []


def test_cables_that_stay_in_their_rack_fill_no_tray() -> None:
    inside = link("R*/N*/leaf", "R*/B*/spine", within="rack", **OPTICAL)
    design = two_racks(links={"in": inside})
    assert found(design, "tray-fill", changed("fibre", diameter="0.5 m")) == []


def test_bundles_of_two_rows_meet_in_the_tray_across() -> None:
    design = edits.set_field(
        two_racks(), ("racks", "row", "array"), Array(count=1, rows=2, row_pitch=3.0)
    )
    findings = found(design, "tray-fill", changed("fibre", diameter="60 mm"))
    # 8 x pi/4 x 60 mm squared is 226 cm2 of 300.
    assert "filled to 75%" in findings[0].message


def cooled(kind: str, **values: str) -> tuple[Design, Catalog]:
    unit = part("unit", "cooling", {**values, **power("0 W", "0 W", "0 W")}, tags={"cooling": kind})
    design = two_racks()
    contents = {**design.assemblies["shelf"].contents, "unit": group("unit")}  # type: ignore[index]
    return edits.set_field(design, ("assemblies", "shelf", "contents"), contents), with_part(
        small_catalog(), unit
    )


# Two nodes of 4 x 400 + 150 + 250 W, a spine of 250 W, 16 modules of 12 W: 4,442 W; / 0.8.
HEAT_W = (2 * (4 * 400 + 150 + 250) + 250 + 16 * 12) / 0.8


@pytest.mark.parametrize(("limit", "is_hot"), [("2.78 kW", False), ("2.77 kW", True)])
def test_half_of_the_heat_goes_to_liquid(limit: str, is_hot: bool) -> None:
    assert pytest.approx(5552.5) == HEAT_W
    design, catalog = cooled("liquid", liquid_share="50 %", heat_limit=limit)
    findings = found(design, "cooling-class", catalog)
    assert [one.address for one in findings] == (["R01"] if is_hot else [])
    if is_hot:
        assert "2.776 kW of heat goes to liquid; its cooling carries 2.77 kW" in findings[0].message


@pytest.mark.parametrize(("limit", "is_hot"), [("5.56 kW", False), ("5.5 kW", True)])
def test_a_rear_door_carries_the_air(limit: str, is_hot: bool) -> None:
    design, catalog = cooled("rear-door", heat_limit=limit)
    assert bool(found(design, "cooling-class", catalog)) is is_hot


@pytest.mark.parametrize(("chips", "is_hot"), [(34, False), (40, True)])
def test_room_air_carries_40_kw(chips: int, is_hot: bool) -> None:
    design = edits.set_field(
        two_racks(), ("assemblies", "node", "contents", "chip", "count"), chips
    )
    findings = found(edits.set_field(design, ("assemblies", "node", "links"), {}), "cooling-class")
    assert bool(findings) is is_hot
    if is_hot:
        assert "40 kW can be carried away" in findings[0].message


def test_a_part_made_for_liquid_wants_liquid_in_its_rack() -> None:
    catalog = small_catalog()
    wet = msgspec.structs.replace(catalog.parts["switch"], tags={"cooling": "liquid"})  # type: ignore[index]
    dry = found(two_racks(), "cooling-class", with_part(catalog, wet))
    assert dry[0].address == "R01/N1/leaf[0]"
    design, cold = cooled("liquid", liquid_share="50 %", heat_limit="9 kW")
    assert found(design, "cooling-class", with_part(cold, wet)) == []


@pytest.mark.parametrize(("limit", "is_warm"), [("31 °C", False), ("29 °C", True)])
def test_coolant_is_no_warmer_than_the_loop_takes(limit: str, is_warm: bool) -> None:
    # The site supplies 303.15 K.
    design, catalog = cooled("liquid", liquid_share="50 %", inlet_max=limit)
    findings = found(design, "inlet-temperature", catalog)
    assert bool(findings) is is_warm
    if is_warm:
        assert "takes in at most 29 °C; the site supplies 30 °C" in findings[0].message


def fed(count: int, feeds: tuple[str, ...], supply: str = "plain-supply") -> Design:
    design = edits.set_field(two_racks(), ("racks", "row", "feeds"), feeds)
    shelf = assembly("shelf", 1, contents={"supply": group(supply, count)})
    return edits.put(design, "assemblies", "shelf", shelf)


@pytest.mark.parametrize(
    ("count", "feeds", "left"),
    [
        # 5.54 kW: of three, two are dark; of four, two give 10 kW; a third feed leaves two of 3.
        (3, ("A", "B"), "5 kW"),
        (4, ("A", "B"), ""),
        (3, ("A", "B", "C"), ""),
        (3, ("A",), ""),
    ],
)
def test_supplies_carry_the_rack_with_one_feed_lost(
    count: int, feeds: tuple[str, ...], left: str
) -> None:
    findings = found(fed(count, feeds), "feed-loss")
    assert bool(findings) is bool(left)
    if left:
        assert f"the supplies on the others give {left} for 5.54 kW" in findings[0].message


def test_supplies_on_both_feeds_lose_nothing() -> None:
    assert found(fed(3, ("A", "B"), "supply"), "feed-loss") == []


def test_three_feeds_share_what_the_third_carried() -> None:

    design = edits.set_field(
        fed(6, ("A", "B", "C")), ("site", "feeds"), {n: Feed(7_000) for n in "ABC"}
    )
    assert found(design, "feed") == []
    two = edits.set_field(design, ("racks", "row", "feeds"), ("A", "B"))
    assert "must carry 13.85 kW" in found(two, "feed")[0].message


def test_a_box_on_its_own_supplies_counts_them_by_box() -> None:
    design = fed(1, ("A", "B"))
    design = edits.set_field(design, ("racks", "row", "contents", "S"), place("shelf", 12, 2))
    # Two boxes of one supply each: each loses its only one.
    assert found(design, "feed-loss") == []
    assert [one.rule for one in check(fabric_of(design)) if one.rule.startswith("supply")]
