"""Every change of a design: pure functions from a design to a design.

Unchanged branches are shared, so that the difference of two snapshots is found by identity.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec

from studio.decoding import convert_to, reason_of_value
from studio.design.model import Design, Deviation, Rack
from studio.errors import InvalidInput, UnknownName
from studio.ids import Address, PartId, RackId
from studio.messages import say

Edit = Callable[[Design], Design]

SECTIONS = (
    "parts",
    "assemblies",
    "racks",
    "planes",
    "links",
    "exceptions",
    "scenarios",
    "waivers",
)
"""Members of a design that map names to values."""


def put(design: Design, section: str, key: str, value: object) -> Design:
    """Return the design with `value` under `key`; a new key comes last, an old one keeps its place.

    Raises
    ------
    UnknownName : there is no such section.
    """
    entries = entries_of(design, section)
    return msgspec.structs.replace(design, **{section: {**entries, key: value}})


def entries_with(design: Design, section: str, key: str) -> Mapping[str, object]:
    """Return the entries of a section that has to hold `key`.

    Raises
    ------
    UnknownName : there is no such section or key.
    """
    entries = entries_of(design, section)
    if key not in entries:
        raise UnknownName(
            "{section} has no {key!r}{hint}",
            section=section,
            key=key,
            hint=hint(key, entries),
        )
    return entries


def remove(design: Design, section: str, key: str) -> Design:
    """Return the design without `key`.

    Raises
    ------
    UnknownName : there is no such section or key.
    """
    entries = entries_with(design, section, key)
    kept = {name: value for name, value in entries.items() if name != key}
    return msgspec.structs.replace(design, **{section: kept})


def set_field(design: Design, path: Sequence[str], value: object) -> Design:
    """Return the design with one field changed, such as `("racks", "west", "array", "count")`.

    Raises
    ------
    UnknownName : a step of the path does not exist.
    InvalidInput : the value has the wrong type, or is not finite.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput(
            "{path}: {value} is not a finite number",
            path=".".join(path),
            value=value,
        )
    if not path:
        raise UnknownName("no field is named; give the steps to one")
    changed: Design = _set(design, tuple(path), value, ())
    return changed


def apply_changes(design: Design, changes: Mapping[tuple[str, ...], object]) -> Design:
    """Return the design with several fields set; None takes the entry at a path out.

    Raises
    ------
    UnknownName : a step of a path does not exist.
    InvalidInput : a value has the wrong type.
    """
    for path, value in changes.items():
        design = remove(design, *path) if value is None else set_field(design, path, value)
    return design


def get_field(design: Design, path: Sequence[str]) -> object:
    """Return the value at a path of `set_field`.

    Raises
    ------
    UnknownName : a step of the path does not exist.
    """
    value: object = design
    for depth, step in enumerate(path):
        value = _step(value, step, tuple(path[:depth]))
    return value


def move_racks(design: Design, racks: Sequence[RackId], dx_m: float, dy_m: float) -> Design:
    """Return the design with the racks (or arrays of racks) shifted on the floor."""
    moved = dict(design.racks)
    for rack_id in racks:
        rack = rack_of(design, rack_id)
        x_m, y_m = on_floor(rack.x_m + dx_m), on_floor(rack.y_m + dy_m)
        moved[rack_id] = msgspec.structs.replace(rack, x_m=x_m, y_m=y_m)
    return msgspec.structs.replace(design, racks=moved)


def on_floor(position_m: float) -> float:
    """Return a position in the hall to the micrometre, so that 3.8 m stays that through sums."""
    return round(position_m, 6)


def rotate_racks(design: Design, racks: Sequence[RackId], degrees: int) -> Design:
    """Return the design with the racks turned by a multiple of 90 degrees."""
    if degrees % 90:
        raise InvalidInput(
            "racks turn by multiples of 90 degrees, not by {degrees}",
            degrees=degrees,
        )
    turned = dict(design.racks)
    for rack_id in racks:
        rack = rack_of(design, rack_id)
        turned[rack_id] = msgspec.structs.replace(
            rack, rotation_deg=(rack.rotation_deg + degrees) % 360
        )
    return msgspec.structs.replace(design, racks=turned)


