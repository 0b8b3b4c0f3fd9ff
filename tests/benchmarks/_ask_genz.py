"""Run by a peer's interpreter: first token and next ones from GenZ, with its own efficiencies."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import redirect_stdout
from importlib import import_module
from importlib.metadata import version
from typing import Any

REPEATS = 3


def main() -> None:
    """Answer one request: the cases in order, and the processor time of one of them."""
    given = json.load(sys.stdin)
    answers, took = [], []
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):  # noqa: PTH123
        genz = import_module("GenZ")
        for case in given["cases"]:
            for _ in range(REPEATS if case.get("is_timed") else 1):
                begun = time.process_time()
                answer = _one(genz, case)
                took.append(time.process_time() - begun)
            answers.append(answer)
    name = f"GenZ {version('genz-llm')}"
    print(json.dumps({"answers": answers, "cpu_s": min(took), "name": name}))


def _one(genz: Any, case: dict[str, Any]) -> dict[str, float]:
    shared = {
        "model": case["model"], "batch_size": case["batch"], "input_tokens": case["prompt"],
        "system_name": case["genz_system"], "bits": "bf16", "tensor_parallel": case["tensor"],
        "parallelism_heirarchy": f"TP{{{case['tensor']}}}_EP{{1}}_PP{{1}}",
    }  # fmt: skip
    first = genz.prefill_moddeling(**shared)
    each = genz.decode_moddeling(**shared, output_tokens=case["output"])
    return {"ttft_ms": float(first["Latency"]), "tpot_ms": float(each["Latency"])}


if __name__ == "__main__":
    main()
