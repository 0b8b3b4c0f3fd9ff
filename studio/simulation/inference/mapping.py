"""Choose how an instance is cut when nobody says: the best valid mapping for a goal.

Tries the mappings engines really use; knows no time of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.simulation.inference.batches import group_room, largest_batches
from studio.simulation.inference.disaggregation import in_turn_rate, pools_rate
from studio.simulation.inference.engine import Engine
from studio.simulation.inference.mixing import Mixed, mixed
from studio.simulation.inference.phases import Decode, decode, prefill
from studio.simulation.inference.plan import InferencePlan, expert_count, joined_plans, scalar
from studio.simulation.inference.requests import Limits, RequestShape
from studio.simulation.inference.speculative import Speculation
from studio.workload.model import AiModel, Attention
from studio.workload.operators import FloatArray

_MOST_TENSOR = 64
_MOST_MIXED_TENSOR = 8
"""Ranks that share the attention of a group where groups share experts: no more than a node has."""


def tensor_degrees(model: AiModel, devices: int) -> list[int]:
    """Return the powers of two, up to the devices, that divide all attention heads."""
    heads = [block.mixer.heads for block in model.blocks if isinstance(block.mixer, Attention)]
    found, degree = [], 1
    while degree <= min(devices, _MOST_TENSOR):
        if all(count % degree == 0 for count in heads):
            found.append(degree)
        degree *= 2
    return found


def candidate_plans(
    model: AiModel, devices: int, most_stages: int = 1, most_mixed_tensor: int = _MOST_MIXED_TENSOR
) -> Iterator[InferencePlan]:
    """Yield mappings of one instance, smallest first.

    Dense models are cut by tensor and, up to `most_stages`, pipeline parallelism; models with
    experts also with the experts over all ranks, whose attention is cut by tensor parallelism, by
    groups with sequences of their own, or by both.
    """
    for tensor in tensor_degrees(model, devices):
        stages = 1
        while stages <= min(most_stages, devices // tensor, model.layers):
            yield InferencePlan(tensor=float(tensor), pipeline=float(stages))
            stages *= 2
    experts = expert_count(model)
    mixed_degrees = [t for t in tensor_degrees(model, devices) if t <= most_mixed_tensor]
    ranks = 2
    while experts and ranks <= min(devices, experts):
        for tensor in mixed_degrees:
            if tensor <= ranks:
                yield InferencePlan(float(tensor), ranks / tensor, expert=float(ranks))
        ranks *= 2


@dataclass(frozen=True)
class Chosen:
    """How instances are cut, and what is known of them already."""

    plan: InferencePlan
    batch: float | None
    """Most sequences of one attention group, 0 where none meets the limit; None if not known."""
    npus: int
    """That are used: with the others, nobody having named a plan, fewer tokens would come out."""


def choose_plan(
    build: Callable[[InferencePlan], Engine],
    model: AiModel,
    npus: int,
    shape: RequestShape,
    limits: Limits,
    speculation: Speculation,
    devices_per_npu: float = 1.0,
    *,
    in_pools: bool = False,
) -> Chosen:
    """Return the plan with the most output tokens that meets TPOT.

    When none meets it, the fastest that fits; when none fits, the widest.

    Parameters
    ----------
    in_pools
        Whether NPUs are shared out among whole instances that only decode and others that only
        compute prompts; otherwise every instance does both.

    Notes
    -----
    Pools need NPUs beside one instance for decoding. Where few are left, prompts would wait: then
    both phases take turns on one instance, and the rest is idle. Without pools, NPUs that are left
    over by whole instances are idle.
    """
    devices = round(npus * devices_per_npu)
    plans = list(candidate_plans(model, devices))
    joined = joined_plans(plans)
    room = np.broadcast_to(group_room(build(joined), shape), (len(plans),))
    fitting = np.flatnonzero(room >= 1)
    if not fitting.size:
        return Chosen(plans[-1], 0.0, npus)
    engine = build(joined.take(fitting))
    batch = largest_batches(
        engine, shape, room[fitting], limits, speculation, with_prompts=not in_pools
    )
    held = np.maximum(batch, 1.0)
    in_turn: NDArray[np.bool_] = np.zeros(fitting.size, dtype=bool)
    found: Mixed | Decode
    if in_pools:
        found = decode(engine, held, shape.mean_context, speculation)
        rate, in_turn = _in_pools(engine, shape, found, npus, devices_per_npu)
    else:
        found = mixed(engine, shape, held, speculation)
        whole = devices // engine.plan.ranks * engine.plan.ranks
        rate = np.asarray(found.tokens_per_s_per_npu) * whole / devices
    # A plan that misses the limit loses against any that meets it.
    best = int(np.argmax(np.where(batch >= 1, rate, 1e-6 / found.tpot_s)))
    plan = plans[int(fitting[best])]
    used = math.ceil(scalar(plan.ranks) / devices_per_npu) if in_turn[best] else npus
    return Chosen(plan, float(batch[best]), used)


def _in_pools(
    engine: Engine, shape: RequestShape, stepping: Decode, npus: int, devices_per_npu: float
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return tokens per second over all NPUs, and where both phases better take turns."""
    instance = np.asarray(engine.plan.ranks / devices_per_npu)
    filling = prefill(engine, shape, np.inf)
    rates = filling.tokens_per_s_per_npu, stepping.tokens_per_s_per_npu
    lengths = shape.new_prompt, shape.output
    pooled = pools_rate(npus, instance, *rates, *lengths)
    in_turn = in_turn_rate(*rates, *lengths) * np.minimum(np.ceil(instance) / npus, 1.0)
    return np.maximum(pooled, in_turn), (in_turn > pooled) & (np.ceil(instance) < npus)
