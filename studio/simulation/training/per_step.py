"""What a training step does once, or beside its micro batches: gradients, update, filling."""

from __future__ import annotations

import numpy as np

from studio.simulation.compute.roofline import memory_time_s
from studio.simulation.machine import Machine
from studio.simulation.memory.training import lora_parameters
from studio.simulation.memory.weights import held_parameters
from studio.simulation.training.communication import StateCommunication, StreamTimes
from studio.workload.model import AiModel
from studio.workload.operators import Number
from studio.workload.plan import Offload, Plans
from studio.workload.profile import ComputeProfile
from studio.workload.recipe import Recipe

HOST_UPDATE_SHARE = 0.5
"""Share of their rated memory bandwidth that CPUs reach when they update weights, all cores bound
to the memory next to them: CPU-Adam updates 1 to 10 billion parameters on a DGX-2 in 0.22 to 2.57 s
(Ren et al., "ZeRO-Offload", USENIX ATC 2021, table of Adam latencies). Runs that do not bind cores
lose a quarter of the step on top (DeepSpeed pull request 7474: 3.08 against 2.38 s). [1]"""


def fill_s(plan: Plans, stream: StreamTimes) -> Number:
    """Return the hops of the first micro batch there and of the last one back. [s]."""
    return np.where(plan.pipeline > 1, 2.0 * (plan.pipeline - 1) * stream.stage, 0.0)


def data_time_s(
    model: AiModel,
    plan: Plans,
    states: StateCommunication,
    profile: ComputeProfile,
    micro_s: Number,
) -> tuple[Number, Number]:
    """Return (exposed, hidden) gradient and weight communication of a step. [s].

    Notes
    -----
    Weights gathered for a layer hide behind the layer before: all but the first layer's share.
    Once-per-step exchange hides behind one micro batch, as the last one's gradients appear; that
    of experts does not, as dispatch and combine need the links at the same time.
    """
    often = states.gather_per_micro_batch + states.reduce_per_micro_batch
    layers = np.maximum(model.layers / plan.pipeline, 1.0)
    hidden_often = np.minimum(profile.data_overlap * often * (1 - 1 / layers), micro_s)
    room = np.maximum(micro_s - hidden_often, 0.0)
    hidden_once = np.minimum(profile.data_overlap * states.per_step, room)
    exposed = (
        plan.micro_batches * (often - hidden_often)
        + states.per_step
        - hidden_once
        + states.experts_per_step
    )
    return exposed, plan.micro_batches * hidden_often + hidden_once


def updated_parameters(model: AiModel, plan: Plans, recipe: Recipe) -> Number:
    """Return how many parameters one NPU's share of the states updates. [1]."""
    held = held_parameters(
        model, plan.tensor, plan.pipeline, plan.expert, plan.expert_tensor,
        with_mtp=recipe.trains_mtp,
    )  # fmt: skip
    ranks = plan.shard * plan.context
    expert_ranks = np.maximum(ranks * plan.tensor / (plan.expert_tensor * plan.expert), 1.0)
    dense = held.dense + held.embedding
    if recipe.lora_rank:
        return lora_parameters(held, recipe)
    if model.recommendation is not None:
        # Rows of tables are updated as they are looked up; only dense parameters are swept.
        return dense / np.where(plan.zero >= 1, ranks, 1.0)
    return np.where(
        plan.zero >= 1, dense / ranks + held.experts / expert_ranks, dense + held.experts
    )


def update_byte(recipe: Recipe) -> float:
    """Return what an update moves per parameter: states and gradient both ways, weight. [byte]."""
    return 2 * recipe.optimizer_byte + 2 * recipe.gradient_byte + recipe.weight_byte


def optimizer_s(
    machine: Machine, model: AiModel, plan: Plans, recipe: Recipe, profile: ComputeProfile
) -> Number:
    """Return the time of the update: states read and written once, gradient read, weight written.

    With states on the host it runs there, as fast as the memory of the CPUs.
    """
    moved = updated_parameters(model, plan, recipe) * update_byte(recipe)
    near = memory_time_s(moved, machine.accelerator, profile.optimizer_efficiency)
    if machine.host is None:
        return near
    far = moved / (machine.host.memory_bandwidth_byte_per_s * HOST_UPDATE_SHARE)
    return np.where(plan.offloads(Offload.OPTIMIZER), far, near)
