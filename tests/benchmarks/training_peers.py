"""Training beside Calculon and llm-analysis: one estimate, and the search of GPT-3 on 512 A100.

Processor time of both in one run. Calculon's search takes hours, so a share of it is run and
scaled up; `CALCULON_SHARE=1` runs all of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from studio.design.scenario import Training
from studio.exploration.search.goals import GOALS
from studio.exploration.search.training import search_training
from studio.exploration.search.training_grid import (
    RECOMPUTE,
    Choices,
    plans_of,
    training_grid,
)
from studio.simulation.job import SimInput
from studio.simulation.training.step import training_step
from studio.workload.plan import Recompute
from tests.benchmarks._calculon import (
    NAME,
    Mapping3D,
    application,
    execution,
    fixed,
    freedoms,
    has_calculon,
    mapping_of,
    system,
)
from tests.benchmarks._peers import ask, cpu_s
from tests.benchmarks.training_search import job

MODEL, NPUS, BATCH, SEQUENCE = "GPT-175B", 512, 512, 2048
A100, FABRIC = "NVIDIA A100-SXM4-80GB", "8x200G/node"
SHARED: dict[str, Sequence[int | float | str]] = {
    "cp": (1,),
    "zero_stage": (0, 1, 2),
    "schedule": ("1f1b",),
}
"""What Calculon's search can say too."""
SPACES: dict[str, Choices] = {
    "shared space": SHARED,
    "whole space": {},
    "wide": {"schedule": ("1f1b", "zero-bubble", "dualpipe"), "precision": ("bf16", "fp16")},
}
BEST = Mapping3D(8, 4, 16, 12, 2, BATCH, True, Recompute.NONE)
"""Calculon's fastest of all executions with sequence parallelism over at most eight NPUs.

Found beforehand; of the rest of its search parts were run, so a share may find a faster one.
"""
FIXED = Mapping3D(8, 8, 8, 2, 1, BATCH, True, Recompute.SELECTIVE)
SHARE = float(os.environ.get("CALCULON_SHARE", "0.02"))
SEED = 1
ROWS = 16_000

GPT3 = application(12288, 49152, SEQUENCE, 96, 128, 96)
GPT3_IN_WORDS = {
    "name": MODEL, "num_layers": 96, "n_head": 96, "hidden_dim": 12288, "vocab_size": 51200,
    "max_seq_len": SEQUENCE,
}  # fmt: skip
A100_IN_WORDS = {
    "name": "a100-sxm-80gb", "mem_per_GPU_in_GB": 80, "hbm_bandwidth_in_GB_per_sec": 2039,
    "intra_node_bandwidth_in_GB_per_sec": 300, "intra_node_min_message_latency": 8e-6,
    "peak_fp16_TFLOPS": 312, "inter_node_bandwidth_in_GB_per_sec": 25,
}  # fmt: skip


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield our figures with the ratio to a peer where it is there."""
    given = job(MODEL, NPUS, BATCH, SEQUENCE, A100, FABRIC)
    yield from _one_estimate(given)
    yield from _searches(given)


def _one_estimate(given: SimInput) -> Iterator[dict[str, Any]]:
    """Yield the time of an estimate among many different plans, beside each peer's only one."""
    scenario = given.scenario
    assert isinstance(scenario, Training)
    every = plans_of(training_grid(given.model, scenario, NPUS, SHARED), scenario)
    some = every.take(np.linspace(0, every.count - 1, ROWS).astype(np.intp))
    ours = cpu_s(
        lambda: training_step(
            given.machine, given.model, some, given.compute, given.network, is_checked=True
        )
    )
    each_ms = 1e3 * ours / some.count
    base = {"name": f"training estimate in a batch of different plans, {MODEL}", "unit": "ms"}
    yield base | {"value": each_ms}
    for peer, answer in (("Calculon", _calculon_estimate(given)), ("llm-analysis", _analysis())):
        if answer is not None:
            took_ms = 1e3 * answer["cpu_s"]
            text = f"{answer['name']}, {took_ms:.2f} ms CPU, its log off"
            yield base | {
                "name": f"{base['name']}, beside {peer}", "value": each_ms, "peer": text,
                "ratio": took_ms / each_ms,
            }  # fmt: skip


def _calculon_estimate(given: SimInput) -> Any:
    if not has_calculon():
        return None
    case = {
        "application": GPT3, "system": system(given.machine), "execution": execution(FIXED),
        "is_timed": True,
    }  # fmt: skip
    found = ask("calculon", {"cases": [case]})
    return found and found | {"name": NAME}


def _analysis() -> Any:
    plan = {
        "tp": FIXED.tensor, "pp": FIXED.pipeline, "dp": FIXED.data, "sp": FIXED.tensor,
        "micro_batch": 1, "micro_batches": BATCH // FIXED.data, "sequence": SEQUENCE,
        "recompute": int(FIXED.recompute), "zero": 1,
    }  # fmt: skip
    case = {"model": GPT3_IN_WORDS, "gpu": A100_IN_WORDS, "plan": plan, "is_timed": True}
    found = ask("llm_analysis", {"cases": [case]})
    return found and found | {"name": f"llm-analysis {found['version']}"}


