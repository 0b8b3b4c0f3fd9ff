"""Efficiency of one hardware family under one dated software generation.

Each constant has a physical meaning, a unit and a source in its file; none belongs to one model,
one measurement or one publication. Decodes bytes; reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from studio.workload.profile_file import constant_names, decode_generations


class ComputeProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Constants that turn ratings into achieved time; ratios unless a unit is named.

    A fit puts arrays of one value per plan in their place, shape (n,), to try many at once.
    """

    family: str
    generation: str
    date: str
    """Month of the software, as YYYY-MM."""
    matrix_units: float
    """Matrix cores that each compute one output tile at a time."""
    tile_m: float
    """Rows of the usual output tile."""
    tile_n: float
    """Columns of the usual output tile."""
    tile_overhead_k: float
    """Reduction steps whose time a tile spends on filling, draining and storing. [BF16 elements]"""
    wave_tail: float
    """Share of one wave lost when tiles do not fill the last one."""
    bf16_efficiency: float
    """Sustained over rated BF16 rate of large products, clock under load included."""
    fp8_efficiency: float
    int8_efficiency: float
    fp4_efficiency: float
    attention_forward_efficiency: float
    """Fused attention over rated BF16 rate, wide heads, long sequences."""
    attention_backward_efficiency: float
    attention_width_half: float
    """Head width at which half the attention rate is lost. [elements]"""
    attention_block: float
    """Keys computed together: half a block is wasted on the causal diagonal."""
    scan_efficiency: float
    """State-space scan over rated BF16 rate."""
    hbm_efficiency: float
    """Streaming over rated memory bandwidth."""
    gather_efficiency: float
    """Row-wise permutation over rated memory bandwidth."""
    kernel_gap_s: float
    """Time between two dependent kernels on the device. [s]"""
    library_efficiency: float
    """Matrix library of this generation relative to the best one known for the family."""
    attention_library_efficiency: float
    """Fused attention of this generation relative to the best one known for the family."""
    vector_traffic: float
    """Element-wise traffic left after fusion; 1 is one kernel per operator."""
    score_passes: float
    """Times attention scores cross the memory; 0 for fused attention."""
    quantise_passes: float
    """Times an activation crosses the memory to be cast to low precision."""
    grouped_efficiency: float
    """Products of many experts after each other relative to one product of the same size."""
    expert_overhead_s: float
    """Set-up and imbalance per expert held, layer and pass. [s]"""
    moe_overhead_s: float
    """Routing, permutation metadata and synchronisation per layer and pass. [s]"""
    host_launch_s: float
    """Host time to issue one kernel: a floor when kernels are short. [s]"""
    host_expert_s: float
    """Host time to issue the products and casts of one expert held, where their sizes are known
    only after routing. [s]"""
    host_collective_s: float
    """Host time to bring one more rank into a tensor-parallel collective. [s]"""
    tensor_overlap: float
    """Share of tensor-parallel communication hidden by computing."""
    context_overlap: float
    expert_overlap: float
    pipeline_overlap: float
    data_overlap: float
    """Share of gradient and weight communication that can be hidden."""
    contention: float
    """Computing lost per second of communication hidden behind it."""
    straggler: float
    """Step time added per doubling of nodes: jitter, slowest device, congestion."""
    step_overhead_s: float
    """Once per step: data, gradient norm, logging, synchronisation. [s]"""
    optimizer_efficiency: float
    """Optimizer update over rated memory bandwidth."""

    @property
    def is_varied(self) -> bool:
        """Whether plans of a batch see different constants."""
        return any(not isinstance(getattr(self, name), (float, int)) for name in CONSTANT_NAMES)

    def matrix_efficiency(self, rating: str) -> float:
        """Return the sustained share of the peak called `rating` for large products."""
        share = {
            "fp8": self.fp8_efficiency,
            "int8": self.int8_efficiency,
            "fp4": self.fp4_efficiency,
        }.get(rating, self.bf16_efficiency)
        return share * self.library_efficiency


CONSTANT_NAMES = constant_names(ComputeProfile)


def decode_family(data: bytes) -> tuple[str, Mapping[str, ComputeProfile]]:
    """Return the family a profile file is about and its profile per software generation.

    Raises
    ------
    FileProblem : the bytes are no profile file, or a constant is missing, unknown or absurd.
    """
    return decode_generations(data, ComputeProfile, "efficiency profile")