def set_state(design: Design, address: Address, deviation: Deviation | None) -> Design:
    """Return the design with one component or link marked, or back to normal with None.

    A component that is another part than its assembly says stays so.
    """
    before = design.exceptions.get(address)
    if before is not None and before.part and (deviation is None or not deviation.part):
        kept = Deviation("different") if deviation is None else deviation
        deviation = msgspec.structs.replace(kept, part=before.part)
    if deviation is None:
        return design if before is None else remove(design, "exceptions", address)
    if not 0 <= deviation.factor <= 1:
        raise InvalidInput(
            "{address}: factor {factor} is outside 0..1",
            address=address,
            factor=deviation.factor,
        )
    return put(design, "exceptions", address, deviation)


def set_part(design: Design, address: Address, part: PartId | None) -> Design:
    """Return the design with another part at one place, or with None the assembly's again.

    Its state stays as it is.
    """
    before = design.exceptions.get(address)
    if part:
        marked = before or Deviation("different")
        return put(design, "exceptions", address, msgspec.structs.replace(marked, part=part))
    if before is None or not before.part:
        return design
    if before.state == "different":
        return remove(design, "exceptions", address)
    plain = msgspec.structs.replace(before, part=PartId(""))
    return put(design, "exceptions", address, plain)


def free_name(wanted: str, taken: Mapping[Any, object]) -> str:
    """Return `wanted`, or it with the first number that makes it new."""
    if wanted not in taken:
        return wanted
    stem = wanted.rstrip("0123456789").rstrip("-") or wanted
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def rack_of(design: Design, rack_id: RackId) -> Rack:
    """Return a rack or array of racks.

    Raises
    ------
    UnknownName : no rack is called so.
    """
    try:
        return design.racks[rack_id]
    except KeyError:
        raise UnknownName(
            "no rack is called {rack_id!r}{hint}",
            rack_id=rack_id,
            hint=hint(rack_id, design.racks),
        ) from None


def entries_of(design: Design, section: str) -> Mapping[str, object]:
    """Return the entries of a section of a design by name.

    Raises
    ------
    UnknownName : there is no such section.
    """
    if section not in SECTIONS:
        raise UnknownName(
            "a design has no {section!r}; it has {sections}",
            section=section,
            sections=", ".join(SECTIONS),
        )
    entries: Mapping[str, object] = getattr(design, section)
    return entries


_THE_DESIGN = say("the design")
"""Made once: every field that is read comes by here."""


def _step(value: object, step: str, done: tuple[str, ...]) -> object:
    place = ".".join(done) or _THE_DESIGN
    if isinstance(value, Mapping):
        if step not in value:
            raise UnknownName(
                "{place} has no {step!r}{hint}",
                place=place,
                step=step,
                hint=hint(step, value),
            )
        return value[step]
    if isinstance(value, msgspec.Struct):
        if step not in value.__struct_fields__:
            fields = dict.fromkeys(value.__struct_fields__)
            raise UnknownName(
                "{place} has no {step!r}{hint}",
                place=place,
                step=step,
                hint=hint(step, fields),
            )
        return getattr(value, step)
    raise UnknownName("{place} is a value and has no {step!r}", place=place, step=step)


def _set(owner: Any, path: tuple[str, ...], value: Any, done: tuple[str, ...]) -> Any:
    step = path[0]
    kind: type = type(owner)
    inner = _step(owner, step, done)
    if len(path) > 1:
        value = _set(inner, path[1:], value, (*done, step))
    if isinstance(owner, Mapping):
        return {**owner, step: value}
    if len(path) == 1:
        value = _converted(value, _field_types(kind)[step], path, done)
    elif len(path) == 2 and isinstance(inner, Mapping):
        entry = get_args(_field_types(kind)[step])[1]
        value = {**inner, path[1]: _converted(value[path[1]], entry, path, done)}
    return msgspec.structs.replace(owner, **{step: value})


def _converted(value: object, kind: Any, path: Sequence[str], done: tuple[str, ...]) -> object:
    place = ".".join((*done, *path))
    try:
        return convert_to(value, kind)
    except msgspec.ValidationError as error:
        reason = reason_of_value(error, value, kind)
        raise InvalidInput("{place}: {reason}", place=place, reason=reason) from error


@cache
def _field_types(owner: type) -> Mapping[str, Any]:
    return get_type_hints(owner)


def hint(name: str, known: Mapping[Any, object]) -> str:
    """Return names near to one that is not known, to be said behind it."""
    near = difflib.get_close_matches(name, [str(key) for key in known], n=3)
    return say("; did you mean {near}?", near=", ".join(near)) if near else ""
