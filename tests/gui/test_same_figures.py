"""One figure has one value: in the strip, Explain, plots, run, files, command line and notebook."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from typing import Any

import numpy as np
import pytest

from studio import api
from studio.cli.__main__ import main
from studio.exchange.report import ReportContent, report_html
from studio.exchange.table import to_csv
from studio.exchange.tables import result_table, totals_table
from studio.gui.views.bars import memory_view, time_bars
from studio.gui.views.explain_rows import explain
from studio.gui.views.metric_rows import METRICS, metric_rows
from studio.session.evaluation import Evaluation, evaluate
from studio.session.library import reference_designs
from studio.simulation.job_figures import figures_of

DESIGNS = tuple(reference_designs())


@pytest.fixture(scope="module", params=DESIGNS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def supernode(name: str) -> api.Supernode:
    return api.load(name)


@pytest.fixture(scope="module")
def evaluation(supernode: api.Supernode) -> Evaluation:
    return evaluate(supernode.fabric)


@pytest.fixture(scope="module")
def simulated(name: str) -> dict[str, Any]:
    return printed("simulate", name)


def printed(*words: str) -> dict[str, Any]:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        main([*words, "--json"])
    found: dict[str, Any] = json.loads(text.getvalue())
    return found


def cells(text: str) -> dict[str, list[str]]:
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    return {row[0]: row[1:] for row in rows}


def test_totals_agree(name: str, supernode: api.Supernode, evaluation: Evaluation) -> None:
    terms = printed("totals", name)["terms"]
    table = cells(to_csv(totals_table(evaluation.totals)))
    assert set(terms) == set(supernode.totals) == set(table) - {"figure"}
    for key, value in supernode.totals.items():
        assert terms[key]["value"] == value
        assert float(table[key][0]) == value
        assert evaluation.totals.figures[key].value == value
        assert supernode.open_figure(key).value == value


def test_figures_of_the_job_agree(
    supernode: api.Supernode, evaluation: Evaluation, simulated: dict[str, Any]
) -> None:
    result = evaluation.result
    assert result is not None
    assert supernode.simulate() == result
    table = cells(to_csv(result_table(result)))
    for figure in figures_of(result):
        value = figure.value(result)
        assert simulated[figure.key] == value
        assert float(table[figure.key][0]) == value
        assert supernode.open_figure(figure.name).value == pytest.approx(value, rel=1e-9)
        assert simulated["terms"][figure.name]["value"] == pytest.approx(value, rel=1e-9)
    assert simulated["memory"]["used_bytes"] == result.memory.used_byte


def test_error_bands_agree(
    supernode: api.Supernode, evaluation: Evaluation, simulated: dict[str, Any]
) -> None:
    result = evaluation.result
    assert result is not None
    assert result.error_bands
    table = cells(to_csv(result_table(result)))
    keys = {figure.name: figure.key for figure in figures_of(result)} | {
        "memory": "memory_used_bytes"
    }
    for figure in result.error_bands:
        low, high = supernode.simulate().error_range(figure) or (0.0, 0.0)
        band = simulated["error_bands"][keys[figure]]
        assert (band["low"], band["high"]) == (low, high)
        assert [float(end) for end in table[keys[figure]][2:]] == [low, high]
        assert low < band["high"] / band["factor"] * 1.000001
    weakest = supernode.weakest_evidence()
    assert weakest is not None
    assert simulated["weakest_evidence"]["label"] == weakest.label
    assert simulated["evidence"] == weakest.grade


def test_strip_and_explain_say_the_same(evaluation: Evaluation) -> None:
    rows = metric_rows(evaluation, None, "en")
    for metric in METRICS:
        value = metric.read(evaluation)
        shown = [row for row in rows if row.key.startswith(metric.key) and value]
        for row in shown[:1] if metric.key != "interruptions_per_year" else ():
            opened = explain(row.key, evaluation, "en")
            assert opened is not None, row.key
            assert opened.line.value == pytest.approx(value, rel=1e-9), row.key


def test_plots_add_up_to_the_figures(evaluation: Evaluation) -> None:
    result = evaluation.result
    assert result is not None
    for bar, phase in zip(time_bars(evaluation, "en"), result.phases, strict=True):
        assert bar.total == pytest.approx(phase.seconds, rel=1e-6)
    memory = memory_view(evaluation, "en")
    assert memory is not None
    assert memory.bar.total == pytest.approx(result.memory.used_byte)
    assert [one.value for one in memory.moments] == [one.byte for one in result.memory.moments]
    assert max(one.value for one in memory.moments) <= memory.bar.total * (1 + 1e-9)


def test_the_run_draws_on_average_what_the_job_draws(evaluation: Evaluation) -> None:
    timeline, result = evaluation.timeline, evaluation.result
    assert timeline is not None
    assert result is not None
    # Phases of different length run side by side: their mean is reached over many periods.
    _, _, _, power = timeline.means(np.array([0.0, 5000 * timeline.period_s]))
    assert float(power[0]) == pytest.approx(result.equipment_power_w, rel=1e-3)


def test_report_says_what_the_command_line_says(name: str, evaluation: Evaluation) -> None:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        main(["simulate", name])
    lines = [re.split(r"  +", line.strip()) for line in text.getvalue().splitlines()]
    said = {line[0]: line[1:] for line in lines}
    content = ReportContent(
        evaluation.fabric, evaluation.totals, evaluation.result, "", evaluation.findings
    )
    html = report_html(content)
    assert evaluation.result is not None
    for figure in figures_of(evaluation.result):
        value, *band = said[str(figure.label)]
        cells_said = "".join(f"<td class=n>{cell}</td>" for cell in (value, *band))
        assert f"<td>{figure.label}</td>{cells_said}" in html
