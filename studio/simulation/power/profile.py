"""Power constants of one hardware family; decodes bytes, reads no file."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from studio.errors import FileProblem


class PowerProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How activity turns into watts; ratios of (TDP - idle) unless a unit is named."""

    family: str
    active_share: float
    """Clocks up and kernels resident, whatever they do."""
    compute_share: float
    """Matrix units at their sustained rate."""
    memory_share: float
    """Memory at its rated bandwidth."""
    network_share: float
    """Links of the scale-up plane at their rated bandwidth."""
    launch_share: float
    """Left of the active share while the device waits for its host. [1 of active]"""
    peak_share: float
    """Most an NPU draws over its TDP, mean over seconds."""
    cap_exponent: float
    """Rate of matrix products over power under a cap: rate ~ power^exponent."""
    node_fixed_w: float
    """CPUs, memory, adapters, disks and pumps of one node, at load. [W]"""
    node_fixed_idle_w: float
    """The same at idle. [W]"""
    fan_share: float
    """Fans over what they cool, at load."""
    conversion_efficiency: float
    """Power supplies and board regulators, AC in to DC out."""


class _Constant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: float
    unit: str
    meaning: str
    source: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format_version: int
    family: str
    hardware: str
    constants: dict[str, _Constant]


CONSTANT_NAMES = tuple(name for name in PowerProfile.__struct_fields__ if name != "family")


def decode_power(data: bytes) -> tuple[str, PowerProfile]:
    """Return the family of a power file and its profile.

    Raises
    ------
    FileProblem : the bytes are no power profile, or a constant is missing, unknown or absurd.
    """
    try:
        content = msgspec.json.decode(data, type=_File)
    except msgspec.MsgspecError as problem:
        raise FileProblem(f"power profile: {problem}") from problem
    values: Mapping[str, float] = {name: item.value for name, item in content.constants.items()}
    missing = [name for name in CONSTANT_NAMES if name not in values]
    unknown = [name for name in values if name not in CONSTANT_NAMES]
    odd = [name for name, value in values.items() if not 0 <= value < 1e6]
    for names, fault in ((missing, "missing"), (unknown, "unknown"), (odd, "out of range")):
        if names:
            raise FileProblem(f"power profile {content.family!r}: {fault}: {', '.join(names)}")
    return content.family, PowerProfile(family=content.family, **values)
