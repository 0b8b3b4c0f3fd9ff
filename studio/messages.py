"""Texts a user reads, made below the window and shown in any language; knows nothing else.

A `Message` is an ordinary English string that remembers the template and the values it was made
of. Files, the command line and tests see the string; the window translates template and values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

_COMMANDS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What drives a terminal or turns the direction of writing, instead of being read."""


class Message(str):
    """An English text with the template and the values it came from."""

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> Message:
        """Return the text with its values filled in."""
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template = template
        made.values = values
        return made

    def __getnewargs__(self) -> tuple[str, Mapping[str, object]]:  # type: ignore[override]
        return self.template, self.values


class Name(str):
    """A name out of a file, with its Chinese form where the file gives one."""

    __slots__ = ("chinese",)

    chinese: str

    def __new__(cls, english: str, chinese: str = "") -> Name:
        """Return a name; without a Chinese form the English one serves both."""
        made = super().__new__(cls, english)
        made.chinese = chinese
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.chinese


class Listed(str):
    """Several texts in a row, each translated by itself."""

    __slots__ = ("separator", "texts")

    separator: str
    texts: tuple[str, ...]

    def __new__(cls, texts: Iterable[str], separator: str = ", ") -> Listed:
        """Return the texts joined."""
        texts = tuple(texts)
        made = super().__new__(cls, separator.join(texts))
        made.texts = texts
        made.separator = separator
        return made

    def __getnewargs__(self) -> tuple[tuple[str, ...], str]:  # type: ignore[override]
        return self.texts, self.separator


def say(template: str, /, **values: object) -> Message:
    """Return the text of a template such as `{count} sequences per {unit}`.

    The template is a literal with an entry in every file of `resources/translations/`. A value
    that is itself a text of this module is translated with it, and so is the text of an error;
    values take format specifications.
    """
    return Message(template, {name: _text_of(value) for name, value in values.items()})


def plain(text: str) -> str:
    """Return a text with its control characters spelled out as in source; lines stay lines."""
    return _COMMANDS.sub(lambda found: ascii(found[0])[1:-1], text)


def entry(text: str) -> str:
    """Return the text of a table as a value for `say`, to be translated with what holds it."""
    return text if isinstance(text, (Message, Listed, Name)) else Message(text, {})


def recognised(text: str, phrases: Iterable[tuple[str, Message]]) -> str:
    """Return the phrase whose pattern is all of a text, with the values found; else the text."""
    for pattern, phrase in phrases:
        found = re.fullmatch(pattern, text)
        if found:
            return say(phrase.template, **found.groupdict())
    return text


def _text_of(value: object) -> object:
    if not isinstance(value, Exception):
        return value
    said = value.args[0] if value.args else ""
    # The error itself would keep its traceback, and all the frames in it, alive.
    return said if isinstance(said, Message) else str(value)


def translate(text: str, find: Callable[[str], str]) -> str:
    """Return a text in the language whose entries `find` looks up; `find` knows no values.

    Texts that are none of this module's, such as a name typed by the user, stay as they are.
    """
    if isinstance(text, Message):
        values = {
            name: translate(value, find) if isinstance(value, str) else value
            for name, value in text.values.items()
        }
        return find(text.template).format(**values) if values else find(text.template)
    if isinstance(text, Listed):
        return find(text.separator).join(translate(one, find) for one in text.texts)
    if isinstance(text, Name):
        return text.chinese or str(text)
    return text
