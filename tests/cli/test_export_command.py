"""`export`: every table in both forms, and what is said where a file can't be written."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from studio.cli.__main__ import main
from studio.fabric.compiling import compile_design
from studio.session.evaluation import evaluate
from studio.session.exports import KINDS, Exported, content, endings
from studio.session.library import catalog, find_design
from studio.storage.project_file import read_design

CM = "cloudmatrix-384"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as content:
        return list(csv.DictReader(content))


@pytest.mark.parametrize(
    ("what", "count"),
    [
        # 5,376 NPU and 1,344 CPU links inside the nodes, 5,376 up, 384 and 384 RDMA, 96 VPC.
        ("links", 5376 + 1344 + 5376 + 384 + 384 + 96),
        # Two links share an uplink cable; traces are no cables.
        ("cables", 2688 + 384 + 384 + 96),
        ("racks", 12 + 4),
    ],
)
def test_tables_have_one_row_per_piece(what: str, count: int, tmp_path: Path) -> None:
    for ending in (".csv", ".json"):
        file = tmp_path / f"{what}{ending}"
        assert main(["export", CM, what, str(file)]) == 0
        made = rows(file) if ending == ".csv" else json.loads(file.read_text(encoding="utf-8"))
        assert len(made) == count


def test_both_forms_of_the_parts_list_say_the_same(tmp_path: Path) -> None:
    for ending in (".csv", ".json"):
        assert main(["export", CM, "parts", str(tmp_path / f"parts{ending}")]) == 0
    as_text = rows(tmp_path / "parts.csv")
    as_json = json.loads((tmp_path / "parts.json").read_text(encoding="utf-8"))
    assert [list(row) for row in as_text] == [list(row) for row in as_json]
    for text, value in zip(as_text, as_json, strict=True):
        assert text["part"] == value["part"]
        assert float(text["count"]) == value["count"]
    assert next(row for row in as_json if row["part"] == "ascend-910c")["count"] == 384


def test_a_result_can_be_read_back(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    assert main(["export", CM, "result", str(file)]) == 0
    result = json.loads(file.read_text(encoding="utf-8"))
    assert result["job"] == "inference"
    assert result["tokens_per_s"] > 0


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("parts", "parts.txt"), 3, "written as .csv or .json"),
        (("parts", "missing/parts.csv"), 3, "was not written"),
        (("parts", "folder.csv"), 3, "was not written"),
        (("graph", "graph.csv"), 3, "written as .graphml"),
        (("picture", "picture.bmp"), 3, "written as .svg or .png"),
        (("picture", "picture.png", "--width", "999999"), 2, "16 to 16384 are possible"),
    ],
)
def test_what_can_not_be_written_is_said(
    arguments: tuple[str, ...],
    code: int,
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    assert main(["export", CM, *arguments]) == code
    assert text in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_a_design_without_a_job_has_no_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = tmp_path / "bare.supernode"
    assert main(["new", str(bare)]) == 0
    assert main(["export", str(bare), "result", str(tmp_path / "r.json")]) == 2
    assert capsys.readouterr().err.startswith("supernode-studio: ")


@pytest.mark.parametrize("ending", [".svg", ".png"])
def test_a_picture_is_made_where_no_window_has_started_qt(ending: str, tmp_path: Path) -> None:
    """A process of its own: in that of the tests an application runs already."""
    file = tmp_path / f"hall{ending}"
    command = [sys.executable, "-m", "studio.cli", "export", "dgx-h100-su32", "picture", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert file.read_bytes().startswith({".svg": b"<?xml", ".png": b"\x89PNG"}[ending])


def test_window_and_command_line_write_the_same_kinds() -> None:
    fabric = compile_design(read_design(find_design("dgx-h100-su32")).design, catalog())
    exported = Exported(fabric, evaluate(fabric))
    for kind in KINDS:
        for ending in endings(kind):
            assert content(kind, Path(f"x{ending.upper()}"), exported)
