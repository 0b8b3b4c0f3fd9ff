"""How a served job uses its NPUs: a pool for each phase, or both phases in every instance."""

from __future__ import annotations

from dataclasses import dataclass

from studio.design.scenario import Inference
from studio.messages import say
from studio.simulation.inference.disaggregation import (
    balanced_decode_npus,
    check_prefill_share,
    pooled_rate,
)
from studio.simulation.inference.estimate import InferenceResult

_ONLY_APART = ("prefill_tp", "prefill_dp", "prefill_ep", "prefill_pp", "prefill_share")
"""Fields that have no meaning where both phases run together."""


@dataclass(frozen=True)
class Split:
    """What both phases get of the NPUs in use, and what comes out."""

    filling: float
    """NPUs for prompts; the mean where all NPUs work on both."""
    stepping: float
    shared: int
    """NPUs that work on both phases; 0 where each has NPUs of its own."""
    tokens_per_s_per_npu: float

    @property
    def prefill_share(self) -> float:
        """Return the share of prompts in the work of the NPUs in use, 0..1."""
        return self.filling / (self.filling + self.stepping)


def used_npus(scenario: Inference, outcome: InferenceResult, npus: int) -> int:
    """Return the NPUs that work, of those the job has."""
    is_split = scenario.phases == "apart" and scenario.prefill_share
    return npus if is_split else min(outcome.used_npus, npus)


def split_of(scenario: Inference, outcome: InferenceResult, npus: int) -> Split:
    """Return how the NPUs in use are shared out.

    Raises
    ------
    BrokenRule : a share for prefill that leaves one phase none.
    """
    if scenario.phases == "together":
        filling = outcome.prefill_share * npus
        return Split(filling, npus - filling, npus, outcome.tokens_per_s_per_npu)
    stepping = _decode_npus(scenario, outcome, npus)
    share = (npus - stepping) / npus
    shared = npus if stepping < outcome.instance_npus else 0
    return Split(npus - stepping, stepping, shared, _pooled(scenario, outcome, share))


def _decode_npus(scenario: Inference, outcome: InferenceResult, npus: int) -> int:
    """Return the NPUs kept for decoding; a scenario that names a share gets it."""
    share = scenario.prefill_share
    if share:
        check_prefill_share(share, npus, outcome.instance_npus)
        return npus - round(share * npus)
    return int(
        balanced_decode_npus(
            npus, outcome.prefill_share, outcome.instance_npus, outcome.prefill_instance_npus
        )
    )


def _pooled(scenario: Inference, outcome: InferenceResult, share: float) -> float:
    """Return output tokens per second over all NPUs: the slower of both pools sets it."""
    if not outcome.fits:
        return 0.0
    new_prompt = max(1.0, scenario.input_tokens * (1 - scenario.prefix_cache_hit))
    return float(
        pooled_rate(
            share,
            outcome.prefill_tokens_per_s_per_npu,
            outcome.decode_tokens_per_s_per_npu,
            new_prompt,
            scenario.output_tokens,
        )
    )


def split_warnings(scenario: Inference, outcome: InferenceResult, idle: int) -> list[str]:
    """Return what to know of the NPUs: which are idle and why, and what is not used."""
    found: list[str] = []
    if idle and scenario.phases == "together":
        found.append(
            say(
                "{idle} NPUs are idle: instances of {instance:g} NPUs leave them over",
                idle=idle,
                instance=outcome.instance_npus,
            )
        )
    elif idle:
        found.append(
            say(
                "{idle} NPUs are idle: both phases take turns on one instance of {used}, and pools "
                "of their own would deliver less",
                idle=idle,
                used=outcome.used_npus,
            )
        )
    if scenario.phases == "together" and any(getattr(scenario, name) for name in _ONLY_APART):
        found.append(
            say(
                "degrees and share of prefill are not used while both phases run together on the "
                "same NPUs"
            )
        )
    return found
