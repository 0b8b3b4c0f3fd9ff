"""A chosen line in full, and what its figure rests on: error band, evidence, assumptions."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from studio.gui.i18n import tr
from studio.gui.theme import SPACE, Theme
from studio.gui.views.explain_rows import Rest
from studio.gui.widgets.focus_line import FocusLine

_BELOW = "margin:0 0 6px 0"
"""What stays free below a paragraph."""


class RestsList(QWidget):
    """A heading and one paragraph for each thing, to select and copy."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[Rest, ...] = ()
        self._line = ("", "")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        FocusLine(scroll)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._text)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, 0, 0, 0)
        column.addWidget(scroll, 1)
        self.retranslate()

    @property
    def rests(self) -> tuple[Rest, ...]:
        """Return what is shown."""
        return self._shown

    def show_rests(self, rests: tuple[Rest, ...]) -> None:
        """Show what a figure rests on."""
        if rests != self._shown:
            self._shown = rests
            self._write()

    def show_line(self, title: str, text: str) -> None:
        """Show a line in full above the rest; nothing where both are empty."""
        if (title, text) != self._line:
            self._line = title, text
            self._write()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        self._write()

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._write()

    def _write(self) -> None:
        """The list is hidden where there is nothing to read in it."""
        title, text = self._line
        chosen = [_heading(title), f"<p style='{_BELOW}'>{_lines(text)}</p>"] if title else []
        rests = [self._paragraph(rest) for rest in self._shown]
        self._text.setText(
            "".join([*chosen, *([_heading(tr("Rests on")), *rests] if rests else [])])
        )
        self.setVisible(bool(chosen or rests))

    def _paragraph(self, rest: Rest) -> str:
        colour = self._theme.warning if rest.is_warning else self._theme.quiet
        title = f"<span style='color:{colour}'>{escape(rest.title)}</span>"
        return f"<p style='{_BELOW}'>{title}<br>{_lines(rest.text)}</p>"


def _heading(text: str) -> str:
    return f"<p style='margin:0 0 2px 0; font-weight:600'>{escape(text)}</p>"


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
