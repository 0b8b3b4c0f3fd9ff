"""An exchange by classes of ranks that are alike; knows no load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import Exchange, disconnected
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.loads import summed
from studio.fabric.flow.quotient import Quotient
from studio.fabric.flow.routing import FAR
from studio.fabric.flow.sorting import distinct


def marks(graph: Graph, exchange: Exchange) -> IntArray:
    """Return per vertex a number shared by ranks of equal demand, 0 for the others."""
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    if exchange.is_uniform:
        marked[exchange.ranks] = 1
        return marked
    return joint_marks(graph, [exchange])


def joint_marks(graph: Graph, exchanges: Sequence[Exchange]) -> IntArray:
    """Return per vertex a number shared by ranks of equal demand in every one of some exchanges."""
    described = np.zeros((graph.vertex_count, 2 * len(exchanges)))
    for column, exchange in enumerate(exchanges):
        described[exchange.ranks, 2 * column] = exchange.send
        described[exchange.ranks, 2 * column + 1] = exchange.receive
    ranks = distinct(np.concatenate([exchange.ranks for exchange in exchanges]))
    _, number = np.unique(described[ranks], axis=0, return_inverse=True)
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    marked[ranks] = number.reshape(-1) + 1
    return marked


@dataclass(frozen=True, eq=False)
class ClassDemand:
    """Demand per class: how many ranks it holds, what one sends and how popular one is."""

    members: FloatArray
    send: FloatArray
    receive: FloatArray

    @property
    def senders(self) -> FloatArray:
        """Ranks of every class whose ranks send anything, shape (classes,)."""
        return np.where(self.send > 0, self.members, 0.0)


def class_demand(quotient: Quotient, exchange: Exchange) -> ClassDemand:
    """Return the demand of an exchange per class of ranks that are alike."""
    colour, count = quotient.partition.colour[exchange.ranks], quotient.class_count
    members = np.bincount(colour, minlength=count).astype(np.float64)
    whole = np.maximum(members, 1)
    return ClassDemand(
        members,
        summed(colour, exchange.send, count) / whole,
        summed(colour, exchange.receive, count) / whole,
    )


def inherited(demand: ClassDemand, parent: IntArray, size: IntArray) -> ClassDemand:
    """Return the demand per class of a finer quotient.

    Parameters
    ----------
    demand :
        Per class of the coarser one, whose classes hold ranks of equal demand or none.
    parent :
        Shape (classes,): coarser class of each.
    size :
        Shape (classes,): vertices of each.
    """
    is_rank = demand.members[parent] > 0
    return ClassDemand(
        np.where(is_rank, size, 0).astype(np.float64),
        demand.send[parent],
        demand.receive[parent],
    )


def starts(columns: IntArray, demand: ClassDemand) -> tuple[IntArray, IntArray, FloatArray]:
    """Return (source class, column, senders) of every pair of classes that exchanges.

    Parameters
    ----------
    columns :
        Shape (columns,): classes of the destinations.

    Returns
    -------
    Shape (pairs,) each, columns ascending.
    """
    sources = np.flatnonzero(demand.senders > 0)
    column = np.repeat(np.arange(len(columns)), len(sources))
    source = np.tile(sources, len(columns))
    senders = demand.members[source] - (columns[column] == source)
    sends = senders > 0
    return source[sends], column[sends], senders[sends]


def check_reached(quotient: Quotient, source: IntArray, target: IntArray, hops: IntArray) -> None:
    """Raise where classes that exchange have no path; names two of their ranks."""
    missing = np.flatnonzero(hops == FAR)
    if len(missing):
        raise lost_pair(quotient, int(source[missing[0]]), int(target[missing[0]]))


def lost_pair(quotient: Quotient, source: int, target: int) -> InvalidInput:
    """Return the error that names a rank of each of two classes without a path."""
    colour = quotient.partition.colour
    ends = np.flatnonzero(colour == source)[0], np.flatnonzero(colour == target)[-1]
    return disconnected(quotient.graph, int(ends[0]), int(ends[1]))
