"""One function per step of the file format, kept for ever: from version n to n + 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Upgrade = Callable[[Mapping[str, Any]], dict[str, Any]]

UPGRADES: Mapping[int, Upgrade] = {}
"""By the version an upgrade starts from. Version 1 is the first: nothing to upgrade yet."""
