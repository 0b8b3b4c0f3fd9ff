"""Find `models/` and `resources/` in a checkout, an installed wheel and a frozen build.

Nobody else joins paths to data that ships with the studio.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import platformdirs

APP_NAME = "supernode-studio"


@cache
def data_root() -> Path:
    """Return the folder that holds `models/` and `resources/`."""
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [
        *([Path(frozen)] if frozen else []),
        Path(__file__).resolve().parent.parent,
        Path(__file__).resolve().parent / "_data",
    ]
    for candidate in candidates:
        if (candidate / "models" / "parts").is_dir():
            return candidate
    looked = ", ".join(str(candidate) for candidate in candidates)
    raise FileNotFoundError(f"models/ and resources/ were not found; looked in {looked}")


def is_there(path: Path) -> bool:
    """Tell whether something can be seen at `path`, also where asking is refused.

    `Path.exists` raises for a name that no file system takes and for a folder that must not be
    looked into, as another user's or a share that is gone.
    """
    with suppress(OSError, ValueError):
        return path.exists()
    return False


def parts_dir() -> Path:
    """Return the folder of the component catalogue."""
    return data_root() / "models" / "parts"


def designs_dir() -> Path:
    """Return the folder of the reference designs."""
    return data_root() / "models" / "designs"


def workloads_dir() -> Path:
    """Return the folder of AI models and efficiency profiles."""
    return data_root() / "models" / "workloads"


def resources_dir() -> Path:
    """Return the folder of icons, themes and translations."""
    return data_root() / "resources"


def user_models_dir() -> Path:
    """Return the folder of the AI models that a user imported."""
    return _own(platformdirs.user_data_dir) / "models"


def user_parts_dir() -> Path:
    """Return the folder in which a user may add part files of her own."""
    return _own(platformdirs.user_data_dir) / "parts"


def config_dir() -> Path:
    """Return the folder of settings and window layouts."""
    return _own(platformdirs.user_config_dir)


def state_dir() -> Path:
    """Return the folder of journals and logs."""
    return _own(platformdirs.user_state_dir)


def cache_dir() -> Path:
    """Return the folder of what can be made again at any time."""
    return _own(platformdirs.user_cache_dir)


def home_dir() -> Path:
    """Return the user's home, or the folder of passing files for one who has none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(tempfile.gettempdir())


def _own(folder: Callable[..., str]) -> Path:
    try:
        return Path(folder(APP_NAME, appauthor=False))
    except RuntimeError:
        # A container may run as a user the system does not know. A place that others can write to
        # would let them leave files for her: rather nothing is found there, and nothing kept.
        return Path(os.devnull) / APP_NAME
