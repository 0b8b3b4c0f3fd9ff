"""Read and write quantities with units; inside the studio everything is SI and bytes.

Used at three borders only: catalogue load, file load, display. Knows no domain object.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from studio.errors import InvalidInput

KILO, MEGA, GIGA, TERA, PETA, EXA = 1e3, 1e6, 1e9, 1e12, 1e15, 1e18
MILLI, MICRO, NANO, PICO = 1e-3, 1e-6, 1e-9, 1e-12
KIBI, MEBI, GIBI, TEBI = 2**10, 2**20, 2**30, 2**40
BITS_PER_BYTE = 8
MINUTE_S = 60.0
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
YEAR_S = 365 * DAY_S
RACK_UNIT_M = 0.04445

SI_PREFIXES = {"": 1.0, "k": KILO, "K": KILO, "M": MEGA, "G": GIGA, "T": TERA, "P": PETA, "E": EXA}
IEC_PREFIXES = {"Ki": KIBI, "Mi": MEBI, "Gi": GIBI, "Ti": TEBI}
SMALL_PREFIXES = {"": 1.0, "m": MILLI, "u": MICRO, "µ": MICRO, "μ": MICRO, "n": NANO, "p": PICO}


@dataclass(frozen=True)
class Dimension:
    """One kind of quantity: its SI unit, the spellings it is read from, the ones it is shown in."""

    name: str
    si_unit: str
    spellings: Mapping[str, float]
    """Every accepted unit and its size in the SI unit."""
    shown: tuple[tuple[str, float], ...]
    """Units used for display with their size, largest first."""
    offsets: Mapping[str, float] | None = None
    """Added after scaling, for temperature only."""


def _spell(units: Mapping[str, float], *prefix_tables: Mapping[str, float]) -> dict[str, float]:
    spellings: dict[str, float] = {}
    for prefixes in prefix_tables or ({"": 1.0},):
        for prefix, factor in prefixes.items():
            for unit, size in units.items():
                spellings[prefix + unit] = factor * size
    return spellings


_LARGE = (("E", EXA), ("P", PETA), ("T", TERA), ("G", GIGA), ("M", MEGA), ("k", KILO), ("", 1.0))
_SMALL = (("", 1.0), ("m", MILLI), ("µ", MICRO), ("n", NANO))
_SIDES = {"m": 1.0, "cm": 0.01, "mm": MILLI, "ft": 0.3048, "in": 0.0254}


def _steps(unit: str, steps: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    return tuple((prefix + unit, factor) for prefix, factor in steps)


_BIT = 1 / BITS_PER_BYTE

_TABLE = (
    Dimension(
        "bandwidth",
        "byte/s",
        _spell(
            {"B/s": 1.0, "byte/s": 1.0, "Bps": 1.0, "b/s": _BIT, "bit/s": _BIT, "bps": _BIT},
            SI_PREFIXES,
            IEC_PREFIXES,
        )
        # "400G" is how optics people write 400 Gb/s.
        | {"G": GIGA * _BIT, "T": TERA * _BIT},
        _steps("B/s", _LARGE),
    ),
    Dimension(
        "bit_rate",
        "bit/s",
        _spell({"b/s": 1.0, "bit/s": 1.0, "bps": 1.0}, SI_PREFIXES),
        _steps("b/s", _LARGE),
    ),
    Dimension(
        "data",
        "byte",
        _spell({"B": 1.0, "byte": 1.0, "b": _BIT, "bit": _BIT}, SI_PREFIXES, IEC_PREFIXES),
        _steps("B", _LARGE),
    ),
    Dimension(
        "compute",
        "FLOP/s",
        _spell({"FLOP/s": 1.0, "FLOPS": 1.0, "OP/s": 1.0, "OPS": 1.0}, SI_PREFIXES),
        _steps("FLOP/s", _LARGE),
    ),
    Dimension("power", "W", _spell({"W": 1.0}, SI_PREFIXES, {"m": MILLI}), _steps("W", _LARGE[3:])),
    Dimension(
        "energy",
        "J",
        _spell({"J": 1.0, "Wh": HOUR_S}, SI_PREFIXES, {"m": MILLI}),
        _steps("J", _LARGE),
    ),
    Dimension(
        "time",
        "s",
        _spell({"s": 1.0}, SMALL_PREFIXES)
        | {"min": MINUTE_S, "h": HOUR_S, "d": DAY_S, "yr": YEAR_S, "y": YEAR_S},
        (("d", DAY_S), ("h", HOUR_S), *_steps("s", _SMALL)),
    ),
    Dimension(
        "length",
        "m",
        _spell({"m": 1.0}, SMALL_PREFIXES)
        | {"cm": 0.01, "km": KILO, "ft": 0.3048, "in": 0.0254, '"': 0.0254, "U": RACK_UNIT_M},
        (("m", 1.0), ("mm", MILLI), ("µm", MICRO)),
    ),
    Dimension(
        "mass",
        "kg",
        {"kg": 1.0, "g": MILLI, "t": KILO, "lb": 0.45359237},
        (("t", KILO), ("kg", 1.0), ("g", MILLI)),
    ),
    Dimension(
        "area",
        "m²",
        {f"{unit}{two}": metres**2 for unit, metres in _SIDES.items() for two in ("²", "2")},
        (("m²", 1.0),),
    ),
    Dimension(
        "price",
        "USD",
        _spell({"USD": 1.0, "$": 1.0}, SI_PREFIXES)
        | {"k": KILO, "M": MEGA, "k USD": KILO, "M USD": MEGA},
        (("M USD", MEGA), ("k USD", KILO), ("USD", 1.0)),
    ),
    Dimension("ratio", "1", {"": 1.0, "%": 0.01, "x": 1.0}, (("%", 0.01),)),
    Dimension("count", "1", _spell({"": 1.0}, SI_PREFIXES), (("", 1.0),)),
    Dimension(
        "failure_rate",
        "1/year",
        {"/yr": 1.0, "1/yr": 1.0, "/year": 1.0, "%/yr": 0.01, "FIT": 1e-9 * YEAR_S / HOUR_S},
        (("%/yr", 0.01),),
    ),
    Dimension(
        "temperature",
        "K",
        {"K": 1.0, "°C": 1.0, "C": 1.0, "degC": 1.0, "°F": 5 / 9},
        (("°C", 1.0),),
        offsets={"°C": 273.15, "C": 273.15, "degC": 273.15, "°F": 273.15 - 32 * 5 / 9},
    ),
    Dimension("loss", "dB", {"dB": 1.0}, (("dB", 1.0),)),
    Dimension("attenuation", "dB/m", {"dB/m": 1.0, "dB/km": MILLI}, (("dB/km", MILLI),)),
    Dimension(
        "flow",
        "m³/s",
        {"m³/s": 1.0, "m3/s": 1.0, "L/min": MILLI / 60, "LPM": MILLI / 60, "CFM": 0.3048**3 / 60},
        (("L/min", MILLI / 60),),
    ),
    Dimension("frequency", "Hz", _spell({"Hz": 1.0}, SI_PREFIXES), _steps("Hz", _LARGE)),
    Dimension("voltage", "V", _spell({"V": 1.0}, SI_PREFIXES), (("V", 1.0),)),
    Dimension("current", "A", {"A": 1.0, "kA": KILO}, (("A", 1.0),)),
    Dimension(
        "energy_price",
        "USD/J",
        {"USD/kWh": 1 / (KILO * HOUR_S), "$/kWh": 1 / (KILO * HOUR_S)},
        (("USD/kWh", 1 / (KILO * HOUR_S)),),
    ),
    Dimension(
        "carbon",
        "kg/J",
        {"kg/kWh": 1 / (KILO * HOUR_S), "g/kWh": MILLI / (KILO * HOUR_S)},
        (("g/kWh", MILLI / (KILO * HOUR_S)),),
    ),
    Dimension("angle", "deg", {"deg": 1.0, "°": 1.0, "": 1.0}, (("°", 1.0),)),
)

DIMENSIONS: Mapping[str, Dimension] = {dimension.name: dimension for dimension in _TABLE}

LONGEST_TEXT = 80
_QUANTITY = re.compile(
    r"\s*(?P<currency>\$)?\s*(?P<number>[+-]?"
    r"(?:(?:\d{1,3}(?:,\d{3})+|\d+(?:_\d+)*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*"
    r"(?P<unit>\S(?:.{0,20}\S)?)?\s*$"
)


def dimension_of(name: str) -> Dimension:
    """Return the dimension called `name`.

    Raises
    ------
    InvalidInput : there is no such dimension.
    """
    try:
        return DIMENSIONS[name]
    except KeyError:
        raise InvalidInput(
            "{name!r} is no dimension; known: {dimensions}",
            name=name,
            dimensions=", ".join(DIMENSIONS),
        ) from None


@lru_cache(maxsize=8192)
def parse(text: str, dimension: str) -> float:
    """Return `text`, a number with a unit, in the SI unit of `dimension`.

    Full-width characters are accepted, thousands may be grouped by commas or underscores; a comma
    that groups no thousands is refused, because it may be meant as a decimal point.

    Raises
    ------
    InvalidInput : no number, an unknown unit, too long a text, or a value that is not finite.
    """
    kind = dimension_of(dimension)
    shown = text if len(text) <= 40 else text[:40] + "…"
    readable = unicodedata.normalize("NFKC", text[: LONGEST_TEXT + 1]).replace("μ", "µ")
    match = _QUANTITY.match(readable)
    if match is None or len(text) > LONGEST_TEXT:
        if "" in kind.spellings:
            raise InvalidInput("{shown!r} is not a number", shown=shown)
        raise InvalidInput(
            "{shown!r} is not a number with a unit, such as {example!r}",
            shown=shown,
            example=_example(kind),
        )
    unit = match["unit"] or ""
    if match["currency"]:
        unit += "$"
    value = float(match["number"].replace(",", "").replace("_", ""))
    scale = 1.0 if unit == "" and "" not in kind.spellings else kind.spellings.get(unit)
    if scale is None:
        raise InvalidInput(
            "{shown!r}: {unit!r} is no unit of {dimension}; write for example {example!r}",
            shown=shown,
            unit=unit,
            dimension=dimension,
            example=_example(kind),
        )
    si_value = value * scale + (kind.offsets or {}).get(unit, 0.0)
    if not math.isfinite(si_value):
        raise InvalidInput("{shown!r} is too large; the value must be finite", shown=shown)
    return si_value


def _example(kind: Dimension) -> str:
    unit = kind.shown[len(kind.shown) // 2][0]
    return f"1 {unit}".strip()


@lru_cache(maxsize=8192)
def display(si_value: float, dimension: str, digits: int = 4) -> str:
    """Return `si_value` with the unit that leaves the shortest readable number.

    `digits` counts significant figures; zero shows in the smallest unit of the dimension.
    """
    kind = dimension_of(dimension)
    if not math.isfinite(si_value):
        return "–"
    offset = (kind.offsets or {}).get(kind.shown[0][0], 0.0)
    value = si_value - offset
    chosen = next(
        (step for step in kind.shown if abs(value) >= step[1] * (1 - 10.0**-digits / 2)),
        kind.shown[-1] if value else _neutral(kind),
    )
    unit, size = chosen
    number = _significant(value / size, digits)
    return f"{number} {unit}".strip()


def display_ratio(ratio: float, digits: int = 3) -> str:
    """Return a ratio such as `1.66x` or `0.0464x`, to that many significant digits."""
    return f"{_significant(ratio, digits)}x"


def told_apart(value: float, bound: float) -> str:
    """Return a value with as many digits, three at least, as tell it from a bound: `50.04`."""
    shown = range(3, 17)
    texts = (_significant(value, digits) for digits in shown)
    bounds = (_significant(bound, digits) for digits in shown)
    return next((a for a, b in zip(texts, bounds, strict=True) if a != b), repr(value))


def _neutral(kind: Dimension) -> tuple[str, float]:
    return next((step for step in kind.shown if step[1] == 1.0), kind.shown[-1])


def _significant(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(decimals, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def bit_per_s(byte_per_s: float) -> float:
    """Return a bandwidth in bit/s."""
    return byte_per_s * BITS_PER_BYTE


def byte_per_s(bit_per_s_: float) -> float:
    """Return a bandwidth in byte/s."""
    return bit_per_s_ / BITS_PER_BYTE
