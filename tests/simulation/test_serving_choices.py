"""Every choice of a serving scenario moves what it should, on both drawn systems."""

from __future__ import annotations

from functools import cache

import pytest

from studio import api
from studio.errors import InvalidInput
from studio.simulation.result import SimResult

SYSTEMS = ("cloudmatrix-384", "gb200-nvl72")


@cache
def served(system: str, **choices: float | str) -> SimResult:
    design = api.load(system)
    for name, value in choices.items():
        design = design.edit(["scenarios", "decode-r1", name], value)
    return design.simulate("decode-r1")


def more_output(low: SimResult, high: SimResult) -> bool:
    return high.tokens_per_s_per_npu > low.tokens_per_s_per_npu * (1 + 1e-9)


def later_first_token(low: SimResult, high: SimResult) -> bool:
    return high.ttft_s > low.ttft_s * (1 + 1e-9)


def slower_user(low: SimResult, high: SimResult) -> bool:
    return high.headline_s > low.headline_s * (1 + 1e-9)


def more_memory(low: SimResult, high: SimResult) -> bool:
    return high.memory.used_byte > low.memory.used_byte * (1 + 1e-9)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    ("low", "high", "moves"),
    [
        ({"chunk_tokens": 512}, {"chunk_tokens": 8192}, more_output),
        ({"chunk_tokens": 512}, {"chunk_tokens": 8192}, more_memory),
        ({"chunk_tokens": 8192}, {"chunk_tokens": 512}, later_first_token),
        ({"prefill_share": 0.1}, {"prefill_share": 0.4}, more_output),
        ({"prefix_cache_hit": 0.0}, {"prefix_cache_hit": 0.5}, more_output),
        ({"prefix_cache_hit": 0.5}, {"prefix_cache_hit": 0.0}, later_first_token),
        ({"mtp_tokens": 1, "mtp_acceptance": 0.9}, {"mtp_tokens": 1, "mtp_acceptance": 0.3},
         slower_user),
        ({"mtp_tokens": 1, "mtp_acceptance": 0.9}, {"mtp_tokens": 0}, slower_user),
        ({"mtp_tokens": 0}, {"mtp_tokens": 1}, more_memory),
        ({"kv_precision": "fp8"}, {"kv_precision": "bf16"}, slower_user),
        ({"kv_precision": "fp8"}, {"kv_precision": "bf16"}, more_memory),
        ({"expert_imbalance": 0.05}, {"expert_imbalance": 1.0}, later_first_token),
        ({"redundant_experts": 64}, {"redundant_experts": 0}, later_first_token),
        ({"redundant_experts": 0}, {"redundant_experts": 128}, more_memory),
        ({"batch_per_npu": 16}, {"batch_per_npu": 96}, slower_user),
        ({"input_tokens": 1024}, {"input_tokens": 8192}, later_first_token),
    ],
)  # fmt: skip
def test_a_choice_moves_the_figure_it_is_made_for(system, low, high, moves):
    assert moves(served(system, **low), served(system, **high))


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_sliding_window_holds_less_than_full_attention(system):
    """GPT-OSS looks back 128 tokens in half of its layers; its cache grows half as fast."""
    choices = {"model": "GPT-OSS-120B", "ep": 8, "batch_per_npu": 4, "mtp_tokens": 0}
    short, long = (
        {term.name: term.byte for term in
         served(system, input_tokens=tokens, **choices).memory.terms}["KV cache"]
        for tokens in (4096, 16384)
    )  # fmt: skip
    full = 36 * 2 * 8 * 64 * 2 * 4 * (16384 - 4096)
    assert long - short == pytest.approx(full / 2, rel=0.01)


@pytest.mark.parametrize(
    ("field", "value"),
    [("redundant_experts", 300), ("redundant_experts", -1), ("expert_imbalance", -0.5),
     ("chunk_tokens", -5), ("prefix_cache_hit", 1.5), ("mtp_tokens", -1),
     ("mtp_tokens", 10**12), ("batch_per_npu", 1e-6), ("batch_per_npu", 1e308)],
)  # fmt: skip
def test_impossible_choices_name_the_nearest_valid(field, value):
    with pytest.raises(InvalidInput, match="nearest valid"):
        served("cloudmatrix-384", **{field: value})


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [("tp", -2, "tp is -2; 0 to"), ("pp", -1, "pp is -1; 0 to"), ("dp", -1, "dp is -1; 0 to"),
     ("prefill_tp", -1, "prefill_tp is -1; 0 to"), ("ep", 10**6, "needs 1000000 devices"),
     ("ep", 10**12, "ep is 1000000000000; 0 to")],
)  # fmt: skip
def test_an_impossible_degree_is_named_whatever_the_batch(field, value, named):
    with pytest.raises(InvalidInput, match=named):
        served("cloudmatrix-384", **{field: value})


@pytest.mark.parametrize(
    ("share", "nearest"),
    [(2.0, "58.3%"), (1.0, "58.3%"), (0.9999, "58.3%"), (-0.5, "0.0%"), (1e-9, "0.3%")],
)
def test_a_share_for_prefill_that_leaves_nothing_names_the_nearest(share, nearest):
    """An instance of CloudMatrix 384 takes 160 of its 384 NPUs."""
    with pytest.raises(InvalidInput, match=f"nearest valid: {nearest}"):
        served("cloudmatrix-384", prefill_share=share)


def test_phases_that_take_turns_say_so():
    """72 NPUs hold one instance of 72: it prefills and decodes in turn; 160 of 384 decode alone."""
    turns = served("gb200-nvl72").phases
    assert [phase.shared_npus for phase in turns] == [72, 72]
    assert sum(phase.npus for phase in turns) == 72
    assert turns[1].place == f"on all 72 NPUs, {turns[1].npus / 72:.0%} of the time"
    apart = served("cloudmatrix-384").phases
    assert [phase.shared_npus for phase in apart] == [0, 0]
    assert apart[1].place == "on 160 NPUs"


def test_a_model_that_does_not_fit_says_over_how_many_devices_it_would():
    """671 GB of INT8 weights against 63 GB a device: 16 devices, the next power of two."""
    found = served("cloudmatrix-384", npus=1, ep=0, redundant_experts=0)
    assert not found.memory.fits
    assert "over 16 devices" in found.memory.remedy
