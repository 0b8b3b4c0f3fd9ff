"""What the File menu does: designs opened, saved and exported."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from studio.design.model import Design
from studio.errors import StudioError
from studio.gui.dialogs.save_dialog import ask_where
from studio.gui.document_files import designs_filter
from studio.gui.i18n import tr
from studio.session.document import Document
from studio.storage.atomic import write_atomic

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow


def new(window: MainWindow) -> None:
    """Start from an empty hall."""
    if window.files.may_discard():
        design = Design(id=str(uuid.uuid4()), name=tr("New supernode"))
        window.workspace.new(design)
        window.show_page("canvas")


def open_file(window: MainWindow) -> None:
    """Ask for a file and open it."""
    folder = str(window.start_folder())
    name, _ = QFileDialog.getOpenFileName(window, tr("Open a design"), folder, designs_filter())
    if name:
        window.open_path(Path(name))


def save(window: MainWindow) -> None:
    """Write the design to its file."""
    window.files.save()


def save_as(window: MainWindow) -> None:
    """Ask for a file and write the design to it."""
    window.files.save_as()


def clear_recent(window: MainWindow) -> None:
    """Forget the recent files."""
    window.settings.clear_recent()
    window.document_pages.refresh_recent()


def close_document(window: MainWindow) -> None:
    """Go back to the welcome page."""
    if window.files.may_discard():
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
    path = ask_where(window, tr("Export picture"), _stem(document), (".png", ".svg"))
    if path is not None:
        window.files.export_picture(path)


def import_ai_model(window: MainWindow) -> None:
    """Ask for a `config.json` and take its model into the user's library."""
    folder = str(window.start_folder())
    kinds = f"{tr('Hugging Face config')} (*.json);;{tr('All files')} (*)"
    name, _ = QFileDialog.getOpenFileName(window, tr("Import an AI model"), folder, kinds)
    if name:
        take_model(window, Path(name))


def take_model(window: MainWindow, config: Path) -> None:
    """Import the AI model of a file and say so; every scenario may then name it."""
    from studio.session.own_models import import_model

    try:
        model = import_model(config)
    except StudioError as error:
        window.workspace.notice(tr(error.message), "error")
        return
    window.shown.show_new_models()
    window.workspace.notice(tr("Imported: {model}").format(model=model.name))


def export_tables(window: MainWindow) -> None:
    """Write totals, parts, links or results."""
    from studio.gui.dialogs.export_dialog import ask_export

    ask_export(window)


def export_shown(window: MainWindow) -> None:
    """Write the rows of the table as they are shown."""
    document, sheet = window.workspace.document, window.table.sheet
    if document is None or sheet is None:
        window.show_dock("table")
        return
    name = f"{_stem(document)}-{sheet.kind}"
    path = ask_where(window, tr("Export the table"), name, (".csv",))
    if path is not None:
        write_shown(window, path)


def write_shown(window: MainWindow, path: Path) -> None:
    """Write the table to a file and say so."""
    _write(window, path, window.table.shown_csv().encode())


def add_to_comparison(window: MainWindow) -> None:
    """Ask for files and put them beside the designs compared."""
    folder = str(window.start_folder())
    names, _ = QFileDialog.getOpenFileNames(window, tr("Add designs"), folder, designs_filter())
    for name in names:
        window.compare.add(Path(name))


def export_comparison(window: MainWindow) -> None:
    """Write the designs compared as a table, as plain data or as a picture of the page."""
    endings = (".csv", ".json", ".png")
    path = ask_where(window, tr("Export the comparison"), "comparison", endings)
    if path is not None:
        write_comparison(window, path)


def write_comparison(window: MainWindow, path: Path) -> None:
    """Write the comparison to a file by its ending and say so."""
    from studio.exchange.table import to_csv
    from studio.gui.canvas.export import png_of
    from studio.session.comparison_files import comparison_json, comparison_table
    from studio.session.exports import json_bytes

    found = window.compare.comparison()
    if found is None:
        return
    made: dict[str, Callable[[], bytes]] = {
        ".csv": lambda: to_csv(comparison_table(found)).encode(),
        ".json": lambda: json_bytes(comparison_json(found)),
        ".png": lambda: png_of(window.compare.picture().toImage()),
    }
    content = made.get(path.suffix.lower())
    if content is None:
        text = tr("{file}: a comparison is written as .csv, .json or .png")
        window.workspace.notice(text.format(file=path.name), "error")
    else:
        _write(window, path, content())


def _write(window: MainWindow, path: Path, content: bytes) -> None:
    try:
        write_atomic(path, content)
    except StudioError as error:
        window.workspace.notice(tr(error.message), "error")
    else:
        window.workspace.notice(tr("Written: {file}").format(file=path.name))


def _stem(document: Document) -> str:
    return document.path.stem if document.path else document.design.name
