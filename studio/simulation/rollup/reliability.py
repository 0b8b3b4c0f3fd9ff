"""How often something in a design fails, and how often that stops a job that uses all of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from studio.catalog.part import Grade
from studio.fabric.arrays import BoolArray
from studio.fabric.parts import Origin, PartData
from studio.ids import PartId
from studio.messages import say
from studio.simulation.reliability.assumptions import (
    REDUNDANT_SHARE,
    REPAIR_S,
    SOFTWARE_PER_NODE_YEAR,
)
from studio.simulation.reliability.formulas import availability, mean_time_between_s
from studio.simulation.rollup.figure import Figure, Term, part_terms
from studio.simulation.rollup.inventory import CableRun, Inventory
from studio.simulation.rollup.power import CATEGORY_OF_KIND

FIELD = "failure_rate"
_SOFTWARE = Origin(
    "54 + 32 + 7 + 2",
    "The Llama 3 Herd of Models, arXiv 2407.21783, table 5",
    "https://arxiv.org/abs/2407.21783",
    "inferred",
    "2024-07",
    say("software bugs, maintenance, time-outs and dependencies in 303 node-years"),
)
_REDUNDANT = frozenset({"power_supply", "cooling"})
_CARRIED = say("the others carry on, five times of six")
_ROUTED = say("what only joins switches stops no job: traffic goes around")


def reliability_figures(inventory: Inventory) -> tuple[Figure, ...]:
    """Return failures and interruptions a year, and what follows from them.

    Notes
    -----
    Failures: pieces x annual rate. Interruptions: the same over what a job cannot do without, which
    leaves out links and switches that only join switches, and most redundant supplies; software
    and operations add their own per node.
    """
    failures: list[Term] = []
    stops: list[Term] = []
    missing: list[str] = []
    for part, count, share, note in _pieces(inventory):
        category = CATEGORY_OF_KIND.get(part.kind, "other")
        for term in part_terms([(part, count)], FIELD, category):
            failures.append(term)
            if share > 0:
                stops.append(
                    Term(term.label, count * share, term.each, term.part, category, term.origin,
                         note)
                )  # fmt: skip
        if FIELD not in part.values and part.kind in ("npu", "cpu", "switch", "transceiver"):
            missing.append(part.id)
    nodes = sum(inventory.nodes.values())
    if nodes:
        stops.append(
            Term(say("Software and operations"), nodes, SOFTWARE_PER_NODE_YEAR, category="other",
                 origin=_SOFTWARE)
        )  # fmt: skip
    stop = Figure("interruptions_per_year", "count", tuple(stops), tuple(missing))
    fail = Figure("failures_per_year", "count", tuple(failures), tuple(missing))
    if not stop.value:
        return fail, stop
    between = mean_time_between_s(stop.value)
    up = availability(between, REPAIR_S)
    grade: Grade = "inferred" if stop.grade == "counted" else stop.grade
    return (
        fail,
        stop,
        _derived("mtbi_s", "time", between, say("A year over the interruptions a year"), grade),
        _derived("availability", "ratio", up, say("MTBI / (MTBI + 75 min of repair)"), grade),
    )


def _derived(name: str, dimension: str, value: float, formula: str, grade: Grade) -> Figure:
    origin = Origin("", say("the terms of the interruptions a year"), "", grade, "", "")
    return Figure(name, dimension, (Term(formula, 1.0, value, origin=origin),))


def _pieces(inventory: Inventory) -> list[tuple[PartData, float, float, str]]:
    """Return (part, count, share of its failures that stop a job, why not all)."""
    ends = _end_points(inventory)
    serving = _edge_switches(inventory, ends)
    found = []
    for part, count in inventory.components:
        if part.kind == "switch":
            share = serving.get(part.id, 0.0) / count if count else 0.0
            found.append((part, count, share, "" if share == 1 else _ROUTED))
        else:
            share = REDUNDANT_SHARE if part.kind in _REDUNDANT else 1.0
            found.append((part, count, share, _CARRIED if part.kind in _REDUNDANT else ""))
    for run in inventory.cable_runs:
        share = _end_share(inventory, run, ends)
        note = "" if share == 1 else _ROUTED
        found.extend(
            (part, float(run.count), share, note) for part in (run.cable, *run.transceivers)
        )
    return found


def _end_points(inventory: Inventory) -> BoolArray:
    """Return which components are no switches, shape (n_components,)."""
    layout = inventory.fabric.layout
    is_switch = np.array([part.kind == "switch" for part in layout.parts], dtype=bool)
    ends: BoolArray = ~is_switch[layout.part]
    return ends


def _edge_switches(inventory: Inventory, ends: BoolArray) -> Mapping[PartId, float]:
    """Return how many switches of each type are joined to an end point."""
    fabric = inventory.fabric
    links, layout = fabric.links, fabric.layout
    edge = np.zeros(len(ends), dtype=bool)
    a, b = links.a[fabric.link_present], links.b[fabric.link_present]
    edge[a[ends[b]]] = True
    edge[b[ends[a]]] = True
    edge &= fabric.component_present & ~ends
    counts = np.bincount(layout.part[edge], minlength=len(layout.parts))
    return {layout.parts[n].id: float(counts[n]) for n in np.flatnonzero(counts)}


def _end_share(inventory: Inventory, run: CableRun, ends: BoolArray) -> float:
    """Return the share of a rule's cables that end at an end point."""
    links = inventory.fabric.links
    touched = ends[links.a[run.first_links]] | ends[links.b[run.first_links]]
    return float(np.mean(touched)) if len(touched) else 0.0
