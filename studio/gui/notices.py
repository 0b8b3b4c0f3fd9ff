"""Notices: a line over the canvas that says what went wrong and goes by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from studio.gui.guard import guarded
from studio.gui.icons import icon, tinted
from studio.gui.theme import SPACE, Theme
from studio.gui.widgets.labels import TextLabel
from studio.gui.workspace import Notice

SHOWN_MS = 7000


@guarded
class NoticeBar(QFrame):
    """Floats at the top of its parent; never takes the focus."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._theme = theme
        self._icon = TextLabel()
        self._text = TextLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton()
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE // 2, SPACE // 2, SPACE // 2)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._close)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self._severity = ""
        parent.installEventFilter(self)
        self.set_theme(theme)
        self.hide()

    @property
    def text(self) -> str:
        """Return what is shown, empty when nothing is."""
        return "" if self.isHidden() else self._text.text()

    def show_notice(self, notice: Notice) -> None:
        """Show a notice for a while; errors stay longer."""
        colours = {"error": self._theme.bad, "warning": self._theme.warning}
        colour = colours.get(notice.severity, self._theme.accent)
        self._severity = notice.severity
        self._icon.setPixmap(tinted(notice.severity, colour))
        self._text.setText(notice.text)
        self.show()
        self.raise_()
        self._place()
        self._timer.start(SHOWN_MS * (2 if notice.severity == "error" else 1))

    def end_error(self) -> None:
        """Take an error away: what it was about has been put right."""
        if self._severity == "error":
            self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        self._close.setIcon(icon("close", theme))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        width = min(parent.width() - 4 * SPACE, 620)
        height = max(36, self.heightForWidth(width) if self.hasHeightForWidth() else 36)
        self.setGeometry((parent.width() - width) // 2, SPACE, width, height)
