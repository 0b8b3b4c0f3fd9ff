"""Copies between NPUs and the memory of their CPUs in one training step, as far as they show."""

from __future__ import annotations

import numpy as np

from studio.simulation.machine import Host
from studio.simulation.memory.host import streams_gradients
from studio.simulation.memory.training import TrainingMemory, micro_batches_in_flight
from studio.simulation.training.schedules import PassShares
from studio.workload.operators import FloatArray, Number
from studio.workload.plan import Offload, Plans
from studio.workload.recipe import Recipe


def copies_s(
    host: Host,
    plan: Plans,
    recipe: Recipe,
    memory: TrainingMemory,
    updated: Number,
    update_s: Number,
    micro_s: Number,
    shares: PassShares,
) -> tuple[FloatArray, FloatArray]:
    """Return (exposed, hidden) copies of a step over the link to the host. [s].

    Parameters
    ----------
    updated : parameters that the states put off update, per NPU.
    update_s : time of that update on the CPUs.
    micro_s : time of one micro batch on the slowest stage; the backward pass is all of it that
        `shares` does not count to the forward pass.

    Notes
    -----
    Gradients go down while the last backward pass produces them, or each backward pass where the
    host adds them up. The update waits for all of them, as their norm is clipped; weights come back
    while later ones are updated.
    Activations go down during each forward pass and come back during its backward pass. Each pass
    waits for what its own time does not cover: max(0, bytes / link - pass).

    References
    ----------
    Ren et al., "ZeRO-Offload: Democratizing Billion-Scale Model Training", arXiv 2101.06840;
    Rajbhandari et al., "ZeRO-Infinity", arXiv 2104.07857, section 5.
    """
    forward_s = shares.forward * micro_s
    backward_s = micro_s - forward_s
    link = host.link_byte_per_s
    states = np.where(plan.offloads(Offload.OPTIMIZER), updated, 0.0)
    down, back = (states * each / link for each in (recipe.gradient_byte, recipe.weight_byte))
    kept = memory.host.activations / micro_batches_in_flight(plan) / link
    times_down = np.where(streams_gradients(plan), plan.micro_batches, 1.0)
    shown = times_down * np.maximum(down - backward_s, 0.0) + np.maximum(back - update_s, 0.0)
    shown_each = np.maximum(kept - forward_s, 0.0) + np.maximum(kept - backward_s, 0.0)
    exposed = shown + plan.micro_batches * shown_each
    whole = times_down * down + back + 2 * plan.micro_batches * kept
    return np.asarray(exposed), np.asarray(whole - exposed)
