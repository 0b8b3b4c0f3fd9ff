"""The studio in a notebook: load, look, change, simulate, compare.

from studio import api
cm = api.load("cloudmatrix-384")
cm.totals["power_w.typical"]
cm.edit(["racks", "compute-west", "array", "count"], 5).simulate().tokens_per_s
print(api.compare(cm, api.load("gb200-nvl72")))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from studio.design import edits
from studio.design.finding import Finding
from studio.design.model import Design
from studio.errors import UnknownName
from studio.exchange.result_json import result_json
from studio.exchange.totals_json import totals_json
from studio.exploration.compare import Comparison, candidate_of
from studio.exploration.compare import compare as _compare
from studio.exploration.explanation.basis import Basis
from studio.exploration.explanation.evidence import weakest_input
from studio.exploration.explanation.figures import open_figure, open_total
from studio.exploration.sensitivity import Sensitivity
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.messages import Listed
from studio.session.evaluation import active_scenario, evaluate, sim_input, with_error_band
from studio.session.findings import findings_of
from studio.session.flow import with_failed
from studio.session.library import catalog, find_design
from studio.session.study import PlanSearch, Question, search_plans, tornado
from studio.simulation.explanation import Input, Line
from studio.simulation.job import SimInput
from studio.simulation.machine_of import machine_of
from studio.simulation.result import SimResult
from studio.simulation.rollup.figure import Figure
from studio.simulation.rollup.totals import Totals, roll_up
from studio.simulation.simulate import simulate
from studio.storage.project_file import read_design, write_design


@dataclass(frozen=True)
class Supernode:
    """One design with everything that follows from it; edits return a new one."""

    design: Design

    @cached_property
    def fabric(self) -> Fabric:
        """Return the design compiled into arrays."""
        return compile_design(self.design, catalog())

    @cached_property
    def rolled_up(self) -> Totals:
        """Return all figures with their terms."""
        return roll_up(self.fabric)

    @property
    def totals(self) -> Mapping[str, float]:
        """Return all figures by name, in SI units and bytes, bandwidth per direction."""
        return {name: figure.value for name, figure in self.rolled_up.figures.items()}

    def explain(self, name: str) -> Figure:
        """Return one figure of the roll-up with the terms it is the sum of, in SI units.

        Parameters
        ----------
        name
            As in `totals`: `power_w.typical`, `memory_bytes` …

        Raises
        ------
        UnknownName : there is no such figure.
        """
        figures = self.rolled_up.figures
        if name not in figures:
            raise UnknownName(
                "no figure begins with {name!r}; there is {known}",
                name=name,
                known=Listed(figures),
            )
        return figures[name]

    def open_figure(self, name: str, scenario: str = "") -> Line:
        """Return any figure with the lines it is made of, down to inputs and their sources.

        Parameters
        ----------
        name
            A figure of the roll-up such as `price_usd`, or of a job: `tokens_per_s`, `headline_s`,
            `ttft_s`, `mfu`, `memory`, `energy_j_per_token`, `cost_usd_per_million_tokens`,
            `effective_share`, `phase.decode`, `latency.node` …
        scenario
            Whose job; the active one by default.

        Raises
        ------
        StudioError : there is no such figure or scenario, or the job is impossible.
        """
        if name in self.rolled_up.figures:
            return open_total(self.rolled_up, name)
        return open_figure(self._basis(scenario), name)

    def weakest_evidence(self, scenario: str = "") -> Input | None:
        """Return the value with the weakest grade that a job rests on, with its source.

        Raises
        ------
        StudioError : there is no such scenario, or the job is impossible.
        """
        return weakest_input(self._basis(scenario))

    def simulate(self, scenario: str = "") -> SimResult:
        """Run a scenario of the design, the active one by default.

        Returns
        -------
        Times in s, power in W, energy in J, memory in byte, cost in USD; `error_range` gives the
        ends of a figure's error band.

        Raises
        ------
        StudioError : the scenario is unknown or impossible on this design.
        """
        return self._basis(scenario).result

    def sensitivity(self, scenario: str = "", goal: str = "") -> tuple[Sensitivity, ...]:
        """Return how a figure of a job follows every hardware number, widest first.

        Parameters
        ----------
        scenario, goal
            As of `search`.

        Raises
        ------
        StudioError : the scenario or goal is unknown, or the job is impossible.
        """
        return tornado(self._given(scenario), goal=goal)

    def search(
        self,
        scenario: str = "",
        goal: str = "",
        limits: Mapping[str, float] | None = None,
        choices: Mapping[str, Sequence[int | float | str]] | None = None,
    ) -> PlanSearch:
        """Return every mapping of a scenario, best first, and why the first one wins.

        Parameters
        ----------
        scenario
            One of the design; the active one by default.
        goal
            Id such as `throughput`, `cost` or `step-time`; empty takes the usual one of the job.
        limits
            Bounds by id of a goal, in SI units: `{"tpot": 0.05}`.
        choices
            Values to try by field of the scenario; one value fixes it: `{"tp": (8,)}`.

        Raises
        ------
        StudioError : the scenario, goal or a field is unknown, or no mapping is possible.
        """
        asked = Question(goal, limits or {}, choices or {})
        return search_plans(self._given(scenario), question=asked)

    def check(self) -> tuple[Finding, ...]:
        """Return what the design rules find, and what keeps the active scenario from running."""
        return findings_of(evaluate(self.fabric))

    def edit(self, path: Sequence[str], value: object) -> Supernode:
        """Return the design with one field changed.

        Parameters
        ----------
        path
            Steps to the field in the file: `["racks", "compute-west", "array", "count"]`.
        value
            In the SI unit of the field: lengths in m, times in s.

        Raises
        ------
        StudioError : there is no such field, or the value is not possible.
        """
        return Supernode(edits.set_field(self.design, path, value))

    def fail(self, address: str) -> Supernode:
        """Return the design with something out of order.

        Parameters
        ----------
        address
            A rack `R03`, a box `R03/N2`, a component `R03/N2/npu[5]`, links `rule:ub-uplinks[0]`
            or a whole plane `plane:ub`.

        Raises
        ------
        StudioError : nothing is there.
        """
        return Supernode(with_failed(self.fabric, address).design)

    def save(self, path: str | Path) -> None:
        """Write the design to a file, as a whole or not at all.

        Raises
        ------
        FileProblem : it can't be written.
        """
        write_design(Path(path), self.design)

    def to_dict(self) -> dict[str, Any]:
        """Return the totals as plain data with all terms, as `totals --json` prints them."""
        return totals_json(self.fabric, self.rolled_up)

    def _given(self, scenario: str) -> SimInput:
        machine = machine_of(self.fabric, self.rolled_up)
        chosen = active_scenario(self.fabric, scenario)
        return sim_input(self.fabric, self.rolled_up, machine, chosen)

    def _basis(self, scenario: str) -> Basis:
        given = self._given(scenario)
        result = with_error_band(simulate(given), given.machine)
        return Basis(given, result, self.fabric, self.rolled_up)


def load(name: str | Path) -> Supernode:
    """Load a file or a reference design by name.

    Raises
    ------
    FileProblem : there is no such design, or it can't be read.
    """
    return Supernode(read_design(find_design(str(name))).design)


def compare(*supernodes: Supernode) -> Comparison:
    """Put what designs add up to side by side, in SI units; ratios are to the last one."""
    return _compare([candidate_of(one.design, one.rolled_up) for one in supernodes])


def result_to_dict(result: SimResult) -> dict[str, Any]:
    """Return a simulated job as plain data, SI units and bytes, as `simulate --json` prints it."""
    return result_json(result)
