"""Which fonts the window uses, so that Chinese is never shown as boxes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from studio.gui.i18n import Language, tr

_LATIN = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans")
_CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei UI",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "WenQuanYi Zen Hei",
)
BASE_POINT_SIZE = 9.5


def find_fonts_without_display() -> None:
    """Tell Qt where Windows keeps its fonts; called before an application is made.

    Drawing without a display, Qt asks FreeType instead of Windows, looks into a folder of its own
    that is not shipped, and shows boxes for letters.
    """
    if sys.platform == "win32":
        fonts = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "Fonts"
        os.environ.setdefault("QT_QPA_FONTDIR", str(fonts))


def window_font(scale_percent: float) -> QFont:
    """Return the font of the window: a Latin face first, simplified Chinese glyphs behind it."""
    installed = set(QFontDatabase.families())
    families = [*_present(_LATIN, installed)[:1], *_present(_CHINESE, installed)[:1]]
    font = QFont(families) if families else QFont()
    font.setPointSizeF(BASE_POINT_SIZE * scale_percent / 100)
    return font


def has_chinese_glyphs() -> bool:
    """Tell whether any font installed can show Chinese."""
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))


def readable_language(wanted: Language) -> Language:
    """Return the language to show: English where no font can show the one wanted."""
    return "en" if wanted == "zh" and not has_chinese_glyphs() else wanted


def missing_font_advice() -> str:
    """Return what to tell a user whose language can't be shown; itself in English."""
    return tr(
        "No font on this computer can show Chinese, so texts stay English. "
        "On Debian and Ubuntu run: sudo apt-get install -y fonts-noto-cjk"
    )


def _present(wanted: Sequence[str], installed: set[str]) -> list[str]:
    return [name for name in wanted if name in installed]
