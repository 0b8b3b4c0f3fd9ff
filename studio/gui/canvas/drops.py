"""Library items dragged over the canvas: what they would become, until they are dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

from studio.errors import StudioError
from studio.gui.canvas.dropping import MIME_TYPE, Landing, in_scope, landing, parse_item
from studio.gui.canvas.fitting import RackRoom
from studio.gui.canvas.requests import DropTarget
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.stage import Surface


@dataclass(frozen=True)
class _Held:
    """A library item over the canvas."""

    item: bytes
    x: float
    """Where the pointer is, in pixels."""
    y: float
    keys: Qt.KeyboardModifier


class Drops:
    """Takes drags of library items."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._room: tuple[Scene, RackRoom] | None = None
        self._held: _Held | None = None

    def enter(self, event: QDragEnterEvent) -> None:
        """Welcome what comes from the library."""
        if event.mimeData().hasFormat(MIME_TYPE) and self._surface.scene is not None:
            event.acceptProposedAction()

    def move(self, event: QDragMoveEvent) -> None:
        """Show where the item would stand."""
        self._held = _held(event)
        found = self._landing(self._held)
        self._show(found)
        if found is None:
            event.ignore()
        else:
            event.acceptProposedAction()

    def again(self) -> None:
        """Show where the item would stand after the view has moved beneath the pointer."""
        if self._held is not None:
            self._show(self._landing(self._held))

    def leave(self) -> None:
        """Show nothing more."""
        self._held = None
        self._show(None)

    def drop(self, event: QDropEvent) -> DropTarget | None:
        """Return where the item was dropped, None where it can't be."""
        found = self._landing(_held(event))
        self.leave()
        if found is None:
            return None
        event.acceptProposedAction()
        return found.target

    def _show(self, found: Landing | None) -> None:
        ghosts = (found.ghost,) if found is not None else ()
        self._surface.show_marks(replace(self._surface.marks, ghosts=ghosts))

    def _landing(self, held: _Held) -> Landing | None:
        scene = self._surface.scene
        if scene is None:
            return None
        view = self._surface.viewport
        x, y = view.to_world(held.x, held.y)
        try:
            item = parse_item(held.item)
            keys = held.keys
            exact = bool(keys & Qt.KeyboardModifier.AltModifier)
            snaps = self._surface.is_snapping != exact
            rear = bool(keys & Qt.KeyboardModifier.ShiftModifier)
            room = self._room_of(scene)
            found = landing(scene, view, item, x, y, room, snaps=snaps, rear=rear)
        except StudioError:
            return None
        switched = bool(keys & Qt.KeyboardModifier.ControlModifier)
        return in_scope(scene, found, self._surface.selection, switched) if found else None

    def _room_of(self, scene: Scene) -> RackRoom:
        if self._room is None or self._room[0] is not scene:
            self._room = (scene, RackRoom(scene, np.zeros(0, dtype=np.int64)))
        return self._room[1]


def _held(event: QDropEvent) -> _Held:
    item = bytes(event.mimeData().data(MIME_TYPE).data())
    return _Held(item, event.position().x(), event.position().y(), event.modifiers())
