"""Part files from strangers: everything wrong with them is said, with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.catalog.catalog import data_of, load_catalog, si_value, weakest
from studio.errors import FileProblem, UnknownName
from studio.ids import PartId

Json = dict[str, Any]


def datum(value: str, **more: str) -> Json:
    return {"value": value, "source": "sheet", "grade": "vendor", "date": "2026-01"} | more


def part(part_id: str = "chip", **values: Json) -> Json:
    return {
        "id": part_id,
        "kind": "npu",
        "name": "Chip",
        "name_zh": "芯片",
        "vendor": "generic",
        "values": values,
    }


def part_file(*parts: Json, **more: Any) -> Json:
    return {
        "format_version": 1,
        "sources": {"sheet": {"title": "Data sheet"}},
        "parts": list(parts),
    } | more


def write(folder: Path, content: Json | str | bytes, name: str = "parts.json") -> Path:
    if isinstance(content, dict):
        content = json.dumps(content)
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return folder


def problem_with(folder: Path, content: Json | str | bytes) -> str:
    with pytest.raises(FileProblem) as caught:
        load_catalog([write(folder, content)])
    return str(caught.value)


def test_a_small_file_loads(tmp_path: Path) -> None:
    catalog = load_catalog([write(tmp_path, part_file(part(memory=datum("128 GB"))))])
    chip = catalog.part(PartId("chip"))
    assert si_value("memory", chip.values["memory"]) == 128e9
    assert catalog.of_kind("npu") == (chip,)
    assert catalog.of_kind("rack") == ()


def test_an_absent_folder_is_an_empty_catalogue(tmp_path: Path) -> None:
    assert not load_catalog([tmp_path / "nothing"]).parts


def test_a_later_folder_replaces_parts_of_the_same_id(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    write(ours, part_file(part(memory=datum("64 GB"))))
    write(theirs, part_file(part(memory=datum("96 GB"))))
    catalog = load_catalog([ours, theirs])
    assert catalog.part(PartId("chip")).values["memory"].value == "96 GB"


def test_an_unknown_part_names_the_nearest(tmp_path: Path) -> None:
    catalog = load_catalog([write(tmp_path, part_file(part("ascend-910c")))])
    with pytest.raises(UnknownName, match=r"did you mean ascend-910c"):
        catalog.part(PartId("ascend-910d"))


def test_a_variant_lies_over_the_base(tmp_path: Path) -> None:
    chip = part(memory=datum("64 GB"), power_max=datum("400 W"))
    chip["variants"] = {
        "large": {"label": "Large", "label_zh": "大", "values": {"memory": datum("96 GB")}}
    }
    found = load_catalog([write(tmp_path, part_file(chip))]).part(PartId("chip"))
    data = data_of(found, "large")
    assert data["memory"].value == "96 GB"
    assert data["power_max"].value == "400 W"
    with pytest.raises(UnknownName, match=r"it has large"):
        data_of(found, "small")


def test_all_problems_of_all_files_are_listed_at_once(tmp_path: Path) -> None:
    write(tmp_path, part_file(part("a", memory=datum("64 parsec"))), "a.json")
    write(tmp_path, part_file(part("b", weight=datum("1 kg"))), "b.json")
    write(tmp_path, "{", "c.json")
    with pytest.raises(FileProblem) as caught:
        load_catalog([tmp_path])
    text = str(caught.value)
    assert "a.json: a: memory" in text
    assert "parsec" in text
    assert "b.json: b: unknown field 'weight'" in text
    assert "c.json" in text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("NaN W", "not a number"),
        ("inf W", "not a number"),
        ("1e400 W", "finite"),
        ("-5 W", "possible is 0, or 1e-30"),
        ("1e-300 W", "possible is 0, or 1e-30"),
        ("5 kg", "no unit of power"),
        ("", "not a number"),
        ("W" * 100_000, "not a number"),
    ],
)
def test_impossible_values_are_refused(tmp_path: Path, value: str, said: str) -> None:
    text = problem_with(tmp_path, part_file(part(power_max=datum(value))))
    assert "parts.json: chip: power_max" in text
    assert said in text
    assert len(text) < 1000


def test_values_of_variants_are_checked_too(tmp_path: Path) -> None:
    chip = part()
    chip["variants"] = {"odd": {"label": "", "label_zh": "", "values": {"memory": datum("lots")}}}
    assert "chip/odd: memory" in problem_with(tmp_path, part_file(chip))


def test_a_near_field_is_suggested(tmp_path: Path) -> None:
    assert "did you mean memory?" in problem_with(tmp_path, part_file(part(memroy=datum("1 GB"))))


def test_a_source_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    text = problem_with(tmp_path, part_file(part(memory=datum("1 GB", source="rumour"))))
    assert "source 'rumour' is not in this file" in text


@pytest.mark.parametrize("count", [0, -1, 4097, 10**12])
def test_absurd_port_counts_are_refused(tmp_path: Path, count: int) -> None:
    chip = part()
    chip["ports"] = {"up": {"count": count, "rate": "28 GB/s"}}
    assert f"port up: {count} ports" in problem_with(tmp_path, part_file(chip))


def test_a_port_rate_needs_a_unit_of_bandwidth(tmp_path: Path) -> None:
    chip = part()
    chip["ports"] = {"up": {"count": 1, "rate": "28 W"}}
    assert "port up" in problem_with(tmp_path, part_file(chip))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "parts.json"),
        ('{"format_version": 1, "sources": {}', "parts.json"),
        ('{"format_version": NaN, "sources": {}, "parts": []}', "parts.json"),
        (b"\xff\xfe\x00", "parts.json"),
        ("[]", "Expected `object`"),
        ('{"format_version": 1, "sources": {}, "parts": [], "virus": 1}', "virus"),
        ('{"format_version": "1", "sources": {}, "parts": []}', "at `format_version`"),
        ('{"format_version": 99, "sources": {}, "parts": []}', "format 99"),
        ("[" * 200_000, "parts.json"),
        ('{"a":' * 100_000, "parts.json"),
    ],
)
def test_damaged_and_foreign_files_are_refused(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    assert said in problem_with(tmp_path, content)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"grade": "hearsay"}, "grade"),
        ({"value": 5}, "value"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_schema_errors_name_the_place(tmp_path: Path, change: Json, place: str) -> None:
    text = problem_with(tmp_path, part_file(part(memory=datum("1 GB") | change)))
    assert place in text
    assert "at `parts.chip.values.memory" in text


def test_a_missing_date_is_refused(tmp_path: Path) -> None:
    undated = datum("1 GB")
    del undated["date"]
    assert "date" in problem_with(tmp_path, part_file(part(memory=undated)))


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "parts.json").open("wb") as stream:
        stream.truncate(17 * 2**20)
    with pytest.raises(FileProblem, match=r"16 MiB"):
        load_catalog([tmp_path])


def test_the_weakest_grade_wins() -> None:
    assert weakest(["paper", "assumed", "vendor"]) == "assumed"
    assert weakest(["measured", "vendor"]) == "vendor"
    assert weakest([]) == "measured"


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    content = json.dumps(part_file(part())).encode().replace(b"Chip", b"Ch\xe9p")
    assert "line 1, column 121: no UTF-8 text" in problem_with(tmp_path, content)
