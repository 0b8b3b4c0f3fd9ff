"""A graph from lists of cables, which are checked: a wrong one is named."""

from __future__ import annotations

import numpy as np

from studio.errors import InvalidDesign, InvalidInput
from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.graph import Graph, NameOf
from studio.fabric.flow.wiring import wire
from studio.messages import say


def build_graph(
    end_a: IntArray,
    end_b: IntArray,
    bandwidth_byte_per_s: FloatArray,
    latency_s: FloatArray,
    is_endpoint: BoolArray,
    *,
    is_transit: BoolArray | None = None,
    bundle: IntArray | None = None,
    is_alive: BoolArray | None = None,
    name_of: NameOf | None = None,
) -> Graph:
    """Return the graph of undirected cables.

    Parameters
    ----------
    end_a, end_b :
        Shape (cables,): the vertices a cable joins. Parallel cables are allowed.
    bandwidth_byte_per_s :
        Shape (cables,). Per direction. [byte/s]
    latency_s :
        Shape (cables,). First byte along the cable, with the switch it enters. [s]
    is_endpoint :
        Shape (vertices,): which vertices send and receive.
    is_transit :
        Shape (vertices,): which forward; all that are no endpoints unless given.
    bundle :
        Shape (cables,): cables that symmetry may exchange share a number; all do unless given.
    is_alive :
        Shape (cables,): working cables; all unless given.
    name_of :
        Names a vertex in messages.

    Raises
    ------
    InvalidDesign : a cable joins a vertex to itself, or to one that does not exist.
    InvalidInput : a bandwidth is not positive and finite, or a latency negative or not finite.
    """
    endpoint = np.asarray(is_endpoint, dtype=np.bool_)
    ends = np.stack([np.asarray(end_a, np.int64), np.asarray(end_b, np.int64)], axis=1)
    bandwidth = np.asarray(bandwidth_byte_per_s, dtype=np.float64)
    latency = np.asarray(latency_s, dtype=np.float64)
    transit = ~endpoint if is_transit is None else np.asarray(is_transit, dtype=np.bool_)
    axis = np.zeros(len(ends), np.int64) if bundle is None else np.asarray(bundle, np.int64)
    alive = np.ones(len(ends), np.bool_) if is_alive is None else np.asarray(is_alive, np.bool_)
    _check_cables(ends, bandwidth, latency, len(endpoint), name_of)
    example, kind = _kinds(bandwidth, latency, axis)
    return Graph(
        wiring=wire(ends, len(endpoint)),
        is_endpoint=endpoint,
        is_transit=transit,
        kind=kind,
        is_alive=alive.copy(),
        kind_bandwidth=bandwidth[example],
        kind_latency=latency[example],
        kind_bundle=axis[example],
        name_of=name_of,
    )


def _kinds(*columns: FloatArray | IntArray) -> tuple[IntArray, IntArray]:
    """Return one cable of every distinct description, and the number of each cable's."""
    number = np.zeros(len(columns[0]), dtype=np.int64)
    example = np.zeros(0, dtype=np.int64)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        key = number * len(values) + place.reshape(-1)
        _, example, number = np.unique(key, return_index=True, return_inverse=True)
        number = number.reshape(-1)
    return example, number


def _check_cables(
    ends: IntArray, bandwidth: FloatArray, latency: FloatArray, vertices: int, name: NameOf | None
) -> None:
    def cable(index: int) -> str:
        a, b = (
            name(int(v)) if name else say("vertex {vertex}", vertex=int(v)) for v in ends[index]
        )
        return say("the cable between {a} and {b}", a=a, b=b)

    if not len(bandwidth) == len(latency) == len(ends):
        raise InvalidInput("ends, bandwidth and latency must have one entry per cable")
    outside = np.flatnonzero(((ends < 0) | (ends >= vertices)).any(axis=1))
    if len(outside):
        a, b = ends[outside[0]]
        raise InvalidDesign(
            "cable {outside} joins vertices {a} and {b} of {vertices}",
            outside=outside[0],
            a=a,
            b=b,
            vertices=vertices,
        )
    loops = np.flatnonzero(ends[:, 0] == ends[:, 1])
    if len(loops):
        raise InvalidDesign(
            "{cable} joins a vertex to itself; remove it",
            cable=cable(loops[0]),
        )
    bad = np.flatnonzero(~((bandwidth > 0) & np.isfinite(bandwidth)))
    if len(bad):
        raise InvalidInput(
            "{cable} has a bandwidth of {bandwidth} byte/s; it must be positive, or the "
            "cable marked failed",
            cable=cable(bad[0]),
            bandwidth=bandwidth[bad[0]],
        )
    bad = np.flatnonzero(~((latency >= 0) & np.isfinite(latency)))
    if len(bad):
        raise InvalidInput(
            "{cable} has a latency of {latency} s",
            cable=cable(bad[0]),
            latency=latency[bad[0]],
        )
