"""Names of racks seen from afar: one label a row, from its first rack to its last."""

from __future__ import annotations

import numpy as np

from studio.fabric.arrays import FloatArray, IntArray
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.text import SMALLEST_PX, Label

_TEXT_PX = 11
_NEXT_TO_PX = 3.0
"""Racks with no more than this between them stand side by side."""


def row_labels(frame: Frame, racks: IntArray, rects: FloatArray) -> list[Label]:
    """Return a label for each run of racks of one sort that stand side by side.

    Parameters
    ----------
    racks, rects : shapes (n,) and (n, 4). Numbers of racks, and where they are in pixels.
    """
    layout = frame.scene.layout
    order = np.lexsort((rects[:, 0], rects[:, 1]))
    labels = []
    for run in _runs(frame, racks[order], rects[order]):
        first, last = order[run[0]], order[run[-1]]
        names = (layout.racks[int(racks[first])].label, layout.racks[int(racks[last])].label)
        left, top, _, height = rects[first].tolist()
        width = rects[last, 0] + rects[last, 2] - left
        plate = frame.theme.rack
        # All in one place: the first that fits leaves no room for those after it.
        labels += [
            Label(
                text,
                left + width / 2,
                top + height / 2,
                size,
                frame.theme.text,
                10 - rank / 10,
                bold=True,
                room=width - 2,
                plate=plate,
                least=1.0,
            )
            for rank, (text, size) in enumerate(_texts(*names))
        ]
    return labels


def _texts(first: str, last: str) -> list[tuple[str, int]]:
    """Return what a run of racks may be called and in which size, the fullest first."""
    if first == last:
        return [(first, _TEXT_PX), (first, SMALLEST_PX)]
    letters = first.rstrip("0123456789")
    short = f"{first}–{last.removeprefix(letters)}"
    return [
        (f"{first} – {last}", _TEXT_PX),
        (short, _TEXT_PX),
        (short, SMALLEST_PX),
        (first, SMALLEST_PX),
    ]


def _runs(frame: Frame, racks: IntArray, rects: FloatArray) -> list[IntArray]:
    """Divide racks, sorted by row and place in it, where a gap or another sort begins."""
    layout = frame.scene.layout
    sort = np.array([layout.racks[rack].part for rack in racks.tolist()])
    end = rects[:-1, 0] + rects[:-1, 2]
    begins = (
        (np.abs(np.diff(rects[:, 1])) > _NEXT_TO_PX)
        | (np.abs(rects[1:, 0] - end) > _NEXT_TO_PX)
        | (np.diff(sort) != 0)
    )
    return np.split(np.arange(len(racks)), np.flatnonzero(begins) + 1)
