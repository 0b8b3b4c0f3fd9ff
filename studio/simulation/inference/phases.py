"""Prompts alone and decoding alone: rates and latencies of an instance that does one of them.

Vectorised over batches; knows no clock and no arrival trace.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.pass_time import PassTime
from studio.simulation.inference.passes import pass_time
from studio.simulation.inference.pieces import PassLoad
from studio.simulation.inference.requests import RequestShape
from studio.simulation.inference.speculative import Speculation
from studio.workload.operators import Number


@dataclass(frozen=True)
class Prefill:
    """Working off prompts; numbers or arrays of shape (n,)."""

    ttft_s: Number
    """From the arrival of the batch to its first tokens, nothing else running."""
    tokens_per_s_per_npu: Number
    """Prompt tokens computed, prompts in plenty. NPUs here are ranks."""
    pass_time: PassTime
    passes: Number


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

    def at(self, index: int) -> Decode:
        """Return one of the batches of shape (n,) alone."""
        parts = (self.tpot_s, self.step_s, self.tokens_per_s_per_npu, self.sequences)
        tpot, step, rate, batch = (
            float(np.broadcast_to(value, np.shape(self.sequences))[index]) for value in parts
        )
        return Decode(tpot, step, rate, self.pass_time.at(index), batch)


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
    ttft, rate, passes = (
        np.broadcast_to(value, (2,))
        for value in (both.ttft_s, both.tokens_per_s_per_npu, both.passes)
    )
    first, many = (
        Prefill(float(ttft[i]), float(rate[i]), both.pass_time.at(i), float(passes[i]))
        for i in range(2)
    )
    return first, many


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
