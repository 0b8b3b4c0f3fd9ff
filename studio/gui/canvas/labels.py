"""Which labels are shown: the important ones, none over another; rectangles only, no Qt."""

from __future__ import annotations

from collections.abc import Sequence

from studio.gui.canvas.viewport import Rect

_CELL_PX = 96.0


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
    cells: dict[tuple[int, int], list[Rect]] = {}
    for rect in taken:
        _occupy(cells, rect)
    shown = []
    for number, rect in enumerate(rects):
        if not any(_touch(rect, other) for cell in _cells(rect) for other in cells.get(cell, ())):
            _occupy(cells, rect)
            shown.append(number)
    return shown


def _occupy(cells: dict[tuple[int, int], list[Rect]], rect: Rect) -> None:
    for cell in _cells(rect):
        cells.setdefault(cell, []).append(rect)


def _cells(rect: Rect) -> list[tuple[int, int]]:
    left, top = int(rect[0] // _CELL_PX), int(rect[1] // _CELL_PX)
    right, bottom = int((rect[0] + rect[2]) // _CELL_PX), int((rect[1] + rect[3]) // _CELL_PX)
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


def _touch(one: Rect, other: Rect) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )
