"""Errors of Calculon and llm-analysis beside ours on the same published rows, A100 and dense.

Every side sees the same inputs. What a row leaves open, ours and Calculon choose as the fastest
that fits by their own estimate; llm-analysis is told our choice.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.exploration.validation.hardware import network_profile
from studio.exploration.validation.numbers import first_number
from studio.exploration.validation.rows import Row, metric_of, whole
from studio.exploration.validation.software import compute_profile
from studio.exploration.validation.training import (
    TrainingCase,
    batch_of,
    predict_batch,
    prepare,
)
from studio.simulation.training.step import training_step
from studio.units import GIGA, TERA
from studio.workload.plan import FloatArray, Plans, Recompute
from tests.benchmarks._calculon import NAME, Mapping3D, application, execution, has_calculon, system
from tests.benchmarks._peers import ask
from tests.benchmarks._summaries import held_out, summaries
from tests.exploration.test_unseen_measurements import whole_table

TRAINING = Path(__file__).parent.parent / "reference" / "training.csv"
TIME = "step_time_s"


@dataclass(frozen=True)
class Known:
    """A row that Calculon can express too, and what the studio says of it."""

    case: TrainingCase
    measured: float
    predicted: float
    chosen: int
    """Which of the candidate plans ours runs."""
    tokens_per_s: float

    @property
    def row(self) -> Row:
        return self.case.row

    @property
    def name(self) -> str:
        name, model = self.row["id"], self.row["model"]
        return name if name.startswith(model) else f"{name} {model}"

    def error(self, predicted: float) -> float:
        """Return the signed error of another prediction of the row's metric."""
        return predicted / self.measured - 1

    def error_of_rate(self, tokens_per_s: float) -> float:
        """Return the signed error of a peer that says so many tokens per second."""
        faster = tokens_per_s / self.tokens_per_s
        is_time = metric_of(self.row, "tokens_per_s_per_gpu") == TIME
        return self.error(self.predicted / faster if is_time else self.predicted * faster)


def known(row: Row) -> Known | None:
    """Return a row as a case, or None where it is not one that the peers can express.

    Calculon knows no context or expert parallelism, no ZeRO-3, no gates and no shared keys.
    """
    case = prepare(row)
    if not isinstance(case, TrainingCase) or whole(row, "gated_ffn") or whole(row, "experts"):
        return None
    plans = case.candidates
    is_shared = (plans.zero < 3) & (plans.context == 1) & (plans.expert == 1)
    if not is_shared.all() or whole(row, "kv_heads") != whole(row, "heads"):
        return None
    profile = compute_profile(case.machine.accelerator.family, case.generation)
    measured = first_number(row[metric_of(row, "tokens_per_s_per_gpu")])
    if profile is None or measured is None:
        return None
    batch = batch_of([case])
    predictions, places = predict_batch(batch, profile)
    network = network_profile(case.machine.accelerator.family)
    result = training_step(
        batch.machine, case.model, plans, profile, network, case.recipe, is_checked=True
    )
    if predictions[0].value is None:
        return None
    rate = float(result.tokens_per_s[places[0]])
    return Known(case, measured, predictions[0].value, places[0], rate)


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield our mean error on each table, with each peer's."""
    with TRAINING.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if "A100" in row["hw"]]
    table = [one for row in whole_table() if (one := known(row))]
    others = [one for row in rows if row["series"] != "korthikanti2022" and (one := known(row))]
    for title, cases in (("Korthikanti 2022 Table 5", table), ("A100 training rows", others)):
        yield from _errors(f"{title}, {len(cases)} rows", cases)


def _errors(title: str, cases: Sequence[Known]) -> Iterator[dict[str, Any]]:
    """Yield our errors over all rows with each peer's."""
    ours = np.array([one.error(one.predicted) for one in cases])
    peers = _calculon(cases) | _analysis(cases)
    if peers:
        yield from held_out(title, "training", [one.row["id"] for one in cases])
    yield from summaries(title, [one.name for one in cases], ours, peers)


