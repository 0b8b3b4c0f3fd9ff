"""A layout that fills rows with equally wide items and wraps."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from studio.gui.guard import guarded


@guarded
class FlowLayout(QLayout):
    """Rows of equally wide items; as many columns as fit at the widest item's width."""

    def __init__(
        self,
        parent: QWidget | None = None,
        spacing: int = 2,
        margin: int = 4,
        *,
        grows: bool = True,
    ) -> None:
        super().__init__(parent)
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
        widest = max(hint.width() for hint in hints)
        height = max(hint.height() for hint in hints)
        columns = max(1, min(len(items), (inside.width() + gap) // (widest + gap)))
        rows = -(-len(items) // columns)
        columns = -(-len(items) // rows)
        width = (inside.width() + gap) // columns - gap
        if not is_trial:
            for place, item in enumerate(items):
                row, column = divmod(place, columns)
                corner = QPoint(column * (width + gap), row * (height + gap))
                item.setGeometry(QRect(inside.topLeft() + corner, QSize(width, height)))
        return rows * (height + gap) - gap + margins.top() + margins.bottom()
