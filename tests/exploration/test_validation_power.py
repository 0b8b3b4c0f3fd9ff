"""Rows of published power: limits, cooling, scopes and words never seen before."""

from __future__ import annotations

import pytest

from studio.exploration.validation.power import predict

H100 = {"hw": "NVIDIA H100-SXM5-80GB", "hw_family": "NVIDIA-Hopper", "primary_metric": "power_w"}
NODE = H100 | {"units": "8", "scope": "8-GPU node", "workload": "MLPerf training gpt3"}


def watts(row: dict[str, str], **columns: str) -> float:
    found = predict(row | columns)
    assert found.value is not None, found.reason
    return found.value


def test_a_training_node_lies_between_its_chips_and_its_rating():
    assert 5600 < watts(NODE) < 10200


def test_a_power_limit_bounds_the_chips():
    limited = watts(NODE, hw="NVIDIA H100-SXM5-80GB power-capped")
    assert watts(NODE) - limited > 8 * 300


def test_liquid_cooling_saves_fans():
    air = watts(NODE)
    assert 0.85 * air < watts(NODE, hw="NVIDIA H100-SXM5-80GB, liquid cooled") < 0.97 * air


def test_supplies_count_as_the_row_states_them():
    poor = watts(NODE, measurement_point="node telemetry; conversion_eff 0.80 logged")
    good = watts(NODE, measurement_point="node telemetry; conversion_eff 0.96 logged")
    assert poor / good == pytest.approx(0.96 / 0.80)


def test_idle_is_far_below_load_and_above_the_chips_alone():
    idle = watts(NODE, workload="near idle, models loaded/unloaded")
    assert 8 * 70 < idle < 0.5 * watts(NODE)


@pytest.mark.parametrize("scope", ["GPU mean", "chip"])
def test_one_chip_stays_within_its_rating(scope):
    assert 70 <= watts(NODE, scope=scope) <= 700


def test_sixteen_accelerators_are_two_nodes():
    assert watts(NODE, units="16") == pytest.approx(2 * watts(NODE))


def test_work_it_has_no_name_for_is_answered_with_a_word_of_doubt():
    found = predict(NODE | {"workload": "molecular dynamics"})
    assert found.value is not None
    assert "lower confidence" in found.reason


def test_what_has_no_answer_says_why():
    assert predict(H100 | {"hw": "abacus", "hw_family": ""}).reason.startswith("no ratings for")
    assert "how many" in predict(H100 | {"workload": "HPL", "scope": "machine"}).reason
    assert "how long" in predict(H100 | {"workload": "pre-training total",
                                         "primary_metric": "energy"}).reason  # fmt: skip
    assert "not modelled" in predict(H100 | {"primary_metric": "qualitative"}).reason


LLAMA = H100 | {
    "hw": "NVIDIA A100-SXM4-80GB", "hw_family": "NVIDIA-A100", "scope": "GPU mean",
    "workload": "prefill then decode", "model": "Llama-2-70B", "layers": "80", "hidden": "8192",
    "heads": "64", "kv_heads": "8", "head_dim": "128", "ffn": "28672", "gated_ffn": "1",
    "vocab": "32000", "experts": "0", "precision": "fp16", "isl": "512", "osl": "128",
    "batch_or_concurrency": "1", "primary_metric": "power_fraction_of_tdp_avg",
}  # fmt: skip


@pytest.mark.parametrize(("tp", "share"), [("2", 0.74), ("4", 0.60), ("8", 0.43)])
def test_decoding_draws_less_the_more_accelerators_share_it(tp, share):
    """Means of Splitwise's measurements on A100; prompts reach the rated power."""
    found = watts(LLAMA, tp=tp, units=tp)
    assert found == pytest.approx(share, rel=0.15)
    peak = watts(LLAMA, tp=tp, units=tp, primary_metric="power_fraction_of_tdp_peak")
    assert found < peak <= 1.0


SERVED = H100 | {
    "units": "1", "scope": "GPUs only (NVML)", "workload": "vLLM serving, task chat",
    "model": "Llama-3-8B", "precision": "bfloat16", "tp": "1", "osl": "400",
    "batch_or_concurrency": "max_num_seqs 8, mean running batch 8.0", "primary_metric": "energy",
}  # fmt: skip
"""A serving benchmark whose prompts are left out."""


def test_filling_in_code_sends_a_whole_file_and_costs_more_a_token():
    chat, code = watts(SERVED), watts(SERVED, workload="vLLM serving, task sourcegraph-fim")
    assert 1.2 * chat < code == pytest.approx(watts(SERVED, isl="3000"))


def test_without_a_batch_as_many_are_served_as_memory_allows():
    many = watts(SERVED, batch_or_concurrency="mean running batch 1000000")
    assert watts(SERVED, batch_or_concurrency="") == pytest.approx(many)
    assert many < 0.5 * watts(SERVED)


def test_a_model_too_large_for_its_machine_was_measured_all_the_same():
    """405 billion weights of two bytes on one GPU: read once for eight sequences, not for one."""
    large = SERVED | {"model": "Llama-3.1-405B"}
    alone = watts(large, batch_or_concurrency="mean running batch 1")
    assert watts(large) == pytest.approx(alone / 8, rel=0.2)
