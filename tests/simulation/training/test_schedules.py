"""What pipeline schedules leave of a bubble and hide of an exchange, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from studio import api
from studio.errors import InvalidInput
from studio.simulation.training.schedules import PassShares, bubble_left, bubble_s, paired_share
from studio.workload.library import load_model
from studio.workload.plan import Plans, Schedule, plans
from studio.workload.plan_rules import check_plan
from tests.simulation.training.machines import step

ALL = [Schedule.ONE_FORWARD_ONE_BACKWARD, Schedule.ZERO_BUBBLE, Schedule.DUAL_PIPE]


def _on(stages: int, micro_batches: int = 64) -> Plans:
    return plans(pipeline=stages, micro_batches=micro_batches, schedule=ALL)


def test_equal_passes_leave_what_the_papers_print() -> None:
    # F = 1, B = 2, W = 1 on 8 stages: 7 x 3 = 21; 7 x (3 - 2) = 7; 3 x (3 + 2 - 3) = 6.
    left = bubble_left(_on(8), PassShares(1 / 3, 1 / 3))
    assert 21 * left == pytest.approx([21, 7, 6])


def test_recomputation_cannot_be_put_off_into_the_bubble() -> None:
    # F = 1, B = 3 with one forward pass again, W = 1 on 6 stages: 20; 5 x 2 = 10; 2 x 4 = 8.
    left = bubble_left(_on(6), PassShares(1 / 4, 1 / 4))
    assert 20 * left == pytest.approx([20, 10, 8])


def test_two_stages_fed_from_both_ends_never_wait() -> None:
    assert bubble_left(_on(2), PassShares(1 / 3, 1 / 3))[2] == 0.0


def test_one_micro_batch_passes_every_stage_and_waits_for_no_gradient_of_another() -> None:
    # F = W = 1, B = 2 on 4 stages: 4 x 3 one after the other; without the W of three others 9.
    waits = bubble_s(_on(4, 1), 3.0, 12.0, PassShares(1 / 3, 1 / 3))
    assert 3 + np.asarray(waits) == pytest.approx([12, 9, 9])


def test_only_micro_batches_in_the_middle_of_a_step_have_a_partner() -> None:
    # The published picture: 8 stages, 20 micro batches; 7 come and 7 go alone at the end stage.
    assert paired_share(_on(8, 20)) == pytest.approx([0, 0, 6 / 20])
    assert paired_share(_on(8, 8))[2] == 0.0


def test_dualpipe_trades_exchange_for_contention() -> None:
    plan = plans(pipeline=4, data=32, expert=32, micro_batches=64, schedule=ALL)
    result = step(plan, "DeepSeek-V3")
    exchange, contention = result.terms["expert_exchange"], result.terms["contention"]
    assert exchange[0] == exchange[1] > 2 * exchange[2]
    assert contention[2] > contention[0]
    saved = (exchange[0] - exchange[2]) + (result.terms["bubble"][0] - result.terms["bubble"][2])
    assert 0 < result.step_time_s[0] - result.step_time_s[2] < 1.1 * saved
    assert np.all(np.diff(result.terms["bubble"]) < 0)


def test_dualpipe_needs_a_partner_for_every_stage() -> None:
    with pytest.raises(InvalidInput, match=r"3 stages leave one in the middle; nearest valid: 2"):
        check_plan(load_model("Llama-3-8B"), plans(pipeline=3, schedule=Schedule.DUAL_PIPE))


def test_interleaving_without_a_number_finds_the_fastest_one() -> None:
    design = api.load("dgx-h100-su32").edit(["scenarios", "train-dense", "schedule"], "interleaved")
    # 80 layers on 4 stages: 20 a stage, in chunks of any of their divisors.
    times = {
        chunks: design.edit(["scenarios", "train-dense", "virtual_stages"], chunks).simulate()
        for chunks in (2, 4, 5, 10, 20)
    }
    fastest = min((result for result in times.values() if result.memory.fits),
                  key=lambda result: result.headline_s)  # fmt: skip
    chosen = design.simulate()
    assert chosen.headline_s == fastest.headline_s
    assert chosen.plan == fastest.plan
    assert " · VP " in chosen.plan
