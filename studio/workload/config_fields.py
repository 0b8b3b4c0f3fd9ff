"""The fields of a stranger's `config.json`: whole numbers and texts, each checked as it is read.

Knows no architecture. Reads no file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from studio.decoding import decode
from studio.errors import InvalidInput
from studio.messages import Listed

MAX_BYTES = 4 * 2**20
MAX_COUNT = 10_000_000
MAX_LAYERS = 4096
LONGEST_NAME = 80

Fields = Mapping[str, object]


def decoded(data: bytes) -> Fields:
    """Return the fields of a JSON object.

    Raises
    ------
    FileProblem : no JSON object; tells line and column.
    InvalidInput : larger than any such file.
    """
    if len(data) > MAX_BYTES:
        raise InvalidInput(
            "{data_count} bytes; at most {max_bytes} are read",
            data_count=len(data),
            max_bytes=MAX_BYTES,
        )
    return decode(data, dict[str, Any])


def count(fields: Fields, *names: str) -> int:
    """Return the first of some fields, a whole number from 1."""
    value = optional(fields, *names)
    if value < 1:
        raise lacking(fields, *names)
    return value


def lacking(fields: Fields, *names: str) -> InvalidInput:
    """Return the error of a whole number from 1 that none of some fields gives."""
    for name in names:
        if fields.get(name) == 0 and fields[name] is not False:
            return InvalidInput("{name} = 0: expected a whole number from 1", name=name)
    return InvalidInput(
        "{names} is missing: expected a whole number from 1", names=Listed(names, " or ")
    )


def optional(fields: Fields, *names: str) -> int:
    """Return the first of some fields that is a whole number, or 0.

    Some files list a number once for every layer; equal ones are taken as one.
    """
    for name in names:
        value = fields.get(name)
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, list) and value and all(item == value[0] for item in value):
            value = value[0]
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
            raise InvalidInput(
                "{name} = {value}: expected a whole number up to {max_count:,}",
                name=name,
                value=json.dumps(value)[:40],
                max_count=MAX_COUNT,
            )
        return value
    return 0


def text(fields: Fields, *names: str) -> str:
    """Return the first of some fields that is a text, or an empty one."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def layers_of(fields: Fields) -> int:
    """Return how many layers a model has.

    Raises
    ------
    InvalidInput : missing, or more than are read.
    """
    layers = count(fields, "num_hidden_layers", "n_layer", "n_layers", "num_layers")
    if layers > MAX_LAYERS:
        raise InvalidInput(
            "{layers} layers; at most {max_layers} are read", layers=layers, max_layers=MAX_LAYERS
        )
    return layers


def called(fields: Fields, name: str) -> str:
    """Return what to call a model: as asked for, or as its file says."""
    own = name or text(fields, "_name_or_path", "model_type") or "imported model"
    return own.rsplit("/", maxsplit=1)[-1][:LONGEST_NAME]
