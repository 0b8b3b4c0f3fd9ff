"""What a result was worked out from, asked for one number at a time with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from studio.design.scenario import Inference, Training
from studio.exploration.explanation.profile_notes import ProfileKey, notes_of
from studio.fabric.fabric import Fabric
from studio.fabric.parts import Origin, PartData
from studio.messages import Message, say
from studio.simulation.explanation import Input
from studio.simulation.inference.result import InferenceResult
from studio.simulation.job import SimInput
from studio.simulation.machine import NetworkLevel
from studio.simulation.result import SimResult
from studio.simulation.rollup.totals import Totals
from studio.simulation.source_words import source_text
from studio.simulation.training.result import TrainingResult
from studio.simulation.words import term

CONSTANTS: Mapping[str, tuple[Message, str]] = {
    "bf16_efficiency": (say("sustained share of the BF16 peak"), "ratio"),
    "fp8_efficiency": (say("sustained share of the FP8 peak"), "ratio"),
    "int8_efficiency": (say("sustained share of the INT8 peak"), "ratio"),
    "fp4_efficiency": (say("sustained share of the FP4 peak"), "ratio"),
    "grouped_efficiency": (say("products of many experts over one product"), "ratio"),
    "attention_forward_efficiency": (say("sustained share of the peak, attention"), "ratio"),
    "attention_backward_efficiency": (
        say("sustained share of the peak, attention backward"),
        "ratio",
    ),
    "attention_decode_efficiency": (say("sustained share of the peak, decode attention"), "ratio"),
    "attention_prefill_efficiency": (
        say("sustained share of the peak, prompt attention"),
        "ratio",
    ),
    "library_efficiency": (say("matrix library over the best of the family"), "ratio"),
    "attention_library_efficiency": (
        say("attention library over the best of the family"),
        "ratio",
    ),
    "scan_efficiency": (say("sustained share of the peak, state-space scan"), "ratio"),
    "hbm_efficiency": (say("achieved share of the memory bandwidth"), "ratio"),
    "cache_efficiency": (say("achieved share of the memory bandwidth, KV cache"), "ratio"),
    "gather_efficiency": (say("achieved share of the memory bandwidth, row-wise"), "ratio"),
    "optimizer_efficiency": (say("achieved share of the memory bandwidth, optimizer"), "ratio"),
    "kernel_gap_s": (say("gap between two kernels"), "time"),
    "kernel_s": (say("gap between two kernels"), "time"),
    "launch_s": (say("host time to issue one kernel"), "time"),
    "prefill_launch_s": (say("host time to issue one kernel of a prompt"), "time"),
    "host_launch_s": (say("host time to issue one kernel"), "time"),
    "host_expert_s": (say("host time to issue one expert"), "time"),
    "host_collective_s": (say("host time per rank of a collective"), "time"),
    "step_s": (say("scheduling and sampling of one step"), "time"),
    "sequence_s": (say("the same per sequence"), "time"),
    "step_overhead_s": (say("once per step"), "time"),
    "moe_overhead_s": (say("routing per layer and pass"), "time"),
    "expert_overhead_s": (say("set-up per expert held"), "time"),
    "expert_layer_s": (say("routing per layer of experts"), "time"),
    "expert_rank_s": (say("waiting for each other per layer of experts"), "time"),
    "expert_overlap": (say("share of the expert exchange hidden"), "ratio"),
    "expert_imbalance": (say("busiest expert rank over the mean"), "ratio"),
    "tensor_overlap": (say("share of the tensor-parallel exchange hidden"), "ratio"),
    "context_overlap": (say("share of the context-parallel exchange hidden"), "ratio"),
    "pipeline_overlap": (say("share of the pipeline transfer hidden"), "ratio"),
    "data_overlap": (say("share of the data-parallel exchange that can be hidden"), "ratio"),
    "reduce_exposed": (say("exposed share of reductions"), "ratio"),
    "reduce_late": (say("extra time of reductions beyond the buffers"), "ratio"),
    "reduce_start_s": (say("start of a reduction by the engine itself"), "time"),
    "grouped_stream": (say("streaming of expert weights over that of one product"), "ratio"),
    "host_s": (say("agreement on a step per doubling of hosts"), "time"),
    "overlap_loss": (say("share of the shorter time not hidden"), "ratio"),
    "tile_rows_lost": (say("rows lost in partly filled tiles"), "count"),
    "contention": (say("computing lost per second of hidden communication"), "ratio"),
    "straggler": (say("time added per doubling of nodes"), "ratio"),
    "stage_wait": (say("waiting per further pipeline stage"), "ratio"),
    "pass_tokens": (say("tokens of prompts per pass"), "count"),
    "memory_share": (say("share of memory given to weights and cache"), "ratio"),
    "runtime_byte": (say("runtime, work spaces and graphs"), "data"),
    "devices_per_npu": (say("devices the engine sees in one NPU"), "count"),
}
"""Constants of the profiles that explanations show: what they are and their dimension."""

POWER_SHARES: Mapping[str, tuple[Message, str]] = {
    "active_share": (say("power of a resident kernel, of load − idle"), "ratio"),
    "compute_share": (say("power of busy matrix units, of load − idle"), "ratio"),
    "memory_share": (say("power of busy memory, of load − idle"), "ratio"),
    "network_share": (say("power of busy links, of load − idle"), "ratio"),
}

_FIELDS: Mapping[str, tuple[Message, str]] = {
    "memory": (say("memory of an NPU"), "data"),
    "memory_bandwidth": (say("memory bandwidth of an NPU"), "bandwidth"),
    "power_typical": (say("power of an NPU at load"), "power"),
    "power_idle": (say("power of an idle NPU"), "power"),
}
_SETTINGS: Mapping[str, tuple[Message, str]] = {
    "global_batch": (say("sequences per step"), "count"),
    "micro_batch": (say("sequences per micro batch"), "count"),
    "sequence_tokens": (say("tokens of a sequence"), "count"),
    "input_tokens": (say("tokens of a prompt"), "count"),
    "output_tokens": (say("tokens of an answer"), "count"),
    "prefix_cache_hit": (say("share of prompts found in the cache"), "ratio"),
    "mtp_tokens": (say("tokens drafted per step"), "count"),
    "mtp_acceptance": (say("share of drafts accepted"), "ratio"),
    "redundant_experts": (say("experts of a layer held twice"), "count"),
    "batch_per_npu": (say("requests per NPU"), "count"),
}


@dataclass(frozen=True)
class Basis:
    """A result with all it rests on."""

    given: SimInput
    result: SimResult
    fabric: Fabric
    totals: Totals

    @property
    def training(self) -> TrainingResult:
        """Return what the training simulation returned; of training results only."""
        assert isinstance(self.result.detail, TrainingResult)
        return self.result.detail

    @property
    def serving(self) -> InferenceResult:
        """Return what the serving simulation returned; of inference results only."""
        assert isinstance(self.result.detail, InferenceResult)
        return self.result.detail

    @cached_property
    def npu(self) -> PartData | None:
        """Return the catalogue part of the NPU the job runs on."""
        name = self.given.machine.accelerator.name
        found = (part for part in self.fabric.layout.parts if part.kind == "npu")
        return next((part for part in found if part.name == name), None)

    def rating(self, field: str) -> Input:
        """Return a rated value of the NPU."""
        label, dimension = _FIELDS.get(field) or (
            say("{format} peak of an NPU", format=field.removeprefix("compute_").upper()),
            "compute",
        )
        part = self.npu
        value = part.value(field) if part else 0.0
        origin = part.origins.get(field) if part else None
        return _from_origin(label, value, dimension, origin, part.id if part else "")

    def peak(self, rating: str) -> Input:
        """Return the rated peak a number format computes at, BF16 where it has none of its own."""
        has_own = self.given.machine.accelerator.compute_flops.get(rating)
        return self.rating(f"compute_{rating if has_own else 'bf16'}")

    def compute(self, name: str) -> Input:
        """Return a constant of the compute profile."""
        profile = self.given.compute
        return _constant(name, getattr(profile, name), "compute", profile)

    def engine(self, name: str) -> Input:
        """Return a constant of the serving profile."""
        profile = self.given.serving
        return _constant(name, getattr(profile, name), "inference", profile)

    def power(self, name: str) -> Input:
        """Return a constant of the power profile."""
        profile = self.given.power
        label, dimension = POWER_SHARES[name]
        found = _constant(name, getattr(profile, name), "power", profile)
        return replace(found, label=label, dimension=dimension)

    def setting(self, field: str) -> Input:
        """Return what the scenario asks for."""
        label, dimension = _SETTINGS[field]
        scenario: Training | Inference = self.given.scenario
        source = say("scenario {name}", name=scenario.title)
        return Input(label, float(getattr(scenario, field)), dimension, source)

    def bandwidth(self, level: NetworkLevel) -> Input:
        """Return what one NPU can send into a level."""
        label = say("bandwidth of an NPU into {level}", level=term(level.name))
        source = say("links drawn, out of the level inside")
        return Input(label, level.bandwidth_byte_per_s, "bandwidth", source, "counted")

    def latency(self, level: NetworkLevel) -> Input:
        """Return how long the first byte takes across a level."""
        label = say("latency across {level}", level=term(level.name))
        source = say("switches, transceivers and cable lengths drawn")
        return Input(label, level.latency_s, "time", source, "counted")


def given_input(label: str, value: float, dimension: str, source: str = "") -> Input:
    """Return an input that is itself counted or worked out."""
    return Input(label, value, dimension, source, "counted")


def of_model(basis: Basis, label: str, value: float, dimension: str = "count") -> Input:
    """Return a dimension of the AI model."""
    return Input(label, value, dimension, basis.given.model.name, "vendor")


def _from_origin(
    label: str, value: float, dimension: str, origin: Origin | None, part: str
) -> Input:
    if origin is None:
        return Input(label, value, dimension, part=part)
    return Input(
        label, value, dimension, source_text(origin.source), origin.grade, origin.url, origin.date,
        origin.note, part,
    )  # fmt: skip


def _constant(name: str, value: float, kind: str, profile: object) -> Input:
    label, dimension = CONSTANTS.get(name, ("", "ratio"))
    generation = str(getattr(profile, "generation", ""))
    family = str(getattr(profile, "family", ""))
    note = notes_of(ProfileKey(kind, family, generation)).get(name)
    return Input(label, value, dimension, source_text(note.source) if note else "", "inferred")
