"""Bytes of the KV cache and of recurrent state, for any attention kind."""

from __future__ import annotations

import numpy as np

from studio.workload.model import AiModel, Attention, StateSpace
from studio.workload.operators import Number
from studio.workload.precision import number_format


def kv_cache_byte_per_token(
    model: AiModel, precision: str = "bf16", tensor: Number = 1.0
) -> Number:
    """Return the cache bytes one further token takes on one NPU, all layers. [byte].

    Notes
    -----
    GQA: 2 kv_heads head_dim per layer, cut by tensor parallelism down to one head per NPU.
    MLA: kv_lora_rank + rope_dim per layer, whole on every NPU. State space: nothing.
    """
    element = number_format(precision).stored_byte
    total: Number = 0.0
    for block in model.blocks:
        if isinstance(block.mixer, Attention):
            total = total + block.count * _elements(block.mixer, tensor) * element
    return total


def kv_cache_byte(
    model: AiModel, tokens: Number, precision: str = "bf16", tensor: Number = 1.0
) -> Number:
    """Return the cache bytes of one sequence of `tokens` tokens on one NPU. [byte].

    A layer with a sliding window keeps no more tokens than its window; a state-space layer keeps
    its state whatever the length.
    """
    element = number_format(precision).stored_byte
    total: Number = 0.0
    for block in model.blocks:
        mixer = block.mixer
        if isinstance(mixer, Attention):
            kept = np.minimum(tokens, mixer.window) if mixer.window else tokens
            total = total + block.count * _elements(mixer, tensor) * kept * element
        elif isinstance(mixer, StateSpace):
            total = total + block.count * mixer.state_elements / tensor * 4.0
    return total


def _elements(mixer: Attention, tensor: Number) -> Number:
    if mixer.is_latent:
        return float(mixer.kv_elements_per_token)
    return mixer.kv_elements_per_token / np.minimum(tensor, mixer.kv_heads)
