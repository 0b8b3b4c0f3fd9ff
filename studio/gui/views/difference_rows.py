"""The rows of a comparison: one for each value that differs, and one for each figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.design.diff import Change, field_changes
from studio.design.model import PartChange
from studio.gui.i18n import mark
from studio.gui.views.difference_texts import DifferenceTexts
from studio.gui.views.difference_values import NOTHING
from studio.gui.views.format import change_text, figure_text

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
    "id": mark("Identifier"),
    "name": mark("Name"),
    "name_zh": mark("Chinese name"),
    "description": mark("Description"),
    "description_zh": mark("Chinese description"),
    "author": mark("Author"),
    "sources": mark("Sources"),
    "active_scenario": mark("Active scenario"),
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
    texts = DifferenceTexts(found.before.fabric, found.after.fabric)
    rows = []
    for change in map(_as_changed, found.changes):
        what, address = _what(change, tr), _address(found, change)
        for one in field_changes(change):
            field, before, after = (tr(text) for text in texts.of(change, one))
            rows.append(DifferenceRow(change.kind, what, field, before, after, address))
    return tuple(rows)


def figure_rows(found: DesignDifference, language: str) -> tuple[FigureRow, ...]:
    """Return the figures that differ."""
    from studio.exploration.compare import row_label

    rows = []
    for row in found.figures:
        before, after = row.values
        shown = [
            NOTHING if value is None else figure_text(row.name, value, row.dimension)
            for value in (before, after)
        ]
        change = change_text(after, before) if before is not None and after is not None else ""
        rows.append(FigureRow(row_label(row.name, language), shown[0], shown[1], change))
    return tuple(rows)


def _as_changed(change: Change) -> Change:
    """A part type that the design says nothing of is as in the catalogue, and as such changed."""
    if change.section != "parts" or _is_own(change.before) or _is_own(change.after):
        return change
    before, after = (one or PartChange() for one in (change.before, change.after))
    return Change(change.section, change.key, "changed", before, after)


def _is_own(part: object) -> bool:
    return isinstance(part, PartChange) and bool(part.base)


def _what(change: Change, tr: Callable[[str], str]) -> str:
    title = tr(SECTION_TITLES[change.section]) if change.section in SECTION_TITLES else ""
    return " ".join(text for text in (title, change.key) if text) or change.section


def _address(found: DesignDifference, change: Change) -> str:
    if change.section == "racks":
        racks = found.after.fabric.layout.racks
        return next((rack.label for rack in racks if rack.rack == change.key), "")
    if change.after is None:
        return ""
    if change.section in _PREFIXES:
        return f"{_PREFIXES[change.section]}{change.key}"
    return "site" if change.section == "site" else ""
