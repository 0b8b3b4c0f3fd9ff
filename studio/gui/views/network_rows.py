"""What the Network panel shows: a collective over the drawn links and its hot spots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.errors import StudioError
from studio.fabric.fabric import Fabric
from studio.gui.i18n import mark, tr
from studio.simulation.network.routing import Routing, RoutingMode
from studio.simulation.network.traffic import Collective
from studio.units import display

if TYPE_CHECKING:
    from studio.session.flow import DrawnFlow
    from studio.session.network_report import HotSpot, LinkFlows

COLLECTIVES: tuple[tuple[str, str], ...] = (
    (Collective.ALL_TO_ALL.value, mark("All-to-all")),
    (Collective.ALL_REDUCE.value, mark("All-reduce")),
    (Collective.REDUCE_SCATTER.value, mark("Reduce-scatter")),
    (Collective.ALL_GATHER.value, mark("All-gather")),
    (Collective.BROADCAST.value, mark("Broadcast")),
    (Collective.DISPATCH.value, mark("Expert dispatch")),
    (Collective.COMBINE.value, mark("Expert combine")),
)

EXACTNESS = {
    "exact": mark("exact"),
    "assumed symmetric": mark("assumed symmetric"),
    "upper bound": mark("upper bound"),
    "lower bound": mark("lower bound"),
}

ROUTINGS: tuple[tuple[RoutingMode, str], ...] = (
    (RoutingMode.SPRAY, mark("Equal at every hop")),
    (RoutingMode.WEIGHTED, mark("By bandwidth at every hop")),
    (RoutingMode.HASHED, mark("One path per flow")),
    (RoutingMode.ADAPTIVE, mark("Adaptive, ideal")),
)

_ALGORITHMS = {
    "ring": mark("Ring"),
    "tree": mark("Tree"),
    "halving-doubling": mark("Halving and doubling"),
    "hierarchical": mark("Hierarchical"),
    "direct": mark("Direct"),
    "in-network": mark("In the network"),
}


@dataclass(frozen=True)
class Probe:
    """What is asked of the network."""

    collective: str
    payload_byte: float
    plane: str = ""
    group: str = ""
    link: str = ""
    """Link whose flows are listed; empty for none."""
    routing: RoutingMode = RoutingMode.SPRAY


@dataclass(frozen=True)
class NetworkView:
    """The answer, ready to be shown."""

    summary: tuple[tuple[str, str], ...]
    spots: tuple[HotSpot, ...]
    through: LinkFlows | None
    problem: str
    flow: DrawnFlow | None
    fabric: Fabric


def probe_network(fabric: Fabric, probe: Probe) -> NetworkView:
    """Run the collective and gather what the panel shows; an impossible one becomes a problem."""
    from studio.session.flow import run_collective
    from studio.session.network_report import flows_through, hot_spots

    try:
        flow = run_collective(
            fabric,
            probe.collective,
            probe.payload_byte,
            group=probe.group,
            plane=probe.plane,
            routing=Routing(probe.routing),
        )
    except StudioError as error:
        return NetworkView((), (), None, error.message, None, fabric)
    through, problem = None, ""
    if probe.link:
        try:
            through = flows_through(fabric, flow, probe.link)
        except StudioError as error:
            problem = error.message
    return NetworkView(_summary(flow), hot_spots(fabric, flow), through, problem, flow, fabric)


def collective_text(flow: DrawnFlow) -> str:
    """Return what the collective of an answer is called, in English."""
    return dict(COLLECTIVES)[flow.result.op.value]


def _summary(flow: DrawnFlow) -> tuple[tuple[str, str], ...]:
    result, terms = flow.result, flow.result.terms
    tiers = tuple(
        (
            f"{mark('Tier')} {tier.lower} → {tier.upper}",
            f"{tier.peak_utilisation:.1%} × {tier.arcs}",
        )
        for tier in result.tiers
    )
    return (
        (mark("Time"), display(result.time_s, "time")),
        (mark("Bus bandwidth"), display(result.bus_bandwidth_byte_per_s, "bandwidth")),
        (mark("Algorithm"), tr(_ALGORITHMS[result.algorithm.value])),
        (mark("Communication library"), result.library),
        (mark("NPUs"), f"{result.ranks}"),
        (mark("On the wire"), display(terms.wire_s, "time")),
        (mark("Latency"), display(terms.latency_s, "time")),
        (mark("Start-up"), display(terms.startup_s, "time")),
        (mark("Solution"), _solution(flow)),
        *(
            ((mark("Guarantee"), tr("The busiest link is least busy; others may share otherwise")),)
            if result.routing.mode is RoutingMode.ADAPTIVE
            else ()
        ),
        *tiers,
    )


def _solution(flow: DrawnFlow) -> str:
    result = flow.result
    words = tr(EXACTNESS[result.exactness])
    return f"{words} (≤ {result.gap:.1%})" if result.gap else words


def flows_text(through: LinkFlows) -> str:
    """Return one link's flows in words."""
    share = through.flows / through.pairs if through.pairs else 0.0
    achieved = display(through.achieved_byte_per_s, "bandwidth")
    rated = display(through.rated_byte_per_s, "bandwidth")
    text = tr(
        "{flows} of {pairs} flows ({share}) can use this link; it carries {achieved} of {rated}"
    )
    return text.format(
        flows=through.flows,
        pairs=through.pairs,
        share=f"{share:.1%}",
        achieved=achieved,
        rated=rated,
    )
