"""What the panels and the canvas ask for, turned into edits and selections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from studio.design import edits
from studio.design.edits import Edit
from studio.design.finding import Fix
from studio.errors import StudioError
from studio.fabric.parts import part_in
from studio.gui import drop_edits
from studio.gui.canvas.dropping import box_height_u
from studio.gui.canvas.placing import free_place
from studio.gui.canvas.requests import DropTarget, EditRequest, ItemType
from studio.gui.i18n import mark, tr
from studio.gui.panels.inspector import FieldEdit
from studio.gui.views.explain_rows import OperatorName, operator_path
from studio.gui.views.library_items import LibraryItem
from studio.gui.views.scenario_row import choose_scenario, with_fields
from studio.gui.views.subjects import subjects_of
from studio.session.document import Document

if TYPE_CHECKING:
    from studio.gui.desk import Desk
    from studio.gui.presenter import Presenter


MOST_IN_HAND = 200
"""Selected things looked through for a common part type."""


class Intents:
    """Answers to what the user does in a panel or on the canvas."""

    def __init__(
        self,
        desk: Desk,
        shown: Presenter,
        show_page: Callable[[str], None],
        open_path: Callable[[Path], bool],
    ) -> None:
        self._desk = desk
        self._shown = shown
        self._show_page = show_page
        self._open_path = open_path

    def select(self, addresses: frozenset[str]) -> None:
        """Select what was clicked on the canvas."""
        desk = self._desk
        desk.workspace.select(addresses)
        # Clicking an object while a plane or part is inspected brings the selection back.
        if self._shown.inspected:
            self._shown.inspected = frozenset()
            self._shown.show_inspector()

    def select_rows(self, addresses: frozenset[str]) -> None:
        """Select what rows of the table stand for; part types are shown in the inspector only."""
        parts = frozenset(one for one in addresses if one.startswith("part:"))
        if parts:
            self._shown.inspected = parts
            self._shown.show_inspector()
        else:
            self.select(addresses)

    def part_in_hand(self) -> str:
        """Return the part type that is inspected or of which all selected chips are."""
        document = self._desk.workspace.document
        if document is None:
            return ""
        chosen = self._shown.inspected or document.selection
        if len(chosen) > MOST_IN_HAND:
            return ""
        subjects = subjects_of(document.fabric, chosen)
        parts = {subject.part for subject in subjects}
        return parts.pop() if len(parts) == 1 else ""

    def apply(self, request: EditRequest | FieldEdit) -> None:
        """Apply an edit a panel or the canvas asks for."""
        if self._desk.workspace.apply(request.label, request.edit, request.merge_key):
            self._desk.notices.end_error()

    def inspect(self, address: str) -> None:
        """Show an object in the inspector; on the canvas too where it is drawn."""
        desk = self._desk
        if address.startswith(("plane:", "part:", "scenario:", "assembly:")) or address == "site":
            self._shown.inspected = frozenset({address})
            self._shown.show_inspector()
        else:
            desk.workspace.select(frozenset({address}))
        desk.show_dock("inspector")

    def show_address(self, address: str) -> None:
        """Select an object and zoom to it."""
        desk = self._desk
        if desk.page != "canvas":
            self._show_page("canvas")
        self.inspect(address)
        if not self._shown.inspected:
            desk.canvas.zoom_to([address])

    def explain(self, key: str, path: tuple[str, ...] = ()) -> None:
        """Open the terms of a figure, down to one line where a path leads to it."""
        desk = self._desk
        self._shown.explained = key
        self._shown.show_metrics()
        desk.show_dock("explain")
        if path:
            desk.explain_panel.reveal(path)

    def make_fit(self, fields: Mapping[str, int | float | str]) -> None:
        """Write a remedy that makes the job fit into the active scenario."""
        self._desk.workspace.apply(
            mark("Make the job fit"), lambda design: with_fields(design, fields)
        )

    def explain_operator(self, name: OperatorName) -> None:
        """Open the time of a phase down to one operator."""
        evaluation = self._desk.workspace.evaluation
        if evaluation is not None:
            self.explain(f"result.phase.{name.phase}", operator_path(evaluation, name))

    def fix(self, fix: Fix) -> None:
        """Apply a known remedy of a finding as one step."""
        self._desk.workspace.apply(
            fix.label, lambda design: edits.apply_changes(design, fix.changes)
        )

    def choose_scenario(self, key: str) -> None:
        """Make a scenario the active one."""
        self._desk.workspace.apply(
            mark("Choose scenario"), lambda design: choose_scenario(design, key)
        )

    def drop(self, target: DropTarget) -> None:
        """Put what was dropped where it was dropped."""
        desk = self._desk
        document = desk.workspace.document
        if document is None:
            return
        if target.collides:
            desk.workspace.notice(tr("There is no room at that place."), "warning")
            return
        try:
            label, edit = self._drop_edit(target, document)
        except StudioError as error:
            desk.workspace.notice(tr(error.message), "warning")
            return
        before = frozenset(document.fabric.layout.rack_by_label)
        if desk.workspace.apply(label, edit) and not target.rack:
            desk.workspace.select(frozenset(document.fabric.layout.rack_by_label) - before)
            # What stands outside the view would seem not to have been placed.
            desk.canvas.reveal(document.selection)

    def _drop_edit(self, target: DropTarget, document: Document) -> tuple[str, Edit]:
        fabric = document.fabric
        if target.type == "rack":
            return mark("Add rack"), drop_edits.add_rack(target.id, target.x_m, target.y_m)
        if target.type == "assembly" and not target.rack:
            edit = drop_edits.rack_around(target.id, target.x_m, target.y_m)
            return mark("Place assembly"), edit
        if target.type == "assembly":
            edit = drop_edits.place_assembly(
                fabric, target.id, target.rack, target.u, only=target.only, face=target.face
            )
            return mark("Place assembly"), edit
        if not target.housing:
            height_u = box_height_u(part_in(fabric.design, fabric.catalog, target.id))
            place = (target.rack, target.u, height_u)
            edit = drop_edits.box_part(
                fabric, target.id, *place, only=target.only, face=target.face
            )
            return mark("Place box"), edit
        verb, edit = drop_edits.put_part(fabric, target.id, target.housing)
        return mark("Swap part") if verb == "swap" else mark("Add part"), edit

    def use_item(self, item: LibraryItem) -> None:
        """Open a design of the library, place a rack or an assembly, or show a part."""
        if item.type == "design":
            self._open_path(Path(item.id))
        elif item.type == "part" or self._desk.workspace.document is None:
            self.inspect_item(item)
        else:
            self._place(item.type, item)

    def _place(self, kind: ItemType, item: LibraryItem) -> None:
        """Put an item where there is room: in the rack selected, or on the floor."""
        desk = self._desk
        self._show_page("canvas")
        document, scene = desk.workspace.document, desk.canvas.scene
        if document is None or scene is None:
            return
        racks = sorted({address.split("/")[0] for address in document.selection})
        known = (rack for rack in racks if rack in scene.layout.rack_by_label)
        try:
            target = free_place(scene, (kind, item.id), next(known, ""), document.selection)
        except StudioError as error:
            desk.workspace.notice(tr(error.message), "warning")
            return
        self.drop(target)
        desk.canvas.reveal(document.selection)

    def inspect_item(self, item: LibraryItem) -> None:
        """Show an item of the library in the inspector."""
        if item.type == "part" or (item.type == "rack" and not item.id.startswith("design:")):
            self.inspect(f"part:{item.id}")
        elif item.type == "assembly" and ":" not in item.id:
            self.inspect(f"assembly:{item.id}")
