"""Rules on exceptions: every one names something that is there."""

from __future__ import annotations

from collections.abc import Iterator

from studio.design.finding import Finding, Fix
from studio.errors import InvalidDesign
from studio.fabric.fabric import Fabric
from studio.fabric.places import find_components, find_links
from studio.messages import say


def dangling_exception(fabric: Fabric) -> Iterator[Finding]:
    """Report exceptions for components and links that the design does not have at present."""
    for address in fabric.design.exceptions:
        try:
            if address.startswith("rule:"):
                find_links(fabric.links, address)
            else:
                find_components(fabric.layout, address)
        except InvalidDesign as error:
            yield Finding(
                "dangling-exception",
                "warning",
                address,
                say("has no effect: {reason}", reason=error),
                say("Remove the exception, or draw what it names"),
                Fix(say("Remove the exception"), {("exceptions", address): None}),
            )
