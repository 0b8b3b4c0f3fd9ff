"""What the actions do; each function is given the main window."""

from __future__ import annotations

import platform
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from studio import __version__, paths
from studio.design.edits import detach_array, put, rotate_racks
from studio.design.edits import free_name as free
from studio.design.model import Design, Plane, PlaneRole, Waiver
from studio.gui import selection_edits
from studio.gui.i18n import current_language, tr
from studio.gui.identity import APP_TITLE
from studio.gui.views.scenario_row import choose_scenario, new_scenario
from studio.session.document import Document
from studio.storage.project_file import SUFFIX

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow

Handler = Callable[["MainWindow"], None]
ZOOM_STEP = 1.4


def new(window: MainWindow) -> None:
    """Start from an empty hall."""
    if window.may_discard():
        design = Design(id=str(uuid.uuid4()), name=tr("New supernode"))
        window.workspace.new(design)
        window.show_page("canvas")


def open_file(window: MainWindow) -> None:
    """Ask for a file and open it."""
    folder = str(window.start_folder())
    name, _ = QFileDialog.getOpenFileName(window, tr("Open a design"), folder, _filter())
    if name:
        window.open_path(Path(name))


def save(window: MainWindow) -> bool:
    """Write the design to its file; tells whether it was written."""
    document = window.workspace.document
    if document is None:
        return True
    is_shipped = document.path is not None and paths.designs_dir() in document.path.parents
    if document.path is None or document.is_read_only or is_shipped:
        return save_as(window)
    return window.save_to(document.path)


def save_as(window: MainWindow) -> bool:
    """Ask for a file and write the design to it."""
    document = window.workspace.document
    if document is None:
        return True
    stem = document.path.stem if document.path else document.design.name
    start = str(window.start_folder() / f"{stem}{SUFFIX}")
    name, _ = QFileDialog.getSaveFileName(window, tr("Save the design"), start, _filter())
    if not name:
        return False
    path = Path(name)
    return window.save_to(path if path.suffix else path.with_suffix(SUFFIX))


def clear_recent(window: MainWindow) -> None:
    """Forget the recent files."""
    window.settings.clear_recent()
    window.refresh_recent()


def close_document(window: MainWindow) -> None:
    """Go back to the welcome page."""
    if window.may_discard():
        window.workspace.use(None)
        window.show_page("welcome")


def quit_studio(window: MainWindow) -> None:
    """Close the window; unsaved changes are asked about."""
    window.close()


def export_picture(window: MainWindow) -> None:
    """Write the drawing as PNG or SVG."""
    document = window.workspace.document
    if document is None:
        return
    start = str(window.start_folder() / f"{_stem(document)}.png")
    name, _ = QFileDialog.getSaveFileName(
        window, tr("Export picture"), start, "PNG (*.png);;SVG (*.svg)"
    )
    if name:
        window.export_picture(Path(name))


def export_tables(window: MainWindow) -> None:
    """Write totals, parts, links or results."""
    from studio.gui.dialogs.export_dialog import ask_export

    ask_export(window)


def undo(window: MainWindow) -> None:
    """Take back the last step."""
    window.workspace.undo()


def redo(window: MainWindow) -> None:
    """Repeat the step undone last."""
    window.workspace.redo()


def copy(window: MainWindow) -> None:
    """Remember the selected racks."""
    document = window.workspace.document
    if document is None:
        return
    clip = selection_edits.copied(document.fabric, document.selection)
    if clip is None:
        QGuiApplication.clipboard().setText("\n".join(sorted(document.selection)))
        window.workspace.notice(tr("Addresses copied as text; racks are copied whole."))
        return
    window.set_clip(clip)
    QGuiApplication.clipboard().setText("\n".join(str(rack) for rack in clip.racks))


def cut(window: MainWindow) -> None:
    """Copy the selected racks and remove them."""
    copy(window)
    delete(window)


