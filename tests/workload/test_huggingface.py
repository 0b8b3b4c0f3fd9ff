"""Import of config.json: known architectures, and hostile bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidInput
from studio.workload.huggingface import model_from_config
from studio.workload.library import load_model
from studio.workload.parameters import model_parameters

LLAMA = {
    "model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "vocab_size": 128256,
    "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336,
    "tie_word_embeddings": False,
}  # fmt: skip
DEEPSEEK = {
    "model_type": "deepseek_v3", "hidden_size": 7168, "num_hidden_layers": 61,
    "vocab_size": 129280, "num_attention_heads": 128, "num_key_value_heads": 128,
    "intermediate_size": 18432, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64, "v_head_dim": 128, "n_routed_experts": 256, "num_experts_per_tok": 8,
    "n_shared_experts": 1, "moe_intermediate_size": 2048, "first_k_dense_replace": 3,
    "num_nextn_predict_layers": 1, "tie_word_embeddings": False,
}  # fmt: skip
NEMOTRON = {
    "model_type": "nemotron_h", "hidden_size": 2688, "num_hidden_layers": 52, "vocab_size": 131072,
    "num_attention_heads": 32, "num_key_value_heads": 2, "head_dim": 128,
    "hybrid_override_pattern": "ME" * 23 + "*" * 6, "mamba_num_heads": 64, "mamba_head_dim": 64,
    "ssm_state_size": 128, "n_groups": 8, "n_routed_experts": 128, "num_experts_per_tok": 6,
    "moe_intermediate_size": 1856, "n_shared_experts": 1,
    "moe_shared_expert_intermediate_size": 3712,
}  # fmt: skip


def encoded(fields: dict[str, object]) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    ("fields", "name"),
    [(LLAMA, "Llama-3-8B"), (DEEPSEEK, "DeepSeek-V3"), (NEMOTRON, "Nemotron-3-Nano-30B-A3B")],
)
def test_import_gives_the_model_of_the_library(fields: dict[str, object], name: str) -> None:
    found = model_parameters(model_from_config(encoded(fields)))
    assert found.total == pytest.approx(model_parameters(load_model(name)).total, rel=1e-6)


def test_import_reads_alternating_windows() -> None:
    kinds = ["sliding_attention", "full_attention"] * 16
    model = model_from_config(encoded(LLAMA | {"sliding_window": 128, "layer_types": kinds}))
    assert [block.count for block in model.blocks] == [16, 16]
    assert model.blocks[0].mixer.window == 128  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hidden_size": None}, "hidden_size"),
        ({"hidden_size": -1}, "hidden_size"),
        ({"hidden_size": 10**12}, "hidden_size"),
        ({"hidden_size": "4096"}, "hidden_size"),
        ({"num_hidden_layers": 0}, "num_hidden_layers"),
        ({"num_hidden_layers": 9999}, "layers"),
        ({"num_attention_heads": 31}, "divisible"),
        ({"num_key_value_heads": 7}, "divisible"),
        ({"num_local_experts": 8, "num_experts_per_tok": 9}, "visits"),
        ({"hybrid_override_pattern": "MX"}, "pattern"),
    ],
)
def test_import_names_the_field_that_is_wrong(change: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        model_from_config(encoded(LLAMA | change))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_import_refuses_what_is_no_object(data: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"config\.json"):
        model_from_config(data)


def test_import_refuses_a_huge_file() -> None:
    with pytest.raises(InvalidInput, match="at most"):
        model_from_config(b" " * (5 * 2**20))


@given(
    st.dictionaries(
        st.sampled_from(sorted(DEEPSEEK)), st.none() | st.integers() | st.text(max_size=5)
    )
)
def test_import_never_fails_otherwise(change: dict[str, object]) -> None:
    try:
        model = model_from_config(encoded(DEEPSEEK | change))
    except InvalidInput:
        return
    assert model.layers >= 1
