"""GB200 NVL72 beside B200 behind 400 Gb/s adapters, as published and as simulated.

SemiAnalysis InferenceX, "GB200 NVL72 vs B200 on DeepSeek R1", May 2026: DeepSeek-R1 in FP4, 1,024
tokens in and out, drafts, prompts on NPUs of their own. The shape of the front is what counts here:
close together at peak, far apart between, the nodes ahead for the fastest users.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from studio.exploration.serving_library import inference_profile
from studio.exploration.validation.inference import predict
from studio.simulation.inference.plan import scalar
from tests.reference import fronts

JOINED, NODES = "NVL72", "B200-SXM"


@cache
def front(hardware: str, *, simulated: bool) -> tuple[Sequence[float], Sequence[float]]:
    """Return a front, estimated once however many of its points are asked for."""
    row = next(row for row in fronts.rows() if hardware in row["hw"])
    profile = inference_profile(fronts.family_of(row), "trtllm-1.3") if simulated else None
    return fronts.front(hardware, profile)


def rate(hardware: str, speed: float, simulated: bool) -> float:
    """Return tokens per second and GPU at a speed per user, along the front of the same runs."""
    speeds, rates = front(hardware, simulated=simulated)
    return float(np.interp(speed, speeds, rates))


def advantage(speed: float, *, simulated: bool) -> float:
    """Return what one GPU of the joined rack delivers over one of the nodes."""
    return rate(JOINED, speed, simulated) / rate(NODES, speed, simulated)


@pytest.mark.parametrize(("speed", "published"), [(25, 1.15), (75, 1.35), (125, 4.39)])
def test_the_points_give_the_ratios_their_source_gives(speed, published):
    """Its curve between the points is another than a straight line."""
    assert advantage(speed, simulated=False) == pytest.approx(published, rel=0.1)


def test_with_all_the_time_in_the_world_72_joined_gpus_are_hardly_better():
    """Published 1.17: clock, memory and its bandwidth."""
    peaks = [max(fronts.front(name, inference_profile("nvidia-blackwell", "trtllm-1.3"))[1])
             for name in (JOINED, NODES)]  # fmt: skip
    assert peaks[0] / peaks[1] == pytest.approx(1.17, rel=0.1)


def test_where_experts_have_to_be_spread_wide_the_joined_fabric_is_far_ahead():
    """Published 1.35, 2.23 and 4.39; nodes cannot spread experts beyond eight GPUs.

    Between 100 and 150 the fronts fall so steeply that 5 % of speed are 40 % of the ratio: nodes
    that share 180 requests are said to be 16 % faster than they were (146.8 for 126.4 tokens/s and
    user), all other points within 9 %.
    """
    assert advantage(75.0, simulated=True) == pytest.approx(1.35, rel=0.1)
    assert advantage(100.0, simulated=True) == pytest.approx(2.23, rel=0.25)
    assert max(advantage(speed, simulated=True) for speed in range(100, 200, 5)) > 2.5


def test_where_a_few_sequences_fit_one_node_the_joined_fabric_has_no_more_to_give():
    """Published 0.98 at 250 and 0.82 at 275: eight GPUs behind one host, not two."""
    assert advantage(250.0, simulated=True) == pytest.approx(
        advantage(250.0, simulated=False), rel=0.05
    )
    assert advantage(275.0, simulated=True) < min(1.0, advantage(250.0, simulated=True))


def test_every_point_is_met_within_a_fifth():
    for row in fronts.rows():
        profile = inference_profile(fronts.family_of(row), "trtllm-1.3")
        said = fronts.tokens_per_s_per_user(row, profile)
        assert said == pytest.approx(float(row["tokens_per_s_per_user"]), rel=0.2)


def test_the_fastest_way_is_the_one_that_was_run():
    """Attention over eight GPUs up to 180 requests, on each alone beyond; drafts within one."""
    for row in fronts.rows():
        if not row["recipe_tp"]:
            continue
        way = fronts.fastest_way(row, inference_profile(fronts.family_of(row), "trtllm-1.3"))
        assert scalar(way.plan.tensor) == float(row["recipe_tp"]), row["id"]
        assert abs(way.drafts - int(row["recipe_drafts"])) <= 1, row["id"]


def test_further_published_rows_name_their_source_and_are_answered():
    with (fronts.PATH.parent / "serving.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["source"] for row in (*rows, *fronts.rows()))
    asked = [row | {"tokens_per_s_per_gpu": ""} for row in rows[::4]]
    assert all((predict(row).value or 0) > 0 for row in asked)
