"""Small machines and shorthand for the tests of training."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from studio.exploration.validation.hardware import network_profile
from studio.simulation.machine import Accelerator, Machine, NetworkLevel
from studio.simulation.training.result import TrainingResult
from studio.simulation.training.step import training_step
from studio.workload.library import load_model, load_profile
from studio.workload.plan import Plans
from studio.workload.recipe import Recipe

H100 = Accelerator(
    "H100", "nvidia-hopper", {"bf16": 989.4e12, "fp8": 1978.9e12}, 80e9, 3.35e12, 700.0, 70.0
)
CLUSTER = Machine(
    H100,
    16384,
    (
        NetworkLevel("node", 8, 450e9, 1e-6, medium="nvlink"),
        NetworkLevel("rdma", 16384, 50e9, 4e-6, medium="rdma"),
    ),
)


def step(
    plan: Plans,
    model: str = "Llama-3-8B",
    machine: Machine = CLUSTER,
    recipe: Recipe | None = None,
    **profile_changes: float,
) -> TrainingResult:
    """Return one step on a machine of H100, with some profile constants changed."""
    profile = load_profile(machine.accelerator.family)
    profile = msgspec.structs.replace(profile, **profile_changes)
    network = network_profile(machine.accelerator.family)
    return training_step(machine, load_model(model), plan, profile, network, recipe)


def with_accelerator(**changes: object) -> Machine:
    """Return the cluster with other ratings."""
    return replace(CLUSTER, accelerator=replace(H100, **changes))  # type: ignore[arg-type]


def with_level(index: int, **changes: object) -> Machine:
    """Return the cluster with one other network level."""
    levels = list(CLUSTER.levels)
    levels[index] = replace(levels[index], **changes)  # type: ignore[arg-type]
    return replace(CLUSTER, levels=tuple(levels))
