"""Files that the desktop hands over as events: on macOS a double click starts no second program."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from studio.gui.guard import guarded


@guarded
class FileOpenEvents(QObject):
    """Listens to the application for files to open."""

    files_given = Signal(object)
    """tuple[Path, ...]."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FileOpen and isinstance(event, QFileOpenEvent):
            # Addresses of the web have no file.
            if event.file():
                self.files_given.emit((Path(event.file()),))
            return True
        return super().eventFilter(watched, event)
