"""The slow, obvious ideal of adaptive routing: a linear programme over every shortest path."""

import numpy as np

from tests.fabric.flow.oracle import distances_to, neighbours


def shortest_paths(graph, adjacent, source, target):
    """Return every shortest path as a list of arcs."""
    distance = distances_to(graph, adjacent, target)
    paths: list[tuple[list[int], int]] = [([], source)]
    for hops in range(distance[source], 0, -1):
        paths = [
            ([*arcs, arc], ahead)
            for arcs, here in paths
            for arc, ahead in adjacent[here]
            if distance.get(ahead) == hops - 1 and (ahead == target or graph.is_transit[ahead])
        ]
    return [arcs for arcs, _ in paths]


def least_time(graph, pairs, sizes):
    """Return the least time in which the busiest arc carries its part. [s].

    Largest m with all pairs sending m times their size a second: m size_f <= sum of the rates of
    the paths of f, and the rates on an arc <= its bandwidth.
    """
    adjacent = neighbours(graph)
    paths = [shortest_paths(graph, adjacent, s, d) for s, d in pairs]
    columns = 1 + sum(len(found) for found in paths)
    unit, rate = max(sizes), graph.arc_bandwidth().max()
    rows = np.zeros((len(pairs) + graph.arc_count, columns))
    column = 1
    for f, found in enumerate(paths):
        rows[f, 0] = sizes[f] / unit
        for path in found:
            rows[f, column] = -1.0
            for arc in path:
                rows[len(pairs) + arc, column] += 1.0
            column += 1
    limits = np.concatenate([np.zeros(len(pairs)), graph.arc_bandwidth() / rate])
    return unit / rate / _largest_first(rows, limits)


def _largest_first(rows, limits):
    """Return the largest value of variable 0 under rows @ x <= limits, x >= 0, by simplex.

    Bland's rule: the first column that gains, so that it ends however often bases tie.
    """
    count, variables = rows.shape
    table = np.zeros((count + 1, variables + count + 1))
    table[:count, :variables] = rows
    table[:count, variables:-1] = np.eye(count)
    table[:count, -1] = limits
    table[-1, 0] = -1.0
    basis = list(range(variables, variables + count))
    while True:
        gains = np.flatnonzero(table[-1, :-1] < -1e-9)
        if not len(gains):
            return table[-1, -1]
        enter = gains[0]
        can = np.flatnonzero(table[:count, enter] > 1e-9)
        ratio = table[can, -1] / table[can, enter]
        tied = can[ratio <= ratio.min() + 1e-12]
        leave = min(tied, key=lambda row: basis[row])
        table[leave] /= table[leave, enter]
        others = np.arange(count + 1) != leave
        table[others] -= np.outer(table[others, enter], table[leave])
        basis[leave] = enter
