"""Carries out what tools ask for: panning, selecting, dragging, zooming, measuring."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QTimer

from studio.gui.canvas.addresses import housing_address
from studio.gui.canvas.boxing import BoxDrag
from studio.gui.canvas.cable_drawing import CableDraw
from studio.gui.canvas.dragging import RackDrag
from studio.gui.canvas.grips import GhostWire, Grip, Readout
from studio.gui.canvas.held import all_of_array
from studio.gui.canvas.held_boxes import alike_boxes
from studio.gui.canvas.picking import address_of, addresses_of, combined, in_marquee
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.snapping import SNAP_PX, at_edges
from studio.gui.canvas.stage import Stage
from studio.gui.canvas.stretching import EdgeDrag
from studio.gui.canvas.tools.events import (
    Drag,
    Intent,
    Marquee,
    Measure,
    Pan,
    Pick,
    Wire,
    ZoomArea,
)
from studio.gui.canvas.viewport import Rect, Viewport
from studio.gui.i18n import tr

_EDIT_MS, _RAREST_MS = 33, 1000
"""Edits of a drag are asked for no more often than the first, and no less than the second."""
MOST_LIVE = 200_000
"""Designs of more components are built anew only when what is dragged is let go."""
_LEAST_AREA_PX = 4.0


class Gestures:
    """Turns intents into views, selections and edits; keeps what the pointer holds."""

    def __init__(self, stage: Stage, pause: QTimer) -> None:
        self._stage = stage
        self._pause = pause
        pause.setSingleShot(True)
        pause.setInterval(_EDIT_MS)
        pause.timeout.connect(self._ask_meanwhile)
        self._drags = 0
        self._dragged: Drag | None = None
        """Where the pointer was last while something is held."""
        self.grip: Grip | None = None
        self.cable: CableDraw | None = None

    @property
    def is_busy(self) -> bool:
        """Tell whether there is something to give up."""
        marks = self._stage.marks
        held = self.grip is not None or self.cable is not None
        return held or marks.marquee is not None or marks.measure is not None

    def carry_out(self, intent: Intent, scene: Scene) -> None:
        """Do what a tool asks for."""
        stage = self._stage
        if isinstance(intent, Pan):
            stage.show_view(stage.viewport.panned(round(intent.dx), round(intent.dy)))
        elif isinstance(intent, Pick):
            stage.select(combined(stage.selection, self._picked(intent, scene), intent.mode))
        elif isinstance(intent, Marquee):
            self._marquee(intent, scene)
        elif isinstance(intent, Drag):
            self._drag(intent, scene)
        elif isinstance(intent, ZoomArea):
            self._zoom_area(intent)
        elif isinstance(intent, Wire):
            self._wire(intent, scene)
        else:
            self._measure(intent)

    def _picked(self, intent: Pick, scene: Scene) -> frozenset[str]:
        hit = self._stage.thing_at(intent.x, intent.y)
        if intent.to_drag:
            # An array goes as a whole until one of its racks, or a box in one, is chosen by itself.
            box = self._stage.box_at(intent.x, intent.y)
            if box is not None:
                alike = alike_boxes(scene.fabric, box)
                return frozenset(housing_address(scene.layout, one) for one in alike)
            if hit is not None and hit.kind == "rack":
                return all_of_array(scene.layout, address_of(scene, hit))
        return addresses_of(scene, hit) if hit is not None else frozenset()

    def _marquee(self, intent: Marquee, scene: Scene) -> None:
        stage = self._stage
        shape = (intent.x1, intent.y1, intent.x2, intent.y2, intent.touching)
        stage.show_marks(replace(stage.marks, marquee=None if intent.done else shape))
        if not intent.done or intent.x1 == intent.x2:
            return
        window = _area(stage.viewport, intent)
        found = in_marquee(scene, stage.viewport, stage.level, window, touching=intent.touching)
        stage.select(combined(stage.selection, found, intent.mode))

    def _drag(self, intent: Drag, scene: Scene) -> None:
        stage = self._stage
        if self.grip is None:
            grip = self._take_hold(intent, scene) if intent.phase == "move" else None
            if grip is None:
                return
            self.grip = grip
            stage.redraw()
            stage.say(_how_to_drag(grip, is_snapping=stage.is_snapping))
        if intent.phase == "cancel":
            self._end(self.grip.give_up(), self.grip, scene)
            return
        dx, dy = intent.along_axis
        if isinstance(self.grip, BoxDrag):
            self.grip.switch(intent.is_switched, intent.is_straight)
            dx, dy = intent.dx, intent.dy
        scale = stage.viewport.scale
        reach = SNAP_PX / scale if stage.is_snapping != intent.is_exact else 0.0
        self.grip.move(dx / scale, dy / scale, reach)
        self._dragged = intent
        self._show_held(scene)
        stage.show_scene(scene.with_racks(self.grip.rects(scene)))
        if intent.phase == "done":
            self._end(self.grip.request(), self.grip, scene)
        elif self._is_live(scene) and not self._pause.isActive():
            self._ask_meanwhile()
            self._pause.start()

    def keys_changed(self, *, shift: bool, ctrl: bool, alt: bool) -> None:
        """Follow keys that are pressed or let go while the pointer rests."""
        if self._dragged is not None:
            at = replace(self._dragged, is_straight=shift, is_switched=ctrl, is_exact=alt)
            if at != self._dragged:
                self._dragged = at
                self.drag_again()

    def drag_again(self) -> None:
        """Bring what is held to where the pointer is, as after snapping was switched."""
        scene = self._stage.scene
        if self._dragged is not None and scene is not None:
            self._drag(self._dragged, scene)

    def _show_held(self, scene: Scene) -> None:
        """Say what is held, where it snaps, and what would be there."""
        if self.grip is None or self._dragged is None:
            return
        stage, at = self._stage, self._dragged
        place = (at.x + at.dx, at.y + at.dy, self.grip.readout(scene))
        stage.show_marks(
            replace(stage.marks, guides=self.grip.guides, ghosts=self.grip.ghosts, readout=place)
        )

    def _take_hold(self, intent: Drag, scene: Scene) -> Grip | None:
        """Return what is under the pointer where a drag begins: an edge, a box, or racks."""
        stage = self._stage
        self._drags += 1
        edge = stage.edge_at(intent.x, intent.y)
        if edge is not None:
            return EdgeDrag(scene, edge, self._drags)
        box = stage.box_at(intent.x, intent.y)
        if box is not None and housing_address(scene.layout, box) in stage.selection:
            begun = stage.viewport.to_world(intent.x, intent.y)
            return BoxDrag(scene, stage.selection, box, begun)
        racks = RackDrag(scene, stage.selection, self._drags)
        return None if racks.is_empty else racks

    def _is_live(self, scene: Scene) -> bool:
        is_small = scene.layout.component_count <= MOST_LIVE
        return self.grip is not None and self.grip.is_live and is_small

    def _ask_meanwhile(self) -> None:
        request = self.grip.request() if self.grip is not None else None
        if request is None:
            return
        begun = time.perf_counter()
        self._stage.ask(request)
        if self._stage.scene is not None:
            # Cables have their new lengths by now.
            self._show_held(self._stage.scene)
        # Where a design takes long to build, the drag itself stays smooth and figures follow later.
        cost_ms = (time.perf_counter() - begun) * 1e3
        self._pause.setInterval(int(min(max(_EDIT_MS, 3 * cost_ms), _RAREST_MS)))

    def let_go(self) -> None:
        """Forget what the pointer holds, and ask for nothing."""
        self.grip = self.cable = self._dragged = None
        self._pause.stop()
        self._pause.setInterval(_EDIT_MS)
        stage = self._stage
        stage.show_marks(
            replace(stage.marks, guides=(), ghosts=(), wire=None, marquee=None, readout=None)
        )

    def _end(self, request: EditRequest | None, grip: Grip, scene: Scene) -> None:
        self.grip = self._dragged = None
        self._pause.stop()
        self._pause.setInterval(_EDIT_MS)
        stage = self._stage
        stage.say("")
        stage.show_marks(replace(stage.marks, guides=(), ghosts=(), readout=None))
        stage.show_scene(scene.with_racks(grip.rects(scene)))
        stage.redraw()
        if request is not None:
            stage.ask(request)
        after = stage.scene
        chosen = grip.selected_after(after) if after is not None else None
        if chosen:
            stage.select(chosen)

    def _wire(self, intent: Wire, scene: Scene) -> None:
        stage = self._stage
        if intent.phase == "cancel":
            self._end_wire()
            return
        if self.cable is None:
            hit = stage.thing_at(intent.x1, intent.y1)
            if hit is not None and hit.kind == "trace":
                # Traces are fixed: a cable may begin at the box that they are in.
                hit = stage.end_at(intent.x1, intent.y1)
            if hit is None or hit.kind not in ("component", "cable", "housing"):
                stage.show_marks(replace(stage.marks, readout=self._too_far(intent)))
                return
            self.cable = CableDraw(scene, hit, stage.visible_planes)
        self.cable.point_at(stage.end_at(intent.x2, intent.y2))
        self.show_cable(intent.x2, intent.y2)
        if intent.phase == "done":
            request = self.cable.request()
            self._end_wire()
            if request is not None:
                stage.ask(request)
                stage.select(self._cable_made(scene) or stage.selection)

    def _cable_made(self, before: Scene) -> frozenset[str]:
        """Return the links of the cable that is there since an earlier drawing."""
        after = self._stage.scene
        if after is None:
            return frozenset()
        known = {one.name for one in before.fabric.links.rules}
        return frozenset(
            f"rule:{one.name}[{number}]"
            for one in after.fabric.links.rules
            if one.name not in known
            for number in range(len(one.a))
        )

    def next_cable(self) -> None:
        """Draw the cable like the next rule that joins such components."""
        if self.cable is not None:
            self.cable.next_choice()
            self.show_cable()

    def show_cable(self, x: float | None = None, y: float | None = None) -> None:
        """Show the cable as it would be; at the pointer's last place where none is given."""
        if self.cable is None:
            return
        stage = self._stage
        if x is None or y is None:
            if stage.marks.readout is None:
                return
            x, y, _ = stage.marks.readout
        aim = self.cable.aim
        end = stage.viewport.to_world(x, y)
        wire = GhostWire(self.cable.start, self.cable.end, end, aim.readout.is_wrong)
        stage.show_marks(replace(stage.marks, wire=wire, readout=(x, y, aim.readout)))

    def _too_far(self, intent: Wire) -> tuple[float, float, Readout] | None:
        if intent.phase != "move":
            return None
        hint = tr("Zoom in to a component to begin a cable at it.")
        return intent.x2, intent.y2, Readout(hint)

    def _end_wire(self) -> None:
        self.cable = None
        stage = self._stage
        stage.show_marks(replace(stage.marks, wire=None, readout=None))

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
            x1, y1 = self._measured_at(intent.x1, intent.y1)
            x2, y2 = self._measured_at(intent.x2, intent.y2)
            # What is measured along an axis stays on it.
            x2, y2 = x1 if intent.x1 == intent.x2 else x2, y1 if intent.y1 == intent.y2 else y2
            measure = (x1, y1, x2, y2)
        stage.show_marks(replace(stage.marks, measure=measure))

    def _measured_at(self, x: float, y: float) -> tuple[float, float]:
        stage = self._stage
        place = stage.viewport.to_world(x, y)
        if stage.scene is None or not stage.is_snapping:
            return place
        return at_edges(place, stage.scene.racks, SNAP_PX / stage.viewport.scale)


def _how_to_drag(grip: Grip, *, is_snapping: bool) -> str:
    """Return what keys do while something is dragged."""
    snap = tr("Alt or S: exactly at the pointer") if is_snapping else tr("Alt or S: snap")
    keys = (tr(grip.with_shift), tr("Esc: leave it as it was"))
    return "   ".join((snap, *keys) if grip.snaps else keys)


def _area(view: Viewport, intent: Marquee | ZoomArea) -> Rect:
    """Return the rectangle of a marquee in metres."""
    left, top = view.to_world(min(intent.x1, intent.x2), min(intent.y1, intent.y2))
    width, height = abs(intent.x2 - intent.x1), abs(intent.y2 - intent.y1)
    return left, top, width / view.scale, height / view.scale
