"""Small and large fabrics built cable by cable, for tests and benchmarks."""

import numpy as np

from studio.fabric.flow.building import build_graph
from studio.fabric.flow.graph import Graph

GB = 1e9


def from_cables(cables, vertices, endpoints, transit=None):
    """Cables are (a, b, bandwidth) or (a, b, bandwidth, latency)."""
    table = [(*cable, 0.0)[:4] for cable in cables]
    a, b, bandwidth, latency = (np.array(column) for column in zip(*table, strict=True))
    is_endpoint = np.zeros(vertices, dtype=bool)
    is_endpoint[list(endpoints)] = True
    return build_graph(
        a, b, bandwidth.astype(float), latency.astype(float), is_endpoint, is_transit=transit
    )


def two_tier(nodes, npus, planes, spines, down=56 * GB, up=28 * GB, latency=0.0) -> Graph:
    """Nodes of `npus`, one leaf per node and plane, `spines` spine switches per plane."""
    count = nodes * npus
    leaf = count + np.arange(nodes * planes).reshape(nodes, planes)
    spine = count + nodes * planes + np.arange(planes * spines).reshape(planes, spines)
    npu = np.arange(count).reshape(nodes, npus)
    down_a = np.repeat(npu[:, :, None], planes, axis=2).ravel()
    down_b = np.repeat(leaf[:, None, :], npus, axis=1).ravel()
    up_a = np.repeat(leaf[:, :, None], spines, axis=2).ravel()
    up_b = np.repeat(spine[None], nodes, axis=0).ravel()
    a, b = np.concatenate([down_a, up_a]), np.concatenate([down_b, up_b])
    bandwidth = np.concatenate([np.full(len(down_a), down), np.full(len(up_a), up)])
    total = count + nodes * planes + planes * spines
    return build_graph(a, b, bandwidth, np.full(len(a), latency), np.arange(total) < count)


def three_tier(pods, nodes, npus, planes, down=56 * GB) -> Graph:
    """Non-blocking: per plane one leaf per node, `npus` spines per pod, `pods`-port cores."""
    count = pods * nodes * npus
    leaves = pods * nodes * planes
    spines = pods * planes * npus
    cores = planes * npus * nodes
    npu = np.arange(count).reshape(pods, nodes, npus)
    leaf = count + np.arange(leaves).reshape(pods, nodes, planes)
    spine = count + leaves + np.arange(spines).reshape(pods, planes, npus)
    core = count + leaves + spines + np.arange(cores).reshape(planes, npus, nodes)
    shape1 = (pods, nodes, npus, planes)
    shape2 = (pods, nodes, planes, npus)
    shape3 = (pods, planes, npus, nodes)
    a = [
        np.broadcast_to(npu[..., None], shape1),
        np.broadcast_to(leaf[..., None], shape2),
        np.broadcast_to(spine[..., None], shape3),
    ]
    b = [
        np.broadcast_to(leaf[:, :, None, :], shape1),
        np.broadcast_to(spine[:, None], shape2),
        np.broadcast_to(core[None], shape3),
    ]
    ends_a = np.concatenate([part.ravel() for part in a])
    ends_b = np.concatenate([part.ravel() for part in b])
    total = count + leaves + spines + cores
    return build_graph(
        ends_a,
        ends_b,
        np.full(len(ends_a), down),
        np.zeros(len(ends_a)),
        np.arange(total) < count,
    )


def full_mesh(count, bandwidth=50 * GB, latency=0.0) -> Graph:
    a, b = np.triu_indices(count, 1)
    return build_graph(
        a, b, np.full(len(a), bandwidth), np.full(len(a), latency), np.ones(count, dtype=bool)
    )


def star(count, bandwidth=50 * GB, latency=0.0) -> Graph:
    """All endpoints on one switch."""
    a = np.arange(count)
    return build_graph(
        a,
        np.full(count, count),
        np.full(count, bandwidth),
        np.full(count, latency),
        np.arange(count + 1) < count,
    )


def torus(*sides, bandwidth=50 * GB, axis_labels=True) -> Graph:
    """Endpoints forward; one bundle per axis."""
    index = np.arange(int(np.prod(sides))).reshape(sides)
    a, b, axis = [], [], []
    for k, side in enumerate(sides):
        if side < 2:
            continue
        shifted = np.roll(index, -1, axis=k)
        chosen = np.ones(sides, dtype=bool)
        if side == 2:
            chosen = np.take(chosen.cumsum(axis=k) == 1, range(2), axis=k)
        a.append(index[chosen])
        b.append(shifted[chosen])
        axis.append(np.full(int(chosen.sum()), k if axis_labels else 0))
    everyone = np.ones(index.size, dtype=bool)
    cables = sum(map(len, a))
    return build_graph(
        np.concatenate(a),
        np.concatenate(b),
        np.full(cables, bandwidth),
        np.zeros(cables),
        everyone,
        is_transit=everyone,
        bundle=np.concatenate(axis),
    )
