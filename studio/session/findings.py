"""Everything there is to mend in a design: what the rules found, and what its job says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.design.finding import Finding, Fix, Severity, by_severity
from studio.messages import Listed, say
from studio.simulation.scenario_rules import told_value

if TYPE_CHECKING:
    from studio.session.evaluation import Evaluation


def findings_of(evaluation: Evaluation) -> tuple[Finding, ...]:
    """Return all that nobody accepted, errors first; one list for window and command line."""
    return by_severity((*evaluation.findings, *job_findings(evaluation)))


def job_findings(evaluation: Evaluation) -> tuple[Finding, ...]:
    """Return why the active scenario can't be simulated, or what it warns of."""
    design = evaluation.fabric.design
    address = f"scenario:{design.active_scenario}"
    # A design that asks for no job yet is not wrong.
    severity: Severity = "error" if design.scenarios else "info"
    fix = _fix(design.active_scenario, evaluation.nearest)
    failed = (Finding("scenario", severity, address, evaluation.problem, fix=fix),)
    warned = evaluation.result.warnings if evaluation.result else ()
    return (
        *(failed if evaluation.problem else ()),
        *(Finding("scenario", "warning", address, text) for text in warned),
    )


def _fix(scenario: str, nearest: Mapping[str, float]) -> Fix | None:
    if not nearest or not scenario:
        return None
    changes = Listed(told_value(field, value) for field, value in nearest.items())
    return Fix(
        say("Set {changes}", changes=changes),
        {("scenarios", scenario, field): value for field, value in nearest.items()},
    )
