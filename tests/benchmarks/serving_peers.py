"""Serving beside GenZ and aiconfigurator: one estimate, and a search within latency limits.

Processor time of both in one run; a peer's first call, which loads its tables, is not counted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from studio.design.scenario import Inference
from studio.exploration.search.goals import GOALS
from studio.exploration.search.mappings import Limit
from studio.exploration.search.serving import search_serving
from studio.ids import WorkloadId
from studio.simulation.inference.estimate import estimate_inference
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.job import SimInput
from studio.workload.library import load_model
from tests.benchmarks._peers import ask, cpu_s
from tests.benchmarks._serving_cases import LLAMA2, latency_case
from tests.benchmarks.training_search import job

MODEL, GPUS = "Llama-3-70B", 16
PROMPT, OUTPUT = 4000, 1000
TTFT_S, TPOT_S = 2.0, 0.03
FP8 = "nvidia/Llama-3.1-70B-Instruct-FP8"


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield our figures with the ratio to a peer where it is there."""
    yield from _one_estimate()
    yield from _search()


def _given(model: str, gpus: int, precision: str) -> SimInput:
    scenario = Inference(
        "benchmark", WorkloadId(model), precision=precision, kv_precision=precision,
        input_tokens=PROMPT, output_tokens=OUTPUT, tpot_objective_s=TPOT_S,
        ttft_objective_s=TTFT_S,
    )  # fmt: skip
    return replace(job(model, gpus, gpus, 1), scenario=scenario, model=load_model(model))


def _one_estimate() -> Iterator[dict[str, Any]]:
    """Yield the time of first token, next ones, power and cost of one request at a time."""
    given = _given(LLAMA2, 8, "fp16")
    ours = cpu_s(
        lambda: estimate_inference(
            given.machine, given.model, given.serving, given.network, given.power,
            exchange=given.exchange, prompt=512, output=128, batch=1, precision="fp16",
            plan=InferencePlan(tensor=8.0),
        ),
        repeats=20,
    )  # fmt: skip
    name = f"serving estimate, {LLAMA2} on 8 H100"
    yield {"name": name, "value": 1e3 * ours, "unit": "ms"}
    case = latency_case("h100_sxm", 8, 1, 512, 128) | {"is_timed": True}
    for peer in ("genz", "aiconfigurator"):
        found = ask(peer, {"cases": [case]})
        if found is not None:
            took = found["cpu_s"] if "cpu_s" in found else found["answers"][0]["cpu_s"]
            yield {
                "name": f"{name}, beside {peer}", "value": 1e3 * ours, "unit": "ms",
                "peer": f"{found['name']}, {1e3 * took:.0f} ms CPU", "ratio": took / ours,
            }  # fmt: skip


def _search() -> Iterator[dict[str, Any]]:
    """Yield the time of a search for the best rate within both limits, and the rates found."""
    given = _given(MODEL, GPUS, "fp8")
    begun = time.process_time()
    found = search_serving(given, tpot_limit_s=TPOT_S, ttft_limit_s=TTFT_S)
    limits = (Limit(GOALS["tpot"], TPOT_S), Limit(GOALS["ttft"], TTFT_S))
    first = int(found.order(GOALS["throughput"], limits)[0])
    took = time.process_time() - begun
    rate = float(found.metrics["tokens_per_s_per_npu"][first])
    name = f"serving search, {MODEL} FP8 on {GPUS} H100, {PROMPT} + {OUTPUT} tokens"
    case = {
        "ask": "search", "model": FP8, "gpus": GPUS, "system": "h100_sxm", "backend": "trtllm",
        "prompt": PROMPT, "output": OUTPUT, "ttft_ms": 1e3 * TTFT_S, "tpot_ms": 1e3 * TPOT_S,
        "is_timed": True,
    }  # fmt: skip
    peer = ask("aiconfigurator", {"cases": [case]})
    beside, other = {}, {}
    if peer is not None:
        answer = peer["answers"][0]
        beside = {
            "peer": f"{peer['name']}, {answer['cpu_s']:.1f} s CPU",
            "ratio": answer["cpu_s"] / took,
        }
        other = {"peer": f"{peer['name']}, {answer['rate']:.0f} tokens/s by its own estimate"}
    yield {"name": name, "value": took, "unit": "s", **beside}
    yield {
        "name": f"{name}: configurations per second", "value": found.counts.evaluated / took,
        "unit": "1/s",
    }  # fmt: skip
    text = f"{name}: best rate ({found.text_at(first)})"
    yield {"name": text, "value": rate, "unit": "tokens/s/NPU", **other}


if __name__ == "__main__":
    import json

    for figure in benchmarks():
        print(json.dumps(figure))
