"""Whether the process that wrote a file still runs.

`os.kill(number, 0)` asks on Linux and macOS, but on Windows it ends the process or sends Ctrl+C to
everybody on the console; and a number alone says little, since systems hand it out again.
"""

from __future__ import annotations

from pathlib import Path

import psutil

_CLOCK_SLACK_S = 2.0
"""The start of a process is known to a tick only, and clocks are set right while it runs. [s]"""


def wrote_and_runs(process: int, file: Path) -> bool:
    """Tell whether a process runs that is old enough to have written `file`.

    A process that began after the last write has only inherited the number.
    """
    if process <= 0:
        return False
    try:
        began = psutil.Process(process).create_time()
        return bool(began <= file.stat().st_mtime + _CLOCK_SLACK_S)
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False
    except (psutil.Error, OSError):
        # Somebody's, and not ours to look at: leave the file to them.
        return True
