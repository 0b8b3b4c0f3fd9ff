"""`supernode-studio new`: a design of one's own, empty or from a reference design."""

from __future__ import annotations

import argparse
import uuid
from pathlib import Path

import msgspec

from studio.cli.language import add_language
from studio.design.model import Design
from studio.errors import FileProblem
from studio.paths import is_there
from studio.session.library import find_design
from studio.storage.project_file import read_design, write_design


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", help="where to write the design")
    parser.add_argument("--from", dest="origin", metavar="DESIGN", help="start from this design")
    parser.add_argument("--name", default="", help="what the design is called")
    parser.add_argument("--force", action="store_true", help="replace an existing file")
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the file."""
    target = Path(arguments.file)
    if is_there(target) and not arguments.force:
        raise FileProblem("{path} exists already; add --force to replace it", path=str(target))
    name = arguments.name or target.stem
    identity = str(uuid.uuid4())
    if arguments.origin:
        origin = read_design(find_design(arguments.origin)).design
        design = msgspec.structs.replace(origin, id=identity, name=name, name_zh="")
    else:
        design = Design(id=identity, name=name)
    write_design(target, design)
    print(f"{target}: {name}")
    return 0
