"""Power constants of one hardware family; decodes bytes, reads no file."""

from __future__ import annotations

import msgspec

from studio.workload.profile_file import constant_names, decode_one


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
    sequence_share: float
    """Sampling and bookkeeping of sequences on the device."""
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


CONSTANT_NAMES = constant_names(PowerProfile)


def decode_power(data: bytes) -> tuple[str, PowerProfile]:
    """Return the family of a power file and its profile.

    Raises
    ------
    FileProblem : the bytes are no power profile, or a constant is missing, unknown or absurd.
    """
    return decode_one(data, PowerProfile, "power profile")
