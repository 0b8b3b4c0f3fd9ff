"""Editors of texts: one line, several lines, and text that follows from other values."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QWidget

from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.views.inspector_fields import InspectorField
from studio.gui.widgets.field_editor import EscapeEdit, FieldEditor, mixed_text
from studio.gui.widgets.labels import TextLabel, plain_tip


class TextEditor(FieldEditor):
    """One line of text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = EscapeEdit()
        self.line.editingFinished.connect(self._commit)
        self.line.abandoned.connect(self._restore)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line)

    def show_field(self, field: InspectorField) -> None:
        super().show_field(field)
        self.line.setToolTip(plain_tip(tr(field.tip) if field.tip else field.text))
        self._restore()

    def _restore(self) -> None:
        if self.field is not None and not (self.line.hasFocus() and self.line.isModified()):
            self.line.setText(self.field.text)
            self.line.setCursorPosition(0)
            self.line.setPlaceholderText(mixed_text() if self.field.is_mixed else "")

    def _commit(self) -> None:
        if self.field is not None and self.line.isModified():
            self.line.setModified(False)
            if self.line.text() != self.field.text:
                self.entered.emit(self.line.text())


@guarded
class LongTextEditor(FieldEditor):
    """Several lines of text, committed when the focus leaves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QPlainTextEdit()
        self.box.setTabChangesFocus(True)
        self.box.setFixedHeight(72)
        self.box.installEventFilter(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)

    def show_field(self, field: InspectorField) -> None:
        super().show_field(field)
        if not self.box.hasFocus():
            self.box.setPlainText(field.text)
            self.box.setPlaceholderText(mixed_text() if field.is_mixed else "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.box and event.type() == QEvent.Type.FocusOut and self.field is not None:
            text = self.box.toPlainText()
            if text != self.field.text:
                self.entered.emit(text)
        return super().eventFilter(watched, event)


class FixedEditor(FieldEditor):
    """A value that follows from others."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = TextLabel()
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label)

    def show_field(self, field: InspectorField) -> None:
        super().show_field(field)
        self.label.setText(field.text)
        self.label.setToolTip(plain_tip(tr(field.tip) if field.tip else field.text))
