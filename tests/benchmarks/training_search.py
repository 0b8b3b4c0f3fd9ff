"""How many training plans a second are simulated, and how long full searches take.

Processor time of one core. The space of each search is everything a scenario can say: see
`studio.exploration.search.training`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from studio.design.scenario import Training
from studio.exploration.search.goals import GOALS
from studio.exploration.search.training import search_training
from studio.exploration.search.training_grid import Choices
from studio.exploration.serving_library import exchange_profile, inference_profile, power_profile
from studio.exploration.validation.hardware import machine_of, network_profile
from studio.ids import WorkloadId
from studio.simulation.job import Running, SimInput
from studio.simulation.simulate import simulate
from studio.simulation.training.step import training_step
from studio.workload.library import load_model, load_profile
from studio.workload.plan import plans

REPEATS = 3
BATCH = 20_000
HARDWARE, FABRIC = "NVIDIA H100-SXM5-80GB", "8x400G/node"
SEARCHES: tuple[tuple[str, int, int, int, Choices], ...] = (
    ("Llama-3.1-405B", 16384, 2048, 8192, {}),
    ("GPT-175B", 512, 1536, 2048, {}),
    ("DeepSeek-V3", 2048, 15360, 4096, {}),
    # As many points as the published exhaustive search of this case: schedules and formats too.
    ("GPT-175B", 512, 1536, 2048,
     {"schedule": ("1f1b", "zero-bubble", "dualpipe"), "precision": ("bf16", "fp8", "fp16")}),
    # What the tests of Calculon search, see `CALCULON_PER_S` and `CALCULON_STEP_S`.
    ("MT-NLG-530B", 5128, 2520, 2048, {"precision": ("fp8",)}),
)  # fmt: skip
CALCULON_PER_S = 2219.51
"""Executions a second that Calculon counts on a machine of its authors, in its search of all ways
to train the 530B model on 5,128 H100 in FP8: `llm-all-executions` in the expected output of its
tests. Isaev et al., "Calculon: a Methodology and Tool for High-Level Codesign of Systems and Large
Language Models", SC 2023. It is no package and was not run here."""
CALCULON_STEP_S = {"MT-NLG-530B": 2520 / 519.9577}
"""Its best step of that search, from the best sample rate there. Each tool counts on its own H100:
Calculon on shares of the rated peak, this studio on a profile fitted to measured runs."""


def _best(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the least processor time of a few repeats. [s]"""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def job(
    name: str, npus: int, batch: int, sequence: int, hardware: str = HARDWARE, fabric: str = FABRIC
) -> SimInput:
    """Return a training job, on H100 nodes with 400 Gb/s adapters unless others are named."""
    machine = machine_of(hardware, fabric, npus)
    assert machine is not None
    family = machine.accelerator.family
    return SimInput(
        replace(machine, npu_count=npus),
        Training("benchmark", WorkloadId(name), global_batch=batch, sequence_tokens=sequence),
        load_model(name),
        load_profile(family),
        inference_profile(family),
        network_profile(family),
        exchange_profile(family),
        power_profile(family),
        Running(0.0, 0.0, 1e6, 1e8, 1.2, 2.5e-8),
    )


def benchmarks() -> Iterator[dict[str, object]]:
    """Yield one figure a benchmark."""
    given = job("Llama-3.1-405B", 16384, 2048, 8192)
    machine, profile, network = given.machine, given.compute, given.network
    dense = given.model
    one = plans(tensor=8, pipeline=16, data=128, micro_batches=16, sequence=8192)
    many = plans(tensor=np.full(BATCH, 8), pipeline=16, data=128, micro_batches=16, sequence=8192)
    alone = _best(lambda: training_step(machine, dense, one, profile, network))
    yield {"name": "training one plan, Llama-3.1-405B", "value": 1e3 * alone, "unit": "ms"}
    live = _best(lambda: simulate(given))
    yield {"name": "training job chosen and simulated", "value": 1e3 * live, "unit": "ms"}
    batch = _best(lambda: training_step(machine, dense, many, profile, network, is_checked=True))
    yield {"name": "training plans per second, dense", "value": BATCH / batch, "unit": "1/s"}
    yield {"name": "training one plan in a batch", "value": 1e3 * batch / BATCH, "unit": "ms"}
    mixture = load_model("DeepSeek-V3")
    spread = plans(tensor=np.full(BATCH, 1), pipeline=16, data=128, expert=64, micro_batches=64)
    batch = _best(
        lambda: training_step(machine, mixture, spread, profile, network, is_checked=True)
    )
    yield {"name": "training plans per second, experts", "value": BATCH / batch, "unit": "1/s"}
    for name, npus, size, sequence, choices in SEARCHES:
        yield from _search(name, npus, size, sequence, choices)


def _search(
    name: str, npus: int, batch: int, sequence: int, choices: Choices
) -> Iterator[dict[str, object]]:
    given = job(name, npus, batch, sequence)
    start = time.process_time()
    found = search_training(given, choices)
    first = int(found.order(GOALS["step-time"])[0])
    took = time.process_time() - start
    title = f"search {name} on {npus}" + (", wide" if choices else "")
    counts = found.counts
    yield {"name": title, "value": took, "unit": "s"}
    yield {"name": f"{title}: valid mappings", "value": counts.valid, "unit": "1"}
    yield {"name": f"{title}: simulated", "value": counts.evaluated, "unit": "1"}
    rate = counts.valid / took
    peer = {"peer": CALCULON_PER_S, "ratio": rate / CALCULON_PER_S}
    yield {"name": f"{title}: mappings per second", "value": rate, "unit": "1/s", **peer}
    step = float(found.metrics["step_time_s"][first])
    figure: dict[str, object] = {
        "name": f"{title}: best step ({found.text_at(first)})", "value": step, "unit": "s",
    }  # fmt: skip
    if best := CALCULON_STEP_S.get(name):
        figure |= {"peer": best, "ratio": step / best}
    yield figure


if __name__ == "__main__":
    import json

    for figure in benchmarks():
        print(json.dumps(figure))
