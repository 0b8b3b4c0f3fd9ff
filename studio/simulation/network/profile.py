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
class Protocol:
    """One way a library moves data: a short one for small messages, a wide one for large ones."""

    name: str
    start_s: float
    """Set-up of one operation on top of the kernel launch. [s]"""
    channels: Mapping[Role, Channel]


@dataclass(frozen=True)
class Operation:
    """What one collective's kernel achieves relative to the links."""

    efficiency: float = 1.0
    """Achieved over protocol bandwidth: copy or reduce throughput of the kernel. [1]"""
    local_share: float = 0.0
    """Cost of a byte that stays on its rank, relative to one that crosses the link. [1]"""


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
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each constant comes from, by its name in the file."""

    def operation(self, name: str) -> Operation:
        """Return the constants of a collective, neutral where the profile has none."""
        return self.operations.get(name, Operation())


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


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format_version: int
    meanings: dict[str, _Meaning]
    profiles: dict[str, _ProfileFile]


@dataclass(frozen=True)
class ProfileTable:
    """All network profiles of a file, and which accelerator family uses which."""

    profiles: Mapping[str, NetworkProfile]
    by_family: Mapping[str, str]

    def for_family(self, family: str) -> NetworkProfile:
        """Return the profile of an accelerator family or of that name; `generic` otherwise."""
        name = family if family in self.profiles else self.by_family.get(family, "generic")
        if name not in self.profiles:
            raise UnknownName(
                f"no network profile {family!r}; known: {', '.join(sorted(self.profiles))}"
            )
        return self.profiles[name]


def decode_profiles(data: bytes, origin: str = "network.json") -> ProfileTable:
    """Return the network profiles held by the bytes of a profile file.

    Raises
    ------
    FileProblem : the bytes do not follow the schema, or a constant has no stated meaning.
    """
    try:
        content = msgspec.json.decode(data, type=_File)
    except msgspec.MsgspecError as error:
        raise FileProblem(f"{origin}: {error}") from error
    by_family: dict[str, str] = {}
    profiles: dict[str, NetworkProfile] = {}
    for name, entry in content.profiles.items():
        unexplained = sorted(set(_meaning_keys(entry)) - content.meanings.keys())
        if unexplained:
            raise FileProblem(f"{origin}: profile {name!r}: no meaning given for {unexplained}")
        profiles[name] = _profile(name, entry)
        by_family.update(dict.fromkeys(entry.serves, name))
    return ProfileTable(profiles, by_family)


def _meaning_keys(entry: _ProfileFile) -> list[str]:
    """Return the constants' names without the protocol or operation they belong to."""
    return [".".join(name.split(".")[-2:]) if "." in name else name for name in entry.constants]


def _profile(name: str, entry: _ProfileFile) -> NetworkProfile:
    value = {key: constant.value for key, constant in entry.constants.items()}
    return NetworkProfile(
        name=name,
        launch_s=value["launch_s"],
        eager_launch_s=value.get("eager_launch_s", value["launch_s"]),
        peer_s={role: value.get(f"{role}.peer_s", 0.0) for role in Role},
        protocols=tuple(_protocol(key, value) for key in entry.protocols),
        operations=_operations(value),
        in_network=_in_network(value),
        algorithms=entry.algorithms,
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
