"""The canvas as those see it who act on it: what it shows, and what it can be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from studio.gui.canvas.levels import Level
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.hud import Crumb
from studio.gui.canvas.painting.marks import Marks
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.picking import Hit
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.stretching import Edge
from studio.gui.canvas.viewport import Viewport


class Surface(Protocol):
    """What floats over the canvas or is dropped on it needs this much of it."""

    @property
    def scene(self) -> Scene | None: ...

    @property
    def viewport(self) -> Viewport: ...

    @property
    def marks(self) -> Marks: ...

    @property
    def selection(self) -> frozenset[str]: ...

    @property
    def is_snapping(self) -> bool: ...

    @property
    def fonts(self) -> Fonts: ...

    def frame(self, view: Viewport) -> Frame: ...

    def crumbs(self) -> list[Crumb]: ...

    def zoom_to(self, addresses: Iterable[str]) -> None: ...

    def show_view(self, view: Viewport) -> None: ...

    def show_marks(self, marks: Marks) -> None: ...

    def toggle_plane(self, plane: str) -> None: ...


class Stage(Surface, Protocol):
    """What gestures act on: things under the pointer, the selection, and edits to ask for."""

    @property
    def level(self) -> Level: ...

    @property
    def visible_planes(self) -> frozenset[str]: ...

    def show_scene(self, scene: Scene) -> None: ...

    def select(self, addresses: frozenset[str]) -> None: ...

    def thing_at(self, px: float, py: float) -> Hit | None: ...

    def edge_at(self, px: float, py: float) -> Edge | None: ...

    def end_at(self, px: float, py: float) -> Hit | None: ...

    def box_at(self, px: float, py: float) -> int | None: ...

    def ask(self, request: EditRequest) -> None: ...

    def redraw(self) -> None: ...

    def say(self, hint: str) -> None: ...
