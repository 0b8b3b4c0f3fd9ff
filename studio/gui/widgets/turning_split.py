"""Two halves beside each other where a panel is wide, one above the other where it is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter


def turn_split(split: QSplitter, sizes: Sequence[int], *, is_wide: bool) -> None:
    """Turn a splitter the way there is room for; only a turn gives its halves new sizes."""
    wanted = Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical
    if split.orientation() != wanted:
        split.setOrientation(wanted)
        split.setSizes(sizes)