def _searches(given: SimInput) -> Iterator[dict[str, Any]]:
    """Yield times of our searches, beside Calculon's of the shared space, and both winners."""
    peer = _calculon_search(given)
    for title, choices in SPACES.items():
        begun = time.process_time()
        found = search_training(given, choices)
        first = int(found.order(GOALS["step-time"])[0])
        took = time.process_time() - begun
        name = f"search {MODEL} on {NPUS} A100, {title}"
        rate = found.counts.valid / took
        yield {"name": name, "value": took, "unit": "s", **_beside(peer, took)}
        yield {"name": f"{name}: mappings", "value": found.counts.valid, "unit": "1"}
        yield {"name": f"{name}: mappings per second", "value": rate, "unit": "1/s"} | (
            {"peer": f"{NAME}, {peer['rate']:,.0f} a CPU second", "ratio": rate / peer["rate"]}
            if peer
            else {}
        )
        step = float(found.metrics["step_time_s"][first])
        text = f"{name}: best step ({found.text_at(first)})"
        yield {"name": text, "value": step, "unit": "s"}
    if peer:
        yield from _winners(given, peer)


def _calculon_search(given: SimInput) -> Any:
    if not has_calculon():
        return None
    request = {
        "application": GPT3, "system": system(given.machine), "npus": NPUS, "batch": BATCH,
        "share": SHARE, "seed": SEED,
    }  # fmt: skip
    found = ask("calculon", request)
    return found and found | {
        "rate": found["run"] / found["cpu_s"],
        "all_s": found["cpu_s"] * found["parts"] / found["run_parts"],
    }


def _beside(peer: Any, took: float) -> dict[str, Any]:
    if not peer:
        return {}
    text = (
        f"{NAME}, {peer['total']:,} executions without offload, {peer['all_s']:,.0f} s CPU from "
        f"{peer['run']:,} of them, its log off"
    )
    return {"peer": text, "ratio": peer["all_s"] / took}


def _winners(given: SimInput, peer: Any) -> Iterator[dict[str, Any]]:
    """Yield each winner of the shared space as either side sees it."""
    ours = _ours(given, SHARED)
    scenario = ours.scenario
    mine = Mapping3D(
        scenario.tp, scenario.pp, scenario.dp, scenario.virtual_stages, scenario.micro_batch,
        BATCH, scenario.zero_stage > 0, Recompute(RECOMPUTE[scenario.recompute]),
    )  # fmt: skip
    found = mapping_of(peer["best"])
    by_them = {one: _by_calculon(given, one) for one in (found, BEST)}
    theirs = min(by_them, key=lambda one: by_them[one])
    seen = _ours(given, SHARED | fixed(theirs))
    yield {
        "name": f"search winners by our estimate: ours ({ours.text})", "value": ours.step_s,
        "unit": "s", "ratio": seen.step_s / ours.step_s,
        "peer": f"{NAME}'s ({seen.text}{'' if seen.fits else '; does not fit'}) "
        f"{seen.step_s:.3f} s",
    }  # fmt: skip
    limited, note = _by_calculon(given, mine), ""
    if not np.isfinite(limited):
        limited = _by_calculon(given, mine, is_limited=False)
        note = ", if it fitted: without fused attention, scores need more memory than there is"
    yield {
        "name": "search winners by Calculon's estimate: its own", "value": by_them[theirs],
        "unit": "s", "ratio": limited / by_them[theirs], "peer": f"ours {limited:.3f} s{note}",
    }  # fmt: skip


@dataclass(frozen=True)
class _Seen:
    """The fastest mapping of some choices by our estimate."""

    scenario: Training
    text: str
    step_s: float
    fits: bool


def _ours(given: SimInput, choices: Choices) -> _Seen:
    found = search_training(given, choices)
    first = int(found.order(GOALS["step-time"])[0])
    scenario = found.scenario_at(first)
    assert isinstance(scenario, Training)
    step = float(found.metrics["step_time_s"][first])
    return _Seen(scenario, found.text_at(first), step, bool(found.fits[first]))


def _by_calculon(given: SimInput, mapping: Mapping3D, is_limited: bool = True) -> float:
    """Return its least seconds per step over all it leaves open; infinite where none fits."""
    machine = system(given.machine, is_limited)
    cases = [
        {"application": GPT3, "system": machine, "execution": one} for one in freedoms(mapping)
    ]
    answers = ask("calculon", {"cases": cases})["answers"]
    return min((float(one["seconds"]) for one in answers if "seconds" in one), default=np.inf)


if __name__ == "__main__":
    import json

    for figure in benchmarks():
        print(json.dumps(figure))
