"""When compiled kernels answer: numba is optional, slow to import and slower to compile.

Nothing here runs at start. The first request that is worth it loads the kernels if they lie
compiled in the user's cache, else has another process compile them; until they are there, and
wherever numba is missing or the cache can't be written, numpy answers.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import threading
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from studio import paths

if TYPE_CHECKING:
    from subprocess import Popen

WORTH_S = 1.5
"""Seconds that numpy may take; to load numba and the compiled kernels takes one."""
_MODULE = "studio.fabric.flow.compiled.kernels"
_DONE = "complete"


class _Loader:
    """Loads the kernels once, whichever thread asks."""

    def __init__(self) -> None:
        self.kernels: ModuleType | None = None
        self._lock = threading.Lock()
        self._is_given_up = importlib.util.find_spec("numba") is None
        self._compiling: Popen[bytes] | None = None

    def ready(self, worth_s: float) -> ModuleType | None:
        """Return the kernels if they are at hand, or can be had for less than they save."""
        if self.kernels is not None or worth_s < WORTH_S or self._is_given_up:
            return self.kernels
        with self._lock:
            folder = cache_folder()
            if folder is None:
                self._is_given_up = True
            elif (folder / _DONE).exists():
                self._import(folder)
            elif self._compiling is None:
                self._start_compiling()
            elif self._compiling.poll() is not None:
                # It ended without a result, and would again.
                self._is_given_up = True
        return self.kernels

    def load(self) -> ModuleType | None:
        """Return the kernels, compiled here and now where they are not yet."""
        with self._lock:
            folder = cache_folder()
            if self.kernels is None and folder is not None and not self._is_given_up:
                self._import(folder)
        return self.kernels

    def _import(self, folder: Path) -> None:
        try:
            import_module("numba").config.CACHE_DIR = str(folder)
            self.kernels = import_module(_MODULE)
            (folder / _DONE).touch()
        except Exception:  # noqa: BLE001 - whatever ails numba here, numpy gives the same answer
            self._is_given_up = True

    def _start_compiling(self) -> None:
        import subprocess

        with contextlib.suppress(OSError):
            self._compiling = subprocess.Popen(
                [sys.executable, "-m", "studio.fabric.flow.compiled"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._is_given_up = self._compiling is None


def cache_folder() -> Path | None:
    """Return the folder of these very kernels under this numba; None where none can be written."""
    import hashlib
    from importlib import metadata

    digest = hashlib.sha256(metadata.version("numba").encode() + sys.version.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    folder = paths.cache_dir() / "kernels" / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f"probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        return None
    return folder


_loader = _Loader()
ready = _loader.ready
load = _loader.load
