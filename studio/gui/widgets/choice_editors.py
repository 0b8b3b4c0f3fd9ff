"""Editors of what is chosen: one of several values, a colour."""

from __future__ import annotations

from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QWidget,
)

from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.views.inspector_fields import InspectorField
from studio.gui.widgets.field_editor import FieldEditor, mixed_text
from studio.gui.widgets.labels import plain_tip


@guarded
class _QuietCombo(QComboBox):
    """A combo box that the wheel does not change by accident."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class ChoiceEditor(FieldEditor):
    """One of several values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.combo = _QuietCombo()
        self.combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.combo.setMinimumContentsLength(6)
        self.combo.activated.connect(self._commit)
        self._choices: tuple[tuple[object, str], ...] = ()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.combo)

    def show_field(self, field: InspectorField) -> None:
        super().show_field(field)
        choices = field.choices
        values = [value for value, _ in choices]
        if field.value is not None and field.value not in values:
            choices = (*choices, (field.value, str(field.value)))
            values.append(field.value)
        shown = tuple((value, tr(text)) for value, text in choices)
        if shown != self._choices:
            self._choices = shown
            self.combo.clear()
            for _, text in shown:
                self.combo.addItem(text)
        is_known = not field.is_mixed and field.value in values
        self.combo.setCurrentIndex(values.index(field.value) if is_known else -1)
        self.combo.setPlaceholderText(mixed_text())
        self.combo.setToolTip(plain_tip(tr(field.tip) if field.tip else self.combo.currentText()))

    def _commit(self, place: int) -> None:
        value = self._choices[place][0]
        if self.field is not None and (value != self.field.value or self.field.is_mixed):
            self.entered.emit(value)


class ColourEditor(FieldEditor):
    """A colour, empty for the theme's own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton()
        self.button.clicked.connect(self._ask)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.button)

    def show_field(self, field: InspectorField) -> None:
        super().show_field(field)
        self.button.setText(field.text or tr("Automatic"))
        swatch = (
            f"border-left: 14px solid {field.text};" if QColor.isValidColorName(field.text) else ""
        )
        self.button.setStyleSheet(swatch)

    def _ask(self) -> None:
        before = QColor(self.field.text) if self.field and self.field.text else QColor("#3d7edb")
        chosen = QColorDialog.getColor(before, self, tr("Colour"))
        if chosen.isValid():
            self.entered.emit(chosen.name())
