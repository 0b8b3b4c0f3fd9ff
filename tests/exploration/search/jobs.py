"""Small jobs to search mappings of: a cluster of 64 NPUs, models of the library."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from studio.design.scenario import Inference, Scenario, Training
from studio.exploration.search.mappings import Mappings
from studio.exploration.serving_library import (
    exchange_profile,
    inference_profile,
    power_profile,
)
from studio.exploration.validation.hardware import network_profile
from studio.ids import WorkloadId
from studio.simulation.job import Running, SimInput
from studio.simulation.machine import Machine
from studio.simulation.result import SimResult
from studio.simulation.simulate import simulate
from studio.workload.library import load_model, load_profile
from tests.simulation.training.machines import CLUSTER

FAMILY = "nvidia-hopper"
CLUSTER_64 = replace(CLUSTER, npu_count=64)
RUNNING = Running(
    idle_power_w=20e3, host_power_w=30e3, price_usd=3e6, lifetime_s=1.2e8, pue=1.2,
    electricity_usd_per_j=2.5e-8,
)  # fmt: skip


def job(scenario: Scenario, machine: Machine = CLUSTER_64) -> SimInput:
    """Return a scenario on a machine with the constants of its family."""
    return SimInput(
        machine=machine,
        scenario=scenario,
        model=load_model(scenario.model),
        compute=load_profile(FAMILY),
        serving=inference_profile(FAMILY),
        network=network_profile(FAMILY),
        exchange=exchange_profile(FAMILY),
        power=power_profile(FAMILY),
        running=RUNNING,
    )


def train(model: str = "Llama-3-8B", **fields: Any) -> SimInput:
    """Return a training job."""
    return job(
        Training("t", WorkloadId(model), **{"global_batch": 128, "precision": "bf16", **fields})
    )


def serve(model: str = "Llama-3-70B", **fields: Any) -> SimInput:
    """Return a serving job."""
    return job(
        Inference("s", WorkloadId(model), **{"precision": "fp8", "kv_precision": "fp8", **fields})
    )


def figures(result: SimResult) -> dict[str, float]:
    """Return the figures of a single simulation under the names a search gives them."""
    shared = {
        "tokens_per_s_per_npu": result.tokens_per_s_per_npu,
        "energy_j_per_token": result.energy_j_per_token,
        "cost_usd_per_million_tokens": result.cost_usd_per_million_tokens,
        "memory_byte": result.memory.used_byte,
    }
    if result.job == "training":
        return {"step_time_s": result.headline_s, **shared}
    return {"tpot_s": result.headline_s, "ttft_s": result.ttft_s, **shared}


def assert_same_as_simulated(given: SimInput, found: Mappings, tried: int) -> None:
    """Check figures of mappings from all over a search against one simulation each."""
    for place in np.unique(np.linspace(0, found.count - 1, tried).astype(int)):
        alone = simulate(replace(given, scenario=found.scenario_at(int(place))))
        for name, value in figures(alone).items():
            np.testing.assert_allclose(
                found.metrics[name][place], value, rtol=1e-12, err_msg=found.text_at(int(place))
            )
        assert alone.memory.fits == found.fits[place]
