"""Names for the controls that have none of their own, so that a screen reader says where one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLineEdit, QTabBar, QWidget

from studio.gui.i18n import tr

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow

_GIVEN = "studio_given_name"


def name_controls(window: MainWindow) -> None:
    """Name every control that takes the focus, in the language chosen.

    A control is called what its tooltip or hint says first, else what its panel is called.
    """
    areas: list[tuple[QWidget, str]] = [
        (dock, dock.windowTitle()) for dock in window.docks.values()
    ]
    areas += [
        (window.scenario_bar, tr("Scenario")),
        (window.menus.toolbar, tr("Tools")),
        (window.welcome, tr("Reference designs")),
        (window.compare, tr("Compare")),
    ]
    for area, title in areas:
        for control in area.findChildren(QWidget):
            if control.focusPolicy() != Qt.FocusPolicy.NoFocus:
                _name(control, title)
    for tabs in window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
        _name(tabs, tr("Panels"))


def _name(control: QWidget, title: str) -> None:
    if control.property(_GIVEN):
        control.setAccessibleName("")
    if _says(control):
        return
    hint = control.placeholderText() if isinstance(control, QLineEdit) else ""
    control.setAccessibleName(control.toolTip().partition("\n")[0] or hint or title)
    control.setProperty(_GIVEN, True)


def _says(control: QWidget) -> bool:
    interface = QAccessible.queryAccessibleInterface(control)
    return interface is not None and bool(interface.text(QAccessible.Text.Name).strip())
