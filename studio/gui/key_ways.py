"""Where keys go in the window: past what is covered, and to the button that has the focus."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QPushButton,
    QToolButton,
    QWidget,
)

_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOST_STEPS = 1000
"""More controls than the window has: that many in a row are never all covered."""


def step_in_sight(window: QMainWindow, step: Callable[[], bool]) -> bool:
    """Let `step` move the focus until it is at a control that can be seen.

    Qt lays a panel whose tab is not on top beside the window instead of hiding it, and Tab would
    lead through all of its controls there.
    """
    begun = QApplication.focusWidget()
    for _ in range(_MOST_STEPS):
        if not step():
            return False
        control = QApplication.focusWidget()
        if control is None or control is begun or _is_in_sight(window, control):
            return True
    return True


def press_focused(event: QKeyEvent) -> bool:
    """Click the button that has the focus where Enter is pressed; tells whether there is one.

    Outside of dialogs Qt leaves buttons to the space bar.
    """
    button = QApplication.focusWidget()
    is_button = isinstance(button, QPushButton | QToolButton)
    if not is_button or event.key() not in _ENTERS or event.isAutoRepeat():
        return False
    assert isinstance(button, QPushButton | QToolButton)
    button.click()
    return True


def _is_in_sight(window: QMainWindow, control: QWidget) -> bool:
    if control.size().isEmpty():
        return False
    holder: QWidget | None = control
    while holder is not None and not (isinstance(holder, QDockWidget) or holder is window):
        holder = holder.parentWidget()
    if not isinstance(holder, QDockWidget) or holder.isFloating():
        return window.rect().contains(control.geometry()) or control.parentWidget() is not window
    return holder.geometry().intersects(window.rect())
