"""Efficiency of one hardware family under one generation of an inference engine.

Each constant has a physical meaning, a unit and a source in its file; none belongs to one model,
one measurement or one publication. Decodes bytes; reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from studio.workload.profile_file import constant_names, decode_generations


class InferenceProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Constants that turn ratings into achieved serving time; ratios unless a unit is named."""

    family: str
    generation: str
    date: str
    """Month of the software, as YYYY-MM."""
    devices_per_npu: float
    """Devices the engine sees in one package: two where each die is a rank of its own."""
    bf16_efficiency: float
    """Sustained over rated BF16 rate of large products, clock under load included."""
    fp8_efficiency: float
    int8_efficiency: float
    fp4_efficiency: float
    grouped_efficiency: float
    """Products of many experts relative to one product of the same padded size."""
    grouped_stream: float
    """Streaming of the weights of many experts relative to those of one product."""
    tile_rows_lost: float
    """Rows of a product, mean, computed for nothing because tiles are partly filled."""
    overlap_loss: float
    """Share of the shorter of computing and moving that is not hidden behind the longer."""
    hbm_efficiency: float
    """Streaming of weights and activations over rated memory bandwidth."""
    cache_efficiency: float
    """Reading paged keys and values over rated memory bandwidth."""
    attention_decode_efficiency: float
    """Decode attention over rated BF16 rate."""
    attention_prefill_efficiency: float
    """Fused causal attention of prompts over rated BF16 rate."""
    vector_traffic: float
    """Element-wise traffic left after fusion; 1 is one kernel per operator."""
    kernel_s: float
    """Start, drain and dependency gap of one kernel inside a captured graph. [s]"""
    launch_s: float
    """Host time to issue one kernel without a captured graph: a floor of every pass. [s]"""
    prefill_launch_s: float
    """The same while prompts are computed, where graphs are rarely captured. [s]"""
    step_s: float
    """Scheduling, sampling and copies of one step that the device waits for. [s]"""
    sequence_s: float
    """The same per sequence of the batch. [s]"""
    host_s: float
    """Agreement on a step between the hosts of one instance, for each doubling of hosts. [s]"""
    expert_layer_s: float
    """Routing, permutation metadata and synchronisation of one layer of experts. [s]"""
    expert_rank_s: float
    """What ranks that share experts wait for each other in one layer, size aside. [s]"""
    expert_imbalance: float
    """Load of the busiest expert rank above the mean, many ranks. [1]"""
    expert_overlap: float
    """Share of dispatch and combine hidden by computing."""
    reduce_exposed: float
    """Exposed time of tensor-parallel reductions over that of the collective library alone: below
    1 where they are fused or hidden, above where copies and synchronisation stand in line."""
    reduce_tokens: float
    """Tokens of a pass up to which those reductions stream at the rate of the library."""
    reduce_late: float
    """Extra time of the reduction of tokens beyond that, over the time of the library."""
    reduce_start_s: float
    """Launch and flags of the engine's own reduction over load/store links, in which every rank
    reads all others; 1 s where the engine has none. [s]"""
    stage_wait: float
    """Time one pipeline stage waits for the others, per further stage, over its own time."""
    pass_tokens: float
    """Tokens computed together at most while prompts are worked off."""
    batch_limit: float
    """Sequences one engine rank keeps in flight at most."""
    memory_share: float
    """Share of free memory that the engine gives to weights and cache."""
    runtime_byte: float
    """Context, library work spaces and captured graphs. [byte]"""
    occupancy: float
    """Mean over largest number of sequences in flight while requests are plenty."""
    disturbance: float
    """Throughput lost to arrivals that are random instead of plenty, latency bound kept."""

    def matrix_efficiency(self, rating: str) -> float:
        """Return the sustained share of the peak called `rating` for large products."""
        return {
            "fp8": self.fp8_efficiency,
            "int8": self.int8_efficiency,
            "fp4": self.fp4_efficiency,
        }.get(rating, self.bf16_efficiency)


CONSTANT_NAMES = constant_names(InferenceProfile)


def decode_family(data: bytes) -> tuple[str, Mapping[str, InferenceProfile]]:
    """Return the family a profile file is about and its profile per software generation.

    Raises
    ------
    FileProblem : the bytes are no profile file, or a constant is missing, unknown or absurd.
    """
    return decode_generations(data, InferenceProfile, "inference profile")
