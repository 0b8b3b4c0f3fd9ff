"""Plans: relations between degrees, and messages that name the nearest valid choice."""

from __future__ import annotations

import numpy as np
import pytest

from studio.errors import InvalidInput
from studio.workload.divisors import nearest_divisor
from studio.workload.library import load_model
from studio.workload.plan import plans
from studio.workload.plan_rules import check_plan


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tensor": 3}, r"does not divide the 128 attention heads.*nearest valid: 2"),
        ({"tensor": 0}, "whole numbers from 1"),
        ({"micro_batch": 1.5}, "whole numbers from 1"),
        ({"data": float("nan")}, "whole numbers from 1"),
        ({"data": float("inf")}, "whole numbers from 1"),
        ({"pipeline": 64}, "nearest valid: 61 stages of 1 chunk"),
        ({"pipeline": 4, "chunks": 20}, "nearest valid: 15 chunks"),
        ({"expert": 48, "data": 48}, r"256 experts.*nearest valid: 32"),
        ({"expert": 64, "data": 8}, r"8 ranks of one pipeline stage.*nearest valid: 8"),
        ({"shard": 3, "data": 8}, r"sharding group.*nearest valid: 2"),
        ({"context": 512, "sequence": 512}, "nearest valid: 256"),
        ({"context": 7, "sequence": 8192}, "two equal parts per rank; nearest valid: 8"),
        ({"context": 4, "sequence": 4095}, "nearest valid: 1$"),
        ({"data": 1024}, "1024 NPUs but there are 512; nearest valid: data parallelism 512"),
        ({"tensor": 64, "pipeline": 16}, "lower data, pipeline, context or tensor"),
        ({"zero": 4, "data": 8}, "no ZeRO stage 4; nearest valid: 3"),
    ],
)
def test_impossible_plan_names_the_rule_and_the_nearest_choice(
    change: dict[str, float], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        check_plan(load_model("DeepSeek-V3"), plans(**change), 512)


def test_a_model_without_experts_says_so() -> None:
    with pytest.raises(InvalidInput, match="Llama-3-8B has no experts"):
        check_plan(load_model("Llama-3-8B"), plans(expert=2, data=2))


def test_valid_plan_passes() -> None:
    check_plan(load_model("DeepSeek-V3"), plans(tensor=2, pipeline=4, data=64, expert=64), 512)


def test_plans_broadcast_and_count() -> None:
    batch = plans(tensor=[1, 2, 4], data=8, micro_batches=4, sequence=1024)
    assert batch.count == 3
    assert list(batch.npus) == [8, 16, 32]
    assert list(batch.tokens_per_step) == [8 * 4 * 1024] * 3
    assert list(batch.shard) == [8, 8, 8]
    assert batch.take(np.array([2])).count == 1


def test_nearest_divisor_prefers_the_smaller_of_two() -> None:
    assert nearest_divisor(12, 5) == 4
    assert nearest_divisor(7, 100) == 7
