"""The busiest of the ranks that share experts: by hand, by drawing at random, and its bounds."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.phases import decode, prefill
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.requests import RequestShape
from studio.simulation.inference.uneven_experts import fullest_rank, late_experts, levelled
from studio.workload.library import load_model
from studio.workload.model import MixtureOfExperts
from studio.workload.operator import Number
from studio.workload.operators import Share, touched_experts
from tests.simulation.inference.conftest import cloudmatrix

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


def test_the_fullest_rank_by_hand():
    """256 experts: 64 ranks have 4 each; of 72 some have 4 of 3.56; of 320 some have 1 of 0.8."""
    assert fullest_rank(256, 0, 64.0) == 1.0
    assert fullest_rank(256, 0, 72.0) == pytest.approx(1.125)
    assert fullest_rank(256, 0, 320.0) == pytest.approx(1.25)
    assert fullest_rank(0, 0, 8.0) == 1.0


def test_copies_let_ranks_differ_by_halves():
    """On 48 ranks 5.33 in the mean, 6 on some; with copies 5.5. An expert alone stays whole."""
    assert fullest_rank(256, 0, 48.0) == pytest.approx(6 * 48 / 256)
    assert fullest_rank(256, 32, 48.0) == pytest.approx(5.5 * 48 / 256)
    assert fullest_rank(256, 32, 320.0) == pytest.approx(1.25)


@given(experts=st.integers(1, 1024), copies=st.integers(0, 256), ranks=st.integers(1, 2048))
def test_no_rank_has_less_than_the_mean_and_copies_never_hurt(experts, copies, ranks):
    held = float(fullest_rank(experts, copies, float(ranks)))
    assert 1 - 1e-9 <= held <= float(fullest_rank(experts, 0, float(ranks))) + 1e-9


def test_prompts_wait_for_the_rank_that_holds_more_experts(engine):
    """All experts liked alike, only the four of 3.56 are left: 12.5 % on top of computing."""
    wide = InferencePlan(attention_data=72.0, expert=72.0)
    ragged = engine("DeepSeek-V3", wide, machine=cloudmatrix())
    profile = msgspec.structs.replace(ragged.profile, expert_imbalance=0.0)
    ragged = replace(ragged, profile=profile)
    filled = replace(ragged, plan=replace(wide, is_balanced=True))

    def computing(of: Engine) -> float:
        one = prefill(of, RequestShape(4096.0, 1.0), np.inf).pass_time
        return float(next(row.compute_s for row in one.operators if row.name == "experts up"))

    assert computing(ragged) == pytest.approx(1.125 * computing(filled))


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
