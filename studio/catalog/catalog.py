"""Load part files and answer with resolved values in SI units.

The catalogue is a value: loading again gives a new one. Knows no design.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from studio import units
from studio.catalog.fields import FIELDS, is_possible
from studio.catalog.part import GRADES_BEST_FIRST, Datum, Grade, Kind, Part, PartFile, Source
from studio.decoding import decode
from studio.errors import FileProblem, InvalidInput, UnknownName
from studio.files import read_file
from studio.ids import PartId
from studio.messages import Listed, say

FORMAT_VERSION = 1
LARGEST_FILE_BYTES = 16 * units.MEBI


@dataclass(frozen=True)
class Catalog:
    """All part types known, with the sources they cite."""

    parts: Mapping[PartId, Part]
    sources: Mapping[str, Source]

    def part(self, part_id: PartId) -> Part:
        """Return a part.

        Raises
        ------
        UnknownName : there is none of that name.
        """
        try:
            return self.parts[part_id]
        except KeyError:
            near = difflib.get_close_matches(part_id, self.parts, n=3)
            hint = say("; did you mean {near}?", near=", ".join(near)) if near else ""
            raise UnknownName(
                "no part is called {part_id!r} in the catalogue{hint}",
                part_id=part_id,
                hint=hint,
            ) from None

    def of_kind(self, kind: Kind) -> tuple[Part, ...]:
        """Return the parts of one kind in file order."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> Mapping[Kind, tuple[Part, ...]]:
        found: dict[Kind, list[Part]] = {}
        for part in self.parts.values():
            found.setdefault(part.kind, []).append(part)
        return {kind: tuple(parts) for kind, parts in found.items()}


def data_of(part: Part, variant: str = "") -> Mapping[str, Datum]:
    """Return the data of a part, those of one variant laid over the base.

    Raises
    ------
    UnknownName : the part has no such variant.
    """
    if not variant:
        return part.values
    if variant not in part.variants:
        known = ", ".join(part.variants) or say("none")
        raise UnknownName(
            "part {part!r} has no variant {variant!r}; it has {known}",
            part=part.id,
            variant=variant,
            known=known,
        )
    return {**part.values, **part.variants[variant].values}


def si_value(field: str, datum: Datum) -> float:
    """Return a datum in the SI unit of its field."""
    return units.parse(datum.value, FIELDS[field].dimension)


def weakest(grades: Iterable[Grade]) -> Grade:
    """Return the weakest grade, `measured` where there is none."""
    return max(grades, key=GRADES_BEST_FIRST.index, default="measured")


def load_catalog(folders: Iterable[Path]) -> Catalog:
    """Read every `*.json` of the folders; a later file replaces parts of the same id.

    Raises
    ------
    FileProblem : lists everything wrong with every file, each with its place.
    """
    parts: dict[PartId, Part] = {}
    sources: dict[str, Source] = {}
    problems: list[str] = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.json"))):
        try:
            part_file = decode_part_file(path)
        except FileProblem as problem:
            problems.append(problem.message)
            continue
        problems.extend(
            say("{path}: {text}", path=path.name, text=text) for text in _problems(part_file)
        )
        sources.update(part_file.sources)
        parts.update({part.id: part for part in part_file.parts})
    if problems:
        raise FileProblem(
            "the catalogue has problems:\n{problems}", problems=Listed(problems, "\n")
        )
    return Catalog(parts, sources)


def decode_part_file(path: Path) -> PartFile:
    """Read one part file without checking its values.

    Raises
    ------
    FileProblem : unreadable, too large, not of the schema, or of a newer version.
    """
    content = read_file(path, LARGEST_FILE_BYTES)
    try:
        part_file = decode(content, PartFile)
    except FileProblem as problem:
        raise FileProblem("{path}: {reason}", path=path.name, reason=problem) from problem
    if part_file.format_version > FORMAT_VERSION:
        raise FileProblem(
            "{path}: format {format_version}, this studio reads {known}",
            path=path.name,
            format_version=part_file.format_version,
            known=FORMAT_VERSION,
        )
    return part_file


def _problems(part_file: PartFile) -> Iterable[str]:
    counts = Counter(part.id for part in part_file.parts)
    yield from (
        say("{part_id}: stands in the file {n} times", part_id=part_id, n=n)
        for part_id, n in counts.items()
        if n > 1
    )
    for part in part_file.parts:
        layers = {"": part.values} | {key: v.values for key, v in part.variants.items()}
        for variant, data in layers.items():
            place = f"{part.id}/{variant}" if variant else part.id
            yield from _data_problems(place, data, part_file.sources)
        for name, port in part.ports.items():
            try:
                units.parse(port.rate, "bandwidth")
            except InvalidInput as error:
                yield say(
                    "{part}: port {name}: {reason}",
                    part=part.id,
                    name=name,
                    reason=error,
                )
            if port.source and port.source not in part_file.sources:
                yield say(
                    "{part}: port {name}: source {source!r} is not in this file",
                    part=part.id,
                    name=name,
                    source=port.source,
                )
            if not 0 < port.count <= 4096:
                yield say(
                    "{part}: port {name}: {count} ports; 1 to 4096 are possible",
                    part=part.id,
                    name=name,
                    count=port.count,
                )


def _data_problems(
    place: str, data: Mapping[str, Datum], sources: Mapping[str, Source]
) -> Iterable[str]:
    for name, datum in data.items():
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            hint = say("; did you mean {near}?", near=near[0]) if near else ""
            yield say("{place}: unknown field {name!r}{hint}", place=place, name=name, hint=hint)
            continue
        if datum.source not in sources:
            yield say(
                "{place}: {name}: source {source!r} is not in this file",
                place=place,
                name=name,
                source=datum.source,
            )
        try:
            if not is_possible(si_value(name, datum)):
                yield say(
                    "{place}: {name}: {value!r}; possible is 0, or 1e-30 up to 1e+30 in SI units",
                    place=place,
                    name=name,
                    value=datum.value,
                )
        except InvalidInput as error:
            yield say("{place}: {name}: {reason}", place=place, name=name, reason=error)
