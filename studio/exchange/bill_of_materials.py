"""The bill of materials: every part type with how many, what it costs, weighs and draws.

Cables are listed by the length that is bought. The lines add up to price and mass of the design.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from studio.exchange.table import Cell, Table
from studio.fabric.fabric import Fabric
from studio.fabric.parts import PartData
from studio.simulation.rollup.inventory import Inventory, inventory_of

_HEADER = (
    *("kind", "part", "variant", "vendor", "name", "name_zh", "length_m", "count"),
    *("price_usd_each", "price_usd", "price_grade", "price_date", "price_source"),
    *("mass_kg_each", "mass_kg", "typical_power_w_each", "typical_power_w"),
)
_DIGITS = 6


@dataclass(frozen=True)
class BillLine:
    """Equal pieces that are bought together."""

    part: PartData
    count: int
    length_m: float = 0.0
    """Of each piece, for cables."""

    @property
    def price_usd_each(self) -> float:
        """Return the price of one piece, 0 where it is not known."""
        return self.part.value("price") + self.part.value("price_per_m") * self.length_m

    @property
    def mass_kg_each(self) -> float:
        """Return the mass of one piece, 0 where it is not known."""
        return self.part.value("mass") + self.part.value("mass_per_m") * self.length_m


def bill_of(fabric: Fabric) -> tuple[BillLine, ...]:
    """Return the lines of the bill: components, racks, cables by length, transceivers."""
    inventory = inventory_of(fabric)
    pieces = (*inventory.components, *inventory.racks)
    return (
        *(BillLine(part, round(count)) for part, count in pieces),
        *_cables(fabric, inventory),
        *(BillLine(part, round(count)) for part, count in inventory.transceivers),
    )


def _cables(fabric: Fabric, inventory: Inventory) -> Iterator[BillLine]:
    of_part: dict[str, tuple[PartData, list[float]]] = {}
    for run in inventory.cable_runs:
        bought = fabric.geometry.length_m[run.first_links]
        of_part.setdefault(run.cable.id, (run.cable, []))[1].extend(bought.tolist())
    for part, lengths in of_part.values():
        for length, count in zip(*np.unique(lengths, return_counts=True), strict=True):
            yield BillLine(part, int(count), float(length))


def bill_table(fabric: Fabric) -> Table:
    """Return the bill as a table; a price or mass that is not known stays empty."""
    return Table(_HEADER, [_row(line) for line in bill_of(fabric)])


def _row(line: BillLine) -> tuple[Cell, ...]:
    part, origin = line.part, line.part.origins.get("price")
    return (
        *(part.kind, part.id, part.variant, part.vendor, part.name, part.name_zh),
        *(line.length_m or "", line.count),
        *_each_and_all(line.price_usd_each, line.count),
        *((origin.grade, origin.date, origin.source) if origin else ("", "", "")),
        *_each_and_all(line.mass_kg_each, line.count),
        *_each_and_all(part.value("power_typical"), line.count),
    )


def _each_and_all(each: float, count: int) -> tuple[Cell, Cell]:
    if not each:
        return "", ""
    return round(each, _DIGITS), round(each * count, _DIGITS)
