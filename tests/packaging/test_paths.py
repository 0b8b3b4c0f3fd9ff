"""Data that ships with the studio is found in a checkout, a wheel and a frozen build."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

from studio import paths

TOP = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    paths.data_root.cache_clear()
    yield
    paths.data_root.cache_clear()


def test_a_frozen_build_finds_its_own_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models" / "parts").mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.data_root() == tmp_path


def test_a_wheel_finds_what_pyproject_puts_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    placed = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for target in placed.values():
        (tmp_path / target).mkdir(parents=True)
    (tmp_path / placed["models"] / "parts").mkdir()
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "studio" / "paths.py"))
    assert paths.parts_dir() == tmp_path / placed["models"] / "parts"
    assert paths.resources_dir() == tmp_path / placed["resources"]


def test_where_there_is_no_data_the_message_names_the_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "studio" / "paths.py"))
    with pytest.raises(FileNotFoundError, match="_data"):
        paths.data_root()


def test_a_user_without_a_home_is_served_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> str:
        raise RuntimeError("could not determine the home directory")

    for name in ("user_data_dir", "user_config_dir", "user_state_dir", "user_cache_dir"):
        monkeypatch.setattr(platformdirs, name, unknown)
    monkeypatch.setattr(Path, "home", unknown)
    folders = (paths.user_parts_dir(), paths.config_dir(), paths.state_dir(), paths.cache_dir())
    for folder in folders:
        assert not folder.is_dir()
        with pytest.raises(OSError, match=r"."):
            folder.mkdir(parents=True)
    assert paths.home_dir().is_dir()
