"""Run by a peer's interpreter: latencies, offline rates and searches from aiconfigurator.

A first call loads its tables; times are those of calls that found them loaded.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

Given = dict[str, Any]
MOST_SEQUENCES = 4096
LEAST_SEQUENCES = 4
STEPS = (4.0, 2.0, 2**0.5)
"""Factors by which the largest batch that memory holds is approached."""


@contextmanager
def _configured(case: Given) -> Iterator[str]:
    """Give the path of a model's configuration, or its name where it ships with the peer."""
    if "config" not in case:
        yield case["model"]
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "config.json").write_text(json.dumps(case["config"]), encoding="utf-8")
        yield folder


def _estimate(api: Any, model: str, case: Given, batch: int, mode: str) -> Any:
    return api.cli_estimate(
        model, case["system"], mode=mode, backend_name=case["backend"], isl=case["prompt"],
        osl=case["output"], batch_size=batch, tp_size=case["tensor"],
    )  # fmt: skip


def _latencies(api: Any, model: str, case: Given) -> Given:
    found = _estimate(api, model, case, case["batch"], "static")
    return {"ttft_ms": float(found.ttft), "tpot_ms": float(found.tpot)}


def _rate(api: Any, model: str, case: Given) -> Given:
    """Return output tokens per second and GPU at the largest batch that memory holds."""
    batch, best = float(LEAST_SEQUENCES), None
    for step in STEPS:
        while batch * step <= MOST_SEQUENCES:
            try:
                found = _estimate(api, model, case, round(batch * step), "agg")
            except RuntimeError:
                break
            if found.kv_cache_warning:
                break
            batch, best = batch * step, found
    if best is None:
        return {"problem": "no batch fits"}
    return {"rate": float(best.tokens_per_second_per_gpu), "batch": round(batch)}


def _search(api: Any, model: str, case: Given) -> Given:
    found = api.cli_default(
        model, case["gpus"], case["system"], backend=case["backend"], isl=case["prompt"],
        osl=case["output"], ttft=case["ttft_ms"], tpot=case["tpot_ms"],
    )  # fmt: skip
    return {"rate": max(float(value) for value in found.best_throughputs.values())}


ASKED = {"latencies": _latencies, "rate": _rate, "search": _search}


def main() -> None:
    """Answer one request: every case with its processor time where it is to be timed."""
    given = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)
    answers: list[Given] = []
    with redirect_stdout(sys.stderr):
        api = import_module("aiconfigurator.cli.api")
        for case in given["cases"]:
            with _configured(case) as model:
                try:
                    answer = ASKED[case["ask"]](api, model, case)
                    begun = time.process_time()
                    if case.get("is_timed"):
                        ASKED[case["ask"]](api, model, case)
                        answer |= {"cpu_s": time.process_time() - begun}
                except (RuntimeError, ValueError, KeyError, NotImplementedError) as problem:
                    answer = {"problem": f"{type(problem).__name__}: {problem}"}
            answers.append(answer)
    name = f"aiconfigurator {version('aiconfigurator')}"
    print(json.dumps({"answers": answers, "name": name}))


if __name__ == "__main__":
    main()
