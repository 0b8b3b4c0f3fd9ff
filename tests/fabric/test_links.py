"""Link rules on a drawing: scope, parallel links, rates, planes, lengths and delays by hand."""

from __future__ import annotations

from collections import Counter

import networkx as nx
import pytest
from msgspec.structs import replace

from studio.design import arrays, edits, schemes
from studio.design.model import Array, Plane
from studio.design.site import Routing
from studio.errors import InvalidDesign
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.ids import PartId, RuleId
from studio.languages import translator
from studio.session.library import catalog, find_design
from studio.storage.project_file import read_design
from tests.builders import (
    OPTICAL,
    assembly,
    bench,
    clos_2x4,
    fabric_of,
    group,
    joined,
    link,
    nested,
    one_group,
    two_racks,
)


def pairs(design_links: list[tuple[str, str]]) -> Counter[frozenset[str]]:
    return Counter(frozenset(one) for one in design_links)


def test_two_racks_are_joined_as_drawn(two_racks_fabric: Fabric) -> None:
    found = joined(two_racks_fabric)
    inside, between = found[:16], found[16:]
    assert inside[:4] == [(f"R01/N1/chip[{n}]", "R01/N1/leaf[0]") for n in range(4)]
    expected = [
        (f"{r}/{n}/leaf[0]", f"{s}/B1/spine[0]")
        for r in ("R01", "R02")
        for n in ("N1", "N2")
        for s in ("R01", "R02")
        for _ in range(2)
    ]
    assert between == expected


def test_within_a_rack_the_scheme_is_applied_anew() -> None:
    rule = link("R*/N*/a", "R*/N*/b", schemes.EachToEach(), within="rack")
    found = joined(fabric_of(bench({"a": 1, "b": 2}, {"x": rule}, racks=3, nodes=2)))
    assert len(found) == 3 * (2 * 4)
    assert all(a.split("/")[0] == b.split("/")[0] for a, b in found)


def test_within_a_placement_the_scheme_is_applied_anew() -> None:
    rule = link("R*/N*/a", "R*/N*/b", schemes.OneToOne(), within="placement")
    found = joined(fabric_of(bench({"a": 2, "b": 2}, {"x": rule}, racks=2, nodes=2)))
    assert found == [
        (f"R0{r}/N{n}/a[{i}]", f"R0{r}/N{n}/b[{i}]") for r in (1, 2) for n in (1, 2) for i in (0, 1)
    ]


def test_a_scope_that_only_one_side_has_makes_no_links() -> None:
    rule = link("R01/N*/a", "R*/N*/b", schemes.EachToEach(), within="rack")
    found = joined(fabric_of(bench({"a": 1, "b": 1}, {"x": rule}, racks=2)))
    assert found == [("R01/N1/a[0]", "R01/N1/b[0]")]


def test_multiplicity_repeats_every_pair_side_by_side() -> None:
    rule = link("R*/N*/a", "R*/N*/b", schemes.OneToOne(), multiplicity=3)
    found = joined(fabric_of(bench({"a": 2, "b": 2}, {"x": rule})))
    assert found == [(f"R01/N1/a[{i}]", f"R01/N1/b[{i}]") for i in (0, 1) for _ in range(3)]


@pytest.mark.parametrize(
    ("scheme", "graph"),
    [
        (schemes.FullMesh(), nx.complete_graph(8)),
        (schemes.Ring(), nx.cycle_graph(8)),
        (schemes.Torus(dims=(2, 4)), nx.grid_graph(dim=[4, 2], periodic=[True, False])),
        (schemes.FullMesh(dims=(2, 2, 2)), nx.hypercube_graph(3)),
    ],
)
def test_a_single_sided_scheme_joins_a_with_itself(scheme: schemes.Scheme, graph: nx.Graph) -> None:
    order = {vertex: number for number, vertex in enumerate(sorted(graph))}
    expected = Counter(
        frozenset((f"R01/N1/a[{order[a]}]", f"R01/N1/a[{order[b]}]")) for a, b in graph.edges
    )
    for rule in (link("**/a", "", scheme), link("**/a", "**/a", scheme)):
        assert pairs(joined(fabric_of(bench({"a": 8}, {"x": rule})))) == expected
    inside = bench({"a": 8}, {})
    for b_side in ("", "a"):
        rules = {"x": link("a", b_side, scheme)}
        design = edits.set_field(inside, ("assemblies", "node", "links"), rules)
        assert pairs(joined(fabric_of(design))) == expected


