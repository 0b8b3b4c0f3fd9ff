"""Timeline and economics: averages over time equal the utilisation, energy follows the power."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.exploration.serving_library import power_profile
from studio.simulation.economics import economics
from studio.simulation.job import Running
from studio.simulation.machine import Accelerator
from studio.simulation.power.terms import with_activity
from studio.simulation.result import (
    Bound,
    Load,
    Memory,
    OperatorPoint,
    Phase,
    SimResult,
    TimeTerm,
    Utilisation,
)
from studio.simulation.timeline import Lane, Timeline, timeline_of

ACCELERATOR = Accelerator("test", "ascend-910c", {"bf16": 1e12}, 1e9, 1e11, 500.0, 100.0)
PROFILE = power_profile("ascend-910c")


def phase(
    terms: list[tuple[float, Bound]],
    use: tuple[float, float, float],
    power_w: float = 300.0,
    operators: tuple[OperatorPoint, ...] = (),
    npus: int = 4,
) -> Phase:
    return Phase(
        "step",
        sum(length for length, _ in terms),
        tuple(TimeTerm(f"t{n}", length, bound) for n, (length, bound) in enumerate(terms)),
        operators,
        Utilisation(*use),
        100.0,
        npus,
        power_w,
    )


def result(*phases: Phase, power_w: float = 3000.0) -> SimResult:
    return SimResult(
        "training", "", "", "", phases, Memory((), 1.0), Load(0.0, 4, 4, 0.0, 0.0), 0.0, 0.0,
        1.0, 0.0, 0.0, power_w, power_w, 0.0, 0.0, (), (), "vendor",
    )  # fmt: skip


def played(*phases: Phase, power_w: float = 3000.0) -> Timeline:
    done = (with_activity(one, ACCELERATOR, PROFILE) for one in phases)
    return timeline_of(result(*done, power_w=power_w))


STEP: list[tuple[float, Bound]] = [(0.6, "compute"), (0.3, "network"), (0.1, "idle")]


def test_a_step_by_hand() -> None:
    (lane,) = played(phase(STEP, (0.3, 0.0, 0.15))).lanes
    assert lane.end_s == pytest.approx([0.6, 0.9, 1.0])
    assert lane.levels[:, 0] == pytest.approx([0.5, 0.0, 0.0])
    assert lane.levels[:, 2] == pytest.approx([0.0, 0.5, 0.0])
    assert lane.names == ("step: t0", "step: t1", "step: t2")
    assert lane.npu_power_w[0] > lane.npu_power_w[1] > lane.npu_power_w[2] >= 100.0


def test_work_goes_where_its_operators_are() -> None:
    """Of 0.4 s of compute at the peak, 3/4 belong to the first term and 1/4 to the second."""
    operators = (
        OperatorPoint("a", 3e12, 1.0, 0.5, "compute", "t0"),
        OperatorPoint("b", 1e12, 9.0, 0.5, "memory", "t1"),
    )
    (lane,) = played(
        phase([(0.5, "compute"), (0.5, "memory")], (0.4, 0.2, 0.0), operators=operators)
    ).lanes
    assert lane.levels[:, 0] == pytest.approx([0.6, 0.2])
    assert lane.levels[:, 1] == pytest.approx([0.04, 0.36])


bounds = st.sampled_from(["compute", "memory", "network", "idle", "overhead"])
terms_of_a_step = st.lists(st.tuples(st.floats(1e-3, 10), bounds), min_size=1, max_size=8)
amounts = st.floats(0, 1e15)
operators_of_a_step = st.lists(
    st.builds(
        lambda flop, byte, term: OperatorPoint("o", flop, byte, 1.0, "compute", f"t{term}"),
        amounts,
        amounts,
        st.integers(0, 9),
    ),
    max_size=6,
)


@given(
    terms_of_a_step,
    st.tuples(*[st.floats(0, 1)] * 3),
    operators_of_a_step,
    st.floats(100.0, 500.0),
)
def test_the_time_average_is_the_utilisation_and_the_power(
    terms: list[tuple[float, Bound]],
    use: tuple[float, float, float],
    operators: list[OperatorPoint],
    power_w: float,
) -> None:
    one = phase(terms, use, power_w, tuple(operators))
    timeline = played(one)
    (lane,) = timeline.lanes
    compute, memory, network, power = timeline.means(np.array([0.0, timeline.period_s]))
    assert [compute[0], memory[0], network[0]] == pytest.approx(use, abs=1e-9)
    assert power[0] == pytest.approx(3000.0)
    assert (lane.levels >= -1e-12).all()
    assert (lane.levels <= 1 + 1e-12).all()
    assert (lane.npu_power_w >= 100.0 - 1e-9).all()


def test_the_pattern_repeats() -> None:
    timeline = played(phase(STEP, (0.3, 0.0, 0.15)))
    edges = np.array([0.0, 0.3, 0.65, 0.95])
    for first, later in zip(timeline.means(edges), timeline.means(edges + 7.0), strict=True):
        assert first == pytest.approx(later)
    assert timeline.names_at(7.65) == ("step: t1",)


def test_phases_on_npus_of_their_own_run_side_by_side() -> None:
    """Three NPUs at 200 and 400 W in turn, one at 300 W: a mean of 300 and shares by NPUs."""
    slow = Lane(3, np.array([1.0, 2.0]), np.array([[1.0, 0, 0], [0, 0, 0]]),
                np.array([400.0, 200.0]), ("a", "b"))  # fmt: skip
    fast = Lane(1, np.array([0.5]), np.array([[0, 0.8, 0]]), np.array([300.0]), ("c",))
    timeline = Timeline((slow, fast), 1000.0)
    compute, memory, _, power = timeline.means(np.array([0.0, 1.0, 2.0, 4.0]))
    assert compute == pytest.approx([0.75, 0.0, 0.375])
    assert memory == pytest.approx([0.2, 0.2, 0.2])
    assert power == pytest.approx([2500.0, 1900.0, 2200.0])
    assert timeline.period_s == 2.0
    assert timeline.names_at(1.2) == ("b", "c")


def test_terms_that_take_no_time_are_left_out() -> None:
    one = phase(STEP, (0.3, 0.0, 0.15))
    more = replace(one, terms=(*one.terms, TimeTerm("none", 0.0, "memory")))
    (lane,) = timeline_of(result(more)).lanes
    assert len(lane.end_s) == len(lane.names) == 3


def test_a_result_without_phases_has_an_empty_timeline() -> None:
    timeline = timeline_of(result())
    assert timeline.period_s == 0.0
    assert timeline.names_at(1.0) == ()


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
