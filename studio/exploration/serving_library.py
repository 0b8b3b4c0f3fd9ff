"""Read the serving and power profiles that ship with the studio.

Knows files; knows no measurement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TypeVar

import msgspec

from studio import paths
from studio.errors import FileProblem, UnknownName
from studio.exploration.network_library import network_profiles
from studio.exploration.profile_files import read_table
from studio.simulation.inference.profile import InferenceProfile, decode_family
from studio.simulation.machine import Accelerator
from studio.simulation.network.profile import ExpertProfile
from studio.simulation.power.profile import PowerProfile, decode_power

_Profile = TypeVar("_Profile")
FALLBACK = "generic"


class _Software(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    match: str
    generation: str


class _Kin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    match: str
    family: str


class _SoftwareFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format_version: int
    software: tuple[_Software, ...]
    families: tuple[_Kin, ...]


def _read(pattern: str, decode: Callable[[bytes], tuple[str, _Profile]]) -> Mapping[str, _Profile]:
    found: dict[str, _Profile] = {}
    for path in sorted((paths.workloads_dir() / "profiles").glob(pattern)):
        try:
            family, profile = decode(path.read_bytes())
        except (OSError, FileProblem) as problem:
            raise FileProblem("{path}: {reason}", path=path.name, reason=problem) from problem
        found[family] = profile
    return MappingProxyType(found)


@cache
def inference_profiles() -> Mapping[str, Mapping[str, InferenceProfile]]:
    """Return every serving profile: family, then software generation.

    Raises
    ------
    FileProblem : a file can't be read or is no profile.
    """
    return _read("inference-*.json", decode_family)


@cache
def power_profiles() -> Mapping[str, PowerProfile]:
    """Return every power profile by family.

    Raises
    ------
    FileProblem : a file can't be read or is no profile.
    """
    return _read("power-*.json", decode_power)


@cache
def _software() -> _SoftwareFile:
    return read_table("serving-software.json", _SoftwareFile)


def generation_of(engine_text: str) -> str:
    """Return the software generation that the name of an engine means, or nothing."""
    for entry in _software().software:
        if re.search(entry.match, engine_text, flags=re.IGNORECASE):
            return entry.generation
    return ""


def serving_family(accelerator: Accelerator) -> str:
    """Return the family whose serving and power profiles an accelerator uses.

    Workstation and inference cards share a compute family with larger parts but not their
    matrix units and memory.
    """
    for entry in _software().families:
        if re.search(entry.match, accelerator.name):
            return entry.family
    return accelerator.family


def inference_profile(family: str, generation: str = "") -> InferenceProfile:
    """Return the serving profile of a family, `generic` for a family without one.

    Without a generation the newest is meant; one that the family lacks is replaced by another of
    the same engine, else of any, nearest in date.

    Raises
    ------
    UnknownName : no family knows the generation.
    """
    table = inference_profiles()
    own = table.get(family) or table[FALLBACK]
    if not generation:
        return max(own.values(), key=lambda profile: profile.date)
    if generation in own:
        return own[generation]
    dates = {name: item.date for group in table.values() for name, item in group.items()}
    if generation not in dates:
        raise UnknownName(
            "{generation!r} is no engine generation; known: {dates}",
            generation=generation,
            dates=", ".join(dates),
        )
    wanted, engine = _months(dates[generation]), generation.split("-")[0]
    same = [profile for name, profile in own.items() if name.split("-")[0] == engine]
    return min(same or own.values(), key=lambda profile: abs(_months(profile.date) - wanted))


def _months(date: str) -> int:
    year, month = date.split("-")
    return 12 * int(year) + int(month)


def power_profile(family: str) -> PowerProfile:
    """Return the power profile of a family, `generic` for a family without one."""
    table = power_profiles()
    return table.get(family) or table[FALLBACK]


_EXCHANGE_OF_FAMILY = {
    "nvidia-hopper": "deepep-v1",
    "nvidia-ampere": "deepep-v1",
    "nvidia-blackwell": "deepep-v2",
    "nvidia-blackwell-ultra": "deepep-v2",
    "ascend-910c": "cann-ep",
    "amd-cdna3": "mori",
    "amd-cdna4": "mori",
}


def exchange_profile(family: str) -> ExpertProfile:
    """Return the constants of the expert library usual on a family, generic ones otherwise."""
    known = network_profiles().expert
    return known.get(_EXCHANGE_OF_FAMILY.get(family, FALLBACK)) or known[FALLBACK]
