"""Where the parts of a node or box are drawn inside it; fractions of the housing, no Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from studio.fabric.arrays import FloatArray

LABEL_END = 0.2
"""The left part of a housing carries its name."""
CHIPS_END = 0.925
PANEL_START = 0.95
"""From here to the right edge are the connectors."""
_TOP, _BOTTOM = 0.09, 0.97

_ROWS: tuple[tuple[str, ...], ...] = (
    ("switch",),
    ("npu",),
    ("cpu", "nic"),
    ("memory", "storage", "power_supply", "cooling", "transceiver"),
)
"""Kinds that share a row, from the top of a tall housing; a flat one has them left to right."""

_ROW_WEIGHT = (1.0, 1.5, 1.0, 0.55)
_SIZE: Mapping[str, float] = {
    "npu": 3.0,
    "switch": 2.4,
    "cpu": 2.4,
    "nic": 1.6,
    "memory": 0.5,
    "storage": 0.7,
    "power_supply": 2.0,
    "cooling": 3.0,
    "transceiver": 0.5,
}
_FLAT = 5.0
"""Housings wider than this times their height are filled from left to right."""
_WIDEST_CHIP = 2.6
_GAP, _ROW_GAP = 0.16, 0.34

HIDDEN_KINDS = frozenset(("chassis", "board", "rack", "cable"))
"""The housing itself stands for these."""


def arrange(kinds: Sequence[str], aspect: float) -> FloatArray:
    """Return a rectangle for each member of a housing.

    Parameters
    ----------
    kinds : kind of each member, in order.
    aspect : width of the housing over its height.

    Returns
    -------
    shape (n_members, 4). Left, top, width, height in fractions of the housing; zero size for
    members that the housing itself stands for.
    """
    rects = np.zeros((len(kinds), 4))
    members: dict[str, list[int]] = {kind: [] for kind in (*_SIZE, "")}
    for number, kind in enumerate(kinds):
        if kind not in HIDDEN_KINDS:
            members[kind if kind in _SIZE else ""].append(number)
    if members[""]:
        members["cooling"] += members[""]
    rows = [
        ([(kind, members[kind]) for kind in row if members[kind]], weight)
        for row, weight in zip(_ROWS, _ROW_WEIGHT, strict=True)
    ]
    rows = [row for row in rows if row[0]]
    if not rows:
        return rects
    area = (LABEL_END, _TOP, CHIPS_END - LABEL_END, _BOTTOM - _TOP)
    if aspect < _FLAT:
        _fill_rows(rects, rows, area, aspect)
    else:
        _fill_row(rects, [group for groups, _ in rows for group in groups], area, aspect)
    return rects


_Groups = list[tuple[str, list[int]]]


def _fill_rows(
    rects: FloatArray,
    rows: list[tuple[_Groups, float]],
    area: tuple[float, float, float, float],
    aspect: float,
) -> None:
    left, top, width, height = area
    total = sum(weight for _, weight in rows)
    for groups, weight in rows:
        share = height * weight / total
        gap = share * _ROW_GAP
        _fill_row(rects, groups, (left, top + gap / 2, width, share - gap), aspect)
        top += share


def _fill_row(
    rects: FloatArray,
    groups: _Groups,
    area: tuple[float, float, float, float],
    aspect: float,
) -> None:
    left, top, width, height = area
    flat = width * aspect / height
    needs = [_room(kind, len(numbers), flat) for kind, numbers in groups]
    total = sum(needs)
    for (_, numbers), need in zip(groups, needs, strict=True):
        share = width * need / total
        rects[numbers] = _grid(len(numbers), (left, top, share, height), aspect)
        left += share


def _room(kind: str, count: int, flat: float) -> float:
    """Return the width a group asks for; many small things stack in a flat housing."""
    columns = math.ceil(count / 2) if flat > 4 and count > 3 else count
    return _SIZE.get(kind, 1.0) * columns


def _grid(count: int, area: tuple[float, float, float, float], aspect: float) -> FloatArray:
    """Return `count` equal cells in an area, near to squares on the drawing."""
    left, top, width, height = area
    flat = width * aspect / height
    rows = min(
        range(1, count + 1),
        key=lambda r: abs(math.log(flat / math.ceil(count / r) * r / 1.2)),
    )
    columns = math.ceil(count / rows)
    number = np.arange(count)
    cell_w, cell_h = width / columns, height / rows
    gap_h = cell_h * _GAP
    gap_w = min(cell_w * _GAP, gap_h / aspect * 1.5)
    chip_w = min(cell_w - gap_w, _WIDEST_CHIP * (cell_h - gap_h) / aspect)
    x = left + (number % columns) * cell_w + (cell_w - chip_w) / 2
    y = top + (number // columns) * cell_h + gap_h / 2
    return np.stack((x, y, np.full(count, chip_w), np.full(count, cell_h - gap_h)), axis=1)
