"""Numbers as people and spreadsheets write them: decimal commas, groups of three, spaces."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TOKEN = re.compile(r"(?<![\w.,])\d[\d.,]*(?:[  '’_]\d{3}(?!\d)[\d.,]*)*")
_SPACED = re.compile(r"^\d{1,3}(?:[ '’_]\d{3})+(?=[.,]|$)")
_GROUPED_BY = {sign: re.compile(rf"^\d{{1,3}}(?:\{sign}\d{{3}})+$") for sign in ".,"}
_UNIT = r"(?:\s*[^\d.,]*)?$"
_SIGN = r"^\s*[+\-−]?"
_COMMA = re.compile(_SIGN + r"(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,(?:\d{1,2}|\d{4,}))" + _UNIT)
_POINT = re.compile(_SIGN + r"(?:\d{1,3}(?:,\d{3})+\.\d+|\d+\.(?:\d{1,2}|\d{4,}))" + _UNIT)
"""Numbers that can't be read the other way round."""


def with_points(text: str, *, has_commas: bool = False) -> str:
    """Return a text with its numbers written plainly: no groups, and a decimal point.

    `1,5` and `1.234,5` have a decimal comma, `1,234.5` and `1,500` commas between thousands; a
    space, apostrophe or underline before three digits groups too.

    Parameters
    ----------
    has_commas : the numbers are known to have decimal commas, so that `1,500` is one and a half.
    """
    return _TOKEN.sub(lambda match: _plain(match[0], has_commas), text)


def write_commas(cells: Iterable[str]) -> bool:
    """Tell whether numbers that come together are written with decimal commas.

    Some must be unmistakable, such as `0,6` or `1.234,5`, and none unmistakably otherwise.
    """
    seen = False
    for cell in cells:
        if _POINT.match(cell):
            return False
        seen = seen or _COMMA.match(cell) is not None
    return seen


def _plain(number: str, has_commas: bool) -> str:
    spaced = _SPACED.match(number)
    if spaced:
        number = re.sub(r"[ '’_]", "", number)
    commas, points = number.count(","), number.count(".")
    if commas and points:
        # The mark that comes last is the decimal one.
        decimal = max(",.", key=number.rfind)
        group = "." if decimal == "," else ","
        whole, _, rest = number.rpartition(decimal)
        if decimal not in whole and _GROUPED_BY[group].match(whole):
            return f"{whole.replace(group, '')}.{rest}"
        return number
    if points > 1 and _GROUPED_BY["."].match(number):
        return number.replace(".", "")
    if has_commas:
        number = number.replace(".", "") if _GROUPED_BY["."].match(number) else number
        return number.replace(",", ".") if commas == 1 else number
    if commas and _GROUPED_BY[","].match(number) and not spaced:
        return number.replace(",", "")
    return number.replace(",", ".") if commas == 1 else number
