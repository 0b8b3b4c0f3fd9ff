"""An AI model as data: what its layers are made of, never how fast it runs.

A model is a list of blocks; a block is a token mixer (attention or state space) followed by a
feed-forward part (dense or mixture of experts), repeated. Knows no hardware.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Attention(msgspec.Struct, frozen=True, tag="attention", omit_defaults=True):
    """Softmax attention: multi-head, grouped-query, multi-query or latent (MLA)."""

    heads: int
    kv_heads: int
    head_dim: int
    """Query and key width of one head, without the rotary part of MLA."""
    value_dim: int = 0
    """Value width of one head; 0 means `head_dim`."""
    q_lora_rank: int = 0
    kv_lora_rank: int = 0
    """Width of the compressed keys and values; more than 0 makes it MLA."""
    rope_dim: int = 0
    """MLA only: width of the rotary part, shared by all heads for keys."""
    window: int = 0
    """Keys a query sees at most; 0 means all."""
    chunked: bool = False
    """The window starts anew every `window` tokens instead of sliding along (Llama 4)."""
    causal: bool = True
    index_top_k: int = 0
    """Keys chosen by a sparse-attention indexer; 0 means dense attention."""

    @property
    def is_latent(self) -> bool:
        """Whether keys and values are cached compressed (MLA)."""
        return self.kv_lora_rank > 0

    @property
    def value_width(self) -> int:
        """Value width of one head."""
        return self.value_dim or self.head_dim

    @property
    def query_width(self) -> int:
        """Query width of one head, the rotary part included."""
        return self.head_dim + self.rope_dim

    @property
    def kv_elements_per_token(self) -> int:
        """Elements one layer caches for one token."""
        if self.is_latent:
            return self.kv_lora_rank + self.rope_dim
        return self.kv_heads * (self.head_dim + self.value_width)


class StateSpace(msgspec.Struct, frozen=True, tag="state-space", omit_defaults=True):
    """A Mamba-2 mixer: linear in the sequence, with a state of fixed size."""

    heads: int
    head_dim: int
    state: int
    groups: int = 1
    conv: int = 4
    chunk: int = 128

    @property
    def inner(self) -> int:
        """Width inside the mixer."""
        return self.heads * self.head_dim

    @property
    def state_elements(self) -> int:
        """Elements one layer keeps for one sequence, the convolution's window included."""
        conv_width = self.inner + 2 * self.groups * self.state
        return self.inner * self.state + self.conv * conv_width


class DenseFeedForward(msgspec.Struct, frozen=True, tag="dense", omit_defaults=True):
    """Two matrices, or three with a gate."""

    width: int
    gated: bool = True

    @property
    def matrices(self) -> int:
        """Weight matrices of hidden x width."""
        return 3 if self.gated else 2


class MixtureOfExperts(msgspec.Struct, frozen=True, tag="experts", omit_defaults=True):
    """Experts of which each token visits a few, and experts every token visits."""

    experts: int
    top_k: int
    width: int
    gated: bool = True
    shared_experts: int = 0
    shared_width: int = 0
    """Width of one shared expert; 0 means `width`."""
    latent: int = 0
    """Width tokens are projected to before they are sent to experts; 0 means hidden."""

    @property
    def matrices(self) -> int:
        """Weight matrices of one expert."""
        return 3 if self.gated else 2

    @property
    def shared_total_width(self) -> int:
        """Width of all shared experts together."""
        return self.shared_experts * (self.shared_width or self.width)


Mixer = Attention | StateSpace
FeedForward = DenseFeedForward | MixtureOfExperts


class Block(msgspec.Struct, frozen=True, omit_defaults=True):
    """Equal layers of a model."""

    count: int
    mixer: Mixer | None = None
    feed_forward: FeedForward | None = None
    modulation: int = 0
    """Vectors of width hidden computed from the condition (6 in a diffusion transformer)."""


class EmbeddingTables(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sparse features of a recommendation model."""

    tables: int
    rows: int
    """Rows of one table, mean over the tables."""
    width: int
    pooling: float = 1.0
    """Rows looked up per table and sample, mean."""


class Recommendation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A DLRM: dense features through a bottom MLP, tables, interaction, top MLP."""

    dense_features: int
    bottom: tuple[int, ...]
    top: tuple[int, ...]
    sparse: EmbeddingTables
    low_rank: int = 0
    """Rank of a cross-network interaction; 0 means pairwise dot products."""
    cross_layers: int = 0


class AiModel(msgspec.Struct, frozen=True, omit_defaults=True):
    """Dimensions of one AI model; all of them facts of its publication."""

    name: str
    hidden: int
    vocab: int
    """Rows of the embedding, or classes of a vision model."""
    blocks: tuple[Block, ...]
    interleaved: bool = False
    """Blocks alternate through the depth instead of following each other."""
    tied_embeddings: bool = False
    learned_positions: int = 0
    """Rows of a learned position embedding; 0 for rotary, ALiBi or none."""
    mtp_layers: int = 0
    """Extra layers that predict further tokens (multi-token prediction)."""
    patch_inputs: int = 0
    """Numbers in one patch (channels x patch area); 0 for a token embedding."""
    parallel_block: bool = False
    """Attention and feed-forward read the same input (PaLM, GPT-J, GPT-NeoX)."""
    recommendation: Recommendation | None = None
    default_sequence: int = 4096
    """Tokens (or patches) of a usual sample."""
    modality: Literal["text", "vision", "diffusion", "recommendation"] = "text"
    grade: Literal["vendor", "paper", "inferred", "memory"] = "paper"
    source: str = ""
    note: str = ""

    @property
    def layers(self) -> int:
        """Blocks in depth, multi-token prediction excluded."""
        return sum(block.count for block in self.blocks)

    @property
    def is_moe(self) -> bool:
        """Whether any layer holds experts."""
        return any(isinstance(block.feed_forward, MixtureOfExperts) for block in self.blocks)
