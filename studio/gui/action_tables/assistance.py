"""The Help menu: palette, settings, accuracy and versions."""

from __future__ import annotations

from studio.gui.action_tables.entries import action
from studio.gui.actions import SEPARATOR, Action
from studio.gui.commands import assistance
from studio.gui.i18n import mark

TITLE = mark("Help")

ACTIONS: tuple[Action, ...] = (
    action(
        "help.palette",
        mark("Find action, object or setting…"),
        mark("Everything by name, address or pinyin initials."),
        assistance.palette,
        "search",
        "Ctrl+K; Ctrl+Shift+P",
    ),
    action(
        "help.settings",
        mark("Settings…"),
        mark("Language, theme, text size and behaviour."),
        assistance.settings,
        "settings",
        "Ctrl+,",
    ),
    action(
        "help.shortcuts",
        mark("Keyboard shortcuts"),
        mark("List every action with its keys."),
        assistance.shortcuts,
        "help",
        "F1",
    ),
    action(
        "help.tour",
        mark("Guided tour"),
        mark("Build a small supernode in five minutes, step by step; goes on where it was left."),
        assistance.tour,
        "play",
    ),
    action(
        "help.accuracy",
        mark("Accuracy…"),
        mark("Show how far predictions were from published measurements."),
        assistance.accuracy,
        "scenario",
    ),
    action(
        "help.system",
        mark("System information"),
        mark("Versions, platform and folders, ready to copy."),
        assistance.system_information,
    ),
    action(
        "help.about", mark("About Supernode Studio"), mark("Version and licence."), assistance.about
    ),
)

ENTRIES: tuple[str, ...] = (
    "help.tour",
    "help.palette",
    "help.shortcuts",
    "help.settings",
    SEPARATOR,
    "help.accuracy",
    "help.system",
    "help.about",
)
