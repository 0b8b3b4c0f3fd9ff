"""A collective on any ranks of a graph: phases laid over links, with failures and contention.

The closed forms over levels are in `collective`. Knows no design and no file.
"""

from __future__ import annotations

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.demand import check_ranks
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.quotient import twin_labels
from studio.fabric.flow.turning import turning_of
from studio.simulation.network.choosing import Job, fastest
from studio.simulation.network.flow_result import FlowResult, result_of
from studio.simulation.network.menu import checked, of_library
from studio.simulation.network.phases import Members, group_members
from studio.simulation.network.profile import NetworkProfile, Role
from studio.simulation.network.relaying import relays_of
from studio.simulation.network.routing import SPRAY, Routing
from studio.simulation.network.stepping import RoleOf
from studio.simulation.network.traffic import SKEWED, Algorithm, Collective

_MOST_BYTE = 1e18
"""More than any machine holds."""


def scale_up_only(_bundle: int) -> Role:
    """Return scale-up for every bundle: a graph of one plane."""
    return Role.SCALE_UP


def flow_collective(
    op: Collective,
    payload_byte: float,
    graph: Graph,
    ranks: IntArray,
    profile: NetworkProfile,
    *,
    algorithm: Algorithm | None = None,
    routing: Routing = SPRAY,
    popularity: FloatArray | None = None,
    role_of: RoleOf = scale_up_only,
    is_captured: bool = True,
    home_of_rank: IntArray | None = None,
) -> FlowResult:
    """Return the time and the link loads of a collective among ranks of a graph.

    Parameters
    ----------
    op :
        Which collective; `Collective` says what the payload means for each.
    payload_byte :
        [byte]
    graph :
        Failed and degraded cables are honoured.
    ranks :
        Distinct endpoint vertices, at least two. For point-to-point first and last.
    profile :
        Constants of the library.
    algorithm :
        Forced algorithm; None takes the fastest the library has.
    routing :
        How traffic chooses among shortest paths. Hashed paths are laid one by one.
    popularity :
        Shape (ranks,): relative amount each rank receives in a dispatch or sends in a combine.
    role_of :
        Role of a bundle of cables, by the graph's bundle number.
    is_captured :
        Whether the call replays from a captured graph.
    home_of_rank :
        Shape (ranks,): number of the node each rank is drawn in; libraries work inside it first.

    Raises
    ------
    InvalidInput : fewer than two ranks, a payload outside 1 B to 1 EB, no path between two
        ranks (both are named), an algorithm that can't carry out the collective, or more flows
        than hashed routing takes.

    Notes
    -----
    T = launch + start + steps (step + path latency) + peers + wire. The wire time of a phase is
    its slowest link's bytes over achieved bandwidth: exact for equal amounts that start together.
    """
    members = _members(graph, np.asarray(ranks, dtype=np.int64), payload_byte, home_of_rank)
    job = Job(
        op,
        payload_byte,
        graph,
        members,
        profile,
        routing,
        _popularity(op, members, popularity),
        role_of,
        is_captured,
        relays_of(graph, ranks, home_of_rank)
        if profile.hands_on and home_of_rank is not None
        else None,
    )
    chosen = of_library(job) if algorithm is None else (checked(job, algorithm),)
    best = fastest(job, chosen)
    assert best is not None
    return result_of(job, best)


def _members(
    graph: Graph, ranks: IntArray, payload: float, home_of_rank: IntArray | None
) -> Members:
    check_ranks(graph, ranks)
    if len(ranks) < 2:
        raise InvalidInput(
            "a collective needs two ranks; {name} is alone",
            name=graph.name(int(ranks[0])),
        )
    if not 1 <= payload <= _MOST_BYTE:
        raise InvalidInput(
            "a payload of {payload:g} bytes can't be sent; give 1 B to 1 EB", payload=payload
        )
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    marked[ranks] = 1

    def looks(these: IntArray) -> IntArray:
        return turning_of(graph, these).rank_look

    by_switch = group_members(ranks, twin_labels(graph, marked)[ranks], looks)
    if home_of_rank is None:
        return by_switch
    by_home = group_members(ranks, np.asarray(home_of_rank, dtype=np.int64), looks)
    # Ranks of one node may have adapters of their own and so share no switch on every plane.
    return min(by_switch, by_home, key=lambda members: len(members.counts))


def _is_amount(values: FloatArray) -> BoolArray:
    return np.isfinite(values) & (values > 0)


def _popularity(
    op: Collective, members: Members, popularity: FloatArray | None
) -> FloatArray | None:
    """Return the popularity of ranks in the order of the members."""
    if popularity is None:
        return None
    if len(popularity) != members.size or not np.all(_is_amount(popularity)):
        raise InvalidInput("popularity needs one positive number per rank")
    if op not in SKEWED:
        raise InvalidInput(
            "{collective} sends every NPU the same; popularity is for all-to-all, dispatch and "
            "combine",
            collective=op.value,
        )
    return popularity[members.position]
