"""The collectives of one training step, with how often each runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from studio.exploration.explanation.basis import Basis
from studio.exploration.explanation.collectives import collective_line
from studio.simulation.explanation import Line
from studio.simulation.network.traffic import Collective
from studio.simulation.training.communication import Exchanged, communicate
from studio.workload.model import MixtureOfExperts
from studio.workload.plan import Recompute

Counts = Mapping[tuple[str, Collective], float]
"""Executions in a step by group and kind of collective."""


def exchange_lines(basis: Basis, term: str) -> list[Line]:
    """Return the collectives of a term with their times in a step, hidden or not; `stage` is one
    hand-over by itself.
    """
    return [
        collective_line(basis, f"{found.group}/{number}", found.found, found.spans, times)
        for number, (found, times) in enumerate(_counted(basis, term))
        if times > 0 and float(np.ravel(found.found.time_s)[0]) > 0
    ]


def _log(basis: Basis) -> list[Exchanged]:
    given, log = basis.given, list[Exchanged]()
    recipe = basis.training.recipe
    communicate(given.machine, given.model, basis.training.plan, given.network, recipe, log)
    return log


def _counted(basis: Basis, term: str) -> list[tuple[Exchanged, float]]:
    """Return each collective of a term and how often it runs in a step."""
    log = _log(basis)
    counts = _COUNTERS[term](basis)
    if term not in ("context", "expert_exchange"):
        return [(one, counts.get((one.group, one.found.op), 0.0)) for one in log]
    # These are worked out once a block, in the order of the blocks.
    group = "context" if term == "context" else "expert"
    seen: dict[Collective, int] = {}
    found = []
    for one in (one for one in log if one.group == group):
        place = seen.get(one.found.op, 0)
        seen[one.found.op] = place + 1
        found.append((one, counts[group, one.found.op] * _block_share(basis, group, place)))
    return found


def _block_share(basis: Basis, group: str, place: int) -> float:
    """Return the share of layers in the place-th block that has a kind of exchange."""
    model = basis.given.model
    if group == "expert" and model.recommendation is not None:
        return 1.0
    blocks = [
        block
        for block in model.blocks
        if group == "context" or isinstance(block.feed_forward, MixtureOfExperts)
    ]
    return blocks[place].count / model.layers


def _layers(basis: Basis) -> float:
    """Return passes through a layer in a step: micro batches x layers of the slowest stage."""
    outcome = basis.training
    stages = outcome.stages
    return float(outcome.plan.micro_batches[0]) * float(np.ravel(stages.layers)[0])


def _repeat(basis: Basis) -> float:
    return float(basis.training.plan.recompute[0] == Recompute.FULL)


def _tensor(basis: Basis) -> Counts:
    outcome, model = basis.training, basis.given.model
    plan, stages = outcome.plan, outcome.stages
    ends = 1.5 * float(np.ravel(stages.head)[0]) + float(np.ravel(stages.embedding)[0])
    halves = sum(_halves(basis, n) * block.count for n, block in enumerate(model.blocks))
    inside = _layers(basis) * halves / max(model.layers, 1)
    pairs = inside * (2 + _repeat(basis)) + float(plan.micro_batches[0]) * ends
    if plan.sequence_parallel[0] > 0:
        return {
            ("tensor", Collective.ALL_GATHER): pairs + inside,
            ("tensor", Collective.REDUCE_SCATTER): pairs,
        }
    return {("tensor", Collective.ALL_REDUCE): pairs}


def _halves(basis: Basis, block: int) -> float:
    """Return the half-layers of a block that gather before and scatter after themselves."""
    one, plan = basis.given.model.blocks[block], basis.training.plan
    part = one.feed_forward
    found = float(one.mixer is not None)
    if isinstance(part, MixtureOfExperts):
        found += float(bool(part.shared_total_width))
        found += float(plan.expert_tensor[0] > 1 and part.shared_total_width == 0)
    elif part is not None:
        found += 1.0
    return found


def _context(basis: Basis) -> Counts:
    times = _layers(basis)
    return {
        ("context", Collective.ALL_GATHER): 2 * times,
        ("context", Collective.REDUCE_SCATTER): times,
    }


def _expert(basis: Basis) -> Counts:
    times = (2 + _repeat(basis)) * _layers(basis)
    return {
        ("expert", Collective.DISPATCH): times,
        ("expert", Collective.COMBINE): times,
        ("expert", Collective.ALL_TO_ALL): 2.0 * float(basis.training.plan.micro_batches[0]),
    }


def _pipeline(basis: Basis) -> Counts:
    plan = basis.training.plan
    hops = 2.0 * float(plan.micro_batches[0] * plan.chunks[0])
    return {("stage", Collective.POINT_TO_POINT): hops}


def _stage(basis: Basis) -> Counts:
    del basis
    return {("stage", Collective.POINT_TO_POINT): 1.0}


def _data(basis: Basis) -> Counts:
    plan = basis.training.plan
    recipe = basis.training.recipe
    is_cut, is_sharded = plan.zero[0] >= 1, plan.zero[0] >= 3
    micro = float(plan.micro_batches[0])
    often = is_sharded and recipe.shards_per_micro_batch
    gathers = (micro * (2.0 if recipe.reshards else 1.0)) if is_sharded else float(is_cut)
    return {
        ("shard", Collective.REDUCE_SCATTER): (micro if often else 1.0) * float(is_cut),
        ("shard", Collective.ALL_GATHER): gathers,
        ("shard", Collective.ALL_REDUCE): float(not is_cut),
        ("replica", Collective.ALL_REDUCE): 1.0,
        ("expert_data", Collective.REDUCE_SCATTER): 1.0,
        ("expert_data", Collective.ALL_GATHER): 1.0,
    }


_COUNTERS: Mapping[str, Callable[[Basis], Counts]] = {
    "tensor": _tensor,
    "context": _context,
    "expert_exchange": _expert,
    "pipeline": _pipeline,
    "stage": _stage,
    "data": _data,
}
