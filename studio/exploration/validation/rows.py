"""Read numbers, models and mappings from the text columns of published measurements."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import msgspec

from studio.errors import InvalidInput
from studio.exploration.validation.numbers import first_number
from studio.workload.library import models
from studio.workload.model import (
    AiModel,
    Attention,
    Block,
    DenseFeedForward,
    MixtureOfExperts,
)
from studio.workload.precision import number_format
from studio.workload.recipe import Recipe

Row = Mapping[str, str]

_MLA = re.compile(r"MLA(?:.*?q_lora\s*(\d+).*?kv_lora\s*(\d+).*?rope\s*(\d+))?")
_WINDOW = re.compile(r"SWA-?(\d+)")
_LORA = re.compile(r"LoRA(?:.*?rank\s*(\d+))?")
_DROPS = re.compile(r"token[ -]?drop", re.IGNORECASE)
LORA_RANK = 16
MAX_COUNT = 1e9
MAX_NUMBER = {
    "gpus": 1e7, "layers": 4096, "hidden": 1e6, "heads": 1e5, "tp": 1e5, "pp": 1e5, "cp": 1e5,
    "ep": 1e5, "vpp": 1e4, "mbs": 1e5, "ga": 1e6, "seq": 1e8, "ffn": 1e7, "vocab": 1e8,
    "experts": 1e5, "message_bytes": 1e15,
}  # fmt: skip
"""Largest number believed per column; `MAX_COUNT` elsewhere."""


def number(row: Row, column: str, default: float = math.nan) -> float:
    """Return the first number written in a column, or `default` where there is none.

    Raises
    ------
    InvalidInput : the number is larger than any count a run can have.
    """
    value = first_number(row.get(column) or "")
    if math.isnan(value):
        return default
    if not abs(value) <= MAX_NUMBER.get(column, MAX_COUNT):
        raise InvalidInput(
            "{column} = {value:g} is beyond what a run can have", column=column, value=value
        )
    return value


def whole(row: Row, column: str, default: int = 0) -> int:
    """Return the first number of a column as a count."""
    value = number(row, column)
    return default if math.isnan(value) else int(value)


def metric_of(row: Row, default: str) -> str:
    """Return the column that a row is compared by."""
    return (row.get("primary_metric") or "").strip().lower() or default


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
    it is used where its width agrees, with the row's number of layers.
    """
    name = (row.get("model") or "").strip()
    layers, hidden = whole(row, "layers"), whole(row, "hidden")
    known = _known_model(name)
    if known is not None and (not hidden or known.hidden == hidden):
        return _with_layers(known, layers) if layers else known
    if not layers or not hidden:
        return f"dimensions of {name or 'the model'} are not given and the library has none"
    return _from_columns(row, name, layers, hidden)


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
        return f"{name}: the number of attention heads is not given"
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


_PRECISIONS = (
    (r"nvfp4", "nvfp4"),
    (r"mxfp4|fp4", "mxfp4"),
    (r"mxfp8|fp8-mx", "mxfp8"),
    (r"rowwise", "fp8-row"),
    (r"^bf16|^fp16|^bfloat|^float16", "bf16"),
    (r"fp8|float8|hif8|e4m3|e5m2|fp6", "fp8"),
    (r"int8|w8a8", "int8"),
)
"""Pattern in the words, and the format; what none fits runs in BF16."""


@cache
def precision_of(text: str) -> str:
    """Return the number format that the first words of a precision column mean."""
    return precisions_of(text)[0]


@cache
def precisions_of(text: str) -> tuple[str, ...]:
    """Return the number formats a precision column leaves open, in its order: `fp8 or nvfp4`."""
    named = text.lower().split("(", maxsplit=1)[0].split(",", maxsplit=1)[0]
    return tuple(_format_of(one.strip()) for one in named.split(" or "))


def _format_of(word: str) -> str:
    return next((name for pattern, name in _PRECISIONS if re.search(pattern, word)), "bf16")


def _fastest(names: tuple[str, ...], ratings_flops: Mapping[str, float]) -> str:
    """Return the format with the highest rating: who may choose one takes the fastest."""
    return max(names, key=lambda name: ratings_flops.get(number_format(name).rating, 0.0))


def recipe_of(
    row: Row,
    habits: Mapping[str, float | bool | str],
    ratings_flops: Mapping[str, float] = MappingProxyType({}),
) -> Recipe:
    """Return the numeric choices of a training row: its columns over its software's habits.

    `ratings_flops` of the accelerator decide where the row names several number formats.
    """
    recipe = Recipe(precision=_fastest(precisions_of(row.get("precision") or ""), ratings_flops))
    recipe = replace(recipe, **habits)  # type: ignore[arg-type]
    lora = _LORA.search(row.get("task") or "")
    if lora:
        recipe = replace(recipe, lora_rank=int(lora[1] or LORA_RANK))
    note = row.get("note") or ""
    if "w/o MTP" in note:
        recipe = replace(recipe, trains_mtp=False)
    if _DROPS.search(note):
        recipe = replace(recipe, drops_tokens=True)
    return recipe
