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
        "npu": QColor("#abb0d8"),
        "cpu": QColor("#cfe5e5"),
        "switch": QColor("#ebd38f"),
        "nic": QColor("#c4a4b1"),
        "memory": QColor("#ccc9de"),
        "storage": QColor("#f1ddc8"),
        "power_supply": QColor("#b4cec5"),
        "cooling": QColor("#c5e4fd"),
        "": QColor("#e8f0e2"),
    },
    planes=tuple(
        QColor(name)
        for name in ("#175ba6", "#c76b07", "#128e66", "#641c5a", "#a4a5b0", "#c49a57", "#4aaee4")
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
        "npu": QColor("#27447b"),
        "cpu": QColor("#367772"),
        "switch": QColor("#7c5d10"),
        "nic": QColor("#652948"),
        "memory": QColor("#323e5b"),
        "storage": QColor("#64624e"),
        "power_supply": QColor("#333f30"),
        "cooling": QColor("#455f73"),
        "": QColor("#534943"),
    },
    planes=tuple(
        QColor(name)
        for name in ("#718fd7", "#f79943", "#38b07f", "#af81a4", "#d9e5e4", "#f8e39f", "#6ad7fb")
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
