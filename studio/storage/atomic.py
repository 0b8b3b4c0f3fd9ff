"""Write a file in one step, or leave it as it was."""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from studio.errors import FileProblem

_IS_WINDOWS = os.name == "nt"
_PAUSES_S = (0.02, 0.05, 0.1, 0.2)
_SHOWN = 40
"""Letters of a file's name in that of the new one beside it, which must not be too long itself."""


def write_atomic(path: Path, content: bytes) -> None:
    """Replace a file in one step: written beside it, flushed to disk, then renamed.

    A file that is replaced keeps who may read and write it; a new one follows the umask.

    Raises
    ------
    FileProblem : the folder or disk refuses; nothing has changed.
    """
    temporary: Path | None = None
    try:
        target = path.resolve()
        mode = target.stat().st_mode & 0o777 if target.exists() else None
        temporary = target.with_name(f".{target.name[:_SHOWN]}.{secrets.token_hex(8)}")
        with _created(temporary, is_private=mode is not None) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        _replace(temporary, target)
    except (OSError, ValueError, RuntimeError) as error:  # a zero byte; a ring of symbolic links
        if temporary is not None:
            # A disk that takes nothing lets go of nothing; nor does Windows of a name it refuses.
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        raise FileProblem(
            "{path} was not written: {reason}. Save to another place",
            path=path,
            reason=getattr(error, "strerror", None) or error,
        ) from error


def _created(path: Path, *, is_private: bool) -> BinaryIO:
    """Open a file that is not there yet.

    What replaces a file is private until it has that one's mode: nobody is to read it meanwhile.
    """
    opener = partial(os.open, mode=0o600) if is_private else None
    return open(path, "xb", opener=opener)


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
