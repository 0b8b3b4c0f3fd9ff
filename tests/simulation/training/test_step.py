"""One training step: terms add up, faster hardware is never slower, limits hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.errors import InvalidInput
from studio.simulation.training.result import TERM_NAMES
from studio.workload.plan import Recompute, Schedule, plans
from studio.workload.recipe import Recipe
from tests.simulation.training.machines import CLUSTER, step, with_accelerator, with_level

DENSE = plans(
    tensor=[1, 2, 4, 8], pipeline=[1, 2, 4, 4], data=8, micro_batches=8, zero=[0, 1, 2, 3]
)
MOE = plans(pipeline=[1, 4, 8], expert=[8, 32, 64], data=64, micro_batches=8, chunks=[1, 2, 1])

MOE_AND_MORE = plans(
    tensor=[1, 4, 1, 2], pipeline=[4, 1, 8, 2], expert=[8, 4, 64, 16], data=64, micro_batches=8,
    micro_batch=[2, 1, 1, 1], sequence=[4096, 8192, 4096, 4096],
)  # fmt: skip


def test_terms_add_up_to_the_step() -> None:
    for plan, model in ((DENSE, "Llama-3-8B"), (MOE, "Qwen3-30B-A3B")):
        result = step(plan, model)
        assert np.sum([result.terms[name] for name in TERM_NAMES], axis=0) == pytest.approx(
            result.step_time_s
        )
        assert np.all(
            result.tokens_per_s * result.step_time_s == pytest.approx(plan.tokens_per_step)
        )
        assert all(np.all(result.terms[name] >= 0) for name in TERM_NAMES)


def test_no_step_beats_the_rated_peak() -> None:
    for plan, model in ((DENSE, "Llama-3-8B"), (MOE, "DeepSeek-V3")):
        result = step(plan, model)
        assert np.all(result.mfu > 0)
        assert np.all(result.mfu < 1)
        assert np.all(result.hfu >= result.mfu)


def test_a_batch_gives_what_each_plan_gives_alone() -> None:
    together = step(DENSE)
    for index in range(DENSE.count):
        alone = step(DENSE.take(np.array([index])))
        assert alone.step_time_s[0] == pytest.approx(together.step_time_s[index], rel=1e-12)
        assert alone.memory.total[0] == pytest.approx(together.memory.total[index], rel=1e-12)


def test_a_plan_taken_from_a_batch_is_that_plan_with_its_own_operators() -> None:
    # Forty plans compute one by one; of eighty, those that compute the same share it.
    for repeats in (10, 20):
        many = MOE_AND_MORE.take(np.tile(np.arange(4), repeats))
        batch = step(many, "Qwen3-30B-A3B")
        for at in (0, 5, many.count - 2):
            taken, alone = batch.alone(at), step(many.take(np.array([at])), "Qwen3-30B-A3B")
            assert taken.step_time_s == pytest.approx(alone.step_time_s, rel=1e-12)
            assert taken.memory.total == pytest.approx(alone.memory.total, rel=1e-12)
            assert taken.plan.expert == alone.plan.expert
            found, expected = taken.operators, alone.operators
            assert [row.name for row in found] == [row.name for row in expected]
            assert [row.step_s for row in found] == pytest.approx([row.step_s for row in expected])
            assert [row.shape for row in found] == [row.shape for row in expected]


@settings(max_examples=15, deadline=None)
@given(factor=st.floats(1.0, 8.0), which=st.integers(0, 3))
def test_better_hardware_is_never_slower(factor: float, which: int) -> None:
    better = (
        with_accelerator(compute_flops={"bf16": 989.4e12 * factor}),
        with_accelerator(memory_bandwidth_byte_per_s=3.35e12 * factor),
        with_level(0, bandwidth_byte_per_s=450e9 * factor),
        with_level(1, bandwidth_byte_per_s=50e9 * factor),
    )[which]
    plan = plans(tensor=[1, 8, 8], pipeline=[1, 1, 4], data=64, micro_batches=16, zero=[3, 1, 1])
    assert np.all(step(plan, machine=better).step_time_s <= step(plan).step_time_s * (1 + 1e-9))


@settings(max_examples=15, deadline=None)
@given(factor=st.floats(1.0, 4.0))
def test_more_memory_never_fits_less(factor: float) -> None:
    more = step(DENSE, machine=with_accelerator(memory_byte=80e9 * factor)).memory
    assert np.all(more.fits >= step(DENSE).memory.fits)


def test_more_latency_is_never_faster() -> None:
    slow = with_level(1, latency_s=1e-3)
    assert np.all(
        step(MOE, "Qwen3-30B-A3B", slow).step_time_s >= step(MOE, "Qwen3-30B-A3B").step_time_s
    )


def test_step_grows_in_proportion_to_micro_batches_when_they_are_many() -> None:
    plan = plans(tensor=8, pipeline=4, data=4, micro_batches=[512, 1024])
    times = step(plan, "Llama-3-70B").step_time_s
    assert times[1] / times[0] == pytest.approx(2.0, rel=0.01)


def test_bubble_shrinks_with_interleaving_and_with_zero_bubble_schedules() -> None:
    plan = plans(
        tensor=8, pipeline=8, data=2, micro_batches=16, chunks=[1, 5, 1, 1],
        schedule=[0, 0, Schedule.ZERO_BUBBLE, Schedule.DUAL_PIPE],
    )  # fmt: skip
    bubble = step(plan, "Llama-3-70B").terms["bubble"]
    assert bubble[1] < bubble[0] / 3
    assert bubble[2] < bubble[0] / 2
    assert bubble[3] < bubble[2]


def test_bubble_of_even_stages_is_the_textbook_formula() -> None:
    plan = plans(pipeline=4, data=1, micro_batches=8)
    result = step(plan, "Llama-3-8B", vector_traffic=0.0)
    work = sum(result.terms[name][0] for name in ("matrix", "attention", "vector"))
    # (p - 1) / m of the work of a mean stage; head and embedding make stages a little uneven.
    assert result.terms["bubble"][0] / work == pytest.approx(3 / 8, rel=0.12)


def test_uneven_layers_cost_the_fullest_stage() -> None:
    plan = plans(tensor=8, pipeline=[60, 63], data=1, micro_batches=1024)
    times = step(plan, "Llama-3.1-405B").step_time_s
    # 126 layers: two a stage and the head on one of 63 stages, three on the fullest of 60.
    assert times[0] > 1.08 * times[1]


def test_full_recomputation_costs_a_further_forward_pass_and_saves_memory() -> None:
    plan = plans(
        data=8, micro_batches=8, recompute=[Recompute.NONE, Recompute.SELECTIVE, Recompute.FULL]
    )
    result = step(plan, "Llama-3-8B")
    assert np.all(np.diff(result.terms["recompute"]) > 0)
    assert 1.2 < result.step_time_s[2] / result.step_time_s[0] < 1.4
    assert np.all(np.diff(result.memory.activations) < 0)


def test_low_precision_is_faster_and_int8_falls_back_to_its_rating() -> None:
    plan = plans(tensor=8, data=8, micro_batches=8, sequence=8192)
    bf16 = step(plan, "Llama-3-70B", recipe=Recipe()).step_time_s[0]
    fp8 = step(plan, "Llama-3-70B", recipe=Recipe(precision="fp8")).step_time_s[0]
    int8 = step(plan, "Llama-3-70B", recipe=Recipe(precision="int8")).step_time_s[0]
    assert fp8 < 0.85 * bf16
    assert int8 > 0.9 * bf16


def test_adapters_train_without_weight_gradients() -> None:
    plan = plans(tensor=4, data=2, micro_batches=8)
    whole = step(plan, "Llama-2-70B")
    lora = step(plan, "Llama-2-70B", recipe=Recipe(lora_rank=16))
    assert 0.6 < lora.step_time_s[0] / whole.step_time_s[0] < 0.8
    assert lora.memory.optimizer[0] < whole.memory.optimizer[0] / 20


def test_exposed_exchange_grows_when_experts_leave_the_node() -> None:
    plan = plans(expert=[8, 64], data=64, micro_batches=4)
    exposed = step(plan, "Qwen3-30B-A3B").terms["expert_exchange"]
    assert exposed[1] > 2 * exposed[0]


def test_older_attention_kernels_slow_attention_alone() -> None:
    plan = plans(tensor=8, data=8, sequence=32768)
    best, older = step(plan), step(plan, attention_library_efficiency=0.5)
    assert older.terms["attention"] == pytest.approx(2 * best.terms["attention"], rel=0.01)
    assert older.terms["matrix"] == best.terms["matrix"]
    assert older.terms["vector"] == best.terms["vector"]


def test_operator_table_feeds_a_roofline() -> None:
    rows = step(plans(tensor=8, data=8), "DeepSeek-V3").operators
    assert {row.part for row in rows} >= {"mixer", "dense", "experts"}
    for row in rows:
        assert row.bound in ("compute", "memory", "overhead")
        assert row.forward_s > 0
        assert row.intensity >= 0


def test_vision_and_diffusion_models_train() -> None:
    for name, tokens in (("ViT-H-14", 257), ("DiT-XL-2", 256)):
        result = step(plans(data=8, micro_batch=64, sequence=tokens), name)
        assert 0.05 < result.mfu[0] < 0.8, name


def test_recommendation_model_trains_with_tables_spread_over_npus() -> None:
    plan = plans(data=[8, 64], expert=[8, 64], micro_batch=8192, sequence=1)
    result = step(plan, "DLRM-DCNv2")
    assert np.all(result.terms["expert_exchange"] > 0)
    assert result.memory.weights[1] < result.memory.weights[0] / 4
    assert np.all(np.isfinite(result.step_time_s))


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (with_accelerator(compute_flops={}), "BF16"),
        (with_accelerator(compute_flops={"bf16": float("nan")}), "BF16"),
        (with_accelerator(memory_byte=0.0), "above zero"),
    ],
)
def test_machine_without_size_is_refused(machine, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        step(plans(), machine=machine)


def test_impossible_mapping_is_refused() -> None:
    with pytest.raises(InvalidInput, match="nearest valid"):
        step(plans(tensor=5))
    with pytest.raises(InvalidInput, match="16384"):
        step(plans(data=32768))


def test_the_cluster_is_deterministic() -> None:
    assert np.array_equal(step(DENSE).step_time_s, step(DENSE, machine=CLUSTER).step_time_s)
