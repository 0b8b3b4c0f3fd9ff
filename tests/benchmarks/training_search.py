"""How many training plans a second are simulated, and how long a full search takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from studio.exploration.search import SearchSpace, candidate_plans, search
from studio.exploration.validation.hardware import machine_of, network_profile
from studio.simulation.training.step import training_step
from studio.workload.library import load_model, load_profile
from studio.workload.plan import plans

REPEATS = 3
BATCH = 20_000


def _best(action) -> float:  # type: ignore[no-untyped-def]
    """Return the least processor time of a few repeats. [s]"""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def benchmarks() -> Iterator[dict[str, object]]:
    """Yield one figure a benchmark."""
    machine = machine_of("NVIDIA H100-SXM5-80GB", "8x400G/node", 16384)
    assert machine is not None
    profile, network = load_profile("nvidia-hopper"), network_profile("nvidia-hopper")
    dense = load_model("Llama-3.1-405B")
    one = plans(tensor=8, pipeline=16, data=128, micro_batches=16, sequence=8192)
    many = plans(tensor=np.full(BATCH, 8), pipeline=16, data=128, micro_batches=16, sequence=8192)
    alone = _best(lambda: training_step(machine, dense, one, profile, network))
    yield {"name": "training one plan, Llama-3.1-405B", "value": 1e3 * alone, "unit": "ms"}
    batch = _best(lambda: training_step(machine, dense, many, profile, network, is_checked=True))
    yield {"name": "training plans per second, dense", "value": BATCH / batch, "unit": "1/s"}
    yield {"name": "training one plan in a batch", "value": 1e3 * batch / BATCH, "unit": "ms"}
    mixture = load_model("DeepSeek-V3")
    spread = plans(tensor=np.full(BATCH, 1), pipeline=16, data=128, expert=64, micro_batches=64)
    batch = _best(
        lambda: training_step(machine, mixture, spread, profile, network, is_checked=True)
    )
    yield {"name": "training plans per second, experts", "value": BATCH / batch, "unit": "1/s"}
    yield from _searches()


def _searches() -> Iterator[dict[str, object]]:
    machine = machine_of("NVIDIA H100-SXM5-80GB", "8x400G/node", 16384)
    assert machine is not None
    profile, network = load_profile("nvidia-hopper"), network_profile("nvidia-hopper")
    for name, npus, batch, sequence in (
        ("Llama-3.1-405B", 16384, 2048, 8192),
        ("GPT-175B", 512, 1536, 2048),
        ("DeepSeek-V3", 2048, 15360, 4096),
    ):
        model = load_model(name)
        part = replace(machine, npu_count=npus)
        space = SearchSpace(context=(1, 2, 4, 8))
        found = candidate_plans(model, npus, batch, sequence, space)
        start = time.process_time()
        found = candidate_plans(model, npus, batch, sequence, space)
        result = search(part, model, found, profile, network)
        took = time.process_time() - start
        yield {"name": f"search {name} on {npus}", "value": took, "unit": "s"}
        yield {"name": f"search {name} candidates", "value": result.count, "unit": "1"}
        yield {"name": f"search {name} rate", "value": result.count / took, "unit": "1/s"}


if __name__ == "__main__":
    import json

    for figure in benchmarks():
        print(json.dumps(figure))
