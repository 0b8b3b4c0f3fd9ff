"""The scenario bar: the active job and the handful of numbers one turns most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from studio.design.edits import put, set_field
from studio.design.model import Design
from studio.design.scenario import Inference, Scenario, Training
from studio.gui.i18n import mark
from studio.gui.views.inspector_fields import InspectorField, Row, row_field
from studio.gui.views.inspector_rows import AUTO, CHOSEN
from studio.ids import ScenarioId, WorkloadId
from studio.workload.library import models
from studio.workload.precision import FORMATS

_PRECISIONS = tuple((name, name) for name in FORMATS)
_PARALLEL = tuple(
    Row(name, label, "count", "count", tip=AUTO, zero=CHOSEN)
    for name, label in (("tp", "TP"), ("pp", "PP"), ("dp", "DP"), ("ep", "EP"))
)
_TRAINING = (
    *_PARALLEL,
    Row("global_batch", mark("Batch"), "count", "count"),
    Row("sequence_tokens", mark("Sequence"), "count", "count"),
)
_INFERENCE = (
    *_PARALLEL,
    Row("batch_per_npu", mark("Batch/NPU"), "count", "count", tip=AUTO, zero=CHOSEN),
    Row("input_tokens", mark("Input"), "count", "count"),
    Row("output_tokens", mark("Output"), "count", "count"),
)


@dataclass(frozen=True)
class ScenarioView:
    """What the bar shows."""

    active: str
    scenarios: tuple[tuple[str, str], ...]
    fields: tuple[InspectorField, ...]
    wants_job: bool = False
    """A design without any scenario: the bar offers to add one."""


def scenario_view(design: Design | None, language: str) -> ScenarioView:
    """Return the active scenario with its main fields."""
    if design is None:
        return ScenarioView("", (), ())
    names = tuple((key, _name(job, language)) for key, job in design.scenarios.items())
    active = active_scenario(design)
    if not active:
        return ScenarioView("", names, (), not names)
    base = [("scenarios", active)]
    rows = _TRAINING if isinstance(design.scenarios[ScenarioId(active)], Training) else _INFERENCE
    fields = (
        row_field(
            design,
            base,
            Row("model", mark("Model"), "choice"),
            tuple((name, name) for name in models()),
        ),
        row_field(design, base, Row("precision", mark("Precision"), "choice"), _PRECISIONS),
        # One line has no room for sliders; the inspector has them for the same fields.
        *(replace(row_field(design, base, row), low=0.0, high=0.0) for row in rows),
    )
    return ScenarioView(active, names, fields)


def active_scenario(design: Design) -> str:
    """Return the scenario that is simulated: the active one, else the first."""
    if design.active_scenario in design.scenarios:
        return str(design.active_scenario)
    return next((str(key) for key in design.scenarios), "")


def choose_scenario(design: Design, key: str) -> Design:
    """Return the design with another scenario active."""
    return set_field(design, ("active_scenario",), key)


def with_fields(design: Design, fields: Mapping[str, int | float | str]) -> Design:
    """Return the design with fields of its active scenario changed, all in one edit."""
    name = design.active_scenario or next(iter(design.scenarios))
    scenario = msgspec.structs.replace(design.scenarios[ScenarioId(name)], **fields)
    return put(design, "scenarios", name, scenario)


def new_scenario(job: str, memory_byte: float) -> Scenario:
    """Return a scenario to start from, with a model that NPUs of so much memory can hold.

    Parameters
    ----------
    memory_byte : memory of all NPUs drawn so far. [byte]
    """
    need = 16 if job == "training" else 2
    model = next(
        (name for name, parameters in _MODELS if memory_byte >= need * parameters), _SMALLEST
    )
    if job == "training":
        return Training(name="Training", name_zh="训练", model=model)
    return Inference(name="Serving", name_zh="推理", model=model)


_SMALLEST = WorkloadId("Llama-3-8B")
_MODELS = ((WorkloadId("DeepSeek-V3"), 671e9), (WorkloadId("Llama-3-70B"), 70.6e9))
"""What to start from, by parameters; training keeps about 16 byte of state for each."""


def _name(job: Scenario, language: str) -> str:
    return job.name_zh if language == "zh" and job.name_zh else job.name
