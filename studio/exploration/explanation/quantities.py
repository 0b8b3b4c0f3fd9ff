"""Numbers as they stand inside formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studio import units
from studio.simulation.explanation import Input, Line
from studio.simulation.result import Bound
from studio.simulation.words import word

_FLOP_STEPS = ((1e18, "EFLOP"), (1e15, "PFLOP"), (1e12, "TFLOP"), (1e9, "GFLOP"), (1e6, "MFLOP"))
_DIGITS = 4


def amount(value: float, dimension: str) -> str:
    """Return a quantity with its unit."""
    if dimension == "time" and abs(value) >= units.YEAR_S:
        return f"{value / units.YEAR_S:,.{_DIGITS}g} yr"
    if dimension == "count":
        return number(value)
    return units.display(value, dimension, _DIGITS)


def number(value: float) -> str:
    """Return a plain number: whole ones in full, others with four digits."""
    if abs(value) >= 1e12:
        return f"{value:.{_DIGITS}g}"
    if value == round(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.{_DIGITS}g}"


def seconds(value: float) -> str:
    """Return a time."""
    return amount(value, "time")


def operations(value: float) -> str:
    """Return a number of operations, such as `1.2 TFLOP`."""
    for size, unit in _FLOP_STEPS:
        if abs(value) >= size:
            return f"{value / size:.{_DIGITS}g} {unit}"
    return f"{number(value)} FLOP"


def data(value: float) -> str:
    """Return a number of bytes."""
    return amount(value, "data")


def rate(value: float) -> str:
    """Return bytes per second."""
    return amount(value, "bandwidth")


def flops(value: float) -> str:
    """Return operations per second."""
    return amount(value, "compute")


def share(value: float) -> str:
    """Return a ratio as percent."""
    return f"{value * 100:.{_DIGITS}g} %"


def term_line(
    key: str,
    value: float,
    bound: Bound,
    formula: str = "",
    inputs: tuple[Input, ...] = (),
    opener: Callable[[], Sequence[Line]] | None = None,
) -> Line:
    """Return a line for a time that bears the name of a term."""
    return Line(key, word(key), value, "time", formula, inputs, bound=bound, opener=opener)
