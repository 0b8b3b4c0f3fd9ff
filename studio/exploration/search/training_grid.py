"""Every valid way to cut a training job over NPUs, as the rows of a grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from studio.design.scenario import Training
from studio.errors import BrokenRule, InvalidInput, UnknownName
from studio.exploration.search.grid import Grid, check_counts
from studio.exploration.search.heads import keep_whole_heads, shared_heads
from studio.messages import Listed, say
from studio.simulation.inference.plan import too_many_stages
from studio.simulation.scenario_rules import check_fields
from studio.simulation.training_plans import OFFLOAD
from studio.workload.divisors import divisors, nearest_divisor
from studio.workload.model import AiModel, MixtureOfExperts
from studio.workload.plan import FloatArray, Plans, Recompute, Schedule, plans
from studio.workload.plan_rules import (
    MOST_SHARDED,
    experts_of,
    has_odd_ends,
    no_experts,
    no_such_sharding,
    odd_ends,
    uneven_parts,
    uneven_sequence,
)

LEAST_USED = 0.5
"""Share of the NPUs above which a mapping has to use them."""
RECOMPUTE: Mapping[str, int] = {item.name.lower(): int(item) for item in Recompute}
SCHEDULES: Mapping[str, int] = {
    "1f1b": int(Schedule.ONE_FORWARD_ONE_BACKWARD),
    "zero-bubble": int(Schedule.ZERO_BUBBLE),
    "dualpipe": int(Schedule.DUAL_PIPE),
}

Choices = Mapping[str, Sequence[int | float | str]]
"""Values to try by field of the scenario: one value fixes it, no entry leaves it free."""
FREE_FIELDS = (
    "tp", "pp", "dp", "ep", "cp", "zero_stage", "micro_batch", "virtual_stages", "recompute",
    "schedule", "precision", "offload",
)  # fmt: skip
"""Fields of a training scenario that a search chooses."""


@dataclass(frozen=True)
class _Job:
    model: AiModel
    scenario: Training
    npus: int
    choices: Choices

    def values(self, field: str, usual: Callable[[], Sequence[int]]) -> list[float]:
        """Return what to try of one degree: the user's values, else the usual ones."""
        asked = self.choices.get(field)
        return [float(value) for value in (usual() if asked is None else asked)]

    def named(self, field: str, table: Mapping[str, int], usual: Sequence[str]) -> list[float]:
        """Return the same for a choice by name."""
        asked = [str(name) for name in self.choices.get(field, usual)]
        for name in asked:
            if name not in table:
                raise UnknownName(
                    "{field}: {name!r} is unknown; there are {known}",
                    field=field,
                    name=name,
                    known=Listed(list(table)),
                )
        return [float(table[name]) for name in asked]


def training_grid(
    model: AiModel, scenario: Training, npus: int, choices: Choices | None = None
) -> Grid:
    """Return every valid combination of degrees for `scenario` on `npus` NPUs.

    Raises
    ------
    InvalidInput : a size is below one, no combination is valid, or there are too many.

    Notes
    -----
    Tensor parallelism divides the heads, experts divide, every sequence of the step is computed
    once, more than half of the NPUs work. Pipelines have as many stages as a divisor of the layers
    or of the NPUs.
    """
    job = _Job(model, scenario, npus, choices or {})
    _check(job)
    grid = Grid()
    _place(grid, job)
    _feed(grid, job)
    _cut_states(grid, job)
    return grid


def _check(job: _Job) -> None:
    scenario = job.scenario
    if min(job.npus, scenario.global_batch, scenario.sequence_tokens) < 1:
        raise BrokenRule(
            say(
                "NPUs ({npus}), sequences per step ({batch}) and tokens per sequence ({tokens}) "
                "must be at least 1",
                npus=job.npus,
                batch=scenario.global_batch,
                tokens=scenario.sequence_tokens,
            ),
            1,
        )
    check_fields(scenario)
    for field, values in job.choices.items():
        numbers = [value for value in values if not isinstance(value, str)]
        if field != "zero_stage":
            check_counts(field, numbers)
        for stage in numbers if field == "zero_stage" else ():
            if stage not in range(MOST_SHARDED + 1):
                raise no_such_sharding(stage)


