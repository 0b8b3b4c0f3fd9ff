"""What the frozen build leaves out is Qt's and the system's, and nothing of the studio."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
SPEC = TOP / "packaging" / "supernode-studio.spec"


def is_needed() -> Callable[[str], bool]:
    """Return the spec's own choice; the rest of it runs only inside PyInstaller."""
    tree = ast.parse(SPEC.read_text(encoding="utf-8"))
    kept = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        or (isinstance(node, ast.Assign) and "re.compile" in ast.unparse(node.value))
    ]
    names: dict[str, object] = {"re": re}
    exec(compile(ast.Module(list(kept), type_ignores=[]), str(SPEC), "exec"), names)
    found = names["is_needed"]
    assert callable(found)
    return found


def test_every_file_of_resources_and_models_is_packed() -> None:
    packed = is_needed()
    files = [path.relative_to(TOP).as_posix() for folder in ("resources", "models")
             for path in (TOP / folder).rglob("*") if path.is_file()]  # fmt: skip
    assert "resources/translations/zh_CN.json" in files
    assert [file for file in files if not packed(file)] == []


def test_of_the_texts_of_qt_only_chinese_is_packed() -> None:
    packed = is_needed()
    folder = "PySide6/Qt/translations"
    assert packed(f"{folder}/qtbase_zh_CN.qm")
    assert not packed(f"{folder}/qtbase_de.qm")


@pytest.mark.parametrize(
    ("plugins", "needed", "needless"),
    [
        (
            "PySide6/Qt/plugins",
            ("platforms/libqxcb.so", "imageformats/libqsvg.so", "iconengines/libqsvgicon.so"),
            ("platforms/libqeglfs.so", "sqldrivers/libqsqlite.so"),
        ),
        (
            r"PySide6\plugins",
            (
                r"platforms\qwindows.dll",
                r"imageformats\qsvg.dll",
                r"styles\qmodernwindowsstyle.dll",
            ),
            (r"platforms\qdirect2d.dll", r"sqldrivers\qsqlite.dll"),
        ),
        (
            "PySide6/Qt/plugins",
            (
                "platforms/libqcocoa.dylib",
                "imageformats/libqsvg.dylib",
                "styles/libqmacstyle.dylib",
            ),
            ("platforms/libqminimal.dylib", "sqldrivers/libqsqlite.dylib"),
        ),
    ],
    ids=("linux", "windows", "macos"),
)
def test_what_a_window_needs_of_qt_is_packed_on_every_system(
    plugins: str, needed: tuple[str, ...], needless: tuple[str, ...]
) -> None:
    packed = is_needed()
    mark = "\\" if "\\" in plugins else "/"
    assert [name for name in needed if not packed(f"{plugins}{mark}{name}")] == []
    assert [name for name in needless if packed(f"{plugins}{mark}{name}")] == []


@pytest.mark.parametrize("name", ["PySide6/Qt/lib/libQt6Qml.so.6", r"PySide6\Qt6Qml.dll"])
def test_libraries_of_qt_without_use_stay_out(name: str) -> None:
    assert not is_needed()(name)
