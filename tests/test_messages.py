from __future__ import annotations

import copy
import json
import pickle

import pytest

from studio.errors import FileProblem, InvalidDesign, InvalidInput
from studio.languages import load_entries, translator
from studio.messages import Listed, Message, Name, say, translate

ENTRIES = {
    "{count} {unit} on {part}": "{part} 上有 {count} 个{unit}",
    "links": "链路",
    "{place}: {reason}": "{place}：{reason}",
    ", ": "、",
}


def chinese(text: str) -> str:
    return translate(text, lambda template: ENTRIES.get(template, template))


def test_a_message_is_its_english_text() -> None:
    text = say("{share:.0%} of {count:,} links", share=0.25, count=1200)
    assert text == "25% of 1,200 links"
    assert json.dumps([text]) == '["25% of 1,200 links"]'
    assert type(str(text)) is str


def test_values_are_translated_with_their_template() -> None:
    text = say("{count} {unit} on {part}", count=5, unit=say("links"), part=Name("Chip", "芯片"))
    assert text == "5 links on Chip"
    assert chinese(text) == "芯片 上有 5 个链路"


def test_a_list_is_joined_as_the_language_joins() -> None:
    assert chinese(Listed(("R01", say("links")))) == "R01、链路"


def test_names_without_a_chinese_form_and_plain_texts_stay() -> None:
    assert chinese(Name("Chip")) == "Chip"
    assert chinese("links") == "links"


def test_braces_of_a_value_are_no_places_to_fill() -> None:
    text = say("{place}: {reason}", place="{0}", reason="}{")
    assert text == "{0}: }{"
    assert chinese(text) == "{0}：}{"
    assert say("[{...}]") == "[{...}]"


def test_an_error_inside_an_error_is_translated_and_holds_no_traceback() -> None:
    outer = InvalidDesign("{place}: {reason}", place="R01", reason=InvalidInput("links"))
    assert str(outer) == "R01: links"
    assert chinese(outer.message) == "R01：链路"
    assert not any(isinstance(value, Exception) for value in outer.message.values.values())


def test_a_foreign_error_inside_an_error_stays_as_it_is() -> None:
    error = FileProblem("{place}: {reason}", place="a", reason=OSError(28, "No space left"))
    assert str(error) == "a: [Errno 28] No space left"


def test_an_error_made_of_another_ones_message_keeps_its_values() -> None:
    inner = InvalidInput("{place}: {reason}", place="R01", reason="x")
    assert chinese(InvalidDesign(inner.message).message) == "R01：x"


@pytest.mark.parametrize("again", [copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))])
def test_copies_keep_what_they_were_made_of(again: object) -> None:
    text = say("{place}: {reason}", place=Name("Rack", "机柜"), reason=Listed(("a", "b")))
    copied = again(text)  # type: ignore[operator]
    assert isinstance(copied, Message)
    assert chinese(copied) == "机柜：a、b"


def test_english_needs_no_entries_and_chinese_has_them() -> None:
    text = say("vertex {vertex}", vertex=3)
    assert translator("en")(text) == "vertex 3"
    assert translator("zh")(text) == "顶点 3"
    assert load_entries("en") == {}
