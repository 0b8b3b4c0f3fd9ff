"""Timeline and economics: averages over time equal the utilisation, energy follows the power."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.simulation.economics import economics
from studio.simulation.job import Running
from studio.simulation.result import Bound, Memory, Phase, SimResult, TimeTerm, Utilisation
from studio.simulation.timeline import Timeline, timeline_of


def result(
    terms: list[tuple[float, Bound]], use: tuple[float, float, float], power_w: float = 1000.0
) -> SimResult:
    seconds = sum(length for length, _ in terms)
    phase = Phase(
        "step",
        seconds,
        tuple(TimeTerm(f"t{n}", length, bound) for n, (length, bound) in enumerate(terms)),
        (),
        Utilisation(*use),
        100.0,
        4,
        0.0,
    )
    return SimResult(
        "training", "", "", "", (phase,), Memory((), 1.0), 0.0, 0.0, seconds, 0.0, 0.0,
        power_w, power_w, 0.0, 0.0, (), (), "vendor",
    )  # fmt: skip


def average(timeline: Timeline, values: np.ndarray) -> float:
    lengths = np.diff(np.concatenate(([0.0], timeline.end_s)))
    return float((values * lengths).sum() / lengths.sum())


STEP: list[tuple[float, Bound]] = [(0.6, "compute"), (0.3, "network"), (0.1, "idle")]


def test_a_step_by_hand() -> None:
    timeline = timeline_of(result(STEP, (0.3, 0.0, 0.15)), 200.0)
    assert timeline.end_s == pytest.approx([0.6, 0.9, 1.0])
    assert timeline.compute == pytest.approx([0.5, 0.0, 0.0])
    assert timeline.network == pytest.approx([0.0, 0.5, 0.0])
    assert timeline.names == ("step: t0", "step: t1", "step: t2")
    assert timeline.period_s == pytest.approx(1.0)
    assert timeline.power_w[2] == 200.0
    assert average(timeline, timeline.power_w) == pytest.approx(1000.0)


bounds = st.sampled_from(["compute", "memory", "network", "idle", "overhead"])
terms_of_a_step = st.lists(st.tuples(st.floats(1e-3, 10), bounds), min_size=1, max_size=8)


@given(terms_of_a_step, st.tuples(*[st.floats(0, 1)] * 3))
def test_the_time_average_is_the_utilisation(
    terms: list[tuple[float, Bound]], shares: tuple[float, float, float]
) -> None:
    total = sum(length for length, _ in terms)
    axes: tuple[Bound, ...] = ("compute", "memory", "network")
    busy = [sum(length for length, bound in terms if bound == axis) for axis in axes]
    active = sum(busy)
    # What a unit can reach at most: busy in its own terms, or spread over all busy ones.
    use = tuple(s * (own or active) / total for s, own in zip(shares, busy, strict=True))
    timeline = timeline_of(result(terms, use), 200.0)  # type: ignore[arg-type]
    found = [
        average(timeline, one) for one in (timeline.compute, timeline.memory, timeline.network)
    ]
    assert found == pytest.approx(use, abs=1e-9)
    assert all((one >= 0).all() and (one <= 1).all()
               for one in (timeline.compute, timeline.memory, timeline.network))  # fmt: skip
    assert average(timeline, timeline.power_w) == pytest.approx(1000.0)
    assert (timeline.power_w >= 200.0 - 1e-9).all()


def test_the_pattern_repeats() -> None:
    timeline = timeline_of(result(STEP, (0.3, 0.0, 0.15)), 200.0)
    times = np.array([0.0, 0.3, 0.65, 0.95])
    for first, later in zip(timeline.at(times), timeline.at(times + 7.0), strict=True):
        assert first.tolist() == later.tolist()
    assert timeline.segment_at(times).tolist() == [0, 0, 1, 2]


def test_terms_that_take_no_time_are_left_out() -> None:
    timeline = timeline_of(result([*STEP, (0.0, "memory")], (0.3, 0.0, 0.15)), 200.0)
    assert len(timeline.end_s) == len(timeline.names) == 3


def test_equipment_that_draws_less_than_idle_idles() -> None:
    timeline = timeline_of(result(STEP, (0.3, 0.0, 0.15), power_w=100.0), 200.0)
    assert set(timeline.power_w) == {200.0}


RUNNING = Running(
    idle_power_w=500.0,
    host_power_w=1000.0,
    price_usd=3.6e6,
    lifetime_s=3.6e6,
    pue=1.25,
    electricity_usd_per_j=1e-7,
)


def test_energy_and_cost_by_hand() -> None:
    money = economics(400.0, 10, 12, 100.0, 1000.0, RUNNING)
    assert money.equipment_power_w == 10 * 400 + 2 * 100 + 1000
    assert money.facility_power_w == 5200 * 1.25
    assert money.energy_j_per_token == pytest.approx(6.5)
    # 1 USD/s of depreciation over 1,000 tokens/s, and 6,500 W at 1e-7 USD/J.
    assert dict(money.cost_terms) == pytest.approx({"depreciation": 1000.0, "electricity": 0.65})
    assert money.cost_usd_per_million_tokens == pytest.approx(1000.65)


def test_a_job_that_makes_nothing_costs_nothing_per_token() -> None:
    money = economics(400.0, 10, 12, 100.0, 0.0, RUNNING)
    assert money.energy_j_per_token == 0.0
    assert money.cost_usd_per_million_tokens == 0.0
