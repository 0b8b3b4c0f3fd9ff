"""The nearest choice that a job can run with, found by trying what its rules leave."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from studio.design.scenario import Scenario
from studio.errors import BrokenRule, StudioError
from studio.messages import Listed, say
from studio.simulation.inference.requests import within
from studio.simulation.scenario_rules import told_value

Refusal = Callable[[Scenario], BrokenRule | None]
"""Why a scenario is impossible, or None where it is not; knows nothing of time."""
Values = Callable[[Scenario], Mapping[str, Iterable[float]]]
"""What each number of a scenario could be instead, as far as anybody knows without trying."""

_MOST_NAMED = 2
_TRIED_IN_VAIN = 6
"""Values of a field after which one that does not matter is left alone."""
_LEAST, _MOST = 1e-9, 1e300
"""Between which numbers are told apart."""
_AUTOMATIC = ("tp", "pp", "dp", "ep", "npus")
"""Fields of which 0 leaves the choice to the studio."""


def impossible_job(
    scenario: Scenario, broken: BrokenRule, refusal: Refusal, values: Values
) -> BrokenRule:
    """Return the error of a scenario, with the nearest choices that really are possible.

    Parameters
    ----------
    broken : the first rule that the scenario breaks.
    refusal : tells of any other scenario what it breaks.
    values : candidates by field.
    """
    reason = say("{scenario}: {reason}", scenario=scenario.title, reason=broken.reason)
    singles = _singles(scenario, broken, refusal, values(scenario))
    if singles:
        names = [_change(scenario, reason, *one) for one in singles[:_MOST_NAMED]]
        field, value = singles[0]
        is_open = value and len(names) == 1 and field in _AUTOMATIC
        if is_open and refusal(_with(scenario, {field: 0})) is None:
            names.append(say("set 0 to let the studio choose"))
        return BrokenRule(reason, either(names), {field: value})
    changes = _several(scenario, refusal, values)
    if changes:
        names = [_change(scenario, reason, *one) for one in changes.items()]
        return BrokenRule(reason, Listed(names), changes)
    return BrokenRule(reason)


def _change(scenario: Scenario, reason: str, field: str, value: float) -> str:
    """Return a choice in words, and what it replaces where the reason does not say it."""
    told, now = told_value(field, value), f"{getattr(scenario, field)}"
    if now in reason:
        return told
    return say("{choice} instead of {now}", choice=told, now=now)


def either(names: Sequence[str]) -> str:
    """Return the first one or two of some choices in words."""
    if len(names) == 1:
        return names[0]
    return say("{choice}, or {other}", choice=names[0], other=names[1])


def _with(scenario: Scenario, fields: Mapping[str, float]) -> Scenario:
    return msgspec.structs.replace(scenario, **fields)


def _singles(
    scenario: Scenario,
    broken: BrokenRule,
    refusal: Refusal,
    values: Mapping[str, Iterable[float]],
) -> list[tuple[str, float]]:
    """Return of each field the nearest value after which no rule is broken, nearest first.

    A reason names the numbers it rests on: a field that leaves it word for word has no part in it.
    """
    found = []
    for field, tried in values.items():
        reasons = {broken.reason}
        for place, value in enumerate(nearest_first(getattr(scenario, field), tried)):
            left = refusal(_with(scenario, {field: value}))
            if left is None:
                found.append((field, as_held(value)))
                break
            reasons.add(left.reason)
            if place >= _TRIED_IN_VAIN and len(reasons) == 1:
                break
    return sorted(found, key=lambda one: _distance(getattr(scenario, one[0]), one[1]))


def _several(scenario: Scenario, refusal: Refusal, values: Values) -> dict[str, float]:
    """Return changes of several fields after which no rule is broken; none where none are known.

    Begins with all of them as a new scenario has them, and puts back one after the other: what
    can't stay gets the nearest value that can.
    """
    usual = type(scenario)(name=scenario.name, model=scenario.model)
    given = {field: getattr(scenario, field) for field in values(scenario)}
    now = _with(scenario, {field: getattr(usual, field) for field in given})
    if refusal(now) is not None:
        return {}
    for field, value in given.items():
        kept = _with(now, {field: value})
        if refusal(kept) is not None:
            tried = nearest_first(value, values(now)[field])
            possible = (one for one in tried if refusal(_with(now, {field: one})) is None)
            kept = _with(now, {field: as_held(next(possible, getattr(usual, field)))})
        now = kept
    return {field: getattr(now, field) for field in given if getattr(now, field) != given[field]}


def as_held(value: float) -> float:
    """Return a whole number as one, as a file holds it."""
    return int(value) if value == int(value) else value


def nearest_first(now: float, tried: Iterable[float]) -> list[float]:
    """Return the values other than the one there is, the nearest first."""
    others = set(tried) - {now}
    # Beyond all of them any value is as good as the next: the largest is the nearest.
    start = within(now, 0, 2 * max(others, default=0))
    return sorted(others, key=lambda value: (abs(value - start), value))


def _distance(now: float, value: float) -> float:
    """Return how many times a value is another one; of no number, how large the value is."""
    start = min(now, _MOST) if now > 0 else 0.0
    return abs(math.log(max(value, _LEAST) / max(start, _LEAST)))


def refusal_of(check: Callable[[Scenario], object]) -> Refusal:
    """Return what tells why a check refuses a scenario."""

    def refusal(scenario: Scenario) -> BrokenRule | None:
        try:
            check(scenario)
        except BrokenRule as broken:
            return broken
        except StudioError as error:
            return BrokenRule(error.message)
        return None

    return refusal
