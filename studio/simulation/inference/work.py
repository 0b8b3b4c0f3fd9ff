"""What one NPU computes in one pass of serving: pieces of work, layer by layer.

A pass holds sequences that decode and prompts that are worked off, together or alone. Numbers may
be arrays of shape (n,) of candidates. Knows nothing of time.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from studio.simulation.inference.attention_work import attention_work
from studio.simulation.inference.pieces import PassLoad, Work, norm_piece, piece_of
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.uneven_experts import late_experts
from studio.workload.model import (
    AiModel,
    Attention,
    Block,
    FeedForward,
    Mixer,
    MixtureOfExperts,
    StateSpace,
)
from studio.workload.operators import (
    Number,
    Share,
    head_operators,
    layer_operators,
    touched_experts,
)

_BIAS_KERNELS = 2.0
"""Biases of the two products cut by rows, added after their reduction; the others are fused."""


def mixer_work(
    model: AiModel, mixer: Mixer, plan: InferencePlan, load: PassLoad, share: Share
) -> tuple[Work, ...]:
    """Return the work of one layer between tokens on one NPU, in order of execution.

    Parameters
    ----------
    model
        Gives the hidden width.
    mixer
        Attention or state space of the layer.
    plan
        How it is cut.
    load
        Tokens of one attention group.
    share
        What one NPU is given of them.
    """
    norm = norm_piece("mixer norm", load.tokens * model.hidden)
    if isinstance(mixer, Attention):
        return (norm, *attention_work(mixer, model.hidden, plan, load))
    return (norm, *_state_work(model, mixer, load, share))


def feed_forward_work(
    model: AiModel, part: FeedForward, plan: InferencePlan, share: Share
) -> tuple[Work, ...]:
    """Return the work of one layer on every token alone; parameters as of `mixer_work`."""
    layer = Block(1, None, part)
    pieces = [piece_of(one) for one in layer_operators(model, layer, share)]
    if isinstance(part, MixtureOfExperts):
        late = late_experts(part, plan, share) / touched_experts(part, share)
        pieces = [_with_late(piece, late) for piece in pieces]
    if not part.gated:
        width = share.tokens * model.hidden
        pieces.append(Work("biases", "vector", "vector", 0.0 * width,
                           activation_elements=4 * width, kernels=_BIAS_KERNELS))  # fmt: skip
    return tuple(pieces)


def _with_late(piece: Work, late: Number) -> Work:
    """Return grouped products with the weights that all wait for the busiest rank to read."""
    if piece.kind != "experts":
        return piece
    return msgspec.structs.replace(piece, late_elements=piece.weight_elements * late)


def head_work(model: AiModel, plan: InferencePlan, rows: Number) -> tuple[Work, ...]:
    """Return the output projection for `rows` tokens whose successors are wanted."""
    share = Share(rows, rows, 1.0, tensor=plan.tensor)
    return tuple(
        piece_of(operator, "head") for operator in head_operators(model, share, loss=False)
    )


def share_of(plan: InferencePlan, load: PassLoad) -> Share:
    """Return what one NPU is given of a pass."""
    return Share(
        tokens=load.tokens,
        sequences=np.maximum(load.sequences + load.prompts, 1e-9),
        length=np.maximum(load.new_tokens, load.prompt_length),
        tensor=plan.tensor,
        expert=plan.expert,
        expert_tensor=plan.expert_tensor,
    )


def _state_work(model: AiModel, mixer: StateSpace, load: PassLoad, share: Share) -> Iterator[Work]:
    alone = Block(1, mixer, None)
    for operator in layer_operators(model, alone, share)[1:]:
        yield piece_of(operator)
    states = 2 * load.sequences * mixer.state_elements / share.tensor
    yield Work("states", "attention", "decode-attention", 0.0 * states, cache_elements=states)
