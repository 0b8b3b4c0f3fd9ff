"""The hall around the racks: size, cable routing, cooling, feeds, prices."""

from __future__ import annotations

import msgspec

_KWH_J = 3.6e6
AISLE_M = 1.2
"""Between two rows of racks; ANSI/TIA-942 recommends 1.2 m, two floor tiles, for a cold aisle."""


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A power feed and what it may carry."""

    limit_w: float


class Routing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a cable gets from one rack to another, from which its length follows."""

    tray_above_rack_m: float = 0.3
    slack_m: float = 0.5
    """Spare length at both ends together."""
    slack_fraction: float = 0.0
    """Spare length as a share of the route."""
    stock_lengths_m: tuple[float, ...] = (
        0.5,
        1.0,
        1.5,
        2.0,
        2.5,
        3.0,
        5.0,
        7.0,
        10.0,
        15.0,
        20.0,
        25.0,
        30.0,
        40.0,
        50.0,
        70.0,
        100.0,
        150.0,
        200.0,
        300.0,
        500.0,
    )
    """Lengths that are bought; a cable takes the next longer one. Empty: cut to length."""
    tray_area_m2: float = 0.03
    """Cross-section of one tray, for its fill."""


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the supernode stands and what its surroundings cost."""

    width_m: float = 20.0
    depth_m: float = 10.0
    routing: Routing = Routing()
    inlet_temperature_k: float = 298.15
    coolant_temperature_k: float = 303.15
    pue: float = 1.15
    """Facility power over equipment power."""
    feeds: dict[str, Feed] = {}
    electricity_price_usd_per_j: float = 0.1 / _KWH_J
    carbon_kg_per_j: float = 0.4 / _KWH_J
    lifetime_s: float = 4 * 365 * 86400.0
    """Over which the price is written off."""
