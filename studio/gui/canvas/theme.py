"""Colours of the canvas, light and dark; nothing else of the look is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtGui import QColor


@dataclass(frozen=True)
class CanvasTheme:
    """Every colour the canvas uses."""

    dark: bool
    background: QColor
    floor: QColor
    grid: QColor
    grid_major: QColor
    text: QColor
    text_soft: QColor
    rack: QColor
    rack_line: QColor
    rack_header: QColor
    housing: QColor
    housing_line: QColor
    kinds: Mapping[str, QColor]
    """Fill of components by kind; the empty string is for all others."""
    chip_line: QColor
    chip_text: QColor
    planes: tuple[QColor, ...]
    """Of planes without a colour of their own, in order."""
    selection: QColor
    hover: QColor
    failed: QColor
    degraded: QColor
    panel: QColor
    panel_line: QColor
    ghost: QColor
    collision: QColor

    def kind(self, kind: str) -> QColor:
        """Return the fill of a kind of component."""
        return self.kinds.get(kind, self.kinds[""])

    def plane(self, number: int, own: str = "") -> QColor:
        """Return the colour of a plane; `own` is the one its design gives."""
        if own and QColor.isValidColorName(own):
            return QColor(own)
        return self.planes[number % len(self.planes)]


def _colors(**names: str) -> dict[str, QColor]:
    return {name: QColor(value) for name, value in names.items()}


LIGHT = CanvasTheme(
    dark=False,
    kinds={
        "npu": QColor("#b9c8f0"),
        "cpu": QColor("#b5dfd3"),
        "switch": QColor("#f3d59b"),
        "nic": QColor("#eab9c9"),
        "memory": QColor("#d3d9e2"),
        "storage": QColor("#ddd3c6"),
        "power_supply": QColor("#d6dcd0"),
        "cooling": QColor("#cde6f2"),
        "": QColor("#dcdcdc"),
    },
    planes=tuple(
        QColor(name)
        for name in ("#1f6fc4", "#d1720a", "#138a67", "#661d5d", "#9b9cac", "#bf9753", "#4aa6d9")
    ),
    **_colors(
        background="#eef0f3",
        floor="#fbfcfd",
        grid="#eceff3",
        grid_major="#dde2e9",
        text="#1d2530",
        text_soft="#667283",
        rack="#ffffff",
        rack_line="#8793a3",
        rack_header="#e6eaf0",
        housing="#f4f6f9",
        housing_line="#b3bcc9",
        chip_line="#5d6878",
        chip_text="#1d2530",
        selection="#0b63e5",
        hover="#4c8df0",
        failed="#c62828",
        degraded="#d98e04",
        panel="#ffffff",
        panel_line="#c9d0da",
        ghost="#0b63e5",
        collision="#c62828",
    ),
)

DARK = CanvasTheme(
    dark=True,
    kinds={
        "npu": QColor("#3c4f8a"),
        "cpu": QColor("#2a6456"),
        "switch": QColor("#7a5c1e"),
        "nic": QColor("#75394f"),
        "memory": QColor("#444d5b"),
        "storage": QColor("#55493b"),
        "power_supply": QColor("#46503f"),
        "cooling": QColor("#2c5568"),
        "": QColor("#4a4a4a"),
    },
    planes=tuple(
        QColor(name)
        for name in ("#5aa2f0", "#f0963c", "#3fbf94", "#a57faa", "#dae2e1", "#f3de88", "#70d9ff")
    ),
    **_colors(
        background="#14171c",
        floor="#1a1e25",
        grid="#20252d",
        grid_major="#2a303a",
        text="#e6eaf0",
        text_soft="#95a1b2",
        rack="#20252d",
        rack_line="#66727f",
        rack_header="#2b323d",
        housing="#282e38",
        housing_line="#4a5564",
        chip_line="#8894a5",
        chip_text="#eef2f7",
        selection="#6ab0ff",
        hover="#8cc2ff",
        failed="#ff6b6b",
        degraded="#ffb84d",
        panel="#232932",
        panel_line="#3a4350",
        ghost="#6ab0ff",
        collision="#ff6b6b",
    ),
)


def of(is_dark: bool) -> CanvasTheme:
    """Return the colours that go with a dark or a light window."""
    return DARK if is_dark else LIGHT
