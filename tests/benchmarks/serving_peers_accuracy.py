"""Errors of GenZ and aiconfigurator beside ours on the same published rows of Llama models.

aiconfigurator ships the tables of present engines, so an engine of 2023 is not its own subject.
Its offline rate is that of the largest batch its own memory model holds, found in a few steps.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.exploration.validation.inference import predict_all
from studio.exploration.validation.rows import Row
from studio.exploration.validation.runner import KINDS, blanked
from tests.benchmarks._peers import ask
from tests.benchmarks._serving_cases import latency_case_of, rate_case_of
from tests.benchmarks._summaries import held_out, summaries

INFERENCE = Path(__file__).parent.parent / "reference" / "inference.csv"
KIND = next(kind for kind in KINDS if kind.name == "inference")


@dataclass(frozen=True)
class _Question:
    title: str
    series: str
    case_of: Callable[[Row], dict[str, Any] | None]
    metrics: tuple[tuple[str, str], ...]
    """Column that was measured, and the peer's word for it."""
    peers: tuple[str, ...]


QUESTIONS = (
    _Question(
        "Splitwise 2023, Llama-2-70B", "splitwise", latency_case_of,
        (("tpot_ms", "tpot_ms"), ("ttft_ms", "ttft_ms")), ("genz", "aiconfigurator"),
    ),
    _Question(
        "TensorRT-LLM 1.0 offline, Llama 3", "trtllm_v1.0", rate_case_of,
        (("tokens_per_s_per_gpu", "rate"),), ("aiconfigurator",),
    ),
)  # fmt: skip


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield our errors on each set of rows, with each peer's."""
    with INFERENCE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for question in QUESTIONS:
        chosen = [
            (row, case)
            for row in rows
            if row["series"] == question.series and (case := question.case_of(row))
        ]
        yield from _errors(question, [row for row, _ in chosen], [case for _, case in chosen])


def _errors(
    question: _Question, rows: Sequence[Row], cases: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    found = {peer: ask(peer, {"cases": cases}) for peer in question.peers}
    if any(found.values()):
        yield from held_out(question.title, "inference", [row["id"] for row in rows])
    for column, word in question.metrics:
        title = f"{question.title}: {column}, {len(rows)} rows"
        measured = np.array([float(row[column]) for row in rows])
        asked = [blanked({**row, "primary_metric": column}, KIND) for row in rows]
        ours = np.array([one.value or np.nan for one in predict_all(asked)]) / measured - 1
        peers = {
            answer["name"]: np.array([one.get(word, np.nan) for one in answer["answers"]])
            / measured
            - 1
            for answer in found.values()
            if answer is not None
        }
        yield from summaries(title, [row["id"] for row in rows], ours, peers)


if __name__ == "__main__":
    import json

    for figure in benchmarks():
        print(json.dumps(figure))
