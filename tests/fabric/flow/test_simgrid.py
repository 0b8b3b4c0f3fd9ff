"""Against SimGrid's fluid model on the same platform, paths and sizes, without latency.

SimGrid weighs a flow by its latency, which max-min fairness does not; with zero latency both
solve the same problem. Its timing precision is raised so that close completions stay apart.
`SIMGRID_PYTHON` names another interpreter than the system's, one that has a newer SimGrid.
"""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from studio.fabric.flow.demand import Flows
from studio.fabric.flow.hashed import place_hashed
from studio.fabric.flow.sorting import first_of_each
from tests.fabric.flow import topologies

PYTHON = Path(os.environ.get("SIMGRID_PYTHON", "/usr/bin/python3"))
SCRIPT = Path(__file__).with_name("simgrid_run.py")


def has_simgrid():
    if not PYTHON.exists():
        return False
    found = subprocess.run(
        [PYTHON, "-c", "import simgrid"], capture_output=True, check=False, timeout=60
    )
    return found.returncode == 0


needs_simgrid = pytest.mark.skipif(
    not has_simgrid(),
    reason=f"{PYTHON} has no SimGrid, which is in the Debian package python3-simgrid",
)


def run_simgrid(placed, rounds=1, precision_s=1e-12, timeout_s=600):
    """Return what `simgrid_run` reports for flows on single paths, sent so many times in turn."""
    flows = placed.flows
    first = first_of_each(placed.filling.flow, len(flows.source))
    request = {
        "bandwidth": placed.graph.arc_bandwidth().tolist(),
        "rounds": rounds,
        "flows": [
            {
                "source": int(flows.source[k]),
                "target": int(flows.target[k]),
                "size": int(flows.size[k]),
                "path": placed.filling.row[first[k] : first[k + 1]].tolist(),
            }
            for k in range(len(flows.source))
        ],
    }
    answer = subprocess.run(
        [PYTHON, SCRIPT, str(precision_s)],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
        timeout=timeout_s,
    )
    return json.loads(answer.stdout)


def simgrid_completions(placed):
    return np.array(run_simgrid(placed)["finished"])


def every_pair(ranks, size):
    source, target = (grid.ravel() for grid in np.meshgrid(ranks, ranks, indexing="ij"))
    apart = source != target
    return Flows(source[apart], target[apart], np.full(int(apart.sum()), size))


@needs_simgrid
def test_hashed_all_to_all_equals_simgrid():
    graph = topologies.two_tier(4, 4, 3, 4)
    placed = place_hashed(graph, every_pair(np.arange(16), 1e6), seed=3)
    np.testing.assert_allclose(placed.finished_s, simgrid_completions(placed), rtol=1e-3)
    np.testing.assert_allclose(placed.finished_s, simgrid_completions(placed), rtol=1e-9)


@needs_simgrid
def test_unequal_flows_on_a_failed_fabric_equal_simgrid():
    rng = np.random.default_rng(5)
    graph = topologies.two_tier(4, 4, 3, 4).with_failed(np.array([1, 30, 60, 70]))
    graph = graph.with_bandwidth(np.array([10, 80]), 11e9)
    flows = every_pair(np.arange(16), 1.0)
    chosen = rng.choice(len(flows.source), 60, replace=False)
    sizes = rng.integers(1, 40, 60).astype(float) * 1e5
    placed = place_hashed(graph, Flows(flows.source[chosen], flows.target[chosen], sizes), seed=1)
    np.testing.assert_allclose(placed.finished_s, simgrid_completions(placed), rtol=1e-6)


@needs_simgrid
def test_ring_on_a_torus_equals_simgrid():
    graph = topologies.torus(4, 4)
    rng = np.random.default_rng(7)
    order = rng.permutation(16)
    flows = Flows(order, np.roll(order, -1), np.full(16, 3e6))
    placed = place_hashed(graph, flows)
    np.testing.assert_allclose(placed.finished_s, simgrid_completions(placed), rtol=1e-6)
