"""Run by a peer's interpreter: seconds per step of training plans from llm-analysis."""

from __future__ import annotations

import json
import logging
import sys
import time
from importlib import import_module
from importlib.metadata import version
from typing import Any

EFFICIENCY = 0.5
"""What its own source says Megatron-LM reaches; left alone, it takes the whole peak."""
REPEATS = 20


def main() -> None:
    """Answer one request: the cases in order, and the processor time of one of them."""
    config = import_module("llm_analysis.config")
    analysis = import_module("llm_analysis.analysis")
    logging.disable(logging.CRITICAL)
    answers, took = [], []
    for case in json.load(sys.stdin)["cases"]:
        for _ in range(REPEATS if case.get("is_timed") else 1):
            begun = time.process_time()
            answer = _one(config, analysis, case)
            took.append(time.process_time() - begun)
        answers.append(answer)
    print(json.dumps({"answers": answers, "cpu_s": min(took), "version": version("llm-analysis")}))


def _one(config: Any, analysis: Any, case: dict[str, Any]) -> dict[str, Any]:
    plan = case["plan"]
    try:
        result = analysis.LLMAnalysis(
            config.ModelConfig(**case["model"]),
            config.GPUConfig(**case["gpu"]),
            config.DtypeConfig(),
            config.ParallelismConfig(
                tp_size=plan["tp"], pp_size=plan["pp"], dp_size=plan["dp"], sp_size=plan["sp"]
            ),
            flops_efficiency=EFFICIENCY,
        ).training(
            batch_size_per_gpu=plan["micro_batch"],
            gradient_accumulation_steps=plan["micro_batches"],
            seq_len=plan["sequence"],
            activation_recomputation=analysis.ActivationRecomputation(plan["recompute"]),
            ds_zero=analysis.DSZeRO(plan["zero"]),
        )
    except (AssertionError, ValueError, ZeroDivisionError) as problem:
        return {"problem": f"{type(problem).__name__}: {problem}"}
    return {"seconds": result["latency_per_iter"]}


if __name__ == "__main__":
    main()
