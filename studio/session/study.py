"""Studies of a scenario on a drawn design: the best mapping, and which hardware number matters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from studio.design.scenario import Inference, Scenario, Training
from studio.errors import BrokenRule, InvalidInput, UnknownName
from studio.exploration.search import serving, serving_space, training, training_grid
from studio.exploration.search.goals import FRONT, GOALS, Goal, Job, goal_of
from studio.exploration.search.mappings import Cancelled, Counts, Limit, Mappings, Progress
from studio.exploration.search.nearest_fix import nearest_fix
from studio.exploration.search.reasons import VALUE_OF, TermRow, reasons
from studio.exploration.sensitivity import DEFAULT_CHANGE, Sensitivity, sensitivities
from studio.messages import Listed, Message
from studio.session.accuracy import accuracy
from studio.session.evaluation import Evaluation, active_scenario, sim_input
from studio.simulation.error_band import ErrorBand
from studio.simulation.job import SimInput
from studio.simulation.machine_of import machine_of
from studio.simulation.scenario_rules import check_fields, npus_of
from studio.simulation.simulate import simulate

Choices = Mapping[str, Sequence[int | float | str]]


@dataclass(frozen=True)
class Question:
    """What a search is asked: a goal, limits, and what the user fixes or allows."""

    goal: str = ""
    """Id of a goal; empty takes the usual one of the job."""
    limits: Mapping[str, float] = field(default_factory=dict)
    """Bounds by id of a goal; a serving job's objectives hold where nothing else is said."""
    choices: Choices = field(default_factory=dict)
    """Values to try by field of the scenario; one value fixes it."""


@dataclass(frozen=True)
class RankedPlan:
    """One mapping of a search."""

    plan: str
    metrics: Mapping[str, float]
    fits: bool
    keeps_limits: bool
    is_pareto: bool
    """No other mapping that fits is better in both figures of the front."""
    scenario_fields: Mapping[str, int | float | str]
    """Fields of the scenario that choose this mapping."""


@dataclass(frozen=True)
class PlanSearch:
    """The mappings of a scenario, best first."""

    job: Job
    goal: Goal
    limits: tuple[Limit, ...]
    ranked: tuple[RankedPlan, ...]
    front: tuple[RankedPlan, ...]
    """Mappings of the trade-off `axes`, along the first of them."""
    axes: tuple[Goal, Goal]
    cloud: tuple[NDArray[np.float64], NDArray[np.float64]]
    """Both figures of a sample of all fitting mappings, for a plot."""
    counts: Counts
    fitting: int
    keeping: int
    """How many fit and keep all limits."""
    why: tuple[Message, ...]
    terms: tuple[TermRow, ...]
    error_bands: Mapping[str, ErrorBand] = field(default_factory=dict)
    """How far figures may be off, by id of a goal; only of those that measurements check."""


_CLOUD = 2000


