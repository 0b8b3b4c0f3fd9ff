"""The inspector: every field of what is selected, or of the design when nothing is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.design.edits import Edit
from studio.design.model import Design
from studio.gui.i18n import tr
from studio.gui.icons import icon
from studio.gui.theme import SPACE, Theme
from studio.gui.views.inspector_fields import InspectorField, InspectorSection
from studio.gui.widgets.field_editor import FieldEditor
from studio.gui.widgets.field_editors import EDITORS
from studio.gui.widgets.labels import plain_tip, styled_area, styled_label
from studio.messages import entry, say

LEAST_LABEL = 70
"""Width of the names beside the fields, where no word of one needs more."""


@dataclass(frozen=True)
class FieldEdit:
    """An edit the inspector asks for."""

    label: str
    edit: Edit
    merge_key: str | None = None


class _Line:
    """The widgets of one field."""

    def __init__(
        self, editor: FieldEditor, label: QLabel, note: QLabel, reset: QToolButton
    ) -> None:
        self.editor = editor
        self.label = label
        self.note = note
        self.reset = reset

    def show(self, field: InspectorField) -> None:
        text = tr(field.label)
        self.label.setText(text)
        self.label.ensurePolished()  # or its words are measured in a font it will not have
        metrics = self.label.fontMetrics()
        widest = max(map(metrics.horizontalAdvance, text.split()), default=0)
        self.label.setMinimumWidth(max(LEAST_LABEL, widest))
        self.label.setToolTip(plain_tip(tr(field.tip) if field.tip else text))
        self.note.setText(field.note)
        self.note.setToolTip(plain_tip(tr(field.tip) if field.tip else field.note))
        self.note.setVisible(bool(field.note))
        # Kept free while hidden, or the slider would become narrower under the pointer.
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(field.reset is not None)
        self.reset.setSizePolicy(policy)
        self.reset.setVisible(field.can_reset)
        self.reset.setToolTip(tr(field.reset_tip))
        self.editor.show_field(field)
        self.editor.set_name(text)


class InspectorPanel(QWidget):
    """Sections of fields; widgets are kept while the same fields are shown."""

    edit_requested = Signal(object)
    """FieldEdit."""
    drag_ended = Signal()
    refused = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._shape: tuple[object, ...] = ()
        self._drag_from: Design | None = None
        self._put_off: tuple[str, tuple[InspectorSection, ...]] | None = None
        self._lines: list[_Line] = []
        self._titles: list[QLabel] = []
        self._title = styled_label("heading")
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._title.setContentsMargins(SPACE, SPACE // 2, SPACE, SPACE // 2)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        # What is in it takes the keys.
        self._scroll.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._empty = styled_label("empty")
        self._empty.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._title)
        layout.addWidget(self._empty)
        layout.addWidget(self._scroll, 1)
        self.setMinimumWidth(260)
        self.retranslate()
        self.show_sections("", ())

    def show_sections(self, title: str, sections: tuple[InspectorSection, ...]) -> None:
        """Show fields."""
        self._put_off = None
        self._title.setText(title)
        self._title.setToolTip(plain_tip(title))
        self._title.setVisible(bool(title))
        self._empty.setVisible(not sections)
        self._scroll.setVisible(bool(sections))
        shape = tuple(
            (section.title, tuple((field.key, field.editor) for field in section.fields))
            for section in sections
        )
        if shape != self._shape and any(line.editor.is_held for line in self._lines):
            # New widgets would take the slider away from the pointer.
            self._put_off = (title, sections)
            self._show_known(sections)
            return
        if shape != self._shape:
            self._shape = shape
            self._rebuild(sections)
        fields = [field for section in sections for field in section.fields]
        for line, field in zip(self._lines, fields, strict=True):
            if line.editor.field != field:
                line.show(field)

    def _show_known(self, sections: tuple[InspectorSection, ...]) -> None:
        """Show what the present widgets can show of other sections."""
        fields = {field.key: field for section in sections for field in section.fields}
        for line in self._lines:
            field = fields.get(line.editor.field.key) if line.editor.field else None
            if field is not None:
                line.show(field)

    def focus_first(self) -> None:
        """Put the cursor into the first value that can be changed."""
        for line in self._lines:
            controls = [one for one in line.editor.findChildren(QWidget) if one.isEnabled()]
            taking = [one for one in controls if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
            if taking:
                taking[0].setFocus(Qt.FocusReason.TabFocusReason)
                return

    def editor(self, key: str) -> FieldEditor:
        """Return the editor of the field called `key`, or whose key ends so."""
        for line in self._lines:
            field = line.editor.field
            if field is not None and (field.key == key or field.key.endswith(f".{key}")):
                return line.editor
        raise KeyError(key)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        for line in self._lines:
            line.reset.setIcon(icon("reset", theme))

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._empty.setText(tr("Select a rack, node, chip or link to see and change its values."))
        self._shape = ()

    def _rebuild(self, sections: tuple[InspectorSection, ...]) -> None:
        focused = self._focused()
        self._lines = []
        self._drag_from = None
        content = styled_area("panel")
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        grid = QGridLayout(content)
        grid.setContentsMargins(SPACE, 0, SPACE, SPACE)
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(SPACE // 2)
        grid.setColumnStretch(0, 30)
        grid.setColumnStretch(1, 70)
        row = 0
        for section in sections:
            title = styled_label("section", tr(section.title))
            title.setToolTip(plain_tip(section.detail))
            grid.addWidget(title, row, 0, 1, 3)
            row += 1
            for field in section.fields:
                row = self._add(grid, row, field)
        grid.setRowStretch(row, 1)
        old = self._scroll.takeWidget()
        self._scroll.setWidget(content)
        self._order_tabs()
        self._focus_again(*focused)
        if old is not None:
            old.hide()
            old.deleteLater()

    def _focused(self) -> tuple[str, type[QWidget]]:
        """Return the key of the field that has the focus, and which of its controls."""
        control = QApplication.focusWidget()
        for line in self._lines:
            field = line.editor.field
            if control is not None and field is not None and line.editor.isAncestorOf(control):
                return field.key, type(control)
        return "", QWidget

    def _focus_again(self, key: str, control: type[QWidget]) -> None:
        """Give the focus back to a field that is shown still."""
        for line in self._lines:
            if line.editor.field is not None and line.editor.field.key == key:
                found = line.editor.findChild(control)
                if found is not None:
                    found.setFocus(Qt.FocusReason.OtherFocusReason)
                    self._scroll.ensureWidgetVisible(found)

    def _order_tabs(self) -> None:
        """Let Tab lead from field to field: what is made later would come after all panels."""
        before: QWidget = self._scroll
        for line in self._lines:
            for control in (*line.editor.findChildren(QWidget), line.reset):
                takes_focus = control.focusPolicy() & Qt.FocusPolicy.TabFocus
                # Lists that fold out are windows of their own.
                if takes_focus and control.window() is self.window():
                    QWidget.setTabOrder(before, control)
                    before = control

    def _add(self, grid: QGridLayout, row: int, field: InspectorField) -> int:
        label = styled_label("quiet")
        label.setWordWrap(True)
        editor = EDITORS[field.editor]()
        reset = QToolButton()
        reset.setIcon(icon("reset", self._theme))
        reset.setAutoRaise(True)
        note = styled_label("quiet")
        small = note.font()
        small.setPointSizeF(self.font().pointSizeF() * 0.84)
        note.setFont(small)
        note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        label.setBuddy(editor)
        grid.addWidget(label, row, 0)
        grid.addWidget(editor, row, 1)
        grid.addWidget(reset, row, 2)
        grid.addWidget(note, row + 1, 0, 1, 3)
        self._connect(editor, reset)
        line = _Line(editor, label, note, reset)
        line.show(field)
        self._lines.append(line)
        return row + 2

    def _connect(self, editor: FieldEditor, reset: QToolButton) -> None:
        editor.entered.connect(lambda value: self._ask(editor, value, is_drag=False))
        editor.dragged.connect(lambda value: self._ask(editor, value, is_drag=True))
        editor.drag_ended.connect(self._end_drag)
        editor.refused.connect(self.refused)
        reset.clicked.connect(lambda: self._reset(editor))

    def _ask(self, editor: FieldEditor, value: object, *, is_drag: bool) -> None:
        field = editor.field
        if field is None or field.write is None:
            return
        write = field.write
        label = say("Change {field}", field=entry(field.label))

        def edit(design: Design) -> Design:
            if not is_drag:
                return write(design, value)
            # From where the drag began, so that what a value passed through leaves no trace.
            self._drag_from = self._drag_from or design
            return write(self._drag_from, value)

        key = f"inspector:{field.key}" if is_drag else None
        self.edit_requested.emit(FieldEdit(label, edit, key))
        # Where the edit was refused, the field shows what the design says.
        if editor.field is field:
            editor.show_field(field)

    def _end_drag(self) -> None:
        self._drag_from = None
        self.drag_ended.emit()
        if self._put_off is not None:
            # Once the slider is done with its release: it goes with the old widgets.
            QTimer.singleShot(0, self, self._show_put_off)

    def _show_put_off(self) -> None:
        if self._put_off is not None:
            self.show_sections(*self._put_off)

    def _reset(self, editor: FieldEditor) -> None:
        field = editor.field
        if field is not None and field.reset is not None:
            label = say("Reset {field}", field=entry(field.label))
            self.edit_requested.emit(FieldEdit(label, field.reset))
