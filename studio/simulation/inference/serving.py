"""Rates and latencies of an instance: prefill, decode, requests in plenty, requests under limits.

Vectorised over batches; knows no clock and no arrival trace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.errors import InvalidInput
from studio.simulation.inference.memory import sequence_capacity
from studio.simulation.inference.passes import Engine, PassTime, pass_time
from studio.simulation.inference.plan import scalar
from studio.simulation.inference.speculative import Speculation
from studio.simulation.inference.work import PassLoad
from studio.workload.operators import FloatArray, Number

_TRIED_ALONE = 17
"""Bounds of the ranges one position alone is cut into: a call costs more than its candidates."""
_TRIED_TOGETHER = 4
_GUESSED_ALONE = np.arange(-3.0, 5.0)
_GUESSED_TOGETHER = np.arange(2.0)
_GUESSES = 4
_WAIT_TAIL = 4.6
"""-ln 0.01: waits of one in a hundred over the mean wait of a busy server."""


@dataclass(frozen=True)
class RequestShape:
    """Lengths of the requests of a service, mean."""

    prompt: float = 1024.0
    output: float = 256.0
    cached_share: float = 0.0
    """Share of each prompt found in the prefix cache, 0..1."""

    @property
    def new_prompt(self) -> float:
        """Prompt tokens that are really computed."""
        return max(self.prompt * (1 - self.cached_share), 1.0)

    @property
    def prefix(self) -> float:
        """Prompt tokens read from the cache."""
        return self.prompt - self.new_prompt

    @property
    def mean_context(self) -> float:
        """Tokens in the cache of a decoding request, mean over its life."""
        return self.prompt + self.output / 2

    @property
    def full_length(self) -> float:
        """Tokens in the cache at the end."""
        return self.prompt + self.output


@dataclass(frozen=True)
class Prefill:
    """Working off prompts; numbers or arrays of shape (n,)."""

    ttft_s: Number
    """From the arrival of the batch to its first tokens, nothing else running."""
    tokens_per_s_per_npu: Number
    """Prompt tokens computed, prompts in plenty. NPUs here are ranks."""
    pass_time: PassTime
    passes: Number

    def at(self, index: int) -> Prefill:
        """Return one of several, arrays of shape (n,) all of them."""
        return Prefill(
            self.ttft_s[index],  # type: ignore[index]
            self.tokens_per_s_per_npu[index],  # type: ignore[index]
            self.pass_time.at(index),
            self.passes[index],  # type: ignore[index]
        )


@dataclass(frozen=True)
class Decode:
    """Steady decoding of a batch; numbers or arrays of shape (n,)."""

    tpot_s: Number
    step_s: Number
    """Between two steps of one sequence; more than one token may come out of each."""
    tokens_per_s_per_npu: Number
    pass_time: PassTime
    sequences: Number
    """In flight in one attention group."""


def prefill(
    engine: Engine, shape: RequestShape, prompts: Number = 1.0, pass_tokens: float = 0.0
) -> Prefill:
    """Return the time to first token and the rate of computing prompts.

    Parameters
    ----------
    engine
        Instance and its constants.
    shape
        Lengths of a request.
    prompts
        That arrive together in every attention group, shape (n,) or a number.
    pass_tokens
        Tokens of one pass per group; 0 takes the engine's.

    Notes
    -----
    Prompts longer than a pass are cut into chunks that see, in the mean, half of what is before
    them. Prompts of one batch share passes; the last pass counts as the fraction it fills.
    """
    limit = pass_tokens or engine.profile.pass_tokens
    wanted = np.asarray(prompts, dtype=np.float64) * shape.new_prompt
    tokens = np.minimum(wanted, limit)
    chunk = np.minimum(shape.new_prompt, limit)
    load = PassLoad(
        prompt_tokens=tokens,
        prompt_length=chunk,
        prompt_prefix=shape.prefix + (shape.new_prompt - chunk) / 2,
    )
    one = pass_time(engine, load)
    passes = np.maximum(wanted / tokens, 1.0)
    ttft = one.time_s + (passes - 1) * one.stage_s
    rate = tokens / one.stage_s / engine.plan.group_ranks
    return Prefill(ttft, rate, one, passes)


def first_and_many(engine: Engine, shape: RequestShape) -> tuple[Prefill, Prefill]:
    """Return one prompt alone and prompts in plenty, of one plan, both worked out at once."""
    both = prefill(engine, shape, np.array([1.0, np.inf]))
    return both.at(0), both.at(1)


def decode(
    engine: Engine, sequences: Number, context: Number, speculation: Speculation | None = None
) -> Decode:
    """Return the time per output token of `sequences` in every attention group.

    Parameters
    ----------
    engine
        Instance and its constants.
    sequences
        In flight per attention group, shape (n,) or a number.
    context
        Tokens each has in its cache, mean. [1]
    speculation
        Drafts verified per step; none by default.

    Notes
    -----
    With p pipeline stages the batch is cut into p parts that follow each other through them:
    step = max(time of a pass, p x time of a stage), each with 1/p of the batch.
    """
    guess = speculation or Speculation()
    stages = np.asarray(engine.plan.pipeline, dtype=np.float64)
    part = np.asarray(sequences, dtype=np.float64) / stages
    load = PassLoad(sequences=part, new_tokens=guess.verified, context=context)
    one = pass_time(engine, load)
    step = np.maximum(one.time_s, stages * one.stage_s)
    tpot = step / guess.emitted
    rate = np.asarray(sequences) * guess.emitted / step / engine.plan.group_ranks
    return Decode(tpot, step, rate, one, np.asarray(sequences, dtype=np.float64))


@dataclass(frozen=True)
class Steady:
    """Requests in plenty, prompts mixed into the steps of decoding; arrays of shape (n,)."""

    sequences: Number
    tpot_s: Number
    tokens_per_s_per_npu: Number
    """Output tokens."""
    prompt_share: Number
    """Share of the time that prompts take."""
    decode: Decode
    prefill: Prefill


def steady(
    engine: Engine,
    shape: RequestShape,
    sequences: Number,
    speculation: Speculation | None = None,
    filling: Prefill | None = None,
) -> Steady:
    """Return the rate of continuous batching with `sequences` in flight per group.

    Parameters
    ----------
    engine, shape, speculation
        Instance, lengths of a request and drafts per step.
    sequences
        In flight per attention group, shape (n,) or a number.
    filling
        Prompts in plenty on the same instance, where the caller has them already.

    Notes
    -----
    Every step sees new prompts at the rate at which requests finish: sequences x emitted x
    prompt / output tokens. They share the passes of decoding as far as those have room; a mixed
    pass reads the weights once. What does not fit takes passes of its own.
    """
    guess = speculation or Speculation()
    alone = decode(engine, sequences, shape.mean_context, guess)
    fill = filling or prefill(engine, shape, np.inf)
    stages = np.asarray(engine.plan.pipeline, dtype=np.float64)
    part = np.asarray(sequences, dtype=np.float64) / stages
    arriving = part * guess.emitted * shape.new_prompt / shape.output
    room = np.maximum(engine.profile.pass_tokens - part * guess.verified, 0.0)
    mixed = np.minimum(arriving, room)
    load = PassLoad(
        sequences=part,
        new_tokens=guess.verified,
        context=shape.mean_context,
        prompt_tokens=np.maximum(mixed, 1e-6),
        prompt_length=np.minimum(shape.new_prompt, engine.profile.pass_tokens),
        prompt_prefix=shape.prefix,
    )
    one = pass_time(engine, load)
    rest_s = (arriving - mixed) / fill.tokens_per_s_per_npu / engine.plan.group_ranks
    step = np.maximum(one.time_s, stages * one.stage_s) + stages * rest_s
    rate = np.asarray(sequences) * guess.emitted / step / engine.plan.group_ranks
    share = np.maximum(1 - alone.step_s / step, 0.0)
    return Steady(np.asarray(sequences), step / guess.emitted, rate, share, alone, fill)


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


def offline_rate(
    engine: Engine,
    shape: RequestShape,
    requests: float = np.inf,
    speculation: Speculation | None = None,
) -> float:
    """Return output tokens per second and rank of `requests` of equal length, all there at once.

    Parameters
    ----------
    engine
        Instance and its constants.
    shape
        Lengths of every request.
    requests
        For the whole instance; infinity for any number of full waves.
    speculation
        Drafts verified per step.

    Returns
    -------
    0 where not one request fits.

    Notes
    -----
    Equal requests finish together, so the instance works in waves: each computes its prompts,
    then decodes at the batch that memory allows; the last wave holds what is left.
    """
    most = in_flight(engine, shape)
    if most < 1:
        return 0.0
    is_finite = np.isfinite(requests)
    group = requests / scalar(engine.plan.attention_data) if is_finite else most
    whole, rest = divmod(group, most)
    batches = np.asarray([most, max(rest, 1.0)])
    counts = np.asarray([whole, 1.0 if rest >= 1 else 0.0])
    step = decode(engine, batches, shape.mean_context, speculation)
    prompt = prefill(engine, shape, group)
    ranks = engine.plan.group_ranks
    decode_s = float(np.sum(counts * step.tpot_s * shape.output))
    prompt_s = group * shape.new_prompt / (scalar(prompt.tokens_per_s_per_npu) * ranks)
    return float(group * shape.output / (decode_s + prompt_s) / ranks)


@dataclass(frozen=True)
class Limits:
    """Service-level objective; infinity where there is none."""

    tpot_s: float = np.inf
    ttft_s: float = np.inf


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

    def tpot(_: NDArray[np.intp], batch: FloatArray) -> FloatArray:
        if with_prompts:
            return np.asarray(steady(engine, shape, batch[0], speculation).tpot_s)[None]
        return np.asarray(decode(engine, batch[0], shape.mean_context, speculation).tpot_s)[None]

    return float(largest_within(tpot, np.array([most]), limits.tpot_s)[0])


def largest_batches(
    engine: Engine,
    shape: RequestShape,
    most: FloatArray,
    limits: Limits,
    speculation: Speculation | None = None,
) -> FloatArray:
    """Return the same for every plan of an engine that only decodes, shape (n,).

    Parameters
    ----------
    most
        Sequences per attention group that memory allows, shape (n,).
    """
    plan = engine.plan

    def tpot(rows: NDArray[np.intp], batch: FloatArray) -> FloatArray:
        part = replace(engine, plan=plan.take(rows).column())
        return np.asarray(decode(part, batch, shape.mean_context, speculation).tpot_s)

    return largest_within(tpot, most, limits.tpot_s)


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
    halving what a few guesses left open. One position alone is bound by the cost of a call and
    tries more of them.
    """
    most = np.floor(most)
    if not np.isfinite(limit):
        return most
    bracket = _Bracket(np.zeros(most.shape), most + 1, limit)
    is_alone = most.size == 1
    first = np.linspace(0.0, 1.0, _TRIED_ALONE if is_alone else _TRIED_TOGETHER)
    rounds = 0
    while (rows := bracket.open_rows()).size:
        if rounds == 0:
            tried = bracket.spread(rows, first)
        elif rounds <= _GUESSES:
            tried = bracket.guesses(rows, _GUESSED_ALONE if is_alone else _GUESSED_TOGETHER)
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


