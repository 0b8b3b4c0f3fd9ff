"""A benchmark run of finite length: outputs differ, and the last of them leave an instance slowly.

Knows no clock and no arrival trace.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.simulation.inference.batches import in_flight
from studio.simulation.inference.engine import Engine
from studio.simulation.inference.mixing import mixed
from studio.simulation.inference.phases import decode, prefill
from studio.simulation.inference.plan import scalar
from studio.simulation.inference.requests import RequestShape
from studio.simulation.inference.speculative import Speculation
from studio.workload.operators import FloatArray

_STEPS = 32
"""Ages at which an emptying instance is looked at."""
_SIZES = 12
"""Numbers of requests, none waiting, at which the length of a run is looked at."""


@dataclass(frozen=True)
class Run:
    """How long a benchmark runs at least."""

    seconds: float = np.inf
    """From the first request to the last; infinity is a service that never ends. [s]"""
    requests: float = 0.0
    """Of the whole machine. [1]"""

    @property
    def ends(self) -> bool:
        """Whether filling and emptying are part of what is measured."""
        return bool(np.isfinite(self.seconds))


def emptying_s(
    engine: Engine,
    shape: RequestShape,
    sequences: FloatArray,
    speculation: Speculation | None = None,
    *,
    age: float = 0.0,
) -> FloatArray:
    """Return the time until the last of the requests in flight is done, none following.

    Parameters
    ----------
    sequences
        In flight in every attention group, shape (n,).
    age
        Output tokens they have behind them, mean.

    Notes
    -----
    Sum over tokens of the step that those still there take, as long as any group has one.
    """
    ends = shape.output if shape.has_equal_outputs else shape.longest
    edges = np.linspace(0.0, ends, _STEPS + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    left = np.asarray(shape.left(middle))
    batch = np.asarray(sequences)[:, None] * left
    context = shape.prompt + np.minimum(np.maximum(middle, age), ends)
    step = decode(engine, np.maximum(batch, 1.0), context[None], speculation).tpot_s
    everyone = np.asarray(sequences)[:, None] * scalar(engine.plan.attention_data)
    any_left = 1 - np.power(1 - left, np.maximum(everyone, 1.0))
    return np.asarray(np.sum(step * any_left, axis=1) * ends / _STEPS)


def run_rate(
    engine: Engine,
    shape: RequestShape,
    run: Run,
    speculation: Speculation | None = None,
) -> float:
    """Return output tokens per second and rank of a run whose requests are all there at once.

    Parameters
    ----------
    engine, shape, speculation
        Instance, lengths of a request and drafts per step.
    run
        Its least length; it holds as many requests as take that long.

    Returns
    -------
    0 where not one request fits.

    Notes
    -----
    As long as requests wait, every end makes room for another and prompts share passes with
    decoding. When none waits, the instance empties: long outputs keep it busy at a small batch.
    """
    room = in_flight(engine, shape)
    if room < 1:
        return 0.0
    ranks = scalar(engine.plan.group_ranks)
    groups = engine.machine.npu_count / ranks
    fill = scalar(prefill(engine, shape, np.inf).tokens_per_s_per_npu) * ranks
    sizes = np.unique(np.ceil(np.geomspace(1.0, room, _SIZES)))
    whole = sizes * shape.new_prompt / fill + emptying_s(engine, shape, sizes, speculation)
    busy = scalar(mixed(engine, shape, room, speculation).tokens_per_s_per_npu) * ranks
    waiting = max(run.seconds - whole[-1], 0.0) * busy / shape.output
    enough = room + waiting if waiting else float(np.interp(run.seconds, whole, sizes))
    size = max(enough, run.requests / groups, 1.0)
    if size <= room:
        seconds = float(np.interp(size, sizes, whole))
    else:
        seconds = float(whole[-1]) + (size - room) * shape.output / busy
    return size * shape.output / seconds / ranks


def measured_share(
    engine: Engine,
    shape: RequestShape,
    run: Run,
    sequences: float,
    speculation: Speculation | None = None,
) -> float:
    """Return what a run of arrivals measures over what the service delivers while it is full.

    Notes
    -----
    Requests arrive for the length of the run; the last leave after it, and the rate is counted
    to the end.
    """
    if not run.ends:
        return 1.0
    batch = np.array([sequences])
    left = float(emptying_s(engine, shape, batch, speculation, age=shape.mean_age)[0])
    return run.seconds / (run.seconds + left)
