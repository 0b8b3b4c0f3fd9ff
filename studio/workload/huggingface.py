"""Read a Hugging Face `config.json` as an AI model; bytes in, model out, hostile input refused.

Knows the field names of the common text architectures; those of vision have a file of their own.
Reads no file.
"""

from __future__ import annotations

import msgspec

from studio.errors import InvalidInput
from studio.workload.config_fields import (
    MAX_LAYERS,
    Fields,
    called,
    count,
    decoded,
    lacking,
    layers_of,
    optional,
)
from studio.workload.divisors import nearest_divisor
from studio.workload.huggingface_vision import is_vision, vision_model
from studio.workload.model import (
    AiModel,
    Attention,
    Block,
    DenseFeedForward,
    MixtureOfExperts,
    StateSpace,
)
from studio.workload.model_rules import check_model

_UNGATED = ("gpt2", "gpt_neox", "gptj", "opt", "bloom", "falcon", "mpt", "phi", "nemotron")
_FOUR_TIMES = ("gpt2", "gpt_neox", "gptj", "bloom", "falcon", "mpt", "phi")
"""Model types whose feed-forward is four times as wide as the model unless the file says it."""
_TIED = ("gpt2", "opt", "bloom", "falcon", "mpt", "gemma", "gemma2", "gemma3", "gemma3_text")
"""Model types whose head is the embedding where the file says nothing (transformers defaults)."""
_PERIODS = {"gemma2": 2, "gemma3": 6, "gemma3_text": 6, "llama4": 4, "llama4_text": 4}
"""Every how many layers one sees the whole sequence, where the file lists no kinds of layers."""
_ALL_LOCAL = ("mistral", "phi3", "starcoder2")
"""Model types all of whose layers have the window."""
_NESTED = ("text_config", "llm_config", "language_config")


def model_from_config(data: bytes, name: str = "") -> AiModel:
    """Return the AI model that the bytes of a `config.json` describe.

    Parameters
    ----------
    data
        Content of the file, at most 4 MiB of JSON.
    name
        What to call the model; the file's own name for it otherwise.

    Returns
    -------
    Dimensions as an `AiModel`, grade `vendor`.

    Raises
    ------
    FileProblem : no JSON object; tells line and column.
    InvalidInput : a needed field is missing, or a number is absurd.
    """
    fields = decoded(data)
    model = vision_model(fields, name) if is_vision(fields) else _language_model(fields, name)
    check_model(model)
    return model


def _language_model(fields: Fields, name: str) -> AiModel:
    for key in _NESTED:
        inner = fields.get(key)
        if isinstance(inner, dict):
            fields = dict(fields) | inner
    hidden = count(fields, "hidden_size", "n_embd", "d_model")
    layers = layers_of(fields)
    pattern = fields.get("hybrid_override_pattern")
    if isinstance(pattern, str):
        blocks = _hybrid_blocks(fields, hidden, pattern)
    else:
        blocks = _blocks(fields, hidden, layers)
    learned = fields.get("model_type") in ("gpt2", "opt", "bert", "gpt_bigcode")
    return AiModel(
        name=called(fields, name),
        hidden=hidden,
        vocab=count(fields, "vocab_size"),
        blocks=blocks,
        interleaved=len(blocks) > 1 and not optional(fields, "first_k_dense_replace"),
        tied_embeddings=_is_tied(fields),
        learned_positions=optional(fields, "max_position_embeddings", "n_positions")
        if learned
        else 0,
        mtp_layers=optional(fields, "num_nextn_predict_layers"),
        parallel_block=fields.get("use_parallel_residual") is True
        or fields.get("model_type") in ("gptj", "falcon"),
        grade="vendor",
        source="config.json",
    )


