"""Read a file of a stranger: only a plain one, never more of it than expected; tell files apart.

Knows no format; reading never changes a file.
"""

from __future__ import annotations

from pathlib import Path

from studio.errors import FileProblem
from studio.messages import Message, say
from studio.units import MEBI


def read_file(path: Path, most_bytes: int) -> bytes:
    """Return what a file holds.

    Parameters
    ----------
    most_bytes : size from which it can't be what is asked for. [byte]

    Raises
    ------
    FileProblem : it can't be read, is larger, or is a folder, a pipe or a device, which may never
        end.
    """
    try:
        if not path.is_file():
            raise FileProblem("{path}: {what}", path=str(path), what=_what(path))
        with path.open("rb") as file:
            # The size that the folder tells may be wrong, as for the files of /proc.
            size = path.stat().st_size
            content = file.read(most_bytes + 1) if size <= most_bytes else b""
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileProblem("{path}: {reason}", path=str(path), reason=reason) from error
    size = max(size, len(content))
    if size > most_bytes:
        raise FileProblem(
            "{path}: {size} MiB; at most {limit} MiB are read",
            path=path.name,
            size=-(-size // MEBI),
            limit=most_bytes // MEBI,
        )
    return content


def is_same_file(one: Path, other: Path) -> bool:
    """Tell whether two paths lead to one file: by links, or where capitals make no difference."""
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()


def _what(path: Path) -> Message:
    if not path.exists():
        is_link = path.is_symlink()
        return say("is a link that leads nowhere") if is_link else say("there is no such file")
    return say("is a folder") if path.is_dir() else say("is no plain file")
