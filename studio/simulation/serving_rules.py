"""What a serving scenario may ask of a machine; knows no time."""

from __future__ import annotations

import math

from studio.design.scenario import Inference, Scenario
from studio.errors import BrokenRule
from studio.messages import say
from studio.simulation.inference.estimate import with_choices
from studio.simulation.inference.plan import check_plan, check_redundancy, scalar
from studio.simulation.inference.requests import check_request
from studio.simulation.inference.speculative import accepted_tokens
from studio.simulation.job import SimInput
from studio.simulation.scenario_rules import check_fields, npus_of
from studio.simulation.serving_plan import plan_of, prefill_plan_of


def check_serving(given: SimInput, scenario: Scenario) -> None:
    """Raise for the first rule that a serving scenario breaks.

    Raises
    ------
    BrokenRule : names the rule and the nearest choice.
    """
    assert isinstance(scenario, Inference)
    check_fields(scenario)
    npus = npus_of(scenario, given.machine.npu_count)
    for plan in (plan_of(scenario), prefill_plan_of(scenario)):
        if plan is not None:
            check_plan(given.model, plan, round(npus * given.serving.devices_per_npu))
    check_request(
        scenario.input_tokens,
        scenario.output_tokens,
        scenario.prefix_cache_hit,
        instance_batch(given, scenario),
        scenario.tpot_objective_s,
        scenario.ttft_objective_s,
    )
    with_choices(given.serving, scenario.chunk_tokens, scenario.expert_imbalance)
    check_redundancy(given.model, scenario.redundant_experts)
    accepted_tokens(scenario.mtp_tokens, scenario.mtp_acceptance)


def least_batch(instance_npus: float) -> float:
    """Return one sequence per instance as a batch per NPU, to six digits, never less."""
    return math.ceil(1e6 / instance_npus) / 1e6


def instance_batch(given: SimInput, scenario: Inference) -> float:
    """Return the sequences in flight per instance, in whole ones; 0 for the largest possible.

    Raises
    ------
    BrokenRule : less than one sequence.
    """
    plan = plan_of(scenario)
    npus = scalar(plan.ranks) / given.serving.devices_per_npu if plan else 1.0
    batch = scenario.batch_per_npu * npus
    if batch == 0 or not math.isfinite(batch):
        return batch
    if 0 < batch < 1:
        raise BrokenRule(
            say(
                "a batch of {batch:g} per NPU is less than one sequence of an instance of {npus:g} "
                "NPUs",
                batch=scenario.batch_per_npu,
                npus=npus,
            ),
            least_batch(npus),
        )
    return round(batch)
