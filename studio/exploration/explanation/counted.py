"""Figures of the roll-up: sums over drawn parts, each with its source."""

from __future__ import annotations

from collections.abc import Callable

from studio.exploration.explanation.quantities import amount, number
from studio.messages import Listed, entry, say
from studio.simulation.explanation import Input, Line
from studio.simulation.rollup.figure import Figure, Term
from studio.simulation.source_words import source_text
from studio.simulation.words import word


def figure_line(figure: Figure, label: str, keep: Callable[[Term], bool] | None = None) -> Line:
    """Return a figure as the sum of its terms, the largest first.

    Parameters
    ----------
    keep : tells which terms count; all by default.
    """
    terms = [term for term in figure.terms if keep is None or keep(term)]
    value = figure.value if keep is None else sum(term.value for term in terms)
    note = ""
    if figure.missing:
        note = say("Not known for: {parts}", parts=", ".join(figure.missing))
    return Line(
        figure.name,
        label,
        value,
        figure.dimension,
        note=note,
        opener=lambda: _lines(figure, terms),
    )


def _lines(figure: Figure, terms: list[Term]) -> list[Line]:
    ordered = sorted(enumerate(terms), key=lambda item: -abs(item[1].value))
    return [_term(figure, place, term) for place, term in ordered]


def _term(figure: Figure, place: int, term: Term) -> Line:
    origin = term.origin
    formula = say(
        "{count} × {each}",
        count=number(term.count),
        each=number(term.each)
        if figure.name.endswith("bit_per_s")
        else amount(term.each, figure.dimension),
    )
    notes = [text for text in (term.note, origin.note if origin else "") if text]
    inputs: tuple[Input, ...] = ()
    if origin is not None:
        label = word(term.category) if term.category else term.label
        inputs = (
            Input(
                label, term.each, figure.dimension, source_text(origin.source), origin.grade,
                origin.url, origin.date, origin.quoted, term.part,
            ),
        )  # fmt: skip
    return Line(
        f"{term.part or term.label}/{place}",
        term.label,
        term.value,
        figure.dimension,
        formula,
        inputs,
        Listed(map(entry, notes), " ") if notes else "",
    )
