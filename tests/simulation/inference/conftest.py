"""A small machine, models of both kinds and neutral constants for serving tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from studio.exploration.serving_library import (
    exchange_profile,
    inference_profile,
    power_profile,
)
from studio.exploration.validation.hardware import machine_of, network_profile
from studio.simulation.inference.engine import Engine, engine_of
from studio.simulation.inference.estimate import InferenceResult, estimate_inference
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.machine import Machine
from studio.workload.library import load_model


def hopper(npus: int = 8) -> Machine:
    """Return a node of H200."""
    machine = machine_of("NVIDIA H200-SXM-141GB", "", npus)
    assert machine is not None
    return machine


def cloudmatrix(npus: int = 384) -> Machine:
    """Return CloudMatrix 384."""
    machine = machine_of("Huawei CloudMatrix384 (Ascend 910C)", "", npus)
    assert machine is not None
    return machine


@pytest.fixture
def engine() -> Callable[..., Engine]:
    """Return a maker of instances: model, plan, precision and machine."""

    def make(
        model: str = "Llama-3-70B",
        plan: InferencePlan | None = None,
        precision: str = "fp8",
        machine: Machine | None = None,
        **changes: Any,
    ) -> Engine:
        used = machine or hopper()
        family = used.accelerator.family
        return engine_of(
            used, load_model(model), plan or InferencePlan(), inference_profile(family),
            network_profile(family), exchange_profile(family), precision=precision, **changes,
        )  # fmt: skip

    return make


@pytest.fixture
def estimate() -> Callable[..., InferenceResult]:
    """Return the live estimate with the shipped constants of a machine's family."""

    def make(machine: Machine, model: str, **choices: Any) -> InferenceResult:
        family = machine.accelerator.family
        return estimate_inference(
            machine, load_model(model), inference_profile(family), network_profile(family),
            power_profile(family), exchange=exchange_profile(family), **choices,
        )  # fmt: skip

    return make
