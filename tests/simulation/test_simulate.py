"""What a job is refused for, whatever its kind."""

from __future__ import annotations

from typing import Any

import pytest

from studio.design import edits
from studio.design.model import FieldOverride, PartChange
from studio.design.scenario import Inference, Scenario, Training
from studio.ids import ScenarioId, WorkloadId
from studio.session.evaluation import evaluate
from tests.builders import fabric_of, two_racks

MODEL = WorkloadId("Llama-3-8B")
JOBS: tuple[Scenario, ...] = (
    Training(name="Train", model=MODEL, global_batch=16),
    Inference(name="Serve", model=MODEL),
)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_npus_that_nothing_joins_run_no_job_together(job: Scenario) -> None:
    bare = edits.set_field(two_racks(), ("assemblies", "node", "contents", "leaf", "count"), 0)
    design = edits.set_field(bare, ("scenarios",), {ScenarioId("job"): job})
    assert "no network joins the 16 NPUs" in evaluate(fabric_of(design)).problem
    alone = evaluate(fabric_of(edits.set_field(design, ("scenarios", "job", "npus"), 1)))
    assert alone.problem == ""
    assert alone.result is not None
    assert alone.result.headline_s > 0


@pytest.mark.parametrize(
    ("degrees", "nearest"),
    [
        ({"tp": 2, "pp": 1000}, "PP 8, or set 0"),
        ({"cp": 64}, "CP 16"),
        ({"tp": 32, "pp": 32}, "TP 16, PP 1"),
    ],
)
def test_degrees_beyond_the_npus_name_the_nearest_that_is_not(
    degrees: dict[str, Any], nearest: str
) -> None:
    job = Training(name="Train", model=MODEL, global_batch=16, **degrees)
    design = edits.set_field(two_racks(), ("scenarios",), {ScenarioId("job"): job})
    problem = evaluate(fabric_of(design)).problem
    assert "no plan fits 16 NPUs" in problem
    assert f"nearest valid: {nearest}" in problem


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_job_needs_a_rating_in_bf16(job: Scenario) -> None:
    own = {"compute_bf16": FieldOverride(0.0), "compute_fp8": FieldOverride(1e15)}
    design = edits.put(two_racks(), "parts", "chip", PartChange(values=own))
    design = edits.set_field(design, ("scenarios",), {ScenarioId("job"): job})
    assert "no BF16 rating; every job needs one" in evaluate(fabric_of(design)).problem
