from __future__ import annotations

import pytest

from studio.errors import InvalidInput
from studio.gui.views.entry import entry_text, read_entry


@pytest.mark.parametrize(
    ("text", "dimension", "shown", "value"),
    [
        ("2*56", "count", "", 112),
        ("400 Gb/s", "bandwidth", "", 50e9),
        ("2*28", "bandwidth", "28 GB/s", 56e9),
        ("（1＋2）*3 kW", "power", "", 9000),
        ("２．５ m", "length", "", 2.5),
        ("8 ft", "length", "2 m", 2.4384),
        ("32", "bandwidth", "28 GB/s", 32e9),
        ("1,024", "count", "", 1024),
        ("25 °C", "temperature", "", 298.15),
        ("3 × 4", "count", "", 12),
        ("10^12", "count", "", 1e12),
        ("10¹²", "count", "", 1e12),
        ("2^10 * 4", "count", "", 4096),
        ("3*10^2 GB/s", "bandwidth", "", 300e9),
        ("10⁻² m", "length", "", 0.01),
        ("300 mm²", "area", "", 3e-4),
    ],
)
def test_entry_reads_units_arithmetic_and_wide_digits(
    text: str, dimension: str, shown: str, value: float
) -> None:
    assert read_entry(text, dimension, shown) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1/0", "9**9**9**9", "9^9^9^9", "4e6^4e6", "(-2)^0.5", "__import__('os')", "1e999"],
)
def test_entry_refuses_what_is_no_number(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_entry(text, "count")


def test_entry_shown_is_read_back() -> None:
    for value, dimension in ((28e9, "bandwidth"), (0.6, "length"), (298.15, "temperature")):
        shown = entry_text(value, dimension)
        assert read_entry(shown, dimension, shown) == pytest.approx(value)
