"""The labels at the bottom of the window."""

from __future__ import annotations

from PySide6.QtWidgets import QStatusBar

from studio.gui.widgets.labels import styled_label
from studio.gui.widgets.steady_label import SteadyLabel


class StatusLine:
    """What is under the pointer, what runs, the level of detail, and how many problems."""

    def __init__(self, bar: QStatusBar) -> None:
        self.hover = SteadyLabel("quiet")
        self.level = styled_label("quiet")
        self.counts = styled_label("quiet")
        self.busy = styled_label("quiet")
        bar.addWidget(self.hover, 1)
        for label in (self.busy, self.level, self.counts):
            bar.addPermanentWidget(label)
        self._hover = self._hint = ""

    def show_hover(self, text: str) -> None:
        """Name what is under the pointer; keys of a drag under way go before it."""
        self._hover = text
        self.hover.setText(self._hint or text)

    def show_hint(self, text: str) -> None:
        """Say what keys do while something is dragged; an empty text ends it."""
        self._hint = text
        self.hover.setText(text or self._hover)
