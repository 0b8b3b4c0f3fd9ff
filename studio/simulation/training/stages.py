"""Layers per pipeline stage: which stage is the slowest, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.workload.operators import FloatArray, Number
from studio.workload.plan import Plans


@dataclass(frozen=True)
class Stages:
    """Work of the slowest stage and of all stages, in layers and ends; shape (n,)."""

    layers: FloatArray
    """Layers of the slowest stage."""
    head: FloatArray
    """1 where the slowest stage also computes the head."""
    embedding: FloatArray
    """1 where it also looks up the embedding."""

    def take(self, index: NDArray[np.intp]) -> Stages:
        """Return the stages of the plans at `index`."""
        return Stages(self.layers[index], self.head[index], self.embedding[index])


def slowest_stage(
    layers: int,
    plan: Plans,
    layer_s: Number,
    head_s: Number,
    embedding_s: Number,
    balances_head: bool = False,
) -> Stages:
    """Return what the slowest pipeline stage holds under the better of two common layouts.

    Parameters
    ----------
    layers
        Layers of the model.
    plan
        Stages and chunks per stage.
    balances_head
        Stages are cut by cost instead.
    layer_s, head_s, embedding_s
        Time of one mean layer, the head and the embedding per micro batch, shape (n,). [s]

    Notes
    -----
    Even layout: every stage rounds up to whole layers and the last one computes the head.
    Counted layout: embedding and head take the place of a layer each, so that the ends hold
    fewer layers (126 layers on 16 stages).
    """
    stages = plan.pipeline
    alone = stages <= 1
    if balances_head:
        worth = layers + head_s / np.maximum(layer_s, 1e-12)
        return Stages(
            layers=np.where(alone, float(layers), np.minimum(np.ceil(worth / stages), layers)),
            head=np.where(alone, 1.0, 0.0),
            embedding=np.ones_like(stages),
        )
    even = np.ceil(layers / stages)
    last = layers - even * (stages - 1)
    counted = np.ceil((layers + 2) / stages)
    end = np.maximum(layers - counted * (stages - 2) - (counted - 1), 0)
    head_only = np.maximum(last, 0) * layer_s + head_s
    even_time = np.maximum(even * layer_s + embedding_s, head_only)
    counted_head = end * layer_s + head_s
    counted_time = np.maximum(counted * layer_s, counted_head)
    # A counted layout is used where it is faster and the plan leaves room for it.
    is_counted = (counted_time < even_time) & (stages > 2) & (end >= 0)
    slow_is_head = np.where(is_counted, counted_head >= counted * layer_s, head_only >= even_time)
    held = np.where(
        is_counted,
        np.where(slow_is_head, end, counted),
        np.where(slow_is_head, np.maximum(last, 0), even),
    )
    return Stages(
        layers=np.where(alone, float(layers), held),
        head=np.where(alone | slow_is_head, 1.0, 0.0),
        embedding=np.where(alone | (~slow_is_head & ~is_counted), 1.0, 0.0),
    )
