"""The busiest of the ranks that share experts: by hand, by drawing at random, and its bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.simulation.inference.phases import decode
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.uneven_experts import late_experts, levelled
from studio.workload.library import load_model
from studio.workload.model import MixtureOfExperts
from studio.workload.operator import Number
from studio.workload.operators import Share, touched_experts

EVEN = InferencePlan(is_balanced=True)


def experts_of(model: str) -> MixtureOfExperts:
    return next(
        block.feed_forward
        for block in load_model(model).blocks
        if isinstance(block.feed_forward, MixtureOfExperts)
    )


def share_of_ranks(tokens: float, ranks: Number) -> Share:
    """Return what one of `ranks` has to do where all hold the same tokens."""
    return Share(tokens, tokens, 1.0, tensor=ranks, expert=ranks)


def test_imbalance_left_by_hand():
    """256 experts, 32 held twice: scores of ranks 224 and 256 are 1.14 and 2.81."""
    assert levelled(256, 32) == pytest.approx(1.14 / 2.81, abs=0.01)
    assert levelled(256, 0) == 1.0
    assert levelled(256, 256) == 0.0


def test_late_experts_by_hand():
    """8 of 256 experts, 8 tokens, 8 ranks: 7.2 of 32 touched, sigma 2.2, the highest score 1.42."""
    part = experts_of("DeepSeek-V3")
    assert late_experts(part, InferencePlan(), share_of_ranks(8.0, 8.0)) == pytest.approx(3.2, 0.03)


@pytest.mark.parametrize("ranks", [8, 16, 32])
@pytest.mark.parametrize("tokens", [4, 16, 64, 256])
def test_the_busiest_rank_is_the_one_that_chance_makes(ranks, tokens):
    part = experts_of("DeepSeek-V3")
    dice = np.random.default_rng(1)
    busiest = []
    for _ in range(200):
        asked = dice.random((tokens, part.experts)).argpartition(part.top_k, axis=1)
        hit = np.zeros(part.experts, dtype=bool)
        hit[asked[:, : part.top_k].ravel()] = True
        busiest.append(hit.reshape(ranks, -1).sum(axis=1).max())
    share = share_of_ranks(float(tokens), float(ranks))
    said = touched_experts(part, share) + late_experts(part, InferencePlan(), share)
    assert said == pytest.approx(np.mean(busiest), rel=0.12)


@given(tokens=st.floats(0.1, 1e5), ranks=st.sampled_from([1.0, 2.0, 4.0, 8.0, 64.0, 256.0]))
def test_nobody_touches_more_experts_than_it_holds_and_more_tokens_never_fewer(tokens, ranks):
    part = experts_of("DeepSeek-V3")

    def busiest(count: float) -> float:
        share = share_of_ranks(count, ranks)
        return float(touched_experts(part, share) + late_experts(part, InferencePlan(), share))

    assert 1.0 <= busiest(tokens) <= part.experts / ranks + 1e-9
    assert busiest(1.1 * tokens) >= busiest(tokens) - 1e-9


def test_one_rank_and_even_routing_wait_for_nobody():
    part = experts_of("Mixtral-8x7B")
    assert late_experts(part, InferencePlan(), share_of_ranks(4.0, 1.0)) == 0.0
    assert late_experts(part, EVEN, share_of_ranks(4.0, 4.0)) == 0.0


def test_several_plans_at_once_are_as_each_alone():
    part = experts_of("Mixtral-8x7B")
    ranks = np.array([1.0, 2.0, 4.0, 2.0])
    joined = late_experts(part, InferencePlan(), share_of_ranks(4.0, ranks))
    alone = [late_experts(part, InferencePlan(), share_of_ranks(4.0, one)) for one in ranks]
    assert joined == pytest.approx(alone)


def test_a_few_sequences_wait_for_the_busiest_rank_and_it_moves_no_traffic_of_others(engine):
    uneven = engine("DeepSeek-V3", InferencePlan(tensor=8.0, expert=8.0))
    even = replace(uneven, plan=replace(uneven.plan, is_balanced=True))
    few, level = decode(uneven, 4.0, 1000.0), decode(even, 4.0, 1000.0)
    assert np.max(few.tpot_s) > 1.1 * np.max(level.tpot_s)
    assert np.max(few.pass_time.traffic_byte) == pytest.approx(np.max(level.pass_time.traffic_byte))
