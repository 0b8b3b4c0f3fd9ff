"""Laws of a training step over every schedule, sharding stage and kind of model."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.simulation.training.computing import FEW
from studio.simulation.training.result import TERM_NAMES
from studio.workload.plan import Plans, Recompute, Schedule, join, plans
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


def _seconds(model: str, plan: Plans, **machine: object) -> float:
    return float(step(plan, model, **machine).step_time_s[0])  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(case=mappings(), factor=st.floats(1.0, 16.0))
def test_no_better_part_makes_a_step_slower(
    case: tuple[str, dict[str, int]], factor: float
) -> None:
    model, degrees = case
    plan = plans(**degrees)
    before = _seconds(model, plan)
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
        assert _seconds(model, plan, machine=machine) <= before * (1 + 1e-9)


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
