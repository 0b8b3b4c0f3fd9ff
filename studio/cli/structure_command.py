"""`supernode-studio structure`: hops, bisection, oversubscription and single points of failure."""

from __future__ import annotations

import argparse
from typing import Any

from studio.cli.loading import add_designs, add_json, load
from studio.cli.output import print_json, print_table
from studio.errors import InvalidInput
from studio.fabric.flow.load_result import Exactness
from studio.fabric.flow.resilience import Blast
from studio.session.flow import with_failed
from studio.session.structure import (
    PlaneStructure,
    SelectionCut,
    cut_between,
    plane_structures,
)
from studio.units import display


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser, one=True)
    add_json(parser)
    parser.add_argument(
        "--losses", action="store_true", help="also what the loss of each kind of part costs"
    )
    parser.add_argument(
        "--between",
        nargs=2,
        metavar=("FIRST", "SECOND"),
        help="instead the smallest cut between two selections, such as R01 R02",
    )
    parser.add_argument("--plane", default="", help="plane of the cut; the usual ones by default")
    parser.add_argument(
        "--fail",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="measure with this out of order, such as R07 or rule:ub-uplinks[0]; may be repeated",
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure the planes, or a cut, and print."""
    fabric = load(arguments.design, arguments).fabric
    for address in arguments.fail:
        fabric = with_failed(fabric, address)
    if arguments.between:
        first, second = arguments.between
        cut = cut_between(fabric, first, second, arguments.plane)
        if arguments.json:
            print_json(_cut_tree(cut))
        else:
            _print_cut(cut)
        return 0
    if arguments.plane:
        raise InvalidInput("--plane says where --between cuts; give both")
    planes = plane_structures(fabric, with_losses=arguments.losses)
    if arguments.json:
        print_json([_tree(plane) for plane in planes])
        return 0
    for plane in planes:
        _print(plane)
    return 0


def _cut_tree(cut: SelectionCut) -> dict[str, Any]:
    return {
        "plane": cut.plane,
        "bandwidth_byte_per_s": cut.bandwidth_byte_per_s,
        "links": list(cut.links),
        "link_disjoint_paths": cut.link_disjoint_paths,
        "parts": list(cut.parts),
        "separable_by_parts": cut.is_separable,
    }


def _print_cut(cut: SelectionCut) -> None:
    print(f"{cut.plane}: smallest cut")
    parts = f"{len(cut.parts)}: {_few(cut.parts)}" if cut.is_separable else "none: joined directly"
    print_table(
        [
            ["  bandwidth", display(cut.bandwidth_byte_per_s, "bandwidth")],
            ["  links cut", f"{len(cut.links)}: {_few(cut.links)}"],
            ["  link-disjoint paths", str(cut.link_disjoint_paths)],
            ["  parts that separate", parts],
        ]
    )


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _tree(plane: PlaneStructure) -> dict[str, Any]:
    return {
        "plane": plane.plane,
        "npus": plane.npus,
        "diameter_hops": plane.hops.diameter,
        "mean_hops": plane.hops.mean_hops,
        "unreachable_pairs": plane.hops.lost_pairs,
        "fewest_shortest_paths": plane.hops.fewest_paths,
        "longest_latency_s": plane.hops.longest_latency_s,
        "paths_exactness": plane.hops.paths_exactness.value,
        "bisection_byte_per_s": {
            "lower": plane.bisection.lower_byte_per_s,
            "upper": plane.bisection.upper_byte_per_s,
            "kind": plane.bisection.kind,
        },
        "tiers": [
            {
                "tier": tier.tier,
                "down_byte_per_s": tier.down_byte_per_s,
                "up_byte_per_s": tier.up_byte_per_s,
                "oversubscription": tier.oversubscription,
            }
            for tier in plane.tiers
        ],
        "losses": [_loss(plane, loss) for loss in plane.losses],
    }


def _loss(plane: PlaneStructure, loss: Blast) -> dict[str, Any]:
    return {
        "example": plane.name(loss),
        "alike": loss.alike,
        "npus_cut_off": loss.cut_off,
        "npus_touched": loss.touched,
        "all_to_all_left": loss.exchange_share,
        "single_point_of_failure": loss.is_single_point_of_failure,
    }


def _print(plane: PlaneStructure) -> None:
    print(f"{plane.plane}: {plane.npus} NPUs")
    print_table(
        [
            *(_paths(plane) if plane.hops.diameter else [["  paths", "none joins two NPUs"]]),
            *(
                [["  pairs without a path", f"{plane.hops.lost_pairs:.0f}"]]
                if plane.hops.lost_pairs
                else []
            ),
            *(
                [f"  tier {tier.tier} oversubscription", f"{tier.oversubscription:.2f}"]
                for tier in plane.tiers
                if tier.up_byte_per_s
            ),
            *(
                [
                    f"  loss of {plane.name(loss)}, 1 of {loss.alike}",
                    f"{loss.cut_off} cut off, all-to-all {loss.exchange_share:.1%}",
                ]
                for loss in plane.losses
            ),
        ]
    )


def _paths(plane: PlaneStructure) -> list[list[str]]:
    cut = plane.bisection
    return [
        ["  diameter", f"{plane.hops.diameter} hops"],
        ["  mean distance", f"{plane.hops.mean_hops:.2f} hops"],
        ["  fewest shortest paths", f"{plane.hops.fewest_paths:.0f}{_assumed(plane)}"],
        ["  longest latency", display(plane.hops.longest_latency_s, "time")],
        ["  bisection", f"{display(cut.upper_byte_per_s, 'bandwidth')} ({cut.kind})"],
    ]


def _assumed(plane: PlaneStructure) -> str:
    exactness = plane.hops.paths_exactness
    return "" if exactness is Exactness.EXACT else f" ({exactness.value})"
