"""The window is drawn before the simulation is loaded, which takes a third of a start."""

from __future__ import annotations

import json
import subprocess
import sys

_CHILD = """
import json, sys
import studio.gui.app
print(json.dumps([name for name in sys.modules if name.startswith("studio.")]))
"""
_LATER = (
    "studio.exchange.tables",
    "studio.exploration.compare",
    "studio.session.evaluation",
    "studio.session.flow",
    "studio.session.study",
    "studio.simulation.simulate",
    "studio.simulation.rules.check",
)


def test_the_window_loads_no_simulation_before_it_is_drawn() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], check=True, capture_output=True, text=True, timeout=120
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "studio.gui.main_window" in loaded
    assert loaded.isdisjoint(_LATER)
