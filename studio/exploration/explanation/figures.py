"""Every figure of a design and its job, opened; a new figure is a new row in the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from studio.errors import UnknownName
from studio.exploration.explanation.basis import Basis
from studio.exploration.explanation.counted import figure_line
from studio.exploration.explanation.goodput import effective_line
from studio.exploration.explanation.held import host_memory_line, memory_line
from studio.exploration.explanation.latencies import headline_line, phase_line, ttft_line
from studio.exploration.explanation.money import (
    cost_line,
    energy_line,
    equipment_line,
    facility_line,
)
from studio.exploration.explanation.path import latency_line
from studio.exploration.explanation.rates import per_npu_line, tokens_line
from studio.exploration.explanation.utilisation import mfu_line
from studio.messages import Listed, Name
from studio.simulation.explanation import Line
from studio.simulation.rollup.labels import figure_label
from studio.simulation.rollup.totals import Totals

_FIGURES: Mapping[str, Callable[[Basis], Line | None]] = {
    "tokens_per_s": tokens_line,
    "tokens_per_s_per_npu": per_npu_line,
    "headline_s": headline_line,
    "ttft_s": lambda basis: ttft_line(basis) if basis.result.job == "inference" else None,
    "mfu": mfu_line,
    "memory": memory_line,
    "host_memory": host_memory_line,
    "energy_j_per_token": energy_line,
    "cost_usd_per_million_tokens": cost_line,
    "equipment_power_w": equipment_line,
    "facility_power_w": facility_line,
    "effective_share": effective_line,
}


def result_figures(basis: Basis) -> tuple[str, ...]:
    """Return the names of the figures that a job's result opens into."""
    phases = (f"phase.{phase.name}" for phase in basis.result.phases)
    levels = (f"latency.{level.name}" for level in basis.given.machine.levels)
    own = (name for name in _FIGURES if _FIGURES[name](basis) is not None)
    return (*own, *phases, *levels)


def open_total(totals: Totals, name: str) -> Line:
    """Return a figure of a design as the sum over its parts.

    Raises
    ------
    UnknownName : the design has no such figure; the message lists those it has.
    """
    figure = totals.figures.get(name)
    if figure is None:
        raise UnknownName(
            "the result has no figure {name!r}; it has {known}",
            name=name,
            known=Listed(totals.figures),
        )
    return figure_line(figure, Name(figure_label(figure), figure_label(figure, "zh")))


def open_figure(basis: Basis, name: str) -> Line:
    """Return a figure of a job's result as the lines it is made of.

    Raises
    ------
    UnknownName : the result has no such figure; the message lists those it has.
    """
    kind, _, key = name.partition(".")
    if kind == "phase":
        phases = {str(phase.name): phase for phase in basis.result.phases}
        if key in phases:
            return phase_line(basis, phases[key])
    elif kind == "latency":
        levels = {level.name: level for level in basis.given.machine.levels}
        if key in levels:
            return latency_line(basis, levels[key])
    elif (line := _FIGURES[name](basis) if name in _FIGURES else None) is not None:
        return line
    raise UnknownName(
        "the result has no figure {name!r}; it has {known}",
        name=name,
        known=Listed(result_figures(basis)),
    )
