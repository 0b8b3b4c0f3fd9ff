"""Write a file in one step, or leave it as it was."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from studio.errors import FileProblem

_IS_WINDOWS = os.name == "nt"
_PAUSES_S = (0.02, 0.05, 0.1, 0.2)


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
    except (OSError, ValueError, RuntimeError) as error:  # a zero byte; a ring of symbolic links
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise FileProblem(
            "{path} was not written: {reason}. Save to another place",
            path=path,
            reason=getattr(error, "strerror", None) or error,
        ) from error


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
