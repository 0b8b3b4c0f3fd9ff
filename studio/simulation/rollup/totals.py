"""All figures of a design in one value; a new figure is a new row in the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import compress
from typing import NamedTuple

from studio.catalog.fields import NUMBER_FORMATS
from studio.fabric.changes import Aspect
from studio.fabric.fabric import Fabric
from studio.fabric.parts import Origin
from studio.messages import say
from studio.simulation.rollup.bandwidth import bisection_figures, injection_figures
from studio.simulation.rollup.figure import Figure, Term, part_terms
from studio.simulation.rollup.inventory import Inventory, inventory_of
from studio.simulation.rollup.power import CATEGORY_OF_KIND, POWER_FIELDS, power_figure
from studio.simulation.rollup.reliability import reliability_figures
from studio.units import BITS_PER_BYTE

DIRECTIONS = 2
"""Optical bandwidth is quoted with both directions of every module added: 6,912 x 400 Gb/s x 2."""


@dataclass(frozen=True)
class Totals:
    """Figures by name; dotted names belong together: `compute_flops.bf16`."""

    figures: Mapping[str, Figure]
    by_row: tuple[tuple[Figure, ...], ...] = field(default=(), repr=False, compare=False)
    """The same figures by the row of the table below that made them."""

    def value(self, name: str) -> float:
        """Return a figure's value, 0 where the design has nothing of the kind."""
        figure = self.figures.get(name)
        return figure.value if figure else 0.0

    def group(self, prefix: str) -> Mapping[str, Figure]:
        """Return the figures `prefix.*` by what follows the dot."""
        start = prefix + "."
        return {
            name[len(start) :]: figure
            for name, figure in self.figures.items()
            if name.startswith(start)
        }


def roll_up(
    fabric: Fabric, known: Totals | None = None, same: frozenset[Aspect] = frozenset()
) -> Totals:
    """Add up a fabric.

    Parameters
    ----------
    known, same : the totals of an earlier fabric, and the aspects unchanged since; the result is
        the same without.
    """
    if known and all(row.reads <= same for row in _ROWS):
        return known
    inventory = inventory_of(fabric)
    by_row = []
    for number, row in enumerate(_ROWS):
        if known and row.reads <= same:
            by_row.append(known.by_row[number])
            continue
        made = row.make(inventory)
        by_row.append(made if isinstance(made, tuple) else (made,))
    return Totals({figure.name: figure for made in by_row for figure in made}, tuple(by_row))


def _count(name: str, kind: str, inventory: Inventory) -> Figure:
    return Figure(
        name,
        "count",
        tuple(
            Term(part.title, count, 1.0, part.id)
            for part, count in inventory.components
            if part.kind == kind
        ),
    )


def _racks(inventory: Inventory) -> Figure:
    terms = tuple(Term(part.title, count, 1.0, part.id) for part, count in inventory.racks)
    return Figure("rack_count", "count", terms)


def _nodes(inventory: Inventory) -> Figure:
    terms = tuple(Term(name, n, 1.0) for name, n in inventory.nodes.items())
    return Figure("node_count", "count", terms)


def _of_working(
    name: str, dimension: str, field: str, kinds: tuple[str, ...], inventory: Inventory
) -> Figure:
    counts = inventory.of_kind(*kinds)
    missing = tuple(part.id for part, _ in counts if field not in part.values)
    return Figure(name, dimension, part_terms(counts, field), missing)


def _compute(inventory: Inventory) -> tuple[Figure, ...]:
    npus = inventory.of_kind("npu")
    made = []
    for number_format in NUMBER_FORMATS:
        terms = part_terms(npus, f"compute_{number_format}")
        if terms:
            made.append(Figure(f"compute_flops.{number_format}", "compute", terms))
    return tuple(made)


def _transceivers(inventory: Inventory) -> Figure:
    terms = tuple(Term(part.title, n, 1.0, part.id) for part, n in inventory.transceivers)
    return Figure("transceiver_count", "count", terms)


def _optical_bandwidth(inventory: Inventory) -> Figure:
    terms = tuple(
        Term(
            say("{part}, both directions", part=part.title),
            count,
            DIRECTIONS * BITS_PER_BYTE * part.value("rate"),
            part.id,
            origin=part.origins.get("rate"),
        )
        for part, count in inventory.transceivers
    )
    return Figure("optical_bandwidth_bit_per_s", "bit_rate", terms)


