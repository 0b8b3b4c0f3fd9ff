"""What happens when the studio has a bug: it is logged and shown, and the document is kept."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from studio import __version__
from studio.gui.i18n import tr
from studio.gui.identity import APP_TITLE

LOG_BYTES = 1_000_000
LOGS_KEPT = 5

_log = logging.getLogger("studio")


def start_logging(folder: Path) -> None:
    """Write a rotating log and, on a crash of the interpreter, its stacks into a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "studio.log", maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8"
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        _log.addHandler(handler)
        _log.setLevel(logging.INFO)
        # The file stays open for as long as the process lives: faulthandler writes to it last.
        faulthandler.enable((folder / "crash.log").open("a", encoding="utf-8"))
    except OSError:
        # A desktop starts the window without a place for errors.
        if sys.stderr is not None:
            faulthandler.enable()


class CrashReporter(QObject):
    """Carries bugs from any thread to a dialog in the window's thread."""

    happened = Signal(str, str)
    """Summary and full text."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._window: QWidget | None = None
        self._is_showing = False
        self.happened.connect(self._show)

    def install(self) -> Callable[[], None]:
        """Take over the hooks of the interpreter; returns what gives them back."""
        before = sys.excepthook, threading.excepthook
        sys.excepthook = self._hook
        threading.excepthook = lambda args: self._hook(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

        def restore() -> None:
            sys.excepthook, threading.excepthook = before

        return restore

    def set_window(self, window: QWidget) -> None:
        """Show dialogs over a window."""
        self._window = window

    def _hook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        _log.error("%s", text)
        if sys.stderr is not None:
            sys.stderr.write(text)
        self.happened.emit(f"{kind.__name__}: {error}", text)

    def _show(self, summary: str, text: str) -> None:
        # One dialog at a time: a bug in painting would else open one for every frame.
        if self._is_showing:
            return
        self._is_showing = True
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Critical)
        box.setWindowTitle(APP_TITLE)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(tr("Something went wrong inside the studio. Your design is still open."))
        box.setInformativeText(summary)
        box.setDetailedText(f"{APP_TITLE} {__version__}\n\n{text}")
        copy = box.addButton(tr("Copy details"), QMessageBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        box.addButton(tr("Continue"), QMessageBox.ButtonRole.AcceptRole)
        box.exec()
        box.deleteLater()
        self._is_showing = False