def test_a_link_is_as_fast_as_its_slower_port() -> None:
    rule = link("**/chip", "**/leaf", a_port="net")
    design = edits.set_field(two_racks(), ("links",), {"x": rule})
    links = fabric_of(design).links
    assert set(links.bandwidth_byte_per_s[links.rule == 1]) == {50e9}
    fixed = edits.set_field(design, ("links", "x", "bandwidth_byte_per_s"), 12e9)
    assert set(fabric_of(fixed).links.bandwidth_byte_per_s) == {100e9, 12e9}


@pytest.mark.parametrize("rate", [-1.0, 1e300])
def test_a_rate_is_physical(rate: float) -> None:
    rule = link("**/chip", "**/leaf", a_port="up", bandwidth_byte_per_s=rate)
    with pytest.raises(InvalidDesign, match="link rule 'uplinks': .* byte/s; set a bandwidth"):
        fabric_of(edits.put(two_racks(), "links", "uplinks", rule))


def test_parts_without_ports_need_a_rate() -> None:
    design = one_group(2, link("**/a", "", schemes.Ring()), part_id="bare")
    with pytest.raises(
        InvalidDesign, match="0.0 byte/s; set a bandwidth of 1 B/s or more, or name ports"
    ):
        fabric_of(design)


def test_a_rule_that_selects_nothing_makes_no_links() -> None:
    design = edits.set_field(two_racks(), ("links", "uplinks", "b"), "R*/B*/none")
    assert fabric_of(design).links.count == 16


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("multiplicity", 0, "multiplicity 0; 1 to 4096"),
        ("multiplicity", 10**12, "multiplicity 1000000000000"),
        ("links_per_cable", 0, "0 links per cable"),
        ("links_per_cable", 10**12, "1000000000000 links per cable"),
        ("plane", "down", "plane 'down' is not in the design; it has up"),
        ("a", "leaf", "selector 'leaf' does not name a group"),
        ("cable", "fibbre", "link rule 'uplinks': no part is called 'fibbre'.*did you mean fibre"),
        ("a_port", "prt", "has no ports 'prt'; it has port"),
        ("b", "R*/N*/leaf", "joins R01/N1/leaf.0. with itself"),
    ],
)
def test_a_rule_that_cannot_be_is_named(field: str, value: object, said: str) -> None:
    design = edits.set_field(two_racks(), ("links", "uplinks", field), value)
    with pytest.raises(InvalidDesign, match=said) as caught:
        fabric_of(design)
    assert "uplinks" in str(caught.value)


def test_rules_have_names_of_their_own() -> None:
    rule = link("**/chip", "**/leaf", a_port="up")
    with pytest.raises(InvalidDesign, match=r"link rule 'node.in': the name is taken"):
        fabric_of(edits.put(two_racks(), "links", "node.in", rule))
    with pytest.raises(InvalidDesign, match=r"link rule 'x\[1\]': the name is written with \["):
        fabric_of(edits.put(two_racks(), "links", "x[1]", rule))


def test_many_rules_cannot_fill_the_memory_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.fabric.links.MOST_LINKS", 1000)
    rule = link("**/a", "**/b", schemes.EachToEach())
    # The tenth rule would fail by itself; the third must be refused before it is reached.
    rules = {f"x{n}": rule for n in range(9)} | {"last": link("**/a", "[")}
    design = bench({"a": 20, "b": 20}, rules)
    with pytest.raises(InvalidDesign, match="'x2': the design would have 1200 links; 1000 are"):
        fabric_of(design)


def test_links_of_a_repeated_assembly_are_counted_before_they_are_made() -> None:
    inside = {"x": link("a", "b", schemes.EachToEach())}
    design = edits.set_field(
        bench({"a": 500, "b": 500}, {}, racks=100, nodes=10),
        ("assemblies", "node", "links"),
        inside,
    )
    with pytest.raises(InvalidDesign, match="link rule 'node.x': 250000000 links"):
        fabric_of(design)


