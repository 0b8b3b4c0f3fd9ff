"""A design's report: one HTML file that needs nothing beside it, every figure open to its source.

Texts of the design are escaped; the file runs no script and loads nothing from anywhere.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from studio import __version__
from studio.design.finding import Finding
from studio.exchange.bill_of_materials import bill_of
from studio.fabric.fabric import Fabric
from studio.fabric.parts import Origin
from studio.languages import Language, translator
from studio.messages import Listed, Name, entry, say
from studio.simulation.job_figures import figures_of
from studio.simulation.result import Memory, Phase, SimResult
from studio.simulation.rollup.figure import Figure, Term
from studio.simulation.rollup.labels import figure_label
from studio.simulation.rollup.totals import Totals
from studio.simulation.words import grade_name, word
from studio.units import display

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bar: #2f6fd6; --soft: #8882; }
body { font: 14px/1.5 "Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC",
  "WenQuanYi Micro Hei", system-ui, sans-serif; max-width: 66rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.2rem; } img { width: 100%; border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
small, .quiet { opacity: .7; } summary { cursor: pointer; }
.bar { background: var(--soft); min-width: 8rem; padding: 0; }
.bar i { display: block; height: .9rem; margin: .35rem 0; background: var(--bar); }
.error { color: #c62828; font-weight: 600; } .warning { color: #b26a00; font-weight: 600; }
"""


@dataclass(frozen=True)
class ReportContent:
    """What a report tells of one design."""

    fabric: Fabric
    totals: Totals
    result: SimResult | None
    problem: str
    """Why there is no result; empty where there is one."""
    findings: tuple[Finding, ...]
    picture_png: bytes = b""


def report_html(content: ReportContent, language: Language = "en") -> str:
    """Return the report as one HTML page."""
    return _Report(content, language).page()


_SEVERITY = {"error": say("Error"), "warning": say("Warning"), "info": say("Info")}


