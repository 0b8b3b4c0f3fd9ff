"""How far the simulator is from published measurements, as last measured when it was built.

Written by `packaging/accuracy.py` from the rows in `tests/reference/`; nothing is typed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec

from studio import paths
from studio.decoding import read_as
from studio.errors import FileProblem
from studio.messages import Listed, say
from studio.simulation.error_band import MEASURED_OF, SET_NAMES, ErrorBand, Measured

Job = Literal["training", "inference"]


class SetAccuracy(msgspec.Struct, frozen=True):
    """One set of measurements; errors are absolute and relative, 0.05 is 5 %."""

    rows: int
    scored: int
    modelled: float
    median_abs_error: float
    mean_abs_error: float
    share_within_20: float
    share_within_30: float
    bias: float
    spread: float = 0.0
    """Factor within which 8 of 10 measurements are of what was predicted; 0 where not known."""


class FamilyAccuracy(msgspec.Struct, frozen=True):
    """The rows of one set on one accelerator family."""

    rows: int
    median_abs_error: float
    spread: float = 0.0
    """As that of the set."""


class AimStanding(msgspec.Struct, frozen=True):
    """How rows stand against one aim; ratios, 0.05 is 5 %."""

    rows: int
    median_abs_error: float
    share: float
    is_met: bool


class AimLine(msgspec.Struct, frozen=True):
    """One aim, on the rows as fitted and on rows held out of the fit where that was studied."""

    name: str
    median: float | None
    within: float
    share: float
    is_class: bool
    seen: AimStanding
    held_out: AimStanding | None = None

    @property
    def title(self) -> str:
        """Return which rows the aim is about."""
        return _AIMS.get(self.name, self.name)

    @property
    def text(self) -> str:
        """Return the aim in a few words."""
        parts = []
        if self.median is not None:
            parts.append(say("median {median:.0%}", median=self.median))
        if self.share and self.is_class:
            parts.append(say("{share:.0%} right", share=self.share))
        elif self.share:
            parts.append(
                say("{share:.0%} within {within:.0%}", share=self.share, within=self.within)
            )
        return Listed(parts)


class LeftOut(msgspec.Struct, frozen=True):
    """Rows of one set that a fit saw nothing alike of; ratios, 0.05 is 5 %."""

    set: str
    by: str
    """What rows that are left out together have in common: row, source, model or hardware."""
    rows: int
    median_abs_error: float
    share_within_30: float


_AIMS: dict[str, str] = {
    text: text
    for text in (
        say("training, dense, mapping known"),
        say("training, MoE or mapping not given"),
        say("training, ratio between sizes of one series"),
        say("memory"),
        say("memory, fits or does not fit"),
        say("network, 16 MiB and more"),
        say("network, 1 MiB and less, low-latency exchange"),
        say("inference, batch given"),
        say("inference, offline and serving throughput"),
        say("inference, time to first token"),
        say("inference, time per output token"),
        say("inference, time per output token on Hopper"),
        say("power, node mean"),
        say("power, energy per token"),
        say("reliability, rates"),
        say("formulas"),
    )
}
FEW_ROWS = 10
"""Fewer measurements of a family say nothing of how far 8 of 10 are off."""


class Accuracy(msgspec.Struct, frozen=True):
    """All sets, and within them all families."""

    sets: dict[str, SetAccuracy]
    families: dict[str, dict[str, FamilyAccuracy]]
    aims: tuple[AimLine, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def of_family(self, set_name: str, family: str) -> FamilyAccuracy | None:
        """Return how far results for a family have been off; None where nothing was published."""
        return self.families.get(set_name, {}).get(family)

    def error_band(self, measured: Measured, family: str) -> ErrorBand | None:
        """Return how far figures for a family may be off; None where nothing was measured."""
        own, whole = self.of_family(measured, family), self.sets.get(measured)
        if own is not None and own.rows >= FEW_ROWS and own.spread:
            return ErrorBand(measured, family, own.rows, own.spread, is_of_all=False)
        if whole is None or not whole.spread:
            return None
        rows, factor = (own.rows, max(own.spread, whole.spread)) if own else (0, whole.spread)
        return ErrorBand(measured, family, rows, factor, is_of_all=True)

    def error_bands(self, job: Job, family: str) -> Mapping[str, ErrorBand]:
        """Return the band of every figure of a job that measurements check."""
        known = {name: self.error_band(name, family) for name in (job, "memory", "power")}
        found = {
            figure: next((known[name] for name in measured if name in known), None)
            for figure, measured in MEASURED_OF.items()
        }
        return {figure: band for figure, band in found.items() if band is not None}

    def band(self, set_name: str, family: str) -> str:
        """Return in one sentence how far results for a family have been off."""
        found = self.of_family(set_name, family)
        if found is None:
            return say(
                "no published {set_name} measurement of {family} to check by",
                set_name=SET_NAMES.get(set_name, set_name),
                family=family or say("this hardware"),
            )
        return say(
            "on {rows} published {set_name} measurements of {family} the median error is "
            "{median_abs_error:.1%}",
            rows=found.rows,
            set_name=SET_NAMES.get(set_name, set_name),
            family=family,
            median_abs_error=found.median_abs_error,
        )


@cache
def accuracy() -> Accuracy:
    """Return the accuracy that ships with the studio.

    Raises
    ------
    FileProblem : the file is missing or damaged.
    """
    path = paths.resources_dir() / "accuracy.json"
    try:
        return read_as(path.read_bytes(), Accuracy)
    except (OSError, msgspec.MsgspecError) as error:
        raise FileProblem("{path}: {reason}", path=path.name, reason=error) from error
