"""How a fabric chooses among paths; light, since forms offer it before anything is laid."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from studio.errors import InvalidInput

if TYPE_CHECKING:
    from studio.fabric.flow.routing import Split

LARGEST_SEED = 2**63 - 1


class RoutingMode(StrEnum):
    """How a fabric chooses among shortest paths."""

    SPRAY = "spray"
    """Every hop shares equally among its next hops."""
    WEIGHTED = "weighted"
    """Every hop shares in proportion to the bandwidth of its next hops."""
    HASHED = "hashed"
    """Every flow, or part of one, keeps one path."""
    ADAPTIVE = "adaptive"
    """An ideal: shares that make the busiest link least busy."""


@dataclass(frozen=True)
class Routing:
    """A mode, and what a hash needs.

    Raises
    ------
    InvalidInput : a negative seed, no subflow, or several in a mode that has none.
    """

    mode: RoutingMode = RoutingMode.SPRAY
    seed: int = 0
    """Another seed gives another, equally likely, set of paths."""
    subflows: int = 1
    """Equal parts of a flow with a path each, such as one per sub-plane."""

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise InvalidInput("a seed of {seed} is negative; take 0 or more", seed=self.seed)
        if self.seed > LARGEST_SEED:
            raise InvalidInput(
                "a seed of {seed} is too large; take {most} at most",
                seed=self.seed,
                most=LARGEST_SEED,
            )
        if self.subflows < 1:
            raise InvalidInput(
                "{subflows} subflows carry nothing; take 1 or more",
                subflows=self.subflows,
            )
        if self.subflows > 1 and self.mode is not RoutingMode.HASHED:
            raise InvalidInput(
                "{mode} routing has no subflows; leave them out or take hashed routing",
                mode=self.mode,
            )

    @property
    def split(self) -> Split:
        """How a hop shares where flows are not kept on one path."""
        from studio.fabric.flow.routing import Split

        return Split.CAPACITY if self.mode is RoutingMode.WEIGHTED else Split.EQUAL


SPRAY = Routing()
