"""Ask what to write and where, then write it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QWidget,
)

from studio.errors import StudioError
from studio.gui.canvas.export import PictureSize, png
from studio.gui.dialogs.form import StandardButton, lay_out_form
from studio.gui.dialogs.save_dialog import ask_where
from studio.gui.i18n import tr
from studio.session.evaluation import Evaluation
from studio.session.exports import KINDS, Exported, content, endings
from studio.storage.atomic import write_atomic

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow


class ExportDialog(QDialog):
    """Kind and format."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export tables"))
        self._kind = QComboBox()
        for kind, one in KINDS.items():
            self._kind.addItem(tr(one.title), kind)
        self._format = QComboBox()
        self._kind.currentIndexChanged.connect(self._fill)
        rows = ((tr("What"), self._kind), (tr("Format"), self._format))
        lay_out_form(self, rows, answer=StandardButton.Save)
        self._fill()

    @property
    def kind(self) -> str:
        """Return what is to be written."""
        return str(self._kind.currentData())

    @property
    def ending(self) -> str:
        """Return the file ending."""
        return self._format.currentText()

    def _fill(self) -> None:
        self._format.clear()
        self._format.addItems(list(endings(self.kind)))


def ask_export(window: MainWindow) -> None:
    """Write a table, the result or the report of the open design."""
    evaluation = window.workspace.evaluation
    document = window.workspace.document
    if evaluation is None or document is None:
        return
    dialog = ExportDialog(window)
    is_wanted = dialog.exec()
    kind, ending = dialog.kind, dialog.ending
    dialog.deleteLater()
    if not is_wanted:
        return
    stem = document.path.stem if document.path else document.design.name
    path = ask_where(window, tr("Export tables"), f"{stem}-{kind}", (ending,))
    if path is not None:
        write_export(window, path, kind, evaluation)


def write_export(window: MainWindow, path: Path, kind: str, evaluation: Evaluation) -> None:
    """Write one file and say so."""
    exported = Exported(
        evaluation.fabric,
        evaluation,
        lambda: png(evaluation.fabric, PictureSize(1920, 1080), language=window.language),
        window.language,
    )
    path = path if path.suffix else path.with_suffix(endings(kind)[0])
    try:
        write_atomic(path, content(kind, path, exported))
    except StudioError as error:
        window.workspace.notice(tr(error.message), "error")
    else:
        window.workspace.notice(tr("Written: {file}").format(file=path.name))
