"""What the Arrange menu does: racks turned, aligned and freed from their array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.design.edits import detach_array, rotate_racks
from studio.design.model import Design
from studio.gui import selection_edits
from studio.gui.i18n import tr

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow


def rotate(window: MainWindow) -> None:
    """Turn the selected racks by 90 degrees."""
    document = window.workspace.document
    if document is not None:
        racks = selection_edits.selected_racks(document.fabric, document.selection)
        window.workspace.apply(tr("Rotate racks"), lambda design: rotate_racks(design, racks, 90))


def detach(window: MainWindow) -> None:
    """Turn arrays of racks into single racks."""
    document = window.workspace.document
    if document is None:
        return
    racks = selection_edits.selected_racks(document.fabric, document.selection)

    def edit(design: Design) -> Design:
        for rack in racks:
            design, _ = detach_array(design, rack)
        return design

    window.workspace.apply(tr("Detach array"), edit)
