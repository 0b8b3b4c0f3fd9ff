"""From an edited design to its results: what an edit takes in the worker, without any painting.

For each scenario of CloudMatrix 384 and Atlas 950 the NPU takes more power, and then its memory is
faster: the job is simulated anew both times. CPU time.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from studio.design.edits import set_field
from studio.design.model import Design
from studio.fabric.compiling import compile_design
from studio.session.evaluation import evaluate
from studio.session.library import catalog, reference_design

EDITS = 15
DESIGNS = (("cloudmatrix-384", ""), ("atlas-950", "_atlas_950"))
FIELDS = {"power_typical": 800.0, "memory_bandwidth": 3e12}
"""What is edited, and the first value of it in SI units; the others are up to 15 % above."""


def benchmarks() -> Iterator[dict[str, str | float]]:
    """Yield the median of each scenario and field: the design compiled, and evaluated."""
    parts = catalog()
    for name, suffix in DESIGNS:
        first = reference_design(name)
        for scenario in first.scenarios:
            design = set_field(first, ("active_scenario",), scenario)
            fabric = compile_design(design, parts)
            known = evaluate(fabric)
            npu = fabric.layout.parts[int(fabric.layout.part[fabric.npus[0]])].id
            for field, value in FIELDS.items():
                spent = []
                for number in range(EDITS):
                    begun = time.process_time()
                    design = _with(design, npu, field, value * (1 + number / 100))
                    fabric = compile_design(design, parts, fabric)
                    known = evaluate(fabric, known)
                    spent.append(time.process_time() - begun)
                    if known.simulated is None:
                        raise RuntimeError(known.problem)
                yield {
                    "name": f"live_simulation{suffix}_{scenario}_{field}_p50",
                    "value": round(statistics.median(spent[1:]), 4),
                    "unit": "s",
                }


def _with(design: Design, part: str, field: str, value: float) -> Design:
    change = {"values": {field: {"value": value}}}
    return set_field(design, ("parts",), {**design.parts, part: change})
