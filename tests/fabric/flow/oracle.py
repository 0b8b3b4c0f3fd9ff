"""The slow, obvious solver: every flow, every arc, one bottleneck at a time."""

import numpy as np


def neighbours(graph):
    """Return for every vertex the (arc, target) of its working arcs."""
    alive = graph.arc_is_alive()
    wiring = graph.wiring
    return [
        [
            (int(arc), int(wiring.target[arc]))
            for arc in range(wiring.first[v], wiring.first[v + 1])
            if alive[arc]
        ]
        for v in range(graph.vertex_count)
    ]


def distances_to(graph, adjacent, target):
    """Cables work both ways, so a search out of the target finds the way in."""
    distance = {target: 0}
    frontier = [target]
    while frontier:
        reached = []
        for v in frontier:
            if v != target and not graph.is_transit[v]:
                continue
            for _, u in adjacent[v]:
                if u not in distance:
                    distance[u] = distance[v] + 1
                    reached.append(u)
        frontier = reached
    return distance


def path_parts(graph, adjacent, source, target):
    """Return {arc: part of the flow's rate}, or None without a path."""
    distance = distances_to(graph, adjacent, target)
    if source not in distance:
        return None
    here: dict[int, float] = {source: 1.0}
    parts: dict[int, float] = {}
    for hops in range(distance[source], 0, -1):
        for v in [v for v in here if distance[v] == hops]:
            amount = here.pop(v)
            next_hops = [
                (arc, u)
                for arc, u in adjacent[v]
                if distance.get(u) == hops - 1 and (u == target or graph.is_transit[u])
            ]
            for arc, u in next_hops:
                parts[arc] = parts.get(arc, 0.0) + amount / len(next_hops)
                here[u] = here.get(u, 0.0) + amount / len(next_hops)
    return parts


def all_parts(graph, pairs):
    adjacent = neighbours(graph)
    return [path_parts(graph, adjacent, s, d) for s, d in pairs]


def progressive_filling(graph, parts, limits=None):
    """Raise all rates together; freeze the flows of the arc that fills first; repeat."""
    rate = np.zeros(len(parts))
    left = graph.arc_bandwidth().copy()
    active = set(range(len(parts)))
    while active:
        load = np.zeros(len(left))
        for f in active:
            for arc, part in parts[f].items():
                load[arc] += part
        level = np.full(len(left), np.inf)
        level[load > 1e-12] = left[load > 1e-12] / load[load > 1e-12]
        lowest = level.min()
        full = set(np.flatnonzero(level <= lowest * (1 + 1e-13)))
        frozen = {f for f in active if full & parts[f].keys()}
        for f in frozen:
            rate[f] = lowest
            for arc, part in parts[f].items():
                left[arc] -= part * lowest
        active -= frozen
    return rate


def completions(graph, parts, sizes):
    """Advance from completion to completion with rates solved afresh each time."""
    left = np.array(sizes, dtype=float)
    finished = np.zeros(len(parts))
    active = [f for f in range(len(parts)) if left[f] > 0]
    now = 0.0
    while active:
        rate = progressive_filling(graph, [parts[f] for f in active])
        wait = left[active] / rate
        step = wait.min()
        now += step
        left[active] -= rate * step
        done = {f for f, w in zip(active, wait, strict=True) if w <= step * (1 + 1e-12)}
        for f in done:
            finished[f] = now
        active = [f for f in active if f not in done]
    return finished
