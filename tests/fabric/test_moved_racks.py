"""Racks that move change the lengths of their own links, to what a full compile gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from studio.design.edits import set_field
from studio.design.model import Design
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from tests.builders import small_catalog, two_racks

Change = Callable[[Design], Design]


def _set(*path: str, value: object) -> Change:
    return lambda design: set_field(design, path, value)


CHANGES: dict[str, Change] = {
    "moved": _set("racks", "row", "x_m", value=7.3),
    "turned": _set("racks", "row", "rotation_deg", value=90),
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
