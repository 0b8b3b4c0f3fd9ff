"""`supernode-studio structure`: hops, bisection, oversubscription and single points of failure."""

from __future__ import annotations

import argparse
from typing import Any

from studio.cli.language import Said, add_language, said_in
from studio.cli.loading import add_designs, add_json, load
from studio.cli.output import print_json, print_table
from studio.errors import InvalidInput
from studio.fabric.flow.load_result import Exactness
from studio.fabric.flow.resilience import Blast
from studio.messages import Message, entry, say
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
    add_language(parser)
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
            _print_cut(cut, said_in(arguments))
        return 0
    if arguments.plane:
        raise InvalidInput("--plane says where --between cuts; give both")
    planes = plane_structures(fabric, with_losses=arguments.losses)
    if arguments.json:
        print_json([_tree(plane) for plane in planes])
        return 0
    for plane in planes:
        _print(plane, said_in(arguments))
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


def _print_cut(cut: SelectionCut, said: Said) -> None:
    print(said(say("{plane}: smallest cut", plane=cut.plane)))
    parts = _few(cut.parts) if cut.is_separable else say("none: joined directly")
    print_table(
        [
            [say("Bandwidth"), display(cut.bandwidth_byte_per_s, "bandwidth")],
            [say("Links cut"), _few(cut.links)],
            [say("Link-disjoint paths"), str(cut.link_disjoint_paths)],
            [say("Parts that separate"), parts],
        ],
        indent=2,
        said=said,
    )


def _few(names: tuple[str, ...]) -> str:
    first = f"{len(names)}: {', '.join(names[:3])}"
    more = len(names) - 3
    return say("{first} and {count} more", first=first, count=more) if more > 0 else first


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


def _print(plane: PlaneStructure, said: Said) -> None:
    print(said(say("{plane}: {npus} NPUs", plane=plane.plane, npus=plane.npus)))
    print_table(
        [
            *(
                _paths(plane, said)
                if plane.hops.diameter
                else [[say("Paths"), say("none joins two NPUs")]]
            ),
            *(
                [[say("Pairs without a path"), f"{plane.hops.lost_pairs:.0f}"]]
                if plane.hops.lost_pairs
                else []
            ),
            *(
                [_oversubscription(tier.tier), f"{tier.oversubscription:.2f}"]
                for tier in plane.tiers
                if tier.up_byte_per_s
            ),
            *(
                [
                    say(
                        "Loss of {example}, 1 of {alike}",
                        example=plane.name(loss),
                        alike=loss.alike,
                    ),
                    say(
                        "{npus} cut off, all-to-all {share:.1%}",
                        npus=loss.cut_off,
                        share=loss.exchange_share,
                    ),
                ]
                for loss in plane.losses
            ),
        ],
        indent=2,
        said=said,
    )


def _oversubscription(tier: int) -> Message:
    return say("{level} oversubscription", level=say("Tier {tier}", tier=tier))


def _paths(plane: PlaneStructure, said: Said) -> list[list[str]]:
    cut = plane.bisection
    return [
        [say("Diameter"), _hops(plane.hops.diameter)],
        [say("Mean distance"), say("{hops} hops", hops=f"{plane.hops.mean_hops:.2f}")],
        [say("Fewest shortest paths"), f"{plane.hops.fewest_paths:.0f}{_assumed(plane, said)}"],
        [say("Longest latency"), display(plane.hops.longest_latency_s, "time")],
        [
            say("Bisection"),
            f"{display(cut.upper_byte_per_s, 'bandwidth')} ({said(entry(cut.kind))})",
        ],
    ]


def _hops(count: int) -> Message:
    return say("1 hop") if count == 1 else say("{hops} hops", hops=count)


def _assumed(plane: PlaneStructure, said: Said) -> str:
    exactness = plane.hops.paths_exactness
    return "" if exactness is Exactness.EXACT else f" ({said(entry(exactness.value))})"
