"""What limits the winner of a search next, and what memory and each limit cost it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from studio.design.scenario import Scenario
from studio.errors import StudioError
from studio.exploration.search.goals import Goal
from studio.exploration.search.mappings import Limit, Mappings
from studio.exploration.search.time_terms import shares_by_bound
from studio.messages import Message, say
from studio.simulation.job import SimInput
from studio.simulation.machine import Machine
from studio.simulation.result import Bound, SimResult
from studio.simulation.simulate import simulate
from studio.simulation.words import term, word

LOOSER = 1.25
"""How far a limit is moved to see what it costs."""
FREE = 1e6
"""Factor by which a rating grows to see what is left without it."""


def behind(goal: Goal, best: float, other: float) -> float:
    """Return by which share a value is worse than the best."""
    return 1 - other / best if goal.is_more_better else other / best - 1


def next_bound(
    given: SimInput, winner: SimResult, scenario: Scenario, shares: Mapping[Bound, float]
) -> Sequence[Message]:
    """Return what limits the winner, and what would if that cost nothing."""
    if not shares:
        return ()
    top = next(iter(shares))
    said = [say("{bound} takes {share:.0%} of the NPU-time", bound=word(top), share=shares[top])]
    free = _FREED.get(top)
    if free is None:
        return said
    try:
        freed = simulate(replace(given, machine=free(given.machine), scenario=scenario))
    except StudioError:
        return said
    rest = shares_by_bound(freed, scenario)
    left = next((bound for bound in rest if bound != top), None)
    if left is not None and freed.tokens_per_s > 0:
        said.append(
            say(
                "were it free, the same mapping would make {gain:.2f} times the tokens and "
                "{bound} would be next with {share:.0%}",
                gain=freed.tokens_per_s / winner.tokens_per_s,
                bound=term(left),
                share=rest[left],
            )
        )
    return said


def _free_compute(machine: Machine) -> Machine:
    accelerator = machine.accelerator
    flops = {name: value * FREE for name, value in accelerator.compute_flops.items()}
    return replace(machine, accelerator=replace(accelerator, compute_flops=flops))


def _free_memory(machine: Machine) -> Machine:
    accelerator = machine.accelerator
    rate = accelerator.memory_bandwidth_byte_per_s * FREE
    return replace(machine, accelerator=replace(accelerator, memory_bandwidth_byte_per_s=rate))


def _free_network(machine: Machine) -> Machine:
    levels = tuple(
        replace(level, bandwidth_byte_per_s=level.bandwidth_byte_per_s * FREE, latency_s=0.0)
        for level in machine.levels
    )
    return replace(machine, levels=levels)


_FREED: Mapping[Bound, Callable[[Machine], Machine]] = {
    "compute": _free_compute,
    "memory": _free_memory,
    "network": _free_network,
}


def held_back(
    found: Mappings, goal: Goal, limits: tuple[Limit, ...], best: int
) -> Sequence[Message]:
    """Return what memory and each limit cost: the best without them."""
    said: list[Message] = []
    value = float(found.metrics[goal.metric][best])
    sign = -1.0 if goal.is_more_better else 1.0
    all_values = found.metrics[goal.metric] * sign

    def gain(among: NDArray[np.bool_]) -> float:
        if not among.any():
            return 0.0
        return behind(goal, float(all_values[among].min()) * sign, value)

    unlimited = np.zeros(found.count)
    for limit in limits:
        unlimited = unlimited + limit.excess(found.metrics)
    more = gain(~found.fits & (unlimited == 0))
    if more > 1e-3:
        said.append(say("memory holds it back: with more of it, at least {gain:.1%}", gain=more))
    for limit in limits:
        bound = limit.bound / LOOSER if limit.goal.is_more_better else limit.bound * LOOSER
        looser = tuple(replace(one, bound=bound) if one is limit else one for one in limits)
        more = gain(found.keeps(looser))
        if more > 1e-3:
            said.append(
                say(
                    "{name} holds it back: at {bound}, at least {gain:.1%}",
                    name=limit.goal.name,
                    bound=limit.goal.text(bound),
                    gain=more,
                )
            )
    return said
