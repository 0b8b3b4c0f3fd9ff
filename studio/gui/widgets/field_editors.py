"""Editors of single inspector fields; each shows a field and emits what was entered."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QSlider,
    QWidget,
)

from studio.errors import StudioError
from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.theme import SPACE
from studio.gui.views.entry import read_entry
from studio.gui.views.inspector_fields import Editor, InspectorField
from studio.gui.widgets.restyle import restyle

SLIDER_STEPS = 200
_LOGARITHMIC_FROM = 40.0
"""A range this many times wide gets a logarithmic slider."""
MIXED = "—"


class FieldEditor(QWidget):
    """Base of all editors."""

    entered = Signal(object)
    """A value, final."""
    dragged = Signal(object)
    """A value on the way to the final one; steps of one drag are one undo step."""
    drag_ended = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field: InspectorField | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_field(self, field: InspectorField) -> None:
        """Show a field."""
        self.field = field

    def set_name(self, name: str) -> None:
        """Say to screen readers what is edited, wherever in the editor the focus is."""
        self.setAccessibleName(name)
        for part in self.findChildren(QWidget):
            if part.focusPolicy() != Qt.FocusPolicy.NoFocus:
                part.setAccessibleName(name)


@guarded
class _EscapeEdit(QLineEdit):
    """A line that gives up an entry on Escape, and leaves undo to the window once it is made."""

    abandoned = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
            if not self.isModified() and any(event.matches(one) for one in keys):
                event.ignore()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            # What was typed is no entry any more when the focus leaves.
            self.setModified(False)
            self.abandoned.emit()
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()


@guarded
class _QuietSlider(QSlider):
    """A slider that the wheel does not move by accident."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


@guarded
class _QuietCombo(QComboBox):
    """A combo box that the wheel does not change by accident."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class NumberEditor(FieldEditor):
    """Entry with units and arithmetic, and a slider where the field has a range."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = _EscapeEdit()
        self.line.setMinimumWidth(64)
        self.line.editingFinished.connect(self._commit)
        self.line.abandoned.connect(self._restore)
        self.slider = _QuietSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, SLIDER_STEPS)
        self.slider.setMinimumWidth(44)
        self.slider.valueChanged.connect(self._slide)
        self.slider.sliderReleased.connect(self._release)
        self._low, self._high = 0.0, 0.0
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE // 2)
        layout.addWidget(self.line, 5)
        layout.addWidget(self.slider, 2)

    def show_field(self, field: InspectorField) -> None:
        super().show_field(field)
        self._restore()
        self.slider.setVisible(field.high > field.low)
        # The range stays while the handle is held, or it would run away from the pointer.
        if not self.slider.isSliderDown() and field.high > field.low:
            self._low, self._high = field.low, field.high
            if isinstance(field.value, int | float):
                with QSignalBlocker(self.slider):
                    self.slider.setValue(self._place(float(field.value)))

    def value_at(self, place: int) -> float:
        """Return the value of a slider position."""
        share = place / SLIDER_STEPS
        if self._is_logarithmic:
            value = self._low * (self._high / self._low) ** share
        else:
            value = self._low + share * (self._high - self._low)
        if self.field is not None and self.field.editor == "count":
            return float(round(value))
        return float(f"{value:.3g}")

    @property
    def _is_logarithmic(self) -> bool:
        return self._low > 0 and self._high / self._low >= _LOGARITHMIC_FROM

    def _place(self, value: float) -> int:
        value = min(max(value, self._low), self._high)
        if self._is_logarithmic:
            share = math.log(value / self._low) / math.log(self._high / self._low)
        else:
            share = (value - self._low) / (self._high - self._low)
        return round(share * SLIDER_STEPS)

    def _restore(self) -> None:
        if self.field is None or (self.line.hasFocus() and self.line.isModified()):
            return
        self.line.setText(self.field.text)
        self.line.setCursorPosition(0)
        self.line.setPlaceholderText(MIXED if self.field.is_mixed else "")
        self._mark_wrong("")

    def _commit(self) -> None:
        if self.field is None or not self.line.isModified():
            return
        text = self.line.text().strip()
        self.line.setModified(False)
        if not text or text == self.field.text:
            self._restore()
            return
        try:
            value = read_entry(text, self.field.dimension or "count", self.field.text)
        except StudioError as error:
            self._mark_wrong(tr(error.message))
            self.line.setModified(True)
            self.refused.emit(tr(error.message))
            return
        self._mark_wrong("")
        self.entered.emit(self._typed(value))

    def _typed(self, value: float) -> int | float:
        is_count = self.field is not None and self.field.editor == "count"
        is_whole = self.field is not None and not isinstance(self.field.value, float)
        return round(value) if is_count and is_whole and value == round(value) else value

    def _slide(self, place: int) -> None:
        if self.field is None:
            return
        value = self._typed(self.value_at(place))
        if value != self.field.value:
            self.dragged.emit(value)
            if not self.slider.isSliderDown():
                self.drag_ended.emit()

    def _release(self) -> None:
        self.drag_ended.emit()
        if self.field is not None:
            self.show_field(self.field)

    def _mark_wrong(self, message: str) -> None:
        is_wrong = bool(message)
        if bool(self.line.property("wrong") == "true") != is_wrong:
            self.line.setProperty("wrong", "true" if is_wrong else "false")
            restyle(self.line)
        self.line.setToolTip(message or (tr(self.field.tip) if self.field else ""))


