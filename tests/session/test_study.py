"""Search and sensitivity on drawn designs."""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest

from studio import api
from studio.cli.__main__ import main
from studio.errors import InvalidInput
from studio.session.evaluation import active_scenario, sim_input
from studio.session.study import search_plans, tornado
from studio.simulation.job import SimInput
from studio.simulation.machine_of import machine_of
from studio.simulation.simulate import simulate


def _given(scenario: str) -> SimInput:
    design = api.load("cloudmatrix-384")
    machine = machine_of(design.fabric, design.rolled_up)
    chosen = active_scenario(design.fabric, scenario)
    return sim_input(design.fabric, design.rolled_up, machine, chosen)


@pytest.fixture(scope="module")
def training() -> SimInput:
    return _given("train-dense")


def test_search_beats_or_equals_the_shipped_mapping(training: SimInput) -> None:
    found = search_plans(training)
    assert found.ranked[0].fits
    assert found.ranked[0].step_time_s <= simulate(training).headline_s * (1 + 1e-9)
    times = [plan.step_time_s for plan in found.ranked if plan.fits]
    assert times == sorted(times)
    assert 0 < found.fitting <= found.count
    assert found.why


def test_best_mapping_is_on_the_pareto_front(training: SimInput) -> None:
    assert search_plans(training).ranked[0].is_pareto


def test_more_of_any_hardware_number_is_never_slower(training: SimInput) -> None:
    bars = tornado(training)
    assert [bar.swing for bar in bars] == sorted((bar.swing for bar in bars), reverse=True)
    by_name = {bar.name: bar for bar in bars}
    assert by_name["compute"].at_high > by_name["compute"].baseline > by_name["compute"].at_low
    for bar in bars:
        if "latency" not in bar.name:
            assert bar.at_high >= bar.baseline * (1 - 1e-9) >= bar.at_low * (1 - 2e-9)


def test_serving_has_no_mapping_search_yet_and_says_so() -> None:
    with pytest.raises(InvalidInput, match="training jobs"):
        search_plans(_given("decode-r1"))


def test_both_commands_print_json(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["cloudmatrix-384", "--scenario", "train-dense", "--json"]
    assert main(["search", *arguments, "--most", "3"]) == 0
    assert len(json.loads(capsys.readouterr().out)["ranked"]) == 3
    assert main(["sensitivity", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)[0]["at_high"] > 0


def test_applying_a_found_mapping_gives_its_step_time(training: SimInput) -> None:
    best = search_plans(training).ranked[0]
    scenario = msgspec.structs.replace(training.scenario, **best.scenario_fields)
    result = simulate(replace(training, scenario=scenario))
    assert result.headline_s == pytest.approx(best.step_time_s)
