"""A label whose text changes often without the window being laid out again each time."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.gui.guard import guarded
from studio.gui.widgets.labels import TextLabel


@guarded
class SteadyLabel(QWidget):
    """One line of text that takes the width it is given.

    A label asks for a new layout, up to the main window, whenever its text changes; this one is in
    no layout of its own and so asks nobody.
    """

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = TextLabel(parent=self)
        self._label.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setTextFormat(self, kind: Qt.TextFormat) -> None:
        """Take texts for plain ones, as at first, or for rich ones."""
        self._label.setTextFormat(kind)

    def setText(self, text: str) -> None:
        """Show a text."""
        self._label.setText(text)

    def text(self) -> str:
        """Return the text shown."""
        return self._label.text()

    def sizeHint(self) -> QSize:
        return QSize(0, self._label.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._label.setGeometry(self.rect())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
        super().changeEvent(event)
