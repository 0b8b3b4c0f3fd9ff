"""The question of a study: goal, objectives, what is kept, what is tried, start and stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.errors import StudioError
from studio.gui.i18n import tr
from studio.gui.theme import SPACE
from studio.gui.views.study_rows import Choice, StudyForm
from studio.gui.widgets.labels import TextLabel, styled_label

if TYPE_CHECKING:
    from studio.session.study import Question
from studio.units import display, parse

_GOAL_LETTERS = 14
_PROGRESS_WIDTH = 90
_TEXT_LINES = 2
"""Lines of what is said about the answer that are seen however low the panel is."""


@dataclass
class _Objective:
    label: QLabel
    line: QLineEdit
    name: str


class StudyQuestion(QWidget):
    """Choices, the buttons to start and stop, and what is said about the answer."""

    search_requested = Signal()
    sensitivity_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form: StudyForm | None = None
        self._goal_label, self._goal = styled_label("quiet"), QComboBox()
        self._goal.setMinimumContentsLength(_GOAL_LETTERS)
        self._objectives = {
            key: _Objective(styled_label("quiet"), QLineEdit(), "") for key in ("tpot", "ttft")
        }
        self._keep, self._try = _menu_button(), _menu_button()
        self.search = QPushButton()
        self.sensitivity = QPushButton()
        self.cancel = QPushButton()
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setFixedWidth(_PROGRESS_WIDTH)
        self.search.clicked.connect(self.search_requested)
        self.sensitivity.clicked.connect(self.sensitivity_requested)
        self.cancel.clicked.connect(self.cancel_requested)
        for one in self._objectives.values():
            one.label.setBuddy(one.line)
        self._goal_label.setBuddy(self._goal)
        self.text = TextLabel()
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        tpot, ttft = self._objectives["tpot"], self._objectives["ttft"]
        for row in (
            (self._goal_label, self._goal, self._keep, self._try),
            (tpot.label, tpot.line, ttft.label, ttft.line),
            (self.search, self.sensitivity),
            (self.progress, self.cancel),
        ):
            line = QHBoxLayout()
            for widget in row:
                line.addWidget(widget, 1 if isinstance(widget, QComboBox | QLineEdit) else 0)
            line.addStretch(0)
            column.addLayout(line)
        column.addWidget(self.text, 1)
        self.set_running(False)
        self.show_form(None)

    @property
    def goal(self) -> str:
        """Return the id of the goal chosen."""
        return str(self._goal.currentData() or "")

    def choose_goal(self, goal: str) -> None:
        """Choose a goal by its id."""
        self._goal.setCurrentIndex(max(0, self._goal.findData(goal)))

    def show_form(self, form: StudyForm | None) -> None:
        """Offer what can be asked; what was chosen stays where it still can be."""
        if form == self._form and form is not None:
            return
        before = self.goal
        kept, tried = _checked(self._keep), _checked(self._try)
        self._form = form
        with QSignalBlocker(self._goal):
            self._goal.clear()
            for name, text in form.goals if form else ():
                self._goal.addItem(text, name)
        self.choose_goal(before)
        known = {key: (name, bound) for key, name, bound in (form.objectives if form else ())}
        for key, one in self._objectives.items():
            name, bound = known.get(key, ("", 0.0))
            one.name = name
            one.label.setText(f"{key.upper()} ≤")
            one.line.setToolTip(tr(name) if name else "")
            one.line.setPlaceholderText(display(bound, "time"))
            one.label.setVisible(bool(name))
            one.line.setVisible(bool(name))
        _fill(self._keep, form.kept if form else (), {choice.field for choice in kept})
        own = {(choice.field, choice.value) for choice in tried}
        _fill(self._try, form.tried if form else (), own, by_value=True)
        for widget in (self._goal, self.search, self.sensitivity):
            widget.setEnabled(form is not None)

    def question(self) -> Question:
        """Return what is asked.

        Raises
        ------
        StudioError : an objective is no time above 0.
        """
        from studio.session.study import Question

        limits = {}
        for key, one in self._objectives.items():
            if one.name and one.line.text().strip():
                bound = parse(one.line.text(), "time")
                if not bound > 0:
                    raise StudioError(
                        "{name}: {text} is not above 0", name=tr(one.name), text=one.line.text()
                    )
                limits[key] = bound
        return Question(self.goal, limits, self._choices())

    def _choices(self) -> Mapping[str, tuple[int | float | str, ...]]:
        found: dict[str, tuple[int | float | str, ...]] = {
            choice.field: (choice.value,) for choice in _checked(self._keep)
        }
        own = self._form.own if self._form else {}
        for choice in _checked(self._try):
            found[choice.field] = (
                *found.get(choice.field, (own[choice.field],)), choice.value,
            )  # fmt: skip
        return found

    def set_running(self, is_running: bool) -> None:
        """Show a bar and a way to stop while a study runs."""
        self.cancel.setVisible(is_running)
        self.progress.setVisible(is_running)
        self.progress.setValue(0)

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._goal_label.setText(tr("Goal"))
        self._keep.setText(tr("Keep"))
        self._keep.setToolTip(tr("Degrees of your plan that the search leaves as they are"))
        self._try.setText(tr("Try too"))
        self._try.setToolTip(tr("Number formats and drafts to try beside your own"))
        self.search.setText(tr("Search mappings"))
        self.search.setToolTip(tr("Try every valid mapping of the active job"))
        self.sensitivity.setText(tr("Sensitivity"))
        self.sensitivity.setToolTip(tr("Lower and raise every hardware number by 20 %"))
        self.cancel.setText(tr("Stop"))
        self.text.setMinimumHeight(_TEXT_LINES * self.fontMetrics().lineSpacing())
        form, self._form = self._form, None
        self.show_form(form)


def _menu_button() -> QToolButton:
    button = QToolButton()
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(QMenu(button))
    return button


def _fill(
    button: QToolButton,
    choices: tuple[Choice, ...],
    checked: set[Any],
    *,
    by_value: bool = False,
) -> None:
    menu = button.menu()
    menu.clear()
    for choice in choices:
        action = QAction(choice.text, menu)
        action.setCheckable(True)
        action.setChecked(((choice.field, choice.value) if by_value else choice.field) in checked)
        action.setData(choice)
        menu.addAction(action)
    button.setEnabled(bool(choices))


def _checked(button: QToolButton) -> list[Choice]:
    return [action.data() for action in button.menu().actions() if action.isChecked()]
