"""Every design rule with a drawing that breaks it and one that keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from studio.design import edits, schemes
from studio.design.finding import Finding
from studio.design.model import Array, Design, Deviation, Plane, Waiver
from studio.design.site import Feed
from studio.ids import Address
from studio.languages import translator
from studio.simulation.rules.check import RULES, check
from tests.builders import (
    OPTICAL,
    bench,
    fabric_of,
    link,
    place,
    rack,
    two_racks,
)

Change = Callable[[Design], Design]


def found(design: Design, rule: str) -> list[Finding]:
    return [one for one in check(fabric_of(design)) if one.rule == rule]


def field(path: str, value: object) -> Change:
    return lambda design: edits.set_field(design, path.split("."), value)


def uplinks(**more: object) -> Change:
    rule: dict[str, Any] = {"multiplicity": 2, **OPTICAL, **more}
    new = link("R*/N*/leaf", "R*/B*/spine", **rule)
    return lambda design: edits.put(design, "links", "uplinks", new)


def mark(address: str) -> Change:
    return lambda design: edits.set_state(design, Address(address), Deviation("failed"))


def rack_beside(x_m: float, y_m: float, turn: int = 0) -> Change:
    new = rack(x_m, y_m, first=9, rotation_deg=turn)
    return lambda design: edits.put(design, "racks", "beside", new)


def chips_ringed(scheme: schemes.Scheme) -> Change:
    """Return the change that joins the four chips of every node directly."""

    def change(design: Design) -> Design:
        design = edits.put(design, "planes", "ring", Plane(name="Ring", role="scale_up"))
        rule = link(
            "R*/N*/chip", "", scheme, plane="ring", a_port="net", b_port="net", within="placement"
        )
        return edits.put(design, "links", "ring", rule)

    return change


def net_rule(a: str, b: str) -> Change:
    def change(design: Design) -> Design:
        design = edits.put(design, "planes", "net", Plane(name="Net", role="scale_out"))
        rule = link(a, b, plane="net", a_port="net", within="rack")
        return edits.put(design, "links", "net", rule)

    return change


def chips_linked(racks: str) -> Change:
    rule = link(f"{racks}/N*/chip", f"{racks}/N*/leaf", a_port="up", within="placement")

    def change(design: Design) -> Design:
        design = edits.set_field(design, ("assemblies", "node", "links"), {})
        return edits.put(design, "links", "in", rule)

    return change


def unchanged(design: Design) -> Design:
    return design


CASES: dict[str, tuple[Change, Change, str, str]] = {
    "port-overuse": (
        field("assemblies.node.links.in.multiplicity", 5),
        field("assemblies.node.links.in.multiplicity", 4),
        "R01/N1/chip[0]",
        "5 links on 4 up ports",
    ),
    "connector-mismatch": (
        field("assemblies.node.links.in", link("chip", "leaf", a_port="net")),
        unchanged,
        "rule:node.in",
        "ports OSFP / QSFP can't be joined by a trace",
    ),
    "transceiver-pair": (
        uplinks(transceiver_b=""),
        uplinks(),
        "rule:uplinks",
        "needs a transceiver at both ends",
    ),
    "rate-mismatch": (
        uplinks(bandwidth_byte_per_s=101e9),
        uplinks(bandwidth_byte_per_s=100e9),
        "rule:uplinks",
        "a link of 101 GB/s on a port of 100 GB/s",
    ),
    "scheme-misfit": (
        uplinks(scheme=schemes.OneToOne()),
        uplinks(scheme=schemes.EachToEach()),
        "rule:uplinks",
        "makes no links",
    ),
    "empty-rule": (
        field("links.uplinks.b", "R*/B*/none"),
        unchanged,
        "rule:uplinks",
        "joins nothing",
    ),
    "split-cable": (
        field("links.uplinks.links_per_cable", 3),
        field("links.uplinks.links_per_cable", 2),
        "rule:uplinks[2]",
        "3 links share a cable but end in different boxes",
    ),
    "reach": (
        field("links.uplinks.length_m", 51.0),
        field("links.uplinks.length_m", 50.0),
        "rule:uplinks[0]",
        "16 links longer than 50 m, the reach of optic",
    ),
    "plane-reach": (
        chips_linked("R01"),
        chips_linked("R*"),
        "R02/N1/chip[0]",
        "8 NPUs have no link on plane Up",
    ),
    "plane-split": (
        net_rule("R*/N*/chip", "R*/B*/spine"),
        net_rule("R01/N*/chip", "R*/B*/spine"),
        "R02/N1/chip[0]",
        "plane Net (net) falls into 2 parts",
    ),
    "no-forwarding": (
        chips_ringed(schemes.Ring()),
        chips_ringed(schemes.FullMesh()),
        "R01/N1/chip[0]",
        "plane Ring (ring) joins R01/N1/chip[0] and R01/N1/chip[2] only through NPUs",
    ),
    "rack-units": (
        field("racks.row.contents.B.u", 4),
        field("racks.row.contents.B.u", 5),
        "R01/B1",
        "overlaps R01/N2 at U4",
    ),
    "rack-depth": (
        field("assemblies.node.depth_m", 1.25),
        field("assemblies.node.depth_m", 1.2),
        "R01/N1",
        "is 1.25 m deep; the rack is 1.2 m",
    ),
    "floor-space": (
        rack_beside(1.5, 1.0),
        rack_beside(1.5, 3.0),
        "R09",
        "stands in the place of R01",
    ),
    "rack-power": (
        field("assemblies.node.contents.chip.count", 30),
        field("assemblies.node.contents.chip.count", 4),
        "R01",
        "the rack takes 20 kW",
    ),
    "supply-overload": (
        field("assemblies.shelf.contents.supply.count", 1),
        field("assemblies.shelf.contents.supply.count", 3),
        "R01",
        "one supply gives 5 kW for 5.54 kW",
    ),
    "supply-redundancy": (
        field("assemblies.shelf.contents.supply.count", 2),
        field("assemblies.shelf.contents.supply.count", 3),
        "R01",
        "with one of 2 supplies lost the others give 5 kW for 5.54 kW",
    ),
    "no-supply": (
        field("assemblies.shelf.contents", {}),
        unchanged,
        "R01",
        "has no power supplies",
    ),
    "rack-mass": (
        field("assemblies.node.mass_kg", 500.0),
        field("assemblies.node.mass_kg", 400.0),
        "R01",
        "weighs 1.14 t; 1 t are possible",
    ),
    # Two racks of 5.54 kW behind supplies of 80 %: 13.85 kW.
    "feed": (
        field("site.feeds", {"A": Feed(13_800.0), "B": Feed(14_000.0)}),
        field("site.feeds", {"A": Feed(13_900.0), "B": Feed(14_000.0)}),
        "feed A",
        "must carry 13.85 kW when another feed is lost; it has 13.8 kW",
    ),
    "dangling-exception": (
        mark("R07/N1"),
        mark("R02/N1/host[0]"),
        "R07/N1",
        "has no effect: nothing is at 'R07/N1'",
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_drawing_that_breaks_a_rule_is_reported(rule: str) -> None:
    breaks, _, address, text = CASES[rule]
    findings = found(breaks(two_racks()), rule)
    assert findings, check(fabric_of(breaks(two_racks())))
    assert findings[0].address == address
    assert text in findings[0].message
    chinese = translator("zh")(findings[0].message)
    assert any("一" <= letter <= "鿿" for letter in chinese), chinese


@pytest.mark.parametrize("rule", CASES)
def test_a_drawing_that_keeps_a_rule_is_not(rule: str) -> None:
    keeps = CASES[rule][1]
    assert found(keeps(two_racks()), rule) == []


def test_two_racks_keep_every_rule() -> None:
    assert check(fabric_of(two_racks())) == ()
    assert len(RULES) >= 29


def test_a_finding_that_somebody_accepted_is_left_out() -> None:
    design = CASES["supply-redundancy"][0](two_racks())
    key = found(design, "supply-redundancy")[0].key
    waived = edits.put(design, "waivers", key, Waiver("lab only", "me"))
    assert found(waived, "supply-redundancy") == []
    assert len(check(fabric_of(waived))) < len(check(fabric_of(design)))


def test_findings_stand_errors_first() -> None:
    design = CASES["rack-mass"][0](CASES["empty-rule"][0](CASES["no-supply"][0](two_racks())))
    severities = [one.severity for one in check(fabric_of(design))]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert set(severities) == {"error", "warning", "info"}


def test_different_modules_facing_each_other_are_a_warning() -> None:
    findings = found(uplinks(transceiver_b="slow-optic")(two_racks()), "transceiver-pair")
    assert [one.severity for one in findings] == ["warning"]
    assert "optic and slow-optic" in findings[0].message


def test_a_module_slower_than_its_links_is_reported() -> None:
    slow = uplinks(transceiver_a="slow-optic", transceiver_b="slow-optic")
    assert "slow-optic, rated 25 GB/s" in found(slow(two_racks()), "rate-mismatch")[0].message
    two_on_one = field("links.uplinks.links_per_cable", 2)
    assert "200 GB/s over optic" in found(two_on_one(two_racks()), "rate-mismatch")[0].message


def test_a_housing_may_not_stick_out_of_its_rack() -> None:
    assert (
        "ends at U49; the rack has 48 U"
        in found(field("racks.row.contents.B.u", 49)(two_racks()), "rack-units")[0].message
    )
    assert found(field("racks.row.contents.B.u", 48)(two_racks()), "rack-units") == []


def test_front_and_rear_do_not_overlap() -> None:
    rear = place("box", 1, face="rear")
    assert found(field("racks.row.contents.B", rear)(two_racks()), "rack-units") == []


@pytest.mark.parametrize(("x_m", "y_m", "outside"), [(9.0, 8.0, 0), (9.9, 8.0, 1), (-0.5, 3.0, 1)])
def test_a_rack_stands_inside_the_hall(x_m: float, y_m: float, outside: int) -> None:
    findings = found(rack_beside(x_m, y_m)(two_racks()), "floor-space")
    assert len(findings) == outside
    assert all("outside the hall of 10 x 10 m" in one.message for one in findings)


def test_a_rack_is_deeper_than_wide() -> None:
    # 0.6 m wide and 1.2 m deep: a column of racks 0.7 m apart is free not; a row is.
    column = Array(count=1, rows=2, row_pitch=0.7)
    straight = field("racks.row.array", column)(two_racks())
    row = field("racks.row.array", Array(count=2, pitch=0.7))(two_racks())
    assert len(found(straight, "floor-space")) == 1
    assert found(row, "floor-space") == []


def test_a_long_column_of_racks_is_checked_in_time() -> None:
    design = bench({"a": 1}, {}, racks=1)
    column = Array(count=1, rows=3000, row_pitch=1.3)
    design = edits.set_field(design, ("racks", "row", "array"), column)
    assert all(one.rule != "floor-space" or "hall" in one.message for one in _floor(design))


def _floor(design: Design) -> list[Finding]:
    return found(design, "floor-space")


def test_an_unknown_feed_is_reported() -> None:
    design = field("site.feeds", {"A": Feed(1e6)})(two_racks())
    assert "is on feed B, which the site does not have" in found(design, "feed")[0].message


def test_a_failed_supply_no_longer_helps() -> None:
    failed = edits.set_state(two_racks(), Address("R01/S1/supply[0]"), Deviation("failed"))
    assert found(failed, "supply-redundancy")[0].address == "R01"


def test_hints_say_what_to_do() -> None:
    for rule in ("reach", "rack-power", "empty-rule", "dangling-exception", "supply-overload"):
        assert found(CASES[rule][0](two_racks()), rule)[0].hint


def test_a_ring_of_switches_keeps_its_ports() -> None:
    ring = bench({"a": 4}, {"x": link("**/a", "", schemes.Ring(), multiplicity=32)})
    assert found(ring, "port-overuse") == []
    more = edits.set_field(ring, ("links", "x", "multiplicity"), 33)
    assert found(more, "port-overuse")[0].address == "R01/N1/a[0]"
