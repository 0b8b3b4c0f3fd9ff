"""What the network panel shows of a collective: terms, hot spots, flows through a link."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidDesign
from studio.fabric.fabric import Fabric
from studio.fabric.flow.crossing import Crossing, crossing_flows
from studio.fabric.places import find_links
from studio.session.flow import DrawnFlow

MOST_HOT_SPOTS = 40


@dataclass(frozen=True)
class HotSpot:
    """One busy link."""

    link: str
    """Address: `rule:ub-uplinks[12]`."""
    ends: str
    use: float
    """Of the busier direction, 0..1."""
    achieved_byte_per_s: float
    rated_byte_per_s: float
    alike: int
    """Links of the same rule that are as busy."""


@dataclass(frozen=True)
class LinkFlows:
    """The flows of the group that can use one link."""

    link: str
    flows: int
    pairs: int
    examples: tuple[str, ...]
    use: float
    achieved_byte_per_s: float
    rated_byte_per_s: float


def hot_spots(fabric: Fabric, flow: DrawnFlow) -> tuple[HotSpot, ...]:
    """Return the busiest links, one for every rule and degree of use."""
    load = flow.link_load(fabric)
    links = flow.plane.link[np.isfinite(load[flow.plane.link])]
    if not len(links):
        return ()
    rounded = np.round(load[links], 6)
    keys = np.stack((fabric.links.rule[links].astype(np.float64), rounded))
    _, first, counts = np.unique(keys, axis=1, return_index=True, return_counts=True)
    order = np.argsort(-rounded[first], kind="stable")[:MOST_HOT_SPOTS]
    return tuple(
        _hot_spot(fabric, int(links[first[n]]), float(rounded[first[n]]), int(counts[n]))
        for n in order
        if rounded[first[n]] > 0
    )


def _hot_spot(fabric: Fabric, link: int, use: float, alike: int) -> HotSpot:
    rated = float(fabric.link_bandwidth_byte_per_s[link])
    layout, links = fabric.layout, fabric.links
    ends = f"{layout.address(int(links.a[link]))} – {layout.address(int(links.b[link]))}"
    return HotSpot(links.name(link), ends, use, use * rated, rated, alike)


def flows_through(fabric: Fabric, flow: DrawnFlow, address: str) -> LinkFlows:
    """Return the flows among the NPUs of a collective that can use a link.

    Raises
    ------
    InvalidDesign : there is no such link, or it is not on the plane.
    InvalidInput : too many NPUs take part to list flows.
    """
    link = int(find_links(fabric.links, address)[0])
    place = np.flatnonzero(flow.plane.link == link)
    if not len(place):
        raise InvalidDesign(
            "{address} is not on plane {plane!r}",
            address=address,
            plane=flow.plane.plane,
        )
    crossing = crossing_flows(flow.plane.graph, int(place[0]), flow.result.job.members.ranks)
    load = flow.link_load(fabric)[link]
    rated = float(fabric.link_bandwidth_byte_per_s[link])
    use = float(load) if np.isfinite(load) else 0.0
    return LinkFlows(
        address,
        len(crossing.source),
        crossing.pairs,
        _examples(flow, crossing),
        use,
        use * rated,
        rated,
    )


def _examples(flow: DrawnFlow, crossing: Crossing) -> tuple[str, ...]:
    graph = flow.plane.graph
    step = max(1, len(crossing.source) // 8)
    return tuple(
        f"{graph.name(int(source))} → {graph.name(int(target))}"
        for source, target in zip(crossing.source[::step], crossing.target[::step], strict=True)
    )[:8]
