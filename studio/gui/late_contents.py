"""What the panels that are made late show of the document, those that are made by now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from studio.gui.i18n import tr
from studio.gui.views.layer_rows import plane_rows
from studio.gui.views.sheets.sheet import Source

if TYPE_CHECKING:
    from studio.gui.desk import Desk


def fill(desk: Desk, *names: str) -> None:
    """Show panels the document and its figures as they are now."""
    for name in names:
        if name in desk.late.made and name in _FILL:
            _FILL[name](desk)


def show_selected(desk: Desk, selection: frozenset[str]) -> None:
    """Show what is selected."""
    if "table" in desk.late.made:
        desk.table.show_selection(selection)
    if "network" in desk.late.made:
        links = [one for one in selection if one.startswith("rule:") and "[" in one]
        desk.network.set_link(links[0] if len(links) == 1 else "")


def _fill_table(desk: Desk) -> None:
    document = desk.workspace.document
    fabric = document.fabric if document is not None else None
    desk.table.show_source(Source(fabric, tr, desk.language) if fabric is not None else None)


def _fill_network(desk: Desk) -> None:
    document = desk.workspace.document
    if document is not None:
        rows = plane_rows(document.fabric, desk.language)
        desk.network.set_planes(tuple((row.id, row.name) for row in rows))


def _fill_study(desk: Desk) -> None:
    desk.study.show_evaluation(desk.workspace.evaluation)


# The comparison is filled by whoever opens it, the differences by who works them out.
_FILL: Mapping[str, Callable[[Desk], None]] = {
    "table": _fill_table,
    "network": _fill_network,
    "study": _fill_study,
}
