"""Search over serving mappings: the same as a single simulation, complete, within limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.errors import InvalidInput, UnknownName
from studio.exploration.search.goals import GOALS, goal_of
from studio.exploration.search.mappings import Limit, Mappings, SearchCancelled
from studio.exploration.search.reasons import reasons
from studio.exploration.search.serving import search_serving
from studio.exploration.search.serving_space import instance_plans
from studio.simulation.inference.plan import check_plan
from studio.simulation.job import SimInput
from studio.simulation.simulate import simulate
from studio.workload.library import load_model
from tests.exploration.search.jobs import CLUSTER_64, assert_same_as_simulated, job, serve

RATE, TPOT, TTFT = GOALS["throughput"], GOALS["tpot"], GOALS["ttft"]


def limits(tpot_s: float, ttft_s: float) -> tuple[Limit, ...]:
    return (Limit(TPOT, tpot_s), Limit(TTFT, ttft_s))


def searched(asked: SimInput, tpot_s: float = 0.05, ttft_s: float = 2.0, **choices: object):
    found = search_serving(asked, choices, tpot_limit_s=tpot_s, ttft_limit_s=ttft_s)  # type: ignore[arg-type]
    return found, found.order(RATE, limits(tpot_s, ttft_s))


def best_rate(asked: SimInput, tpot_s: float = 0.05) -> float:
    found, order = searched(asked, tpot_s)
    assert found.keeps(limits(tpot_s, 2.0))[order[0]]
    return float(found.metrics["tokens_per_s_per_npu"][order[0]])


@pytest.mark.parametrize("model", ["Llama-3-70B", "DeepSeek-R1"])
def test_search_gives_what_one_simulation_gives(model: str) -> None:
    asked = serve(model)
    found, _ = searched(asked, mtp_tokens=(0, 1) if model == "DeepSeek-R1" else (0,))
    assert_same_as_simulated(asked, found, 40)


@pytest.mark.parametrize("model", ["Llama-3-70B", "DeepSeek-R1"])
def test_search_of_phases_together_gives_what_one_simulation_gives(model: str) -> None:
    asked = serve(model, phases="together", prefill_share=0.4, prefill_tp=2)
    found, order = searched(asked)
    assert_same_as_simulated(asked, found, 30)
    best = found.scenario_at(int(order[0]))
    assert (best.phases, best.prefill_share, best.prefill_tp) == ("together", 0, 0)
    assert found.metrics["tpot_s"][order[0]] <= 0.05 * (1 + 1e-9)


def test_the_better_of_both_ways_to_run_the_phases_wins() -> None:
    rates = [best_rate(serve(phases=way)) for way in ("apart", "together")]
    found, order = searched(serve(), phases=("apart", "together"))
    assert found.metrics["tokens_per_s_per_npu"][order[0]] == max(rates)
    assert rates[0] != rates[1]
    with pytest.raises(UnknownName, match="apart, together"):
        searched(serve(), phases=("both",))


def test_winner_is_the_best_of_all_plans_at_all_batches() -> None:
    asked = serve(output_tokens=512)
    found, order = searched(asked, tpot_s=0.03, pp=(1,))
    rate = found.metrics["tokens_per_s_per_npu"][order[0]]
    for tensor in (1, 2, 4, 8, 16, 32, 64):
        for batch in range(1, 520, 23):
            try:
                everything = search_serving(
                    asked, {"tp": (tensor,), "pp": (1,), "batch_per_npu": (batch / tensor,)},
                    tpot_limit_s=0.03, ttft_limit_s=2.0,
                )  # fmt: skip
            except InvalidInput:
                continue
            keeps = everything.keeps(limits(0.03, 2.0))
            tried = everything.metrics["tokens_per_s_per_npu"][keeps]
            assert tried.size == 0 or tried.max() <= rate * (1 + 1e-12)


def test_winner_keeps_its_limits_and_is_at_least_as_good_as_the_simulated_default() -> None:
    asked = serve(tp=8, tpot_objective_s=0.04, ttft_objective_s=2.0)
    found, order = searched(asked, tpot_s=0.04)
    alone = simulate(asked)
    assert found.metrics["tpot_s"][order[0]] <= 0.04 * (1 + 1e-9)
    assert found.metrics["ttft_s"][order[0]] <= 2.0 * (1 + 1e-9)
    assert alone.ttft_s <= 2.0
    assert found.metrics["tokens_per_s_per_npu"][order[0]] >= alone.tokens_per_s_per_npu


def test_every_way_to_cut_an_instance_is_valid() -> None:
    for name in ("DeepSeek-R1", "Llama-3-70B", "Qwen3-235B-A22B"):
        model = load_model(name)
        space = instance_plans(model, 72, {})
        for row in range(space.count):
            check_plan(model, space.plan.take(np.array([row])), 72)


def test_experts_held_twice_spread_over_as_many_devices_as_divide_all_copies() -> None:
    # 256 experts and 32 copies make 4 on each of 72 devices, 6 on 48 and 8 on 36.
    model = load_model("DeepSeek-R1")
    alone, doubled = (
        {int(degree) for degree in np.asarray(instance_plans(model, 72, {}, held).plan.expert)}
        for held in (0, 32)
    )
    assert not alone & {36, 72}
    assert {36, 72} <= doubled
    assert alone <= doubled
    assert all(256 % degree == 0 or 288 % degree == 0 for degree in doubled)


def test_fixed_values_stay() -> None:
    found, order = searched(serve("DeepSeek-R1"), tp=(2,), prefill_ep=(16,), prefill_dp=(16,))
    for place in order[:10]:
        scenario = found.scenario_at(int(place))
        assert scenario.tp == 2
        assert (scenario.prefill_ep, scenario.prefill_dp) == (16, 16)


def test_front_joins_the_fastest_user_and_the_highest_throughput() -> None:
    found, _ = searched(serve())
    across, upward = GOALS["user-speed"], RATE
    front = found.front(across, upward, found.fits)
    x, y = found.metrics[across.metric], found.metrics[upward.metric]
    assert x[front].max() == x.max()
    assert y[front].max() == y.max()
    assert np.all(np.diff(x[front]) < 0)
    assert np.all(np.diff(y[front]) > 0)


def test_terms_sum_to_the_npu_time_of_a_token() -> None:
    asked = serve("DeepSeek-R1")
    found, order = searched(asked)
    said = reasons(asked, found, RATE, limits(0.05, 2.0), order)
    rate = found.metrics["tokens_per_s_per_npu"][order[0]]
    assert sum(row.winner_s for row in said.terms) == pytest.approx(1 / rate)
    assert any("NPU-time" in line for line in said.why)


def test_limit_that_nothing_keeps_ranks_by_how_far_it_is_missed() -> None:
    found, order = searched(serve(), tpot_s=1e-4)
    keeps = found.keeps(limits(1e-4, 2.0))
    assert not keeps.any()
    assert found.metrics["tpot_s"][order[0]] == pytest.approx(found.metrics["tpot_s"].min())


@pytest.mark.parametrize(
    ("model", "choices", "message"),
    [
        ("Llama-3-70B", {"tp": (7,)}, "nearest valid: 8"),
        ("Llama-3-70B", {"tp": (-1,)}, "no whole number from 1"),
        ("Llama-3-70B", {"dp": (2,)}, "nearest valid: 1"),
        ("Llama-3-70B", {"pp": (81,)}, "80 layers"),
        ("DeepSeek-R1", {"dp": (100,)}, "nearest valid"),
        ("DeepSeek-R1", {"ep": (7,)}, "nearest valid"),
        ("Llama-3-70B", {"mtp_tokens": (-1,)}, "no whole number from 0"),
        ("Llama-3.1-405B", {"tp": (1,), "pp": (1,)}, "needs .* GB of"),
    ],
)
def test_impossible_choices_name_the_rule_and_the_nearest(
    model: str, choices: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        searched(serve(model), **choices)


@pytest.mark.parametrize("batch", [1e12, 1e-7])
def test_a_batch_that_no_mapping_holds_is_not_blamed_on_the_weights(batch: float) -> None:
    with pytest.raises(InvalidInput, match="so few or so many requests per NPU; nearest valid"):
        search_serving(serve(), {"batch_per_npu": (batch,)})


def test_a_prefill_share_that_leaves_no_npu_is_refused_before_anything_is_tried() -> None:
    """64 NPUs: one of them is 1.6 %."""
    with pytest.raises(InvalidInput, match="99.9% of 64 NPUs for prefill; nearest valid: 98.4%"):
        search_serving(serve(prefill_share=0.999))


def test_unknown_formats_and_goals_are_refused() -> None:
    with pytest.raises(UnknownName, match="fp9"):
        searched(serve(), precision=("fp9",))
    with pytest.raises(UnknownName, match="throughput"):
        goal_of("step-time", "inference", 1.0)
    with pytest.raises(InvalidInput, match="price"):
        goal_of("cost", "inference", 0.0)


def test_cancelled_search_stops() -> None:
    with pytest.raises(SearchCancelled):
        search_serving(serve(), cancelled=lambda: True)


def _shifted(part: str, factor: float) -> SimInput:
    accelerator, levels = CLUSTER_64.accelerator, CLUSTER_64.levels
    if part == "compute":
        rated = {name: value * factor for name, value in accelerator.compute_flops.items()}
        accelerator = replace(accelerator, compute_flops=rated)
    elif part == "links":
        levels = tuple(
            replace(level, bandwidth_byte_per_s=level.bandwidth_byte_per_s * factor)
            for level in levels
        )
    else:
        accelerator = replace(accelerator, **{part: getattr(accelerator, part) * factor})
    machine = replace(CLUSTER_64, accelerator=accelerator, levels=levels)
    return job(serve("Qwen3-235B-A22B").scenario, machine)


@settings(max_examples=12, deadline=None)
@given(
    factor=st.floats(1.0, 6.0),
    part=st.sampled_from(["compute", "links", "memory_byte", "memory_bandwidth_byte_per_s"]),
)
def test_better_hardware_never_lowers_the_best_rate(factor: float, part: str) -> None:
    assert best_rate(_shifted(part, factor)) >= best_rate(_shifted(part, 1.0)) * (1 - 1e-9)


@settings(max_examples=10, deadline=None)
@given(tpot_s=st.floats(0.02, 0.2), looser=st.floats(1.0, 3.0))
def test_looser_limit_never_lowers_the_best_rate(tpot_s: float, looser: float) -> None:
    asked = serve()
    assert best_rate(asked, tpot_s * looser) >= best_rate(asked, tpot_s) * (1 - 1e-9)


@settings(max_examples=10, deadline=None)
@given(batches=st.lists(st.integers(1, 400), min_size=2, max_size=6, unique=True))
def test_throughput_of_an_instance_rises_with_its_batch(batches: list[int]) -> None:
    """The ground on which a search tries no batch between the grid and the largest."""
    found = _decode_only(sorted(batches))
    assert np.all(np.diff(found) >= -1e-9 * found[:-1])


def _decode_only(batches: list[int]) -> np.ndarray:
    from studio.exploration.search.serving_instances import Setting
    from studio.simulation.inference.phases import decode
    from studio.simulation.inference.plan import InferencePlan

    asked = serve("DeepSeek-R1")
    setting = Setting.of(asked, asked.scenario)  # type: ignore[arg-type]
    engine = setting.engine(InferencePlan(attention_data=16.0, expert=16.0))
    step = decode(engine, np.array(batches, float), setting.shape.mean_context, setting.guess)
    return np.asarray(step.tokens_per_s_per_npu)


def test_a_search_says_how_much_it_looked_at() -> None:
    found: Mappings
    found, _ = searched(serve())
    counts = found.counts
    assert counts.combinations >= counts.valid > 0
    assert counts.evaluated > counts.valid
    assert counts.proof
