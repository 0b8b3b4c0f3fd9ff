"""How long the window takes from its process's start to its first paint and to its figures."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from studio.session.library import find_design

RUNS = 5
# The greatest resident size is read from /proc: `ru_maxrss` outlives exec, so that it would give
# the memory of the benchmark that started this process where that is more.
_CHILD = """
import json, sys, time
started = float(sys.argv[2])
from pathlib import Path
from studio.gui import app as studio_app
app = studio_app.make_application()
settings = studio_app.Settings(Path(sys.argv[3]) / "settings.json")
window = studio_app.make_window(app, settings, studio_app.shipped_catalog(), "en", "light")
window.resize(1600, 900)
painted = []
window.first_painted.connect(lambda: painted.append(time.time() - started))
window.open_path(Path(sys.argv[1]))
studio_app.show_window(window)
while not painted:
    app.processEvents()
studio_app.wait_until_drawn(app, window)
figures = time.time() - started
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
memory = int(status["VmHWM"].split()[0]) * 1024
print(json.dumps([painted[0], figures, memory]))
window.close()
"""


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield medians of warm starts on CloudMatrix 384, software rendering at 1600 x 900; Linux."""
    with tempfile.TemporaryDirectory() as folder:
        _start(folder)
        runs = [_start(folder) for _ in range(RUNS)]
    names = (
        ("window_open_to_first_paint", "s"),
        ("window_open_to_figures_and_plots", "s"),
        ("window_memory_rss", "byte"),
    )
    for (name, unit), values in zip(names, zip(*runs, strict=True), strict=True):
        yield {"name": name, "value": round(statistics.median(values), 3), "unit": unit}


def _start(folder: str) -> list[float]:
    import time

    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    # Installed packages are compiled; without its byte code the studio would compile at each start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    arguments = [str(find_design("cloudmatrix-384")), str(time.time()), folder]
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *arguments],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    values: list[float] = json.loads(done.stdout.strip().splitlines()[-1])
    return values
