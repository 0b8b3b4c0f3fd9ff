"""What a report tells of the simulated job: figures, phases, memory, and how each comes about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

from studio.exchange.explanation_json import depth_of
from studio.exchange.html import bar, cell, heads, link, number, table
from studio.messages import entry, say
from studio.simulation.explanation import Input, Line
from studio.simulation.job_figures import figures_of
from studio.simulation.result import Memory, Phase, SimResult
from studio.simulation.words import grade_name, word
from studio.units import display

Said = Callable[[str], str]
"""Puts a text into the language of the report."""


def job_html(
    result: SimResult, opened: Mapping[str, Line], weakest: Input | None, said: Said
) -> str:
    """Return all that is told of a job that could be simulated.

    Parameters
    ----------
    opened : figures by name with the lines they are made of, as `open_figure` returns them.
    weakest : the value with the weakest evidence that the job rests on.
    said : puts a text into the language of the report.
    """
    notes = "".join(
        f"<p class=warning>{escape(said(note))}</p>"
        for note in (result.memory.remedy, *result.warnings)
        if note
    )
    head = heads((said(say("Figure")),), (said(say("Value")), said(say("Error band"))))
    return (
        f"<h2>{escape(said(say('Simulated job')))}: {escape(said(result.scenario))}</h2>"
        + table(head, _headline(result, said))
        + notes
        + "".join(_phase(phase, said) for phase in result.phases)
        + _memory(result.memory, said)
        + _rests(result, weakest, said)
        + _openings(opened, said)
    )


def scenarios_html(results: Sequence[SimResult], said: Said) -> str:
    """Return the jobs of all scenarios side by side; empty where there is only one."""
    if len(results) < 2:
        return ""
    texts = (say("Step time or TPOT"), say("Tokens/s"), say("Tokens/s per NPU"), say("Memory"))
    head = heads(map(said, (say("Scenario"), say("Parallelism"))), map(said, texts))
    rows = (
        (
            cell(said(one.scenario)),
            cell(said(one.plan)),
            number(display(one.headline_s, "time")),
            number(f"{one.tokens_per_s:,.0f}"),
            number(f"{one.tokens_per_s_per_npu:,.1f}"),
            number(display(one.memory.used_byte, "data") if one.memory.fits
                   else said(say("does not fit"))),
        )
        for one in results
    )  # fmt: skip
    return f"<h2>{escape(said(say('All scenarios')))}</h2>" + table(head, rows)


def _headline(result: SimResult, said: Said) -> Iterable[tuple[str, str, str]]:
    yield cell(said(say("AI model"))), number(result.model), number("")
    yield cell(said(say("Parallelism"))), number(said(result.plan)), number("")
    for figure in figures_of(result):
        ends = number(figure.range_text(result))
        yield cell(said(figure.label)), number(figure.text(result)), ends


def _phase(phase: Phase, said: Said) -> str:
    place = escape(said(phase.place))
    title = f"<h3>{escape(said(word(phase.name)))}: {display(phase.seconds, 'time')} {place}</h3>"
    whole = phase.seconds or 1.0
    rows = (_bar_row(term.name, term.seconds, whole, "time", said) for term in phase.terms)
    return title + table((), rows)


def _memory(memory: Memory, said: Said) -> str:
    used, capacity = (display(byte, "data") for byte in (memory.used_byte, memory.capacity_byte))
    refusal = "" if memory.fits else f" <b class=error>{escape(said(say('does not fit')))}</b>"
    title = escape(said(say("Memory of the fullest NPU")))
    whole = max(memory.capacity_byte, memory.used_byte) or 1.0
    rows = (_bar_row(term.name, term.byte, whole, "data", said) for term in memory.terms)
    return (
        f"<h3>{title}: {used} / {capacity}{refusal}</h3>"
        + table((), rows)
        + table((), (_bar_row(one.name, one.byte, whole, "data", said) for one in memory.moments))
        + _hosted(memory, said)
    )


def _hosted(memory: Memory, said: Said) -> str:
    """Return what CPUs hold for an NPU; empty where no part of the job is there."""
    if not memory.host_terms:
        return ""
    used, capacity = (
        display(byte, "data") for byte in (memory.host_byte, memory.host_capacity_byte)
    )
    title = escape(said(say("Memory of the CPUs per NPU")))
    whole = max(memory.host_capacity_byte, memory.host_byte)
    rows = (_bar_row(term.name, term.byte, whole, "data", said) for term in memory.host_terms)
    return f"<h3>{title}: {used} / {capacity}</h3>" + table((), rows)


def _bar_row(
    name: str, value: float, whole: float, dimension: str, said: Said
) -> tuple[str, str, str, str]:
    share = value / whole
    shown = number(display(value, dimension))
    return cell(said(word(name))), shown, number(f"{share:.1%}"), bar(share)


def _rests(result: SimResult, weakest: Input | None, said: Said) -> str:
    bands = dict.fromkeys(band.text for band in result.error_bands.values())
    grade = said(grade_name(result.evidence))
    lines = [*(said(text) for text in (*result.assumptions, *bands))]
    shown = f"<li>{escape(said(say('Weakest evidence')))}: {escape(grade)}"
    if weakest is not None:
        shown += f"; {_input(weakest, said)}"
    items = "".join(f"<li>{escape(line)}</li>" for line in lines) + shown + "</li>"
    return f"<h3>{escape(said(say('Rests on')))}</h3><ul>{items}</ul>"


def _openings(opened: Mapping[str, Line], said: Said) -> str:
    """Return every figure as lines that open down to formulas, inputs and sources."""
    if not opened:
        return ""
    title = escape(said(say("How these figures come about")))
    return f"<h3>{title}</h3>" + "".join(
        _line(line, depth_of(name), said) for name, line in opened.items()
    )


def _line(line: Line, depth: int, said: Said) -> str:
    text = f"{escape(said(line.label))}: <b>{escape(display(line.value, line.dimension))}</b>"
    formula = said(line.formula) or said(line.note)
    text += f" <small>= {escape(formula)}</small>" if formula else ""
    inside = "".join(f"<li>{_input(one, said)}</li>" for one in line.inputs)
    inside = f"<ul>{inside}</ul>" if inside else ""
    inside += "".join(_line(one, depth - 1, said) for one in line.children) if depth else ""
    if not inside:
        return f"<div class=line>{text}</div>"
    return f"<details class=line><summary>{text}</summary>{inside}</details>"


def _input(one: Input, said: Said) -> str:
    shown = f"{escape(said(one.label))} {escape(display(one.value, one.dimension))}"
    facts = [escape(said(grade_name(one.grade)))] if one.grade else []
    facts += [link(said(one.source), one.url)] if one.source else []
    facts += [escape(fact) for fact in (one.date, said(entry(one.note))) if fact]
    return f"{shown} <small>[{'; '.join(facts)}]</small>" if facts else shown
