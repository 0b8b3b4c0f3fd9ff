"""From a drawn fabric to the nested network levels around an NPU.

Walks outward: inside a housing, inside a rack, inside the connected plane. A level's bandwidth is
what one NPU can send out of the level inside it, so that a narrow uplink shows. Who reaches whom
over how many hops is worked out apart from the delays, which change with every rack that moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from studio.design.model import PlaneRole
from studio.fabric.arrays import BoolArray, FloatArray, IntArray, distinct, marked
from studio.fabric.changes import Aspect
from studio.fabric.fabric import Fabric
from studio.simulation.machine import NetworkLevel

RINGS_READ: frozenset[Aspect] = frozenset({"components", "links", "states"})
"""Aspects of a fabric that `network_rings` depends on."""
LEVELS_READ: frozenset[Aspect] = RINGS_READ | {"lengths", "builds"}
"""Aspects of a fabric that `network_levels` depends on."""
_MOST_AT_ONCE = 1 << 18
"""Links looked at together; what is worked out beside them takes a hundred bytes each."""


@dataclass(frozen=True)
class _Hop:
    """The links that lead one hop farther; arrays have shape (n_links,)."""

    source: IntArray
    target: IntArray
    link: IntArray


@dataclass(frozen=True)
class _Ring:
    """A level before its delays are known."""

    name: str
    peers: IntArray
    """The NPUs inside it."""
    bandwidth_byte_per_s: float
    oversubscription: float
    medium: str


@dataclass(frozen=True)
class Rings:
    """The levels of one plane, innermost first, and the hops that lead out to them."""

    start: int
    """The NPU they lie around."""
    hops: tuple[_Hop, ...]
    rings: tuple[_Ring, ...]


@dataclass(frozen=True)
class _PlaneLinks:
    """The working links of one plane; arrays have shape (n_links,)."""

    a: IntArray
    b: IntArray
    link: IntArray
    medium: str

    def both_ways(self) -> Iterator[_Hop]:
        """Return every link in either direction, in pieces that bound the memory they take."""
        for source, target in ((self.a, self.b), (self.b, self.a)):
            for first in range(0, len(self.link), _MOST_AT_ONCE):
                piece = slice(first, first + _MOST_AT_ONCE)
                yield _Hop(source[piece], target[piece], self.link[piece])


def network_levels(
    fabric: Fabric, rings: tuple[Rings, ...] | None = None
) -> tuple[NetworkLevel, ...]:
    """Return the levels around an NPU, innermost first: scale-up planes, then scale-out.

    Parameters
    ----------
    rings : what `network_rings` gives, where it is known.
    """
    rings = network_rings(fabric) if rings is None else rings
    return tuple(chain.from_iterable(_levels(fabric, one) for one in rings))


def scale_up_levels(fabric: Fabric) -> tuple[NetworkLevel, ...]:
    """Return the levels of the scale-up planes, innermost first."""
    return network_levels(fabric, network_rings(fabric, ("scale_up",)))


def network_rings(
    fabric: Fabric, roles: tuple[PlaneRole, ...] = ("scale_up", "scale_out")
) -> tuple[Rings, ...]:
    """Return who is around an NPU on the planes of some roles, delays left out."""
    npus = _usual_npus(fabric)
    made: list[Rings] = []
    reached = 1
    for role in roles:
        for number, plane in enumerate(fabric.design.planes.values()):
            links = _plane_links(fabric, number) if plane.role == role and len(npus) else None
            if links is not None and len(links.link):
                made.append(_rings_of(fabric, links, plane.name, npus, reached))
                reached = len(made[-1].rings[-1].peers) if made[-1].rings else reached
    return tuple(made)


def _rings_of(fabric: Fabric, links: _PlaneLinks, name: str, npus: IntArray, reached: int) -> Rings:
    start, hops, group = _reach(links, npus, fabric.layout.component_count)
    if reached > 1:
        # An NPU without its adapter takes part through those of its node.
        housing = fabric.layout.housing
        on = marked(int(housing.max()) + 1, housing[npus[group[npus]]])
        group[npus] |= on[housing[npus]]
    scopes = (
        ("node", fabric.layout.housing),
        ("rack", fabric.layout.rack),
        (name, group.astype(np.int64)),
    )
    insides = [np.arange(fabric.layout.component_count)]
    rate = fabric.link_bandwidth_byte_per_s
    found: list[_Ring] = []
    for scope_name, scope in scopes:
        peers = npus[(scope[npus] == scope[start]) & group[npus]]
        if len(peers) > reached:
            bandwidth = _leaving(links, rate, insides, scope, peers)
            if bandwidth > 0:
                reached = len(peers)
                inner = found[-1].bandwidth_byte_per_s if found else bandwidth
                narrow = max(1.0, inner / bandwidth)
                found.append(_Ring(scope_name, peers, bandwidth, narrow, links.medium))
        # A node may be narrower than the rack it stands in; an NPU may send through its node.
        insides = [scope, *(insides if scope_name == "rack" else [])]
    return Rings(start, hops, tuple(found))


def _reach(
    links: _PlaneLinks, npus: IntArray, count: int
) -> tuple[int, tuple[_Hop, ...], BoolArray]:
    """Return an NPU, the hops that lead out from it and what it reaches, itself included.

    What the first NPU reaches is its part of the plane; how the rest hangs together is no matter.
    One that reaches no other, as its adapter may be out of order, speaks for nobody: then another.
    """
    for start in (npus[0], npus[min(1, len(npus) - 1)], npus[len(npus) // 2], npus[-1]):
        hops = _hops_from(int(start), links, count)
        group = marked(count, np.array([start]), *(hop.target for hop in hops))
        if np.count_nonzero(group[npus]) > 1:
            return int(start), hops, group
    return int(npus[0]), (), marked(count, npus[:1])


def _usual_npus(fabric: Fabric) -> IntArray:
    """Return the working NPUs of the most frequent type: those a job runs on."""
    npus = fabric.npus[fabric.component_factor[fabric.npus] > 0]
    types = fabric.layout.part[npus]
    return npus[types == np.argmax(np.bincount(types))] if len(npus) else npus


def _plane_links(fabric: Fabric, plane: int) -> _PlaneLinks:
    links = fabric.links
    chosen = np.flatnonzero((links.plane == plane) & (fabric.link_factor > 0))
    a, b = links.a[chosen], links.b[chosen]
    rules = (links.rules[number].rule for number in distinct(links.rule[chosen]))
    media = {rule.cable for rule in rules if rule.cable}
    return _PlaneLinks(a, b, chosen, ", ".join(sorted(media)))


def _leaving(
    links: _PlaneLinks,
    rate: FloatArray,
    insides: Sequence[IntArray],
    scope: IntArray,
    peers: IntArray,
) -> float:
    """Return what a peer of the narrowest inner scope can send out of it within the scope.

    Peers that wait for each other go at the pace of the slowest. What sends through others has no
    links of its own and counts with none. [byte/s]

    Parameters
    ----------
    insides : inner scopes, such as racks and the nodes in them; each holds those after it.
    """
    members = [np.bincount(inside[peers], minlength=int(inside.max()) + 1) for inside in insides]
    total = [np.zeros(len(counted)) for counted in members]
    is_in = scope == scope[peers[0]]
    is_in_group = members[0][insides[0]] > 0
    for hop in links.both_ways():
        chosen = np.flatnonzero(is_in_group[hop.source] & is_in[hop.source] & is_in[hop.target])
        source, target = hop.source[chosen], hop.target[chosen]
        weight = rate[hop.link[chosen]]
        for k, inside in enumerate(insides):
            here = inside[source]
            leaves = here != inside[target]
            total[k] += np.bincount(here[leaves], weight[leaves], minlength=len(total[k]))
    least: list[float] = []
    for sent, counted in zip(total, members, strict=True):
        sends = (sent > 0) & (counted > 0)
        least += (sent[sends] / counted[sends]).tolist()
    return min(least, default=0.0)


def _hops_from(start: int, links: _PlaneLinks, count: int) -> tuple[_Hop, ...]:
    """Return the links of every shortest way out of a component, hop by hop."""
    frontier, is_new = marked(count, np.array([start])), np.ones(count, dtype=bool)
    is_new[start] = False
    hops: list[_Hop] = []
    while True:
        hop = _joined([_outward(one, frontier, is_new) for one in links.both_ways()])
        if not len(hop.link):
            return tuple(hops)
        hops.append(hop)
        frontier = marked(count, hop.target)
        is_new[hop.target] = False


def _outward(hop: _Hop, frontier: BoolArray, is_new: BoolArray) -> _Hop:
    """Return the links that lead from the frontier to somewhere new."""
    chosen = np.flatnonzero(frontier[hop.source] & is_new[hop.target])
    return _Hop(hop.source[chosen], hop.target[chosen], hop.link[chosen])


def _joined(hops: list[_Hop]) -> _Hop:
    return _Hop(
        np.concatenate([hop.source for hop in hops]),
        np.concatenate([hop.target for hop in hops]),
        np.concatenate([hop.link for hop in hops]),
    )


def _levels(fabric: Fabric, rings: Rings) -> tuple[NetworkLevel, ...]:
    delay = delays(fabric, rings)
    return tuple(
        NetworkLevel(
            ring.name,
            len(ring.peers),
            ring.bandwidth_byte_per_s,
            _median(delay[ring.peers]),
            ring.oversubscription,
            ring.medium,
        )
        for ring in rings.rings
    )


def _median(delay: FloatArray) -> float:
    far = delay[np.isfinite(delay) & (delay > 0)]
    return float(np.median(far)) if len(far) else 0.0


def transits(fabric: Fabric) -> FloatArray:
    """Return what every component adds on the way through, shape (n_components,). [s]."""
    latency = np.array([part.value("latency") for part in fabric.layout.parts])
    is_switch = np.array([part.kind == "switch" for part in fabric.layout.parts], dtype=bool)
    through: FloatArray = np.where(is_switch, latency, 0.0)[fabric.layout.part]
    return through


def delays(fabric: Fabric, rings: Rings) -> FloatArray:
    """Return the one-way delay from the start to every component along fewest hops. [s]."""
    transit = transits(fabric)
    delay = np.full(fabric.layout.component_count, np.inf)
    delay[rings.start] = 0.0
    for hop in rings.hops:
        reached = delay[hop.source] + transit[hop.source] + fabric.geometry.delay_s[hop.link]
        np.minimum.at(delay, hop.target, reached)
    return delay
