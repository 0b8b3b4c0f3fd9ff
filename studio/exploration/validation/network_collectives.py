"""Predict rows of collectives and copies between devices from their inputs alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from studio.exploration.network_library import network_profiles
from studio.exploration.validation.hardware import scale_out_byte_per_s
from studio.exploration.validation.network_case import NetworkCase, Row, machine_of, message_byte
from studio.exploration.validation.prediction import Prediction
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.collective import (
    Algorithm,
    Collective,
    CollectiveTime,
    Span,
    collective_time_s,
)
from studio.units import GIGA, MICRO

COLLECTIVES = {
    "all_reduce": Collective.ALL_REDUCE,
    "reduce_scatter": Collective.REDUCE_SCATTER,
    "all_gather": Collective.ALL_GATHER,
    "alltoall": Collective.ALL_TO_ALL,
    "all_to_all": Collective.ALL_TO_ALL,
    "broadcast": Collective.BROADCAST,
    "send_recv": Collective.POINT_TO_POINT,
    "sendrecv": Collective.POINT_TO_POINT,
}
_ALGORITHMS = (
    (r"^ring\b(?!.*nvls,? >|.*<=)(?! ll)", Algorithm.RING),
    (r"^(nvls|sharp)", Algorithm.IN_NETWORK),
    (r"^tree", Algorithm.TREE),
)


def _spans(case: NetworkCase) -> tuple[Span, ...] | str:
    """Return how the ranks lie along the machine's levels, or why that can't be told."""
    inner = [level for level in case.machine.levels if level.medium != "rdma"]
    one_domain = case.ranks <= inner[-1].ranks and inner[-1].ranks > case.ranks / case.nodes
    per_node = case.ranks if one_domain and inner[-1].ranks > 8 else case.ranks // case.nodes
    spans, placed = [], 1
    for level in inner:
        count = max(1, min(level.ranks, per_node) // placed)
        spans.append(Span(_meshed(level, per_node), np.array(count)))
        placed *= count
    outside = case.ranks // placed
    if outside > 1:
        words = f"{case.text('hw')} {case.text('fabric')}"
        network = case.machine.levels[-1]
        if network.medium != "rdma":
            return "the machine has no network beyond its node"
        stated = scale_out_byte_per_s(words, 8, 0.0)
        if not stated and case.machine.profile == "nccl-ampere":
            return "the row does not say which adapters join the nodes"
        speed = stated or network.bandwidth_byte_per_s
        spans.append(Span(replace(network, bandwidth_byte_per_s=speed), np.array(outside)))
    return tuple(spans)


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


def collective_inputs(row: Row) -> CollectiveInputs | str:
    """Return the inputs of a collective row, or why it can't be modelled."""
    table = network_profiles()
    machine = machine_of(table, row)
    op = COLLECTIVES.get((row.get("op") or "").strip())
    if machine is None or op is None:
        return f"no rated network for {row.get('hw')!r}" if op else "no collective"
    case = NetworkCase(row, op, table, machine)
    size = message_byte(row)
    spans = _spans(case)
    if isinstance(spans, str):
        return spans
    if size <= 0:
        return "no message size"
    mode = case.text("algo_or_mode").lower()
    forced = next((a for pattern, a in _ALGORITHMS if re.search(pattern, mode)), None)
    if forced is Algorithm.IN_NETWORK and op is not Collective.ALL_REDUCE:
        forced = None
    library = case.text("library").lower()
    is_captured = not ("torch" in library or "nccl-tests" in library)
    return CollectiveInputs(op, size, spans, machine.profile, forced, is_captured)


def collective(case: NetworkCase) -> Prediction:
    """Return the time or bus bandwidth of a collective."""
    inputs = collective_inputs(case.row)
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
    return _collective_metric(case, result)


def _collective_metric(case: NetworkCase, result: CollectiveTime) -> Prediction:
    reason = f"{result.algorithm_names()[0]} on {case.machine.profile}"
    if case.wants_latency:
        return Prediction(float(result.time_s) / MICRO, reason)
    return Prediction(float(result.bus_bandwidth_byte_per_s) / GIGA, reason)


def peer_copy(case: NetworkCase) -> Prediction:
    """Rate of a long copy between two devices of a node by their copy engines."""
    level = case.machine.levels[0]
    profile = case.table.profiles[case.machine.profile]
    rate = level.bandwidth_byte_per_s * profile.operation("peer_copy").efficiency
    return Prediction(rate / GIGA, "copy engine")
