"""Qt's mouse and keys in the words of the tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from studio.gui.canvas.tools.events import Button, PointerEvent

_BUTTONS: Mapping[Qt.MouseButton, Button] = {
    Qt.MouseButton.LeftButton: "left",
    Qt.MouseButton.MiddleButton: "middle",
    Qt.MouseButton.RightButton: "right",
}
CURSORS: Mapping[str, Qt.CursorShape] = {
    "select": Qt.CursorShape.ArrowCursor,
    "move": Qt.CursorShape.SizeAllCursor,
    "pan": Qt.CursorShape.OpenHandCursor,
    "zoom": Qt.CursorShape.CrossCursor,
    "measure": Qt.CursorShape.CrossCursor,
    "cable": Qt.CursorShape.CrossCursor,
}
ARROWS: Mapping[Qt.Key, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
"""Steps to the right and down."""

_KEYS: Mapping[str, tuple[Qt.Key, Qt.KeyboardModifier]] = {
    "shift": (Qt.Key.Key_Shift, Qt.KeyboardModifier.ShiftModifier),
    "ctrl": (Qt.Key.Key_Control, Qt.KeyboardModifier.ControlModifier),
    "alt": (Qt.Key.Key_Alt, Qt.KeyboardModifier.AltModifier),
}


def pointer_event(kind: Literal["press", "move", "release"], event: QMouseEvent) -> PointerEvent:
    """Return a mouse event as tools take it."""
    keys = event.modifiers()
    return PointerEvent(
        kind,
        event.position().x(),
        event.position().y(),
        _BUTTONS.get(event.button(), "none"),
        bool(keys & Qt.KeyboardModifier.ShiftModifier),
        bool(keys & Qt.KeyboardModifier.ControlModifier),
        bool(keys & Qt.KeyboardModifier.AltModifier),
    )


def keys_held(event: QKeyEvent, *, is_down: bool) -> Mapping[str, bool]:
    """Return which of the keys that change a drag are held once a key is down or up.

    The event itself tells what was held before.
    """
    before = event.modifiers()
    return {
        name: is_down if event.key() == key else bool(before & modifier)
        for name, (key, modifier) in _KEYS.items()
    }
