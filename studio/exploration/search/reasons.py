"""Why the winner of a search wins, against the runner-up and the user's plan, and what limits it.

Every statement is made by simulating the mappings it speaks of once more, term by term.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.design.scenario import Scenario
from studio.errors import StudioError
from studio.exploration.search.bottleneck import behind, held_back, next_bound
from studio.exploration.search.goals import Goal
from studio.exploration.search.mappings import Limit, Mappings
from studio.exploration.search.time_terms import (
    Term,
    npu_seconds_per_token,
    shares_by_bound,
)
from studio.messages import Listed, Message, say
from studio.simulation.job import SimInput
from studio.simulation.result import Bound, SimResult
from studio.simulation.simulate import simulate
from studio.simulation.words import term
from studio.units import display

_MOST_TRIED = 2000
_NO_LEAD = 5e-5
"""A lead smaller than this would be written as nothing."""
_KIND = ("tp", "pp", "dp", "ep", "cp", "prefill_tp", "prefill_dp", "prefill_ep", "prefill_pp")
"""Degrees that make two mappings different in kind."""


@dataclass(frozen=True)
class TermRow:
    """NPU-seconds of one token in one term: of the winner, the runner-up and the user's plan."""

    phase: str
    name: str
    winner_s: float
    runner_up_s: float | None
    current_s: float | None


@dataclass(frozen=True)
class Reasons:
    """The explanation of a search."""

    why: tuple[Message, ...]
    terms: tuple[TermRow, ...]
    """Largest first."""
    winner: SimResult
    runner_up: str
    """Its mapping; empty when there is none of another kind."""
    next_bounds: tuple[tuple[Bound, float], ...]
    """What takes the winner's time, and its share; largest first."""


def reasons(
    given: SimInput,
    found: Mappings,
    goal: Goal,
    limits: tuple[Limit, ...],
    order: NDArray[np.intp],
) -> Reasons:
    """Return why the first of `order` wins and what limits it next."""
    best = int(order[0])
    scenario = found.scenario_at(best)
    winner = simulate(replace(given, scenario=scenario))
    other = _another_kind(found, order, scenario)
    second = None if other is None else found.scenario_at(other)
    beaten = None if second is None else simulate(replace(given, scenario=second))
    current = _simulated(given)
    own = npu_seconds_per_token(winner, scenario)
    against = None if second is None or beaten is None else npu_seconds_per_token(beaten, second)
    now = None if current is None else npu_seconds_per_token(current, given.scenario)
    lines = [_counted(found, limits), *_missed(found, limits, best)]
    if other is not None and against is not None:
        lines.append(_compared(found, goal, best, other, own, against))
    if current is not None and now:
        lines.extend(_against_current(goal, found, best, current, own, now))
    shares = shares_by_bound(winner, scenario)
    lines.extend(next_bound(given, winner, scenario, shares))
    lines.extend(held_back(found, goal, limits, best))
    return Reasons(
        tuple(lines),
        _rows(own, against, now),
        winner,
        "" if other is None else found.text_at(other),
        tuple(shares.items()),
    )


def _simulated(given: SimInput) -> SimResult | None:
    """Return what the user's own plan delivers, None where it is impossible."""
    try:
        return simulate(given)
    except StudioError:
        return None


def _another_kind(found: Mappings, order: NDArray[np.intp], scenario: Scenario) -> int | None:
    """Return the best mapping whose degrees differ, among the first ones."""
    own = _kind(scenario)
    for place in order[1:_MOST_TRIED]:
        if not found.fits[place]:
            return None
        if _kind(found.scenario_at(int(place))) != own:
            return int(place)
    return None


def _kind(scenario: Scenario) -> tuple[object, ...]:
    return tuple(getattr(scenario, name, None) for name in _KIND)


def _counted(found: Mappings, limits: tuple[Limit, ...]) -> Message:
    if not limits:
        return say(
            "{fitting:,} of {count:,} simulated configurations fit the memory",
            fitting=int(found.fits.sum()),
            count=found.count,
        )
    return say(
        "{keeping:,} of {count:,} simulated configurations fit and keep all limits",
        keeping=int(found.keeps(limits).sum()),
        count=found.count,
    )


