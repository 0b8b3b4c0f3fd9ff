"""A line along the top of a widget that paints itself, while it has the focus by key."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QWidget

from studio.gui.guard import guarded

HEIGHT = 2
_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


@guarded
class FocusLine(QFrame):
    """Shows where keys go; a click says so by itself."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.setObjectName("focusLine")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        owner.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, QWidget):
            if isinstance(event, QFocusEvent):
                by_key = event.gotFocus() and event.reason() in _BY_KEY
                self.setVisible(by_key)
                self.raise_()
            self.setGeometry(0, 0, watched.width(), HEIGHT)
        return super().eventFilter(watched, event)
