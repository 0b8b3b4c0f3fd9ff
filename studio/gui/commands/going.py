"""What the Go menu does: the cursor goes from panel to panel without a mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow

Handler = Callable[["MainWindow"], None]
_SIDES = (
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.TopDockWidgetArea,
    Qt.DockWidgetArea.NoDockWidgetArea,
)
"""The way round the drawing."""


def to_panel(name: str) -> Handler:
    """Return the command that brings a panel to the front and puts the cursor into it."""

    def go(window: MainWindow) -> None:
        window.show_dock(name)
        window.late.make(name)
        panel = window.docks[name].widget()
        if panel is not None and not enter(panel):
            # With nothing to list there is no control; the next key still goes from here.
            panel.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            panel.setFocus(Qt.FocusReason.OtherFocusReason)

    return go


def to_page(window: MainWindow) -> None:
    """Put the cursor into the drawing, or whatever page is shown."""
    enter(window.pages)


def next_area(window: MainWindow) -> None:
    """Put the cursor into the next panel in sight."""
    _step(window, 1)


def previous_area(window: MainWindow) -> None:
    """Put the cursor into the panel before."""
    _step(window, -1)


def menu_bar(window: MainWindow) -> None:
    """Open the first menu; arrow keys lead on."""
    bar = window.menuBar()
    bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
    bar.setActiveAction(bar.actions()[0])


def enter(area: QWidget) -> bool:
    """Put the cursor into the first control of an area; tells whether there is one."""
    control = area
    while True:
        if _takes_cursor(control):
            control.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        following = _within(area, control)
        if following is None:
            return False
        control = following


def _within(area: QWidget, control: QWidget) -> QWidget | None:
    """Return what Tab would lead to next inside an area, None behind the last."""
    following = control.nextInFocusChain()
    while following is not None and following not in (area, control):
        if area.isAncestorOf(following):
            return following
        following = following.nextInFocusChain()
    return None


def _takes_cursor(control: QWidget) -> bool:
    takes_tab = bool(control.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)
    return takes_tab and control.isVisible() and control.isEnabled()


def _areas(window: MainWindow) -> Iterator[QWidget]:
    """Yield what is in sight, the way round: page, right, bottom, left, top."""
    yield window.pages
    docks = sorted(
        window.docks.values(), key=lambda dock: _SIDES.index(window.dockWidgetArea(dock))
    )
    for dock in docks:
        panel = dock.widget()
        # A dock behind another tab is visible to Qt, with nothing of it in sight.
        if panel is not None and dock.isVisible() and not panel.visibleRegion().isEmpty():
            yield panel
    yield from (window.scenario_bar, window.strip)


def _step(window: MainWindow, direction: int) -> None:
    areas = list(_areas(window))
    focused = QApplication.focusWidget()
    here = [
        place
        for place, area in enumerate(areas)
        if focused is not None and (area is focused or area.isAncestorOf(focused))
    ]
    start = here[0] if here else -direction
    for far in range(1, len(areas) + 1):
        if enter(areas[(start + direction * far) % len(areas)]):
            return
