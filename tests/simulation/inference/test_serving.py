"""Batches under limits, waves of equal requests, drafts, and splitting prefill from decode."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.errors import InvalidInput
from studio.simulation.inference.batches import in_flight, largest_batch, largest_within
from studio.simulation.inference.disaggregation import disaggregate
from studio.simulation.inference.phases import decode
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.requests import Limits, RequestShape
from studio.simulation.inference.serving import offline_rate, serve
from studio.simulation.inference.speculative import Speculation, accepted_tokens
from tests.simulation.inference.conftest import hopper


def test_accepted_drafts_are_a_geometric_sum():
    assert accepted_tokens(1, 0.7) == pytest.approx(1.7)
    assert accepted_tokens(3, 0.5) == pytest.approx(1.875)
    assert accepted_tokens(0, 0.9) == 1


@pytest.mark.parametrize(("drafts", "chance"), [(-1, 0.5), (1, 1.2), (1, -0.1)])
def test_impossible_drafts_name_the_nearest_valid(drafts, chance):
    with pytest.raises(InvalidInput, match="nearest valid"):
        accepted_tokens(drafts, chance)


def test_drafts_pay_when_memory_limits_decoding(engine):
    instance = engine("Llama-3-70B")
    plain = decode(instance, 4.0, 1000.0)
    drafted = decode(replace(instance, drafts=1), 4.0, 1000.0, Speculation(1, 0.7))
    assert np.max(drafted.tpot_s) < np.max(plain.tpot_s)


@given(limit=st.floats(0, 200), most=st.integers(1, 5000))
def test_largest_within_finds_the_last_batch_below_a_rising_limit(limit, most):
    found = largest_within(lambda _, batch: 0.1 * batch, np.array([float(most)]), limit)[0]
    assert found == min(most, int(np.floor(limit / 0.1 + 1e-9))) or abs(found * 0.1 - limit) < 0.11


def test_largest_batch_meets_the_limit_and_the_next_does_not(engine):
    instance, shape = engine(), RequestShape(1000, 1000)
    batch = largest_batch(instance, shape, Limits(tpot_s=0.03))
    assert 1 <= batch < in_flight(instance, shape)
    assert np.max(decode(instance, batch, shape.mean_context).tpot_s) <= 0.03
    assert np.max(decode(instance, batch + 1, shape.mean_context).tpot_s) > 0.03


@settings(max_examples=15, deadline=None)
@given(factor=st.floats(1, 4))
def test_more_memory_never_serves_less(engine_factory, factor):
    machine = hopper()
    chip = machine.accelerator
    larger = replace(machine, accelerator=replace(chip, memory_byte=factor * chip.memory_byte))
    shape = RequestShape(2000, 500)
    before = offline_rate(engine_factory(machine=machine), shape)
    assert offline_rate(engine_factory(machine=larger), shape) >= before * 0.999


@pytest.fixture(scope="module")
def engine_factory():
    from studio.exploration.serving_library import exchange_profile, inference_profile
    from studio.exploration.validation.hardware import network_profile
    from studio.simulation.inference.engine import engine_of
    from studio.workload.library import load_model

    def make(machine):
        family = machine.accelerator.family
        return engine_of(
            machine, load_model("Llama-3-70B"), InferencePlan(), inference_profile(family),
            network_profile(family), exchange_profile(family),
        )  # fmt: skip

    return make


def test_few_requests_deliver_less_than_many(engine):
    instance, shape = engine(), RequestShape(500, 500)
    few, many = offline_rate(instance, shape, 10), offline_rate(instance, shape, 10_000)
    assert few < many


def test_nothing_is_delivered_when_nothing_fits(engine):
    instance = engine("Llama-3.1-405B")
    assert offline_rate(instance, RequestShape(100, 100)) == 0
    found = serve(instance, RequestShape(100, 100), Limits(0.1, 1.0))
    assert found.limited_by == "nothing fits"
    assert found.tokens_per_s_per_npu == 0


def test_tighter_first_token_limits_lower_the_rate(engine):
    instance = engine("Llama-3.1-405B", InferencePlan(tensor=8.0))
    shape = RequestShape(9428, 650)
    rates = [
        serve(instance, shape, Limits(0.175, ttft)).tokens_per_s_per_npu
        for ttft in (3.0, 6.0, 60.0)
    ]
    assert rates == sorted(rates)
    assert rates[0] < rates[-1]


@pytest.mark.parametrize("limits", [Limits(0.0, 1.0), Limits(0.1, -1.0)])
def test_limits_must_be_positive(engine, limits):
    with pytest.raises(InvalidInput, match="above 0"):
        serve(engine(), RequestShape(100, 100), limits)


def test_split_keeps_both_sides_busy():
    """4,000 prompt tokens at 8,000/s take 0.5 s, 1,000 outputs at 1,000/s take 1 s: one third."""
    split = disaggregate(8000, 1000, 4000, 1000, cache_byte_per_request=300e6, link_byte_per_s=1e9)
    assert split.prefill_share == pytest.approx(1 / 3)
    assert split.tokens_per_s_per_npu == pytest.approx(1000 * 2 / 3)
    assert split.transfer_s == pytest.approx(0.3)
    assert split.transfer_byte_per_s_per_npu == pytest.approx(300e6)


def test_split_refuses_a_rate_of_nothing():
    with pytest.raises(InvalidInput, match="prefill rate"):
        disaggregate(0, 1, 1, 1)
