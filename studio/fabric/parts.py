"""Where a design meets the catalogue: part types with their values in SI units.

The design's variants, overrides and own types are laid over the catalogue's data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio import units
from studio.catalog.catalog import Catalog, data_of
from studio.catalog.fields import FIELDS, is_possible
from studio.catalog.part import Grade, Kind, PortGroup
from studio.design.model import Design, PartChange
from studio.errors import InvalidDesign, StudioError
from studio.ids import PartId
from studio.messages import Name


@dataclass(frozen=True)
class Origin:
    """Where one value comes from, ready to be shown."""

    quoted: str
    source: str
    url: str
    grade: Grade
    date: str
    note: str


@dataclass(frozen=True)
class Port:
    """Equal ports of a part."""

    count: int
    rate_byte_per_s: float
    connector: str
    origin: Origin | None = None


@dataclass(frozen=True)
class PartData:
    """One part type as the design uses it."""

    id: PartId
    kind: Kind
    name: str
    name_zh: str
    vendor: str
    family: str
    variant: str
    values: Mapping[str, float]
    """By field, SI units; a field that is not known is absent."""
    origins: Mapping[str, Origin]
    ports: Mapping[str, Port]
    tags: Mapping[str, str]

    @property
    def title(self) -> Name:
        """Return the name as a text shows it, in either language."""
        return Name(self.name, self.name_zh)

    def value(self, field: str) -> float:
        """Return a value in SI units, 0 where it is not known."""
        return self.values.get(field, 0.0)


def resolve_part(part_id: PartId, change: PartChange | None, catalog: Catalog) -> PartData:
    """Return a part type with the design's changes applied.

    Raises
    ------
    UnknownName : neither the id nor its base is in the catalogue, or a variant is not.
    InvalidDesign : an override names an unknown field or is negative or not finite.
    """
    change = change or PartChange()
    part = catalog.part(change.base or part_id)
    values: dict[str, float] = {}
    origins: dict[str, Origin] = {}
    for field, datum in data_of(part, change.variant).items():
        values[field] = units.parse(datum.value, FIELDS[field].dimension)
        source = catalog.sources[datum.source]
        origins[field] = Origin(
            datum.quoted or datum.value,
            source.title,
            source.url,
            datum.grade,
            datum.date,
            datum.note,
        )
    for field, override in change.values.items():
        if field not in FIELDS:
            raise InvalidDesign(
                "part {part_id!r}: there is no field {field!r} to override",
                part_id=part_id,
                field=field,
            )
        if not is_possible(override.value):
            raise InvalidDesign(
                "part {part_id!r}: {field} is {override}; possible is 0, or 1e-30 up to 1e+30 "
                "in SI units",
                part_id=part_id,
                field=field,
                override=override.value,
            )
        values[field] = override.value
        shown = units.display(override.value, FIELDS[field].dimension)
        origins[field] = Origin(
            shown, override.source or "this design", "", "assumed", "", override.note
        )
    return PartData(
        id=part_id,
        kind=part.kind,
        name=change.name or part.name,
        name_zh=change.name or part.name_zh,
        vendor=part.vendor,
        family=part.family,
        variant=change.variant,
        values=values,
        origins=origins,
        ports={
            name: Port(
                port.count,
                units.parse(port.rate, "bandwidth"),
                port.connector,
                _port_origin(port, catalog),
            )
            for name, port in part.ports.items()
        },
        tags=part.tags,
    )


def part_in(design: Design, catalog: Catalog, part_id: str) -> PartData:
    """Return a part type as a design means it, one of its own included.

    Raises
    ------
    UnknownName, InvalidDesign : as `resolve_part`.
    """
    name = PartId(part_id)
    return resolve_part(name, design.parts.get(name), catalog)


def _port_origin(port: PortGroup, catalog: Catalog) -> Origin | None:
    source = catalog.sources.get(port.source)
    if source is None:
        return None
    return Origin(port.rate, source.title, source.url, port.grade, source.date, port.note)


class PartTable:
    """The part types a fabric uses, numbered in order of first use."""

    def __init__(self, changes: Mapping[PartId, PartChange], catalog: Catalog) -> None:
        self._changes = changes
        self._catalog = catalog
        self._numbers: dict[PartId, int] = {}
        self._parts: list[PartData] = []

    def number(self, part_id: PartId, user: str) -> int:
        """Return the number of a part type; `user` names who asks, for the message.

        Raises
        ------
        InvalidDesign : the part type does not exist; names the user and the nearest ids.
        """
        known = self._numbers.get(part_id)
        if known is not None:
            return known
        try:
            part = resolve_part(part_id, self._changes.get(part_id), self._catalog)
        except InvalidDesign:
            raise
        except StudioError as error:
            raise InvalidDesign("{user}: {reason}", user=user, reason=error) from error
        self._numbers[part_id] = len(self._parts)
        self._parts.append(part)
        return self._numbers[part_id]

    def __getitem__(self, number: int) -> PartData:
        return self._parts[number]

    def parts(self) -> tuple[PartData, ...]:
        """Return all part types used so far, by number."""
        return tuple(self._parts)