class TextEditor(FieldEditor):
    """One line of text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = _EscapeEdit()
        self.line.editingFinished.connect(self._commit)
        self.line.abandoned.connect(self._restore)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line)

    def show_field(self, field: InspectorField) -> None:
        super().show_field(field)
        self.line.setToolTip(tr(field.tip) if field.tip else field.text)
        self._restore()

    def _restore(self) -> None:
        if self.field is not None and not (self.line.hasFocus() and self.line.isModified()):
            self.line.setText(self.field.text)
            self.line.setCursorPosition(0)
            self.line.setPlaceholderText(MIXED if self.field.is_mixed else "")

    def _commit(self) -> None:
        if self.field is not None and self.line.isModified():
            self.line.setModified(False)
            if self.line.text() != self.field.text:
                self.entered.emit(self.line.text())


@guarded
class LongTextEditor(FieldEditor):
    """Several lines of text, committed when the focus leaves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QPlainTextEdit()
        self.box.setTabChangesFocus(True)
        self.box.setFixedHeight(72)
        self.box.installEventFilter(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)

    def show_field(self, field: InspectorField) -> None:
        super().show_field(field)
        if not self.box.hasFocus():
            self.box.setPlainText(field.text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.box and event.type() == QEvent.Type.FocusOut and self.field is not None:
            text = self.box.toPlainText()
            if text != self.field.text:
                self.entered.emit(text)
        return super().eventFilter(watched, event)


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
        self.combo.setPlaceholderText(MIXED)
        self.combo.setToolTip(tr(field.tip) if field.tip else self.combo.currentText())

    def _commit(self, place: int) -> None:
        value = self._choices[place][0]
        if self.field is not None and (value != self.field.value or self.field.is_mixed):
            self.entered.emit(value)


class FlagEditor(FieldEditor):
    """Yes or no."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QCheckBox()
        self.box.clicked.connect(self.entered)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)

    def show_field(self, field: InspectorField) -> None:
        super().show_field(field)
        self.box.setChecked(bool(field.value))


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


class FixedEditor(FieldEditor):
    """A value that follows from others."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel()
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label)

    def show_field(self, field: InspectorField) -> None:
        super().show_field(field)
        self.label.setText(field.text)
        self.label.setToolTip(tr(field.tip) if field.tip else field.text)


EDITORS: Mapping[Editor, type[FieldEditor]] = {
    "quantity": NumberEditor,
    "count": NumberEditor,
    "text": TextEditor,
    "long_text": LongTextEditor,
    "choice": ChoiceEditor,
    "flag": FlagEditor,
    "colour": ColourEditor,
    "fixed": FixedEditor,
}
