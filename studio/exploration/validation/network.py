"""Predict rows of published network measurements from their inputs alone.

Reads the description of hardware, library and size; never a measured column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from studio.errors import InvalidInput
from studio.exploration.network_library import network_profiles
from studio.exploration.validation.hardware import scale_out_byte_per_s
from studio.exploration.validation.prediction import Prediction
from studio.exploration.validation.rows import number, whole
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.access import access_bandwidth, access_time_s, batch_time_s
from studio.simulation.network.collective import (
    Algorithm,
    Collective,
    CollectiveTime,
    Span,
    collective_time_s,
)
from studio.simulation.network.expert import (
    ExpertTime,
    Routing,
    expert_exchange_time_s,
)
from studio.simulation.network.profile import (
    AccessProfile,
    ExpertProfile,
    ProfileTable,
    RatedLevels,
)
from studio.units import BITS_PER_BYTE, GIGA, MICRO, NANO

Row = Mapping[str, str]

_COLLECTIVES = {
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


def predict(row: Row) -> Prediction:
    """Return the predicted primary metric of one row, or None with the reason."""
    table = network_profiles()
    machine = _machine(table, row)
    op = (row.get("op") or "").strip()
    for pattern, handler in _HANDLERS:
        if re.search(pattern, op):
            if machine is None:
                return Prediction(None, f"no rated network for {row.get('hw')!r}")
            case = _Case(row, op, table, machine)
            if not 1 <= case.ranks <= _MOST_RANKS or case.nodes > case.ranks:
                return Prediction(None, f"{case.ranks} ranks on {case.nodes} nodes is impossible")
            return handler(case)
    return Prediction(None, f"not modelled: {op!r}")


@dataclass(frozen=True)
class _Case:
    row: Row
    op: str
    table: ProfileTable
    machine: RatedLevels

    def text(self, column: str) -> str:
        return (self.row.get(column) or "").strip()

    @property
    def ranks(self) -> int:
        return whole(self.row, "gpus", 2)

    @property
    def nodes(self) -> int:
        return max(whole(self.row, "nodes", 1), 1)

    @property
    def wants_latency(self) -> bool:
        return self.text("primary_metric") == "latency_us" or self.text("unit") == "us"


_LARGEST_MESSAGE = 1e15
_MOST_RANKS = 1_000_000


def _message_byte(row: Row) -> float:
    """Return the message size, 0 where none is stated. [byte].

    Raises
    ------
    InvalidInput : the size is no number a buffer can have.
    """
    text = (row.get("message_bytes") or "").strip()
    try:
        size = float(text or 0)
    except ValueError:
        raise InvalidInput(f"message_bytes {text[:40]!r} is no number") from None
    if not 0 <= size <= _LARGEST_MESSAGE:
        raise InvalidInput(f"message_bytes = {size:g} is beyond what a buffer can have")
    return size


def _machine(table: ProfileTable, row: Row) -> RatedLevels | None:
    description = f"{row.get('hw')} {row.get('fabric')}"
    for entry in table.machines:
        if re.search(entry.match, description):
            return entry
    return None


def _spans(case: _Case) -> tuple[Span, ...] | str:
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
    machine = _machine(table, row)
    op = _COLLECTIVES.get((row.get("op") or "").strip())
    if machine is None or op is None:
        return f"no rated network for {row.get('hw')!r}" if op else "no collective"
    case = _Case(row, op, table, machine)
    size = _message_byte(row)
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


def _collective(case: _Case) -> Prediction:
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


def _collective_metric(case: _Case, result: CollectiveTime) -> Prediction:
    reason = f"{result.algorithm_names()[0]} on {case.machine.profile}"
    if case.wants_latency:
        return Prediction(float(result.time_s) / MICRO, reason)
    return Prediction(float(result.bus_bandwidth_byte_per_s) / GIGA, reason)


def _peer_copy(case: _Case) -> Prediction:
    """Rate of a long copy between two devices of a node by their copy engines."""
    level = case.machine.levels[0]
    profile = case.table.profiles[case.machine.profile]
    rate = level.bandwidth_byte_per_s * profile.operation("peer_copy").efficiency
    return Prediction(rate / GIGA, "copy engine")


# --- expert exchange ---------------------------------------------------------------------------

_EXPERT_LIBRARIES = (
    (r"deepep v2", "deepep-v2"),
    (r"sgl", "sgl-npu"),
    (r"cann", "cann-ep"),
    (r"mori", "mori"),
    (r"deepep", "deepep-v1"),
)
_VALUE_BYTE = {"fp8": 1.0, "int8": 1.0, "bf16": 2.0, "fp16": 2.0, "": 2.0}


def _expert_profile(case: _Case) -> ExpertProfile:
    library = case.text("library").lower()
    name = next((n for pattern, n in _EXPERT_LIBRARIES if re.search(pattern, library)), "generic")
    if name == "deepep-v1" and re.search(r"older kernels|2025", case.text("note")):
        name = "deepep-v1-2025-02"
    return case.table.expert[name]


def _expert(case: _Case) -> Prediction:
    verb = "dispatch" if "dispatch" in case.op else "combine"
    is_direct = "normal" not in case.op
    profile = _expert_profile(case)
    levels, ranks = _expert_levels(case)
    tokens = number(case.row, "tokens_per_rank", 128 if is_direct else 4096)
    hidden = number(case.row, "hidden", 7168)
    topk = whole(case.row, "topk", 8)
    limit = re.search(r"top-(\d+) groups", case.text("note"))
    low_latency = is_direct or "low-latency" in case.op
    path = (profile.low_latency if low_latency else profile.normal)[verb]
    routing = Routing(
        tokens=tokens,
        hidden=hidden,
        value_byte=_value_byte(case, verb, profile),
        topk=topk,
        experts=max(whole(case.row, "experts", 256), topk),
        node_limit=4 if limit or "deepep-v1" in profile.name else 0,
    )
    once = profile.sends_once_per_rank if low_latency else True
    result = expert_exchange_time_s(
        path, routing, levels, ranks, is_direct=low_latency, once_per_rank=once
    )
    return _expert_metric(case, result, routing, low_latency)


def _value_byte(case: _Case, verb: str, profile: ExpertProfile) -> float:
    kind = "fp8" if verb == "dispatch" else "bf16"
    described = case.text("dispatch_dtype") or case.text("dtype")
    if verb == "dispatch" and "/" not in described:
        found = re.search(r"fp8|int8|bf16|fp16", described)
        kind = found[0] if found else kind
    size = _VALUE_BYTE[kind]
    return size + (profile.scale_byte_per_value if size == 1 else 0.0)


def _expert_levels(case: _Case) -> tuple[tuple[NetworkLevel, ...], tuple[int, ...]]:
    levels = case.machine.levels
    size = case.ranks
    if "pure RDMA" in case.text("algo_or_mode"):
        return (levels[-1],), (size,)
    if levels[0].name == "package":
        return levels[:2], (min(2, size), max(1, size // 2))
    node = levels[0].ranks
    inside = min(size, node)
    stated = scale_out_byte_per_s(case.text("fabric"), node, levels[-1].bandwidth_byte_per_s)
    network = replace(levels[-1], bandwidth_byte_per_s=stated)
    return (levels[0], network), (inside, max(1, size // inside))


def _expert_metric(
    case: _Case, result: ExpertTime, routing: Routing, is_low_latency: bool
) -> Prediction:
    reason = f"{result.rank_copies:.2f} ranks and {result.node_copies:.2f} nodes per token"
    if case.wants_latency:
        return Prediction(result.time_s / MICRO, reason)
    unit = case.text("unit")
    sent = routing.tokens * routing.token_byte
    if is_low_latency:
        logical = sent * routing.topk
    elif "RDMA" in unit or "logical" in unit:
        logical = sent * result.node_copies
    else:
        logical = sent * result.rank_copies
    return Prediction(logical / result.time_s / GIGA, reason)


# --- one-sided access --------------------------------------------------------------------------


def _access_profile(case: _Case) -> AccessProfile:
    if "HCCS" not in case.text("algo_or_mode") and "Fabric-Mem" in case.text("library"):
        name = "hixl-a3-rdma" if "RoCE" in case.op else "hixl-fabric-mem"
        return case.table.access[name]
    mode = case.text("algo_or_mode").lower() or "hccs"
    machine = "a2" if case.machine.profile == "hccl-910b" else "a3"
    # Between servers of the older generation there is no HCCS: the request falls back to RoCE.
    if machine == "a2" and case.nodes > 1:
        mode = "rdma"
    name = f"hixl-{machine}-{mode}"
    if name not in case.table.access:
        raise InvalidInput(f"no constants of one-sided access by {mode[:40]!r}")
    return case.table.access[name]


def _one_sided(case: _Case) -> Prediction:
    verb = "read" if "READ" in case.op else "write"
    path = re.search(r"\bR?([DH])2R?([DH])\b", case.op.replace("same", "D2RH"))
    if path is None:
        return Prediction(None, f"no path in {case.op!r}")
    # The name says local first, remote second; a write sends from local, a read into it.
    local, remote = path[1] == "H", path[2] == "H"
    from_host, to_host = (local, remote) if verb == "write" else (remote, local)
    profile = _access_profile(case)
    size = _message_byte(case.row)
    is_far = case.nodes > 1
    if size <= 0:
        rate = access_bandwidth(profile, verb, is_far=is_far, from_host=from_host, to_host=to_host)
        return Prediction(rate / GIGA, profile.name)
    time = access_time_s(profile, verb, size, is_far=is_far, from_host=from_host, to_host=to_host)
    if case.wants_latency:
        return Prediction(time / MICRO, profile.name)
    return Prediction(size / time / GIGA, profile.name)


def _batch(case: _Case) -> Prediction:
    verb = "read" if "READ" in case.op else "write"
    count = re.search(r"batch of (\d+)", case.op)
    messages = int(count[1]) if count else 1
    size = _message_byte(case.row)
    time = batch_time_s(case.table.access["mori-io"], verb, size, messages)
    if case.wants_latency:
        return Prediction(time / MICRO, "batch")
    return Prediction(messages * size / time / GIGA, "batch")


# --- load/store over the UB plane --------------------------------------------------------------

_WORD = 512.0


def _load_store(case: _Case) -> Prediction:
    """Bandwidth and 512-byte latency between dies, and between dies and host memory."""
    profile = case.table.access["ub-load-store"]
    verb = "write" if "write" in case.op else "read"
    host = "CPU" in case.op
    ends = {"from_host": host and verb == "read", "to_host": host and verb == "write"}
    is_far = "inter" in case.op
    if case.text("unit").startswith("GB/s"):
        rate = access_bandwidth(profile, verb, is_far=is_far, **ends)
        return Prediction(rate / GIGA, profile.name)
    time = access_time_s(profile, verb, _WORD, is_far=is_far, **ends)
    unit = NANO if case.text("unit") == "ns" else MICRO
    return Prediction(time / unit, profile.name)


def _memory_latency(case: _Case) -> Prediction:
    """Round trip of one load: the memory itself, and two hops per switch tier crossed."""
    package, plane = case.machine.levels[:2]
    if "intra-NPU" in case.op:
        return Prediction(package.latency_s / NANO, "die-to-die link")
    tiers = 2 if re.search(r"two[- ]hop", case.op) else 1
    profile = case.table.access["ub-remote-access"]
    memory, far = profile.start_s["read"], profile.far_s * (tiers - 1)
    return Prediction((memory + far) / NANO, f"{tiers} tiers of {plane.name}")


def _specification(case: _Case) -> Prediction:
    if len(case.machine.levels) != 3:
        return Prediction(None, "only machines with packages of dies on a plane are specified")
    package, plane, network = case.machine.levels
    dies = package.ranks
    if "RDMA" in case.op:
        return Prediction(dies * network.bandwidth_byte_per_s * BITS_PER_BYTE / GIGA, "rated")
    return Prediction(dies * plane.bandwidth_byte_per_s / GIGA, "rated")


def _far_penalty(case: _Case) -> Prediction:
    profile = case.table.access["ub-load-store"]
    if "latency" in case.op:
        return Prediction(profile.far_s / MICRO, "two more switches and fibre")
    return Prediction(100 * (1 - profile.far_efficiency), "bandwidth between nodes")


_HANDLERS: tuple[tuple[str, Callable[[_Case], Prediction]], ...] = (
    ("^(" + "|".join(_COLLECTIVES) + ")$", _collective),
    (r"^EP (dispatch|combine)", _expert),
    (r"batch of \d+", _batch),
    (r"^one-sided|2R?[DH] \(|^same over RoCE", _one_sided),
    (r"^P2P", _peer_copy),
    (r"^remote memory access latency", _memory_latency),
    (r"^(UB|RDMA)\b.*per NPU", _specification),
    (r"^inter-node vs intra-node", _far_penalty),
    (r"^(die-to-|NPU).*(bandwidth|latency)", _load_store),
)
