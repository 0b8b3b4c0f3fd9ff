"""The welcome page: reference designs with pictures, recent files, a new hall."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.icons import app_icon
from studio.gui.theme import SPACE, Theme
from studio.gui.widgets.flow_layout import FlowLayout
from studio.gui.widgets.labels import TextLabel, styled_area, styled_label
from studio.paths import is_there

PICTURE = QSize(264, 132)


@dataclass(frozen=True)
class DesignCard:
    """A design offered on the page."""

    path: Path
    name: str
    description: str


@guarded
class Card(QFrame):
    """One reference design."""

    chosen = Signal(object)

    def __init__(self, card: DesignCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.card = card
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(card.name)
        self._picture = TextLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setFixedHeight(PICTURE.height())
        self._picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        name = styled_label("heading", card.name)
        text = styled_label("quiet", card.description)
        text.setWordWrap(True)
        text.setAlignment(Qt.AlignmentFlag.AlignTop)
        text.setFixedHeight(4 * text.fontMetrics().lineSpacing() + 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        layout.setSpacing(SPACE // 2)
        layout.addWidget(self._picture)
        layout.addWidget(name)
        layout.addWidget(text)
        self.setMinimumWidth(PICTURE.width() + 2 * SPACE)

    def show_picture(self, picture: QPixmap) -> None:
        """Show a thumbnail."""
        self._picture.setPixmap(picture)

    def sizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), super().sizeHint().height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.card.path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space):
            self.chosen.emit(self.card.path)
        else:
            super().keyPressEvent(event)


class WelcomePage(QWidget):
    """What the window shows without a design."""

    open_requested = Signal(object)
    """Path."""
    browse_requested = Signal()
    new_requested = Signal()
    tour_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._cards: tuple[DesignCard, ...] = ()
        self._recent: tuple[Path, ...] = ()
        self._made: list[Card] = []
        logo = TextLabel()
        logo.setPixmap(app_icon().pixmap(QSize(52, 52)))
        self._title = TextLabel("Supernode Studio")
        big = self._title.font()
        big.setPointSizeF(big.pointSizeF() * 1.9)
        big.setBold(True)
        self._title.setFont(big)
        self._claim = styled_label("quiet")
        self._new = QPushButton()
        self._new.clicked.connect(self.new_requested)
        self._tour = QPushButton()
        self._tour.clicked.connect(self.tour_requested)
        self._browse = QPushButton()
        self._browse.clicked.connect(self.browse_requested)
        titles = QVBoxLayout()
        titles.addWidget(self._title)
        titles.addWidget(self._claim)
        top = QHBoxLayout()
        top.setSpacing(2 * SPACE)
        top.addWidget(logo)
        top.addLayout(titles, 1)
        top.addWidget(self._tour)
        top.addWidget(self._new)
        top.addWidget(self._browse)
        self._designs = styled_label("section")
        self._grid = styled_area("panel")
        self._flow = FlowLayout(self._grid, spacing=2 * SPACE, margin=0)
        self._recent_title = styled_label("section")
        self._recent_box = styled_area("panel")
        self._recent_layout = QVBoxLayout(self._recent_box)
        self._recent_layout.setContentsMargins(0, 0, 0, 0)
        self._recent_layout.setSpacing(2)
        self._lay_out(top)
        self.retranslate()

    @property
    def cards(self) -> tuple[Card, ...]:
        """Return the cards shown."""
        return tuple(self._made)

    def show_designs(self, cards: tuple[DesignCard, ...], recent: tuple[Path, ...]) -> None:
        """Show reference designs and recent files."""
        if cards != self._cards:
            self._cards = cards
            for made in self._made:
                self._flow.removeWidget(made)
                made.hide()
                made.deleteLater()
            self._made = [Card(card) for card in cards]
            for made in self._made:
                made.chosen.connect(self.open_requested)
                self._flow.addWidget(made)
        if recent != self._recent or not self._recent_layout.count():
            self._recent = recent
            self._fill_recent()

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._claim.setText(tr("Draw an AI supernode and see what it delivers, live."))
        self._tour.setText(tr("Guided tour"))
        self._new.setText(tr("New design"))
        self._browse.setText(tr("Open…"))
        self._designs.setText(tr("Reference designs"))
        self._recent_title.setText(tr("Recent files"))
        self._fill_recent()

    def _lay_out(self, top: QHBoxLayout) -> None:
        content = styled_area("panel")
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(content)
        column.setContentsMargins(4 * SPACE, 3 * SPACE, 4 * SPACE, 3 * SPACE)
        column.setSpacing(SPACE + SPACE // 2)
        column.addLayout(top)
        column.addWidget(self._designs)
        column.addWidget(self._grid)
        column.addWidget(self._recent_title)
        column.addWidget(self._recent_box)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        # What is in it takes the keys.
        scroll.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        scroll.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _fill_recent(self) -> None:
        while self._recent_layout.count():
            item = self._recent_layout.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if not self._recent:
            hint = styled_label("quiet", tr("Files you open or save are listed here."))
            self._recent_layout.addWidget(hint)
        for path in self._recent:
            words = f'<a href="open">{escape(path.name)}</a>&nbsp;&nbsp;{escape(str(path.parent))}'
            link = QLabel(words)
            link.setEnabled(is_there(path))
            link.setObjectName("quiet")
            link.linkActivated.connect(lambda _, one=path: self.open_requested.emit(one))
            self._recent_layout.addWidget(link)
