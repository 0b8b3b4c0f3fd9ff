"""A console that lacks characters shows question marks, and never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "gbk"])
@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("search", "--help"), ("totals", "gb200-nvl72", "--lang", "zh")],
    ids=" ".join,
)
def test_any_console_takes_any_text(encoding: str, arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "studio.cli", *arguments],
        env={**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert done.stdout
