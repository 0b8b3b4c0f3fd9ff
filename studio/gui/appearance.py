"""Language, theme and text size of the window, as the settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from studio.gui.accessible_names import name_controls
from studio.gui.canvas import theme as canvas_theme
from studio.gui.docks import TITLES
from studio.gui.fonts import missing_font_advice, readable_language, window_font
from studio.gui.i18n import Language, Languages, chosen_language, tr
from studio.gui.qt_buttons import name_qt_buttons
from studio.gui.theme import Theme, apply_theme, chosen_theme, theme_choice, theme_of

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow


class Appearance:
    """Follows settings and system."""

    def __init__(self, window: MainWindow, languages: Languages) -> None:
        self._window = window
        self._languages = languages

    def apply_setting(self, key: str) -> None:
        """Follow a setting that changed."""
        window = self._window
        if key == "theme":
            self.set_theme(chosen_theme(theme_choice(window.settings.get("theme"))))
        elif key == "language":
            self.use_language(chosen_language(str(window.settings.get("language"))))
        elif key == "live":
            window.workspace.is_live = bool(window.settings.get("live"))
            if window.workspace.is_live and window.workspace.is_stale:
                window.workspace.simulate()
            window.menus.update()
        elif key == "snap":
            window.canvas.set_snapping(bool(window.settings.get("snap")))
            window.menus.update()
        elif key == "font_scale":
            QApplication.setFont(window_font(float(window.settings.get("font_scale"))))
            self.set_theme(window.theme)

    def use_language(self, wanted: Language) -> None:
        """Switch the window to a language; where no font can show it, say so instead."""
        shown = readable_language(wanted)
        self._languages.use(shown)
        if shown != wanted:
            self._window.workspace.notice(missing_font_advice(), "error")

    def follow_system(self, scheme: Qt.ColorScheme) -> None:
        """Take the theme that the desktop turned to, where the settings say so."""
        if theme_choice(self._window.settings.get("theme")) == "system":
            self.set_theme(theme_of(scheme))

    def set_theme(self, theme: Theme) -> None:
        """Paint everything in another theme."""
        window = self._window
        window.theme = theme
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, theme)
        colours = canvas_theme.of(theme.is_dark)
        window.canvas.set_theme(colours)
        window.layers.set_colours(colours)
        window.actions_made.set_theme(theme)
        for part in (
            window.library,
            window.inspector,
            window.plots,
            window.run_panel,
            window.problems,
            window.history,
            window.scenario_bar,
            window.notices,
            window.explain_panel,
            *(one for one in window.late.made.values() if hasattr(one, "set_theme")),
        ):
            part.set_theme(theme)
        if window.page == "welcome":
            window.refresh_recent()

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        window = self._window
        window.canvas.set_language(window.language)
        window.actions_made.retranslate()
        for name, dock in window.docks.items():
            dock.setWindowTitle(tr(TITLES[name]))
        name_qt_buttons(window)
        for part in (
            window.library,
            window.layers,
            window.inspector,
            window.plots,
            window.run_panel,
            window.problems,
            window.explain_panel,
            window.history,
            window.scenario_bar,
            window.welcome,
            window.strip,
            *window.late.made.values(),
        ):
            part.retranslate()
        window.compared.retranslate()
        window.tour.retranslate()
        window.menus.fill()
        window.shown.show_design(window.workspace.document)
        window.shown.show_evaluation(window.workspace.evaluation)
        window.shown.show_level()
        window.live.set_overlay(window.live.overlay)
        name_controls(window)
        if window.page == "welcome":
            window.refresh_recent()
