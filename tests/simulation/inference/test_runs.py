"""Runs that end: outputs of different lengths, and an instance that empties."""

from __future__ import annotations

from math import expm1

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.simulation.inference.batches import in_flight
from studio.simulation.inference.mixing import mixed
from studio.simulation.inference.phases import decode
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.requests import Limits, RequestShape
from studio.simulation.inference.runs import Run, emptying_s, measured_share, run_rate
from studio.simulation.inference.serving import serve

EQUAL = RequestShape(1000, 1000)
UNEQUAL = RequestShape(1000, 1000, longest=8000)


@given(mean=st.floats(10, 5000), ratio=st.floats(1.5, 50))
def test_outputs_of_all_lengths_have_the_mean_that_was_asked_for(mean, ratio):
    """The mean of a length is what is left of it, added up over tokens."""
    shape = RequestShape(100, mean, longest=mean * ratio)
    edges = np.linspace(0, shape.longest, 20_001)
    middle = (edges[1:] + edges[:-1]) / 2
    total = float(np.sum(shape.left(middle)) * (edges[1] - edges[0]))
    assert total == pytest.approx(mean, rel=1e-3)


def test_long_outputs_are_older_when_one_looks_at_them():
    """Equal outputs are half done in the mean; without a limit, as much is behind as the mean."""
    assert EQUAL.mean_age == 500
    assert RequestShape(1000, 1000, longest=1e6).mean_age == pytest.approx(1000, rel=1e-3)
    assert 500 < UNEQUAL.mean_age < 1000


def test_age_by_hand_where_outputs_are_cut_off():
    """s (1 - exp(-c / s)) = m; then E[L^2] / 2 m = s^2 (1 - exp(-c / s) (1 + c / s)) / m."""
    scale = 2000.0
    cut = 2.0
    mean = scale * -expm1(-cut)
    shape = RequestShape(10, mean, longest=cut * scale)
    by_hand = scale**2 * (1 - np.exp(-2) * 3) / mean
    assert shape.mean_age == pytest.approx(by_hand, rel=1e-6)


def test_equal_outputs_empty_an_instance_in_one_go(engine):
    instance = engine()
    spent = emptying_s(instance, EQUAL, np.array([16.0]))[0]
    step = float(decode(instance, 16.0, EQUAL.mean_context).tpot_s)
    assert spent == pytest.approx(1000 * step, rel=1e-3)


def test_a_long_tail_keeps_an_instance_busy_with_few(engine):
    instance = engine()
    slow = float(decode(instance, 1.0, 1000.0).tpot_s)
    spent = emptying_s(instance, UNEQUAL, np.array([64.0]))[0]
    equal = emptying_s(instance, EQUAL, np.array([64.0]))[0]
    assert spent > equal
    assert spent > 0.5 * 8000 * slow


def test_a_run_without_end_measures_the_service_itself(engine):
    instance = engine()
    endless = run_rate(instance, UNEQUAL, Run(1e9))
    assert measured_share(instance, UNEQUAL, Run(), 64.0) == 1.0
    full = mixed(instance, UNEQUAL, in_flight(instance, UNEQUAL)).tokens_per_s_per_npu
    assert endless == pytest.approx(float(full), rel=1e-3)
    assert run_rate(instance, UNEQUAL, Run(600.0)) < endless


@settings(max_examples=20, deadline=None)
@given(seconds=st.floats(10, 1e5), factor=st.floats(1, 20))
def test_a_longer_run_never_measures_less(runs_engine, seconds, factor):
    short = run_rate(runs_engine, UNEQUAL, Run(seconds))
    assert run_rate(runs_engine, UNEQUAL, Run(seconds * factor)) >= short * 0.97


def test_more_requests_make_a_run_longer_and_never_slower(engine):
    instance = engine(plan=InferencePlan(tensor=8.0))
    few = run_rate(instance, UNEQUAL, Run(1.0, requests=50))
    many = run_rate(instance, UNEQUAL, Run(1.0, requests=5000))
    assert many > few > 0


def test_arrivals_of_a_short_run_are_counted_to_the_last_token(engine):
    instance, limits = engine(), Limits(tpot_s=0.05)
    service = serve(instance, UNEQUAL, limits)
    short = serve(instance, UNEQUAL, limits, run=Run(600.0))
    share = measured_share(instance, UNEQUAL, Run(600.0), service.sequences)
    assert 0 < share < 1
    rates = short.tokens_per_s_per_npu / service.tokens_per_s_per_npu
    assert rates == pytest.approx(share)


@pytest.fixture(scope="module")
def runs_engine():
    from studio.exploration.serving_library import exchange_profile, inference_profile
    from studio.exploration.validation.hardware import network_profile
    from studio.simulation.inference.engine import engine_of
    from studio.workload.library import load_model
    from tests.simulation.inference.conftest import hopper

    family = hopper().accelerator.family
    return engine_of(
        hopper(), load_model("Llama-3-70B"), InferencePlan(tensor=2.0), inference_profile(family),
        network_profile(family), exchange_profile(family),
    )  # fmt: skip
