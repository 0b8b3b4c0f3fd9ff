"""The editor of numbers: an entry with units and arithmetic, and a slider."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from studio.errors import InvalidInput, StudioError
from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.theme import SPACE
from studio.gui.views.entry import read_entry
from studio.gui.views.inspector_fields import InspectorField
from studio.gui.widgets.field_editor import EscapeEdit, FieldEditor, mixed_text
from studio.gui.widgets.labels import plain_tip
from studio.gui.widgets.restyle import restyle
from studio.messages import entry, say

SLIDER_STEPS = 200
_LOGARITHMIC_FROM = 40.0
"""A range this many times wide gets a logarithmic slider."""


@guarded
class _QuietSlider(QSlider):
    """A slider that the wheel does not move by accident."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class NumberEditor(FieldEditor):
    """Entry with units and arithmetic, and a slider where the field has a range."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = EscapeEdit()
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

    @property
    def is_held(self) -> bool:
        return self.slider.isSliderDown()

    def show_field(self, field: InspectorField) -> None:
        super().show_field(field)
        self._restore()
        self.slider.setVisible(field.high > field.low)
        # The range stays while the handle is held, or it would run away from the pointer.
        if not self.is_held and field.high > field.low:
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
        is_chosen = bool(self.field.zero) and self.field.value == 0
        self.line.setText("" if is_chosen else self.field.text)
        self.line.setCursorPosition(0)
        self.line.setPlaceholderText(mixed_text() if self.field.is_mixed else tr(self.field.zero))
        self._mark_wrong("")

    def _commit(self) -> None:
        if self.field is None or not self.line.isModified():
            return
        text = self.line.text().strip()
        self.line.setModified(False)
        if not text and self.field.zero and self.field.value not in (0, None):
            text = "0"
        if not text or text == self.field.text:
            self._restore()
            return
        try:
            value = self._read(text, self.field)
        except StudioError as error:
            wrong = say("{field}: {message}", field=entry(self.field.label), message=error.message)
            self._mark_wrong(tr(wrong))
            self.line.setModified(True)
            self.refused.emit(tr(wrong))
            return
        self._mark_wrong("")
        self.entered.emit(self._typed(value))

    @staticmethod
    def _read(text: str, field: InspectorField) -> float:
        value = read_entry(text, field.dimension or "count", field.text)
        is_whole = field.editor == "count" and isinstance(field.value, int)
        if is_whole and value != round(value):
            raise InvalidInput(
                "{text} is not a whole number; the nearest is {nearest}",
                text=text,
                nearest=round(value),
            )
        return value

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
            if not self.is_held:
                self.drag_ended.emit()

    def _release(self) -> None:
        if self.field is not None:
            self.show_field(self.field)
        self.drag_ended.emit()

    def _mark_wrong(self, message: str) -> None:
        is_wrong = bool(message)
        if bool(self.line.property("wrong") == "true") != is_wrong:
            self.line.setProperty("wrong", "true" if is_wrong else "false")
            restyle(self.line)
        self.line.setToolTip(plain_tip(message or (tr(self.field.tip) if self.field else "")))
