"""Prompts in the steps of decoding: batch under a limit, time to first token, never for free."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.exploration.serving_library import exchange_profile, inference_profile
from studio.exploration.validation.hardware import network_profile
from studio.simulation.inference.batches import largest_batch
from studio.simulation.inference.engine import engine_of
from studio.simulation.inference.mixing import mixed, steady
from studio.simulation.inference.phases import decode
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.requests import Limits, RequestShape
from studio.workload.library import load_model
from tests.simulation.inference.conftest import hopper


def test_the_next_batch_would_miss_the_objective(engine):
    instance, shape = engine("Llama-3-70B", InferencePlan(tensor=8.0)), RequestShape(1000, 200)
    batch = largest_batch(instance, shape, Limits(tpot_s=0.03), with_prompts=True)
    assert batch >= 1
    assert mixed(instance, shape, batch).tpot_s <= 0.03
    assert mixed(instance, shape, batch + 1).tpot_s > 0.03


def test_a_prompt_waits_for_half_a_step_and_is_carried_by_the_passes_it_needs(engine):
    """1,000 tokens beside 10 that decode, 260 a pass: 250 of each are the prompt's, four passes."""
    instance = engine("Llama-3-8B")
    instance = replace(
        instance, profile=msgspec.structs.replace(instance.profile, pass_tokens=260.0)
    )
    found = mixed(instance, RequestShape(1000, 1000), 10.0)
    each = float(found.carrying.time_s)
    assert found.ttft_s == pytest.approx(float(found.step_s) / 2 + 4 * each)


@settings(max_examples=30, deadline=None)
@given(
    batch=st.floats(1, 400),
    prompt=st.floats(1, 20000),
    output=st.floats(1, 4000),
    cached=st.floats(0, 1),
)
def test_prompts_never_speed_decoding_up(llama, batch, prompt, output, cached):
    shape = RequestShape(prompt, output, cached)
    found = steady(llama, shape, batch)
    alone = decode(llama, batch, shape.mean_context)
    assert found.step_s >= alone.step_s * (1 - 1e-9)
    assert 0 <= found.prompt_share < 1
    assert np.isfinite(found.ttft_s)
    assert found.ttft_s > 0


@pytest.fixture(scope="module")
def llama():
    family = "nvidia-hopper"
    return engine_of(
        hopper(), load_model("Llama-3-8B"), InferencePlan(), inference_profile(family),
        network_profile(family), exchange_profile(family),
    )  # fmt: skip
