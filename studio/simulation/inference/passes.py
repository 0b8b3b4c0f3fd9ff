"""Time of one pass of an instance through its model, by term, with the operators behind it.

Vectorised over candidates; a pass may hold decoding sequences, prompts or both. Knows no queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.simulation.inference.exchange import exchange_time, token_exchange
from studio.simulation.inference.kernels import BF16_BYTE, Formats, WorkTimes, work_times
from studio.simulation.inference.plan import InferencePlan, spans_of
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.inference.work import PassLoad, Work, head_work, layer_work
from studio.simulation.machine import Machine
from studio.simulation.network.collective import (
    Collective,
    CollectiveTime,
    Span,
    collective_time_s,
)
from studio.simulation.network.profile import ExpertProfile, NetworkProfile
from studio.workload.model import AiModel, Block, MixtureOfExperts
from studio.workload.operators import FloatArray, Number

TERMS = (
    "attention",
    "projections",
    "feed_forward",
    "experts",
    "vector",
    "head",
    "dispatch_combine",
    "all_reduce",
    "pipeline",
    "launch",
    "host",
)
"""Named parts of the time of a pass; they sum to it."""


@dataclass(frozen=True)
class Engine:
    """Everything about an instance that stays the same from pass to pass."""

    machine: Machine
    """As software sees it: NPUs here are the ranks of plans."""
    model: AiModel
    plan: InferencePlan
    profile: InferenceProfile
    network: NetworkProfile
    exchange: ExpertProfile
    numbers: Formats
    draft_layers: float = 0.0
    """Draft tokens per step, each from one extra layer (multi-token prediction)."""


@dataclass(frozen=True)
class OperatorRow:
    """One operator of a pass, all layers together, for the roofline plot."""

    name: str
    term: str
    flops: Number
    traffic_byte: Number
    time_s: Number
    compute_s: Number
    memory_s: Number

    @property
    def intensity(self) -> Number:
        """Operations per byte moved. [FLOP/byte]."""
        if isinstance(self.traffic_byte, float):
            return self.flops / max(self.traffic_byte, 1.0)
        return self.flops / np.maximum(self.traffic_byte, 1.0)


@dataclass(frozen=True)
class PassTime:
    """Time of one pass; arrays of the candidates' shape or numbers."""

    time_s: Number
    """From the first stage to the last, host included."""
    stage_s: Number
    """Busy time of one pipeline stage: what limits the rate of passes."""
    terms: Mapping[str, Number]
    """Seconds by name of `TERMS`; they sum to `time_s`."""
    flops: Number
    """On one NPU. [FLOP]"""
    traffic_byte: Number
    """Memory traffic of one NPU. [byte]"""
    compute_s: Number
    """Matrix and vector units of one NPU at work. [s]"""
    memory_s: Number
    """Memory of one NPU at work. [s]"""
    network_s: Number
    """Links of one NPU at work, hidden or not. [s]"""
    step_s: Number
    """Of the host's term, what a step costs whatever it holds: the device stands still. [s]"""
    sequences_s: Number
    """Of the host's term, what its sequences cost. [s]"""
    works: tuple[Work, ...]
    times: WorkTimes
    counts: FloatArray
    """Layers each piece of work stands for."""
    tokens: Number
    """Of one attention group, all of them."""

    def at(self, index: int) -> PassTime:
        """Return the pass of one candidate of shape (n,)."""

        def one(value: Number) -> Number:
            if isinstance(value, np.ndarray) and value.ndim:
                return float(value[index])
            return float(value)

        return PassTime(
            one(self.time_s), one(self.stage_s),
            {name: one(value) for name, value in self.terms.items()},
            one(self.flops), one(self.traffic_byte), one(self.compute_s), one(self.memory_s),
            one(self.network_s), one(self.step_s), one(self.sequences_s), self.works,
            WorkTimes(self.times.table[..., index]), self.counts, one(self.tokens),
        )  # fmt: skip

    @property
    def operators(self) -> tuple[OperatorRow, ...]:
        """Operators by name, all layers together, of all stages."""
        names = list(dict.fromkeys((work.name, work.term) for work in self.works))
        place = {name: row for row, name in enumerate(names)}
        table = self.times.table[:5]
        rows = np.zeros((len(names), 5, *table.shape[2:]))
        for i, work in enumerate(self.works):
            rows[place[work.name, work.term]] += self.counts[i] * table[:, i]
        # Plain numbers where there is one candidate: half of an estimate went into taking them.
        values = rows.tolist() if rows.ndim == 2 else rows
        return tuple(OperatorRow(*name, *row) for name, row in zip(names, values, strict=True))