def test_links_inside_one_assembly_have_a_limit() -> None:
    design = edits.set_field(
        bench({"a": 1500, "b": 1500}, {}), ("assemblies", "node", "links"), {"x": link("a", "b")}
    )
    with pytest.raises(InvalidDesign, match="more than 1000000 links in one assembly"):
        fabric_of(design)
    half = edits.set_field(
        bench({"a": 500, "b": 500}, {}), ("assemblies", "node", "links"), {"x": link("a", "b")}
    )
    outer = assembly("tray", contents={"n": nested("node", 5)})
    with pytest.raises(InvalidDesign, match="group 'n': more than 1000000 links"):
        fabric_of(edits.put(half, "assemblies", "tray", outer))


def test_planes_are_numbered_in_the_order_of_the_design() -> None:
    design = edits.put(two_racks(), "planes", "net", Plane(name="Net", role="scale_out"))
    rule = link("**/chip", "**/leaf", a_port="net", plane="net")
    links = fabric_of(edits.put(design, "links", "net", rule)).links
    assert links.planes == ("up", "net")
    assert Counter(links.plane.tolist()) == {0: 32, 1: 64}


# Lengths by hand: the middle of N1 (U1-U2) is 0.1 + 1 U above the floor, of N2 (U3-U4) 0.1 + 3 U,
# of B1 (U10) 0.1 + 9.5 U; the tray runs 0.3 m above the rack of 2.2 m; the racks are 1 m apart.
U = 0.04445
RISE = {"N1": 2.5 - 0.1 - U, "N2": 2.5 - 0.1 - 3 * U, "B1": 2.5 - 0.1 - 9.5 * U}


def lengths(fabric: Fabric) -> dict[tuple[str, str], float]:
    return dict(zip(joined(fabric), fabric.geometry.length_m.tolist(), strict=True))


def test_a_cable_within_a_rack_runs_along_its_side(two_racks_fabric: Fabric) -> None:
    found = lengths(two_racks_fabric)
    assert found["R01/N1/leaf[0]", "R01/B1/spine[0]"] == pytest.approx(8.5 * U + 0.3)
    assert found["R02/N2/leaf[0]", "R02/B1/spine[0]"] == pytest.approx(6.5 * U + 0.3)


def test_a_cable_between_racks_runs_over_the_tray(two_racks_fabric: Fabric) -> None:
    found = lengths(two_racks_fabric)
    expected = RISE["N1"] + RISE["B1"] + 1.0
    assert found["R01/N1/leaf[0]", "R02/B1/spine[0]"] == pytest.approx(expected)
    expected = RISE["N2"] + RISE["B1"] + 1.0
    assert found["R02/N2/leaf[0]", "R01/B1/spine[0]"] == pytest.approx(expected)


def test_a_trace_on_a_board_has_its_fixed_length(two_racks_fabric: Fabric) -> None:
    assert lengths(two_racks_fabric)["R01/N1/chip[0]", "R01/N1/leaf[0]"] == 0.3


def test_a_tray_runs_in_right_angles() -> None:
    design = edits.set_field(
        two_racks(),
        ("racks", "row", "array"),
        Array(count=2, rows=2, pitch=1.0, row_pitch=3.0),
    )
    found = lengths(fabric_of(design))
    expected = RISE["N1"] + RISE["B1"] + 1.0 + 3.0
    assert found["R01/N1/leaf[0]", "R04/B1/spine[0]"] == pytest.approx(expected)


def test_slack_is_added_and_the_next_stock_length_bought() -> None:
    routing = Routing(slack_m=0.5, slack_fraction=0.1, stock_lengths_m=(10.0, 1.0, 5.0, 6.0))
    design = edits.set_field(two_racks(), ("site", "routing"), routing)
    geometry = fabric_of(design).geometry
    cabled = slice(16, None)
    asked = geometry.route_m[cabled] * 1.1 + 0.5
    bought = geometry.length_m[cabled]
    for wanted, given in zip(asked, bought, strict=True):
        assert given == min(size for size in (1.0, 5.0, 6.0, 10.0) if size >= wanted)
    assert set(bought.tolist()) == {5.0, 10.0}


