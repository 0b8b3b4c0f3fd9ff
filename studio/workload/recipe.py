"""Numeric choices of a training job that are no parallelism: formats, optimizer, what is trained.

Knows no hardware and no framework by name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Bytes and formats of one training job."""

    precision: str = "bf16"
    """Format of quantised products: `bf16`, `fp8`, `mxfp8`, `nvfp4` …"""
    weight_byte: float = 2.0
    """Working copy of one weight. [byte]"""
    gradient_byte: float = 4.0
    """One accumulated gradient. [byte]"""
    optimizer_byte: float = 12.0
    """Master weight and two moments of one parameter. [byte]"""
    reduce_byte: float = 4.0
    """One gradient on the wire. [byte]"""
    gather_byte: float = 2.0
    """One weight on the wire. [byte]"""
    logit_byte: float = 6.0
    """Kept per logit at the loss: BF16 logits and their FP32 copy or gradient. [byte]"""
    score_byte: float = 0.0
    """Kept per attention score: 5 without fused attention and with dropout, else 0. [byte]"""
    drops_tokens: bool = False
    """Experts take a fixed number of tokens: sizes are known before routing."""
    dropout: bool = False
    """Masks of one byte after attention and feed-forward."""
    lora_rank: int = 0
    """Rank of trained adapters; 0 trains all weights."""
    trains_mtp: bool = False
    """Multi-token-prediction layers take part."""
    buffer_byte: float = 0.0
    """Communication and library buffers per NPU. [byte]"""
    fragmentation: float = 0.0
    """Share of activations lost to the allocator. [1]"""
    reshards: bool = True
    """ZeRO-3 gathers weights again for the backward pass."""
    shards_per_micro_batch: bool = False
    """Gradients are reduced after every micro batch instead of once per step."""
    saves_low_precision: bool = True
    """Inputs of quantised products are kept in the low precision."""
    selective_share: float = 1.0
    """Share of a layer's kept activations that selective recomputation still keeps. [1]"""
    bucket_byte: float = 0.0
    """Copy of one gradient in a communication bucket, where there are replicas. [byte]"""
    shard_copy_byte: float = 0.0
    """Copy of one reduced gradient beside its master weight under ZeRO-1. [byte]"""
    gather_copy_byte: float = 0.0
    """Copy of one weight gathered after a sharded update, beside the old one. [byte]"""
    live_stream_byte: float = 2.0
    """Hidden stream of one micro batch that outlives the backward pass, per element. [byte]"""
    balances_head: bool = False
    """Stages are cut by cost, the head counting as the layers it is worth."""
    keeps_stage_weights: bool = False
    """Sharded weights and gradients stay whole on a pipeline stage during the step."""
