"""Names for the controls that have none of their own, so that a screen reader says where one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QComboBox, QLineEdit, QTabBar, QWidget

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
        (window.late.page, tr("Compare")),
    ]
    for area, title in areas:
        name_within(area, title)
    for tabs in window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
        _name(tabs, tr("Panels"))


def name_within(area: QWidget, title: str) -> None:
    """Name the controls of one panel or dialog that take the focus and say nothing themselves."""
    for control in area.findChildren(QWidget):
        if control.focusPolicy() != Qt.FocusPolicy.NoFocus:
            _name(control, title)


def _name(control: QWidget, title: str) -> None:
    if control.property(_GIVEN):
        control.setAccessibleName("")
    if _says(control):
        return
    hint = control.placeholderText() if isinstance(control, QLineEdit) else ""
    tip = control.toolTip().partition("\n")[0]
    control.setAccessibleName(tip or hint or _name_around(control) or title)
    control.setProperty(_GIVEN, True)


def _name_around(control: QWidget) -> str:
    """Return what the list that an entry is typed into is called."""
    owner = control.parentWidget()
    return _said(owner) if isinstance(owner, QComboBox) else ""


def _says(control: QWidget) -> bool:
    return bool(_said(control))


def _said(control: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(control)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else ""
