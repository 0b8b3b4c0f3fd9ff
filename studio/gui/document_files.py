"""Opening, saving and recovering designs, and what the user is asked on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from studio.errors import StudioError
from studio.gui.dialogs.save_dialog import ask_where
from studio.gui.i18n import tr
from studio.gui.identity import APP_TITLE
from studio.paths import designs_dir
from studio.storage.project_file import SUFFIX

if TYPE_CHECKING:
    from studio.gui.desk import Desk


class DocumentFiles:
    """Files of the open document."""

    def __init__(self, desk: Desk, show_page: Callable[[str], None]) -> None:
        self._desk = desk
        self._show_page = show_page
        self.asks = True
        """Off where nobody is there to answer, as when a script draws the window."""

    def open_path(self, path: Path) -> bool:
        """Open a file after asking about unsaved changes; tells whether it worked."""
        desk = self._desk
        if not self.may_discard():
            return False
        if not desk.workspace.open(path, pin=bool(desk.settings.get("baseline_on_open"))):
            return False
        desk.settings.add_recent(path)
        self._show_page("canvas")
        if desk.settings.get("play_on_open"):
            desk.run_panel.set_playing(True)
        return True

    def open_files(self, files: Sequence[Path]) -> None:
        """Open the first of several files and put the others beside it on the Compare page."""
        self.open_path(files[0])
        for other in files[1:]:
            self._desk.compare.add(other)

    def offer_recovery(self) -> bool:
        """Ask whether to bring back work that was lost; tells whether it is open now."""
        desk = self._desk
        recovered = desk.workspace.unsaved_before()
        if recovered is None:
            return False
        box = QMessageBox(desk)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(APP_TITLE)
        box.setTextFormat(Qt.TextFormat.PlainText)
        text = tr(
            "“{name}” was not saved when the studio ended. Steps that can be brought back: {n}."
        )
        box.setText(text.format(name=recovered.current.name, n=len(recovered.steps)))
        bring_back = box.addButton(tr("Bring back"), QMessageBox.ButtonRole.AcceptRole)
        give_up = box.addButton(tr("Give up"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(tr("Ask later"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        chosen = box.clickedButton()
        box.deleteLater()
        if chosen is give_up:
            recovered.journal.unlink(missing_ok=True)
        if chosen is not bring_back or not desk.workspace.recover(recovered):
            return False
        self._show_page("canvas")
        return True

    def save(self) -> bool:
        """Write the design to its file; tells whether it was written."""
        document = self._desk.workspace.document
        if document is None:
            return True
        is_shipped = document.path is not None and designs_dir() in document.path.parents
        if document.path is None or document.is_read_only or is_shipped:
            return self.save_as()
        return self.save_to(document.path)

    def save_as(self) -> bool:
        """Ask for a file and write the design to it."""
        desk = self._desk
        document = desk.workspace.document
        if document is None:
            return True
        stem = document.path.stem if document.path else document.design.name
        path = ask_where(desk, tr("Save the design"), stem, (SUFFIX,), tr("Supernode designs"))
        return path is not None and self.save_to(path)

    def save_to(self, path: Path) -> bool:
        """Save, and say so; tells whether it worked."""
        desk = self._desk
        if not desk.workspace.save(path):
            return False
        desk.settings.add_recent(path)
        desk.workspace.notice(tr("Saved {file}").format(file=path.name))
        return True

    def may_discard(self) -> bool:
        """Ask about unsaved changes; tells whether the document may go."""
        desk = self._desk
        document = desk.workspace.document
        if document is None or not document.is_modified or not self.asks:
            return True
        box = QMessageBox(desk)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(APP_TITLE)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(tr("Save the changes to “{name}”?").format(name=document.design.name))
        button = QMessageBox.StandardButton
        box.setStandardButtons(button.Save | button.Discard | button.Cancel)
        box.setDefaultButton(button.Save)
        answer = box.exec()
        box.deleteLater()
        if answer == button.Save:
            return self.save()
        return answer == button.Discard

    def export_picture(self, path: Path) -> None:
        """Write the drawing to a file."""
        desk = self._desk
        from studio.gui.picture import draw

        document = desk.workspace.document
        if document is None:
            return
        try:
            draw(document.fabric, path, theme=desk.theme.name, language=desk.language)
        except StudioError as error:
            desk.workspace.notice(tr(error.message), "error")
        else:
            desk.workspace.notice(tr("Written: {file}").format(file=path.name))


def designs_filter() -> str:
    """Return what a file dialog offers where designs are asked for."""
    return f"{tr('Supernode designs')} (*{SUFFIX});;{tr('All files')} (*)"
