"""Every text a user can see has a Chinese entry, wherever in the studio it is made."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import studio
from studio import errors, messages, paths
from studio.design.model import Assembly, Design, Plane
from studio.design.scenario import Scenario
from studio.gui.views.pinyin import readings
from studio.languages import load_entries, read_entries
from studio.session.library import catalog, reference_designs
from studio.storage.project_file import read_design

PACKAGE = Path(studio.__file__).parent
ERRORS = {
    name
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, errors.StudioError)
} | {"Misfit"}
MAKERS = {"tr", "mark", "say"} | ERRORS
SEPARATORS = {inspect.signature(messages.Listed.__new__).parameters["separator"].default}


@cache
def _calls() -> tuple[tuple[str, ast.Call, str], ...]:
    return tuple(_called())


def _called() -> Iterator[tuple[str, ast.Call, str]]:
    for place, node in _all_calls():
        if isinstance(node.func, ast.Name):
            yield node.func.id, node, place


@cache
def _all_calls() -> tuple[tuple[str, ast.Call], ...]:
    """Return every call of the studio, and where it is."""
    return tuple(
        (f"{path.relative_to(PACKAGE).as_posix()}:{node.lineno}", node)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    )


def _choices(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from _choices(node.body)
        yield from _choices(node.orelse)
    else:
        yield node


def _literals() -> Iterator[tuple[str, str]]:
    for name, call, place in _calls():
        if name == "Listed" and len(call.args) > 1:
            texts = [call.args[1]]
        elif name in MAKERS and call.args:
            texts = list(_choices(call.args[0]))
        else:
            continue
        for text in texts:
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value, place


def _has_words(text: str) -> bool:
    """Tell whether there is something to translate beside values and punctuation."""
    return any(mark.isalpha() for mark in _without_values(text)) or text in SEPARATORS


def _without_values(text: str) -> str:
    import string

    return "".join(plain for plain, _, _, _ in string.Formatter().parse(text))


def test_every_text_of_the_window_has_a_chinese_entry() -> None:
    known = load_entries("zh")
    missing = [
        f"{text!r} ({place})"
        for text, place in _literals()
        if text not in known and _has_words(text)
    ]
    assert not missing, "\n".join(["give Chinese in resources/translations/zh_CN.json:", *missing])


def test_every_chinese_entry_is_used() -> None:
    used = {text for text, _ in _literals()} | SEPARATORS
    assert not sorted(set(read_entries("zh_CN.json")) - used)


def _notes(value: object) -> Iterator[str]:
    """Yield what `models/` says in words of its own; titles and quotations are the sources'."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("note", "reason", "meaning") and isinstance(inner, str):
                yield inner
            yield from _notes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _notes(inner)


def test_every_note_of_the_catalogue_has_a_chinese_entry_and_none_is_left_over() -> None:
    models = paths.data_root() / "models"
    files = [*models.rglob("*.json"), *models.rglob("*.supernode")]
    said = {
        text
        for file in files
        for text in _notes(json.loads(file.read_text(encoding="utf-8")))
        if any(mark.isalpha() for mark in text)
    }
    known = read_entries("catalog.zh_CN.json")
    place = "resources/translations/catalog.zh_CN.json"
    assert sorted(said - set(known)) == [], f"give Chinese in {place}"
    assert sorted(set(known) - said) == [], f"take out of {place}"


def test_every_name_of_the_catalogue_has_a_chinese_form() -> None:
    nameless = [part.id for part in catalog().parts.values() if not part.name_zh]
    assert not nameless
    for path in reference_designs().values():
        design = read_design(path).design
        named: tuple[Design | Plane | Scenario | Assembly, ...] = (
            design,
            *design.planes.values(),
            *design.scenarios.values(),
            *design.assemblies.values(),
        )
        assert not [one.name for one in named if not one.name_zh], path
        assert design.description_zh, path


def test_no_error_or_message_is_made_of_a_text_filled_in_beforehand() -> None:
    filled = [
        place
        for name, call, place in _calls()
        if name in ERRORS | {"say"}
        and call.args
        and any(isinstance(text, ast.JoinedStr | ast.BinOp) for text in _choices(call.args[0]))
    ]
    assert not filled, "\n".join(filled)


def test_no_step_is_named_in_one_language_only() -> None:
    """A step's name is kept in history and journal: `tr` would fix its language."""
    fixed = [
        place
        for place, node in _methods("apply")
        if node.args
        and isinstance(node.args[0], ast.Call)
        and isinstance(node.args[0].func, ast.Name)
        and node.args[0].func.id == "tr"
    ]
    assert not fixed, "\n".join(fixed)


def _methods(name: str) -> Iterator[tuple[str, ast.Call]]:
    for place, node in _all_calls():
        if isinstance(node.func, ast.Attribute) and node.func.attr == name:
            yield place, node


def test_chinese_entries_keep_the_placeholders() -> None:
    import string

    for english, chinese in load_entries("zh").items():
        names = {name for _, name, _, _ in string.Formatter().parse(english) if name}
        found = {name for _, name, _, _ in string.Formatter().parse(chinese) if name}
        assert names == found, english


def test_initials_of_chinese_and_latin_text() -> None:
    assert readings("保存") == ("bc",)
    assert readings("导出 PNG") == ("dcpng",)
    assert readings("缩放至全部") == ("sfzqb",)


def test_characters_of_two_readings_are_found_by_both() -> None:
    assert readings("重做") == ("zz", "cz")
    assert set(readings("调整行距")) == {"dzxj", "dzhj", "tzxj", "tzhj"}
    assert len(readings("重" * 100)) == 16
