"""Labels and plain areas with the object name their style rule is written for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QToolBar, QWidget


def styled_label(name: str, text: str = "") -> QLabel:
    """Return a label in one of the theme's styles; `empty` is centred and wraps."""
    label = QLabel(text)
    label.setObjectName(name)
    if name == "empty":
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setWordWrap(True)
    return label


def styled_area(name: str) -> QWidget:
    """Return a plain area that its style rule may paint."""
    area = QWidget()
    area.setObjectName(name)
    area.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return area


def styled_frame(name: str) -> QFrame:
    """Return a frame in one of the theme's styles."""
    frame = QFrame()
    frame.setObjectName(name)
    return frame


def fixed_toolbar(name: str) -> QToolBar:
    """Return a tool bar that stays where it is."""
    bar = QToolBar()
    bar.setObjectName(name)
    bar.setMovable(False)
    return bar
