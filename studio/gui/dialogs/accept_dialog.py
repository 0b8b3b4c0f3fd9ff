"""Accept a finding, or judge all findings of a rule otherwise: with a reason and a name."""

from __future__ import annotations

import getpass
from collections.abc import Sequence

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QWidget,
)

from studio.design.model import Waiver
from studio.gui.dialogs.form import lay_out_form
from studio.gui.i18n import mark, tr

JUDGEMENTS: tuple[tuple[Waiver, str], ...] = (
    (Waiver("", shown_as="ignore"), mark("Ignore")),
    (Waiver("", shown_as="info"), mark("Info")),
    (Waiver("", shown_as="warning"), mark("Warning")),
    (Waiver("", shown_as="error"), mark("Error")),
)


class AcceptDialog(QDialog):
    """Which findings, how they count from now on, why, and who says so."""

    def __init__(
        self, keys: Sequence[str], rule_title: str, author: str, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Accept a finding"))
        rules = {key.partition("@")[0] for key in keys}
        self.scope = QComboBox()
        if len(keys) > 1:
            self.scope.addItem(tr("These {n}").format(n=len(keys)), tuple(keys))
        elif address := keys[0].partition("@")[2]:
            self.scope.addItem(tr("This one, at {address}").format(address=address), tuple(keys))
        if len(rules) == 1:
            title = tr("All of the rule “{title}”").format(title=rule_title)
            self.scope.addItem(title, tuple(rules))
        self.judgement = QComboBox()
        for waiver, text in JUDGEMENTS:
            self.judgement.addItem(tr(text), waiver.shown_as)
        self.reason, self.author = QLineEdit(), QLineEdit(author or _user())
        rows = (
            (tr("Findings"), self.scope),
            (tr("Count as"), self.judgement),
            (tr("Reason"), self.reason),
            (tr("Author"), self.author),
        )
        self.buttons = lay_out_form(self, rows)
        self.reason.textChanged.connect(self._check)
        self.reason.setFocus()
        self._check()

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what the waiver refers to: findings, or a rule."""
        return tuple(self.scope.currentData())

    @property
    def waiver(self) -> Waiver:
        """Return the waiver as it is entered."""
        return Waiver(
            self.reason.text().strip(),
            self.author.text().strip(),
            self.judgement.currentData(),
        )

    def _check(self) -> None:
        is_given = bool(self.reason.text().strip())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(is_given)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""  # nobody is logged in, as in a container
