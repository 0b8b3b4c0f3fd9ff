"""The history panel: every step of the document and which of them are done."""

from __future__ import annotations

from dataclasses import dataclass

from studio.gui.i18n import mark
from studio.session.history import History

OPENED = mark("Opened")


@dataclass(frozen=True)
class HistoryRow:
    """One state one can jump to; `place` is what `Document.jump` takes."""

    place: int
    label: str
    is_done: bool
    is_current: bool


def history_rows(history: History | None) -> tuple[HistoryRow, ...]:
    """Return all states, the opened one first."""
    if history is None:
        return ()
    labels = (OPENED, *(step.label for step in history.steps))
    return tuple(
        HistoryRow(place, label, place <= history.place, place == history.place)
        for place, label in enumerate(labels)
    )