def _cables(inventory: Inventory) -> tuple[Figure, ...]:
    counts = tuple(Term(run.title, run.count, 1.0, run.cable.id) for run in inventory.cable_runs)
    metres = tuple(
        Term(
            run.title,
            run.count,
            run.length_m / max(1, run.count),
            run.cable.id,
        )
        for run in inventory.cable_runs
    )
    lanes = tuple(
        Term(
            run.title,
            run.count,
            run.cable.value("lanes"),
            run.cable.id,
        )
        for run in inventory.cable_runs
        if run.cable.tags.get("medium") == "copper"
    )
    return (
        Figure("cable_count", "count", counts),
        Figure("cable_length_m", "length", metres),
        Figure("copper_lane_count", "count", lanes),
    )


_DRAWN = Origin("", say("chassis mass of the assembly in this design"), "", "assumed", "", "")


def _mass(inventory: Inventory) -> Figure:
    fabric = inventory.fabric
    there = compress(fabric.layout.housings, fabric.housing_present)
    boxes = Counter(housing.template.assembly for housing in there)
    assemblies = fabric.design.assemblies
    terms = (
        *part_terms((*inventory.components, *inventory.racks, *inventory.transceivers), "mass"),
        *part_terms(inventory.cable_metres, "mass_per_m"),
        *(
            Term(assemblies[name].title, count, assemblies[name].mass_kg, origin=_DRAWN)
            for name, count in boxes.items()
            if assemblies[name].mass_kg
        ),
    )
    return Figure("mass_kg", "mass", terms)


def _floor_area(inventory: Inventory) -> Figure:
    terms = tuple(
        Term(
            part.title,
            count,
            part.value("width") * part.value("depth"),
            part.id,
            origin=part.origins.get("width"),
        )
        for part, count in inventory.racks
    )
    return Figure("floor_area_m2", "area", terms)


def _price(inventory: Inventory) -> Figure:
    terms: list[Term] = []
    missing = []
    for part, count in inventory.pieces:
        category = CATEGORY_OF_KIND.get(part.kind, "other")
        found = part_terms([(part, count)], "price", category)
        terms.extend(found)
        if not found and part.kind in ("npu", "cpu", "switch", "transceiver"):
            missing.append(part.id)
    terms.extend(part_terms(inventory.cable_metres, "price_per_m", "optics"))
    return Figure("price_usd", "price", tuple(terms), tuple(missing))


class _Row(NamedTuple):
    """What makes figures, and the aspects of a fabric they come from."""

    make: Callable[[Inventory], Figure | tuple[Figure, ...]]
    reads: frozenset[Aspect]


_COMPONENTS: frozenset[Aspect] = frozenset({"components", "states", "builds"})
_LINKS: frozenset[Aspect] = frozenset({"links", "states", "builds"})
_RATED: frozenset[Aspect] = _COMPONENTS | {"ratings"}
_LENGTHS: frozenset[Aspect] = _LINKS | {"lengths"}
_WIRED: frozenset[Aspect] = frozenset({"components", "links", "states"})

_ROWS: tuple[_Row, ...] = (
    _Row(partial(_count, "npu_count", "npu"), _COMPONENTS),
    _Row(partial(_count, "cpu_count", "cpu"), _COMPONENTS),
    _Row(partial(_count, "switch_count", "switch"), _COMPONENTS),
    _Row(_nodes, frozenset({"components", "states"})),
    _Row(_racks, _COMPONENTS),
    _Row(_compute, _RATED),
    _Row(partial(_of_working, "memory_bytes", "data", "memory", ("npu",)), _RATED),
    _Row(
        partial(
            _of_working, "memory_bandwidth_byte_per_s", "bandwidth", "memory_bandwidth", ("npu",)
        ),
        _RATED,
    ),
    _Row(partial(_of_working, "cpu_core_count", "count", "cores", ("cpu",)), _RATED),
    _Row(partial(_of_working, "host_memory_bytes", "data", "memory", ("memory",)), _RATED),
    _Row(injection_figures, _WIRED | {"names"}),
    _Row(bisection_figures, _WIRED),
    _Row(_transceivers, _LINKS),
    _Row(_optical_bandwidth, _LINKS),
    _Row(_cables, _LENGTHS),
    _Row(_mass, _COMPONENTS | _LENGTHS),
    _Row(_floor_area, _COMPONENTS),
    *(
        _Row(partial(power_figure, operating_point=point), _COMPONENTS | _LINKS | {"draws"})
        for point in POWER_FIELDS
    ),
    _Row(_price, _COMPONENTS | _LENGTHS | {"prices"}),
    _Row(reliability_figures, _COMPONENTS | _LINKS | {"failures"}),
)
