"""The flow solver beside SimGrid's own max-min solver: one problem, one run.

All rates of an all-to-all among 384 NPUs whose flows split at every hop. SimGrid gets every flow
with every link it loads, a gigabyte at 384 NPUs; `SIMGRID_NPUS` asks for fewer.

The headers of that solver are in no package: `SIMGRID_SOURCE` names a source tree of the SimGrid
that is installed (`apt-get source simgrid`), and libsimgrid-dev and g++ do the rest. Where both are
in a Debian system of its own (debootstrap), `SIMGRID_ROOT` names its folder and the source tree is
named as from there. Without them the reason is told and nothing is measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.compiled.loading import load
from studio.fabric.flow.demand import uniform_exchange
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.loads import Incidence
from studio.fabric.flow.quotient import Quotient, fold
from studio.fabric.flow.rates import RateResult, exchange_rates
from studio.fabric.flow.refinement import refine
from studio.fabric.flow.routing import Split
from studio.fabric.flow.towards import spread_towards
from tests.benchmarks.flow_supernode import afresh, cpu_ms
from tests.fabric.flow import topologies

DRIVER = Path(__file__).with_name("simgrid_lmm.cpp")
PER_NODE = 8


@dataclass(frozen=True)
class System:
    """Where SimGrid is installed: this system, or one in a folder."""

    root: Path

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command whose paths lie below the root."""
        words = [self._inside(word) if isinstance(word, Path) else word for word in command]
        before = [] if self.root == Path("/") else ["chroot", str(self.root)]
        return subprocess.run([*before, *words], capture_output=True, text=True, check=False)

    def _inside(self, path: Path) -> str:
        return f"/{path.relative_to(self.root)}"


def compiled(system: System, folder: Path) -> Path | None:
    """Return the driver of SimGrid's solver; None, and the reason told, where there is none."""
    source = os.environ.get("SIMGRID_SOURCE", "")
    if not source:
        print("SIMGRID_SOURCE names no source tree of SimGrid: skipped", file=sys.stderr)
        return None
    code, binary = folder / DRIVER.name, folder / "simgrid_lmm"
    code.write_text(DRIVER.read_text("utf-8"), "utf-8")
    options = ("-std=c++17", "-O3", "-DNDEBUG", f"-I{source}")
    done = system.run("g++", *options, code, "-o", binary, "-lsimgrid")
    if done.returncode:
        print(f"SimGrid's solver can't be compiled: {done.stderr[-2000:]}", file=sys.stderr)
        return None
    return binary


def whole_problem(graph: Graph) -> tuple[Quotient, Incidence, tuple[IntArray, IntArray]]:
    """Return every flow of an all-to-all with every link it loads; no two links are one row."""
    quotient = fold(graph, refine(graph, np.arange(graph.vertex_count)))
    assert quotient.fan.max() == 1
    ranks = graph.endpoints()
    column, row = (grid.ravel() for grid in np.indices((len(ranks), len(ranks))))
    column, row = column[column != row], row[column != row]
    colour = quotient.partition.colour[ranks]
    routes = spread_towards(quotient, colour, column, colour[row], Split.EQUAL)
    return quotient, routes.incidence, (ranks[row], ranks[column])


def write(path: Path, quotient: Quotient, incidence: Incidence) -> None:
    """Write the problem as the driver reads it."""
    with path.open("wb") as file:
        sizes = quotient.arc_class_count, incidence.flow_count, len(incidence.arc)
        np.array(sizes, dtype="<i8").tofile(file)
        quotient.bandwidth.astype("<f8").tofile(file)
        incidence.first.astype("<i8").tofile(file)
        incidence.arc.astype("<i4").tofile(file)
        incidence.part.astype("<f8").tofile(file)


def rates_of_pairs(result: RateResult, source: IntArray, target: IntArray) -> FloatArray:
    """Return our rate of every pair. [byte/s]."""
    colour, count = result.quotient.partition.colour, result.quotient.class_count
    known = result.source * count + result.target
    order = np.argsort(known)
    wanted = colour[source] * count + colour[target]
    return result.rate[order][np.searchsorted(known[order], wanted)]


def compared(name: str, graph: Graph, system: System, binary: Path) -> dict[str, Any]:
    """Return our CPU time for all rates, and that of SimGrid's solver over it."""
    exchange = uniform_exchange(graph.endpoints(), 1e6)
    ours = cpu_ms(lambda: exchange_rates(afresh(graph), exchange), 5)
    result = exchange_rates(graph, exchange)
    quotient, incidence, (source, target) = whole_problem(graph)
    problem, answer = binary.with_name("problem"), binary.with_name("answer")
    write(problem, quotient, incidence)
    count = len(incidence.arc)
    del incidence
    done = system.run(binary, problem, answer)
    done.check_returncode()
    build_s, solve_s, memory = (float(word) for word in done.stdout.split())
    rates = rates_of_pairs(result, source, target)
    worst = float(np.max(np.abs(np.fromfile(answer, dtype="<f8") / rates - 1)))
    measured: dict[str, Any] = {"name": name, "value": ours, "unit": "ms"}
    if worst <= 1e-9:
        measured["peer"] = (
            f"SimGrid's max-min solver, {count:,} non-zeros, {memory / 1e6:.0f} MB, build "
            f"{build_s:.2f} s, solve {solve_s:.2f} s CPU, largest difference {worst:.1e}"
        )
        measured["ratio"] = (build_s + solve_s) * 1e3 / ours
    return measured


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield all rates of an all-to-all, intact and with 1 % of the cables failed."""
    load()
    npus = int(os.environ.get("SIMGRID_NPUS", "384"))
    system = System(Path(os.environ.get("SIMGRID_ROOT", "/")))
    with tempfile.TemporaryDirectory(dir=system.root / "tmp") as name:
        binary = compiled(system, Path(name))
        if binary is None:
            return
        graph = topologies.two_tier(npus // PER_NODE, PER_NODE, 7, 16)
        rng = np.random.default_rng(2)
        failed = rng.choice(graph.cable_count, graph.cable_count // 100, replace=False)
        cases = {"intact": graph, "1 % of cables failed": graph.with_failed(failed)}
        for state, case in cases.items():
            title = f"flow {npus} all-to-all, all rates on split paths, {state}"
            yield compared(title, case, system, binary)