def _attention(fields: Fields, hidden: int) -> Attention:
    heads = count(fields, "num_attention_heads", "n_head", "n_heads")
    latent = optional(fields, "kv_lora_rank")
    if latent:
        return Attention(
            heads=heads,
            kv_heads=heads,
            head_dim=count(fields, "qk_nope_head_dim"),
            value_dim=optional(fields, "v_head_dim"),
            q_lora_rank=optional(fields, "q_lora_rank"),
            kv_lora_rank=latent,
            rope_dim=optional(fields, "qk_rope_head_dim"),
        )
    width = optional(fields, "head_dim")
    if not width and hidden % heads:
        raise InvalidInput(
            "hidden size {hidden} is not divisible by {heads} attention heads; nearest valid: "
            "{nearest}",
            hidden=hidden,
            heads=heads,
            nearest=nearest_divisor(hidden, heads),
        )
    shared = 1 if fields.get("multi_query") is True else heads
    kv_heads = optional(fields, "num_key_value_heads", "num_kv_heads", "n_head_kv") or shared
    if heads % kv_heads:
        raise InvalidInput(
            "{heads} attention heads are not divisible by {kv_heads} key heads; nearest valid: "
            "{nearest}",
            heads=heads,
            kv_heads=kv_heads,
            nearest=nearest_divisor(heads, kv_heads),
        )
    return Attention(heads=heads, kv_heads=kv_heads, head_dim=width or hidden // heads)


def _dense(fields: Fields, hidden: int) -> DenseFeedForward:
    width = optional(
        fields,
        "intermediate_size_mlp",
        "intermediate_size",
        "n_inner",
        "ffn_hidden_size",
        "ffn_dim",
    )
    kind = fields.get("model_type")
    if not width and kind not in _FOUR_TIMES:
        raise lacking(fields, "intermediate_size")
    return DenseFeedForward(width or 4 * hidden, gated=kind not in _UNGATED)


def _experts(fields: Fields) -> MixtureOfExperts | None:
    experts = optional(fields, "n_routed_experts", "num_experts", "num_local_experts")
    if experts < 2:
        return None
    top = count(fields, "num_experts_per_tok", "num_experts_per_token", "moe_topk")
    if top > experts:
        raise InvalidInput(
            "a token visits {top} of {count} experts",
            top=top,
            count=experts,
        )
    shared_width = optional(fields, "shared_expert_intermediate_size",
                             "moe_shared_expert_intermediate_size")  # fmt: skip
    shared = optional(fields, "n_shared_experts", "num_shared_experts")
    if _is_llama4(fields):
        shared = shared or 1
    return MixtureOfExperts(
        experts=experts,
        top_k=top,
        width=count(fields, "moe_intermediate_size", "intermediate_size"),
        gated=fields.get("model_type") != "nemotron_h",
        shared_experts=shared or (1 if shared_width else 0),
        shared_width=shared_width,
        latent=optional(fields, "moe_latent_size"),
    )


def _blocks(fields: Fields, hidden: int, layers: int) -> tuple[Block, ...]:
    attention, experts = _attention(fields, hidden), _experts(fields)
    window = optional(fields, "sliding_window", "attention_chunk_size")
    kinds = _layer_kinds(fields, layers)
    if experts is None:
        return _windowed(attention, _dense(fields, hidden), layers, window, kinds)
    step = optional(fields, "moe_layer_freq", "decoder_sparse_step", "interleave_moe_layer_step")
    first = min(optional(fields, "first_k_dense_replace"), layers)
    sparse = (layers - first) // max(step, 1)
    plain = layers - sparse
    blocks = [Block(plain, attention, _dense(fields, hidden))] if plain else []
    return (*blocks, *(_windowed(attention, experts, sparse, window, kinds) if sparse else ()))


def _is_llama4(fields: Fields) -> bool:
    return str(fields.get("model_type") or "").startswith("llama4")


def _is_tied(fields: Fields) -> bool:
    said = fields.get("tie_word_embeddings")
    return said if isinstance(said, bool) else fields.get("model_type") in _TIED


def _layer_kinds(fields: Fields, layers: int) -> object:
    """Return the kind of every layer: as listed, else as the model type has them."""
    kinds = fields.get("layer_types")
    if isinstance(kinds, list):
        if len(kinds) != layers:
            raise InvalidInput(
                "layer_types lists {listed} layers, but num_hidden_layers is {layers}",
                listed=len(kinds),
                layers=layers,
            )
        return kinds
    local = "chunked_attention" if _is_llama4(fields) else "sliding_attention"
    kind = str(fields.get("model_type") or "")
    if kind in _ALL_LOCAL:
        return [local] * layers
    period = optional(fields, "sliding_window_pattern") or _PERIODS.get(kind, 0)
    if not period:
        return None
    return ["full_attention" if (at + 1) % period == 0 else local for at in range(layers)]


def _windowed(
    attention: Attention,
    part: DenseFeedForward | MixtureOfExperts,
    layers: int,
    window: int,
    kinds: object,
) -> tuple[Block, ...]:
    """Return layers with and without a window (sliding or in chunks), by the list of kinds."""
    if not window or not isinstance(kinds, list):
        return (Block(layers, attention, part),)
    chunked = "chunked_attention" in kinds
    wanted = "chunked_attention" if chunked else "sliding_attention"
    # The list counts all layers of the model; these are one kind of them.
    near = round(layers * sum(kind == wanted for kind in kinds) / max(len(kinds), 1))
    local = msgspec.structs.replace(attention, window=window, chunked=chunked)
    blocks = (Block(near, local, part), Block(layers - near, attention, part))
    return tuple(block for block in blocks if block.count)


def _hybrid_blocks(fields: Fields, hidden: int, pattern: str) -> tuple[Block, ...]:
    """Return the blocks of a pattern of M (state space), * (attention), - (dense), E (experts)."""
    counts = {kind: pattern.count(kind) for kind in "M*-E"}
    if sum(counts.values()) != len(pattern) or len(pattern) > MAX_LAYERS:
        raise InvalidInput(
            "hybrid_override_pattern holds other letters than M * - E",
        )
    mixer = StateSpace(
        heads=count(fields, "mamba_num_heads"),
        head_dim=count(fields, "mamba_head_dim"),
        state=count(fields, "ssm_state_size"),
        groups=optional(fields, "n_groups") or 1,
    )
    width = count(fields, "intermediate_size") if counts["-"] else 0
    found = (
        Block(counts["M"], mixer),
        Block(counts["*"], _attention(fields, hidden)),
        Block(counts["-"], None, DenseFeedForward(width, gated=False)),
        Block(counts["E"], None, _experts(fields)),
    )
    return tuple(block for block in found if block.count)
