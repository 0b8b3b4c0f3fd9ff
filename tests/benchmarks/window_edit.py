"""How long an edit takes until canvas, figures and plots show it, in the real window.

Single edits, undo, a slider held and moved, and a rack dragged; CloudMatrix 384 at 1600 x 900,
software rendering. Atlas 950 beside it, as the largest design that is shipped.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.design.edits import set_field
from studio.design.model import Design
from studio.session.library import find_design
from tests.benchmarks._window import shown_window

EDITS = 40
WARM_UP = 5
FRAME_S = 1 / 60
"""Slider and pointer send no more steps than a screen shows frames."""


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield percentiles over edits, and rates over drags."""
    for design, prefix in (("cloudmatrix-384", "window"), ("atlas-950", "window_atlas_950")):
        with tempfile.TemporaryDirectory() as folder, shown_window(Path(folder)) as (app, window):
            bench = _Bench(app, window, design)
            yield from bench.edits(prefix)
            yield from bench.slider(prefix)
            yield from bench.drag(prefix)


class _Bench:
    """A window with a design open."""

    def __init__(self, app: Any, window: Any, design: str) -> None:
        self.app, self.window = app, window
        self.window.open_path(find_design(design))
        self.settle()
        document = self.window.workspace.document
        assert document is not None
        fabric = document.fabric
        self.npu = fabric.layout.parts[int(fabric.layout.part[fabric.npus[0]])].id
        self.rack = next(iter(document.design.racks))
        self.painted = _count_paints(self.window.plots)

    def settle(self) -> None:
        """Handle events until everything shows the present design."""
        from studio.gui import app as studio_app

        studio_app.wait_until_drawn(self.app, self.window)

    def edits(self, prefix: str) -> Iterator[dict[str, Any]]:
        """Alternate a part's power, which all plots but one follow, with a rack that moves."""
        whole, undos = [], []
        for number in range(EDITS + WARM_UP):
            self.painted.clear()
            start = time.perf_counter()
            (self._power if number % 2 else self._move)(number)
            self.settle()
            whole.append(time.perf_counter() - start)
            if number % 2 and not self.painted:
                raise RuntimeError("the plots did not follow the power of a part")
        for _ in range(EDITS):
            start = time.perf_counter()
            self.window.workspace.undo()
            self.window.canvas.repaint()
            undos.append(time.perf_counter() - start)
            self.settle()
        yield _time(f"{prefix}_edit_to_plots_p50", whole[WARM_UP:], 50)
        yield _time(f"{prefix}_edit_to_plots_p95", whole[WARM_UP:], 95)
        yield _time(f"{prefix}_undo_p95", undos, 95)

    def slider(self, prefix: str) -> Iterator[dict[str, Any]]:
        """Move a slider at every frame, and count how often the plots were painted anew."""
        self.painted.clear()
        start = time.perf_counter()
        for number in range(60):
            step = time.perf_counter()
            self._power(number, merge_key="slider")
            self._events_until(step + FRAME_S)
        seconds = time.perf_counter() - start
        plots = max(self.painted.values(), default=0)
        last = time.perf_counter()
        self.settle()
        yield _rate(f"{prefix}_slider_plots_per_s", plots / seconds)
        yield {
            "name": f"{prefix}_slider_end_to_plots",
            "value": round(time.perf_counter() - last, 4),
            "unit": "s",
        }

    def drag(self, prefix: str) -> Iterator[dict[str, Any]]:
        """Drag racks over the canvas with the pointer, one step a frame."""
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        canvas, left = self.window.canvas, Qt.MouseButton.LeftButton
        x, y, width, depth = canvas.scene.racks[0]
        at = QPoint(*(round(v) for v in canvas.viewport.to_screen(x + width / 2, y + depth / 2)))
        QTest.mousePress(canvas, left, Qt.KeyboardModifier.NoModifier, at)
        shown: list[object] = []
        self.window.workspace.evaluated.connect(shown.append)
        frames = []
        start = time.perf_counter()
        for number in range(60):
            step = time.perf_counter()
            QTest.mouseMove(canvas, at + QPoint(2 * number + 6, number))
            canvas.repaint()
            frames.append(time.perf_counter() - step)
            self._events_until(step + FRAME_S)
        seconds = time.perf_counter() - start
        QTest.mouseRelease(canvas, left, Qt.KeyboardModifier.NoModifier, at + QPoint(126, 60))
        self.window.workspace.evaluated.disconnect(shown.append)
        self.settle()
        yield _time(f"{prefix}_drag_frame_p95", frames, 95)
        yield _rate(f"{prefix}_drag_figures_per_s", len(shown) / seconds)

    def _move(self, number: int) -> None:
        path, x = ("racks", self.rack, "x_m"), 2.0 + 0.01 * number
        self.window.workspace.apply("move", lambda design: set_field(design, path, x))

    def _power(self, number: int, merge_key: str | None = None) -> None:
        watts = 800.0 + number
        self.window.workspace.apply("power", lambda d: _with_power(d, self.npu, watts), merge_key)

    def _events_until(self, end: float) -> None:
        self.app.processEvents()
        while time.perf_counter() < end:
            time.sleep(0.001)
            self.app.processEvents()


def _with_power(design: Design, part: Any, watts: float) -> Design:
    change = {"values": {"power_typical": {"value": watts}}}
    return set_field(design, ("parts",), {**design.parts, part: change})


def _count_paints(panel: Any) -> Counter[int]:
    """Return a counter of how often each plot of the panel is painted, from now on."""
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QGraphicsView

    count: Counter[int] = Counter()

    class Watch(QObject):
        def eventFilter(self, watched: Any, event: Any) -> bool:
            if event.type() == QEvent.Type.Paint:
                count[id(watched)] += 1
            return False

    watch = Watch(panel)
    for view in panel.findChildren(QGraphicsView):
        view.viewport().installEventFilter(watch)
    return count


def _time(name: str, values: list[float], percent: int) -> dict[str, Any]:
    place = statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
    return {"name": name, "value": round(place, 4), "unit": "s"}


def _rate(name: str, per_s: float) -> dict[str, Any]:
    return {"name": name, "value": round(per_s, 1), "unit": "1/s"}
