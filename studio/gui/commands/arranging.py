"""What the Arrange menu does: racks turned, aligned, spread, put back and set apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from studio.design.edits import Edit
from studio.gui import arrange_edits
from studio.gui.arrange_edits import Axis, Side
from studio.gui.i18n import mark

if TYPE_CHECKING:
    from studio.fabric.fabric import Fabric
    from studio.gui.main_window import MainWindow

Handler = Callable[["MainWindow"], None]


def rotate(window: MainWindow) -> None:
    """Turn the selected racks by 90 degrees."""
    _apply(window, mark("Rotate racks"), partial(arrange_edits.rotate, degrees=90))


def turn(window: MainWindow) -> None:
    """Bring the selected boxes to the other face of their racks."""
    _apply(window, mark("Turn boxes"), arrange_edits.turn)


def align(side: Side) -> Handler:
    """Return the command that lines the selected racks up."""

    def run(window: MainWindow) -> None:
        _apply(window, mark("Align racks"), partial(arrange_edits.align, side=side))

    return run


def distribute(axis: Axis) -> Handler:
    """Return the command that leaves equal gaps between the selected racks."""

    def run(window: MainWindow) -> None:
        _apply(window, mark("Distribute racks"), partial(arrange_edits.distribute, axis=axis))

    return run


def detach(window: MainWindow) -> None:
    """Turn arrays, or the members selected, into single racks."""
    _apply(window, mark("Detach array"), arrange_edits.detach)


def put_back(window: MainWindow) -> None:
    """End the exceptions of what is selected."""
    _apply(window, mark("Put back"), arrange_edits.put_back)


def _apply(window: MainWindow, label: str, make: Callable[[Fabric, frozenset[str]], Edit]) -> None:
    document = window.workspace.document
    if document is not None:
        window.workspace.apply(label, make(document.fabric, document.selection))
