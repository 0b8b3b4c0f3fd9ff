"""Search over training mappings: complete, the same as a single simulation, explained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.errors import InvalidInput, UnknownName
from studio.exploration.search.goals import GOALS
from studio.exploration.search.mappings import Limit, SearchCancelled
from studio.exploration.search.reasons import reasons
from studio.exploration.search.training import search_training
from studio.exploration.search.training_grid import plans_of, training_grid
from studio.simulation.job import SimInput
from studio.simulation.simulate import simulate
from studio.simulation.training.step import training_step
from studio.workload.divisors import divisors
from studio.workload.library import load_model
from studio.workload.plan import plans
from studio.workload.plan_rules import broken_rules
from tests.exploration.search.jobs import CLUSTER_64, assert_same_as_simulated, job, train
from tests.simulation.training.machines import CLUSTER

STEP, COST, MEMORY = GOALS["step-time"], GOALS["cost"], GOALS["memory"]
FEW: dict[str, Sequence[int | float | str]] = {
    "micro_batch": (1, 2),
    "recompute": ("none", "full"),
    "zero_stage": (1,),
    "cp": (1,),
}


def best(given: SimInput, **choices: object) -> float:
    found = search_training(given, {**FEW, **choices})  # type: ignore[dict-item]
    return float(found.metrics["step_time_s"][found.order(STEP)[0]])


def test_grid_equals_a_direct_enumeration() -> None:
    model = load_model("Llama-3-8B")
    scenario = train(global_batch=32).scenario
    choices = {
        "tp": (1, 2, 4), "pp": (1, 2, 4), "cp": (1,), "micro_batch": (1, 2), "zero_stage": (1,),
        "virtual_stages": (1,), "recompute": ("none",),
    }  # fmt: skip
    grid = training_grid(model, scenario, 16, choices)  # type: ignore[arg-type]
    direct = {
        (t, p, d, m)
        for t, p, d, m in product((1, 2, 4), (1, 2, 4), divisors(32), (1, 2))
        if 8 < t * p * d <= 16 and 32 % (d * m) == 0
    }
    columns = (grid[name] for name in ("tp", "pp", "dp", "micro_batch"))
    assert set(zip(*columns, strict=True)) == direct
    assert grid.rows == len(direct)


@pytest.mark.parametrize("model", ["Llama-3-8B", "Qwen3-30B-A3B", "DeepSeek-V3"])
def test_every_mapping_of_the_grid_keeps_all_rules(model: str) -> None:
    scenario = train(model).scenario
    grid = training_grid(load_model(model), scenario, 64)  # type: ignore[arg-type]
    made = plans_of(grid, scenario)  # type: ignore[arg-type]
    for rule, broken in broken_rules(load_model(model), made, 64).items():
        assert not broken.any(), rule
    assert np.all(made.global_batch == 128)
    rows = np.stack([grid.columns[name] for name in grid.columns])
    assert np.unique(rows, axis=1).shape[1] == grid.rows


def test_search_gives_what_one_simulation_gives() -> None:
    asked = train("Qwen3-30B-A3B")
    assert_same_as_simulated(asked, search_training(asked, FEW), 40)


def test_no_fitting_mapping_is_better_than_the_winner_of_any_goal() -> None:
    found = search_training(train(), FEW)
    for goal in (STEP, COST, GOALS["energy"], GOALS["throughput"], MEMORY):
        values = found.metrics[goal.metric]
        first = values[found.order(goal)[0]]
        among = values[found.fits]
        assert first == (among.max() if goal.is_more_better else among.min())


def test_search_beats_or_equals_the_mapping_simulated_by_itself() -> None:
    asked = train("Llama-3-70B")
    assert best(asked) <= simulate(asked).headline_s * (1 + 1e-12)


def test_fixed_degrees_stay_and_a_limit_holds() -> None:
    found = search_training(train(), {**FEW, "tp": (4,), "recompute": ("full",)})
    limit = (Limit(MEMORY, 30e9),)
    order = found.order(STEP, limit)
    for place in order[:20]:
        scenario = found.scenario_at(int(place))
        assert (scenario.tp, scenario.recompute) == (4, "full")  # type: ignore[union-attr]
    keeps = found.keeps(limit)
    assert keeps[order[0]]
    assert np.all(found.metrics["memory_byte"][keeps] <= 30e9 * (1 + 1e-9))
    assert not keeps[order[int(keeps.sum()) :]].any()


def test_front_is_not_dominated() -> None:
    found = search_training(train(), FEW)
    front = found.front(MEMORY, STEP, found.fits)
    size, time = found.metrics["memory_byte"], found.metrics["step_time_s"]
    for place in front:
        better = (time <= time[place]) & (size < size[place]) & found.fits
        assert not better.any()
    assert np.all(np.diff(size[front]) > 0)


def test_precisions_allowed_are_all_tried() -> None:
    found = search_training(train(), {**FEW, "precision": ("bf16", "fp8")})
    precisions = {found.scenario_at(place).precision for place in (0, found.count - 1)}
    assert precisions == {"bf16", "fp8"}


def test_winner_is_explained_by_terms_that_sum_to_the_time_of_a_token() -> None:
    asked = train("Llama-3-70B")
    found = search_training(asked, FEW)
    order = found.order(STEP)
    said = reasons(asked, found, STEP, (), order)
    rate = found.metrics["tokens_per_s_per_npu"][order[0]]
    assert sum(row.winner_s for row in said.terms) == pytest.approx(1 / rate)
    current = simulate(asked)
    assert sum(row.current_s or 0.0 for row in said.terms) == pytest.approx(
        1 / current.tokens_per_s_per_npu
    )
    assert said.winner.headline_s == pytest.approx(found.metrics["step_time_s"][order[0]])
    assert sum(share for _, share in said.next_bounds) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"tp": (7,)}, "nearest valid: 8"),
        ({"pp": (99,)}, "32 layers"),
        ({"cp": (4096,)}, "nearest valid: 2048"),
        ({"dp": (128,)}, "there are 64; nearest valid: data parallelism 64"),
        ({"micro_batch": (3,)}, "do not divide .* nearest valid: [24]$"),
        ({"micro_batch": (64,), "dp": (64,)}, "nearest valid: global batch 4096"),
        ({"ep": (2,)}, "has no experts; nearest valid: expert parallelism 1"),
        ({"tp": (0,)}, "tp: 0 is no whole number from 1"),
        ({"tp": (2.5,)}, "tp: 2.5 is no whole number from 1"),
        ({"tp": (math.nan,)}, "tp: nan is no whole number from 1"),
        ({"tp": (math.inf,)}, "tp: inf is no whole number from 1"),
        ({"zero_stage": (9,)}, "no ZeRO stage 9; nearest valid: 3"),
        ({"zero_stage": (-1,)}, "no ZeRO stage -1; nearest valid: 0"),
        ({"virtual_stages": (5,)}, "nearest valid: 4"),
        ({"pp": (5,), "schedule": ("dualpipe",)}, "nearest valid: 4"),
    ],
)
def test_impossible_choices_name_the_rule_and_the_nearest(
    choices: dict[str, tuple[int, ...]], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        search_training(train(), choices)


def test_a_batch_beyond_all_counts_is_refused_and_not_factored() -> None:
    with pytest.raises(InvalidInput, match=r"global_batch is 99999999999999999999; 1 to"):
        search_training(train(global_batch=99_999_999_999_999_999_999))


@pytest.mark.parametrize("fields", [{"global_batch": 0}, {"sequence_tokens": 0}])
def test_sizes_below_one_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="at least 1"):
        search_training(train(**fields))


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownName, match="selective"):
        search_training(train(), {"recompute": ("sometimes",)})


def test_too_many_combinations_are_refused() -> None:
    with pytest.raises(InvalidInput, match="too many"):
        search_training(train(), {"micro_batch": range(1, 1_000_000)})


def test_cancelled_search_stops() -> None:
    with pytest.raises(SearchCancelled):
        search_training(train(), FEW, cancelled=lambda: True)


def test_progress_rises_to_one() -> None:
    seen: list[float] = []
    search_training(train(), FEW, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)


@settings(max_examples=12, deadline=None)
@given(
    factor=st.floats(1.0, 8.0),
    part=st.sampled_from(["compute", "bandwidth", "memory", "links"]),
    model=st.sampled_from(["Llama-3-8B", "Qwen3-30B-A3B"]),
)
def test_better_hardware_never_makes_the_best_mapping_slower(
    factor: float, part: str, model: str
) -> None:
    asked = train(model)
    accelerator = CLUSTER_64.accelerator
    rated = accelerator.compute_flops
    better = {
        "compute": {"compute_flops": {name: value * factor for name, value in rated.items()}},
        "bandwidth": {
            "memory_bandwidth_byte_per_s": accelerator.memory_bandwidth_byte_per_s * factor
        },
        "memory": {"memory_byte": accelerator.memory_byte * factor},
        "links": {},
    }[part]
    levels = CLUSTER_64.levels
    if part == "links":
        levels = tuple(
            replace(level, bandwidth_byte_per_s=level.bandwidth_byte_per_s * factor)
            for level in levels
        )
    machine = replace(
        CLUSTER_64,
        accelerator=replace(accelerator, **better),  # type: ignore[arg-type]
        levels=levels,
    )
    changed = job(asked.scenario, machine)
    assert best(changed) <= best(asked) * (1 + 1e-9)


def test_a_sequence_of_one_token_is_no_reason_to_fail() -> None:
    scenario = train(sequence_tokens=1).scenario
    grid = training_grid(load_model("Llama-3-8B"), scenario, 64, FEW)  # type: ignore[arg-type]
    assert np.all(grid["cp"] == 1)


PUBLISHED_PLANS = {
    # Korthikanti et al. 2022, arXiv 2205.05198, table 3, with more replicas: 8-way tensor and
    # pipeline parallelism, chunks of four layers, selective recomputation.
    "korthikanti": {"tensor": 8, "pipeline": 8, "data": 8, "chunks": 3, "recompute": 1},
    # The same without and with full recomputation, as Calculon's validation runs them (SC 2023,
    # doi 10.1145/3581784.3607102, table 2).
    "calculon, full": {"tensor": 8, "pipeline": 8, "data": 8, "chunks": 3, "recompute": 2},
    "calculon, plain": {"tensor": 8, "pipeline": 8, "data": 8, "recompute": 2},
    # Narayanan et al. 2021, arXiv 2104.04473, figure 14: tensor parallelism of a node.
    "narayanan": {"tensor": 8, "pipeline": 16, "data": 4, "recompute": 2},
    "data parallelism first": {"tensor": 8, "pipeline": 4, "data": 16, "recompute": 2, "zero": 1},
}


def test_gpt_3_on_512_is_no_slower_than_any_published_plan() -> None:
    asked = train("GPT-175B", npus=512, global_batch=512, sequence_tokens=2048)
    machine = replace(asked.machine, npu_count=512)
    asked = replace(asked, machine=machine)
    found = search_training(
        asked, {"virtual_stages": (1, 2, 3, 6), "cp": (1,), "schedule": ("1f1b",)}
    )
    fastest = float(found.metrics["step_time_s"][found.order(STEP)[0]])
    compared = set()
    for name, degrees in PUBLISHED_PLANS.items():
        for micro in (1, 2, 4):
            own = plans(
                **degrees, micro_batch=micro, micro_batches=512 / degrees["data"] / micro,
                sequence=2048,
            )  # fmt: skip
            result = training_step(machine, asked.model, own, asked.compute, asked.network)
            if result.memory.fits[0]:
                assert fastest <= result.step_time_s[0] * (1 + 1e-12), (name, micro)
                compared.add(name)
    assert len(compared) >= 4


def test_a_batch_with_very_many_divisors_is_refused_before_it_takes_memory() -> None:
    with pytest.raises(InvalidInput, match="combinations are too many; fix a degree"):
        search_training(job(train(global_batch=720_720_000).scenario, CLUSTER), {})
