"""A collective over drawn links opens into terms that add up, with the numbers of its links."""

from __future__ import annotations

import math
from typing import Any

import pytest

from studio.exploration.explanation.drawn_flow import open_flow
from studio.fabric.fabric import Fabric
from studio.session.flow import DrawnFlow, run_collective
from studio.simulation.network.routing import Routing, RoutingMode
from studio.simulation.network.schedule import SCHEDULES
from studio.simulation.network.traffic import Collective
from tests.builders import fabric_of, two_racks

PAYLOAD = 64e6


@pytest.fixture(scope="module")
def fabric() -> Fabric:
    return fabric_of(two_racks())


def flow(fabric: Fabric, op: str, algorithm: str = "", **more: Any) -> DrawnFlow:
    return run_collective(fabric, op, PAYLOAD, algorithm=algorithm, **more)


@pytest.mark.parametrize("op", list(SCHEDULES))
def test_the_terms_of_every_collective_add_up(fabric: Fabric, op: Collective) -> None:
    for algorithm in SCHEDULES[op]:
        result = flow(fabric, op.value, algorithm.value).result
        line = open_flow(result)
        assert line.value == result.time_s
        assert [one.key for one in line.children][-1] == "wire"
        for one in line.walk():
            assert one.remainder < 1e-9, (algorithm, one.key)
        assert line.find("wire").value == pytest.approx(result.terms.wire_s)
        assert line.find("latency").value == pytest.approx(result.terms.latency_s)


def test_the_slowest_link_of_a_ring_is_named_with_its_bytes(fabric: Fabric) -> None:
    """15 of 16 parts twice around: 120 MB over a link of 100 GB/s at what the library achieves."""
    result = flow(fabric, "all-reduce", "ring").result
    (ring,) = open_flow(result).find("wire").children
    bandwidth, *efficiency = (one.value for one in ring.inputs)
    assert bandwidth == 100e9
    assert ring.value == pytest.approx(2 * 15 / 16 * PAYLOAD / bandwidth / math.prod(efficiency))
    assert "30 × 4 MB ÷ (100 GB/s × " in ring.formula
    assert "chip" in ring.note


def test_unequal_amounts_show_what_the_last_completion_adds(fabric: Fabric) -> None:
    result = flow(
        fabric,
        "dispatch",
        "direct",
        popularity=(5, 1, 1, 2, 1),
        routing=Routing(RoutingMode.HASHED),
    ).result
    (exchange,) = open_flow(result).find("wire").children
    stretch = result.costs[0].part.stretch
    assert stretch > 1
    assert exchange.inputs[-1].value == stretch
    busy = result.arc_load_byte / result.graph.arc_bandwidth()
    assert exchange.value == pytest.approx(busy.max() / result.costs[0].efficiency * stretch)
