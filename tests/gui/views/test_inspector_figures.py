"""What the inspector says of a cable's way, and of the feeds of a site."""

from __future__ import annotations

import msgspec

from studio.design import edits
from studio.design.model import Design
from studio.design.site import Feed, Routing
from studio.gui.views.inspector_sections import inspector_sections
from studio.languages import translator
from tests.builders import fabric_of, two_racks


def texts(design: Design, chosen: frozenset[str]) -> dict[str, str]:
    sections = inspector_sections(fabric_of(design), chosen, "en")
    return {field.key: field.text for section in sections for field in section.fields}


def test_a_link_tells_its_route_and_the_length_that_is_bought() -> None:
    routing = msgspec.structs.replace(two_racks().site.routing, slack_m=1.0)
    assert isinstance(routing, Routing)
    design = edits.set_field(two_racks(), ("links", "uplinks", "length_m"), 3.2)
    design = edits.set_field(design, ("site", "routing"), routing)
    shown = texts(design, frozenset({"rule:uplinks[0]"}))
    # A metre of slack on the way of 3.2 m; the builders' routing knows no stock lengths.
    assert shown["route"] == "3.2 m"
    assert shown["length"] == "4.2 m"


def test_a_feed_is_named_as_one() -> None:
    design = edits.set_field(two_racks(), ("site", "feeds"), {"A": Feed(1000.0)})
    sections = inspector_sections(fabric_of(design), frozenset(), "en")
    labels = [field.label for section in sections for field in section.fields]
    (feed,) = [one for one in labels if one.startswith("Feed ")]
    assert feed == "Feed A"
    assert translator("zh")(feed) == "馈电 A"
