"""`supernode-studio upgrade`: rewrite files in the newest format."""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.design.model import FORMAT_VERSION
from studio.errors import FileProblem
from studio.storage.project_file import encode_design, read_design, write_atomic


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="a .supernode file")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def run(arguments: argparse.Namespace) -> int:
    """Upgrade each file that needs it."""
    for text in arguments.files:
        path = Path(text)
        opened = read_design(path)
        if opened.is_read_only:
            raise FileProblem(f"{path.name}: format {opened.version} is newer than this studio")
        content = encode_design(opened.design)
        if content == opened.content:
            print(f"{path}: format {opened.version}, nothing to do")
            continue
        if not arguments.dry_run:
            write_atomic(path, content)
        done = "would be written" if arguments.dry_run else "written"
        print(f"{path}: format {opened.version} -> {FORMAT_VERSION}, {done}")
    return 0
