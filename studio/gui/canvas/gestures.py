"""Carries out what tools ask for: panning, selecting, dragging racks, zooming, measuring."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QTimer

from studio.gui.canvas.dragging import RackDrag
from studio.gui.canvas.levels import Level
from studio.gui.canvas.painting.marks import Marks
from studio.gui.canvas.picking import Hit, addresses_of, combined, in_marquee
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.tools.events import (
    Drag,
    Intent,
    Marquee,
    Measure,
    Pan,
    Pick,
    ZoomArea,
)
from studio.gui.canvas.viewport import Rect, Viewport
from studio.gui.i18n import tr

_EDIT_MS = 33
"""Edits of a drag are asked for no more often."""
_SNAP_PX = 9.0
_LEAST_AREA_PX = 4.0


class Stage(Protocol):
    """What gestures act on: the canvas as they see it."""

    @property
    def viewport(self) -> Viewport: ...

    @property
    def level(self) -> Level: ...

    @property
    def selection(self) -> frozenset[str]: ...

    @property
    def marks(self) -> Marks: ...

    def show_view(self, view: Viewport) -> None: ...

    def show_marks(self, marks: Marks) -> None: ...

    def show_scene(self, scene: Scene) -> None: ...

    def select(self, addresses: frozenset[str]) -> None: ...

    def thing_at(self, px: float, py: float) -> Hit | None: ...

    def ask(self, request: EditRequest) -> None: ...

    def redraw(self) -> None: ...


class Gestures:
    """Turns intents into views, selections and edits; holds the drag in progress."""

    def __init__(self, stage: Stage, pause: QTimer) -> None:
        self._stage = stage
        self._pause = pause
        pause.setSingleShot(True)
        pause.setInterval(_EDIT_MS)
        pause.timeout.connect(self._ask_for_move)
        self._drags = 0
        self.drag: RackDrag | None = None

    @property
    def is_busy(self) -> bool:
        """Tell whether there is something to give up."""
        marks = self._stage.marks
        return self.drag is not None or marks.marquee is not None or marks.measure is not None

    def carry_out(self, intent: Intent, scene: Scene) -> None:
        """Do what a tool asks for."""
        stage = self._stage
        if isinstance(intent, Pan):
            stage.show_view(stage.viewport.panned(round(intent.dx), round(intent.dy)))
        elif isinstance(intent, Pick):
            hit = stage.thing_at(intent.x, intent.y)
            found = addresses_of(scene, hit) if hit is not None else frozenset[str]()
            stage.select(combined(stage.selection, found, intent.mode))
        elif isinstance(intent, Marquee):
            self._marquee(intent, scene)
        elif isinstance(intent, Drag):
            self._move_racks(intent, scene)
        elif isinstance(intent, ZoomArea):
            self._zoom_area(intent)
        else:
            self._measure(intent)

    def _marquee(self, intent: Marquee, scene: Scene) -> None:
        stage = self._stage
        shape = (intent.x1, intent.y1, intent.x2, intent.y2, intent.touching)
        stage.show_marks(replace(stage.marks, marquee=None if intent.done else shape))
        if not intent.done or intent.x1 == intent.x2:
            return
        window = _area(stage.viewport, intent)
        found = in_marquee(scene, stage.viewport, stage.level, window, touching=intent.touching)
        stage.select(combined(stage.selection, found, intent.mode))

    def _move_racks(self, intent: Drag, scene: Scene) -> None:
        stage = self._stage
        if self.drag is None:
            self._drags += 1
            drag = RackDrag(scene, stage.selection, self._drags)
            if intent.phase != "move" or drag.is_empty:
                return
            self.drag = drag
            stage.redraw()
        if intent.phase == "cancel":
            self._end(self.drag.give_up(tr("Move racks")), scene)
            return
        scale = stage.viewport.scale
        reach = _SNAP_PX / scale if intent.snap else 0.0
        self.drag.move(intent.dx / scale, intent.dy / scale, reach)
        stage.show_marks(replace(stage.marks, guides=self.drag.snap.guides))
        stage.show_scene(scene.with_racks(self.drag.rects(scene)))
        if intent.phase == "done":
            self._end(self.drag.request(tr("Move racks")), scene)
        elif not self._pause.isActive():
            self._ask_for_move()
            self._pause.start()

    def _ask_for_move(self) -> None:
        request = self.drag.request(tr("Move racks")) if self.drag is not None else None
        if request is not None:
            self._stage.ask(request)

    def _end(self, request: EditRequest | None, scene: Scene) -> None:
        drag, self.drag = self.drag, None
        self._pause.stop()
        stage = self._stage
        stage.show_marks(replace(stage.marks, guides=()))
        if drag is not None:
            stage.show_scene(scene.with_racks(drag.rects(scene)))
        stage.redraw()
        if request is not None:
            stage.ask(request)

    def _zoom_area(self, intent: ZoomArea) -> None:
        stage = self._stage
        shape = (intent.x1, intent.y1, intent.x2, intent.y2, False)
        wide, high = abs(intent.x2 - intent.x1), abs(intent.y2 - intent.y1)
        empty = min(wide, high) < _LEAST_AREA_PX
        stage.show_marks(replace(stage.marks, marquee=None if intent.done or empty else shape))
        if not intent.done:
            return
        if empty or not intent.inward:
            factor = 2.0 if intent.inward else 0.5
            stage.show_view(stage.viewport.zoomed(factor, intent.x2, intent.y2))
        else:
            stage.show_view(stage.viewport.fitted(_area(stage.viewport, intent), 0.0))

    def _measure(self, intent: Measure) -> None:
        stage = self._stage
        measure = None
        if (intent.x1, intent.y1) != (intent.x2, intent.y2):
            start = stage.viewport.to_world(intent.x1, intent.y1)
            measure = (*start, *stage.viewport.to_world(intent.x2, intent.y2))
        stage.show_marks(replace(stage.marks, measure=measure))


def _area(view: Viewport, intent: Marquee | ZoomArea) -> Rect:
    """Return the rectangle of a marquee in metres."""
    left, top = view.to_world(min(intent.x1, intent.x2), min(intent.y1, intent.y2))
    width, height = abs(intent.x2 - intent.x1), abs(intent.y2 - intent.y1)
    return left, top, width / view.scale, height / view.scale
