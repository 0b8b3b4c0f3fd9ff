"""All network profiles and rated machines of one file; decodes bytes, reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from studio.decoding import read_as
from studio.errors import FileProblem, UnknownName
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.profile import (
    AccessProfile,
    Channel,
    ExpertPath,
    ExpertProfile,
    InNetwork,
    NetworkProfile,
    Operation,
    Protocol,
    Role,
)


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
    algorithms_of: dict[str, tuple[str, ...]] = {}
    algorithms_source: str = ""


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
        content = read_as(data, _File)
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
        algorithms_of=entry.algorithms_of,
        hands_on=bool(value.get("hands_on", 0)),
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
