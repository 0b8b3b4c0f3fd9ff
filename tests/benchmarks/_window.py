"""The real window as benchmarks drive it: of one size, with settings of its own, never asking."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from studio.session.library import catalog

SIZE = (1600, 900)


@contextmanager
def shown_window(folder: Path) -> Iterator[tuple[Any, Any]]:
    """Show a window without a document, and close it; gives the application and the window.

    Parameters
    ----------
    folder : where the settings are written.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from studio.gui import app as studio_app
    from studio.gui.settings import Settings

    app = studio_app.make_application()
    settings = Settings(folder / "settings.json")
    window = studio_app.make_window(app, settings, catalog(), "en", "light")
    window.files.asks = False
    window.resize(*SIZE)
    window.reset_layout()
    window.show()
    try:
        yield app, window
    finally:
        window.close()
        window.deleteLater()
        app.processEvents()
