"""Racks that move change the lengths of their own links, to what a full compile gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from studio.design.arrays import place_members
from studio.design.edits import set_field
from studio.design.model import Design
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.ids import RackId
from tests.builders import small_catalog, two_racks

Change = Callable[[Design], Design]


def _set(*path: str, value: object) -> Change:
    return lambda design: set_field(design, path, value)


CHANGES: dict[str, Change] = {
    "moved": _set("racks", "row", "x_m", value=7.3),
    "turned": _set("racks", "row", "rotation_deg", value=90),
    "a third of a metre on": _set("racks", "row", "x_m", value=1 / 3),
    "out of line": lambda design: place_members(design, RackId("row"), {(1, 0): (0.2, 0.1)}),
    "apart": _set("racks", "row", "array", "pitch", value=4.0),
    "rerouted": _set("site", "routing", "slack_m", value=3.0),
    "nothing": lambda design: design,
}


@pytest.fixture(scope="module")
def before() -> Fabric:
    return compile_design(two_racks(), small_catalog())


@pytest.mark.parametrize("name", CHANGES)
def test_lengths_after_a_change_are_those_of_a_full_compile(before: Fabric, name: str) -> None:
    design = CHANGES[name](before.design)
    kept = compile_design(design, before.catalog, before).geometry
    full = compile_design(design, before.catalog).geometry
    for one, other in (
        (kept.route_m, full.route_m),
        (kept.length_m, full.length_m),
        (kept.delay_s, full.delay_s),
    ):
        np.testing.assert_array_equal(one, other)


def test_racks_that_stay_are_the_same_objects(before: Fabric) -> None:
    apart = compile_design(CHANGES["apart"](before.design), before.catalog, before)
    first, second = (
        new is old for new, old in zip(apart.layout.racks, before.layout.racks, strict=True)
    )
    assert (first, second) == (True, False)
    within = before.layout.rack[before.links.a] + before.layout.rack[before.links.b] == 0
    same = apart.geometry.route_m == before.geometry.route_m
    assert same[within].all()
    assert not same.all()


def test_racks_that_move_together_keep_their_cables_to_the_last_digit(before: Fabric) -> None:
    moved = compile_design(CHANGES["a third of a metre on"](before.design), before.catalog, before)
    assert moved.layout.racks != before.layout.racks
    assert moved.geometry.route_m is before.geometry.route_m
    assert moved.geometry.length_m is before.geometry.length_m


def test_what_was_worked_out_of_a_layout_goes_along(before: Fabric) -> None:
    known = before.layout.housing_by_label
    moved = compile_design(CHANGES["moved"](before.design), before.catalog, before).layout
    assert moved is not before.layout
    assert moved.housing_by_label is known
    full = compile_design(CHANGES["moved"](before.design), before.catalog).layout
    assert known == full.housing_by_label


def test_a_member_back_in_line_stands_where_it_stood(before: Fabric) -> None:
    out = compile_design(CHANGES["out of line"](before.design), before.catalog, before)
    assert out.layout.racks[0] is before.layout.racks[0]
    assert out.layout.racks[1] != before.layout.racks[1]
    again = compile_design(before.design, before.catalog, out)
    assert again.layout.racks == before.layout.racks
