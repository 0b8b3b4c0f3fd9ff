"""What one step of a phase waits for: its latency, its adapters and its slowest links."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.graph import Graph
from studio.simulation.network.phases import Phase
from studio.simulation.network.profile import Role

RoleOf = Callable[[int], Role]
"""Role of a bundle of cables."""


def are_far(flow: IntArray, bundle: IntArray, count: int, role_of: RoleOf) -> BoolArray:
    """Return which flows use a cable of the scale-out network."""
    is_out = np.zeros(int(bundle.max(initial=0)) + 1, dtype=np.bool_)
    for number in np.unique(bundle):
        is_out[number] = role_of(int(number)) is Role.SCALE_OUT
    far = np.zeros(count, dtype=np.bool_)
    far[flow[is_out[bundle]]] = True
    return far


def step_of(
    phase: Phase, latency: FloatArray, is_far: BoolArray, byte: FloatArray
) -> tuple[float, float]:
    """Return latency and number of far messages of one step.

    Parameters
    ----------
    latency, is_far :
        Shape (flows,), or one entry per part of a flow.
    byte :
        Shape (flows,): what each stands for.
    """
    near = (phase.legs - 1) * float(latency.min())
    if phase.outside_hops:
        share = phase.outside_hops / phase.hops_per_step
        mixed = share * latency.max() + (1 - share) * latency.min()
        return float(mixed) + near, share * float(is_far.any())
    if not phase.is_relayed:
        return float(latency.max()) + near, float(is_far.any())
    weight = np.repeat(byte, len(latency) // len(byte))
    weight = weight * phase.legs / weight.sum()
    return float((weight * latency).sum()), float(weight[is_far].sum())


def slowest_by_bundle(graph: Graph, bundle: IntArray, busy: FloatArray) -> dict[int, float]:
    """Return the busiest time of every bundle that carries something. [s]."""
    most = np.zeros(int(graph.kind_bundle.max(initial=0)) + 1)
    np.maximum.at(most, bundle, busy)
    return {int(number): float(most[number]) for number in np.flatnonzero(most)}
