"""The plans a serving scenario names, and plans in words."""

from __future__ import annotations

from studio.design.scenario import Inference
from studio.messages import say
from studio.simulation.inference.estimate import InferenceResult
from studio.simulation.inference.plan import InferencePlan, scalar


def plan_of(scenario: Inference) -> InferencePlan | None:
    """Return the plan the scenario names, or None to let the simulator choose."""
    tensor, pipeline = scenario.tp or 1, scenario.pp or 1
    if tensor == pipeline == 1 and not (scenario.ep or scenario.dp):
        return None
    expert = scenario.ep or 1
    groups = scenario.dp or max(1, expert // tensor)
    return InferencePlan(tensor=tensor, attention_data=groups, pipeline=pipeline, expert=expert)


def prefill_plan_of(scenario: Inference) -> InferencePlan | None:
    """Return the plan of prefill instances, or None where there are none of another cut."""
    degrees = (scenario.prefill_tp, scenario.prefill_dp, scenario.prefill_ep, scenario.prefill_pp)
    if scenario.phases == "together" or not any(degrees):
        return None
    tensor, _, expert, pipeline = (degree or 1 for degree in degrees)
    groups = scenario.prefill_dp or max(1, expert // tensor)
    return InferencePlan(tensor=tensor, attention_data=groups, pipeline=pipeline, expert=expert)


def plan_text(outcome: InferenceResult) -> str:
    """Return how instances are cut, in words."""
    apart = outcome.prefill_plan
    if apart is None:
        return say(
            "{degrees}, {sequences_per_npu:.0f} sequences per NPU",
            degrees=degrees_text(outcome.plan),
            sequences_per_npu=outcome.sequences_per_npu,
        )
    return say(
        "{degrees}, {sequences_per_npu:.0f} sequences per NPU; prefill {prefill}",
        degrees=degrees_text(outcome.plan),
        sequences_per_npu=outcome.sequences_per_npu,
        prefill=degrees_text(apart),
    )


def degrees_text(plan: InferencePlan) -> str:
    """Return the degrees of one plan: `TP 2 · DP 16 · EP 32`."""
    names = (
        ("TP", plan.tensor),
        ("PP", plan.pipeline),
        ("DP", plan.attention_data),
        ("EP", plan.expert),
    )
    return (
        " · ".join(f"{name} {scalar(value):g}" for name, value in names if scalar(value) > 1)
        or "TP 1"
    )
