"""`supernode-studio check`: the design rules; exit code 1 where there is an error or warning."""

from __future__ import annotations

import argparse

from studio.cli.loading import add_designs, add_json, load
from studio.cli.output import print_json
from studio.simulation.rules.check import check


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser)
    add_json(parser)
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the texts")


def run(arguments: argparse.Namespace) -> int:
    """Check and print the findings."""
    found = {text: check(load(text, arguments).fabric) for text in arguments.designs}
    if arguments.json:
        print_json(
            [
                {
                    "design": text,
                    "rule": one.rule,
                    "severity": one.severity,
                    "address": one.address,
                    "message": one.message,
                    "hint": one.hint,
                }
                for text, findings in found.items()
                for one in findings
            ]
        )
    else:
        for text, findings in found.items():
            for one in findings:
                message = one.message_zh if arguments.lang == "zh" else one.message
                print(f"{text}: {one.severity}: {one.address}: {message} [{one.rule}]")
            if not findings:
                print(f"{text}: no findings")
    serious = any(one.severity != "info" for findings in found.values() for one in findings)
    return 1 if serious else 0
