"""The shell scripts of the two commands and of the package."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
PACKAGING = TOP / "packaging"
SCRIPTS = sorted(PACKAGING.glob("*.sh"))

if sys.platform == "win32":
    pytest.skip("the scripts are for systems with a shell", allow_module_level=True)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_it_is_valid_bash(script: Path) -> None:
    done = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_lists_the_libraries_a_package_depends_on() -> None:
    done = subprocess.run(
        [PACKAGING / "qt-libraries.sh", "--list"], capture_output=True, text=True, check=True
    )
    assert {"libgl1", "libegl1", "libxcb-cursor0", "libxkbcommon-x11-0"} <= set(done.stdout.split())


def test_it_says_so_where_there_is_no_qt(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    done = subprocess.run(
        [PACKAGING / "qt-libraries.sh"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": str(python)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "PySide6 is not installed" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="Qt's libraries are checked on Linux only")
@pytest.mark.parametrize(
    ("missing_in", "code"), [("nowhere", 0), ("libqxcb", 2), ("QtGui", 1)], ids=str
)
def test_it_names_one_command_and_tells_whether_to_go_on(
    missing_in: str, code: int, tmp_path: Path
) -> None:
    """Run as a user that is not root, with an `ldd` that misses libraries where it is told to."""
    fakes = {
        "id": "echo 1000",
        "ldd": f'case "$*" in *{missing_in}*) echo "libfoo.so.1 => not found";; esac',
    }
    for name, body in fakes.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        [PACKAGING / "qt-libraries.sh"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    commands = [line for line in done.stdout.splitlines() if "apt-get install" in line]
    assert len(commands) == (0 if code == 0 else 1)


def test_an_old_python_is_named(tmp_path: Path) -> None:
    python = tmp_path / "python3.9"
    python.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2\nexit 1\n')
    python.chmod(0o755)
    done = subprocess.run(
        [PACKAGING / "venv.sh", tmp_path / "venv", python],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "3.11 or newer" in done.stdout
    assert not (tmp_path / "venv").exists()


def test_every_placeholder_of_a_template_is_filled() -> None:
    build = (PACKAGING / "build.sh").read_text(encoding="utf-8")
    for template in (PACKAGING / "linux").iterdir():
        names = set(re.findall(r"@[A-Z_]+@", template.read_text(encoding="utf-8")))
        assert all(name in build for name in names), template.name


def test_ci_calls_make_test() -> None:
    assert "make test" in (TOP / ".ci" / "run").read_text(encoding="utf-8")
    assert shutil.which("bash")
