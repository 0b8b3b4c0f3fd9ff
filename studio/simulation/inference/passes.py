"""Time of one pass of an instance through its model.

Vectorised over candidates; a pass may hold decoding sequences, prompts or both. Knows no queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.exchange import exchange_time, token_exchange
from studio.simulation.inference.kernels import WorkTimes, work_times
from studio.simulation.inference.pass_time import TERMS, PassTime, Segment
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.reductions import Sum, hand_over, reduction
from studio.simulation.inference.work import (
    PassLoad,
    Work,
    feed_forward_work,
    head_work,
    mixer_work,
    share_of,
)
from studio.workload.model import Block, MixtureOfExperts
from studio.workload.operators import FloatArray, Number

_Part = TypeVar("_Part")


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
    equal shares of the layers; a pass visits them one after the other. Drafts come one after the
    other: the first runs an extra layer over the tokens of the pass, each further one over its
    own token, and each takes the output projection again. Schedulers of ranks behind different
    hosts agree on every step over the network, in a tree.
    """
    plan, profile = engine.plan, engine.profile
    doing = _Doing()
    for part, blocks in _segments(engine, load):
        _add_layers(doing, engine, part, blocks)
    outputs = np.maximum(load.decode_tokens + load.prompts, 1e-9)
    doing.add(head_work(engine.model, plan, outputs), 1.0)
    if engine.drafts:
        tips = np.maximum(load.sequences + load.prompts, 1e-9)
        doing.add(head_work(engine.model, plan, tips), float(engine.drafts))
    counts = np.array(doing.counts)
    times = work_times(
        doing.works, _candidates(plan, load), engine.machine.accelerator, profile,
        engine.numbers, _imbalance(engine),
    )  # fmt: skip
    terms = _by_term(doing.works, counts, times)
    terms["experts"] = terms["experts"] + doing.expert_layers * profile.expert_layer_s
    terms["dispatch_combine"] = doing.exchanged_s
    terms["all_reduce"] = doing.summed_s
    totals = _weighted(counts[None], times.table.swapaxes(0, 1))[0]
    terms["launch"] = totals[5] * profile.kernel_s
    return _finished(engine, load, terms, totals, doing, times)


@dataclass
class _Doing:
    """What a pass has to do, gathered layer by layer."""

    works: list[Work] = field(default_factory=list)
    counts: list[float] = field(default_factory=list)
    """Layers each piece of work stands for."""
    segments: list[Segment] = field(default_factory=list)
    expert_layers: float = 0.0
    exchanged_s: Number = 0.0
    summed_s: Number = 0.0
    links_s: Number = 0.0
    """Links of one rank at work, hidden or not."""

    def add(self, pieces: tuple[Work, ...], count: float) -> None:
        self.works.extend(pieces)
        self.counts.extend([count] * len(pieces))


def _segments(
    engine: Engine, load: PassLoad
) -> Iterator[tuple[PassLoad, list[tuple[Block, float]]]]:
    """Yield the tokens that pass through layers together, and the layers with their counts."""
    blocks = [(block, float(block.count)) for block in engine.model.blocks]
    if engine.drafts:
        last, count = blocks[-1]
        blocks[-1] = (last, count + 1.0)
    yield load, blocks
    if engine.drafts > 1 and load.has_decode:
        one_each = PassLoad(sequences=load.sequences, context=load.context)
        yield one_each, [(blocks[-1][0], engine.drafts - 1.0)]


def _add_layers(
    doing: _Doing, engine: Engine, load: PassLoad, blocks: list[tuple[Block, float]]
) -> None:
    """Add what these layers compute and exchange; equal parts of layers are worked out once."""
    plan, model = engine.plan, engine.model
    is_spread = np.asarray(plan.expert) > 1
    share = share_of(plan, load)
    sums: Number = 0.0
    mixers = ((block.mixer, n) for block, n in blocks if block.mixer is not None)
    parts = ((b.feed_forward, n) for b, n in blocks if b.feed_forward is not None)
    for mixer, count in _alike(mixers):
        doing.add(mixer_work(model, mixer, plan, load, share), count)
        sums = sums + count
    kinds = _alike(parts)
    for part, count in kinds:
        doing.add(feed_forward_work(model, part, share), count)
        if isinstance(part, MixtureOfExperts):
            sums = sums + count * np.where(is_spread, 0.0, 1.0)
            _add_experts(doing, engine, load, part, count)
        else:
            sums = sums + count
    one = reduction(engine, load.tokens, plan.tensor)
    doing.summed_s = doing.summed_s + sums * one.time_s
    doing.links_s = doing.links_s + sums * one.wire_s
    experts = tuple((part, n) for part, n in kinds if isinstance(part, MixtureOfExperts))
    doing.segments.append(Segment(load.tokens, sums, experts))


def _alike(parts: Iterable[tuple[_Part, float]]) -> list[tuple[_Part, float]]:
    """Return the different parts of layers, with the layers that have each."""
    found: list[tuple[_Part, float]] = []
    for part, count in parts:
        place = next((i for i, (known, _) in enumerate(found) if known == part), len(found))
        before = found[place][1] if place < len(found) else 0.0
        found[place : place + 1] = [(part, before + count)]
    return found


