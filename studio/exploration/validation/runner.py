"""Validate against tables of published measurements: recognise, blank, predict, score.

A predictor sees a row only after every measured column has been emptied.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from studio.errors import FileProblem, StudioError
from studio.exploration.validation.case_table import read_csv
from studio.exploration.validation.numbers import first_number
from studio.exploration.validation.prediction import Prediction
from studio.exploration.validation.rows import metric_of
from studio.exploration.validation.score import (
    ScoredRow,
    SetScore,
    group_rows,
    row_json,
    score_set,
    set_json,
)
from studio.messages import entry, say
from studio.simulation.error_band import SET_NAMES

Predictor = Callable[[Sequence[Mapping[str, str]]], Sequence[Prediction]]


@dataclass(frozen=True)
class SetKind:
    """How a set is recognised and which of its columns are measured."""

    name: str
    required: frozenset[str]
    """Columns that only this set has together."""
    measured: frozenset[str]
    module: str
    usual_metric: str = "value"
    """Column a row is compared by where it does not say."""


_MEASURED_ANYWHERE = frozenset({"other_metric", "conf_value"})

KINDS = (
    SetKind(
        "inference",
        frozenset({"isl", "osl", "ttft_ms", "tpot_ms"}),
        frozenset(
            {"ttft_ms", "tpot_ms", "throughput", "tokens_per_s_per_gpu", "latency_s"}
        ),
        "studio.exploration.validation.inference",
    ),
    SetKind(
        "network",
        frozenset({"op", "message_bytes", "latency_us"}),
        frozenset({"value", "latency_us"}),
        "studio.exploration.validation.network",
    ),
    SetKind(
        "power",
        frozenset({"power_w", "power_stat", "measurement_point"}),
        frozenset(
            {
                "power_w", "min_w", "max_w", "power_fraction_of_tdp_avg",
                "power_fraction_of_tdp_peak", "throughput", "energy", "itl_ms",
            }
        ),
        "studio.exploration.validation.power",
    ),
    SetKind(
        "reliability",
        frozenset({"job_or_cluster", "derived_rate", "period_days"}),
        frozenset({"value", "derived_rate"}),
        "studio.exploration.validation.reliability",
    ),
    SetKind(
        "memory",
        frozenset({"quantity", "phase", "status", "value"}),
        frozenset({"value", "status"}),
        "studio.exploration.validation.memory",
    ),
    SetKind(
        "training",
        frozenset({"step_time_s", "tokens_per_s_per_gpu", "mfu_pct"}),
        frozenset(
            {
                "step_time_s", "tokens_per_s_per_gpu", "tflops_per_gpu", "mfu_pct", "hfu_pct",
                "time_to_train_min",
            }
        ),
        "studio.exploration.validation.training",
        "tokens_per_s_per_gpu",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """All rows with their predictions, and the score of every set."""

    rows: tuple[ScoredRow, ...]
    sets: Mapping[str, SetScore]

    @property
    def parts(self) -> list[ScoredRow]:
        """Return the quantities of all rows that are predicted apart."""
        return [part for row in self.rows for part in row.parts]

    def quantities(self, name: str) -> dict[str, SetScore]:
        """Return the score of every quantity of a set that is predicted apart, by column."""
        return _scores([row for row in self.parts if row.set_name == name], lambda row: row.part)

    def as_json(self) -> dict[str, object]:
        """Return the machine-readable report."""
        return {
            "sets": {
                name: set_json(score, self.quantities(name)) for name, score in self.sets.items()
            },
            "rows": [row_json(row) for row in self.rows],
        }


def shipped_predictors() -> Mapping[str, Predictor]:
    """Return the predictor of every set the studio models.

    A module offers `predict_all(rows)` or `predict(row)`; a set whose module is absent is left
    out and its rows are reported as not modelled.
    """
    found: dict[str, Predictor] = {}
    for kind in KINDS:
        if find_spec(kind.module) is None:
            continue
        module = import_module(kind.module)
        many = getattr(module, "predict_all", None)
        found[kind.name] = many if many is not None else _one_by_one(module.predict)
    return found


def _one_by_one(predict: Callable[[Mapping[str, str]], Prediction]) -> Predictor:
    return lambda rows: [predict(row) for row in rows]


def recognise(columns: Sequence[str]) -> SetKind | None:
    """Return the set that a table with these columns holds, or None."""
    present = frozenset(columns)
    return next((kind for kind in KINDS if kind.required <= present), None)


def validate(texts: Mapping[str, str], predictors: Mapping[str, Predictor] | None = None) -> Report:
    """Return the predictions and scores of some CSV texts.

    Parameters
    ----------
    texts
        Content of each table by its name, for messages.
    predictors
        Predictor per set; those that ship with the studio by default.

    Returns
    -------
    Every row of every table, none dropped, and one score per set.

    Raises
    ------
    FileProblem : a text is no CSV table, too large, or its columns fit no set.
    """
    predictors = shipped_predictors() if predictors is None else predictors
    scored: list[ScoredRow] = []
    for name, text in texts.items():
        kind, rows = read_cases(name, text)
        blank = [blanked(row, kind) for row in rows]
        answers = _predictions(kind, blank, predictors)
        scored.extend(_scored(kind, row, answer) for row, answer in zip(rows, answers, strict=True))
    return Report(tuple(scored), _scores(scored, lambda row: row.set_name))


def _scores(rows: Sequence[ScoredRow], group: Callable[[ScoredRow], str]) -> dict[str, SetScore]:
    return {name: score_set(own) for name, own in group_rows(rows, group).items()}


def _predictions(
    kind: SetKind, rows: Sequence[Mapping[str, str]], predictors: Mapping[str, Predictor]
) -> Sequence[Prediction]:
    if kind.name not in predictors:
        return [
            Prediction(
                None, say("not modelled: no predictor for {kind} rows", kind=SET_NAMES[kind.name])
            )
        ] * len(rows)
    predictor = predictors[kind.name]
    # What overflows or is no number counts as a field that can't be read: it has its reason then.
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        try:
            answers = predictor(rows)
        except _UNREADABLE:
            # One row that can't be read must not take the others along.
            answers = [_alone(predictor, row) for row in rows]
    return [_finite(answer) for answer in answers]


_UNREADABLE = (StudioError, ValueError, ArithmeticError, LookupError, TypeError)
"""What a field of a foreign table can bring about in arithmetic that expects numbers."""


def _alone(predictor: Predictor, row: Mapping[str, str]) -> Prediction:
    try:
        return predictor([row])[0]
    except StudioError as problem:
        return Prediction(None, problem.message)
    except _UNREADABLE as problem:
        return Prediction(None, say("a field of the row can't be read: {problem}", problem=problem))


def _finite(answer: Prediction) -> Prediction:
    if answer.value is None or (math.isfinite(answer.value) and answer.value >= 0):
        return answer
    return Prediction(None, say("no finite prediction; {reason}", reason=answer.reason))


def read_cases(name: str, text: str) -> tuple[SetKind, list[dict[str, str]]]:
    """Return the set a CSV text holds and its rows.

    Raises
    ------
    FileProblem : the text is no table, is too large, or its columns fit no set.
    """
    columns, rows = read_csv(name, text)
    kind = recognise(columns)
    if kind is None:
        known = "; ".join(f"{k.name}: {', '.join(sorted(k.required))}" for k in KINDS)
        raise FileProblem(
            "{path}: the columns fit no set of measurements. Needed: {known}",
            path=name,
            known=entry(known),
        )
    return kind, list(rows)


_QUANTITY_IN_WORDS = "other_metric"


def blanked(row: Mapping[str, str], kind: SetKind) -> dict[str, str]:
    """Return a row whose measured columns are empty."""
    measured = kind.measured | _MEASURED_ANYWHERE
    return {key: "" if key in measured else value for key, value in row.items()}


def measured_value(row: Mapping[str, str], kind: SetKind) -> float | None:
    """Return the measurement of a row: its primary metric, or 1 for "does not fit".

    Columns joined by a plus sign are summed, as `ttft_ms+tpot_ms`. A quantity that has no column
    of its own is compared in the unit its text names: `0.75M tokens/s per provisioned MW` is 0.75.
    """
    columns = [column.strip() for column in metric_of(row, kind.usual_metric).split("+")]
    texts = [(row.get(column) or "").strip() for column in columns]
    if texts[0].upper() == "OOM":
        return 1.0
    value = sum(
        first_number(text, as_written=column == _QUANTITY_IN_WORDS)
        for column, text in zip(columns, texts, strict=True)
    )
    if math.isnan(value):
        return None
    if (row.get("use") or "") == "score-class" and kind.name == "memory":
        return 0.0
    return value if math.isfinite(value) else None


def _scored(kind: SetKind, row: Mapping[str, str], answer: Prediction) -> ScoredRow:
    measured = measured_value(row, kind)
    reason = answer.reason
    if measured is None:
        metric = metric_of(row, kind.usual_metric)
        reason = say("no measured {metric}; {reason}", metric=metric, reason=reason)
    whole = ScoredRow(
        row.get("id") or "", kind.name, (row.get("use") or "").strip(), answer.value, measured,
        reason,
    )  # fmt: skip
    return replace(whole, parts=tuple(_parts(whole, row, answer)))


def _parts(whole: ScoredRow, row: Mapping[str, str], answer: Prediction) -> Iterator[ScoredRow]:
    """Yield the quantities of a row that are predicted apart and were measured."""
    for column, value in answer.parts.items():
        measured = first_number(row.get(column) or "")
        if math.isfinite(measured) and math.isfinite(value):
            yield replace(whole, predicted=value, measured=measured, part=column)