def search_plans(
    given: SimInput,
    most: int = 20,
    question: Question | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> PlanSearch:
    """Try every valid mapping of a scenario on its machine.

    Raises
    ------
    InvalidInput : no mapping is valid or none fits; names the rule and the nearest choice.
    UnknownName : no such goal, limit or field.
    SearchCancelled : `cancelled` said so.
    """
    check_fields(given.scenario)
    npus_of(given.scenario, given.machine.npu_count)
    asked = question or Question()
    job: Job = "training" if isinstance(given.scenario, Training) else "inference"
    goal = goal_of(asked.goal, job, given.running.price_usd)
    limits = _limits(given.scenario, job, asked, given.running.price_usd)
    _check_fields(job, asked.choices)
    try:
        found = _found(given, asked.choices, limits, progress, cancelled)
    except BrokenRule as broken:
        raise nearest_fix(given, asked.choices, broken) from broken
    order = found.order(goal, limits)
    across, upward = (GOALS[name] for name in FRONT[job])
    front = found.front(across, upward, found.fits)
    keeps, on_front = found.keeps(limits), set(front.tolist())
    said = reasons(given, found, goal, limits, order)

    def ranked(place: int) -> RankedPlan:
        return RankedPlan(
            found.text_at(place),
            {name: float(values[place]) for name, values in found.metrics.items()},
            bool(found.fits[place]),
            bool(keeps[place]),
            place in on_front,
            _chosen(found.scenario_at(place)),
        )

    return PlanSearch(
        job,
        goal,
        limits,
        tuple(ranked(int(place)) for place in order[:most]),
        tuple(ranked(int(place)) for place in front),
        (across, upward),
        _cloud(found, across, upward),
        found.counts,
        int(found.fits.sum()),
        int(keeps.sum()),
        said.why,
        said.terms,
        _error_bands(job, given.machine.accelerator.family),
    )


def _error_bands(job: Job, family: str) -> Mapping[str, ErrorBand]:
    known = accuracy().error_bands(job, family)
    return {
        goal.id: known[goal.figure]
        for goal in GOALS.values()
        if job in goal.jobs and goal.figure in known
    }


def _found(
    given: SimInput,
    choices: Choices,
    limits: tuple[Limit, ...],
    progress: Progress | None,
    cancelled: Cancelled | None,
) -> Mappings:
    if isinstance(given.scenario, Training):
        return training.search_training(given, choices, progress, cancelled)
    bound = {limit.goal.id: limit.bound for limit in limits}
    tpot = min(bound.get("tpot", np.inf), 1 / bound.get("user-speed", 1e-300))
    return serving.search_serving(
        given,
        choices,
        tpot_limit_s=tpot,
        ttft_limit_s=bound.get("ttft", np.inf),
        progress=progress,
        cancelled=cancelled,
    )


def _limits(scenario: Scenario, job: Job, asked: Question, price_usd: float) -> tuple[Limit, ...]:
    bounds = dict(asked.limits)
    if isinstance(scenario, Inference):
        if "user-speed" not in bounds:
            bounds.setdefault("tpot", scenario.tpot_objective_s)
        bounds.setdefault("ttft", scenario.ttft_objective_s)
    for name, bound in bounds.items():
        if not bound > 0:
            raise InvalidInput(
                "a limit of {limit} for {goal}: it must be above 0", limit=bound, goal=name
            )
    return tuple(Limit(goal_of(name, job, price_usd), bound) for name, bound in bounds.items())


FREE_FIELDS: Mapping[Job, tuple[str, ...]] = {
    "training": training_grid.FREE_FIELDS,
    "inference": serving_space.FREE_FIELDS,
}


def _check_fields(job: Job, choices: Choices) -> None:
    for name in choices:
        if name not in FREE_FIELDS[job]:
            raise UnknownName(
                "{name!r} is no choice of a search; there are {known}",
                name=name,
                known=Listed(FREE_FIELDS[job]),
            )


def _chosen(scenario: Scenario) -> Mapping[str, int | float | str]:
    """Return the fields that choose a mapping: all that a search sets."""
    names = [name for name in scenario.__struct_fields__ if name in FIELDS_SET]
    return {name: getattr(scenario, name) for name in names}


FIELDS_SET = frozenset((*training_grid.FREE_FIELDS, *serving_space.FREE_FIELDS, "prefill_share"))


def _cloud(
    found: Mappings, across: Goal, upward: Goal
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both figures of evenly chosen fitting mappings."""
    places = np.flatnonzero(found.fits)
    if places.size > _CLOUD:
        places = places[np.linspace(0, places.size - 1, _CLOUD).astype(np.intp)]
    return found.metrics[across.metric][places], found.metrics[upward.metric][places]


def with_mapping(scenario: Scenario, fields: Mapping[str, int | float | str]) -> Scenario:
    """Return the scenario with a mapping that a search found."""
    return msgspec.structs.replace(scenario, **fields)


def given_for(evaluation: Evaluation) -> SimInput:
    """Return what the active scenario of an evaluated design is simulated with.

    A mapping that is impossible is no obstacle: a search finds one that is not.

    Raises
    ------
    StudioError : the design has no machine or no scenario; says why.
    """
    if evaluation.simulated is not None:
        return evaluation.simulated.given
    fabric, totals = evaluation.fabric, evaluation.totals
    if not fabric.design.scenarios:
        raise InvalidInput(evaluation.problem)
    machine = machine_of(fabric, totals)
    return sim_input(fabric, totals, machine, active_scenario(fabric))


def is_same_study(before: SimInput, after: SimInput) -> bool:
    """Tell whether the answer for one job is that for another: only the mapping may differ."""
    if type(before.scenario) is not type(after.scenario):
        return False
    alike = with_mapping(after.scenario, _chosen(before.scenario))
    return before == replace(after, scenario=alike)


def tornado(
    given: SimInput,
    change: float = DEFAULT_CHANGE,
    goal: str = "",
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> tuple[Sensitivity, ...]:
    """Return how a result follows every hardware number, widest bar first.

    Parameters
    ----------
    goal
        Id of the figure; empty takes tokens per second and NPU.
    progress, cancelled
        Told how far it is, 0..1; asked whether to stop.

    Raises
    ------
    InvalidInput : the change is outside 0..1, or the scenario delivers nothing as it is.
    UnknownName : the job has no such figure.
    SearchCancelled : `cancelled` said so.
    """
    job: Job = "training" if isinstance(given.scenario, Training) else "inference"
    read = VALUE_OF[goal_of(goal or "throughput", job, given.running.price_usd).metric]
    fits = simulate(given).memory.fits

    def value(changed: SimInput) -> float:
        result = simulate(changed)
        return read(result) if result.memory.fits or not fits else math.nan

    return sensitivities(given, value, change, progress, cancelled)


def part_behind(evaluation: Evaluation, owner: str) -> str:
    """Return the address of what a hardware number belongs to: the NPU, or a plane of links.

    Parameters
    ----------
    owner : of the number, as `HardwareNumber` says; what no object of the drawing owns has no
        address.
    """
    fabric = evaluation.fabric
    kind, _, level = owner.partition(":")
    if kind == "level":
        planes = fabric.design.planes
        named = [key for key, plane in planes.items() if plane.name == level]
        inner = [key for key, plane in planes.items() if plane.role == "scale_up"]
        return f"plane:{(named or inner or list(planes))[0]}"
    if kind != "npu":
        return ""
    working = fabric.npus[fabric.component_factor[fabric.npus] > 0]
    types = np.bincount(fabric.layout.part[working])
    return f"part:{fabric.parts[int(np.argmax(types))].id}"
