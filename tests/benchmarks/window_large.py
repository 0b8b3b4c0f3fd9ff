"""What the real window costs its own thread on 100,000 and on 1,000,000 components.

Each gesture is done as a user does it, and the events it causes are handled until the picture is
sharp and the figures have come. The value is the longest time the thread of the window was busy
without handling another event, in processor time of that thread: how long the window stands still
on a machine that does nothing else.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from studio.storage.project_file import write_design
from tests.benchmarks._window import shown_window
from tests.benchmarks.canvas_large import SIZES, large_design

_PATIENCE_S = 120.0
_PAUSE_S = 0.002
Gesture = Callable[[Any], Any]
"""One event, or an iterator over several of them."""


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield the longest stall of each gesture and the memory the process holds."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, shown_window(Path(folder)) as (app, window):
            path = Path(folder) / f"{size}.supernode"
            write_design(path, large_design(size))
            window.open_path(path)
            _rest(app, window)
            for what, gesture in _gestures(Path(folder)).items():
                yield _result(size, what, _stall(app, window, gesture))
            yield {"name": f"window {size:,}: memory", "value": _memory_mb(), "unit": "MB"}


def _gestures(folder: Path) -> dict[str, Gesture]:
    """Return what is done, in order; each begins where the one before ended."""
    return {
        "select all": lambda window: window.actions_made["edit.select_all"].trigger(),
        "select none": lambda window: window.workspace.select(frozenset()),
        "marquee of everything": _marquee,
        "select one rack": lambda window: window.workspace.select(frozenset({"R00002"})),
        "fail a node": lambda window: _fail(window, "R00002/N3"),
        "undo of it": lambda window: window.workspace.undo(),
        "drag a rack": _drag,
        "undo of the drag": lambda window: window.workspace.undo(),
        "table shown": lambda window: window.actions_made["view.table"].trigger(),
        "table filtered": lambda window: window.table.line.setText("R00003"),
        "row selected": lambda window: window.workspace.select(frozenset({"R00003/N1"})),
        "move with the table shown": _move,
        "undo with the table shown": lambda window: window.workspace.undo(),
        "problems shown": lambda window: window.show_dock("problems"),
        "palette opened and typed in": _palette,
        "saved": lambda window: window.save_to(folder / "saved.supernode"),
        "overlay of power": lambda window: window.live.set_overlay("power"),
        "no overlay": lambda window: window.live.set_overlay(""),
        "dark theme": lambda window: window.settings.set("theme", "dark"),
        "Chinese": lambda window: window.settings.set("language", "zh"),
        "English": lambda window: window.settings.set("language", "en"),
    }


def _stall(app: Any, window: Any, gesture: Gesture) -> float:
    longest, is_over = 0.0, False
    begun = time.thread_time()
    made = gesture(window)
    events = made if isinstance(made, Iterator) else iter(())
    while not is_over:
        is_over = next(events, None) is None
        window.canvas.repaint()
        longest = max(longest, time.thread_time() - begun)
        begun = time.thread_time()
    return max(longest, _rest(app, window))


def _rest(app: Any, window: Any) -> float:
    """Handle events until the window shows its present design; return the longest turn. [s]"""
    end, longest, quiet = time.monotonic() + _PATIENCE_S, 0.0, 0
    while time.monotonic() < end and quiet < 20:
        begun = time.thread_time()
        app.processEvents()
        longest = max(longest, time.thread_time() - begun)
        workspace = window.workspace
        is_at_rest = workspace.evaluation is not None and not workspace.is_stale
        quiet = quiet + 1 if is_at_rest and window.canvas.is_sharp else 0
        # Turning in a loop would keep the interpreter from the workers.
        time.sleep(_PAUSE_S)
    return longest


def _memory_mb() -> int:
    """Return what the process holds now, as Linux counts it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


def _marquee(window: Any) -> None:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    canvas = window.canvas
    canvas.zoom_to_fit()
    left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, plain, QPoint(1, 1))
    QTest.mouseMove(canvas, QPoint(canvas.width() // 2, canvas.height() // 2))
    QTest.mouseRelease(canvas, left, plain, QPoint(canvas.width() - 2, canvas.height() - 2))


def _drag(window: Any) -> Iterator[str]:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    canvas = window.canvas
    canvas.zoom_to(("R00002",))
    canvas.zoom_by(0.3)
    start = canvas.mapped("R00002")
    left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, plain, start)
    yield "pressed"
    for step in range(1, 6):
        QTest.mouseMove(canvas, start + QPoint(6 * step, 9 * step))
        yield "moved"
    QTest.mouseRelease(canvas, left, plain, start + QPoint(30, 45))


def _fail(window: Any, address: str) -> None:
    window.workspace.select(frozenset({address}))
    window.actions_made["edit.fail"].trigger()


def _move(window: Any) -> None:
    from studio.design.edits import move_racks
    from studio.ids import RackId

    window.workspace.apply("move", lambda design: move_racks(design, [RackId("field")], 0.1, 0.0))


def _palette(window: Any) -> Iterator[str]:
    from studio.gui.palette import PaletteDialog, entries_of

    dialog = PaletteDialog(entries_of(window), window)
    yield "opened"
    for typed in ("R", "R0", "R00", "R000", "R0001", "R00017/N3"):
        dialog.line.setText(typed)
        yield typed
    dialog.deleteLater()


def _result(size: int, what: str, seconds: float) -> dict[str, Any]:
    return {"name": f"window {size:,}: {what}", "value": round(seconds, 4), "unit": "s"}