def paste(window: MainWindow) -> None:
    """Insert what was copied."""
    document = window.workspace.document
    if document is None or window.clip is None:
        return
    known = frozenset(document.fabric.layout.rack_by_label)
    if window.workspace.apply(tr("Paste racks"), selection_edits.paste(window.clip)):
        made = frozenset(document.fabric.layout.rack_by_label) - known
        window.workspace.select(made)


def duplicate(window: MainWindow) -> None:
    """Copy the selection beside itself and select the copies."""
    document = window.workspace.document
    if document is None:
        return
    edit, made = selection_edits.duplicate(document.fabric, document.selection)
    if window.workspace.apply(tr("Duplicate racks"), edit):
        window.workspace.select(made(document.fabric))


def delete(window: MainWindow) -> None:
    """Remove what is selected."""
    document = window.workspace.document
    if document is None:
        return
    edit = selection_edits.delete(document.fabric, document.selection)
    if window.workspace.apply(tr("Delete"), edit):
        window.workspace.select(frozenset())


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


def toggle_failed(window: MainWindow) -> None:
    """Mark the selection as failed, or as in order again."""
    document = window.workspace.document
    if document is not None:
        edit = selection_edits.toggle_failed(document.fabric, document.selection)
        window.workspace.apply(tr("Fail or repair"), edit)


def select_all(window: MainWindow) -> None:
    """Select every rack."""
    document = window.workspace.document
    if document is not None:
        window.workspace.select(frozenset(document.fabric.layout.rack_by_label))


def select_none(window: MainWindow) -> None:
    """Clear the selection."""
    window.workspace.select(frozenset())


def tool(name: str) -> Handler:
    """Return the command that takes a canvas tool."""
    return lambda window: window.set_tool(name)


def add_to_comparison(window: MainWindow) -> None:
    """Ask for files and put them beside the designs compared."""
    folder = str(window.start_folder())
    names, _ = QFileDialog.getOpenFileNames(window, tr("Add designs"), folder, _filter())
    for name in names:
        window.compare.add(Path(name))


def page(name: str) -> Handler:
    """Return the command that shows a page."""
    return lambda window: window.show_page(name)


def zoom_fit(window: MainWindow) -> None:
    """Show the whole hall."""
    window.canvas.zoom_to_fit()


def zoom_selection(window: MainWindow) -> None:
    """Show what is selected."""
    window.canvas.zoom_to_selection()


def zoom_in(window: MainWindow) -> None:
    """Show more detail."""
    window.zoom_by(ZOOM_STEP)


def zoom_out(window: MainWindow) -> None:
    """Show more of the hall."""
    window.zoom_by(1 / ZOOM_STEP)


def toggle_theme(window: MainWindow) -> None:
    """Change between light and dark."""
    window.settings.set("theme", "light" if window.theme.is_dark else "dark")


def toggle_language(window: MainWindow) -> None:
    """Change between English and Chinese."""
    window.settings.set("language", "en" if current_language() == "zh" else "zh")


def focus_library(window: MainWindow) -> None:
    """Put the cursor into the library's search."""
    window.docks["library"].show()
    window.docks["library"].raise_()
    window.library.focus_search()


def reset_layout(window: MainWindow) -> None:
    """Put every panel back in its place."""
    window.reset_layout()


def fullscreen(window: MainWindow) -> None:
    """Use the whole screen, or go back."""
    if window.isFullScreen():
        window.showNormal()
    else:
        window.showFullScreen()


def play(window: MainWindow) -> None:
    """Play or pause the run."""
    window.run_panel.toggle()
    if window.run_panel.clock.is_playing:
        window.show_dock("run")


def simulate(window: MainWindow) -> None:
    """Evaluate the design once more."""
    window.workspace.simulate()


def toggle_live(window: MainWindow) -> None:
    """Simulate while editing, or only on request."""
    window.settings.set("live", not window.workspace.is_live)


def pin(window: MainWindow) -> None:
    """Count differences from the figures shown now."""
    window.workspace.pin_baseline()
    window.workspace.notice(tr("Baseline pinned: differences now count from these figures."))


