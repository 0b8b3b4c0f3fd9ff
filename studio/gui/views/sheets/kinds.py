"""The sheets there are, in the order of their tabs; a new kind of row is a new entry here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from studio.gui.i18n import mark
from studio.gui.views.sheets.chips import chips_sheet
from studio.gui.views.sheets.links import links_sheet
from studio.gui.views.sheets.nodes import nodes_sheet
from studio.gui.views.sheets.parts import parts_sheet
from studio.gui.views.sheets.ports import ports_sheet
from studio.gui.views.sheets.racks import racks_sheet
from studio.gui.views.sheets.rules import rules_sheet
from studio.gui.views.sheets.sheet import Sheet, Source

SHEETS: Mapping[str, Callable[[Source], Sheet]] = {
    "racks": racks_sheet,
    "nodes": nodes_sheet,
    "chips": chips_sheet,
    "links": links_sheet,
    "ports": ports_sheet,
    "rules": rules_sheet,
    "parts": parts_sheet,
}
SHEET_TITLES: Mapping[str, str] = {
    "racks": mark("Racks"),
    "nodes": mark("Boxes"),
    "chips": mark("Chips"),
    "links": mark("Links"),
    "ports": mark("Ports"),
    "rules": mark("Link rules"),
    "parts": mark("Parts"),
}
