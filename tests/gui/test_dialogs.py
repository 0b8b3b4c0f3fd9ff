"""Every dialog names its controls and speaks the language chosen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialog, QLabel
from pytestqt.qtbot import QtBot

from studio.gui.accuracy_dialog import AccuracyDialog
from studio.gui.dialogs.accept_dialog import AcceptDialog
from studio.gui.dialogs.connect_dialog import ConnectDialog
from studio.gui.dialogs.export_dialog import ExportDialog
from studio.gui.dialogs.settings_dialog import SettingsDialog
from studio.gui.dialogs.shortcuts_dialog import ShortcutsDialog
from studio.gui.main_window import MainWindow
from studio.languages import Language
from studio.session.accuracy import accuracy
from tests.gui.conftest import PATIENCE_MS
from tests.gui.test_keyboard import unnamed

DIALOGS: dict[str, Callable[[MainWindow], QDialog]] = {
    "settings": lambda window: SettingsDialog(window.settings, window),
    "shortcuts": lambda window: ShortcutsDialog(window.actions_made.table, window),
    "accuracy": lambda window: AccuracyDialog(accuracy(), window),
    "export": ExportDialog,
    "connect": lambda window: ConnectDialog(window.workspace.document, window),
    "accept": lambda window: AcceptDialog(("rack-mass@R01",), "R01", "", window),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_dialog_names_its_controls_in_the_language_chosen(
    language: Language, window: MainWindow, qtbot: QtBot
) -> None:
    window.look.use_language(language)
    for name, make in DIALOGS.items():
        dialog = make(window)
        dialog.show()
        assert not unnamed(dialog), name
        texts = [label.text() for label in dialog.findChildren(QLabel)]
        texts += [button.text() for button in dialog.findChildren(QAbstractButton)]
        texts += [dialog.windowTitle()]
        english = {text for text in texts if re.fullmatch(r"[A-Z][a-z]+[ a-z&]*", text)}
        assert bool(english) == (language == "en"), (name, english)
        dialog.close()
        dialog.deleteLater()


def test_the_settings_speak_the_language_that_is_chosen_in_them(
    window: MainWindow, qtbot: QtBot
) -> None:
    dialog = SettingsDialog(window.settings, window)
    language = dialog.editors["language"]
    assert isinstance(language, QComboBox)
    assert dialog.windowTitle() == "Settings"
    dialog.show()
    window.look.use_language("zh")
    qtbot.waitUntil(lambda: dialog.windowTitle() == "设置", timeout=PATIENCE_MS)
    labels = [one.text() for one in dialog.findChildren(QLabel)]
    assert "语言" in labels
    assert language.itemText(0) == "跟随系统"
    assert not unnamed(dialog)
