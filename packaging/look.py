"""Draw every panel, page, dialog and zoom level in both languages and themes, to be looked at.

    python packaging/look.py FOLDER [--size 1280x800] [--language zh] [--theme dark]

Without the options all of them are drawn: two sizes, two languages, two themes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QDialog

from studio.gui.accuracy_dialog import AccuracyDialog
from studio.gui.app import make_application, make_window, wait_until_drawn
from studio.gui.dialogs.accept_dialog import AcceptDialog
from studio.gui.dialogs.connect_dialog import ConnectDialog
from studio.gui.dialogs.export_dialog import ExportDialog
from studio.gui.dialogs.settings_dialog import SettingsDialog
from studio.gui.dialogs.shortcuts_dialog import ShortcutsDialog
from studio.gui.main_window import MainWindow
from studio.gui.settings import Settings
from studio.session.accuracy import accuracy
from studio.session.library import catalog, find_design

SIZES = ("1280x800", "2560x1440")
ZOOMED = {"hall": (), "rack": ("R01",), "node": ("R01/N1",), "chip": ("R01/N1/npu[0]",)}
"""What is in view at each level of the drawing."""


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--language", choices=("en", "zh"), action="append")
    parser.add_argument("--theme", choices=("light", "dark"), action="append")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    ways = product(
        asked.size or SIZES, asked.language or ("en", "zh"), asked.theme or ("light", "dark")
    )
    for size, language, theme in ways:
        draw(asked.folder, size, language, theme)


def draw(folder: Path, size: str, language: str, theme: str) -> None:
    """Draw everything in one size, language and theme."""
    app = make_application()
    with tempfile.TemporaryDirectory() as kept:
        settings = Settings(Path(kept) / "settings.json")
        settings.set("language", language)
        window = make_window(app, settings, catalog(), language, theme)
        window.files.asks = False
        window.resize(*map(int, size.split("x")))
        window.reset_layout()
        window.show()

        def keep(name: str) -> None:
            wait_until_drawn(app, window)
            window.grab().save(str(folder / f"{size}-{language}-{theme}-{name}.png"))

        keep("welcome")
        window.open_path(find_design("cloudmatrix-384"))
        wait_until_drawn(app, window)
        for level, addresses in ZOOMED.items():
            show(window, addresses)
            keep(f"zoom-{level}")
        window.workspace.select(frozenset({"R01/N1"}))
        window.actions_made["view.fit"].trigger()
        for name in window.docks:
            window.show_dock(name)
            keep(f"panel-{name}")
        window.show_page("compare")
        keep("compare")
        for name, dialog in dialogs(window):
            dialog.show()
            app.processEvents()
            dialog.grab().save(str(folder / f"{size}-{language}-{theme}-dialog-{name}.png"))
            dialog.close()
            dialog.deleteLater()
        window.close()
        window.deleteLater()


def dialogs(window: MainWindow) -> Iterator[tuple[str, QDialog]]:
    """Make every dialog in turn."""
    document = window.workspace.document
    assert document is not None
    yield "settings", SettingsDialog(window.settings, window)
    yield "shortcuts", ShortcutsDialog(window.actions_made.table, window)
    yield "accuracy", AccuracyDialog(accuracy(), window)
    yield "export", ExportDialog(window)
    yield "connect", ConnectDialog(document, window)
    yield "accept", AcceptDialog(("rack-mass@R01",), "R01", "Ada", window)


def show(window: MainWindow, addresses: tuple[str, ...]) -> None:
    """Bring a thing, or the whole hall, into view."""
    if addresses:
        window.show_address(addresses[0])
    else:
        window.actions_made["view.fit"].trigger()


if __name__ == "__main__":
    main()
