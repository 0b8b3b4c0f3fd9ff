"""Rates of an instance under load: requests all there at once, and random arrivals within limits.

Knows no clock and no arrival trace.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidInput
from studio.simulation.inference.batches import in_flight, largest_batch
from studio.simulation.inference.engine import Engine
from studio.simulation.inference.mixing import mixed
from studio.simulation.inference.phases import decode, prefill
from studio.simulation.inference.plan import scalar
from studio.simulation.inference.requests import Limits, RequestShape
from studio.simulation.inference.runs import Run, measured_share
from studio.simulation.inference.speculative import Speculation

_WAIT_TAIL = 4.6
"""-ln 0.01: waits of one in a hundred over the mean wait of a busy server."""


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
    run: Run | None = None,
) -> Service:
    """Return the highest rate of random arrivals within limits, prompts mixed with decoding.

    Notes
    -----
    TPOT bounds the batch. For TTFT, a prompt first waits for the step under way, then queues for
    a server that computes prompts one after the other: one in a hundred waits 4.6 times the mean
    M/D/1 wait s r / (2 (1 - r)), s the time of one prompt and r the load. The load that meets
    the limit follows. A run that ends measures less than the service delivers while it is full.

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
    found = mixed(engine, shape, batch, speculation)
    rate = scalar(found.tokens_per_s_per_npu) * (1 - engine.profile.disturbance)
    rate *= measured_share(engine, shape, run or Run(), batch, speculation)
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
