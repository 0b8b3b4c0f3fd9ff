"""Laws of a training step over every schedule, sharding stage and kind of model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.simulation.machine import Host, Machine
from studio.simulation.training.computing import FEW
from studio.simulation.training.result import TERM_NAMES
from studio.workload.plan import Offload, Plans, Recompute, Schedule, join, plans
from tests.simulation.training.machines import CLUSTER, H100, step, with_accelerator, with_level

MODELS = ("Llama-3-8B", "Qwen3-30B-A3B")


@st.composite
def mappings(draw: st.DrawFn) -> tuple[str, dict[str, int]]:
    """Return a model and a mapping of it that breaks no rule."""
    model = draw(st.sampled_from(MODELS))
    stages = draw(st.sampled_from((1, 2, 4, 8)))
    chunks = draw(st.sampled_from((1, 2))) if stages > 1 else 1
    schedule = draw(st.sampled_from(list(Schedule))) if chunks == 1 else 0
    data = draw(st.sampled_from((1, 2, 8)))
    return model, {
        "tensor": draw(st.sampled_from((1, 2, 4))),
        "pipeline": stages,
        "chunks": chunks,
        "schedule": int(schedule),
        "context": draw(st.sampled_from((1, 2))),
        "data": data,
        "expert": data if model == MODELS[1] else 1,
        "zero": draw(st.integers(0, 3)),
        "recompute": int(draw(st.sampled_from(list(Recompute)))),
        "micro_batch": draw(st.integers(1, 4)),
        "micro_batches": draw(st.integers(1, 32)),
        "sequence_parallel": draw(st.integers(0, 1)),
    }


@st.composite
def families(draw: st.DrawFn) -> tuple[str, Plans]:
    """Return a model and six mappings of it over the same replicas, worked out at once."""
    model, first = draw(mappings())
    replicas = {name: first[name] for name in ("data", "expert")}
    others = draw(st.lists(mappings(), min_size=5, max_size=5))
    return model, join([plans(**first), *(plans(**{**one, **replicas}) for _, one in others)])


HOST = Host(64e9, 1e12, 100e9)
"""CPUs of an NPU: copies, memory and its bandwidth."""
OFFLOADS = st.sampled_from([Offload.OPTIMIZER, Offload.ACTIVATIONS, Offload.BOTH])


def hosted(**changes: Any) -> Machine:
    """Return the cluster with CPUs, with some of their numbers changed."""
    return replace(CLUSTER, host=replace(HOST, **changes))


def _seconds(model: str, plan: Plans, **machine: object) -> float:
    return float(step(plan, model, **machine).step_time_s[0])  # type: ignore[arg-type]


@settings(max_examples=15, deadline=None)
@given(case=families(), factor=st.floats(1.0, 16.0))
def test_no_better_part_makes_a_step_slower(case: tuple[str, Plans], factor: float) -> None:
    model, several = case
    before = step(several, model).step_time_s
    flops = {name: rate * factor for name, rate in H100.compute_flops.items()}
    faster = (
        with_accelerator(compute_flops=flops),
        with_accelerator(memory_bandwidth_byte_per_s=3.35e12 * factor),
        with_level(0, bandwidth_byte_per_s=450e9 * factor),
        with_level(1, bandwidth_byte_per_s=50e9 * factor),
        with_level(0, latency_s=1e-6 / factor),
        with_level(1, latency_s=4e-6 / factor),
    )
    for machine in faster:
        assert np.all(step(several, model, machine=machine).step_time_s <= before * (1 + 1e-9))


@settings(max_examples=60, deadline=None)
@given(case=mappings())
def test_terms_are_not_negative_and_sum_to_the_step(case: tuple[str, dict[str, int]]) -> None:
    model, degrees = case
    result = step(plans(**degrees), model)
    assert sum(float(result.terms[name][0]) for name in TERM_NAMES) == pytest.approx(
        float(result.step_time_s[0])
    )
    assert all(float(result.terms[name][0]) >= 0 for name in TERM_NAMES)
    assert 0 < result.mfu[0] <= result.hfu[0] < 1


@settings(max_examples=60, deadline=None)
@given(case=mappings(), times=st.integers(2, 8))
def test_more_micro_batches_take_longer_but_never_more_than_in_proportion(
    case: tuple[str, dict[str, int]], times: int
) -> None:
    model, degrees = case
    more = degrees | {"micro_batches": degrees["micro_batches"] * times}
    once, often = _seconds(model, plans(**degrees)), _seconds(model, plans(**more))
    assert once < often <= times * once * (1 + 1e-9)


@settings(max_examples=60, deadline=None)
@given(case=mappings())
def test_memory_of_a_mapping_is_that_of_its_parts(case: tuple[str, dict[str, int]]) -> None:
    model, degrees = case
    memory = step(plans(**degrees), model).memory
    assert memory.total[0] == pytest.approx(sum(v[0] for v in memory.by_category().values()))
    assert all(np.all(value >= 0) for value in memory.by_category().values())
    assert 0 <= memory.runtime[0] <= memory.buffers[0]
    longer = step(plans(**degrees, sequence=8192), model).memory
    assert longer.total[0] >= memory.total[0]
    again = degrees | {"recompute": int(Recompute.NONE)}
    assert step(plans(**again), model).memory.activations[0] >= 0.99 * memory.activations[0]


@settings(max_examples=60, deadline=None)
@given(one=mappings(), other=mappings(), copies=st.sampled_from((1, FEW)))
def test_an_answer_does_not_depend_on_what_is_asked_beside_it(
    one: tuple[str, dict[str, int]], other: tuple[str, dict[str, int]], copies: int
) -> None:
    model = one[0]
    replicas = {name: one[1][name] for name in ("data", "expert")}
    asked = [plans(**one[1]), plans(**{**other[1], **replicas})]
    together = step(join(asked * copies), model)
    for place, plan in enumerate(asked):
        alone = step(plan, model)
        for name in TERM_NAMES:
            assert together.terms[name][place] == pytest.approx(alone.terms[name][0], rel=1e-12)
        assert together.memory.total[place] == pytest.approx(alone.memory.total[0], rel=1e-12)


def test_ever_more_bandwidth_leaves_the_computing_alone() -> None:
    plan = plans(tensor=4, pipeline=4, data=8, micro_batches=16, zero=1)
    result = step(plan, MODELS[0], machine=with_level(0, bandwidth_byte_per_s=1e18))
    plain = step(plan, MODELS[0], machine=CLUSTER)
    assert result.compute_s[0] == plain.compute_s[0]
    assert result.step_time_s[0] >= plain.compute_s[0]


@settings(max_examples=60, deadline=None)
@given(case=mappings(), offload=OFFLOADS, factor=st.floats(1.0, 16.0))
def test_no_better_host_makes_an_offloaded_step_slower(
    case: tuple[str, dict[str, int]], offload: Offload, factor: float
) -> None:
    model, degrees = case
    plan = plans(**degrees, offload=int(offload))
    before = _seconds(model, plan, machine=hosted())
    for name in ("link_byte_per_s", "memory_bandwidth_byte_per_s"):
        better = hosted(**{name: getattr(HOST, name) * factor})
        assert _seconds(model, plan, machine=better) <= before * (1 + 1e-9)
    assert _seconds(model, plan, machine=hosted(memory_byte=1e12 * factor)) == before


@settings(max_examples=60, deadline=None)
@given(case=mappings(), offload=OFFLOADS)
def test_what_an_npu_puts_off_is_held_by_its_host(
    case: tuple[str, dict[str, int]], offload: Offload
) -> None:
    model, degrees = case
    near = step(plans(**degrees), model, machine=hosted())
    far = step(plans(**degrees, offload=int(offload)), model, machine=hosted())
    assert near.memory.host.total[0] == 0
    assert near.memory.optimizer[0] == pytest.approx(
        far.memory.optimizer[0] + far.memory.host.optimizer[0]
    )
    freed = near.memory.activations[0] - far.memory.activations[0]
    assert 0 <= freed <= far.memory.host.activations[0] * (1 + 1e-9)
    assert far.memory.gradients[0] <= near.memory.gradients[0]
    assert all(float(far.terms[name][0]) >= 0 for name in TERM_NAMES)
    assert sum(float(far.terms[name][0]) for name in TERM_NAMES) == pytest.approx(
        float(far.step_time_s[0])
    )


@settings(max_examples=60, deadline=None)
@given(case=mappings(), offload=OFFLOADS, factor=st.floats(1.0, 16.0), share=st.floats(0.01, 2.0))
def test_more_memory_never_stops_a_plan_from_fitting(
    case: tuple[str, dict[str, int]], offload: Offload, factor: float, share: float
) -> None:
    model, degrees = case
    plan = plans(**degrees, offload=int(offload))
    needed = step(plan, model, machine=hosted()).memory
    npu, cpu = needed.total[0] * share, needed.host.total[0] * share
    accelerator = replace(H100, memory_byte=npu)
    tight = replace(hosted(memory_byte=cpu), accelerator=accelerator)
    fits = step(plan, model, machine=tight).memory.fits[0]
    assert fits == (share >= 1)
    for roomier in (
        replace(tight, accelerator=replace(H100, memory_byte=npu * factor)),
        replace(tight, host=replace(HOST, memory_byte=cpu * factor)),
    ):
        assert step(plan, model, machine=roomier).memory.fits[0] >= fits


@settings(max_examples=60, deadline=None)
@given(case=mappings(), times=st.sampled_from((2, 4, 16)))
def test_more_replicas_never_make_each_of_them_faster(
    case: tuple[str, dict[str, int]], times: int
) -> None:
    """Weak scaling: what is not shared among replicas costs each at least as much as before."""
    model, degrees = case
    few = degrees | {"zero": 0}
    many = few | {"data": few["data"] * times}
    assert _seconds(model, plans(**many)) >= _seconds(model, plans(**few)) * (1 - 1e-9)


@settings(max_examples=60, deadline=None)
@given(case=mappings())
def test_moments_of_a_step_stay_below_its_peak_and_in_order(
    case: tuple[str, dict[str, int]],
) -> None:
    model, degrees = case
    memory = step(plans(**degrees), model).memory
    at = {name: float(byte[0]) for name, byte in memory.by_moment().items()}
    peak = at["first backward pass"]
    assert peak == memory.total[0]
    assert 0 < at["between steps"] <= at["update"] <= peak
    assert at["between steps"] <= at["end of the forward passes"] <= peak
