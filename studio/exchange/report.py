"""A design's report: one HTML file that needs nothing beside it, every figure open to its source.

Texts of the design are escaped; the file runs no script and loads nothing from anywhere.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from studio import __version__
from studio.design.finding import Finding
from studio.exchange.bill_of_materials import bill_of
from studio.exchange.html import bar, cell, heads, link, number, table
from studio.exchange.rack_schedule import rack_lines
from studio.exchange.report_job import job_html, scenarios_html
from studio.fabric.fabric import Fabric
from studio.fabric.parts import Origin
from studio.languages import Language, translator
from studio.messages import Name, entry, say
from studio.simulation.explanation import Input, Line
from studio.simulation.result import SimResult
from studio.simulation.rollup.figure import Figure, Term
from studio.simulation.rollup.labels import figure_label
from studio.simulation.rollup.totals import Totals
from studio.simulation.words import grade_name, word
from studio.units import display

_KWH_J = 3.6e6
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
details.line, div.line { margin-left: 1.1rem; }
div.line { padding-left: .9rem; }
details.line ul { margin: 0; padding-left: 2.2rem; }
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
    opened: Mapping[str, Line] = field(default_factory=dict)
    """Figures of the job with the lines they are made of."""
    weakest: Input | None = None
    """The value with the weakest evidence that the job rests on."""
    all_results: tuple[SimResult, ...] = ()
    """The jobs of all scenarios that can be simulated."""


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
            f"<h1>{escape(name)}</h1>",
            self._about(),
            self._picture(name),
            self._totals(),
            self._categories(),
            self._site(),
            self._job(),
            scenarios_html(self._content.all_results, self._text),
            self._findings(),
            self._parts(),
            self._racks(),
        )
        tongue = "zh-CN" if self._language == "zh" else "en"
        return (
            f'<!DOCTYPE html>\n<html lang="{tongue}"><head><meta charset="utf-8">'
            f"<title>{escape(name)}</title><style>{_STYLE}</style></head><body>\n"
            + "\n".join(section for section in sections if section)
            + "\n</body></html>\n"
        )

    def _about(self) -> str:
        """Return what the design says of itself, and what wrote the report."""
        design = self._content.fabric.design
        told = self._text(Name(design.description, design.description_zh))
        tool = f"Supernode Studio {__version__}"
        made = tool if tool.startswith(design.author) else f"{design.author} · {tool}"
        lead = f"<p>{escape(told)}</p>" if told else ""
        return f"{lead}<p class=quiet>{escape(made)}</p>"

    def _heading(self, title: str, after: str = "") -> str:
        return f"<h2>{escape(self._text(title) + after)}</h2>"

    def _picture(self, name: str) -> str:
        if not self._content.picture_png:
            return ""
        data = base64.b64encode(self._content.picture_png).decode()
        return f'<img alt="{escape(name)}" src="data:image/png;base64,{data}">'

    def _totals(self) -> str:
        head = heads(
            map(self._text, (say("Figure"), say("Evidence"))), map(self._text, (say("Value"),))
        )
        rows = [
            (self._opened(figure), self._grade(figure.grade), number(_shown(figure)))
            for figure in self._content.totals.figures.values()
            if figure.value
        ]
        note = say("All figures come from the parts and links drawn; open one to see its terms.")
        lead = f"<p>{self._text(note)}</p>"
        return self._heading(say("Totals")) + lead + table(head, rows)

    def _grade(self, grade: str) -> str:
        return f"<td>{escape(self._text(grade_name(grade)))}</td>"

    def _opened(self, figure: Figure) -> str:
        label = escape(figure_label(figure, self._language))
        terms = table((), (self._term_cells(term, figure.dimension) for term in figure.terms))
        unknown = ""
        if figure.missing:
            parts = escape(", ".join(figure.missing))
            unknown = (
                f"<p>{self._text(say('Not counted, value unknown: {parts}', parts=parts))}</p>"
            )
        return f"<td><details><summary>{label}</summary>{terms}{unknown}</details></td>"

    def _job(self) -> str:
        content = self._content
        if content.result is None:
            problem = escape(self._text(content.problem))
            return self._heading(say("Not simulated")) + f"<p class=warning>{problem}</p>"
        return job_html(content.result, content.opened, content.weakest, self._text)

    def _categories(self) -> str:
        """Return power and price by category."""
        figures = self._content.totals.figures
        return "".join(
            self._by_category(figures[name])
            for name in ("power_w.typical", "price_usd")
            if name in figures and figures[name].value
        )

    def _by_category(self, figure: Figure) -> str:
        whole = figure.value
        parts = sorted(figure.by_category().items(), key=lambda one: -one[1])
        rows = [
            (
                cell(self._text(word(name))),
                number(display(value, figure.dimension)),
                number(f"{value / whole:.1%}"),
                bar(value / whole),
            )
            for name, value in parts
            if value
        ]
        title = f"{figure_label(figure, self._language)}: {_shown(figure)}"
        return f"<h3>{escape(title)}</h3>" + table((), rows) if len(rows) > 1 else ""

    def _site(self) -> str:
        """Return what is assumed of the surroundings."""
        site = self._content.fabric.design.site
        rows = (
            (say("PUE"), f"{site.pue:.3g}"),
            (say("Electricity"), f"{site.electricity_price_usd_per_j * _KWH_J:.3g} USD/kWh"),
            (say("Carbon"), f"{site.carbon_kg_per_j * _KWH_J:.3g} kg/kWh"),
            (say("Price written off over"), display(site.lifetime_s, "time")),
            (say("Inlet air"), display(site.inlet_temperature_k, "temperature")),
            (say("Hall"), f"{display(site.width_m, 'length')} × {display(site.depth_m, 'length')}"),
        )
        cells = ((cell(self._text(name)), number(value)) for name, value in rows)
        return self._heading(say("Assumed of the site")) + table((), cells)

    def _findings(self) -> str:
        findings = self._content.findings
        if not findings:
            return self._heading(say("Findings")) + f"<p>{self._text(say('No findings.'))}</p>"
        rows = [self._finding_cells(finding) for finding in findings]
        return self._heading(say("Findings")) + table((), rows)

    def _finding_cells(self, finding: Finding) -> tuple[str, ...]:
        message, hint = self._text(finding.message), self._text(finding.hint)
        text = escape(message) + (f"<br><small>{escape(hint)}</small>" if hint else "")
        return (
            f"<td class={finding.severity}>{self._text(_SEVERITY[finding.severity])}</td>",
            cell(finding.address),
            f"<td>{text}</td>",
        )

    def _parts(self) -> str:
        head = heads(
            map(self._text, (say("Part"), say("Vendor"))),
            map(self._text, (say("Count"), say("Price"), say("Mass"))),
        )
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
                    cell(part.vendor),
                    number(f"{count:,}"),
                    number(display(cost, "price") if cost else "–"),
                    number(display(mass, "mass") if mass else "–"),
                )
            )
        return self._heading(say("Bill of materials")) + table(head, rows)

    def _racks(self) -> str:
        head = heads(
            map(self._text, (say("Rack"), say("Type"))),
            map(
                self._text,
                (
                    *(say("Place"), say("Rack units"), say("NPUs"), say("Mass")),
                    *(say("Nameplate"), say("Typical"), say("Cables out")),
                ),
            ),
        )
        rows = [
            (
                cell(rack.label),
                cell(self._text(rack.part.title)),
                number(f"{rack.x_m:g}, {rack.y_m:g} m"),
                number(f"{rack.units_used} / {rack.part.value('rack_units'):g}"),
                number(str(rack.npus)),
                number(display(rack.mass_kg, "mass")),
                number(display(rack.nameplate_w, "power")),
                number(display(rack.typical_w, "power")),
                number(f"{rack.cables_out:,}"),
            )
            for rack in rack_lines(self._content.fabric)
        ]
        note = say("Mass without cables and transceivers; power at the feeds of the rack.")
        lead = f"<p class=quiet>{escape(self._text(note))}</p>"
        return self._heading(say("Rack schedule")) + lead + table(head, rows) if rows else ""

    def _term_cells(self, term: Term, dimension: str) -> tuple[str, ...]:
        each = f"{term.each:,.4g}" if dimension == "count" else display(term.each, dimension)
        return (
            f"<td>{escape(self._text(term.label))}{self._source(term.origin)}</td>",
            number(f"{term.count:,.10g} × {each}"),
            number(display(term.value, dimension)),
        )

    def _source(self, origin: Origin | None) -> str:
        if origin is None:
            return ""
        title = link(origin.source, origin.url)
        grade, note = self._text(grade_name(origin.grade)), self._text(entry(origin.note))
        facts = [grade, origin.quoted, origin.date, note]
        return f"<br><small>{title}: {escape('; '.join(fact for fact in facts if fact))}</small>"


def _shown(figure: Figure) -> str:
    return display(figure.value, figure.dimension)
