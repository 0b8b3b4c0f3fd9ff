"""Icons of the window, drawn as SVG in `resources/icons` and tinted by the theme."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from studio import paths
from studio.gui.identity import APP_ID
from studio.gui.theme import Theme

SIZE = 20
_SCALES = (1.0, 2.0)

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


def icon(name: str, theme: Theme) -> QIcon:
    """Return an icon in the text colour of a theme, greyed where its action is not possible."""
    made = QIcon()
    if not name:
        return made
    for colour, mode in ((theme.text, QIcon.Mode.Normal), (theme.stale, QIcon.Mode.Disabled)):
        for scale in _SCALES:
            made.addPixmap(tinted(name, colour, SIZE, scale), mode)
    return made


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


def app_icon() -> QIcon:
    """Return the icon of the application."""
    folder = paths.resources_dir()
    return QIcon(str(folder / f"{APP_ID}.svg"))
