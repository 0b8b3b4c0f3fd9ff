"""What the layers of a pass compute and exchange, gathered; equal parts are worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.exchange import exchange_time
from studio.simulation.inference.pass_time import Segment
from studio.simulation.inference.pieces import PassLoad, Work
from studio.simulation.inference.reductions import Sum, reduction
from studio.simulation.inference.work import feed_forward_work, mixer_work, share_of
from studio.workload.model import Block, MixtureOfExperts
from studio.workload.operators import Number

_Part = TypeVar("_Part")


@dataclass
class Gathered:
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
        """Add pieces of work that so many layers have."""
        self.works.extend(pieces)
        self.counts.extend([count] * len(pieces))


def segments_of(
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


def add_layers(
    doing: Gathered, engine: Engine, load: PassLoad, blocks: list[tuple[Block, float]]
) -> None:
    """Add what these layers compute and exchange; equal parts of layers are worked out once."""
    plan, model = engine.plan, engine.model
    travels = plan.dispatches | plan.gathers
    share = share_of(plan, load)
    sums: Number = 0.0
    mixers = ((block.mixer, n) for block, n in blocks if block.mixer is not None)
    parts = ((b.feed_forward, n) for b, n in blocks if b.feed_forward is not None)
    for mixer, count in _alike(mixers):
        doing.add(mixer_work(model, mixer, plan, load, share), count)
        sums = sums + count
    kinds = _alike(parts)
    for part, count in kinds:
        doing.add(feed_forward_work(model, part, plan, share), count)
        if isinstance(part, MixtureOfExperts):
            sums = sums + count * np.where(travels, 0.0, 1.0)
            _add_experts(doing, engine, load, part, count)
        else:
            sums = sums + count
    one = reduction(engine, load.tokens, plan.tensor)
    doing.summed_s = doing.summed_s + sums * one.time_s
    doing.links_s = doing.links_s + sums * one.wire_s
    experts = tuple((part, n) for part, n in kinds if isinstance(part, MixtureOfExperts))
    doing.segments.append(Segment(load.tokens, sums, experts, is_direct=not load.has_prompts))


def _alike(parts: Iterable[tuple[_Part, float]]) -> list[tuple[_Part, float]]:
    """Return the different parts of layers, with the layers that have each."""
    found: list[tuple[_Part, float]] = []
    for part, count in parts:
        place = next((i for i, (known, _) in enumerate(found) if known == part), len(found))
        before = found[place][1] if place < len(found) else 0.0
        found[place : place + 1] = [(part, before + count)]
    return found


def _add_experts(
    doing: Gathered, engine: Engine, load: PassLoad, part: MixtureOfExperts, count: float
) -> None:
    """Add what layers of experts cost besides their products."""
    plan, profile = engine.plan, engine.profile
    doing.expert_layers += count
    dispatches, gathers = plan.dispatches, plan.gathers
    if gathers.any():
        whole = inside_experts(engine, load.tokens, part)
        doing.exchanged_s = doing.exchanged_s + count * np.where(gathers, whole.time_s, 0.0)
        doing.links_s = doing.links_s + count * np.where(gathers, whole.wire_s, 0.0)
    if not dispatches.any():
        return
    sent = engine.token_exchange(part, is_direct=not load.has_prompts)
    moved = exchange_time(sent, load.tokens / plan.tensor)
    inside = inside_experts(engine, load.tokens, part)
    exposed = moved.time_s * (1 - profile.expert_overlap) + profile.expert_rank_s + inside.time_s
    doing.exchanged_s = doing.exchanged_s + count * np.where(dispatches, exposed, 0.0)
    doing.links_s = doing.links_s + count * np.where(dispatches, moved.wire_s + inside.wire_s, 0.0)


def inside_experts(engine: Engine, tokens: Number, part: MixtureOfExperts) -> Sum:
    """Return the sum over the ranks that share each expert: every one holds a part of each row.

    Notes
    -----
    Tokens that travel to their experts arrive as rows of those ranks alone. Where every rank holds
    a part of every expert, tokens of all groups are gathered first and the sum is scattered: both
    together move as much as one sum of all of them over the stage.
    """
    plan = engine.plan
    width = (part.latent or engine.model.hidden) / engine.model.hidden
    rows = tokens * part.top_k * plan.expert_tensor / plan.tensor * width
    rows = np.where(plan.gathers, tokens * plan.attention_data, rows)
    shared = np.where(plan.dispatches, plan.expert_tensor, 1.0)
    return reduction(engine, rows, np.where(plan.gathers, plan.stage_ranks, shared))
