"""What an NPU does on average during a training step: shares of its ratings, and its draw."""

from __future__ import annotations

import numpy as np

from studio.simulation.machine import Accelerator
from studio.simulation.power.activity import Activity
from studio.simulation.power.npu import npu_power_w
from studio.simulation.power.profile import PowerProfile
from studio.simulation.training.result import MATRIX_TERMS, TrainingResult, sum_terms
from studio.workload.operators import FloatArray


def step_activity(result: TrainingResult, accelerator: Accelerator) -> Activity:
    """Return the mean activity of a working NPU, for every plan, shape (n,).

    Notes
    -----
    Memory traffic is that of the layers' operators, the backward pass moving twice the forward's;
    links are busy whether computing hides it or not; matrix units in terms bound by them.
    """
    step, plan = result.step_time_s, result.plan
    moved = result.layer_traffic_byte * 3 * (plan.micro_batches / plan.pipeline)
    network: FloatArray = np.zeros(plan.count)
    for value in result.hidden_s.values():
        network = network + value
    network = network + result.exposed_s
    return Activity(
        compute=np.minimum(1.0, result.hfu),
        matrix=np.minimum(1.0, sum_terms(result.terms, MATRIX_TERMS) / step),
        memory=np.minimum(1.0, moved / step / accelerator.memory_bandwidth_byte_per_s),
        network=np.minimum(1.0, network / step),
    )


def step_power_w(
    result: TrainingResult, accelerator: Accelerator, power: PowerProfile
) -> FloatArray:
    """Return the mean draw of a working NPU, for every plan, shape (n,). [W]."""
    return np.asarray(npu_power_w(accelerator, power, step_activity(result, accelerator)))
