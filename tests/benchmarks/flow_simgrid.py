"""The flow solver beside SimGrid's fluid model: same links, same paths, same sizes, one run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from studio.fabric.flow.compiled.loading import load
from studio.fabric.flow.demand import Flows
from studio.fabric.flow.hashed import Hashed, place_hashed
from tests.benchmarks.flow_supernode import random_experts
from tests.fabric.flow import topologies
from tests.fabric.flow.test_simgrid import every_pair, has_simgrid, run_simgrid


def compared(name: str, graph: Any, flows: Flows, rounds: int = 1) -> dict[str, Any]:
    """Return our CPU time and SimGrid's over ours, or ours alone where results differ.

    Of several equal rounds, one after the other, ours are one round times their number.
    """
    begin = time.process_time()
    placed: Hashed = place_hashed(graph, flows)
    ours = placed.finished_s + (rounds - 1) * placed.makespan_s
    seconds = time.process_time() - begin
    result: dict[str, Any] = {"name": name, "value": seconds * 1e3, "unit": "ms"}
    answer = run_simgrid(placed, rounds)
    worst = float(np.max(np.abs(np.array(answer["finished"]) / ours - 1)))
    version = ".".join(str(part) for part in np.atleast_1d(answer["version"]))
    if worst <= 1e-3:
        result["peer"] = (
            f"SimGrid {version}, Python, run only {answer['seconds'] * 1e3:.0f} ms CPU, "
            f"largest difference {worst:.1e}"
        )
        result["ratio"] = answer["seconds"] / seconds
    return result


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield routing and all completion times of ours, with the ratio to SimGrid's run."""
    load()
    if not has_simgrid():
        return
    for nodes in (4, 8, 16):
        graph = topologies.two_tier(nodes, 8, 7, 16)
        ranks = nodes * 8
        yield compared(
            f"flow {ranks} all-to-all, hashed, all completions",
            graph,
            every_pair(np.arange(ranks), 1e6),
        )
    for ranks in (128, 384):
        ring = np.arange(ranks)
        yield compared(
            f"flow {ranks} ring all-reduce, {2 * (ranks - 1)} steps, hashed",
            topologies.two_tier(ranks // 8, 8, 7, 16),
            Flows(ring, np.roll(ring, -1), np.full(ranks, 1e6)),
            2 * (ranks - 1),
        )
    graph = topologies.two_tier(16, 8, 7, 16)
    flows = random_experts(128, 8, 128)
    key = np.unique(flows.source * 1000 + flows.target, return_index=True)[1]
    distinct = Flows(flows.source[key], flows.target[key], flows.size[key])
    yield compared("flow 128 dispatch to 8 experts, unequal, hashed", graph, distinct)
