"""Where the NPU-time of a token goes, so that two mappings can be compared term by term."""

from __future__ import annotations

from collections.abc import Mapping

from studio.design.scenario import Inference, Scenario
from studio.simulation.result import Bound, Phase, SimResult

Term = tuple[str, str]
"""Phase and term of a result."""
IDLE = "idle"


def npu_seconds_per_token(result: SimResult, scenario: Scenario) -> Mapping[Term, float]:
    """Return the NPU-seconds one token takes, by phase and term.

    Notes
    -----
    They sum to the NPUs over tokens per second. A pool that waits for the other one is idle for
    the share of its time that the tokens made do not need.
    """
    found: dict[Term, float] = {}
    if result.tokens_per_s <= 0:
        return found
    for phase in result.phases:
        pool = phase.npus / result.tokens_per_s
        busy = pool * _busy(phase, result, scenario)
        whole = sum(term.seconds for term in phase.terms) or 1.0
        for term in phase.terms:
            found[phase.name, term.name] = busy * term.seconds / whole
        if pool > busy * (1 + 1e-9):
            found[phase.name, IDLE] = pool - busy
    return found


def _busy(phase: Phase, result: SimResult, scenario: Scenario) -> float:
    """Return the share of its time a pool needs for the tokens of the whole job, 0..1."""
    if phase.tokens_per_s <= 0:
        return 1.0
    needed = result.tokens_per_s
    if phase.name == "prefill" and isinstance(scenario, Inference):
        prompt = max(1.0, scenario.input_tokens * (1 - scenario.prefix_cache_hit))
        needed *= prompt / scenario.output_tokens
    return min(1.0, needed / phase.tokens_per_s)


def bounds_of(result: SimResult) -> Mapping[Term, Bound]:
    """Return what bounds each term: compute, memory, network, overhead or waiting."""
    found: dict[Term, Bound] = {
        (phase.name, term.name): term.bound for phase in result.phases for term in phase.terms
    }
    found.update({(phase.name, IDLE): "idle" for phase in result.phases})
    return found


def shares_by_bound(result: SimResult, scenario: Scenario) -> Mapping[Bound, float]:
    """Return which share of the NPU-time goes to what, largest first; they sum to 1."""
    bounds = bounds_of(result)
    found: dict[Bound, float] = {}
    terms = npu_seconds_per_token(result, scenario)
    whole = sum(terms.values()) or 1.0
    for name, seconds in terms.items():
        found[bounds[name]] = found.get(bounds[name], 0.0) + seconds / whole
    return dict(sorted(found.items(), key=lambda item: -item[1]))
