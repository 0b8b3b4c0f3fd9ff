"""The AI model a published measurement is about: from the library, its columns, or both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import msgspec

from studio.exploration.validation.rows import Row, whole
from studio.messages import say
from studio.workload.library import models
from studio.workload.model import (
    AiModel,
    Attention,
    Block,
    DenseFeedForward,
    MixtureOfExperts,
)

_MLA = re.compile(r"MLA(?:.*?q_lora\s*(\d+).*?kv_lora\s*(\d+).*?rope\s*(\d+))?")
_WINDOW = re.compile(r"SWA-?(\d+)")


@cache
def _known_model(name: str) -> AiModel | None:
    """Return the AI model of the library that a name means, however it is spelled.

    An organisation in front, separators, letter case and what tells a variant of the same size do
    not count: `meta-llama/Llama-3.1-405B-Instruct`, `llama 3.1 405B`.
    """
    known = models()
    if name in known:
        return known[name]
    plain = {_plain(key): model for key, model in known.items()}
    return plain.get(_plain(name))


_VARIANT = re.compile(r"[-_ ](?:base|instruct|chat|hf|it|pretrain(?:ing|ed)?)$", re.IGNORECASE)


def _plain(name: str) -> str:
    last = _VARIANT.sub("", name.strip().rsplit("/", maxsplit=1)[-1])
    return re.sub(r"[^a-z0-9.]", "", re.sub(r"^meta-", "", last.lower()))


def model_of(row: Row) -> AiModel | str:
    """Return the AI model of a row, or why it can't be built.

    The library knows structure that columns do not say (alternating layers, tied embeddings);
    it is used where its width agrees, with the number of layers and the sizes the row states. A
    row that states no width describes no variant: its other sizes are left aside.
    """
    name = (row.get("model") or "").strip()
    layers, hidden = whole(row, "layers"), whole(row, "hidden")
    known = _known_model(name)
    if known is not None and (not hidden or known.hidden == hidden):
        known = _as_stated(known, row) if hidden else known
        return _with_layers(known, layers) if layers else known
    if not layers or not hidden:
        return say(
            "dimensions of {name} are not given and the library has none",
            name=name or say("the model"),
        )
    return _from_columns(row, name, layers, hidden)


_STATED: tuple[tuple[type, Mapping[str, str]], ...] = (
    (Attention, {"heads": "heads", "kv_heads": "kv_heads", "head_dim": "head_dim"}),
    (DenseFeedForward, {"ffn": "width"}),
    (MixtureOfExperts, {"experts": "experts", "topk": "top_k", "expert_ffn": "width"}),
)
"""Columns of a row, and the fields of a layer's part that they state."""


def _as_stated(model: AiModel, row: Row) -> AiModel:
    """Return a known model in the variant a row is about: other key heads, width or vocabulary."""
    changes = {kind: _contradicted(model, row, kind, columns) for kind, columns in _STATED}
    vocab = whole(row, "vocab") or model.vocab
    if vocab == model.vocab and not any(changes.values()):
        return model
    blocks = tuple(
        msgspec.structs.replace(
            block,
            **{
                name: msgspec.structs.replace(part, **changes.get(type(part), {}))
                for name in ("mixer", "feed_forward")
                if (part := getattr(block, name)) is not None
            },
        )
        for block in model.blocks
    )
    return msgspec.structs.replace(model, blocks=blocks, vocab=vocab)


def _contradicted(
    model: AiModel, row: Row, kind: type, columns: Mapping[str, str]
) -> dict[str, int]:
    """Return the sizes a row states of one kind of part and the library has otherwise.

    Layers that differ among themselves are structure no column can tell, and MLA writes its heads
    in more than one way: both stay as they are known.
    """
    parts = [
        part
        for block in model.blocks
        for part in (block.mixer, block.feed_forward)
        if isinstance(part, kind)
    ]
    if any(getattr(part, "is_latent", False) for part in parts):
        return {}
    found = {}
    for column, name in columns.items():
        known = {getattr(part, name) for part in parts}
        size = whole(row, column)
        if size > 0 and len(known) == 1 and size not in known:
            found[name] = size
    return found


def _with_layers(model: AiModel, layers: int) -> AiModel:
    """Return a model cut to fewer layers: the first blocks shrink last when they are few."""
    if layers == model.layers or not model.blocks:
        return model
    if len(model.blocks) == 1 or model.interleaved:
        share = layers / model.layers
        blocks = tuple(
            msgspec.structs.replace(block, count=max(1, round(block.count * share)))
            for block in model.blocks
        )
    else:
        first = min(model.blocks[0].count, max(layers - 1, 1))
        blocks = (
            msgspec.structs.replace(model.blocks[0], count=first),
            msgspec.structs.replace(model.blocks[-1], count=max(layers - first, 1)),
        )
    return msgspec.structs.replace(model, blocks=blocks, mtp_layers=0)


def _from_columns(row: Row, name: str, layers: int, hidden: int) -> AiModel | str:
    heads = whole(row, "heads")
    if heads < 1:
        return say("{name}: the number of attention heads is not given", name=name)
    text = row.get("attn") or ""
    latent = _MLA.search(text)
    window = _WINDOW.search(text)
    attention = Attention(
        heads=heads,
        kv_heads=whole(row, "kv_heads", heads) or heads,
        head_dim=whole(row, "head_dim") or hidden // heads,
        q_lora_rank=int(latent[1] or 1536) if latent else 0,
        kv_lora_rank=int(latent[2] or 512) if latent else 0,
        rope_dim=int(latent[3] or 64) if latent else 0,
    )
    gated = whole(row, "gated_ffn", 1) > 0
    dense = DenseFeedForward(whole(row, "ffn") or 4 * hidden, gated)
    experts = whole(row, "experts")
    if experts < 1:
        return AiModel(name, hidden, whole(row, "vocab", 32000), (Block(layers, attention, dense),))
    part = MixtureOfExperts(
        experts,
        max(whole(row, "topk"), 1),
        whole(row, "expert_ffn") or dense.width,
        gated,
        shared_experts=whole(row, "shared_experts"),
    )
    first = min(whole(row, "dense_layers"), layers - 1)
    blocks = [Block(first, attention, dense)] if first > 0 else []
    rest = layers - max(first, 0)
    if window:
        near = msgspec.structs.replace(attention, window=int(window[1]))
        blocks += [Block(rest // 2, near, part), Block(rest - rest // 2, attention, part)]
    else:
        blocks.append(Block(rest, attention, part))
    return AiModel(
        name, hidden, whole(row, "vocab", 32000), tuple(blocks), interleaved=window is not None
    )
