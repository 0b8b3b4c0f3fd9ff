"""A training scenario on a machine: candidate plans, the fastest that fits, as a `SimResult`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from studio.design.scenario import Scenario, Training
from studio.messages import say
from studio.simulation.economics import economics
from studio.simulation.job import SimInput
from studio.simulation.machine import evidence_of
from studio.simulation.memory.training import TrainingMemory
from studio.simulation.reliability.job import JobReliability, job_reliability
from studio.simulation.remedies import Fields, first_that_fits, training_changes
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
from studio.simulation.term_formulas import formula_of
from studio.simulation.training.activity import step_activity, step_power_w
from studio.simulation.training.per_step import HOST_UPDATE_SHARE
from studio.simulation.training.result import TrainingResult
from studio.simulation.training.step import training_step
from studio.simulation.training_plans import candidate_plans
from studio.simulation.training_recipe import recipe_of
from studio.simulation.words import term
from studio.units import display
from studio.workload.operators import FloatArray
from studio.workload.parameters import model_parameters
from studio.workload.plan import Offload, Plans
from studio.workload.precision import number_format

_BOUND: Mapping[str, Bound] = {
    "matrix": "compute",
    "attention": "compute",
    "experts": "compute",
    "vector": "memory",
    "recompute": "compute",
    "tensor": "network",
    "context": "network",
    "expert_exchange": "network",
    "pipeline": "network",
    "data": "network",
    "bubble": "idle",
    "optimizer": "memory",
    "offload": "network",
    "contention": "overhead",
    "host": "overhead",
    "straggler": "idle",
    "overhead": "overhead",
}


def simulate_training(given: SimInput, scenario: Training) -> SimResult:
    """Return one training iteration.

    Raises
    ------
    InvalidInput : no plan meets the scenario's degrees; names the rule and the nearest choice.
    """
    return _result(given, scenario, _outcome(given, scenario))


def _outcome(given: SimInput, scenario: Training) -> TrainingResult:
    """Return the fastest plan of a scenario that fits, else the one that needs the least memory."""
    batch = training_step(
        given.machine,
        given.model,
        candidate_plans(given, scenario),
        given.compute,
        given.network,
        recipe_of(scenario),
        is_checked=True,
    )
    return batch.alone(_best(batch))


def _best(batch: TrainingResult) -> int:
    """Return the fastest plan that fits, else the one that needs the least memory."""
    fits = batch.memory.fits
    if fits.any():
        return int(
            np.argmin(np.where(fits, batch.step_time_s / batch.plan.tokens_per_step, np.inf))
        )
    return int(np.argmin(batch.memory.total))


def _result(given: SimInput, scenario: Training, outcome: TrainingResult) -> SimResult:
    plan, machine = outcome.plan, given.machine
    step = float(outcome.step_time_s[0])
    npus = int(plan.npus[0])
    accelerator = machine.accelerator
    doing = step_activity(outcome, accelerator)
    draw = float(step_power_w(outcome, accelerator, given.power)[0])
    tokens = float(plan.tokens_per_step[0])
    money = economics(
        draw, npus, machine.npu_count, accelerator.idle_w, tokens / step, given.running
    )
    phase = Phase(
        name="step",
        seconds=step,
        terms=tuple(
            TimeTerm(name, float(value[0]), _BOUND[name], formula_of("training", name))
            for name, value in outcome.terms.items()
            if value[0] > 0
        ),
        operators=_operators(outcome),
        utilisation=Utilisation(
            *(float(np.ravel(part)[0]) for part in (doing.compute, doing.memory, doing.network))
        ),
        tokens=tokens,
        npus=npus,
        npu_power_w=draw,
    )
    memory = outcome.memory
    return SimResult(
        job="training",
        scenario=scenario.title,
        model=given.model.name,
        plan=_plan_text(plan),
        phases=(phase,),
        memory=Memory(
            tuple(MemoryTerm(n, float(v[0])) for n, v in memory.by_category().items()),
            memory.capacity_byte,
            *(("", {}) if memory.fits[0] else _remedy(given, scenario, memory)),
            tuple(MemoryTerm(n, float(v[0])) for n, v in memory.host.by_category().items() if v[0]),
            memory.host_capacity_byte,
            tuple(MemoryTerm(n, float(v[0])) for n, v in memory.by_moment().items()),
        ),
        load=Load(draw, npus, machine.npu_count, accelerator.idle_w, tokens / step),
        tokens_per_s=tokens / step,
        tokens_per_s_per_npu=tokens / step / npus,
        headline_s=step,
        ttft_s=0.0,
        mfu=float(outcome.mfu[0]),
        equipment_power_w=float(money.equipment_power_w),
        facility_power_w=float(money.facility_power_w),
        energy_j_per_token=float(money.energy_j_per_token),
        cost_usd_per_million_tokens=float(money.cost_usd_per_million_tokens),
        cost_terms=tuple((name, float(cost)) for name, cost in money.cost_terms),
        assumptions=(
            say("efficiency profile {profile}", profile=outcome.profile),
            *machine.assumptions,
            *_offload_notes(given, outcome),
        ),
        evidence=evidence_of(given.machine, "bf16", number_format(scenario.precision).rating),
        warnings=_warnings(scenario, plan, machine.npu_count),
        reliability=_reliability(given, npus),
        detail=outcome,
    )


def _offload_notes(given: SimInput, outcome: TrainingResult) -> tuple[str, ...]:
    """Return what copies to the CPUs and updates there rest on."""
    host = given.machine.host
    if host is None or not outcome.plan.offload.any():
        return ()
    way = (
        say("the links drawn between NPUs and CPUs")
        if host.is_drawn
        else say("the port of the NPU towards its CPU, as no link is drawn")
    )
    rate = display(host.link_byte_per_s, "bandwidth")
    copied = say(
        "offload over {way}: {rate} per NPU; no published measurement checks it", way=way, rate=rate
    )
    if not outcome.plan.offloads(Offload.OPTIMIZER)[0]:
        return (copied,)
    update = say(
        "CPUs update weights at {share:.0%} of the rated bandwidth of their memory, as CPU-Adam "
        "on a DGX-2",
        share=HOST_UPDATE_SHARE,
    )
    return copied, update


def _reliability(given: SimInput, npus: int) -> JobReliability | None:
    share = npus / given.machine.npu_count
    stops = given.running.interruptions_per_year * share
    if stops <= 0:
        return None
    return job_reliability(stops, model_parameters(given.model).total, npus)


def _plan_text(plan: Plans) -> str:
    names = (
        ("TP", plan.tensor),
        ("PP", plan.pipeline),
        ("DP", plan.data),
        ("EP", plan.expert),
        ("CP", plan.context),
        ("VP", plan.chunks),
    )
    return " · ".join(f"{name} {int(value[0])}" for name, value in names if value[0] > 1) or "DP 1"


def _warnings(scenario: Training, plan: Plans, npus: int) -> tuple[str, ...]:
    found = []
    if int(plan.npus[0]) < (scenario.npus or npus):
        found.append(
            say(
                "{used} of {npus} NPUs are used by this plan",
                used=int(plan.npus[0]),
                npus=scenario.npus or npus,
            )
        )
    if int(plan.global_batch[0]) != scenario.global_batch:
        found.append(
            say(
                "the batch is {global_batch} sequences, not {asked}",
                global_batch=int(plan.global_batch[0]),
                asked=scenario.global_batch,
            )
        )
    return tuple(found)


def _operators(outcome: TrainingResult) -> tuple[OperatorPoint, ...]:
    """Return what the slowest stage computes in a step; the backward pass does twice the work."""
    return tuple(
        OperatorPoint(
            row.name,
            3 * row.flops * row.times,
            3 * row.traffic_byte * row.times,
            row.step_s,
            _operator_bound(row.bound),
            row.term,
            row.times,
            row.shape,
        )
        for row in outcome.operators
    )


def _operator_bound(name: str) -> Bound:
    return "compute" if name == "compute" else "memory" if name == "memory" else "overhead"


def _remedy(given: SimInput, scenario: Training, memory: TrainingMemory) -> tuple[str, Fields]:
    """Return what makes the job fit, tried; where nothing does, what takes most."""

    def used(changed: Scenario) -> float | None:
        assert isinstance(changed, Training)
        memory = _outcome(given, changed).memory
        return float(memory.total[0]) if memory.fits[0] else None

    found = first_that_fits(scenario, training_changes(scenario), used)
    if found:
        return found.text, found.fields
    if memory.total[0] <= memory.capacity_byte:
        return _too_much_for_hosts(memory), {}
    return _largest(memory.by_category()), {}


def _too_much_for_hosts(memory: TrainingMemory) -> str:
    return say(
        "CPUs would hold {used} per NPU and have {capacity}: add memory modules, or offload less",
        used=display(float(memory.host.total[0]), "data"),
        capacity=display(memory.host_capacity_byte, "data"),
    )


def _largest(categories: Mapping[str, FloatArray]) -> str:
    largest = max(categories, key=lambda name: float(categories[name][0]))
    remedies = {
        "weights": say("raise tensor, pipeline or expert parallelism, or ZeRO stage 3"),
        "gradients": say("raise the ZeRO stage to 2, or tensor or pipeline parallelism"),
        "optimizer": say("raise the ZeRO stage to 1 or data parallelism"),
        "activations": say("recompute more, lower the micro batch, or raise tensor parallelism"),
        "logits": say("raise tensor parallelism or lower the micro batch"),
        "buffers": say("lower the ZeRO stage or the sharding group"),
    }
    return say(
        "{largest} take most: {remedy}",
        largest=term(largest),
        remedy=remedies.get(largest, say("use more NPUs")),
    )
