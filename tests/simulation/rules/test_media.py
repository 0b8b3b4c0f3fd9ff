"""Cables and transceivers offered for a length: none that any rule finds fault with."""

from __future__ import annotations

import pytest

from studio.design import edits
from studio.design.model import Design
from studio.fabric.compiling import compile_design
from studio.session.library import catalog, reference_design
from studio.simulation.rules.check import check
from studio.simulation.rules.media import fitting_media
from tests.builders import fabric_of, two_racks


def stretched(length_m: float, cable: str = "fibre") -> Design:
    design = edits.set_field(two_racks(), ("links", "uplinks", "length_m"), length_m)
    return edits.set_field(design, ("links", "uplinks", "cable"), cable)


@pytest.mark.parametrize(
    ("length_m", "offered"),
    [
        # Ports of 100 GB/s: copper reaches 2 m, optics 50 m, though the fibre reaches 100 m.
        (1.9, [("copper", ""), ("fibre", "optic")]),
        (2.1, [("fibre", "optic")]),
        (50.0, [("fibre", "optic")]),
        (50.1, []),
    ],
)
def test_what_reaches_is_offered(length_m: float, offered: list[tuple[str, str]]) -> None:
    media = fitting_media(fabric_of(stretched(length_m)), "uplinks")
    found = {(one.cable.id, one.transceiver.id if one.transceiver else "") for one in media}
    assert found == set(offered)


def test_the_price_is_that_of_cable_length_and_both_modules() -> None:
    media = fitting_media(fabric_of(stretched(10.0)), "uplinks")
    # 10 USD a fibre, 2 USD a metre, 100 USD a module of 12 W.
    assert (media[0].price_usd, media[0].power_w) == (10 + 20 + 200, 24)


def test_too_long_a_cable_is_mended_by_one_that_reaches() -> None:
    design = stretched(3.0, "copper")
    for end in ("transceiver_a", "transceiver_b"):
        design = edits.set_field(design, ("links", "uplinks", end), "")
    found = [one for one in check(fabric_of(design)) if one.rule == "reach"]
    assert found[0].fix is not None
    mended = edits.apply_changes(design, found[0].fix.changes)
    assert check(fabric_of(mended)) == ()
    hopeless = next(one for one in check(fabric_of(stretched(60.0))) if one.rule == "reach")
    assert hopeless.fix is None


@pytest.mark.parametrize("name", ["cloudmatrix-384", "dgx-h100-su32"])
def test_no_rule_finds_fault_with_what_is_offered(name: str) -> None:
    design = reference_design(name)
    fabric = compile_design(design, catalog())
    for one in fabric.links.rules:
        if one.name not in design.links or not one.rule.cable:
            continue
        for medium in fitting_media(fabric, one.name)[:3]:
            module = medium.transceiver.id if medium.transceiver else ""
            tried = design
            for field, value in (
                ("cable", medium.cable.id),
                ("transceiver_a", module),
                ("transceiver_b", module),
            ):
                tried = edits.set_field(tried, ("links", one.name, field), value)
            wrong = check(compile_design(tried, catalog(), fabric))
            assert not [f for f in wrong if f.address.startswith(f"rule:{one.name}")], medium
