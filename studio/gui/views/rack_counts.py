"""Another count of racks as it is entered: those behind make room, a single rack gets a pitch."""

from __future__ import annotations

from studio.design.model import Design
from studio.design.resizing import resize_array
from studio.design.site import AISLE_M
from studio.errors import InvalidInput, StudioError
from studio.fabric.fabric import Fabric
from studio.fabric.layout import DEFAULT_RACK_DEPTH_M, DEFAULT_RACK_WIDTH_M
from studio.fabric.parts import resolve_part
from studio.ids import RackId

MEMBERS = ("count", "rows")


def with_count(
    fabric: Fabric, design: Design, rack_id: RackId, member: str, value: object
) -> Design:
    """Return the design with another `count` or `rows` of an array of racks.

    Raises
    ------
    InvalidInput : no whole number, or less than one rack.
    """
    if not isinstance(value, int | float) or value != int(value):
        raise InvalidInput("{value} is not a whole number of racks", value=value)
    array = design.racks[rack_id].array
    counts = {"count": array.count, "rows": array.rows, member: int(value)}
    width_m, depth_m = _size_m(fabric, rack_id)
    return resize_array(
        design, rack_id, counts["count"], counts["rows"], width_m, depth_m + AISLE_M
    )


def _size_m(fabric: Fabric, rack_id: RackId) -> tuple[float, float]:
    """Return how wide and deep a rack is, as it stands unturned."""
    design = fabric.design
    try:
        part_id = design.racks[rack_id].part
        part = resolve_part(part_id, design.parts.get(part_id), fabric.catalog)
    except (StudioError, KeyError):
        return DEFAULT_RACK_WIDTH_M, DEFAULT_RACK_DEPTH_M
    width, depth = part.value("width"), part.value("depth")
    return width or DEFAULT_RACK_WIDTH_M, depth or DEFAULT_RACK_DEPTH_M
