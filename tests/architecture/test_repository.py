"""What the repository holds at its top, and what no file of it may say."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
AT_THE_TOP = {
    "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "Makefile",
    "studio", "resources", "models", "tests", "packaging",
}  # fmt: skip
LOCK_FILES = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "package-lock.json"}
# Put together so that this file does not name them itself.
REGISTRY_HOSTS = tuple(
    ".".join(words)
    for words in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb", "debian", "org"),
        ("anaconda", "org"), ("proxy", "golang", "org"), ("crates", "io"),
    )
)  # fmt: skip
REGISTRY_SETTINGS = tuple("-".join(words) for words in (("index", "url"), ("find", "links")))
HEADING = re.compile(r"^## \[(?:Unreleased|\d+\.\d+\.\d+)\](?: - \d{4}-\d{2}-\d{2})?$")
KINDS_OF_CHANGE = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@cache
def tracked() -> tuple[str, ...]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git checkout: nothing tells which files belong to the repository")
    return tuple(name for name in listed.split("\0") if name and (TOP / name).is_file())


def test_the_top_level_holds_only_what_is_agreed() -> None:
    tops = {name.split("/")[0] for name in tracked()}
    assert {top for top in tops if not top.startswith(".")} <= AT_THE_TOP


def test_no_lock_file_is_tracked() -> None:
    assert not [name for name in tracked() if Path(name).name in LOCK_FILES]


@pytest.mark.parametrize("word", [*REGISTRY_HOSTS, *REGISTRY_SETTINGS])
def test_no_file_names_a_package_registry(word: str) -> None:
    wanted = re.compile(rb"(?<![\w.-])(?:[\w-]+\.)*" + re.escape(word).encode())
    assert not [name for name in tracked() if wanted.search((TOP / name).read_bytes())]


def test_the_folder_packaging_is_no_package() -> None:
    # It would hide the library of that name from every program started in this folder, such as
    # PyInstaller; its scripts are run by path: `python packaging/icons.py`.
    assert "packaging/__init__.py" not in tracked()


def test_every_script_can_be_run() -> None:
    scripts = [name for name in tracked() if name.endswith(".sh") or name == ".ci/run"]
    assert scripts
    for name in scripts:
        assert (TOP / name).read_text(encoding="utf-8").startswith("#!"), name
        assert (TOP / name).stat().st_mode & 0o100, f"{name} is not executable"


def test_the_changelog_keeps_its_form() -> None:
    lines = (TOP / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# Changelog"
    headings = [line for line in lines if line.startswith("## ")]
    assert headings
    assert headings[0] == "## [Unreleased]"
    assert not [line for line in headings if not HEADING.match(line)]
    kinds = {line.removeprefix("### ") for line in lines if line.startswith("### ")}
    assert kinds <= KINDS_OF_CHANGE
