"""`supernode-studio search`: every valid mapping of a scenario, best first, and why it wins."""

from __future__ import annotations

import argparse
import math
import sys
from typing import Any

from studio.cli.language import Said, add_language, said_in
from studio.cli.loading import add_designs, add_json, blamed, load
from studio.cli.output import print_json, print_table
from studio.cli.simulate_command import add_scenario, given_of
from studio.errors import InvalidInput
from studio.exchange.result_json import band_json
from studio.exploration.search.goals import GOALS
from studio.messages import Listed, say
from studio.session.study import PlanSearch, Question, RankedPlan, search_plans
from studio.units import parse

_WORDS = ("precision", "kv_precision", "phases", "recompute", "schedule", "offload")
"""Fields whose values are names, not numbers."""
_MOST_PLANS = 1000


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser, one=True)
    add_json(parser)
    add_language(parser)
    add_scenario(parser)
    goals = ", ".join(GOALS)
    parser.add_argument(
        "--goal",
        default="",
        help=f"what to make best: {goals}; step-time for training, throughput for serving "
        "unless said",
    )
    parser.add_argument("--slo-tpot", metavar="TIME", help="time per output token, such as 50ms")
    parser.add_argument("--slo-ttft", metavar="TIME", help="time to first token, such as 1s")
    parser.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="GOAL=VALUE",
        help="hold another figure to a bound, such as energy=0.5J",
    )
    parser.add_argument(
        "--fix",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="keep a degree of the scenario, such as tp=8",
    )
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="FIELD=VALUE,…",
        help="values to try, such as precision=fp8,bf16, mtp_tokens=0,1, chunk_tokens=2048,8192 or "
        "phases=apart,together",
    )
    parser.add_argument("--most", type=int, default=10, help="mappings to print; 10 by default")


def run(arguments: argparse.Namespace) -> int:
    """Search and print; exit code 1 where nothing fits and keeps all limits."""
    question = Question(arguments.goal, _limits(arguments), _choices(arguments))
    if arguments.most < 1:
        raise InvalidInput("--most {most}: 1 or more can be printed", most=arguments.most)
    loaded = load(arguments.design, arguments)
    given = given_of(loaded.fabric, arguments)
    with blamed(loaded, arguments):
        found = search_plans(given, min(arguments.most, _MOST_PLANS), question)
    if arguments.json:
        print_json(_tree(found))
    else:
        _print(given.scenario.title, found, said_in(arguments))
    return 0 if found.keeping else 1


def _limits(arguments: argparse.Namespace) -> dict[str, float]:
    asked = {
        name: value
        for name, value in (("tpot", arguments.slo_tpot), ("ttft", arguments.slo_ttft))
        if value is not None
    }
    for text in arguments.limit:
        name, equals, value = text.partition("=")
        if not equals or name not in GOALS:
            raise InvalidInput(
                "--limit {text!r}: write GOAL=VALUE; the goals are {goals}",
                text=text,
                goals=", ".join(GOALS),
            )
        asked[name] = value
    bounds = {name: parse(value, GOALS[name].dimension) for name, value in asked.items()}
    for name, bound in bounds.items():
        if not bound > 0:
            raise InvalidInput(
                "a limit of {limit} for {goal}: it must be above 0", limit=asked[name], goal=name
            )
    return bounds


def _choices(arguments: argparse.Namespace) -> dict[str, tuple[int | float | str, ...]]:
    found: dict[str, tuple[int | float | str, ...]] = {}
    for flag, texts in (("--fix", arguments.fix), ("--allow", arguments.allow)):
        for text in texts:
            field, equals, values = text.partition("=")
            if not equals or not values:
                raise InvalidInput(
                    "{flag} {text!r}: write FIELD=VALUE, such as tp=8", flag=flag, text=text
                )
            found[field] = tuple(_value(flag, field, one) for one in values.split(","))
    return found


def _value(flag: str, field: str, text: str) -> int | float | str:
    if field in _WORDS:
        return text
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInput(
            "{flag} {field}={text}: {text!r} is no number", flag=flag, field=field, text=text
        )
    return int(number) if number.is_integer() else number


def _tree(found: PlanSearch) -> dict[str, Any]:
    return {
        "job": found.job,
        "goal": found.goal.id,
        "limits": {limit.goal.id: limit.bound for limit in found.limits},
        "combinations": found.counts.combinations,
        "valid": found.counts.valid,
        "simulated": found.counts.evaluated,
        "left_out": [{"reason": reason, "count": count} for reason, count in found.counts.left_out],
        "proof": found.counts.proof,
        "fitting": found.fitting,
        "keeping_limits": found.keeping,
        "ranked": [_plan(plan) for plan in found.ranked],
        "front": {
            "across": found.axes[0].id,
            "upward": found.axes[1].id,
            "plans": [_plan(plan) for plan in found.front],
        },
        "error_bands": {goal: band_json(band) for goal, band in found.error_bands.items()},
        "why": list(found.why),
        "npu_seconds_per_token": [
            {
                "phase": row.phase,
                "term": row.name,
                "winner": row.winner_s,
                "runner_up": row.runner_up_s,
                "current": row.current_s,
            }
            for row in found.terms
        ],
    }


def _plan(plan: RankedPlan) -> dict[str, Any]:
    return {
        "plan": plan.plan,
        "metrics": dict(plan.metrics),
        "fits": plan.fits,
        "keeps_limits": plan.keeps_limits,
        "is_pareto": plan.is_pareto,
        "scenario_fields": dict(plan.scenario_fields),
    }


def _print(name: str, found: PlanSearch, said: Said) -> None:
    counts = found.counts
    left_out = (
        say("{count:,} mappings {reason}", count=n, reason=text) for text, n in counts.left_out
    )
    looked_at = say(
        "{combinations:,.0f} combinations, {mappings}",
        combinations=counts.combinations,
        mappings=counts.looked_at(found.job),
    )
    print(said(say("{scenario}: {goal}, best first", scenario=name, goal=found.goal.name)))
    print(f"  {said(Listed((looked_at, *left_out), '; '))}\n  {said(counts.proof)}")
    shown = [goal for goal in GOALS.values() if found.job in goal.jobs and goal.id != "tpot"]
    print_table(
        [[say("Mapping"), *(goal.name for goal in shown), ""]]
        + [
            [plan.plan, *(goal.text(plan.metrics[goal.metric]) for goal in shown), _verdict(plan)]
            for plan in found.ranked
        ],
        indent=2,
        said=said,
    )
    for line in found.why:
        print(f"  {said(line)}")
    for measured in dict.fromkeys(band.text for band in found.error_bands.values()):
        print(f"  {said(say('error band: {text}', text=measured))}")
    if not found.keeping:
        refusal = say("no mapping keeps all limits: those above miss them by least")
        print(f"  {said(refusal)}", file=sys.stderr)


def _verdict(plan: RankedPlan) -> str:
    if not plan.fits:
        return say("does not fit")
    if not plan.keeps_limits:
        return say("Misses a limit")
    return say("Pareto") if plan.is_pareto else ""
