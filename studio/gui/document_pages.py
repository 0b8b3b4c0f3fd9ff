"""The pages of the window: welcome, drawing, comparison."""

from __future__ import annotations

from pathlib import Path

from studio.gui.candidates import CandidateLoader
from studio.gui.desk import PAGES, Desk
from studio.gui.views.compare_rows import ComparedDesign
from studio.gui.welcome_cards import Thumbnailer, design_cards


class DocumentPages:
    """Which page is shown, and what the pages beside the drawing show."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        workspace = desk.workspace
        self._thumbnailer = Thumbnailer(workspace.catalog, desk)
        self._thumbnailer.made.connect(self._show_thumbnail)
        self.candidates = CandidateLoader(workspace.catalog, desk)
        self.candidates.refused.connect(lambda text: workspace.notice(text, "error"))

    def close(self) -> None:
        """Stop the workers."""
        self._thumbnailer.stop()
        self.candidates.close()

    def show(self, name: str) -> None:
        """Show the welcome page, the canvas or the comparison."""
        desk = self._desk
        document = desk.workspace.document
        if name == "canvas" and document is None:
            name = "welcome"
        desk.pages.setCurrentIndex(PAGES.index(name))
        is_drawing = name == "canvas"
        if name != "welcome":
            # Designs nobody looks at are not drawn in the midst of somebody's work.
            self._thumbnailer.stop()
        desk.figures_bar.setVisible(is_drawing)
        for dock in desk.docks.values():
            dock.setVisible(is_drawing)
        if is_drawing:
            desk.docks["plots"].raise_()
            desk.canvas.setFocus()
        elif name == "welcome":
            self.refresh_recent()
        else:
            desk.compare.open(self._open_candidate())

    def _show_thumbnail(self, path: Path, picture: object) -> None:
        for card in self._desk.welcome.cards:
            if card.card.path == path:
                card.show_picture(picture)  # type: ignore[arg-type]

    def refresh_recent(self) -> None:
        """Show reference designs and recent files anew."""
        desk = self._desk
        cards = design_cards(desk.language)
        desk.welcome.show_designs(cards, desk.settings.recent)
        if desk.page == "welcome":
            self._thumbnailer.start(tuple(card.path for card in cards), desk.theme)

    def refresh_welcome(self) -> None:
        """Show the cards anew where they are seen."""
        if self._desk.page == "welcome":
            self.refresh_recent()

    def _open_candidate(self) -> ComparedDesign | None:
        evaluation = self._desk.workspace.evaluation
        if evaluation is None:
            return None
        from studio.exploration.compare import candidate_of

        candidate = candidate_of(evaluation.fabric.design, evaluation.totals, evaluation.result)
        return ComparedDesign(candidate, evaluation)
