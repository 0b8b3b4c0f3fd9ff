"""Constants of one communication library generation on one hardware family; reads no file.

A profile says how a library turns rated links into achieved time. Nothing in it belongs to one
measurement, one model or one number of ranks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from studio.errors import FileProblem, UnknownName
from studio.simulation.machine import NetworkLevel


class Role(StrEnum):
    """What a network level is to a library: load/store fabric, or network behind an adapter."""

    SCALE_UP = "scale_up"
    SCALE_OUT = "scale_out"


@dataclass(frozen=True)
class Channel:
    """How one protocol uses the links of one role."""

    efficiency: float
    """Payload over rated bandwidth while streaming: headers, flags, credits. [1]"""
    step_s: float
    """Software part of one step between neighbours: write, flag, poll. [s]"""


@dataclass(frozen=True)
class Operation:
    """What one collective's kernel achieves relative to the links."""

    efficiency: float = 1.0
    """Achieved over protocol bandwidth of scale-up: copy or reduce throughput. [1]"""
    local_share: float = 0.0
    """Cost of a byte that stays on its rank, relative to one that crosses the link. [1]"""


@dataclass(frozen=True)
class Protocol:
    """One way a library moves data: a short one for small messages, a wide one for large ones."""

    name: str
    start_s: float
    """Set-up of one operation on top of the kernel launch. [s]"""
    channels: Mapping[Role, Channel]

    def achieved(self, role: Role, operation: Operation) -> float:
        """Return payload over rated bandwidth of links of a role while streaming. [1].

        Notes
        -----
        The kernel's own throughput is stated against the scale-up ports, which it drives; a
        network adapter moves less than that by itself, so only its protocol counts there.
        """
        kernel = operation.efficiency if role is Role.SCALE_UP else 1.0
        return self.channels[role].efficiency * kernel


@dataclass(frozen=True)
class InNetwork:
    """Reduction and multicast done by the switches."""

    start_s: float
    efficiency: float
    """Reduced payload over rated bandwidth inside the scale-up domain. [1]"""
    out_efficiency: float
    """The same in the scale-out network; 0 where its switches cannot reduce. [1]"""
    min_ranks: int = 4


@dataclass(frozen=True)
class NetworkProfile:
    """All constants of one hardware family and library generation."""

    name: str
    launch_s: float
    """Kernel launch and final synchronisation when replayed from a captured graph. [s]"""
    eager_launch_s: float
    """The same when each call is issued by the host. [s]"""
    peer_s: Mapping[Role, float]
    """Cost of addressing one more peer in an all-to-all. [s]"""
    protocols: tuple[Protocol, ...]
    operations: Mapping[str, Operation]
    in_network: InNetwork | None = None
    algorithms: tuple[str, ...] = ("ring", "tree")
    """What the library may choose from."""
    chain_ranks: int = 0
    """Innermost domains up to this size are a chain within a tree, not a tree of their own."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each constant comes from, by its name in the file."""

    def operation(self, name: str) -> Operation:
        """Return the constants of a collective, neutral where the profile has none."""
        return self.operations.get(name, Operation())


@dataclass(frozen=True)
class ExpertPath:
    """Constants of one path of an expert library, for one direction (dispatch or combine)."""

    efficiency: Mapping[Role, float] = field(hash=False)
    """Achieved over rated bandwidth per role. [1]"""
    start_s: float = 0.0
    """Launch, counting tokens and the final barrier. [s]"""
    doubling_s: float = 0.0
    """Added every time the number of ranks doubles: depth of the notification. [s]"""
    peer_s: float = 0.0
    """Added for every further rank. [s]"""


@dataclass(frozen=True)
class ExpertProfile:
    """Constants of one expert-exchange library generation on one hardware family."""

    name: str
    normal: Mapping[str, ExpertPath]
    """`dispatch` and `combine` of the throughput path."""
    low_latency: Mapping[str, ExpertPath]
    sends_once_per_rank: bool = False
    """Whether the low-latency path sends one copy for several experts of one rank."""
    scale_byte_per_value: float = 0.0
    """Scales that travel with quantised tokens. [byte per value]"""


