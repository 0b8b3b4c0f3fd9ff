"""Pictures of a whole design as files, drawn without a window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

from studio.fabric.fabric import Fabric
from studio.gui.canvas.levels import Level, level_at
from studio.gui.canvas.overlay import Overlay
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.hud import paint_legend
from studio.gui.canvas.painting.marks import paint_states
from studio.gui.canvas.painting.picture import paint_picture
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.scene import Scene, build_scene
from studio.gui.canvas.theme import LIGHT, CanvasTheme
from studio.gui.canvas.viewport import Viewport
from studio.gui.fonts import find_fonts_without_display
from studio.gui.i18n import Language
from studio.storage.atomic import write_atomic

_PX_PER_M = {"hall": 90.0, "rack": 420.0, "node": 1100.0}
"""Magnification of a picture whose level is chosen instead of its size."""
_LARGEST_PX = 16_000


@dataclass(frozen=True)
class PictureSize:
    """Width and height of a picture in pixels."""

    width: int
    height: int


def export_svg(
    fabric: Fabric,
    path: Path,
    theme: CanvasTheme = LIGHT,
    language: Language = "en",
    level: Level = "hall",
) -> None:
    """Write the whole design as SVG, in the detail of a level.

    Raises
    ------
    FileProblem : the file can't be written.
    """
    scene = build_scene(fabric)
    size = size_at(scene, level)
    with _application():
        # An application of our own takes every object of Qt along when it ends.
        drawn = QBuffer()
        generator = QSvgGenerator()
        generator.setOutputDevice(drawn)
        generator.setSize(QSize(size.width, size.height))
        generator.setViewBox(QRectF(0, 0, size.width, size.height))
        generator.setTitle(fabric.design.name)
        painter = QPainter(generator)
        _paint(painter, scene, size, theme, language, None)
        painter.end()
        svg = bytes(drawn.data().data())
    write_atomic(path, svg)


def export_png(
    fabric: Fabric,
    path: Path,
    width: int,
    height: int,
    theme: CanvasTheme = LIGHT,
    language: Language = "en",
    overlay: Overlay | None = None,
) -> None:
    """Write the whole design as PNG of a size.

    Raises
    ------
    FileProblem : the file can't be written.
    """
    write_atomic(path, png(fabric, PictureSize(width, height), theme, language, overlay))


def png(
    fabric: Fabric,
    size: PictureSize,
    theme: CanvasTheme = LIGHT,
    language: Language = "en",
    overlay: Overlay | None = None,
) -> bytes:
    """Return the whole design as the content of a PNG file."""
    with _application():
        return png_of(picture(fabric, size, theme, language, overlay))


def png_of(image: QImage) -> bytes:
    """Return what a PNG file of an image holds."""
    written = QBuffer()
    written.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(written, b"png").write(image)
    return bytes(written.data().data())


def picture(
    fabric: Fabric,
    size: PictureSize,
    theme: CanvasTheme = LIGHT,
    language: Language = "en",
    overlay: Overlay | None = None,
) -> QImage:
    """Return the whole design as an image."""
    image = QImage(size.width, size.height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setClipRect(image.rect())
    _paint(painter, build_scene(fabric), size, theme, language, overlay)
    painter.end()
    return image


def thumbnail(fabric: Fabric, size: QSize, theme: CanvasTheme = LIGHT) -> QImage:
    """Return a small picture of a design for a list of files: racks and trunks, no words."""
    image = QImage(size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setClipRect(image.rect())
    scene = build_scene(fabric)
    view = Viewport(0.0, 0.0, 1.0, size.width(), size.height()).fitted(scene.contents, 0.06)
    planes = frozenset(fabric.design.planes)
    # What lies outside the hall would be a block of another grey, which no one can make out.
    all_floor = replace(theme, background=theme.floor)
    frame = Frame(scene, view, all_floor, "en", "hall", planes, labelled=False)
    paint_picture(painter, frame, Fonts())
    painter.end()
    return image


def size_at(scene: Scene, level: Level) -> PictureSize:
    """Return the size of a picture of everything, at the magnification of a level."""
    _, _, width, depth = scene.bounds
    scale = _PX_PER_M.get(level, _PX_PER_M["node"])
    scale = min(scale, _LARGEST_PX / width, _LARGEST_PX / depth)
    return PictureSize(max(200, round(width * scale)), max(150, round(depth * scale)))


def _paint(
    painter: QPainter,
    scene: Scene,
    size: PictureSize,
    theme: CanvasTheme,
    language: Language,
    overlay: Overlay | None,
) -> None:
    view = Viewport(0.0, 0.0, 1.0, size.width, size.height).fitted(scene.bounds, 0.05)
    level = level_at(scene.rack_width_m * view.scale)
    planes = frozenset(scene.fabric.design.planes)
    frame = Frame(scene, view, theme, language, level, planes, overlay)
    fonts = Fonts()
    paint_picture(painter, frame, fonts)
    paint_states(painter, frame)
    paint_legend(painter, frame, fonts)


@contextmanager
def _application() -> Iterator[None]:
    """Provide what Qt needs for text, where no window has started it yet."""
    running = QGuiApplication.instance()
    find_fonts_without_display()
    own = QGuiApplication(["supernode-studio", "-platform", "offscreen"]) if not running else None
    try:
        yield
    finally:
        if own is not None:
            # A window made later in this process needs an application of its own.
            own.shutdown()
