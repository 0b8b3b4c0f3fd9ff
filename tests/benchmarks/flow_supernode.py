"""All-to-all and expert dispatch on 384 NPUs: 48 nodes of 8, seven planes of 16 spines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from studio.fabric.flow.compiled.loading import load
from studio.fabric.flow.demand import Flows, uniform_exchange
from studio.fabric.flow.exchange import exchange_loads
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.hashed import place_hashed
from studio.fabric.flow.pairs import place_flows
from studio.fabric.flow.rates import exchange_rates
from tests.fabric.flow import topologies

RANKS = 384


def cpu_ms(work: Callable[[], object], repeats: int = 5) -> float:
    """Return the least CPU time of several runs: other jobs share the machine. [ms]."""
    best = float("inf")
    for _ in range(repeats):
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    return best * 1e3


def afresh(graph: Graph) -> Graph:
    """Return a graph that has forgotten what was worked out of it, for an honest next run."""
    graph.last_found.clear()
    return graph


def random_experts(ranks: int, topk: int = 8, group: int = 256) -> Flows:
    """Return every rank sending to random others of its group, in unequal amounts."""
    rng = np.random.default_rng(4)
    source = np.repeat(np.arange(ranks), topk)
    base = source // group * group
    width = np.minimum(group, ranks - base)
    target = base + (source - base + rng.integers(1, width)) % width
    return Flows(source, target, rng.integers(1, 65, len(source)).astype(float) * 1e4)


def edits(graph: Graph, exchange: Any) -> Iterator[float]:
    """Yield the CPU time of one failure after another, each solved at once. [ms]."""
    rng = np.random.default_rng(1)
    for cable in rng.permutation(graph.cable_count)[:64]:
        graph = graph.with_failed(np.array([cable]))
        begin = time.process_time()
        exchange_loads(graph, exchange).arc_busy_s()
        yield (time.process_time() - begin) * 1e3


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield figures of CPU time on one core."""
    load()
    graph = topologies.two_tier(48, 8, 7, 16)
    exchange = uniform_exchange(np.arange(RANKS), 1e6)
    rng = np.random.default_rng(2)
    hurt = graph.with_failed(rng.choice(graph.cable_count, graph.cable_count // 100, replace=False))
    name = f"flow {RANKS} all-to-all"
    once = cpu_ms(lambda: exchange_loads(afresh(graph), exchange).arc_busy_s())
    yield {"name": f"{name}, time and every link's load", "value": once, "unit": "ms"}
    times = list(edits(graph, exchange))
    yield {"name": f"{name}, after one failure", "value": times[0], "unit": "ms"}
    yield {
        "name": f"{name}, first eight failures, slowest",
        "value": max(times[:8]),
        "unit": "ms",
    }
    yield {"name": f"{name}, 64 failures", "value": min(times[-4:]), "unit": "ms"}
    for state, case in (("intact", graph), ("1 % of cables failed", hurt)):
        rates = cpu_ms(lambda case=case: exchange_rates(afresh(case), exchange), 3)
        yield {"name": f"{name}, all max-min rates, {state}", "value": rates, "unit": "ms"}
    source, target = (grid.ravel() for grid in np.indices((RANKS, RANKS)))
    apart = source != target
    pairs = Flows(source[apart], target[apart], np.full(int(apart.sum()), 1e6))
    hashed = cpu_ms(lambda: place_hashed(afresh(graph), pairs).finished_s, 1)
    yield {"name": f"{name}, hashed paths, all completions", "value": hashed, "unit": "ms"}
    experts = random_experts(RANKS)
    rates = cpu_ms(lambda: place_flows(afresh(graph), experts).rate)
    yield {"name": f"flow {RANKS} dispatch to 8 experts, rates", "value": rates, "unit": "ms"}
    done = cpu_ms(lambda: place_flows(afresh(graph), experts).finished_s, 3)
    yield {
        "name": f"flow {RANKS} dispatch to 8 experts, unequal, sprayed, all completions",
        "value": done,
        "unit": "ms",
    }
    done = cpu_ms(lambda: place_hashed(afresh(graph), experts).finished_s, 3)
    yield {
        "name": f"flow {RANKS} dispatch to 8 experts, unequal, hashed, all completions",
        "value": done,
        "unit": "ms",
    }
