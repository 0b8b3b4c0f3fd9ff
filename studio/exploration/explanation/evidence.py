"""Which value of the hardware a job rests on has the weakest evidence."""

from __future__ import annotations

from studio.catalog.part import GRADES_BEST_FIRST
from studio.exploration.explanation.basis import Basis
from studio.messages import say
from studio.simulation.explanation import Input
from studio.simulation.machine_of import port_figures
from studio.simulation.source_words import source_text
from studio.simulation.words import grade_name
from studio.workload.precision import number_format


def hardware_inputs(basis: Basis) -> tuple[Input, ...]:
    """Return the values of the NPU that every figure of the job uses."""
    rating = number_format(basis.given.scenario.precision).rating
    peaks = {one.label: one for one in (basis.peak(rating), basis.peak("bf16"))}
    rates = tuple(
        Input(
            term.label, term.each, "bandwidth", source_text(term.origin.source), term.origin.grade,
            term.origin.url, term.origin.date, term.origin.note, term.part,
        )
        for figure in port_figures(basis.fabric, basis.totals)
        for term in figure.terms
        if term.origin is not None
    )  # fmt: skip
    fields = ("memory_bandwidth", "memory", "power_typical")
    return (*peaks.values(), *(basis.rating(field) for field in fields), *rates)


def weakest_input(basis: Basis) -> Input | None:
    """Return the value with the weakest grade, the first of several; None where none has one."""
    graded = [one for one in hardware_inputs(basis) if one.grade]
    return max(graded, key=lambda one: _rank(one.grade), default=None)


def weakest_text(basis: Basis) -> str:
    """Return the weakest grade a job rests on, with the value that bears it and its source."""
    weakest = weakest_input(basis)
    grade = grade_name(basis.result.evidence)
    if weakest is None:
        return grade
    return say(
        "{grade}, {what} ({source})",
        grade=grade,
        what=weakest.label,
        source=weakest.source or say("no source"),
    )


def _rank(grade: str) -> int:
    names: tuple[str, ...] = GRADES_BEST_FIRST
    return names.index(grade) if grade in names else -1
