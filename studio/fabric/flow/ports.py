"""The time that endpoints need at least on cables of their own; knows no path."""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import Exchange, Flows
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.loads import summed
from studio.fabric.flow.pattern import Pattern


def exchange_floor_s(graph: Graph, exchange: Exchange) -> float:
    """Return the time the endpoints' own cables need at least for an exchange. [s]."""
    sent = exchange.send * (exchange.receive.sum() - exchange.receive)
    received = exchange.receive * (exchange.send.sum() - exchange.send)
    ranks = exchange.ranks
    return max(_port_time(graph, ranks, sent), _port_time(graph, ranks, received))


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
