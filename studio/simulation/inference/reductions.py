"""What tensor-parallel ranks and pipeline stages send each other in one pass.

Knows payloads and where groups lie; the constants are those of library and engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.placement import spans_of
from studio.simulation.inference.plan import any_above
from studio.simulation.network.collective import collective_time_s
from studio.simulation.network.collective_result import CollectiveTime
from studio.simulation.network.profile import NetworkProfile, Role
from studio.simulation.network.spans import Span, level_roles
from studio.simulation.network.traffic import Collective
from studio.workload.operators import Number
from studio.workload.precision import BF16_BYTE


class Sum(NamedTuple):
    """One sum over a group, the faster of two ways; numbers or arrays of shape (n,). [s]."""

    time_s: Number
    """What the pass waits for it."""
    wire_s: Number
    """Links of one rank at work."""
    library: CollectiveTime | None = None
    """By the collective library alone; None for a group of one."""
    own_s: Number = 0.0
    """By the kernel of the engine."""
    spans: tuple[Span, ...] = ()
    """Where the group lies."""


def reduction(engine: Engine, tokens: Number, ranks: Number) -> Sum:
    """Return one sum of the hidden vectors of a pass over `ranks` neighbours.

    Notes
    -----
    The faster of two ways. The collective library, its time changed by what the engine hides or
    adds; beyond a number of tokens some engines stream more slowly. Or the engine's own kernel, in
    which every rank reads the whole payload of all others over load/store links:
    t = start + latency + payload sum_l inner_l (r_l - 1) / (bandwidth_l e).
    """
    profile = engine.profile
    if not any_above(ranks, 1):
        return Sum(0.0, 0.0)
    payload = np.asarray(tokens * engine.model.hidden * BF16_BYTE)
    spans = spans_of(engine.machine.levels, 1.0, ranks)
    moved = collective_time_s(Collective.ALL_REDUCE, payload, spans, engine.network)
    late = np.maximum(1 - profile.reduce_tokens / np.maximum(tokens, 1.0), 0.0)
    library = moved.time_s * profile.reduce_exposed * (1 + profile.reduce_late * late)
    own = profile.reduce_start_s + _read_from_all_s(payload, spans, engine.network)
    time = np.where(np.asarray(ranks) > 1, np.minimum(library, own), 0.0)
    return Sum(time, np.minimum(moved.wire_s, time), moved, own, spans)


def _read_from_all_s(payload: Number, spans: Sequence[Span], network: NetworkProfile) -> Number:
    """Return the time of reading a payload from every other rank; infinite behind an adapter."""
    efficiency = max(p.channels[Role.SCALE_UP].efficiency for p in network.protocols)
    roles = level_roles([span.level for span in spans])
    inner: Number = np.ones(())
    wire: Number = 0.0
    latency: Number = 0.0
    for span, role in zip(spans, roles, strict=True):
        is_crossed = span.ranks > 1
        rate = span.level.bandwidth_byte_per_s / span.level.oversubscription * efficiency
        rate = rate if role is Role.SCALE_UP else 0.0
        read = payload * inner * (span.ranks - 1) / rate if rate > 0 else np.inf
        wire = wire + np.where(is_crossed, read, 0.0)
        latency = np.where(is_crossed, span.level.latency_s, latency)
        inner = np.asarray(inner * span.ranks, dtype=np.float64)
    return latency + wire


def hand_over(engine: Engine, tokens: Number) -> CollectiveTime | None:
    """Return the transfer from one pipeline stage to the next, if there are several stages."""
    plan = engine.plan
    if not any_above(plan.pipeline, 1):
        return None
    payload = np.asarray(tokens * engine.model.hidden * BF16_BYTE / plan.tensor)
    spans = hand_over_spans(engine)
    return collective_time_s(Collective.POINT_TO_POINT, payload, spans, engine.network)


def hand_over_spans(engine: Engine) -> tuple[Span, ...]:
    """Return where two neighbouring pipeline stages of an instance meet."""
    plan = engine.plan
    return _pair(spans_of(engine.machine.levels, plan.stage_ranks, np.asarray(plan.pipeline)))


def _pair(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return the spans of two neighbours that meet on the outermost level of a group."""
    outer = np.zeros(())
    for i, span in enumerate(spans):
        outer = np.where(span.ranks > 1, float(i), outer)
    return tuple(Span(s.level, np.where(outer == i, 2.0, 1.0)) for i, s in enumerate(spans))
