"""What a serving estimate says in words: what limits it, what to change, what it assumes."""

from __future__ import annotations

import math

from studio.messages import Message, say
from studio.simulation.inference.engine import Engine
from studio.simulation.inference.memory import ServingMemory
from studio.simulation.inference.plan import expert_count, scalar
from studio.simulation.inference.requests import Limits, RequestShape
from studio.simulation.inference.speculative import Speculation
from studio.simulation.inference.uneven_experts import fullest_rank

_CROWDED = 0.9
"""Share of the usable memory beyond which weights leave no room worth the name."""


def limit_of(batch: float, room: float, held: float) -> str:
    """Return what bounds the sequences in flight: of `room` in memory, `held` are kept.

    `batch` is what was asked for, 0 for the largest possible.
    """
    if room < 1:
        return "nothing fits"
    if batch:
        return "batch" if held < room else "memory"
    return "memory" if held >= room else "TPOT"


def remedy_of(
    engine: Engine,
    shape: RequestShape,
    limits: Limits,
    memory: ServingMemory,
    room: float,
    held: float,
    wanted: float,
    ttft_s: float,
) -> str:
    """Return what to change, in one sentence, or nothing."""
    ranks = int(scalar(engine.plan.ranks))
    if room < 1:
        over = scalar(memory.weights) / memory.usable
        if over > _CROWDED:
            return say(
                "weights take {over:.0%} of the usable memory of a device: spread the "
                "instance over {devices} devices or store weights in fewer bits",
                over=over,
                devices=ranks * 2 ** max(math.ceil(math.log2(over / _CROWDED)), 1),
            )
        return say(
            "not one request of {full_length:g} tokens fits: spread the instance over "
            "{devices} devices, shorten requests or store the cache in fewer bits",
            full_length=shape.full_length,
            devices=2 * ranks,
        )
    if wanted > room:
        return say(
            "memory holds {room:g} sequences per group; lower the batch to that",
            room=room,
        )
    if held < 1:
        return say(
            "even one sequence misses TPOT {tpot_s:g} ms: use more tensor parallelism or "
            "draft tokens",
            tpot_s=limits.tpot_s * 1000.0,
        )
    if ttft_s > limits.ttft_s:
        return say(
            "one prompt takes {ttft_s:.2f} s against a TTFT limit of {limit_s:g} s: use "
            "more tensor parallelism, a prefix cache or shorter prompts",
            ttft_s=ttft_s,
            limit_s=limits.ttft_s,
        )
    return ""


def prefill_remedy(apart: Engine) -> str:
    """Return what to change where prefill instances of their own hold nothing."""
    ranks = int(scalar(apart.plan.ranks))
    return say(
        "a prefill instance of {ranks} devices cannot hold weights and one request: spread it "
        "over {more}",
        ranks=ranks,
        more=2 * ranks,
    )


def _uneven_experts(engine: Engine) -> list[Message]:
    """Return what it costs that ranks hold unlike numbers of experts, if they do."""
    plan, ranks = engine.plan, scalar(engine.plan.expert)
    over = scalar(fullest_rank(expert_count(engine.model), plan.redundant_experts, ranks)) - 1
    if plan.is_balanced or over < 1e-9:
        return []
    return [
        say(
            "experts do not divide evenly by {ranks:g} ranks: the fullest has {over:.0%} more "
            "than the mean",
            ranks=ranks,
            over=over,
        )
    ]


def assumptions_of(engine: Engine, guess: Speculation) -> tuple[str, ...]:
    """Return what an estimate takes for granted."""
    profile = engine.profile
    said = [
        say(
            "{memory_share:.0%} of memory is given to weights and cache",
            memory_share=profile.memory_share,
        ),
        say(
            "prompts are computed {pass_tokens:g} tokens at a time",
            pass_tokens=profile.pass_tokens,
        ),
        say("{cache_byte:g} B per cache element", cache_byte=engine.numbers.cache_byte),
    ]
    if engine.model.is_moe and not engine.plan.is_balanced:
        said.append(
            say(
                "the busiest expert rank has {expert_imbalance:.0%} over the mean",
                expert_imbalance=profile.expert_imbalance,
            )
        )
    said += _uneven_experts(engine)
    if guess.drafts:
        said.append(
            say(
                "tokens drafted per step: {drafts}, {acceptance:.0%} accepted",
                drafts=guess.drafts,
                acceptance=guess.acceptance,
            )
        )
    return (*said, *engine.machine.assumptions)