def _place(grid: Grid, job: _Job) -> None:
    """Cut the model over NPUs: tensor, pipeline, context and data parallelism."""
    model, npus = job.model, job.npus
    shared = shared_heads(model)
    layers = max(model.layers, 1)
    batch, length = job.scenario.global_batch, job.scenario.sequence_tokens
    grid.cross("tp", job.values("tp", lambda: [d for d in divisors(shared) if d <= npus]))
    keep_whole_heads(grid, model)
    stages = sorted({d for d in (*divisors(npus), *divisors(layers)) if d <= min(layers, npus)})
    grid.cross("pp", job.values("pp", lambda: stages))
    grid.keep(
        grid["pp"] <= layers,
        lambda: too_many_stages(model, grid["pp"][0]),
    )
    shares = [d for d in divisors(npus) if d == 1 or length % (2 * d) == 0]
    grid.cross("cp", job.values("cp", lambda: shares))
    grid.keep(
        (grid["cp"] == 1) | (np.mod(length, 2 * grid["cp"]) == 0),
        lambda: uneven_sequence(length, grid["cp"][0]),
    )
    inner = grid["tp"] * grid["pp"] * grid["cp"]
    grid.keep(inner <= npus, lambda: _too_many_npus(grid, npus))
    grid.cross("dp", job.values("dp", lambda: divisors(batch)))
    used = grid["tp"] * grid["pp"] * grid["cp"] * grid["dp"]
    grid.keep(used <= npus, lambda: _too_many_npus(grid, npus))
    used = grid["tp"] * grid["pp"] * grid["cp"] * grid["dp"]
    if "dp" not in job.choices:
        grid.keep(used > LEAST_USED * npus, lambda: _no_use(grid, npus, batch))


