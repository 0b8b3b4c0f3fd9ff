"""The File menu: open, save, export, leave."""

from __future__ import annotations

from studio.gui.action_tables.entries import action, has_document
from studio.gui.actions import SEPARATOR, Action
from studio.gui.commands import documents
from studio.gui.i18n import mark

TITLE = mark("File")

ACTIONS: tuple[Action, ...] = (
    action(
        "file.new",
        mark("New design"),
        mark("Start from an empty hall."),
        documents.new,
        "new",
        "Ctrl+N",
    ),
    action(
        "file.open",
        mark("Open…"),
        mark("Open a design from a file."),
        documents.open_file,
        "open",
        "Ctrl+O",
    ),
    action(
        "file.save",
        mark("Save"),
        mark("Write the design to its file."),
        documents.save,
        "save",
        "Ctrl+S",
        has_document,
    ),
    action(
        "file.save_as",
        mark("Save as…"),
        mark("Write the design to another file."),
        documents.save_as,
        "",
        "Ctrl+Shift+S",
        has_document,
    ),
    action(
        "file.clear_recent",
        mark("Clear recent files"),
        mark("Forget the files opened last."),
        documents.clear_recent,
        enabled=lambda state: state.has_recent,
    ),
    action(
        "file.import_model",
        mark("Import AI model…"),
        mark("Take the model of a Hugging Face config.json into your own library."),
        documents.import_ai_model,
    ),
    action(
        "file.export_picture",
        mark("Export picture…"),
        mark("Write the drawing as PNG or SVG."),
        documents.export_picture,
        "export",
        "Ctrl+E",
        has_document,
    ),
    action(
        "file.export_tables",
        mark("Export tables…"),
        mark("Write totals, parts, links or results as CSV, JSON or HTML."),
        documents.export_tables,
        "export",
        "Ctrl+Shift+E",
        has_document,
    ),
    action(
        "file.export_shown",
        mark("Export the table shown…"),
        mark("Write the rows of the table as they are filtered and sorted, as CSV."),
        documents.export_shown,
        "export",
        "",
        has_document,
    ),
    action(
        "file.close",
        mark("Close design"),
        mark("Go back to the welcome page."),
        documents.close_document,
        "close",
        "Ctrl+W",
        has_document,
    ),
    action(
        "file.quit", mark("Quit"), mark("Close the studio."), documents.quit_studio, "", "Ctrl+Q"
    ),
)

ENTRIES: tuple[str, ...] = (
    "file.new",
    "file.open",
    "recent",
    "file.save",
    "file.save_as",
    SEPARATOR,
    "file.import_model",
    "file.export_picture",
    "file.export_tables",
    "file.export_shown",
    SEPARATOR,
    "file.close",
    "file.quit",
)
