"""The real window on designs of 100,000 and of 1,000,000 components, made of arrays.

Opening counts until the drawing is painted; the longest stall is how long the window answered to
nothing meanwhile. Pan is a frame of the canvas at 1600 x 900 in processor time.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.design.model import Array, Assembly, Design, Group, LinkRule, Placement, Plane, Rack
from studio.design.schemes import Clos, EachToEach
from studio.ids import AssemblyId, PartId, PlaneId, RackId, RuleId
from studio.storage.project_file import write_design
from tests.benchmarks._window import shown_window

SIZES = (100_000, 1_000_000)
_COLUMNS, _NODES = 50, 8
_IN_RACK = 16 * _NODES + 4


def large_design(components: int) -> Design:
    """Return a field of equal racks of eight nodes and a leaf box, about so many components."""
    ub, roce = PlaneId("ub"), PlaneId("roce")
    inside = LinkRule(ub, "npu", "l1", EachToEach(), a_port="ub", b_port="npu")
    access = LinkRule(
        roce,
        "R*/N*/npu",
        "R*/S*/leaf",
        Clos(uplinks=1),
        a_port="roce",
        b_port="eth",
        within="rack",
        cable=PartId("mpo16-sm"),
        transceiver_a=PartId("lpo-400g"),
        transceiver_b=PartId("lpo-400g"),
    )
    node = {
        "npu": Group(8, PartId("ascend-910c")),
        "l1": Group(4, PartId("ub-l1-switch")),
        "cpu": Group(4, PartId("kunpeng-920-80c")),
    }
    leaf = {"leaf": Group(4, PartId("roce-leaf-switch"))}
    field = Rack(
        part=PartId("a3-compute-cabinet"),
        x_m=1.0,
        y_m=2.0,
        label="R{n:05}",
        array=Array(_COLUMNS, -(-components // (_IN_RACK * _COLUMNS)), 0.7, 2.4),
        contents={
            "N": Placement(AssemblyId("node"), u=3, array=Array(_NODES)),
            "S": Placement(AssemblyId("box"), u=40),
        },
    )
    return Design(
        id=f"large-{components}",
        name="Large",
        assemblies={
            AssemblyId("node"): Assembly(
                kind="node", name="Node", height_u=4, contents=node, links={RuleId("in"): inside}
            ),
            AssemblyId("box"): Assembly(kind="switch_box", name="Leaf", height_u=2, contents=leaf),
        },
        racks={RackId("field"): field},
        planes={ub: Plane(name="UB", role="scale_up"), roce: Plane(name="RoCE", role="scale_out")},
        links={RuleId("access"): access},
    )


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield opening, stall and pan of each size."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, shown_window(Path(folder)) as (app, window):
            path = Path(folder) / f"{size}.supernode"
            write_design(path, large_design(size))
            yield from _opened(app, window, path, size)
            yield from _panned(window, size)


def _opened(app: Any, window: Any, path: Path, size: int) -> Iterator[dict[str, Any]]:
    from PySide6.QtCore import QTimer

    stalls: list[float] = []
    last = [time.perf_counter()]

    def tick() -> None:
        now = time.perf_counter()
        stalls.append(now - last[0])
        last[0] = now

    clock = QTimer()
    clock.setInterval(5)
    clock.timeout.connect(tick)
    app.processEvents()
    clock.start()
    begun, busy = time.perf_counter(), time.process_time()
    window.open_path(path)
    window.canvas.repaint()
    yield _result(size, "open until drawn", time.perf_counter() - begun, "s")
    yield _result(size, "open until drawn, processor time", time.process_time() - busy, "s")
    tick()
    clock.stop()
    yield _result(size, "longest stall while opening", max(stalls), "s")
    while window.workspace.evaluation is None:
        app.processEvents()
        time.sleep(0.005)


def _panned(window: Any, size: int) -> Iterator[dict[str, Any]]:
    from tests.benchmarks.canvas_frames import pan, rest

    rack = window.canvas.scene.layout.racks[size // _IN_RACK // 2].label
    window.canvas.resize(1600, 900)
    for place, address in (("hall", ()), ("rack", (rack,)), ("node", (f"{rack}/N3",))):
        window.canvas.zoom_to(address)
        rest(window.canvas)
        times = sorted(busy for _, busy in pan(window.canvas))
        yield _result(size, f"pan {place}", 1 / times[len(times) // 2], "frame/s")
        yield _result(size, f"pan {place}, 95th percentile", times[int(len(times) * 0.95)], "s")


def _result(size: int, what: str, value: float, unit: str) -> dict[str, Any]:
    return {"name": f"canvas {size:,}: {what}", "value": round(value, 4), "unit": unit}
