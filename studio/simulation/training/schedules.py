"""How long a pipeline schedule keeps the slowest stage waiting, and what it runs side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.workload.operators import FloatArray, Number
from studio.workload.plan import Plans, Schedule


@dataclass(frozen=True)
class PassShares:
    """Parts of a micro batch's work on a stage; recomputation belongs to neither. [1]."""

    forward: Number
    weight: Number
    """Gradients of weights, which nothing waits for."""


def bubble_s(plan: Plans, slowest_s: Number, all_stages_s: Number, shares: PassShares) -> Number:
    """Return the idle time of the slowest stage while the pipeline fills and drains. [s].

    Notes
    -----
    The first micro batch passes every stage before the slowest one has seen its last:
    (sum of stages - slowest) / chunks, of which some schedules leave a part only.
    However few micro batches there are, one passes all stages; where gradients of weights are put
    off, those of the other stages are not on its way.
    """
    others = np.maximum(all_stages_s - slowest_s, 0.0)
    idle = others / plan.chunks * bubble_left(plan, shares)
    on_the_way = np.where(plan.schedule == Schedule.ONE_FORWARD_ONE_BACKWARD, 1, 1 - shares.weight)
    latency = on_the_way * others - (plan.micro_batches - 1) * slowest_s
    return np.where(plan.pipeline > 1, np.maximum(idle, latency), 0.0)


def bubble_left(plan: Plans, shares: PassShares) -> FloatArray:
    """Return what a schedule leaves of the bubble of 1F1B, shape (n,). [1].

    Notes
    -----
    With F, B and W the forward pass, the whole backward pass and the weight gradients in it, and p
    stages, 1F1B idles (p - 1)(F + B). ZB-H1 fills in weight gradients: (p - 1)(F + B - 2W).
    DualPipe feeds both ends: (p / 2 - 1)(FB + B - 3W), FB a forward and a backward pass at once,
    which hides exchanges but no computing: F + B. Of m micro batches, all but one have weight
    gradients to fill in.

    References
    ----------
    Qi et al., "Zero Bubble Pipeline Parallelism", 2023, table 2; DeepSeek-AI, "DeepSeek-V3
    Technical Report", arXiv 2412.19437, table 2.
    """
    later = plan.micro_batches - 1
    waits = np.maximum(plan.pipeline - 1, 1.0)
    filled = 1.0 - np.minimum(2.0, 1.0 + later / waits) * shares.weight
    paired_waits = np.maximum(plan.pipeline / 2 - 1, 0.0)
    fills = np.minimum(3.0, 2.0 + later / np.maximum(paired_waits, 1.0))
    paired = paired_waits / waits * (2.0 - shares.forward - fills * shares.weight)
    left = np.where(plan.schedule == Schedule.DUAL_PIPE, paired, 1.0)
    left = np.where(plan.schedule == Schedule.ZERO_BUBBLE, filled, left)
    return np.maximum(left, 0.0)


def paired_share(plan: Plans) -> FloatArray:
    """Return the share of micro batches whose passes run beside those of another, shape (n,). [1].

    Notes
    -----
    DualPipe computes the forward pass of one direction while the backward pass of the other
    exchanges tokens, and the other way round. While the pipeline fills and drains there is no
    other: an end stage has a partner for m - 2 (p - 1) of m micro batches (the schedule of
    DeepSeek-AI 2024, figure 5: 20 micro batches on 8 stages).
    """
    alone = 2.0 * (plan.pipeline - 1)
    share = np.clip(1.0 - alone / np.maximum(plan.micro_batches, 1.0), 0.0, 1.0)
    return np.where((plan.schedule == Schedule.DUAL_PIPE) & (plan.pipeline > 1), share, 0.0)
