"""Read numbers, formats and recipes from the text columns of published measurements."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from studio.errors import InvalidInput
from studio.exploration.validation.numbers import first_number
from studio.workload.precision import number_format
from studio.workload.recipe import Recipe

Row = Mapping[str, str]

_LORA = re.compile(r"LoRA(?:.*?rank\s*(\d+))?")
_DROPS = re.compile(r"token[ -]?drop", re.IGNORECASE)
LORA_RANK = 16
"""Assumed where a row names none; its matrices are about 1 % of a model's work."""
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
    InvalidInput : the number is below zero or larger than any count a run can have.
    """
    value = first_number(row.get(column) or "")
    if math.isnan(value):
        return default
    if not value <= MAX_NUMBER.get(column, MAX_COUNT):
        raise InvalidInput(
            "{column} = {value:g} is beyond what a run can have", column=column, value=value
        )
    if value < 0:
        raise InvalidInput("{column} = {value:g} is below zero", column=column, value=value)
    return value


def whole(row: Row, column: str, default: int = 0) -> int:
    """Return the first number of a column as a count."""
    value = number(row, column)
    return default if math.isnan(value) else int(value)


def metric_of(row: Row, default: str) -> str:
    """Return the column that a row is compared by."""
    return (row.get("primary_metric") or "").strip().lower() or default


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
