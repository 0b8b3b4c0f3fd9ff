"""Which labels are shown: the important ones, none over another; rectangles only, no Qt."""

from __future__ import annotations

from collections.abc import Sequence

from studio.gui.canvas.viewport import Rect

_CELL_PX = 96.0

_Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


def uncovered(rects: Sequence[Rect], taken: Sequence[Rect] = ()) -> list[int]:
    """Return which labels fit beside all that come before them.

    Parameters
    ----------
    rects : places of the labels, the most important first.
    taken : places where no label may stand.

    Returns
    -------
    Numbers of the labels to show, in order.
    """
    cells: dict[tuple[int, int], list[_Box]] = {}
    for rect in taken:
        box = _box(rect)
        for cell in _cells(box):
            cells.setdefault(cell, []).append(box)
    shown = []
    for number, rect in enumerate(rects):
        box = _box(rect)
        around = _cells(box)
        if not _is_taken(box, around, cells):
            shown.append(number)
            for cell in around:
                cells.setdefault(cell, []).append(box)
    return shown


def _box(rect: Rect) -> _Box:
    left, top, width, height = rect
    return left, top, left + width, top + height


def _cells(box: _Box) -> list[tuple[int, int]]:
    left, top = int(box[0] // _CELL_PX), int(box[1] // _CELL_PX)
    right, bottom = int(box[2] // _CELL_PX), int(box[3] // _CELL_PX)
    if left == right and top == bottom:
        return [(left, top)]
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


def _is_taken(
    box: _Box, around: list[tuple[int, int]], cells: dict[tuple[int, int], list[_Box]]
) -> bool:
    # Every frame asks this for hundreds of labels: plain loops are three times as fast as any().
    left, top, right, bottom = box
    for cell in around:
        for x1, y1, x2, y2 in cells.get(cell, ()):
            if left < x2 and x1 < right and top < y2 and y1 < bottom:
                return True
    return False
