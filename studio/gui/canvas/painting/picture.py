"""One whole picture of the drawing, in order from the floor to the labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtGui import QPainter

from studio.gui.canvas.painting.boxes import paint_housings, paint_racks
from studio.gui.canvas.painting.cabling import paint_harness, paint_inner
from studio.gui.canvas.painting.chips import paint_chips
from studio.gui.canvas.painting.floor import metre_labels, paint_floor
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.text import Fonts, Label, draw_labels
from studio.gui.canvas.painting.trunks import paint_trunks
from studio.gui.canvas.viewport import Rect


def paint_picture(
    painter: QPainter,
    frame: Frame,
    fonts: Fonts,
    taken: Sequence[Rect] = (),
    floor: Callable[[QPainter, Frame], None] = paint_floor,
) -> list[Rect]:
    """Draw hall, trunks, racks and what is in them; no selection and nothing that floats.

    Returns the plates of labels, which nothing that is drawn over the picture should cross.

    Parameters
    ----------
    taken : places on the screen where no label may stand.
    floor : what draws the empty floor.
    """
    labels: list[Label] = []
    if frame.only_racks is None:
        floor(painter, frame)
        labels += metre_labels(frame)
    labels += paint_content(painter, frame)
    if frame.sharp and frame.labelled:
        return draw_labels(painter, fonts, labels, taken)
    return []


def paint_content(painter: QPainter, frame: Frame) -> list[Label]:
    """Draw trunks, racks and what is in them; return the labels."""
    return paint_trunks(painter, frame) + paint_racks_with_contents(painter, frame)


def paint_racks_with_contents(painter: QPainter, frame: Frame) -> list[Label]:
    """Draw racks and what is in them; return the labels."""
    racks, housings, chips = frame.visible.racks, frame.visible.housings, frame.visible.chips
    layout = frame.scene.layout
    chosen = frame.only_racks
    if frame.hidden_racks is not None:
        chosen = ~frame.hidden_racks
    if chosen is not None:
        racks = racks[chosen[racks]]
        housings = housings[chosen[layout.rack_of_housing[housings]]]
        chips = chips[chosen[layout.rack[chips]]] if len(chips) else chips
    if not len(racks):
        return []
    labels = paint_racks(painter, frame, racks)
    housings = housings[frame.housing_there[housings]]
    chips = chips[frame.housing_there[layout.housing[chips]]] if len(chips) else chips
    labels += paint_housings(painter, frame, housings)
    labels += paint_harness(painter, frame, racks)
    labels += paint_inner(painter, frame, np.asarray(housings))
    return labels + paint_chips(painter, frame, chips)
