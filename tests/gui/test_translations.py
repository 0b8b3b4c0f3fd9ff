from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import studio
from studio.gui.i18n import load_entries
from studio.gui.views.pinyin import initials

PACKAGE = Path(studio.__file__).parent


def _literals() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id in ("tr", "mark") and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, f"{path.name}:{node.lineno}"


def test_every_text_of_the_window_has_a_chinese_entry() -> None:
    known = load_entries("zh")
    missing = [f"{text!r} ({place})" for text, place in _literals() if text not in known]
    assert not missing, "\n".join(missing)


def test_every_chinese_entry_is_used() -> None:
    used = {text for text, _ in _literals()}
    assert not sorted(set(load_entries("zh")) - used)


def test_chinese_entries_keep_the_placeholders() -> None:
    import string

    for english, chinese in load_entries("zh").items():
        if "{n:02}" in english:
            continue
        names = {name for _, name, _, _ in string.Formatter().parse(english) if name}
        found = {name for _, name, _, _ in string.Formatter().parse(chinese) if name}
        assert names == found, english


def test_initials_of_chinese_and_latin_text() -> None:
    assert initials("保存") == "bc"
    assert initials("导出 PNG") == "dcpng"
    assert initials("缩放至全部") == "sfzqb"
