"""Operators: FLOP by hand, conservation over cuts, what a token sees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.workload.library import load_model
from studio.workload.model import Attention, Block, MixtureOfExperts
from studio.workload.operators import (
    Share,
    head_operators,
    layer_operators,
    recommendation_operators,
    touched_experts,
    visible_keys,
)


def flops(model_name: str, share: Share) -> float:
    model = load_model(model_name)
    return sum(
        block.count * sum(float(np.ravel(o.flops)[0]) for o in layer_operators(model, block, share))
        for block in model.blocks
    )


def test_flops_of_llama_8b_layer_worked_by_hand() -> None:
    model = load_model("Llama-3-8B")
    share = Share(tokens=4096.0, sequences=1.0, length=4096.0)
    found = {
        o.name: float(np.ravel(o.flops)[0]) for o in layer_operators(model, model.blocks[0], share)
    }
    assert found["qkv"] == 2 * 4096 * 4096 * (4096 + 2 * 1024)
    assert found["ffn up"] == 2 * 4096 * 4096 * 2 * 14336
    assert found["ffn down"] == 2 * 4096 * 14336 * 4096
    assert found["attention"] == 2 * 4096 * (4097 / 2) * 2 * 128 * 32


@pytest.mark.parametrize("name", ["Llama-3-8B", "DeepSeek-V3", "Mixtral-8x7B", "Nemotron-H-56B"])
@pytest.mark.parametrize("tensor", [2, 4, 8])
def test_flops_over_a_tensor_parallel_group_add_up(name: str, tensor: int) -> None:
    alone = flops(name, Share(8192.0, 2.0, 4096.0))
    cut = flops(name, Share(8192.0, 2.0, 4096.0, tensor=tensor))
    # Down-projections of MLA are computed by every rank: never less than the whole.
    assert alone * (1 - 1e-9) <= cut * tensor <= alone * (1.35 if "Deep" in name else 1.02)


@pytest.mark.parametrize("expert", [1, 2, 8])
def test_experts_compute_the_same_rows_however_they_are_spread(expert: int) -> None:
    alone = flops("Mixtral-8x7B", Share(8192.0, 2.0, 4096.0))
    assert flops("Mixtral-8x7B", Share(8192.0, 2.0, 4096.0, expert=expert)) == pytest.approx(alone)


@given(
    length=st.integers(1, 60), prefix=st.integers(0, 60), window=st.integers(0, 40),
)  # fmt: skip
def test_visible_keys_equal_a_direct_count(length: int, prefix: int, window: int) -> None:
    seen = [min(prefix + i, window or 10**9) for i in range(1, length + 1)]
    assert float(visible_keys(float(length), float(prefix), window)) == pytest.approx(np.mean(seen))


def test_touched_experts_grow_to_all_with_tokens() -> None:
    part = MixtureOfExperts(128, 8, 768)
    few = touched_experts(part, Share(1.0, 1.0, 1.0))
    many = touched_experts(part, Share(1e6, 1.0, 1.0))
    assert float(few) == pytest.approx(8.0)
    assert float(many) == pytest.approx(128.0)


def test_absorbed_latent_attention_reads_the_compressed_cache_only() -> None:
    model = load_model("DeepSeek-V3")
    share = Share(64.0, 64.0, 1.0, prefix=4095.0, absorbed=True)
    attention = next(
        o for o in layer_operators(model, model.blocks[1], share) if o.kind == "attention"
    )
    cache = 64 * 4096 * (512 + 64)
    queries = 64 * 128 * (128 + 64)
    assert float(attention.reads) == pytest.approx(cache + queries)


def test_sliding_window_limits_attention() -> None:
    model = load_model("GPT-OSS-120B")
    share = Share(8192.0, 1.0, 8192.0)
    near, far = (
        next(float(o.flops) for o in layer_operators(model, block, share) if o.kind == "attention")
        for block in model.blocks
    )
    assert near < far / 25


def test_head_of_a_vision_model_classifies_samples() -> None:
    model = load_model("ViT-L-16")
    head = head_operators(model, Share(197.0 * 4, 4.0, 197.0))[-1]
    assert float(head.flops) == 2 * 4 * 1024 * 1000


def test_diffusion_transformer_computes_its_modulation() -> None:
    model = load_model("DiT-XL-2")
    names = [o.name for o in layer_operators(model, model.blocks[0], Share(256.0, 1.0, 256.0))]
    assert names[0] == "modulation"


def test_recommendation_model_looks_up_and_multiplies() -> None:
    operators = recommendation_operators(load_model("DLRM-DCNv2"), 1024.0)
    assert operators[0].kind == "gather"
    assert float(operators[0].reads) == 1024 * 26 * 8 * 128
    assert sum(float(o.flops) for o in operators) > 1024 * 1e6


def test_a_block_may_lack_mixer_or_feed_forward() -> None:
    model = load_model("Llama-3-8B")
    only = layer_operators(model, Block(1, Attention(32, 8, 128)), Share(128.0, 1.0, 128.0))
    assert all(o.part == "mixer" for o in only)


def test_chunks_start_anew_and_see_half_of_themselves() -> None:
    # 4 tokens in chunks of 2 see 1, 2, 1, 2 keys: 1.5 in the mean; a sliding window of 2: 1.75.
    assert visible_keys(4.0, 0.0, 2, chunked=True) == pytest.approx(1.5)
    assert visible_keys(4.0, 0.0, 2) == pytest.approx(1.75)
    assert visible_keys(2.0, 0.0, 8, chunked=True) == visible_keys(2.0, 0.0, 0)


def test_llama_4_sees_chunks_in_three_of_four_layers() -> None:
    for name, layers in (("Llama-4-Scout", 48), ("Llama-4-Maverick", 48)):
        blocks = load_model(name).blocks
        chunked = [b for b in blocks if isinstance(b.mixer, Attention) and b.mixer.chunked]
        assert sum(block.count for block in blocks) == layers
        assert sum(block.count for block in chunked) == 36
