"""Which algorithms could carry out a collective on a graph, and which of them a library uses."""

from __future__ import annotations

from studio.errors import InvalidInput
from studio.simulation.network.choosing import Job
from studio.simulation.network.reducing import reduces_within_plane
from studio.simulation.network.schedule import SCHEDULES
from studio.simulation.network.traffic import Algorithm, Collective


def algorithms_of(op: Collective) -> tuple[Algorithm, ...]:
    """Return all algorithms there are for a collective, on whatever machine."""
    reducing = (Algorithm.IN_NETWORK,) if op is Collective.ALL_REDUCE else ()
    return (*SCHEDULES[op], *reducing)


def possible(job: Job) -> tuple[Algorithm, ...]:
    """Return all algorithms that could carry out a collective."""
    network = job.profile.in_network
    reduces = network is not None and job.members.size >= network.min_ranks
    return tuple(one for one in algorithms_of(job.op) if reduces or one is not Algorithm.IN_NETWORK)


def checked(job: Job, forced: Algorithm) -> Algorithm:
    """Return the algorithm asked for.

    Raises
    ------
    InvalidInput : it can't carry out the collective.
    """
    known = possible(job)
    if forced not in known:
        raise InvalidInput(
            "{op} has no {forced} algorithm over a graph; it has {known}",
            op=job.op,
            forced=forced,
            known=", ".join(sorted(known)),
        )
    return forced


def of_library(job: Job) -> tuple[Algorithm, ...]:
    """Return what the library chooses from."""
    allowed = [chosen for chosen in possible(job) if chosen in job.profile.menu(job.op)]
    if Algorithm.IN_NETWORK in allowed and not reduces_within_plane(
        job.graph, job.members.ranks, job.role_of
    ):
        # Libraries reduce in the network between nodes only where they are told to.
        allowed.remove(Algorithm.IN_NETWORK)
    domains = len(job.members.counts)
    if domains in (1, job.members.size) and len(allowed) > 1:
        # In one node, or with nodes of one rank, there are no two levels to go by.
        allowed = [chosen for chosen in allowed if chosen is not Algorithm.HIERARCHICAL]
    return tuple(allowed) or (next(iter(SCHEDULES[job.op])),)
