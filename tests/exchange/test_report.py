"""The report: complete, in both languages, and safe whatever a design calls its things."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html import escape
from html.parser import HTMLParser

import msgspec
import pytest

from studio.design.finding import Finding
from studio.exchange.report import ReportContent, report_html
from studio.fabric.compiling import compile_design
from studio.languages import Language, translator
from studio.session.evaluation import evaluate
from studio.session.library import catalog, reference_designs
from studio.session.report_content import report_content
from studio.simulation.rollup.figure import Figure, Term
from studio.storage.project_file import read_design
from studio.units import display

HOSTILE = '<script>alert("1")</script>'
VOID = {"meta", "img", "br"}


@cache
def content() -> ReportContent:
    design = read_design(reference_designs()["cloudmatrix-384"]).design
    found = evaluate(compile_design(design, catalog()))
    return ReportContent(found.fabric, found.totals, found.result, found.problem, found.findings)


class Nesting(HTMLParser):
    """Fails on a tag that is closed without having been opened, or the reverse."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_one_well_formed_page_that_loads_nothing(language: Language) -> None:
    page = report_html(replace(content(), picture_png=b"\x89PNG"), language)
    parser = Nesting()
    parser.feed(page)
    assert not parser.open
    assert re.findall(r'src="(.{5})', page) == ["data:"]
    assert "<script" not in page
    assert "<link" not in page


def test_it_tells_totals_job_and_parts() -> None:
    page = report_html(content())
    power = display(content().totals.value("power_w.typical"), "power")
    for text in ("CloudMatrix 384", "6,912", "5.53 Pb/s", power, "Ascend 910C", "Tokens/s"):
        assert text in page, text


def test_every_figure_opens_into_its_terms() -> None:
    shown = [figure for figure in content().totals.figures.values() if figure.value]
    page = report_html(content())
    assert page.count("<details>") == len(shown)
    assert "384 × 128 GB" in page


def test_chinese_names_are_used() -> None:
    page = report_html(content(), "zh")
    assert "光模块数" in page
    assert "Optical transceivers" not in page


def test_notes_on_the_inputs_of_a_job_are_in_the_language_of_the_page() -> None:
    note = "twice the FP16 rate of the 752 bin"
    assert note in report_html(whole(), "en")
    page = report_html(whole(), "zh")
    assert note not in page
    assert "光模块数" in page


def test_every_rack_is_in_the_report() -> None:
    page = report_html(content()).rpartition("Rack schedule")[2]
    assert page.count("<td>Atlas 900 A3 compute cabinet</td>") == 12
    # 4 nodes x 7 chips x 16 uplinks, two a cable; 32 of the RDMA leaf upwards; 8 of the VPC plane.
    assert page.count("<td class=n>264</td>") == 12


def test_names_of_a_design_cannot_run() -> None:
    one = content()
    design = msgspec.structs.replace(one.fabric.design, name=HOSTILE)
    finding = Finding("rule", "error", HOSTILE, HOSTILE, HOSTILE)
    page = report_html(
        replace(
            one,
            fabric=replace(one.fabric, design=design),
            result=None,
            problem=HOSTILE,
            findings=(finding,),
        )
    )
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 5


def test_only_web_addresses_become_links() -> None:
    one = content()
    figure = next(f for f in one.totals.figures.values() if any(t.origin for t in f.terms))
    origin = next(term.origin for term in figure.terms if term.origin)
    for url, linked in (("javascript:alert(1)", False), ("https://example.com/a?b&c", True)):
        term = Term("piece", 1, 1.0, origin=replace(origin, url=url))
        totals = replace(one.totals, figures={"npu_count": Figure("npu_count", "count", (term,))})
        page = report_html(replace(one, totals=totals))
        assert ("<a href=" in page) == linked
        assert "javascript:" not in page


def test_a_job_that_could_not_run_says_why() -> None:
    page = report_html(replace(content(), result=None, problem="no NPU is left"))
    assert "Not simulated" in page
    assert "no NPU is left" in page


@cache
def whole() -> ReportContent:
    design = read_design(reference_designs()["cloudmatrix-384"]).design
    return report_content(evaluate(compile_design(design, catalog())))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_of_the_job_open_down_to_sources(language: Language) -> None:
    page = report_html(whole(), language)
    parser = Nesting()
    parser.feed(page)
    assert not parser.open
    said = translator(language)
    for name, line in whole().opened.items():
        assert f"{escape(said(line.label))}: <b>" in page, name
    # Down to an operator's peak, with the page the value was read from.
    peak = whole().weakest
    assert peak is not None
    assert f'href="{peak.url}"' in page
    assert page.count(escape(said(peak.label))) > 10


def test_every_scenario_is_told() -> None:
    page = report_html(whole(), "en")
    scenarios = whole().fabric.design.scenarios.values()
    assert len(whole().all_results) == len(scenarios) > 1
    for scenario in scenarios:
        assert f"<td>{escape(scenario.title)}</td>" in page


def test_planes_are_called_by_their_names() -> None:
    page = report_html(whole(), "en")
    assert "Injection bandwidth, UB scale-up" in page
    assert "Injection bandwidth, ub" not in page


def test_weakest_evidence_and_error_bands_are_named() -> None:
    page = report_html(whole(), "en")
    assert "Weakest evidence: inferred; INT8 peak of an NPU" in page
    assert whole().result is not None
    result = whole().result
    assert result is not None
    for band in result.error_bands.values():
        assert escape(band.text) in page
