"""Find the best mapping of a training job over all valid ones, and say why it wins.

All candidates are arrays of one batch: the same simulation as a single plan. Knows no file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from studio.errors import InvalidInput
from studio.messages import Listed, say
from studio.simulation.machine import Machine
from studio.simulation.network.profile import NetworkProfile
from studio.simulation.training.result import TERM_NAMES, TrainingResult
from studio.simulation.training.step import training_step
from studio.simulation.words import term
from studio.workload.model import AiModel, Attention, MixtureOfExperts
from studio.workload.plan import Plans, Recompute, broken_rules, plans
from studio.workload.profile import ComputeProfile
from studio.workload.recipe import Recipe

BATCH = 25_000
"""Candidates simulated at once: larger arrays fall out of the processor's cache."""
MAX_CANDIDATES = 20_000_000
_DEGREE_FIELDS = (
    "tensor", "pipeline", "chunks", "context", "expert", "expert_tensor", "shard_share",
    "zero", "micro_batch", "recompute", "schedule",
)  # fmt: skip


@dataclass(frozen=True)
class SearchSpace:
    """Values to try per degree; an empty tuple means every one that can be valid."""

    tensor: Sequence[int] = ()
    pipeline: Sequence[int] = ()
    chunks: Sequence[int] = ()
    context: Sequence[int] = (1,)
    expert: Sequence[int] = ()
    expert_tensor: Sequence[int] = (1,)
    shard_share: Sequence[int] = (1,)
    """Replicas over the sharding group: 1 shards over all of them."""
    zero: Sequence[int] = (1, 3)
    micro_batch: Sequence[int] = (1, 2, 4, 8)
    recompute: Sequence[int] = tuple(int(item) for item in Recompute)
    schedule: Sequence[int] = (0,)
    max_tensor: int = 0
    """Largest tensor-parallel degree; 0 for the innermost network level."""


@dataclass(frozen=True)
class SearchResult:
    """All valid candidates and the order they finish in."""

    best: TrainingResult
    """The winner alone, as a batch of one."""
    plans: Plans
    step_time_s: NDArray[np.float64]
    memory_byte: NDArray[np.float64]
    fits: NDArray[np.bool_]
    order: NDArray[np.intp]
    """Positions from best to worst: what fits first, then by goal."""
    why: tuple[str, ...] = field(default=())

    @property
    def count(self) -> int:
        """Candidates simulated."""
        return self.plans.count

    def pareto(self) -> NDArray[np.intp]:
        """Return the positions that no other candidate beats in both time and memory."""
        order = np.lexsort((self.memory_byte, self.step_time_s))
        least = np.minimum.accumulate(self.memory_byte[order])
        is_new = np.concatenate(([True], self.memory_byte[order][1:] < least[:-1]))
        return order[is_new]


def candidate_plans(
    model: AiModel, npu_count: int, global_batch: int, sequence: int, space: SearchSpace,
    inner_ranks: int = 8,
) -> Plans:  # fmt: skip
    """Return every valid plan that uses all NPUs and makes exactly `global_batch` sequences.

    Raises
    ------
    InvalidInput : sizes below one, or more combinations than can be held.
    """
    if min(npu_count, global_batch, sequence) < 1:
        raise InvalidInput(
            "NPUs ({npu_count}), sequences per step ({global_batch}) and tokens per sequence "
            "({sequence}) must be at least 1",
            npu_count=npu_count,
            global_batch=global_batch,
            sequence=sequence,
        )
    axes = _axes(model, npu_count, space, inner_ranks)
    size = float(np.prod([float(len(axis)) for axis in axes]))
    if size > MAX_CANDIDATES:
        raise InvalidInput(
            "{size:.3g} combinations are too many; fix a degree or shorten a list (at most "
            "{max_candidates:.0e})",
            size=size,
            max_candidates=MAX_CANDIDATES,
        )
    grid = np.meshgrid(*(np.asarray(axis, dtype=np.float64) for axis in axes), indexing="ij")
    values = {name: part.ravel() for name, part in zip(_DEGREE_FIELDS, grid, strict=True)}
    inner = values["tensor"] * values["pipeline"] * values["context"]
    data = npu_count / inner
    rounds = global_batch / (data * values["micro_batch"])
    share = values.pop("shard_share")
    is_whole = (data >= 1) & (data == np.floor(data)) & (rounds >= 1) & (rounds == np.floor(rounds))
    is_whole &= np.mod(data, share) == 0
    # A sharding group matters to sharded states only, chunks to pipelines only.
    # Interleaved schedules need a micro batch per stage.
    is_whole &= (values["chunks"] == 1) | (
        (values["pipeline"] > 1) & (rounds >= values["pipeline"])
    )
    is_whole &= (
        np.mod(model.layers, values["pipeline"] * values["chunks"]) * (values["chunks"] > 1) == 0
    )
    kept = {name: part[is_whole] for name, part in values.items()}
    found = plans(
        **kept,
        data=data[is_whole],
        shard=data[is_whole] / share[is_whole],
        micro_batches=rounds[is_whole],
        sequence=sequence,
    )
    broken = broken_rules(model, found, npu_count)
    valid = ~np.any(np.stack(list(broken.values())), axis=0)
    return found.take(valid)


