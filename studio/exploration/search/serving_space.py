"""How one serving instance can be cut, and what else of a serving job may be chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import get_args

import msgspec
import numpy as np

from studio.design.scenario import Inference, Phases
from studio.errors import BrokenRule, UnknownName
from studio.exploration.search.grid import Grid, check_counts
from studio.exploration.search.heads import keep_whole_heads, shared_heads
from studio.messages import Listed, say
from studio.simulation.inference.plan import (
    InferencePlan,
    expert_count,
    no_groups,
    too_many_stages,
)
from studio.workload.divisors import divisors
from studio.workload.model import AiModel
from studio.workload.plan_rules import uneven_parts
from studio.workload.precision import number_format

Choices = Mapping[str, Sequence[int | float | str]]
DEGREES = ("tp", "pp", "dp", "ep", "prefill_tp", "prefill_dp", "prefill_ep", "prefill_pp")
VARIANTS = ("precision", "kv_precision", "mtp_tokens", "chunk_tokens", "phases")
FREE_FIELDS = (*DEGREES, *VARIANTS, "batch_per_npu")
"""Fields of a serving scenario that a search chooses or lets the user fix."""


@dataclass(frozen=True)
class InstanceSpace:
    """Every valid way to cut one instance."""

    plan: InferencePlan
    """Arrays of shape (n,)."""
    combinations: float

    @property
    def count(self) -> int:
        """How many there are."""
        return int(np.size(self.plan.tensor))


def variants(scenario: Inference, choices: Choices) -> Iterator[Inference]:
    """Yield the scenario with every combination of formats, drafts and chunk the user allows.

    Raises
    ------
    UnknownName : a number format there is none of, or another way to share NPUs.
    InvalidInput : drafts or chunks that are no counts.
    """
    values = [choices.get(name, (getattr(scenario, name),)) for name in VARIANTS]
    for name, tried in zip(VARIANTS, values, strict=True):
        if "precision" in name:
            for value in tried:
                number_format(str(value))
        elif name == "phases":
            for value in tried:
                _check_phases(value)
        else:
            check_counts(name, tried, least=0)
    for found in product(*values):
        yield msgspec.structs.replace(scenario, **dict(zip(VARIANTS, found, strict=True)))


def _check_phases(value: float | str) -> None:
    known = get_args(Phases)
    if value not in known:
        raise UnknownName(
            "{value!r} is no way to run both phases; there are {known}",
            value=str(value),
            known=Listed(known),
        )


def instance_plans(
    model: AiModel, devices: int, choices: Choices, redundant_experts: int = 0
) -> InstanceSpace:
    """Return every valid way to cut one instance over at most `devices` devices.

    Parameters
    ----------
    model, devices
        What is served, and on how many devices at most.
    choices
        Values to try by field of the scenario.
    redundant_experts
        Experts of a layer held twice.

    Raises
    ------
    InvalidInput : a degree is no whole number from 1, or does not divide; names the nearest.

    Notes
    -----
    Degrees left free are divisors: of the attention heads for tensor parallelism, of the devices
    for pipelines and attention groups. Experts are cut by tensor parallelism, or spread evenly
    over all devices of a stage, those held twice included: 256 and 32 make 4 on each of 72 devices.
    Without experts, attention groups are replicas and are left out.
    """
    _check(choices)
    shared = shared_heads(model)
    whole = divisors(devices)
    grid = Grid()
    grid.cross("tp", _values(choices, "tp", [d for d in divisors(shared) if d <= devices]))
    keep_whole_heads(grid, model)
    grid.cross("pp", _values(choices, "pp", [d for d in whole if d <= max(model.layers, 1)]))
    grid.keep(
        grid["pp"] <= max(model.layers, 1),
        lambda: too_many_stages(model, grid["pp"][0]),
    )
    grid.keep(grid["tp"] * grid["pp"] <= devices, lambda: _too_many(grid, devices))
    grid.cross("dp", _values(choices, "dp", whole if model.is_moe else [1]))
    if not model.is_moe:
        grid.keep(grid["dp"] == 1, lambda: no_groups(model, grid["dp"][0]))
    grid.keep(grid["tp"] * grid["pp"] * grid["dp"] <= devices, lambda: _too_many(grid, devices))
    grid.cross("ep", _values(choices, "ep", _even_spreads(expert_count(model), redundant_experts)))
    if "ep" not in choices:
        stage = grid["tp"] * grid["dp"]
        is_spread = (grid["ep"] == stage) | ((grid["ep"] == 1) & (grid["dp"] == 1))
        grid.keep(is_spread, lambda: _uneven_spread(grid, model, redundant_experts))
    grid.keep(
        np.mod(grid["tp"] * grid["dp"], grid["ep"]) == 0,
        lambda: _uneven_stage(grid),
    )
    plan = InferencePlan(grid["tp"], grid["dp"], grid["pp"], grid["ep"])
    return InstanceSpace(plan, grid.combinations)


def _even_spreads(experts: int, redundant: int) -> list[int]:
    """Return over how many devices the experts of a layer, or they and their copies, spread."""
    if not experts:
        return [1]
    return sorted({*divisors(experts), *divisors(experts + redundant)})


def _uneven_spread(grid: Grid, model: AiModel, redundant: int) -> BrokenRule:
    experts = expert_count(model)
    asked = int(grid["dp"][0])
    spreads = {
        spread // tensor
        for spread in _even_spreads(experts, redundant)
        for tensor in grid["tp"].astype(int).tolist()
        if spread % tensor == 0
    }
    return BrokenRule(
        say(
            "{experts} experts of {model} do not spread evenly over {groups} attention groups of "
            "TP {tensor:g}",
            experts=experts + redundant,
            model=model.name,
            groups=asked,
            tensor=grid["tp"][0],
        ),
        say("data parallelism {degree}", degree=min(spreads, key=lambda one: abs(one - asked))),
    )


def _values(choices: Choices, field: str, usual: Sequence[int]) -> list[float]:
    return [float(value) for value in choices.get(field, usual)]


def _check(choices: Choices) -> None:
    for field in DEGREES:
        check_counts(field, choices.get(field, ()))


def _too_many(grid: Grid, devices: int) -> BrokenRule:
    names = [name for name in ("tp", "pp", "dp") if name in grid.columns]
    least = float(np.prod([grid[name].min() for name in names]))
    return BrokenRule(
        say(
            "an instance of {least:g} devices is larger than the {devices} there are",
            least=least,
            devices=devices,
        ),
        say("instances of {ranks} devices", ranks=devices),
    )


def _uneven_stage(grid: Grid) -> BrokenRule:
    stage = int((grid["tp"] * grid["dp"]).max())
    return uneven_parts(grid["ep"][0], stage, say("{stage} devices of one stage", stage=stage))
