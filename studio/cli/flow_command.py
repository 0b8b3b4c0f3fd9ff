"""`supernode-studio flow`: one collective over the drawn links, failures included."""

from __future__ import annotations

import argparse
import time
from typing import Any

from studio.cli.explained import print_line
from studio.cli.language import Said, add_language, said_in
from studio.cli.loading import add_designs, add_json, load
from studio.cli.output import print_json, print_table
from studio.exchange.explanation_json import line_json
from studio.exploration.explanation.drawn_flow import open_flow
from studio.messages import Name, say
from studio.session.flow import DrawnFlow, popularity_of, run_collective, with_failed
from studio.session.network_words import speed_rows, term_rows, way_rows
from studio.simulation.network.flow_result import FlowResult
from studio.simulation.network.routing import Routing, RoutingMode
from studio.simulation.words import term
from studio.units import display, parse

_ROUTINGS = {
    RoutingMode.SPRAY: say("Equal at every hop"),
    RoutingMode.WEIGHTED: say("By bandwidth at every hop"),
    RoutingMode.HASHED: say("One path per flow"),
    RoutingMode.ADAPTIVE: say("Adaptive, ideal"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser, one=True)
    add_json(parser)
    add_language(parser)
    parser.add_argument(
        "--collective", default="all-to-all", help="all-reduce, all-gather …; all-to-all by default"
    )
    parser.add_argument(
        "--bytes", default="64MiB", help="payload, such as 1MiB or 512kB; 64MiB by default"
    )
    parser.add_argument(
        "--group",
        default="",
        metavar="SELECTOR",
        help="NPUs, such as 'R01/*/npu' or 'R01/*/npu,R02/N1/npu[0:4]'; all by default",
    )
    parser.add_argument("--plane", default="", help="plane; the first scale-up plane by default")
    parser.add_argument(
        "--algorithm", default="", help="ring, tree …; the library's fastest by default"
    )
    parser.add_argument(
        "--routing",
        default=RoutingMode.SPRAY.value,
        choices=[mode.value for mode in RoutingMode],
        help="spray: equal at every hop; weighted: by bandwidth; hashed: one path per flow, "
        "each by itself and so refused for large groups; adaptive: the ideal, busiest link "
        "least busy",
    )
    parser.add_argument("--seed", default=0, type=int, help="of the hash; 0 by default")
    parser.add_argument(
        "--subflows",
        default=1,
        type=int,
        help="parts of a flow that are hashed each on its own; 1 by default",
    )
    parser.add_argument(
        "--popularity",
        default="",
        metavar="LIST",
        help="relative amounts that NPUs receive in turn, such as 4,1,1,1; equal by default",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="open the time down to phases, links, formulas and sources",
    )
    parser.add_argument(
        "--fail",
        action="append",
        default=[],
        metavar="SELECTOR",
        help="out of order: 'R01/N1/l1[0]', 'R07', 'rule:ub-uplinks[3]', 'plane:ub'; may be "
        "repeated",
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
        popularity=popularity_of(arguments.popularity),
    )
    tree = _tree(flow, time.perf_counter() - start)
    line = open_flow(flow.result) if arguments.explain else None
    if arguments.json:
        print_json({**tree, "explanation": line_json(line)} if line else tree)
    elif line:
        print_line(line, said_in(arguments))
    else:
        _print(flow, tree["solve_seconds"], said_in(arguments))
    return 0


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
        "library": result.library,
        "is_in_library": result.is_in_library,
        "faster_elsewhere": _other(result.faster),
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


def _other(faster: FlowResult | None) -> dict[str, Any] | None:
    """Return what would beat the library's choice, or None."""
    if faster is None:
        return None
    return {
        "algorithm": faster.algorithm.value,
        "time_s": faster.time_s,
        "bus_bandwidth_byte_per_s": faster.bus_bandwidth_byte_per_s,
    }


def _print(flow: DrawnFlow, solve_s: float, said: Said) -> None:
    result = flow.result
    heading = say(
        "{collective} of {payload} among {npus} NPUs",
        collective=term(result.op.value),
        payload=display(result.payload_byte, "data"),
        npus=result.ranks,
    )
    print(said(heading))
    rows = [
        (say("Plane"), flow.plane.plane),
        *way_rows(flow),
        (say("Routing"), _routing_words(result.routing, said)),
        *speed_rows(flow),
        *term_rows(flow),
        (say("Solved in"), display(solve_s, "time")),
    ]
    print_table([list(row) for row in rows], indent=2, said=said)


def _routing_words(routing: Routing, said: Said) -> str:
    """In English the word of the flag, in other languages what it means."""
    mode = Name(routing.mode.value, said(_ROUTINGS[routing.mode]))
    if routing.mode is not RoutingMode.HASHED:
        return mode
    return say(
        "{mode}, seed {seed}, subflows {subflows}",
        mode=mode,
        seed=routing.seed,
        subflows=routing.subflows,
    )
