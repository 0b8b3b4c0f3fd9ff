"""Time of one pass of an instance through its model, by term, with the operators behind it.

Vectorised over candidates; a pass may hold decoding sequences, prompts or both. Knows no queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from studio.simulation.inference.exchange import exchange_time
from studio.simulation.inference.kernels import BF16_BYTE, Formats, WorkTime, work_time
from studio.simulation.inference.plan import InferencePlan, spans_of
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.inference.work import PassLoad, Work, head_work, layer_work
from studio.simulation.machine import Machine
from studio.simulation.network.collective import Collective, Span, collective_time_s
from studio.simulation.network.profile import ExpertProfile, NetworkProfile
from studio.workload.model import AiModel, Block, MixtureOfExperts
from studio.workload.operators import Number

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
    operators: tuple[OperatorRow, ...]


class _Sum:
    """Adds up work times by term and operator."""

    def __init__(self) -> None:
        self.terms: dict[str, Number] = dict.fromkeys(TERMS, 0.0)
        self.rows: dict[tuple[str, str], list[Number]] = {}
        self.kernels: Number = 0.0

    def add(self, work: Work, time: WorkTime, count: Number) -> None:
        self.terms[work.term] = self.terms[work.term] + count * time.time_s
        self.kernels = self.kernels + count * time.kernels
        values = (work.flops, time.traffic_byte, time.time_s, time.compute_s, time.memory_s)
        row = self.rows.setdefault((work.name, work.term), [0.0] * len(values))
        for i, value in enumerate(values):
            row[i] = row[i] + count * value

    def operators(self) -> tuple[OperatorRow, ...]:
        return tuple(OperatorRow(*key, *values) for key, values in self.rows.items())


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
    total = _Sum()
    exchanged, links, layers = _zeros()
    sums: Number = 0.0
    imbalance = _imbalance(engine)
    for block, count in _blocks(engine):
        for work in layer_work(engine.model, block, plan, load):
            total.add(work, _timed(engine, work, imbalance), count)
        sums = sums + count * _reductions(block, plan)
        part = block.feed_forward
        if isinstance(part, MixtureOfExperts):
            layers = layers + count
            if _is_spread(plan):
                moved = exchange_time(
                    engine.machine, engine.model, part, plan, engine.exchange, engine.numbers,
                    load.tokens, is_direct=not load.has_prompts,
                )  # fmt: skip
                exchanged = exchanged + count * moved.time_s
                links = links + count * moved.wire_s
    heads = np.maximum(load.decode_tokens + load.prompts, 1e-9) * (1 + engine.draft_layers / 2)
    for work in head_work(engine.model, plan, heads):
        total.add(work, _timed(engine, work, 1.0), 1.0)
    reduced_s, wire_s = _reduce(engine, load)
    terms = total.terms
    terms["experts"] = terms["experts"] + layers * profile.expert_layer_s
    terms["dispatch_combine"] = exchanged * (1 - profile.expert_overlap)
    terms["all_reduce"] = sums * reduced_s * (1 - profile.reduce_overlap)
    terms["launch"] = total.kernels * profile.kernel_s
    return _finished(engine, load, total, terms, links + sums * wire_s)


def _zeros() -> tuple[Number, Number, Number]:
    return 0.0, 0.0, 0.0


def _blocks(engine: Engine) -> list[tuple[Block, Number]]:
    """Return the blocks of a model with the layers of each, draft layers with the last."""
    blocks: list[tuple[Block, Number]] = [(b, float(b.count)) for b in engine.model.blocks]
    if engine.draft_layers:
        last, count = blocks[-1]
        # A draft layer sees one token a sequence, not all that are verified.
        blocks[-1] = (last, count + engine.draft_layers / (1 + engine.draft_layers))
    return blocks


def _timed(engine: Engine, work: Work, imbalance: Number) -> WorkTime:
    return work_time(work, engine.machine.accelerator, engine.profile, engine.numbers, imbalance)


def _imbalance(engine: Engine) -> Number:
    if engine.plan.is_balanced:
        return 1.0
    return 1.0 + engine.profile.expert_imbalance * (1 - 1 / np.asarray(engine.plan.expert))


def _is_spread(plan: InferencePlan) -> bool:
    return bool(np.any(np.asarray(plan.expert) > 1))


def _reductions(block: Block, plan: InferencePlan) -> float:
    """Return how many sums over the tensor-parallel group one layer needs."""
    is_spread = isinstance(block.feed_forward, MixtureOfExperts) and _is_spread(plan)
    return float(block.mixer is not None) + float(block.feed_forward is not None and not is_spread)


def _reduce(engine: Engine, load: PassLoad) -> tuple[Number, Number]:
    """Return the time of one sum over the tensor-parallel group and its share on the links."""
    plan = engine.plan
    if not np.any(np.asarray(plan.tensor) > 1):
        return 0.0, 0.0
    payload = np.asarray(load.tokens * engine.model.hidden * BF16_BYTE)
    spans = spans_of(engine.machine.levels, 1.0, plan.tensor)
    moved = collective_time_s(Collective.ALL_REDUCE, payload, spans, engine.network)
    return moved.time_s, moved.wire_s


def _finished(
    engine: Engine, load: PassLoad, total: _Sum, terms: dict[str, Number], links: Number
) -> PassTime:
    plan, profile = engine.plan, engine.profile
    stages = np.asarray(plan.pipeline, dtype=np.float64)
    device: Number = sum(terms.values(), np.zeros(()))
    hop = _hop_s(engine, load)
    terms["pipeline"] = (stages - 1) * hop
    per_launch = profile.prefill_launch_s if load.has_prompts else profile.launch_s
    waiting = np.maximum(total.kernels * per_launch - device, 0.0)
    sequences = load.sequences + load.prompts
    terms["host"] = waiting + profile.step_s + profile.sequence_s * sequences
    busy = (device + waiting) / stages + hop * (stages > 1)
    rows = total.operators()
    return PassTime(
        time_s=sum(terms.values(), np.zeros(())),
        stage_s=busy + terms["host"] - waiting,
        terms=terms,
        flops=sum((row.flops for row in rows), np.zeros(())) / stages,
        traffic_byte=sum((row.traffic_byte for row in rows), np.zeros(())) / stages,
        compute_s=sum((row.compute_s for row in rows), np.zeros(())) / stages,
        memory_s=sum((row.memory_s for row in rows), np.zeros(())) / stages,
        network_s=links / stages,
        operators=rows,
    )


def _hop_s(engine: Engine, load: PassLoad) -> Number:
    """Return the time of handing the hidden vectors of a pass to the next stage."""
    plan = engine.plan
    if not np.any(np.asarray(plan.pipeline) > 1):
        return 0.0
    spans = spans_of(engine.machine.levels, plan.stage_ranks, np.asarray(plan.pipeline))
    pair = _pair(spans)
    payload = np.asarray(load.tokens * engine.model.hidden * BF16_BYTE / plan.tensor)
    moved = collective_time_s(Collective.POINT_TO_POINT, payload, pair, engine.network)
    return np.where(np.asarray(plan.pipeline) > 1, moved.time_s, 0.0)


def _pair(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return the spans of two neighbours that meet on the outermost level of a group."""
    outer = 0
    for i, span in enumerate(spans):
        if np.any(span.ranks > 1):
            outer = i
    return tuple(Span(s.level, np.asarray(2.0 if i == outer else 1.0)) for i, s in enumerate(spans))
