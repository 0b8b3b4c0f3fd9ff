"""How long undo takes in the real window, of every kind of edit that the canvas makes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from studio.design.arrays import place_members
from studio.design.cabling import add_cables
from studio.design.contents import shift_boxes
from studio.design.copying import duplicate_racks
from studio.design.edits import move_racks, remove, set_field, set_state
from studio.design.model import Design, Deviation, LinkRule
from studio.design.resizing import resize_array
from studio.ids import Address, PlaneId, RackId
from studio.session.library import find_design
from tests.benchmarks._window import shown_window

_WEST = RackId("compute-west")
_CABLE = LinkRule(PlaneId("rdma"), "R01/N1/npu[0]", "R02/L1/leaf[0]", a_port="roce")
_EDITS: Mapping[str, Callable[[Design], Design]] = {
    "move": lambda d: move_racks(d, [_WEST], 0.1, 0.0),
    "member": lambda d: place_members(d, _WEST, {(2, 0): (0.0, 0.5)}),
    "array": lambda d: resize_array(d, _WEST, 8, 1),
    "duplicate": lambda d: duplicate_racks(d, [_WEST], 0.0, 3.0)[0],
    "remove": lambda d: remove(d, "racks", _WEST),
    "box": lambda d: shift_boxes(d, _WEST, [("L", 0)], 2),
    "cable": lambda d: add_cables(d, [_CABLE])[0],
    "rule": lambda d: remove(d, "links", "ub-uplinks"),
    "failure": lambda d: set_state(d, Address("R01/N1"), Deviation("failed")),
    "part": lambda d: set_field(d, ("assemblies", "node", "contents", "npu", "count"), 4),
}


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield the processor time until undo is painted on CloudMatrix 384, the least of three."""
    from studio.gui import app as studio_app

    with tempfile.TemporaryDirectory() as folder, shown_window(Path(folder)) as (app, window):
        window.open_path(find_design("cloudmatrix-384"))
        studio_app.wait_until_drawn(app, window)
        for what, edit in _EDITS.items():
            seconds = min(_undo_of(app, window, edit) for _ in range(3))
            yield {"name": f"undo {what}", "value": round(seconds, 4), "unit": "s"}


def _undo_of(app: Any, window: Any, edit: Callable[[Design], Design]) -> float:
    from studio.gui import app as studio_app

    window.workspace.apply("edit", edit)
    studio_app.wait_until_drawn(app, window)
    start = time.process_time()
    window.workspace.undo()
    window.canvas.repaint()
    seconds = time.process_time() - start
    studio_app.wait_until_drawn(app, window)
    return seconds
