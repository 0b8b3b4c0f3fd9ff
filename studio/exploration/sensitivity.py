"""How a result answers to every number of a job: the bars of a tornado plot.

Works with any figure of a job; knows no figure by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from studio.errors import InvalidInput
from studio.exploration.hardware_numbers import hardware_numbers
from studio.exploration.search.mappings import Cancelled, Progress, SearchCancelled
from studio.simulation.job import SimInput

DEFAULT_CHANGE = 0.2


@dataclass(frozen=True)
class Sensitivity:
    """The result when one hardware number is lowered and raised by the same share."""

    name: str
    label: str
    value: float
    """What the number is now, SI."""
    dimension: str
    owner: str
    """What it belongs to, as `HardwareNumber` says."""
    at_low: float
    """NaN where the job is impossible so."""
    at_high: float
    baseline: float

    @property
    def changes(self) -> tuple[float, float]:
        """Return the relative changes at the low and at the high value. [1]."""
        return self.at_low / self.baseline - 1, self.at_high / self.baseline - 1

    @property
    def swing(self) -> float:
        """Width of the bar relative to the baseline; a job that becomes impossible counts as 1."""
        ends = [0.0 if math.isnan(change) else change for change in self.changes]
        lost = any(math.isnan(change) for change in self.changes)
        return max(abs(ends[1] - ends[0]), 1.0 if lost else 0.0)


def sensitivities(
    given: SimInput,
    evaluate: Callable[[SimInput], float],
    change: float = DEFAULT_CHANGE,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> tuple[Sensitivity, ...]:
    """Return the sensitivity of `evaluate` to every hardware number, widest bar first.

    Parameters
    ----------
    given
        The baseline.
    evaluate
        Any figure of a job: seconds per step, tokens per second, joules; NaN where the job has
        become impossible.
    change
        Share by which each number is lowered and raised, between 0 and 1.
    progress, cancelled
        Told how far it is, 0..1; asked whether to stop.

    Raises
    ------
    InvalidInput : `change` is outside 0..1, or the baseline result is zero or not finite.
    SearchCancelled : `cancelled` said so.
    """
    if not 0 < change < 1:
        raise InvalidInput("a change of {change:g} is outside 0..1", change=change)
    baseline = evaluate(given)
    if not math.isfinite(baseline) or baseline == 0:
        raise InvalidInput(
            "the result of the unchanged machine is {baseline:g}: nothing to vary",
            baseline=baseline,
        )
    numbers = hardware_numbers(given)
    bars = []
    for place, number in enumerate(numbers):
        if cancelled is not None and cancelled():
            raise SearchCancelled("the search was cancelled")
        low, high = (_tried(evaluate, number.changed, 1 + sign * change) for sign in (-1, 1))
        bars.append(
            Sensitivity(
                number.name, number.label, number.value, number.dimension, number.owner,
                low, high, baseline,
            )
        )  # fmt: skip
        if progress is not None:
            progress((place + 1) / len(numbers))
    return tuple(sorted(bars, key=lambda bar: -bar.swing))


def _tried(
    evaluate: Callable[[SimInput], float], changed: Callable[[float], SimInput], factor: float
) -> float:
    try:
        return evaluate(changed(factor))
    except InvalidInput:
        return math.nan
