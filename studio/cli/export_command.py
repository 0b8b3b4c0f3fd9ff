"""`supernode-studio export`: tables, results and pictures of a design as files."""

from __future__ import annotations

import argparse
import importlib
import os
import tempfile
from pathlib import Path

from studio.cli.language import add_language, said_in
from studio.cli.loading import Loaded, add_designs, load
from studio.errors import InvalidInput, StudioError
from studio.messages import say
from studio.session.exports import KINDS, Exported, content
from studio.storage.atomic import write_atomic


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser, one=True)
    parser.add_argument(
        "what",
        choices=(*KINDS, "picture"),
        help="a table or result as .csv or .json, the drawn links as .graphml, "
        "a picture as .svg or .png, or a report with everything as .html",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="its ending chooses the format")
    parser.add_argument(
        "--width", type=int, default=2560, help="of a PNG picture, in pixels; 2560 by default"
    )
    parser.add_argument(
        "--height", type=int, default=1440, help="of a PNG picture, in pixels; 1440 by default"
    )
    parser.add_argument(
        "--theme", choices=("light", "dark"), default="light", help="colours of a picture"
    )
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the file."""
    loaded = load(arguments.design, arguments)
    if arguments.what == "picture":
        _draw(loaded, arguments, arguments.file)
    else:
        exported = Exported(
            loaded.fabric, picture=lambda: _picture(loaded, arguments), language=arguments.lang
        )
        write_atomic(arguments.file, content(arguments.what, arguments.file, exported))
    written = say(
        "{path}: {design}, {what}",
        path=str(arguments.file),
        what=KINDS[arguments.what].title if arguments.what in KINDS else say("Drawing"),
        design=loaded.title,
    )
    print(said_in(arguments)(written))
    return 0


def _picture(loaded: Loaded, arguments: argparse.Namespace) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "drawing.png"
        _draw(loaded, arguments, picture)
        return picture.read_bytes()


def _draw(loaded: Loaded, arguments: argparse.Namespace, file: Path) -> None:
    if not (16 <= arguments.width <= 16384 and 16 <= arguments.height <= 16384):
        raise InvalidInput(
            "{width} x {height} pixels; 16 to 16384 are possible",
            width=arguments.width,
            height=arguments.height,
        )
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        pictures = importlib.import_module("studio.gui.picture")
    except ImportError as error:
        raise StudioError(
            "pictures need Qt, which can't be loaded: {error}", error=error
        ) from error
    pictures.draw(
        loaded.fabric,
        file,
        size=(arguments.width, arguments.height),
        theme=arguments.theme,
        language=arguments.lang,
    )
