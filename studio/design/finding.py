"""A rule's report on a design: data, never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Finding:
    """Something a design rule has to say about one object."""

    rule: str
    """Name of the rule: `port-overuse`."""
    severity: Severity
    address: str
    """The object: `R03/N2`, `rule:ub-uplinks`, `link rules`."""
    message: str
    message_zh: str
    hint: str = ""
    hint_zh: str = ""

    @property
    def key(self) -> str:
        """Return what a waiver refers to."""
        return f"{self.rule}@{self.address}"
