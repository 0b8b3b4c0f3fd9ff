"""What counts as good, set by set, and how the predictions stand against it.

Each aim picks its rows by what their inputs say (mapping given or not, batch given or not), so
that a set is not judged by its easiest part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from studio.exploration.validation.hardware import rated_machine
from studio.exploration.validation.rows import Row, number, whole
from studio.exploration.validation.score import ScoredRow
from studio.units import MEBI

Errors = Sequence[float]
Pick = Callable[[Row], bool]


@dataclass(frozen=True)
class Aim:
    """One line: which rows, and what their errors should be; ratios 0..1."""

    name: str
    set_name: str
    picks: Pick
    median: float = 1.0
    within: float = 0.2
    """Error inside which a share of the rows should lie."""
    share: float = 0.0
    is_ratio: bool = False
    """Whether the ratio between sizes of one series is judged instead of each row."""
    is_class: bool = False
    """Whether the rows are yes/no questions; then only `share` counts."""
    part: str = ""
    """Column of the quantity that is judged where the metric of rows sums several."""

    @property
    def text(self) -> str:
        """Return the aim in a few words, such as `median 8 %, 90 % within 20 %`."""
        parts = []
        if self.median < 1:
            parts.append(f"median {self.median:.0%}")
        if self.share and self.is_class:
            parts.append(f"{self.share:.0%} right")
        elif self.share:
            parts.append(f"{self.share:.0%} within {self.within:.0%}")
        return ", ".join(parts)


@dataclass(frozen=True)
class Standing:
    """How one aim stands on some predictions."""

    aim: Aim
    rows: int
    median: float
    """Median absolute error; for yes/no rows the share answered wrong."""
    share: float
    """Share of rows inside the aim's limit, or answered right."""

    @property
    def is_met(self) -> bool:
        """Whether both the median and the share are as aimed at."""
        return self.median <= self.aim.median and self.share >= self.aim.share


def _is_dense(row: Row) -> bool:
    return whole(row, "experts") == 0


def _is_mapped(row: Row) -> bool:
    return whole(row, "tp") > 0


def _has_batch(row: Row) -> bool:
    phase = (row.get("phase") or "").lower()
    given = number(row, "batch_per_gpu", 0.0) > 0 or number(row, "concurrency", 0.0) > 0
    return given and "offline" not in phase and "mlperf" not in phase


def _is_hopper(row: Row) -> bool:
    rated = rated_machine(row.get("hw") or "")
    return rated is not None and rated.family == "nvidia-hopper"


def _is_large(row: Row) -> bool:
    return number(row, "message_bytes", 0.0) >= 16 * MEBI


def _is_small(row: Row) -> bool:
    size = number(row, "message_bytes", 0.0)
    return 0 < size <= MEBI or "low-latency" in (row.get("op") or "")


def _is_class(row: Row) -> bool:
    return row.get("use") == "score-class"


def _is_formula(row: Row) -> bool:
    return row.get("use") == "score-formula"


def _is_node(row: Row) -> bool:
    return row.get("primary_metric") == "power_w" and "node" in (row.get("scope") or "")


AIMS: tuple[Aim, ...] = (
    Aim("training, dense, mapping known", "training",
        lambda row: _is_dense(row) and _is_mapped(row), 0.08, 0.2, 0.9),
    Aim("training, MoE or mapping not given", "training",
        lambda row: not (_is_dense(row) and _is_mapped(row)), 0.12, 0.3, 0.85),
    Aim("training, ratio between sizes of one series", "training",
        _is_mapped, 0.04, is_ratio=True),
    Aim("memory", "memory", lambda row: not _is_class(row), 0.05, 0.12, 1.0),
    Aim("memory, fits or does not fit", "memory", _is_class, share=0.85, is_class=True),
    Aim("network, 16 MiB and more", "network", _is_large, 0.08),
    Aim("network, 1 MiB and less, low-latency exchange", "network", _is_small, 0.2),
    Aim("inference, batch given", "inference", _has_batch, 0.10),
    Aim("inference, offline and serving throughput", "inference",
        lambda row: not _has_batch(row), 0.15, 0.3, 0.85),
    Aim("inference, time to first token", "inference", lambda _: True, 0.25, part="ttft_ms"),
    Aim("inference, time per output token", "inference", lambda _: True, 0.15, part="tpot_ms"),
    Aim("inference, time per output token on Hopper", "inference",
        _is_hopper, 0.10, part="tpot_ms"),
    Aim("power, node mean", "power", _is_node, 0.07),
    Aim("power, energy per token", "power",
        lambda row: row.get("primary_metric") == "energy", 0.15),
    Aim("reliability, rates", "reliability", lambda _: True, within=0.25, share=0.5),
    Aim("formulas", "", _is_formula, within=0.02, share=1.0),
)  # fmt: skip
"""Names, rows and limits, in the order they are shown; an empty set name means every set."""


def standings(
    rows: Mapping[str, Row], scored: Iterable[ScoredRow], aims: Sequence[Aim] = AIMS
) -> list[Standing]:
    """Return how the aims stand on predictions.

    Parameters
    ----------
    rows : the inputs, by id.
    scored : predictions beside measurements, of rows and of the quantities that metrics of rows
        sum; those that are not scored are left out.
    """
    counted = [row for row in scored if row.is_scored and row.error is not None]
    counted += [
        row for row in scored if row.is_scored and row.is_class and row.predicted is not None
        and row.error is None
    ]  # fmt: skip
    found = []
    for aim in aims:
        own = [
            row for row in counted
            if aim.set_name in ("", row.set_name) and row.is_class == aim.is_class
            and row.part == aim.part
            and row.id in rows and aim.picks(rows[row.id])
        ]  # fmt: skip
        errors = _ratio_errors(rows, own) if aim.is_ratio else _errors(aim, own)
        if len(errors):
            size = np.abs(np.asarray(errors))
            found.append(
                Standing(aim, len(size), float(np.median(size)),
                         float(np.mean(size <= (0 if aim.is_class else aim.within))))
            )  # fmt: skip
    return found


def _errors(aim: Aim, own: Sequence[ScoredRow]) -> Errors:
    if aim.is_class:
        return [float(row.predicted != row.measured) for row in own]
    return [row.error for row in own if row.error is not None]


_SAME = (
    "series", "hw", "model", "precision", "seq", "recompute", "overlap_or_impl", "sharding",
    "primary_metric",
)  # fmt: skip


def same_run(row: Row) -> tuple[str, ...]:
    """Return what runs of one series share: all but the number of NPUs."""
    return tuple(row.get(column) or "" for column in _SAME)


def _ratio_errors(rows: Mapping[str, Row], own: Sequence[ScoredRow]) -> Errors:
    """Return the errors of rates over those of the smallest run that is the same otherwise."""
    series: dict[tuple[str, ...], list[tuple[float, float]]] = defaultdict(list)
    for row in own:
        inputs = rows[row.id]
        series[same_run(inputs)].append((number(inputs, "gpus", 0.0), 1.0 + (row.error or 0.0)))
    found = []
    for runs in series.values():
        smallest = min(runs)
        found += [off / smallest[1] - 1 for size, off in runs if size != smallest[0]]
    return found