def _missed(found: Mappings, limits: tuple[Limit, ...], best: int) -> Sequence[Message]:
    """Return by what the nearest mapping misses the limits where none keeps them all."""
    if not found.fits[best]:
        return ()
    missed = [limit for limit in limits if limit.excess(found.metrics)[best] > 0]
    if not missed:
        return ()
    gaps = [
        say(
            "{name} {value} instead of {bound}",
            name=limit.goal.name,
            value=limit.goal.text(float(found.metrics[limit.goal.metric][best])),
            bound=limit.goal.text(limit.bound),
        )
        for limit in missed
    ]
    return (
        say(
            "no mapping keeps all limits; the nearest, {plan}, has {gaps}",
            plan=found.text_at(best),
            gaps=Listed(gaps),
        ),
    )


def _compared(
    found: Mappings,
    goal: Goal,
    best: int,
    other: int,
    own: Mapping[Term, float],
    against: Mapping[Term, float],
) -> Message:
    values = found.metrics[goal.metric]
    share = behind(goal, float(values[best]), float(values[other]))
    if abs(share) < _NO_LEAD:
        return say(
            "the best mapping of another kind, {other}, is as good: {terms}",
            other=found.text_at(other),
            terms=_largest_changes(own, against),
        )
    return say(
        "the best mapping of another kind, {other}, is {share:.2%} behind: {terms}",
        other=found.text_at(other),
        share=share,
        terms=_largest_changes(own, against),
    )


def _largest_changes(own: Mapping[Term, float], against: Mapping[Term, float]) -> str:
    """Return the terms that differ most, in NPU-time per token."""
    gaps = {name: against.get(name, 0.0) - own.get(name, 0.0) for name in {*own, *against}}
    ranked = sorted(gaps.items(), key=lambda item: (-abs(item[1]), item[0]))[:2]
    texts = [
        say("{term} {gap} a token", term=term(name[1]), gap=_signed(gap))
        for name, gap in ranked
        if gap
    ]
    return Listed(texts) if texts else say("no term differs")


def _signed(seconds: float) -> str:
    return ("+" if seconds > 0 else "−") + display(abs(seconds), "time", 3)


def _against_current(
    goal: Goal,
    found: Mappings,
    best: int,
    current: SimResult,
    own: Mapping[Term, float],
    now: Mapping[Term, float],
) -> Sequence[Message]:
    value = VALUE_OF[goal.metric](current)
    if not value > 0:
        return ()
    lead = behind(goal, float(found.metrics[goal.metric][best]), value)
    if not current.memory.fits:
        return (say("your plan, {plan}, does not fit the memory", plan=current.plan),)
    if lead < -1e-9:
        return (
            say("your plan, {plan}, is ahead only by breaking a limit or rule", plan=current.plan),
        )
    return (
        say(
            "your plan, {plan}, is {share:.1%} behind: {terms}",
            plan=current.plan,
            share=lead,
            terms=_largest_changes(own, now),
        ),
    )


VALUE_OF: Mapping[str, Callable[[SimResult], float]] = {
    "step_time_s": lambda result: result.headline_s,
    "tpot_s": lambda result: result.headline_s,
    "tokens_per_s_per_user": lambda result: 1 / result.headline_s if result.headline_s else 0.0,
    "ttft_s": lambda result: result.ttft_s,
    "tokens_per_s_per_npu": lambda result: result.tokens_per_s_per_npu,
    "energy_j_per_token": lambda result: result.energy_j_per_token,
    "cost_usd_per_million_tokens": lambda result: result.cost_usd_per_million_tokens,
    "memory_byte": lambda result: result.memory.used_byte,
}


def _rows(
    own: Mapping[Term, float],
    against: Mapping[Term, float] | None,
    now: Mapping[Term, float] | None,
) -> tuple[TermRow, ...]:
    names = dict.fromkeys((*own, *(against or ()), *(now or ())))
    rows = [
        TermRow(
            phase,
            name,
            own.get((phase, name), 0.0),
            None if against is None else against.get((phase, name), 0.0),
            None if now is None else now.get((phase, name), 0.0),
        )
        for phase, name in names
    ]
    return tuple(sorted(rows, key=lambda row: -row.winner_s))
