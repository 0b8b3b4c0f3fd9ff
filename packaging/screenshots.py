"""Pictures of the window for the README, made without a display: `make screenshots`."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from studio import paths
from studio.gui.app import make_application, make_window, wait_until_drawn
from studio.gui.main_window import MainWindow
from studio.gui.settings import Settings
from studio.session.library import catalog, find_design

SETTLE_S = 0.8
OUT = "screenshots"


@dataclass(frozen=True)
class Shot:
    """One picture: what is open, and what is done before it is taken."""

    name: str
    prepare: Callable[[MainWindow], None]
    design: str = "cloudmatrix-384"
    size: tuple[int, int] = (1600, 1000)
    language: str = "en"
    theme: str = "light"


def _nothing(window: MainWindow) -> None:
    del window


def _node(window: MainWindow) -> None:
    window.workspace.select(frozenset({"R03/N2/npu[5]"}))
    window.canvas.zoom_to(["R03/N2"])


def _rack(window: MainWindow) -> None:
    window.workspace.select(frozenset({"R03"}))
    window.canvas.zoom_to(["R03"])


def _explain(window: MainWindow) -> None:
    window.strip.explain_requested.emit("power_w.typical")


def _compare(window: MainWindow) -> None:
    window.show_page("compare")


def _play(window: MainWindow) -> None:
    window.run_panel.set_playing(True)
    window.show_dock("run")


SHOTS = (
    Shot("window", _nothing),
    Shot("welcome", _nothing, design=""),
    Shot("rack", _rack),
    Shot("node-dark", _node, theme="dark"),
    Shot("explain-zh", _explain, language="zh"),
    Shot("compare", _compare),
    Shot("run-wide", _play, size=(2560, 1440)),
    Shot("small", _nothing, size=(1280, 800)),
)


def main() -> int:
    """Write every picture, or those named on the command line."""
    wanted = sys.argv[1:]
    out = paths.resources_dir() / OUT
    out.mkdir(parents=True, exist_ok=True)
    app = make_application()
    with tempfile.TemporaryDirectory() as folder:
        for shot in SHOTS:
            if not wanted or shot.name in wanted:
                path = out / f"{shot.name}.png"
                take(app, shot, path, Path(folder))
                print(path)
    return 0


def take(app: QApplication, shot: Shot, path: Path, folder: Path) -> None:
    """Take one picture."""
    settings = Settings(folder / f"{shot.name}.json")
    window = make_window(app, settings, catalog(), shot.language, shot.theme)
    window.resize(*shot.size)
    window.reset_layout()
    window.show()
    if shot.design:
        window.open_path(find_design(shot.design))
        wait_until_drawn(app, window)
    shot.prepare(window)
    end = time.monotonic() + (SETTLE_S if shot.design else 5 * SETTLE_S)
    while time.monotonic() < end:
        app.processEvents()
    window.grab().save(str(path))
    window.close()
    window.deleteLater()
    app.processEvents()


if __name__ == "__main__":
    sys.exit(main())
