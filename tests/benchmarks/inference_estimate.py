"""Speed of serving estimates: one alone, and one among many candidates."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from studio import api
from studio.exploration.serving_library import (
    exchange_profile,
    inference_profile,
    power_profile,
)
from studio.exploration.validation.hardware import machine_of, network_profile
from studio.session.evaluation import active_scenario, sim_input
from studio.session.study import search_plans
from studio.simulation.inference.engine import engine_of
from studio.simulation.inference.estimate import estimate_inference
from studio.simulation.inference.mixing import steady
from studio.simulation.inference.phases import decode
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.requests import RequestShape
from studio.simulation.inference.serving import offline_rate
from studio.simulation.machine_of import machine_of as machine_of_fabric
from studio.workload.library import load_model


def _seconds(action: Callable[[], object], repeats: int) -> float:
    action()
    best = float("inf")
    for _ in range(repeats):
        begun = time.process_time()
        action()
        best = min(best, time.process_time() - begun)
    return best


def benchmarks() -> Iterator[dict[str, str | float]]:
    """Yield one figure after the other."""
    machine = machine_of("Huawei CloudMatrix384 (Ascend 910C)", "", 384)
    assert machine is not None
    family = machine.accelerator.family
    model, profile = load_model("DeepSeek-R1"), inference_profile(family)
    network, exchange, power = (
        network_profile(family), exchange_profile(family), power_profile(family),
    )  # fmt: skip
    plan = InferencePlan(attention_data=32.0, expert=32.0)
    engine = engine_of(machine, model, plan, profile, network, exchange, precision="int8")
    shape = RequestShape(4096, 1024)
    many = np.linspace(1, 200, 1000)

    def whole(chosen: InferencePlan | None, *, in_pools: bool = True) -> Callable[[], object]:
        return lambda: estimate_inference(
            machine, model, profile, network, power, exchange=exchange, precision="int8",
            plan=chosen, in_pools=in_pools,
        )  # fmt: skip

    figures = (
        ("inference_decode_step", lambda: decode(engine, 48.0, 4224.0), 20, 1),
        ("inference_estimate", whole(plan), 40, 1),
        ("inference_estimate_phases_together", whole(plan, in_pools=False), 40, 1),
        ("inference_estimate_and_mapping_search", whole(None), 3, 1),
        ("inference_decode_in_batch", lambda: decode(engine, many, 4224.0), 10, many.size),
        ("inference_steady_in_batch", lambda: steady(engine, shape, many), 10, many.size),
    )
    for name, action, repeats, candidates in figures:
        value = _seconds(action, repeats) / candidates * 1e3
        yield {"name": name, "value": value, "unit": "ms"}
    for requests in (1e3, 1e6):
        value = _seconds(lambda count=requests: offline_rate(engine, shape, count), 10)
        yield {
            "name": f"service of {requests:,.0f} requests, in waves worked out as a whole",
            "value": requests / value,
            "unit": "1/s",
        }
    yield from _searches()


def _searches() -> Iterator[dict[str, str | float]]:
    """Yield the processor time of full searches on drawn designs, and what they looked at."""
    for name in ("cloudmatrix-384", "gb200-nvl72"):
        design = api.load(name)
        machine = machine_of_fabric(design.fabric, design.rolled_up)
        chosen = active_scenario(design.fabric, "decode-r1")
        given = sim_input(design.fabric, design.rolled_up, machine, chosen)
        found = search_plans(given)
        value = _seconds(lambda given=given: search_plans(given), 3)
        yield {"name": f"serving search {name}", "value": value, "unit": "s"}
        yield {
            "name": f"serving search {name}: configurations per second",
            "value": found.counts.evaluated / value,
            "unit": "1/s",
        }
