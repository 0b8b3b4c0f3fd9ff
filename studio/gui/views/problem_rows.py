"""The problems list: findings and why the simulation did not run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.design.finding import Finding, Fix
from studio.messages import entry, say
from studio.session.findings import job_findings

if TYPE_CHECKING:
    from studio.session.evaluation import Evaluation

RANK = {"error": 0, "warning": 1, "info": 2, "accepted": 3}


@dataclass(frozen=True)
class ProblemRow:
    """One line; a click on it shows `address` on the canvas."""

    severity: str
    message: str
    hint: str
    address: str
    rule: str
    key: str
    fix: Fix | None = None
    waiver: str = ""
    """Key of the waiver by which a finding is accepted; empty for the others."""


def problem_rows(evaluation: Evaluation | None) -> tuple[ProblemRow, ...]:
    """Return all problems, errors first."""
    if evaluation is None:
        return ()
    rows = [
        ProblemRow(
            finding.severity,
            finding.message,
            finding.hint,
            finding.address,
            finding.rule,
            finding.key,
            finding.fix,
        )
        for finding in evaluation.findings
    ]
    rows += [_accepted(evaluation, finding, key) for finding, key in evaluation.checked.accepted]
    rows += [
        ProblemRow(one.severity, one.message, one.hint, one.address, one.rule, "", one.fix)
        for one in job_findings(evaluation)
    ]
    return tuple(sorted(rows, key=lambda row: RANK.get(row.severity, len(RANK))))


def _accepted(evaluation: Evaluation, finding: Finding, key: str) -> ProblemRow:
    """Return what somebody judged otherwise, with who and why."""
    waiver = evaluation.fabric.design.waivers[key]
    # The reasons of reference designs have their entries, as notes have.
    reason = entry(waiver.reason)
    signed = say("{reason} ({author})", reason=reason, author=waiver.author)
    why = signed if waiver.author else reason
    message = say("Accepted: {message}", message=finding.message)
    return ProblemRow(
        "accepted", message, why, finding.address, finding.rule, finding.key, None, key
    )


def counts(rows: tuple[ProblemRow, ...]) -> tuple[int, int]:
    """Return how many errors and warnings there are."""
    errors = sum(row.severity == "error" for row in rows)
    return errors, sum(row.severity == "warning" for row in rows)
