"""Opening, saving and recovering designs, and what the user is asked on the way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from studio.errors import StudioError
from studio.gui.commands import documents
from studio.gui.i18n import tr
from studio.gui.identity import APP_TITLE
from studio.paths import home_dir

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow


class DocumentFiles:
    """Files of the open document."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.asks = True
        """Off where nobody is there to answer, as when a script draws the window."""

    def start_folder(self) -> Path:
        """Return the folder file dialogs start in."""
        window = self._window
        document = window.workspace.document
        if document is not None and document.path is not None:
            return document.path.parent
        return window.settings.recent[0].parent if window.settings.recent else home_dir()

    def open_path(self, path: Path) -> bool:
        """Open a file after asking about unsaved changes; tells whether it worked."""
        window = self._window
        if not window.may_discard():
            return False
        if not window.workspace.open(path, pin=bool(window.settings.get("baseline_on_open"))):
            return False
        window.settings.add_recent(path)
        window.show_page("canvas")
        window.menus.fill_recent()
        if window.settings.get("play_on_open"):
            window.run_panel.set_playing(True)
        return True

    def open_files(self, files: Sequence[Path]) -> None:
        """Open the first of several files and put the others beside it on the Compare page."""
        self.open_path(files[0])
        for other in files[1:]:
            self._window.compare.add(other)

    def offer_recovery(self) -> bool:
        """Ask whether to bring back work that was lost; tells whether it is open now."""
        window = self._window
        recovered = window.workspace.unsaved_before()
        if recovered is None:
            return False
        box = QMessageBox(window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(APP_TITLE)
        box.setTextFormat(Qt.TextFormat.PlainText)
        text = tr("“{name}” was not saved when the studio ended. {n} steps can be brought back.")
        box.setText(text.format(name=recovered.current.name, n=len(recovered.steps)))
        bring_back = box.addButton(tr("Bring back"), QMessageBox.ButtonRole.AcceptRole)
        give_up = box.addButton(tr("Give up"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(tr("Ask later"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        chosen = box.clickedButton()
        box.deleteLater()
        if chosen is give_up:
            recovered.journal.unlink(missing_ok=True)
        if chosen is not bring_back or not window.workspace.recover(recovered):
            return False
        window.show_page("canvas")
        return True

    def save_to(self, path: Path) -> bool:
        """Save, and say so; tells whether it worked."""
        window = self._window
        if not window.workspace.save(path):
            return False
        window.settings.add_recent(path)
        window.menus.fill_recent()
        window.workspace.notice(tr("Saved {file}").format(file=path.name))
        return True

    def may_discard(self) -> bool:
        """Ask about unsaved changes; tells whether the document may go."""
        window = self._window
        document = window.workspace.document
        if document is None or not document.is_modified or not self.asks:
            return True
        box = QMessageBox(window)
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
            return documents.save(window)
        return answer == button.Discard

    def export_picture(self, path: Path) -> None:
        """Write the drawing to a file."""
        window = self._window
        from studio.gui.picture import draw

        document = window.workspace.document
        if document is None:
            return
        try:
            draw(document.fabric, path, theme=window.theme.name, language=window.language)
        except StudioError as error:
            window.workspace.notice(tr(error.message), "error")
        else:
            window.workspace.notice(tr("Written: {file}").format(file=path.name))
