"""What the Network panel shows: a collective over the drawn links and its hot spots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.errors import StudioError
from studio.fabric.fabric import Fabric
from studio.gui.i18n import mark, tr
from studio.gui.views.entry import read_entry, read_whole
from studio.gui.views.format import count_text, share_text
from studio.simulation.network.routing import SPRAY, Routing, RoutingMode
from studio.simulation.network.traffic import SKEWED, Collective
from studio.simulation.words import word
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
    (Collective.POINT_TO_POINT.value, word("point-to-point")),
    (Collective.DISPATCH.value, mark("Expert dispatch")),
    (Collective.COMBINE.value, mark("Expert combine")),
)

ROUTINGS: tuple[tuple[RoutingMode, str], ...] = (
    (RoutingMode.SPRAY, mark("Equal at every hop")),
    (RoutingMode.WEIGHTED, mark("By bandwidth at every hop")),
    (RoutingMode.HASHED, mark("One path per flow")),
    (RoutingMode.ADAPTIVE, mark("Adaptive, ideal")),
)


@dataclass(frozen=True)
class Probe:
    """What is asked of the network."""

    collective: str
    payload_byte: float
    plane: str = ""
    group: str = ""
    link: str = ""
    """Link whose flows are listed; empty for none."""
    algorithm: str = ""
    """Forced algorithm; empty for what the library chooses."""
    popularity: tuple[float, ...] = ()
    routing: Routing = SPRAY


@dataclass(frozen=True)
class NetworkView:
    """The answer, ready to be shown."""

    summary: tuple[tuple[str, str], ...]
    spots: tuple[HotSpot, ...]
    through: LinkFlows | None
    problem: str
    flow: DrawnFlow | None
    fabric: Fabric


def probe_of(
    collective: str,
    payload: str,
    *,
    plane: str = "",
    group: str = "",
    link: str = "",
    algorithm: str = "",
    popularity: str = "",
    routing: RoutingMode = RoutingMode.SPRAY,
    hashing: tuple[str, str] | None = None,
) -> Probe:
    """Return the question that the texts of a form ask; `hashing` is a seed and subflows.

    Raises
    ------
    StudioError : a text holds no such quantity.
    """
    from studio.session.flow import popularity_of

    seed, subflows = hashing or ("0", "1")
    return Probe(
        collective,
        read_entry(payload, "data"),
        plane,
        group,
        link,
        algorithm,
        popularity_of(popularity),
        Routing(routing, read_whole(seed), read_whole(subflows)),
    )


def is_skewed(collective: str) -> bool:
    """Tell whether NPUs may get different amounts in a collective."""
    return collective in SKEWED


def probe_network(fabric: Fabric, probe: Probe) -> NetworkView:
    """Run the collective and gather what the panel shows; an impossible one becomes a problem."""
    from studio.session.flow import run_collective
    from studio.session.network_report import flows_through, hot_spots
    from studio.session.network_words import speed_rows, term_rows, way_rows

    try:
        flow = run_collective(
            fabric,
            probe.collective,
            probe.payload_byte,
            group=probe.group,
            plane=probe.plane,
            algorithm=probe.algorithm,
            routing=probe.routing,
            popularity=probe.popularity,
        )
    except StudioError as error:
        return NetworkView((), (), None, error.message, None, fabric)
    through, problem = None, ""
    if probe.link:
        try:
            through = flows_through(fabric, flow, probe.link)
        except StudioError as error:
            problem = error.message
    summary = (*speed_rows(flow), *way_rows(flow), *term_rows(flow))
    return NetworkView(summary, hot_spots(fabric, flow), through, problem, flow, fabric)


def collective_text(flow: DrawnFlow) -> str:
    """Return what the collective of an answer is called, in English."""
    return dict(COLLECTIVES)[flow.result.op.value]


def algorithm_texts(collective: str) -> list[tuple[str, str]]:
    """Return the algorithms there are for a collective: name, and word in English."""
    from studio.simulation.network import menu

    return [(one.value, word(one.value)) for one in menu.algorithms_of(Collective(collective))]


def spot_cells(spot: HotSpot) -> list[str]:
    """Return a busy link: ends, load, achieved and rated bandwidth, links alike."""
    return [
        spot.ends,
        share_text(spot.use),
        display(spot.achieved_byte_per_s, "bandwidth"),
        display(spot.rated_byte_per_s, "bandwidth"),
        count_text(spot.alike),
    ]


def flows_text(through: LinkFlows) -> str:
    """Return one link's flows in words."""
    share = through.flows / through.pairs if through.pairs else 0.0
    text = tr(
        "{flows} of {pairs} pairs of NPUs ({share}) can use this link; it carries {achieved} of "
        "{rated}"
    )
    return text.format(
        flows=count_text(through.flows),
        pairs=count_text(through.pairs),
        share=share_text(share),
        achieved=display(through.achieved_byte_per_s, "bandwidth"),
        rated=display(through.rated_byte_per_s, "bandwidth"),
    )
