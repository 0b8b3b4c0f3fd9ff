"""Where the ranks of a parallel group lie on the machine's nested network levels.

Inner groups fill inner levels first: tensor, context, expert and data, pipeline outermost.
"""

from __future__ import annotations

import numpy as np

from studio.simulation.machine import Machine, NetworkLevel
from studio.simulation.network.spans import Span
from studio.workload.operators import Number

EVERYWHERE = NetworkLevel("alone", 1, 1e12, 1e-6)


def spans(machine: Machine, ranks: Number, stride: Number) -> tuple[Span, ...]:
    """Return how a group of `ranks` NPUs, `stride` apart, spreads over the levels.

    Parameters
    ----------
    machine
        Its levels, innermost first.
    ranks
        Size of the group, shape (n,).
    stride
        Distance of neighbours in rank numbers: the product of the degrees placed inside.

    Returns
    -------
    One span per level; their ranks multiply to the group's size.

    Notes
    -----
    A domain of D NPUs holds floor(D / stride) members. Where that does not divide the group, as
    many equal domains as are needed share it evenly.
    """
    size = np.asarray(ranks, dtype=np.float64)
    inside = np.ones_like(size)
    found = []
    levels = machine.levels or (EVERYWHERE,)
    for index, level in enumerate(levels):
        is_last = index == len(levels) - 1
        room = size if is_last else np.clip(np.floor(level.ranks / stride), 1.0, size)
        domains = np.ceil(size / room)
        within = np.maximum(size / domains, inside)
        # Equal domains may hold a fractional mean number of members.
        found.append(Span(level, within / inside))  # type: ignore[arg-type]
        inside = within
    return tuple(found)


def node_count(machine: Machine, npus: Number) -> Number:
    """Return how many innermost domains a job touches, at least one."""
    size = machine.levels[0].ranks if machine.levels else 1
    return np.maximum(np.ceil(np.asarray(npus) / max(size, 1)), 1.0)
