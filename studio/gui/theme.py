"""Colours, sizes and the style sheet of the window, light and dark: the one place they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from studio import paths

ThemeChoice = Literal["system", "light", "dark"]

SPACE = 8
"""Distance between neighbours, in logical pixels; halves and doubles of it are used."""
LEAST_LIST = 44
"""Height a list can do with, where the window is small."""
CATEGORICAL = (
    "#2067cb",
    "#ee9d16",
    "#329b73",
    "#87368e",
    "#c10c39",
    "#61c0fc",
    "#a57309",
    "#476566",
    "#d787b3",
    "#7a7dbb",
)
"""Told apart by hue and lightness together, with red-, green- and blue-blind eyes too."""


@dataclass(frozen=True)
class Theme:
    """Every colour of the window in one scheme."""

    name: Literal["light", "dark"]
    window: str
    panel: str
    raised: str
    field: str
    line: str
    text: str
    quiet: str
    """Secondary text; still 4.5:1 on `panel`."""
    accent: str
    on_accent: str
    good: str
    bad: str
    warning: str
    stale: str
    bounds: Mapping[str, str]
    """Colour of what time is spent on."""

    @property
    def is_dark(self) -> bool:
        """Tell whether the scheme is dark."""
        return self.name == "dark"


LIGHT = Theme(
    name="light",
    window="#e9ecf0",
    panel="#ffffff",
    raised="#f5f7f9",
    field="#ffffff",
    line="#d3d9e0",
    text="#1b2430",
    quiet="#5a6675",
    accent="#1f6fd6",
    on_accent="#ffffff",
    good="#1a7f4b",
    bad="#c02f3a",
    warning="#9a5b00",
    stale="#8d97a3",
    bounds={
        "compute": "#3576d6",
        "memory": "#e68e24",
        "network": "#1ba681",
        "overhead": "#9f3f8e",
        "idle": "#acb6c2",
    },
)

DARK = Theme(
    name="dark",
    window="#14181e",
    panel="#1c222a",
    raised="#242b35",
    field="#171c23",
    line="#353e4a",
    text="#e4e9ef",
    quiet="#9aa7b6",
    accent="#4d97f3",
    on_accent="#0b1017",
    good="#61d198",
    bad="#ec6c70",
    warning="#e9ac4b",
    stale="#6b7684",
    bounds={
        "compute": "#6794ec",
        "memory": "#efa339",
        "network": "#42c597",
        "overhead": "#dcaddf",
        "idle": "#5c6a71",
    },
)


def chosen_theme(choice: ThemeChoice) -> Theme:
    """Return the theme a setting means now; `system` follows the desktop."""
    if choice == "system":
        return theme_of(QGuiApplication.styleHints().colorScheme())
    return DARK if choice == "dark" else LIGHT


def theme_of(scheme: Qt.ColorScheme) -> Theme:
    """Return the theme of a desktop; light where the desktop does not say."""
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def theme_choice(text: object) -> ThemeChoice:
    """Return what a setting or an argument says, `system` where it says nothing known."""
    choices: Mapping[object, ThemeChoice] = {"light": "light", "dark": "dark"}
    return choices.get(text, "system")


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Paint the whole application in a theme."""
    sheet = style_sheet(theme)
    # Polishing every widget anew takes a second: nothing is done where nothing changes.
    if app.styleSheet() != sheet:
        app.setPalette(palette_of(theme))
        app.setStyleSheet(sheet)


def palette_of(theme: Theme) -> QPalette:
    """Return the Qt palette of a theme."""
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.raised,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.bad,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.quiet,
        role.Link: theme.accent,
        role.Mid: theme.line,
        role.Midlight: theme.raised,
        role.Light: theme.raised,
        role.Dark: theme.line,
        role.Shadow: theme.line,
    }
    palette = QPalette()
    for which, colour in colours.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.stale))
    return palette


