"""Everything the studio knows of one snapshot: totals, machine, simulated job, findings.

A pure function of a fabric; the window runs it in a worker and drops it when overtaken.
"""

from __future__ import annotations

from dataclasses import dataclass

from studio.design.finding import Finding
from studio.errors import StudioError
from studio.fabric.fabric import Fabric
from studio.simulation.machine import Machine
from studio.simulation.result import SimResult
from studio.simulation.rollup.totals import Totals, roll_up
from studio.simulation.simulate import Library, machine_of, simulate
from studio.simulation.timeline import Timeline, timeline_of


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


def evaluate(fabric: Fabric, library: Library) -> Evaluation:
    """Roll up, simulate the active scenario and check the rules."""
    totals = roll_up(fabric)
    findings = check(fabric)
    try:
        machine = machine_of(fabric, totals)
        result = simulate(fabric, totals, machine, library)
    except StudioError as error:
        return Evaluation(fabric, totals, None, None, None, str(error), findings)
    timeline = timeline_of(result, totals.value("power_w.idle")) if result else None
    return Evaluation(fabric, totals, machine, result, timeline, "", findings)
