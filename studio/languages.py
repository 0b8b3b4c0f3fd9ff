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

_FILES: Mapping[Language, str] = {"zh": "zh_CN.json"}


@cache
def load_entries(language: Language) -> Mapping[str, str]:
    """Return the translations of a language by English text; empty for English."""
    name = _FILES.get(language)
    if name is None:
        return {}
    path = paths.resources_dir() / "translations" / name
    entries: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType(entries)


def translator(language: Language) -> Callable[[str], str]:
    """Return a function from a text made with `say` to the same in a language."""
    if language == "en":
        return str
    entries = load_entries(language)
    return lambda text: translate(text, lambda template: entries.get(template, template))
