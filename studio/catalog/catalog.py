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

import msgspec

from studio import units
from studio.catalog.fields import FIELDS
from studio.catalog.part import GRADES_BEST_FIRST, Datum, Grade, Kind, Part, PartFile, Source
from studio.errors import FileProblem, InvalidInput, UnknownName
from studio.ids import PartId

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
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise UnknownName(f"no part is called {part_id!r} in the catalogue{hint}") from None

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
        known = ", ".join(part.variants) or "none"
        raise UnknownName(f"part {part.id!r} has no variant {variant!r}; it has {known}")
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
            problems.append(str(problem))
            continue
        problems.extend(f"{path.name}: {text}" for text in _problems(part_file))
        sources.update(part_file.sources)
        parts.update({part.id: part for part in part_file.parts})
    if problems:
        raise FileProblem("the catalogue has problems:\n" + "\n".join(problems))
    return Catalog(parts, sources)


def decode_part_file(path: Path) -> PartFile:
    """Read one part file without checking its values.

    Raises
    ------
    FileProblem : unreadable, too large, not of the schema, or of a newer version.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            raise FileProblem(f"{path.name}: {size} bytes; a part file may have 16 MiB")
        part_file = msgspec.json.decode(path.read_bytes(), type=PartFile)
    except OSError as error:
        raise FileProblem(f"{path.name}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileProblem(f"{path.name}: {error}") from error
    if part_file.format_version > FORMAT_VERSION:
        raise FileProblem(
            f"{path.name}: format {part_file.format_version}, this studio reads {FORMAT_VERSION}"
        )
    return part_file


def _problems(part_file: PartFile) -> Iterable[str]:
    counts = Counter(part.id for part in part_file.parts)
    yield from (
        f"{part_id}: stands in the file {n} times" for part_id, n in counts.items() if n > 1
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
                yield f"{part.id}: port {name}: {error}"
            if port.source and port.source not in part_file.sources:
                yield f"{part.id}: port {name}: source {port.source!r} is not in this file"
            if not 0 < port.count <= 4096:
                yield f"{part.id}: port {name}: {port.count} ports; 1 to 4096 are possible"


def _data_problems(
    place: str, data: Mapping[str, Datum], sources: Mapping[str, Source]
) -> Iterable[str]:
    for name, datum in data.items():
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            yield f"{place}: unknown field {name!r}" + (f"; {near[0]!r}?" if near else "")
            continue
        if datum.source not in sources:
            yield f"{place}: {name}: source {datum.source!r} is not in this file"
        try:
            if si_value(name, datum) < 0:
                yield f"{place}: {name}: {datum.value!r} is negative"
        except InvalidInput as error:
            yield f"{place}: {name}: {error}"
