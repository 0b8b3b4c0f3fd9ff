"""Continuous batching: prompts mixed into the steps of decoding.

Vectorised over batches; knows no clock and no arrival trace.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.pass_time import PassTime
from studio.simulation.inference.passes import pass_time
from studio.simulation.inference.phases import Decode, Prefill, decode, prefill
from studio.simulation.inference.pieces import PassLoad
from studio.simulation.inference.requests import RequestShape
from studio.simulation.inference.speculative import Speculation
from studio.workload.operators import Number


@dataclass(frozen=True)
class Mixed:
    """Requests in plenty; numbers or arrays of shape (n,)."""

    sequences: Number
    """In flight in one attention group."""
    step_s: Number
    """Between two steps of one sequence, prompts included."""
    tpot_s: Number
    ttft_s: Number
    """From the arrival of one prompt, mean: half of the step under way, then the passes that carry
    it beside decoding."""
    ttft_later_s: Number
    """Of that, what comes after the first of those passes."""
    tokens_per_s_per_npu: Number
    """Output tokens."""
    prefill: Prefill
    """Prompts in plenty on the same instance."""
    carrying: PassTime
    """A pass that carries prompts beside decoding."""
    carrying_s: Number
    """Between two steps whose passes are such."""
    carrying_share: Number
    """Of all steps; the others only decode. 0..1"""
    prompts_only_s: Number
    """Passes that only compute prompts, for each step."""


@dataclass(frozen=True)
class Steady(Mixed):
    """The same beside decoding alone."""

    prompt_share: Number
    """Share of the time that prompts take."""
    decode: Decode


def mixed(
    engine: Engine,
    shape: RequestShape,
    sequences: Number,
    speculation: Speculation | None = None,
    filling: Prefill | None = None,
    alone: Decode | None = None,
) -> Mixed:
    """Return the rate of continuous batching with `sequences` in flight per group.

    Parameters
    ----------
    engine, shape, speculation
        Instance, lengths of a request and drafts per step.
    sequences
        In flight per attention group, shape (n,) or a number.
    filling
        Prompts in plenty on the same instance, where the caller has them already.
    alone
        Decoding of these sequences without prompts, likewise.

    Notes
    -----
    New prompts come at the rate at which requests finish: sequences x emitted x prompt / output
    tokens a step. They share the passes of decoding as far as those have room; a mixed pass reads
    the weights once. What does not fit takes passes of its own. Prompts come whole, or as large as
    a pass has room: where fewer come than one a step, the other steps only decode. A prompt that
    arrives waits for half of the step under way in the mean, then for the passes that carry it.
    """
    guess = speculation or Speculation()
    fill = filling or prefill(engine, shape, np.inf)
    stages = np.asarray(engine.plan.pipeline, dtype=np.float64)
    part = np.asarray(sequences, dtype=np.float64) / stages
    arriving = part * guess.emitted * shape.new_prompt / shape.output
    room = np.maximum(engine.profile.pass_tokens - part * guess.verified, 0.0)
    taken = np.minimum(arriving, room)
    whole = np.maximum(np.minimum(shape.new_prompt, room), 1e-6)
    share = np.minimum(taken / whole, 1.0)
    load = PassLoad(
        sequences=part,
        new_tokens=guess.verified,
        context=shape.mean_context,
        prompt_tokens=np.maximum(taken, whole),
        prompt_length=np.minimum(shape.new_prompt, engine.profile.pass_tokens),
        prompt_prefix=shape.prefix,
    )
    one = pass_time(engine, load)
    rest_s = stages * (arriving - taken) / fill.tokens_per_s_per_npu / engine.plan.group_ranks
    carrying = step = np.maximum(one.time_s, stages * one.stage_s)
    if (share < 1).any():
        alone = alone or decode(engine, sequences, shape.mean_context, speculation)
        step = share * carrying + (1 - share) * alone.step_s
    step = step + rest_s
    alone_s = shape.new_prompt / fill.tokens_per_s_per_npu / engine.plan.group_ranks * stages
    further = np.maximum(shape.new_prompt / whole, 1.0) - 1
    later = np.where(room >= 1, further * carrying, alone_s)
    first = step / 2 + one.time_s + later
    rate = np.asarray(sequences) * guess.emitted / step / engine.plan.group_ranks
    return Mixed(
        np.asarray(sequences), step, step / guess.emitted, first, later, rate, fill,
        one, carrying, share, rest_s,
    )  # fmt: skip


def steady(
    engine: Engine,
    shape: RequestShape,
    sequences: Number,
    speculation: Speculation | None = None,
    filling: Prefill | None = None,
    alone: Decode | None = None,
) -> Steady:
    """Return continuous batching beside decoding alone; parameters as of `mixed`.

    `alone` is the decoding of these sequences, where the caller has it already.
    """
    alone = alone or decode(engine, sequences, shape.mean_context, speculation)
    both = mixed(engine, shape, sequences, speculation, filling, alone)
    share = np.maximum(1 - alone.step_s / both.step_s, 0.0)
    return Steady(**vars(both), prompt_share=share, decode=alone)
