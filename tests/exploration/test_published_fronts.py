"""GB200 NVL72 beside B200 behind 400 Gb/s adapters, as published.

SemiAnalysis InferenceX, "GB200 NVL72 vs B200 on DeepSeek R1", May 2026: DeepSeek-R1 in FP4, 1,024
tokens in and out, drafts, prompts on NPUs of their own. The shape of the front is what counts here:
close together at peak, far apart between, level for the fastest users.
"""

from __future__ import annotations

import pytest

from studio.exploration.serving_library import inference_profile
from tests.reference import fronts


def rate(hardware: str, tokens_per_s_per_user: float) -> float:
    row = next(row for row in fronts.rows() if hardware in row["hw"])
    asked = {**row, "tokens_per_s_per_user": str(tokens_per_s_per_user)}
    return fronts.tokens_per_s_per_npu(
        asked, inference_profile(fronts.family_of(row), "trtllm-1.0")
    )


def advantage(tokens_per_s_per_user: float) -> float:
    """Return what one GPU of the joined rack delivers over one of the nodes."""
    return rate("NVL72", tokens_per_s_per_user) / rate("B200-SXM", tokens_per_s_per_user)


def test_with_all_the_time_in_the_world_72_joined_gpus_are_hardly_better():
    """Published 1.17: clock, memory and its bandwidth."""
    assert advantage(0.0) == pytest.approx(1.17, rel=0.1)


def test_where_experts_have_to_be_spread_wide_the_joined_fabric_is_far_ahead():
    """Published 4.39 at 125 tokens/s per user; nodes cannot spread experts beyond eight GPUs."""
    assert advantage(125.0) > 1.9
    assert advantage(200.0) > 2.3


def test_where_a_few_sequences_fit_one_node_the_lead_is_gone():
    """Published: the nodes are 1.2 ahead above 250 tokens/s per user."""
    assert advantage(300.0) < 1.05