def test_a_route_longer_than_any_stock_length_is_cut_to_length() -> None:
    routing = Routing(slack_m=0.5, stock_lengths_m=(1.0,))
    geometry = fabric_of(edits.set_field(two_racks(), ("site", "routing"), routing)).geometry
    longest = int(geometry.route_m.argmax())
    assert geometry.length_m[longest] == pytest.approx(geometry.route_m[longest] + 0.5)


def test_a_length_that_is_given_is_taken() -> None:
    design = edits.set_field(two_racks(), ("links", "uplinks", "length_m"), 7.5)
    assert set(fabric_of(design).geometry.length_m[16:]) == {7.5}


def test_delay_is_fibre_and_both_modules(two_racks_fabric: Fabric) -> None:
    geometry = two_racks_fabric.geometry
    expected = geometry.length_m[16:] * 5e-9 + 2 * 10e-9
    assert geometry.delay_s[16:] == pytest.approx(expected)
    assert geometry.delay_s[0] == pytest.approx(0.3 * 4.9e-9)


@pytest.mark.parametrize(
    "routing",
    [
        Routing(slack_m=-1.0),
        Routing(slack_fraction=-0.1),
        Routing(tray_above_rack_m=-0.1),
        Routing(stock_lengths_m=(1.0, float("nan"))),
        Routing(slack_m=1e300),
    ],
)
def test_routing_has_lengths_that_exist(routing: Routing) -> None:
    with pytest.raises(InvalidDesign, match="site routing"):
        fabric_of(edits.set_field(two_racks(), ("site", "routing"), routing))


def test_a_moved_rack_has_longer_cables_and_the_same_links(two_racks_fabric: Fabric) -> None:
    design = arrays.detach_array(two_racks(), two_racks_fabric.layout.racks[0].rack)[0]
    moved = edits.move_racks(design, [list(design.racks)[1]], 4.0, 0.0)
    before, after = lengths(fabric_of(design)), lengths(fabric_of(moved))
    pair = ("R01/N1/leaf[0]", "R02/B1/spine[0]")
    assert after[pair] == pytest.approx(before[pair] + 4.0)
    assert list(before) == list(after)


def test_a_clos_of_four_leaves_and_two_spines() -> None:
    found = [one for one in joined(fabric_of(clos_2x4())) if "spine" in one[1]]
    assert pairs(found) == Counter(
        frozenset((f"R01/N{n}/leaf[0]", f"R01/B{s}/spine[0]")) for n in range(1, 5) for s in (1, 2)
    )


def test_optics_and_rate_of_mixed_parts_are_the_slower() -> None:
    contents = {"a": group("chip", 2), "b": group("other-chip", 2)}
    design = edits.set_field(
        one_group(1, link("**/a", "**/b", a_port="up", b_port="up", **OPTICAL)),
        ("assemblies", "node", "contents"),
        contents,
    )
    assert set(fabric_of(design).links.bandwidth_byte_per_s) == {25e9}


def test_parts_of_links_are_known_to_the_fabric(two_racks_fabric: Fabric) -> None:
    assert {PartId("fibre"), PartId("optic")} <= set(two_racks_fabric.part_by_id)


def test_a_scheme_that_does_not_fit_makes_no_links_and_says_why() -> None:
    design = edits.set_field(two_racks(), ("links", "uplinks", "scheme"), schemes.OneToOne())
    fabric = fabric_of(design)
    (rule,) = [one for one in fabric.links.rules if one.name == "uplinks"]
    assert len(rule.a) == 0
    assert "joins 4 with 2 components" in rule.problem


def test_why_a_scheme_does_not_fit_is_said_in_any_language() -> None:
    design = read_design(find_design("cloudmatrix-384")).design
    rule = replace(design.links[RuleId("vpc-access")], scheme=schemes.OneToOne())
    design = edits.put(design, "links", "vpc-access", rule)
    (odd,) = [rule for rule in compile_design(design, catalog()).links.rules if rule.problem]
    assert odd.name == "vpc-access"
    assert "equally many" in odd.problem
    assert "两端数量必须相等" in translator("zh")(odd.problem)
