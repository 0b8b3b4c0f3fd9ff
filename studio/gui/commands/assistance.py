"""What the Help menu does: palette, settings, and what the studio says of itself."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox

from studio import __version__, paths
from studio.gui.i18n import tr
from studio.gui.identity import APP_TITLE

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow


def palette(window: MainWindow) -> None:
    """Find anything by name."""
    from studio.gui.palette import open_palette

    window.menus.name_steps()
    open_palette(window)


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
    box.setTextFormat(Qt.TextFormat.PlainText)
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


def tour(window: MainWindow) -> None:
    """Begin the guided tour, or go on where it was left."""
    window.tour.resume()
