"""What a simulation sees of a design: one accelerator type and the network levels around it.

Built from a compiled fabric, or from the columns of a published measurement. Knows no design.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.catalog.catalog import weakest
from studio.catalog.part import Grade
from studio.errors import InvalidInput


@dataclass(frozen=True)
class Accelerator:
    """Ratings of one NPU package, as rated by the vendor: efficiency is not in here."""

    name: str
    family: str
    """Key of its efficiency profile: `ascend-910c`, `nvidia-hopper`, `nvidia-blackwell` …"""
    compute_flops: Mapping[str, float]
    """Dense peak per number format (`bf16`, `fp8`, `int8`, `fp4` …). [FLOP/s]"""
    memory_byte: float
    memory_bandwidth_byte_per_s: float
    tdp_w: float
    idle_w: float
    dies: int = 1
    grades: Mapping[str, Grade] = field(default_factory=dict)
    """Evidence of the values above by what they are: a number format, `memory`, `ports` …"""


@dataclass(frozen=True)
class NetworkLevel:
    """One ring of the onion around an NPU: its node, its supernode, the scale-out network."""

    name: str
    ranks: int
    """NPUs inside one domain of this level, the levels inside it included."""
    bandwidth_byte_per_s: float
    """What one NPU can send into this level, per direction, rated."""
    latency_s: float
    """One way, first byte, hops and fibre included, software excluded."""
    oversubscription: float = 1.0
    """Down capacity over up capacity of the narrowest tier of this level, >= 1."""
    medium: str = ""


@dataclass(frozen=True)
class Host:
    """What the CPUs around it give one NPU: a share of their memory and the way there."""

    link_byte_per_s: float
    """NPU to CPU, per direction, while all NPUs copy at once."""
    memory_byte: float
    memory_bandwidth_byte_per_s: float
    is_drawn: bool = True
    """Links lead there; else the rate of the NPU's own port is taken."""


@dataclass(frozen=True)
class Machine:
    """A set of equal NPUs inside nested network levels, innermost first."""

    accelerator: Accelerator
    npu_count: int
    levels: tuple[NetworkLevel, ...]
    evidence: str = "vendor"
    """Weakest grade among the values above."""
    host_power_w_per_npu: float = 0.0
    """Share of one NPU in CPUs, memory, switches, optics, fans and conversion loss, at load."""
    host_idle_power_w_per_npu: float = 0.0
    host_npus: float = 0.0
    """NPUs behind one host; 0 where nobody says."""
    host: Host | None = None
    """None where no CPU can hold anything for an NPU."""
    assumptions: tuple[str, ...] = field(default=())


def check_ratings(accelerator: Accelerator) -> None:
    """Make sure that an NPU has what every job needs.

    Raises
    ------
    InvalidInput : it has no BF16 rating, which attention and vector work rest on, or no memory.
    """
    if not accelerator.compute_flops.get("bf16", 0.0) > 0:
        raise InvalidInput(
            "{accelerator}: no BF16 rating; every job needs one",
            accelerator=accelerator.name,
        )
    if not (accelerator.memory_bandwidth_byte_per_s > 0 and accelerator.memory_byte > 0):
        raise InvalidInput(
            "{accelerator}: memory and its bandwidth must be above zero",
            accelerator=accelerator.name,
        )


def evidence_of(machine: Machine, *formats: str) -> str:
    """Return the weakest grade among the values a job rests on.

    Parameters
    ----------
    formats : number formats the job multiplies in; one without a rating computes in BF16.
    """
    accelerator = machine.accelerator
    rated = {name if accelerator.compute_flops.get(name) else "bf16" for name in formats}
    used = (*rated, "memory", "memory_bandwidth", "ports", "power")
    grades = [accelerator.grades[name] for name in used if name in accelerator.grades]
    return weakest(grades) if grades else machine.evidence