def unpin(window: MainWindow) -> None:
    """Show no differences."""
    window.workspace.clear_baseline()


def add_scenario(job: str) -> Handler:
    """Return the command that adds a job and makes it active."""

    def run(window: MainWindow) -> None:
        def edit(design: Design) -> Design:
            key = free(job, design.scenarios)
            return choose_scenario(put(design, "scenarios", key, new_scenario(job)), key)

        window.workspace.apply(tr("Add scenario"), edit)

    return run


def add_plane(window: MainWindow) -> None:
    """Add an independent network."""
    document = window.workspace.document
    if document is None:
        return
    key = free("plane", document.design.planes)
    role: PlaneRole = "scale_out" if document.design.planes else "scale_up"
    plane = Plane(name=tr("New plane"), role=role)
    if window.workspace.apply(tr("Add plane"), lambda design: put(design, "planes", key, plane)):
        window.workspace.select(frozenset({f"plane:{key}"}))


def add_rule(window: MainWindow) -> None:
    """Join two groups of components by a link rule."""
    from studio.gui.dialogs.connect_dialog import ask_rule

    ask_rule(window)


def palette(window: MainWindow) -> None:
    """Find anything by name."""
    window.open_palette()


def settings(window: MainWindow) -> None:
    """Show the settings."""
    from studio.gui.dialogs.settings_dialog import SettingsDialog

    dialog = SettingsDialog(window.settings, window)
    dialog.exec()
    dialog.deleteLater()


def shortcuts(window: MainWindow) -> None:
    """List every action with its keys."""
    from studio.gui.dialogs.shortcuts_dialog import ShortcutsDialog

    dialog = ShortcutsDialog(window.actions_made.table, window)
    dialog.exec()
    dialog.deleteLater()


def accuracy(window: MainWindow) -> None:
    """Show how far predictions were from published measurements."""
    from studio.gui.accuracy_dialog import AccuracyDialog
    from studio.session.accuracy import accuracy as read_accuracy

    dialog = AccuracyDialog(read_accuracy(), window)
    dialog.exec()
    dialog.deleteLater()


def system_information(window: MainWindow) -> None:
    """Show versions, platform and folders, ready to copy."""
    lines = (
        f"{APP_TITLE} {__version__}",
        f"Python {platform.python_version()} · {sys.executable}",
        f"PySide6 {PySide6.__version__} · Qt {qVersion()}",
        f"{platform.platform()} · {QGuiApplication.platformName()}",
        f"{window.devicePixelRatio():g}x · {window.width()} x {window.height()}",
        str(paths.config_dir()),
        str(paths.state_dir()),
    )
    box = QMessageBox(window)
    box.setWindowTitle(tr("System information"))
    box.setText("\n".join(lines))
    box.setTextInteractionFlags(box.textInteractionFlags())
    copy_button = box.addButton(tr("Copy"), QMessageBox.ButtonRole.ActionRole)
    copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText("\n".join(lines)))
    box.addButton(QMessageBox.StandardButton.Close)
    box.exec()
    box.deleteLater()


def about(window: MainWindow) -> None:
    """Show version and licence."""
    QMessageBox.about(
        window,
        tr("About Supernode Studio"),
        f"<b>{APP_TITLE}</b> {__version__}<br>"
        + tr("Draw an AI supernode and see what it delivers, live.")
        + "<br>Apache-2.0",
    )


def waive(window: MainWindow, key: str) -> None:
    """Accept a finding with a reason."""
    reason, is_given = QInputDialog.getText(window, tr("Accept a finding"), tr("Reason"))
    if is_given and reason.strip():
        waiver = Waiver(reason.strip())
        window.workspace.apply(
            tr("Accept a finding"), lambda design: put(design, "waivers", key, waiver)
        )


def _filter() -> str:
    return f"{tr('Supernode designs')} (*{SUFFIX});;{tr('All files')} (*)"


def _stem(document: Document) -> str:
    return document.path.stem if document.path else document.design.name
