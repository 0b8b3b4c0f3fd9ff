"""Everything there is to mend in a design: what the rules found, and what its job says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.design.finding import Finding, Severity, by_severity

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
    failed = (Finding("scenario", severity, address, evaluation.problem),)
    warned = evaluation.result.warnings if evaluation.result else ()
    return (
        *(failed if evaluation.problem else ()),
        *(Finding("scenario", "warning", address, text) for text in warned),
    )
