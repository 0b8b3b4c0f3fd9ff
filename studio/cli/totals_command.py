"""`supernode-studio totals`: what designs add up to."""

from __future__ import annotations

import argparse

from studio.cli.language import Said, add_language, said_in
from studio.cli.loading import Loaded, add_designs, add_json, load
from studio.cli.output import print_json, print_table
from studio.errors import UnknownName
from studio.exchange.totals_json import totals_json
from studio.messages import Listed
from studio.simulation.rollup.figure import Figure, Term
from studio.simulation.rollup.labels import figure_label
from studio.simulation.rollup.totals import Totals, roll_up
from studio.simulation.source_words import source_text
from studio.simulation.words import grade_name
from studio.units import display


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser)
    add_json(parser)
    parser.add_argument("--explain", metavar="FIGURE", help="open one figure into its terms")
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the totals."""
    loaded = [load(text, arguments) for text in arguments.designs]
    totals = [roll_up(one.fabric) for one in loaded]
    explained = [_explained(total, arguments.explain) for total in totals]
    if arguments.json:
        objects = [
            totals_json(one.fabric, total) for one, total in zip(loaded, totals, strict=True)
        ]
        print_json(objects[0] if len(objects) == 1 else objects)
        return 0
    said = said_in(arguments)
    for one, total, figures in zip(loaded, totals, explained, strict=True):
        _print_totals(one, total, arguments.lang, said)
        _print_terms(figures, said)
    return 0


def _print_totals(one: Loaded, totals: Totals, language: str, said: Said) -> None:
    print(f"{said(one.title)}  ({one.path.name})")
    print_table(
        [
            [
                "  " + figure_label(figure, language),
                display(figure.value, figure.dimension),
                f"[{said(grade_name(figure.grade))}]",
            ]
            for figure in totals.figures.values()
            if figure.value
        ]
    )


def _explained(totals: Totals, name: str | None) -> dict[str, Figure]:
    if not name:
        return {}
    chosen = {key: value for key, value in totals.figures.items() if key.startswith(name)}
    if not chosen:
        known = Listed(totals.figures)
        raise UnknownName(
            "no figure begins with {name!r}; there is {known}", name=name, known=known
        )
    return chosen


def _print_terms(figures: dict[str, Figure], said: Said) -> None:
    for key, figure in figures.items():
        print(f"\n{key} = {display(figure.value, figure.dimension)}")
        rows = [
            [
                "  " + said(term.label),
                f"{term.count:,.10g}",
                "x",
                f"{term.each:,.4g}"
                if figure.dimension == "count"
                else display(term.each, figure.dimension),
                display(term.value, figure.dimension),
                _evidence(term, said),
            ]
            for term in figure.terms
        ]
        print_table(rows, right_from=1)


def _evidence(term: Term, said: Said) -> str:
    if term.origin is None:
        return said(grade_name("counted"))
    return f"{said(grade_name(term.origin.grade))}: {said(source_text(term.origin.source))}"
