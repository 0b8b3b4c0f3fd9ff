"""The languages of the studio: English is the key, `resources/translations/` holds the others.

Used by the window and by reports; knows no domain object.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from studio import paths
from studio.messages import translate

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
LANGUAGE_NAMES: Mapping[Language, str] = {"en": "English", "zh": "中文"}

FILES: Mapping[Language, tuple[str, ...]] = {"zh": ("zh_CN.json", "catalog.zh_CN.json")}
"""Texts of the program, and notes of `models/`; titles of sources stay as they were published."""


_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Those that say in which language texts are, the first that is set before the others (POSIX)."""


def locale_language(environment: Mapping[str, str]) -> Language:
    """Return the language that an environment asks for, English where it is not one of ours."""
    said = next((environment[one] for one in _LOCALE_VARIABLES if environment.get(one)), "")
    return "zh" if said.lower().startswith("zh") else "en"


@cache
def load_entries(language: Language) -> Mapping[str, str]:
    """Return the translations of a language by English text; empty for English."""
    entries: dict[str, str] = {}
    for name in FILES.get(language, ()):
        entries |= read_entries(name)
    return MappingProxyType(entries)


def read_entries(name: str) -> dict[str, str]:
    """Return the translations of one file by English text."""
    path = paths.resources_dir() / "translations" / name
    entries: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return entries


def translator(language: Language) -> Callable[[str], str]:
    """Return a function from a text made with `say` to the same in a language."""
    if language == "en":
        return str
    entries = load_entries(language)
    return lambda text: translate(text, lambda template: entries.get(template, template))
