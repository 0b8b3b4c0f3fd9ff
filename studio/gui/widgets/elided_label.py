"""A label that shortens its text to the room it has and shows all of it as a tip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from studio.gui.guard import guarded
from studio.gui.widgets.labels import plain_tip


@guarded
class ElidedLabel(QLabel):
    """One line of text that never asks for more width than it gets.

    The text is kept beside the label's own: that one would ask for a new layout at every change.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def text(self) -> str:
        """Return all of the text."""
        return self._text

    def setText(self, text: str) -> None:
        """Show a text, as much of it as there is room for."""
        if text == self._text:
            return
        self._text = text
        self.setToolTip(plain_tip(text))
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, room.width())
        self.style().drawItemText(
            painter,
            room,
            int(self.alignment()),
            self.palette(),
            self.isEnabled(),
            text,
            self.foregroundRole(),
        )
        painter.end()
