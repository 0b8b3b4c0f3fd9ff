"""The flow solver beside SimGrid's fluid model: same links, same paths, same sizes, one run.

`SIMGRID_NPUS=384` measures the all-to-all on hashed paths at that size instead of the usual ones:
nearly every completion is an event then, and SimGrid needs ten minutes for them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.compiled.loading import load
from studio.fabric.flow.demand import Flows
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.hashed import Hashed, place_hashed
from studio.fabric.flow.waterfill import Filling
from tests.benchmarks.flow_supernode import afresh, cpu_ms, random_experts
from tests.fabric.flow import topologies
from tests.fabric.flow.test_simgrid import every_pair, has_simgrid, run_simgrid

PER_NODE, PLANES, SPINES = 8, 7, 16
OWN_PRECISION_S = 1e-9
"""SimGrid's own: ends of flows nearer than this are one event."""
PATIENCE_S = 7200.0


def compared(name: str, place: Callable[[], Hashed], rounds: int = 1) -> dict[str, Any]:
    """Return our CPU time, paths included, and SimGrid's over ours where results agree.

    Of several equal rounds, one after the other, ours are one round times their number.
    """
    ours_ms = cpu_ms(lambda: place().finished_s, 3)
    placed = place()
    ours = placed.finished_s + (rounds - 1) * placed.makespan_s
    answer = run_simgrid(placed, rounds, OWN_PRECISION_S, PATIENCE_S)
    apart_s = np.abs(np.array(answer["finished"]) - ours)
    worst = float(np.max(apart_s / ours))
    version = ".".join(str(part) for part in np.atleast_1d(answer["version"]))
    result: dict[str, Any] = {"name": name, "value": ours_ms, "unit": "ms"}
    if worst <= 1e-3:
        result["peer"] = (
            f"SimGrid {version}, Python, run only {answer['seconds'] * 1e3:.0f} ms CPU, "
            f"largest difference {worst:.1e} or {float(apart_s.max()):.1e} s"
        )
        result["ratio"] = answer["seconds"] * 1e3 / ours_ms
    return result


def fabric(npus: int) -> Graph:
    """Return nodes of eight NPUs under seven planes of sixteen spines."""
    return topologies.two_tier(npus // PER_NODE, PER_NODE, PLANES, SPINES)


def balanced(npus: int, size: float) -> Hashed:
    """Return an all-to-all on single paths that load all links alike, chosen by rank distance."""
    graph, flows = fabric(npus), every_pair(np.arange(npus), size)
    turn = (flows.target - flows.source) % npus
    plane, spine = turn % PLANES, turn // PLANES % SPINES
    here, there = flows.source // PER_NODE, flows.target // PER_NODE
    first_spine = npus + (npus // PER_NODE) * PLANES
    over = first_spine + plane * SPINES + spine
    leaf, last_leaf = npus + here * PLANES + plane, npus + there * PLANES + plane
    far = np.flatnonzero(here != there)
    every = np.arange(len(turn))
    hops = (
        (every, flows.source, leaf),
        (far, leaf[far], over[far]),
        (far, over[far], last_leaf[far]),
        (every, last_leaf, flows.target),
    )
    flow = np.concatenate([which for which, _, _ in hops])
    arc = np.concatenate([_arcs(graph, tail, head) for _, tail, head in hops])
    order = np.argsort(flow, kind="stable")
    bandwidth = graph.arc_bandwidth()
    filling = Filling(len(turn), flow[order], arc[order], np.ones(len(flow)), bandwidth)
    return Hashed(graph, flows, 1, filling)


def _arcs(graph: Graph, tail: IntArray, head: IntArray) -> IntArray:
    """Return the arc between each pair of vertices; arcs are stored by source, then target."""
    wiring, count = graph.wiring, graph.vertex_count
    known = wiring.source * count + wiring.target
    arcs: IntArray = np.searchsorted(known, tail * count + head)
    return arcs


def hashed(npus: int, flows: Flows) -> Callable[[], Hashed]:
    """Return what places flows on hashed paths, from scratch every time."""
    graph = fabric(npus)
    return lambda: place_hashed(afresh(graph), flows)


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield paths and all completion times of ours, with the ratio to SimGrid's run."""
    load()
    if not has_simgrid():
        return
    asked = os.environ.get("SIMGRID_NPUS", "")
    for npus in [int(asked)] if asked else [32, 64, 128]:
        name = f"flow {npus} all-to-all, hashed, all completions"
        yield compared(name, hashed(npus, every_pair(np.arange(npus), 1e6)))
    if asked:
        return
    for npus in (128, 384):
        name = f"flow {npus} all-to-all, balanced single paths, all completions"
        yield compared(name, partial(balanced, npus, 1e6))
        ring = np.arange(npus)
        steps = 2 * (npus - 1)
        lap = Flows(ring, np.roll(ring, -1), np.full(npus, 1e6))
        name = f"flow {npus} ring all-reduce, {steps} steps, hashed"
        yield compared(name, hashed(npus, lap), steps)
    flows = random_experts(128, 8, 128)
    key = np.unique(flows.source * 1000 + flows.target, return_index=True)[1]
    distinct = Flows(flows.source[key], flows.target[key], flows.size[key])
    yield compared("flow 128 dispatch to 8 experts, unequal, hashed", hashed(128, distinct))
