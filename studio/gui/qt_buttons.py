"""The buttons that Qt puts into docks and tab bars, and names only when it makes them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QAbstractButton, QWidget

from studio.gui.i18n import mark, tr
from studio.gui.widgets.labels import plain_tip

_NAMES: Mapping[str, tuple[str, str]] = {
    "qt_dockwidget_floatbutton": (
        mark("Float"),
        mark("Take the panel out of the window, or put it back"),
    ),
    "qt_dockwidget_closebutton": (
        mark("Close"),
        mark("Close the panel; View › Panels brings it back"),
    ),
    "ScrollLeftButton": (mark("Scroll left"), mark("Show the tabs further left")),
    "ScrollRightButton": (mark("Scroll right"), mark("Show the tabs further right")),
}


def name_qt_buttons(window: QWidget) -> None:
    """Name the buttons for screen readers and pointers, in the language chosen."""
    for button in window.findChildren(QAbstractButton):
        if button.objectName() in _NAMES:
            name, tip = (tr(text) for text in _NAMES[button.objectName()])
            button.setAccessibleName(name)
            button.setAccessibleDescription(tip)
            button.setToolTip(plain_tip(f"{name}\n{tip}"))
