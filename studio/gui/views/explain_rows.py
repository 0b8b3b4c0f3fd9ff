"""A figure opened: lines down to formulas and inputs, and what the whole rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.gui.i18n import tr
from studio.gui.views.format import figure_text, grade_text
from studio.session.accuracy import accuracy
from studio.simulation.error_band import range_text
from studio.simulation.explanation import Input, Line

if TYPE_CHECKING:
    from studio.session.evaluation import Evaluation
    from studio.session.flow import DrawnFlow
    from studio.simulation.result import SimResult
    from studio.simulation.rollup.figure import Figure

RESULT = "result."
"""Start of the keys of figures of the job; others are of the roll-up."""
FLOW = "flow"
"""Key of the collective in the Network panel."""


@dataclass(frozen=True)
class ExplainRow:
    """One row of the tree: a line of the figure, or an input of its formula."""

    key: str
    label: str
    how: str
    value: str
    share: float | None
    """Of the line it is in; None where lines do not add up."""
    grade: str
    source: str
    tip: str
    part: str
    """Catalogue part to show on activation; empty for none."""
    line: Line | None
    """What opens below; None for an input and for what has nothing inside."""
    bound: str = ""


@dataclass(frozen=True)
class Rest:
    """One thing a result rests on."""

    title: str
    text: str
    is_warning: bool = False


@dataclass(frozen=True)
class Explanation:
    """What the Explain panel shows."""

    key: str
    title: str
    value: str
    how: str
    line: Line
    rests: tuple[Rest, ...] = ()


def explain(key: str, evaluation: Evaluation | None, language: str) -> Explanation | None:
    """Return what a figure is made of; None where the design does not have it.

    Parameters
    ----------
    key : name of a figure of the roll-up, or `result.` and one of the job, such as
        `result.ttft_s` or `result.phase.decode`.
    """
    if evaluation is None:
        return None
    from studio.exploration.explanation.figures import open_figure, open_total, result_figures

    if not key.startswith(RESULT):
        figure = evaluation.totals.figures.get(key)
        if figure is None:
            return None
        line = open_total(evaluation.totals, key)
        rests = (_weakest(figure.grade, language, _largest_of(figure)),) if figure.terms else ()
        value = figure_text(figure.name, figure.value, figure.dimension)
        return Explanation(key, tr(line.label), value, tr(line.note), line, rests)
    basis = evaluation.basis
    name = key.removeprefix(RESULT)
    if basis is None or name not in result_figures(basis):
        return None
    line = open_figure(basis, name)
    value = figure_text("", line.value, line.dimension)
    return Explanation(
        key, tr(line.label), value, tr(line.formula), line, _rests(evaluation, line, name, language)
    )


def explain_flow(flow: DrawnFlow | None) -> Explanation | None:
    """Return what the time of a collective over the drawn links is made of."""
    if flow is None:
        return None
    from studio.exploration.explanation.drawn_flow import open_flow

    line = open_flow(flow.result)
    rests = (
        Rest(tr("Communication library"), flow.result.library),
        Rest(tr("Solution"), tr(flow.result.exactness.value)),
        Rest(tr("Plane"), flow.plane.plane),
    )
    value = figure_text("", line.value, line.dimension)
    return Explanation(FLOW, tr(line.label), value, tr(line.formula), line, rests)


@dataclass(frozen=True)
class OperatorName:
    """One operator of a phase."""

    phase: str
    term: str
    name: str


def operator_path(evaluation: Evaluation, wanted: OperatorName) -> tuple[str, ...]:
    """Return the keys that lead from a phase to one of its operators; empty where there is none."""
    from studio.exploration.explanation.figures import open_figure

    basis = evaluation.basis
    if basis is None:
        return ()
    phase = open_figure(basis, f"phase.{wanted.phase}")
    term = next((line for line in phase.children if line.key == wanted.term), None)
    inside = term.children if term else ()
    found = (line.key for line in inside if line.key.startswith(f"{wanted.name}/"))
    key = next(found, "")
    return (wanted.term, key) if key else ()


def rows_of(line: Line, language: str) -> tuple[ExplainRow, ...]:
    """Return what stands directly below a line: the lines inside, then its inputs."""
    inside = tuple(_row(one, line, language) for one in line.children)
    return (*inside, *(_input(place, one, language) for place, one in enumerate(line.inputs)))


def _row(line: Line, parent: Line, language: str) -> ExplainRow:
    """Return a line; one whose only input is its whole story bears the source itself."""
    share = line.value / parent.value if parent.is_sum and parent.value else None
    lone = line.inputs[0] if len(line.inputs) == 1 and not line.opener else None
    source = _source(lone) if lone else ""
    note = tr(line.note)
    return ExplainRow(
        key=line.key,
        label=tr(line.label),
        how=tr(line.formula) or note,
        value=figure_text(line.key, line.value, line.dimension),
        share=share,
        grade=grade_text(lone.grade, language) if lone and lone.grade else "",
        source=source,
        tip=_tip(tr(line.label), tr(line.formula), note, source, lone.url if lone else ""),
        part=lone.part if lone else "",
        line=line if line.can_open and lone is None else None,
        bound=line.bound,
    )


def _input(place: int, one: Input, language: str) -> ExplainRow:
    label, source, note = tr(one.label), _source(one), tr(one.note)
    return ExplainRow(
        key=f"input/{place}",
        label=label,
        how="",
        value=figure_text("", one.value, one.dimension),
        share=None,
        grade=grade_text(one.grade, language) if one.grade else "",
        source=source,
        tip=_tip(label, "", note, source, one.url),
        part=one.part,
        line=None,
    )


def _tip(*texts: str) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _source(one: Input) -> str:
    date = f" ({one.date})" if one.date else ""
    return f"{tr(one.source)}{date}" if one.source else ""


def _weakest(grade: str, language: str, what: str = "") -> Rest:
    found = grade_text(grade, language)
    return Rest(tr("Weakest evidence"), f"{found}: {what}" if what else found)


def _largest_of(figure: Figure) -> str:
    """Return the largest term of the weakest grade; empty where pieces are only counted."""
    of_grade = [one for one in figure.terms if one.origin and one.origin.grade == figure.grade]
    largest = max(of_grade, key=lambda one: abs(one.value), default=None)
    return tr(largest.label) if largest else ""


def _band(result: SimResult, line: Line, name: str) -> str:
    """Return the ends of a figure's error band and what they rest on."""
    # A phase is as sure as the time of the job's step that it is part of.
    found = "headline_s" if name.startswith("phase.") else name
    band = result.error_bands.get(found)
    if band is None:
        return tr(result.assumptions[-1])
    text = f"{range_text(band, line.value, line.dimension)}: {tr(band.text)}"
    return f"{text}; {tr(accuracy().band(band.measured, band.family))}" if band.rows else text


def _rests(evaluation: Evaluation, line: Line, name: str, language: str) -> tuple[Rest, ...]:
    """Return error band, weakest evidence, warnings and assumptions of the job's result."""
    from studio.exploration.explanation.evidence import weakest_input

    result, basis = evaluation.result, evaluation.basis
    assert result is not None
    assert basis is not None
    weakest = weakest_input(basis)
    what = f"{tr(weakest.label)} ({_source(weakest)})" if weakest else ""
    assumed = result.assumptions[:-1]
    remedy = (result.memory.remedy,) if not result.memory.fits else ()
    return (
        Rest(tr("Error band"), _band(result, line, name)),
        _weakest(result.evidence, language, what),
        *(Rest(tr("Warning"), tr(text), is_warning=True) for text in (*remedy, *result.warnings)),
        Rest(tr("Mapping"), tr(result.plan)),
        *(Rest(tr("Assumption"), tr(text)) for text in assumed),
    )
