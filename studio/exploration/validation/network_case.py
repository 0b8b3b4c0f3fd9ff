"""A row of published network measurements and the rated machine behind it; predicts nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from studio.errors import InvalidInput
from studio.exploration.validation.rows import whole
from studio.simulation.network.profile_table import ProfileTable, RatedLevels

Row = Mapping[str, str]


@dataclass(frozen=True)
class NetworkCase:
    """One row, what it measured, and the rated machine it ran on."""

    row: Row
    op: str
    table: ProfileTable
    machine: RatedLevels

    def text(self, column: str) -> str:
        """Return a column without blanks around it; empty where it is missing."""
        return (self.row.get(column) or "").strip()

    @property
    def ranks(self) -> int:
        """Accelerators that took part."""
        return whole(self.row, "gpus", 2)

    @property
    def nodes(self) -> int:
        """Servers they are in."""
        return max(whole(self.row, "nodes", 1), 1)

    @property
    def wants_latency(self) -> bool:
        """Whether the row measured a time."""
        return self.text("primary_metric") == "latency_us" or self.text("unit") == "us"


_LARGEST_MESSAGE = 1e15


def message_byte(row: Row) -> float:
    """Return the message size, 0 where none is stated. [byte].

    Raises
    ------
    InvalidInput : the size is no number a buffer can have.
    """
    text = (row.get("message_bytes") or "").strip()
    try:
        size = float(text or 0)
    except ValueError:
        raise InvalidInput(f"message_bytes {text[:40]!r} is no number") from None
    if not 0 <= size <= _LARGEST_MESSAGE:
        raise InvalidInput(f"message_bytes = {size:g} is beyond what a buffer can have")
    return size


def machine_of(table: ProfileTable, row: Row) -> RatedLevels | None:
    """Return the rated machine whose pattern a row's description matches."""
    description = f"{row.get('hw')} {row.get('fabric')}"
    for entry in table.machines:
        if re.search(entry.match, description):
            return entry
    return None
