"""Cards of the reference designs and their thumbnails, made one by one while the window is idle."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from studio import paths
from studio.catalog.catalog import Catalog
from studio.errors import StudioError
from studio.fabric.compiling import compile_design
from studio.gui.canvas import theme as canvas_theme
from studio.gui.panels.welcome import PICTURE, DesignCard
from studio.gui.theme import Theme
from studio.gui.views.design_heads import design_head
from studio.gui.views.library_items import design_files
from studio.storage.project_file import read_design

_SCALE = 2
_DRAWN = 2
"""Grows whenever thumbnails are drawn in another way, so that kept ones are made anew."""
_ORDER = ("cloudmatrix-384", "atlas-950", "gb200-nvl72", "gb300-nvl72", "dgx-h100-su32")
_PAUSE_MS = 30
_FIRST_MS = 400
"""Thumbnails start this late, so that they never delay the first paint."""


def design_cards(language: str) -> tuple[DesignCard, ...]:
    """Return the reference designs as cards, the flagship first."""
    rank = {name: place for place, name in enumerate(_ORDER)}
    files = sorted(design_files(), key=lambda path: (rank.get(path.stem, len(rank)), path.stem))
    cards = []
    for path in files:
        head = design_head(path)
        if head is None:
            continue
        chinese = language == "zh"
        name = head.name_zh if chinese and head.name_zh else head.name
        text = head.description_zh if chinese and head.description_zh else head.description
        cards.append(DesignCard(path, name, text))
    return tuple(cards)


class Thumbnailer(QObject):
    """Draws thumbnails one after another and keeps them in the state folder."""

    made = Signal(object, object)
    """Path and QPixmap."""

    def __init__(self, catalog: Catalog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalog = catalog
        self._queue: list[Path] = []
        self._theme: Theme | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._next)

    def start(self, files: tuple[Path, ...], theme: Theme) -> None:
        """Make the thumbnails of some designs."""
        self._queue, self._theme = list(files), theme
        self._timer.start(_FIRST_MS)

    def stop(self) -> None:
        """Make no more."""
        self._queue = []
        self._timer.stop()

    def _next(self) -> None:
        if not self._queue or self._theme is None:
            return
        path = self._queue.pop(0)
        picture = self._picture(path, self._theme)
        if picture is not None:
            self.made.emit(path, picture)
        self._timer.start(_PAUSE_MS)

    def _picture(self, path: Path, theme: Theme) -> QPixmap | None:
        kept = _kept(path, theme.name)
        image = QImage(str(kept)) if paths.is_there(kept) else QImage()
        if image.isNull():
            drawn = self._draw(path, theme)
            if drawn is None:
                return None
            image = drawn
            # Without a place to keep it, it is drawn again at the next start.
            with suppress(OSError):
                kept.parent.mkdir(parents=True, exist_ok=True)
                image.save(str(kept))
        image.setDevicePixelRatio(_SCALE)
        return QPixmap.fromImage(image)

    def _draw(self, path: Path, theme: Theme) -> QImage | None:
        from studio.gui.canvas.export import thumbnail

        try:
            fabric = compile_design(read_design(path).design, self._catalog)
        except StudioError:
            return None
        colours = canvas_theme.of(theme.is_dark)
        size = QSize(PICTURE.width() * _SCALE, PICTURE.height() * _SCALE)
        image = thumbnail(fabric, size, colours)
        mode = Qt.AspectRatioMode.KeepAspectRatio
        return image.scaled(size, mode, Qt.TransformationMode.SmoothTransformation)


def _kept(path: Path, theme: str) -> Path:
    stamp = path.stat()
    key = hashlib.sha256(f"{path}|{stamp.st_mtime_ns}|{stamp.st_size}|{theme}|{_DRAWN}".encode())
    return paths.state_dir() / "thumbnails" / f"{key.hexdigest()[:24]}.png"
