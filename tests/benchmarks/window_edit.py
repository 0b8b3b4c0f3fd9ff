"""How long an edit takes until the plots show it, in the real window, and how long undo takes."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.design.edits import set_field
from studio.design.model import Design
from studio.session.library import find_design

EDITS = 40
WARM_UP = 5


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield percentiles over edits of CloudMatrix 384 at 1600 x 900, software rendering."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from studio.gui import app as studio_app

    app = studio_app.make_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = studio_app.Settings(Path(folder) / "settings.json")
        window = studio_app.make_window(app, settings, studio_app.shipped_catalog(), "en", "light")
        window.resize(1600, 900)
        window.reset_layout()
        window.show()
        window.open_path(find_design("cloudmatrix-384"))
        studio_app.wait_until_drawn(app, window)
        undos = []
        plots = [
            _seconds(app, window, lambda n=number: _move(window, n))
            for number in range(EDITS + WARM_UP)
        ]
        for _ in range(EDITS):
            start = time.perf_counter()
            window.workspace.undo()
            window.canvas.repaint()
            undos.append(time.perf_counter() - start)
            studio_app.wait_until_drawn(app, window)
        window.may_discard = lambda: True
        window.close()
        window.deleteLater()
    yield _result("window_edit_to_plots_p50", plots[WARM_UP:], 50)
    yield _result("window_edit_to_plots_p95", plots[WARM_UP:], 95)
    yield _result("window_undo_p95", undos, 95)


def _move(window: Any, number: int) -> None:
    """Alternate a move of racks with a change of a part's power, as a slider makes it."""
    if number % 2:
        x = 2.0 + 0.01 * number
        window.workspace.apply("move", lambda d: set_field(d, ("racks", "compute-west", "x_m"), x))
    else:
        pue = 1.1 + 0.001 * number
        window.workspace.apply("pue", lambda d: _site(d, pue))


def _site(design: Design, pue: float) -> Design:
    return set_field(design, ("site", "pue"), pue)


def _seconds(app: Any, window: Any, edit: Any) -> float:
    from studio.gui import app as studio_app

    start = time.perf_counter()
    edit()
    studio_app.wait_until_drawn(app, window)
    window.plots.repaint()
    return time.perf_counter() - start


def _result(name: str, values: list[float], percent: int) -> dict[str, Any]:
    place = statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
    return {"name": name, "value": round(place, 4), "unit": "s"}
