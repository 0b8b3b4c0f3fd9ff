"""Operator times: rooflines, quantisation, limits."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.simulation.compute.roofline import operator_time, operator_times, product_time_s
from studio.workload.library import load_profile, profiles
from studio.workload.operators import Operator, gemm, vector
from studio.workload.precision import number_format
from tests.simulation.training.machines import H100

PROFILE = load_profile("nvidia-hopper", "megatron-2024")
BF16 = number_format("bf16")


def efficiency(m: float, n: float, k: float) -> float:
    time = float(np.asarray(product_time_s(m, n, k, 1.0, H100, PROFILE, BF16)))
    return 2 * m * n * k / time / H100.compute_flops["bf16"]


def test_large_product_reaches_the_sustained_share() -> None:
    assert efficiency(16384, 16384, 16384) == pytest.approx(
        PROFILE.matrix_efficiency("bf16"), rel=0.06
    )


def test_no_product_beats_the_sustained_share() -> None:
    for m, n, k in ((1, 1, 1), (130, 260, 64), (4096, 4096, 4096), (100000, 8, 8)):
        assert 0 < efficiency(m, n, k) <= PROFILE.matrix_efficiency("bf16")


def test_a_row_past_a_tile_costs_a_tile() -> None:
    at, past = efficiency(128 * 132, 256, 4096), efficiency(128 * 132 + 1, 256, 4096)
    assert past < at


@settings(max_examples=30)
@given(m=st.integers(1, 5000), more=st.integers(0, 3000))
def test_more_rows_are_never_faster(m: int, more: int) -> None:
    few = operator_time(gemm("x", m, 1024, 1024, "dense"), H100, PROFILE)
    many = operator_time(gemm("x", m + more, 1024, 1024, "dense"), H100, PROFILE)
    assert float(np.asarray(many.forward_s)) >= float(np.asarray(few.forward_s)) - 1e-12


def test_one_row_is_bound_by_its_weights() -> None:
    time = operator_time(gemm("decode", 1.0, 8192, 8192, "dense"), H100, PROFILE)
    weights = 8192 * 8192 * 2 / (3.35e12 * PROFILE.hbm_efficiency)
    assert float(np.asarray(time.forward.memory_s)) == pytest.approx(weights, rel=0.01)
    assert float(np.asarray(time.forward_s)) >= weights


def test_weights_of_four_bits_are_read_faster() -> None:
    operator = gemm("decode", 1.0, 8192, 8192, "dense")
    whole = operator_time(operator, H100, PROFILE)
    quarter = operator_time(operator, H100, PROFILE, weight_precision="int4")
    assert float(np.asarray(quarter.forward.memory_s)) < 0.3 * float(
        np.asarray(whole.forward.memory_s)
    )


def test_vector_work_is_traffic_and_a_launch() -> None:
    profile = msgspec.structs.replace(PROFILE, vector_traffic=1.0, kernel_gap_s=1e-6)
    time = operator_time(vector("norm", 1e9, 1e9), H100, profile)
    traffic = 4e9 / (3.35e12 * profile.hbm_efficiency)
    assert float(np.asarray(time.forward_s)) == pytest.approx(traffic + 1e-6)


@pytest.mark.parametrize("family", list(profiles()))
def test_every_profile_gives_finite_times(family: str) -> None:
    for profile in profiles()[family].values():
        time = operator_time(gemm("x", 4096.0, 4096, 4096, "dense"), H100, profile, "fp8")
        assert np.isfinite(np.asarray(time.forward_s + time.backward_s)).all()


def test_products_of_one_expert_are_one_product() -> None:
    """Draining between products costs (1/e - 1) of all but the last: hand-worked for 1 and 4."""
    profile = msgspec.structs.replace(PROFILE, grouped_efficiency=0.5, kernel_gap_s=0.0)

    def busy(groups: float) -> float:
        size = 8192.0 / groups
        one = Operator(
            "x", "grouped-gemm", size, 8192.0, 8192.0, groups, groups * 8192 * 8192,
            8192 * 8192, 8192 * 8192,
        )  # fmt: skip
        return float(np.asarray(operator_time(one, H100, profile).forward.compute_s))

    plain = operator_time(gemm("x", 8192.0, 8192, 8192, "dense"), H100, profile)
    assert busy(1.0) == pytest.approx(float(np.asarray(plain.forward.compute_s)))
    assert busy(4.0) == pytest.approx(1.75 * busy(1.0))


def test_gradients_multiply_the_same_sides_and_sum_weights_in_fp32() -> None:
    m, n, k = 4096.0, 8192, 1024
    time = operator_time(gemm("x", m, n, k, "dense"), H100, PROFILE)
    streaming = 3.35e12 * PROFILE.hbm_efficiency
    for one in (time.forward, time.input_gradient, time.weight_gradient):
        assert float(np.asarray(one.flops)) == 2 * m * n * k
    summed = (n * k * 8 + (m * k + m * n) * 2) / streaming
    assert float(np.asarray(time.weight_gradient.memory_s)) == pytest.approx(summed)
    by_weight = product_time_s(k, n, m, 1.0, H100, PROFILE, BF16)
    assert float(np.asarray(time.weight_gradient.compute_s)) == pytest.approx(
        float(np.asarray(by_weight))
    )


def test_many_operators_at_once_are_each_alone() -> None:
    some = (
        gemm("a", np.array([64.0, 4096.0]), 1024, 4096, "dense"),
        vector("b", 1e6, 1e6),
        gemm("c", 128.0, np.array([512.0, 2048.0]), 1024, "dense", quantised=False),
    )
    for one, found in zip(some, operator_times(some, H100, PROFILE, "fp8"), strict=True):
        alone = operator_time(one, H100, PROFILE, "fp8")
        np.testing.assert_allclose(found.forward_s, alone.forward_s)
        np.testing.assert_allclose(found.backward_s, alone.backward_s)
