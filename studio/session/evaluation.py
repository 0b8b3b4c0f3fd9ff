"""Everything the studio knows of one snapshot: totals, machine, simulated job, findings.

A function of a fabric alone; the window runs it in a worker and drops it when overtaken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from studio.design.finding import Finding
from studio.design.scenario import Inference, Scenario, Training
from studio.errors import BrokenRule, InvalidDesign, StudioError, UnknownName
from studio.exploration.explanation.basis import Basis
from studio.exploration.network_library import network_profiles
from studio.exploration.serving_library import (
    exchange_profile,
    inference_profile,
    power_profile,
)
from studio.fabric.changes import Aspect, unchanged
from studio.fabric.fabric import Fabric
from studio.messages import say
from studio.session.accuracy import accuracy
from studio.simulation.economics import priced
from studio.simulation.host import HOST_READ
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.job import SimInput
from studio.simulation.levels import (
    LEVELS_READ,
    RINGS_READ,
    Rings,
    network_levels,
    network_rings,
)
from studio.simulation.machine import Machine
from studio.simulation.machine_of import machine_of, running_of
from studio.simulation.result import SimResult
from studio.simulation.rollup.totals import Totals, roll_up
from studio.simulation.rules.check import Checked, checked
from studio.simulation.simulate import simulate
from studio.simulation.timeline import Timeline, timeline_of
from studio.workload.library import load_model, load_profile
from studio.workload.profile import ComputeProfile


@dataclass(frozen=True)
class Simulated:
    """The job of the active scenario, run."""

    rings: tuple[Rings, ...]
    machine: Machine
    given: SimInput
    result: SimResult
    timeline: Timeline


@dataclass(frozen=True)
class Evaluation:
    """One snapshot's figures."""

    fabric: Fabric
    totals: Totals
    checked: Checked
    simulated: Simulated | None
    problem: str
    """Why the active scenario could not be simulated; empty when it was."""
    nearest: Mapping[str, float] = field(default_factory=dict)
    """Fields of that scenario after which it can be; empty where nobody knows any."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what the rules found that nobody waived."""
        return self.checked.findings

    @property
    def machine(self) -> Machine | None:
        """Return the machine the job ran on."""
        return self.simulated.machine if self.simulated else None

    @property
    def result(self) -> SimResult | None:
        """Return what the job delivers."""
        return self.simulated.result if self.simulated else None

    @property
    def basis(self) -> Basis | None:
        """Return what the figures of the job are opened from."""
        if self.simulated is None:
            return None
        one = self.simulated
        return Basis(one.given, one.result, self.fabric, self.totals)

    @property
    def timeline(self) -> Timeline | None:
        """Return how the job runs over time."""
        return self.simulated.timeline if self.simulated else None


def evaluate(fabric: Fabric, known: Evaluation | None = None) -> Evaluation:
    """Roll up, check the rules and simulate the active scenario.

    Parameters
    ----------
    known : evaluation of an earlier snapshot, to keep what the edits since can't have changed; the
        result is the same without.
    """
    same = unchanged(known.fabric, fabric) if known else frozenset[Aspect]()
    totals = roll_up(fabric, known.totals if known else None, same)
    rules = checked(fabric, known.checked if known else None, same)
    if not fabric.design.scenarios:
        problem = say("the design has no scenario; add a training or inference job")
        return Evaluation(fabric, totals, rules, None, problem)
    try:
        simulated = _simulated(fabric, totals, known.simulated if known else None, same)
    except StudioError as error:
        nearest = error.fields if isinstance(error, BrokenRule) else {}
        return Evaluation(fabric, totals, rules, None, error.message, nearest)
    return Evaluation(fabric, totals, rules, simulated, "")


def _simulated(
    fabric: Fabric, totals: Totals, known: Simulated | None, same: frozenset[Aspect]
) -> Simulated:
    rings = known.rings if known and same >= RINGS_READ else network_rings(fabric)
    levels = known.machine.levels if known and same >= LEVELS_READ else None
    hosted = known.machine if known and same >= HOST_READ else None
    machine = machine_of(fabric, totals, levels or network_levels(fabric, rings), hosted)
    given = sim_input(fabric, totals, machine, active_scenario(fabric))
    result = _kept_result(given, known) if known else None
    result = result or with_error_band(simulate(given), machine)
    if known and result is known.result:
        return Simulated(rings, machine, given, result, known.timeline)
    return Simulated(rings, machine, given, result, timeline_of(result))


def _kept_result(given: SimInput, known: Simulated) -> SimResult | None:
    """Return the earlier result where the job is the same, with new prices where those differ.

    How often a job is interrupted is no price: it changes what the job loses.
    """
    if given == known.given:
        return known.result
    now, before = given.running, known.given.running
    is_as_reliable = now.interruptions_per_year == before.interruptions_per_year
    if is_as_reliable and replace(given, running=before) == known.given:
        return priced(known.result, given.running)
    return None


def with_error_band(result: SimResult, machine: Machine) -> SimResult:
    """Return the result with what published measurements say of its accuracy."""
    family = machine.accelerator.family
    return replace(
        result,
        assumptions=(*result.assumptions, accuracy().band(result.job, family)),
        error_bands=accuracy().error_bands(result.job, family),
    )


def active_scenario(fabric: Fabric, name: str = "") -> Scenario:
    """Return the scenario called `name`, or the design's active one.

    Raises
    ------
    UnknownName : the design has no scenario of that name.
    InvalidDesign : the design names one as active that it has not.
    """
    scenarios = fabric.design.scenarios
    wanted = name or fabric.design.active_scenario or next(iter(scenarios), "")
    for scenario_id, scenario in scenarios.items():
        if scenario_id == wanted:
            return scenario
    known = ", ".join(scenarios) or say("none")
    if fabric.design.active_scenario and not name:
        raise InvalidDesign(
            "active_scenario {wanted!r} is not in the design; it has {known}",
            wanted=wanted,
            known=known,
        )
    raise UnknownName(
        "the design has no scenario {wanted!r}; it has {known}",
        wanted=wanted,
        known=known,
    )


def sim_input(fabric: Fabric, totals: Totals, machine: Machine, scenario: Scenario) -> SimInput:
    """Gather what a simulation needs.

    Raises
    ------
    StudioError : the AI model or a profile is unknown, or the machine can't be built.
    """
    return SimInput(
        machine=machine,
        scenario=scenario,
        model=load_model(scenario.model),
        compute=_compute_profile(machine.accelerator.family, scenario),
        serving=_serving_profile(machine.accelerator.family, scenario),
        network=network_profiles().for_family(machine.accelerator.family),
        exchange=exchange_profile(machine.accelerator.family),
        power=power_profile(machine.accelerator.family),
        running=running_of(fabric, totals, machine),
    )


def _compute_profile(family: str, scenario: Scenario) -> ComputeProfile:
    generation = scenario.profile if isinstance(scenario, Training) else ""
    try:
        return load_profile(family, generation)
    except UnknownName:
        if generation:
            raise
        return load_profile("generic")


def _serving_profile(family: str, scenario: Scenario) -> InferenceProfile:
    return inference_profile(family, scenario.profile if isinstance(scenario, Inference) else "")