@dataclass(frozen=True)
class AccessProfile:
    """Constants of one way to reach a remote memory."""

    name: str
    bandwidth_byte_per_s: float
    """Rated, per direction, of the port used. [byte/s]"""
    efficiency: Mapping[str, float]
    """Achieved over rated for `read` and `write` between device memories. [1]"""
    start_s: Mapping[str, float]
    """First byte of a `read` and a `write` inside a node, software included. [s]"""
    far_s: float
    """Added between nodes: two more switches and the fibre, both ways. [s]"""
    far_efficiency: float
    """Bandwidth between nodes over that inside one. [1]"""
    host_read_byte_per_s: float
    """Cap where the data leave a host's memory. [byte/s]"""
    host_write_byte_per_s: float
    """Cap where the data enter a host's memory. [byte/s]"""
    host_s: float = 0.0
    """Added when one end is a host; negative where its memory answers sooner. [s]"""
    batch_s: float = 0.0
    """Posting and completing one batch of messages. [s]"""


class _Constant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: float
    source: str


class _Meaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    unit: str
    meaning: str


class _ProfileFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hardware: str
    library: str
    algorithms: tuple[str, ...]
    protocols: tuple[str, ...]
    constants: dict[str, _Constant]
    serves: tuple[str, ...] = ()


class _PartFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hardware: str
    library: str
    constants: dict[str, _Constant]


class _LevelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    ranks: int
    bandwidth_byte_per_s: float
    latency_s: float
    medium: str


class _MachineFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    match: str
    profile: str
    levels: tuple[_LevelFile, ...]
    source: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format_version: int
    meanings: dict[str, _Meaning]
    profiles: dict[str, _ProfileFile]
    expert: dict[str, _PartFile] = {}
    access: dict[str, _PartFile] = {}
    machines: tuple[_MachineFile, ...] = ()


@dataclass(frozen=True)
class RatedLevels:
    """Rated network levels of a published machine, recognised by its description."""

    match: str
    """Regular expression."""
    profile: str
    levels: tuple[NetworkLevel, ...]
    source: str


@dataclass(frozen=True)
class ProfileTable:
    """All network profiles of a file, and which accelerator family uses which."""

    profiles: Mapping[str, NetworkProfile]
    by_family: Mapping[str, str]
    expert: Mapping[str, ExpertProfile] = field(default_factory=dict)
    access: Mapping[str, AccessProfile] = field(default_factory=dict)
    machines: tuple[RatedLevels, ...] = ()
    host_ranks: int = 16
    """Most NPUs that share a host; a larger scale-up domain spans several."""

    def for_family(self, family: str) -> NetworkProfile:
        """Return the profile of an accelerator family or of that name; `generic` otherwise."""
        name = family if family in self.profiles else self.by_family.get(family, "generic")
        if name not in self.profiles:
            raise UnknownName(
                "no network profile {family!r}; known: {profiles}",
                family=family,
                profiles=", ".join(sorted(self.profiles)),
            )
        return self.profiles[name]

    def for_domain(self, family: str, domain_ranks: int) -> NetworkProfile:
        """Return the profile of a family whose scale-up domain has so many NPUs.

        A domain that spans several hosts may have constants of its own: what its switches reduce
        is set up across hosts.
        """
        wide = f"{self.for_family(family).name}-wide"
        if wide in self.profiles and domain_ranks > self.host_ranks:
            return self.profiles[wide]
        return self.for_family(family)


def decode_profiles(data: bytes, origin: str = "network.json") -> ProfileTable:
    """Return the network profiles held by the bytes of a profile file.

    Raises
    ------
    FileProblem : the bytes do not follow the schema, or a constant has no stated meaning.
    """
    try:
        content = msgspec.json.decode(data, type=_File)
    except msgspec.MsgspecError as error:
        raise FileProblem("{origin}: {reason}", origin=origin, reason=error) from error
    by_family: dict[str, str] = {}
    profiles: dict[str, NetworkProfile] = {}
    for name, entry in content.profiles.items():
        unexplained = sorted(set(_meaning_keys(entry)) - content.meanings.keys())
        if unexplained:
            raise FileProblem(
                "{origin}: profile {name!r}: no meaning given for {unexplained}",
                origin=origin,
                name=name,
                unexplained=unexplained,
            )
        profiles[name] = _profile(name, entry)
        by_family.update(dict.fromkeys(entry.serves, name))
    for part in (*content.expert.values(), *content.access.values()):
        unexplained = sorted(set(_meaning_keys(part)) - content.meanings.keys())
        if unexplained:
            raise FileProblem(
                "{origin}: {library}: no meaning given for {unexplained}",
                origin=origin,
                library=part.library,
                unexplained=unexplained,
            )
    return ProfileTable(
        profiles,
        by_family,
        {name: _expert(name, _values(part)) for name, part in content.expert.items()},
        {name: _access(name, _values(part)) for name, part in content.access.items()},
        tuple(_rated(entry) for entry in content.machines),
    )


