"""What a benchmark makes a run do besides training: evaluations that its end-to-end rate pays for.

The rules are the reference implementations' of MLCommons: how often a run evaluates and on how many
sequences. Never looks at a measured value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.exploration.validation.rows import Row


@dataclass(frozen=True)
class Evaluation:
    """How often one benchmark evaluates."""

    match: str
    interval: float
    """Sequences trained between evaluations."""
    sequences: float
    """Sequences of one evaluation."""
    kept: float = 1.0
    """Share of the evaluations that take place: the first ones of a run may be skipped."""


EVALUATIONS = (
    # README of the reference: every 384 sequences on 173 examples, the first 0.125 batch + 2
    # skipped: three of the eight that 3,100 sequences at batch 8 have.
    Evaluation(r"lora", 384, 173, 5 / 8),
    Evaluation(r"llama31_405b", 46_080, 5_760),
    Evaluation(r"llama31_8b", 12_288, 1_024),
    # 11.6 million tokens of C4 in sequences of 2,048.
    Evaluation(r"gpt3", 24_576, 5_659),
)
"""MLCommons training, READMEs of the reference implementations, rounds 4.1 to 5.1."""

FORWARD_SHARE = 1 / 3
"""Forward pass over a training step: the backward pass counts twice."""
FORWARD_SHARE_ADAPTERS = 1 / 2
"""The same where only adapters are trained: there are no gradients of weights."""


def training_share(row: Row, *, trains_adapters: bool) -> float:
    """Return the share of a row's time that steps take, 1 where the row is of steps alone.

    Notes
    -----
    A rate over a whole benchmark run counts its evaluations: sequences / interval forward passes
    for each sequence trained.
    """
    series = row.get("series") or ""
    if not series.startswith("mlperf") or row.get("primary_metric") == "step_time_s":
        return 1.0
    found = next((one for one in EVALUATIONS if re.search(one.match, series)), None)
    if found is None:
        return 1.0
    forward = FORWARD_SHARE_ADAPTERS if trains_adapters else FORWARD_SHARE
    return 1 / (1 + found.kept * found.sequences / found.interval * forward)
