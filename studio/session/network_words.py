"""A collective over drawn links in words, for the command line and the Network panel."""

from __future__ import annotations

from collections.abc import Mapping

from studio.fabric.flow.load_result import Exactness
from studio.fabric.flow.tiers import TierLoad
from studio.messages import say
from studio.session.flow import DrawnFlow
from studio.simulation.network.flow_result import FlowResult
from studio.simulation.network.routing import Routing, RoutingMode
from studio.simulation.words import term, word
from studio.units import display

Row = tuple[str, str]
"""What a figure is called, and its value; both can be shown in any language."""

_EXACTNESS: Mapping[Exactness, str] = {
    Exactness.EXACT: say("exact"),
    Exactness.ASSUMED_SYMMETRIC: say("assumed symmetric"),
    Exactness.UPPER_BOUND: say("upper bound"),
    Exactness.LOWER_BOUND: say("lower bound"),
}


def speed_rows(flow: DrawnFlow) -> tuple[Row, ...]:
    """Return what a collective comes to."""
    result = flow.result
    return (
        (say("Time"), display(result.time_s, "time")),
        (say("Bus bandwidth"), display(result.bus_bandwidth_byte_per_s, "bandwidth")),
    )


def way_rows(flow: DrawnFlow) -> tuple[Row, ...]:
    """Return by what algorithm it is carried out, and what would be faster."""
    result = flow.result
    return (
        (say("Algorithm"), word(result.algorithm.value)),
        (say("Communication library"), _library(result)),
        *_faster(result),
    )


def term_rows(flow: DrawnFlow) -> tuple[Row, ...]:
    """Return what the time is made of, how loaded each tier is, and how exact that is."""
    result = flow.result
    return (
        (say("Start-up"), display(result.terms.startup_s, "time")),
        (say("Latency"), display(result.terms.latency_s, "time")),
        (say("On the wire"), display(result.terms.wire_s, "time")),
        *(_tier(tier) for tier in result.tiers),
        (say("Bottleneck"), _link(result.bottleneck)),
        (say("Exactness"), _exactness(result)),
        *_guarantee(result.routing),
    )


def _library(result: FlowResult) -> str:
    if result.is_in_library:
        return result.library
    return say("{library}, which would not choose this here", library=result.library)


def _faster(result: FlowResult) -> tuple[Row, ...]:
    """Return the row of what the library leaves aside though it would be faster."""
    faster = result.faster
    if faster is None:
        return ()
    words = say(
        "{algorithm}, {time}",
        algorithm=term(faster.algorithm.value),
        time=display(faster.time_s, "time"),
    )
    return ((say("Faster, left aside by the library"), words),)


def _guarantee(routing: Routing) -> tuple[Row, ...]:
    if routing.mode is not RoutingMode.ADAPTIVE:
        return ()
    return ((say("Guarantee"), say("The busiest link is least busy; others may share otherwise")),)


def _link(link: str) -> str:
    first, _, second = link.partition(" to ")
    return say("{first} to {second}", first=first, second=second) if second else link


def _tier(tier: TierLoad) -> Row:
    tiers = {"lower": tier.lower, "upper": tier.upper}
    name = (
        say("Tier {lower} to {upper}, up", **tiers)
        if tier.is_up
        else say("Tier {lower} to {upper}, down", **tiers)
    )
    return name, say("{share:.1%} of {links} links", share=tier.peak_utilisation, links=tier.arcs)


def _exactness(result: FlowResult) -> str:
    words = _EXACTNESS[result.exactness]
    if not result.gap:
        return words
    return say("{exactness}, within {gap:.2%} of the ideal", exactness=words, gap=result.gap)
