"""Labels and plain areas with the object name their style rule is written for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as Texts
from PySide6.QtWidgets import QFrame, QLabel, QToolBar, QWidget

_NOTHING = "\u200b"
"""A space of no width."""


class TextLabel(QLabel):
    """A label that shows a text as it is.

    Qt takes what looks like a tag for one, and a name out of a file may be `<img src=…>`.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)


def plain_tip(text: str) -> str:
    """Return a text that a tool tip, which knows no plain text, shows as it is."""
    if not Texts.mightBeRichText(text):
        return text
    return text.replace("<", f"<{_NOTHING}").replace("&", f"&{_NOTHING}")


def styled_label(name: str, text: str = "") -> TextLabel:
    """Return a label in one of the theme's styles; `empty` is centred and wraps."""
    label = TextLabel(text)
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
