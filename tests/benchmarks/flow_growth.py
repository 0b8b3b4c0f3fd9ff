"""How the flow solver grows: 384, 8,192 and 98,304 NPUs, memory included."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.compiled.loading import load
from studio.fabric.flow.demand import Exchange, uniform_exchange
from studio.fabric.flow.exchange import exchange_loads
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.pairs import place_flows
from studio.fabric.flow.symmetry import Symmetry, symmetry_of
from tests.benchmarks.flow_supernode import afresh, cpu_ms, random_experts
from tests.fabric.flow import topologies

DEGRADED = 8192
"""NPUs of the fabric that is also run with many failures."""


def fabrics() -> Iterator[Graph]:
    yield topologies.two_tier(48, 8, 7, 16)
    yield topologies.three_tier(32, 32, 8, 7)
    yield topologies.three_tier(128, 96, 8, 7)


def _failed(symmetry: Symmetry, exchange: Exchange, cable: IntArray) -> None:
    failed = symmetry.graph.with_failed(cable)
    exchange_loads(failed, exchange, symmetry=symmetry.after_edit(failed, cable))


def _many_failed(graph: Graph) -> float:
    """Return the CPU time of an all-to-all with 1 % of all cables failed. [ms]."""
    rng = np.random.default_rng(2)
    chosen = rng.choice(graph.cable_count, graph.cable_count // 100, replace=False)
    hurt = graph.with_failed(chosen)
    return cpu_ms(lambda: exchange_loads(hurt, uniform_exchange(hurt.endpoints(), 1e6)), 1)


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield CPU time and peak memory of an all-to-all, from scratch and after one failure."""
    load()
    before: tuple[int, float] | None = None
    for graph in fabrics():
        ranks = graph.endpoints()
        exchange = uniform_exchange(ranks, 1e6)
        name = f"flow {len(ranks)} all-to-all"
        scratch = cpu_ms(lambda g=graph, e=exchange: exchange_loads(afresh(g), e), 2)
        yield {"name": f"{name}, from scratch", "value": scratch, "unit": "ms"}
        symmetry = symmetry_of(graph, exchange)
        cable = np.array([5])
        edit = cpu_ms(lambda s=symmetry, e=exchange, c=cable: _failed(s, e, c), 3)
        yield {"name": f"{name}, after one failure", "value": edit, "unit": "ms"}
        tracemalloc.start()
        exchange_loads(graph, exchange)
        peak = tracemalloc.get_traced_memory()[1] / graph.arc_count
        tracemalloc.stop()
        yield {"name": f"{name}, peak memory per arc", "value": peak, "unit": "byte"}
        if before is not None:
            power = np.log(scratch / before[1]) / np.log(graph.arc_count / before[0])
            yield {"name": f"{name}, time as a power of arcs", "value": float(power), "unit": "1"}
        before = (graph.arc_count, scratch)
        experts = random_experts(len(ranks))
        rates = cpu_ms(lambda g=graph, f=experts: place_flows(afresh(g), f).rate, 1)
        yield {
            "name": f"flow {len(ranks)} dispatch to 8 experts, rates",
            "value": rates,
            "unit": "ms",
        }
        if len(ranks) == DEGRADED:
            hurt = _many_failed(graph)
            yield {"name": f"{name}, 1 % of cables failed", "value": hurt, "unit": "ms"}
