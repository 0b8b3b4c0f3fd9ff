"""The operators of one layer of an AI model, for the share of it that one NPU computes.

Every number may be a float or an array of one value per candidate plan, shape (n,). Knows
dimensions and how they are cut; nothing of time, bytes per element or hardware.
"""

from __future__ import annotations

from studio.workload.feed_forward import (
    feed_forward_operators,
    routed_tokens,
    touched_experts,
)
from studio.workload.mixers import attention_operator, mixer_operators
from studio.workload.model import AiModel, Block, MixtureOfExperts
from studio.workload.operator import (
    FloatArray,
    Number,
    Operator,
    OperatorKind,
    Share,
    gemm,
    vector,
    visible_keys,
)
from studio.workload.recommendation import recommendation_operators

__all__ = [
    "FloatArray",
    "Number",
    "Operator",
    "OperatorKind",
    "Share",
    "attention_operator",
    "embedding_operators",
    "gemm",
    "head_operators",
    "layer_operators",
    "recommendation_operators",
    "routed_tokens",
    "touched_experts",
    "vector",
    "visible_keys",
]


def layer_operators(model: AiModel, block: Block, share: Share) -> tuple[Operator, ...]:
    """Return the operators of one layer of `block` on one NPU.

    Parameters
    ----------
    model
        Gives the hidden width.
    block
        The layer.
    share
        Tokens and how the layer is cut; fields of shape (n,) or numbers.

    Returns
    -------
    In order of execution; communication is not an operator.
    """
    operators: list[Operator] = []
    hidden = model.hidden
    if block.modulation:
        width = block.modulation * hidden
        operators.append(gemm("modulation", share.sequences, width, hidden, "mixer"))
    if block.mixer is not None:
        operators.append(_norm("mixer norm", hidden, share, "mixer"))
        operators.extend(mixer_operators(block.mixer, hidden, share))
        operators.append(_residual("mixer residual", hidden, share, "mixer"))
    if block.feed_forward is not None:
        part = "experts" if isinstance(block.feed_forward, MixtureOfExperts) else "dense"
        if not (model.parallel_block and block.mixer is not None):
            operators.append(_norm("feed-forward norm", hidden, share, part))
        operators.extend(feed_forward_operators(block.feed_forward, hidden, share))
        operators.append(_residual("feed-forward residual", hidden, share, part))
    return tuple(operators)


def _own_tokens(share: Share) -> Number:
    """Return the tokens whose norms and residuals this NPU computes."""
    return share.tokens / share.stream_ranks


def _norm(name: str, hidden: int, share: Share, part: str) -> Operator:
    elements = _own_tokens(share) * hidden
    return vector(name, elements, elements, part)


def _residual(name: str, hidden: int, share: Share, part: str) -> Operator:
    elements = _own_tokens(share) * hidden
    return vector(name, 2 * elements, elements, part)


def embedding_operators(model: AiModel, share: Share) -> tuple[Operator, ...]:
    """Return what turns inputs into hidden vectors: a look-up, or a patch projection."""
    if model.patch_inputs:
        return (
            gemm("patches", share.tokens, model.hidden, model.patch_inputs, "embedding", False),
        )
    rows = share.tokens * model.hidden
    return (
        Operator("embedding", "gather", 0.0, 0.0, 0.0, 0.0, 0.0, rows, rows, False, "embedding"),
    )


def head_operators(model: AiModel, share: Share, loss: bool = True) -> tuple[Operator, ...]:
    """Return the output projection and, when training, the loss.

    The loss reads and writes FP32 logits: their two extra bytes count as further elements.
    """
    norm = _norm("final norm", model.hidden, share, "head")
    if model.modality == "vision":
        classes = model.vocab / share.tensor
        return norm, gemm("head", share.sequences, classes, model.hidden, "head", False)
    if model.modality == "diffusion":
        width = 2 * model.patch_inputs / share.tensor
        return norm, gemm("head", share.tokens, width, model.hidden, "head", False)
    columns = model.vocab / share.tensor
    head = gemm("head", share.tokens, columns, model.hidden, "head", quantised=False)
    if not loss:
        return norm, head
    logits = share.tokens * columns
    return norm, head, vector("loss", 3 * logits, 2 * logits, "head")
