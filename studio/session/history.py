"""Undo and redo: a list of named steps, each two pointers to immutable snapshots.

Undo never computes anything, so it is always exact. Knows nothing of what a design is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from studio.design.model import Design
from studio.errors import InvalidInput


@dataclass(frozen=True)
class Step:
    """One edit: its name for the user, and the design before and after it."""

    label: str
    before: Design
    after: Design
    merge_key: str | None = None
    """Steps with the same key that follow each other become one: a drag, typing in one field."""

    @property
    def is_idle(self) -> bool:
        """Tell whether the step has come back to where it began."""
        return self.after is self.before


class History:
    """The steps of one document and the place among them."""

    def __init__(self, design: Design) -> None:
        self._first = design
        self._steps: list[Step] = []
        self._place = 0
        self._clean = design

    @classmethod
    def of(cls, first: Design, steps: Iterable[tuple[str, Design]], place: int) -> History:
        """Return a history as it was left, its current design saved.

        Parameters
        ----------
        steps : label of each step and the design after it.
        place : how many of them are done.
        """
        made = cls(first)
        for label, after in steps:
            made.push(label, after)
        made.jump(place)
        made.mark_clean()
        return made

    @property
    def current(self) -> Design:
        """Return the design at the current place."""
        return self._steps[self._place - 1].after if self._place else self._first

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return all steps, undone ones included."""
        return tuple(self._steps)

    @property
    def place(self) -> int:
        """Return how many steps are done."""
        return self._place

    @property
    def is_clean(self) -> bool:
        """Tell whether the current design is the one last saved or opened."""
        return self.current is self._clean

    @property
    def clean(self) -> Design:
        """Return the design last saved or opened."""
        return self._clean

    @property
    def first(self) -> Design:
        """Return the design the history began with."""
        return self._first

    @property
    def undo_label(self) -> str:
        """Return the name of the step that undo takes back, empty where there is none."""
        return self._steps[self._place - 1].label if self._place else ""

    @property
    def redo_label(self) -> str:
        """Return the name of the step that redo repeats, empty where there is none."""
        return self._steps[self._place].label if self._place < len(self._steps) else ""

    def push(self, label: str, after: Design, merge_key: str | None = None) -> None:
        """Add a step behind the current place; steps undone before are dropped."""
        before = self.current
        if after is before:
            return
        del self._steps[self._place :]
        last = self._steps[-1] if self._steps else None
        merges = last is not None and merge_key is not None and last.merge_key == merge_key
        # A saved state stays reachable: merging over it would lose it, unless the drag began there.
        if last is not None and merges and (last.after is not self._clean or last.is_idle):
            self._steps[-1] = replace(last, after=after)
        else:
            self._steps.append(Step(label, before, after, merge_key))
            self._place += 1

    def end_merge(self) -> None:
        """Close the last step, so that the next edit with the same key is a step of its own."""
        if self._steps:
            self._steps[-1] = replace(self._steps[-1], merge_key=None)

    def undo(self) -> bool:
        """Go back one step; tell whether there was one."""
        if not self._place:
            return False
        self._place -= 1
        return True

    def redo(self) -> bool:
        """Go forward one step; tell whether there was one."""
        if self._place == len(self._steps):
            return False
        self._place += 1
        return True

    def jump(self, place: int) -> None:
        """Go to the state after `place` steps.

        Raises
        ------
        InvalidInput : there are fewer steps, or the place is negative.
        """
        if not 0 <= place <= len(self._steps):
            raise InvalidInput(
                "step {place} does not exist; there are {step_count}",
                place=place,
                step_count=len(self._steps),
            )
        self._place = place

    def mark_clean(self) -> None:
        """Remember the current design as saved."""
        self._clean = self.current
