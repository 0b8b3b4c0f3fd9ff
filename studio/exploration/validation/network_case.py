"""A row of published network measurements and the rated machine behind it; predicts nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from studio.errors import InvalidInput
from studio.exploration.validation.hardware import machine_of_row
from studio.exploration.validation.prediction import Prediction, doubted
from studio.exploration.validation.rows import whole
from studio.messages import say
from studio.simulation.network.profile_table import ProfileTable, RatedLevels
from studio.units import BITS_PER_BYTE, GIGA, MEGA

Row = Mapping[str, str]


@dataclass(frozen=True)
class NetworkCase:
    """One row, what it measured, and the rated machine it ran on."""

    row: Row
    op: str
    table: ProfileTable
    machine: RatedLevels
    doubt: str = ""
    """Why the answer deserves less trust; empty where nothing stands in for anything."""

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
        return self.text("primary_metric") == "latency_us" or self._unit in _SECONDS

    def as_time(self, time_s: float, reason: str) -> Prediction:
        """Return a time in the unit of the row, microseconds where its column says so."""
        in_column = self.text("primary_metric") == "latency_us"
        unit = _SECONDS["us"] if in_column else _SECONDS.get(self._unit, _SECONDS["us"])
        return self._answer(time_s / unit, reason)

    def as_rate(self, byte_per_s: float, reason: str) -> Prediction:
        """Return a bandwidth in the unit of the row, GB/s where it has none."""
        return self._answer(byte_per_s / _BYTE_PER_S.get(self._unit, GIGA), reason)

    def _answer(self, value: float, reason: str) -> Prediction:
        return Prediction(value, doubted(reason, self.doubt))

    @property
    def _unit(self) -> str:
        """First word of the unit."""
        return (self.text("unit").split() or [""])[0]


_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_BYTE_PER_S = {
    "GB/s": GIGA,
    "MB/s": MEGA,
    "TB/s": 1e12,
    "GiB/s": 2.0**30,
    "Gb/s": GIGA / BITS_PER_BYTE,
    "Gbps": GIGA / BITS_PER_BYTE,
}
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
        raise InvalidInput(
            "{column} {text!r} is no number", column="message_bytes", text=text[:40]
        ) from None
    if not 0 <= size <= _LARGEST_MESSAGE:
        raise InvalidInput(
            "{column} = {value:g} is beyond what a buffer can have",
            column="message_bytes",
            value=size,
        )
    return size


def no_network(row: Row) -> str:
    """Return why a row whose machine is not known has no prediction."""
    return say("no rated network for {hardware!r}", hardware=row.get("hw") or "")


def machine_of(table: ProfileTable, row: Row) -> tuple[RatedLevels | None, str]:
    """Return the rated machine a row ran on, and what stands in for one it has no entry for.

    Its own entry by hardware and fabric comes first; then the levels that the table of machines
    rates for the accelerator, or for the usual one of its family, with that family's library.
    """
    description = f"{row.get('hw')} {row.get('fabric')}"
    for entry in table.machines:
        if re.search(entry.match, description):
            return entry, ""
    found, stand_in = machine_of_row(row, max(whole(row, "gpus", 1), 1))
    if found is None:
        return None, ""
    family = found.accelerator.family
    if stand_in and family not in table.by_family:
        # Links of another generation under a library nobody has measured say nothing.
        return None, ""
    levels = RatedLevels(
        "", table.for_family(family).name, found.levels, "; ".join(found.assumptions)
    )
    return levels, stand_in or say("links of {name} as rated", name=found.accelerator.name)
