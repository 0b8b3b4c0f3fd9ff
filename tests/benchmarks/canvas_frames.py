"""Painted frames of the real canvas at 1600 x 900: pan, zoom, drag of racks, marquee, opening.

Every step is an event as the window system would send it, followed by the paint it causes; a
frame counts when its paint event has been handled.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio import paths
from studio.catalog.catalog import Catalog, load_catalog
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.gui.canvas.held import all_of_array
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.view import CanvasView
from studio.storage.project_file import read_design

WIDTH, HEIGHT = 1600, 900
_FRAMES = 120
_DESIGNS = ("cloudmatrix-384", "atlas-950")
_NO_KEY = Qt.KeyboardModifier.NoModifier
_Times = list[tuple[float, float]]
"""Of each frame: seconds on the clock, and seconds of processor time."""
_MIDDLE, _LEFT = Qt.MouseButton.MiddleButton, Qt.MouseButton.LeftButton


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield the frame rates on each reference design there is."""
    app = QApplication.instance() or QApplication([])
    catalog = load_catalog([paths.parts_dir()])
    for name in _DESIGNS:
        path = paths.designs_dir() / f"{name}.supernode"
        if path.exists():
            yield from _of_design(name, path, catalog)
    del app


def _of_design(name: str, path: Any, catalog: Catalog) -> Iterator[dict[str, Any]]:
    fabric = compile_design(read_design(path).design, catalog)
    begun = time.perf_counter()
    view = CanvasView()
    view.resize(WIDTH, HEIGHT)
    view.set_fabric(fabric)
    view.show()
    _paint(view)
    yield _result(name, "first painted frame", (time.perf_counter() - begun) * 1e3, "ms")
    rack = fabric.layout.racks[len(fabric.layout.racks) // 3].label
    for place, address in (("hall", ()), ("rack", (rack,)), ("node", _a_node(fabric, rack))):
        view.zoom_to(address)
        rest(view)
        yield from _rates(name, f"pan {place}", pan(view))
        yield from _rates(name, f"zoom {place}", _zoom(view))
        yield _result(name, f"sharp picture {place}", _sharp(view), "ms")
    view.zoom_to_fit()
    yield from _rates(name, "drag racks", _drag(view, fabric, all_of_array(fabric.layout, rack)))
    computing = _computing(fabric)
    cables = sum(one.cable_count for one in fabric.links.rules if one.rule.cable)
    what = f"drag {computing[1]} nodes in {len(computing[0])} racks with {cables} cables"
    yield from _rates(name, what, _drag(view, fabric, computing[0]))
    yield _result(name, "marquee of everything", _marquee(view), "ms")
    view.close()


def _a_node(fabric: Fabric, rack: str) -> tuple[str, ...]:
    layout = fabric.layout
    number = layout.rack_by_label[rack]
    own = [n for n, housing in enumerate(layout.housings) if housing.rack == number]
    largest = max(own, key=lambda n: int(layout.start[n + 1] - layout.start[n]))
    return (f"{rack}/{layout.housings[largest].label}",)


def _paint(view: CanvasView) -> None:
    view.repaint()
    QApplication.processEvents()


def rest(view: CanvasView) -> None:
    """Wait until the picture has been painted sharp."""
    limit = time.perf_counter() + 2.0
    while not view.is_sharp and time.perf_counter() < limit:
        QTest.qWait(10)


def _timed(view: CanvasView, steps: int, act: Callable[[int], None]) -> _Times:
    times = []
    for step in range(steps):
        begun, busy = time.perf_counter(), time.process_time()
        act(step)
        _paint(view)
        times.append((time.perf_counter() - begun, time.process_time() - busy))
    return times


def pan(view: CanvasView) -> _Times:
    """Drag the view, one frame a step."""
    middle = QPoint(WIDTH // 2, HEIGHT // 2)
    QTest.mousePress(view, _MIDDLE, _NO_KEY, middle)

    def act(step: int) -> None:
        turn = step if step < _FRAMES // 2 else _FRAMES - step
        QTest.mouseMove(view, middle + QPoint(7 * turn, 4 * turn))

    times = _timed(view, _FRAMES, act)
    QTest.mouseRelease(view, _MIDDLE, _NO_KEY, middle)
    return times


def _zoom(view: CanvasView) -> _Times:
    place = QPointF(WIDTH / 2, HEIGHT / 2)

    def act(step: int) -> None:
        turn = 60 if step < _FRAMES // 2 else -60
        QApplication.sendEvent(
            view,
            QWheelEvent(
                place,
                view.mapToGlobal(place),
                QPoint(),
                QPoint(0, turn),
                Qt.MouseButton.NoButton,
                _NO_KEY,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )

    return _timed(view, _FRAMES, act)


def _sharp(view: CanvasView) -> float:
    times = []
    for _ in range(5):
        view.set_theme(view.theme)
        begun = time.perf_counter()
        _paint(view)
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1e3


def _computing(fabric: Fabric) -> tuple[frozenset[str], int]:
    """Return the racks that hold NPUs, and how many nodes they are in."""
    layout = fabric.layout
    racks = {int(number) for number in layout.rack[fabric.npus]}
    nodes = {int(number) for number in layout.housing[fabric.npus]}
    return frozenset(layout.racks[number].label for number in racks), len(nodes)


def _drag(view: CanvasView, fabric: Fabric, racks: frozenset[str]) -> _Times:
    """Drag racks, compiling what is asked for as the window does."""
    current = fabric

    def apply(request: EditRequest) -> None:
        nonlocal current
        current = compile_design(request.edit(current.design), current.catalog, current)
        view.set_fabric(current)

    view.edit_requested.connect(apply)
    view.set_selection(racks)
    start = view.mapped(min(racks)) or QPoint(0, 0)
    QTest.mousePress(view, _LEFT, _NO_KEY, start)

    def act(step: int) -> None:
        QTest.mouseMove(view, start + QPoint(6 + step, 2 * step))

    times = _timed(view, _FRAMES, act)
    QTest.mouseRelease(view, _LEFT, _NO_KEY, start + QPoint(_FRAMES, 2 * _FRAMES))
    view.edit_requested.disconnect(apply)
    return times[1:]


def _marquee(view: CanvasView) -> float:
    view.zoom_to_fit()
    view.set_selection(frozenset())
    rest(view)
    begun = time.perf_counter()
    QTest.mousePress(view, _LEFT, _NO_KEY, QPoint(2, 80))
    QTest.mouseMove(view, QPoint(WIDTH // 2, HEIGHT // 2))
    QTest.mouseRelease(view, _LEFT, _NO_KEY, QPoint(WIDTH - 3, HEIGHT - 3))
    _paint(view)
    return (time.perf_counter() - begun) * 1e3


def _rates(design: str, what: str, times: _Times) -> Iterator[dict[str, Any]]:
    """Yield frames per second, the slow frames, and what a frame costs on a busy machine too."""
    wall = sorted(one for one, _ in times)
    yield _result(design, what, len(times) / sum(wall), "frame/s")
    yield _result(design, f"{what}, 95th percentile", wall[int(len(wall) * 0.95)] * 1e3, "ms")
    busy = statistics.median(cpu for _, cpu in times)
    yield _result(design, f"{what}, processor time of a frame", busy * 1e3, "ms")


def _result(design: str, what: str, value: float, unit: str) -> dict[str, Any]:
    return {"name": f"canvas {design}: {what}", "value": round(value, 2), "unit": unit}
