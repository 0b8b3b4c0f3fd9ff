"""Any number of designs side by side, with ratios to the last one named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from studio.design.model import Design
from studio.simulation.result import SimResult
from studio.simulation.rollup.labels import LABELS, label_of
from studio.simulation.rollup.totals import Totals
from studio.units import display, display_ratio


@dataclass(frozen=True)
class Candidate:
    """One design in a comparison."""

    name: str
    totals: Totals
    result: SimResult | None = None
    plane_roles: Mapping[str, str] = field(default_factory=dict)
    """Role of each plane: planes of equal role are compared, whatever they are called."""

    def value(self, name: str) -> float | None:
        """Return a figure, None where the design has nothing of the kind."""
        found = [
            figure.value
            for own, figure in self.totals.figures.items()
            if self.shared_name(own) == name
        ]
        return sum(found) if found else None

    def own_name(self, name: str) -> str:
        """Return what the design itself calls a figure of a comparison; empty where it has none."""
        if name in _ATTRIBUTES:
            return f"result.{_ATTRIBUTES[name]}" if self.result else ""
        found = (own for own in self.totals.figures if self.shared_name(own) == name)
        return next(found, "")

    def shared_name(self, name: str) -> str:
        """Return a figure's name with the plane replaced by its role."""
        prefix, dot, key = name.partition(".")
        return f"{prefix}{dot}{self.plane_roles.get(key, key)}"


def candidate_of(design: Design, totals: Totals, result: SimResult | None = None) -> Candidate:
    """Return a design as a candidate for comparison."""
    roles: dict[str, str] = {str(key): plane.role for key, plane in design.planes.items()}
    return Candidate(design.name, totals, result, roles)


@dataclass(frozen=True)
class Row:
    """One figure over all designs; None where a design has nothing of the kind."""

    name: str
    dimension: str
    values: tuple[float | None, ...]
    ratios: tuple[float | None, ...]
    """Each value over the reference's; None where there is none, or where the jobs differ."""
    ranges: tuple[tuple[float, float] | None, ...] = ()
    """Ends of the error band of each value; empty for figures that nobody measures."""


@dataclass(frozen=True)
class Comparison:
    """A table: designs are columns, figures are rows."""

    designs: tuple[str, ...]
    reference: int
    rows: tuple[Row, ...]
    jobs: tuple[str, ...] = ()
    """The job whose results are compared, of each design; empty where it has none."""

    def row(self, name: str) -> Row:
        """Return the row of one figure."""
        return next(row for row in self.rows if row.name == name)

    def __str__(self) -> str:
        """Return the table as text: values of every design, then ratios to the reference."""
        lines = [" | ".join(("", *self.designs))]
        for row in self.rows:
            shown = ("–" if v is None else display(v, row.dimension) for v in row.values)
            ratios = ("–" if r is None else display_ratio(r) for r in row.ratios)
            lines.append(" | ".join((row_label(row.name), *shown, *ratios)))
        return "\n".join(lines)


_RESULT_FIGURES = (
    ("result.tokens_per_s", "count", "tokens_per_s"),
    ("result.tokens_per_s_per_npu", "count", "tokens_per_s_per_npu"),
    ("result.step_time_s", "time", "headline_s"),
    ("result.tpot_s", "time", "headline_s"),
    ("result.facility_power_w", "power", "facility_power_w"),
    ("result.energy_j_per_token", "energy", "energy_j_per_token"),
    ("result.cost_usd_per_million_tokens", "price", "cost_usd_per_million_tokens"),
)

_ATTRIBUTES = {name: attribute for name, _, attribute in _RESULT_FIGURES}
_ONLY_OF = {"result.step_time_s": "training", "result.tpot_s": "inference"}
"""Figures that one kind of job has."""

RESULT_LABELS = {
    "result.tokens_per_s": ("Tokens/s", "词元/秒"),
    "result.tokens_per_s_per_npu": ("Tokens/s per NPU", "每 NPU 词元/秒"),
    "result.step_time_s": ("Step time", "单步时间"),
    "result.tpot_s": ("Time per output token", "每词元时间"),
    "result.facility_power_w": ("Facility power in the job", "作业时设施功耗"),
    "result.energy_j_per_token": ("Energy per token", "每词元能耗"),
    "result.cost_usd_per_million_tokens": ("Cost per million tokens", "每百万词元成本"),
}


def row_label(name: str, language: str = "en") -> str:
    """Return what a row is called."""
    if name in RESULT_LABELS:
        return RESULT_LABELS[name][1 if language == "zh" else 0]
    return label_of(name, language)


def compare(candidates: Sequence[Candidate], reference: int = -1) -> Comparison:
    """Put designs side by side.

    Parameters
    ----------
    reference : which one the ratios are taken against; the last one by default.
    """
    reference %= max(1, len(candidates))
    names: dict[str, str] = {}
    for candidate in candidates:
        for name, figure in candidate.totals.figures.items():
            names.setdefault(candidate.shared_name(name), figure.dimension)
    order = {name: place for place, name in enumerate(LABELS)}
    ranked = sorted(names, key=lambda name: _rank(name, order))
    rows = [_figure_row(name, names[name], candidates, reference) for name in ranked]
    if any(candidate.result for candidate in candidates):
        rows += [_result_row(*figure, candidates, reference) for figure in _RESULT_FIGURES]
        rows = [row for row in rows if any(value is not None for value in row.values)]
    return Comparison(
        tuple(c.name for c in candidates),
        reference,
        tuple(rows),
        tuple(c.result.scenario if c.result else "" for c in candidates),
    )


def _rank(name: str, order: dict[str, int]) -> int:
    return order.get(name, order.get(name.partition(".")[0], len(order)))


def _figure_row(name: str, dimension: str, candidates: Sequence[Candidate], reference: int) -> Row:
    values = tuple(candidate.value(name) for candidate in candidates)
    return Row(name, dimension, values, _ratios(values, reference))


def _result_row(
    name: str, dimension: str, attribute: str, candidates: Sequence[Candidate], reference: int
) -> Row:
    """Return a result of the jobs; ratios only between equal jobs, others mean nothing."""
    results = [candidate.result for candidate in candidates]
    values = tuple(
        float(getattr(result, attribute))
        if result is not None and _ONLY_OF.get(name, result.job) == result.job
        else None
        for result in results
    )
    own = results[reference]
    ratios = tuple(
        ratio if result is not None and own is not None and _is_same_job(result, own) else None
        for result, ratio in zip(results, _ratios(values, reference), strict=True)
    )
    ranges = tuple(
        result.error_range(attribute) if result is not None and value is not None else None
        for result, value in zip(results, values, strict=True)
    )
    return Row(name, dimension, values, ratios, ranges if any(ranges) else ())


def _is_same_job(one: SimResult, other: SimResult) -> bool:
    return (one.job, one.model) == (other.job, other.model)


def _ratios(values: tuple[float | None, ...], reference: int) -> tuple[float | None, ...]:
    base = values[reference] if values else None
    return tuple(value / base if value is not None and base else None for value in values)
