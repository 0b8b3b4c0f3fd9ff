"""A figure opened: the terms it is the sum of, each down to its part and source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.gui.i18n import tr
from studio.gui.views.format import figure_text, grade_text, word
from studio.messages import Listed, say
from studio.simulation.rollup.labels import label_of

if TYPE_CHECKING:
    from studio.session.evaluation import Evaluation
    from studio.simulation.result import Phase, SimResult
    from studio.simulation.rollup.figure import Figure, Term


@dataclass(frozen=True)
class ExplainRow:
    """One line of the sum, with the lines it is itself made of."""

    label: str
    detail: str
    value: str
    share: float
    grade: str = ""
    source: str = ""
    url: str = ""
    note: str = ""
    part: str = ""
    children: tuple[ExplainRow, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """What the Explain panel shows."""

    title: str
    value: str
    rows: tuple[ExplainRow, ...]
    notes: tuple[str, ...] = ()


def explain(key: str, evaluation: Evaluation | None, language: str) -> Explanation | None:
    """Return what a figure is made of; None where the design does not have it."""
    if evaluation is None:
        return None
    if key.startswith("result."):
        return _explain_result(key, evaluation.result, language) if evaluation.result else None
    figure = evaluation.totals.figures.get(key)
    if figure is None:
        return None
    return _explain_figure(figure, language)


def _explain_figure(figure: Figure, language: str) -> Explanation:
    total = figure.value
    terms = sorted(figure.terms, key=lambda term: -abs(term.value))
    rows = tuple(_term_row(figure, term, total, language) for term in terms)
    notes: list[str] = []
    if figure.missing:
        notes.append(say("Not known for: {parts}", parts=", ".join(figure.missing)))
    if figure.terms:
        notes.append(_weakest(figure.grade, language))
    return Explanation(
        label_of(figure.name, language),
        figure_text(figure.name, total, figure.dimension),
        rows,
        tuple(notes),
    )


def _term_row(figure: Figure, term: Term, total: float, language: str) -> ExplainRow:
    each = figure_text(figure.name, term.each, figure.dimension)
    count = figure_text("", term.count, "count")
    origin = term.origin
    notes = [text for text in (term.note, origin.note if origin else "") if text]
    return ExplainRow(
        label=term.label,
        detail=f"{count} × {each}",
        value=figure_text(figure.name, term.value, figure.dimension),
        share=term.value / total if total else 0.0,
        grade=grade_text(origin.grade, language) if origin else "",
        source=_source(term),
        url=origin.url if origin else "",
        note=Listed(notes, " "),
        part=term.part,
    )


def _source(term: Term) -> str:
    if term.origin is None:
        return ""
    quoted = f"“{term.origin.quoted}” · " if term.origin.quoted else ""
    date = f" ({term.origin.date})" if term.origin.date else ""
    return f"{quoted}{tr(term.origin.source)}{date}"


def _explain_result(key: str, result: SimResult, language: str) -> Explanation | None:
    rows: tuple[ExplainRow, ...]
    if key == "result.cost_usd_per_million_tokens":
        total = result.cost_usd_per_million_tokens
        rows = tuple(
            ExplainRow(
                word(name, language),
                "",
                figure_text("", value, "price"),
                value / total if total else 0.0,
            )
            for name, value in result.cost_terms
        )
        title, value = label_of_result(key, result, language), figure_text("", total, "price")
    elif key == "result.effective_share":
        rows = _reliability_rows(result, language)
        title, value = label_of_result(key, result, language), _result_value(key, result)
    else:
        rows = tuple(_phase_row(phase, language) for phase in result.phases)
        title = label_of_result(key, result, language)
        value = _result_value(key, result)
    notes = (
        say("Parallelism used: {plan}", plan=result.plan),
        _weakest(result.evidence, language),
        *result.warnings,
        *result.assumptions,
    )
    return Explanation(title, value, rows, notes)


def _weakest(grade: str, language: str) -> str:
    return say("Weakest evidence: {grade}", grade=grade_text(grade, language))


def _reliability_rows(result: SimResult, language: str) -> tuple[ExplainRow, ...]:
    found = result.reliability
    if found is None:
        return ()

    def time(seconds: float) -> str:
        return figure_text("", seconds, "time", 3)

    shares = (
        (
            "work kept",
            found.effective_share,
            say("a checkpoint every {time}", time=time(found.interval_s)),
        ),
        ("checkpoints", found.checkpoint_share, say("each takes {time}", time=time(found.write_s))),
        (
            "lost work",
            found.rework_share,
            say("since the last checkpoint, at most {time}", time=time(found.interval_s)),
        ),
        (
            "recovery",
            found.recovery_share,
            say("an interruption every {time}", time=time(found.between_s)),
        ),
    )
    return tuple(
        ExplainRow(word(name, language), detail, figure_text("", share, "ratio", 3), share)
        for name, share, detail in shares
    )


def _phase_row(phase: Phase, language: str) -> ExplainRow:
    total = phase.seconds
    terms = tuple(
        ExplainRow(
            word(term.name, language),
            word(term.bound, language),
            figure_text("", term.seconds, "time"),
            term.seconds / total if total else 0.0,
            note=term.formula,
        )
        for term in sorted(phase.terms, key=lambda term: -term.seconds)
    )
    rate = figure_text("", phase.tokens_per_s, "count")
    detail = say("{rate} tokens/s · {npus} NPUs", rate=rate, npus=phase.npus)
    return ExplainRow(
        word(phase.name, language),
        detail,
        figure_text("", total, "time"),
        1.0,
        children=terms,
    )


_RESULT_TEXTS = {
    "result.effective_share": (
        "Effective training time",
        "有效训练时间占比",
        "ratio",
        "effective_share",
    ),
    "result.tokens_per_s": ("Tokens per second", "每秒词元", "count", "tokens_per_s"),
    "result.mfu": ("Model FLOP utilisation", "模型算力利用率", "ratio", "mfu"),
    "result.energy_j_per_token": ("Energy per token", "每词元能耗", "energy", "energy_j_per_token"),
    "result.cost_usd_per_million_tokens": (
        "Cost per million tokens",
        "每百万词元成本",
        "price",
        "cost_usd_per_million_tokens",
    ),
}


def label_of_result(key: str, result: SimResult, language: str) -> str:
    """Return what a simulated figure is called."""
    if key == "result.headline_s":
        names = (
            ("Time of one training step", "单步训练时间")
            if result.job == "training"
            else ("Time per output token", "每输出词元时间")
        )
        return names[1] if language == "zh" else names[0]
    english, chinese, _, _ = _RESULT_TEXTS[key]
    return chinese if language == "zh" else english


def _result_value(key: str, result: SimResult) -> str:
    if key == "result.headline_s":
        return figure_text("", result.headline_s, "time")
    _, _, dimension, attribute = _RESULT_TEXTS[key]
    return figure_text("", float(getattr(result, attribute)), dimension)