def style_sheet(theme: Theme) -> str:
    """Return the style sheet of a theme; rules name object names, never places."""
    return _RULES.format(
        window=theme.window,
        panel=theme.panel,
        raised=theme.raised,
        field=theme.field,
        line=theme.line,
        text=theme.text,
        quiet=theme.quiet,
        accent=theme.accent,
        on_accent=theme.on_accent,
        good=theme.good,
        bad=theme.bad,
        warning=theme.warning,
        stale=theme.stale,
        chevron=(paths.resources_dir() / "icons" / "chevron.svg").as_posix(),
        check=(paths.resources_dir() / "icons" / "check.svg").as_posix(),
        chevron_up=(paths.resources_dir() / "icons" / "chevron-up.svg").as_posix(),
    )


_RULES = """
QMainWindow, QDialog {{ background: {window}; }}
QMainWindow::separator {{ background: {window}; width: 4px; height: 4px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 4px; }}
QMenuBar {{ background: {panel}; color: {text}; }}
QMenuBar::item {{ padding: 4px 9px; background: transparent; }}
QMenuBar::item:selected {{ background: {raised}; }}
QMenu {{ background: {panel}; color: {text}; border: 1px solid {line}; padding: 4px; }}
QMenu::item {{ padding: 5px 28px 5px 26px; border-radius: 3px; }}
QMenu::item:selected {{ background: {accent}; color: {on_accent}; }}
QMenu::item:disabled {{ color: {stale}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 6px; }}
QMenu::icon {{ padding-left: 6px; }}
QToolBar {{ background: {panel}; border: none; border-bottom: 1px solid {line};
    spacing: 2px; padding: 3px 6px; }}
QToolButton#qt_toolbar_ext_button {{ padding: 0; min-width: 18px; image: url("{chevron}"); }}
QToolBar::separator {{ background: {line}; width: 1px; margin: 4px 5px; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 4px;
    padding: 4px; color: {text}; }}
QToolButton:hover {{ background: {raised}; border-color: {line}; }}
QToolButton:pressed, QToolButton:checked {{ background: {raised}; border-color: {accent}; }}
QToolButton:disabled {{ color: {stale}; }}
QDockWidget {{ color: {quiet}; font-weight: 600; }}
QDockWidget::title {{ background: {panel}; padding: 6px 8px; border-bottom: 1px solid {line}; }}
QTabBar {{ background: transparent; }}
QTabBar::tab {{ background: {window}; color: {quiet}; padding: 5px 12px; border: none;
    border-top: 2px solid transparent; }}
QTabBar::tab:selected {{ background: {panel}; color: {text}; border-top-color: {accent}; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:selected:focus {{ color: {accent}; }}
QTabBar#compact::tab {{ padding: 4px 7px; }}
QTabWidget::pane {{ border: none; background: {panel}; }}
QStatusBar {{ background: {panel}; color: {quiet}; border-top: 1px solid {line}; }}
QStatusBar::item {{ border: none; }}
QLineEdit, QComboBox, QSpinBox, QPlainTextEdit {{ background: {field}; color: {text};
    border: 1px solid {line}; border-radius: 4px; padding: 2px 6px; min-height: 20px;
    selection-background-color: {accent}; selection-color: {on_accent}; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {stale}; background: {raised}; }}
QLineEdit[wrong="true"], QLineEdit[wrong="true"]:focus {{ border-color: {bad}; }}
QComboBox::drop-down {{ border: none; width: 18px; }}
QComboBox::down-arrow {{ image: url("{chevron}"); width: 10px; height: 10px; }}
QSpinBox::up-button, QSpinBox::down-button {{ border: none; width: 18px; }}
QSpinBox::up-arrow {{ image: url("{chevron_up}"); width: 10px; height: 10px; }}
QSpinBox::down-arrow {{ image: url("{chevron}"); width: 10px; height: 10px; }}
QComboBox QAbstractItemView {{ background: {panel}; color: {text}; border: 1px solid {line};
    selection-background-color: {accent}; selection-color: {on_accent}; }}
QPushButton {{ background: {raised}; color: {text}; border: 1px solid {line};
    border-radius: 4px; padding: 5px 14px; }}
QPushButton:hover {{ border-color: {accent}; }}
QPushButton:default {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton:disabled {{ color: {stale}; }}
QAbstractItemView {{ background: {panel}; color: {text}; border: 1px solid transparent;
    alternate-background-color: {raised}; selection-background-color: {accent};
    selection-color: {on_accent}; outline: none; }}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QPlainTextEdit:focus, QPushButton:focus,
QToolButton:focus, QAbstractItemView:focus {{ border-color: {accent}; }}
QToolButton:checked:focus {{ background: {line}; }}
QPushButton:default:focus {{ border: 2px solid {text}; padding: 4px 13px; }}
QTreeView::item, QListView::item, QTableView::item {{ padding: 3px 4px; }}
QHeaderView {{ background: {panel}; }}
QHeaderView::section {{ background: {panel}; color: {quiet}; border: none;
    border-bottom: 1px solid {line}; padding: 4px 6px; }}
QHeaderView::section:vertical {{ color: {text}; border: none; }}
QTableCornerButton::section {{ background: {panel}; border: none;
    border-bottom: 1px solid {line}; }}
QTableView {{ gridline-color: {line}; }}
QScrollArea {{ border: none; background: {panel}; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {line}; border-radius: 4px; min-height: 24px; min-width: 24px;
    margin: 1px; }}
QScrollBar::handle:hover {{ background: {stale}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSlider::groove:horizontal {{ height: 3px; background: {line}; border-radius: 1px; }}
QSlider::sub-page:horizontal {{ background: {accent}; border-radius: 1px; }}
QSlider::handle:horizontal {{ background: {panel}; border: 1px solid {accent}; width: 10px;
    margin: -5px 0; border-radius: 6px; }}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ background: {accent}; }}
QSlider:disabled {{ background: transparent; }}
QSlider::sub-page:horizontal:disabled {{ background: {line}; }}
QSlider::handle:horizontal:disabled {{ border-color: {line}; }}
QCheckBox {{ color: {text}; spacing: 6px; }}
QCheckBox:focus {{ color: {accent}; }}
QCheckBox::indicator, QTreeView::indicator, QListView::indicator, QTableView::indicator {{
    width: 13px; height: 13px; border: 1px solid {stale}; border-radius: 3px;
    background: {panel}; }}
QCheckBox::indicator:checked, QTreeView::indicator:checked, QListView::indicator:checked,
QTableView::indicator:checked {{ border-color: {accent}; image: url("{check}"); }}
QTreeView::indicator, QListView::indicator, QTableView::indicator {{ width: 11px; height: 11px; }}
QCheckBox::indicator:disabled, QTableView::indicator:disabled {{ border-color: {line}; }}
QCheckBox::indicator:focus {{ width: 11px; height: 11px; border: 2px solid {text}; }}
QWidget#panel, QWidget#metricStrip, QWidget#welcome, QWidget#compare {{ background: {panel}; }}
QWidget#metricStrip {{ border-bottom: 1px solid {line}; }}
QFrame#metricTile {{ background: {panel}; border: 1px solid transparent; border-radius: 5px; }}
QFrame#metricTile:hover {{ background: {raised}; border-color: {line}; }}
QFrame#metricTile:focus {{ background: {raised}; border-color: {accent}; }}
QFrame#metricTile[chosen="true"] {{ border-color: {accent}; }}
QFrame#card {{ background: {raised}; border: 1px solid {line}; border-radius: 6px; }}
QFrame#card:hover, QFrame#card:focus {{ border-color: {accent}; }}
QLabel {{ color: {text}; background: transparent; }}
QLabel#quiet, QLabel#metricLabel {{ color: {quiet}; }}
QLabel#heading {{ font-weight: 600; }}
QLabel#section {{ color: {text}; font-weight: 600; border-bottom: 1px solid {line};
    padding: 8px 0 3px 0; }}
QLabel#metricValue {{ font-weight: 600; }}
QLabel#good {{ color: {good}; }}
QLabel#bad {{ color: {bad}; }}
QLabel#warning {{ color: {warning}; }}
QLabel#stale {{ color: {stale}; }}
QLabel#empty {{ color: {quiet}; padding: 18px; }}
QFrame#notice {{ background: {raised}; border: 1px solid {line}; border-radius: 5px; }}
QFrame#tour {{ background: {panel}; border: 2px solid {accent}; border-radius: 8px; }}
QFrame#focusLine {{ background: {accent}; border: none; }}
QFrame#palette {{ background: {panel}; border: 1px solid {accent}; border-radius: 6px; }}
"""
