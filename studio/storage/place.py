"""Where in a file something is wrong: line and column, or the names that lead to a field."""

from __future__ import annotations

import json
import re
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from studio.messages import say


def place_in_text(content: bytes, message: str) -> str:
    """Return why a content is no JSON, with line and column where they can be told."""
    try:
        json.loads(content)
    except json.JSONDecodeError as error:
        return say(
            "line {line}, column {column}: {message}",
            line=error.lineno,
            column=error.colno,
            message=error.msg,
        )
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        return f"{error}"[:200] or message
    found = re.search(r"byte (\d+)", message)
    if not found:
        return message
    before = content[: int(found[1])]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    return say(
        "line {line}, column {column}: {message}",
        line=line,
        column=column,
        message=message,
    )


def with_names(message: str, content: bytes, kind: Any) -> str:
    """Return a decoder's message with the names that its path leaves out as `[...]`.

    Parameters
    ----------
    kind : the type that the content was decoded as.
    """
    text, mark, path = message.partition(" - at `$")
    try:
        value: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return message
    names: list[str] = []
    for step in re.findall(r"\.\w+|\[[^\]]*\]", path) if mark else ():
        name = str(step).strip(".[]")
        if step == "[...]" and get_origin(kind) is dict and isinstance(value, dict):
            kind = get_args(kind)[1]
            name = next((key for key, entry in value.items() if not _fits(entry, kind)), "…")
        elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            kind = get_type_hints(kind).get(name)
        names.append(name[:60])
        value = value.get(name) if isinstance(value, dict) else None
    return say("{text} - at `{names}`", text=text, names=".".join(names)) if names else message


def _fits(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
