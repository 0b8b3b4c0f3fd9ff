"""The `.supernode` file: text, one stable order, an integer version, upgraded step by step.

Reading never changes a file; writing replaces it in one step or leaves it as it was.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from studio.design.model import FORMAT_VERSION, Design
from studio.errors import FileProblem
from studio.messages import say
from studio.storage.unknown import known_part
from studio.storage.upgrades import UPGRADES, upgraded
from studio.units import MEBI

SUFFIX = ".supernode"
_IS_WINDOWS = os.name == "nt"
_PAUSES_S = (0.02, 0.05, 0.1, 0.2)
FORMAT_NAME = "supernode"
LARGEST_FILE_BYTES = 256 * MEBI


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
    content = read_bytes(path)
    try:
        return decode_design(content)
    except FileProblem as problem:
        raise FileProblem("{path}: {reason}", path=path.name, reason=problem) from problem


def read_bytes(path: Path) -> bytes:
    """Return what a file holds.

    Raises
    ------
    FileProblem : it can't be read, is not a plain file, or is larger than a design can be.
    """
    try:
        if not path.is_file():
            what = say("there is no such file")
            if path.exists():
                what = say("is a folder") if path.is_dir() else say("is no plain file")
            raise FileProblem("{path}: {what}", path=path, what=what)
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            limit = LARGEST_FILE_BYTES // MEBI
            raise FileProblem(
                "{path}: {size} MiB; a design has at most {limit} MiB",
                path=path.name,
                size=size // MEBI,
                limit=limit,
            )
        return path.read_bytes()
    except OSError as error:
        raise FileProblem("{path}: {reason}", path=path, reason=error.strerror or error) from error


def decode_design(content: bytes) -> OpenedFile:
    """Return the design in a file's content.

    Raises
    ------
    FileProblem : not JSON, not a design, or wrong somewhere; the message gives the place.
    """
    if not content.strip():
        raise FileProblem("the file is empty")
    try:
        head = msgspec.json.decode(content, type=_Head)
    except msgspec.ValidationError as error:
        raise FileProblem(
            "this is no {format_name} design: {reason}",
            format_name=FORMAT_NAME,
            reason=error,
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileProblem(_place_in_text(content, str(error))) from error
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
    try:
        opened = msgspec.json.decode(content, type=_File)
    except msgspec.ValidationError as error:
        raise FileProblem(_with_names(str(error), content)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileProblem(_place_in_text(content, str(error))) from error
    return OpenedFile(opened.design, content, head.format_version, is_read_only=False)


def _place_in_text(content: bytes, message: str) -> str:
    try:
        json.loads(content)
    except json.JSONDecodeError as error:
        return say(
            "line {line}, column {column}: {message}",
            line=error.lineno,
            column=error.colno,
            message=error.msg,
        )
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        return f"{error}"[:200] or message
    found = re.search(r"byte (\d+)", message)
    if not found:
        return message
    before = content[: int(found[1])]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    return say(
        "line {line}, column {column}: {message}",
        line=line,
        column=column,
        message=message,
    )


def _with_names(message: str, content: bytes) -> str:
    """Return a decoder's message with the names that its path leaves out as `[...]`."""
    text, mark, path = message.partition(" - at `$")
    try:
        value: Any = json.loads(content)
    except (ValueError, RecursionError):
        return message
    kind: Any = _File
    names: list[str] = []
    for step in re.findall(r"\.\w+|\[[^\]]*\]", path) if mark else ():
        name = str(step).strip(".[]")
        if step == "[...]" and get_origin(kind) is dict and isinstance(value, dict):
            kind = get_args(kind)[1]
            name = next((key for key, entry in value.items() if not _fits(entry, kind)), "…")
        elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            kind = get_type_hints(kind).get(name)
        names.append(name[:60])
        value = value.get(name) if isinstance(value, dict) else None
    return say("{text} - at `{names}`", text=text, names=".".join(names)) if names else message


def _fits(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _tree(content: bytes) -> dict[str, Any]:
    try:
        tree: dict[str, Any] = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileProblem(str(error)) from error
    return tree


def _decode_newer(content: bytes, version: int) -> OpenedFile:
    """Read what this studio knows of a newer format, ignoring the rest."""
    try:
        design = msgspec.convert(known_part(_tree(content).get("design"), Design), Design)
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
        design = msgspec.convert(tree, Design)
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


def _replace(made: Path, target: Path) -> None:
    """Put a file in the place of another.

    On Windows that is refused while a virus scanner or a file synchroniser has the other one open,
    which takes them a moment.
    """
    for pause_s in _PAUSES_S if _IS_WINDOWS else ():
        try:
            made.replace(target)
        except PermissionError:
            time.sleep(pause_s)
        else:
            return
    made.replace(target)


def write_atomic(path: Path, content: bytes) -> None:
    """Replace a file in one step: written beside it, flushed to disk, then renamed.

    Raises
    ------
    FileProblem : the folder or disk refuses; nothing has changed.
    """
    temporary = ""
    try:
        target = path.resolve()
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        Path(temporary).chmod(mode)
        _replace(Path(temporary), target)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise FileProblem(
            "{path} was not written: {reason}. Save to another place",
            path=path,
            reason=error.strerror or error,
        ) from error
