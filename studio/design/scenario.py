"""What a supernode is asked to do: one training or inference job with its parallelism.

Degrees of 0 mean "let the studio choose".
"""

from __future__ import annotations

from typing import Literal

import msgspec

from studio.ids import WorkloadId
from studio.messages import Name

Recompute = Literal["none", "selective", "full"]
Offload = Literal["none", "optimizer", "activations", "both"]
Optimizer = Literal["adam", "adam-bf16", "adam-8bit", "sgd"]
Schedule = Literal["1f1b", "interleaved", "zero-bubble", "dualpipe"]
Phases = Literal["apart", "together"]


class _Scenario(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="job"
):
    pass


class Training(_Scenario, frozen=True, tag="training"):
    """One iteration of LLM training, repeated."""

    name: str
    model: WorkloadId
    name_zh: str = ""
    precision: str = "bf16"
    sequence_tokens: int = 4096
    global_batch: int = 1024
    """Sequences per iteration."""
    micro_batch: int = 1
    tp: int = 0
    pp: int = 0
    dp: int = 0
    ep: int = 0
    cp: int = 1
    zero_stage: int = 1
    recompute: Recompute = "selective"
    optimizer: Optimizer = "adam"
    """What it keeps of every parameter: `adam-bf16` and `adam-8bit` have smaller moments."""
    offload: Offload = "none"
    """What the memory of the CPUs holds instead of that of the NPUs."""
    schedule: Schedule = "1f1b"
    virtual_stages: int = 1
    """Chunks of layers per stage; 1 of an interleaved schedule lets the studio choose."""
    npus: int = 0
    """Used by the job; 0 takes all."""
    profile: str = ""
    """Efficiency profile; empty takes the newest of the accelerator's family."""

    @property
    def title(self) -> Name:
        """Return the name as a text shows it, in either language."""
        return Name(self.name, self.name_zh)


class Inference(_Scenario, frozen=True, tag="inference"):
    """Serving of one LLM: a prefill pool and a decode pool, or both phases on the same NPUs."""

    name: str
    model: WorkloadId
    name_zh: str = ""
    precision: str = "int8"
    kv_precision: str = "bf16"
    input_tokens: int = 4096
    output_tokens: int = 256
    batch_per_npu: int | float = 0
    """Requests decoded together per NPU; 0 takes the largest that meets the objectives."""
    tp: int = 1
    pp: int = 1
    ep: int = 0
    dp: int = 0
    npus: int = 0
    phases: Phases = "apart"
    """Prompts and decoding on NPUs of their own (disaggregated), or together in every instance
    (continuous batching); then degrees and share of prefill have no meaning."""
    prefill_tp: int = 0
    """Degrees of instances that only compute prompts; all 0 cuts them as those for decoding."""
    prefill_dp: int = 0
    prefill_ep: int = 0
    prefill_pp: int = 0
    chunk_tokens: int = 0
    """Tokens of prompts computed in one pass; 0 takes what the engine usually does."""
    prefill_share: float = 0.0
    """Part of the NPUs that only does prefill; 0 balances the two phases."""
    tpot_objective_s: float = 0.05
    ttft_objective_s: float = 5.0
    prefix_cache_hit: float = 0.0
    mtp_tokens: int = 0
    """Tokens drafted per step by multi-token prediction."""
    mtp_acceptance: float = 0.7
    redundant_experts: int = 0
    """Experts of a layer held twice, the busiest ones, to level their load."""
    expert_imbalance: float = 0.0
    """Load of the busiest expert rank above the mean; 0 takes what the engine usually sees."""
    profile: str = ""

    @property
    def title(self) -> Name:
        """Return the name as a text shows it, in either language."""
        return Name(self.name, self.name_zh)


Scenario = Training | Inference
