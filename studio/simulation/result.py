"""What one simulated job delivers, every term named, so that a plot or report never recomputes.

Training and inference fill the same value; the window and the exports know no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from studio.messages import say
from studio.simulation.error_band import ErrorBand
from studio.simulation.reliability.job import JobReliability

if TYPE_CHECKING:
    from studio.simulation.inference.result import InferenceResult
    from studio.simulation.training.result import TrainingResult

Bound = Literal["compute", "memory", "network", "overhead", "idle"]
"""What a stretch of time is spent on: matrix and vector units, HBM, links, launches, waiting."""


@dataclass(frozen=True)
class TimeTerm:
    """A share of a phase's time; the shares of a phase add up to its time."""

    name: str
    seconds: float
    bound: Bound
    formula: str = ""
    utilisation: Utilisation | None = None
    """Of an NPU while the term lasts."""
    npu_power_w: float = 0.0
    """Draw of an NPU while the term lasts."""


@dataclass(frozen=True)
class OperatorPoint:
    """One operator on the roofline, summed over its repetitions in the phase, per NPU."""

    name: str
    flop: float
    memory_byte: float
    seconds: float
    bound: Bound
    term: str = ""
    """The time term it counts to."""
    times: float = 1.0
    """Executions in the phase on one NPU."""
    shape: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """Groups, m, n and k of one product; zeros where there is none."""

    @property
    def intensity(self) -> float:
        """Return FLOP per byte moved from memory."""
        return self.flop / self.memory_byte if self.memory_byte else 0.0

    @property
    def achieved_flops(self) -> float:
        """Return FLOP/s reached."""
        return self.flop / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Utilisation:
    """Share of each rating used, averaged over a phase, 0..1."""

    compute: float
    memory: float
    network: float


@dataclass(frozen=True)
class Phase:
    """A training step, a prefill or one decode step."""

    name: Literal["step", "prefill", "decode"]
    seconds: float
    terms: tuple[TimeTerm, ...]
    operators: tuple[OperatorPoint, ...]
    utilisation: Utilisation
    tokens: float
    """Tokens made or read by the whole job in the phase."""
    npus: float
    """NPUs that run the phase."""
    npu_power_w: float
    """Mean draw of one of them."""
    shared_npus: int = 0
    """NPUs that work on both phases, because the scenario says so or one instance of each does not
    fit beside the other; `npus` is then the mean. 0 where the phase has NPUs of its own."""

    @property
    def place(self) -> str:
        """Return where the phase runs, in words."""
        if not self.shared_npus:
            return say("on {npus:,} NPUs", npus=self.npus)
        return say(
            "on all {npus:,} NPUs, {share:.0%} of the time",
            share=self.npus / self.shared_npus,
            npus=self.shared_npus,
        )

    @property
    def tokens_per_s(self) -> float:
        """Return tokens per second of the whole job while in this phase."""
        return self.tokens / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class MemoryTerm:
    """A category of what one NPU holds at its fullest moment."""

    name: str
    byte: float


@dataclass(frozen=True)
class Memory:
    """Memory of one NPU against its capacity."""

    terms: tuple[MemoryTerm, ...]
    capacity_byte: float
    remedy: str = ""
    """What to change where it does not fit."""
    remedy_fields: Mapping[str, int | float | str] = field(default_factory=dict)
    """Fields of the scenario that make it fit, tried; empty where none was found."""
    host_terms: tuple[MemoryTerm, ...] = ()
    """What CPUs hold for the NPU; empty where nothing is offloaded."""
    host_capacity_byte: float = 0.0
    """Memory of the CPUs per NPU."""
    moments: tuple[MemoryTerm, ...] = ()
    """All that the NPU holds at other times than its fullest, by the moment, in order."""

    @property
    def used_byte(self) -> float:
        """Return the sum of the categories."""
        return sum(term.byte for term in self.terms)

    @property
    def host_byte(self) -> float:
        """Return what CPUs hold for the NPU."""
        return sum(term.byte for term in self.host_terms)

    @property
    def fits(self) -> bool:
        """Tell whether the job fits the NPU, and what is offloaded its share of the CPUs."""
        is_held = self.host_byte <= self.host_capacity_byte
        return self.used_byte <= self.capacity_byte and is_held


@dataclass(frozen=True)
class Load:
    """What a job asks of equipment and site, before these have a price."""

    npu_power_w: float
    """Mean draw of one NPU that works."""
    npus: int
    machine_npus: int
    """Those that do not work idle."""
    idle_npu_w: float
    tokens_per_s: float


@dataclass(frozen=True)
class SimResult:
    """One job on one machine."""

    job: Literal["training", "inference"]
    scenario: str
    model: str
    plan: str
    """The parallelism used: `TP 1 · PP 8 · DP 48 · EP 32`."""
    phases: tuple[Phase, ...]
    memory: Memory
    load: Load
    tokens_per_s: float
    """Output tokens for inference, trained tokens for training."""
    tokens_per_s_per_npu: float
    headline_s: float
    """Step time of training; time per output token of inference."""
    ttft_s: float
    """Time to the first token; 0 for training."""
    mfu: float
    """Model FLOP done over dense peak of the precision used, recomputation excluded."""
    equipment_power_w: float
    facility_power_w: float
    energy_j_per_token: float
    cost_usd_per_million_tokens: float
    cost_terms: tuple[tuple[str, float], ...]
    """Depreciation and electricity, per million tokens. [USD]"""
    assumptions: tuple[str, ...]
    evidence: str
    """Weakest grade the result rests on."""
    warnings: tuple[str, ...] = ()
    reliability: JobReliability | None = None
    """Of training on a machine whose failure rates are known."""
    error_bands: Mapping[str, ErrorBand] = field(default_factory=dict)
    """How far figures may be off, by their name here; only of those that measurements check."""
    detail: TrainingResult | InferenceResult | None = field(default=None, compare=False, repr=False)
    """What the simulation of the job itself returned; figures are opened from it when asked."""

    @property
    def effective_share(self) -> float:
        """Return the wall time that becomes work, interruptions counted; 0 where not known."""
        return self.reliability.effective_share if self.reliability else 0.0

    def error_range(self, name: str) -> tuple[float, float] | None:
        """Return what 8 of 10 measurements leave of a figure: the ends of its error band.

        Parameters
        ----------
        name : of a figure here, such as `tokens_per_s` or `headline_s`; `memory` is the use of the
            fullest NPU. [its unit]
        """
        band = self.error_bands.get(name)
        value = self.memory.used_byte if name == "memory" else getattr(self, name, None)
        if band is None or value is None:
            return None
        return band.low(value), band.high(value)
