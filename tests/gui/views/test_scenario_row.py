"""A job to start from is one that exists and fits what is drawn."""

from __future__ import annotations

import pytest

from studio.gui.views.scenario_row import new_scenario
from studio.workload.library import models


@pytest.mark.parametrize(
    ("job", "memory_byte", "model"),
    [
        ("inference", 0.0, "Llama-3-8B"),
        ("inference", 640e9, "Llama-3-70B"),
        ("inference", 49e12, "DeepSeek-V3"),
        ("training", 640e9, "Llama-3-8B"),
        ("training", 49e12, "DeepSeek-V3"),
    ],
)
def test_a_new_job_starts_with_a_model_that_fits(job: str, memory_byte: float, model: str) -> None:
    scenario = new_scenario(job, memory_byte)
    assert scenario.model == model
    assert scenario.model in models()
