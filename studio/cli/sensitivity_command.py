"""`supernode-studio sensitivity`: which hardware number a scenario depends on most."""

from __future__ import annotations

import argparse
import math

from studio.cli.language import add_language, said_in
from studio.cli.loading import add_designs, add_json, blamed, load
from studio.cli.output import print_json, print_table
from studio.cli.simulate_command import add_scenario, given_of
from studio.exploration.search.goals import GOALS
from studio.messages import say
from studio.session.study import tornado
from studio.units import display


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser, one=True)
    add_json(parser)
    add_language(parser)
    add_scenario(parser)
    parser.add_argument(
        "--change",
        type=float,
        default=0.2,
        help="share each number is lowered and raised by; 0.2 by default",
    )
    parser.add_argument(
        "--goal",
        default="throughput",
        help=f"the figure that changes: {', '.join(GOALS)}; throughput by default",
    )


def run(arguments: argparse.Namespace) -> int:
    """Vary every number and print."""
    loaded = load(arguments.design, arguments)
    given = given_of(loaded.fabric, arguments)
    with blamed(loaded, arguments):
        bars = tornado(given, arguments.change, arguments.goal)
    if arguments.json:
        print_json(
            [
                {
                    "name": bar.name,
                    "label": bar.label,
                    "value": bar.value,
                    "belongs_to": bar.owner,
                    "at_low": _finite(bar.at_low),
                    "at_high": _finite(bar.at_high),
                }
                for bar in bars
            ]
        )
        return 0
    base = bars[0].baseline if bars else 0.0
    goal = GOALS[arguments.goal]
    value = f"{base:,.4g}" if goal.dimension == "count" else display(base, goal.dimension)
    said = said_in(arguments)
    heading = say(
        "{scenario}: {goal} {value}; each number ∓{change:.0%}",
        scenario=given.scenario.title,
        goal=goal.name,
        value=value,
        change=arguments.change,
    )
    print(said(heading))
    print_table(
        [
            [bar.label, display(bar.value, bar.dimension, 4), *map(_change, bar.changes)]
            for bar in bars
        ],
        indent=2,
        said=said,
    )
    return 0


def _finite(value: float) -> float | None:
    """JSON has no NaN; nothing stands for a job that has become impossible."""
    return value if math.isfinite(value) else None


def _change(change: float) -> str:
    return say("impossible") if math.isnan(change) else f"{change:+.1%}"
