"""`supernode-studio open`: the window; without a display the same job offscreen, into files."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studio.errors import StudioError
from studio.languages import locale_language, translator
from studio.messages import say
from studio.paths import state_dir
from studio.session.library import find_design

_QT_NEEDS = {
    "linux": say(
        "On Debian and Ubuntu install Qt's libraries: {command}",
        command="apt-get install libgl1 libegl1 libxkbcommon-x11-0 libxcb-cursor0 libdbus-1-3",
    ),
    "win32": say("Qt needs Windows 10 (1809) or newer, and Microsoft's Visual C++ Redistributable"),
    "darwin": say("Qt needs macOS 13 or newer"),
}
"""What Qt asks of a system, as its maker's page on supported platforms has it."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "designs",
        metavar="DESIGN",
        nargs="*",
        help="files or reference designs; none: welcome page",
    )
    parser.add_argument("--lang", choices=("en", "zh"), help="language of the window")
    parser.add_argument(
        "--theme", choices=("light", "dark", "system"), help="colours of the window"
    )
    parser.add_argument(
        "--new-window",
        action="store_true",
        help="open the files in a window of their own, not in the one that is already open",
    )
    parser.add_argument(
        "--headless", action="store_true", help="no window even if there is a display"
    )
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for headless files")


def run(arguments: argparse.Namespace) -> int:
    """Open the window, or write picture and report where there is no display."""
    paths = [find_design(text) for text in arguments.designs]
    headless = arguments.headless or not _has_display()
    if headless:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    elif _is_taken(paths, arguments):
        said = translator(arguments.lang or locale_language(os.environ))
        print(said(say("opened in the window that is already open; --new-window opens another")))
        return 0
    app = _gui()
    if headless:
        files = paths or [find_design("cloudmatrix-384")]
        code: int = _headless().run(
            files, arguments.out, app, arguments.lang or locale_language(os.environ)
        )
        return code
    shown: int = app.run(
        paths,
        language=arguments.lang,
        theme=arguments.theme,
        takes_files=not arguments.new_window,
    )
    return shown


def _is_taken(files: Sequence[Path], arguments: argparse.Namespace) -> bool:
    """Hand the files to a window that is already open; tells whether there is one that takes them.

    A language or colours of its own ask for a window of its own, and so does a start without files.
    """
    if not files or arguments.new_window or arguments.lang or arguments.theme:
        return False
    try:
        single = importlib.import_module("studio.gui.single_instance")
    except ImportError:
        return False
    return bool(single.hand_over(files, state_dir()))


def _has_display() -> bool:
    has_its_own = sys.platform in ("win32", "darwin")
    named = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    return has_its_own or any(os.environ.get(name) for name in named)


def _gui() -> Any:
    """Load the window by name: the command line must not import Qt for anything else."""
    try:
        return importlib.import_module("studio.gui.app")
    except ImportError as error:
        reason = str(error).rstrip(".")
        remedy = _QT_NEEDS.get(sys.platform, _QT_NEEDS["linux"])
        raise StudioError(
            "the window can't be loaded: {reason}. {remedy}", reason=reason, remedy=remedy
        ) from error


def _headless() -> Any:
    return importlib.import_module("studio.cli.headless")
