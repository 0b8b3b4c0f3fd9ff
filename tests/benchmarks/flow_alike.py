"""How collectives grow with their flows on an intact fabric: CPU time and peak memory per NPU.

Flows of an exchange by nodes grow with the square of the NPUs; what is laid for them must not.
Groups end in a node of half the size, so that nodes are unequal.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.turning import turning_of
from studio.simulation.network.laying import lay
from studio.simulation.network.phases import Phase, flow_count, group_members
from studio.simulation.network.profile import Role
from studio.simulation.network.routing import SPRAY, Routing, RoutingMode
from studio.simulation.network.schedule import SCHEDULES
from studio.simulation.network.skewing import skewed
from studio.simulation.network.traffic import Algorithm, Collective
from tests.benchmarks.flow_supernode import afresh, cpu_ms
from tests.fabric.flow import topologies

NPUS = 8
"""Of a node."""
CASES = (
    ("exchange by nodes", Algorithm.HIERARCHICAL, (1.0,), SPRAY),
    ("skewed exchange by nodes", Algorithm.HIERARCHICAL, (4.0, 1.0, 1.0, 1.0), SPRAY),
    (
        "exchange by nodes, adaptive",
        Algorithm.HIERARCHICAL,
        (1.0,),
        Routing(RoutingMode.ADAPTIVE),
    ),
)


def _phases(graph: Graph, algorithm: Algorithm, weights: tuple[float, ...]) -> tuple[Phase, ...]:
    ranks = graph.endpoints()[: -NPUS // 2]

    def looks(these: IntArray) -> IntArray:
        return turning_of(graph, these).rank_look

    members = group_members(ranks, np.arange(len(ranks)) // NPUS, looks)
    popularity = np.resize(np.array(weights), len(ranks))
    phases = SCHEDULES[Collective.ALL_TO_ALL][algorithm](members, 2.0**26)
    return tuple(skewed(phase, members, popularity, is_reversed=False) for phase in phases)


def _laid(
    graph: Graph, algorithm: Algorithm, weights: tuple[float, ...], routing: Routing
) -> Callable[[], None]:
    def run() -> None:
        fresh = afresh(graph)
        for phase in _phases(fresh, algorithm, weights):
            lay(fresh, phase, routing, lambda _bundle: Role.SCALE_UP)

    return run


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield time and memory per NPU, and the flows per NPU that they stand for."""
    for nodes in (48, 384):
        graph = topologies.two_tier(nodes, NPUS, 7, 16)
        npus = len(graph.endpoints()) - NPUS // 2
        for name, algorithm, weights, routing in CASES:
            run = _laid(graph, algorithm, weights, routing)
            title = f"{name}, {npus} NPUs in unequal nodes"
            flows = sum(flow_count(p.demand) for p in _phases(graph, algorithm, weights))
            yield {"name": f"{title}, flows per NPU", "value": flows / npus, "unit": "1"}
            yield {
                "name": f"{title}, CPU time per NPU",
                "value": cpu_ms(run, 2) / npus,
                "unit": "ms",
            }
            tracemalloc.start()
            run()
            peak = tracemalloc.get_traced_memory()[1] / npus
            tracemalloc.stop()
            yield {"name": f"{title}, peak memory per NPU", "value": peak, "unit": "byte"}
