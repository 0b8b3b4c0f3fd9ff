"""Serving memory against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from studio.simulation.inference.memory import (
    cache_byte_per_token,
    sequence_byte,
    sequence_capacity,
    serving_memory,
    weight_byte,
)
from studio.simulation.inference.plan import InferencePlan
from studio.workload.library import load_model


def test_cache_of_grouped_queries_is_two_vectors_per_kv_head_and_layer():
    """Llama 3 70B: 80 layers x 8 heads x 128 x 2 (keys, values) x 2 bytes = 320 KiB."""
    assert cache_byte_per_token(load_model("Llama-3-70B"), 2.0) == 327_680


def test_cache_of_latent_attention_is_one_compressed_vector_per_layer():
    """DeepSeek-V3: 61 layers x (512 + 64) x 2 bytes."""
    assert cache_byte_per_token(load_model("DeepSeek-V3"), 2.0) == 70_272


def test_cache_is_cut_over_tensor_parallelism_down_to_one_head():
    model = load_model("Llama-3-70B")
    cut = cache_byte_per_token(model, 1.0, np.array([1.0, 8.0, 16.0]))
    np.testing.assert_array_equal(cut, [163_840, 20_480, 20_480])


def test_latent_cache_is_repeated_over_tensor_parallelism():
    model = load_model("DeepSeek-V3")
    assert cache_byte_per_token(model, 1.0, 8.0) == cache_byte_per_token(model, 1.0, 1.0)


def test_weights_of_a_dense_model_in_fp8(engine):
    """70.55e9 parameters: 2.10e9 in embedding and head at 2 bytes, the rest at 1 byte."""
    assert weight_byte(engine()) == pytest.approx(68.45e9 + 2 * 2.10e9, rel=0.005)


def test_experts_are_spread_and_attention_is_repeated(engine):
    plan = InferencePlan(attention_data=8.0, expert=8.0)
    spread = weight_byte(engine("DeepSeek-V3", plan))
    whole = weight_byte(engine("DeepSeek-V3"))
    experts = 58 * 256 * 3 * 7168 * 2048
    assert whole - spread == pytest.approx(experts * 7 / 8, rel=0.01)


def test_window_bounds_the_cache_of_its_layers(engine):
    """GPT-OSS-120B: 18 of 36 layers keep at most 128 tokens of 2 x 8 x 64 elements."""
    instance = engine("GPT-OSS-120B", precision="mxfp4")
    per_layer = 2 * 8 * 64 * instance.numbers.cache_byte
    expected = 18 * per_layer * (10_000 + 128)
    assert sequence_byte(instance, 10_000.0) == pytest.approx(expected)


def test_state_space_layers_do_not_grow_with_the_sequence(engine):
    instance = engine("Nemotron-3-Super-120B-A12B")
    growth = sequence_byte(instance, 20_000.0) - sequence_byte(instance, 10_000.0)
    attention = 8 * 2 * 2 * 128 * 10_000 * instance.numbers.cache_byte
    assert growth == pytest.approx(attention)


def test_capacity_is_what_is_left_over_the_cache_of_one_sequence(engine):
    instance = engine()
    room = sequence_capacity(instance, 2048.0, 8192.0)
    full = serving_memory(instance, room, 2048.0, 8192.0)
    assert full.total == pytest.approx(full.usable)
    assert full.fits == 1
    assert serving_memory(instance, room * 1.01, 2048.0, 8192.0).fits == 0


def test_a_model_too_large_holds_no_sequence(engine):
    assert sequence_capacity(engine("Llama-3.1-405B"), 1024.0, 8192.0) == 0
