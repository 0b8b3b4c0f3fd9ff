"""The rows of a comparison: one for each value that differs, and one for each figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.design.diff import Change, FieldChange, field_changes
from studio.design.model import Assembly, LinkRule, Placement, Plane, Rack
from studio.design.site import Site
from studio.gui.i18n import mark
from studio.gui.views.format import change_text, figure_text
from studio.gui.views.inspector_fields import Row, value_text
from studio.gui.views.inspector_rows import ROWS

if TYPE_CHECKING:
    from studio.session.difference import DesignDifference

KIND_TITLES: Mapping[str, str] = {
    "added": mark("Added"),
    "removed": mark("Removed"),
    "moved": mark("Moved"),
    "recabled": mark("Recabled"),
    "changed": mark("Changed"),
}
SECTION_TITLES: Mapping[str, str] = {
    "racks": mark("Rack"),
    "links": mark("Link rule"),
    "planes": mark("Plane"),
    "assemblies": mark("Assembly"),
    "parts": mark("Part type"),
    "exceptions": mark("Exception"),
    "scenarios": mark("Scenario"),
    "waivers": mark("Waiver"),
    "site": mark("Site"),
}
_TYPES: Mapping[str, type] = {
    "racks": Rack,
    "links": LinkRule,
    "planes": Plane,
    "assemblies": Assembly,
    "site": Site,
}
_PREFIXES: Mapping[str, str] = {
    "links": "rule:",
    "planes": "plane:",
    "parts": "part:",
    "assemblies": "assembly:",
    "scenarios": "scenario:",
    "exceptions": "",
}
"""What turns the key of a section into an address."""


@dataclass(frozen=True)
class DifferenceRow:
    """One line; `address` is what a click shows, empty where nothing is left to be shown."""

    kind: str
    what: str
    field: str
    before: str
    after: str
    address: str


@dataclass(frozen=True)
class FigureRow:
    """One figure before and after."""

    name: str
    before: str
    after: str
    change: str


def difference_rows(found: DesignDifference, tr: Callable[[str], str]) -> tuple[DifferenceRow, ...]:
    """Return a row for every value that differs, in the document's order."""
    return tuple(
        DifferenceRow(
            change.kind, _what(change, tr), *_field(change, one, tr), _address(found, change)
        )
        for change in found.changes
        for one in field_changes(change)
    )


def figure_rows(found: DesignDifference, language: str) -> tuple[FigureRow, ...]:
    """Return the figures that differ."""
    from studio.exploration.compare import row_label

    rows = []
    for row in found.figures:
        before, after = row.values
        shown = [
            "–" if value is None else figure_text(row.name, value, row.dimension)
            for value in (before, after)
        ]
        change = change_text(after, before) if before is not None and after is not None else ""
        rows.append(FigureRow(row_label(row.name, language), shown[0], shown[1], change))
    return tuple(rows)


def _what(change: Change, tr: Callable[[str], str]) -> str:
    title = tr(SECTION_TITLES[change.section]) if change.section in SECTION_TITLES else ""
    return " ".join(text for text in (title, change.key) if text) or change.section


def _field(change: Change, one: FieldChange, tr: Callable[[str], str]) -> tuple[str, str, str]:
    """Return the field's name and both values, as the inspector shows them where it knows them."""
    from studio.session.difference import value_text as short_text

    row = _known(change.section, one.path)
    if row is None:
        return ".".join(one.path), short_text(one.before), short_text(one.after)
    prefix = f"{one.path[1]}: " if one.path[:1] == ("contents",) else ""
    return f"{prefix}{tr(row.label)}", value_text(row, one.before), value_text(row, one.after)


def _known(section: str, path: tuple[str, ...]) -> Row | None:
    kind = _TYPES.get(section)
    if section == "racks" and path[:1] == ("contents",) and len(path) > 2:
        kind, path = Placement, path[2:]
    wanted = ".".join(path)
    return next((row for row in ROWS.get(kind, ()) if row.path == wanted), None) if kind else None


def _address(found: DesignDifference, change: Change) -> str:
    if change.section == "racks":
        racks = found.after.fabric.layout.racks
        return next((rack.label for rack in racks if rack.rack == change.key), "")
    if change.after is None:
        return ""
    if change.section in _PREFIXES:
        return f"{_PREFIXES[change.section]}{change.key}"
    return "site" if change.section == "site" else ""
