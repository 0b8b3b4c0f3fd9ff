"""What is sent: everyone to everyone in a group, or an explicit list of flows; knows no routes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.connected import connected_parts
from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.graph import Graph


@dataclass(frozen=True, eq=False)
class Exchange:
    """Every rank sends to every other rank: send[i] * receive[j] bytes from rank i to rank j."""

    ranks: IntArray
    """Shape (ranks,): distinct endpoint vertices."""
    send: FloatArray
    """Shape (ranks,). [byte]"""
    receive: FloatArray
    """Shape (ranks,): relative popularity of a destination, 1 for all when uniform."""

    @property
    def receivers(self) -> IntArray:
        """Ranks that receive anything."""
        return self.ranks[self.receive > 0]

    @property
    def is_uniform(self) -> bool:
        """Whether all pairs exchange the same amount."""
        return bool(np.all(self.send == self.send[0]) and np.all(self.receive == self.receive[0]))

    @property
    def has_one_size(self) -> bool:
        """Whether all pairs that exchange anything exchange the same amount."""
        ends = (self.send[self.send > 0], self.receive[self.receive > 0])
        return all(bool(np.all(end == end[:1])) for end in ends)


@dataclass(frozen=True, eq=False)
class Flows:
    """An explicit list of flows."""

    source: IntArray
    """Shape (flows,): endpoint vertices."""
    target: IntArray
    """Shape (flows,): endpoint vertices, each another than its source."""
    size: FloatArray
    """Shape (flows,). [byte]"""


def uniform_exchange(ranks: IntArray, pair_byte: float) -> Exchange:
    """Return the exchange in which every pair of ranks sends `pair_byte`. [byte]."""
    count = len(ranks)
    return Exchange(np.asarray(ranks, np.int64), np.full(count, float(pair_byte)), np.ones(count))


def one_to_all(ranks: IntArray, pair_byte: float) -> Exchange:
    """Return the exchange in which the first rank sends `pair_byte` to each other. [byte]."""
    send = np.zeros(len(ranks))
    send[0] = pair_byte
    return Exchange(np.asarray(ranks, np.int64), send, np.ones(len(ranks)))


def check_ranks(graph: Graph, ranks: IntArray) -> None:
    """Raise unless ranks are distinct working endpoints.

    Raises
    ------
    InvalidInput : no rank, a rank that is no endpoint, or one named twice.
    """
    if not len(ranks):
        raise InvalidInput(
            "a group of no ranks can't communicate; choose at least one endpoint",
        )
    outside = ranks[(ranks < 0) | (ranks >= graph.vertex_count)]
    if len(outside):
        raise InvalidInput(
            "rank on vertex {outside}: the graph has {vertex_count}",
            outside=int(outside[0]),
            vertex_count=graph.vertex_count,
        )
    wrong = ranks[~graph.is_endpoint[ranks]]
    if len(wrong):
        raise InvalidInput(
            "{name} is no endpoint and can't be a rank",
            name=graph.name(int(wrong[0])),
        )
    values, counts = np.unique(ranks, return_counts=True)
    if len(values) < len(ranks):
        twice = graph.name(int(values[counts > 1][0]))
        raise InvalidInput("{twice} is in the group twice", twice=twice)


def disconnected(graph: Graph, source: int, target: int) -> InvalidInput:
    """Return the error that names two endpoints without a working path, and why there is none."""
    wiring, works = graph.wiring, graph.is_alive
    first, second = wiring.arcs_of_cable[works].T
    drawn = connected_parts(graph.vertex_count, wiring.source[first], wiring.source[second])
    if drawn[source] == drawn[target]:
        return InvalidInput(
            "no working path from {source} to {target}: only endpoints that don't forward join "
            "them; restore a link, add switches, or take a part with the tag forwards",
            source=graph.name(source),
            target=graph.name(target),
        )
    return InvalidInput(
        "no working path from {source} to {target}; restore a link or leave one of them out",
        source=graph.name(source),
        target=graph.name(target),
    )
