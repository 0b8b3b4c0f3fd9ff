"""The `.supernode` file: text, one stable order, an integer version, upgraded step by step.

Reading never changes a file; writing replaces it in one step or leaves it as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from studio.decoding import convert_to, decode, read_as, reason_of
from studio.design.model import FORMAT_VERSION, Design
from studio.errors import FileProblem
from studio.files import read_file
from studio.storage.atomic import write_atomic
from studio.storage.unknown import known_part
from studio.storage.upgrades import UPGRADES, upgraded
from studio.units import MEBI

SUFFIX = ".supernode"
FORMAT_NAME = "supernode"
LARGEST_FILE_BYTES = 256 * MEBI
LONGEST_TEXT = 20_000
"""Bytes of one name or description: a window takes minutes to lay out one of megabytes."""
_TOO_LONG = re.compile(rb'"(?:[^"\\]|\\.){%d}' % (LONGEST_TEXT + 1), re.DOTALL)


class _Head(msgspec.Struct):
    format: str
    format_version: int


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    format_version: int
    design: Design


@dataclass(frozen=True)
class OpenedFile:
    """A design as it was read, with what is needed to save it unchanged."""

    design: Design
    content: bytes
    """What the file held; written back as it is while the design is the same."""
    version: int
    is_read_only: bool
    """The file is of a newer format: what this studio does not know would be lost on saving."""
    upgraded: tuple[str, ...] = ()


def read_design(path: Path) -> OpenedFile:
    """Read a design from a file.

    Raises
    ------
    FileProblem : unreadable, too large, no design, or wrong somewhere; the message gives the place.
    """
    content = read_file(path, LARGEST_FILE_BYTES)
    try:
        return decode_design(content)
    except FileProblem as problem:
        raise FileProblem("{path}: {reason}", path=path.name, reason=problem) from problem


def decode_design(content: bytes) -> OpenedFile:
    """Return the design in a file's content.

    Raises
    ------
    FileProblem : not JSON, not a design, or wrong somewhere; the message gives the place.
    """
    if not content.strip():
        raise FileProblem("the file is empty")
    _refuse_long_texts(content)
    try:
        head = read_as(content, _Head)
    except msgspec.ValidationError as error:
        raise FileProblem(
            "this is no {format_name} design: {reason}",
            format_name=FORMAT_NAME,
            reason=reason_of(error, content, _Head),
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileProblem("{reason}", reason=reason_of(error, content, _Head)) from error
    if head.format != FORMAT_NAME:
        raise FileProblem(
            "this is no {format_name} design but {format!r}",
            format_name=FORMAT_NAME,
            format=head.format[:40],
        )
    if head.format_version > FORMAT_VERSION:
        return _decode_newer(content, head.format_version)
    if head.format_version < 1:
        raise FileProblem(
            "format version {format_version}; the first one was 1",
            format_version=head.format_version,
        )
    if head.format_version < FORMAT_VERSION:
        return _decode_older(content, head.format_version)
    return OpenedFile(
        decode(content, _File).design, content, head.format_version, is_read_only=False
    )


def _refuse_long_texts(content: bytes) -> None:
    found = _TOO_LONG.search(content) if len(content) > LONGEST_TEXT else None
    if found:
        raise FileProblem(
            "line {line}: a text of more than {limit:,} bytes",
            line=content.count(b"\n", 0, found.start()) + 1,
            limit=LONGEST_TEXT,
        )


def _tree(content: bytes) -> dict[str, Any]:
    try:
        tree: dict[str, Any] = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileProblem(str(error)) from error
    return tree


def _decode_newer(content: bytes, version: int) -> OpenedFile:
    """Read what this studio knows of a newer format, ignoring the rest."""
    try:
        design = convert_to(known_part(_tree(content).get("design"), Design), Design)
    except (msgspec.ValidationError, RecursionError) as error:
        raise FileProblem(
            "format version {version} is newer than this studio ({format_version}) and can't "
            "be read by it: {reason}; install a newer Supernode Studio",
            version=version,
            format_version=FORMAT_VERSION,
            reason=error,
        ) from error
    return OpenedFile(design, content, version, is_read_only=True)


def _decode_older(content: bytes, version: int) -> OpenedFile:
    try:
        tree, steps = upgraded(_tree(content).get("design"), version, FORMAT_VERSION, UPGRADES)
        design = convert_to(tree, Design)
    except (msgspec.ValidationError, FileProblem) as error:
        raise FileProblem(
            "upgraded from format {version}: {reason}",
            version=version,
            reason=error,
        ) from error
    return OpenedFile(design, b"", version, is_read_only=False, upgraded=steps)


def encode_design(design: Design) -> bytes:
    """Return the content of a design's file: two spaces, the document's order, a final newline."""
    packed = msgspec.json.encode(_File(FORMAT_NAME, FORMAT_VERSION, design))
    return msgspec.json.format(packed, indent=2) + b"\n"


def write_design(path: Path, design: Design, opened: OpenedFile | None = None) -> bytes:
    """Write a design; the bytes it was opened from where nothing was edited.

    Returns
    -------
    What the file now holds.

    Raises
    ------
    FileProblem : the folder or disk refuses; the old file is still there, whole.
    """
    if opened is not None and opened.design is design and opened.content:
        content = opened.content
    else:
        content = encode_design(design)
    write_atomic(path, content)
    return content
