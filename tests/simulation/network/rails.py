"""Nodes whose NPUs have an adapter each, on a switch per position: rails that no spine joins."""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.building import build_graph
from studio.fabric.flow.graph import Graph
from studio.simulation.network.exact import flow_collective
from studio.simulation.network.profile import Role

GB = 1e9


def nodes_on_rails(
    nodes: int, npus: int, inside: float = 450 * GB, rail: float = 50 * GB, *, spine: bool = False
) -> Graph:
    """Nodes around a switch each; adapter k of every node on switch k, all below a wide spine.

    Cables in order: NPU to hub, NPU to adapter, adapter to rail switch, rail switch to spine.
    """
    count = nodes * npus
    npu = np.arange(count)
    hub, adapter = count + npu // npus, count + nodes + npu
    first = 2 * count + nodes
    switch, above = first + npu % npus, np.full(npus, first + npus)
    up = npus if spine else 0
    return build_graph(
        np.concatenate([npu, npu, adapter, first + np.arange(up)]),
        np.concatenate([hub, adapter, switch, above[:up]]),
        np.repeat([inside, rail, rail, nodes * rail], [count, count, count, up]),
        np.repeat([1e-7, 2e-6, 2e-6, 2e-6], [count, count, count, up]),
        np.arange(first + npus + bool(up)) < count,
        bundle=np.repeat([0, 1, 2, 3], [count, count, count, up]),
    )


def out_of_node(bundle: int) -> Role:
    """Return the role of a bundle of such a graph."""
    return Role.SCALE_OUT if bundle else Role.SCALE_UP


def collective(op, payload, graph, profile, npus, ranks=None, algorithm=None):
    """Run a collective over nodes of `npus` each; all endpoints take part without `ranks`."""
    group = graph.endpoints() if ranks is None else np.asarray(ranks)
    return flow_collective(
        op,
        payload,
        graph,
        group,
        profile,
        algorithm=algorithm,
        role_of=out_of_node,
        home_of_rank=group // npus,
    )
