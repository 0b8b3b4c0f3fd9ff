"""Import of config.json: known architectures, and hostile bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import FileProblem, InvalidInput
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
        ({"hidden_size": "4096"}, 'hidden_size = "4096"'),
        ({"num_hidden_layers": 0}, "num_hidden_layers"),
        ({"num_hidden_layers": 9999}, "layers"),
        ({"num_attention_heads": 31}, "divisible by 31 attention heads; nearest valid: 32"),
        ({"num_key_value_heads": 7}, "divisible by 7 key heads; nearest valid: 8"),
        ({"layer_types": ["full_attention"] * 5}, "lists 5 layers, but num_hidden_layers is 32"),
        ({"num_local_experts": 8, "num_experts_per_tok": 9}, "visits"),
        ({"hybrid_override_pattern": "MX"}, "pattern"),
        ({"intermediate_size": None}, "intermediate_size is missing"),
        ({"intermediate_size": 0}, "intermediate_size = 0: expected a whole number from 1"),
        ({"hidden_size": 0}, "hidden_size = 0: expected a whole number from 1"),
        ({"intermediate_size": [14336, 8192]}, "intermediate_size = "),
        ({"vocab_size": True}, "vocab_size is missing"),
        ({"vocab_size": []}, "vocab_size = "),
    ],
)
def test_import_names_the_field_that_is_wrong(change: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        model_from_config(encoded(LLAMA | change))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "line 1, column 1: Expecting value"),
        (b'{\n "vocab_size": 1', "line 2"),
        (b"[]", "Expected `object`, got `array`"),
        (b"null", "got `null`"),
        (b'{"hidden_size": NaN}', "line 1, column 17"),
        (b"\xff\xfe{\0}\0", "byte order mark of UTF-16"),
        (b"\xef\xbb\xbf{}", "byte order mark of UTF-8"),
        (b'{\n "a": "\xe9"}', "line 2, column 8: no UTF-8 text"),
        (b"[" * 100_000, "got `array`|nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_import_refuses_what_is_no_object(data: bytes, words: str) -> None:
    with pytest.raises(FileProblem, match=words):
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


VIT = {
    "model_type": "vit", "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16,
    "intermediate_size": 4096, "image_size": 224, "patch_size": 16, "num_channels": 3,
    "id2label": {str(n): f"class {n}" for n in range(1000)},
}  # fmt: skip


def test_a_vision_transformer_is_read_with_its_patches() -> None:
    model = model_from_config(encoded(VIT), "mine")
    # ViT-L/16: 304.3 million parameters with 1,000 classes, as its checkpoint holds them.
    assert model_parameters(model).total == pytest.approx(304.3e6, rel=0.01)
    shipped = load_model("ViT-L-16")
    assert (model.blocks, model.patch_inputs) == (shipped.blocks, shipped.patch_inputs)
    assert model.default_sequence == shipped.default_sequence == 14 * 14 + 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"patch_size": 15}, "image_size / patch_size: 224 is no multiple of 15"),
        ({"patch_size": None}, "patch_size is missing"),
        ({"num_attention_heads": 7}, "1024 is no multiple of 7"),
        ({"num_hidden_layers": 9999}, "layers"),
    ],
)
def test_a_vision_transformer_that_can_not_be_is_refused(
    change: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        model_from_config(encoded(VIT | change))
