"""Count the parameters of an AI model, in total, active per token and by part.

Knows dimensions only: no number format, no sharding.
"""

from __future__ import annotations

from dataclasses import dataclass

from studio.workload.model import (
    AiModel,
    Attention,
    Block,
    FeedForward,
    Mixer,
    MixtureOfExperts,
    Recommendation,
    StateSpace,
)


@dataclass(frozen=True)
class LayerParameters:
    """Parameters of one layer by how they are sharded. [1]."""

    mixer: float
    """Attention or state space: split by tensor parallelism."""
    dense: float
    """Dense feed-forward, shared experts and modulation: split by tensor parallelism."""
    router: float
    """Kept whole on every NPU."""
    experts: float
    """Routed experts: split by expert parallelism."""
    norms: float

    @property
    def total(self) -> float:
        """All parameters of the layer."""
        return self.mixer + self.dense + self.router + self.experts + self.norms


@dataclass(frozen=True)
class ModelParameters:
    """Parameters of a whole model. [1]."""

    embedding: float
    head: float
    """Output projection; 0 when it is tied to the embedding."""
    layers: tuple[LayerParameters, ...]
    """One entry per block, for one of its layers."""
    counts: tuple[int, ...]
    """How many layers each block stands for."""
    extra: float
    """Final norm and recommendation parts."""
    mtp: float
    """Multi-token-prediction layers, which published totals leave out."""
    active_share: tuple[float, ...]
    """Share of the routed experts of each block that a token visits, 0..1."""

    @property
    def total(self) -> float:
        """All parameters of the published model, multi-token prediction left out."""
        body = sum(n * layer.total for n, layer in zip(self.counts, self.layers, strict=True))
        return self.embedding + self.head + body + self.extra

    @property
    def experts(self) -> float:
        """Parameters of all routed experts."""
        return sum(n * layer.experts for n, layer in zip(self.counts, self.layers, strict=True))

    @property
    def active(self) -> float:
        """Parameters one token multiplies with; the embedding is a look-up but counted."""
        idle = sum(
            n * layer.experts * (1 - share)
            for n, layer, share in zip(self.counts, self.layers, self.active_share, strict=True)
        )
        return self.total - idle


def mixer_parameters(mixer: Mixer | None, hidden: int) -> float:
    """Return the parameters of a token mixer without its norm. [1]."""
    if mixer is None:
        return 0.0
    if isinstance(mixer, StateSpace):
        conv_width = mixer.inner + 2 * mixer.groups * mixer.state
        projections = hidden * (mixer.inner + conv_width + mixer.heads) + mixer.inner * hidden
        return projections + conv_width * (mixer.conv + 1) + 3 * mixer.heads + mixer.inner
    return _attention_parameters(mixer, hidden)


def _attention_parameters(mixer: Attention, hidden: int) -> float:
    out = mixer.heads * mixer.value_width * hidden
    if not mixer.is_latent:
        kv_width = mixer.kv_heads * (mixer.head_dim + mixer.value_width)
        return hidden * (mixer.heads * mixer.head_dim + kv_width) + out
    query_out = mixer.heads * mixer.query_width
    if mixer.q_lora_rank:
        query = mixer.q_lora_rank * (hidden + query_out + 1)
    else:
        query = hidden * query_out
    down = hidden * (mixer.kv_lora_rank + mixer.rope_dim) + mixer.kv_lora_rank
    up = mixer.kv_lora_rank * mixer.heads * (mixer.head_dim + mixer.value_width)
    return query + down + up + out


def _feed_forward(part: FeedForward | None, hidden: int) -> tuple[float, float, float]:
    """Return (dense, router, experts) of one layer."""
    if part is None:
        return 0.0, 0.0, 0.0
    if not isinstance(part, MixtureOfExperts):
        return float(part.matrices * hidden * part.width), 0.0, 0.0
    inner = part.latent or hidden
    shared = part.matrices * hidden * part.shared_total_width
    projections = 2 * hidden * part.latent
    routed = part.experts * part.matrices * inner * part.width
    return float(shared + projections), float(hidden * part.experts), float(routed)


def layer_parameters(block: Block, hidden: int) -> LayerParameters:
    """Return the parameters of one layer of `block`."""
    dense, router, experts = _feed_forward(block.feed_forward, hidden)
    parts = (block.mixer is not None) + (block.feed_forward is not None)
    return LayerParameters(
        mixer=mixer_parameters(block.mixer, hidden),
        dense=dense + block.modulation * hidden * (hidden + 1),
        router=router,
        experts=experts,
        norms=float(parts * hidden),
    )


def recommendation_parameters(part: Recommendation) -> tuple[float, float]:
    """Return (dense parameters, embedding-table parameters) of a recommendation model. [1]."""
    dense = _chain(part.dense_features, part.bottom)
    features = part.sparse.tables + 1
    width = part.sparse.width
    if part.cross_layers:
        crossed = features * width
        dense += part.cross_layers * 2 * crossed * (part.low_rank or crossed)
        joined = crossed
    else:
        joined = width + features * (features - 1) // 2
    dense += _chain(joined, part.top)
    return dense, float(part.sparse.tables * part.sparse.rows * width)


def _chain(first: int, widths: tuple[int, ...]) -> float:
    total, inner = 0.0, first
    for width in widths:
        total += inner * width + width
        inner = width
    return total


def model_parameters(model: AiModel) -> ModelParameters:
    """Return the parameters of `model` by part.

    Notes
    -----
    Biases of attention and feed-forward are left out (under 0.1 % of any model here); norms
    count one vector each. A multi-token-prediction layer counts as one last layer plus a
    2h x h projection.
    """
    hidden = model.hidden
    layers = tuple(layer_parameters(block, hidden) for block in model.blocks)
    counts = tuple(block.count for block in model.blocks)
    embedding = float(model.vocab * hidden) if not model.patch_inputs else 0.0
    embedding += model.patch_inputs * hidden + model.learned_positions * hidden
    head = 0.0 if model.tied_embeddings else float(_head_rows(model) * hidden)
    extra = float(hidden)
    mtp = model.mtp_layers * (layers[-1].total + 2 * hidden * hidden) if layers else 0.0
    if model.recommendation is not None:
        dense, tables = recommendation_parameters(model.recommendation)
        embedding, head, extra = tables, 0.0, dense
    shares = tuple(
        block.feed_forward.top_k / block.feed_forward.experts
        if isinstance(block.feed_forward, MixtureOfExperts)
        else 1.0
        for block in model.blocks
    )
    return ModelParameters(embedding, head, layers, counts, extra, mtp, shares)


def _head_rows(model: AiModel) -> int:
    """Return the rows of the output projection: classes, words or numbers per patch."""
    if model.modality == "diffusion":
        return 2 * model.patch_inputs
    return model.vocab
