"""Read what was typed into a number field: units, arithmetic, decimal commas, full-width digits."""

from __future__ import annotations

import ast
import re
import unicodedata

from simpleeval import DEFAULT_OPERATORS, InvalidExpression, SimpleEval

from studio import units
from studio.errors import InvalidInput
from studio.gui.views.format import figure_text
from studio.gui.views.numerals import with_points

LONGEST_ENTRY = 80
_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "，": ","})
_RAISED = re.compile(r"(?<=[\d)])[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_ENTRY = re.compile(r"^(?P<sum>[\d\s.,_eE+\-*/^()]*[\d.)])\s*(?P<unit>[^\d\s(^].*)?$")
_OPERATORS = re.compile(r"[*/^()]|(?<=[\d)\s])[+-]")


def read_entry(text: str, dimension: str, shown: str = "") -> float:
    """Return an entry in the SI unit of its dimension.

    Parameters
    ----------
    shown : what the field showed before; a bare number is taken in its unit.

    Raises
    ------
    InvalidInput : neither a number nor arithmetic on numbers, or an unknown unit.
    """
    # Normalised, a raised digit would become one more digit of the number itself.
    plain = _RAISED.sub(lambda match: f"^{match[0]}", text)
    clean = with_points(unicodedata.normalize("NFKC", plain).translate(_SIGNS).strip())
    if len(clean) > LONGEST_ENTRY:
        raise InvalidInput(
            "{clean!r}… is longer than {longest_entry} characters",
            clean=clean[:20],
            longest_entry=LONGEST_ENTRY,
        )
    match = _ENTRY.match(clean)
    if match is None:
        return units.parse(clean, dimension)
    amount, unit = match["sum"], match["unit"] or unit_of(shown)
    if _OPERATORS.search(amount):
        amount = repr(_evaluate(amount))
    return units.parse(f"{amount.strip()} {unit}".strip(), dimension)


def read_whole(text: str, shown: str = "") -> int:
    """Return a whole number.

    Raises
    ------
    InvalidInput : it is none.
    """
    value = read_entry(text, "count", shown)
    if value != round(value):
        raise InvalidInput("{text!r} is not a whole number", text=text.strip())
    return round(value)


def unit_of(shown: str) -> str:
    """Return the unit of a quantity as it is displayed."""
    match = re.match(r"^[\d.,\s+\-−]+(?P<unit>\S.*)?$", shown.strip())
    return (match["unit"] or "") if match else ""


def entry_text(value: float, dimension: str) -> str:
    """Return a value as an entry field shows it: nine digits at most, none lost by reading back."""
    if dimension == "count":
        return f"{value:g}" if value != round(value) or abs(value) >= 1e15 else f"{round(value)}"
    return figure_text("", value, dimension, 7)


def _power(base: float, exponent: float) -> float:
    """In floating point: whole numbers would grow to millions of digits before they are refused."""
    value: float = float(base) ** float(exponent)
    return value


def _evaluate(expression: str) -> float:
    evaluator = SimpleEval(DEFAULT_OPERATORS | {ast.Pow: _power}, functions={}, names={})
    try:
        value = evaluator.eval(expression.strip().replace("^", "**"))
        return float(value)
    except (InvalidExpression, ArithmeticError, SyntaxError, TypeError, ValueError) as error:
        raise InvalidInput(
            "{expression!r} can't be worked out: {reason}",
            expression=expression.strip(),
            reason=error,
        ) from error
