"""Rules on exceptions: every one names something that is there."""

from __future__ import annotations

from collections.abc import Iterator

from studio.design.finding import Finding
from studio.errors import InvalidDesign
from studio.fabric.fabric import Fabric, find_components, find_links
from studio.simulation.rules.report import finding


def dangling_exception(fabric: Fabric) -> Iterator[Finding]:
    """Report exceptions for components and links that the design does not have at present."""
    for address in fabric.design.exceptions:
        try:
            if address.startswith("rule:"):
                find_links(fabric.links, address)
            else:
                find_components(fabric.layout, address)
        except InvalidDesign as error:
            yield finding(
                "dangling-exception",
                "warning",
                address,
                (f"has no effect: {error}", f"例外未生效：设计中没有 {address}"),
                ("Remove the exception, or draw what it names", "请删除该例外，或补画所指对象"),
            )
