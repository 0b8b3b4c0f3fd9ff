"""What every editor of an inspector field can do, and the line of text that several have."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.views.inspector_fields import InspectorField


def mixed_text() -> str:
    """Return what stands in the place of values that differ."""
    return tr("various")


class FieldEditor(QWidget):
    """Base of all editors."""

    entered = Signal(object)
    """A value, final."""
    dragged = Signal(object)
    """A value on the way to the final one; steps of one drag are one undo step."""
    drag_ended = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field: InspectorField | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def is_held(self) -> bool:
        """Tell whether the pointer holds a handle of the editor."""
        return False

    def show_field(self, field: InspectorField) -> None:
        """Show a field."""
        self.field = field

    def set_name(self, name: str) -> None:
        """Say to screen readers what is edited, wherever in the editor the focus is."""
        self.setAccessibleName(name)
        for part in self.findChildren(QWidget):
            if part.focusPolicy() != Qt.FocusPolicy.NoFocus:
                part.setAccessibleName(name)


@guarded
class EscapeEdit(QLineEdit):
    """A line that gives up an entry on Escape, and leaves undo to the window once it is made."""

    abandoned = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
            if not self.isModified() and any(event.matches(one) for one in keys):
                event.ignore()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            # What was typed is no entry any more when the focus leaves.
            self.setModified(False)
            self.abandoned.emit()
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()
