"""From the hardware and fabric columns of a measurement to a machine a simulation sees.

Ratings are data in `models/workloads/profiles/machines.json`. Never looks at a measured value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import msgspec

from studio.exploration.network_library import network_profiles
from studio.exploration.profile_files import read_table
from studio.messages import say
from studio.simulation.machine import Accelerator, Machine, NetworkLevel
from studio.simulation.network.profile import NetworkProfile
from studio.units import GIGA, byte_per_s

MACHINES_FILE = "machines.json"


class RatedMachine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One accelerator as it is installed: ratings per package and the levels around it."""

    match: str
    name: str
    family: str
    ratings_flops: dict[str, float]
    sustained_share: float
    """Clock under a power cap below the usual rating, over the usual clock."""
    memory_byte: float
    memory_bandwidth_byte_per_s: float
    tdp_w: float
    idle_w: float
    node_npus: int
    scale_up_npus: int
    scale_up_byte_per_s: float
    scale_up_latency_s: float
    scale_out_byte_per_s: float
    scale_out_latency_s: float
    source: str


class Software(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One software stack: which generation of profiles it belongs to and its numeric habits."""

    match: str
    generation: str
    recipe: dict[str, float | bool | str]
    source: str
    """Where these habits are published."""
    logs_memory_at_update: bool = False
    """Its log resets the peak before the optimizer update."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format_version: int
    machines: tuple[RatedMachine, ...]
    software: tuple[Software, ...]


@cache
def _tables() -> _File:
    return read_table(MACHINES_FILE, _File)


def network_profile(family: str) -> NetworkProfile:
    """Return the communication-library constants of an accelerator family."""
    return network_profiles().for_family(family)


def rated_machine(hardware: str) -> RatedMachine | None:
    """Return the ratings of the first entry found in `hardware`, letter case as a second choice."""
    for flags in (0, re.IGNORECASE):
        for entry in _tables().machines:
            if re.search(entry.match, hardware, flags):
                return entry
    return None


_NICS = re.compile(r"(\d+)\s*x\s*[A-Za-z\- ]*?(\d+)\s*G(?:b/s)?\b[^,;]*?(?:node|tray|VM)")
_PER_NODE = re.compile(r"(\d+)\s*Gb/s\b[^,;]*per node")
_PER_NPU = re.compile(r"(\d+)\s*G(?:b/s)?\b[^,;]*per (?:GPU|NPU)")
_SLICE = re.compile(r"\(=(\d+) chips")
_POD = re.compile(r"v\de-(\d+)")


def scale_out_byte_per_s(fabric: str, node_npus: int, default: float) -> float:
    """Return the scale-out bandwidth of one NPU that a fabric's description states. [byte/s]."""
    if found := _NICS.search(fabric):
        return byte_per_s(int(found[1]) * int(found[2]) * GIGA) / node_npus
    if found := _PER_NODE.search(fabric):
        return byte_per_s(int(found[1]) * GIGA) / node_npus
    if found := _PER_NPU.search(fabric):
        return byte_per_s(int(found[1]) * GIGA)
    return default


def machine_of(hardware: str, fabric: str, npu_count: int, node_npus: int = 0) -> Machine | None:
    """Return the machine of a measurement, or None when its accelerator is not known.

    Parameters
    ----------
    hardware, fabric
        Free text of the source.
    npu_count
        NPUs of the job.
    node_npus
        NPUs in a node where the source says so; 0 for the usual one.
    """
    rated = rated_machine(hardware)
    if rated is None:
        return None
    node = node_npus or rated.node_npus
    domain = max(rated.scale_up_npus, min(node, 16))
    if rated.scale_up_npus <= rated.node_npus:
        domain = node
    if found := (_SLICE.search(fabric) or _POD.search(fabric)):
        domain = int(found[1])
    out = scale_out_byte_per_s(fabric, node, rated.scale_out_byte_per_s)
    share = rated.sustained_share
    accelerator = Accelerator(
        name=rated.name,
        family=rated.family,
        compute_flops={key: value * share for key, value in rated.ratings_flops.items()},
        memory_byte=rated.memory_byte,
        memory_bandwidth_byte_per_s=rated.memory_bandwidth_byte_per_s,
        tdp_w=rated.tdp_w,
        idle_w=rated.idle_w,
    )
    levels = (
        NetworkLevel(
            "scale-up", domain, rated.scale_up_byte_per_s, rated.scale_up_latency_s,
            medium="scale-up",
        ),
        NetworkLevel(
            "scale-out", max(npu_count, domain), out, rated.scale_out_latency_s, medium="rdma"
        ),
    )  # fmt: skip
    return Machine(
        accelerator, npu_count, levels, evidence="vendor", assumptions=(rated.source,),
        host_npus=node,
    )  # fmt: skip


def software_entries() -> tuple[Software, ...]:
    """Return the software stacks known by name, most special first."""
    return _tables().software


_VENDORS = (
    (r"rubin|blackwell|\bg?b\d00|\bvr\d00", "GB300"),
    (r"nvidia|geforce|rtx|tesla|quadro", "H100"),
    (r"\btpu|google", "TPU v5p"),
    (r"\bamd|instinct|\bmi\d{3}", "MI300X"),
    (r"ascend|huawei|kunpeng", "910B"),
)
"""Words of a vendor or an architecture, and the machine that stands in for an unknown one."""


def machine_of_row(
    row: Mapping[str, str], npu_count: int, node_npus: int = 0
) -> tuple[Machine | None, str]:
    """Return the machine of a row, and what stands in for it or why there is none.

    Hardware whose name is not known is taken for the usual machine of its `hw_family`, else for
    that of the vendor it names; the second value then says so.
    """
    hardware, family = row.get("hw") or "", row.get("hw_family") or ""
    fabric = row.get("fabric") or ""
    machine = machine_of(hardware, fabric, npu_count, node_npus)
    if machine is not None:
        return machine, ""
    text = f"{hardware} {family}"
    vendor = next((usual for match, usual in _VENDORS if re.search(match, text, re.I)), "")
    machine = machine_of(family, fabric, npu_count, node_npus)
    machine = machine or machine_of(vendor, fabric, npu_count, node_npus)
    if machine is not None:
        return machine, say(
            "no ratings for {name}; those of {other} stand in",
            name=hardware or say("the accelerator"),
            other=machine.accelerator.name,
        )
    return None, say("no ratings for {name}", name=hardware or family or say("the accelerator"))
