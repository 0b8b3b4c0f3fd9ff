"""Read a Hugging Face `config.json` as an AI model; bytes in, model out, hostile input refused.

Knows the field names of the common text architectures. Reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from studio.errors import InvalidInput
from studio.workload.model import (
    AiModel,
    Attention,
    Block,
    DenseFeedForward,
    MixtureOfExperts,
    StateSpace,
)

MAX_BYTES = 4 * 2**20
MAX_COUNT = 10_000_000
MAX_LAYERS = 4096
_UNGATED = ("gpt2", "gpt_neox", "gptj", "opt", "bloom", "falcon", "mpt", "phi", "nemotron")
_TIED = ("gpt2", "opt", "bloom", "falcon", "mpt", "gemma", "gemma2", "gemma3", "gemma3_text")
"""Model types whose head is the embedding where the file says nothing (transformers defaults)."""
_PERIODS = {"gemma2": 2, "gemma3": 6, "gemma3_text": 6, "llama4": 4, "llama4_text": 4}
"""Every how many layers one sees the whole sequence, where the file lists no kinds of layers."""
_ALL_LOCAL = ("mistral", "phi3", "starcoder2")
"""Model types all of whose layers have the window."""
_NESTED = ("text_config", "llm_config", "language_config")

Fields = Mapping[str, object]


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
    InvalidInput : no JSON object, a needed field is missing, or a number is absurd.
    """
    fields = _decoded(data)
    for key in _NESTED:
        inner = fields.get(key)
        if isinstance(inner, dict):
            fields = dict(fields) | inner
    hidden = _count(fields, "hidden_size", "n_embd", "d_model")
    layers = _count(fields, "num_hidden_layers", "n_layer", "n_layers", "num_layers")
    if layers > MAX_LAYERS:
        raise InvalidInput(
            "config.json: {layers} layers; at most {max_layers} are read",
            layers=layers,
            max_layers=MAX_LAYERS,
        )
    called = name or _text(fields, "_name_or_path", "model_type") or "imported model"
    pattern = fields.get("hybrid_override_pattern")
    if isinstance(pattern, str):
        blocks = _hybrid_blocks(fields, hidden, pattern)
    else:
        blocks = _blocks(fields, hidden, layers)
    learned = fields.get("model_type") in ("gpt2", "opt", "bert", "gpt_bigcode")
    return AiModel(
        name=called.rsplit("/", maxsplit=1)[-1][:80],
        hidden=hidden,
        vocab=_count(fields, "vocab_size"),
        blocks=blocks,
        interleaved=len(blocks) > 1 and not _optional(fields, "first_k_dense_replace"),
        tied_embeddings=_is_tied(fields),
        learned_positions=_optional(fields, "max_position_embeddings", "n_positions")
        if learned
        else 0,
        mtp_layers=_optional(fields, "num_nextn_predict_layers"),
        parallel_block=fields.get("use_parallel_residual") is True
        or fields.get("model_type") in ("gptj", "falcon"),
        grade="vendor",
        source="config.json",
    )


def _decoded(data: bytes) -> Fields:
    if len(data) > MAX_BYTES:
        raise InvalidInput(
            "config.json: {data_count} bytes; at most {max_bytes} are read",
            data_count=len(data),
            max_bytes=MAX_BYTES,
        )
    try:
        content = msgspec.json.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as problem:
        raise InvalidInput("config.json: {reason}", reason=problem) from problem
    if not isinstance(content, dict):
        raise InvalidInput("config.json: expected an object of fields")
    return content


def _count(fields: Fields, *names: str) -> int:
    """Return the first of some fields, a whole number from 1."""
    value = _optional(fields, *names)
    if value < 1:
        raise InvalidInput(
            "config.json: {names} is missing or not a whole number from 1",
            names=" or ".join(names),
        )
    return value


