"""Make Qt look up a widget's style rules again."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def restyle(widget: QWidget) -> None:
    """Apply the style sheet anew after an object name or property changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
