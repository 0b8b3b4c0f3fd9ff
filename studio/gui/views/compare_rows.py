"""The comparison: any number of designs, as a table with ratios and as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.gui.views.format import figure_text, ratio_text

if TYPE_CHECKING:
    from studio.exploration.compare import Candidate, Comparison, Row
    from studio.session.evaluation import Evaluation

CHARTED = (
    "compute_flops.bf16",
    "compute_flops.fp8",
    "memory_bytes",
    "memory_bandwidth_byte_per_s",
    "power_w.typical",
    "power_w.nameplate",
    "price_usd",
    "transceiver_count",
    "result.tokens_per_s",
    "result.energy_j_per_token",
    "result.cost_usd_per_million_tokens",
)


@dataclass(frozen=True)
class CompareCell:
    """A value and its ratio to the reference design."""

    value: str
    ratio: str
    range: str = ""
    """Ends of the value's error band; empty where it has none."""


@dataclass(frozen=True)
class CompareRow:
    """One figure over all designs."""

    name: str
    label: str
    cells: tuple[CompareCell, ...]


@dataclass(frozen=True)
class CompareBars:
    """One figure as bars; shares are of the longest that is drawn, 0..1."""

    name: str
    label: str
    shares: tuple[float, ...]
    texts: tuple[str, ...]
    bands: tuple[tuple[float, float] | None, ...] = ()
    """Shares at which the error band of each bar begins and ends."""


@dataclass(frozen=True)
class ComparedDesign:
    """A design in the comparison, with what its figures are opened from."""

    candidate: Candidate
    evaluation: Evaluation


@dataclass(frozen=True)
class CompareView:
    """What the page shows."""

    designs: tuple[str, ...]
    reference: int
    rows: tuple[CompareRow, ...]
    bars: tuple[CompareBars, ...]


def compare_view(candidates: Sequence[Candidate], reference: int, language: str) -> CompareView:
    """Return the comparison of some designs with ratios against one of them."""
    if not candidates:
        return CompareView((), 0, (), ())
    from studio.exploration.compare import compare

    result = compare(candidates, reference)
    rows = tuple(_row(row, language) for row in result.rows)
    return CompareView(result.designs, result.reference, rows, _bars(result, language))


def _row(row: Row, language: str) -> CompareRow:
    from studio.exploration.compare import row_label

    cells = tuple(
        CompareCell(
            "–" if value is None else figure_text(row.name, value, row.dimension),
            ratio_text(ratio),
            _range(row, place),
        )
        for place, (value, ratio) in enumerate(zip(row.values, row.ratios, strict=True))
    )
    return CompareRow(row.name, row_label(row.name, language), cells)


def _range(row: Row, place: int) -> str:
    ends = row.ranges[place] if row.ranges else None
    if ends is None:
        return ""
    return " – ".join(figure_text(row.name, end, row.dimension, 3) for end in ends)


def _bars(result: Comparison, language: str) -> tuple[CompareBars, ...]:
    from studio.exploration.compare import row_label

    bars = []
    for row in result.rows:
        known = [value for value in row.values if value]
        if row.name not in CHARTED or not known:
            continue
        ranges = row.ranges or (None,) * len(row.values)
        top = max((*known, *(ends[1] for ends in ranges if ends)))
        bars.append(
            CompareBars(
                row.name,
                row_label(row.name, language),
                tuple((value or 0.0) / top for value in row.values),
                tuple(_bar_text(row, n) for n in range(len(row.values))),
                tuple((ends[0] / top, ends[1] / top) if ends else None for ends in ranges),
            )
        )
    return tuple(bars)


def _bar_text(row: Row, place: int) -> str:
    value = row.values[place]
    if value is None:
        return "–"
    return f"{figure_text(row.name, value, row.dimension, 3)}  ({ratio_text(row.ratios[place])})"
