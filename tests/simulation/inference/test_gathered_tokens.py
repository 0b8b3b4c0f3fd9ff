"""Attention groups whose ranks each hold a part of every expert."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.passes import pass_time
from studio.simulation.inference.pieces import PassLoad
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.reductions import reduction

LOAD = PassLoad(sequences=8.0, context=1024.0)


def test_tokens_of_all_groups_are_gathered_and_added_up(engine: Callable[..., Engine]) -> None:
    """58 layers of experts, 8 groups of 8 tokens: as much as one sum of 64 tokens over 8 ranks."""
    cut = engine("DeepSeek-R1", InferencePlan(attention_data=8.0, expert=1.0))
    one = reduction(cut, np.float64(64.0), np.float64(8.0))
    assert pass_time(cut, LOAD).terms["dispatch_combine"] == pytest.approx(58 * one.time_s)


def test_plans_beside_each_other_take_what_they_take_alone(engine: Callable[..., Engine]) -> None:
    plans = InferencePlan(
        tensor=np.array([1.0, 1.0, 8.0]),
        attention_data=np.array([8.0, 8.0, 1.0]),
        pipeline=np.ones(3),
        expert=np.array([1.0, 8.0, 1.0]),
    )
    together = pass_time(engine("DeepSeek-R1", plans), LOAD).time_s
    for place, time in enumerate(np.asarray(together)):
        alone = engine("DeepSeek-R1", plans.take(np.array([place])))
        assert time == pytest.approx(float(np.ravel(pass_time(alone, LOAD).time_s)[0]))