def pass_time(engine: Engine, load: PassLoad) -> PassTime:
    """Return the time of one pass with the tokens of `load` in every attention group.

    Parameters
    ----------
    engine
        Instance and its constants.
    load
        Tokens of one group; fields of shape (n,) or numbers.

    Notes
    -----
    A step of decoding waits for max(device, host launches) + host; the device adds the kernels of
    all layers, the gaps between them, and what communication is left exposed. Pipeline stages are
    equal shares of the layers; a pass visits them one after the other.
    """
    plan, profile = engine.plan, engine.profile
    works: list[Work] = []
    counts: list[float] = []
    exchanged: Number = 0.0
    links: Number = 0.0
    sums: Number = 0.0
    expert_layers, spread_layers = 0.0, 0.0
    is_spread = np.asarray(plan.expert) > 1
    for block, count in _blocks(engine):
        pieces = layer_work(engine.model, block, plan, load)
        works.extend(pieces)
        counts.extend([count] * len(pieces))
        sums = sums + count * _reductions(block, is_spread)
        part = block.feed_forward
        if isinstance(part, MixtureOfExperts):
            expert_layers += count
            if is_spread.any():
                sent = token_exchange(
                    engine.machine, engine.model, part, plan, engine.exchange, engine.numbers,
                    is_direct=not load.has_prompts,
                )  # fmt: skip
                moved = exchange_time(sent, load.tokens / plan.tensor)
                exchanged = exchanged + count * moved.time_s
                spread_layers += count
                links = links + count * moved.wire_s
    heads = np.maximum(load.decode_tokens + load.prompts, 1e-9) * (1 + engine.draft_layers / 2)
    pieces = head_work(engine.model, plan, heads)
    works.extend(pieces)
    counts.extend([1.0] * len(pieces))
    reduced = reduction(engine, load.tokens)
    reduced_s, wire_s = (reduced.time_s, reduced.wire_s) if reduced else (0.0, 0.0)
    times = work_times(
        works, _candidates(plan, load), engine.machine.accelerator, profile, engine.numbers,
        _imbalance(engine),
    )  # fmt: skip
    terms = _by_term(works, np.array(counts), times)
    terms["experts"] = terms["experts"] + expert_layers * profile.expert_layer_s
    terms["dispatch_combine"] = np.where(
        is_spread,
        exchanged * (1 - profile.expert_overlap) + spread_layers * profile.expert_rank_s,
        0.0,
    )
    links = np.where(is_spread, links, 0.0)
    terms["all_reduce"] = sums * reduced_s * profile.reduce_exposed
    totals = np.tensordot(times.table, np.array(counts), axes=(1, 0))
    kernels = totals[5]
    terms["launch"] = kernels * profile.kernel_s
    network_s = links + sums * wire_s
    detail = (tuple(works), times, np.array(counts))
    return _finished(engine, load, terms, totals, network_s, detail)


def _candidates(plan: InferencePlan, load: PassLoad) -> tuple[int, ...]:
    """Return the shape of the candidates; empty for a single one."""
    values = (
        load.sequences, load.new_tokens, load.context, load.prompt_tokens, load.prompt_length,
        load.prompt_prefix, plan.tensor, plan.attention_data, plan.pipeline, plan.expert,
    )  # fmt: skip
    return np.broadcast_shapes(*(np.shape(value) for value in values))


def _by_term(works: list[Work], counts: FloatArray, times: WorkTimes) -> dict[str, Number]:
    """Return seconds by term, all layers together."""
    weight = np.zeros((len(TERMS), len(works)))
    weight[[TERMS.index(work.term) for work in works], range(len(works))] = counts
    return dict(zip(TERMS, _weighted(weight, times.time_s), strict=True))


def _weighted(weight: FloatArray, values: FloatArray) -> FloatArray:
    """Return weighted sums over works: (m, n_works) by (n_works, *candidates)."""
    summed = weight @ values.reshape(values.shape[0], -1)
    return np.asarray(summed.reshape(weight.shape[0], *values.shape[1:]))


