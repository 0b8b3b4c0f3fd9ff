"""Time of passes: hand-worked rooflines, terms that add up, and what must never get slower."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.exploration.serving_library import exchange_profile, inference_profile
from studio.exploration.validation.hardware import network_profile
from studio.simulation.inference.engine import Engine, engine_of
from studio.simulation.inference.memory import weight_byte
from studio.simulation.inference.mixing import steady
from studio.simulation.inference.pass_time import TERMS
from studio.simulation.inference.passes import pass_time
from studio.simulation.inference.phases import decode, prefill
from studio.simulation.inference.pieces import PassLoad
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.requests import RequestShape
from studio.simulation.machine import Machine
from studio.workload.library import load_model
from studio.workload.parameters import model_parameters
from tests.simulation.inference.conftest import cloudmatrix, hopper

MODELS = ("Llama-3-8B", "Llama-3-70B", "DeepSeek-V3", "Mixtral-8x7B", "GPT-OSS-120B")


def engine_on(machine: Machine, model: str, plan: InferencePlan) -> Engine:
    family = machine.accelerator.family
    return engine_of(
        machine, load_model(model), plan, inference_profile(family), network_profile(family),
        exchange_profile(family),
    )  # fmt: skip


def test_one_sequence_reads_every_weight_once(engine):
    """Decoding one sequence of Llama 3 8B moves its weights and hardly anything else."""
    instance = engine("Llama-3-8B")
    step = decode(instance, 1.0, 128.0)
    moved = float(np.max(step.pass_time.traffic_byte))
    table = 128_256 * 4096 * 2
    assert moved == pytest.approx(float(weight_byte(instance)) - table, rel=0.02)


def test_decoding_is_never_faster_than_its_traffic_over_rated_bandwidth(engine):
    instance = engine("Llama-3-70B")
    step = decode(instance, np.array([1.0, 64.0, 512.0]), 2048.0)
    bandwidth = instance.machine.accelerator.memory_bandwidth_byte_per_s
    assert np.all(step.step_s > step.pass_time.traffic_byte / bandwidth)


def test_prompts_cost_two_flop_per_parameter_and_token_and_their_attention(engine):
    model = load_model("Llama-3-70B")
    found = prefill(engine(), RequestShape(2048, 1), 1.0)
    body = model_parameters(model).total - 2 * model.vocab * model.hidden
    scores = 80 * 64 * 2048 * (2048 + 1) / 2 * 2 * 256
    expected = 2 * body * 2048 + scores + 2 * model.vocab * model.hidden
    assert np.max(found.pass_time.flops) == pytest.approx(expected, rel=0.01)


def test_decoding_reads_the_latent_cache_once_for_all_heads(engine):
    """64 sequences x 4,096 tokens x 576 elements x 1 byte x 61 layers."""
    found = decode(engine("DeepSeek-V3", InferencePlan(tensor=8.0)), 64.0, 4096.0)
    row = next(r for r in found.pass_time.operators if r.name == "decode attention")
    cache = 64 * 4096 * 576 * 61
    assert float(np.max(row.traffic_byte)) == pytest.approx(cache, rel=0.15)


@pytest.mark.parametrize("model", MODELS)
def test_terms_add_up_to_the_time_of_a_pass(engine, model):
    plan = InferencePlan(tensor=2.0, pipeline=2.0)
    load = PassLoad(sequences=np.array([4.0, 32.0]), context=1000.0, prompt_tokens=256.0,
                    prompt_length=128.0)  # fmt: skip
    one = pass_time(engine(model, plan), load)
    assert set(one.terms) == set(TERMS)
    assert sum(one.terms.values()) == pytest.approx(one.time_s)


def test_a_batch_of_candidates_is_each_candidate_alone(engine):
    instance = engine("DeepSeek-V3", InferencePlan(attention_data=8.0, expert=8.0))
    sizes = np.array([1.0, 7.0, 300.0])
    together = decode(instance, sizes, 3000.0).step_s
    alone = [float(np.max(decode(instance, size, 3000.0).step_s)) for size in sizes]
    assert np.asarray(together) == pytest.approx(alone)


@settings(max_examples=25, deadline=None)
@given(
    model=st.sampled_from(MODELS),
    batch=st.floats(1, 2000),
    context=st.floats(1, 50_000),
    factor=st.floats(1, 8),
)
def test_more_memory_bandwidth_is_never_slower(model, batch, context, factor):
    machine = hopper()
    chip = machine.accelerator
    wider = replace(
        machine,
        accelerator=replace(
            chip, memory_bandwidth_byte_per_s=factor * chip.memory_bandwidth_byte_per_s
        ),
    )
    plan = InferencePlan(tensor=8.0)
    before = decode(engine_on(machine, model, plan), batch, context).step_s
    after = decode(engine_on(wider, model, plan), batch, context).step_s
    assert np.max(after) <= np.max(before) * (1 + 1e-9)


@settings(max_examples=25, deadline=None)
@given(model=st.sampled_from(MODELS), prompt=st.floats(1, 100_000), factor=st.floats(1, 8))
def test_more_compute_is_never_slower(model, prompt, factor):
    machine = hopper()
    chip = machine.accelerator
    faster = {name: factor * rate for name, rate in chip.compute_flops.items()}
    stronger = replace(machine, accelerator=replace(chip, compute_flops=faster))
    plan = InferencePlan(tensor=4.0)
    shape = RequestShape(prompt, 100)
    before = prefill(engine_on(machine, model, plan), shape).ttft_s
    after = prefill(engine_on(stronger, model, plan), shape).ttft_s
    assert np.max(after) <= np.max(before) * (1 + 1e-9)


@settings(max_examples=25, deadline=None)
@given(tokens=st.floats(1, 4096), factor=st.floats(1, 8))
def test_wider_links_are_never_slower_for_experts(tokens, factor):
    machine = cloudmatrix()
    levels = tuple(
        replace(level, bandwidth_byte_per_s=factor * level.bandwidth_byte_per_s)
        for level in machine.levels
    )
    plan = InferencePlan(attention_data=64.0, expert=64.0)
    before = decode(engine_on(machine, "DeepSeek-V3", plan), tokens, 2000.0).step_s
    wider = engine_on(replace(machine, levels=levels), "DeepSeek-V3", plan)
    assert np.max(decode(wider, tokens, 2000.0).step_s) <= np.max(before) * (1 + 1e-9)


@settings(max_examples=20, deadline=None)
@given(model=st.sampled_from(MODELS), small=st.floats(1, 500), more=st.floats(1, 500))
def test_larger_batches_take_longer_steps_and_give_more_tokens(model, small, more):
    found = decode(
        engine_on(hopper(), model, InferencePlan(tensor=8.0)),
        np.array([small, small + more]),
        1000.0,
    )
    slow, fast = np.asarray(found.step_s)[:2]
    assert fast >= slow * (1 - 1e-9)
    few, many = np.asarray(found.tokens_per_s_per_npu)[:2]
    assert many >= few * 0.97


def test_mixing_prompts_into_steps_costs_less_than_passes_of_their_own(engine):
    instance, shape = engine(), RequestShape(300, 300)
    mixed = steady(instance, shape, 64.0)
    alone = decode(instance, 64.0, shape.mean_context)
    fill = prefill(instance, shape, np.inf)
    own = 64.0 * shape.prompt / shape.output / fill.tokens_per_s_per_npu
    assert np.max(mixed.tpot_s) < np.max(alone.tpot_s + own)


def test_prompts_come_whole_so_that_few_steps_carry_one(engine):
    """Two sequences of 600 tokens after 300: one step in 300 carries a prompt, the others none."""
    instance, shape = engine("GPT-OSS-120B"), RequestShape(300, 600)
    found = steady(instance, shape, 2.0)
    load = PassLoad(sequences=2.0, context=shape.mean_context, prompt_tokens=300.0,
                    prompt_length=300.0)  # fmt: skip
    carrying = pass_time(instance, load).time_s
    assert np.max(found.step_s) == pytest.approx(
        np.max(carrying / 300 + found.decode.step_s * 299 / 300)
    )
    assert np.max(carrying) > 1.2 * np.max(found.decode.step_s)


def test_a_single_rank_communicates_nothing(engine):
    one = decode(engine("Mixtral-8x7B"), 8.0, 500.0).pass_time
    assert one.terms["all_reduce"] == 0
    assert one.terms["dispatch_combine"] == 0


def test_perfect_balance_is_faster_than_the_default(engine):
    machine = cloudmatrix(16)
    plan = InferencePlan(attention_data=32.0, expert=32.0)
    level = replace(plan, is_balanced=True)
    shape = RequestShape(4096, 1)
    default = prefill(engine("DeepSeek-R1", plan, "int8", machine), shape, np.inf)
    perfect = prefill(engine("DeepSeek-R1", level, "int8", machine), shape, np.inf)
    assert np.max(perfect.tokens_per_s_per_npu) > 1.02 * np.max(default.tokens_per_s_per_npu)


@pytest.mark.parametrize("redundant", [1, 8, 32, 128])
def test_experts_held_twice_cost_memory_and_level_the_load(engine, redundant):
    plain = engine("DeepSeek-V3", InferencePlan(attention_data=32.0, expert=32.0))
    levelled_ = replace(plain, plan=replace(plain.plan, redundant_experts=redundant))
    load = PassLoad(sequences=256.0, context=1000.0)
    assert pass_time(levelled_, load).time_s < pass_time(plain, load).time_s
    assert weight_byte(levelled_) >= weight_byte(plain)
