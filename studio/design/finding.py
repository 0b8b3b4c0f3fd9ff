"""A rule's report on a design: data, never an exception."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

Severity = Literal["error", "warning", "info"]
_WORST_FIRST: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True)
class Fix:
    """A known remedy: fields of the design to set, as one step."""

    label: str
    """What it does: `Use 2 links per cable`."""
    changes: Mapping[tuple[str, ...], object]
    """New value by the path of its field; None takes the entry out."""


@dataclass(frozen=True)
class Finding:
    """Something a design rule has to say about one object."""

    rule: str
    """Name of the rule: `port-overuse`."""
    severity: Severity
    address: str
    """The object: `R03/N2`, `rule:ub-uplinks`, `link rules`."""
    message: str
    """Made with `say`: the window shows it in its own language."""
    hint: str = ""
    fix: Fix | None = None
    links: Numbers | None = field(default=None, compare=False, repr=False)
    """Numbers of the links that break the rule, at this object and at others alike.

    None where it's not single links that break it.
    """

    @property
    def key(self) -> str:
        """Return what a waiver refers to."""
        return f"{self.rule}@{self.address}"


def by_severity(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with errors first, otherwise in their order."""
    return tuple(sorted(findings, key=lambda one: _WORST_FIRST.index(one.severity)))
