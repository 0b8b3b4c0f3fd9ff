"""What the Edit menu does to a selection: history, clipboard, removal, failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from studio.design.model import Design
from studio.design.part_types import delete_own
from studio.gui import clip_edits, selection_edits
from studio.gui.i18n import mark, tr
from studio.gui.views import inspector_parts
from studio.ids import PartId

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow


def undo(window: MainWindow) -> None:
    """Take back the last step."""
    window.workspace.undo()


def redo(window: MainWindow) -> None:
    """Repeat the step undone last."""
    window.workspace.redo()


def copy(window: MainWindow) -> None:
    """Remember the selected racks and boxes."""
    document = window.workspace.document
    if document is None:
        return
    clip = clip_edits.copied(document.fabric, document.selection)
    if clip is None:
        QGuiApplication.clipboard().setText("\n".join(sorted(document.selection)))
        window.workspace.notice(tr("Addresses copied as text; racks and boxes are copied whole."))
        return
    window.set_clip(clip)
    QGuiApplication.clipboard().setText(clip.text)


def cut(window: MainWindow) -> None:
    """Copy the selected racks and boxes and remove them."""
    copy(window)
    delete(window)


def paste(window: MainWindow) -> None:
    """Insert what was copied."""
    document, clip = window.workspace.document, window.clip
    if document is None or clip is None:
        return
    fabric = document.fabric
    known = clip_edits.addresses_there(fabric)
    racks = clip_edits.paste(fabric, clip)
    boxes = clip_edits.paste_boxes(fabric, clip, document.selection)
    label = mark("Paste racks") if clip.racks.racks else mark("Paste boxes")
    if window.workspace.apply(label, lambda design: boxes(racks(design))):
        _show_copies(window, clip_edits.made_since(document.fabric, known))


def duplicate(window: MainWindow) -> None:
    """Copy the selection beside itself and select the copies."""
    document = window.workspace.document
    if document is None:
        return
    edit, made = clip_edits.duplicate(document.fabric, document.selection)
    has_racks = bool(selection_edits.selected_racks(document.fabric, document.selection))
    label = mark("Duplicate racks") if has_racks else mark("Duplicate boxes")
    if window.workspace.apply(label, edit):
        _show_copies(window, made(document.fabric))


def _show_copies(window: MainWindow, copies: frozenset[str]) -> None:
    window.workspace.select(copies)
    window.canvas.reveal(copies)


def delete(window: MainWindow) -> None:
    """Remove what is selected."""
    document = window.workspace.document
    if document is None:
        return
    edit = selection_edits.delete(document.fabric, document.selection)
    if window.workspace.apply(mark("Delete"), edit):
        window.workspace.select(frozenset())


def toggle_failed(window: MainWindow) -> None:
    """Mark the selection as failed, or as in order again."""
    document = window.workspace.document
    if document is not None:
        edit = selection_edits.toggle_failed(document.fabric, document.selection)
        window.workspace.apply(mark("Fail or repair"), edit)


def select_all(window: MainWindow) -> None:
    """Select every rack."""
    document = window.workspace.document
    if document is not None:
        window.workspace.select(frozenset(document.fabric.layout.rack_by_label))


def select_none(window: MainWindow) -> None:
    """Clear the selection."""
    window.workspace.select(frozenset())


def paste_rows(window: MainWindow) -> None:
    """Add the rows on the clipboard to the table."""
    window.show_dock("table")
    window.table.paste_rows()


def own_part(window: MainWindow) -> None:
    """Make a part type of the design's own, like the one in the inspector, and show it there."""
    document, part = window.workspace.document, PartId(window.intents.part_in_hand())
    if document is None or not part:
        return
    made: list[PartId] = []

    def edit(design: Design) -> Design:
        design, own = inspector_parts.own_part(design, document.catalog, part)
        made.append(own)
        return design

    if window.workspace.apply(mark("Make an own part type"), edit):
        window.inspect(f"part:{made[-1]}")


def delete_part(window: MainWindow) -> None:
    """Delete the part type in the inspector, one of the design's own that nothing uses."""
    part = PartId(window.intents.part_in_hand())
    if part and window.workspace.apply(
        mark("Delete own part type"), lambda design: delete_own(design, part)
    ):
        window.intents.select(frozenset())
