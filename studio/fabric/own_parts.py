"""Components that are another part than their assembly says, laid over a layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from studio.design.model import Design
from studio.errors import InvalidDesign
from studio.fabric.arrays import IntArray
from studio.fabric.layout import Layout
from studio.fabric.parts import PartTable
from studio.fabric.places import components_if_there
from studio.ids import Address, PartId
from studio.messages import say


def own_parts(design: Design) -> Mapping[Address, PartId]:
    """Return the part of every exception that names one."""
    return {address: one.part for address, one in design.exceptions.items() if one.part}


def with_own_parts(layout: Layout, design: Design, parts: PartTable) -> Layout:
    """Return the layout with the parts that single components have of their own.

    Raises
    ------
    InvalidDesign : such a part is not there, or of another kind than the assembly's.
    """
    own = own_parts(design)
    if not own:
        return layout
    part = layout.part.copy()
    different = [np.empty(0, dtype=np.int64)]
    for address, part_id in own.items():
        number = parts.number(part_id, say("exception {address!r}", address=address))
        _check_names_component(address)
        chosen = components_if_there(layout, address)
        _check_kind(layout, parts, address, number, chosen)
        part[chosen] = number
        different.append(chosen)
    chosen = np.unique(np.concatenate(different))
    return replace(layout, part=part, parts=parts.parts(), different=chosen)


def _check_names_component(address: Address) -> None:
    if address.startswith("rule:"):
        raise InvalidDesign(
            "exception {address!r}: a link is no part; its rule names cable and transceivers",
            address=address,
        )


def _check_kind(
    layout: Layout, parts: PartTable, address: Address, number: int, chosen: IntArray
) -> None:
    known = parts.parts()
    for other in np.unique(layout.part[chosen]).tolist():
        if known[other].kind != known[number].kind:
            raise InvalidDesign(
                "exception {address!r}: {part} is no like of {other}; take a part of its kind",
                address=address,
                part=known[number].title,
                other=known[other].title,
            )
