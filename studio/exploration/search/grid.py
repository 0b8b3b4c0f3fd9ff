"""Every combination of the values of several degrees, dropping the impossible ones early."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from studio.errors import BrokenRule, InvalidInput
from studio.messages import say
from studio.simulation.inference.requests import within
from studio.workload.operators import FloatArray

MOST_ROWS = 6_000_000
"""Combinations held at once: some 300 bytes each while they are checked, 2 GB together."""
LARGEST = 1_000_000_000
"""Largest count that a choice may ask for."""


def check_counts(name: str, values: Iterable[int | float | str], least: int = 1) -> None:
    """Raise for the first value of a field that is no count.

    Raises
    ------
    BrokenRule : names the field, the value and the range.
    """
    for value in values:
        if isinstance(value, str) or not (least <= value <= LARGEST and value == int(value)):
            nearest = least if isinstance(value, str) else round(within(value, least, LARGEST))
            raise BrokenRule(
                say(
                    "{field}: {value} is no whole number from {least} to {most}",
                    field=name,
                    value=value,
                    least=least,
                    most=LARGEST,
                ),
                nearest,
            )


@dataclass
class Grid:
    """Rows of combinations; grows by one degree at a time."""

    columns: dict[str, FloatArray] = field(default_factory=dict)
    rows: int = 1
    combinations: float = 1.0
    """Product of the values of all degrees: rows if no rule dropped any."""

    def cross(self, name: str, values: Sequence[float]) -> None:
        """Combine every row with every value of a further degree.

        Raises
        ------
        InvalidInput : more rows than can be held.
        """
        self.combinations *= len(values)
        if self.rows * len(values) > MOST_ROWS:
            raise InvalidInput(
                "{size:.3g} combinations are too many; fix a degree or shorten a list "
                "(at most {limit:.0e})",
                size=float(self.rows) * len(values),
                limit=MOST_ROWS,
            )
        self.columns = {key: np.repeat(part, len(values)) for key, part in self.columns.items()}
        self.columns[name] = np.tile(np.asarray(values, dtype=np.float64), self.rows)
        self.rows *= len(values)

    def keep(self, mask: NDArray[np.bool_], refusal: Callable[[], InvalidInput]) -> None:
        """Drop the rows where the mask is false; raise `refusal()` when none is left."""
        if not mask.any():
            raise refusal()
        if not mask.all():
            self.columns = {key: part[mask] for key, part in self.columns.items()}
            self.rows = int(mask.sum())

    def __getitem__(self, name: str) -> FloatArray:
        """Return one degree of every row."""
        return self.columns[name]
