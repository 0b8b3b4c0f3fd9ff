"""Icons are drawn when they are first shown, in the colours of the theme, once for each look."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPixmap
from pytestqt.qtbot import QtBot

from studio.gui.icons import icon, steady_icon, tinted
from studio.gui.theme import LIGHT


def _strongest(pixmap: QPixmap) -> QColor:
    image = pixmap.toImage()
    colors = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(colors, key=lambda color: color.alpha())


def test_an_icon_is_drawn_only_when_it_is_shown(qtbot: QtBot) -> None:
    tinted.cache_clear()
    made = icon("undo", LIGHT)
    assert tinted.cache_info().misses == 0
    made.pixmap(QSize(20, 20))
    made.pixmap(QSize(20, 20))
    icon("undo", LIGHT).pixmap(QSize(20, 20))
    assert tinted.cache_info().misses == 1


def test_an_action_that_is_not_possible_is_greyed(qtbot: QtBot) -> None:
    made = icon("undo", LIGHT)
    usual = _strongest(made.pixmap(QSize(20, 20), QIcon.Mode.Normal))
    greyed = _strongest(made.pixmap(QSize(20, 20), QIcon.Mode.Disabled))
    assert usual.name() == QColor(LIGHT.text).name()
    assert greyed.name() == QColor(LIGHT.stale).name()


def test_an_icon_has_the_pixels_of_the_screen(qtbot: QtBot) -> None:
    made = icon("undo", LIGHT)
    for ratio in (1.0, 1.25, 1.5, 2.0):
        pixmap = made.pixmap(QSize(20, 20), ratio)
        assert (pixmap.width(), pixmap.devicePixelRatio()) == (round(20 * ratio), ratio)


def test_a_copy_outlives_what_it_was_copied_from(qtbot: QtBot) -> None:
    copy = QIcon(icon("redo", LIGHT))
    copy.swap(QIcon(copy))
    assert not copy.pixmap(QSize(20, 20)).isNull()
    assert icon("", LIGHT).isNull()


def test_a_sign_keeps_its_colour_in_a_selected_row(qtbot: QtBot) -> None:
    sign = steady_icon("warning", LIGHT.warning)
    plain = sign.pixmap(16, QIcon.Mode.Normal).toImage()
    assert sign.pixmap(16, QIcon.Mode.Selected).toImage() == plain
