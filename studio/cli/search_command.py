"""`supernode-studio search`: every valid mapping of a training scenario, best first."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from studio.cli.loading import add_designs, add_json, load
from studio.cli.output import print_json, print_table
from studio.cli.simulate_command import add_scenario, given_of
from studio.session.study import search_plans
from studio.units import display


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser, one=True)
    add_json(parser)
    add_scenario(parser)
    parser.add_argument("--most", type=int, default=10, help="mappings to print")


def run(arguments: argparse.Namespace) -> int:
    """Search and print."""
    given = given_of(load(arguments.design, arguments).fabric, arguments)
    found = search_plans(given, max(1, min(arguments.most, 1000)))
    if arguments.json:
        print_json(asdict(found))
        return 0
    print(f"{given.scenario.name}: {found.fitting} of {found.count} valid mappings fit")
    print_table(
        [["  mapping", "step", "tokens/s per NPU", "memory", "", ""]]
        + [
            [
                f"  {plan.plan}",
                display(plan.step_time_s, "time"),
                f"{plan.tokens_per_s_per_npu:,.1f}",
                display(plan.memory_byte, "data"),
                "fits" if plan.fits else "does not fit",
                "Pareto" if plan.is_pareto else "",
            ]
            for plan in found.ranked
        ]
    )
    for line in found.why:
        print(f"  {line}")
    return 0
