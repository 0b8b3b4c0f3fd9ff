"""Everything the studio knows of one snapshot: totals, machine, simulated job, findings.

A function of a fabric alone; the window runs it in a worker and drops it when overtaken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from studio.design.finding import Finding
from studio.design.model import Design
from studio.design.scenario import Inference, Scenario, Training
from studio.errors import InvalidInput, StudioError, UnknownName
from studio.exploration.network_library import network_profiles
from studio.exploration.serving_library import (
    exchange_profile,
    inference_profile,
    power_profile,
)
from studio.fabric.fabric import Fabric
from studio.messages import say
from studio.session.accuracy import accuracy
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.job import SimInput
from studio.simulation.machine import Machine
from studio.simulation.machine_of import machine_of, running_of
from studio.simulation.result import SimResult
from studio.simulation.rollup.totals import Totals, roll_up
from studio.simulation.rules.check import check
from studio.simulation.simulate import simulate
from studio.simulation.timeline import Timeline, timeline_of
from studio.workload.library import load_model, load_profile
from studio.workload.profile import ComputeProfile


@dataclass(frozen=True)
class Evaluation:
    """One snapshot's figures."""

    fabric: Fabric
    totals: Totals
    machine: Machine | None
    result: SimResult | None
    timeline: Timeline | None
    problem: str
    """Why the active scenario could not be simulated; empty when it was."""
    findings: tuple[Finding, ...]


def evaluate(fabric: Fabric, known: Evaluation | None = None) -> Evaluation:
    """Roll up, check the rules and simulate the active scenario.

    Parameters
    ----------
    known : evaluation of an earlier snapshot, to keep what the edits since can't have changed; the
        result is the same without.
    """
    same_equipment = known is not None and _same_equipment(known.fabric, fabric)
    totals = known.totals if known and same_equipment else roll_up(fabric)
    same_rules = known is not None and _same_but_jobs(known.fabric, fabric)
    findings = known.findings if known and same_rules else check(fabric)
    if not fabric.design.scenarios:
        problem = "the design has no scenario; add a training or inference job"
        return Evaluation(fabric, totals, None, None, None, problem, findings)
    try:
        machine = known.machine if known and same_equipment else None
        machine = machine or machine_of(fabric, totals)
        scenario = active_scenario(fabric)
        result = with_error_band(simulate(sim_input(fabric, totals, machine, scenario)), machine)
    except StudioError as error:
        return Evaluation(fabric, totals, None, None, None, error.message, findings)
    timeline = timeline_of(result)
    return Evaluation(fabric, totals, machine, result, timeline, "", findings)


def _same_equipment(before: Fabric, after: Fabric) -> bool:
    """Tell whether totals and machine are the same: site, jobs and names may differ."""
    old, new = before.design, after.design
    return (
        before.catalog is after.catalog
        and before.layout is after.layout
        and before.links is after.links
        and before.geometry is after.geometry
        and old.parts is new.parts
        and old.assemblies is new.assemblies
        and old.planes is new.planes
        and old.exceptions is new.exceptions
    )


def _same_but_jobs(before: Fabric, after: Fabric) -> bool:
    """Tell whether no rule can see a difference."""
    old, new = before.design, after.design
    jobs = ("scenarios", "active_scenario")
    fields = (name for name in Design.__struct_fields__ if name not in jobs)
    return _same_equipment(before, after) and all(
        getattr(old, name) is getattr(new, name) for name in fields
    )


def with_error_band(result: SimResult, machine: Machine) -> SimResult:
    """Return the result with what published measurements say of its accuracy."""
    band = accuracy().band(result.job, machine.accelerator.family)
    return replace(result, assumptions=(*result.assumptions, band))


def active_scenario(fabric: Fabric, name: str = "") -> Scenario:
    """Return the scenario called `name`, or the design's active one.

    Raises
    ------
    UnknownName : the design has no scenario of that name.
    """
    scenarios = fabric.design.scenarios
    wanted = name or fabric.design.active_scenario or next(iter(scenarios), "")
    for scenario_id, scenario in scenarios.items():
        if scenario_id == wanted:
            return scenario
    known = ", ".join(scenarios) or say("none")
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
    if scenario.npus < 0:
        raise InvalidInput(
            "{scenario}: {npus} NPUs; 0 takes all",
            scenario=scenario.title,
            npus=scenario.npus,
        )
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
