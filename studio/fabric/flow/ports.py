"""The time that endpoints need at least on cables of their own; knows no path."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import Exchange, Flows
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.loads import summed
from studio.fabric.flow.pattern import Pattern


def exchanges_floor_s(graph: Graph, exchanges: Iterable[Exchange]) -> float:
    """Return the time the endpoints' own cables need at least for exchanges together. [s]."""
    sent, received = np.zeros(graph.vertex_count), np.zeros(graph.vertex_count)
    for one in exchanges:
        sent[one.ranks] += one.send * (one.receive.sum() - one.receive)
        received[one.ranks] += one.receive * (one.send.sum() - one.send)
    every = np.arange(graph.vertex_count)
    return max(_port_time(graph, every, sent), _port_time(graph, every, received))


def flows_floor_s(graph: Graph, flows: Flows) -> float:
    """Return the time the endpoints' own cables need at least for some flows. [s]."""
    return max(
        _port_time(graph, flows.source, flows.size), _port_time(graph, flows.target, flows.size)
    )


def pattern_floor_s(graph: Graph, pattern: Pattern) -> float:
    """Return the time the endpoints' own cables need at least for a pattern. [s]."""
    return max(
        _port_time(graph, pattern.ranks, pattern.sent),
        _port_time(graph, pattern.ranks, pattern.received),
    )


def _port_time(graph: Graph, ends: IntArray, byte: FloatArray) -> float:
    passed, room = summed(ends, byte, graph.vertex_count), graph.vertex_bandwidth
    return float(np.divide(passed, room, out=np.zeros(len(room)), where=room > 0).max(initial=0.0))
