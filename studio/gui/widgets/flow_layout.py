"""A layout that fills rows with items in columns and wraps."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from studio.gui.guard import guarded


@guarded
class FlowLayout(QLayout):
    """Rows of items in as few rows as fit; columns are equally wide, or as wide as they need."""

    def __init__(
        self,
        parent: QWidget | None = None,
        spacing: int = 2,
        margin: int = 4,
        *,
        grows: bool = True,
        even: bool = True,
    ) -> None:
        super().__init__(parent)
        self._even = even
        self._grows = grows
        self._items: list[QLayoutItem] = []
        self.setSpacing(spacing)
        self.setContentsMargins(margin, margin, margin, margin)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return self._grows

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), is_trial=True)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, is_trial=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(
            margins.left() + margins.right(),
            margins.top() + margins.bottom(),
        )

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, rect: QRect, *, is_trial: bool) -> int:
        margins = self.contentsMargins()
        inside = rect.marginsRemoved(margins)
        items = self._shown()
        if not items:
            return margins.top() + margins.bottom()
        gap = self.spacing()
        hints = [item.sizeHint() for item in items]
        height = max(hint.height() for hint in hints)
        wanted = [hint.width() for hint in hints]
        least = [max(wanted)] * len(items)
        if not self._even:
            least = [item.minimumSize().width() for item in items]
        widths = _column_widths(least, wanted, inside.width(), gap)
        rows = -(-len(items) // len(widths))
        if not is_trial:
            for place, item in enumerate(items):
                row, column = divmod(place, len(widths))
                corner = QPoint(sum(widths[:column]) + column * gap, row * (height + gap))
                item.setGeometry(QRect(inside.topLeft() + corner, QSize(widths[column], height)))
        return rows * (height + gap) - gap + margins.top() + margins.bottom()


def _column_widths(least: list[int], wanted: list[int], room: int, gap: int) -> list[int]:
    """Return the width of each column: as many as fit at their least, with evenly filled rows.

    What is left goes to those that want more, then to all alike.
    """
    fitting = len(least)
    while fitting > 1 and sum(_widest(least, fitting)) + (fitting - 1) * gap > room:
        fitting -= 1
    rows = -(-len(least) // fitting)
    count = -(-len(least) // rows)
    widths = _widest(least, count)
    left = max(0, room - sum(widths) - (count - 1) * gap)
    lacking = [max(0, want - has) for want, has in zip(_widest(wanted, count), widths, strict=True)]
    share = min(1.0, left / sum(lacking)) if sum(lacking) else 0.0
    grown = [has + int(share * lack) for has, lack in zip(widths, lacking, strict=True)]
    rest = max(0, left - sum(grown) + sum(widths))
    return [width + rest // count for width in grown]


def _widest(widths: list[int], columns: int) -> list[int]:
    """Return how wide the widest item of each column is."""
    return [max(widths[column::columns]) for column in range(columns)]
