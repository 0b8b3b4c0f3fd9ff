"""How many sequences an instance keeps in flight: what memory holds, and what a limit allows.

Vectorised over plans and batches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.memory import sequence_capacity
from studio.simulation.inference.mixing import mixed
from studio.simulation.inference.phases import Decode, decode, prefill
from studio.simulation.inference.requests import Limits, RequestShape
from studio.simulation.inference.speculative import Speculation
from studio.workload.operators import FloatArray, Number

_TRIED = 160
"""Candidates of the first call, all positions together: below, the call costs more than they."""
_TRIED_EACH = (4, 48)
_FEW = 40
_AROUND_FEW = np.arange(-3.0, 5.0)
_AROUND_MANY = np.arange(2.0)
"""Batches tried around a guess."""
_GUESSES = 4


def in_flight(engine: Engine, shape: RequestShape, reserved: bool = True) -> float:
    """Return the sequences an attention group can keep in flight, from 0.

    `reserved` keeps room for the whole request; otherwise the mean over its life counts.
    """
    return float(np.min(group_room(engine, shape, reserved)))


def group_room(engine: Engine, shape: RequestShape, reserved: bool = True) -> Number:
    """Return the whole sequences each attention group can keep in flight, for every plan."""
    length = shape.full_length if reserved else shape.mean_context
    room = sequence_capacity(engine, length, engine.profile.pass_tokens)
    return np.minimum(np.floor(room), engine.profile.batch_limit * np.asarray(engine.plan.pipeline))


def largest_batch(
    engine: Engine,
    shape: RequestShape,
    limits: Limits,
    speculation: Speculation | None = None,
    *,
    with_prompts: bool = False,
) -> float:
    """Return the most sequences per attention group that memory and TPOT allow, from 0.

    With prompts, each step also carries those that arrive (continuous batching); without, the
    instance only decodes (disaggregated). Time per token grows with the batch, so the search
    narrows down on arrays of candidates.
    """
    most = in_flight(engine, shape)
    if most < 1:
        return 0.0

    if not with_prompts:
        return largest_decode(engine, shape, limits, speculation, most)[0]
    filling = prefill(engine, shape, np.inf)

    def tpot(_: NDArray[np.intp], batch: FloatArray) -> FloatArray:
        return np.asarray(mixed(engine, shape, batch[0], speculation, filling).tpot_s)[None]

    return float(largest_within(tpot, np.array([most]), limits.tpot_s)[0])


def largest_decode(
    engine: Engine,
    shape: RequestShape,
    limits: Limits,
    speculation: Speculation | None,
    most: float,
) -> tuple[float, Decode | None]:
    """Return the largest batch up to `most` that only decodes, and its decoding if it was tried."""
    tried: list[Decode] = []

    def tpot(_: NDArray[np.intp], batch: FloatArray) -> FloatArray:
        tried.append(decode(engine, batch[0], shape.mean_context, speculation))
        return np.asarray(tried[-1].tpot_s)[None]

    batch = float(largest_within(tpot, np.array([most]), limits.tpot_s)[0])
    for one in tried:
        for place in np.flatnonzero(one.sequences == batch):
            return batch, one.at(int(place))
    return batch, None


def largest_batches(
    engine: Engine,
    shape: RequestShape,
    most: FloatArray,
    limits: Limits,
    speculation: Speculation | None = None,
    *,
    with_prompts: bool = False,
) -> FloatArray:
    """Return the same for every plan of an engine, shape (n,).

    Parameters
    ----------
    most
        Sequences per attention group that memory allows, shape (n,).
    with_prompts
        As of `largest_batch`.
    """
    plan = engine.plan
    step = mixed if with_prompts else _decode_at_mean

    def tpot(rows: NDArray[np.intp], batch: FloatArray) -> FloatArray:
        part = replace(engine, plan=plan.take(rows).column())
        return np.asarray(step(part, shape, batch, speculation).tpot_s)

    return largest_within(tpot, most, limits.tpot_s)


def _decode_at_mean(
    engine: Engine, shape: RequestShape, sequences: Number, speculation: Speculation | None
) -> Decode:
    """Return decoding of requests in the middle of their lives."""
    return decode(engine, sequences, shape.mean_context, speculation)


def largest_within(
    measure: Callable[[NDArray[np.intp], FloatArray], FloatArray], most: FloatArray, limit: float
) -> FloatArray:
    """Return the largest whole batches up to `most` whose measure stays within a limit, from 0.

    Parameters
    ----------
    measure
        Of some of the n positions, shape (m,), and batches to try there, shape (m, k); grows with
        the batch.
    most
        Upper bounds, shape (n,).

    Notes
    -----
    Narrows down on k candidates at once, guessing along a straight line between what is known and
    halving what a few guesses left open. Few positions are bound by the cost of a call and try
    more of them.
    """
    most = np.floor(most)
    if not np.isfinite(limit):
        return most
    bracket = _Bracket(np.zeros(most.shape), most + 1, limit)
    first = np.linspace(0.0, 1.0, int(np.clip(_TRIED // most.size, *_TRIED_EACH)))
    around = _AROUND_FEW if most.size <= _FEW else _AROUND_MANY
    rounds = 0
    while (rows := bracket.open_rows()).size:
        if rounds == 0:
            tried = bracket.spread(rows, first)
        elif rounds <= _GUESSES:
            tried = bracket.guesses(rows, around)
        else:
            tried = bracket.spread(rows, np.array([0.0, 0.5, 1.0]))
        bracket.learn(rows, tried, measure(rows, tried))
        rounds += 1
    return bracket.low


@dataclass
class _Bracket:
    """What is known of the largest good batch of n positions; every array has shape (n,)."""

    low: FloatArray
    """Good, or 0."""
    high: FloatArray
    """Not good, or one beyond what there is."""
    limit: float

    def __post_init__(self) -> None:
        self._at_low = np.full(self.low.shape, np.nan)
        self._at_high = np.full(self.low.shape, np.nan)

    def open_rows(self) -> NDArray[np.intp]:
        """Return the positions with batches left to try."""
        return np.flatnonzero(self.high - self.low > 1)

    def spread(self, rows: NDArray[np.intp], steps: FloatArray) -> FloatArray:
        """Return batches spread evenly over what is left: shape (m, k)."""
        first, last = self.low[rows, None] + 1, self.high[rows, None] - 1
        return np.ceil(first + (last - first) * steps)

    def guesses(self, rows: NDArray[np.intp], steps: FloatArray) -> FloatArray:
        """Return batches around where a straight line meets the limit: shape (m, k)."""
        low, high = self.low[rows], self.high[rows]
        rise = (self.limit - self._at_low[rows]) / (self._at_high[rows] - self._at_low[rows])
        share = np.where(np.isfinite(rise), np.clip(rise, 0.0, 1.0), 0.5)
        guess = np.floor(low + share * (high - low))[:, None] + steps
        return np.clip(guess, low[:, None] + 1, high[:, None] - 1)

    def learn(self, rows: NDArray[np.intp], tried: FloatArray, values: FloatArray) -> None:
        """Take in what was measured at rising batches: shapes (m, k)."""
        is_good = values <= self.limit
        at, count = np.arange(rows.size), tried.shape[1]
        last = np.where(is_good.any(axis=1), count - 1 - np.argmax(is_good[:, ::-1], axis=1), -1)
        some, rest = last >= 0, last < count - 1
        self.low[rows[some]] = tried[at[some], last[some]]
        self._at_low[rows[some]] = values[at[some], last[some]]
        self.high[rows[rest]] = tried[at[rest], last[rest] + 1]
        self._at_high[rows[rest]] = values[at[rest], last[rest] + 1]
