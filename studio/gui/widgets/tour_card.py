"""The card of the guided tour, and the frame around the control it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.theme import SPACE
from studio.gui.widgets.labels import styled_label

if TYPE_CHECKING:
    from studio.gui.tour_spots import Spot

WIDTH = 330


@guarded
class TourCard(QFrame):
    """Says what to do next; floats over the window, is moved by dragging, and blocks nothing."""

    skipped = Signal()
    restarted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tour")
        self.setFixedWidth(WIDTH)
        self._held = QPoint()
        self._is_put = False
        self._count = styled_label("quiet")
        self._title = styled_label("heading")
        self._text = styled_label("tourText")
        self._text.setWordWrap(True)
        self.skip_button, self.again_button = QPushButton(), QPushButton()
        self.close_button = QPushButton()
        self.skip_button.clicked.connect(self.skipped)
        self.again_button.clicked.connect(self.restarted)
        self.close_button.clicked.connect(self.closed)
        buttons = QHBoxLayout()
        buttons.addWidget(self.again_button)
        buttons.addStretch(1)
        buttons.addWidget(self.skip_button)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE + 4, 2 * SPACE, SPACE + 4)
        column.addWidget(self._count)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addLayout(buttons)
        self.hide()

    @property
    def title(self) -> str:
        """Return the heading shown."""
        return self._title.text()

    def show_step(self, title: str, text: str, number: int, count: int) -> None:
        """Show a step; past the last one there is nothing more to skip."""
        is_last = number >= count
        self._count.setText("" if is_last else f"{number + 1} / {count}")
        self._count.setVisible(not is_last)
        self._title.setText(title)
        self._text.setText(text)
        self.skip_button.setText(tr("Skip this step"))
        self.skip_button.setVisible(not is_last)
        self.again_button.setText(tr("Start over"))
        self.again_button.setVisible(number > 0)
        self.close_button.setText(tr("Finish") if is_last else tr("Close"))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.show()
        self.adjustSize()
        self.raise_()

    def stand_in(self, area: QRect) -> None:
        """Stand in the lower right corner of an area of the window, unless it was put elsewhere."""
        window = self.parentWidget()
        if self._is_put and window is not None and window.rect().contains(self.geometry()):
            return
        corner = area.bottomRight() - QPoint(self.width() + SPACE * 2, self.height() + SPACE)
        self.move(max(SPACE, corner.x()), max(SPACE, corner.y()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        window = self.parentWidget()
        if window is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        room = window.rect().adjusted(0, 0, -self.width(), -self.height())
        to = self.mapToParent(event.position().toPoint() - self._held)
        self.move(min(max(to.x(), 0), room.right()), min(max(to.y(), 0), room.bottom()))
        self._is_put = True


@guarded
class TourFrame(QWidget):
    """A frame around a control; the pointer goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.hide()

    def surround(self, spot: Spot | None) -> None:
        """Frame a place, none to frame nothing."""
        window = self.parentWidget()
        if spot is None or window is None or not spot.widget.isVisible():
            self.hide()
            return
        corner = spot.widget.mapTo(window, spot.part.topLeft())
        around = QRect(corner, spot.part.size()).adjusted(-3, -3, 3, 3)
        self.setGeometry(around.intersected(window.rect()))
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.palette().highlight().color()), 3))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), 6, 6)
        painter.end()
