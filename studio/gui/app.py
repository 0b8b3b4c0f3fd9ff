"""The composition root of the window: puts catalogue, workspace, settings and window together."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from studio import __version__, paths
from studio.catalog.catalog import Catalog
from studio.gui.action_table import ACTION_TABLE
from studio.gui.crash import CrashReporter, start_logging
from studio.gui.file_open_events import FileOpenEvents
from studio.gui.fonts import find_fonts_without_display, readable_language, window_font
from studio.gui.i18n import Languages, chosen_language, tr
from studio.gui.icons import app_icon
from studio.gui.identity import APP_ID, APP_TITLE, ORGANISATION
from studio.gui.main_window import MainWindow
from studio.gui.settings import Settings
from studio.gui.single_instance import Listener
from studio.gui.theme import apply_theme, chosen_theme, theme_choice
from studio.gui.wiring import connect_panels, connect_workspace
from studio.gui.workspace import Workspace
from studio.messages import say
from studio.session.evaluator import Evaluator
from studio.session.library import catalog as shipped_catalog
from studio.session.library import catalog_at_least
from studio.storage.atomic import write_atomic

USUAL_SIZE = (1440, 900)
PICTURE_SIZE = (1920, 1080)
_PAUSE_S = 0.001
_TURN_S = 0.001
"""How long a worker keeps the interpreter while the window waits for it; Python's 5 ms, taken
several times a frame, are more than a frame."""


def run(
    files: Sequence[Path],
    *,
    language: str | None = None,
    theme: str | None = None,
    leave_after_ms: int = 0,
    takes_files: bool = False,
) -> int:
    """Open the window and stay until it is closed; returns the exit code.

    Parameters
    ----------
    files : the first one is opened; without any the welcome page is shown.
    language, theme : for this session, over what the settings say.
    leave_after_ms : close the window by itself after this time, for smoke tests; 0 stays. [ms]
    takes_files : open the files of later starts too, unless another window does already.
    """
    app = make_application()
    start_logging(paths.state_dir() / "logs")
    reporter = CrashReporter(app)
    restore = reporter.install()
    settings = Settings(paths.config_dir() / "settings.json")
    parts, problem = catalog_at_least()
    window = make_window(app, settings, parts, language, theme)
    reporter.set_window(window)
    show_window(window)
    listener = Listener(paths.state_dir(), lambda: app.activeModalWidget() is not None, window)
    listener.files_given.connect(lambda given: _open_given(window, given))
    opened = FileOpenEvents(app)
    opened.files_given.connect(lambda given: _open_given(window, given))
    QTimer.singleShot(0, lambda: _open_first(window, files))
    if problem is not None:
        text = tr(say("Your own parts are left out: {problem}", problem=problem))
        QTimer.singleShot(0, lambda: window.workspace.notice(text, "error"))
    if takes_files:
        QTimer.singleShot(0, listener.start)
    if leave_after_ms:
        QTimer.singleShot(leave_after_ms, app.quit)
    # Modules and panels live as long as the process: looking through them for garbage, again and
    # again, would cost a frame or two each time.
    gc.freeze()
    # Ctrl+C in the terminal ends the window at once; a Python handler would only print, and only
    # when Qt next calls Python. What is unsaved is in the journal, and offered at the next start.
    interrupted = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return app.exec()
    finally:
        signal.signal(signal.SIGINT, interrupted)
        listener.close()
        window.workspace.close()
        restore()


def make_application() -> QApplication:
    """Return the application, prepared before any window exists."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    sys.setswitchinterval(_TURN_S)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    QCoreApplication.setOrganizationName(ORGANISATION)
    QCoreApplication.setApplicationName(APP_TITLE)
    QCoreApplication.setApplicationVersion(__version__)
    QGuiApplication.setDesktopFileName(APP_ID)
    find_fonts_without_display()
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    app.setWindowIcon(app_icon())
    return app


def make_window(
    app: QApplication,
    settings: Settings,
    catalog: Catalog,
    language: str | None = None,
    theme: str | None = None,
) -> MainWindow:
    """Return the main window, not yet shown."""
    app.setFont(window_font(float(settings.get("font_scale"))))
    languages = Languages(app)
    wanted = chosen_language(language or str(settings.get("language")))
    languages.use(readable_language(wanted))
    colours = chosen_theme(theme_choice(theme or settings.get("theme")))
    apply_theme(app, colours)
    window = MainWindow(
        Workspace(catalog, Evaluator(), journals=paths.state_dir() / "journals"),
        settings,
        languages,
        colours,
        ACTION_TABLE,
    )
    connect_workspace(window)
    connect_panels(window)
    window.resize(*USUAL_SIZE)
    if window.language != wanted:
        window.look.use_language(wanted)
    return window


def show_window(window: MainWindow) -> None:
    """Show the window where it was last time, filling a screen its usual size does not fit."""
    room = window.screen().availableSize()
    fits = window.width() < room.width() and window.height() < room.height()
    if not fits:
        window.resize(window.size().boundedTo(room))
    window.restore_layout()
    if fits or window.settings.layout()[0]:
        window.show()
    else:
        window.showMaximized()


def run_headless(
    file: Path, out_dir: Path, *, size: tuple[int, int] = PICTURE_SIZE, language: str = "en"
) -> Path:
    """Draw the whole window with a design into `out_dir` without a display; returns the picture.

    Raises
    ------
    FileProblem, InvalidDesign : the design can't be read or built, or the picture not written.
    """
    # Late, so that no window waits for what only files need.
    from studio.gui.canvas.export import png_of

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = make_application()
    own_settings = TemporaryDirectory(prefix=f"{paths.APP_NAME}-")
    settings = Settings(Path(own_settings.name) / "settings.json")
    window = make_window(app, settings, shipped_catalog(), language, "light")
    window.resize(*size)
    window.reset_layout()
    window.show()
    try:
        window.open_path(file)
        picture = out_dir / f"{file.stem}-window.png"
        wait_until_drawn(app, window)
        write_atomic(picture, png_of(window.grab().toImage()))
    finally:
        window.close()
        window.deleteLater()
        own_settings.cleanup()
    return picture


def wait_until_drawn(app: QApplication, window: MainWindow, most_s: float = 20.0) -> None:
    """Handle events until the window shows its present design sharply, and the result of it."""
    from time import monotonic, sleep

    end = monotonic() + most_s
    window.build_plots()
    while monotonic() < end:
        app.processEvents()
        has_result = window.workspace.evaluation is not None and not window.workspace.is_stale
        is_sharp = window.canvas.is_sharp or not window.canvas.isVisible()
        if (has_result and is_sharp) or window.workspace.document is None:
            break
        # Turning in a loop would keep the interpreter from the worker.
        sleep(_PAUSE_S)
    for _ in range(5):
        app.processEvents()


def _open_first(window: MainWindow, files: Sequence[Path]) -> None:
    if window.files.offer_recovery():
        return
    if files:
        window.files.open_files(files)
    elif window.settings.get("start_page") == "last" and window.settings.recent:
        window.open_path(window.settings.recent[0])
    else:
        window.tour.offer()


def _open_given(window: MainWindow, files: Sequence[Path]) -> None:
    """Come to the front with the files a later start was given."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()
    QApplication.alert(window)
    window.files.open_files(files)
