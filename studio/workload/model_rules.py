"""What the dimensions of an AI model may be, whoever wrote them down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from studio.errors import BrokenRule
from studio.messages import say
from studio.workload.divisors import nearest_divisor
from studio.workload.model import AiModel, Attention, MixtureOfExperts, StateSpace

_WIDEST, _LONGEST, _MOST_ROWS = 1_000_000, 1_000_000_000, 10_000_000_000_000

_LEAST: Mapping[str, int] = dict.fromkeys(
    ("hidden", "count", "heads", "kv_heads", "head_dim", "width", "experts", "top_k", "state",
     "groups", "conv", "chunk", "tables", "rows", "bottom", "top", "default_sequence"), 1,
)  # fmt: skip
"""What no model is without; of the others, 0 means that there is none."""
_MOST: Mapping[str, int] = {
    "count": 100_000,
    "heads": 100_000,
    "kv_heads": 100_000,
    "vocab": _LONGEST,
    "learned_positions": _LONGEST,
    "default_sequence": _LONGEST,
    "window": _LONGEST,
    "index_top_k": _LONGEST,
    "rows": _MOST_ROWS,
}
"""Beyond that something is mistyped; a million for the others."""


def check_model(model: AiModel) -> None:
    """Raise for the first dimension of a model that no model can have, or that does not divide.

    Raises
    ------
    BrokenRule : names the field, its value, the rule and the nearest valid one.
    """
    for path, value in _numbers(msgspec.to_builtins(model), ()):
        field = next(name for name in reversed(path) if not name.isdecimal())
        least, most = _LEAST.get(field, 0), _MOST.get(field, _WIDEST)
        if not least <= value <= most:
            raise BrokenRule(
                say(
                    "{field} is {value}; {least} to {most} are possible",
                    field=".".join(path),
                    value=value,
                    least=least,
                    most=most,
                ),
                min(max(value, least), most),
            )
    if not model.blocks and model.recommendation is None:
        raise BrokenRule(say("{model} has no blocks of layers; describe one", model=model.name))
    for place, block in enumerate(model.blocks):
        if isinstance(block.mixer, Attention) and not block.mixer.is_latent:
            _check_divides(place, "heads", block.mixer.heads, "kv_heads", block.mixer.kv_heads)
        elif isinstance(block.mixer, StateSpace):
            _check_divides(place, "heads", block.mixer.heads, "groups", block.mixer.groups)
        if isinstance(block.feed_forward, MixtureOfExperts):
            _check_visited(place, block.feed_forward)


def _numbers(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield the numbers inside plain dicts and lists with the names that lead there."""
    if isinstance(value, bool):
        return
    if isinstance(value, (int, float)):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _numbers(inner, (*path, name))
    elif isinstance(value, (list, tuple)):
        for place, inner in enumerate(value):
            yield from _numbers(inner, (*path, f"{place}"))


def _check_divides(place: int, whole: str, count: int, part: str, degree: int) -> None:
    if count % degree:
        raise BrokenRule(
            say(
                "blocks.{place}: {part} {degree} does not divide {whole} {count}",
                place=place,
                part=part,
                degree=degree,
                whole=whole,
                count=count,
            ),
            nearest_divisor(count, degree),
        )


def _check_visited(place: int, experts: MixtureOfExperts) -> None:
    if experts.top_k > experts.experts:
        raise BrokenRule(
            say(
                "blocks.{place}: a token can't visit {top_k} of {experts} experts",
                place=place,
                top_k=experts.top_k,
                experts=experts.experts,
            ),
            experts.experts,
        )