def _optional(fields: Fields, *names: str) -> int:
    """Return the first of some fields that is a whole number, or 0."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, list) and value and all(isinstance(item, int) for item in value):
            value = value[-1]
        if not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
            raise InvalidInput(
                "config.json: {name} = {value}: expected a whole number up to {max_count:,}",
                name=name,
                value=str(value)[:40],
                max_count=MAX_COUNT,
            )
        return value
    return 0


def _text(fields: Fields, *names: str) -> str:
    for name in names:
        value = fields.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _attention(fields: Fields, hidden: int) -> Attention:
    heads = _count(fields, "num_attention_heads", "n_head", "n_heads")
    latent = _optional(fields, "kv_lora_rank")
    if latent:
        return Attention(
            heads=heads,
            kv_heads=heads,
            head_dim=_count(fields, "qk_nope_head_dim"),
            value_dim=_optional(fields, "v_head_dim"),
            q_lora_rank=_optional(fields, "q_lora_rank"),
            kv_lora_rank=latent,
            rope_dim=_optional(fields, "qk_rope_head_dim"),
        )
    width = _optional(fields, "head_dim")
    if not width and hidden % heads:
        raise InvalidInput(
            "config.json: hidden size {hidden} is not divisible by {heads} attention heads",
            hidden=hidden,
            heads=heads,
        )
    shared = 1 if fields.get("multi_query") is True else heads
    kv_heads = _optional(fields, "num_key_value_heads", "num_kv_heads", "n_head_kv") or shared
    if heads % kv_heads:
        raise InvalidInput(
            "config.json: {heads} attention heads are not divisible by {kv_heads} key heads",
            heads=heads,
            kv_heads=kv_heads,
        )
    return Attention(heads=heads, kv_heads=kv_heads, head_dim=width or hidden // heads)


def _dense(fields: Fields, hidden: int) -> DenseFeedForward:
    width = _optional(
        fields,
        "intermediate_size_mlp",
        "intermediate_size",
        "n_inner",
        "ffn_hidden_size",
        "ffn_dim",
    )
    gated = fields.get("model_type") not in _UNGATED
    return DenseFeedForward(width or 4 * hidden, gated)


def _experts(fields: Fields) -> MixtureOfExperts | None:
    count = _optional(fields, "n_routed_experts", "num_experts", "num_local_experts")
    if count < 2:
        return None
    top = _count(fields, "num_experts_per_tok", "num_experts_per_token", "moe_topk")
    if top > count:
        raise InvalidInput(
            "config.json: a token visits {top} of {count} experts",
            top=top,
            count=count,
        )
    shared_width = _optional(fields, "shared_expert_intermediate_size",
                             "moe_shared_expert_intermediate_size")  # fmt: skip
    shared = _optional(fields, "n_shared_experts", "num_shared_experts")
    if _is_llama4(fields):
        shared = shared or 1
    return MixtureOfExperts(
        experts=count,
        top_k=top,
        width=_count(fields, "moe_intermediate_size", "intermediate_size"),
        gated=fields.get("model_type") != "nemotron_h",
        shared_experts=shared or (1 if shared_width else 0),
        shared_width=shared_width,
        latent=_optional(fields, "moe_latent_size"),
    )


def _blocks(fields: Fields, hidden: int, layers: int) -> tuple[Block, ...]:
    attention, experts = _attention(fields, hidden), _experts(fields)
    dense = _dense(fields, hidden)
    window = _optional(fields, "sliding_window", "attention_chunk_size")
    kinds = _layer_kinds(fields, layers)
    if experts is None:
        return _windowed(attention, dense, layers, window, kinds)
    step = _optional(fields, "moe_layer_freq", "decoder_sparse_step", "interleave_moe_layer_step")
    first = min(_optional(fields, "first_k_dense_replace"), layers)
    sparse = (layers - first) // max(step, 1)
    plain = layers - sparse
    blocks = [Block(plain, attention, dense)] if plain else []
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
        return kinds
    local = "chunked_attention" if _is_llama4(fields) else "sliding_attention"
    kind = str(fields.get("model_type") or "")
    if kind in _ALL_LOCAL:
        return [local] * layers
    period = _optional(fields, "sliding_window_pattern") or _PERIODS.get(kind, 0)
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
            "config.json: hybrid_override_pattern holds other letters than M * - E",
        )
    mixer = StateSpace(
        heads=_count(fields, "mamba_num_heads"),
        head_dim=_count(fields, "mamba_head_dim"),
        state=_count(fields, "ssm_state_size"),
        groups=_optional(fields, "n_groups") or 1,
    )
    dense = DenseFeedForward(_optional(fields, "intermediate_size") or 4 * hidden, gated=False)
    found = (
        Block(counts["M"], mixer),
        Block(counts["*"], _attention(fields, hidden)),
        Block(counts["-"], None, dense),
        Block(counts["E"], None, _experts(fields)),
    )
    return tuple(block for block in found if block.count)
