"""What an NPU does on average during a pass: the input of every power model here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.pass_time import PassTime
from studio.workload.operators import Number


@dataclass(frozen=True)
class Activity:
    """Shares of the time or of a rating, 0..1; numbers or arrays of shape (n,)."""

    compute: Number
    """FLOP done over the rated peak of the products' format."""
    matrix: Number
    """Time the matrix units are at their sustained rate."""
    memory: Number
    """Bytes moved over rated bandwidth."""
    network: Number
    """Time the links are busy."""
    waiting: Number = 0.0
    """Time the device stands still for its host; gaps of microseconds between kernels, in which
    clocks and caches stay up, do not count."""
    bookkeeping: Number = 0.0
    """Time the device spends on what sequences cost beside the model: sampling, tables, copies."""

    def at_pace(self, pace: float) -> Activity:
        """Return the activity of a device that does the same work at another rate.

        Notes
        -----
        Work per second scales; what a slower device has left over is waiting.
        """
        left = max(1.0 - pace, 0.0)
        return Activity(
            *(np.minimum(pace * part, 1.0) for part in (
                self.compute, self.matrix, self.memory, self.network, self.waiting + left / pace,
                self.bookkeeping,
            ))
        )  # fmt: skip


def activity_of(engine: Engine, one: PassTime) -> Activity:
    """Return the mean activity of an NPU during a pass.

    Notes
    -----
    Shares count over the time of a stage: one stage of a pipeline works while others do.
    """
    accelerator = engine.machine.accelerator
    stages = np.asarray(engine.plan.pipeline, dtype=np.float64)
    span = np.maximum(np.asarray(one.stage_s), 1e-12)
    rating = engine.numbers.compute.rating
    peak = accelerator.compute_flops.get(rating) or accelerator.compute_flops["bf16"]
    return Activity(
        compute=np.minimum(one.flops / (peak * span), 1.0),
        matrix=np.minimum(one.compute_s / span, 1.0),
        memory=np.minimum(one.traffic_byte / (accelerator.memory_bandwidth_byte_per_s * span), 1.0),
        network=np.minimum(one.network_s / span, 1.0),
        waiting=np.minimum(one.step_s / stages / span, 1.0),
        bookkeeping=np.minimum(one.sequences_s / stages / span, 1.0),
    )
