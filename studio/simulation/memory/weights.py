"""Parameters that one NPU holds, by how they are cut; used by training and inference alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.workload.model import AiModel
from studio.workload.operators import Number
from studio.workload.parameters import model_parameters


def stage_layers(model: AiModel, pipeline: Number, balances_head: bool = False) -> Number:
    """Return the layers of the fullest pipeline stage, rounded up. [1].

    With `balances_head` the head takes the place of the layers its parameters are worth.
    """
    layers: float = model.layers
    if balances_head and model.blocks:
        counted = model_parameters(model)
        mean = sum(n * x.total for n, x in zip(counted.counts, counted.layers, strict=True))
        worth = model.vocab * model.hidden * layers / mean
        return np.minimum(np.ceil((layers + np.where(pipeline > 1, worth, 0.0)) / pipeline), layers)
    return np.ceil(layers / pipeline)


@dataclass(frozen=True)
class HeldParameters:
    """Parameters of the fullest pipeline stage on one NPU; numbers or arrays of shape (n,)."""

    dense: Number
    """Attention, dense feed-forward, norms, router: replicated over the data-parallel ranks."""
    experts: Number
    """Routed experts, or tables of a recommendation model: cut by expert parallelism as well."""
    embedding: Number
    """Embedding of the first stage or head of the last, whichever the stage holds."""

    @property
    def total(self) -> Number:
        """All of them."""
        return self.dense + self.experts + self.embedding


def held_parameters(
    model: AiModel,
    tensor: Number = 1.0,
    pipeline: Number = 1.0,
    expert: Number = 1.0,
    expert_tensor: Number = 1.0,
    layers_held: Number | None = None,
    with_mtp: bool = False,
) -> HeldParameters:
    """Return the parameters of one NPU on the first pipeline stage. [1].

    Parameters
    ----------
    model
        Its dimensions.
    tensor, pipeline, expert, expert_tensor
        Parallel degrees, shape (n,) or numbers.
    layers_held
        Layers of the stage; None for the rounded-up even share.
    with_mtp
        Count multi-token-prediction layers too.

    Notes
    -----
    Experts of a layer: E / expert, each cut by expert_tensor. Norms and router stay whole.
    """
    counted = model_parameters(model)
    layers = max(model.layers, 1)
    held: Number = layers_held if layers_held is not None else stage_layers(model, pipeline)
    share = held / layers
    dense: Number = 0.0
    experts: Number = 0.0
    for count, layer in zip(counted.counts, counted.layers, strict=True):
        cut = (layer.mixer + layer.dense) / tensor + layer.router + layer.norms
        dense = dense + count * cut * share
        experts = experts + count * layer.experts / (expert * expert_tensor) * share
    if with_mtp and counted.layers:
        last = counted.layers[-1]
        dense = dense + model.mtp_layers * (last.mixer + last.dense) / tensor
        experts = experts + model.mtp_layers * last.experts / (expert * expert_tensor)
    single = (counted.embedding + counted.head) / tensor
    ends = np.maximum(counted.embedding, counted.head) / tensor
    embedding = np.where(np.asarray(pipeline) > 1, ends, single)
    if model.recommendation is not None:
        return HeldParameters(counted.extra, counted.embedding / expert, 0.0)
    return HeldParameters(dense, experts, embedding)
