"""What serving a model delivers: one value with a named field for every number a plot needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.mixing import Steady
from studio.simulation.inference.phases import Decode, Prefill
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.requests import RequestShape
from studio.simulation.inference.speculative import Speculation


class OperatorPoint(msgspec.Struct, frozen=True):
    """One operator on the roofline plot, all layers of one pass together, on one device."""

    name: str
    term: str
    flops: float
    traffic_byte: float
    time_s: float
    intensity_flop_per_byte: float
    rate_flop_per_s: float
    bound: str
    """`compute` or `memory`."""


@dataclass(frozen=True)
class Phase:
    """One phase of serving: prefill or decode."""

    name: str
    time_s: float
    """Of one pass, all terms."""
    terms: Mapping[str, float]
    """Seconds by name; they sum to `time_s`."""
    compute_utilisation: float
    """FLOP done over peak of the products' format x time, 0..1."""
    memory_utilisation: float
    """Bytes moved over rated bandwidth x time, 0..1."""
    network_utilisation: float
    """Time the links of an NPU are busy over time, 0..1."""
    power_w_per_npu: float
    operators: tuple[OperatorPoint, ...]


@dataclass(frozen=True)
class Worked:
    """What the phases were worked out from, for whoever asks for more than the figures above."""

    shape: RequestShape
    guess: Speculation
    decode_engine: Engine
    decode: Decode
    prefill_engine: Engine
    first: Prefill
    """One prompt alone."""
    plenty: Prefill
    """Prompts in plenty."""
    group_sequences: float
    """In one attention group, as memory is counted."""
    mixed: Steady | None = None
    """Both phases in one instance; None where each has NPUs of its own."""


@dataclass(frozen=True)
class MemoryUse:
    """Memory of one NPU package by category. [byte]."""

    weights: float
    cache: float
    activations: float
    buffers: float
    usable: float
    capacity: float

    @property
    def total(self) -> float:
        """All categories."""
        return self.weights + self.cache + self.activations + self.buffers


@dataclass(frozen=True)
class InferenceResult:
    """What a machine delivers for one mapping, one shape of request and one objective.

    `npu` counts packages of the machine as drawn, whatever software sees as a device.
    """

    model: str
    plan: InferencePlan
    prefill_plan: InferencePlan | None
    """Of instances that only compute prompts; None where they are cut alike."""
    used_npus: int
    """Fewer than there are where the others would slow a service in pools that nobody named a plan
    for, or where whole instances of both phases leave some over."""
    instance_npus: float
    prefill_instance_npus: float
    """NPUs that have to be left for prefill; 1 where its instances are cut alike."""
    instances: int
    fits: bool
    remedy: str
    """What to change when it does not fit or misses its objective; empty otherwise."""
    limited_by: str
    """`memory`, `TPOT`, `batch` (as given) or `nothing fits`."""
    sequences_per_npu: float
    """In flight while decoding."""
    batch_capacity_per_npu: float
    """What memory allows."""
    ttft_s: float
    """One prompt: alone in a pool for prefill, else beside what decodes."""
    tpot_s: float
    """Decoding alone in a pool of its own, else with prompts mixed in (continuous batching)."""
    meets_ttft: bool
    meets_tpot: bool
    prefill_tokens_per_s_per_npu: float
    decode_tokens_per_s_per_npu: float
    """Output tokens on NPUs that only decode."""
    tokens_per_s_per_npu: float
    """Output tokens over all NPUs of both phases, at balance where each has NPUs of its own."""
    tokens_per_s: float
    requests_per_s: float
    prefill_share: float
    """Of NPUs, at that balance; of the time of all NPUs where both phases share them."""
    cache_transfer_s: float
    """KV cache of one request from prefill to decode."""
    memory: MemoryUse
    prefill: Phase
    decode: Phase
    power_w_per_npu: float
    """Package, mean while serving."""
    host_power_w_per_npu: float
    power_w: float
    """All NPUs with their hosts, cooling of the hall excluded."""
    energy_j_per_token: float
    """Per output token, hosts included."""
    profile: str
    """Efficiency profile used: family and software generation."""
    assumptions: tuple[str, ...]
    worked: Worked = field(compare=False, repr=False)

    @property
    def energy_kwh_per_million_tokens(self) -> float:
        """Per million output tokens. [kWh]."""
        return self.energy_j_per_token / 3.6
