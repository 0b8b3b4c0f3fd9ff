"""What most sub-commands begin with: the designs named on the command line, compiled."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from studio.catalog.catalog import data_of
from studio.design.edits import put, set_field
from studio.design.model import Design, PartChange
from studio.errors import BrokenRule, FileProblem, InvalidDesign, InvalidInput
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.ids import PartId
from studio.messages import Name
from studio.session.library import catalog, find_design
from studio.storage.project_file import read_design

_WHAT_IF = re.compile(r"\+(?=[A-Za-z_][\w.-]*=)")
"""What begins a change behind the name of a design; a plus in a file name does not."""


_CHANGING = ("set", "edit", "variant", "fix", "allow")
"""Flags after which a job is no longer that of the file."""


@dataclass(frozen=True)
class Loaded:
    """One design of the command line."""

    path: Path
    fabric: Fabric

    @property
    def name(self) -> str:
        """Return what the design is called."""
        return self.fabric.design.name

    @property
    def title(self) -> Name:
        """Return the name as a text shows it, in either language."""
        return Name(self.name, self.fabric.design.name_zh)


def add_designs(parser: argparse.ArgumentParser, *, one: bool = False) -> None:
    """Add the argument DESIGN, or DESIGN…."""
    text = "a .supernode file or the name of a reference design"
    if one:
        parser.add_argument("design", metavar="DESIGN", help=text)
    else:
        parser.add_argument("designs", metavar="DESIGN", nargs="+", help=text)
    add_changes(parser)


def add_changes(parser: argparse.ArgumentParser) -> None:
    """Add the flags that change a design before it is used; the file stays as it is."""
    parser.add_argument(
        "--variant",
        action="append",
        default=[],
        metavar="PART=VARIANT",
        help="choose a bin or revision, such as ascend-910c=bin-752",
    )
    parser.add_argument(
        "--edit",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="change a field, such as racks.compute-west.array.count=5",
    )


def add_json(parser: argparse._ActionsContainer) -> None:
    """Add the flag --json."""
    parser.add_argument("--json", action="store_true", help="print JSON")


@contextmanager
def blamed(loaded: Loaded, arguments: argparse.Namespace) -> Iterator[None]:
    """Blame the file for a job that is impossible where the command line changed nothing.

    Raises
    ------
    FileProblem : in place of what the block raises for the job.
    """
    try:
        yield
    except BrokenRule as error:
        if any(getattr(arguments, flag, ()) for flag in _CHANGING):
            raise
        raise FileProblem("{path}: {reason}", path=loaded.path.name, reason=error) from error


def what_if(text: str) -> list[str]:
    """Return a design and the changes of `DESIGN+PATH=VALUE+PATH=VALUE`."""
    return _WHAT_IF.split(text)


def load(text: str, arguments: argparse.Namespace | None = None, own: Sequence[str] = ()) -> Loaded:
    """Read and compile one design, with the changes of the command line and some of its own.

    Raises
    ------
    FileProblem, InvalidDesign : names the file and the place in it.
    InvalidInput, UnknownName : a change is impossible.
    """
    path = find_design(text)
    design = read_design(path).design
    if arguments is not None:
        design = _changed(design, arguments)
    design = _edited(design, own)
    try:
        return Loaded(path, compile_design(design, catalog()))
    except InvalidDesign as error:
        raise FileProblem("{path}: {reason}", path=path.name, reason=error) from error


def _changed(design: Design, arguments: argparse.Namespace) -> Design:
    for text in arguments.variant:
        part, equals, variant = text.partition("=")
        if not equals:
            raise InvalidInput(
                "{flag} {text!r}: write {form}", flag="--variant", text=text, form="PART=VARIANT"
            )
        data_of(catalog().part(PartId(part)), variant)
        before = design.parts.get(PartId(part), PartChange())
        design = put(design, "parts", part, msgspec.structs.replace(before, variant=variant))
    return _edited(design, arguments.edit)


def _edited(design: Design, changes: Sequence[str]) -> Design:
    for text in changes:
        field, equals, value = text.partition("=")
        if not equals:
            raise InvalidInput(
                "{flag} {text!r}: write {form}", flag="--edit", text=text, form="PATH=VALUE"
            )
        design = set_field(design, field.split("."), _value(value))
    return design


def _value(text: str) -> object:
    """A number, `true`, a list … as JSON writes it; anything else is a word."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text
