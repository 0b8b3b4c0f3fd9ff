"""What an NPU does and draws during each term of a phase, so that a run can be played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from studio.fabric.arrays import FloatArray
from studio.simulation.machine import Accelerator
from studio.simulation.power.activity import Activity
from studio.simulation.power.npu import npu_power_w
from studio.simulation.power.profile import PowerProfile
from studio.simulation.result import OperatorPoint, Phase, Utilisation

_WAITING = ("overhead", "idle")


def with_activity(phase: Phase, accelerator: Accelerator, profile: PowerProfile) -> Phase:
    """Return the phase with utilisation and power of each term.

    Notes
    -----
    A term uses compute and memory by the FLOP and bytes of its operators, links by its time; over
    the phase the terms average to the phase's utilisation and power, both exactly.
    """
    if not phase.terms or phase.seconds <= 0:
        return phase
    seconds = np.array([term.seconds for term in phase.terms])
    use = phase.utilisation
    compute = _levels(seconds, _work(phase, "compute", lambda point: point.flop), use.compute)
    memory = _levels(seconds, _work(phase, "memory", lambda point: point.memory_byte), use.memory)
    network = _levels(seconds, seconds * _bound_by(phase, "network"), use.network)
    doing = Activity(
        compute=compute,
        matrix=np.maximum(compute, _bound_by(phase, "compute")),
        memory=memory,
        network=network,
        waiting=sum(_bound_by(phase, bound) for bound in _WAITING),
    )
    most = accelerator.idle_w + profile.peak_share * (accelerator.tdp_w - accelerator.idle_w)
    watts = _averaging(
        np.asarray(npu_power_w(accelerator, profile, doing)) + np.zeros_like(seconds),
        seconds,
        phase.npu_power_w,
        accelerator.idle_w,
        max(most, phase.npu_power_w),
    )
    terms = (
        replace(
            term,
            utilisation=Utilisation(float(compute[n]), float(memory[n]), float(network[n])),
            npu_power_w=float(watts[n]),
        )
        for n, term in enumerate(phase.terms)
    )
    return replace(phase, terms=tuple(terms))


def _bound_by(phase: Phase, bound: str) -> FloatArray:
    return np.array([float(term.bound == bound) for term in phase.terms])


def _work(phase: Phase, bound: str, amount: Callable[[OperatorPoint], float]) -> FloatArray:
    """Return how much of a unit's work each term does, shape (n_terms,).

    A term bound by the unit that names no operators, such as recomputation, works at the mean rate
    of those that do.
    """
    done = dict.fromkeys((term.name for term in phase.terms), 0.0)
    for point in phase.operators:
        if point.term in done:
            done[point.term] += amount(point)
    work = np.array(list(done.values()))
    seconds = np.array([term.seconds for term in phase.terms])
    bound_here = _bound_by(phase, bound) > 0
    known = work > 0
    spent = float(seconds[known].sum())
    rate = float(work.sum()) / spent if spent else 1.0
    return np.where(bound_here & ~known, rate * seconds, work)


def _levels(seconds: FloatArray, work: FloatArray, mean: float) -> FloatArray:
    """Spread a mean level over terms in proportion to their work, none above one.

    What is left over, such as transfers hidden behind computing, goes to the room of all terms.
    """
    total = float(work.sum())
    mean = min(1.0, mean)
    levels = mean * seconds.sum() * work / total / seconds if total else np.zeros_like(seconds)
    return _averaging(np.minimum(levels, 1.0), seconds, mean, 0.0, 1.0)


def _averaging(
    values: FloatArray, seconds: FloatArray, mean: float, least: float, most: float
) -> FloatArray:
    """Move values towards a bound, each in proportion to its room, until they average `mean`."""
    found = float(values @ seconds) / float(seconds.sum())
    if found < mean:
        return values + (most - values) * (mean - found) / (most - found)
    if found > least:
        return least + (values - least) * (mean - least) / (found - least)
    return values
