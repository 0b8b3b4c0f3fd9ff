"""Write the drawing of a design as PNG or SVG."""

from __future__ import annotations

from pathlib import Path

from studio.errors import FileProblem
from studio.fabric.fabric import Fabric
from studio.gui.canvas import export
from studio.gui.canvas import theme as canvas_theme
from studio.gui.i18n import Language

USUAL_SIZE = (2560, 1440)


def draw(
    fabric: Fabric,
    path: Path,
    size: tuple[int, int] = USUAL_SIZE,
    theme: str = "light",
    language: str = "en",
) -> None:
    """Write a picture; its ending chooses the format, an SVG takes the size of the hall.

    Raises
    ------
    FileProblem : the ending is neither, or the file can't be written.
    """
    colours = canvas_theme.of(theme == "dark")
    words: Language = "zh" if language == "zh" else "en"
    if path.suffix.lower() == ".svg":
        export.export_svg(fabric, path, colours, words)
    elif path.suffix.lower() == ".png":
        export.export_png(fabric, path, *size, colours, words)
    else:
        raise FileProblem("{path}: a picture is written as .svg or .png", path=str(path))
