"""`supernode-studio upgrade`: rewrite files in the newest format."""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.cli.language import add_language, said_in
from studio.design.model import FORMAT_VERSION
from studio.errors import FileProblem
from studio.messages import Message, say
from studio.storage.atomic import write_atomic
from studio.storage.project_file import encode_design, read_design


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="a .supernode file")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Upgrade each file that needs it."""
    said = said_in(arguments)
    for text in arguments.files:
        path = Path(text)
        opened = read_design(path)
        if opened.is_read_only:
            raise FileProblem(
                "{path}: format {version} is newer than this studio; install a newer one",
                path=str(path),
                version=opened.version,
            )
        content = encode_design(opened.design)
        is_due = content != opened.content
        if is_due and not arguments.dry_run:
            write_atomic(path, content)
        print(said(_outcome(path, opened.version, is_due=is_due, is_dry=arguments.dry_run)))
    return 0


def _outcome(path: Path, version: int, *, is_due: bool, is_dry: bool) -> Message:
    file = str(path)
    if not is_due:
        return say("{path}: format {version}, nothing to do", path=file, version=version)
    done = say("would be written") if is_dry else say("written")
    return say(
        "{path}: format {version} -> {newest}, {done}",
        path=file,
        version=version,
        newest=FORMAT_VERSION,
        done=done,
    )
