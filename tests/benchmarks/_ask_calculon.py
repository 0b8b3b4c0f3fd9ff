"""Run by a peer's interpreter with Calculon on its path: estimates, or a part of its search.

Its debugging log is off: with it, as it ships, the same work takes several times as long.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from typing import Any

Given = dict[str, Any]
REPEATS = 5


def estimates(llm: Any, system: Any, cases: list[Given]) -> Given:
    """Return seconds and bytes of every execution, and the processor time of one of them."""
    answers: list[Given] = []
    took = []
    for case in cases:
        application = llm.Llm.Application(case["application"])
        machine = system(case["system"])
        for _ in range(REPEATS if case.get("is_timed") else 1):
            begun = time.process_time()
            answer = _one(llm, application, machine, case["execution"])
            took.append(time.process_time() - begun)
        answers.append(answer)
    return {"answers": answers, "cpu_s": min(took)}


def _one(llm: Any, application: Any, machine: Any, execution: Given) -> Given:
    model = llm.Llm(application, logging.getLogger("peer"))
    try:
        model.compile(machine, llm.Llm.Execution.from_json(execution))
        model.run(machine)
    except (llm.Llm.Error, AssertionError) as problem:
        return {"problem": str(problem)}
    stats = model.get_stats_json(False)
    return {"seconds": stats["total_time"], "byte": stats["proc_mem_tier1_cap_req"]}


def search(llm: Any, system: Any, given: Given) -> Given:
    """Return how many executions a search has, and the time and winner of a part of it.

    A share of 1 runs all of it, with its own switch that leaves out larger micro batches once one
    does not fit, so that only the time of a smaller share says what all takes without.
    """
    application, machine = llm.Llm.Application(given["application"]), system(given["system"])
    run = llm.OptimalExecution.search
    parts = list(_parts(llm, application, given["npus"], given["batch"]))

    def called(part: tuple[Any, ...], is_counted: bool, breaks: bool) -> Any:
        return run(
            is_counted, 1, False, given["npus"], given["batch"], "float16", application, machine,
            *part, [True], breaks, True, True,
        )  # fmt: skip

    total = sum(called(part, True, False)[1] for part in parts)
    count = max(1, round(given["share"] * len(parts)))
    random.Random(given["seed"]).shuffle(parts)
    begun = time.process_time()
    found = [called(part, False, count == len(parts)) for part in parts[:count]]
    cpu_s = time.process_time() - begun
    best = max((best[0] for best, *_ in found if best), key=lambda one: float(one[0]))
    return {
        "total": total, "parts": len(parts), "run_parts": count, "cpu_s": cpu_s,
        "run": sum(one[1] for one in found), "good": sum(one[2] for one in found),
        "best": best[1], "seconds": best[2]["total_time"],
    }  # fmt: skip


def _parts(llm: Any, application: Any, npus: int, most: int) -> Iterator[tuple[Any, ...]]:
    """Yield what each call of the search keeps fixed, in the words of its parameters."""
    model = llm.Llm
    for tensor in model.get_all_tensor_parallelisms(
        npus, application.hidden, application.attn_heads
    ):
        for pipeline in model.get_all_pipeline_parallelisms(npus, tensor, application.num_blocks):
            data = model.get_data_parallelism(npus, tensor, pipeline)
            batch = llm.OptimalExecution.get_batch_size(data, most)
            chunks = model.get_valid_pipeline_interleavings(application.num_blocks, pipeline)
            for choice in product(
                chunks if batch else (), ("full", "attn_only", "none"),
                (True, False) if data > 1 else (False,), ("ar", "p2p_rs_ag", "rs_ag"),
            ):  # fmt: skip
                yield (tensor, pipeline, data, choice[0], batch, *choice[1:])


def main() -> None:
    """Answer one request."""
    given = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)
    llm, system = import_module("calculon.llm"), import_module("calculon.system").System
    wanted = (
        search(llm, system, given) if "npus" in given else estimates(llm, system, given["cases"])
    )
    print(json.dumps(wanted))


if __name__ == "__main__":
    main()