class _Report:
    """The page in one language; every method returns HTML."""

    def __init__(self, content: ReportContent, language: Language) -> None:
        self._content = content
        self._language = language
        self._text = translator(language)

    def page(self) -> str:
        design = self._content.fabric.design
        name = self._text(Name(design.name, design.name_zh))
        sections = (
            f"<h1>{escape(name)}</h1><p class=quiet>Supernode Studio {__version__}</p>",
            self._picture(name),
            self._totals(),
            self._result(),
            self._findings(),
            self._parts(),
        )
        tongue = "zh-CN" if self._language == "zh" else "en"
        return (
            f'<!DOCTYPE html>\n<html lang="{tongue}"><head><meta charset="utf-8">'
            f"<title>{escape(name)}</title><style>{_STYLE}</style></head><body>\n"
            + "\n".join(section for section in sections if section)
            + "\n</body></html>\n"
        )

    def _heading(self, title: str, after: str = "") -> str:
        return f"<h2>{escape(self._text(title) + after)}</h2>"

    def _heads(self, titles: tuple[str, ...], numbers: tuple[str, ...] = ()) -> list[str]:
        """Return the heads of a table's columns, those of numbers last."""
        return [
            *(f"<th>{self._text(title)}</th>" for title in titles),
            *(f"<th class=n>{self._text(title)}</th>" for title in numbers),
        ]

    def _picture(self, name: str) -> str:
        if not self._content.picture_png:
            return ""
        data = base64.b64encode(self._content.picture_png).decode()
        return f'<img alt="{escape(name)}" src="data:image/png;base64,{data}">'

    def _totals(self) -> str:
        head = self._heads((say("Figure"), say("Evidence")), (say("Value"),))
        rows = [
            (self._opened(figure), self._grade(figure.grade), _number(_shown(figure)))
            for figure in self._content.totals.figures.values()
            if figure.value
        ]
        note = say("All figures come from the parts and links drawn; open one to see its terms.")
        lead = f"<p>{self._text(note)}</p>"
        return self._heading(say("Totals")) + lead + _table(head, rows)

    def _grade(self, grade: str) -> str:
        return f"<td>{escape(self._text(grade_name(grade)))}</td>"

    def _opened(self, figure: Figure) -> str:
        label = escape(figure_label(figure, self._language))
        terms = _table((), (self._term_cells(term, figure.dimension) for term in figure.terms))
        unknown = ""
        if figure.missing:
            parts = escape(", ".join(figure.missing))
            unknown = (
                f"<p>{self._text(say('Not counted, value unknown: {parts}', parts=parts))}</p>"
            )
        return f"<td><details><summary>{label}</summary>{terms}{unknown}</details></td>"

    def _result(self) -> str:
        result = self._content.result
        if result is None:
            problem = escape(self._text(self._content.problem))
            return self._heading(say("Not simulated")) + f"<p class=warning>{problem}</p>"
        head = self._heads((say("Figure"),), (say("Value"), say("Error band")))
        rows = [
            (_cell(name), _number(value), _number(band))
            for name, value, band in self._headline(result)
        ]
        notes = "".join(
            f"<p class=warning>{escape(self._text(note))}</p>"
            for note in (result.memory.remedy, *result.warnings)
            if note
        )
        basis = Listed((*result.assumptions, grade_name(result.evidence)), "; ")
        return (
            self._heading(say("Simulated job"), f": {self._text(result.scenario)}")
            + _table(head, rows)
            + notes
            + "".join(self._phase(phase) for phase in result.phases)
            + self._memory(result.memory)
            + f"<p class=quiet>{escape(self._text(say('Rests on: {basis}', basis=basis)))}</p>"
        )

    def _headline(self, result: SimResult) -> Iterable[tuple[str, str, str]]:
        """Return name, value and error band of every figure of the job."""
        yield self._text(say("AI model")), result.model, ""
        yield self._text(say("Parallelism")), self._text(result.plan), ""
        for figure in figures_of(result):
            yield self._text(figure.label), figure.text(result), figure.range_text(result)

    def _phase(self, phase: Phase) -> str:
        npus = self._text(say("on {npus:,} NPUs", npus=phase.npus))
        name = escape(self._text(word(phase.name)))
        head = f"<h3>{name}: {display(phase.seconds, 'time')} {npus}</h3>"
        whole = phase.seconds or 1.0
        return head + _table(
            (), (self._bar_row(term.name, term.seconds, whole, "time") for term in phase.terms)
        )

    def _memory(self, memory: Memory) -> str:
        used, capacity = (
            display(byte, "data") for byte in (memory.used_byte, memory.capacity_byte)
        )
        refusal = "" if memory.fits else f" <b class=error>{self._text(say('does not fit'))}</b>"
        title = self._text(say("Memory of the fullest NPU"))
        whole = max(memory.capacity_byte, memory.used_byte) or 1.0
        rows = (self._bar_row(term.name, term.byte, whole, "data") for term in memory.terms)
        return f"<h3>{title}: {used} / {capacity}{refusal}</h3>" + _table((), rows)

    def _findings(self) -> str:
        findings = self._content.findings
        if not findings:
            return self._heading(say("Findings")) + f"<p>{self._text(say('No findings.'))}</p>"
        rows = [self._finding_cells(finding) for finding in findings]
        return self._heading(say("Findings")) + _table((), rows)

    def _finding_cells(self, finding: Finding) -> tuple[str, ...]:
        message, hint = self._text(finding.message), self._text(finding.hint)
        text = escape(message) + (f"<br><small>{escape(hint)}</small>" if hint else "")
        return (
            f"<td class={finding.severity}>{self._text(_SEVERITY[finding.severity])}</td>",
            _cell(finding.address),
            f"<td>{text}</td>",
        )

    def _parts(self) -> str:
        head = self._heads((say("Part"), say("Vendor")), (say("Count"), say("Price"), say("Mass")))
        rows = []
        for line in bill_of(self._content.fabric):
            part, count = line.part, line.count
            name = self._text(part.title)
            if line.length_m:
                name += ", " + display(line.length_m, "length")
            cost, mass = line.price_usd_each * count, line.mass_kg_each * count
            rows.append(
                (
                    f"<td>{escape(name)}<br><small>{escape(part.id)}</small></td>",
                    _cell(part.vendor),
                    _number(f"{count:,}"),
                    _number(display(cost, "price") if cost else "–"),
                    _number(display(mass, "mass") if mass else "–"),
                )
            )
        return self._heading(say("Bill of materials")) + _table(head, rows)

    def _term_cells(self, term: Term, dimension: str) -> tuple[str, ...]:
        each = f"{term.each:,.4g}" if dimension == "count" else display(term.each, dimension)
        return (
            f"<td>{escape(self._text(term.label))}{self._source(term.origin)}</td>",
            _number(f"{term.count:,.10g} × {each}"),
            _number(display(term.value, dimension)),
        )

    def _source(self, origin: Origin | None) -> str:
        if origin is None:
            return ""
        title = escape(origin.source)
        # A part file of a user's own may name anything as its address: only web pages become links.
        if origin.url.startswith(("https://", "http://")):
            title = f'<a href="{escape(origin.url)}">{title}</a>'
        grade, note = self._text(grade_name(origin.grade)), self._text(entry(origin.note))
        facts = [grade, origin.quoted, origin.date, note]
        return f"<br><small>{title}: {escape('; '.join(fact for fact in facts if fact))}</small>"

    def _bar_row(self, name: str, value: float, whole: float, dimension: str) -> tuple[str, ...]:
        share = min(1.0, max(0.0, value / whole))
        return (
            _cell(self._text(word(name))),
            _number(display(value, dimension)),
            _number(f"{share:.1%}"),
            f'<td class=bar><i style="width:{share:.2%}"></i></td>',
        )


def _shown(figure: Figure) -> str:
    return display(figure.value, figure.dimension)


def _cell(text: str) -> str:
    return f"<td>{escape(text)}</td>"


def _number(text: str) -> str:
    return f"<td class=n>{escape(text)}</td>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = f"<tr>{''.join(head)}</tr>" if head else ""
    return "<table>" + top + "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows) + "</table>"
