"""The strip of headline figures above the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsOpacityEffect,
    QGridLayout,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.views.metric_rows import MetricRow
from studio.gui.widgets.elided_label import ElidedLabel
from studio.gui.widgets.flow_layout import FlowLayout
from studio.gui.widgets.labels import plain_tip, styled_area, styled_label
from studio.gui.widgets.restyle import restyle

USUAL_CHANGE = "+88.8 %"
BORDER = 1
"""Of a tile, as the style sheet draws it; margins of the layout begin inside."""
_SENSE_NAMES = {"better": "good", "worse": "bad", "neutral": "quiet"}


@guarded
class MetricTile(QFrame):
    """One figure: label, value, difference; a click opens its terms."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("metricTile")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._row: MetricRow | None = None
        self._label = ElidedLabel()
        self._label.setObjectName("metricLabel")
        self._value = styled_label("metricValue")
        self._change = styled_label("quiet")
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(6, 3, 6, 3)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        self._widest = 0
        """Room that a value of this figure took so far: `1.1` follows `1.02`, and nothing moves."""
        self._shrink()
        self._placed = ""
        self._place(is_label_long=False)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._widest = 0
            self._shrink()
        super().changeEvent(event)

    def _shrink(self) -> None:
        small = self.font()
        small.setPointSizeF(small.pointSizeF() * 0.86)
        self._label.setFont(small)
        self._change.setFont(small)

    def show_row(self, row: MetricRow) -> bool:
        """Show a figure; tells whether it is another one than before."""
        if row == self._row:
            return False
        if self._row is None or row.key != self._row.key:
            self._widest = 0
        self._row = row
        self._show()
        return True

    def retranslate(self) -> None:
        """Show texts in the language chosen; a figure may be called the same in both."""
        if self._row is not None:
            self._show()

    def _show(self) -> None:
        row = self._row
        assert row is not None
        self._label.setText(row.label)
        self._value.setText(row.value)
        if row.label != self._placed:
            self._placed = row.label
            self._place(is_label_long=self._label_width() > self._value.sizeHint().width())
        self._change.setText(row.change or row.band)
        name = _SENSE_NAMES[row.sense]
        if self._change.objectName() != name:
            self._change.setObjectName(name)
            restyle(self._change)
        tip = tr("Click to see what this is made of")
        if row.accuracy:
            tip = f"{row.accuracy}\n{tip}"
        if row.before:
            tip = tr("Baseline: {value}").format(value=row.before) + "\n" + tip
        self.setToolTip(plain_tip(f"{row.label}: {row.value}\n{tip}"))
        self.setAccessibleName(f"{row.label} {row.value} {row.change}")

    def _place(self, *, is_label_long: bool) -> None:
        """Put the change beside the shorter of label and value, and leave it there."""
        self._is_label_long = is_label_long
        for part in (self._label, self._value, self._change):
            self._grid.removeWidget(part)
        above, below = (2, 1) if is_label_long else (1, 2)
        self._grid.addWidget(self._label, 0, 0, 1, above)
        self._grid.addWidget(self._value, 1, 0, 1, below)
        self._grid.addWidget(self._change, 1 if is_label_long else 0, 1)

    def _label_width(self) -> int:
        return self._label.fontMetrics().horizontalAdvance(self._label.text()) + 2

    def _value_width(self) -> int:
        self._widest = max(self._widest, self._value.sizeHint().width())
        return self._widest

    def minimumSizeHint(self) -> QSize:
        """Return room for label and value; a change above may cost the label its end."""
        label, value = self._label_width(), self._value_width()
        return self._around(max(label, value + self._change_width() * self._is_label_long))

    def sizeHint(self) -> QSize:
        """Return room for a change of usual length too, there or not, so that no tile moves."""
        label, value = self._label_width(), self._value_width()
        shorter = value if self._is_label_long else label
        return self._around(max(label, value, shorter + self._change_width()))

    def _change_width(self) -> int:
        change = self._change.fontMetrics().horizontalAdvance(USUAL_CHANGE)
        return self._grid.horizontalSpacing() + change

    def _around(self, width: int) -> QSize:
        margins = self._grid.contentsMargins()
        sides = margins.left() + margins.right() + 2 * BORDER
        return QSize(width + sides, super().sizeHint().height())

    @property
    def row(self) -> MetricRow | None:
        """Return the figure shown."""
        return self._row

    def set_chosen(self, is_chosen: bool) -> None:
        """Mark the tile whose terms are open."""
        self.setProperty("chosen", "true" if is_chosen else "false")
        restyle(self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._row is not None:
            self.chosen.emit(self._row.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space) and self._row is not None:
            self.chosen.emit(self._row.key)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        restyle(self)
        super().enterEvent(event)


@guarded
class MetricStrip(QWidget):
    """All tiles, wrapped into as many rows as the width asks for."""

    explain_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("metricStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._tiles: list[MetricTile] = []
        self._chosen = ""
        # In no layout: a figure that changes moves its neighbours, and not the whole window.
        self._area = styled_area("panel")
        self._flow = FlowLayout(self._area, grows=False, even=False)
        self._fade = QGraphicsOpacityEffect(self._area)
        self._fade.setOpacity(0.45)
        self._fade.setEnabled(False)
        self._area.setGraphicsEffect(self._fade)
        self._is_short = False
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._area)

    def set_short(self, is_short: bool) -> None:
        """Show one row and scroll to the others, where the window is not high."""
        if is_short != self._is_short:
            self._is_short = is_short
            self._fit_height()

    @property
    def tiles(self) -> tuple[MetricTile, ...]:
        """Return the tiles shown."""
        return tuple(tile for tile in self._tiles if not tile.isHidden())

    def show_rows(self, rows: tuple[MetricRow, ...]) -> None:
        """Show figures; tiles are kept, so that nothing flickers while one drags."""
        while len(self._tiles) < len(rows):
            tile = MetricTile(self._area)
            tile.chosen.connect(self._choose)
            self._tiles.append(tile)
            self._flow.addWidget(tile)
        is_new = self.isHidden() == bool(rows)
        for place, tile in enumerate(self._tiles):
            is_new |= tile.isHidden() == (place < len(rows))
            tile.setVisible(place < len(rows))
            if place < len(rows):
                is_new |= tile.show_row(rows[place])
                if tile.property("chosen") != _flag(rows[place].key == self._chosen):
                    tile.set_chosen(rows[place].key == self._chosen)
        self.setVisible(bool(rows))
        if is_new:
            self._flow.invalidate()
            self._fit_height()

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        for tile in self._tiles:
            tile.retranslate()

    def set_stale(self, is_stale: bool) -> None:
        """Fade figures that belong to an earlier design."""
        if self._fade.isEnabled() != is_stale:
            self._fade.setEnabled(is_stale)

    def _choose(self, key: str) -> None:
        self._chosen = key
        for tile in self._tiles:
            tile.set_chosen(tile.row is not None and tile.row.key == key)
        self.explain_requested.emit(key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()
        self._scroll.setGeometry(self.rect())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._flow.invalidate()
            self._fit_height()
        super().changeEvent(event)

    def _fit_height(self) -> None:
        """A tool bar asks no widget for its height at a width, so the strip fixes its own."""
        height = self._flow.heightForWidth(self.width())
        one_row = self._flow.sizeHint().height()
        is_cut = self._is_short and height > one_row
        if is_cut:
            bar = self._scroll.verticalScrollBar()
            height = self._flow.heightForWidth(self.width() - bar.sizeHint().width())
            # Three steps are one notch of a wheel.
            bar.setSingleStep(one_row // 3)
        self._area.setMinimumHeight(height)
        shown = one_row if is_cut else height
        if shown != self.minimumHeight():
            self.setFixedHeight(shown)


def _flag(value: bool) -> str:
    return "true" if value else "false"
