"""Icons of the window, drawn as SVG in `resources/icons` and tinted by the theme."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from studio import paths
from studio.gui.identity import APP_ID
from studio.gui.theme import Theme

SIZE = 20

ICON_OF_KIND = {
    "npu": "npu",
    "cpu": "npu",
    "switch": "switch",
    "nic": "switch",
    "memory": "memory",
    "storage": "memory",
    "transceiver": "transceiver",
    "cable": "cable",
    "power_supply": "power",
    "cooling": "cooling",
    "rack": "rack",
    "chassis": "node",
    "board": "node",
    "node": "node",
    "tray": "node",
    "switch_box": "switch",
    "shelf": "power",
    "plane": "plane",
    "link": "cable",
    "scenario": "scenario",
    "design": "design",
    "part": "part",
}


class _Tinted(QIconEngine):
    """Draws an icon when it is first shown: most are in menus and panels that never are."""

    def __init__(self, name: str, colors: tuple[str, str]) -> None:
        super().__init__()
        self._name = name
        self._colors = colors

    def clone(self) -> QIconEngine:
        return _Tinted(self._name, self._colors)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        del state
        scale = painter.device().devicePixelRatio()
        painter.drawPixmap(rect, self._pixmap(min(rect.width(), rect.height()), mode, scale))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        """Return the icon for a size in logical pixels, `scale` of the screen's to each."""
        del state
        return self._pixmap(min(size.width(), size.height()), mode, scale)

    def _pixmap(self, size: int, mode: QIcon.Mode, scale: float) -> QPixmap:
        normal, disabled = self._colors
        return tinted(self._name, disabled if mode == QIcon.Mode.Disabled else normal, size, scale)


def icon(name: str, theme: Theme) -> QIcon:
    """Return an icon in the text colour of a theme, greyed where its action is not possible."""
    return QIcon(_Tinted(name, (theme.text, theme.stale))) if name else QIcon()


@cache
def tinted(name: str, colour: str, size: int = SIZE, scale: float = 2.0) -> QPixmap:
    """Return an icon in one colour as a pixmap of `size` logical pixels; drawn once."""
    text = (paths.resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    content = QByteArray(text.replace("currentColor", colour).encode())
    pixmap = QPixmap(round(size * scale), round(size * scale))
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(content).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def steady_icon(name: str, colour: str) -> QIcon:
    """Return an icon that keeps its colour in a selected row, where a style would tint it over."""
    found = QIcon(tinted(name, colour))
    found.addPixmap(tinted(name, colour), QIcon.Mode.Selected)
    return found


def app_icon() -> QIcon:
    """Return the icon of the application."""
    folder = paths.resources_dir()
    return QIcon(str(folder / f"{APP_ID}.svg"))