def _calculon(cases: Sequence[Known]) -> dict[str, FloatArray]:
    """Return Calculon's signed error on every row under its name, NaN where it has no answer."""
    if not has_calculon():
        return {}
    asked = [
        {
            "application": _application(one.row, plans, at),
            "system": system(one.case.machine, is_limited),
            "execution": execution(_mapping(plans, at), whole(one.row, "gpus_per_node") or 8),
        }
        for one in cases
        for plans in (one.case.candidates,)
        for at in range(plans.count)
        for is_limited in (True, False)
    ]  # fmt: skip
    found = ask("calculon", {"cases": asked})
    if found is None:
        return {}
    answers = iter(found["answers"])
    errors = []
    for one in cases:
        plans = one.case.candidates
        pairs = [(next(answers), next(answers)) for _ in range(plans.count)]
        rates = [
            [plans.tokens_per_step[at] / two["seconds"] for at, two in enumerate(kind)
             if "seconds" in two]
            for kind in zip(*pairs, strict=True)
        ]  # fmt: skip
        fitting = rates[0] or rates[1]
        errors.append(one.error_of_rate(max(fitting)) if fitting else np.nan)
    return {NAME: np.array(errors)}


def _application(row: Row, plans: Plans, at: int) -> Any:
    return application(
        whole(row, "hidden"), whole(row, "ffn"), int(plans.sequence[at]), whole(row, "heads"),
        whole(row, "head_dim"), whole(row, "layers"),
    )  # fmt: skip


def _mapping(plans: Plans, at: int) -> Mapping3D:
    tensor, pipeline, data, chunks, micro, batch = (
        int(values[at])
        for values in (
            plans.tensor, plans.pipeline, plans.data, plans.chunks, plans.micro_batch,
            plans.global_batch,
        )
    )  # fmt: skip
    return Mapping3D(
        tensor, pipeline, data, chunks, micro, batch, bool(plans.zero[at]),
        Recompute(int(plans.recompute[at])), bool(plans.sequence_parallel[at]),
    )  # fmt: skip


def _analysis(cases: Sequence[Known]) -> dict[str, FloatArray]:
    """Return llm-analysis's signed errors under its name and version."""
    found = ask("llm_analysis", {"cases": [_in_words(one) for one in cases]})
    if found is None:
        return {}
    errors = [
        one.error_of_rate(one.case.candidates.tokens_per_step[one.chosen] / answer["seconds"])
        if "seconds" in answer
        else np.nan
        for one, answer in zip(cases, found["answers"], strict=True)
    ]
    return {f"llm-analysis {found['version']}": np.array(errors)}


def _in_words(one: Known) -> dict[str, Any]:
    row, plans, at, machine = one.row, one.case.candidates, one.chosen, one.case.machine
    accelerator, (inner, *_, outer) = machine.accelerator, machine.levels
    return {
        "model": {
            "name": row["model"], "num_layers": whole(row, "layers"),
            "n_head": whole(row, "heads"), "hidden_dim": whole(row, "hidden"),
            "vocab_size": whole(row, "vocab"), "max_seq_len": int(plans.sequence[at]),
            "ffn_embed_dim": whole(row, "ffn"),
        },
        "gpu": {
            "name": accelerator.name, "mem_per_GPU_in_GB": accelerator.memory_byte / GIGA,
            "hbm_bandwidth_in_GB_per_sec": accelerator.memory_bandwidth_byte_per_s / GIGA,
            "intra_node_bandwidth_in_GB_per_sec": inner.bandwidth_byte_per_s / GIGA,
            "intra_node_min_message_latency": inner.latency_s,
            "peak_fp16_TFLOPS": accelerator.compute_flops["bf16"] / TERA,
            "inter_node_bandwidth_in_GB_per_sec": outer.bandwidth_byte_per_s / GIGA,
        },
        "plan": {
            "tp": int(plans.tensor[at]), "pp": int(plans.pipeline[at]),
            "dp": int(plans.data[at]),
            "sp": int(plans.tensor[at]) if plans.sequence_parallel[at] else 1,
            "micro_batch": int(plans.micro_batch[at]),
            "micro_batches": int(plans.micro_batches[at]),
            "sequence": int(plans.sequence[at]), "recompute": int(plans.recompute[at]),
            "zero": int(plans.zero[at]),
        },
    }  # fmt: skip


if __name__ == "__main__":
    import json

    for figure in benchmarks():
        print(json.dumps(figure))
