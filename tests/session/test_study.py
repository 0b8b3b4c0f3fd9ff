"""Search and sensitivity on drawn designs."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import msgspec
import pytest

from studio import api
from studio.cli.__main__ import main
from studio.errors import InvalidInput, UnknownName
from studio.exploration.search.goals import GOALS, goals_of
from studio.exploration.search.mappings import SearchCancelled
from studio.session.evaluation import active_scenario, evaluate, sim_input, with_error_band
from studio.session.study import Question, given_for, search_plans, tornado, with_mapping
from studio.simulation.job import SimInput
from studio.simulation.machine_of import machine_of
from studio.simulation.simulate import simulate

FEW = {"cp": (1,), "micro_batch": (1, 2), "zero_stage": (1,)}


def _given(scenario: str) -> SimInput:
    design = api.load("cloudmatrix-384")
    machine = machine_of(design.fabric, design.rolled_up)
    chosen = active_scenario(design.fabric, scenario)
    return sim_input(design.fabric, design.rolled_up, machine, chosen)


@pytest.fixture(scope="module")
def training() -> SimInput:
    return _given("train-dense")


@pytest.fixture(scope="module")
def serving() -> SimInput:
    return _given("decode-r1")


def test_search_beats_or_equals_the_shipped_mapping(training: SimInput) -> None:
    found = search_plans(training, question=Question(choices=FEW))
    assert found.ranked[0].fits
    times = [plan.metrics["step_time_s"] for plan in found.ranked if plan.fits]
    assert times[0] <= simulate(training).headline_s * (1 + 1e-9)
    assert times == sorted(times)
    assert 0 < found.keeping <= found.fitting <= found.counts.valid
    assert any("your plan" in line for line in found.why)


@pytest.mark.parametrize("scenario", ["train-dense", "decode-r1"])
def test_figures_of_a_search_have_the_error_bands_of_a_simulation(scenario: str) -> None:
    given = _given(scenario)
    found = search_plans(given, 1, Question(choices=FEW if scenario == "train-dense" else {}))
    bands = with_error_band(simulate(given), given.machine).error_bands
    assert {goal.id for goal in goals_of(found.job)} - found.error_bands.keys() == {"cost"}
    for name, band in found.error_bands.items():
        assert band == bands[GOALS[name].figure]
    assert found.error_bands["memory"].measured == "memory"
    assert found.error_bands["energy"].measured == "power"
    assert found.error_bands[found.axes[1].id].measured == found.job


@pytest.mark.parametrize("goal", [goal.id for goal in goals_of("inference")])
def test_every_goal_of_serving_has_a_winner_within_the_objectives(
    serving: SimInput, goal: str
) -> None:
    found = search_plans(serving, 3, Question(goal))
    values = [plan.metrics[found.goal.metric] for plan in found.ranked]
    assert values == sorted(values, reverse=found.goal.is_more_better)
    assert found.ranked[0].keeps_limits
    assert found.ranked[0].metrics["tpot_s"] <= 0.05 * (1 + 1e-9)


def test_front_is_along_its_first_axis(serving: SimInput) -> None:
    found = search_plans(serving)
    users = [plan.metrics[found.axes[0].metric] for plan in found.front]
    assert users == sorted(users, reverse=True)
    assert all(plan.is_pareto for plan in found.front)


@pytest.mark.parametrize("scenario", ["train-dense", "decode-r1"])
def test_applying_a_found_mapping_gives_its_figures(scenario: str) -> None:
    given = _given(scenario)
    found = search_plans(given, question=Question(choices=FEW if scenario == "train-dense" else {}))
    for plan in (found.ranked[0], found.front[len(found.front) // 2]):
        applied = with_mapping(given.scenario, plan.scenario_fields)
        result = simulate(replace(given, scenario=applied))
        rate = plan.metrics["tokens_per_s_per_npu"]
        assert result.tokens_per_s_per_npu == pytest.approx(rate, rel=1e-12)
        encoded = msgspec.json.encode(applied)
        assert msgspec.json.decode(encoded, type=type(applied)) == applied


def test_unknown_fields_and_goals_are_refused(training: SimInput) -> None:
    with pytest.raises(UnknownName, match="micro_batch"):
        search_plans(training, question=Question(choices={"batch": (1,)}))
    with pytest.raises(UnknownName, match="step-time"):
        search_plans(training, question=Question("speed"))


def test_a_job_that_cannot_run_can_be_studied() -> None:
    design = api.load("cloudmatrix-384").edit(["active_scenario"], "train-dense")
    broken = design.edit(["scenarios", "train-dense", "tp"], 7)
    evaluation = evaluate(broken.fabric)
    assert evaluation.result is None
    found = search_plans(given_for(evaluation), question=Question(choices=FEW))
    assert found.ranked[0].fits


def test_a_design_without_a_job_is_refused() -> None:
    empty = api.load("cloudmatrix-384").edit(["scenarios"], {}).edit(["active_scenario"], "")
    with pytest.raises(InvalidInput, match="scenario"):
        given_for(evaluate(empty.fabric))


def test_more_of_any_hardware_number_is_never_slower(training: SimInput) -> None:
    bars = tornado(training)
    assert [bar.swing for bar in bars] == sorted((bar.swing for bar in bars), reverse=True)
    by_name = {bar.name: bar for bar in bars}
    assert by_name["compute"].at_high > by_name["compute"].baseline > by_name["compute"].at_low
    for bar in bars:
        if not bar.name.endswith(("latency_s", "kernel_overhead_s", "oversubscription")):
            least = 0.0 if math.isnan(bar.at_low) else bar.at_low
            assert bar.at_high >= bar.baseline * (1 - 1e-9) >= least * (1 - 2e-9)


def test_both_commands_print_json(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["cloudmatrix-384", "--scenario", "decode-r1", "--json"]
    asked = ["--most", "3", "--slo-tpot", "40ms", "--slo-ttft", "1s", "--fix", "pp=1"]
    assert main(["search", *arguments, *asked, "--allow", "mtp_tokens=0,1"]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert len(tree["ranked"]) == 3
    assert tree["limits"] == {"tpot": 0.04, "ttft": 1.0}
    assert tree["ranked"][0]["metrics"]["tpot_s"] <= 0.04
    assert {plan["scenario_fields"]["pp"] for plan in tree["front"]["plans"]} == {1}
    assert sum(row["winner"] for row in tree["npu_seconds_per_token"]) == pytest.approx(
        1 / tree["ranked"][0]["metrics"]["tokens_per_s_per_npu"]
    )
    assert main(["sensitivity", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)[0]["at_high"] > 0


def test_sensitivity_of_energy_follows_the_power_of_the_npu(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ["sensitivity", "gb200-nvl72", "--goal", "energy"]
    assert main([*asked, "--json"]) == 0
    bars = {bar["name"]: bar for bar in json.loads(capsys.readouterr().out)}
    assert bars["tdp_w"]["at_high"] > bars["tdp_w"]["at_low"]
    assert main(asked) == 0
    assert "Energy per token" in capsys.readouterr().out
    assert main(["sensitivity", "gb200-nvl72", "--goal", "beauty"]) == 2


def test_search_prints_the_best_mapping_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "gb200-nvl72", "--goal", "energy", "--most", "2"]) == 0
    text = capsys.readouterr().out
    assert "combinations" in text
    assert "another kind" in text


def test_limits_nothing_keeps_give_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "gb200-nvl72", "--slo-tpot", "10us", "--most", "1"]) == 1
    assert "miss" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fix", "tp=7"], "nearest valid: TP 8"),
        (["--fix", "dp=5"], "attention groups of TP 1; nearest valid: DP 4"),
        (["--fix", "tp"], "FIELD=VALUE"),
        (["--fix", "tp=many"], "no number"),
        (["--fix", "speed=3"], "no choice"),
        (["--goal", "beauty"], "no goal"),
        (["--slo-tpot", "fast"], "fast"),
        (["--slo-tpot", "0s"], "above 0"),
        (["--limit", "energy"], "GOAL=VALUE"),
        (["--allow", "precision=fp9"], "fp9"),
    ],
)
def test_wrong_questions_are_named(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "gb200-nvl72", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_the_tornado_varies_every_number_a_job_rests_on(training: SimInput) -> None:
    bars = {bar.name: bar for bar in tornado(training, goal="cost")}
    levels = {level.name for level in training.machine.levels}
    assert set(bars) >= {
        "compute", "memory_bandwidth_byte_per_s", "memory_byte", "tdp_w", "idle_w",
        "matrix_efficiency", "memory_efficiency", "kernel_overhead_s",
        "price_usd", "host_power_w", "lifetime_s", "pue", "electricity_usd_per_j",
        *(f"{name} bandwidth_byte_per_s" for name in levels),
        *(f"{name} latency_s" for name in levels),
    }  # fmt: skip
    # Cost is (price / lifetime + power x tariff) / rate: price and tariff share it exactly.
    shares = [bars[name].changes[1] for name in ("price_usd", "electricity_usd_per_j")]
    assert sum(shares) == pytest.approx(0.2)
    assert bars["lifetime_s"].changes[1] == pytest.approx(shares[0] * (1 / 1.2 - 1) / 0.2)


def test_a_number_without_which_the_job_is_impossible_is_told(training: SimInput) -> None:
    full = msgspec.structs.replace(
        training.scenario, recompute="none", micro_batch=1, tp=1, pp=16, zero_stage=1
    )
    job = replace(training, scenario=full)
    used = simulate(job).memory.used_byte
    accelerator = replace(job.machine.accelerator, memory_byte=used * 1.01)
    tight = replace(job, machine=replace(job.machine, accelerator=accelerator))
    memory = next(bar for bar in tornado(tight) if bar.name == "memory_byte")
    assert math.isnan(memory.at_low)
    assert memory.at_high == pytest.approx(memory.baseline)
    assert memory.swing == 1.0


def test_a_tornado_can_be_stopped(training: SimInput) -> None:
    told: list[float] = []
    with pytest.raises(SearchCancelled):
        tornado(training, progress=told.append, cancelled=lambda: len(told) == 3)
    assert told == sorted(told)