def _rated(entry: _MachineFile) -> RatedLevels:
    levels = tuple(
        NetworkLevel(
            level.name,
            level.ranks,
            level.bandwidth_byte_per_s,
            level.latency_s,
            medium=level.medium,
        )
        for level in entry.levels
    )
    return RatedLevels(entry.match, entry.profile, levels, entry.source)


def _values(entry: _ProfileFile | _PartFile) -> dict[str, float]:
    return {key: constant.value for key, constant in entry.constants.items()}


def _expert(name: str, value: Mapping[str, float]) -> ExpertProfile:
    def path(prefix: str) -> ExpertPath:
        return ExpertPath(
            {role: value.get(f"{prefix}.{role}.efficiency", 1.0) for role in Role},
            value.get(f"{prefix}.start_s", 0.0),
            value.get(f"{prefix}.doubling_s", 0.0),
            value.get(f"{prefix}.peer_s", 0.0),
        )

    return ExpertProfile(
        name,
        {verb: path(f"normal.{verb}") for verb in ("dispatch", "combine")},
        {verb: path(f"low_latency.{verb}") for verb in ("dispatch", "combine")},
        bool(value.get("sends_once_per_rank", 0.0)),
        value.get("scale_byte_per_value", 0.0),
    )


def _access(name: str, value: Mapping[str, float]) -> AccessProfile:
    return AccessProfile(
        name=name,
        bandwidth_byte_per_s=value["bandwidth_byte_per_s"],
        efficiency={verb: value[f"{verb}.efficiency"] for verb in ("read", "write")},
        start_s={verb: value[f"{verb}.start_s"] for verb in ("read", "write")},
        far_s=value["far_s"],
        far_efficiency=value["far_efficiency"],
        host_read_byte_per_s=value["host_read_byte_per_s"],
        host_write_byte_per_s=value["host_write_byte_per_s"],
        host_s=value.get("host_s", 0.0),
        batch_s=value.get("batch_s", 0.0),
    )


def _meaning_keys(entry: _ProfileFile | _PartFile) -> list[str]:
    """Return the constants' names without the protocol or operation they belong to."""
    return [".".join(name.split(".")[-2:]) if "." in name else name for name in entry.constants]


def _profile(name: str, entry: _ProfileFile) -> NetworkProfile:
    value = _values(entry)
    return NetworkProfile(
        name=name,
        launch_s=value["launch_s"],
        eager_launch_s=value.get("eager_launch_s", value["launch_s"]),
        peer_s={role: value.get(f"{role}.peer_s", 0.0) for role in Role},
        protocols=tuple(_protocol(key, value) for key in entry.protocols),
        operations=_operations(value),
        in_network=_in_network(value),
        algorithms=entry.algorithms,
        chain_ranks=int(value.get("chain_ranks", 0)),
        sources={key: constant.source for key, constant in entry.constants.items()},
    )


def _protocol(name: str, value: Mapping[str, float]) -> Protocol:
    prefix = f"protocol.{name}"
    channels = {
        role: Channel(
            value.get(f"{prefix}.{role}.efficiency", value[f"{prefix}.scale_up.efficiency"]),
            value.get(f"{prefix}.{role}.step_s", value[f"{prefix}.scale_up.step_s"]),
        )
        for role in Role
    }
    return Protocol(name, value.get(f"{prefix}.start_s", 0.0), channels)


def _operations(value: Mapping[str, float]) -> dict[str, Operation]:
    names = {key.split(".")[1] for key in value if key.startswith("operation.")}
    return {
        name: Operation(
            value.get(f"operation.{name}.efficiency", 1.0),
            value.get(f"operation.{name}.local_share", 0.0),
        )
        for name in names
    }


def _in_network(value: Mapping[str, float]) -> InNetwork | None:
    if "in_network.efficiency" not in value:
        return None
    return InNetwork(
        start_s=value.get("in_network.start_s", 0.0),
        efficiency=value["in_network.efficiency"],
        out_efficiency=value.get("in_network.out_efficiency", 0.0),
        min_ranks=int(value.get("in_network.min_ranks", 4)),
    )
