"""All valid mappings of a training job, simulated as arrays."""

from __future__ import annotations

import msgspec
import numpy as np

from studio.design.scenario import Training
from studio.exploration.search.mappings import (
    Cancelled,
    Counts,
    Mappings,
    Progress,
    SearchCancelled,
)
from studio.exploration.search.training_grid import Choices, plans_of, training_grid
from studio.exploration.search.training_plan import fields_of, plan_text
from studio.messages import say
from studio.simulation.economics import economics
from studio.simulation.job import SimInput
from studio.simulation.memory.training import TrainingMemory, training_memory
from studio.simulation.training.activity import step_power_w
from studio.simulation.training.step import training_step
from studio.simulation.training_recipe import recipe_of
from studio.workload.operators import FloatArray
from studio.workload.plan import Plans, join
from studio.workload.plan_rules import broken_rules
from studio.workload.recipe import Recipe

BATCH = 16_000
"""Candidates simulated at once: larger arrays fall out of the processor's cache."""
NEAR = 1.25
"""Mappings that need more than this many times the memory are not simulated."""


def search_training(
    given: SimInput,
    choices: Choices | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Mappings:
    """Return every valid mapping of a training scenario with what it delivers.

    Raises
    ------
    InvalidInput : no mapping is valid; names the rule and the nearest choice.
    SearchCancelled : `cancelled` said so.
    """
    scenario = given.scenario
    assert isinstance(scenario, Training)
    asked = dict(choices or {})
    npus = scenario.npus or given.machine.npu_count
    precisions = [str(name) for name in asked.pop("precision", (scenario.precision,))]
    grid = training_grid(given.model, scenario, npus, asked)
    combinations = grid.combinations
    candidates = _unbroken(given, plans_of(grid, scenario), npus)
    del grid
    parts = []
    for index, precision in enumerate(precisions):

        def told(share: float, index: int = index) -> None:
            if progress is not None:
                progress((index + share) / len(precisions))

        parts.append(_evaluated(given, candidates, precision, told, cancelled))
    near = [part[0] for part in parts]
    metrics = {name: np.concatenate([part[1][name] for part in parts]) for name in parts[0][1]}
    fits = metrics.pop("fits") > 0
    evaluated = sum(part.count for part in near)
    valid = candidates.count * len(precisions)
    starts = np.cumsum([0, *(part.count for part in near)])

    def at(place: int) -> tuple[Plans, str]:
        which = int(np.searchsorted(starts, place, side="right")) - 1
        return near[which].take(np.array([place - starts[which]])), precisions[which]

    def scenario_at(place: int) -> Training:
        plan, precision = at(place)
        return msgspec.structs.replace(scenario, precision=precision, **fields_of(plan))

    def text_at(place: int) -> str:
        plan, precision = at(place)
        text = plan_text(plan)
        return say("{text} · {rest}", text=text, rest=precision) if len(precisions) > 1 else text

    counts = Counts(
        combinations * len(precisions),
        valid,
        evaluated,
        ((say("need over a quarter more memory than there is"), valid - evaluated),)
        if valid > evaluated
        else (),
        say("every valid mapping that fits was simulated"),
    )
    return Mappings("training", metrics, fits, scenario_at, text_at, counts)


def _evaluated(
    given: SimInput,
    candidates: Plans,
    precision: str,
    progress: Progress,
    cancelled: Cancelled | None,
) -> tuple[Plans, dict[str, FloatArray]]:
    """Return the candidates near enough to the memory there is, and their figures."""
    scenario, machine = given.scenario, given.machine
    assert isinstance(scenario, Training)
    recipe = recipe_of(msgspec.structs.replace(scenario, precision=precision))
    limit = NEAR * machine.accelerator.memory_byte
    sized = _within(given, candidates, recipe, limit, cancelled)
    if not sized:
        sized = _within(given, candidates, recipe, np.inf, cancelled)
        smallest = min(float(memory.total.min()) for _, memory in sized)
        sized = _kept(sized, smallest)
    found: list[dict[str, FloatArray]] = []
    for index, (part, memory) in enumerate(sized):
        _stop_if(cancelled)
        found.append(_figures(given, part, recipe, memory))
        progress((index + 1) / len(sized))
    figures = {name: np.concatenate([one[name] for one in found]) for name in found[0]}
    return join([part for part, _ in sized]), figures


Sized = list[tuple[Plans, TrainingMemory]]


def _within(
    given: SimInput,
    candidates: Plans,
    recipe: Recipe,
    limit_byte: float,
    cancelled: Cancelled | None,
) -> Sized:
    """Return the candidates that need no more than a limit, in batches; the rest is let go."""
    found: Sized = []
    machine = given.machine
    for rows in _batches(candidates.count):
        _stop_if(cancelled)
        part = candidates.take(rows)
        memory = training_memory(given.model, part, recipe, machine.accelerator, machine.host)
        found += _kept([(part, memory)], limit_byte)
    return found


def _kept(sized: Sized, limit_byte: float) -> Sized:
    return [
        (part.take(mask), memory.take(mask))
        for part, memory in sized
        if (mask := memory.total <= limit_byte).any()
    ]


def _unbroken(given: SimInput, candidates: Plans, npus: int) -> Plans:
    """Return the candidates that keep all rules, checked in batches that take little memory."""
    broken = np.zeros(candidates.count, dtype=bool)
    for rows in _batches(candidates.count):
        rules = broken_rules(given.model, candidates.take(rows), npus)
        broken[rows] = np.any(list(rules.values()), axis=0)
    return candidates.take(~broken) if broken.any() else candidates


def _batches(count: int) -> list[np.ndarray[tuple[int], np.dtype[np.intp]]]:
    return [np.arange(at, min(at + BATCH, count)) for at in range(0, count, BATCH)]


def _stop_if(cancelled: Cancelled | None) -> None:
    if cancelled is not None and cancelled():
        raise SearchCancelled("the search was cancelled")


def _figures(
    given: SimInput, part: Plans, recipe: Recipe, memory: TrainingMemory
) -> dict[str, FloatArray]:
    machine = given.machine
    result = training_step(
        machine, given.model, part, given.compute, given.network, recipe, is_checked=True,
        memory=memory,
    )  # fmt: skip
    money = economics(
        step_power_w(result, machine.accelerator, given.power),
        part.npus,
        machine.npu_count,
        machine.accelerator.idle_w,
        result.tokens_per_s,
        given.running,
    )
    return {
        "step_time_s": result.step_time_s,
        "tokens_per_s_per_npu": result.tokens_per_s_per_npu,
        "energy_j_per_token": np.asarray(money.energy_j_per_token),
        "cost_usd_per_million_tokens": np.asarray(money.cost_usd_per_million_tokens),
        "memory_byte": result.memory.total,
        "fits": result.memory.fits.astype(np.float64),
    }
