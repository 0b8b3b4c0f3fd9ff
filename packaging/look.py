"""Draw every panel, page, dialog and zoom level in both languages and themes, to be looked at.

    python packaging/look.py FOLDER [--size 1280x800] [--language zh] [--theme dark]
        [--design cloudmatrix-384] [--only zoom]

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

from studio.design.edits import set_field
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
DEPTHS = {"hall": 0, "rack": 1, "node": 2, "chip": 3}
"""How many steps of an NPU's address are in view at each level of the drawing."""
PORTS = {"port": 4.0, "lane": 16.0}
"""How much larger than its chip an edge with ports is looked at."""


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--language", choices=("en", "zh"), action="append")
    parser.add_argument("--theme", choices=("light", "dark"), action="append")
    parser.add_argument("--design", default="cloudmatrix-384")
    parser.add_argument("--only", choices=("zoom",), help="draw nothing but the zoom levels")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    ways = product(
        asked.size or SIZES, asked.language or ("en", "zh"), asked.theme or ("light", "dark")
    )
    for size, language, theme in ways:
        draw(asked.folder, asked.design, (size, language, theme), zooms_only=asked.only == "zoom")


def draw(folder: Path, design: str, way: tuple[str, str, str], *, zooms_only: bool) -> None:
    """Draw everything of a design in one size, language and theme."""
    size, language, theme = way
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

        if not zooms_only:
            keep("welcome")
        window.open_path(find_design(design))
        wait_until_drawn(app, window)
        for level in zoomed(window):
            keep(f"zoom-{level}")
        if zooms_only:
            window.close()
            return
        window.workspace.select(frozenset({first_npu(window).rpartition("/")[0]}))
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


def zoomed(window: MainWindow) -> Iterator[str]:
    """Show every level of the drawing in turn, and name it."""
    canvas, steps = window.canvas, first_npu(window).split("/")
    for level, depth in DEPTHS.items():
        if depth:
            window.show_address("/".join(steps[:depth]))
        else:
            window.actions_made["view.fit"].trigger()
        yield level
    near = canvas.viewport
    for level, factor in PORTS.items():
        for side, at in (("top", 0.08), ("bottom", 0.92)):
            canvas.show_view(near.zoomed(factor, near.width / 2, near.height * at))
            yield f"{level}-{side}"
    put_behind(window, steps[0])
    window.show_address(steps[0])
    yield "rear"
    window.workspace.undo()


def put_behind(window: MainWindow, label: str) -> None:
    """Turn the highest box of a rack and of those in its array to the rear."""
    document = window.workspace.document
    assert document is not None
    layout = document.fabric.layout
    rack = layout.racks[layout.rack_by_label[label]].rack
    contents = document.design.racks[rack].contents
    highest = max(contents, key=lambda name: contents[name].u)
    field = ("racks", str(rack), "contents", highest, "face")
    window.workspace.apply("rear", lambda design: set_field(design, field, "rear"))


def first_npu(window: MainWindow) -> str:
    """Return the address of the first NPU of the design shown."""
    document = window.workspace.document
    assert document is not None
    fabric = document.fabric
    return str(fabric.layout.address(int(fabric.npus[0])))


if __name__ == "__main__":
    main()
