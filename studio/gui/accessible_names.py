"""Names for the controls that have none of their own, so that a screen reader says where one is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

_GIVEN = "studio_given_name"


def name_within(area: QWidget, title: str) -> None:
    """Name the controls of one panel or dialog that take the focus and say nothing themselves."""
    for control in area.findChildren(QWidget):
        if control.focusPolicy() != Qt.FocusPolicy.NoFocus:
            name_control(control, title)


def name_control(control: QWidget, title: str) -> None:
    """Name one control that says nothing itself."""
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
