"""Choose how an instance is cut when nobody says: the best valid mapping for a goal.

Tries the mappings engines really use; knows no time of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from studio.simulation.inference.batches import group_room, largest_batches
from studio.simulation.inference.disaggregation import kept_in_pools
from studio.simulation.inference.engine import Engine
from studio.simulation.inference.mixing import mixed
from studio.simulation.inference.plan import InferencePlan, expert_count, joined_plans
from studio.simulation.inference.requests import Limits, RequestShape
from studio.simulation.inference.speculative import Speculation
from studio.workload.model import AiModel, Attention

_MOST_TENSOR = 64


def tensor_degrees(model: AiModel, devices: int) -> list[int]:
    """Return the powers of two, up to the devices, that divide all attention heads."""
    heads = [block.mixer.heads for block in model.blocks if isinstance(block.mixer, Attention)]
    found, degree = [], 1
    while degree <= min(devices, _MOST_TENSOR):
        if all(count % degree == 0 for count in heads):
            found.append(degree)
        degree *= 2
    return found


def candidate_plans(model: AiModel, devices: int, most_stages: int = 1) -> Iterator[InferencePlan]:
    """Yield mappings of one instance, smallest first.

    Dense models are cut by tensor and, up to `most_stages`, pipeline parallelism; models with
    experts also by attention data parallelism with the experts over all ranks.
    """
    for tensor in tensor_degrees(model, devices):
        stages = 1
        while stages <= min(most_stages, devices // tensor, model.layers):
            yield InferencePlan(tensor=float(tensor), pipeline=float(stages))
            stages *= 2
    experts = expert_count(model)
    ranks = 2
    while experts and ranks <= min(devices, experts):
        yield InferencePlan(attention_data=float(ranks), expert=float(ranks))
        ranks *= 2


def choose_plan(
    build: Callable[[InferencePlan], Engine],
    model: AiModel,
    devices: int,
    shape: RequestShape,
    limits: Limits,
    speculation: Speculation,
    pooled_npus: int = 0,
) -> tuple[InferencePlan, float]:
    """Return the plan with the most output tokens per device that meets TPOT, and its batch.

    When none meets it, the fastest that fits; when none fits, the widest. The batch is that of
    one attention group, 0 where none meets the limit.

    Parameters
    ----------
    pooled_npus
        NPUs shared out among whole instances that only decode and others that only compute
        prompts; 0 where every instance does both.
    """
    plans = list(candidate_plans(model, devices))
    joined = joined_plans(plans)
    room = np.broadcast_to(group_room(build(joined), shape), (len(plans),))
    fitting = np.flatnonzero(room >= 1)
    if not fitting.size:
        return plans[-1], 0.0
    engine = build(joined.take(fitting))
    batch = largest_batches(engine, shape, room[fitting], limits, speculation)
    found = mixed(engine, shape, np.maximum(batch, 1.0), speculation)
    # A plan that misses the limit loses against any that meets it.
    rate = np.where(batch >= 1, found.tokens_per_s_per_npu, 1e-6 / found.tpot_s)
    if pooled_npus:
        instance = engine.plan.ranks * pooled_npus / devices
        prompts = rate * shape.new_prompt / shape.output
        share = np.minimum(prompts / found.prefill.tokens_per_s_per_npu, 1.0)
        rate = rate * kept_in_pools(pooled_npus, share, instance)
    best = int(np.argmax(rate))
    return plans[int(fitting[best])], float(batch[best])
