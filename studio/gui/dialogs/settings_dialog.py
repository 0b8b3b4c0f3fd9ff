"""The settings, made from their table; every change takes effect at once."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.settings import SETTINGS, Setting, Settings
from studio.gui.theme import SPACE
from studio.gui.widgets.labels import TextLabel


@guarded
class SettingsDialog(QDialog):
    """One line per setting."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.editors: dict[str, QWidget] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(3 * SPACE)
        form.setVerticalSpacing(SPACE)
        for setting in SETTINGS:
            self.editors[setting.key] = self._editor(setting)
            form.addRow(TextLabel(), self.editors[setting.key])
        self._form = form
        self._write()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(2 * SPACE)
        layout.addLayout(form)
        layout.addWidget(buttons)
        self.setMinimumWidth(420)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the language that was just chosen here."""
        if event.type() == QEvent.Type.LanguageChange:
            self._write()
        super().changeEvent(event)

    def _write(self) -> None:
        self.setWindowTitle(tr("Settings"))
        for setting in SETTINGS:
            editor = self.editors[setting.key]
            label = self._form.labelForField(editor)
            assert isinstance(label, TextLabel)
            label.setText(tr(setting.text))
            editor.setToolTip(tr(setting.help))
            # A number's line of text takes the focus in its place.
            for control in (editor, *editor.findChildren(QLineEdit)):
                control.setAccessibleName(tr(setting.text))
            if isinstance(editor, QComboBox):
                for place, (_, text) in enumerate(setting.choices):
                    editor.setItemText(place, tr(text))

    def _editor(self, setting: Setting) -> QWidget:
        value = self._settings.get(setting.key)
        key = setting.key
        if setting.choices:
            combo = QComboBox()
            for choice, _ in setting.choices:
                combo.addItem("", choice)
            combo.setCurrentIndex(max(0, combo.findData(value)))
            combo.activated.connect(lambda _: self._settings.set(key, combo.currentData()))
            return combo
        if isinstance(value, bool):
            box = QCheckBox()
            box.setChecked(value)
            box.toggled.connect(lambda is_on: self._settings.set(key, is_on))
            return box
        spin = QSpinBox()
        spin.setRange(int(setting.minimum), int(setting.maximum))
        spin.lineEdit().setTextMargins(SPACE // 2, 0, 0, 0)
        spin.setSingleStep(10)
        spin.setSuffix(" %")
        spin.setKeyboardTracking(False)
        spin.setValue(int(value))
        spin.valueChanged.connect(lambda number: self._settings.set(key, number))
        return spin
