"""An inference scenario on a machine, as a `SimResult`.

Prefill and decode have NPUs of their own, in the proportion that keeps both busy, or share them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from studio.design.scenario import Inference, Scenario
from studio.errors import BrokenRule
from studio.messages import say
from studio.simulation.economics import economics
from studio.simulation.inference.estimate import InferenceResult, estimate_inference
from studio.simulation.inference.estimate import Phase as Estimated
from studio.simulation.inference.pass_time import PassTime
from studio.simulation.inference.speculative import Speculation
from studio.simulation.job import SimInput
from studio.simulation.machine import evidence_of
from studio.simulation.nearest_choice import impossible_job, refusal_of
from studio.simulation.possible_values import possible_values
from studio.simulation.remedies import Fields, first_that_fits, serving_changes
from studio.simulation.result import (
    Bound,
    Load,
    Memory,
    MemoryTerm,
    OperatorPoint,
    Phase,
    SimResult,
    TimeTerm,
    Utilisation,
)
from studio.simulation.scenario_rules import npus_of
from studio.simulation.serving_plan import plan_of, plan_text, prefill_plan_of
from studio.simulation.serving_rules import check_serving, instance_batch
from studio.simulation.serving_split import split_of, split_warnings, used_npus
from studio.simulation.term_formulas import formula_of
from studio.units import told_apart
from studio.workload.precision import number_format

_NETWORK_TERMS = ("tensor", "exchange", "dispatch", "combine", "pipeline", "all_reduce", "hop")
_OVERHEAD_TERMS = ("launch", "host", "sampling", "overhead", "sync")


def simulate_inference(given: SimInput, scenario: Inference) -> SimResult:
    """Return what serving a model delivers.

    Raises
    ------
    BrokenRule : the scenario's degrees, lengths or limits are impossible on the machine; names the
        rule and the nearest choice that is not.
    """
    try:
        check_serving(given, scenario)
    except BrokenRule as broken:
        refusal = refusal_of(partial(check_serving, given))
        values = partial(possible_values, given)
        raise impossible_job(scenario, broken, refusal, values) from broken
    npus = npus_of(scenario, given.machine.npu_count)
    outcome = _estimate(given, scenario, npus)
    used = used_npus(scenario, outcome, npus)
    return _result(given, scenario, outcome, used, npus - used)


def _estimate(given: SimInput, scenario: Inference, npus: int) -> InferenceResult:
    machine = replace(given.machine, npu_count=npus)
    return estimate_inference(
        machine,
        given.model,
        given.serving,
        given.network,
        given.power,
        exchange=given.exchange,
        prompt=scenario.input_tokens,
        output=scenario.output_tokens,
        cached_share=scenario.prefix_cache_hit,
        batch=instance_batch(given, scenario),
        plan=plan_of(scenario),
        prefill_plan=prefill_plan_of(scenario),
        pass_tokens=scenario.chunk_tokens,
        redundant_experts=scenario.redundant_experts,
        expert_imbalance=scenario.expert_imbalance,
        precision=scenario.precision,
        cache_precision=scenario.kv_precision,
        tpot_limit_s=scenario.tpot_objective_s,
        ttft_limit_s=scenario.ttft_objective_s,
        speculation=Speculation(scenario.mtp_tokens, scenario.mtp_acceptance),
        in_pools=scenario.phases == "apart",
    )


def _result(
    given: SimInput, scenario: Inference, outcome: InferenceResult, npus: int, idle: int
) -> SimResult:
    """Return the result of NPUs in use; `idle` ones of the job are left to themselves."""
    split = split_of(scenario, outcome, npus)
    share, rate = split.prefill_share, split.tokens_per_s_per_npu
    draw = share * outcome.prefill.power_w_per_npu + (1 - share) * outcome.decode.power_w_per_npu
    machine, devices = given.machine, given.serving.devices_per_npu
    money = economics(
        draw, npus, machine.npu_count, machine.accelerator.idle_w, rate * npus, given.running
    )
    return SimResult(
        job="inference",
        scenario=scenario.title,
        model=outcome.model,
        plan=plan_text(outcome),
        phases=(
            _phase(
                outcome.prefill,
                outcome.worked.plenty.pass_time,
                devices,
                split.filling,
                split.shared,
                outcome.prefill_tokens_per_s_per_npu,
            ),
            _phase(
                outcome.decode,
                outcome.worked.decode.pass_time,
                devices,
                split.stepping,
                split.shared,
                outcome.decode_tokens_per_s_per_npu,
            ),
        ),
        memory=Memory(
            (
                MemoryTerm("weights", outcome.memory.weights),
                MemoryTerm("KV cache", outcome.memory.cache),
                MemoryTerm("activations", outcome.memory.activations),
                MemoryTerm("buffers", outcome.memory.buffers),
            ),
            outcome.memory.capacity,
            *(("", {}) if outcome.fits else _remedy(given, scenario, outcome, npus)),
            moments=(
                MemoryTerm("before requests", outcome.memory.weights + outcome.memory.buffers),
                MemoryTerm("all at full length", outcome.memory.total),
            ),
        ),
        load=Load(draw, npus, machine.npu_count, machine.accelerator.idle_w, rate * npus),
        tokens_per_s=rate * npus,
        tokens_per_s_per_npu=rate * npus / (npus + idle),
        headline_s=outcome.tpot_s,
        ttft_s=outcome.ttft_s,
        mfu=share * outcome.prefill.compute_utilisation
        + (1 - share) * outcome.decode.compute_utilisation,
        equipment_power_w=float(money.equipment_power_w),
        facility_power_w=float(money.facility_power_w),
        energy_j_per_token=float(money.energy_j_per_token),
        cost_usd_per_million_tokens=float(money.cost_usd_per_million_tokens),
        cost_terms=tuple((name, float(cost)) for name, cost in money.cost_terms),
        assumptions=(
            say("serving profile {profile}", profile=outcome.profile),
            *outcome.assumptions,
        ),
        evidence=evidence_of(machine, "bf16", number_format(scenario.precision).rating),
        warnings=_warnings(scenario, outcome, idle),
        detail=outcome,
    )


def _remedy(
    given: SimInput, scenario: Inference, outcome: InferenceResult, npus: int
) -> tuple[str, Fields]:
    """Return what makes the job fit, tried; where nothing does, what is in the way."""

    def used(changed: Scenario) -> float | None:
        assert isinstance(changed, Inference)
        check_serving(given, changed)
        found = _estimate(given, changed, npus)
        return found.memory.total if found.fits else None

    changes = serving_changes(scenario, outcome.batch_capacity_per_npu)
    found = first_that_fits(scenario, changes, used)
    return (found.text, found.fields) if found else (outcome.remedy, {})


def _phase(
    estimated: Estimated,
    one: PassTime,
    devices: float,
    npus: float,
    shared_npus: int,
    tokens_per_s_per_npu: float,
) -> Phase:
    """Return a phase; `devices` of one NPU work alike, each on operators of its own."""
    times: dict[tuple[str, str], float] = {}
    for work, count in zip(one.works, one.counts.tolist(), strict=True):
        times[work.name, work.term] = times.get((work.name, work.term), 0.0) + count
    return Phase(
        name="prefill" if estimated.name == "prefill" else "decode",
        seconds=estimated.time_s,
        terms=tuple(
            TimeTerm(name, seconds, _bound(name, estimated), formula_of("inference", name))
            for name, seconds in estimated.terms.items()
            if seconds > 0
        ),
        operators=tuple(
            OperatorPoint(
                point.name,
                point.flops * devices,
                point.traffic_byte * devices,
                point.time_s,
                "compute" if point.bound == "compute" else "memory",
                point.term,
                times[point.name, point.term],
            )
            for point in estimated.operators
        ),
        utilisation=Utilisation(
            min(1.0, estimated.compute_utilisation),
            min(1.0, estimated.memory_utilisation),
            min(1.0, estimated.network_utilisation),
        ),
        tokens=tokens_per_s_per_npu * npus * estimated.time_s,
        npus=npus,
        npu_power_w=estimated.power_w_per_npu,
        shared_npus=shared_npus,
    )


def _bound(term: str, estimated: Estimated) -> Bound:
    """A computing term is bound by what bounds most of its operators' time."""
    if any(word in term for word in _NETWORK_TERMS):
        return "network"
    if any(word in term for word in _OVERHEAD_TERMS):
        return "overhead"
    computing = sum(
        point.time_s * (1 if point.bound == "compute" else -1)
        for point in estimated.operators
        if point.term == term
    )
    return "compute" if computing > 0 else "memory"


def _warnings(scenario: Inference, outcome: InferenceResult, idle: int) -> tuple[str, ...]:
    found = split_warnings(scenario, outcome, idle)
    if outcome.fits and not outcome.meets_tpot:
        found.append(
            say(
                "time per output token {tpot} ms misses the objective of {objective:g} ms",
                tpot=told_apart(outcome.tpot_s * 1000.0, scenario.tpot_objective_s * 1000.0),
                objective=scenario.tpot_objective_s * 1000.0,
            )
        )
    if not outcome.meets_ttft:
        found.append(
            say(
                "time to first token {ttft} s misses the objective of {objective:g} s",
                ttft=told_apart(outcome.ttft_s, scenario.ttft_objective_s),
                objective=scenario.ttft_objective_s,
            )
        )
    if outcome.fits and outcome.remedy:
        found.append(outcome.remedy)
    return tuple(found)