def _add_experts(
    doing: _Doing, engine: Engine, load: PassLoad, part: MixtureOfExperts, count: float
) -> None:
    """Add what layers of experts cost besides their products."""
    plan, profile = engine.plan, engine.profile
    doing.expert_layers += count
    is_spread = np.asarray(plan.expert) > 1
    if not is_spread.any():
        return
    sent = token_exchange(
        engine.machine, engine.model, part, plan, engine.exchange, engine.numbers,
        is_direct=not load.has_prompts,
    )  # fmt: skip
    moved = exchange_time(sent, load.tokens / plan.tensor)
    inside = inside_experts(engine, load.tokens, part)
    exposed = moved.time_s * (1 - profile.expert_overlap) + profile.expert_rank_s + inside.time_s
    doing.exchanged_s = doing.exchanged_s + count * np.where(is_spread, exposed, 0.0)
    doing.links_s = doing.links_s + count * np.where(is_spread, moved.wire_s + inside.wire_s, 0.0)


def _candidates(plan: InferencePlan, load: PassLoad) -> tuple[int, ...]:
    """Return the shape of the candidates; empty for a single one."""
    values = (
        load.sequences, load.new_tokens, load.context, load.prompt_tokens, load.prompt_length,
        load.prompt_prefix, plan.tensor, plan.attention_data, plan.pipeline, plan.expert,
    )  # fmt: skip
    shapes = {np.shape(value) for value in values} - {()}
    return np.broadcast_shapes(*shapes) if shapes else ()


_PLACE = {name: place for place, name in enumerate(TERMS)}


def _by_term(works: list[Work], counts: FloatArray, times: WorkTimes) -> dict[str, Number]:
    """Return seconds by term, all layers together."""
    weight = np.zeros((len(TERMS), len(works)))
    weight[[_PLACE[work.term] for work in works], range(len(works))] = counts
    return dict(zip(TERMS, _weighted(weight, times.time_s), strict=True))


def _weighted(weight: FloatArray, values: FloatArray) -> FloatArray:
    """Return weighted sums over works: (m, n_works) by (n_works, *candidates)."""
    summed = weight @ values.reshape(values.shape[0], -1)
    return np.asarray(summed.reshape(weight.shape[0], *values.shape[1:]))


def _imbalance(engine: Engine) -> Number:
    if engine.plan.is_balanced:
        return 1.0
    return 1.0 + engine.profile.expert_imbalance * (1 - 1 / np.asarray(engine.plan.expert))


def _finished(
    engine: Engine,
    load: PassLoad,
    terms: dict[str, Number],
    totals: FloatArray,
    doing: _Doing,
    times: WorkTimes,
) -> PassTime:
    """Add the pipeline and the host, and sum up."""
    plan, profile = engine.plan, engine.profile
    stages = np.asarray(plan.pipeline, dtype=np.float64)
    device: Number = sum(terms.values(), np.zeros(()))
    found = hand_over(engine, load.tokens)
    hop = np.where(stages > 1, found.time_s, 0.0) if found else np.zeros(())
    terms["pipeline"] = (stages - 1) * hop
    per_launch = profile.prefill_launch_s if load.has_prompts else profile.launch_s
    waiting = np.maximum(totals[5] * per_launch - device, 0.0)
    sequences = load.sequences + load.prompts
    step = profile.step_s + agreement_s(engine)
    terms["host"] = waiting + step + profile.sequence_s * sequences
    stall = 1 + profile.stage_wait * (stages - 1)
    busy = (device + waiting) / stages * stall + hop * (stages > 1)
    flops, traffic, _, compute_s, memory_s, _ = totals / stages
    return PassTime(
        time_s=device + terms["pipeline"] + terms["host"],
        stage_s=busy + step + profile.sequence_s * sequences,
        terms=terms,
        flops=flops,
        traffic_byte=traffic,
        compute_s=compute_s,
        memory_s=memory_s,
        network_s=doing.links_s / stages,
        step_s=step,
        sequences_s=profile.sequence_s * sequences,
        works=tuple(doing.works),
        times=times,
        counts=np.array(doing.counts),
        tokens=load.tokens,
        segments=tuple(doing.segments),
    )


def agreement_s(engine: Engine) -> Number:
    """Return what the hosts of one instance need to agree on a step. [s]."""
    hosts = np.maximum(engine.plan.ranks / (engine.machine.host_npus or np.inf), 1.0)
    return engine.profile.host_s * np.log2(hosts)


def inside_experts(engine: Engine, tokens: Number, part: MixtureOfExperts) -> Sum:
    """Return the sum over the ranks that share each expert: every one holds a part of each row."""
    plan = engine.plan
    rows = tokens * part.top_k * plan.expert_tensor / plan.tensor
    width = (part.latent or engine.model.hidden) / engine.model.hidden
    ranks = np.where(np.asarray(plan.expert) > 1, plan.expert_tensor, 1.0)
    return reduction(engine, rows * width, ranks)
