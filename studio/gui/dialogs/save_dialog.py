"""Asking where to write a file: its ending is added, and nothing is replaced unasked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from studio.gui.i18n import tr
from studio.gui.identity import APP_TITLE
from studio.paths import is_there

if TYPE_CHECKING:
    from studio.gui.desk import Desk

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f/\\:*?"<>|]+')
"""What a file name can't hold on one system or another."""


def ask_where(
    desk: Desk, title: str, name: str, endings: Sequence[str], kind: str = ""
) -> Path | None:
    """Return the file a user chose to write, None where there was a second thought.

    Parameters
    ----------
    name : what is suggested, without an ending.
    endings : such as `.csv`, the usual one first; a name without any gets that of the kind chosen.
    kind : what the files are called in the dialog; their ending in capitals where nothing is said.
    """
    kinds = {f"{kind or ending[1:].upper()} (*{ending})": ending for ending in endings}
    start = desk.start_folder() / f"{_NOT_IN_NAMES.sub('-', name)}{endings[0]}"
    while True:
        # Asked below: the dialog would ask about the name before it has its ending.
        option = QFileDialog.Option.DontConfirmOverwrite
        chosen, of_kind = QFileDialog.getSaveFileName(
            desk, title, str(start), ";;".join(kinds), options=option
        )
        if not chosen:
            return None
        path = with_ending(Path(chosen), endings, kinds.get(of_kind, endings[0]))
        if not is_there(path) or _may_replace(desk, path):
            return path
        start = path


def with_ending(path: Path, endings: Sequence[str], usual: str) -> Path:
    """Return a path that ends as one of `endings`: a dot in a name begins none."""
    is_right = path.suffix.lower() in endings
    return path if is_right else path.with_name(path.name + usual)


def _may_replace(parent: QWidget, path: Path) -> bool:
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(APP_TITLE)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(tr("{file} exists already. Replace it?").format(file=path.name))
    replace = box.addButton(tr("Replace"), QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(keep)
    box.exec()
    is_wanted = box.clickedButton() is replace
    box.deleteLater()
    return is_wanted