def _axes(
    model: AiModel, npu_count: int, space: SearchSpace, inner_ranks: int
) -> list[Sequence[int]]:
    heads = [b.mixer.heads for b in model.blocks if isinstance(b.mixer, Attention)] or [1]
    experts = [
        b.feed_forward.experts for b in model.blocks if isinstance(b.feed_forward, MixtureOfExperts)
    ]
    most = min(space.max_tensor or inner_ranks, npu_count)
    tensor = space.tensor or [
        d for d in divisors(int(np.gcd.reduce(heads))) if d <= most and npu_count % d == 0
    ]
    pipeline = space.pipeline or [
        d for d in divisors(npu_count) if d <= max(model.layers, 1) and d <= 128
    ]
    chunks = space.chunks or [d for d in divisors(max(model.layers, 1)) if d <= 24]
    expert = space.expert or (
        [d for d in divisors(int(np.gcd.reduce(experts))) if d <= npu_count] if experts else [1]
    )
    return [
        tensor, pipeline, chunks, space.context or (1, 2, 4, 8, 16), expert, space.expert_tensor,
        space.shard_share, space.zero, space.micro_batch, space.recompute, space.schedule,
    ]  # fmt: skip


def divisors(whole: int) -> list[int]:
    """Return the divisors of a positive number, smallest first."""
    small = [d for d in range(1, int(whole**0.5) + 1) if whole % d == 0]
    return small + [whole // d for d in reversed(small) if d * d != whole]


Goal = Callable[[TrainingResult], NDArray[np.float64]]


def step_time_goal(result: TrainingResult) -> NDArray[np.float64]:
    """Return what to minimise by default: seconds per step."""
    return result.step_time_s


def search(
    machine: Machine,
    model: AiModel,
    candidates: Plans,
    profile: ComputeProfile,
    network: NetworkProfile,
    recipe: Recipe | None = None,
    goal: Goal = step_time_goal,
    cancelled: Callable[[], bool] | None = None,
) -> SearchResult:
    """Return the best of `candidates`: the fastest that fits, or the smallest if none does.

    Raises
    ------
    InvalidInput : there is no candidate, or the search was cancelled.
    """
    if candidates.count == 0:
        raise InvalidInput(
            "no valid mapping of {model} on {npu_count} NPUs: try another global batch, or a "
            "NPU count that shares divisors with heads, layers and experts",
            model=model.name,
            npu_count=machine.npu_count,
        )
    goals, times, sizes = [], [], []
    for start in range(0, candidates.count, BATCH):
        if cancelled is not None and cancelled():
            raise InvalidInput("the search was cancelled")
        part = candidates.take(np.arange(start, min(start + BATCH, candidates.count)))
        result = training_step(machine, model, part, profile, network, recipe, is_checked=True)
        goals.append(goal(result))
        times.append(result.step_time_s)
        sizes.append(result.memory.total)
    value, size = np.concatenate(goals), np.concatenate(sizes)
    fits = size <= machine.accelerator.memory_byte
    key = value if fits.any() else size
    order = np.lexsort((key, ~fits))
    best = training_step(
        machine, model, candidates.take(order[:1]), profile, network, recipe, is_checked=True
    )
    found = SearchResult(best, candidates, np.concatenate(times), size, fits, order)
    return SearchResult(best, candidates, found.step_time_s, size, fits, order, explain(found))


def explain(found: SearchResult) -> tuple[str, ...]:
    """Return why the winner wins, what limits it next, and the runner-up of another kind."""
    best = found.best
    step = float(best.step_time_s[0])
    shares = {name: float(best.terms[name][0]) / step for name in TERM_NAMES}
    ranked = sorted(shares.items(), key=lambda item: -item[1])[:3]
    lines = [
        say(
            "largest terms: {terms}",
            terms=Listed(
                say("{name} {share:.0%}", name=term(name), share=share) for name, share in ranked
            ),
        ),
        say(
            "{fits} of {count} valid mappings fit the memory",
            fits=int(found.fits.sum()),
            count=found.count,
        ),
    ]
    faster = (found.step_time_s < step * (1 - 1e-9)) & ~found.fits
    if faster.any():
        gain = 1 - float(found.step_time_s[faster].min()) / step
        lines.append(
            say(
                "memory limits it: a mapping that does not fit would be {gain:.0%} faster",
                gain=gain,
            )
        )
    for name in ("tensor", "pipeline", "recompute", "zero"):
        own = getattr(best.plan, name)[0]
        other = found.fits & (getattr(found.plans, name) != own)
        if other.any():
            loss = float(found.step_time_s[other].min()) / step - 1
            lines.append(
                say(
                    "another {name} than {own:g} costs at least {loss:.1%}",
                    name=name,
                    own=own,
                    loss=loss,
                )
            )
    return tuple(lines)
