"""Which port goes where: numbers given in order, gaps, cables by hand, and too many links."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.design import edits
from studio.design.cabling import add_cables, single_like
from studio.design.model import Design, Deviation
from studio.fabric.fabric import Fabric
from studio.ids import Address, RuleId
from tests.builders import bench, changed, fabric_of, link, two_racks


def absent(design: Design, *links: str) -> Design:
    for one in links:
        design = edits.set_state(design, Address(one), Deviation("absent"))
    return design


def ends(fabric: Fabric, rule: str) -> list[tuple[str, str]]:
    number = next(n for n, one in enumerate(fabric.links.rules) if one.name == rule)
    links = range(int(fabric.links.start[number]), int(fabric.links.start[number + 1]))
    return [(fabric.port_map.end(one, 0), fabric.port_map.end(one, 1)) for one in links]


def test_ports_are_taken_in_the_order_of_rules_and_links() -> None:
    # A leaf has four links from its chips first, then two to each of the two spines.
    assert ends(fabric_of(two_racks()), "uplinks")[:4] == [
        ("R01/N1/leaf[0]:port[4]", "R01/B1/spine[0]:port[0]"),
        ("R01/N1/leaf[0]:port[5]", "R01/B1/spine[0]:port[1]"),
        ("R01/N1/leaf[0]:port[6]", "R02/B1/spine[0]:port[0]"),
        ("R01/N1/leaf[0]:port[7]", "R02/B1/spine[0]:port[1]"),
    ]


def test_a_link_taken_away_leaves_its_port_free_and_the_others_where_they_are() -> None:
    before, after = fabric_of(two_racks()), fabric_of(absent(two_racks(), "rule:uplinks[1]"))
    assert after.port_map.name(17, 0) == after.port_map.name(17, 1) == ""
    assert ends(before, "uplinks")[2:] == ends(after, "uplinks")[2:]
    chip = int(after.links.a[17])
    port = int(after.port_map.start[chip]) + 5
    assert after.port_map.link_of_port[0][port] == -1


def test_a_cable_by_hand_takes_the_port_that_the_link_it_replaces_has_left() -> None:
    design = two_racks()
    rule = design.links[RuleId("uplinks")]
    cable = single_like(rule, "R01/N1/leaf[0]", "R02/B1/spine[0]")
    cable = changed(cable, replaces=(Address("rule:uplinks[1]"),))
    fabric = fabric_of(add_cables(design, [cable])[0])
    # The spine's eight ports of the rule are all taken: the ninth is the next.
    assert ends(fabric, "cable-1") == [("R01/N1/leaf[0]:port[5]", "R02/B1/spine[0]:port[8]")]


def test_a_failed_link_keeps_its_port() -> None:
    design = edits.set_state(two_racks(), Address("rule:uplinks[1]"), Deviation("failed"))
    assert fabric_of(design).port_map.name(17, 0) == "port[5]"


def test_links_beyond_the_ports_of_a_part_are_numbered_beyond_them() -> None:
    # 80 links on a switch of 64 ports.
    design = bench({"a": 1, "b": 1}, {"many": link("**/a", "**/b", multiplicity=80)})
    ports = fabric_of(design).port_map
    assert ports.number[0].tolist() == list(range(80))
    assert ports.port_count == 2 * 64
    assert np.unique(ports.link_of_port[0]).tolist() == list(range(64))


def test_the_links_of_a_cable_are_named_as_a_range_of_ports() -> None:
    ports = fabric_of(two_racks()).port_map
    assert ports.names((16, 17), 0) == "port[4:6]"
    assert ports.names((16, 18), 0) == "port[4], port[6]"
    assert ports.names((16, 18), 1) == "spine[0]:port[0], spine[0]:port[0]"


@given(st.sets(st.integers(0, 15)), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1))))
def test_no_port_has_two_links_and_every_link_that_is_there_has_two_ports(
    gone: set[int], drawn: list[tuple[int, int]]
) -> None:
    design = absent(two_racks(), *(f"rule:uplinks[{one}]" for one in gone))
    rule = design.links[RuleId("uplinks")]
    cables = [
        single_like(
            rule, f"R0{1 + leaf // 2}/N{1 + leaf % 2}/leaf[0]", f"R0{1 + spine}/B1/spine[0]"
        )
        for leaf, spine in drawn
    ]
    fabric = fabric_of(add_cables(design, cables)[0])
    ports = fabric.port_map
    component = np.concatenate((fabric.links.a, fabric.links.b))
    taken = np.stack((component, np.concatenate(ports.group), np.concatenate(ports.number)))
    there = np.tile(fabric.link_present, 2)
    assert (np.concatenate(ports.number)[there] >= 0).all()
    assert (np.concatenate(ports.number)[~there] == -1).all()
    unique = np.unique(taken[:, there], axis=1)
    assert unique.shape[1] == there.sum()
    link, side = ports.link_of_port
    used = np.flatnonzero(link >= 0)
    assert len(used) == there.sum()
    at = np.where(side == 0, fabric.links.a[link], fabric.links.b[link])
    assert (at[used] == ports.component[used]).all()
