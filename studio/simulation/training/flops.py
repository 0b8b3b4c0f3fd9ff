"""FLOP of a training step by the conventions that MFU and HFU are published under."""

from __future__ import annotations

from studio.workload.model import AiModel, Attention, MixtureOfExperts, StateSpace
from studio.workload.operators import Number, visible_keys
from studio.workload.parameters import model_parameters


def matrix_parameters(model: AiModel, with_head: bool = True) -> float:
    """Return the parameters one token multiplies with: active ones without the look-up. [1]."""
    counted = model_parameters(model)
    head = float(model.vocab * model.hidden)
    return counted.active - counted.embedding - counted.head + (head if with_head else 0.0)


def attention_flops_per_token(model: AiModel, sequence: Number, causal: bool) -> Number:
    """Return the forward FLOP of attention scores and sums per token, all layers. [FLOP]."""
    total: Number = 0.0
    for block in model.blocks:
        mixer = block.mixer
        if isinstance(mixer, Attention):
            keys = visible_keys(sequence, 0.0, mixer.window, mixer.causal and causal, mixer.chunked)
            width = mixer.query_width + mixer.value_width
            total = total + block.count * 2.0 * mixer.heads * width * keys
        elif isinstance(mixer, StateSpace):
            total = total + block.count * 4.0 * mixer.inner * mixer.state
    return total


def model_flops_per_token(model: AiModel, sequence: Number, causal: bool = False) -> Number:
    """Return forward and backward model FLOP per token, recomputation left out. [FLOP].

    Notes
    -----
    6 N_active + 3 x attention, the backward pass counting twice. With `causal` False attention
    counts the masked half too, as most publications do (Chowdhery et al. 2022, appendix B).
    """
    return 6.0 * matrix_parameters(model) + 3.0 * attention_flops_per_token(model, sequence, causal)


def is_mixture(model: AiModel) -> bool:
    """Return whether any layer holds experts."""
    return any(isinstance(block.feed_forward, MixtureOfExperts) for block in model.blocks)
