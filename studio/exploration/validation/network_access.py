"""Predict rows of one-sided access and of load/store over the UB plane from their inputs alone."""

from __future__ import annotations

import re

from studio.errors import InvalidInput
from studio.exploration.validation.network_case import NetworkCase, message_byte
from studio.exploration.validation.prediction import Prediction
from studio.messages import say
from studio.simulation.network.access import access_bandwidth, access_time_s, batch_time_s
from studio.simulation.network.profile import AccessProfile
from studio.units import BITS_PER_BYTE, GIGA, MICRO, NANO


def _access_profile(case: NetworkCase) -> AccessProfile:
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
        raise InvalidInput("no constants of one-sided access by {mode!r}", mode=mode[:40])
    return case.table.access[name]


def one_sided(case: NetworkCase) -> Prediction:
    """Return the time or bandwidth of a one-sided read or write."""
    verb = "read" if "READ" in case.op else "write"
    path = re.search(r"\bR?([DH])2R?([DH])\b", case.op.replace("same", "D2RH"))
    if path is None:
        return Prediction(None, say("no path in {op!r}", op=case.op))
    # The name says local first, remote second; a write sends from local, a read into it.
    local, remote = path[1] == "H", path[2] == "H"
    from_host, to_host = (local, remote) if verb == "write" else (remote, local)
    profile = _access_profile(case)
    size = message_byte(case.row)
    is_far = case.nodes > 1
    if size <= 0:
        rate = access_bandwidth(profile, verb, is_far=is_far, from_host=from_host, to_host=to_host)
        return case.as_rate(rate, profile.name)
    time = access_time_s(profile, verb, size, is_far=is_far, from_host=from_host, to_host=to_host)
    if case.wants_latency:
        return case.as_time(time, profile.name)
    return case.as_rate(size / time, profile.name)


def batch(case: NetworkCase) -> Prediction:
    """Return the time or bandwidth of a batch of messages."""
    verb = "read" if "READ" in case.op else "write"
    count = re.search(r"batch of (\d+)", case.op)
    messages = int(count[1]) if count else 1
    size = message_byte(case.row)
    time = batch_time_s(case.table.access["mori-io"], verb, size, messages)
    if case.wants_latency:
        return case.as_time(time, say("batch"))
    return case.as_rate(messages * size / time, say("batch"))


_WORD = 512.0
"""Size of one access whose latency a source prints, unless it says otherwise. [byte]"""


def load_store(case: NetworkCase) -> Prediction:
    """Bandwidth and 512-byte latency between dies, and between dies and host memory."""
    profile = case.table.access["ub-load-store"]
    verb = "write" if "write" in case.op else "read"
    host = "CPU" in case.op
    ends = {"from_host": host and verb == "read", "to_host": host and verb == "write"}
    is_far = "inter" in case.op
    if not case.wants_latency:
        rate = access_bandwidth(profile, verb, is_far=is_far, **ends)
        return case.as_rate(rate, profile.name)
    return case.as_time(access_time_s(profile, verb, _WORD, is_far=is_far, **ends), profile.name)


def memory_latency(case: NetworkCase) -> Prediction:
    """Round trip of one load: the memory itself, and two hops per switch tier crossed."""
    package, plane = case.machine.levels[:2]
    if "intra-NPU" in case.op:
        return Prediction(package.latency_s / NANO, say("die-to-die link"))
    tiers = 2 if re.search(r"two[- ]hop", case.op) else 1
    profile = case.table.access["ub-remote-access"]
    memory, far = profile.start_s["read"], profile.far_s * (tiers - 1)
    note = say("{tiers} tiers of {plane}", tiers=tiers, plane=plane.name)
    return Prediction((memory + far) / NANO, note)


def specification(case: NetworkCase) -> Prediction:
    """Return a rated bandwidth per NPU."""
    if len(case.machine.levels) != 3:
        reason = say("only machines with packages of dies on a plane are specified")
        return Prediction(None, reason)
    package, plane, network = case.machine.levels
    dies = package.ranks
    if "RDMA" in case.op:
        return Prediction(dies * network.bandwidth_byte_per_s * BITS_PER_BYTE / GIGA, say("rated"))
    return Prediction(dies * plane.bandwidth_byte_per_s / GIGA, say("rated"))


def far_penalty(case: NetworkCase) -> Prediction:
    """Return what reaching another node costs."""
    profile = case.table.access["ub-load-store"]
    if "latency" in case.op:
        return Prediction(profile.far_s / MICRO, say("two more switches and fibre"))
    return Prediction(100 * (1 - profile.far_efficiency), say("bandwidth between nodes"))