def _blocks(engine: Engine) -> list[tuple[Block, float]]:
    """Return the blocks of a model with the layers of each, draft layers with the last."""
    blocks: list[tuple[Block, float]] = [(b, float(b.count)) for b in engine.model.blocks]
    if engine.draft_layers:
        last, count = blocks[-1]
        # A draft layer sees one token a sequence, not all that are verified.
        blocks[-1] = (last, count + engine.draft_layers / (1 + engine.draft_layers))
    return blocks


def _imbalance(engine: Engine) -> Number:
    if engine.plan.is_balanced:
        return 1.0
    return 1.0 + engine.profile.expert_imbalance * (1 - 1 / np.asarray(engine.plan.expert))


def _reductions(block: Block, is_spread: NDArray[np.bool_]) -> Number:
    """Return how many sums over the tensor-parallel group one layer needs."""
    exchanges = isinstance(block.feed_forward, MixtureOfExperts) & is_spread
    return float(block.mixer is not None) + np.where(
        exchanges, 0.0, float(block.feed_forward is not None)
    )


def reduction(engine: Engine, tokens: Number) -> CollectiveTime | None:
    """Return one sum over the tensor-parallel group for the tokens of a pass, if there is one."""
    plan = engine.plan
    if not np.any(np.asarray(plan.tensor) > 1):
        return None
    payload = np.asarray(tokens * engine.model.hidden * BF16_BYTE)
    spans = reduction_spans(engine)
    return collective_time_s(Collective.ALL_REDUCE, payload, spans, engine.network)


def reduction_spans(engine: Engine) -> tuple[Span, ...]:
    """Return where the tensor-parallel group of an instance lies."""
    return spans_of(engine.machine.levels, 1.0, engine.plan.tensor)


def _finished(
    engine: Engine,
    load: PassLoad,
    terms: dict[str, Number],
    totals: FloatArray,
    links: Number,
    detail: tuple[tuple[Work, ...], WorkTimes, FloatArray],
) -> PassTime:
    plan, profile = engine.plan, engine.profile
    stages = np.asarray(plan.pipeline, dtype=np.float64)
    device: Number = sum(terms.values(), np.zeros(()))
    hop = _hop_s(engine, load)
    terms["pipeline"] = (stages - 1) * hop
    per_launch = profile.prefill_launch_s if load.has_prompts else profile.launch_s
    waiting = np.maximum(totals[5] * per_launch - device, 0.0)
    sequences = load.sequences + load.prompts
    terms["host"] = waiting + profile.step_s + profile.sequence_s * sequences
    stall = 1 + profile.stage_wait * (stages - 1)
    busy = (device + waiting) / stages * stall + hop * (stages > 1)
    works, times, counts = detail
    flops, traffic, _, compute_s, memory_s, _ = totals / stages
    return PassTime(
        time_s=sum(terms.values(), np.zeros(())),
        stage_s=busy + terms["host"] - waiting,
        terms=terms,
        flops=flops,
        traffic_byte=traffic,
        compute_s=compute_s,
        memory_s=memory_s,
        network_s=links / stages,
        step_s=profile.step_s,
        sequences_s=profile.sequence_s * sequences,
        works=works,
        times=times,
        counts=counts,
        tokens=load.tokens,
    )


def _hop_s(engine: Engine, load: PassLoad) -> Number:
    """Return the time of handing the hidden vectors of a pass to the next stage."""
    found = hand_over(engine, load.tokens)
    if found is None:
        return 0.0
    return np.where(np.asarray(engine.plan.pipeline) > 1, found.time_s, 0.0)


def hand_over(engine: Engine, tokens: Number) -> CollectiveTime | None:
    """Return the transfer from one pipeline stage to the next, if there are several stages."""
    plan = engine.plan
    if not np.any(np.asarray(plan.pipeline) > 1):
        return None
    payload = np.asarray(tokens * engine.model.hidden * BF16_BYTE / plan.tensor)
    spans = hand_over_spans(engine)
    return collective_time_s(Collective.POINT_TO_POINT, payload, spans, engine.network)


def hand_over_spans(engine: Engine) -> tuple[Span, ...]:
    """Return where two neighbouring pipeline stages of an instance meet."""
    plan = engine.plan
    spans = spans_of(engine.machine.levels, plan.stage_ranks, np.asarray(plan.pipeline))
    return _pair(spans)


def _pair(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return the spans of two neighbours that meet on the outermost level of a group."""
    outer = np.zeros(())
    for i, span in enumerate(spans):
        outer = np.where(span.ranks > 1, float(i), outer)
    return tuple(Span(s.level, np.where(outer == i, 2.0, 1.0)) for i, s in enumerate(spans))
