"""Language, theme and text size of the window, as the settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QTabBar, QWidget

from studio.gui.accessible_names import name_control, name_within
from studio.gui.canvas import theme as canvas_theme
from studio.gui.docks import TITLES
from studio.gui.fonts import missing_font_advice, readable_language, window_font
from studio.gui.i18n import Language, Languages, chosen_language, tr
from studio.gui.qt_buttons import name_qt_buttons
from studio.gui.theme import Theme, apply_theme, chosen_theme, theme_choice, theme_of

if TYPE_CHECKING:
    from studio.gui.desk import Desk


class Appearance(QObject):
    """Follows settings and system."""

    retranslated = Signal()
    """The panels speak another language: whoever fills them follows."""
    repainted = Signal()
    """The theme is another one."""

    def __init__(self, desk: Desk, languages: Languages) -> None:
        super().__init__(desk)
        self._desk = desk
        self._languages = languages

    def apply_setting(self, key: str) -> None:
        """Follow a setting that changed."""
        desk = self._desk
        if key == "theme":
            self.set_theme(chosen_theme(theme_choice(desk.settings.get("theme"))))
        elif key == "language":
            self.use_language(chosen_language(str(desk.settings.get("language"))))
        elif key == "live":
            desk.workspace.is_live = bool(desk.settings.get("live"))
            if desk.workspace.is_live and desk.workspace.is_stale:
                desk.workspace.simulate()
            desk.state_changed.emit()
        elif key == "snap":
            desk.canvas.set_snapping(bool(desk.settings.get("snap")))
            desk.state_changed.emit()
        elif key == "font_scale":
            self._set_text_size(float(desk.settings.get("font_scale")))

    def _set_text_size(self, percent: float) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setFont(window_font(percent))
        # Widgets under a style sheet take a new font only when they are polished anew.
        app.setStyleSheet("")
        self.set_theme(self._desk.theme)

    def use_language(self, wanted: Language) -> None:
        """Switch the window to a language; where no font can show it, say so instead."""
        shown = readable_language(wanted)
        self._languages.use(shown)
        if shown != wanted:
            self._desk.workspace.notice(missing_font_advice(), "error")

    def follow_system(self, scheme: Qt.ColorScheme) -> None:
        """Take the theme that the desktop turned to, where the settings say so."""
        if theme_choice(self._desk.settings.get("theme")) == "system":
            self.set_theme(theme_of(scheme))

    def set_theme(self, theme: Theme) -> None:
        """Paint everything in another theme."""
        desk = self._desk
        desk.theme = theme
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, theme)
        colours = canvas_theme.of(theme.is_dark)
        desk.canvas.set_theme(colours)
        desk.layers.set_colours(colours)
        desk.actions_made.set_theme(theme)
        for part in (
            desk.library,
            desk.inspector,
            desk.plots,
            desk.run_panel,
            desk.problems,
            desk.history,
            desk.scenario_bar,
            desk.notices,
            desk.explain_panel,
            *(one for one in desk.late.made.values() if hasattr(one, "set_theme")),
        ):
            part.set_theme(theme)
        self.repainted.emit()

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        desk = self._desk
        desk.canvas.set_language(desk.language)
        desk.actions_made.retranslate()
        for name, dock in desk.docks.items():
            dock.setWindowTitle(tr(TITLES[name]))
        name_qt_buttons(desk)
        for part in (
            desk.library,
            desk.layers,
            desk.inspector,
            desk.plots,
            desk.run_panel,
            desk.problems,
            desk.explain_panel,
            desk.history,
            desk.scenario_bar,
            desk.welcome,
            desk.strip,
            *desk.late.made.values(),
        ):
            part.retranslate()
        self.retranslated.emit()
        self.name_controls()

    def name_controls(self) -> None:
        """Name every control that takes the focus, in the language chosen.

        A control is called what its tooltip or hint says first, else what its panel is called.
        """
        desk = self._desk
        areas: list[tuple[QWidget, str]] = [
            (dock, dock.windowTitle()) for dock in desk.docks.values()
        ]
        areas += [
            (desk.scenario_bar, tr("Scenario")),
            (desk.toolbar, tr("Tools")),
            (desk.welcome, tr("Reference designs")),
            (desk.late.page, tr("Compare")),
        ]
        for area, title in areas:
            name_within(area, title)
        for tabs in desk.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            name_control(tabs, tr("Panels"))
