"""The command line never loads Qt, and answers about itself without a display."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from studio import __version__
from studio.cli.__main__ import COMMANDS, main

QT = ("PySide6", "shiboken6", "pyqtgraph")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, env=environment
    )


def loaded_after(statements: str) -> set[str]:
    done = run("-c", f"import sys\n{statements}\nprint(*sys.modules)")
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_the_probe_sees_qt_where_it_is() -> None:
    assert "PySide6" in loaded_after("import PySide6.QtCore")


def test_no_sub_command_loads_qt() -> None:
    modules = ["studio.api", *(f"studio.cli.{name}_command" for name in COMMANDS)]
    statements = "\n".join(f"import {name}" for name in ["studio.cli.__main__", *modules])
    assert not loaded_after(statements) & set(QT)


def test_starting_loads_no_heavy_library() -> None:
    # `--version` and `--help` answer in under 0.3 s only as long as numpy stays out.
    assert not loaded_after("import studio.cli.__main__") & {"numpy", "networkx", "msgspec", *QT}


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_it_tells_about_itself_without_a_display(flag: str) -> None:
    done = run("-m", "studio.cli", flag)
    assert done.returncode == 0, done.stderr
    assert "supernode-studio" in done.stdout
    if flag == "--version":
        assert done.stdout == f"supernode-studio {__version__}\n"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_sub_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: supernode-studio {name}")


def test_an_unknown_sub_command_is_a_usage_error() -> None:
    done = run("-m", "studio.cli", "paint")
    assert done.returncode == 2
    assert "paint" in done.stderr
