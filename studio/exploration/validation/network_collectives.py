"""Predict rows of collectives and copies between devices from their inputs alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from studio.errors import InvalidInput
from studio.exploration.network_library import network_profiles
from studio.exploration.validation.hardware import scale_out_byte_per_s
from studio.exploration.validation.network_case import (
    NetworkCase,
    Row,
    machine_of,
    message_byte,
    no_network,
)
from studio.exploration.validation.prediction import Prediction
from studio.messages import Listed, say
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.collective import collective_time_s
from studio.simulation.network.collective_result import CollectiveTime
from studio.simulation.network.counting import COUNTERS
from studio.simulation.network.spans import Span
from studio.simulation.network.traffic import Algorithm, Collective
from studio.simulation.words import term
from studio.units import BITS_PER_BYTE, GIGA

_COLLECTIVES = (
    (r"all_?reduce", Collective.ALL_REDUCE),
    (r"reduce_?scatter(_?v|_tensor|_base)?", Collective.REDUCE_SCATTER),
    (r"all_?gather(_?v|_into_tensor|_base)?", Collective.ALL_GATHER),
    (r"(all_?to_?all|a2a)(_?v|_single|_base)?", Collective.ALL_TO_ALL),
    # A reduction to one rank runs a broadcast's tree or chain the other way round.
    (r"broadcast|bcast|reduce", Collective.BROADCAST),
    (r"send_?recv|point_to_point|p2p", Collective.POINT_TO_POINT),
)
"""Names that libraries and benchmarks give a collective; blanks and hyphens count as `_`."""
_FRAME = r"^(?:[nr]ccl_|hccl_|mpi_)?(?:{})(?:_perf|_test)?$"
IS_COLLECTIVE = _FRAME.format("|".join(f"(?:{name})" for name, _ in _COLLECTIVES)).replace(
    "_", "[_ -]"
)
_ALGORITHMS = (
    (r"^ring\b(?!.*nvls,? >|.*<=)(?! ll)", Algorithm.RING),
    (r"^(nvls|sharp|collnet)", Algorithm.IN_NETWORK),
    (r"^tree", Algorithm.TREE),
)


def collective_of(op: str) -> Collective | None:
    """Return the collective that an `op` column names, or None."""
    text = re.sub(r"[ -]", "_", op.strip().lower())
    for name, found in _COLLECTIVES:
        if re.search(_FRAME.format(name), text):
            return found
    return None


def _spans(case: NetworkCase) -> tuple[tuple[Span, ...], str]:
    """Return how the ranks lie along the machine's levels, and what was taken for granted.

    Raises
    ------
    InvalidInput : the ranks do not fit on the machine.
    """
    inner = [level for level in case.machine.levels if level.medium != "rdma"]
    domain = inner[-1].ranks
    # A domain of several hosts is filled before another one begins.
    per_node = min(case.ranks, domain) if domain > _HOST_RANKS else case.ranks // case.nodes
    spans, placed = [], 1
    for level in inner:
        count = max(1, min(level.ranks, per_node) // placed)
        spans.append(Span(_meshed(level, per_node), np.array(count)))
        placed *= count
    outside = case.ranks // placed
    if outside <= 1:
        return tuple(spans), ""
    network = case.machine.levels[-1]
    if network.medium != "rdma":
        raise InvalidInput("the machine has no network beyond its node")
    words = f"{case.text('hw')} {case.text('fabric')}"
    stated = scale_out_byte_per_s(words, _NODE_RANKS, 0.0)
    speed = stated or network.bandwidth_byte_per_s
    spans.append(Span(replace(network, bandwidth_byte_per_s=speed), np.array(outside)))
    gbit = speed * BITS_PER_BYTE / GIGA
    return tuple(spans), "" if stated else say(
        "adapters of {gbit:.0f} Gb/s each, as usual", gbit=gbit
    )


_HOST_RANKS = 8
"""Most ranks in one host: a domain of more is a rack's, whatever number of nodes is written."""
_NODE_RANKS = 8
"""Accelerators that share the adapters a fabric's description counts."""


def _meshed(level: NetworkLevel, ranks: int) -> NetworkLevel:
    """Return a full mesh's level with only the links that lead to the group's ranks."""
    if "mesh" not in level.medium:
        return level
    share = (ranks - 1) / (level.ranks - 1) if 1 < ranks < level.ranks else 1.0
    return replace(level, bandwidth_byte_per_s=level.bandwidth_byte_per_s * share)


@dataclass(frozen=True)
class CollectiveInputs:
    """What a row says about one collective."""

    op: Collective
    size_byte: float
    spans: tuple[Span, ...]
    profile: str
    algorithm: Algorithm | None
    is_captured: bool
    doubt: str = ""
    """What the row leaves open and was taken as usual."""


def collective_inputs(row: Row) -> CollectiveInputs | str:
    """Return the inputs of a collective row, or why it can't be modelled."""
    table = network_profiles()
    op = collective_of(row.get("op") or "")
    if op is None:
        return say("no collective")
    machine, stand_in = machine_of(table, row)
    if machine is None:
        return no_network(row)
    return _inputs(NetworkCase(row, op, table, machine, stand_in), op)


def _inputs(case: NetworkCase, op: Collective) -> CollectiveInputs | str:
    size = message_byte(case.row)
    if size <= 0:
        return say("no message size")
    spans, doubt = _spans(case)
    mode = case.text("algo_or_mode").lower()
    forced = next((a for pattern, a in _ALGORITHMS if re.search(pattern, mode)), None)
    if forced not in COUNTERS[op]:
        forced = None
    profile = case.machine.profile
    if forced is Algorithm.IN_NETWORK and case.table.profiles[profile].in_network is None:
        return say("{profile} knows no reduction in the network", profile=profile)
    library = case.text("library").lower()
    is_captured = not ("torch" in library or "nccl-tests" in library)
    doubts = Listed(filter(None, (case.doubt, doubt)), "; ")
    return CollectiveInputs(op, size, spans, profile, forced, is_captured, doubts)


def collective(case: NetworkCase) -> Prediction:
    """Return the time or bandwidth of a collective."""
    op = collective_of(case.op)
    inputs = _inputs(case, op) if op else say("not modelled: {op!r}", op=case.op)
    if isinstance(inputs, str):
        return Prediction(None, inputs)
    result = collective_time_s(
        inputs.op,
        np.array(inputs.size_byte),
        inputs.spans,
        case.table.profiles[inputs.profile],
        algorithm=inputs.algorithm,
        is_captured=inputs.is_captured,
    )
    return _collective_metric(replace(case, doubt=inputs.doubt), inputs, result)


def _collective_metric(
    case: NetworkCase, inputs: CollectiveInputs, result: CollectiveTime
) -> Prediction:
    reason = say(
        "{algorithm} on {profile}",
        algorithm=term(result.algorithm_names()[0]),
        profile=case.machine.profile,
    )
    if case.wants_latency:
        return case.as_time(float(result.time_s), reason)
    if "algbw" in case.text("unit").lower():
        return case.as_rate(inputs.size_byte / float(result.time_s), reason)
    return case.as_rate(float(result.bus_bandwidth_byte_per_s), reason)


def peer_copy(case: NetworkCase) -> Prediction:
    """Rate of a long copy between two devices of a node by their copy engines."""
    level = case.machine.levels[0]
    profile = case.table.profiles[case.machine.profile]
    rate = level.bandwidth_byte_per_s * profile.operation("peer_copy").efficiency
    return case.as_rate(rate, say("copy engine"))
