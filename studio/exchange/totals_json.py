"""Totals as plain data for `--json`, notebooks and files: SI units, every figure with its terms."""

from __future__ import annotations

import math
from typing import Any

from studio.fabric.fabric import Fabric
from studio.simulation.rollup.figure import Figure, Term
from studio.simulation.rollup.totals import Totals


def totals_json(fabric: Fabric, totals: Totals) -> dict[str, Any]:
    """Return a design's figures; dotted names become nested objects, terms stand under `terms`."""
    tree: dict[str, Any] = {"design": fabric.design.name, "id": fabric.design.id}
    for name, figure in totals.figures.items():
        prefix, _, key = name.partition(".")
        value = _number(figure)
        if key:
            tree.setdefault(prefix, {})[key] = value
        else:
            tree[prefix] = value
    tree["terms"] = {name: _figure(figure) for name, figure in totals.figures.items()}
    return tree


def _number(figure: Figure) -> float | int:
    """Return pieces as a whole number; a rate counted per year stays what it is."""
    whole = round(figure.value)
    is_whole = figure.dimension == "count" and math.isclose(figure.value, whole, rel_tol=1e-9)
    return whole if is_whole else figure.value


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": figure.value,
        "grade": figure.grade,
        "missing": list(figure.missing),
        "sum_of": [_term(term) for term in figure.terms],
    }


def _term(term: Term) -> dict[str, Any]:
    made: dict[str, Any] = {
        "label": term.label,
        "count": term.count,
        "each": term.each,
        "value": term.value,
    }
    if term.part:
        made["part"] = term.part
    if term.category:
        made["category"] = term.category
    if term.note:
        made["note"] = term.note
    if term.origin:
        made |= {
            "grade": term.origin.grade,
            "source": term.origin.source,
            "url": term.origin.url,
            "quoted": term.origin.quoted,
            "date": term.origin.date,
        }
        if term.origin.note:
            made["source_note"] = term.origin.note
    return made
