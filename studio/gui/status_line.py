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
