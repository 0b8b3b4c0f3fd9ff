"""Decode JSON into a type, and say in words where it is wrong: line and column, or the names."""

from __future__ import annotations

import codecs
import json
import math
import re
import threading
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from studio.errors import FileProblem
from studio.messages import Message, recognised, say

Decoded = TypeVar("Decoded")

_described: set[Any] = set()
_describing = threading.Lock()

LONGEST_NAME = 60
_WHOLE_WANTED = "Expected `int`, got `float`"

_MARKS = {
    "UTF-8": codecs.BOM_UTF8,
    "UTF-32": codecs.BOM_UTF32_LE,
    "UTF-16": codecs.BOM_UTF16_LE,
    "UTF-16, big end first": codecs.BOM_UTF16_BE,
}

# The decoder's own sentences; what stands between backticks or quotes is a name or a value.
_SENTENCES: tuple[tuple[str, Message], ...] = (
    ("Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`", say("Expected `{wanted}`, got `{got}`")),
    ("Object contains unknown field `(?P<name>.*)`", say("Object contains unknown field `{name}`")),
    ("Object missing required field `(?P<name>.*)`", say("Object missing required field `{name}`")),
    (
        "Invalid enum value (?P<value>.*); possible: (?P<choices>.*)",
        say("Invalid enum value {value}; possible: {choices}"),
    ),
    ("Invalid enum value (?P<value>.*)", say("Invalid enum value {value}")),
    ("Invalid value (?P<value>.*)", say("Invalid value {value}")),
    ("JSON is malformed: (?P<reason>.*)", say("JSON is malformed: {reason}")),
    ("Expecting value", say("Expecting value")),
    ("Expecting '(?P<mark>.)' delimiter", say("Expecting '{mark}' delimiter")),
    (
        "Expecting property name enclosed in double quotes",
        say("Expecting property name enclosed in double quotes"),
    ),
    ("Extra data", say("Extra data")),
    ("Unterminated string starting at", say("Unterminated string starting at")),
    ("Invalid control character at", say("Invalid control character at")),
    ("Input data was truncated", say("Input data was truncated")),
)


def decode(content: bytes, kind: type[Decoded]) -> Decoded:
    """Return the value that a JSON text holds.

    Raises
    ------
    FileProblem : not JSON, or not of that type; tells line and column, or the names on the way.
    """
    try:
        return read_as(content, kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileProblem("{reason}", reason=reason_of(error, content, kind)) from error


def read_as(content: bytes | str | msgspec.Raw, kind: type[Decoded]) -> Decoded:
    """Return the value of a type that a JSON text holds; safe in any thread.

    Raises
    ------
    msgspec.DecodeError, UnicodeDecodeError, RecursionError : not JSON, or not of that type.
    """
    _describe(kind)
    return msgspec.json.decode(content, type=kind)


def convert_to(value: object, kind: type[Decoded], *, strict: bool = True) -> Decoded:
    """Return a value of a type made of plain dicts, lists, texts and numbers; safe in any thread.

    Raises
    ------
    msgspec.ValidationError, RecursionError : it is not of that type.
    """
    _describe(kind)
    return msgspec.convert(value, kind, strict=strict)


def _describe(kind: Any) -> None:
    """Let the library look at a type before it is used.

    It does so at the first use, and shows what it has of a type while it still looks at the types
    inside: a second thread that decodes the same type just then ends the process.
    """
    if kind not in _described:
        with _describing:
            msgspec.json.Decoder(kind)
            _described.add(kind)


def reason_of(error: Exception, content: bytes, kind: type) -> str:
    """Return why a decoder refused a content as a type, with the place."""
    if isinstance(error, msgspec.ValidationError):
        return _with_names(str(error), content, kind)
    return _place_in_text(content, str(error))


def reason_of_value(error: msgspec.ValidationError, value: object, kind: Any) -> str:
    """Return why a value was refused as a type, with the place inside it and what is possible."""
    return _named(str(error), value, kind)


def _worded(text: str) -> str:
    return recognised(text, _SENTENCES)


def _place_in_text(content: bytes, message: str) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return _wrongly_encoded(content, error.start)
    if content.startswith(codecs.BOM_UTF8):
        return _wrongly_encoded(content, 0)
    return _place_in_json(text) or _place_told(content, message)


def _place_in_json(text: str) -> str:
    """Return where another decoder refuses a text, which tells line and column; else nothing."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return _at(error.lineno, error.colno, error.msg)
    except RecursionError:
        return say("nested too deeply")
    except ValueError as error:
        return f"{error}"[:200]
    return ""


def _place_told(content: bytes, message: str) -> str:
    found = re.search(r"byte (\d+)", message)
    if not found:
        return _worded(message)
    return _at(*_line_and_column(content, int(found[1])), message)


def _wrongly_encoded(content: bytes, place: int) -> Message:
    mark = next((name for name, start in _MARKS.items() if content.startswith(start)), "")
    if mark:
        return say(
            "begins with the byte order mark of {encoding}; save it as plain UTF-8", encoding=mark
        )
    return _at(*_line_and_column(content, place), say("no UTF-8 text; save it as UTF-8"))


def _line_and_column(content: bytes, place: int) -> tuple[int, int]:
    before = content[:place]
    return before.count(b"\n") + 1, len(before) - before.rfind(b"\n")


def _at(line: int, column: int, message: str) -> Message:
    return say(
        "line {line}, column {column}: {message}",
        line=line,
        column=column,
        message=_worded(message),
    )


def _with_names(message: str, content: bytes, kind: Any) -> str:
    """Return a decoder's message with the names that its path leaves out as `[...]`."""
    try:
        value: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _worded(message.partition(" - at `$")[0])
    return _named(message, value, kind)


def _named(message: str, value: Any, kind: Any) -> str:
    text, mark, path = message.partition(" - at `$")
    names: list[str] = []
    for step in re.findall(r"\.\w+|\[[^\]]*\]", path) if mark else ():
        name, value, kind = _step(str(step).strip(".[]"), value, kind)
        names.append(name[:LONGEST_NAME])
    if text == _WHOLE_WANTED and isinstance(value, float) and math.isfinite(value):
        text = say(
            "Expected `int`, got `float`; nearest whole number: {nearest}", nearest=round(value)
        )
    if choices := _choices(kind):
        text = re.sub("^(Invalid enum value .*)$", rf"\1; possible: {choices}", text)
    if not names:
        return _worded(text)
    return say("{text} - at `{names}`", text=_worded(text), names=".".join(names))


def _choices(kind: Any) -> str:
    """Return the names a type allows; nothing where it is no choice of names."""
    inner = get_args(kind)
    if get_origin(kind) is Literal:
        return ", ".join(str(one) for one in inner)
    return next((found for one in inner if (found := _choices(one))), "")


def _step(name: str, value: Any, kind: Any) -> tuple[str, Any, Any]:
    """Return the name that a step of a path shows, and value and type behind it."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is list and isinstance(value, list):
        found = value[int(name)] if name.isdecimal() and int(name) < len(value) else None
        known = found.get("id") if isinstance(found, dict) else None
        return known if isinstance(known, str) else name, found, inner[0]
    if origin is dict:
        if isinstance(value, dict) and not name:
            name = next((key for key, entry in value.items() if not _fits(entry, inner[1])), "…")
        kind = inner[1]
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        kind = get_type_hints(kind).get(name)
    return name, value.get(name) if isinstance(value, dict) else None, kind


def _fits(value: object, kind: Any) -> bool:
    try:
        convert_to(value, kind)
    except msgspec.ValidationError:
        return False
    return True
