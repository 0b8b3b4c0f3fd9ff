"""Quantities as people type them: read, shown, read again; nonsense refused, never misread."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio import units
from studio.errors import InvalidInput
from studio.units import DIMENSIONS, display, parse

READ = [
    ("400 Gb/s", "bandwidth", 50e9),
    ("400G", "bandwidth", 50e9),
    ("28 GB/s", "bandwidth", 28e9),
    ("1 GiB/s", "bandwidth", 2**30),
    ("5.53 Pb/s", "bit_rate", 5.53e15),
    ("128 GB", "data", 128e9),
    ("192 GiB", "data", 192 * 2**30),
    ("1 Mbit", "data", 125e3),
    ("780 TFLOP/s", "compute", 780e12),
    ("1504 TOPS", "compute", 1504e12),
    ("1.2 kW", "power", 1200.0),
    ("350 mW", "power", 0.35),
    ("1 kWh", "energy", 3.6e6),
    ("200 ns", "time", 200e-9),
    ("3 µs", "time", 3e-6),
    ("3 μs", "time", 3e-6),
    ("3 us", "time", 3e-6),
    ("2 min", "time", 120.0),
    ("2.5 m", "length", 2.5),
    ("600 mm", "length", 0.6),
    ("42U", "length", 42 * 0.04445),
    ('19"', "length", 19 * 0.0254),
    ("1.285 t", "mass", 1285.0),
    ("10 lb", "mass", 4.5359237),
    ("0.69 m²", "area", 0.69),
    ("$1,200", "price", 1200.0),
    ("8 M", "price", 8e6),
    ("96.5 %", "ratio", 0.965),
    ("1.15", "ratio", 1.15),
    ("48", "count", 48.0),
    ("10 %/yr", "failure_rate", 0.1),
    ("100 FIT", "failure_rate", 100e-9 * 8760),
    ("25 °C", "temperature", 298.15),
    ("77 °F", "temperature", 298.15),
    ("3 dB", "loss", 3.0),
    ("0.4 dB/km", "attenuation", 0.0004),
    ("60 L/min", "flow", 1e-3),
    ("1 CFM", "flow", 0.3048**3 / 60),
    ("2.9 GHz", "frequency", 2.9e9),
    ("54 V", "voltage", 54.0),
    ("660 A", "current", 660.0),
    ("0.36 USD/kWh", "energy_price", 1e-7),
    ("360 g/kWh", "carbon", 1e-7),
    ("90°", "angle", 90.0),
]


@pytest.mark.parametrize(("text", "dimension", "si"), READ)
def test_a_quantity_is_read_in_si(text: str, dimension: str, si: float) -> None:
    assert parse(text, dimension) == pytest.approx(si, rel=1e-12)


def test_the_table_of_examples_covers_every_dimension() -> None:
    assert {dimension for _, dimension, _ in READ} == set(DIMENSIONS)


@pytest.mark.parametrize("name", DIMENSIONS)
def test_every_spelling_of_every_dimension_is_read_at_its_size(name: str) -> None:
    kind = DIMENSIONS[name]
    for unit, size in kind.spellings.items():
        offset = (kind.offsets or {}).get(unit, 0.0)
        assert parse(f"3 {unit}", name) == pytest.approx(3 * size + offset, rel=1e-12), unit


@pytest.mark.parametrize("name", DIMENSIONS)
@given(value=st.floats(1e-6, 1e17), negative=st.booleans())
def test_what_is_shown_reads_back_as_the_same_value(
    name: str, value: float, negative: bool
) -> None:
    si = -value if negative else value
    shown = display(si, name, digits=9)
    rounding = 1e-6 if name == "temperature" else 1e-12 * DIMENSIONS[name].shown[-1][1]
    assert parse(shown, name) == pytest.approx(si, rel=1e-8, abs=rounding), shown


@pytest.mark.parametrize("name", DIMENSIONS)
def test_zero_is_shown_and_read_back(name: str) -> None:
    assert parse(display(0.0, name, digits=6), name) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("si", "dimension", "shown"),
    [
        (50e9, "bandwidth", "50 GB/s"),
        (299.52e15, "compute", "299.5 PFLOP/s"),
        (559_378.0, "power", "559.4 kW"),
        (999.96, "power", "1 kW"),
        (999.94, "power", "999.9 W"),
        (0.0494, "time", "49.4 ms"),
        (200e-9, "time", "200 ns"),
        (298.15, "temperature", "25 °C"),
        (0.965, "ratio", "96.5 %"),
        (15_360.0, "count", "15,360"),
        (8.068e6, "price", "8.068 M USD"),
        (-1200.0, "power", "-1.2 kW"),
        (math.nan, "power", "–"),
        (math.inf, "data", "–"),
    ],
)
def test_a_value_is_shown_in_the_unit_that_reads_best(
    si: float, dimension: str, shown: str
) -> None:
    assert display(si, dimension) == shown


@pytest.mark.parametrize(
    "text",
    ["４００ Ｇb/s", "４００Ｇ", "400　Gb/s", "400 Gb／s"],
    ids=["digits", "short", "space", "slash"],
)
def test_full_width_characters_of_an_input_method_are_read(text: str) -> None:
    assert parse(text, "bandwidth") == 50e9


def test_full_width_signs_and_points_are_read() -> None:
    assert parse("－１．５ ｍ", "length") == -1.5
    assert parse("25 ℃", "temperature") == 298.15
    assert parse("＄５", "price") == 5.0
    assert parse("96.5％", "ratio") == pytest.approx(0.965)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "W",
        "NaN W",
        "inf W",
        "-inf",
        "1e",
        "1 2 W",
        "0x10 W",
        "1..5 W",
        "--5 W",
        "5 kg",
        "5 w",
        "5 W W",
        "五 W",
        "5\x00W",
        "5 W; rm",
        "1e999 W",
        "-1e999 W",
        "9" * 400 + " W",
        "9" * 5000 + " W",
        "1" + " " * 200 + "GW",
        "(" * 10_000,
        "1" + ",1" * 50_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_nonsense_is_refused_in_a_short_sentence(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(text, "power")
    message = str(caught.value)
    assert len(message) < 200
    assert "\n" not in message


def test_a_refused_unit_names_one_that_would_do() -> None:
    with pytest.raises(InvalidInput, match=r"'kg' is no unit of power; write for example '1 kW'"):
        parse("5 kg", "power")


@pytest.mark.parametrize("text", ["1,5 m", "1,50 m", "1,2345 m", "12,34,567 m", "1,,000 m", ",5 m"])
def test_a_comma_that_groups_no_thousands_is_refused_rather_than_dropped(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse(text, "length")


def test_thousands_may_be_grouped() -> None:
    assert parse("1,234,567.5 W", "power") == 1234567.5
    assert parse("1_000 W", "power") == 1000.0
    assert parse("25,142 m", "length") == 25142.0


def test_bandwidth_without_a_unit_is_in_the_unit_of_storage() -> None:
    assert parse("50e9", "bandwidth") == 50e9


def test_an_unknown_dimension_lists_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="'colour' is no dimension; known: bandwidth"):
        parse("5 W", "colour")


@given(st.text(max_size=90))
def test_any_text_is_a_finite_number_or_refused(text: str) -> None:
    try:
        value = parse(text, "data")
    except InvalidInput:
        return
    assert math.isfinite(value)


def test_hostile_texts_are_refused_at_once() -> None:
    hostile = ["1" + "_" * 10**6, "1 " * 10**6, "." * 10**6, "1e" + "9" * 10**6]
    for text in hostile:
        with pytest.raises(InvalidInput, match="is not a number with a unit"):
            parse(text, "power")


def test_bits_and_bytes_convert_both_ways() -> None:
    assert units.bit_per_s(50e9) == 400e9
    assert units.byte_per_s(400e9) == 50e9


@pytest.mark.parametrize("name", DIMENSIONS)
def test_units_of_display_stand_largest_first(name: str) -> None:
    sizes = [size for _, size in DIMENSIONS[name].shown]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("value", "bound", "text"),
    [
        (53.04, 50.0, "53"),
        (50.04, 50.0, "50.04"),
        (50.0, 50.0, "50.0"),
        (50.000004, 50, "50.000004"),
    ],
)
def test_a_value_is_told_from_the_bound_it_misses(value: float, bound: float, text: str) -> None:
    assert units.told_apart(value, bound) == text
