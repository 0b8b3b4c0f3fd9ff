"""Studies of a scenario on a drawn design: the best mapping, and which hardware number matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from studio.design.scenario import Training
from studio.errors import InvalidInput
from studio.exploration.search import SearchResult, SearchSpace, candidate_plans, search
from studio.exploration.sensitivity import DEFAULT_CHANGE, Sensitivity, sensitivities
from studio.messages import Listed, say
from studio.session.evaluation import Evaluation, active_scenario, sim_input
from studio.simulation.job import SimInput
from studio.simulation.machine import Machine
from studio.simulation.simulate import simulate
from studio.workload.plan import Plans, Recompute
from studio.workload.recipe import Recipe


@dataclass(frozen=True)
class RankedPlan:
    """One mapping of a search."""

    plan: str
    step_time_s: float
    tokens_per_s_per_npu: float
    memory_byte: float
    fits: bool
    is_pareto: bool
    """No other mapping is both faster and smaller."""
    scenario_fields: Mapping[str, int | str]
    """Fields of a training scenario that choose this mapping."""


@dataclass(frozen=True)
class PlanSearch:
    """The mappings of a training scenario, best first."""

    ranked: tuple[RankedPlan, ...]
    count: int
    fitting: int
    why: tuple[str, ...]


def search_plans(given: SimInput, most: int = 20) -> PlanSearch:
    """Try every valid mapping of a training scenario on its machine.

    Raises
    ------
    InvalidInput : the scenario is no training job, or no mapping is valid.
    """
    scenario = given.scenario
    if not isinstance(scenario, Training):
        raise InvalidInput(
            "{scenario}: mappings are searched for training jobs",
            scenario=scenario.title,
        )
    npus = scenario.npus or given.machine.npu_count
    inner = given.machine.levels[0].ranks if given.machine.levels else 8
    candidates = candidate_plans(
        given.model, npus, scenario.global_batch, scenario.sequence_tokens, SearchSpace(), inner
    )
    recipe = Recipe(precision=scenario.precision)
    found = search(given.machine, given.model, candidates, given.compute, given.network, recipe)
    pareto = set(found.pareto().tolist())
    ranked = tuple(_ranked(found, int(place), npus, pareto) for place in found.order[:most])
    return PlanSearch(ranked, found.count, int(found.fits.sum()), found.why)


def _ranked(found: SearchResult, place: int, npus: int, pareto: set[int]) -> RankedPlan:
    plan = found.plans.take(np.array([place]))
    seconds = float(found.step_time_s[place])
    return RankedPlan(
        plan_text(plan),
        seconds,
        float(plan.tokens_per_step[0]) / seconds / npus,
        float(found.memory_byte[place]),
        bool(found.fits[place]),
        place in pareto,
        _scenario_fields(plan),
    )


def _scenario_fields(plan: Plans) -> Mapping[str, int | str]:
    return {
        "tp": int(plan.tensor[0]),
        "pp": int(plan.pipeline[0]),
        "dp": int(plan.data[0]),
        "ep": int(plan.expert[0]),
        "cp": int(plan.context[0]),
        "zero_stage": int(plan.zero[0]),
        "micro_batch": int(plan.micro_batch[0]),
        "virtual_stages": int(plan.chunks[0]),
        "recompute": Recompute(int(plan.recompute[0])).name.lower(),
        "schedule": "interleaved" if plan.chunks[0] > 1 else "1f1b",
    }


def given_for(evaluation: Evaluation) -> SimInput:
    """Return what the active scenario of an evaluated design was simulated with.

    Raises
    ------
    InvalidInput : it could not be simulated; says why.
    """
    if evaluation.machine is None:
        raise InvalidInput(evaluation.problem or "the design has no scenario to study")
    scenario = active_scenario(evaluation.fabric)
    return sim_input(evaluation.fabric, evaluation.totals, evaluation.machine, scenario)


_RECOMPUTE = {
    Recompute.NONE: say("none"),
    Recompute.SELECTIVE: say("selective"),
    Recompute.FULL: say("full"),
}


def plan_text(plan: Plans) -> str:
    """Return the first plan of a batch in words."""
    degrees = (
        ("TP", plan.tensor),
        ("PP", plan.pipeline),
        ("DP", plan.data),
        ("EP", plan.expert),
        ("CP", plan.context),
    )
    parts = [f"{name} {value[0]:g}" for name, value in degrees if value[0] > 1]
    recompute = _RECOMPUTE[Recompute(int(plan.recompute[0]))]
    rest = say(
        "ZeRO {zero:g} · micro batch {micro_batch:g} · recompute {recompute}",
        zero=plan.zero[0],
        micro_batch=plan.micro_batch[0],
        recompute=recompute,
    )
    return Listed((*parts, rest), " · ")


def tornado(given: SimInput, change: float = DEFAULT_CHANGE) -> tuple[Sensitivity, ...]:
    """Return how tokens per second follow every hardware number, widest bar first.

    Raises
    ------
    InvalidInput : the change is outside 0..1, or the scenario delivers nothing as it is.
    """

    def tokens_per_s(machine: Machine) -> float:
        return simulate(replace(given, machine=machine)).tokens_per_s

    return sensitivities(given.machine, tokens_per_s, change)
