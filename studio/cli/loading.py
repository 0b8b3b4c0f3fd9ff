"""What most sub-commands begin with: the designs named on the command line, compiled."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from studio.errors import FileProblem, InvalidDesign
from studio.fabric.fabric import Fabric, compile_design
from studio.session.library import catalog, find_design
from studio.storage.project_file import read_design


@dataclass(frozen=True)
class Loaded:
    """One design of the command line."""

    path: Path
    fabric: Fabric

    @property
    def name(self) -> str:
        """Return what the design is called."""
        return self.fabric.design.name


def add_designs(parser: argparse.ArgumentParser, *, one: bool = False) -> None:
    """Add the argument DESIGN, or DESIGN…."""
    text = "a .supernode file or the name of a reference design"
    if one:
        parser.add_argument("design", metavar="DESIGN", help=text)
    else:
        parser.add_argument("designs", metavar="DESIGN", nargs="+", help=text)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the flag --json."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def load(text: str) -> Loaded:
    """Read and compile one design.

    Raises
    ------
    FileProblem, InvalidDesign : names the file and the place in it.
    """
    path = find_design(text)
    opened = read_design(path)
    try:
        return Loaded(path, compile_design(opened.design, catalog()))
    except InvalidDesign as error:
        raise FileProblem(f"{path.name}: {error}") from error
