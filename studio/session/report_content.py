"""What a report tells of an evaluated design: its job opened, and every scenario it has."""

from __future__ import annotations

from studio.errors import StudioError
from studio.exchange.report import ReportContent
from studio.exploration.explanation.evidence import weakest_input
from studio.exploration.explanation.figures import open_figure, result_figures
from studio.fabric.fabric import Fabric
from studio.session.evaluation import Evaluation, sim_input, with_error_band
from studio.simulation.machine_of import machine_of
from studio.simulation.result import SimResult
from studio.simulation.rollup.totals import Totals
from studio.simulation.simulate import simulate


def report_content(evaluation: Evaluation, picture_png: bytes = b"") -> ReportContent:
    """Return the content of a design's report, with a picture of the drawing where there is one."""
    basis = evaluation.basis
    return ReportContent(
        evaluation.fabric,
        evaluation.totals,
        evaluation.result,
        evaluation.problem,
        evaluation.findings,
        picture_png,
        {name: open_figure(basis, name) for name in result_figures(basis)} if basis else {},
        weakest_input(basis) if basis else None,
        _all_results(evaluation.fabric, evaluation.totals),
    )


def _all_results(fabric: Fabric, totals: Totals) -> tuple[SimResult, ...]:
    found = []
    for scenario in fabric.design.scenarios.values():
        try:
            machine = machine_of(fabric, totals)
            given = sim_input(fabric, totals, machine, scenario)
            found.append(with_error_band(simulate(given), machine))
        except StudioError:
            # A scenario that is impossible here says so where it is the active one.
            continue
    return tuple(found)
