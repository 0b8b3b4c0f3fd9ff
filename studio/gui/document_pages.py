"""The pages of the window: welcome, drawing, comparison."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio.gui.candidates import CandidateLoader
from studio.gui.views.compare_rows import ComparedDesign
from studio.gui.welcome_cards import Thumbnailer, design_cards

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow


PAGES = ("welcome", "canvas", "compare")


class DocumentPages:
    """Which page is shown, and what the pages beside the drawing show."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        workspace = window.workspace
        self._thumbnailer = Thumbnailer(workspace.catalog, window)
        self._thumbnailer.made.connect(self._show_thumbnail)
        self.candidates = CandidateLoader(workspace.catalog, window)
        self.candidates.refused.connect(lambda text: workspace.notice(text, "error"))

    def close(self) -> None:
        """Stop the workers."""
        self._thumbnailer.stop()
        self.candidates.close()

    def show(self, name: str) -> None:
        """Show the welcome page, the canvas or the comparison."""
        window = self._window
        document = window.workspace.document
        if name == "canvas" and document is None:
            name = "welcome"
        window.pages.setCurrentIndex(PAGES.index(name))
        is_drawing = name == "canvas"
        window.menus.figures_bar.setVisible(is_drawing)
        for dock in window.docks.values():
            dock.setVisible(is_drawing)
        if is_drawing:
            window.docks["plots"].raise_()
            window.canvas.setFocus()
        elif name == "welcome":
            self.refresh_recent()
        else:
            window.compare.open(self._open_candidate())
        window.shown.show_level()
        window.menus.update()

    @property
    def current(self) -> str:
        """Return the page shown."""
        return PAGES[self._window.pages.currentIndex()]

    def _show_thumbnail(self, path: Path, picture: object) -> None:
        for card in self._window.welcome.cards:
            if card.card.path == path:
                card.show_picture(picture)  # type: ignore[arg-type]

    def refresh_recent(self) -> None:
        """Show reference designs and recent files anew."""
        window = self._window
        cards = design_cards(window.language)
        window.welcome.show_designs(cards, window.settings.recent)
        self._thumbnailer.start(tuple(card.path for card in cards), window.theme)
        window.menus.fill_recent()

    def _open_candidate(self) -> ComparedDesign | None:
        evaluation = self._window.workspace.evaluation
        if evaluation is None:
            return None
        from studio.exploration.compare import candidate_of

        candidate = candidate_of(evaluation.fabric.design, evaluation.totals, evaluation.result)
        return ComparedDesign(candidate, evaluation)
