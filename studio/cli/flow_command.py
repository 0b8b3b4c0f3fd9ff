"""`supernode-studio flow`: one collective over the drawn links, failures included."""

from __future__ import annotations

import argparse
import time
from typing import Any

from studio.cli.loading import add_designs, add_json, load
from studio.cli.output import print_json, print_table
from studio.errors import InvalidInput
from studio.session.flow import DrawnFlow, run_collective, with_failed
from studio.simulation.network.exact import FlowResult
from studio.simulation.network.routing import Routing, RoutingMode
from studio.units import display, parse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser, one=True)
    add_json(parser)
    parser.add_argument("--collective", default="all-to-all", help="all-reduce, all-to-all …")
    parser.add_argument("--bytes", default="64MiB", help="payload, such as 1MiB or 512kB")
    parser.add_argument("--group", default="", metavar="SELECTOR", help="NPUs, such as 'R01/*/npu'")
    parser.add_argument("--plane", default="", help="plane; the first scale-up plane by default")
    parser.add_argument("--algorithm", default="", help="ring, tree …; the fastest by default")
    parser.add_argument(
        "--routing",
        default=RoutingMode.SPRAY.value,
        choices=[mode.value for mode in RoutingMode],
        help="spray: equal at every hop; weighted: by bandwidth; hashed: one path per flow; "
        "adaptive: the ideal, busiest link least busy",
    )
    parser.add_argument("--seed", default=0, type=int, help="of the hash; 0 by default")
    parser.add_argument(
        "--subflows", default=1, type=int, help="parts of a flow that are hashed each on its own"
    )
    parser.add_argument(
        "--popularity",
        default="",
        metavar="LIST",
        help="relative amounts that NPUs receive in turn, such as 4,1,1,1; equal by default",
    )
    parser.add_argument(
        "--fail",
        action="append",
        default=[],
        metavar="SELECTOR",
        help="out of order: 'R01/N1/l1[0]', 'R07', 'rule:ub-uplinks[3]'; may be repeated",
    )


def run(arguments: argparse.Namespace) -> int:
    """Solve and print."""
    fabric = load(arguments.design, arguments).fabric
    for address in arguments.fail:
        fabric = with_failed(fabric, address)
    payload = parse(arguments.bytes, "data")
    start = time.perf_counter()
    flow = run_collective(
        fabric,
        arguments.collective,
        payload,
        group=arguments.group,
        plane=arguments.plane,
        algorithm=arguments.algorithm,
        routing=Routing(RoutingMode(arguments.routing), arguments.seed, arguments.subflows),
        popularity=_numbers(arguments.popularity),
    )
    tree = _tree(flow, time.perf_counter() - start)
    if arguments.json:
        print_json(tree)
    else:
        _print(flow, tree)
    return 0


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise InvalidInput("{text} is no list of numbers such as 4,1,1,1", text=text) from None


def _tree(flow: DrawnFlow, seconds: float) -> dict[str, Any]:
    result = flow.result
    return {
        "collective": result.op.value,
        "plane": flow.plane.plane,
        "ranks": result.ranks,
        "payload_bytes": result.payload_byte,
        "routing": {
            "mode": result.routing.mode.value,
            "seed": result.routing.seed,
            "subflows": result.routing.subflows,
        },
        "time_s": result.time_s,
        "algorithm": result.algorithm.value,
        "bus_bandwidth_byte_per_s": result.bus_bandwidth_byte_per_s,
        "terms": {
            "startup_s": result.terms.startup_s,
            "latency_s": result.terms.latency_s,
            "wire_s": result.terms.wire_s,
        },
        "tiers": [
            {
                "tier": f"{tier.lower} to {tier.upper}, {'up' if tier.is_up else 'down'}",
                "links": tier.arcs,
                "bandwidth_byte_per_s": tier.bandwidth_byte_per_s,
                "bytes": tier.load_byte,
                "mean_utilisation": tier.mean_utilisation,
                "peak_utilisation": tier.peak_utilisation,
            }
            for tier in result.tiers
        ],
        "bottleneck": result.bottleneck,
        "exactness": str(result.exactness.value),
        "gap": result.gap,
        "solve_seconds": seconds,
    }


def _print(flow: DrawnFlow, tree: dict[str, Any]) -> None:
    result = flow.result
    print(f"{result.op.value} of {display(result.payload_byte, 'data')} among {result.ranks} NPUs")
    rows = [
        ["  plane", flow.plane.plane],
        ["  algorithm", result.algorithm.value],
        ["  routing", _routing_words(result.routing)],
        ["  time", display(result.time_s, "time")],
        ["  bus bandwidth", display(result.bus_bandwidth_byte_per_s, "bandwidth")],
        *([f"  {name}", display(value, "time")] for name, value in tree["terms"].items()),
        *(
            [f"  tier {tier['tier']}", f"{tier['peak_utilisation']:.1%} of {tier['links']} links"]
            for tier in tree["tiers"]
        ),
        ["  bottleneck", tree["bottleneck"]],
        ["  exactness", _exactness_words(result)],
        *(
            [["  guarantee", "the busiest link is least busy; others may share otherwise"]]
            if result.routing.mode is RoutingMode.ADAPTIVE
            else []
        ),
        ["  solved in", display(tree["solve_seconds"], "time")],
    ]
    print_table(rows)


def _exactness_words(result: FlowResult) -> str:
    words = str(result.exactness.value)
    return f"{words}, within {result.gap:.2%} of the ideal" if result.gap else words


def _routing_words(routing: Routing) -> str:
    if routing.mode is not RoutingMode.HASHED:
        return str(routing.mode.value)
    return f"hashed, seed {routing.seed}, subflows {routing.subflows}"
