"""Evaluates one snapshot after another, and knows the last ones again when they are undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.fabric.fabric import Fabric

if TYPE_CHECKING:
    from studio.session.evaluation import Evaluation

MOST_KEPT = 8
"""Snapshots of one document share most of what they hold, so that a few more cost little."""


class Evaluator:
    """`evaluate` with a short memory; the figures are the same as without."""

    def __init__(self) -> None:
        # Replaced as a whole and never changed, since several workers may ask at once.
        self._kept: tuple[Evaluation, ...] = ()

    def __call__(self, fabric: Fabric) -> Evaluation:
        """Return the figures of a snapshot."""
        # Of another document nothing can be kept, nor should it outlive that document.
        kept = tuple(one for one in self._kept if one.fabric.design.id == fabric.design.id)
        known = next((one for one in kept if _is_same(one.fabric, fabric)), None)
        if known is not None:
            made = known if known.fabric is fabric else replace(known, fabric=fabric)
        else:
            # Late, so that the window is drawn before all of the simulation is loaded.
            from studio.session.evaluation import evaluate

            made = evaluate(fabric, kept[0] if kept else None)
        self._kept = (made, *(one for one in kept if one is not known))[:MOST_KEPT]
        return made

    def forget(self) -> None:
        """Know no snapshot any more, as when the document is closed."""
        self._kept = ()


def _is_same(one: Fabric, other: Fabric) -> bool:
    return one.design is other.design and one.catalog is other.catalog
