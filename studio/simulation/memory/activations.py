"""Activations a training step keeps for its backward pass, per layer and micro batch.

References
----------
Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models", 2022,
equations (1) to (6).
"""

from __future__ import annotations

import numpy as np

from studio.workload.model import (
    AiModel,
    Attention,
    Block,
    DenseFeedForward,
    MixtureOfExperts,
    StateSpace,
)
from studio.workload.operators import Number, Share, routed_tokens
from studio.workload.plan import Plans, Recompute
from studio.workload.precision import BF16_BYTE, number_format
from studio.workload.recipe import Recipe

STATISTICS_BYTE = 4.0
"""Of a sum kept in FP32 beside what it normalises: log-sum of a row of scores, a routing weight.
[byte]"""


def plan_share(plan: Plans) -> Share:
    """Return what one NPU is given of one micro batch."""
    return Share(
        tokens=plan.micro_batch * plan.sequence / plan.context,
        sequences=plan.micro_batch,
        length=plan.sequence,
        tensor=plan.tensor,
        context=plan.context,
        expert=plan.expert,
        expert_tensor=plan.expert_tensor,
        stream_ranks=np.where(plan.sequence_parallel > 0, plan.tensor, 1.0),
    )


def layer_activation_byte(model: AiModel, block: Block, plan: Plans, recipe: Recipe) -> Number:
    """Return the bytes one layer keeps of one micro batch on one NPU, shape (n,). [byte].

    Notes
    -----
    Each product keeps its input, each norm its input, fused attention its inputs, output and two
    statistics per row, the feed-forward activation its input. Norm inputs are cut over the
    tensor-parallel group under sequence parallelism. Selective recomputation drops the scores,
    the activation's output and the norms' output; full recomputation keeps the layer's input.
    """
    share = plan_share(plan)
    hidden = model.hidden
    stream = share.tokens * hidden / share.stream_ranks
    entry = BF16_BYTE * stream
    kept, dropped = _mixer_byte(block, share, stream, recipe)
    more, more_dropped = _feed_forward_byte(block, share, stream, recipe)
    whole = kept + more + dropped + more_dropped
    selective = (kept + more) * recipe.selective_share
    return np.where(
        plan.recompute == Recompute.FULL,
        entry,
        np.where(plan.recompute == Recompute.SELECTIVE, selective, whole),
    )


def _product_byte(recipe: Recipe) -> float:
    """Return the bytes of one saved product input: kept in low precision where it has one."""
    if not recipe.saves_low_precision:
        return BF16_BYTE
    return number_format(recipe.precision).stored_byte


def _mixer_byte(
    block: Block, share: Share, stream: Number, recipe: Recipe
) -> tuple[Number, Number]:
    """Return (kept, dropped by selective recomputation) of the token mixer."""
    mixer = block.mixer
    if mixer is None:
        return 0.0, 0.0
    mask = stream if recipe.dropout else 0.0
    saved = _product_byte(recipe)
    into = BF16_BYTE * stream + saved * stream
    tokens = share.tokens
    if isinstance(mixer, StateSpace):
        inner = mixer.inner / share.tensor
        states = 2 * np.maximum(mixer.groups / share.tensor, 1) * mixer.state
        return into + tokens * (BF16_BYTE * (3 * inner + 2 * states) + saved * inner), 0.0
    heads = mixer.heads / share.tensor
    out = saved * tokens * heads * mixer.value_width
    statistics = 0.0 if recipe.score_byte else STATISTICS_BYTE * tokens * heads
    scores = recipe.score_byte * heads * share.tokens * share.length
    return into + tokens * _attention_width(mixer, share) + out + statistics + mask, scores


def _attention_width(mixer: Attention, share: Share) -> Number:
    """Return the bytes per token of queries, keys and values, compressed ones included."""
    heads = mixer.heads / share.tensor
    if not mixer.is_latent:
        kv = np.maximum(mixer.kv_heads / share.tensor, 1.0) * (mixer.head_dim + mixer.value_width)
        return BF16_BYTE * (heads * mixer.query_width + kv)
    compressed = 2 * mixer.q_lora_rank + 2 * mixer.kv_lora_rank + mixer.rope_dim
    return BF16_BYTE * (heads * (2 * mixer.query_width + mixer.value_width) + compressed)


def _feed_forward_byte(
    block: Block, share: Share, stream: Number, recipe: Recipe
) -> tuple[Number, Number]:
    part = block.feed_forward
    if part is None:
        return 0.0, 0.0
    mask = stream if recipe.dropout else 0.0
    saved = _product_byte(recipe)
    into = BF16_BYTE * stream + saved * stream + mask
    if isinstance(part, DenseFeedForward):
        kept, dropped = _width_byte(share.tokens, part.width / share.tensor, part.matrices, saved)
        if recipe.score_byte:
            # Selective recomputation of unfused attention drops the scores alone.
            return into + kept + dropped, 0.0
        return into + kept, dropped
    return _expert_byte(part, share, into, recipe)


def _width_byte(
    tokens: Number, width: Number, matrices: int, saved: float
) -> tuple[Number, Number]:
    return tokens * BF16_BYTE * (matrices - 1) * width, tokens * saved * width


def _expert_byte(
    part: MixtureOfExperts, share: Share, into: Number, recipe: Recipe
) -> tuple[Number, Number]:
    saved = _product_byte(recipe)
    rows = routed_tokens(part, share)
    inner = part.latent or 0
    own = share.tokens / share.tensor
    kept, dropped = _width_byte(rows, part.width / share.expert_tensor, part.matrices, saved)
    hidden = inner or into / np.maximum((BF16_BYTE + saved) * own, 1e-9)
    kept = kept + rows * saved * hidden + own * part.experts * STATISTICS_BYTE
    if part.shared_total_width:
        more, less = _width_byte(
            share.tokens, part.shared_total_width / share.tensor, part.matrices, saved
        )
        kept, dropped = kept + more, dropped + less
    return into + kept, dropped
