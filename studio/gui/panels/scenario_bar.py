"""The bar of the active scenario: which job, which model, how parallel, play."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtGui import QResizeEvent, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.icons import icon
from studio.gui.panels.inspector import FieldEdit
from studio.gui.theme import SPACE, Theme
from studio.gui.views.inspector_fields import InspectorField
from studio.gui.views.scenario_row import ScenarioView
from studio.gui.widgets.choice_editors import ChoiceEditor
from studio.gui.widgets.field_editor import FieldEditor
from studio.gui.widgets.labels import plain_tip, styled_label
from studio.gui.widgets.number_editor import NumberEditor
from studio.messages import entry, say

_WIDTHS = dict.fromkeys(("TP", "PP", "DP", "EP"), 48)
_NARROWEST = 420
"""Room for play and the scenario; fields that find no room are left to the inspector."""


@guarded
class ScenarioBar(QWidget):
    """One row above the metric strip."""

    scenario_chosen = Signal(str)
    edit_requested = Signal(object)
    """FieldEdit."""
    play_requested = Signal()
    job_requested = Signal(str)
    """`training` or `inference`, to be added to a design that has no scenario."""
    refused = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("metricStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._view = ScenarioView("", (), ())
        self._is_playing = False
        self._editors: list[tuple[QLabel, FieldEditor]] = []
        self._scenario = QComboBox()
        self._scenario.setMinimumContentsLength(15)
        self._scenario.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._scenario.activated.connect(
            lambda place: self.scenario_chosen.emit(self._view.scenarios[place][0])
        )
        self._title = styled_label("quiet")
        self._play = QToolButton()
        self._play.clicked.connect(self.play_requested)
        self._status = styled_label("quiet")
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(SPACE, SPACE // 2, SPACE, SPACE // 2)
        self._layout.setSpacing(SPACE // 2)
        self._layout.addWidget(self._play)
        self._layout.addWidget(self._title)
        self._layout.addWidget(self._scenario, 2)
        self._missing = styled_label("quiet")
        self._offers = {job: QPushButton() for job in ("training", "inference")}
        self._layout.addWidget(self._missing)
        for job, button in self._offers.items():
            button.clicked.connect(lambda _=False, job=job: self.job_requested.emit(job))
            self._layout.addWidget(button)
        self._layout.addStretch(0)
        self.retranslate()
        self.set_playing(False)

    def show_view(self, view: ScenarioView) -> None:
        """Show a scenario."""
        if view == self._view and (self._editors or view.wants_job):
            return
        labels = [field.label for field in self._view.fields]
        if labels != [field.label for field in view.fields]:
            self._rebuild(view.fields)
        if view.scenarios != self._view.scenarios:
            with QSignalBlocker(self._scenario):
                self._scenario.clear()
                for _, name in view.scenarios:
                    self._scenario.addItem(name)
        self._view = view
        keys = [key for key, _ in view.scenarios]
        self._scenario.setCurrentIndex(keys.index(view.active) if view.active in keys else -1)
        self._scenario.setToolTip(plain_tip(self._scenario.currentText()))
        for (label, editor), field in zip(self._editors, view.fields, strict=True):
            label.setText(tr(field.label))
            editor.set_name(tr(field.label))
            editor.show_field(field)
        running: tuple[QWidget, ...] = (self._play, self._title, self._scenario)
        for widget in running:
            widget.setHidden(view.wants_job)
        for widget in (self._missing, *self._offers.values()):
            widget.setVisible(view.wants_job)
        self.setVisible(bool(view.scenarios) or view.wants_job)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show as many fields as find room, from the left.

        Counted before anything is shown or hidden: either lays the bar out again, and its new
        size asks for this once more before the first answer is carried out.
        """
        margins = self._layout.contentsMargins()
        room = self.width() - margins.left() - margins.right() + self._layout.spacing()
        running: tuple[QWidget, ...] = (self._play, self._title, self._scenario)
        room -= sum(self._least(widget) for widget in running)
        for pair in self._editors:
            room -= sum(self._least(widget) for widget in pair)
            for widget in pair:
                if widget.isHidden() != (room < 0):
                    widget.setVisible(room >= 0)

    def _least(self, widget: QWidget) -> int:
        """Return the room a widget takes at least, with the gap after it."""
        width = max(widget.minimumWidth(), widget.minimumSizeHint().width())
        return width + self._layout.spacing()

    @property
    def pairs(self) -> tuple[tuple[QLabel, FieldEditor], ...]:
        """Return every name with its field, whether they find room or not."""
        return tuple(self._editors)

    @property
    def play_button(self) -> QToolButton:
        """Return the button that plays and pauses."""
        return self._play

    def offer(self, job: str) -> QPushButton:
        """Return the button that adds a `training` or `inference` scenario."""
        return self._offers[job]

    def set_playing(self, is_playing: bool) -> None:
        """Show whether the run plays."""
        self._is_playing = is_playing
        self._play.setIcon(icon("pause" if is_playing else "play", self._theme))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        self.set_playing(self._is_playing)

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._title.setText(tr("Scenario"))
        self._scenario.setPlaceholderText(tr("No scenario"))
        self._play.setToolTip(tr("Play or pause the run"))
        self._missing.setText(tr("What should this supernode do?"))
        self._offers["training"].setText(tr("Add training scenario"))
        self._offers["inference"].setText(tr("Add serving scenario"))
        view, self._view = self._view, ScenarioView("", (), ())
        self.show_view(view)

    def _rebuild(self, fields: tuple[InspectorField, ...]) -> None:
        for label, editor in self._editors:
            for widget in (label, editor):
                self._layout.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self._editors = []
        for field in fields:
            editor = ChoiceEditor() if field.editor == "choice" else NumberEditor()
            label = styled_label("quiet")
            label.setBuddy(editor)
            if isinstance(editor, NumberEditor):
                editor.line.setMinimumWidth(_WIDTHS.get(field.label, 52))
                editor.setMaximumWidth(2 * _WIDTHS.get(field.label, 52))
            editor.entered.connect(lambda value, source=editor: self._ask(source, value))
            editor.refused.connect(self.refused)
            self._layout.addWidget(label)
            if isinstance(editor, ChoiceEditor):
                editor.combo.setMinimumContentsLength(10 if field.label == "Model" else 5)
            self._layout.addWidget(editor, 2 if field.label == "Model" else 1)
            self._editors.append((label, editor))

    def line_of(self, label: str) -> QLineEdit:
        """Return the entry field with an English label."""
        for _, editor in self._editors:
            if editor.field is not None and editor.field.label == label:
                assert isinstance(editor, NumberEditor)
                return editor.line
        raise KeyError(label)

    def _ask(self, editor: FieldEditor, value: object) -> None:
        field = editor.field
        if field is not None and field.write is not None:
            write = field.write
            label = say("Change {field}", field=entry(field.label))
            self.edit_requested.emit(FieldEdit(label, lambda design: write(design, value)))