def _too_many_npus(grid: Grid, npus: int) -> BrokenRule:
    names = [name for name in ("tp", "pp", "cp", "dp") if name in grid.columns]
    least = np.prod([grid[name].min() for name in names])
    inner = least / grid["dp"].min() if "dp" in names else npus + 1
    reason = say(
        "the smallest mapping of these degrees uses {least:g} NPUs but there are {npus}",
        least=float(least),
        npus=npus,
    )
    if inner <= npus:
        return BrokenRule(reason, say("data parallelism {degree}", degree=int(npus // inner)))
    return BrokenRule(
        say("{reason}; lower data, pipeline, context or tensor parallelism", reason=reason)
    )


def _no_use(grid: Grid, npus: int, batch: int) -> BrokenRule:
    inner = int(np.max(grid["tp"] * grid["pp"] * grid["cp"]))
    return BrokenRule(
        say(
            "no mapping uses more than half of the {npus} NPUs: {batch} sequences per step do not "
            "spread over that many replicas",
            npus=npus,
            batch=batch,
        ),
        say("global batch {batch:g}", batch=max(1, npus // inner)),
    )


def _feed(grid: Grid, job: _Job) -> None:
    """Cut the batch into micro batches, the experts over ranks, the stages into chunks."""
    model, batch = job.model, job.scenario.global_batch
    grid.cross("micro_batch", job.values("micro_batch", lambda: divisors(batch)))
    asked = grid["micro_batch"][0]
    grid.keep(
        np.mod(batch, grid["micro_batch"]) == 0,
        lambda: BrokenRule(
            say(
                "micro batches of {micro:g} do not divide {batch} sequences per step",
                micro=asked,
                batch=batch,
            ),
            nearest_divisor(batch, asked),
        ),
    )
    grid.keep(
        np.mod(batch, grid["dp"] * grid["micro_batch"]) == 0,
        lambda: BrokenRule(
            say(
                "{batch} sequences per step do not divide into {replicas:g} replicas of micro "
                "batches of {micro:g}",
                batch=batch,
                replicas=grid["dp"][0],
                micro=asked,
            ),
            say("global batch {batch:g}", batch=_nearest_multiple(batch, grid["dp"][0] * asked)),
        ),
    )
    experts = [
        b.feed_forward.experts for b in model.blocks if isinstance(b.feed_forward, MixtureOfExperts)
    ] or [1]
    shared = int(np.gcd.reduce(experts))
    grid.cross("ep", job.values("ep", lambda: [d for d in divisors(shared) if d <= job.npus]))
    ranks = grid["dp"] * grid["cp"] * grid["tp"]
    grid.keep(
        (np.mod(shared, grid["ep"]) == 0) & (np.mod(ranks, grid["ep"]) == 0),
        lambda: _uneven_experts(model, shared, grid["ep"][0]),
    )
    layers = max(model.layers, 1)
    grid.cross("virtual_stages", job.values("virtual_stages", lambda: divisors(layers)))
    stages, chunks = grid["pp"], grid["virtual_stages"]
    rounds = batch / (grid["dp"] * grid["micro_batch"])
    # Chunks are whole layers, and interleaving needs a micro batch per stage.
    is_interleaved = (stages > 1) & (rounds >= stages) & (np.mod(layers, stages * chunks) == 0)
    grid.keep(
        (chunks == 1) | is_interleaved,
        lambda: BrokenRule(
            say(
                "{chunks:g} virtual stages need pipelines whose chunks are whole layers of "
                "{layers} and a micro batch per stage",
                chunks=chunks[0],
                layers=layers,
            ),
            _nearest_chunks(layers, chunks[0], stages[(stages > 1) & (rounds >= stages)]),
        ),
    )


def _uneven_experts(model: AiModel, experts: int, expert: float) -> BrokenRule:
    if not model.is_moe:
        return no_experts(model)
    return uneven_parts(expert, experts, experts_of(model, experts))


def _nearest_chunks(layers: int, asked: float, stages: FloatArray) -> int:
    """Return the number of chunks next to one asked for that leaves whole layers on some stages."""
    possible = [c for c in divisors(layers) if c == 1 or np.any(np.mod(layers, stages * c) == 0)]
    return min(possible, key=lambda chunks: abs(chunks - asked))


def _nearest_multiple(whole: int, unit: float) -> float:
    return max(1, round(whole / unit)) * unit


def _cut_states(grid: Grid, job: _Job) -> None:
    """Shard the states, recompute, choose a schedule; choices that change nothing are dropped."""
    grid.cross("zero_stage", job.values("zero_stage", lambda: range(4)))
    least = float(grid["zero_stage"].min())
    is_sharded = grid["dp"] * grid["cp"] > 1
    grid.keep(is_sharded | (grid["zero_stage"] == least), _never)
    grid.cross("recompute", job.named("recompute", RECOMPUTE, list(RECOMPUTE)))
    own = job.scenario.schedule.replace("interleaved", "1f1b")
    usual = list(dict.fromkeys(("1f1b", own)))
    grid.cross("offload", job.named("offload", OFFLOAD, (job.scenario.offload,)))
    grid.cross("schedule", job.named("schedule", SCHEDULES, usual))
    plain = float(grid["schedule"].min())
    is_staged = (grid["pp"] > 1) & (grid["virtual_stages"] == 1)
    grid.keep(is_staged | (grid["schedule"] == plain), _never)
    grid.keep(
        ~has_odd_ends(grid["schedule"], grid["pp"]),
        lambda: odd_ends(grid["pp"][0]),
    )


def _never() -> InvalidInput:
    raise AssertionError("the least value of a degree is always left")


def plans_of(grid: Grid, scenario: Training) -> Plans:
    """Return the rows of a grid as plans."""
    return plans(
        tensor=grid["tp"],
        pipeline=grid["pp"],
        chunks=grid["virtual_stages"],
        context=grid["cp"],
        expert=grid["ep"],
        data=grid["dp"],
        zero=grid["zero_stage"],
        micro_batch=grid["micro_batch"],
        micro_batches=scenario.global_batch / (grid["dp"] * grid["micro_batch"]),
        sequence=scenario.sequence_tokens,
        recompute=grid["recompute"],
        schedule=grid["schedule"],
        offload=grid["offload"],
    )
