"""Predict rows of expert dispatch and combine from their inputs alone."""

from __future__ import annotations

import re
from dataclasses import replace

from studio.exploration.validation.hardware import scale_out_byte_per_s
from studio.exploration.validation.network_case import NetworkCase
from studio.exploration.validation.prediction import Prediction
from studio.exploration.validation.rows import number, whole
from studio.messages import say
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.expert import (
    ExpertTime,
    Routing,
    expert_exchange_time_s,
)
from studio.simulation.network.profile import ExpertProfile

_EXPERT_LIBRARIES = (
    (r"deepep v[2-9]", "deepep-v2"),
    (r"sgl", "sgl-npu"),
    (r"cann", "cann-ep"),
    (r"mori", "mori"),
    (r"deepep", "deepep-v1"),
)
_VALUE_BYTE = {"fp8": 1.0, "int8": 1.0, "bf16": 2.0, "fp16": 2.0, "": 2.0}


def _expert_profile(case: NetworkCase) -> ExpertProfile:
    library = case.text("library").lower()
    name = next((n for pattern, n in _EXPERT_LIBRARIES if re.search(pattern, library)), "generic")
    if name == "deepep-v1" and re.search(r"older kernels|2025", case.text("note")):
        name = "deepep-v1-2025-02"
    return case.table.expert[name]


def expert_exchange(case: NetworkCase) -> Prediction:
    """Return the time or bandwidth of a dispatch or combine."""
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


def _value_byte(case: NetworkCase, verb: str, profile: ExpertProfile) -> float:
    kind = "fp8" if verb == "dispatch" else "bf16"
    described = case.text("dispatch_dtype") or case.text("dtype")
    if verb == "dispatch" and "/" not in described:
        found = re.search(r"fp8|int8|bf16|fp16", described)
        kind = found[0] if found else kind
    size = _VALUE_BYTE[kind]
    return size + (profile.scale_byte_per_value if size == 1 else 0.0)


def _expert_levels(case: NetworkCase) -> tuple[tuple[NetworkLevel, ...], tuple[int, ...]]:
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
    case: NetworkCase, result: ExpertTime, routing: Routing, is_low_latency: bool
) -> Prediction:
    reason = say(
        "{ranks:.2f} ranks and {nodes:.2f} nodes per token",
        ranks=result.rank_copies,
        nodes=result.node_copies,
    )
    if case.wants_latency:
        return case.as_time(result.time_s, reason)
    unit = case.text("unit")
    sent = routing.tokens * routing.token_byte
    if is_low_latency:
        logical = sent * routing.topk
    elif "RDMA" in unit or "logical" in unit:
        logical = sent * result.node_copies
    else:
        logical = sent * result.rank_copies
    return case.as_rate(logical / result.time_s, reason)
