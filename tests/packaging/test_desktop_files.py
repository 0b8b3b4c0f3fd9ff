"""The files by which a Linux desktop knows the studio: valid, and of one mind with the program."""

from __future__ import annotations

import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from studio.gui.identity import APP_ID, APP_TITLE
from studio.storage.project_file import SUFFIX

TOP = Path(__file__).resolve().parents[2]
LINUX = TOP / "packaging" / "linux"
DESKTOP = LINUX / f"{APP_ID}.desktop"
METAINFO = LINUX / f"{APP_ID}.metainfo.xml"
MIME = LINUX / f"{APP_ID}.xml"
MIME_TYPE = "application/vnd.supernode-studio.design+json"
MIME_SPACE = "{http://www.freedesktop.org/standards/shared-mime-info}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def entry() -> dict[str, str]:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DESKTOP, encoding="utf-8")
    return dict(parser["Desktop Entry"])


def filled_metainfo(folder: Path) -> Path:
    text = METAINFO.read_text(encoding="utf-8")
    made = folder / METAINFO.name
    made.write_text(text.replace("@VERSION@", "1.2.3").replace("@DATE@", "2026-11-22"))
    return made


def test_the_desktop_entry_validates() -> None:
    done = subprocess.run(
        [tool("desktop-file-validate"), str(DESKTOP)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert not done.stdout


def test_the_desktop_entry_opens_files_in_both_languages() -> None:
    said = entry()
    assert said["Exec"].split() == ["supernode-studio", "open", "%F"]
    assert said["Icon"] == said["StartupWMClass"] == APP_ID
    assert said["Name"] == APP_TITLE
    assert said["MimeType"] == MIME_TYPE + ";"
    for key in ("Name", "GenericName", "Comment", "Keywords"):
        assert said[key]
        assert said[f"{key}[zh_CN]"]


def test_the_metainfo_validates(tmp_path: Path) -> None:
    command = [tool("appstreamcli"), "validate", "--no-net", str(filled_metainfo(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_metainfo_is_of_one_mind_with_the_desktop_entry() -> None:
    tree = ElementTree.parse(METAINFO).getroot()
    assert tree.findtext("id") == APP_ID
    assert tree.findtext("launchable") == DESKTOP.name
    assert tree.findtext("provides/mediatype") == MIME_TYPE
    assert tree.findtext("provides/binary") == "supernode-studio"
    for tag in ("name", "summary"):
        assert {one.get(LANGUAGE) for one in tree.findall(tag)} == {None, "zh_CN"}


def test_the_mime_type_is_that_of_our_files() -> None:
    kind = ElementTree.parse(MIME).getroot().find(f"{MIME_SPACE}mime-type")
    assert kind is not None
    assert kind.get("type") == MIME_TYPE
    assert [one.get("pattern") for one in kind.findall(f"{MIME_SPACE}glob")] == [f"*{SUFFIX}"]


def test_the_mime_type_compiles(tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    shutil.copy(MIME, packages)
    done = subprocess.run(
        [tool("update-mime-database"), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f":{MIME_TYPE}:*{SUFFIX}" in (tmp_path / "globs2").read_text()


def test_the_icon_is_where_the_package_takes_it_from() -> None:
    tree = ElementTree.parse(TOP / "resources" / f"{APP_ID}.svg").getroot()
    assert tree.get("viewBox")