@dataclass(frozen=True)
class Service:
    """What an instance delivers under limits; NPUs here are ranks."""

    sequences: float
    """In flight per attention group."""
    tpot_s: float
    ttft_s: float
    """Mean, queueing included."""
    tokens_per_s_per_npu: float
    """Output tokens."""
    limited_by: str
    """`memory`, `TPOT`, `TTFT` or `nothing fits`."""


def serve(
    engine: Engine,
    shape: RequestShape,
    limits: Limits,
    speculation: Speculation | None = None,
) -> Service:
    """Return the highest rate of random arrivals within limits, prompts mixed with decoding.

    Notes
    -----
    TPOT bounds the batch. For TTFT, a prompt first waits for the step under way, then queues for
    a server that computes prompts one after the other: one in a hundred waits 4.6 times the mean
    M/D/1 wait s r / (2 (1 - r)), s the time of one prompt and r the load. The load that meets
    the limit follows.

    Raises
    ------
    InvalidInput : a limit that is not positive.
    """
    for name, value in (("TPOT", limits.tpot_s), ("TTFT", limits.ttft_s)):
        if not value > 0:
            raise InvalidInput(
                "a {name} limit of {value:g} s; it must be above 0",
                name=name,
                value=value,
            )
    batch = largest_batch(engine, shape, limits, speculation, with_prompts=True)
    if batch < 1:
        fits = in_flight(engine, shape) >= 1
        return Service(0.0, np.inf, np.inf, 0.0, "TPOT" if fits else "nothing fits")
    found = steady(engine, shape, np.asarray([batch]), speculation)
    rate = scalar(found.tokens_per_s_per_npu) * (1 - engine.profile.disturbance)
    bound = "TPOT" if batch < in_flight(engine, shape) else "memory"
    plenty = scalar(found.prefill.tokens_per_s_per_npu) * scalar(engine.plan.group_ranks)
    service = shape.new_prompt / plenty
    begun = scalar(found.tpot_s) + scalar(prefill(engine, shape, 1.0).ttft_s)
    most = _load_within(service, limits.ttft_s - begun)
    if most < 0.97:
        bound = "TTFT"
    rate *= min(most, 1.0)
    wait = service * most / (2 * max(1 - most, 0.05))
    return Service(batch, scalar(found.tpot_s), begun + wait, rate, bound)


def _load_within(service_s: float, slack_s: float) -> float:
    """Return the load at which one wait in a hundred is exactly the slack, 0..1."""
    if not np.isfinite(slack_s):
        return 1.0
    if slack_s <= 0:
        return 0.0
    # slack = tail s r / (2 (1 - r))
    slack = slack_s / service_s
    return 2 * slack / (_WAIT_TAIL + 2 * slack)
